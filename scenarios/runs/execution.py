"""Running worlds: one scenario under one policy, or one world under several.

A replication is a world: its seed fixes the synthetic population and every
random draw.  All policies share the months before the programme, which run once.
"""

from __future__ import annotations

import hashlib
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.help import ask_for_help
from innocluster.sim.beginning.population import Population
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.ground.forms import RULES, Forms
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation

from ..arms import BASELINE, Arm
from ..errors import COMMAND_LINE, InputError
from ..form_plugins import load_forms
from ..policies import find_policy
from ..region.synthesis import synthesise
from ..schema import Scenario
from ..statistics.draws import TWIN_WORLDS
from ..switches import branch
from .indicators import MEASURES, Yearly, yearly_table
from .inputs import Inputs, as_inputs, load_inputs, scenario_of
from .moments import MomentRecorder
from .readings import Finished, Reading, Watch
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
    yearly : measure -> (years, 1 + complexes); ``None`` after a failure, and where only a
        vector is kept
    error : traceback, empty after a success
    vector : the numbers of the reading that was asked for
    point : number of the point of a sweep
    """

    policy: str
    replication: int
    seconds: float
    yearly: Yearly | None
    error: str = ""
    vector: NDArray[np.float64] | None = None
    point: int = 0

    @property
    def failed(self) -> bool:
        """Whether nothing came of it."""
        return self.yearly is None and self.vector is None


def replication_seed(root: int, replication: int) -> int:
    """Seed of world `replication` under a root seed, 0 … 2**63 - 1; twins share it."""
    digest = hashlib.sha256(f"{root}:{replication % TWIN_WORLDS}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def build_settings(
    scenario: Scenario,
    replication: int = 0,
    policy: str | None = None,
    drawn: Mapping[str, float] | None = None,
    inputs: Inputs | None = None,
) -> Settings:
    """Settings of one world of a scenario.

    Parameters
    ----------
    scenario : what to run
    replication : number of the world under the scenario's seed
    policy : id or key; the scenario's own by default
    drawn : parameters drawn for this world, and numbers of forms by rule; what the scenario
        sets goes first
    inputs : what the scenario's files said; read now if omitted
    """
    chosen = find_policy(policy or scenario.policy)
    ask_for_help([chosen.id])
    load_forms()
    region, macro = load_inputs(scenario) if inputs is None else inputs.read()
    seed = replication_seed(scenario.seed, replication)
    sample = seed if scenario.population_seed is None else scenario.population_seed
    parameters = {n: value for n, value in (drawn or {}).items() if n not in RULES}
    return Settings(
        population=synthesise(region, sample),
        parameters=ParameterSet({**parameters, **scenario.parameters}),
        macro=macro,
        policy=chosen,
        seed=seed,
        last=scenario.last_month,
        budget=scenario.budget(region.budget),
        governance=scenario.governance,
        screening=scenario.screening,
        spin_up_years=scenario.spin_up_years,
        forms=Forms.drawn(drawn or {}, scenario.forms),
        start=scenario.programme.start_month,
        members_scale=scenario.programme.members_scale,
    )


def run(
    scenario: Scenario | Inputs | str | Path | None = None,
    replication: int = 0,
    moments: bool = False,
) -> RunResult:
    """Run one scenario once.

    Parameters
    ----------
    scenario : a `Scenario`, a preset's name or a TOML file; the default preset if omitted;
        or `Inputs` that have been read
    replication : number of the world; 0 is also the first world of `compare` with this seed
    moments : whether to note what surveys report of firms, which takes some 5 % longer

    Raises
    ------
    InputError
        For anything wrong with the scenario or the files that it names.
    """
    inputs: Inputs | None = None
    if isinstance(scenario, Inputs):
        inputs, scenario = scenario, scenario.scenario
    else:
        scenario = scenario_of(scenario)
    start = time.perf_counter()
    settings = build_settings(scenario, replication, inputs=inputs)
    simulation = Simulation(settings)
    if scenario.without:
        _refuse_moments(moments)
        simulation.run_until(month_number(*PROGRAMME_START))
        simulation = branch(simulation, settings.policy, scenario.without)
    recorder = MomentRecorder(simulation)
    if moments:
        recorder.run()
    else:
        simulation.run()
    seconds = time.perf_counter() - start
    return run_result(scenario, simulation.series, settings.population, seconds, recorder.frame())


def _refuse_moments(moments: bool) -> None:
    """Surveys of firms are taken from the first month on, channels close at the programme's."""
    if moments:
        raise InputError(
            file=COMMAND_LINE, key="moments", value="with closed channels",
            allowed="a run with every channel open",
        )  # fmt: skip


def execute_pair(
    inputs: Inputs | Scenario,
    arms: Sequence[str],
    replication: int,
    drawn: Mapping[str, float] | None = None,
    reading: Reading | None = None,
    limit: float | None = None,
) -> list[Outcome]:
    """Run one world under each arm; arms of one scenario share the months before the programme.

    A failure is an outcome with its traceback; a mistake of the user is raised.

    Parameters
    ----------
    inputs : what the worlds are made from, or a scenario whose files are read now
    arms : ids of arms, see `innocluster.scenarios.arms`
    drawn : parameters drawn for this world
    reading : what is kept of each run; the yearly table if omitted
    limit : seconds that a run's months may take
    """
    inputs = as_inputs(inputs)
    groups: dict[str, list[Arm]] = {}
    for arm in (inputs.arm(text) for text in arms):
        groups.setdefault(arm.baseline, []).append(arm)
    outcomes = {
        outcome.policy: outcome
        for group in groups.values()
        for outcome in _execute_group(inputs, group, replication, drawn, reading, limit)
    }
    return [outcomes[inputs.arm(text).id] for text in arms]


def _execute_group(
    inputs: Inputs,
    arms: Sequence[Arm],
    replication: int,
    drawn: Mapping[str, float] | None,
    reading: Reading | None,
    limit: float | None,
) -> list[Outcome]:
    """Run one world under arms of one scenario."""
    try:
        settings = build_settings(arms[0].scenario, replication, BASELINE, drawn, inputs)
        before = Simulation(settings)
        watch = None if reading is None or reading.watch is None else reading.watch(before)
        _simulate(before, watch, month_number(*PROGRAMME_START), limit)
    except InputError:
        raise
    except Exception:
        error = traceback.format_exc()
        return [Outcome(arm.id, replication, 0.0, None, error) for arm in arms]
    population = settings.population
    return [_execute(before, population, arm, replication, reading, watch, limit) for arm in arms]


def _execute(
    before: Simulation,
    population: Population,
    arm: Arm,
    replication: int,
    reading: Reading | None = None,
    watch: Watch | None = None,
    limit: float | None = None,
) -> Outcome:
    """Run the rest of a world under one arm from an independent copy."""
    start = time.perf_counter()
    try:
        closed = (*arm.scenario.without, *arm.closed)
        rest = branch(before, find_policy(arm.policy), closed)
        own = None if watch is None else watch.go_on(rest)
        _simulate(rest, own, rest.settings.months, limit)
        yearly = yearly_table(rest.series, population)
        _check_finite(yearly)
        if reading is not None:
            vector = reading.vector(Finished(arm.id, replication, rest, yearly, own))
            seconds = time.perf_counter() - start
            return Outcome(arm.id, replication, seconds, None, vector=vector)
    except Exception:
        seconds = time.perf_counter() - start
        return Outcome(arm.id, replication, seconds, None, traceback.format_exc())
    return Outcome(arm.id, replication, time.perf_counter() - start, yearly)


def _simulate(simulation: Simulation, watch: Watch | None, until: int, limit: float | None) -> None:
    """Simulate up to, not including, a month, as whoever watches does it."""
    run: Callable[[int], None] = simulation.run_until if watch is None else watch.run_until
    if limit is None:
        run(until)
        return
    end = time.monotonic() + limit
    while simulation.month < min(until, simulation.settings.months):
        run(simulation.month + 1)
        if time.monotonic() > end:
            raise TimeoutError(f"longer than the time limit of {limit:g} seconds")


def _check_finite(yearly: Yearly) -> None:
    """Refuse a run whose numbers overflowed, so that it counts as a failure and not as a result."""
    for measure in MEASURES:
        name = measure.name
        if not np.isfinite(yearly[name]).all():
            raise FloatingPointError(f"{name} is not a finite number in every year")
