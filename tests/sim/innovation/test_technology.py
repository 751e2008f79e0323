"""Shocks, R&D and spillovers of a few firms worked out on paper (F2-F6, K3)."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log, sqrt
from typing import Any

import numpy as np
import pytest
from hand_tables import firms, parameters, scratch

from innocluster.sim.ground.conditions import Anchors
from innocluster.sim.ground.forms import Forms
from innocluster.sim.innovation.technology import (
    advance_research,
    advance_shocks,
    largest_pool,
    location_weights,
    meetings_kept,
    shock_unit,
    spill_over,
)
from innocluster.sim.network.pairs import BODY, PairTable


def both(kernel: Any) -> Any:
    """Compiled and uncompiled."""
    return pytest.mark.parametrize(
        "kernel", [kernel, kernel.py_func], ids=["compiled", "uncompiled"]
    )


@both(advance_shocks)
def test_shocks_by_hand(kernel: Callable[..., Any]) -> None:
    """A half-life of 12 months keeps 2^(-1/12); a step comes below the chance of arrival."""
    p = parameters(
        shock_half_life=12.0,
        shock_arrival=0.25,
        substitution=3.0,
        growth_dispersion=0.3,
        growth_dispersion_exponent=0.2,
    )
    table = firms(3, shock=[0.1, 0.1, -0.2], employees=[20.0, 640.0, 20.0])
    kernel(p, table, np.array([0.2, 0.2, 0.25, 0.0]), np.array([0.25, 0.9, 0.9, 0.9]))
    keep = 2.0 ** (-1.0 / 12.0)
    unit = shock_unit(keep, 0.25, 3.0)
    # 640 employees are 32 times 20: dispersion 0.3·32^-0.2 = 0.15
    expected = [
        0.1 * keep + 0.3 * unit * log(0.5),
        0.1 * keep - 0.15 * unit * log(0.2),
        -0.2 * keep,
        0.0,
    ]
    assert table.shock == pytest.approx(expected, rel=1e-12)


@both(advance_research)
def test_research_by_hand(kernel: Callable[..., Any]) -> None:
    """An innovator, one whose draw is too high, one that never did R&D, a closed one."""
    p = parameters(
        innovation_depreciation=1.0 - 0.98**12,
        rd_depreciation=1.0 - 0.99**12,
        attempt_rate=6.0,
        commercial_success=0.5,
        subsidy_additionality=0.5,
        planning_lag=10.0,
        absorption_threshold=0.04,
        own_innovation_step=0.03,
    )
    anchors = Anchors(
        np.array([50.0, 100.0]), np.array([0.05, 0.02]), np.zeros(2), np.zeros(3), np.zeros((2, 2))
    )
    table = firms(
        4,
        alive=[1, 1, 1, 0],
        complex=[2, 1, 0, 0],
        sector=[1, 0, 0, 0],
        revenue=[400.0, 100.0, 10.0, 10.0],
        research_intensity=[0.03, 0.0, 0.0, 0.02],
        research_stock=[200.0, 0.0, 0.0, 30.0],
        research_lagged=[0.02, 0.1, 0.5, 0.5],
        gain_own=[0.1, 0.2, 0.3, 0.4],
        gain_transfer=[0.01, 0.02, 0.03, 0.04],
        gain_joint=[0.001, 0.002, 0.003, 0.004],
        gain_meeting=[0.5, 0.6, 0.7, 0.8],
    )
    # R&D of 10 + 1.5·4 = 16 and of 2; at a price of 1.25 that is 12.8 and 1.6 of 2003.
    # Lagged intensity 0.02 + (0.04 - 0.02)/10 = 0.022 and 0.1 + (0.02 - 0.1)/10 = 0.092.
    # Hazards 0.25·0.022/0.02 = 0.275 and 0.25·0.092/0.05 = 0.46.
    chance, missed = 1.0 - exp(-0.275), 1.0 - exp(-0.46)
    buffers = scratch(
        5,
        own_spending=[10.0, 2.0, 0.0, 0.0, 0.0],
        grants=[4.0, 0.0, 0.0, 0.0, 0.0],
        draw=[chance - 1e-9, missed + 1e-9, 0.0, 0.0, 0.0],
        second_draw=[0.5, 0.5, 0.5, 0.5, 0.5],
    )
    innovations = np.array([0, 0, 7])
    kernel(1.25, 0.5, p, anchors, table, buffers, innovations)
    assert innovations.tolist() == [0, 0, 8]
    assert table.research_stock == pytest.approx([210.8, 1.6, 0.0, 30.0, 0.0], rel=1e-12)
    assert table.research_lagged == pytest.approx([0.022, 0.092, 0.5, 0.5, 0.0], rel=1e-12)
    # AC = R/(R + R_sector), in proportion below an intensity of 4 %
    absorption = [210.8 / 310.8 * 0.55, 1.6 / 51.6, 0.0, 0.0, 0.0]
    assert table.absorption == pytest.approx(absorption, rel=1e-12)
    own = [0.098 + 0.03 * log(2.0), 0.196, 0.294, 0.4, 0.0]
    assert table.gain_own == pytest.approx(own, rel=1e-12)
    kept = np.array([0.98, 0.98, 0.98, 1.0, 1.0])
    for name, gains in (
        ("gain_transfer", [0.01, 0.02, 0.03, 0.04, 0.0]),
        ("gain_joint", [0.001, 0.002, 0.003, 0.004, 0.0]),
    ):
        assert getattr(table, name) == pytest.approx(np.array(gains) * kept, rel=1e-12), name
    # What meetings taught fades at a rate of its own: half of it stays.
    assert table.gain_meeting.tolist() == [0.25, 0.3, 0.35, 0.8, 0.0]


@both(location_weights)
def test_weights_of_places_by_hand(kernel: Callable[..., Any]) -> None:
    """40 km are two half-lives of 20 km: a quarter."""
    distance = np.array([[0.0, 40.0], [40.0, 0.0]])
    weights, proximity = kernel(distance, 0.8, 0.5, 20.0)
    assert weights == pytest.approx(np.array([[0.8, 0.125], [0.125, 0.8]]), rel=1e-12)
    assert proximity == pytest.approx(np.array([[1.0, 0.25], [0.25, 1.0]]), rel=1e-12)


@both(spill_over)
def test_spillovers_by_hand(kernel: Callable[..., Any]) -> None:
    """Two rivals in one complex, a third firm elsewhere, a closed one; one pair that counts."""
    weights = np.array([[0.8, 0.2], [0.2, 0.8]])
    proximity = np.array([[1.0, 0.5], [0.5, 1.0]])
    table = firms(
        4,
        alive=[1, 1, 1, 0],
        complex=[0, 0, 1, 1],
        sector=[0, 0, 1, 0],
        research_stock=[10.0, 20.0, 40.0, 1000.0],
        knowledge=[[9.0, 9.0], [2.0, 1.0], [7.0, 0.5], [1.0, 1.0]],
        direction=[[0.5, 0.75], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]],
        spillover_reference=[np.inf, log(2.0), 0.0, 5.0],
    )
    pairs = PairTable.allocate(4)
    pairs.first[:4] = 0, 0, 0, 1
    pairs.second[:4] = 1, 2, BODY, 2
    pairs.familiarity[:4] = 0.5, 0.25, 1.0, -1.0
    pairs.similarity[:4] = 0.75, 0.5, 1.0, 1.0
    pairs.count = 4
    pool = np.full(5, 7.0)
    kernel(0.5, 30.0, weights, proximity, 2, table, pairs, 4, pool)
    # What firms know by now does not count, nor what the third has beyond 30.
    # Products: firms 0 and 1 0.5, 0 and 2 0.75, 1 and 2 0.  Half is lost to rivals.
    # The pair of rivals: 0.2·0.5·0.5·0.5 = 0.025; of 0 and 2: 0.3·0.25·0.75 = 0.05625.
    expected = [
        0.8 * 0.5 * 20.0 * 0.5 + 0.2 * 30.0 * 0.75 + 0.025 * 20.0 + 0.05625 * 30.0,
        0.8 * 0.5 * 10.0 * 0.5 + 0.025 * 10.0,
        0.2 * 10.0 * 0.75 + 0.05625 * 10.0,
        1.0,
        7.0,
    ]
    assert pool == pytest.approx(expected, rel=1e-12)
    # The first month of a firm is its own reference.
    assert table.spillover_reference == pytest.approx(
        [log(expected[0]), log(2.0), 0.0, 5.0, 0.0], rel=1e-12
    )
    assert table.spillover[:3] == pytest.approx(
        [0.0, log(expected[1]) - log(2.0), log(expected[2])], rel=1e-12
    )
    kernel(0.5, 30.0, weights, proximity, 2, table, pairs, 0, pool)
    assert pool[2] == pytest.approx(1.5, rel=1e-12)


def test_a_firm_without_anything_to_learn_from_keeps_a_positive_pool() -> None:
    table = firms(
        1,
        research_stock=[5.0],
        direction=[[0.6, 0.8]],
        knowledge=[[0.0, 0.0]],
        spillover_reference=[0.0],
    )
    one, pool = np.ones((1, 1)), np.zeros(2)
    spill_over(0.0, 1e9, one, one, 1, table, PairTable.allocate(1), 0, pool)
    assert pool[0] == pytest.approx(1e-9, abs=5.0 * sqrt(2.0) * 2.3e-16)


@pytest.mark.parametrize(("percentile", "most"), [(100.0, 50.0), (60.0, 30.0), (61.0, 40.0)])
def test_stocks_spill_over_up_to_a_percentile_of_performers(percentile: float, most: float) -> None:
    table = firms(
        7, research_stock=[10.0, 30.0, 20.0, 50.0, 40.0, 0.0, 900.0], alive=[1, 1, 1, 1, 1, 1, 0]
    )
    assert largest_pool(table, percentile) == most


@pytest.mark.parametrize(
    ("form", "kept"),
    [("trust_novelty", 0.99), ("strangers", 0.99), ("trust", 0.99), ("flow", 0.96)],
)
@both(meetings_kept)
def test_what_a_month_leaves(kernel: Callable[..., Any], form: str, kept: float) -> None:
    """4 % with the ties, or 1 % of what meetings taught."""
    p = parameters(familiarity_decay=0.04, meeting_depreciation=1.0 - 0.99**12)
    assert kernel(p, Forms.of({"sharing": form})) == pytest.approx(kept, rel=1e-12)
