"""Answers to what visitors ask: a comparison of 30 worlds, in steps, made in a process of its own.

The page keeps what has arrived and never touches the model.  Runs are stored, so that a
question that was asked before is answered at once, and an answer that was broken off goes on.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from innocluster.agents.compilation import CACHE
from innocluster.scenarios.comparison.comparison import compare
from innocluster.scenarios.runs.provenance import model_fingerprint
from innocluster.scenarios.runs.study import short_digest

from .address import WORLDS, View

if TYPE_CHECKING:
    from innocluster.scenarios.comparison.tabulation import Comparison

__all__ = ["STEPS", "Engine", "answer"]

STEPS = (4, 12, WORLDS)
"""Worlds after which an answer is shown."""


def answer(
    view: View, worlds: int, folder: Path = CACHE / "page", workers: int | None = None
) -> Comparison:
    """The policy of a view beside no programme in so many worlds.

    Parameters
    ----------
    folder : where runs are kept
    workers : processes, by default one a core
    """
    scenario = view.scenario()
    name = short_digest(scenario, view.policy, model_fingerprint())
    return compare(
        [view.policy],
        scenario,
        pairs=worlds,
        max_pairs=worlds,
        folder=folder / name,
        workers=workers,
    )


class Engine:
    """The process that answers, shared by all visitors, one question after another."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._lock = Lock()
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """Questions that are being answered or wait."""
        return self._waiting

    def ask(self, view: View, worlds: int, wanted: Callable[[], bool]) -> Comparison | None:
        """Wait for an answer; ``None`` where it is not `wanted` any more."""
        with self._lock:
            self._waiting += 1
        try:
            for attempt in (0, 1):
                try:
                    return self._result(self._submit(view, worlds), wanted)
                except BrokenProcessPool:
                    # It may have run out of memory or been ended from outside.
                    self._pool = None
                    if attempt:
                        raise
            return None
        finally:
            with self._lock:
                self._waiting -= 1

    def _submit(self, view: View, worlds: int) -> Future[Comparison]:
        with self._lock:
            if self._pool is None:
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(1, mp_context=context)
            return self._pool.submit(answer, view, worlds)

    @staticmethod
    def _result(future: Future[Comparison], wanted: Callable[[], bool]) -> Comparison | None:
        while True:
            try:
                return future.result(timeout=0.1)
            except TimeoutError:
                if not wanted() and future.cancel():
                    return None

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
