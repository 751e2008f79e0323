"""Worlds for the page: simulated once in a process of their own, kept in files, read when asked.

The page's process never runs the model: it reads finished files, of which it keeps the last few
in memory for all visitors, who only look at them.
"""

from __future__ import annotations

import multiprocessing
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from threading import Event, Lock
from typing import Any

from innocluster.agents.compilation import CACHE
from innocluster.scenarios.runs.execution import build_settings
from innocluster.scenarios.runs.provenance import model_fingerprint
from innocluster.scenarios.runs.study import short_digest
from innocluster.scenarios.schema import Scenario

from .beginning import begin, month_done
from .record import World

__all__ = ["Worlds", "world_file", "write_world"]

_KEPT_FILES, _KEPT_WORLDS = 24, 3


def world_file(scenario: Scenario, policy: str, folder: Path = CACHE / "page" / "worlds") -> Path:
    """Where a policy's first world of a scenario is kept."""
    return folder / f"{short_digest(scenario, policy, model_fingerprint())}-{policy}.npz"


def write_world(scenario: Scenario, policy: str, path: Path) -> None:
    """Simulate the first world of a scenario under a policy and write it to a file."""
    from .recorder import record_world

    record_world(build_settings(scenario, 0, policy), month_done).save(path)


class Worlds:
    """The process that simulates single worlds, shared by all visitors.

    Attributes
    ----------
    ready : set while nobody else compiles the model; two at it would take twice as long
    """

    def __init__(self) -> None:
        self.ready = Event()
        self.ready.set()
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._progress: Any = None
        self._under_way: dict[Path, Future[None]] = {}
        self._read: OrderedDict[Path, World] = OrderedDict()

    def find(
        self, scenario: Scenario, policy: str, wanted: Callable[[], bool],
        told: Callable[[int], None],
    ) -> World | None:  # fmt: skip
        """The first world of a scenario under a policy; ``None`` where it is not `wanted` any more.

        Parameters
        ----------
        told : called with the months simulated while the world is made, -1 while it is compiled
        """
        path = world_file(scenario, policy)
        world = self._kept(path)
        if world is not None:
            return world
        while not self.ready.wait(0.5):
            if not wanted():
                return None
            told(-1)
        future = self._submit(scenario, policy, path)
        while wanted():
            try:
                future.result(timeout=0.2)
                return self._kept(path)
            except TimeoutError:
                told(int(self._progress.value))
            except CancelledError:
                return None
            except BrokenProcessPool:
                with self._lock:
                    self._pool = None
                raise
        return None

    def _kept(self, path: Path) -> World | None:
        """A world that is there already."""
        with self._lock:
            if path in self._read:
                self._read.move_to_end(path)
                return self._read[path]
            try:
                world = World.load(path)
            except (OSError, ValueError, KeyError):
                return None
            path.touch()
            self._read[path] = world
            while len(self._read) > _KEPT_WORLDS:
                self._read.popitem(last=False)
            return world

    def _submit(self, scenario: Scenario, policy: str, path: Path) -> Future[None]:
        with self._lock:
            known = self._under_way.get(path)
            if known is not None and not known.done():
                return known
            if self._pool is None:
                context = multiprocessing.get_context("spawn")
                self._progress = context.Value("i", 0)
                self._pool = ProcessPoolExecutor(
                    1, mp_context=context, initializer=begin, initargs=(self._progress,)
                )
            old = sorted(path.parent.glob("*.npz"), key=lambda p: p.stat().st_mtime)
            for file in old[: max(0, len(old) - _KEPT_FILES + 1)]:
                file.unlink(missing_ok=True)
            self._progress.value = 0
            self._under_way = {p: f for p, f in self._under_way.items() if not f.done()}
            self._under_way[path] = self._pool.submit(write_world, scenario, policy, path)
            return self._under_way[path]

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
