"""Which policy to choose, what would turn the choice, and what it is worth to know more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..statistics.intervals import simultaneous_intervals
from ..sweeps.choice import information_value, recommend, turning_points
from .lesson import Lesson
from .proofs import Executor, paired
from .questions import Question, benefits, emulated, meta_of
from .reading import FinishedSweep

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Proofs", "decide"]

Floats = NDArray[np.float64]

ALL_INPUTS = "all"
"""Name of the row that stands for knowing every input."""

_PROOFS = [
    "rival", "input", "base", "value", "change", "worlds", "lead", "low", "high", "proven",
]  # fmt: skip


@dataclass(frozen=True)
class Proofs:
    """How many turns are run, the smallest change first, and in how many worlds.

    Attributes
    ----------
    turns : at most so many; none where it is 0
    worlds : pairs of runs of each
    """

    turns: int = 3
    worlds: int = 20


def decide(
    sweep: FinishedSweep,
    outcome: str,
    proofs: Proofs | None = None,
    executor: Executor | None = None,
    command: str = "",
) -> Lesson:
    """Recommend a policy, tell what would turn the choice, and price what is not known.

    Turns are sought around the scenario from which the points of the sweep differ, for the policy
    that leads there; real pairs of runs prove or refute them, the smallest change first, until one
    is proven.

    Returns
    -------
    Lesson
        Tables ``choice`` (a policy a row), ``information`` (what knowing an input is worth),
        ``turns`` (what the emulator expects) and ``proofs`` (what real runs say).

    Raises
    ------
    InputError
        For a sweep of one policy, or a run without a number.
    """
    import pandas as pd

    if len(sweep.policies) < 2:
        raise InputError(
            file="runs", key="policies", value=", ".join(sweep.policies),
            allowed="a sweep of at least two policies",
        )  # fmt: skip
    wanted, how = proofs or Proofs(), executor or Executor(command=command)
    table, values = benefits(sweep, outcome)
    found = recommend(values, sweep.policies)
    groups = {name: [i] for i, name in enumerate(sweep.inputs)}
    groups |= {ALL_INPUTS: list(range(len(sweep.inputs)))} if len(groups) > 1 else {}
    known = information_value(values, sweep.coordinates(table), groups, sweep.levels)
    known = _all_at_least_one(known)
    leader, turns = _turns(sweep, outcome)
    rows: list[Any] = list(turns.itertuples())
    shown = turns.assign(
        base_value=[str(sweep.base_value(entry)) for entry in turns["input"]],
        turn_value=[_at(sweep, row.input, row.turn) for row in rows],
        verify_value=[_at(sweep, row.input, row.verify) for row in rows],
    )
    proven = _proven(sweep, outcome, leader, turns, wanted, how)
    meta = {
        **meta_of(sweep, outcome, command),
        "policy": found.policy,
        "method": "choice",
        "worlds": len(values),
        "regret_at_most": found.regret_at_most,
        "leader": leader,
        "proof_worlds": wanted.worlds if wanted.turns else 0,
    }
    tables = {
        "choice": found.table,
        "information": known,
        "turns": shown,
        "proofs": pd.DataFrame(proven, columns=_PROOFS),
    }
    return Lesson("decide", meta, tables)


def _all_at_least_one(known: pd.DataFrame) -> pd.DataFrame:
    """Raise the worth of knowing all inputs to that of the one that is worth most.

    The rule of all is harder to learn, but whoever knows all may choose by one alone.
    """
    import pandas as pd

    # The strongest come first.
    most, every = known.iloc[:1], known["known"] == ALL_INPUTS
    if not every.any() or every.iloc[0]:
        return known
    return pd.concat([most.assign(known=ALL_INPUTS), known[~every]], ignore_index=True)


def _turns(sweep: FinishedSweep, outcome: str) -> tuple[str, pd.DataFrame]:
    """The policy that leads at the base, and where along single inputs a rival overtakes it."""
    base = sweep.base[None]
    first, *others = sweep.policies
    # Leads over one policy order all of them, with the luck of their worlds taken out.
    ahead = {first: 0.0}
    for policy in others:
        ahead[policy] = float(emulated(sweep, Question(outcome, policy, first))[0].mean(base)[0])
    leader = max(ahead, key=lambda policy: ahead[policy])
    leads = {
        rival: emulated(sweep, Question(outcome, leader, rival))[0]
        for rival in sweep.policies
        if rival != leader
    }
    return leader, turning_points(leads, sweep.inputs, sweep.base)


def _proven(
    sweep: FinishedSweep,
    outcome: str,
    leader: str,
    turns: pd.DataFrame,
    wanted: Proofs,
    executor: Executor,
) -> list[tuple[Any, ...]]:
    """Real pairs at the base and at turns, until one turns the lead for sure."""
    rows: list[tuple[Any, ...]] = []
    at_base: dict[str, tuple[Any, ...]] = {}
    own: list[Any] = list(turns.head(wanted.turns).itertuples())
    for turn in own:
        if turn.rival not in at_base:
            point = _point(sweep, sweep.base)
            at_base[turn.rival] = _row(
                sweep, outcome, (leader, turn.rival), ("", "", "", 0.0, point), wanted, executor
            )
            rows.append(at_base[turn.rival])
        changed = sweep.base.copy()
        changed[sweep.inputs.index(turn.input)] = turn.verify
        base, value = str(sweep.base_value(turn.input)), _at(sweep, turn.input, turn.verify)
        i = sweep.inputs.index(turn.input)
        change = 1.0 if sweep.levels[i] else abs(float(turn.verify - sweep.base[i]))
        what = (turn.input, base, value, change, _point(sweep, changed))
        rows.append(_row(sweep, outcome, (leader, turn.rival), what, wanted, executor))
        if rows[-1][-1]:
            break
    return rows


def _row(
    sweep: FinishedSweep,
    outcome: str,
    policies: tuple[str, str],
    what: tuple[str, str, str, float, dict[str, Any]],
    wanted: Proofs,
    executor: Executor,
) -> tuple[Any, ...]:
    """Lead of a policy over a rival at a point, and whether it is surely lost."""
    entry, base, value, change, point = what
    leads = paired(sweep.sweep.scenario(point), *policies, outcome, wanted.worlds, executor)
    if len(leads) < 2:
        return (policies[1], entry, base, value, change, len(leads), *[np.nan] * 3, False)
    found = simultaneous_intervals(leads[:, None])
    ends = float(found.mean[0]), float(found.low[0]), float(found.high[0])
    return (policies[1], entry, base, value, change, len(leads), *ends, bool(ends[2] < 0.0))


def _point(sweep: FinishedSweep, coordinates: Floats) -> dict[str, Any]:
    return {
        entry: sweep.values(entry, coordinates[i : i + 1])[0]
        for i, entry in enumerate(sweep.inputs)
    }


def _at(sweep: FinishedSweep, entry: str, coordinate: float) -> str:
    return str(sweep.values(entry, np.array([coordinate]))[0])
