"""The queue of questions: bounded, told to those outside, and left by those who go away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from innocluster.scenarios.runs.execution import Outcome
from innocluster.viz.page import engine as module
from innocluster.viz.page.address import View
from innocluster.viz.page.answers import Question
from innocluster.viz.page.engine import Engine, Unwanted


def question(budget: float) -> Question:
    return Question.of(View(budget=budget), Path("nowhere"))


def until(true: Callable[[], bool]) -> None:
    """Wait as long as a busy machine needs."""
    for _ in range(3000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine with room for one question, whose worlds are all there already."""
    monkeypatch.setattr(module, "MOST", 1)
    made = Engine()
    made.ready.set()
    return made


def test_who_finds_no_room_is_told_and_follows(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, asked = threading.Event(), []

    def get(key: tuple[str, Any], wanted: object, work: object, *given: Any) -> Any:
        if key[1] == "lacking":
            asked.append(key[0])
            assert held.wait(60.0)
            return {}
        return key

    monkeypatch.setattr(engine, "_get", get)
    first, second = question(1.0), question(2.0)
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda q=q: found.extend(engine.answers(q, lambda: True)))
        for q in (first, second)
    ]
    threads[0].start()
    until(lambda: asked == [first.key])
    threads[1].start()
    until(lambda: engine.outside(second))
    assert not engine.outside(first)
    assert engine.waiting == 1
    assert asked == [first.key]
    held.set()
    for thread in threads:
        thread.join(60.0)
    assert found == [(first.key, 30), (second.key, 30)]
    assert not engine.outside(second)
    assert engine.waiting == 0


def test_who_goes_away_leaves_the_queue(engine: Engine) -> None:
    engine._asking.append(object())
    with pytest.raises(Unwanted):
        next(engine.answers(question(1.0), lambda: False))
    assert not engine.outside(question(1.0))
    assert engine.waiting == 1


def test_worlds_go_on_while_the_answer_of_fewer_is_made(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = question(1.0)
    missing: dict[int, tuple[str, ...]] = {n: ("P0", "P5") for n in range(30) if n != 2}
    made: dict[int, Future[Any]] = {}
    simulated, stored = [], {2}

    def call(key: tuple[Any, ...], work: object, *given: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if "world" in key:
            simulated.append(key[2])
            future.set_result([Outcome("P5", key[2], 0.0, None)])
            if len(simulated) == 10:
                # No sooner than now is the first answer there.
                made[4].set_result("four")
        else:
            worlds, outcomes = given[1:]
            stored.update(outcome.replication for outcome in outcomes)
            assert stored == set(range(worlds))
            made[worlds] = future
            if worlds != 4:
                future.set_result(worlds)
        return future

    monkeypatch.setattr(engine, "call", call)
    fresh: list[Outcome] = []
    found = list(engine._growing(asked, missing, fresh, lambda: True))
    assert found == [(4, "four"), (12, 12)]
    assert simulated == sorted(missing)
    assert sorted(outcome.replication for outcome in fresh) == list(range(12, 30))
