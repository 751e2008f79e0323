"""The end of a call that hangs: its process ends itself, even while compiled code holds it."""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

__all__ = ["ended_after"]


@cache
def _nowhere() -> int:
    """An open file that keeps nothing."""
    return os.open(os.devnull, os.O_WRONLY)


@contextmanager
def ended_after(seconds: float | None) -> Iterator[None]:
    """End this process unless what is inside is done in time.

    The watch is kept by a thread of the interpreter's own that needs no lock, so that nothing
    which hangs can keep it from acting.  There is one in a process.

    Parameters
    ----------
    seconds : ``None`` sets no watch
    """
    if seconds is None:
        yield
        return
    faulthandler.dump_traceback_later(seconds, exit=True, file=_nowhere())
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
