"""Any executor of `concurrent.futures` that somebody hands over."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from typing import Any, TypeVar

from innocluster.agents.help import available_cores

from ..errors import InputError

__all__ = ["GivenExecutor"]

_Result = TypeVar("_Result")


class GivenExecutor:
    """An executor, or a function that makes one, which also makes another where one broke.

    Parameters
    ----------
    given : an executor, which stays open, or a function that makes one
    workers : calls that it executes side by side, where it does not say so itself
    """

    waiting = 2
    lost: tuple[type[BaseException], ...] = (BrokenExecutor, CancelledError)
    breaks = True

    def __init__(
        self, given: Executor | Callable[[], Executor], workers: int | None = None
    ) -> None:
        self._given = given
        self._executor: Executor | None = None
        self._workers = workers

    @property
    def started(self) -> bool:
        """Whether calls were handed over."""
        return self._executor is not None

    @property
    def workers(self) -> int:
        """As stated, as the executor says, or one a core."""
        own = getattr(self._executor or self._given, "_max_workers", None)
        return self._workers or (own if isinstance(own, int) else available_cores())

    def submit(self, work: Callable[..., _Result], *arguments: Any) -> Future[_Result]:
        """Hand over a call."""
        if self._executor is None:
            given = self._given
            self._executor = given if isinstance(given, Executor) else given()
        return self._executor.submit(work, *arguments)

    def stop(self) -> None:
        """Let an executor go that was made here; calls under way end by themselves."""
        if self._executor is not None and self._executor is not self._given:
            self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = None

    def alone(self) -> GivenExecutor:
        """Another executor, of which one worker is used.

        Raises
        ------
        InputError
            Where nothing can make one.
        """
        if isinstance(self._given, Executor):
            raise InputError(
                file="executor", key="executor", value="broken: one of its workers died",
                allowed="a function that makes executors, so that another can be made;"
                " finished runs are kept",
            )  # fmt: skip
        return GivenExecutor(self._given, 1)
