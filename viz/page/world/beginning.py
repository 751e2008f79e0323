"""How the processes of single worlds and of long work start.

The server compiles nothing.  This module loads nothing of the model, so that a process can take
that back before it meets the first compiled function.
"""

from __future__ import annotations

import pickle
from importlib import import_module
from typing import Any

from ..starting import start_page_worker

__all__ = ["begin", "month_done", "work"]

_progress: Any = None


def begin(progress: Any) -> None:
    """Start a process that simulates worlds; `progress` takes the months done."""
    global _progress
    start_page_worker()
    _progress = progress


def month_done(month: int, of: int) -> None:
    """Tell the server how far the run under way is."""
    if _progress is not None:
        _progress.value = month


def work(progress: Any, module: str, name: str, given: bytes) -> None:
    """Do a piece of work: a function of a module with pickled arguments after `progress`."""
    start_page_worker()
    getattr(import_module(module), name)(progress, *pickle.loads(given))
