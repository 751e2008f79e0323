"""What is asked of a sweep: an outcome, of one policy or between two, and on which condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from innocluster.version import __version__

from ..arms import BASELINE
from ..errors import COMMAND_LINE, InputError, choices
from ..sweeps.emulator import Emulator, fit_emulator
from ..sweeps.sensitivity import differences
from .reading import FinishedSweep, unit_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Condition",
    "Question",
    "asked",
    "benefits",
    "condition",
    "emulated",
    "meta_of",
    "without_luck",
]

Floats = NDArray[np.float64]

_MOST_ROWS = 1024


@dataclass(frozen=True)
class Question:
    """An outcome under one policy, or its difference to that under a rival in the same world.

    Attributes
    ----------
    outcome : as a column of the runs
    policy : whose outcome it is
    rival : the policy whose outcome is taken off, ``""`` for none
    """

    outcome: str
    policy: str
    rival: str = ""


@dataclass(frozen=True)
class Condition:
    """On what indices hold.

    Attributes
    ----------
    held : input -> value at which it stays
    winner : the policy that must have the best outcome, ``""`` for none
    """

    held: dict[str, Any]
    winner: str = ""


def asked(
    sweep: FinishedSweep, outcome: str | None, between: Sequence[str] | None, policy: str | None
) -> Question:
    """What is asked, with what a sweep allows filled in.

    Without a policy or two of them the best policy on average is held against "no programme",
    or against the next best where that was not run.
    """
    name = sweep.outcome(outcome)
    if between is not None:
        first, second = (sweep.policy(each) for each in between)
        if first == second:
            raise InputError(
                file=COMMAND_LINE, key="--between", value=f"{first} {second}",
                allowed="two policies",
            )  # fmt: skip
        return Question(name, first, second)
    if policy is not None:
        return Question(name, sweep.policy(policy))
    if len(sweep.policies) == 1:
        return Question(name, sweep.policies[0])
    means = sweep.runs.groupby("policy")[name].mean()
    ranked = sorted(sweep.policies, key=lambda each: -means.get(each, -np.inf))
    if BASELINE in sweep.policies:
        return Question(name, next(each for each in ranked if each != BASELINE), BASELINE)
    return Question(name, ranked[0], ranked[1])


def condition(sweep: FinishedSweep, given: Sequence[str]) -> Condition:
    """Conditions as they are typed: ``ENTRY=VALUE``, or a policy that wins.

    Raises
    ------
    InputError
        For an entry that is not varied, a value outside what was run or an unknown policy.
    """
    held: dict[str, Any] = {}
    winner = ""
    for text in given:
        entry, sign, value = (part.strip() for part in text.partition("="))
        if not sign:
            winner = sweep.policy(entry)
            continue
        if entry not in sweep.inputs:
            raise InputError(
                file=COMMAND_LINE, key="--given", value=entry, allowed=choices(entry, sweep.inputs)
            )
        held[entry] = _typed(sweep, entry, value)
    return Condition(held, winner)


def _typed(sweep: FinishedSweep, entry: str, text: str) -> Any:
    axis = sweep.axis(entry)
    if axis is not None and axis.kinds:
        levels = [str(level) for level in axis.levels]
        if text not in levels:
            raise InputError(
                file=COMMAND_LINE, key=entry, value=text, allowed=choices(text, tuple(levels))
            )
        return axis.levels[levels.index(text)]
    column = sweep.table[entry].to_numpy(dtype=np.float64)
    low, high = float(column.min()), float(column.max())
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not low <= value <= high:
        raise InputError(
            file=COMMAND_LINE, key=entry, value=text,
            allowed=f"a number from {low:g} to {high:g}, where runs are",
        )  # fmt: skip
    return value


def answers(sweep: FinishedSweep, question: Question) -> tuple[pd.DataFrame, Floats]:
    """Runs, or pairs of runs, in the order of points, and what they gave.

    A pair of which one run failed is left out; a run that finished without a number is refused.

    Returns
    -------
    frame, array
        ``point``, ``replication`` and the inputs; the outcome.

    Raises
    ------
    InputError
        With the number of the run that has no number.
    """
    runs = sweep.runs
    if question.rival:
        both = runs[runs["policy"].isin([question.policy, question.rival])]
        complete = both.groupby(["point", "replication"])["policy"].transform("size") == 2
        pairs, values = differences(
            both[complete], question.outcome, question.policy, question.rival
        )
        first = runs.drop_duplicates("point").set_index("point")
        table = pairs.join(first[list(sweep.inputs)], on="point")
        return table, values
    own = runs[runs["policy"] == question.policy].sort_values(["point", "replication"])
    values = own[question.outcome].to_numpy(dtype=np.float64)
    missing = ~np.isfinite(values)
    if missing.any():
        row = own.iloc[int(np.argmax(missing))]
        raise InputError(
            file="runs",
            key=f"{question.outcome}, point {row['point']}, replication {row['replication']}",
            value="nan", allowed=f"a number ({int(missing.sum())} of {len(own)} runs have none)",
        )  # fmt: skip
    return own[["point", "replication", *sweep.inputs]].reset_index(drop=True), values


def without_luck(table: pd.DataFrame, values: Floats) -> tuple[Floats, float]:
    """Values less what their world adds at all points alike, and the variance of that.

    All points run in the same worlds, so that the luck of a world moves no input's effect; it would
    only hide it.  Nothing can be taken off where a point has one world.
    """
    worlds, world = np.unique(table["replication"].to_numpy(), return_inverse=True)
    _, point = np.unique(table["point"].to_numpy(), return_inverse=True)
    if len(worlds) < 2 or len(worlds) * (point.max() + 1) > 2 * len(values):
        return values, 0.0
    means = np.bincount(point, weights=values) / np.bincount(point)
    luck = np.bincount(world, weights=values - means[point]) / np.bincount(world)
    result: Floats = values - luck[world]
    return result, float(luck.var(ddof=1))


def emulated(sweep: FinishedSweep, question: Question) -> tuple[Emulator, float]:
    """An emulator of what is asked, and the variance of the luck of worlds that it leaves out.

    Of means of points where runs are many.
    """
    table, values = answers(sweep, question)
    values, luck = without_luck(table, values)
    if len(table) > _MOST_ROWS:
        table = table.assign(value=values)
        values = table.groupby("point")["value"].mean().to_numpy(dtype=np.float64)
        table = table.drop_duplicates("point").sort_values("point", ignore_index=True)
    return fit_emulator(sweep.coordinates(table), values, sweep.levels), luck


def benefits(sweep: FinishedSweep, outcome: str) -> tuple[pd.DataFrame, Floats]:
    """Outcome of every policy in the worlds that all of them finished.

    Returns
    -------
    frame, array (n, policies)
        ``point``, ``replication`` and the inputs.

    Raises
    ------
    InputError
        With the number of a world in which a policy has no number.
    """
    index = ["point", "replication"]
    done = sweep.runs.groupby(index)["policy"].transform("size") == len(sweep.policies)
    runs = sweep.runs[done]
    wide = runs.pivot(index=index, columns="policy", values=outcome)[list(sweep.policies)]
    values = wide.to_numpy(dtype=np.float64)
    missing = ~np.isfinite(values)
    if missing.any():
        row, column = (int(each[0]) for each in np.nonzero(missing))
        point, replication = wide.index[row]
        raise InputError(
            file="runs", key=f"{outcome}, point {point}, replication {replication}", value="nan",
            allowed=f"a number under {sweep.policies[column]}",
        )  # fmt: skip
    first = runs.drop_duplicates("point").set_index("point")[list(sweep.inputs)]
    return wide.index.to_frame(index=False).join(first, on="point"), values


def meta_of(sweep: FinishedSweep, outcome: str, command: str) -> dict[str, Any]:
    """What every lesson says of the sweep that it was learned from."""
    base = sweep.sweep.base
    return {
        "scenario": base.name,
        "sweep_name": sweep.sweep.name,
        "sweep_digest": sweep.digest,
        "design": sweep.sweep.design,
        "points": int(sweep.table["point"].nunique()),
        "runs": len(sweep.table),
        "failures": sweep.failures,
        "policies": list(sweep.policies),
        "inputs": list(sweep.inputs),
        "indicator": outcome,
        "unit": unit_of(outcome),
        "seed": base.seed,
        "region": base.region,
        "macro": base.macro,
        "exports": base.exports,
        "last": base.last,
        "confidence": 0.95,
        "version": __version__,
        "command": command,
    }
