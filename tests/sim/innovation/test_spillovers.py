"""Spillovers of a few firms worked out on paper, and what no form may do (F4)."""

from __future__ import annotations

from collections.abc import Callable
from math import log, sqrt
from typing import Any

import numpy as np
import pytest
from hand_tables import anchors, firms, parameters

from innocluster.agents.firms import FirmTable
from innocluster.sim.ground.forms import RULES, form_code
from innocluster.sim.innovation.spillovers import (
    field_nearness,
    largest_stock,
    location_weights,
    spill_over,
    stock_growth,
)
from innocluster.sim.network.pairs import BODY, PairTable

WEIGHTS = np.array([[0.8, 0.2], [0.2, 0.8]])
PROXIMITY = np.array([[1.0, 0.5], [0.5, 1.0]])
P = parameters(business_stealing=0.5, product_niches=2.0)
FORMS = tuple(RULES["spillovers"].forms)


def both(kernel: Any) -> Any:
    """Compiled and uncompiled."""
    return pytest.mark.parametrize(
        "kernel", [kernel, kernel.py_func], ids=["compiled", "uncompiled"]
    )


@both(location_weights)
def test_weights_of_places_by_hand(kernel: Callable[..., Any]) -> None:
    """40 km are two half-lives of 20 km: a quarter."""
    distance = np.array([[0.0, 40.0], [40.0, 0.0]])
    weights, proximity = kernel(distance, 0.8, 0.5, 20.0)
    assert weights == pytest.approx(np.array([[0.8, 0.125], [0.125, 0.8]]), rel=1e-12)
    assert proximity == pytest.approx(np.array([[1.0, 0.25], [0.25, 1.0]]), rel=1e-12)


def four_firms() -> FirmTable:
    """Two rivals in one complex, a third firm elsewhere, a closed rival."""
    return firms(
        4,
        alive=[1, 1, 1, 0],
        complex=[0, 0, 1, 1],
        sector=[0, 0, 1, 0],
        niche=[1, 1, 1, 1],
        research_stock=[10.0, 20.0, 40.0, 1000.0],
        knowledge=[[9.0, 9.0], [2.0, 1.0], [7.0, 0.5], [1.0, 1.0]],
        direction=[[0.5, 0.75], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]],
        spillover_reference=[np.inf, log(2.0), 0.0, 5.0],
    )


def three_pairs() -> PairTable:
    """One of rivals, one of firms 0 and 2, one with a body, one forgotten."""
    pairs = PairTable.allocate(4)
    pairs.first[:4] = 0, 0, 0, 1
    pairs.second[:4] = 1, 2, BODY, 2
    pairs.familiarity[:4] = 0.5, 0.25, 1.0, -1.0
    pairs.count = 4
    return pairs


def spilled(kernel: Callable[..., Any], form: str, table: FirmTable, pairs: int = 4) -> Any:
    """Pools of the firms under a form; fields 0 and 1 are near by a quarter."""
    pool = np.full(5, 7.0)
    usual = anchors(sector_stock=[4.0, 9.0])
    nearness = np.array([[1.0, 0.25], [0.25, 1.0]])
    kernel(
        form_code("spillovers", form), P, usual, 30.0, WEIGHTS, PROXIMITY, nearness, table,
        three_pairs(), pairs, pool,
    )  # fmt: skip
    return pool


@both(spill_over)
def test_spillovers_by_hand(kernel: Callable[..., Any]) -> None:
    table = four_firms()
    pool = spilled(kernel, "fixed_direction", table)
    # What firms know by now does not count, nor what the third has beyond 30.
    # Products: firms 0 and 1 0.5, 0 and 2 0.75, 1 and 2 0.
    # The pair of rivals: 0.2·0.5·0.5 = 0.05; of 0 and 2: 0.3·0.25·0.75 = 0.05625.
    expected = [
        0.8 * 0.5 * 20.0 + 0.2 * 30.0 * 0.75 + 0.05 * 20.0 + 0.05625 * 30.0,
        0.8 * 0.5 * 10.0 + 0.05 * 10.0,
        0.2 * 10.0 * 0.75 + 0.05625 * 10.0,
        1.0,
        7.0,
    ]
    assert pool == pytest.approx(expected, rel=1e-12)
    # Half of what rivals learn is lost: 20 and 10 of the first sector above its usual 4, none of
    # the second above 9.
    after = [
        log(expected[0]) - 0.5 * log(24.0),
        log(expected[1]) - 0.5 * log(14.0),
        log(expected[2]) - 0.5 * log(9.0),
    ]
    # The first month of a firm is its own reference.
    assert table.spillover_reference == pytest.approx([after[0], log(2.0), 0.0, 5.0, 0.0], 1e-12)
    assert table.spillover[:3] == pytest.approx([0.0, after[1] - log(2.0), after[2]], 1e-12)
    assert spilled(kernel, "fixed_direction", table, 0)[2] == pytest.approx(1.5, rel=1e-12)


@both(spill_over)
def test_firms_without_a_stock_have_all_of_their_niche_as_rivals(kernel: Any) -> None:
    table = four_firms()
    table.research_stock[0] = 0.0
    table.spillover_reference[:4] = 0.0
    pool = spilled(kernel, "fixed_direction", table)
    assert table.spillover[0] == pytest.approx(log(pool[0]) - 0.5 * log(24.0), rel=1e-12)
    table.niche[1] = 0
    spilled(kernel, "fixed_direction", table)
    assert table.spillover[0] == pytest.approx(log(pool[0]) - 0.5 * log(4.0), rel=1e-12)


@both(spill_over)
def test_near_fields_by_hand(kernel: Callable[..., Any]) -> None:
    """Of 0 and 1: (0.5 + 0.25·0.75)·1; of 1 and 2 the nearness 0.25 itself."""
    pool = spilled(kernel, "mahalanobis", four_firms(), 0)
    assert pool[1] == pytest.approx(0.8 * 0.6875 * 10.0 + 0.2 * 30.0 * 0.25, rel=1e-6)
    with_pairs = spilled(kernel, "mahalanobis", four_firms())
    assert with_pairs[1] - pool[1] == pytest.approx(0.1 * 0.6875 * 10.0, rel=1e-6)


@both(spill_over)
def test_roots_by_hand(kernel: Callable[..., Any]) -> None:
    table = four_firms()
    table.spillover_reference[:4] = 0.0
    pool = spilled(kernel, "root_pool", table, 0)
    assert pool[1] == pytest.approx(0.8 * 0.5 * sqrt(10.0), rel=1e-12)
    rivalry = log(sqrt(10.0) + sqrt(4.0))
    assert table.spillover[1] == pytest.approx(log(pool[1]) - 0.5 * rivalry, rel=1e-12)


def many_firms(seed: int) -> FirmTable:
    """Firms that know something of every field, half of them with R&D."""
    draw = np.random.default_rng(seed)
    known = draw.uniform(0.1, 1.0, (12, 2))
    return firms(
        12,
        spare=1,
        complex=draw.integers(0, 2, 12),
        sector=draw.integers(0, 2, 12),
        niche=draw.integers(0, 2, 12),
        research_stock=draw.uniform(1.0, 29.0, 12) * (np.arange(12) % 2),
        knowledge=known,
        direction=known / np.sqrt((known**2).sum(axis=1, keepdims=True)),
        spillover_reference=np.zeros(12),
    )


def pools(form: str, table: FirmTable) -> tuple[Any, Any]:
    pool = np.zeros(13)
    spill_over(
        form_code("spillovers", form), P, anchors(sector_stock=[4.0, 9.0]), 30.0, WEIGHTS,
        PROXIMITY, field_nearness(table), table, three_pairs(), 4, pool,
    )  # fmt: skip
    return pool[:12], table.spillover[:12].copy()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(3))
def test_learning_takes_nothing_from_anybody(form: str, seed: int) -> None:
    """∂S_i/∂k_j and ∂S_i/∂k_i are not negative: whoever learns, no pool becomes smaller."""
    table = many_firms(seed)
    before, _ = pools(form, table)
    for learner in range(12):
        for field in range(2):
            table.knowledge[learner, field] += 0.01
            after, _ = pools(form, table)
            assert (after >= before * (1.0 - 1e-12)).all()
            # With equal stocks nobody's pool changes at all.
            assert after == pytest.approx(before, rel=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_own_research_is_left_out(form: str) -> None:
    table = many_firms(1)
    before, spillover = pools(form, table)
    table.research_stock[3] *= 0.5
    after, moved = pools(form, table)
    assert after[3] == pytest.approx(before[3], rel=1e-6)
    assert moved[3] == pytest.approx(spillover[3], abs=1e-6)
    assert (np.delete(after, 3) < np.delete(before, 3)).all()


@pytest.mark.parametrize("form", FORMS)
def test_the_unit_of_money_does_not_matter(form: str) -> None:
    """What a firm gains from the growth of others does not change with the unit of R&D."""
    table, usual = many_firms(2), anchors(sector_stock=[4.0, 9.0])
    richer = anchors(sector_stock=[4000.0, 9000.0])
    moved = []
    for unit, measure in ((1.0, usual), (1000.0, richer)):
        table.research_stock[:12] = many_firms(2).research_stock[:12] * unit
        table.spillover_reference[:12] = np.inf
        for stock in (1.0, 1.5):
            table.research_stock[1] *= stock
            spill_over(
                form_code("spillovers", form), P, measure, 30.0 * unit, WEIGHTS, PROXIMITY,
                field_nearness(table), table, three_pairs(), 4, np.zeros(13),
            )  # fmt: skip
        moved.append(table.spillover[:12].copy())
    assert moved[0] == pytest.approx(moved[1], abs=1e-9)
    assert np.abs(moved[0]).max() > 0.01


def test_a_firm_without_anything_to_learn_from_keeps_a_positive_pool() -> None:
    table = firms(
        1, research_stock=[5.0], direction=[[0.6, 0.8]], knowledge=[[0.0, 0.0]],
        spillover_reference=[0.0],
    )  # fmt: skip
    one, pool = np.ones((1, 1)), np.zeros(2)
    spill_over(
        0, P, anchors(sector_stock=[1.0]), 1e9, one, one, np.eye(2), table, PairTable.allocate(1),
        0, pool,
    )  # fmt: skip
    assert pool[0] == pytest.approx(1e-9, abs=5.0 * sqrt(2.0) * 2.3e-16)


@pytest.mark.parametrize(("percentile", "most"), [(100.0, 50.0), (60.0, 30.0), (61.0, 40.0)])
def test_stocks_spill_over_up_to_a_percentile_of_performers(percentile: float, most: float) -> None:
    table = firms(
        7, research_stock=[10.0, 30.0, 20.0, 50.0, 40.0, 0.0, 900.0], alive=[1, 1, 1, 1, 1, 1, 0]
    )
    assert largest_stock(table, percentile) == most
    # By now stocks are half as large again; that is the growth of every later month.
    table.entered[:7] = -1
    table.research_intensity[:7] = 0.02
    table.research_reference[:7] = table.research_stock[:7] / 1.5
    assert largest_stock(table, percentile) == pytest.approx(most / 1.5, rel=1e-14)


def test_usual_growth_is_that_of_firms_that_did_research_all_along() -> None:
    """An entrant, a closed one, one that stopped and one that started do not count."""
    table = firms(
        7,
        alive=[1, 1, 1, 1, 0, 1, 1],
        entered=[-1, -1, -1, 5, -1, -1, -1],
        research_intensity=[0.1, 0.1, 0.1, 0.1, 0.1, 0.0, 0.1],
        research_reference=[1.0, 2.0, 4.0, 1.0, 1.0, 1.0, 0.0],
        research_stock=[2.0, 6.0, 6.0, 90.0, 90.0, 90.0, 90.0],
    )
    assert stock_growth(table) == 2.0
    assert stock_growth(firms(1)) == 1.0


def test_nearness_of_fields_is_how_often_they_occur_together() -> None:
    """Lengths of the columns: sqrt(0.36 + 1) and sqrt(0.64)."""
    table = firms(2, knowledge=[[1, 1], [1, 1]], direction=[[0.6, 0.8], [1.0, 0.0]])
    near = 0.48 / sqrt(1.36 * 0.64)
    assert field_nearness(table) == pytest.approx(np.array([[1.0, near], [near, 1.0]]), rel=1e-6)
