"""Runs of parameter draws: in worker processes, each stored as it comes back, none made twice."""

from __future__ import annotations

import hashlib
import json
import math
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.runs.inputs import Inputs
from innocluster.scenarios.runs.provenance import canonical_scenario, model_fingerprint
from innocluster.scenarios.runs.workers import each_world
from innocluster.scenarios.store.conditions import Conditions
from innocluster.scenarios.store.rows import Row
from innocluster.scenarios.store.run_table import RunTable

from .draw_summaries import draw_summaries

__all__ = ["DrawJob", "DrawRuns", "Progress"]

Floats = NDArray[np.float64]
Progress = Callable[[int, int, float], None]
"""Called with runs done, runs wanted and seconds left."""

Work = Callable[[Inputs, int, Mapping[str, float], tuple[str, ...]], Floats]
"""Summaries of one run from its inputs, world, draw and the names of what is asked."""


@dataclass(frozen=True)
class DrawJob:
    """One run: a world and what is drawn for it."""

    world: int
    drawn: Mapping[str, float]


class DrawRuns:
    """Runs the draws that the ledger lacks, and looks up the others.

    Parameters
    ----------
    inputs : scenario and files
    names : summaries of a run
    table : the ledger
    workers : processes at most
    progress : told of every run
    work : makes a run; another process can import it

    Attributes
    ----------
    asked : runs that were asked for, whether or not they were there
    """

    def __init__(
        self,
        inputs: Inputs,
        names: tuple[str, ...],
        table: RunTable,
        workers: int,
        progress: Progress | None = None,
        work: Work = draw_summaries,
    ) -> None:
        self.names = names
        self.asked = 0
        self._told = False
        self._inputs = inputs
        self._table = table
        self._workers = workers
        self._progress = progress
        self._work = work
        canonical = canonical_scenario(inputs.scenario, inputs.digests)
        # The names tell what is run from what another function makes of the same draw.
        self._conditions = json.dumps([canonical, inputs.scenario.policy, names], sort_keys=True)

    def __call__(self, jobs: Sequence[DrawJob]) -> Floats:
        """Summaries (jobs, names); a run that failed is `nan`."""
        self.asked += len(jobs)
        keys = [self._key(job) for job in jobs]
        result = np.full((len(jobs), len(self.names)), np.nan)
        missing = []
        for i, key in enumerate(keys):
            row = self._table.get(key)
            if row is not None and row.status == "done":
                result[i] = self._read(row)
            else:
                missing.append(i)
        start = time.perf_counter()
        work = partial(_run, self._work, self._inputs, self.names)
        if missing and not self._told and self._progress is not None:
            self._told = True
            self._progress(len(jobs) - len(missing), len(jobs), math.nan)
        found = each_world(work, [jobs[i] for i in missing], self._workers)
        for done, (i, (summaries, error, seconds)) in enumerate(
            zip(missing, found, strict=True), start=1
        ):
            if summaries is not None:
                result[i] = summaries
            self._table.put([self._row(keys[i], jobs[i], summaries, error, seconds)])
            if self._progress is not None:
                left = (time.perf_counter() - start) / done * (len(missing) - done)
                self._progress(len(jobs) - len(missing) + done, len(jobs), left)
        return result

    def _key(self, job: DrawJob) -> str:
        """Digest of all that determines a run."""
        drawn = json.dumps(dict(job.drawn), sort_keys=True)
        text = f"draw\n{model_fingerprint()}\n{self._conditions}\n{job.world}\n{drawn}"
        return hashlib.sha256(text.encode()).hexdigest()

    def _read(self, row: Row) -> Floats:
        stored = json.loads(row.outcomes)
        return np.array([math.nan if stored[name] is None else stored[name] for name in self.names])

    def _row(
        self, key: str, job: DrawJob, summaries: Floats | None, error: str, seconds: float
    ) -> tuple[Row, Conditions]:
        drawn = Conditions(json.dumps(dict(job.drawn), sort_keys=True))
        values: list[Any] = [] if summaries is None else summaries.tolist()
        numbers = [value if math.isfinite(value) else None for value in values]
        row = Row(
            key=key,
            scenario=self._inputs.scenario.name,
            policy=self._inputs.scenario.policy,
            replication=job.world,
            seed=str(self._inputs.scenario.seed),
            version=model_fingerprint(),
            status="failed" if summaries is None else "done",
            error=error,
            seconds=seconds,
            finished=datetime.now(UTC).isoformat(timespec="seconds"),
            outcomes=json.dumps(dict(zip(self.names, numbers, strict=False))),
            series=None,
            layout=None,
            conditions=drawn.digest,
        )
        return row, drawn


def _run(
    work: Work, inputs: Inputs, names: tuple[str, ...], job: DrawJob
) -> tuple[Floats | None, str, float]:
    """One run: its summaries, or the traceback of its failure, and the seconds it took."""
    start = time.perf_counter()
    try:
        summaries = work(inputs, job.world, job.drawn, names)
    except Exception:
        return None, traceback.format_exc(), time.perf_counter() - start
    return summaries, "", time.perf_counter() - start
