"""Commands that learn from a sweep: folders, pages, JSON and complaints."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from invented_sweep import write_sweep
from typer.testing import CliRunner

from innocluster.commands.command_line import application
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.lessons import allocation

pytest.importorskip("SALib")
pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sweep(tmp_path_factory.mktemp("sweep") / "made")


def typed(*words: object) -> tuple[object, str]:
    """What a command returns, and what it prints; its complaint where it raises."""
    result = CliRunner().invoke(application, [str(word) for word in words], standalone_mode=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.return_value, result.stdout


def test_sensitivity_writes_a_folder(sweep: Path, tmp_path: Path) -> None:
    out = tmp_path / "learned"
    code, text = typed(
        "sensitivity", sweep, "--between", "P5", "P0", "--out", out, "--lang", "en"
    )  # fmt: skip
    assert code == 0
    assert "P5 less P0: Productivity gain" in " ".join(text.split())
    names = {path.name for path in out.iterdir()}
    assert {"influences.csv", "curves.csv", "surface.csv", "report.html", "README.md"} <= names
    code, text = typed("report", out, "--tables", "--lang", "ko")
    assert code == 0
    assert "입력값" in text


def test_discover_prints_json(sweep: Path, tmp_path: Path) -> None:
    code, text = typed(
        "discover", sweep, "--wins", "P5", "--out", tmp_path / "d", "--no-report", "--json"
    )
    document = json.loads(text)
    assert code == 0
    assert document["kind"] == "discover"
    assert document["found"] is True
    assert not (tmp_path / "d" / "report.html").exists()


def test_optimise_does_what_its_options_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[allocation.Plan] = []

    def noted(plan: allocation.Plan, *_: object) -> None:
        asked.append(plan)
        raise InputError(file="here", key="plan", value="noted", allowed="nothing more")

    monkeypatch.setattr(allocation, "optimise", noted)
    out = ("--out", tmp_path / "split")
    with pytest.raises(InputError, match="noted"):
        typed("optimise", "P3", "P5", "--lever", "budget", *out)
    counts = ("--points", 24, "--worlds", 2, "--front", 4, "--again", 5, "--seed", 9)
    with pytest.raises(InputError, match="noted"):
        typed("optimise", "P3", "--lever", "budget", *counts, *out)
    assert asked == [
        allocation.Plan(("P3", "P5"), ("budget",)),
        allocation.Plan(("P3",), ("budget",), points=24, worlds=2, front=4, again=5, seed=9),
    ]


def test_failed_runs_give_exit_code_1(tmp_path: Path) -> None:
    def spoil(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[4, ["status", "value_added_2008"]] = ["failed", np.nan]
        return table

    made = write_sweep(tmp_path / "s", change=spoil)
    code, _ = typed("discover", made, "--wins", "P5", "--no-report", "--out", tmp_path / "d")
    assert code == 1


def test_complaints_are_one_line(sweep: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="revenue_2009"):
        typed("sensitivity", sweep, "--outcome", "revenue_2009", "--out", tmp_path / "x")
    with pytest.raises(InputError, match=r"no such|no result"):
        typed("sensitivity", tmp_path / "nothing")
    with pytest.raises(InputError, match="P9"):
        typed("discover", sweep, "--wins", "P9", "--out", tmp_path / "x")
    assert not (tmp_path / "x").exists()
