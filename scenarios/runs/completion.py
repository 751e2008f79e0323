"""Running what a ledger lacks: the loop that comparisons and attributions share."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .execution import Outcome
from .ledger import Ledger
from .workers import Crew, Job

__all__ = ["Advance", "run_missing"]

_log = logging.getLogger("innocluster")


@dataclass(frozen=True)
class Advance:
    """How far the missing runs are.

    Attributes
    ----------
    runs, missing : runs that are finished, and that were missing
    jobs_left : jobs, by default worlds, that are not finished
    seconds : that the rest will take
    """

    runs: int
    missing: int
    jobs_left: int
    seconds: float


def run_missing(
    wanted: Iterable[tuple[int, Sequence[str]]],
    drawn: Callable[[int], Mapping[str, float] | None],
    ledger: Ledger,
    crew: Crew,
    runs_a_job: int | None = None,
) -> Iterator[Advance]:
    """Run and store what the ledger lacks; tell how far it is after every job.

    Parameters
    ----------
    wanted : numbers of worlds, each with the arms that it is run under
    drawn : parameters drawn for a world
    runs_a_job : runs at most that a worker does before it answers; all of a world if omitted
    """
    jobs = []
    for replication, arms in wanted:
        known = ledger.known(arms, [replication])
        missing = tuple(arm for arm in arms if (arm, replication) not in known)
        step = runs_a_job or max(1, len(missing))
        jobs += [
            Job(replication, missing[first : first + step], drawn(replication))
            for first in range(0, len(missing), step)
        ]
    total, runs = sum(len(job.policies) for job in jobs), 0
    start = time.perf_counter()
    for finished, outcomes in enumerate(crew.execute(jobs), start=1):
        ledger.record(*outcomes)
        for outcome in outcomes:
            if outcome.error:
                _tell(outcome)
        runs += len(outcomes)
        seconds = (time.perf_counter() - start) / runs * (total - runs)
        yield Advance(runs, total, len(jobs) - finished, seconds)


def _tell(outcome: Outcome) -> None:
    """Name a run that failed, with the last line of its traceback."""
    reason = outcome.error.strip().splitlines()[-1]
    _log.warning("world %d under %s failed: %s", outcome.replication, outcome.policy, reason)
