"""Running many worlds on many cores with the standard library's executor.

Results do not depend on the number of workers: a world is determined by its
number, and the parent alone stores what comes back.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.process
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from innocluster.agents.help import ask_for_help, available_cores, ready_mark

from ..schema import Scenario
from .execution import Outcome, execute_pair
from .inputs import Inputs, as_inputs

__all__ = ["Crew", "Job", "each_world", "start_worker", "warm"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

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


class Crew:
    """Worker processes that run worlds of one scenario, from the first that is needed to the end.

    Parameters
    ----------
    inputs : what the worlds have in common, or a scenario whose files are read now
    workers : processes at most; one runs the worlds in this process, and so does a process
        that may not start others, as one of `multiprocessing.Pool`
    """

    def __init__(self, inputs: Inputs | Scenario, workers: int) -> None:
        self._inputs = as_inputs(inputs)
        self._workers = 1 if multiprocessing.current_process().daemon else workers
        self._pool: _Pool | None = None
        self._warm = False

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._dismiss()

    def execute(self, jobs: Sequence[Job]) -> Iterator[list[Outcome]]:
        """Run worlds and yield the outcomes of each as it finishes, in no fixed order.

        A dead worker breaks the whole pool: it is rebuilt and the worlds that were
        in flight run again, alone, so that a world which kills its worker is
        found out, recorded as failed, and the others go on.
        """
        if self._workers <= 1 or (self._pool is None and len(jobs) <= 1):
            for job in jobs:
                yield execute_pair(self._inputs, job.policies, job.replication, job.drawn)
            return
        waiting, suspects = deque(jobs), deque[Job]()
        attempts: dict[int, int] = {}
        while waiting or suspects:
            if suspects:
                lone = suspects.popleft()
                outcomes = _execute_alone(self._inputs, lone, attempts)
                if outcomes is None:
                    suspects.append(lone)
                else:
                    yield outcomes
            else:
                yield from self._execute_together(waiting, suspects)

    def _execute_together(
        self, waiting: deque[Job], suspects: deque[Job]
    ) -> Iterator[list[Outcome]]:
        """Run worlds side by side until none waits or the pool breaks."""
        pool, in_flight = self._ready(waiting[0].policies), dict[Future[list[Outcome]], Job]()
        done = False
        try:
            while waiting or in_flight:
                while waiting and len(in_flight) < 2 * self._workers:
                    # A pool that broke while it was idle never had this world.
                    in_flight[pool.submit(self._inputs, waiting[0])] = waiting[0]
                    waiting.popleft()
                finished, _ = wait(in_flight, return_when=FIRST_COMPLETED)
                for future in finished:
                    outcomes = future.result()
                    del in_flight[future]
                    yield outcomes
            done = True
        except BrokenProcessPool:
            suspects.extend(in_flight.values())
        finally:
            if not done:
                self._dismiss()

    def _ready(self, policies: Sequence[str]) -> _Pool:
        """The pool, made on first need and after it broke."""
        if not self._warm:
            warm(self._inputs, policies)
            self._warm = True
        if self._pool is None:
            self._pool = _Pool(self._workers)
        return self._pool

    def _dismiss(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool = None


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
    pool = _Pool(min(workers, len(numbers)))
    try:
        for future in [pool.start(work, number) for number in numbers]:
            yield future.result()
    finally:
        pool.stop()


def _execute_alone(inputs: Inputs, job: Job, attempts: dict[int, int]) -> list[Outcome] | None:
    """Run one world in a pool of its own; ``None`` asks for another attempt."""
    pool = _Pool(1)
    try:
        return pool.submit(inputs, job).result()
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
        self._own: set[multiprocessing.process.BaseProcess] = set()
        self._executor = ProcessPoolExecutor(
            workers, multiprocessing.get_context("spawn"), initializer=start_worker
        )
        try:
            self.start(available_cores).result()
        except BaseException as error:
            self.stop()
            if isinstance(error, BrokenProcessPool):
                raise RuntimeError(_NO_START) from None
            raise

    def submit(self, inputs: Inputs, job: Job) -> Future[list[Outcome]]:
        """Hand over one world; a pool that is broken already raises `BrokenProcessPool`."""
        return self.start(execute_pair, inputs, job.policies, job.replication, job.drawn)

    def start(self, work: Callable[..., _Result], *arguments: Any) -> Future[_Result]:
        """Hand over a call, and remember the worker that may have been started for it."""
        before = set(multiprocessing.active_children())
        try:
            with _unheard_interrupts():
                return self._executor.submit(work, *arguments)
        finally:
            self._own |= set(multiprocessing.active_children()) - before

    def stop(self) -> None:
        """Drop what waits and end the workers, whatever they are doing."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in self._own:
            process.terminate()
            process.join()


@contextmanager
def _unheard_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back while workers start: they inherit it, this process gets it afterwards.

    A worker that is interrupted before `start_worker` would print a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start_worker() -> None:
    """Leave Ctrl-C to the parent and end with it, even when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
