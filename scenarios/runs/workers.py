"""Running many worlds on an engine: the same worlds come out, whatever executes them.

A world is determined by its number, and the parent alone stores what comes back.
"""

from __future__ import annotations

import os
import platform
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

from innocluster.agents.help import ask_for_help, ready_mark

from ..engines.blocks import Blocks
from ..engines.choice import chosen_engine
from ..engines.engine import Engine, InProcess, Shared
from ..engines.processes import Processes
from ..engines.time_limit import ended_after
from ..errors import InputError
from ..schema import Scenario
from .execution import Outcome, execute_pair
from .inputs import Inputs, Points, as_inputs
from .provenance import model_fingerprint
from .readings import Reading

__all__ = ["Crew", "Execute", "Job", "each_world", "warm"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

Execute = Callable[..., list[Outcome]]
"""Called as `execute_pair`."""

_GRACE = 0.5
_LOST = "the worker process died {} times while it ran this world alone"
_HUNG = ", or took longer than the time limit of {:g} seconds"


@dataclass(frozen=True)
class Job:
    """One world, the arms that it still has to be run under, and what is special about it.

    Attributes
    ----------
    replication : number of the world
    policies : ids of arms
    drawn : parameters drawn for the world
    point : number of the point of a sweep
    variant : number of the inputs from which the point differs
    entries : entries of the scenario by which it differs
    """

    replication: int
    policies: tuple[str, ...]
    drawn: Mapping[str, float] | None = None
    point: int = 0
    variant: int = 0
    entries: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class _Task:
    """What all jobs have in common.

    Attributes
    ----------
    variants : inputs
    reading : what is kept of a run
    limit : seconds a run
    execute : executes a world; the model if omitted
    home : machine and process that wait for the runs: not to be ended where one hangs
    model : fingerprint of the model that is to run
    """

    variants: tuple[Inputs, ...]
    reading: Reading | None
    limit: float | None
    execute: Execute | None
    home: tuple[str, int]
    model: str
    _last: tuple[int, Inputs] | None = field(default=None, init=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_last": None}

    def _inputs_at(self, job: Job) -> Inputs:
        """The inputs of a job's point; worlds of a point mostly follow one another."""
        if not job.entries:
            return self.variants[job.variant]
        last = self._last
        if last is None or last[0] != job.point:
            # Threads share it.
            self._last = last = job.point, self.variants[job.variant].at(job.entries)
        return last[1]

    def run(self, job: Job) -> list[Outcome]:
        """Run the worlds of a job; at a point of a sweep a mistake is a run that failed."""
        execute = execute_pair if self.execute is None else self.execute
        hard = None
        if self.limit is not None and self.home != _here():
            hard = 1.5 * self.limit * (1 + len(job.policies)) + _GRACE
        try:
            inputs = self._inputs_at(job)
            with ended_after(hard):
                outcomes = execute(
                    inputs, job.policies, job.replication, job.drawn, self.reading, self.limit
                )
        except InputError as error:
            if self.reading is None:
                raise
            outcomes = _failed(job, f"{type(error).__name__}: {error}")
        except Exception:
            outcomes = _failed(job, traceback.format_exc())
        return [replace(outcome, point=job.point) for outcome in outcomes]


class Crew:
    """Workers that run worlds, from the first that is needed to the end.

    Parameters
    ----------
    inputs : what the worlds have in common, or a scenario whose files are read now, or the points
        of a sweep
    engine : executes them; a number is that of processes at most, of which one is this one
    reading : what is kept of a run; its yearly table if omitted
    limit : seconds a run may take
    execute : executes a world in place of the model; another process can import it
    """

    def __init__(
        self,
        inputs: Inputs | Scenario | Points,
        engine: Engine | int,
        reading: Reading | None = None,
        limit: float | None = None,
        execute: Execute | None = None,
    ) -> None:
        points = inputs if isinstance(inputs, Points) else Points((as_inputs(inputs),))
        self._inputs = points.variants[0]
        self._engine = engine if not isinstance(engine, int) else chosen_engine("processes", engine)
        self._task = _Task(points.variants, reading, limit, execute, _here(), model_fingerprint())
        self._warm = execute is not None

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._engine.stop()

    def execute(self, jobs: Iterable[Job]) -> Iterator[list[Outcome]]:
        """Run worlds and yield the outcomes of each as it finishes, in no fixed order.

        Where a while passes nothing is yielded, as an empty list.
        """
        engine = self._engine
        if isinstance(jobs, Sequence) and len(jobs) <= 1 and not engine.started:
            # Not worth a start, unless the world may have to be ended.
            engine = engine if self._task.limit else InProcess()
        work = partial(_execute_block, Shared(self._task))
        if not isinstance(engine, InProcess):
            self._warm_up()
        blocks: Blocks[Job, list[Outcome]] = Blocks(engine, work, self._give_up)
        for outcomes in blocks.run(jobs):
            yield outcomes or []

    def _give_up(self, job: Job, deaths: int) -> list[Outcome]:
        error = _LOST.format(deaths)
        if self._task.limit is not None:
            error += _HUNG.format(self._task.limit)
        return _failed(job, error)

    def _warm_up(self) -> None:
        if not self._warm:
            warm(self._inputs, tuple(self._inputs.arms) or ("P0",))
            self._warm = True


def _here() -> tuple[str, int]:
    """Machine and process."""
    return platform.node(), os.getpid()


def _execute_block(shared: Shared[_Task], jobs: Sequence[Job]) -> tuple[list[list[Outcome]], float]:
    """Run the worlds of some jobs; what each left, and the seconds of all.

    Raises
    ------
    InputError
        In a process that has another model.
    """
    start = time.perf_counter()
    task = shared.value
    if task.home != _here() and task.model != model_fingerprint():
        raise InputError(
            file=platform.node(), key="model", value="another version",
            allowed="workers with the same version of the software and its data",
        )  # fmt: skip
    outcomes = [task.run(job) for job in jobs]
    return outcomes, time.perf_counter() - start


def _failed(job: Job, error: str) -> list[Outcome]:
    return [
        Outcome(policy, job.replication, 0.0, None, error, point=job.point)
        for policy in job.policies
    ]


def warm(inputs: Inputs | Scenario, arms: Sequence[str]) -> None:
    """Compile everything once in the parent, so that the workers only load the cache."""
    inputs = as_inputs(inputs)
    policies = {inputs.arm(arm).policy for arm in arms}
    if not all(ready_mark(policy).exists() for policy in policies):
        ask_for_help(sorted(policies))
        execute_pair(inputs.until("2005-12"), arms, 0)


def each_world(
    work: Callable[[_Item], _Result], numbers: Sequence[_Item], workers: int
) -> Iterator[_Result]:
    """Call `work` with every world's number, side by side in processes; yield in their order.

    Parameters
    ----------
    work : a function that another process can import, or a partial of one
    numbers : of the worlds, or whatever else tells one call from the others
    workers : processes at most; one works in this process
    """
    if workers <= 1 or len(numbers) <= 1:
        yield from map(work, numbers)
        return
    engine = Processes(min(workers, len(numbers)))
    try:
        for future in [engine.submit(work, number) for number in numbers]:
            yield future.result()
    finally:
        engine.stop()
