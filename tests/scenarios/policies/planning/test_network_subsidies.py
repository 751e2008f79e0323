"""The games on sparse networks against the same games written as matrices, and by brute force."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from innocluster.agents.research_game import (
    Game,
    inverse_diagonal,
    key_rows,
    link_welfare,
    outputs,
    solve,
)
from innocluster.scenarios.policies.planning.equilibria import (
    SpectralError,
    bonacich,
    intercentrality,
)
from innocluster.scenarios.policies.planning.subsidies import (
    ConcavityError,
    ResearchGame,
    konig_liu_zenou,
    network_subsidies,
)


def sparse(adjacency: np.ndarray, group: np.ndarray, phi: float, rho: float) -> Game:
    """The game of a matrix of partners and of groups of rivals."""
    start = np.concatenate(([0], np.cumsum((adjacency > 0.0).sum(axis=1)))).astype(np.int64)
    partner = np.nonzero(adjacency)[1].astype(np.int64)
    return Game(start, partner, group.astype(np.int64), int(group.max(initial=-1)) + 1, phi, rho)


def same_group(group: np.ndarray) -> np.ndarray:
    rivals = (group[:, None] == group[None, :]).astype(float)
    np.fill_diagonal(rivals, 0.0)
    return rivals


@st.composite
def networks(draw, largest=12):
    n = draw(st.integers(1, largest))
    graph = nx.gnp_random_graph(n, draw(st.floats(0.0, 0.8)), seed=draw(st.integers(0, 999)))
    group = np.array(draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    return nx.to_numpy_array(graph), group


@settings(max_examples=80, deadline=None)
@example((np.ones((12, 12)) - np.eye(12), np.zeros(12, int)), 0.03, 0.0)
@given(networks(), st.floats(0.0, 0.03), st.floats(0.0, 0.2))
def test_the_sparse_plan_is_the_plan_of_the_matrices(network, phi, rho):
    adjacency, group = network
    try:
        known = konig_liu_zenou(adjacency, 1.0, phi, rho, same_group(group))
    except ConcavityError as refused:
        # Dense networks of a dozen firms can be beyond the bound; then both refuse.
        assume(refused.smallest_eigenvalue < -1e-6)
        with pytest.raises(ConcavityError):
            network_subsidies(sparse(adjacency, group, phi, rho))
        return
    plan = network_subsidies(sparse(adjacency, group, phi, rho))
    for name in ("output", "targeted", "uniform", "smallest_eigenvalue"):
        assert getattr(plan, name) == pytest.approx(getattr(known, name), rel=1e-8, abs=1e-9)
    for name in ("welfare_none", "welfare_uniform", "welfare_targeted"):
        assert getattr(plan, name) == pytest.approx(getattr(known, name), rel=1e-10)
    assert plan.interior == known.interior


def test_large_networks_agree_too():
    graph = nx.connected_watts_strogatz_graph(120, 6, 0.2, seed=4)
    adjacency, group = nx.to_numpy_array(graph), np.arange(120) % 5
    plan = network_subsidies(sparse(adjacency, group, 0.01, 0.02))
    known = konig_liu_zenou(adjacency, 1.0, 0.01, 0.02, same_group(group))
    assert plan.targeted == pytest.approx(known.targeted, rel=1e-9)
    assert plan.smallest_eigenvalue == pytest.approx(known.smallest_eigenvalue, rel=1e-7)
    assert plan.welfare_targeted > plan.welfare_uniform > plan.welfare_none


@pytest.mark.parametrize("n", [8, 60])
def test_plans_without_bound_are_refused(n):
    adjacency, group = np.ones((n, n)) - np.eye(n), np.zeros(n, int)
    with pytest.raises(ConcavityError) as refused:
        network_subsidies(sparse(adjacency, group, 0.5 / (n - 1), 0.0))
    with pytest.raises(ConcavityError) as known:
        konig_liu_zenou(adjacency, 1.0, 0.5 / (n - 1), 0.0, np.zeros((n, n)))
    assert refused.value.smallest_eigenvalue == pytest.approx(known.value.smallest_eigenvalue)
    with pytest.raises(SpectralError) as unbounded:
        network_subsidies(sparse(adjacency, group, 1.2 / (n - 1), 0.0))
    assert unbounded.value.limit == pytest.approx(1.0 / (n - 1))
    with pytest.raises(ValueError, match="at least one firm"):
        network_subsidies(sparse(np.zeros((0, 0)), np.zeros(0, int), 0.01, 0.0))


def test_a_system_that_is_not_positive_definite_has_no_solution():
    game = sparse(np.ones((4, 4)) - np.eye(4), np.zeros(4, int), 0.5, 0.0)
    assert np.isnan(solve(game, np.ones(4))).all()


@settings(max_examples=60, deadline=None)
@given(networks(), st.floats(0.001, 0.05), st.floats(0.0, 0.2))
def test_the_marginal_welfare_of_a_link_is_its_slope(network, phi, rho):
    """dW/dw of a link of weight w at 0, by central differences on the matrices."""
    adjacency, group = network
    game = sparse(adjacency, group, phi, rho)
    output = outputs(game, 1.0)
    value = link_welfare(game, output)
    n = output.size
    rivals = same_group(group)
    for i, j in [(0, n - 1), (n // 2, n // 3)]:
        if i == j or adjacency[i, j]:
            continue
        welfare = []
        for weight in (-1e-4, 1e-4):
            linked = adjacency.copy()
            linked[i, j] = linked[j, i] = weight
            welfare.append(ResearchGame(linked, rivals, np.ones(n), phi, rho).welfare())
        slope = (welfare[1] - welfare[0]) / 2e-4
        assert phi * (value[i] * output[j] + value[j] * output[i]) == pytest.approx(slope, rel=1e-5)


def test_the_best_link_is_the_best_by_brute_force():
    """W(G + ij) - W(G) of every missing link against its first order, on random graphs."""
    phi, rho = 0.01, 0.02
    for seed in range(10):
        graph = nx.barabasi_albert_graph(25, 3, seed=seed)
        adjacency, group = nx.to_numpy_array(graph), np.arange(25) % 3
        rivals, returns = same_group(group), np.ones(25)
        game = sparse(adjacency, group, phi, rho)
        output = outputs(game, 1.0)
        value = link_welfare(game, output)
        base = ResearchGame(adjacency, rivals, returns, phi, rho).welfare()
        first_order, true = [], []
        for i, j in zip(*np.triu_indices(25, 1), strict=True):
            if adjacency[i, j]:
                continue
            linked = adjacency.copy()
            linked[i, j] = linked[j, i] = 1.0
            true.append(ResearchGame(linked, rivals, returns, phi, rho).welfare() - base)
            first_order.append(phi * (value[i] * output[j] + value[j] * output[i]))
        first_order, true = np.array(first_order), np.array(true)
        # What is left out is of second order in φ, and positive: links help one another.
        assert (true > first_order).all()
        assert (true / first_order - 1.0).max() < 3.0 * phi
        assert true[np.argmax(first_order)] > 0.999 * true.max()


@settings(max_examples=60, deadline=None)
@given(networks(largest=15), st.integers(0, 6))
def test_key_rows_are_those_of_the_highest_intercentrality(network, wanted):
    adjacency, group = network
    phi = 0.9 / max(1.0, adjacency.sum(axis=1).max())
    game = sparse(adjacency, group, phi, 0.0)
    centrality = outputs(game, 1.0)
    assert centrality == pytest.approx(bonacich(adjacency, phi), rel=1e-9)
    cost = intercentrality(adjacency, phi)
    eligible = np.arange(0, cost.size, 2)
    chosen = key_rows(game, centrality, eligible, wanted)
    assert chosen.size == min(wanted, eligible.size)
    assert np.isin(chosen, eligible).all()
    assert np.unique(chosen).size == chosen.size
    best = np.sort(cost[eligible])[::-1][:wanted]
    assert cost[chosen] == pytest.approx(best, rel=1e-9)
    inverse = np.linalg.inv(np.eye(cost.size) - phi * adjacency)
    assert inverse_diagonal(game, 0) == pytest.approx(inverse[0, 0], rel=1e-10)


def test_nobody_to_choose_from():
    game = sparse(np.zeros((3, 3)), np.zeros(3, int), 0.1, 0.0)
    assert key_rows(game, outputs(game, 1.0), np.empty(0, np.int64), 2).size == 0
