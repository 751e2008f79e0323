"""Sentences say what the verdicts allow, and no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.viz.words.findings import (
    answers,
    headline,
    may_conclude,
    may_not_conclude,
    unsettled,
)
from innocluster.viz.words.texts import Texts

EN = Texts("en")
Build = Callable[..., Comparison]


@pytest.mark.parametrize(
    ("effects", "tiers", "part"),
    [
        ({"P2": 0.03, "P5": 0.31}, {"P0": 2, "P2": 2, "P5": 1}, "Thematic mini-clusters: largest"),
        ({"P5": 0.31}, {"P0": 2, "P5": 1}, "Thematic mini-clusters raises revenue in 2013"),
        ({"P2": 0.30, "P5": 0.31}, {"P0": 2, "P2": 1, "P5": 1}, "which of them is better cannot"),
        ({"P2": 0.03, "P5": 0.04}, {"P0": 1, "P2": 1, "P5": 1}, "No policy can be told apart"),
        ({"P2": 0.03, "P5": 0.07}, {"P0": 1, "P2": 1, "P5": 1}, "but not when all pairs"),
        ({"P2": -0.2, "P5": -0.3}, {"P0": 1, "P2": 2, "P5": 2}, "No programme: largest"),
        ({"P2": 0.03, "P5": 0.05}, {"P0": 2, "P2": 1, "P5": 1}, "No best policy"),
    ],
)
def test_headline(
    build: Build, effects: dict[str, float], tiers: dict[str, int], part: str
) -> None:
    assert part in headline(build(effects, tiers), EN)


def test_headline_names_the_size_of_the_effect(comparison: Comparison) -> None:
    assert "KRW 310 bn" in headline(comparison, EN)
    assert "3,100억 원" in headline(comparison, Texts("ko"))


def test_there_is_one_answer_a_contrast(comparison: Comparison) -> None:
    random, thematic, matching = answers(comparison, EN)
    assert "cannot tell" in random
    assert "anything from KRW −30 to 90 bn" in random
    assert "higher by KRW 310 bn" in thematic
    assert matching.startswith("Thematic mini-clusters against Random matching")


def test_a_tie_is_never_a_finding(build: Build) -> None:
    tied = build({"P2": 0.03, "P5": 0.04}, {"P0": 1, "P2": 1, "P5": 1})
    allowed = " ".join(may_conclude(tied, EN))
    assert "raises" not in allowed
    assert "matters" not in allowed
    refused = " ".join(may_not_conclude(tied, EN))
    assert "no effect under Thematic mini-clusters" in refused
    assert "they share tier 1" in refused
    assert "the choice of partners gains or loses under Thematic" in refused


def test_a_difference_to_the_placebo_is_a_finding_on_matching(
    build: Build, comparison: Comparison
) -> None:
    assert any("larger than under Random matching" in s for s in may_conclude(comparison, EN))
    worse = build({"P2": 0.4, "P5": 0.2}, {"P0": 3, "P2": 1, "P5": 2})
    assert any("smaller than under Random matching" in s for s in may_conclude(worse, EN))


def test_aggregates_parameters_and_hold_outs_are_always_named(comparison: Comparison) -> None:
    refused = " ".join(may_not_conclude(comparison, EN))
    for part in ("published totals", "single values", "held out", "measures the programme"):
        assert part in refused


def test_members_share_is_that_of_the_last_year(comparison: Comparison) -> None:
    expected = 100 * 15 * 1.15**10 / (157 * 1.1**10)
    assert f"{expected:.0f} % of revenue" in " ".join(may_not_conclude(comparison, EN)).replace(
        "\u00a0", " "
    )


def test_what_is_rough_is_said(build: Build) -> None:
    rough = build(
        {"P5": 0.31}, {"P0": 2, "P5": 1}, pairs=8, failures=2, stopped_by="cap",
    )  # fmt: skip
    policies = rough.policies.assign(pairing_gain=[np.nan, 1.2])
    sentences = " ".join(unsettled(replace(rough, policies=policies), EN))
    for part in ("cap of 8", "Only 8 worlds", "2 runs failed", "×1.2"):
        assert part in sentences


def test_nothing_is_said_where_all_is_well(comparison: Comparison) -> None:
    assert unsettled(comparison, EN) == []


def test_without_an_interval_there_is_no_verdict(build: Build) -> None:
    single = build({"P5": 0.31}, {"P0": 1, "P5": 1}, half=np.nan, pairs=1)
    (sentence,) = answers(single, EN)
    assert "too few worlds" in sentence
    assert "No policy can be told apart" in headline(single, EN)


def test_no_difference_in_any_world_is_no_interval(build: Callable[..., Comparison]) -> None:
    same = build({"P5": 0.0}, {"P0": 1, "P5": 1}, half=0.0)
    assert answers(same, EN)[0].endswith(": no difference in revenue in 2013 in any world.")
