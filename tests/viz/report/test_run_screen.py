"""The first screen of a run, its picture, and what makes a page whole by itself."""

from __future__ import annotations

import base64
import csv
import io
import re
from dataclasses import replace

import pytest

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.runs.execution import RunResult
from innocluster.viz.figures.paths import Mark, Path, path_panels
from innocluster.viz.report.embedding import data_address, hangul_face, unbroken
from innocluster.viz.report.numbers import figure_csv
from innocluster.viz.report.run_screen import run_screen
from innocluster.viz.words.texts import LANGUAGES, Texts

EN, KO = Texts("en"), Texts("ko")


def test_goal_and_observation_are_two_things(run_result: RunResult) -> None:
    screen = run_screen(run_result, EN)
    assert screen["subject"].endswith("(seed 2005) under the policy Thematic mini-clusters")
    # The invented revenue of 2008 is 157 · 1.1⁵ = 252.8.
    assert screen["assumptions"] == (
        "What happened: revenue in 2008 KRW 283 ± 12 tn (model 253). "
        "What was aimed at: revenue in 2008 KRW 291 tn (model 253)."
    )
    assert "2008년 생산액 283 ± 12조 원(모형 253)" in run_screen(run_result, KO)["assumptions"]


def test_a_run_without_programme_or_figures_says_so(run_result: RunResult) -> None:
    bare = run_result.indicators.assign(observed=float("nan"), goal=float("nan"), goal_kind="")
    meta, nothing = {**run_result.meta, "policy": "P0"}, run_result.backtest.iloc[:0]
    screen = run_screen(replace(run_result, indicators=bare, meta=meta, backtest=nothing), EN)
    assert screen["match"] == [EN("glance.match_none")]
    assert screen["assumptions"] == EN("glance.run_alone")
    assert screen["cost"][0] == "No programme: nothing is spent."


def test_the_picture_puts_figures_where_they_belong() -> None:
    path = Path("Sales, KRW tn", (2003, 2005), (10.0, 20.0), (Mark(2005, 10.0, 5.0),), ())
    drawn = path_panels("Paths", [path], ("model", "happened", "aimed at"))
    # The highest of all is 20, the axis 5 % higher: 76 · 10 / 21 = 36.2 above the line of zero.
    line = re.search(r'polyline points="40\.0,([\d.]+) 356\.0,([\d.]+)"', drawn)
    assert line is not None
    base = 22.0 + 18.0 + 76.0
    assert [base - float(y) for y in line.groups()] == pytest.approx([36.2, 72.4], abs=0.06)
    assert 'circle cx="356.0"' in drawn
    assert drawn.count("<polygon") == 1  # the legend's star alone


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_a_run_has_its_numbers(run_result: RunResult, language: str) -> None:
    text = figure_csv(run_result, "run-targets").decode("utf-8-sig")
    rows = {
        (row["year"], row["indicator"]): row
        for row in csv.DictReader(io.StringIO(text))
        if row["complex"] == "all"
    }
    assert rows["2008", "revenue"]["observed"] == "283.0"
    assert rows["2008", "revenue"]["goal"] == "291.0"
    assert rows["2009", "revenue"]["observed"] == ""
    for name in ("run-growth", "run-channels", "run-structure", "run-complexes"):
        assert figure_csv(run_result, name).count(b"\n") > 1


def test_effects_are_given_with_their_intervals(comparison: Comparison) -> None:
    text = figure_csv(comparison, "effects").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["policy"] for row in rows} == {"P2", "P5"}
    assert all(float(row["low"]) <= float(row["mean"]) <= float(row["high"]) for row in rows)


def test_only_letters_of_the_page_are_embedded() -> None:
    assert hangul_face("<p>no letters of it</p>") == ""
    few, more = hangul_face("<p>가</p>"), hangul_face("<p>가나다라마바사</p>")
    assert few.startswith("@font-face")
    assert len(few) < len(more)
    assert hangul_face("<p>가</p>") == few
    content = base64.b64decode(few.split("base64,")[1].split(")")[0])
    assert content[:4] == b"wOFF"


def test_intervals_and_percentages_do_not_break() -> None:
    page = '<p title="[1–2] 3 %">it is 62 % [36–82] of [a, b]</p><pre>5 % [1–2]</pre>'
    assert unbroken(page) == (
        '<p title="[1–2] 3 %">it is 62\u00a0% <span class="whole">[36–82]</span> of [a, b]</p>'
        "<pre>5 % [1–2]</pre>"
    )
    assert data_address(b"a,b\n", "text/csv") == "data:text/csv;base64,YSxiCg=="
