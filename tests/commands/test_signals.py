"""A signal ends a command wherever it comes, also where the compiler drops what is raised."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from innocluster.agents.compilation import compiled
from innocluster.agents.records import Record
from innocluster.commands.terminal.signals import listen_for_signals


@dataclass
class Sales(Record):
    """A table of one column that asks for a signal while it describes itself."""

    sales: np.ndarray
    asks: ClassVar[bool] = False

    def _describe(self) -> None:
        if type(self).asks:
            type(self).asks = False
            signal.raise_signal(signal.SIGTERM)
        super()._describe()


@compiled
def total(firms: Sales) -> float:
    return firms.sales.sum()  # type: ignore[no-any-return]


def _total_and_wait() -> None:
    total(Sales(np.ones(3)))
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.fixture
def received() -> Iterator[list[int]]:
    """The signals that came; handlers are as before afterwards."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield listen_for_signals()
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def test_a_signal_ends_what_is_under_way(received: list[int]) -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    assert received == [signal.SIGTERM]


def test_a_signal_that_compiled_code_would_swallow_comes_again(
    received: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert total(Sales(np.ones(2))) == 2.0
    monkeypatch.setattr(Sales, "asks", True)
    with pytest.raises(KeyboardInterrupt):
        _total_and_wait()
    assert set(received) == {signal.SIGTERM}
    assert len(received) >= 2
