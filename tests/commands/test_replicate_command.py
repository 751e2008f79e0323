"""`innocluster replicate` as it is typed: documents, tables, result folders, one-line errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from innocluster.commands import command_line

EXACT = 1e-6


@pytest.fixture
def call(monkeypatch, capsys):
    """Run the command in this process; exit code, standard output and error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        words = ["innocluster", "replicate", *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", words)
        code = command_line.main()
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_json_is_one_document_with_the_stable_keys(call):
    code, out, error = call(
        "konig-liu-zenou", "--graph", "path", "--n", 3, "--phi", 0.05, "--rho", 0.2, "--mu", 1,
        "--json",
    )  # fmt: skip
    document = json.loads(out)
    assert (code, error) == (0, "")
    assert document["model"] == "konig-liu-zenou"
    assert document["parameters"] == {"graph": "path", "n": 3, "phi": 0.05, "rho": 0.2, "mu": 1.0}
    assert document["results"]["welfare_targeted"] == pytest.approx(2.737226, abs=EXACT)
    assert document["results"]["targeted_subsidy"][1] == pytest.approx(0.850080, abs=EXACT)


def test_every_option_of_goyal_moraga_arrives(call):
    _, out, _ = call("goyal-moraga", "--n", 8, "--degree", 5, "--gamma", 2, "--demand", 1, "--json")
    document = json.loads(out)
    assert document["parameters"] == {"n": 8, "degree": 5, "gamma": 2.0, "demand": 1.0}
    assert document["results"]["profit"] == pytest.approx(0.014757, abs=EXACT)


@pytest.mark.parametrize("name", ["goyal-moraga", "konig-liu-zenou", "key-player"])
def test_a_table_otherwise(call, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "200")
    code, out, error = call(name)
    assert (code, error) == (0, "")
    assert "(20" in out
    assert len(out.splitlines()) > 10


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_meetings_trial_is_held_against_what_was_published(call, monkeypatch, language):
    monkeypatch.setenv("COLUMNS", "140")
    options = ["meetings-trial", "--worlds", 1, "--q0", 0.2, "--sharing", "trust_novelty"]
    code, out, error = call(*options, "--json")
    document = json.loads(out)
    assert (code, error) == (0, "")
    assert document["parameters"]["q0"] == 0.2
    outside = document["results"]["outside"]
    assert outside == document["results"]["inside"].count(False) < 4
    code, out, error = call(*options, "--lang", language)
    assert (code, error) == (0, "")
    assert "2–8.1" in out


def test_the_frozen_world_says_what_drifts(call):
    code, out, error = call("frozen-world", "--worlds", 1, "--years", 2, "--json")
    document = json.loads(out)
    assert (code, error) == (0, "")
    assert document["parameters"] == {"worlds": 1, "years": 2}
    assert document["results"]["years"] == [2003, 2004, 2005]
    first = document["results"]["measures"][0]
    assert (first["measure"], first["complex"], first["ratios"][0]) == ("revenue", "all", 1.0)
    assert first["first"] == pytest.approx(157.0, rel=0.02)
    code, out, error = call("frozen-world", "--worlds", 1, "--years", 2, "--lang", "ko")
    assert (code, error) == (0, "")
    assert "판정" in out


def test_help_lists_every_replication_and_its_parameters(call):
    code, out, _ = call("--help")
    assert code == 0
    for name in ("goyal-moraga", "konig-liu-zenou", "key-player", "frozen-world"):
        assert name in out
    code, out, _ = call("frozen-world", "--help")
    assert code == 0
    for word in ("--worlds", "--years", "Default 10", "--json"):
        assert word in out
    assert "--graph" not in out


def test_the_list_and_a_table_are_in_korean(call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, error = call("--lang", "ko", "--help")
    assert (code, error) == (0, "")
    assert "네트워크에서의 지식 교환" in out
    assert "Knowledge barter" not in out
    code, out, error = call("--lang", "ko", "displacement")
    assert (code, error) == (0, "")
    assert "시장점유율" in out
    assert "…" not in out


def test_research_answers_as_others_measured(call):
    code, out, error = call("research-response", "--worlds", 1, "--json")
    results = json.loads(out)["results"]
    assert (code, error) == (0, "")
    assert results["response"][:4] == pytest.approx([0.5, 1.4, 2.6, 3.7], abs=0.2)
    assert results["response_in_the_limit"] == pytest.approx(10.0, abs=0.2)
    assert 0.0 < results["left_of_the_grant"] < 35.0
    assert 2.0 < results["gain_of_members"] < 8.0


def test_what_cannot_be_stated_is_said(call):
    assert "not stated" in call("konig-liu-zenou", "--n", 10)[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["konig-liu-zenou", "--graph", "empty", "--rho", 0.39], ["concave", "-0.0481"]),
        (["konig-liu-zenou", "--phi", 5], ["phi = 5", "below 0.88"]),
        (["key-player", "--phi", 0.9], ["phi = 0.9", "below 0.577"]),
        (["key-player", "--phi", "nan"], ["phi = nan", "from 0 to"]),
        (["goyal-moraga", "--degree", 8], ["degree = 8", "7"]),
        (["goyal-moraga", "--phi", 0.1], ["No such option", "--phi"]),
        (["goyal-moraga", "--n", "many"], ["--n", "integer"]),
        (["frozen-world", "--years", 1], ["years = 1", "from 2 to 17"]),
        (["key-player", "--lang", "de"], ["--lang", "'en', 'ko'"]),
        (["nobody"], ["nobody", "goyal-moraga, konig-liu-zenou, key-player, frozen-world"]),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(call, arguments, words):
    code, out, error = call(*arguments, "--json")
    assert (code, out) == (2, "")
    assert error.count("\n") == 1
    for word in words:
        assert word in error


def test_a_result_folder_holds_the_document(call, tmp_path):
    folder = tmp_path / "out"
    for _ in range(2):
        assert call("key-player", "--out", folder, "--quiet") == (0, "", "")
    document = json.loads((folder / "replication.json").read_text(encoding="utf-8"))
    assert document["model"] == "key-player"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "finished"


def test_a_folder_of_others_is_left_alone(call, tmp_path):
    (tmp_path / "theirs.txt").write_text("mine")
    code, out, error = call("key-player", "--out", tmp_path)
    assert (code, out) == (2, "")
    assert "theirs.txt" in error
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.txt"]


def test_wrong_input_leaves_no_folder(call, tmp_path):
    assert call("key-player", "--phi", 9, "--out", tmp_path / "out")[0] == 2
    assert list(tmp_path.iterdir()) == []


def test_a_fresh_process_answers_the_same(tmp_path: Path):
    answer = subprocess.run(
        [sys.executable, "-m", "innocluster", "replicate", "goyal-moraga", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert json.loads(answer.stdout)["results"]["effort"] == pytest.approx(0.035211, abs=EXACT)
