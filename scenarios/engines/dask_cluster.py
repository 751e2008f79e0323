"""Workers of a Dask cluster: of a scheduler somewhere, or started here."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from importlib import import_module
from typing import Any, TypeVar

from ..errors import COMMAND_LINE, InputError

__all__ = ["DaskCluster"]

_Result = TypeVar("_Result")

_PATIENCE = "20s"
_MESSAGES_KEPT = {"distributed.admin.low-level-log-length": 10}
"""Dask keeps the last messages of every connection for people who search for its faults.  Each of
the usual 1,000 holds a whole block of jobs, some hundred MiB in all."""


class DaskCluster:
    """A Dask cluster, from the first call to the end.

    Parameters
    ----------
    workers : processes that are started here where no scheduler is named
    scheduler : address of a scheduler, such as ``tcp://node1:8786``, or its file

    Raises
    ------
    InputError
        Where Dask is not installed.
    """

    waiting = 4
    breaks = False

    def __init__(self, workers: int, scheduler: str | None = None) -> None:
        try:
            self._dask: Any = import_module("distributed")
        except ImportError:
            raise InputError(
                file=COMMAND_LINE, key="--engine", value="dask, which is not installed",
                allowed="dask after: pip install 'innocluster[dask]'",
            ) from None  # fmt: skip
        self.lost: tuple[type[BaseException], ...] = (self._dask.KilledWorker, CancelledError)
        self._local = workers
        self._scheduler = scheduler
        self._cluster: Any = None
        self._client: Any = None
        self._executor: Any = None

    @property
    def started(self) -> bool:
        """Whether there is a connection."""
        return self._client is not None

    @property
    def workers(self) -> int:
        """Threads of all workers that are there now; at least one is to come."""
        if self._client is None:
            return self._local
        threads: int = sum(self._client.nthreads().values())
        return max(1, threads)

    def submit(self, work: Callable[..., _Result], *arguments: Any) -> Future[_Result]:
        """Hand over a call; Dask gives it to another worker where one dies, four times."""
        if self._client is None:
            self._start()
        if self._client.status != "running":
            raise InputError(
                file=COMMAND_LINE, key="--scheduler", value=f"{self._scheduler} (gone)",
                allowed="a Dask scheduler that stays; finished runs are kept",
            )  # fmt: skip
        future: Future[_Result] = self._executor.submit(work, *arguments)
        return future

    def stop(self) -> None:
        """Cancel what waits and close the connection, and the workers that were started here."""
        if self._executor is not None:
            self._executor.shutdown(wait=False)
        for part in (self._client, self._cluster):
            if part is not None:
                part.close()
        self._executor = self._client = self._cluster = None

    def alone(self) -> DaskCluster:
        """The same: the death of a worker is noted with its call."""
        return self

    def _start(self) -> None:
        # Connections read it as they open, those of workers that are replaced later on.
        import_module("dask").config.set(_MESSAGES_KEPT)
        if self._scheduler is None:
            self._cluster = self._dask.LocalCluster(
                n_workers=self._local, threads_per_worker=1, dashboard_address=None,
                silence_logs=50,
            )  # fmt: skip
            self._client = self._dask.Client(self._cluster)
        else:
            place = {"scheduler_file": self._scheduler}
            if "://" in self._scheduler or not self._scheduler.endswith(".json"):
                place = {"address": self._scheduler}
            try:
                self._client = self._dask.Client(**place, timeout=_PATIENCE)
            except (OSError, ValueError, TimeoutError) as error:
                reason = " ".join(str(error).split())
                raise InputError(
                    file=COMMAND_LINE, key="--scheduler", value=f"{self._scheduler} ({reason})",
                    allowed="the address of a Dask scheduler that answers, or its file",
                ) from None  # fmt: skip
        self._executor = self._client.get_executor(pure=False)
