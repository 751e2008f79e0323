"""Progress on the terminal."""

from __future__ import annotations

from typing import Any

__all__ = ["ProgressBar"]


class ProgressBar:
    """A bar with the time left on standard error, or nothing.

    Parameters
    ----------
    shown : whether there is one
    what : what it counts
    """

    def __init__(self, shown: bool, what: str = "worlds") -> None:
        self._bar: Any = None
        if shown:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            self._bar = Progress(
                TextColumn(what),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[left]}"),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task(what, total=None, left="")

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, total: int, seconds: float) -> None:
        """Show how many are done, how many are wanted and the seconds left."""
        if self._bar is not None:
            self._bar.start()
            left = f"{int(seconds) // 60}:{int(seconds) % 60:02d} left"
            self._bar.update(self._task, completed=done, total=total, left=left)
