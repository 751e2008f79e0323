"""Running many worlds on many cores with the standard library's executor.

Results do not depend on the number of workers: a world is determined by its
number, and the parent alone stores what comes back.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass

from ..schema import Scenario
from .execution import Outcome, execute_pair

__all__ = ["Job", "available_cores", "execute_jobs"]

_LONE_ATTEMPTS = 2
_NO_START = (
    "worker processes cannot start: a script that compares with several workers needs"
    " 'if __name__ == \"__main__\":' around its calls, or workers=1"
)
_LOST = "the worker process died {} times while it ran this world alone"


@dataclass(frozen=True)
class Job:
    """One world, the arms that it still has to be run under, and the parameters drawn for it."""

    replication: int
    policies: tuple[str, ...]
    drawn: Mapping[str, float] | None = None


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def execute_jobs(scenario: Scenario, jobs: Sequence[Job], workers: int) -> Iterator[list[Outcome]]:
    """Run worlds and yield the outcomes of each as it finishes, in no fixed order.

    A dead worker breaks the whole pool: it is rebuilt and the worlds that were
    in flight run again, alone, so that a world which kills its worker is
    found out, recorded as failed, and the others go on.
    """
    if workers <= 1 or len(jobs) <= 1:
        for job in jobs:
            yield execute_pair(scenario, job.policies, job.replication, job.drawn)
        return
    waiting, suspects = deque(jobs), deque[Job]()
    attempts: dict[int, int] = {}
    warm(scenario, jobs[0].policies)
    while waiting or suspects:
        if suspects:
            lone = suspects.popleft()
            outcomes = _execute_alone(scenario, lone, attempts)
            if outcomes is None:
                suspects.append(lone)
            else:
                yield outcomes
        else:
            yield from _execute_together(scenario, waiting, suspects, workers)


def warm(scenario: Scenario, policies: Sequence[str]) -> None:
    """Compile everything once in the parent, so that the workers only load the cache."""
    execute_pair(scenario.replaced(last="2005-12"), policies, 0)


def _execute_together(
    scenario: Scenario, waiting: deque[Job], suspects: deque[Job], workers: int
) -> Iterator[list[Outcome]]:
    """Run worlds side by side until none waits or the pool breaks."""
    pool, in_flight = _Pool(min(workers, len(waiting))), dict[Future[list[Outcome]], Job]()
    try:
        while waiting or in_flight:
            while waiting and len(in_flight) < 2 * workers:
                job = waiting.popleft()
                in_flight[pool.submit(scenario, job)] = job
            finished, _ = wait(in_flight, return_when=FIRST_COMPLETED)
            for future in finished:
                outcomes = future.result()
                del in_flight[future]
                yield outcomes
    except BrokenProcessPool:
        suspects.extend(in_flight.values())
    finally:
        pool.stop()


def _execute_alone(scenario: Scenario, job: Job, attempts: dict[int, int]) -> list[Outcome] | None:
    """Run one world in a pool of its own; ``None`` asks for another attempt."""
    pool = _Pool(1)
    try:
        return pool.submit(scenario, job).result()
    except BrokenProcessPool:
        attempts[job.replication] = attempts.get(job.replication, 0) + 1
        if attempts[job.replication] < _LONE_ATTEMPTS:
            return None
        error = _LOST.format(_LONE_ATTEMPTS)
        return [Outcome(policy, job.replication, 0.0, None, error) for policy in job.policies]
    finally:
        pool.stop()


class _Pool:
    """A spawned process pool that can be stopped at once."""

    def __init__(self, workers: int) -> None:
        self._before = set(multiprocessing.active_children())
        self._executor = ProcessPoolExecutor(
            workers, multiprocessing.get_context("spawn"), initializer=_start_worker
        )
        try:
            with _unheard_interrupts():
                first = self._executor.submit(available_cores)
            first.result()
        except BaseException as error:
            self.stop()
            if isinstance(error, BrokenProcessPool):
                raise RuntimeError(_NO_START) from None
            raise

    def submit(self, scenario: Scenario, job: Job) -> Future[list[Outcome]]:
        """Hand over one world; a pool that is broken already answers with its error."""
        try:
            with _unheard_interrupts():
                return self._executor.submit(
                    execute_pair, scenario, job.policies, job.replication, job.drawn
                )
        except BrokenProcessPool as error:
            broken: Future[list[Outcome]] = Future()
            broken.set_exception(error)
            return broken

    def stop(self) -> None:
        """Drop what waits and end the workers, whatever they are doing."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - self._before:
            process.terminate()
            process.join()


@contextmanager
def _unheard_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back while workers start: they inherit it, this process gets it afterwards.

    A worker that is interrupted before `_start_worker` would print a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker() -> None:
    """Leave Ctrl-C to the parent and end with it, even when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
