"""Running worlds: one scenario under one policy, or one world under several.

A replication is a world: its seed fixes the synthetic population and every
random draw.  All policies share the months before the programme, which run once.
"""

from __future__ import annotations

import hashlib
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from innocluster.sim.calendar import PROGRAMME_START, month_number
from innocluster.sim.macro import MacroError, MacroSeries, load_macro
from innocluster.sim.observation import Series
from innocluster.sim.population import Population, Region
from innocluster.sim.simulation import Settings, Simulation

from .errors import InputError
from .indicators import Yearly, yearly_table
from .policies import find_policy
from .population import synthesise
from .region import load_region
from .results import RunResult, run_result
from .schema import PRESET_REGION, Scenario

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

BASELINE = "P0"


@dataclass(frozen=True)
class Outcome:
    """What one run left: its yearly table, or the traceback of its failure.

    Attributes
    ----------
    policy : policy id
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
    return _read_region(scenario.region, scenario.exports), _read_macro(scenario.macro, months)


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


def build_settings(scenario: Scenario, replication: int = 0, policy: str | None = None) -> Settings:
    """Settings of one world of a scenario.

    Parameters
    ----------
    scenario : what to run
    replication : number of the world under the scenario's seed
    policy : id or key; the scenario's own by default
    """
    region, macro = load_inputs(scenario)
    seed = replication_seed(scenario.seed, replication)
    drawn = seed if scenario.population_seed is None else scenario.population_seed
    return Settings(
        population=synthesise(region, drawn),
        parameters=scenario.parameter_set(),
        macro=macro,
        policy=find_policy(policy or scenario.policy),
        seed=seed,
        last=scenario.last_month,
        budget=scenario.budget(region.budget),
        governance=scenario.governance,
        screening=scenario.screening,
    )


def run(scenario: Scenario | str | Path | None = None, replication: int = 0) -> RunResult:
    """Run one scenario once.

    Parameters
    ----------
    scenario : a `Scenario`, a preset's name or a TOML file; the default preset if omitted
    replication : number of the world; 0 is also the first world of `compare` with this seed

    Raises
    ------
    InputError
        For anything wrong with the scenario or the files that it names.
    """
    if not isinstance(scenario, Scenario):
        scenario = Scenario.default() if scenario is None else Scenario.from_file(scenario)
    start = time.perf_counter()
    settings = build_settings(scenario, replication)
    series = Simulation(settings).run()
    seconds = time.perf_counter() - start
    return run_result(scenario, series, settings.population, seconds)


def execute_pair(scenario: Scenario, policies: Sequence[str], replication: int) -> list[Outcome]:
    """Run one world under each policy, sharing the months before the programme.

    A failure is an outcome with its traceback; a mistake of the user is raised.
    """
    try:
        settings = build_settings(scenario, replication, BASELINE)
        before = Simulation(settings)
        before.run_until(month_number(*PROGRAMME_START))
    except InputError:
        raise
    except Exception:
        error = traceback.format_exc()
        return [Outcome(policy, replication, 0.0, None, error) for policy in policies]
    population = settings.population
    return [_execute(before, population, policy, replication) for policy in policies]


def _execute(before: Simulation, population: Population, policy: str, replication: int) -> Outcome:
    """Run the rest of a world under one policy from an independent copy."""
    start = time.perf_counter()
    try:
        series: Series = before.with_policy(find_policy(policy)).run()
        yearly = yearly_table(series, population)
        _check_finite(yearly)
    except Exception:
        seconds = time.perf_counter() - start
        return Outcome(policy, replication, seconds, None, traceback.format_exc())
    return Outcome(policy, replication, time.perf_counter() - start, yearly)


def _check_finite(yearly: Yearly) -> None:
    """Refuse a run whose numbers overflowed, so that it counts as a failure and not as a result."""
    for name, values in yearly.items():
        if not np.isfinite(values).all():
            raise FloatingPointError(f"{name} is not a finite number in every year")
