"""How fast the engine is: CPU time on one core, memory, first use, and against ordinary objects.

Run it with ``python benchmarks/speed.py``; it prints Markdown.  With ``--write FILE``
the same goes to a file, with ``--quick`` the run of a million firms is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite.binding
import numpy as np

import innocluster
from innocluster.scenarios.policies import POLICIES
from innocluster.scenarios.region.loading import load_region
from innocluster.scenarios.region.synthesis import synthesise
from innocluster.sim.beginning.macro import load_macro
from innocluster.sim.beginning.population import Population
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation

REPEATS = 7
COPIES = 111
LAST = (2013, 12)
LAST_OF_SCALE = (2012, 12)
LAST_OF_WARMING = (2006, 12)
# The programme starts in month 27 and fixes its joining constants then, once; measured after it.
OBJECTS_FROM = 28
OBJECTS_MONTHS = 6
KILOBYTE = 1024.0
EXTENSIONS = ("avx512f", "avx2", "avx", "sse4.2", "sve", "neon")

CPU = tuple[float, Any]


def start(population: Population, policy: str, last: tuple[int, int] = LAST) -> Simulation:
    """A run that has not begun."""
    return Simulation(
        Settings(population, ParameterSet(), load_macro("history"), POLICIES[policy], 1, last=last)
    )


def complete(population: Population, policy: str, last: tuple[int, int] = LAST) -> Simulation:
    """A run from its population to its end, the trial run of 2003 included."""
    simulation = start(population, policy, last)
    simulation.run()
    return simulation


def timed(work: Callable[[], Any]) -> CPU:
    """CPU seconds of this process, and the result."""
    before = time.process_time()
    result = work()
    return time.process_time() - before, result


def firm_months(simulation: Simulation) -> float:
    """Operating firms summed over the months simulated."""
    return float(np.nansum(simulation.series.values["firms"]))


def full_population() -> list[str]:
    """Rows on a run of the full population."""
    population = synthesise(load_region(), 1)
    rows = []
    for policy in ("P0", "P5"):
        complete(population, policy)
        runs = [timed(lambda arm=policy: complete(population, arm)) for _ in range(REPEATS)]
        seconds = [cpu for cpu, _ in runs]
        best, median = min(seconds), statistics.median(seconds)
        work = firm_months(runs[0][1])
        rows.append(
            f"| {policy}, {population.firms.identifier.size:,} firms x 132 months "
            f"| {best:.3f} s | {median:.3f} s | {1e9 * best / work:.0f} ns |"
        )
    return rows


def every_policy() -> list[str]:
    """Rows on a run under each policy beside one under P5, the best of three each, in turn."""
    population = synthesise(load_region(), 1)
    best = dict.fromkeys(POLICIES, np.inf)
    for policy in best:
        complete(population, policy, LAST_OF_WARMING)
    for _ in range(3):
        for policy in best:
            best[policy] = min(best[policy], timed(lambda p=policy: complete(population, p))[0])
    return [
        f"| {policy} | {seconds:.2f} s | {seconds / best['P5']:.2f} |"
        for policy, seconds in best.items()
    ]


def scale_child(copies: int) -> None:
    """Simulate many copies of the region for 120 months and print what it took as JSON."""
    complete(synthesise(load_region(), 1), "P5", (2003, 12))
    cpu_population, population = timed(lambda: synthesise(load_region(), 1, copies=copies))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu, simulation = timed(lambda: complete(population, "P5", LAST_OF_SCALE))
    print(
        json.dumps(
            {
                "firms": int(population.firms.identifier.size),
                "population_seconds": cpu_population,
                "seconds": cpu,
                "population_bytes": before * KILOBYTE,
                "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE,
                "firm_months": firm_months(simulation),
            }
        )
    )


def first_child() -> None:
    """What a first user waits for: region, population and one run to 2013."""
    complete(synthesise(load_region(), 1), "P5")


def child(*arguments: str, cache: str | None = None) -> tuple[float, float, str]:
    """CPU seconds, seconds on the clock and output of this script in a process of its own.

    With Python's bytecode on disk and one thread of linear algebra, as the command has it.
    """
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if cache is not None:
        environment["INNOCLUSTER_CACHE"] = cache
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    clock = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, *arguments],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    clock = time.perf_counter() - clock
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, clock, done.stdout


def first_use() -> list[str]:
    """Rows on a fresh process, with the compiled code on disk and without."""
    with tempfile.TemporaryDirectory() as folder:
        cold = child("--first", cache=folder)
        warm = min(child("--first", cache=folder) for _ in range(REPEATS))
    return [
        f"| fresh process, {name} compile cache | {cpu:.2f} s | {clock:.2f} s |"
        for name, (cpu, clock, _) in (("warm", warm), ("cold", cold))
    ]


def against_objects() -> list[str]:
    """Rows on the same months of the full population with Mesa objects and with the engine."""
    from mesa_objects import GroupedModel, ObjectModel

    population = synthesise(load_region(), 1)
    begun = start(population, "P5")
    begun.run_until(OBJECTS_FROM)
    months = OBJECTS_FROM + OBJECTS_MONTHS

    def engine() -> Simulation:
        twin = begun.fork()
        twin.run_until(months)
        return twin

    def objects(kind: type[ObjectModel]) -> CPU:
        model = kind(begun)

        def advance() -> ObjectModel:
            for _ in range(OBJECTS_MONTHS):
                model.step()
            return model

        return timed(advance)

    runs = [timed(engine) for _ in range(REPEATS)]
    fast = min(cpu for cpu, _ in runs)
    work = float(runs[0][1].series.values["firms"][OBJECTS_FROM:months].sum())
    rows = [f"| the engine | {fast:.4f} s | {1e9 * fast / work:,.0f} ns | 1 |"]
    expected = runs[0][1].series.values["revenue"][OBJECTS_FROM:months]
    for kind, name in (
        (GroupedModel, "Mesa objects, spillovers by group sums as the engine has them"),
        (ObjectModel, "Mesa objects, spillovers by all pairs"),
    ):
        cpu, model = objects(kind)
        reached = np.array([month["revenue"] for month in model.series])
        difference = float(np.abs(reached / expected - 1.0).max())
        rows.append(
            f"| {name} (same revenue to {difference:.0e}) | {cpu:.2f} s "
            f"| {1e9 * cpu / work:,.0f} ns | {cpu / fast:,.0f} |"
        )
    return rows


def scale() -> list[str]:
    """Rows on a hundred thousand and on a million firms; how time grows between them."""
    result = json.loads(child("--scale", str(COPIES))[2])
    small = json.loads(child("--scale", "11")[2])
    rows = []
    for one in (small, result):
        each = 1e9 * one["seconds"] / one["firm_months"]
        gibibytes = one["peak_bytes"] / 2**30
        rows.append(
            f"| {one['firms']:,} | {one['seconds']:.1f} s | {each:.0f} ns "
            f"| {one['population_seconds']:.1f} s | {gibibytes:.2f} GiB "
            f"| {one['population_bytes'] / 2**30:.2f} GiB |"
        )
    exponent = np.log(result["seconds"] / small["seconds"]) / np.log(
        result["firms"] / small["firms"]
    )
    rows.append("")
    rows.append(f"Time grows with the number of firms to the power {exponent:.2f}.")
    return rows


def vectors() -> str:
    """Extensions of the processor that widen vectors, from the widest that matters here."""
    features = llvmlite.binding.get_host_cpu_features()
    present = [name for name, has in features.items() if has and name in EXTENSIONS]
    return ", ".join(sorted(present, key=EXTENSIONS.index)) or "no vector extension"


def processor() -> str:
    """Name of the processor as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def report(quick: bool) -> str:
    """The whole report in Markdown."""
    lines = [
        "# Speed",
        "",
        f"innocluster {innocluster.__version__}, Python {platform.python_version()}, NumPy "
        f"{np.__version__}, {processor()} ({vectors()}). "
        f"CPU time of one core unless it says otherwise; best and median of {REPEATS} runs. "
        "Made by `python benchmarks/speed.py`.",
        "",
        "## A run of the full population",
        "",
        "| run | best | median | a firm-month |",
        "|---|---|---|---|",
        *full_population(),
        "",
        "## The first result of a fresh process",
        "",
        "Imports, region, population and a run of P5 to 2013.",
        "",
        "| process | CPU | clock |",
        "|---|---|---|",
        *first_use(),
        "",
        "## Against ordinary Mesa objects",
        "",
        f"The same {OBJECTS_MONTHS} months of P5 from 2005-05, full population, same first state.",
        "",
        "| implementation | CPU | a firm-month | times the engine |",
        "|---|---|---|---|",
        *against_objects(),
        "",
        "## Every policy",
        "",
        "| policy | a run to 2013 | times P5 |",
        "|---|---|---|",
        *every_policy(),
    ]
    if not quick:
        lines += [
            "",
            "## Many firms",
            "",
            "120 months of P5 in a process of its own, its compiled code loaded before.",
            "",
            "| firms | CPU | a firm-month | making the population | peak memory | before the run |",
            "|---|---|---|---|---|---|",
            *scale(),
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the report to FILE too")
    parser.add_argument("--quick", action="store_true", help="leave the million firms out")
    parser.add_argument("--scale", type=int, metavar="COPIES", help=argparse.SUPPRESS)
    parser.add_argument("--first", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.scale is not None:
        scale_child(options.scale)
    elif options.first:
        first_child()
    else:
        text = report(options.quick)
        print(text, end="")
        if options.write is not None:
            options.write.parent.mkdir(parents=True, exist_ok=True)
            options.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
