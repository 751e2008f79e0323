"""Runs of parameter draws: each is a point of a sweep, run where the ledger lacks it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.runs.completion import run_missing
from innocluster.scenarios.runs.execution import Outcome
from innocluster.scenarios.runs.inputs import Inputs, Points, World
from innocluster.scenarios.runs.ledger import Ledger
from innocluster.scenarios.runs.readings import Reading
from innocluster.scenarios.runs.workers import Crew
from innocluster.sim.ground.forms import RULES

from .draw_summaries import draw_summaries

__all__ = ["DrawJob", "DrawRuns", "Progress"]

Floats = NDArray[np.float64]
Progress = Callable[[int, int, float], None]
"""Called with runs done, runs wanted and seconds left."""

Work = Callable[[Inputs, int, tuple[str, ...]], Floats]
"""Summaries of one run from its inputs, its world and the names of what is asked."""


@dataclass(frozen=True)
class DrawJob:
    """One run: a world and what is drawn for it."""

    world: int
    drawn: Mapping[str, float]

    @property
    def entries(self) -> dict[str, Any]:
        """What is drawn, as entries of a scenario."""
        found: dict[str, Any] = {}
        for name, value in self.drawn.items():
            if name in RULES:
                found[f"forms.{name}"] = tuple(RULES[name].forms)[int(value)]
            else:
                found[f"parameters.{name}"] = value
        return found


class DrawRuns:
    """Runs the draws that the ledger lacks, and looks up the others.

    Parameters
    ----------
    inputs : scenario and files
    names : summaries of a run
    folder : of the ledger
    workers : processes at most
    progress : told how far the runs are
    work : makes a run; another process can import it

    Attributes
    ----------
    asked : runs that were asked for, whether or not they were there
    """

    def __init__(
        self,
        inputs: Inputs,
        names: tuple[str, ...],
        folder: Path,
        workers: int,
        progress: Progress | None = None,
        work: Work = draw_summaries,
    ) -> None:
        self.names = names
        self.asked = 0
        self._told = progress is None
        self._inputs = inputs
        self._folder = folder
        self._workers = workers
        self._progress = progress
        self._work = work

    def __call__(self, jobs: Sequence[DrawJob]) -> Floats:
        """Summaries (jobs, names); a run that failed is `nan`."""
        self.asked += len(jobs)
        policy = self._inputs.arm(self._inputs.scenario.policy).id
        points = Points((self._inputs,), lambda point: (0, jobs[point].entries))
        # The ledger tells runs of one work from those of another by what the reading names.
        named: Any = self._work
        reading = Reading(named, self.names)
        wanted = [World(job.world, (policy,), point) for point, job in enumerate(jobs)]
        execute = partial(_executed, self._work)
        with (
            Ledger(self._folder, points, reading=reading) as ledger,
            Crew(points, self._workers, reading, execute=execute) as crew,
        ):
            self._tell(ledger, wanted)
            for advance in run_missing(wanted, lambda _: None, ledger, crew, points=points):
                if self._progress is not None:
                    done = len(jobs) - advance.missing + advance.runs
                    self._progress(done, len(jobs), advance.seconds)
            found = [ledger.load(policy, world, point).vector for world, _, point in wanted]
        none = np.full(len(self.names), np.nan)
        return np.stack([none if vector is None else vector for vector in found])

    def _tell(self, ledger: Ledger, wanted: Sequence[World]) -> None:
        """Say once that runs are to come."""
        if self._told or all(ledger.known(arms, [world], point) for world, arms, point in wanted):
            return
        self._told = True
        if self._progress is not None:
            self._progress(0, len(wanted), math.nan)


def _executed(
    work: Work,
    inputs: Inputs,
    policies: Sequence[str],
    world: int,
    drawn: Mapping[str, float] | None,
    reading: Reading,
    limit: float | None,
) -> list[Outcome]:
    """A run as a crew executes it; what is drawn stands in its scenario."""
    del drawn, limit
    start = time.perf_counter()
    vector = work(inputs, world, reading.names)
    return [Outcome(policies[0], world, time.perf_counter() - start, None, vector=vector)]
