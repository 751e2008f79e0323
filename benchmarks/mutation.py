"""Would the tests notice?  One token of the model is changed at a time, and the tests are run.

    python benchmarks/mutation.py --sample 300 --seed 1
    python benchmarks/mutation.py --module sim/market/sales.py --all

A change that some test fails on is killed.  The tests run in three stages, cheapest first:

unit
    those in the folder that mirrors the module's, uncompiled; only those that pass unchanged
    and uncompiled within half a second each, for the others have to wait for the compiler
baseline
    the frozen figures and digests of every policy, compiled
suite
    all other tests of ``tests/agents`` and ``tests/sim``, compiled; conservation among them

What survives them all is either not tested or no change at all, as a bound that only saves
time or ``<`` for ``<=`` on a continuous draw.  ``mutants.csv`` lists every change of the run;
the reason why a survivor may live is written there by hand and kept by later runs.

Ready-made programs for this know nothing of Numba: they would wait half a minute for the
compiler at every change, and do not exchange arguments or columns, the slips that kernels
over many columns invite.  Here tests run in copies of a process that has loaded all libraries
(which Windows cannot make), on copies of the tree, and only functions that the change can
reach are compiled anew: those in modules that import the changed one.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import current_process, get_context
from pathlib import Path
from typing import Any

import hypothesis
import matplotlib  # noqa: F401
import mesa  # noqa: F401
import networkx  # noqa: F401
import numba
import pandas  # noqa: F401
import pydantic  # noqa: F401
import pytest
import scipy.stats  # noqa: F401
from mutants import Mutant, importers_of, mutants_of, tables_of

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("mutants.csv")
FIELDS = ("module", "line", "change", "becomes", "killed_by", "reason")
CHANGED = ("agents", "sim")
WITH_COMPILED_CODE = ("agents", "sim", "scenarios")
BASELINE = "tests/sim/baseline"
SUITE = ("tests/agents", "tests/sim")
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", "results", ".*_cache", "dist")
# How compiled code is read from tables: no import tells who depends on it.
EVERYTHING = {"agents/records.py", "agents/compilation.py"}

SURVIVED = "survived"

# Seconds of the processor, that a busy machine kills no change; only the wait is by the clock.
SLOWEST_TEST = 0.5
SLOW_ENOUGH = 3
PATIENCE = 10.0
LONGEST_STAGE = 240
LONGEST_WAIT = 3600.0
MEMORY = 8 << 30


class Watch:
    """What a run of tests needs of pytest: a choice of tests, a limit for each, their outcome."""

    def __init__(self, chosen: set[str] | None, first: str, limit: float) -> None:
        self.chosen, self.first, self.limit = chosen, first, limit
        self.passed: set[str] = set()
        self.slow: Counter[Path] = Counter()

    def pytest_configure(self) -> None:
        """The same examples every time, and no search for a smaller one."""
        hypothesis.settings.register_profile(
            "mutants", deadline=None, database=None, derandomize=True,
            phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        )  # fmt: skip
        hypothesis.settings.load_profile("mutants")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Tests of the very module come first."""
        if self.chosen is not None:
            items[:] = [item for item in items if item.nodeid in self.chosen]
        items.sort(key=lambda item: item.path.name != self.first)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Any:
        """Do not wait for every test of a file that runs whole models."""
        if self.slow[item.path] >= SLOW_ENOUGH:
            pytest.skip("its neighbours take too long")
        with self.alarm(item):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Any:
        """Stop a test that takes too long."""
        with self.alarm(item):
            return (yield)

    @contextmanager
    def alarm(self, item: pytest.Item) -> Iterator[None]:
        """Stop when the limit has passed, and again should a library try once more.

        That proves nothing: which test has to load what others share depends on their order.
        """

        def too_long(*_: object) -> None:
            self.slow[item.path] += 1
            pytest.skip("takes too long")

        signal.signal(signal.SIGPROF, too_long)
        signal.setitimer(signal.ITIMER_PROF, self.limit, self.limit)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0.0)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what passed."""
        if report.when == "call" and report.passed:
            self.passed.add(report.nodeid)


def uncompiled(*signature: Any, **_: Any) -> Any:
    """In place of `numba.njit`: the function itself, also as its own source."""

    def same(function: Any) -> Any:
        function.py_func = function
        return function

    return same(signature[0]) if signature and callable(signature[0]) else same


class Workplace:
    """A copy of the tree with compiled code of its own."""

    def __init__(self, folder: Path) -> None:
        self.tree, self.cache, self.log = folder / "tree", folder / "cache", folder / "log"
        self.pristine = folder / "pristine"
        shutil.copytree(ROOT, self.tree, symlinks=True, ignore=LEFT_OUT)
        self.importers = importers_of(self.tree, WITH_COMPILED_CODE)
        folders: dict[str, list[str]] = {}
        for path in SUITE:
            for file in sorted((self.tree / path).rglob("test_*.py")):
                name = file.relative_to(self.tree).as_posix()
                folders.setdefault(Path(name).parent.as_posix(), []).append(name)
        # Whole models, uncompiled: a test would cost more than to compile what has changed.
        del folders[BASELINE], folders["tests/sim"]
        self.unit = {
            folder: self.passing(tuple(files), False, SLOWEST_TEST)
            for folder, files in folders.items()
        }
        self.passing((BASELINE,), True, LONGEST_STAGE)
        self.suite = self.passing(SUITE, True, LONGEST_STAGE, (f"--ignore={BASELINE}",))
        self.cache.rename(self.pristine)
        if self.tests((BASELINE,), True, stop=True, stale=set()):
            raise SystemExit("the baseline moves without a change:\n" + self.log.read_text())
        shutil.rmtree(self.cache)
        unit = sum(map(len, self.unit.values()))
        print(f"{unit} tests uncompiled, {len(self.suite)} compiled", flush=True)

    def passing(
        self, paths: tuple[str, ...], compiled: bool, limit: float, options: tuple[str, ...] = ()
    ) -> set[str]:
        """Tests that pass without a change, each within the limit."""
        names = self.tree / "passing.txt"
        self.tests((*paths, *options), compiled, limit=limit, names=names)
        if not names.exists() or "INTERNALERROR" in self.log.read_text():
            raise SystemExit("tests cannot be run:\n" + self.log.read_text())
        found = set(names.read_text(encoding="utf-8").splitlines())
        names.unlink()
        return found

    def killer(self, mutant: Mutant) -> str:
        """The stage whose tests notice the change, or ``survived``."""
        file = self.tree / mutant.module
        text, stat = file.read_text(encoding="utf-8"), file.stat()
        file.write_text(mutant.write(text), encoding="utf-8")
        # Another second than that of the unchanged module, whose byte code lies beside it.
        os.utime(file, (stat.st_atime, stat.st_mtime + 10.0))
        try:
            return self.stages(mutant.module)
        finally:
            file.write_text(text, encoding="utf-8")
            os.utime(file, (stat.st_atime, stat.st_mtime))
            shutil.rmtree(self.cache, ignore_errors=True)

    def stages(self, module: str) -> str:
        """The first stage that fails with the tree as it is."""
        home = f"tests/{Path(module).parent.as_posix()}"
        near = self.unit.get(home, set())
        first = f"test_{Path(module).name}"
        if near:
            files = tuple(sorted({name.split("::")[0] for name in near}))
            if self.tests(files, False, near, first, PATIENCE * SLOWEST_TEST, stop=True):
                return "unit"
        stale = set(self.importers) if module in EVERYTHING else self.importers[module]
        if self.tests((BASELINE,), True, stop=True, stale=stale):
            return "baseline"
        options = (*SUITE, f"--ignore={BASELINE}")
        failed = self.tests(options, True, self.suite, first, stop=True, stale=stale)
        return "suite" if failed else SURVIVED

    def first_failure(self) -> str:
        """Name of the test that failed in the last stage, if it came to an end."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        failed = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
        return failed[0].split()[1].rsplit("/", 1)[-1] if failed else ""

    def tests(
        self,
        options: tuple[str, ...],
        compiled: bool,
        chosen: set[str] | None = None,
        first: str = "",
        limit: float = LONGEST_STAGE,
        stop: bool = False,
        names: Path | None = None,
        stale: set[str] | None = None,
    ) -> bool:
        """Run tests in a process of their own; whether any failed.

        Parameters
        ----------
        chosen : run these only
        first : name of the file whose tests come first
        limit : seconds of the processor that a test may take
        names : file for the names of the tests that pass
        stale : modules whose compiled code must not be used
        """
        pid = os.fork()
        if pid:
            return _wait(pid) != 0
        code = 1
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_STAGE, LONGEST_STAGE))
            output = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(output, 1)
            os.dup2(output, 2)
            self.settle(compiled, stop, stale)
            watch = Watch(chosen, first, limit)
            options = (*options, "--tb=line", "-p", "no:cacheprovider", *(("-x",) if stop else ()))
            code = int(pytest.main(list(options), plugins=[watch]))
            if code == pytest.ExitCode.NO_TESTS_COLLECTED:
                code = 0
            if names is not None:
                names.write_text("\n".join(sorted(watch.passed)), encoding="utf-8")
        finally:
            sys.stdout.flush()
            os._exit(code)

    def settle(self, compiled: bool, changed: bool, stale: set[str] | None) -> None:
        """Make this process one that was started in the copy."""
        os.chdir(self.tree)
        types = str(self.tree / ".ci" / "types")
        sys.path[:] = [types, *(p for p in sys.path if p and not Path(p).is_relative_to(ROOT))]
        os.environ |= {"PYTHONPATH": types, "INNOCLUSTER_CACHE": str(self.cache)}
        if changed:
            sys.dont_write_bytecode = True
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        if not compiled:
            numba.njit = uncompiled
        if stale is not None:
            # Not before `numba.njit` is settled: the package is imported here.
            from innocluster.agents.compilation import cache_folder

            self.hand_over(cache_folder(), stale)

    def hand_over(self, folder: Path, stale: set[str]) -> None:
        """Lay out compiled code that the change cannot reach; links, for Numba replaces files."""
        fresh = {
            (Path(module).parent.name, Path(module).stem) for module in set(self.importers) - stale
        } - {(Path(module).parent.name, Path(module).stem) for module in stale}
        for file in self.pristine.glob("compiled/*/*/*"):
            if (file.parent.name.rsplit("_", 1)[0], file.name.split(".")[0]) in fresh:
                target = folder / file.parent.name / file.name
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists():
                    os.link(file, target)


def _wait(pid: int) -> int:
    """Exit status of a process, which is ended should it wait for something for ever."""
    end = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return status
        time.sleep(0.02)
    os.killpg(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def chosen_mutants(module: str | None, sample: int | None, seed: int) -> list[Mutant]:
    """Changes to be tried, in the order of the modules."""
    files = sorted(file for package in CHANGED for file in (ROOT / package).rglob("*.py"))
    known = tables_of(files)
    modules = [module] if module else [file.relative_to(ROOT).as_posix() for file in files]
    found = [mutant for name in modules for mutant in mutants_of(ROOT, name, *known)]
    if sample is None or sample >= len(found):
        return found
    return sorted(random.Random(seed).sample(found, sample), key=lambda m: (m.module, m.start))


_workplace: Workplace


def _prepare(folder: str) -> None:
    global _workplace
    _workplace = Workplace(Path(folder) / current_process().name)


def _try(mutant: Mutant) -> tuple[str, str, float]:
    """The stage that notices the change, the test, and seconds of the processor until then."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    killer = _workplace.killer(mutant)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return killer, _workplace.first_failure(), taken


def record(mutants: list[Mutant], killers: list[str]) -> list[dict[str, str]]:
    """Write the results; survivors keep their reason, also those that were not tried again."""
    old: list[dict[str, str]] = []
    if RESULTS.exists():
        with RESULTS.open(encoding="utf-8", newline="") as file:
            old = list(csv.DictReader(file))
    reasons = {(row["module"], row["change"], row["becomes"]): row for row in old if row["reason"]}
    rows = [
        {
            "module": mutant.module,
            "line": str(mutant.start[0]),
            "change": mutant.change,
            "becomes": mutant.becomes,
            "killed_by": killer,
            "reason": reasons[mutant.key]["reason"]
            if killer == SURVIVED and mutant.key in reasons
            else "",
        }
        for mutant, killer in zip(mutants, killers, strict=True)
    ]
    tried = {mutant.key for mutant in mutants}
    kept = [row for key, row in reasons.items() if key not in tried]
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n")
        table.writeheader()
        table.writerows(sorted(rows + kept, key=lambda row: (row["module"], int(row["line"]))))
    return rows


def main() -> None:
    """Try the changes and say how many were killed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", type=int, default=300, help="number of changes, at random")
    parser.add_argument("--all", action="store_true", help="every change")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--module", help="changes of this module only")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    mutants = chosen_mutants(given.module, None if given.all else given.sample, given.seed)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    killers, seconds = [], []
    with (
        tempfile.TemporaryDirectory(prefix="mutation-") as folder,
        ProcessPoolExecutor(given.workers, get_context("fork"), _prepare, (folder,)) as pool,
    ):
        for mutant, (killer, test, taken) in zip(mutants, pool.map(_try, mutants), strict=True):
            killers.append(killer)
            seconds.append(taken)
            place = f"{mutant.module}:{mutant.start[0]}"
            print(f"{place} {mutant.change}: {killer} {test} {taken:.1f} s", flush=True)
    rows = record(mutants, killers)
    stages = Counter(killers)
    print(", ".join(f"{stage} {count}" for stage, count in sorted(stages.items())))
    print(f"killed {1.0 - stages['survived'] / len(mutants):.1%} of {len(mutants)}")
    print(f"{sum(seconds) / len(seconds):.1f} s of the processor a change")
    for row in rows:
        if row["killed_by"] == SURVIVED and not row["reason"]:
            print(f"no reason: {row['module']}:{row['line']} {row['change']} | {row['becomes']}")


if __name__ == "__main__":
    main()
