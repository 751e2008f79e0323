"""b-matching: the exact one against enumeration, the greedy one against half of it."""

from __future__ import annotations

from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innocluster.scenarios.policies.planning.b_matching import (
    b_matching,
    greedy_b_matching,
    planned_b_matching,
)

SOLVERS = (b_matching, greedy_b_matching, planned_b_matching)


@st.composite
def markets(draw, agents=8, pairs=28):
    """Pairs of agents with surpluses, some negative or equal, and capacities."""
    n = draw(st.integers(2, agents))
    left, right = np.triu_indices(n, 1)
    kept = draw(st.lists(st.integers(0, left.size - 1), unique=True, max_size=pairs))
    # No gains below the tolerance of the exact solver, a millionth of the largest.
    gains = st.one_of(st.integers(-3, 6).map(float), st.integers(-999, 9000).map(lambda n: n / 1e3))
    surplus = draw(st.lists(gains, min_size=len(kept), max_size=len(kept)))
    room = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    rows = np.array(kept, dtype=int)
    return left[rows], right[rows], np.array(surplus), np.array(room)


def places_used(left, right, chosen, n):
    return np.bincount(np.concatenate((left[chosen], right[chosen])), minlength=n)


@settings(max_examples=150, deadline=None)
@given(markets(), st.none() | st.integers(0, 12))
def test_exact_is_at_least_planned_at_least_greedy_at_least_half(market, places):
    left, right, surplus, room = market
    worth = []
    for solve in SOLVERS:
        chosen = solve(*market, places)
        assert (places_used(left, right, chosen, room.size) <= room).all()
        assert (surplus[chosen] > 0.0).all()
        assert places is None or chosen.sum() <= places
        worth.append(surplus[chosen].sum())
    exact, greedy, planned = worth
    assert exact >= planned - 1e-9
    assert planned >= greedy - 1e-9
    assert greedy >= 0.5 * exact - 1e-9


def test_swaps_find_most_of_what_greedy_misses():
    generator = np.random.default_rng(11)
    missed, left_over = 0.0, 0.0
    for _ in range(20):
        left, right = np.triu_indices(30, 1)
        kept = generator.random(left.size) < 0.2
        surplus = generator.exponential(size=int(kept.sum()))
        market = (left[kept], right[kept], surplus, generator.integers(1, 4, size=30))
        exact, greedy, planned = (surplus[solve(*market)].sum() for solve in SOLVERS)
        missed += exact - greedy
        left_over += exact - planned
    assert 0.0 < left_over < 0.6 * missed


@settings(max_examples=40, deadline=None)
@given(markets(agents=5, pairs=9), st.none() | st.integers(0, 4))
def test_the_exact_choice_is_the_best_of_all(market, places):
    left, right, surplus, room = market
    best = 0.0
    for choice in product((False, True), repeat=surplus.size):
        chosen = np.array(choice, dtype=bool)
        within = places is None or chosen.sum() <= places
        if within and (places_used(left, right, chosen, room.size) <= room).all():
            best = max(best, float(surplus[chosen].sum()))
    assert surplus[b_matching(*market, places)].sum() == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_with_one_place_each_it_is_a_matching(seed):
    generator = np.random.default_rng(seed)
    graph = nx.gnm_random_graph(30, 120, seed=seed)
    left, right = np.array(graph.edges).T
    surplus = generator.exponential(size=left.size)
    for one, other, gain in zip(left, right, surplus, strict=True):
        graph.edges[one, other]["weight"] = gain
    pairs = nx.max_weight_matching(graph)
    best = sum(graph.edges[pair]["weight"] for pair in pairs)
    chosen = b_matching(left, right, surplus, np.ones(30, dtype=int))
    assert surplus[chosen].sum() == pytest.approx(best)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e12])
def test_unit_of_surplus_does_not_matter(unit):
    # Greedy takes the middle of a path of three ties, the planner both ends.
    left, right, surplus = [0, 1, 2], [1, 2, 3], unit * np.array([2.0, 3.0, 2.0])
    assert b_matching(left, right, surplus, [1, 1, 1, 1]).tolist() == [True, False, True]
    assert planned_b_matching(left, right, surplus, [1, 1, 1, 1]).tolist() == [True, False, True]
    assert greedy_b_matching(left, right, surplus, [1, 1, 1, 1]).tolist() == [False, True, False]


def test_relabelling_agents_changes_nothing():
    generator = np.random.default_rng(7)
    left, right = np.triu_indices(12, 1)
    surplus, room = generator.normal(size=left.size), generator.integers(0, 4, size=12)
    name = generator.permutation(12)
    moved = np.empty_like(room)
    moved[name] = room
    order = generator.permutation(left.size)
    for solve in SOLVERS:
        chosen = solve(left, right, surplus, room)
        again = solve(name[left][order], name[right][order], surplus[order], moved)
        assert again.tolist() == chosen[order].tolist()


def test_capacities_are_left_as_they_were():
    room = np.array([1, 1])
    for solve in SOLVERS:
        assert solve([0], [1], [1.0], room).tolist() == [True]
    assert room.tolist() == [1, 1]


def test_nobody_to_bring_together():
    for solve in SOLVERS:
        assert solve([], [], [], [1, 1]).tolist() == []
        assert solve([0], [1], [-1.0], [1, 1]).tolist() == [False]


def test_no_places_and_fewer_than_none():
    for solve in SOLVERS:
        assert solve([0], [1], [1.0], [1, 1], 0).tolist() == [False]
        with pytest.raises(ValueError, match="places"):
            solve([0], [1], [1.0], [1, 1], -1)


@pytest.mark.parametrize(
    "wrong",
    [
        ([0, 1], [1], [1.0], [1, 1]),
        ([0], [2], [1.0], [1, 1]),
        ([-1], [1], [1.0], [1, 1]),
        ([1], [1], [1.0], [1, 1]),
        ([0], [1], [float("nan")], [1, 1]),
        ([0], [1], [1.0], [1, -1]),
    ],
)
def test_inconsistent_input_is_refused(wrong):
    for solve in SOLVERS:
        with pytest.raises(ValueError, match="must"):
            solve(*wrong)
