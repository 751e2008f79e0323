"""What is said about forms of contested rules and about the largest firms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.viz.words.forms import (
    benefit_rows,
    form_answers,
    form_headline,
    form_rows,
    leader_intervals,
)
from innocluster.viz.words.largest_firms import largest_answers, largest_rows
from innocluster.viz.words.texts import Texts

EN = Texts("en")


def test_the_headline_names_what_the_lead_may_not_survive(comparison: Comparison) -> None:
    sentence = form_headline(comparison, EN)
    assert sentence.startswith("Thematic mini-clusters leads in 9 of 10 worlds in which one")
    assert "may not survive this: Nothing: the same for all R&D firms" in sentence
    assert "proportional" not in sentence


def test_a_lead_that_no_form_turns_survives(comparison: Comparison) -> None:
    kept = replace(comparison, forms=comparison.forms.assign(finding=""))
    sentence = form_headline(kept, EN)
    assert "none of 2 forms of 2 rules is seen to turn the ranking" in sentence
    clear = comparison.forms["finding"].replace("may turn", "turns")
    lost = replace(comparison, forms=comparison.forms.assign(finding=clear))
    assert "does not survive this" in form_headline(lost, EN)


def test_nothing_leads_where_nothing_is_told_apart(build: Callable[..., Comparison]) -> None:
    level = build({"P2": 0.03, "P5": 0.04}, {"P0": 1, "P2": 1, "P5": 1})
    sentence = form_headline(level, EN)
    assert sentence.startswith("Other rules of the model do not settle it either: in 10 worlds")
    assert "leads" not in sentence


def test_without_such_worlds_the_headline_is_silent(comparison: Comparison) -> None:
    none = replace(comparison, meta=comparison.meta | {"form_worlds": 0})
    assert form_headline(none, EN) == ""
    assert form_answers(none, EN) == [EN("forms.none")]


def test_the_leader_has_both_intervals(build: Callable[..., Comparison]) -> None:
    # Of 407.2 tn, 0.314 ± 0.06 tn are 0.077 (0.062 to 0.092) %; 0.875 of 40 draws are 35.
    best = build({"P2": 0.1, "P5": 0.314}, {"P0": 3, "P2": 2, "P5": 1})
    assert leader_intervals(best, EN) == (
        "Thematic mini-clusters: 0.077 % at the usual parameters and forms (0.062 to 0.092 %, luck "
        "alone, 95 % over 60 worlds); 0.06 % with those that the figures until 2005 leave open "
        "(−0.02 to 0.19 %, nine in ten of 40 draws of the shipped posterior, each one history with "
        "its luck). Zero lies within: 35 of the 40 are above it."
    )
    korean = leader_intervals(best, Texts("ko"))
    for part in ("0.077%", "60개의 95% 구간 0.062~0.092%", "표본 40개", "−0.02~0.19%", "0을 포함"):
        assert part in korean
    drawn = replace(best, meta=best.meta | {"under": "prior"})
    assert "at the usual forms (0.062 to 0.092 %, luck and the" in leader_intervals(drawn, EN)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.01, 0.2, "lies below"),
        (-0.2, -0.01, "lies above"),
        (0.0, 0.2, "lies within"),
    ],
)
def test_where_zero_lies_is_said(
    comparison: Comparison, low: float, high: float, said: str
) -> None:
    drawn = comparison.meta["posterior_effect"] | {"low": low, "high": high}
    meta = comparison.meta | {"posterior_effect": drawn}
    assert said in leader_intervals(replace(comparison, meta=meta), EN)


def test_without_draws_the_second_interval_is_missed_or_not_needed(comparison: Comparison) -> None:
    few = replace(comparison, meta=comparison.meta | {"posterior_effect": None})
    assert leader_intervals(few, EN) == EN("forms.intervals_few", least=19)
    for changed in ({"form_design": "drawn"}, {"leader": "P0"}):
        assert leader_intervals(replace(few, meta=few.meta | changed), EN) == ""


def test_what_hangs_on_no_form_is_said(comparison: Comparison) -> None:
    shares, above, never = form_answers(comparison, EN)
    assert "Thematic mini-clusters 90 % [10–90]" in shares
    assert above.endswith("Random matching and Thematic mini-clusters.")
    assert never == "Never ahead, whatever the form: Random matching."


@pytest.mark.parametrize("language", ["en", "ko"])
def test_rows_of_forms_and_benefits(comparison: Comparison, language: str) -> None:
    texts = Texts(language)
    rows = form_rows(comparison, texts)
    assert [row[1] for row in rows] == ["10", "10", "3", "3"]
    assert rows[3][2:4] == ["P0 67 %\n[10–90]", "33 %\n[10–90]"]
    assert rows[3][5] == texts("forms.may_turn")
    (first, _) = benefit_rows(comparison, texts)
    assert first[1:] == [texts("benefit.gross"), "2.1 [0.40, 4.0]", "20 % [10–30]"]


def test_verdicts_that_hang_on_the_largest_firms(comparison: Comparison) -> None:
    (sentence,) = largest_answers(comparison, EN)
    assert "Random matching: cannot tell with them, higher without them" in sentence
    assert largest_rows(comparison, EN)[0][-1] == "×4.0"
    same = comparison.largest.assign(verdict="higher")
    assert largest_answers(replace(comparison, largest=same), EN) == [EN("largest.same")]
