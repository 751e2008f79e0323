"""What every engine is, the one that works in this process, and what its calls share."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, Protocol, TypeVar

__all__ = ["Engine", "InProcess", "Shared"]

_Result = TypeVar("_Result")
_Value = TypeVar("_Value")


class Engine(Protocol):
    """Executes calls, side by side; starts on the first one, and again after it was stopped."""

    @property
    def workers(self) -> int:
        """Calls that can be executed side by side."""

    @property
    def waiting(self) -> int:
        """Calls a worker that are handed over in advance, one under way included."""

    @property
    def lost(self) -> tuple[type[BaseException], ...]:
        """Exceptions of a call whose worker died."""

    @property
    def breaks(self) -> bool:
        """Whether the death of one worker breaks the calls of all."""

    @property
    def started(self) -> bool:
        """Whether anything has been started that will have to be stopped."""

    def submit(self, work: Callable[..., _Result], *arguments: Any) -> Future[_Result]:
        """Hand over a call of something that another process can import."""

    def stop(self) -> None:
        """Drop what waits and end what is under way, where that can be done."""

    def alone(self) -> Engine:
        """An engine of one worker, to find out which call kills its worker."""


class InProcess:
    """Executes calls at once, in this process."""

    workers = 1
    waiting = 1
    lost: tuple[type[BaseException], ...] = ()
    breaks = False
    started = False

    def submit(self, work: Callable[..., _Result], *arguments: Any) -> Future[_Result]:
        """Execute a call."""
        future: Future[_Result] = Future()
        try:
            future.set_result(work(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def stop(self) -> None:
        """Nothing waits."""

    def alone(self) -> Engine:
        """There is one worker anyway."""
        return self


class Shared(Generic[_Value]):
    """What many calls share: packed once here, and unpacked once in each process.

    It is unpacked where a call reads it, so that what cannot be unpacked is an error of the call.

    Parameters
    ----------
    value : anything that can be pickled
    """

    def __init__(self, value: _Value) -> None:
        self._content: tuple[str, bytes] | None = None
        self._value: _Value | None = value

    @property
    def value(self) -> _Value:
        """What is shared."""
        if self._value is None:
            assert self._content is not None
            self._value = _unpacked(*self._content)
        return self._value

    def __getstate__(self) -> dict[str, Any]:
        if self._content is None:
            content = pickle.dumps(self._value, protocol=5)
            self._content = hashlib.sha256(content).hexdigest(), content
        return {"_content": self._content, "_value": None}


_known: dict[str, Any] = {}
_MOST_KNOWN = 4


def _unpacked(digest: str, content: bytes) -> Any:
    """The value of some bytes, the same one as last time."""
    if digest not in _known:
        while len(_known) >= _MOST_KNOWN:
            _known.pop(next(iter(_known)))
        _known[digest] = pickle.loads(content)
    return _known[digest]
