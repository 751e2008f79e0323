"""``innocluster sweep``, ``merge`` and ``results`` of a sweep: what they print, write, refuse."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from attack_store import write_small_region

from innocluster.commands.command_line import application
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.runs import workers
from innocluster.scenarios.runs.execution import Outcome, execute_pair

SWEEP = """
name = "mine"
policies = ["P0", "P5"]
outcomes = ["revenue_2005"]

[base]
region = "region"
last = "2005-12"
spin_up_years = 0

[[vary]]
entry = "programme.budget_scale"
values = [0.0, 0.05, 2.0]
"""


def call(*arguments: object) -> int:
    return int(application([str(a) for a in arguments], standalone_mode=False) or 0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A sweep in a thirty-second of the region."""
    path = tmp_path / "mine.toml"
    path.write_text(SWEEP, encoding="utf-8")
    write_small_region(tmp_path / "region")
    return path


def test_a_dry_run_says_what_it_takes(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("sweep", file, "--dry-run", "--workers", 2) == 0
    said = capsys.readouterr().out
    assert said.startswith("6 runs: 3 points, 3 worlds, 2 policies; some 1 seconds to 2 seconds")
    assert call("sweep", "budget", "--dry-run", "--workers", 2, "--lang", "ko") == 0
    assert capsys.readouterr().out.startswith("실행 216개: 점 9개, 모의 세계 72개, 정책 3개.")
    assert call("sweep", file, "--dry-run", "--json", "--shard", "2/2") == 0
    assert json.loads(capsys.readouterr().out)["runs"] == 2
    assert {path.name for path in file.parent.iterdir()} == {"mine.toml", "region"}


def test_a_sweep_its_parts_and_its_runs(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert call("sweep", file, "--workers", 1, "--out", whole, "--xlsx") == 0
    assert "6 runs of 3 points; tables in" in capsys.readouterr().out
    assert {"runs.csv", "runs.parquet", "points.csv", "runs.sqlite", "results.xlsx"} <= {
        path.name for path in whole.iterdir()
    }
    for part in ("2/2", "1/2"):
        assert call("sweep", file, "--workers", 1, "--out", parts, "--shard", part, "--quiet") == 0
    assert call("merge", parts) == 0
    assert (parts / "runs.csv").read_bytes() == (whole / "runs.csv").read_bytes()
    assert call("merge", tmp_path / "half", tmp_path / "parts.shard-1-of-2") == 1
    assert "2 runs are missing" in capsys.readouterr().err
    table = pd.read_parquet(whole / "runs.parquet")
    assert (table["status"] == "done").all()
    # Without money there is no programme.
    none = table[table["programme.budget_scale"] == 0.0]["revenue_2005"]
    assert none.nunique() == 1
    assert table["revenue_2005"].nunique() == 3
    target = tmp_path / "chosen.csv"
    assert call("results", whole, "--where", "policy=P5", "--export", target) == 0
    assert pd.read_csv(target)["programme.budget_scale"].tolist() == [0.0, 0.05, 2.0]
    assert "3 of 6 runs" in capsys.readouterr().out
    assert call("results", "verify", whole) == 0
    capsys.readouterr()
    assert call("reproduce", whole, "--workers", 1, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["succeeded"]
    assert "runs.csv" in found["same"]


def test_failed_runs_are_said_and_the_code_is_1(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def failing(inputs: Any, arms: Any, replication: int, *rest: Any) -> list[Outcome]:
        if inputs.scenario.programme.budget_scale == 2.0:
            raise MemoryError("no room")
        return execute_pair(inputs, arms, replication, *rest)

    monkeypatch.setattr(workers, "execute_pair", failing)
    assert call("sweep", file, "--workers", 1, "--out", tmp_path / "out") == 1
    assert "2 runs failed" in capsys.readouterr().err
    monkeypatch.undo()
    assert call("sweep", file, "--workers", 1, "--out", tmp_path / "out", "--json") == 0
    assert json.loads(capsys.readouterr().out)["failures"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sweep", "budgte"], "sweep = budgte: allowed: did you mean 'budget'?"),
        (["sweep", "budget", "--shard", "3/2"], "i/n with i from 1 to n"),
        (["sweep", "budget", "--engine", "slurm"], "--engine = slurm: allowed: processes, dask"),
        (["sweep", "budget", "--workers", 0], "workers = 0: allowed: from 1 to 1024"),
        (["merge", "nothing"], "SHARD = none"),
        (["results", ".", "--where", "a=1"], "folder = no result"),
    ],
)
def test_mistakes_are_one_line(
    arguments: list[object], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as error:
        call(*arguments)
    assert said in str(error.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_sigterm_ends_it_cleanly(file: Path, tmp_path: Path) -> None:
    file.write_text("replications = 400\n" + SWEEP, encoding="utf-8")
    command = [sys.executable, "-m", "innocluster", "sweep", file, "--workers", "1"]
    process = subprocess.Popen(
        [*command, "--out", str(tmp_path / "out")], stderr=subprocess.PIPE, text=True
    )
    ledger = tmp_path / "out" / "runs.sqlite"
    deadline = time.monotonic() + 120.0
    while not ledger.exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60.0)
    assert process.returncode == 128 + signal.SIGTERM
    assert "interrupted: finished runs are kept, the same command goes on" in said
    assert "Traceback" not in said
