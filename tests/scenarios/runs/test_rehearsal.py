"""The helper of a first start: it shares the compiling, changes nothing, and leaves nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numba
import pytest

from innocluster.agents import help as helping
from innocluster.agents.help import ask_for_help, available_cores, ready_mark

compiling = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT),  # type: ignore[attr-defined]
    reason="compilation is switched off",
)

_COMPILED_HERE = """
import gc, json
from numba.core.dispatcher import Dispatcher
def compiled_here():
    return sorted(
        ("" if isinstance(signature, tuple) else "on import: ")
        + f"{d.py_func.__module__}.{d.py_func.__name__}{signature}"
        for d in gc.get_objects() if isinstance(d, Dispatcher)
        for signature in d.stats.cache_misses
    )
"""

_RUN = (
    _COMPILED_HERE
    + """
from innocluster import Scenario, Simulation, build_settings
scenario = Scenario.default().replaced(last="2006-12")
series = Simulation(build_settings(scenario, policy="P5")).run()
print(json.dumps([compiled_here(), series.values["revenue"].tobytes().hex()]))
"""
)

_REHEARSAL = (
    _COMPILED_HERE
    + """
import os, sys, threading
from innocluster.scenarios.runs.rehearsal import main
main(["P5"])
print(json.dumps(compiled_here()))
"""
)


def start(code: str, **environment: str) -> subprocess.Popen[str]:
    """A process that stands where this one does and gets no help unless it says so."""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "INNOCLUSTER_HELP": "0", **environment},
    )


@compiling
def test_run_and_helper_share_the_compiling(tmp_path: Path) -> None:
    """Started together without a cache; nearly nothing is compiled in both."""
    run = start(_RUN, INNOCLUSTER_CACHE=str(tmp_path))
    helper = start(_REHEARSAL, INNOCLUSTER_CACHE=str(tmp_path))
    assert run.stdout is not None
    assert helper.stdout is not None
    own, revenue = json.loads(run.stdout.read())
    helped = json.loads(helper.stdout.read())
    assert (run.wait(), helper.wait()) == (0, 0)
    assert len(set(own) | set(helped)) > 60
    assert len(helped) > 10
    # Both need Numba's own functions and the rules that are compiled on import, and meet
    # somewhere in the middle.
    twice = [name for name in set(own) & set(helped) if name.startswith("innocluster.")]
    assert len(twice) < 10, twice
    alone = start(_RUN)
    assert alone.stdout is not None
    assert json.loads(alone.stdout.read())[1] == revenue
    assert alone.wait() == 0
    # What the two left is all that a run needs.
    warm = start(_RUN, INNOCLUSTER_CACHE=str(tmp_path))
    assert warm.stdout is not None
    assert json.loads(warm.stdout.read()) == [[], revenue]
    assert warm.wait() == 0


def ended(process: int) -> bool:
    """Whether a process has ended, also if nobody has asked for its exit code."""
    try:
        return not Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return True


@compiling
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
@pytest.mark.skipif(available_cores() < 2, reason="needs two cores")
@pytest.mark.parametrize("end", ["kill", "exit"])
def test_a_helper_ends_with_the_process_that_asked_for_it(tmp_path: Path, end: str) -> None:
    code = (
        "from innocluster.agents import help\n"
        "help.ask_for_help(['P5'])\n"
        "print(help._helpers[0].pid, flush=True)\n"
        "input()"
    )
    parent = start(code, INNOCLUSTER_CACHE=str(tmp_path), INNOCLUSTER_HELP="")
    assert parent.stdout is not None
    assert parent.stdin is not None
    helper = int(parent.stdout.readline())
    assert not ended(helper)
    if end == "kill":
        parent.kill()
    else:
        parent.communicate("\n")
    parent.wait()
    deadline = time.monotonic() + 30.0
    while not ended(helper) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ended(helper)


@pytest.mark.parametrize("case", ["ready", "switched off", "one core", "no process"])
def test_without_need_or_means_nobody_is_asked(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []

    def refuse(*arguments: object, **_: object) -> None:
        started.append(arguments)
        raise OSError("no process can be started")

    monkeypatch.setattr(helping, "CACHE", tmp_path)
    monkeypatch.setattr(helping, "_helpers", [])
    monkeypatch.setattr(helping, "available_cores", lambda: 1 if case == "one core" else 2)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setenv("INNOCLUSTER_HELP", "0" if case == "switched off" else "")
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 0)
    if case == "ready":
        for policy in ("P5", "P7*"):
            ready_mark(policy).touch()
    ask_for_help(["P5", "P7*"])
    assert len(started) == (1 if case == "no process" else 0)
    assert helping._helpers == []


def test_marks_have_names_that_every_file_system_takes() -> None:
    names = {ready_mark(policy).name for policy in ("P7", "P7*", "P7/", "P7-42")}
    assert len(names) == 4
    assert ready_mark("P7*").name == "ready-P7-42"
