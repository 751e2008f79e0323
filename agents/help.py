"""A second process that helps a first start: it compiles what comes last while this one starts.

Compiled code goes to the cache function by function.  Without a cache a first run waits for
all of it on one core.  The helper rehearses a tiny world, compiles what that called in
reverse order, and ends where it meets the run that it helps: each finds in the cache what
the other has compiled.  Where no process can be started, the run just takes longer.
"""

from __future__ import annotations

import atexit
import json
import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

import numba

from .compilation import CACHE

__all__ = ["ask_for_help", "available_cores", "ready_mark"]

_SWITCH = "INNOCLUSTER_HELP"
"""Environment variable; ``0`` starts no helper."""

_REHEARSAL = "innocluster.scenarios.runs.rehearsal"
_START = "import sys; sys.path[:] = {path}; from {module} import main; main({policies})"

_helpers: list[subprocess.Popen[bytes]] = []


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def ready_mark(policy: str) -> Path:
    """File that says: all that a run under a policy compiles is in the cache."""
    name = "".join(c if c.isalnum() else f"-{ord(c)}" for c in policy)
    return CACHE / f"ready-{name}"


def ask_for_help(policies: Iterable[str]) -> None:
    """Start a helper for runs under some policies, unless their code is in the cache.

    It hears nothing but the end of its input, which is the end of this process, and says
    nothing.  ``INNOCLUSTER_HELP=0`` keeps it from being started.  Workers are helped by
    the process that started them.
    """
    lacking = [policy for policy in policies if not ready_mark(policy).exists()]
    if (
        not lacking
        or os.environ.get(_SWITCH) == "0"
        or available_cores() < 2
        or numba.config.DISABLE_JIT  # type: ignore[attr-defined]
        or not sys.executable
        or multiprocessing.parent_process() is not None
        or any(helper.poll() is None for helper in _helpers)
    ):
        return
    code = _START.format(path=json.dumps(sys.path), module=_REHEARSAL, policies=json.dumps(lacking))
    try:
        helper = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # No helper asks for help.
            env={**os.environ, _SWITCH: "0"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:
        return
    _helpers.append(helper)
    # Whoever outlives its helper waits for it, so that nothing of it is left.
    threading.Thread(target=helper.wait, daemon=True).start()
    atexit.register(helper.kill)
