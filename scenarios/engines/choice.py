"""Which engine is meant by a name, a number of workers or an object."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from innocluster.agents.help import available_cores

from ..errors import COMMAND_LINE, InputError
from .engine import Engine, InProcess
from .given import GivenExecutor
from .processes import Processes

__all__ = ["ENGINES", "chosen_engine"]

ENGINES = ("processes", "dask")
"""Engines by name."""


def chosen_engine(
    given: str | Executor | Callable[[], Executor] | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    apart: bool = False,
) -> Engine:
    """The engine that is meant.

    Parameters
    ----------
    given : name, one of `ENGINES`; an executor of `concurrent.futures`; or a function that makes
        one, so that a broken one can be replaced.  Processes of this machine if omitted, or Dask
        where a scheduler is named
    workers : processes, by default one a core; one works in this process, and so does a process
        that may not start others, as one of `multiprocessing.Pool`
    scheduler : address of a Dask scheduler, or its file
    apart : whether even one worker is another process, which can be ended where it hangs

    Raises
    ------
    InputError
        For another name, or a scheduler of something else than Dask.
    """
    count = workers or available_cores()
    if given is None:
        given = "processes" if scheduler is None else "dask"
    if given == "dask":
        from .dask_cluster import DaskCluster

        return DaskCluster(count, scheduler)
    if scheduler is not None:
        raise InputError(
            file=COMMAND_LINE, key="--scheduler", value=scheduler, allowed="with --engine dask only"
        )
    if isinstance(given, str):
        if given not in ENGINES:
            raise InputError(
                file=COMMAND_LINE, key="--engine", value=given, allowed=", ".join(ENGINES)
            )
        may_start: Any = not multiprocessing.current_process().daemon
        return Processes(count) if may_start and (count > 1 or apart) else InProcess()
    return GivenExecutor(given, workers)
