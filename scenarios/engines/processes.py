"""Processes of this machine: the standard library's pool, which can be stopped at once."""

from __future__ import annotations

import multiprocessing
import multiprocessing.process
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from innocluster.agents.help import available_cores

__all__ = ["Processes", "start_worker"]

_Result = TypeVar("_Result")

_NO_START = (
    "worker processes cannot start: a script that runs worlds with several workers needs"
    " 'if __name__ == \"__main__\":' around its calls, or workers=1"
)
_KILLED = -9
_STARTS = 3
_KILLED_AT_START = (
    f"worker processes were killed {_STARTS} times while they started, perhaps for want of memory"
)


class Processes:
    """Spawned processes, from the first call to the end.

    Parameters
    ----------
    workers : processes
    """

    waiting = 2
    lost: tuple[type[BaseException], ...] = (BrokenProcessPool,)
    breaks = True

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._own: set[multiprocessing.process.BaseProcess] = set()
        self._executor: ProcessPoolExecutor | None = None

    @property
    def started(self) -> bool:
        """Whether there are processes."""
        return self._executor is not None

    def submit(self, work: Callable[..., _Result], *arguments: Any) -> Future[_Result]:
        """Hand over a call, and remember the worker that may have been started for it."""
        if self._executor is None:
            self._start()
        return self._hand_over(work, *arguments)

    def stop(self) -> None:
        """Drop what waits and end the workers, whatever they are doing."""
        if self._executor is None:
            return
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in self._own:
            process.terminate()
            process.join()
        self._executor, self._own = None, set()

    def alone(self) -> Processes:
        """A pool of one process."""
        return Processes(1)

    def _start(self) -> None:
        """Start all workers; again where one is killed meanwhile, as it may be at any other time.

        Raises
        ------
        RuntimeError
            Where they cannot start.
        """
        for _ in range(_STARTS):
            self._executor = ProcessPoolExecutor(
                self.workers, multiprocessing.get_context("spawn"), initializer=start_worker
            )
            try:
                self._hand_over(available_cores).result()
            except BaseException as error:
                killed = any(process.exitcode == _KILLED for process in self._own)
                self.stop()
                if not isinstance(error, BrokenProcessPool):
                    raise
                if not killed:
                    raise RuntimeError(_NO_START) from None
            else:
                return
        raise RuntimeError(_KILLED_AT_START)

    def _hand_over(self, work: Callable[..., _Result], *arguments: Any) -> Future[_Result]:
        assert self._executor is not None
        before = set(multiprocessing.active_children())
        try:
            with _unheard_interrupts():
                return self._executor.submit(work, *arguments)
        finally:
            self._own |= set(multiprocessing.active_children()) - before


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
