"""Running worlds: one scenario under one policy, or one world under several.

A replication is a world: its seed fixes the synthetic population and every
random draw.  All policies share the months before the programme, which run once.
"""

from __future__ import annotations

import hashlib
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from innocluster.agents.help import ask_for_help
from innocluster.sim.accounting.series import Series
from innocluster.sim.beginning.macro import MacroError, MacroSeries, load_macro
from innocluster.sim.beginning.population import Population, Region
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.ground.forms import Forms
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation

from ..arms import BASELINE, Arm, resolve_arm
from ..errors import InputError, choices
from ..policies import find_policy
from ..region.loading import load_region
from ..region.synthesis import synthesise
from ..schema import PRESET_MACROS, PRESET_REGION, Scenario
from ..switches import branch
from .indicators import MEASURES, Yearly, yearly_table
from .moments import MomentRecorder
from .results import RunResult, run_result

__all__ = [
    "BASELINE",
    "Outcome",
    "RunResult",
    "build_settings",
    "execute_pair",
    "load_inputs",
    "replication_seed",
    "run",
]


@dataclass(frozen=True)
class Outcome:
    """What one run left: its yearly table, or the traceback of its failure.

    Attributes
    ----------
    policy : id of the arm
    replication : number of the world, from 0
    seconds : wall time of the months under the policy
    yearly : measure -> (years, 1 + complexes), ``None`` after a failure
    error : traceback, empty after a success
    """

    policy: str
    replication: int
    seconds: float
    yearly: Yearly | None
    error: str = ""


def replication_seed(root: int, replication: int) -> int:
    """Seed of world `replication` under a root seed, 0 … 2**63 - 1."""
    digest = hashlib.sha256(f"{root}:{replication}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def load_inputs(scenario: Scenario) -> tuple[Region, MacroSeries]:
    """Region and macro series of a scenario, read once a process.

    Raises
    ------
    InputError
        For wrong files.
    """
    months = month_number(*scenario.last_month) + 1
    region = _read_region(scenario.region, scenario.exports)
    macro = _read_macro(scenario.macro, months)
    if scenario.macro not in PRESET_MACROS:
        _check_sectors(macro, region)
    return region, macro


def _check_sectors(macro: MacroSeries, region: Region) -> None:
    """Refuse series of a sector that the region does not have: a slip in its name."""
    known = [*region.sectors.keys]
    known += [key for markets in region.sectors.export_markets for key in markets]
    for series, by_sector in macro.sectors.items():
        for key in by_sector:
            if key not in known:
                allowed = choices(key, tuple(dict.fromkeys(known)))
                raise InputError(
                    file=macro.name, key=f"column {series}:{key}", value=key, allowed=allowed
                )


@lru_cache(maxsize=4)
def _read_region(region: str, exports: str) -> Region:
    folder = None if region == PRESET_REGION else Path(region)
    return load_region(folder, "as_printed" if exports == "as_printed" else "corrected")


@lru_cache(maxsize=4)
def _read_macro(macro: str, months: int) -> MacroSeries:
    try:
        return load_macro(macro, months)
    except MacroError as error:
        raise InputError(
            file=error.file, key=error.key, value=error.value, allowed=error.allowed
        ) from None


def build_settings(
    scenario: Scenario,
    replication: int = 0,
    policy: str | None = None,
    drawn: Mapping[str, float] | None = None,
) -> Settings:
    """Settings of one world of a scenario.

    Parameters
    ----------
    scenario : what to run
    replication : number of the world under the scenario's seed
    policy : id or key; the scenario's own by default
    drawn : parameters drawn for this world; what the scenario sets goes first
    """
    chosen = find_policy(policy or scenario.policy)
    ask_for_help([chosen.id])
    region, macro = load_inputs(scenario)
    seed = replication_seed(scenario.seed, replication)
    sample = seed if scenario.population_seed is None else scenario.population_seed
    return Settings(
        population=synthesise(region, sample),
        parameters=ParameterSet({**(drawn or {}), **scenario.parameters}),
        macro=macro,
        policy=chosen,
        seed=seed,
        last=scenario.last_month,
        budget=scenario.budget(region.budget),
        governance=scenario.governance,
        screening=scenario.screening,
        spin_up_years=scenario.spin_up_years,
        forms=Forms.of(scenario.forms),
    )


def run(
    scenario: Scenario | str | Path | None = None, replication: int = 0, moments: bool = False
) -> RunResult:
    """Run one scenario once.

    Parameters
    ----------
    scenario : a `Scenario`, a preset's name or a TOML file; the default preset if omitted
    replication : number of the world; 0 is also the first world of `compare` with this seed
    moments : whether to note what surveys report of firms, which takes some 5 % longer

    Raises
    ------
    InputError
        For anything wrong with the scenario or the files that it names.
    """
    if not isinstance(scenario, Scenario):
        scenario = Scenario.default() if scenario is None else Scenario.from_file(scenario)
    start = time.perf_counter()
    settings = build_settings(scenario, replication)
    simulation = Simulation(settings)
    recorder = MomentRecorder(simulation)
    if moments:
        recorder.run()
    else:
        simulation.run()
    seconds = time.perf_counter() - start
    return run_result(scenario, simulation.series, settings.population, seconds, recorder.frame())


def execute_pair(
    scenario: Scenario,
    arms: Sequence[str],
    replication: int,
    drawn: Mapping[str, float] | None = None,
) -> list[Outcome]:
    """Run one world under each arm; arms of one scenario share the months before the programme.

    A failure is an outcome with its traceback; a mistake of the user is raised.

    Parameters
    ----------
    arms : ids of arms, see `innocluster.scenarios.arms`
    drawn : parameters drawn for this world
    """
    groups: dict[str, list[Arm]] = {}
    for arm in (resolve_arm(text, scenario) for text in arms):
        groups.setdefault(arm.baseline, []).append(arm)
    outcomes = {
        outcome.policy: outcome
        for group in groups.values()
        for outcome in _execute_group(group, replication, drawn)
    }
    return [outcomes[resolve_arm(text, scenario).id] for text in arms]


def _execute_group(
    arms: Sequence[Arm], replication: int, drawn: Mapping[str, float] | None
) -> list[Outcome]:
    """Run one world under arms of one scenario."""
    try:
        settings = build_settings(arms[0].scenario, replication, BASELINE, drawn)
        before = Simulation(settings)
        before.run_until(month_number(*PROGRAMME_START))
    except InputError:
        raise
    except Exception:
        error = traceback.format_exc()
        return [Outcome(arm.id, replication, 0.0, None, error) for arm in arms]
    return [_execute(before, settings.population, arm, replication) for arm in arms]


def _execute(before: Simulation, population: Population, arm: Arm, replication: int) -> Outcome:
    """Run the rest of a world under one arm from an independent copy."""
    start = time.perf_counter()
    try:
        series: Series = branch(before, find_policy(arm.policy), arm.closed).run()
        yearly = yearly_table(series, population)
        _check_finite(yearly)
    except Exception:
        seconds = time.perf_counter() - start
        return Outcome(arm.id, replication, seconds, None, traceback.format_exc())
    return Outcome(arm.id, replication, time.perf_counter() - start, yearly)


def _check_finite(yearly: Yearly) -> None:
    """Refuse a run whose numbers overflowed, so that it counts as a failure and not as a result."""
    for measure in MEASURES:
        name = measure.name
        if not np.isfinite(yearly[name]).all():
            raise FloatingPointError(f"{name} is not a finite number in every year")
