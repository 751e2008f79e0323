"""How to split a budget: levers, real runs of a design, a front of emulated points, and its re-run.

What a scenario lets one choose of a programme is how much money, for how many firms, when, under
which policy, and by some parameters on what it is spent and how complexes share it.  None of them
changes anything without a programme, so that all points share one reference a world.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from innocluster.version import __version__

from ..arms import BASELINE, Arm
from ..comparison.benefits import accounts
from ..comparison.worlds import Worlds
from ..errors import COMMAND_LINE, InputError, choices
from ..policies import find_policy
from ..runs.indicators import FIRST_YEAR, PROGRAMME_YEAR
from ..runs.inputs import Inputs, World
from ..runs.study import Study
from ..schema import Scenario
from ..statistics.intervals import simultaneous_intervals
from ..sweeps.designs import Sweep
from ..sweeps.emulator import fit_emulator
from ..sweeps.optimisation import pareto_front
from .lesson import Lesson
from .proofs import Executor, executed, opened

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEVERS", "OBJECTIVES", "Plan", "count_runs", "optimise"]

Floats = NDArray[np.float64]

LEVERS: dict[str, tuple[str, float, float]] = {
    "budget": ("programme.budget_scale", 0.25, 3.0),
    "members": ("programme.members_scale", 0.5, 2.0),
    "meetings": ("parameters.contact_scale", 0.7, 1.2),
    "tasks": ("parameters.task_rate", 0.4, 1.3),
    "sharing": ("parameters.evaluation_weight", 0.0, 0.6),
    "roles": ("parameters.programme_adherence", 0.0, 1.0),
}
"""Lever -> entry of the scenario and the ends between which it is chosen."""

OBJECTIVES: dict[str, Literal["least", "most"]] = {"cost": "least", "net": "most", "rest": "most"}
"""Cost to the public, net benefit, and value added outside the largest complexes, all present
values of 2005 in KRW bn."""

_POLICY = "policy"
_HALF = 0.5
_BILLION = 1e3


@dataclass(frozen=True)
class Plan:
    """What may be chosen, and how many runs may be spent on the search.

    Attributes
    ----------
    policies : that may be chosen
    levers : keys of `LEVERS`
    points : of the design, shared out among the policies
    worlds : in which every point runs
    pool : worlds from which each point gets its own, so that their luck averages out
    front : points of the front that are run again
    again : fresh worlds in which they are
    seed : of design and search
    """

    policies: tuple[str, ...]
    levers: tuple[str, ...]
    points: int = 48
    worlds: int = 3
    pool: int = 16
    front: int = 8
    again: int = 10
    seed: int = 1

    def sweep(self, scenario: Scenario) -> Sweep:
        """The design: a Sobol sample over levers and policies.

        Raises
        ------
        InputError
            For a lever or policy that is unknown or idle.
        """
        for lever in self.levers:
            if lever not in LEVERS:
                raise InputError(
                    file=COMMAND_LINE, key="--lever", value=lever,
                    allowed=choices(lever, tuple(LEVERS)),
                )  # fmt: skip
        for policy in self.policies:
            if not find_policy(policy, COMMAND_LINE).programme:
                raise InputError(
                    file=COMMAND_LINE, key="policy", value=policy,
                    allowed="a policy with a programme",
                )  # fmt: skip
        vary = [
            {"entry": entry, "low": low, "high": high}
            for entry, low, high in (LEVERS[lever] for lever in self.levers)
        ]
        table = {
            "name": "split", "design": "sobol", "points": self.points, "seed": self.seed,
            "policies": [find_policy(policy).id for policy in self.policies], "vary": vary,
            "outcomes": [f"value_added_{scenario.last_year}"],
        }  # fmt: skip
        return Sweep.from_table(table, COMMAND_LINE).model_copy(update={"base": scenario})


def count_runs(plan: Plan) -> int:
    """Runs that `optimise` takes, whatever of them a folder holds already."""
    pool = max(plan.pool, plan.worlds)
    return plan.points * plan.worlds + pool + (plan.front + 1) * plan.again


def optimise(
    plan: Plan, scenario: Scenario, executor: Executor | None = None, command: str = ""
) -> Lesson:
    """Find what cannot be had together of low cost, net benefit and gain in smaller complexes.

    Every point of a design is run in some worlds beside "no programme" in these; a search over
    emulators of the three objectives proposes a front, of which some points are run again in
    fresh worlds.  All runs are in the ledger of the executor's folder: the same call after a kill
    takes them from there and gives the same front.

    Returns
    -------
    Lesson
        Table ``front``: a point a row with its levers, the emulated objectives with the band in
        which the mean of the runs should fall, and these means with simultaneous intervals;
        ``design``: every point that was run.

    Raises
    ------
    InputError
        For a plan that cannot be.
    RuntimeError
        Where no world finished.
    """
    how = executor or Executor(command=command)
    sweep = plan.sweep(scenario)
    table = sweep.table()
    policies = [sweep.policies[i % len(sweep.policies)] for i in range(len(table))]
    design = _arms(sweep, table, policies)
    coordinates, levels = _coordinates(sweep, table, policies)
    pool = max(plan.pool, plan.worlds)
    each = [[(i * plan.worlds + k) % pool for k in range(plan.worlds)] for i in range(plan.points)]
    values, failures = _run(sweep, design, each, how)
    rows = np.repeat(coordinates, plan.worlds, axis=0)
    names = [axis.entry for axis in sweep.vary] + ([_POLICY] if levels[-1] else [])
    emulators = {}
    for name, wanted in OBJECTIVES.items():
        known = values[name].ravel()
        kept = np.isfinite(known)
        emulators[name] = fit_emulator(rows[kept], known[kept], levels), wanted
    front = pareto_front(emulators, names, seed=plan.seed)
    chosen = _spread(front, plan.front)
    again, broken = _rerun(sweep, chosen, range(pool, pool + plan.again), how)
    result = _beside(chosen, again, emulators, 1.0 / plan.again + 1.0 / pool)
    meta = {
        "scenario": scenario.name, "sweep_name": "split", "sweep_digest": "",
        "design": "sobol", "points": plan.points, "runs": count_runs(plan),
        "failures": failures + broken, "policies": list(sweep.policies),
        "levers": list(plan.levers), "inputs": names, "indicator": "net_benefit",
        "unit": "KRW bn", "policy": "", "seed": scenario.seed, "region": scenario.region,
        "macro": scenario.macro, "exports": scenario.exports, "last": scenario.last,
        "confidence": 0.95, "version": __version__, "command": command, "method": "front",
        "worlds": plan.worlds, "again": plan.again, "found": len(front),
        "explained": {name: emulator.explained for name, (emulator, _) in emulators.items()},
        "within": _within(result),
    }  # fmt: skip
    columns = {name: np.nanmean(values[name], axis=1) for name in OBJECTIVES}
    ran = table.drop(columns="point").assign(policy=policies, **columns)
    return Lesson("optimise", meta, {"front": result, "design": ran})


def _arms(sweep: Sweep, table: pd.DataFrame, policies: Sequence[str]) -> list[Arm]:
    """An arm for every point."""
    arms = []
    for policy, (_, row) in zip(policies, table.iterrows(), strict=True):
        entries = {axis.entry: row[axis.entry] for axis in sweep.vary}
        label = ",".join(f"{entry.rpartition('.')[2]}={v:.6g}" for entry, v in entries.items())
        known = find_policy(policy)
        arms.append(
            Arm(f"{policy}@{label}", policy, sweep.scenario(entries), known.name, known.name_ko)
        )
    return arms


def _coordinates(
    sweep: Sweep, table: pd.DataFrame, policies: Sequence[str]
) -> tuple[Floats, NDArray[np.int64]]:
    """Levers in the unit cube, and the number of the policy where there are several."""
    unit, levels = sweep.unit(table)
    if len(sweep.policies) == 1:
        return unit, levels
    number = np.array([[sweep.policies.index(policy)] for policy in policies], dtype=np.float64)
    return np.hstack([unit, number]), np.append(levels, len(sweep.policies))


def _run(
    sweep: Sweep, arms: Sequence[Arm], worlds: Sequence[Sequence[int]], executor: Executor
) -> tuple[dict[str, Floats], int]:
    """Objectives of arms, each in its worlds, (arms, worlds), and how many runs failed.

    `nan` where one of a pair failed.
    """
    inputs = Inputs(sweep.base, [BASELINE, *arms])
    with opened(executor, inputs) as study:
        return _objectives(study, sweep.base, arms, worlds, executor)


def _objectives(
    study: Study,
    base: Scenario,
    arms: Sequence[Arm],
    worlds: Sequence[Sequence[int]],
    executor: Executor,
) -> tuple[dict[str, Floats], int]:
    planned = [
        World(
            world,
            (BASELINE, *(arm.id for arm, own in zip(arms, worlds, strict=True) if world in own)),
        )
        for world in sorted({world for own in worlds for world in own})
    ]
    outcomes = executed(study, planned, executor)
    complexes = study.inputs.read()[0].complexes.keys
    result = {name: np.full((len(arms), len(worlds[0])), np.nan) for name in OBJECTIVES}
    for i, (arm, own) in enumerate(zip(arms, worlds, strict=True)):
        whole = [
            k
            for k, world in enumerate(own)
            if all(outcomes[name, world].yearly is not None for name in (BASELINE, arm.id))
        ]
        if not whole:
            continue
        runs = {name: [outcomes[name, own[k]] for k in whole] for name in (BASELINE, arm.id)}
        pair = Worlds.from_outcomes(runs, complexes, base.last_year)
        found = accounts(arm.scenario, pair, arm.id, BASELINE)
        rest = _rest(pair, arm, BASELINE)
        for name, numbers in (("cost", found.cost), ("net", found.net), ("rest", rest)):
            result[name][i, whole] = numbers
    return result, sum(run.yearly is None for run in outcomes.values())


def _rest(worlds: Worlds, arm: Arm, reference: str) -> Floats:
    """Value added of complexes outside the largest ones that hold half of it, present value."""
    treated, base = (worlds.yearly[name]["value_added"] for name in (arm.id, reference))
    size = base[:, 0, 1:].mean(axis=0)
    order = np.argsort(-size)
    before = np.cumsum(size[order]) - size[order]
    small = order[before >= _HALF * size.sum()]
    change = (treated - base)[:, PROGRAMME_YEAR - FIRST_YEAR :, 1:][:, :, small].sum(axis=2)
    rate = arm.scenario.parameter_set().record().discount_rate
    total: Floats = _BILLION * (change * (1.0 + rate) ** -np.arange(change.shape[1])).sum(axis=1)
    return total


def _spread(front: pd.DataFrame, count: int) -> pd.DataFrame:
    """At most so many points along the front, both ends among them."""
    places = np.unique(np.linspace(0, len(front) - 1, min(count, len(front))).round().astype(int))
    return front.iloc[places].reset_index(drop=True)


def _rerun(
    sweep: Sweep, chosen: pd.DataFrame, worlds: Sequence[int], executor: Executor
) -> tuple[dict[str, Floats], int]:
    """Objectives of the points of a front in fresh worlds, and how many runs failed.

    Levers of `chosen` become those that were run, in their own units.
    """
    import pandas as pd

    table = pd.DataFrame(
        {axis.entry: axis.at(chosen[axis.entry].to_numpy()) for axis in sweep.vary}
    )
    policies = [sweep.policies[0]] * len(chosen)
    if _POLICY in chosen:
        policies = [sweep.policies[round(float(number))] for number in chosen[_POLICY]]
    arms = _arms(sweep, table, policies)
    found = _run(sweep, arms, [worlds] * len(arms), executor)
    for entry in table:
        chosen[entry] = table[entry]
    chosen[_POLICY] = policies
    return found


def _beside(
    chosen: pd.DataFrame, ran: Mapping[str, Floats], emulators: Mapping[str, Any], luck: float
) -> pd.DataFrame:
    """The front with bands for the mean of the re-runs, and that mean with its interval.

    Parameters
    ----------
    luck : variance, over that of one run, of the difference between the luck of the fresh worlds
        and that of the pool, which all points share
    """
    table = chosen.copy()
    for name, (emulator, _) in emulators.items():
        # The band of `pareto_front` is that of one run; a mean of runs has less noise.
        half = (table[f"{name}_high"] - table[f"{name}_low"]) / 2.0 / 1.96
        unknown = np.maximum(half**2 - emulator.noise**2, 0.0)
        width = 1.96 * np.sqrt(unknown + emulator.noise**2 * luck)
        table[f"{name}_low"], table[f"{name}_high"] = table[name] - width, table[name] + width
        values = ran[name]
        whole = np.isfinite(values).all(axis=0)
        found = simultaneous_intervals(values[:, whole].T)
        table[f"{name}_ran"] = found.mean
        table[f"{name}_ran_low"], table[f"{name}_ran_high"] = found.low, found.high
    return table


def _within(front: pd.DataFrame) -> float:
    """Share of the re-run means that lie within the emulator's bands."""
    inside = [
        front[f"{name}_ran"].between(front[f"{name}_low"], front[f"{name}_high"])
        for name in OBJECTIVES
    ]
    return float(np.mean(inside))
