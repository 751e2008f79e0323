"""Long work that a visitor starts from the page: in a process of its own, with progress and cancel.

What is done is a stored result like any other, in the results folder; what was broken off goes
on when it is started again.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from innocluster.scenarios.attribution.attribution import explore
from innocluster.scenarios.comparison.comparison import compare
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.runs.provenance import model_fingerprint
from innocluster.scenarios.runs.study import short_digest
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.store.verification import finished_manifest

from .beginning import work

__all__ = [
    "Jobs",
    "State",
    "attribute",
    "finished_folders",
    "job_folder",
    "over_forms",
    "rank",
    "results_root",
]


def results_root() -> Path:
    """Folder of results: that of the environment, or the one that commands write to."""
    return Path(os.environ.get("INNOCLUSTER_RESULTS", "results")).absolute()


def finished_folders(root: Path) -> list[str]:
    """Names of the finished results in a folder, the latest first; links are no results."""
    if not root.is_dir():
        return []
    found = []
    for path in root.iterdir():
        if path.is_symlink() or not path.is_dir():
            continue
        try:
            finished_manifest(path)
        except InputError:
            continue
        found.append((-path.stat().st_mtime, path.name))
    return [name for _, name in sorted(found)]


def job_folder(kind: str, scenario: Scenario, arms: tuple[str, ...]) -> Path:
    """Where the result of a job goes."""
    return results_root() / f"page-{kind}-{short_digest(scenario, arms, model_fingerprint())}"


def attribute(progress: Any, scenario: Scenario, arms: tuple[str, ...], folder: Path) -> None:
    """Attribute the effect of policies to channels."""
    explore(arms, scenario, worlds=4, orders=1, workers=1, folder=folder, progress=_told(progress))


def rank(progress: Any, scenario: Scenario, arms: tuple[str, ...], folder: Path) -> None:
    """Compare policies."""
    compare(
        arms, scenario, pairs=8, max_pairs=8, workers=1, folder=folder, progress=_told(progress)
    )


def over_forms(progress: Any, scenario: Scenario, arms: tuple[str, ...], folder: Path) -> None:
    """Compare policies while a form of every contested rule is drawn for each world."""
    compare(
        arms, scenario, pairs=24, max_pairs=24, workers=1, folder=folder, under="forms",
        progress=_told(progress),
    )  # fmt: skip


def _told(progress: Any) -> Callable[[int, int, float], None]:
    def tell(done: int, wanted: int, seconds: float) -> None:
        progress[0], progress[1] = float(done), float(wanted)
        progress[2] = seconds if math.isfinite(seconds) else -1.0

    return tell


@dataclass(frozen=True)
class State:
    """How far a job is: runs done and wanted, seconds left or -1, and what it is doing.

    `phase` is ``"none"``, ``"running"``, ``"done"``, ``"cancelled"`` or ``"failed"``.
    """

    done: int
    wanted: int
    seconds: float
    phase: str


class Jobs:
    """Work under way, shared by all visitors: one piece at a time, by the folder of its result."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: tuple[Path, Any, Any] | None = None
        self._cancelled: set[Path] = set()

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return self._running is not None and self._running[1].is_alive()

    def start(
        self, task: Callable[..., None], scenario: Scenario, arms: tuple[str, ...], folder: Path
    ) -> bool:
        """Begin a piece of work; ``False`` where another is under way."""
        with self._lock:
            if self.busy:
                return False
            context = multiprocessing.get_context("spawn")
            progress = context.Array("d", 3)
            given = pickle.dumps((scenario, arms, folder))
            process = context.Process(
                target=work, args=(progress, task.__module__, task.__name__, given), daemon=True
            )
            self._cancelled.discard(folder)
            self._running = (folder, process, progress)
            process.start()
            return True

    def state(self, folder: Path) -> State:
        """How far the work for a folder is."""
        with self._lock:
            if self._running is not None and self._running[0] == folder:
                _, process, progress = self._running
                done, wanted, seconds = progress[:]
                if process.is_alive():
                    return State(int(done), int(wanted), seconds, "running")
                if process.exitcode and folder not in self._cancelled:
                    return State(int(done), int(wanted), -1.0, "failed")
        try:
            finished_manifest(folder)
        except InputError:
            return State(0, 0, -1.0, "cancelled" if folder in self._cancelled else "none")
        return State(0, 0, -1.0, "done")

    def cancel(self, folder: Path) -> None:
        """End the work for a folder; runs that are finished are kept."""
        with self._lock:
            if self._running is not None and self._running[0] == folder:
                self._cancelled.add(folder)
                self._running[1].terminate()
