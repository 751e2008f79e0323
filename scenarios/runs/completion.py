"""Running what a ledger lacks: the loop that all experiments share."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from .execution import Outcome
from .inputs import Points, World
from .ledger import Ledger
from .workers import Crew, Job

__all__ = ["Advance", "run_missing"]

_MOST_RUNS = 50
_LONGEST = 0.25
_MOST_TOLD = 20

_log = logging.getLogger("innocluster")


@dataclass(frozen=True)
class Advance:
    """How far the missing runs are.

    Attributes
    ----------
    runs, missing : runs that are finished and stored, and that were missing
    jobs_left : jobs, by default worlds, that are not finished; 0 where nobody has counted them
    seconds : that the rest will take
    """

    runs: int
    missing: int
    jobs_left: int
    seconds: float


class _Missing:
    """Jobs for what a ledger lacks, made when they are taken.

    Attributes
    ----------
    runs : runs of the jobs that were taken
    known : runs that the ledger had
    """

    def __init__(
        self,
        wanted: Iterable[World],
        drawn: Callable[[int], Mapping[str, float] | None],
        ledger: Ledger,
        points: Points,
        runs_a_job: int | None,
    ) -> None:
        self._wanted = wanted
        self._drawn = drawn
        self._ledger = ledger
        self._points = points
        self._runs_a_job = runs_a_job
        self.known = 0

    def __iter__(self) -> Iterator[Job]:
        for replication, arms, point in self._wanted:
            known = self._ledger.known(arms, [replication], point)
            missing = tuple(arm for arm in arms if (arm, replication) not in known)
            self.known += len(arms) - len(missing)
            step = self._runs_a_job or max(1, len(missing))
            variant, entries = self._points.place(point)
            for first in range(0, len(missing), step):
                policies = missing[first : first + step]
                drawn = self._drawn(replication)
                yield Job(replication, policies, drawn, point, variant, entries)


def run_missing(
    wanted: Iterable[World],
    drawn: Callable[[int], Mapping[str, float] | None],
    ledger: Ledger,
    crew: Crew,
    runs_a_job: int | None = None,
    points: Points | None = None,
    total: int | None = None,
) -> Iterator[Advance]:
    """Run and store what the ledger lacks; tell how far it is whenever runs have been stored.

    Runs are stored together, those of at most a quarter of a second, and count from then on.

    Parameters
    ----------
    wanted : worlds, each with the arms that it is run under
    drawn : parameters drawn for a world
    runs_a_job : runs at most that a worker does before it answers; all of a world if omitted
    points : of a sweep
    total : number of runs that are wanted, where what is missing is to be looked up on the way
        and not at first
    """
    where = Points(()) if points is None else points
    missing = _Missing(wanted, drawn, ledger, where, runs_a_job)
    jobs: Iterable[Job] = missing
    count = 0
    if total is None:
        jobs = [*missing]
        count = len(jobs)
        total = missing.known + sum(len(job.policies) for job in jobs)
    finished, runs, failed = 0, 0, 0
    waiting: list[Outcome] = []
    start = stored = time.perf_counter()
    try:
        for outcomes in crew.execute(jobs):
            finished += bool(outcomes)
            waiting += outcomes
            now = time.perf_counter()
            if not waiting or (len(waiting) < _MOST_RUNS and now - stored < _LONGEST):
                continue
            fresh, waiting = waiting, []
            ledger.record(*fresh)
            stored = time.perf_counter()
            failed = _tell(fresh, failed)
            runs += len(fresh)
            left = max(0, total - missing.known - runs)
            seconds = (stored - start) / runs * left
            yield Advance(runs, total - missing.known, max(0, count - finished), seconds)
    finally:
        fresh, waiting = waiting, []
        if fresh:
            ledger.record(*fresh)
    if fresh:
        _tell(fresh, failed)
        yield Advance(runs + len(fresh), total - missing.known, 0, 0.0)


def _tell(outcomes: Iterable[Outcome], told: int) -> int:
    """Name runs that failed, with the last line of their tracebacks, as long as they are few."""
    for outcome in outcomes:
        if not outcome.error:
            continue
        told += 1
        reason = outcome.error.strip().splitlines()[-1]
        point = f" at point {outcome.point}" if outcome.point else ""
        if told <= _MOST_TOLD:
            text = "world %d under %s%s failed: %s"
            _log.warning(text, outcome.replication, outcome.policy, point, reason)
        if told == _MOST_TOLD:
            _log.warning("further runs that fail are stored without being named here")
    return told
