"""Engines: blocks of jobs, and what becomes of workers that die, with and without Dask."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from stub_worlds import (
    DIES,
    HANGS,
    RAISES,
    design,
    killed_at_first,
    lingering,
    stub,
    troubled,
)

from innocluster import sweep
from innocluster.scenarios.engines import processes
from innocluster.scenarios.engines.blocks import Blocks
from innocluster.scenarios.engines.choice import chosen_engine
from innocluster.scenarios.engines.engine import Engine, InProcess, Shared
from innocluster.scenarios.engines.processes import Processes
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.store.rows import read_rows

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


class Broken(Exception):
    """A worker that died."""


class Fragile(InProcess):
    """An engine in this process of which some jobs break all calls that are under way."""

    waiting = 3
    lost: tuple[type[BaseException], ...] = (Broken,)

    def __init__(self, breaks: bool) -> None:
        self.breaks = breaks
        self.stops = 0

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(work(*arguments))
        except Broken as error:
            future.set_exception(error)
        return future

    def stop(self) -> None:
        self.stops += 1

    def alone(self) -> Engine:
        return self


def squares(jobs: Sequence[int]) -> tuple[list[int], float]:
    if any(job in (13, 77) for job in jobs):
        raise Broken
    return [job * job for job in jobs], 1e-3 * len(jobs)


@pytest.mark.parametrize("breaks", [True, False])
def test_jobs_that_kill_are_found_and_all_others_done(breaks: bool) -> None:
    engine = Fragile(breaks)
    blocks: Blocks[int, int] = Blocks(engine, squares, lambda job, deaths: -job * deaths)
    found = [result for result in blocks.run(range(100)) if result is not None]
    expected = [n * n for n in range(100) if n not in (13, 77)]
    assert sorted(found) == sorted([*expected, -26, -154])
    assert (engine.stops > 0) == breaks


def test_short_jobs_go_in_blocks_and_long_ones_one_by_one() -> None:
    sizes: list[int] = []

    def work(jobs: Sequence[int]) -> tuple[list[int], float]:
        sizes.append(len(jobs))
        return list(jobs), (0.04 if jobs[0] < 60 else 2.0) * len(jobs)

    blocks: Blocks[int, int] = Blocks(InProcess(), work, lambda job, _: job)
    assert [n for n in blocks.run(range(100)) if n is not None] == list(range(100))
    # half a second of jobs of 40 ms, and of 2 s
    assert sizes[:3] == [1, 12, 12]
    assert sizes[6] == 12
    assert set(sizes[7:]) == {1}


def test_what_calls_share_is_unpacked_once() -> None:
    shared = Shared({"large": 1})
    one, other = (pickle.loads(pickle.dumps(shared)) for _ in range(2))
    assert one.value is other.value
    assert one.value == {"large": 1}
    broken = pickle.loads(pickle.dumps(shared))
    broken._content = ("other", b"no pickle")
    with pytest.raises(pickle.UnpicklingError):
        _ = broken.value


def test_only_known_engines() -> None:
    assert isinstance(chosen_engine("processes", 1), InProcess)
    assert isinstance(chosen_engine("processes", 1, apart=True), Processes)
    with pytest.raises(InputError, match="allowed: processes, dask"):
        chosen_engine("cluster")
    with pytest.raises(InputError, match="with --engine dask only"):
        chosen_engine("processes", 2, "tcp://here:8786")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="nothing is killed by a signal there")
def test_a_worker_may_be_killed_while_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Processes(1)
    monkeypatch.setattr(processes, "available_cores", partial(killed_at_first, 1, str(tmp_path)))
    try:
        assert engine.submit(abs, -2).result() == 2
    finally:
        engine.stop()
    monkeypatch.setattr(processes, "available_cores", partial(killed_at_first, 9, str(tmp_path)))
    with pytest.raises(RuntimeError, match="killed 3 times while they started"):
        engine.submit(abs, -2)
    assert not engine.started
    assert len(os.listdir(tmp_path)) == 4


def test_runs_that_raise_hang_and_kill_are_rows_and_the_rest_is_done(tmp_path: Path) -> None:
    given = design(points=1, replications=9, time_limit=0.05)
    result = sweep(given, tmp_path, workers=2, execute=troubled)
    failed = result.runs[result.runs["status"] == "failed"]
    errors = dict(zip(failed["replication"], failed["error"], strict=False))
    assert set(failed["replication"]) == {RAISES, HANGS, DIES}
    assert (result.meta["failures"], result.meta["runs"]) == (6, 18)
    assert errors[RAISES] == "ValueError: a run that goes wrong"
    for world in (HANGS, DIES):
        assert "the worker process died 2 times" in errors[world]
        assert "or took longer than the time limit of 0.05 seconds" in errors[world]


def test_dask_goes_on_where_a_worker_dies(tmp_path: Path) -> None:
    """The same table as in this process, although one of two workers is killed on the way."""
    distributed: Any = pytest.importorskip("distributed")
    given = design(points=32, replications=4)
    sweep(given, tmp_path / "here", workers=1, execute=stub)
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    )
    killed: list[int] = []
    kept: list[int] = []

    def kill(done: int, total: int, _: float) -> None:
        if done:
            connection = distributed.default_client().scheduler_comm
            kept.append(len(connection.recent_message_log))
        if not killed and 0 < done < total // 2:
            killed.append(next(iter(cluster.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    with cluster:
        address = cluster.scheduler_address
        result = sweep(
            given, tmp_path / "dask", scheduler=address, execute=lingering, progress=kill
        )
    assert killed
    # Each holds a block of jobs: a thousand, as is usual, are some hundred MiB.
    assert 0 < max(kept) <= 10
    assert result.meta["failures"] == 0
    # The stub is another one by its name, but its numbers are the same.
    for name in ("runs.csv", "points.csv"):
        assert (tmp_path / "dask" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()


CHILD = (
    "import sys; sys.path[:0] = [{path!r}]\n"
    "from stub_worlds import design, slow\n"
    "from innocluster import sweep\n"
    "if __name__ == '__main__':\n"
    "    sweep(design(points=64, replications=8), {folder!r}, workers={workers}, execute=slow)\n"
)


@pytest.mark.skipif(os.name == "nt", reason="process groups are those of POSIX")
def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """Parent or worker, at whatever moment: rows stay, and the table becomes the same."""
    given = design(points=64, replications=8)
    sweep(given, tmp_path / "whole", workers=1, execute=stub)
    folder, ledger = tmp_path / "killed", tmp_path / "killed" / "runs.sqlite"
    script = tmp_path / "child.py"
    script.write_text(CHILD.format(path=str(BENCHMARKS), folder=str(folder), workers=2))
    before: set[str] = set()
    for wanted in (100, 500):
        process = subprocess.Popen([sys.executable, str(script)], start_new_session=True)
        deadline = time.monotonic() + 60.0
        while time.monotonic() < deadline and process.poll() is None:
            if ledger.exists() and len(keys(ledger)) >= wanted:
                break
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        after = keys(ledger)
        assert before <= after
        assert len(after) >= wanted
        before = after
    done = subprocess.run([sys.executable, str(script)], check=False)
    assert done.returncode == 0
    assert before <= keys(ledger)
    assert (folder / "runs.csv").read_bytes() == (tmp_path / "whole" / "runs.csv").read_bytes()


def keys(ledger: Path) -> set[str]:
    try:
        return {row.key for row, whole in read_rows(ledger) if whole}
    except Exception:
        return set()
