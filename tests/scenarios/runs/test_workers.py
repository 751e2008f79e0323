"""Workers stay for all looks of a comparison, and those that die between two are replaced."""

from __future__ import annotations

import multiprocessing
import time

import pytest

from innocluster.scenarios.engines.processes import Processes
from innocluster.scenarios.runs import workers
from innocluster.scenarios.runs.completion import Advance, run_missing
from innocluster.scenarios.runs.execution import Outcome, execute_pair
from innocluster.scenarios.runs.inputs import Inputs, World
from innocluster.scenarios.runs.ledger import Ledger
from innocluster.scenarios.runs.workers import Crew, Job
from innocluster.scenarios.schema import Scenario


def jobs(first: int) -> list[Job]:
    return [Job(replication, ("P0",)) for replication in range(first, first + 3)]


def run(crew: Crew, first: int) -> list[int]:
    outcomes = [outcome for group in crew.execute(jobs(first)) for outcome in group]
    assert all(outcome.error == "" for outcome in outcomes)
    return sorted(outcome.replication for outcome in outcomes)


def test_workers_stay_and_dead_ones_are_replaced(
    short: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    warmed: list[object] = []
    genuine = workers.warm

    def warm(*arguments: object) -> None:
        warmed.append(arguments)
        genuine(*arguments)  # type: ignore[arg-type]

    def alone(*_: object) -> Processes:
        raise AssertionError("no world was in flight")

    monkeypatch.setattr(workers, "warm", warm)
    monkeypatch.setattr(Processes, "alone", alone)
    before = set(multiprocessing.active_children())
    engine = Processes(2)
    with Crew(short, engine) as crew:
        assert run(crew, 0) == [0, 1, 2]
        first = set(multiprocessing.active_children()) - before
        assert 1 <= len(first) <= 2
        assert run(crew, 3) == [3, 4, 5]
        assert first <= set(multiprocessing.active_children())
        for worker in first:
            worker.kill()
            worker.join()
        # The executor notices a moment later.
        deadline = time.monotonic() + 20.0
        assert engine._executor is not None
        while not engine._executor._broken and time.monotonic() < deadline:  # type: ignore[attr-defined]
            time.sleep(0.05)
        assert run(crew, 6) == [6, 7, 8]
        assert not first & set(multiprocessing.active_children())
    deadline = time.monotonic() + 20.0
    while set(multiprocessing.active_children()) != before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert set(multiprocessing.active_children()) == before
    assert len(warmed) == 1


def test_only_what_is_ready_is_not_warmed(short: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    run: list[tuple[str, ...]] = []

    class Mark:
        def __init__(self, policy: str) -> None:
            self.policy = policy

        def exists(self) -> bool:
            return self.policy in ("P0", "P5")

    def execute(_: Scenario, arms: tuple[str, ...], replication: int) -> list[Outcome]:
        run.append(arms)
        return []

    monkeypatch.setattr(workers, "ready_mark", Mark)
    monkeypatch.setattr(workers, "ask_for_help", asked.append)
    monkeypatch.setattr(workers, "execute_pair", execute)
    workers.warm(short, ("P0", "P5|-ties"))
    assert (asked, run) == ([], [])
    workers.warm(short, ("P0", "P2|-ties", "P2"))
    assert (asked, run) == ([["P0", "P2"]], [("P0", "P2|-ties", "P2")])


def test_only_what_the_ledger_lacks_is_run(
    short: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[int, tuple[str, ...]]] = []

    def execute(
        inputs: Inputs, arms: tuple[str, ...], replication: int, *_: object
    ) -> list[Outcome]:
        ran.append((replication, arms))
        return execute_pair(inputs, arms, replication)

    monkeypatch.setattr(workers, "execute_pair", execute)
    wanted = [World(0, ("P0", "P2")), World(1, ("P0", "P2", "P5"))]
    with Ledger(None, short) as ledger, Crew(short, 1) as crew:
        ledger.record(execute_pair(short, ["P2"], 1)[0])
        steps = list(run_missing(wanted, lambda _: None, ledger, crew))
        assert ran == [(0, ("P0", "P2")), (1, ("P0", "P5"))]
        assert steps[-1] == Advance(4, 4, 0, 0.0)
        assert list(run_missing(wanted, lambda _: None, ledger, crew)) == []
        ran.clear()
        more = [World(2, ("P0", "P2", "P5"))]
        steps = list(run_missing(more, lambda _: None, ledger, crew, runs_a_job=2))
        assert ran == [(2, ("P0", "P2")), (2, ("P5",))]
        assert steps[-1] == Advance(3, 3, 0, 0.0)


def test_a_process_that_may_start_no_others_does_the_work_itself(
    short: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one of `multiprocessing.Pool`, which asserts that it has no children."""
    monkeypatch.setattr(multiprocessing.current_process(), "_config", {"daemon": True})
    before = set(multiprocessing.active_children())
    with Crew(short, 2) as crew:
        assert run(crew, 0) == [0, 1, 2]
    assert set(multiprocessing.active_children()) == before
