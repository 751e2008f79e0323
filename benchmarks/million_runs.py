"""A million runs of a stand-in of 1 ms through the whole path, while workers are killed.

The scheduler and the workers are a real Dask cluster in another process, ledger and tables the
real ones.  Printed: runs acknowledged a second, memory of the parent, bytes a run, and whether
each run is there once::

    python benchmarks/million_runs.py                       # some ten minutes on two cores
    python benchmarks/million_runs.py --runs 20000 --engine processes
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
from pyarrow import parquet
from stub_worlds import design, slow

from innocluster import sweep

__all__ = ["main"]

_HOST = """
import os, random, signal, sys, time
from distributed import LocalCluster
if __name__ == "__main__":
    file, workers, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None,
                           silence_logs=50)
    open(file + ".new", "w").write(cluster.scheduler_address)
    os.replace(file + ".new", file)
    chance = random.Random(1)
    while os.getppid() != 1:
        time.sleep(pause)
        alive = [w.pid for w in cluster.workers.values() if getattr(w, "pid", None)]
        if alive:
            os.kill(chance.choice(alive), signal.SIGKILL)
"""


def _host(place: Path, workers: int, pause: float) -> tuple[subprocess.Popen[bytes], str]:
    """A cluster in a process of its own that kills one of its workers now and then."""
    script, file = place / "host.py", place / "scheduler"
    script.write_text(_HOST, encoding="utf-8")
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, str(script), str(file), str(workers), str(pause)],
        env={**os.environ, "PYTHONPATH": path},
    )
    while not file.exists():
        if process.poll() is not None:
            raise RuntimeError("the cluster has not started")
        time.sleep(0.1)
    return process, file.read_text(encoding="utf-8")


def main() -> None:
    """Run, measure and check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=6)
    parser.add_argument("--engine", choices=("dask", "processes"), default="dask")
    parser.add_argument("--pause", type=float, default=20.0, help="seconds between kills")
    options = parser.parse_args()
    given = design(
        points=options.runs // 40, replications=20, outcomes=["revenue_2013"],
        base={"last": "2013-12"},
    )  # fmt: skip
    random.seed(1)
    with tempfile.TemporaryDirectory(prefix="innocluster-") as aside:
        place = Path(aside)
        host, how = None, dict[str, Any](workers=options.workers)
        if options.engine == "dask":
            host, address = _host(place, options.workers, options.pause)
            how = {"scheduler": address}
        start = time.monotonic()
        last: list[float] = []

        def note(done: int, total: int, _: float) -> None:
            if done:
                last.append(time.monotonic())
            if len(last) % 200 == 1:
                rate = done / (time.monotonic() - start)
                print(f"{done:,} of {total:,}, {rate:,.0f} a second", file=sys.stderr)

        try:
            result = sweep(given, place / "out", progress=note, execute=slow, **how)
        finally:
            if host is not None:
                host.send_signal(signal.SIGTERM)
        ended, cpu = time.monotonic(), time.process_time()
        runs = result.meta["runs"]
        size = (place / "out" / "runs.sqlite").stat().st_size
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        table = parquet.read_table(
            place / "out" / "runs.parquet", columns=["point", "replication", "policy", "status"]
        )
        once = table.group_by(["point", "replication", "policy"]).aggregate([]).num_rows
        done = pc.sum(pc.equal(table["status"], "done")).as_py()
        print(
            f"{runs:,} runs, {done:,} done, {once:,} different; {runs / (last[-1] - start):,.0f}"
            f" acknowledged a second; {size / runs:,.0f} bytes a run; parent {memory:,.0f} MiB,"
            f" {1e3 * cpu / runs:.2f} ms of CPU a run;"
            f" tables {ended - last[-1]:,.0f} s"
        )


if __name__ == "__main__":
    main()
