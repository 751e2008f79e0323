"""What asks a command to end: Ctrl-C, the end of the session, the end of the machine."""

from __future__ import annotations

import signal
import threading
from types import FrameType

__all__ = ["listen_for_signals"]

_MOMENT = 0.02
_CALLED_BACK = (
    "innocluster.agents.records",
    "llvmlite.binding.executionengine",
    "numba.core.serialize",
)


def listen_for_signals() -> list[int]:
    """End on signals as on Ctrl-C, also where a shell that put us aside has us ignore it.

    Returns
    -------
    list that will hold the signals that came
    """
    received: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        received.append(number)
        if not _would_be_lost(frame):
            raise KeyboardInterrupt
        threading.Timer(_MOMENT, signal.raise_signal, [number]).start()

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)
    return received


def _would_be_lost(frame: FrameType | None) -> bool:
    """Whether nobody would hear of an exception that is raised here.

    The compiler and what it made call back: a record describes itself, a constant is read, code
    is kept.  Whatever is raised by that is dropped.

    Parameters
    ----------
    frame : what was executed when the signal came
    """
    while frame is not None:
        if frame.f_globals.get("__name__") in _CALLED_BACK:
            return True
        frame = frame.f_back
    return False
