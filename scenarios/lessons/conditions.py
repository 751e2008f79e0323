"""Under what conditions something happens: a policy wins, or an outcome is beyond a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import COMMAND_LINE, InputError
from ..sweeps.boxes import Box, Limit, tree_boxes
from ..sweeps.discovery import discover, reproducibility
from .lesson import Lesson
from .questions import Question, answers, benefits, meta_of
from .reading import FinishedSweep

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Case", "boxes_of", "conditions"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_LIMITS = ["finding", "input", "low", "high", "levels", "p"]
_BOXES = ["finding", "runs", "cases", "coverage", "density", "share"]


@dataclass(frozen=True)
class Case:
    """What is looked for, one of three.

    Attributes
    ----------
    question : the outcome, or the difference of two policies
    winner : the policy that must have the best outcome of its world
    above, below : thresholds of the outcome, in its unit
    """

    question: Question
    winner: str = ""
    above: float | None = None
    below: float | None = None


def conditions(sweep: FinishedSweep, case: Case, seed: int = 1, command: str = "") -> Lesson:
    """Search the inputs of a sweep for a box that holds clearly more cases than elsewhere.

    Returns
    -------
    Lesson
        Tables ``limits`` and ``boxes`` of the box (finding ``prim``, without rows where there is
        none) and of the leaves of a tree (``tree 1``, …), ``trajectory`` of the peeling,
        ``again`` how limits fare in bootstrap samples, and ``cases`` a run or pair a row.

    Raises
    ------
    InputError
        For a run without a number, or where nothing or everything is a case.
    """
    import pandas as pd

    table, values, happened = _cases(sweep, case)
    hits = int(happened.sum())
    if hits in (0, len(happened)):
        raise InputError(
            file="runs", key="cases", value=f"{hits} of {len(happened)}",
            allowed="some runs that are cases and some that are not: another threshold or policy",
        )  # fmt: skip
    inputs = table[list(sweep.inputs)]
    found = discover(inputs, happened, seed=seed)
    boxes: dict[str, Box] = {} if found.box is None else {"prim": found.box}
    boxes |= {f"tree {i + 1}": box for i, box in enumerate(tree_boxes(inputs, happened))}
    again = reproducibility(inputs, happened, seed=seed)
    meta = {
        **meta_of(sweep, case.question.outcome, command),
        "policy": case.winner or case.question.policy,
        "rival": "" if case.winner else case.question.rival,
        "winner": case.winner,
        "above": case.above,
        "below": case.below,
        "method": "prim",
        "cases": hits,
        "considered": len(happened),
        "p": found.p,
        "found": found.box is not None,
    }
    tables = {
        "limits": pd.DataFrame(_limit_rows(boxes), columns=_LIMITS),
        "boxes": pd.DataFrame(_box_rows(boxes), columns=_BOXES),
        "trajectory": found.trajectory,
        "again": again if found.box is not None else again.iloc[:0],
        "cases": table.assign(outcome=values, case=happened),
    }
    return Lesson("discover", meta, tables)


def boxes_of(lesson: Lesson) -> dict[str, Box]:
    """The boxes of a lesson, by what found them."""
    limits = lesson.tables["limits"]
    result = {}
    rows: list[Any] = list(lesson.tables["boxes"].itertuples(index=False))
    for row in rows:
        own = limits[limits["finding"] == row.finding]
        numbers = [int(row.runs), int(row.cases)]
        shares = [float(row.coverage), float(row.density), float(row.share)]
        found = tuple(_limit(limit) for limit in own.itertuples(index=False))
        result[str(row.finding)] = Box(found, *numbers, *shares)
    return result


def _cases(sweep: FinishedSweep, case: Case) -> tuple[pd.DataFrame, Floats, Flags]:
    """Runs, worlds or pairs; the number that decides; and which of them are cases."""
    if case.winner:
        if len(sweep.policies) < 2:
            raise InputError(
                file=COMMAND_LINE, key="--wins", value=case.winner,
                allowed="a sweep of at least two policies",
            )  # fmt: skip
        table, outcomes = benefits(sweep, case.question.outcome)
        own = sweep.policies.index(case.winner)
        lead: Floats = outcomes[:, own] - np.delete(outcomes, own, axis=1).max(axis=1)
        return table, lead, lead > 0.0
    if case.above is None and case.below is None:
        raise InputError(
            file=COMMAND_LINE, key="case", value="none",
            allowed="--wins POLICY, --above NUMBER or --below NUMBER",
        )  # fmt: skip
    table, values = answers(sweep, case.question)
    happened: Flags = np.ones(len(values), dtype=bool)
    if case.above is not None:
        happened &= values > case.above
    if case.below is not None:
        happened &= values < case.below
    return table, values, happened


def _limit_rows(boxes: dict[str, Box]) -> list[tuple[Any, ...]]:
    return [
        (name, limit.name, limit.low, limit.high, "|".join(limit.levels or ()), limit.p)
        for name, box in boxes.items()
        for limit in box.limits
    ]


def _box_rows(boxes: dict[str, Box]) -> list[tuple[Any, ...]]:
    return [
        (name, box.runs, box.cases, box.coverage, box.density, box.share)
        for name, box in boxes.items()
    ]


def _limit(row: Any) -> Limit:
    def end(value: float | None) -> float | None:
        return None if value is None or value != value else float(value)

    levels: Sequence[str] = row.levels.split("|") if row.levels else ()
    return Limit(row.input, end(row.low), end(row.high), tuple(levels) or None, row.p)
