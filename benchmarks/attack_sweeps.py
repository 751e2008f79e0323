"""Random kills of sweeps: nothing acknowledged is lost, and the table becomes the same.

Every sweep runs a stand-in for the model in a process of its own, which is killed with all its
workers, or loses one of them, at random moments, and is started again until it is done::

    python benchmarks/attack_sweeps.py                  # 20 kills of each kind, some ten minutes
    python benchmarks/attack_sweeps.py dask --kills 3
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from stub_worlds import design, unhurried

from innocluster import sweep
from innocluster.scenarios.store.lock import holder_of
from innocluster.scenarios.store.rows import connect_to_read, read_rows
from innocluster.scenarios.sweeps.runner.running import Shard

__all__ = ["KINDS", "attack", "main"]

RUNS = 20_480
SHARDS = 7


def pool() -> Executor:
    """An executor of somebody else."""
    return ProcessPoolExecutor(2, get_context("spawn"))


KINDS: dict[str, dict[str, Any]] = {
    "1-worker": {"workers": 1},
    "2-workers": {"workers": 2},
    "4-workers": {"workers": 4},
    "dask": {"workers": 2, "engine": "dask"},
    "shards": {"workers": 2},
    "executor": {"engine": pool},
}


def given() -> dict[str, Any]:
    """The design that is run."""
    return design(points=RUNS // 20, replications=10)


def work(kind: str, folder: str, part: str) -> None:
    """What is killed: the sweep or a part of it."""
    sweep(given(), folder, shard=part, execute=unhurried, **KINDS[kind])


def attack(kind: str, place: Path, kills: int, seed: int) -> int:
    """Kill sweeps of a kind so often and check what comes of it.

    Returns
    -------
    runs that were acknowledged before a kill
    """
    chance = random.Random(seed)
    whole = place / kind
    if kind != "shards":
        acknowledged = _until_done(kind, whole, "1/1", kills, chance)
    else:
        parts = [Shard(number, SHARDS) for number in range(1, SHARDS + 1)]
        folders = [part.folder(whole) for part in parts]
        acknowledged = 0
        for part, folder in zip(parts, folders, strict=True):
            own = -(-kills // SHARDS)
            text = f"{part.number}/{part.of}"
            acknowledged += _until_done(kind, folder, text, own, chance)
        chance.shuffle(folders)
        sweep(given(), whole, workers=1, reuse=folders, run=False, execute=unhurried)
    for name in ("runs.csv", "runs.parquet", "points.csv"):
        found, wanted = ((each / name).read_bytes() for each in (whole, place / "whole"))
        other = set(found.splitlines()) - set(wanted.splitlines())
        assert found == wanted, (
            f"{kind}: {name} differs: {len(other)} lines, such as {[*other][:3]}"
        )
    return acknowledged


def _until_done(kind: str, folder: Path, part: str, kills: int, chance: random.Random) -> int:
    """Start, kill and check until all kills are done; then let it finish."""
    kept: set[str] = set()
    command = [sys.executable, __file__, "--child", kind, str(folder), part]
    for _ in range(kills):
        process = subprocess.Popen(command, start_new_session=True)
        while holder_of(folder) is None and process.poll() is None:
            time.sleep(0.02)
        # One in four hits the start, all others work under way.
        last = None if chance.random() < 0.25 else _last(folder)
        while last is not None and process.poll() is None and _last(folder) == last:
            time.sleep(0.1)
        time.sleep(chance.uniform(0.0, 2.0))
        seen = _keys(folder)
        workers = _children(process.pid)
        if workers and chance.random() < 0.4:
            _kill(chance.choice(workers))
            time.sleep(chance.uniform(0.0, 1.0))
        if chance.random() < 0.5:
            _kill(process.pid)
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        now = _keys(folder)
        assert kept | seen <= now, f"{kind}: {len((kept | seen) - now)} acknowledged runs lost"
        kept = now
    subprocess.run(command, check=True)
    assert kept <= _keys(folder)
    return len(kept)


def _keys(folder: Path) -> set[str]:
    """Keys of the whole rows of a ledger; none where it cannot be read yet."""
    try:
        return {row.key for row, whole in read_rows(folder / "runs.sqlite") if whole}
    except Exception:
        return set()


def _last(folder: Path) -> int:
    """Number of the last row of a ledger, which grows with every run that is stored."""
    try:
        with contextlib.closing(connect_to_read(folder / "runs.sqlite")) as connection:
            (number,) = connection.execute("SELECT max(rowid) FROM runs").fetchone()
    except sqlite3.Error:
        return 0
    return number or 0


def _children(pid: int) -> list[int]:
    """Processes below one."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    own = [int(line) for line in found.stdout.split()]
    return [*own, *(below for child in own for below in _children(child))]


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Run what is asked for."""
    if sys.argv[1:2] == ["--child"]:
        work(*sys.argv[2:5])
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", default=[*KINDS], help=", ".join(KINDS))
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="innocluster-") as aside:
        place = Path(aside)
        sweep(given(), place / "whole", workers=2, execute=unhurried)
        for kind in options.kinds:
            start = time.monotonic()
            kept = attack(kind, place, options.kills, options.seed)
            seconds = time.monotonic() - start
            print(f"{kind}: {options.kills} kills, {kept} runs kept, {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
