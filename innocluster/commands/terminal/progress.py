"""What a command says of long work: an estimate before it, how far it is, the time left."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from typing import Any

from innocluster.viz.words.messages import Messages

from .console import notice

__all__ = ["ProgressBar", "duration", "tell_estimate"]

_SECONDS_BETWEEN_LINES = 15.0
_SECONDS_A_RUN = (0.5, 2.0)
"""CPU time of a run of eleven years on a fast and on a slow machine."""


def tell_estimate(
    runs: tuple[int, int], months: int, workers: int, words: Messages, shown: bool
) -> None:
    """Say how many runs are to come and how long they may take, unless it is a few seconds.

    Parameters
    ----------
    runs : at least and at most
    months : simulated in each
    """
    usual = 132.0
    fast, slow = (seconds * months / usual / workers for seconds in _SECONDS_A_RUN)
    least, most = runs[0] * fast, runs[1] * slow
    if not shown or most < 20.0:
        return
    notice(
        words(
            "line", "{runs} runs in {workers} processes, some {time}; finished runs are kept.",
            runs=_range(f"{runs[0]:,}", f"{runs[1]:,}"), workers=workers,
            time=_range(duration(least, words), duration(most, words)),
        )
    )  # fmt: skip


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low}–{high}"


def duration(seconds: float, words: Messages) -> str:
    """Seconds in words, as closely as matters."""
    if seconds < 90.0:
        return words("line", "{n} seconds", n=max(1, round(seconds)))
    return words("line", "{n} minutes", n=f"{seconds / 60.0:.2g}" if seconds < 600 else
                 f"{round(seconds / 60.0):,}")  # fmt: skip


class ProgressBar:
    """A bar with the time left on standard error; plain lines where that is no terminal.

    Parameters
    ----------
    shown : whether there is one
    words : in the language of the user
    before : called once everything is checked and the work begins
    what : what it counts
    """

    def __init__(
        self, shown: bool, words: Messages, before: Callable[[], None], what: str = "worlds"
    ) -> None:
        self._bar: Any = None
        self._before = before
        self._words, self._what = words, words("line", what)
        self._lines = shown and not sys.stderr.isatty()
        self._last_line = time.monotonic()
        if shown and not self._lines:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            self._bar = Progress(
                TextColumn(self._what),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[left]}"),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task(self._what, total=None, left="")

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, total: int, seconds: float) -> None:
        """Show how many are done, how many are wanted and the seconds left.

        Before anything is done these are not known, and there is only something to say.
        """
        if math.isnan(seconds):
            self._before()
            return
        clock = f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
        left = self._words("line", "{clock} left", clock=clock)
        if self._bar is not None:
            self._bar.start()
            self._bar.update(self._task, completed=done, total=total, left=left)
        elif self._lines and time.monotonic() - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            notice(f"{self._what} {done}/{total}, {left}")
