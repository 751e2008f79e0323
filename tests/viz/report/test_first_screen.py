"""The first screen of a comparison: subject, result, boxes, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.viz.report.first_screen import first_screen
from innocluster.viz.report.report import write_report
from innocluster.viz.words.texts import LANGUAGES, Texts

EN, KO = Texts("en"), Texts("ko")


def test_the_subject_counts_places_ways_money_and_worlds(comparison: Comparison) -> None:
    subject = first_screen(comparison, EN)["subject"]
    assert "firms in seven Korean industrial complexes, 2003–2013: two ways" in subject
    # 520.3 to two digits; 60 worlds.
    assert subject.endswith("to spend the same KRW 520 bn, in the same 60 simulated worlds")
    assert "두 가지 방법" in first_screen(comparison, KO)["subject"]


def test_other_money_and_one_way_are_said(
    comparison: Comparison, build: Callable[..., Comparison]
) -> None:
    table = comparison.policies.copy()
    table.loc[table["policy"] == "P2", "spent"] = 104.0
    subject = first_screen(replace(comparison, policies=table), EN)["subject"]
    assert "two ways to spend KRW 100 to 520 bn" in subject
    alone = build({"P5": 0.3}, {"P0": 2, "P5": 1})
    assert "one way to spend KRW 520 bn" in first_screen(alone, EN)["subject"]


def test_the_result_has_two_digits(build: Callable[..., Comparison]) -> None:
    # The outcome is 157 · 1.1¹⁰ = 407.2 tn: 0.3 and 0.31 tn are 0.0737 and 0.0761 %.
    tied = build({"P2": 0.30, "P5": 0.31}, {"P0": 2, "P2": 1, "P5": 1})
    assert first_screen(tied, EN)["result"] == (
        "Random matching and Thematic mini-clusters raise revenue in 2013 by 0.074 to 0.076 % "
        "over No programme; which of them is better cannot be told"
    )
    best = build({"P2": 0.1, "P5": 0.314}, {"P0": 3, "P2": 2, "P5": 1})
    assert first_screen(best, EN)["result"] == (
        "Thematic mini-clusters raises revenue in 2013 most: 0.077 % (KRW 310 bn) over No programme"
    )


def test_without_a_clear_gain_the_headline_stands(build: Callable[..., Comparison]) -> None:
    none = build({"P2": 0.01, "P5": 0.02}, {"P0": 1, "P2": 1, "P5": 1})
    screen = first_screen(none, EN)
    assert screen["result"].startswith("No policy can be told apart from No programme")
    assert EN("glance.not_none") in screen["limits"]
    assert "cannot tell" in screen["picture"]


def test_boxes_say_cost_match_and_limits(comparison: Comparison) -> None:
    screen = first_screen(comparison, EN)
    assert screen["cost"][0] == (
        "Thematic mini-clusters: KRW 520 bn spent, net benefit KRW 210 bn, benefit–cost ratio 1.3."
    )
    assert screen["cost"][-1] == EN("glance.cost_caution_point")
    assert screen["match"][0].startswith("Only in part: of ")
    assert screen["match"][1].startswith("Largest miss, all complexes: ")
    assert screen["limits"][-1] == EN("glance.not_leader")
    alone = first_screen(replace(comparison, meta=comparison.meta | {"posterior_effect": None}), EN)
    assert alone["limits"][-1] == EN("glance.not_point")
    drawn = first_screen(replace(comparison, meta={**comparison.meta, "under": "prior"}), EN)
    assert drawn["limits"][-1] == EN("glance.not_drawn")


def test_a_region_without_figures_says_so(comparison: Comparison) -> None:
    nothing = replace(comparison, backtest=comparison.backtest.iloc[:0])
    assert first_screen(nothing, EN)["match"] == [EN("glance.match_none")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_stands_before_everything_else_and_details_are_closed(
    comparison: Comparison, tmp_path: Path, language: str
) -> None:
    texts = Texts(language)
    page = write_report(comparison, tmp_path, language).read_text(encoding="utf-8")
    order = [
        page.index(part)
        for part in (
            "<h1>", '<p class="headline">', "<svg", texts("glance.match"), '<p class="second">',
            texts("glance.cost"), texts("glance.not"),
            '<h2 id="answer">', '<h2 id="policies">', '<h2 id="table">',
        )
    ]  # fmt: skip
    assert order == sorted(order)
    assert "<details open" not in page
    assert texts("meta.posterior_draws", draws=40, digest="cc07fa99") in page
    for policy, summary in first_screen(comparison, texts)["described"]:
        assert policy[:2] in ("P0", "P2", "P5")
        assert summary
        assert summary.replace("'", "&#39;") in page
