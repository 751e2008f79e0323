"""Published equilibria on networks: printed numbers, limits, and checks by another way."""

from __future__ import annotations

import pickle

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innocluster.scenarios.policies.planning.equilibria import (
    ConvergenceError,
    SpectralError,
    bonacich,
    cournot_best_response,
    cournot_common_response,
    cournot_network,
    fall_when_removed,
    intercentrality,
    key_players,
    largest_phi,
)

EXACT = 1e-6


def adjacency_of(graph: nx.Graph) -> np.ndarray:
    return nx.to_numpy_array(graph, weight=None)


@st.composite
def networks(draw, smallest=1, largest=9):
    """Adjacency of any simple graph of a few agents."""
    n = draw(st.integers(smallest, largest))
    ties = draw(st.lists(st.booleans(), min_size=n * (n - 1) // 2, max_size=n * (n - 1) // 2))
    adjacency = np.zeros((n, n))
    adjacency[np.triu_indices(n, 1)] = ties
    return adjacency + adjacency.T


@pytest.mark.parametrize(
    ("degree", "effort"), list(enumerate([0.051948, 0.047297, 0.041667, 0.035211]))
)
def test_printed_efforts_of_cournot_rivals(degree, effort):
    assert cournot_network(8, degree, 2.0, 1.0).effort == pytest.approx(effort, abs=EXACT)


def test_printed_peaks_of_profit_and_welfare():
    points = [cournot_network(8, degree, 2.0, 1.0) for degree in range(8)]
    profits, welfare = [p.profit for p in points], [p.welfare for p in points]
    assert int(np.argmax(profits)) == 5
    assert max(profits) == pytest.approx(0.014757, abs=EXACT)
    assert int(np.argmax(welfare)) == 4
    assert max(welfare) == pytest.approx(0.630034, abs=EXACT)


def test_monopoly_without_partners():
    # max q² − γe² with q = (A + e)/2 gives e = A/(4γ − 1).
    assert cournot_network(1, 0, 2.0, 3.0).effort == pytest.approx(3.0 / 7.0)


@pytest.mark.parametrize("degree", range(8))
@pytest.mark.parametrize("gamma", [2.0, 3.5])
def test_best_responses_on_a_regular_network_reach_the_closed_form(degree, gamma):
    adjacency = adjacency_of(nx.random_regular_graph(degree, 8, seed=degree))
    expected = cournot_network(8, degree, gamma, 1.5).effort
    assert cournot_best_response(adjacency, gamma, 1.5) == pytest.approx(expected, abs=EXACT)


@given(
    n=st.integers(1, 60),
    share=st.floats(0.0, 1.0),
    gamma=st.floats(2.0, 20.0),
    demand=st.floats(0.1, 50.0),
)
def test_common_best_responses_reach_the_closed_form(n, share, gamma, demand):
    degree = round(share * (n - 1))
    expected = cournot_network(n, degree, gamma, demand).effort
    assert cournot_common_response(n, degree, gamma, demand) == pytest.approx(expected, rel=EXACT)


@settings(max_examples=40)
@given(networks(smallest=2, largest=7))
def test_no_cournot_rival_gains_by_another_effort(adjacency):
    gamma, n = 4.0, len(adjacency)
    effort = cournot_best_response(adjacency, gamma, 1.0)

    def profit(firm: int, own: float) -> float:
        tried = effort.copy()
        tried[firm] = own
        reduction = tried + adjacency @ tried
        quantity = (1.0 + (n + 1) * reduction[firm] - reduction.sum()) / (n + 1)
        return quantity**2 - gamma * own**2

    for firm in range(n):
        best = profit(firm, effort[firm])
        assert best >= profit(firm, effort[firm] * 1.01) - 1e-12
        assert best >= profit(firm, effort[firm] * 0.99) - 1e-12


def test_cournot_rivals_out_of_range_are_refused():
    for wrong in ((0, 0, 2.0, 1.0), (8, 8, 2.0, 1.0), (8, 1, 0.5, 1.0), (8, 1, 2.0, 0.0)):
        with pytest.raises(ValueError, match="needs n"):
            cournot_network(*wrong)


def test_responses_that_do_not_settle_are_told():
    with pytest.raises(ConvergenceError):
        cournot_common_response(8, 0, 1.0, 1.0)


@given(networks(), st.floats(0.0, 0.98))
def test_intercentrality_is_the_fall_when_an_agent_is_removed(adjacency, share):
    phi = share * min(largest_phi(adjacency), 2.0)
    falls = fall_when_removed(adjacency, phi)
    assert intercentrality(adjacency, phi) == pytest.approx(falls, rel=1e-9, abs=1e-9)


@given(networks(smallest=2), st.floats(0.0, 0.95), st.randoms(use_true_random=False))
def test_relabelling_agents_relabels_the_key_players(adjacency, share, random):
    phi = share * min(largest_phi(adjacency), 2.0)
    order = list(range(len(adjacency)))
    random.shuffle(order)
    moved = key_players(adjacency[np.ix_(order, order)], phi)
    assert {order[row] for row in moved} == set(key_players(adjacency, phi).tolist())


@pytest.mark.parametrize(
    ("phi", "centralities", "costs", "key"),
    [
        (0.1, (1.75, 1.88, 1.72), (2.92, 3.28, 2.79), [1, 2, 6, 7]),
        (0.2, (8.33, 9.17, 7.78), (41.67, 40.33, 32.67), [0]),
    ],
)
def test_published_example_of_a_bridge(phi, centralities, costs, key):
    # Table I of Ballester, Calvó-Armengol and Zenou 2006: one agent bridges two cliques of
    # five, tied to two members of each; it has fewer ties, yet it may be the key player.
    graph = nx.disjoint_union(nx.complete_graph(5), nx.complete_graph(5))
    graph = nx.relabel_nodes(graph, {row: row + 1 for row in range(10)})
    graph.add_edges_from((0, member) for member in (1, 2, 6, 7))
    adjacency = nx.to_numpy_array(graph, nodelist=range(11))
    kinds = [0, 1, 3]
    assert bonacich(adjacency, phi)[kinds] == pytest.approx(centralities, abs=0.006)
    assert intercentrality(adjacency, phi)[kinds] == pytest.approx(costs, abs=0.006)
    assert key_players(adjacency, phi).tolist() == key


def test_bonacich_of_a_star():
    # b_hub = (1 + mφ)/(1 − mφ²), b_leaf = (1 + φ)/(1 − mφ²) with m leaves.
    centrality = bonacich(adjacency_of(nx.star_graph(4)), 0.2)
    assert centrality == pytest.approx([1.8 / 0.84, *[1.2 / 0.84] * 4])


def test_bonacich_agrees_with_networkx():
    graph = nx.karate_club_graph()
    for _, _, tie in graph.edges(data=True):
        tie.pop("weight", None)
    katz = nx.katz_centrality_numpy(graph, alpha=0.1, normalized=False)
    ours = bonacich(adjacency_of(graph), 0.1)
    assert ours / ours[0] == pytest.approx(np.array(list(katz.values())) / katz[0])


@pytest.mark.parametrize(
    ("graph", "radius"),
    [
        (nx.complete_graph(6), 5.0),
        (nx.star_graph(9), 3.0),
        (nx.cycle_graph(7), 2.0),
        (nx.path_graph(2), 1.0),
    ],
)
def test_spectral_limit_of_known_graphs(graph, radius):
    adjacency = adjacency_of(graph)
    assert largest_phi(adjacency) == pytest.approx(1.0 / radius)
    for wrong in (1.0 / radius, 1.1 / radius, -0.1, float("nan"), float("inf")):
        with pytest.raises(SpectralError) as caught:
            bonacich(adjacency, wrong)
        assert caught.value.limit == pytest.approx(1.0 / radius)


def test_without_ties_every_phi_will_do():
    assert largest_phi(np.zeros((3, 3))) == float("inf")
    assert bonacich(np.zeros((3, 3)), 5.0).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    "wrong",
    [
        np.ones((2, 2)),
        np.zeros((2, 3)),
        np.array([[0.0, 1.0], [0.0, 0.0]]),
        np.array([[0.0, -1.0], [-1.0, 0.0]]),
        np.array([[0.0, np.nan], [np.nan, 0.0]]),
    ],
)
def test_what_is_no_network_is_refused(wrong):
    with pytest.raises(ValueError, match="adjacency"):
        bonacich(wrong, 0.1)


def test_the_spectral_error_survives_a_process_boundary():
    error = pickle.loads(pickle.dumps(SpectralError(0.6, 0.5)))
    assert (error.phi, error.limit) == (0.6, 0.5)
