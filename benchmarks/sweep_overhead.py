"""What a sweep costs beyond its runs: CPU time, start, and runs a minute of the full model.

The same worlds are run bare, by `execute_pair`, and as a sweep in one process, alternately; CPU
time is compared, which other programs on the machine do not move much::

    python benchmarks/sweep_overhead.py                 # some minutes
    python benchmarks/sweep_overhead.py --last 2005-12 --points 4
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from innocluster import Sweep, sweep
from innocluster.scenarios.runs.execution import execute_pair
from innocluster.scenarios.runs.inputs import Inputs

__all__ = ["main"]


def given(points: int, last: str) -> dict[str, Any]:
    """A sweep of the full model."""
    return {
        "name": "overhead",
        "design": "sobol",
        "points": points,
        "policies": ["P0", "P5"],
        "outcomes": ["revenue_2005", "exports_2005"],
        "base": {"last": last},
        "vary": [
            {"entry": "parameters.joint_gain"},
            {"entry": "programme.budget_scale", "low": 0.25, "high": 4.0},
        ],
    }


def bare(design: dict[str, Any]) -> float:
    """CPU seconds of the runs of a design and nothing else."""
    swept = Sweep.from_table(design)
    table = swept.table()
    inputs = [Inputs(swept.scenario(row), swept.policies) for row in table.to_dict("records")]
    start = time.process_time()
    for each in inputs:
        execute_pair(each, swept.policies, 0)
    return time.process_time() - start


def swept(design: dict[str, Any], folder: Path) -> float:
    """CPU seconds of the sweep, tables included."""
    start = time.process_time()
    sweep(design, folder, workers=1)
    return time.process_time() - start


def first_run(folder: Path) -> float:
    """Seconds from the command to its first run."""
    # With a time limit even one worker would be another process.
    text = 'name = "start"\n[[vary]]\nentry = "programme.budget_scale"\nvalues = [1.0]\n'
    file = folder.with_suffix(".toml")
    file.write_text(text, encoding="utf-8")
    typed = ["innocluster", "sweep", str(file), "--workers", "1", "--out", str(folder)]
    code = (
        "import innocluster.scenarios.runs.workers as workers, os, sys\n"
        "workers.execute_pair = lambda *a: os._exit(0)\n"
        "from innocluster.commands.command_line import main\n"
        f"sys.argv = {typed!r}\n"
        "main()\n"
    )
    start = time.monotonic()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return time.monotonic() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--last", default="2013-12")
    options = parser.parse_args()
    design = given(options.points, options.last)
    with tempfile.TemporaryDirectory(prefix="innocluster-") as aside:
        place = Path(aside)
        swept(given(1, options.last), place / "warm")
        ratios, seconds = [], []
        for number in range(options.rounds):
            alone, whole = bare(design), swept(design, place / str(number))
            ratios.append(whole / alone)
            seconds.append(alone / (2 * options.points))
        starts = [first_run(place / f"start-{number}") for number in range(3)]
    run = statistics.median(seconds)
    print(
        f"CPU of a sweep over bare runs: {100 * (statistics.median(ratios) - 1):+.1f} %;"
        f" {run:.2f} CPU seconds a run, {2 * 60 / run:.0f} runs a minute on two cores;"
        f" start {statistics.median(starts):.1f} s"
    )


if __name__ == "__main__":
    main()
