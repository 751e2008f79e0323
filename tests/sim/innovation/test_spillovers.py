"""Spillovers of a few firms worked out on paper (F4)."""

from __future__ import annotations

from collections.abc import Callable
from math import log, sqrt
from typing import Any

import numpy as np
import pytest
from hand_tables import firms

from innocluster.sim.innovation.spillovers import largest_pool, location_weights, spill_over
from innocluster.sim.network.pairs import BODY, PairTable


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
