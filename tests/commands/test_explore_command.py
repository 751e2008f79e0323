"""``innocluster explore``: exit codes, output, files, one-line errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from rich.cells import cell_len

from innocluster.viz.words.messages import Messages

COMMAND = [sys.executable, "-m", "innocluster", "explore"]
SHORT = ["P5", "--last", "2005-12", "--worlds", "2", "--workers", "1", "--out", "out"]


def call(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which an exploration ran through quietly."""
    place = tmp_path_factory.mktemp("explore")
    answer = call(*SHORT, "--quiet", folder=place)
    assert (answer.returncode, answer.stdout) == (0, ""), answer.stderr
    return place


def test_result_folder(folder: Path) -> None:
    names = {path.name for path in (folder / "out").iterdir()}
    tables = ("attributed_effects", "channels", "channels_by_world")
    assert {f"{table}.{kind}" for table in tables for kind in ("csv", "parquet")} <= names
    assert {"channels.html", "manifest.json", "runs.sqlite", "figures"} <= names
    manifest = json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "finished"
    assert "channels.html" in manifest["sha256"]
    assert manifest["result"]["residual"] < 1e-9
    shares = pd.read_parquet(folder / "out" / "channels.parquet")
    assert set(shares["outcome"]) == {
        "revenue_2005", "value_added_total", "cohort_revenue_2005",
    }  # fmt: skip


def test_json_is_one_document_and_comes_from_the_ledger(folder: Path) -> None:
    answer = call(*SHORT, "--json", "--outcome", "participants", folder=folder)
    assert (answer.returncode, answer.stderr) == (0, "")
    document = json.loads(answer.stdout)
    assert document["indicator"] == "cohort_revenue_2005"
    assert document["seconds"] < 60.0
    (policy,) = document["policies"]
    for outcome in policy["outcomes"].values():
        parts = sum(channel["share"]["mean"] for channel in outcome["channels"])
        assert parts == pytest.approx(outcome["effect"]["mean"], abs=1e-9)
        assert outcome["unattributed"] == 0.0


@pytest.mark.parametrize(("language", "word"), [("en", "Whole effect"), ("ko", "전체 효과")])
def test_a_table_of_80_columns_otherwise(
    folder: Path, monkeypatch: pytest.MonkeyPatch, language: str, word: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    answer = call(*SHORT, "--lang", language, "--outcome", "value-added", folder=folder)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert word in answer.stdout
    assert max(cell_len(line) for line in answer.stdout.splitlines()) <= 80
    text = "seed {seed}; page: {page}"
    last = Messages(language)("line", text, seed=2005, page="out/channels.html")
    assert answer.stdout.splitlines()[-1] == last


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["P99"], ["policy = P99", "P5 (thematic-mini-clusters)"]),
        (["P0"], ["policy = P0", "beside P0"]),
        ([], ["POLICY"]),
        (["P5", "--worlds", 1], ["worlds = 1", "from 2"]),
        (["P5", "--orders", 0], ["orders = 0", "from 1"]),
        (["P5", "--outcome", "exports"], ["--outcome", "'participants'"]),
        (["P5", "--set", "joint_gain=9"], ["joint_gain = 9", "0.02"]),
        (["P5", "--scenario", "nowhere"], ["scenario = nowhere"]),
        (["P5", "--last", "2005"], ["last = 2005", "YYYY-MM"]),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(
    tmp_path: Path, arguments: list[object], words: list[str]
) -> None:
    answer = call(*arguments, folder=tmp_path)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.count("\n") == 1
    for word in words:
        assert word in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_others_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine", encoding="utf-8")
    answer = call(*SHORT, folder=tmp_path)
    assert answer.returncode == 2
    assert "thesis.txt" in answer.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


def test_help_loads_no_engine(tmp_path: Path) -> None:
    code = (
        "import sys; import innocluster.commands.explore_command;"
        "print([m for m in ('numpy', 'numba', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
