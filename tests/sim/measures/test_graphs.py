"""Measures of a graph against networkx and on graphs whose values are known."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import skew

from innocluster.sim.measures.graphs import (
    count_triangles,
    count_triples,
    degree_shape,
    giant_component,
    label_components,
    link_nodes,
    mean_path_length,
    modularity,
    random_transitivity,
)


def edges_of(graph: nx.Graph) -> tuple[np.ndarray, np.ndarray]:
    ends = np.array(list(graph.edges()), np.int32).reshape(-1, 2)
    return ends[:, 0].copy(), ends[:, 1].copy()


def shape(graph: nx.Graph, draw: np.ndarray | None = None) -> dict[str, float]:
    """Measures of a graph with nodes 0 … n-1."""
    first, second = edges_of(graph)
    nodes = graph.number_of_nodes()
    draw = np.arange(nodes) / nodes if draw is None else draw
    start, neighbour = link_nodes(nodes, first, second)
    degree = np.diff(start)
    label, components = label_components(start, neighbour)
    giant = giant_component(label, draw)
    size, steps = mean_path_length(0, nodes, start, neighbour, label, giant, draw)
    triples = count_triples(degree).sum()
    return {
        "triangles": count_triangles(degree, first, second).sum(),
        "transitivity": 3.0 * count_triangles(degree, first, second).sum() / max(triples, 1),
        "components": components,
        "size": size,
        "steps": steps,
    }


def random_graph(nodes: int, mean_degree: float, seed: int) -> nx.Graph:
    return nx.fast_gnp_random_graph(nodes, mean_degree / nodes, seed=seed)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("mean_degree", [0.8, 3.0, 12.0])
def test_random_graphs_equal_networkx(mean_degree: float, seed: int) -> None:
    graph = random_graph(60, mean_degree, seed)
    found = shape(graph)
    assert found["triangles"] == sum(nx.triangles(graph).values()) // 3
    assert found["transitivity"] == pytest.approx(nx.transitivity(graph), abs=1e-14)
    assert found["components"] == nx.number_connected_components(graph)
    giant = graph.subgraph(max(nx.connected_components(graph), key=len))
    assert found["size"] == len(giant)
    expected = [
        nx.average_shortest_path_length(graph.subgraph(part))
        for part in nx.connected_components(graph)
        if len(part) == len(giant) > 1
    ]
    # 60 nodes are fewer than the sources, so that nothing is sampled.
    assert any(found["steps"] == pytest.approx(value, abs=1e-12) for value in expected)


def test_skewed_graphs_equal_networkx() -> None:
    """Hubs such as a university with hundreds of ties."""
    graph = nx.barabasi_albert_graph(400, 4, seed=3)
    assert shape(graph)["triangles"] == sum(nx.triangles(graph).values()) // 3


def test_transitivity_by_chance_of_a_star_with_one_more_tie() -> None:
    """Degrees 3, 2, 2 and 1: S = 8, ends of degree 3, 2 and 1 are 3, 4 and 1 of 8.

    Excess degrees 2 and 1: x = 4/8 for two of degree 3, 2/8 for 3 and 2, 1/8 for two of 2.
    """
    graph = nx.Graph([(0, 1), (0, 2), (0, 3), (1, 2)])
    degree = np.array([d for _, d in sorted(graph.degree())])
    expected = (9 * (1 / 3) + 2 * 3 * 4 * (1 / 5) + 16 * (1 / 9)) / 64
    assert random_transitivity(degree) == pytest.approx(expected, rel=1e-14)


def test_transitivity_by_chance_is_that_of_rewired_graphs() -> None:
    graph = nx.barabasi_albert_graph(600, 4, seed=1)
    nx.double_edge_swap(graph, 20_000, max_tries=10**6, seed=2)
    degree = np.array([d for _, d in graph.degree()])
    assert random_transitivity(degree) == pytest.approx(nx.transitivity(graph), rel=0.25)


@pytest.mark.parametrize("degree", [[], [0, 0], [1, 1, 0]])
def test_without_triples_no_transitivity_is_to_be_expected(degree: list[int]) -> None:
    assert np.isnan(random_transitivity(np.array(degree, np.int64)))


def test_sampled_paths_are_near_all_paths() -> None:
    graph = nx.barabasi_albert_graph(600, 3, seed=1)
    exact = nx.average_shortest_path_length(graph)
    draw = np.random.default_rng(5).random(600)
    assert shape(graph, draw)["steps"] == pytest.approx(exact, rel=0.03)


@pytest.mark.parametrize("nodes", [3, 7, 40])
def test_complete_graph(nodes: int) -> None:
    found = shape(nx.complete_graph(nodes))
    assert found["transitivity"] == 1.0
    assert found["steps"] == 1.0
    assert found["size"] == nodes


@pytest.mark.parametrize("leaves", [2, 9, 50])
def test_star(leaves: int) -> None:
    found = shape(nx.star_graph(leaves))
    nodes = leaves + 1
    assert found["transitivity"] == 0.0
    assert found["steps"] == pytest.approx(2.0 * leaves * leaves / (nodes * leaves), abs=1e-14)


@pytest.mark.parametrize("nodes", [5, 11, 33])
def test_ring(nodes: int) -> None:
    found = shape(nx.cycle_graph(nodes))
    assert found["transitivity"] == 0.0
    assert found["steps"] == pytest.approx((nodes + 1) / 4.0, abs=1e-14)  # odd rings


def test_a_graph_without_edges_has_no_paths() -> None:
    found = shape(nx.empty_graph(4))
    assert found["components"] == 4
    assert found["size"] == 1
    assert np.isnan(found["steps"])


@pytest.mark.parametrize("seed", range(5))
def test_modularity_equals_networkx(seed: int) -> None:
    graph = random_graph(80, 5.0, seed)
    group = (np.arange(80) % 6).astype(np.int16)
    division = np.array([0, 0, 0, 1, 1, 1])
    first, second = edges_of(graph)
    whole, parts = modularity(6, group, division, first, second)
    sets = [set(np.flatnonzero(group == g).tolist()) for g in range(6)]
    assert whole == pytest.approx(nx.community.modularity(graph, sets), abs=1e-12)
    for part in (0, 1):
        within = graph.subgraph(itertools.chain(*sets[3 * part : 3 * part + 3]))
        expected = nx.community.modularity(within, sets[3 * part : 3 * part + 3])
        assert parts[part] == pytest.approx(expected, abs=1e-12)


def test_modularity_leaves_out_nodes_without_group() -> None:
    """Two pairs and a research body tied to all: only the two ties between firms count."""
    group = np.array([0, 0, 1, 1, -1], np.int16)
    first = np.array([0, 2, 0, 1, 2, 3], np.int32)
    second = np.array([1, 3, 4, 4, 4, 4], np.int32)
    whole, parts = modularity(2, group, np.zeros(2, np.int64), first, second)
    assert whole == parts[0] == 0.5
    empty = np.zeros(0, np.int32)
    assert np.isnan(modularity(2, group, np.zeros(2, np.int64), empty, empty)[0])


@given(st.lists(st.integers(0, 60), min_size=1, max_size=200))
@settings(deadline=None)
def test_skewness_and_gini_of_degrees(values: list[int]) -> None:
    degree = np.array(values, np.int64)
    skewness, gini = degree_shape(degree, np.zeros_like(degree), 1)[:, 0]
    if np.ptp(degree) == 0:
        assert np.isnan(skewness)
        return
    assert skewness == pytest.approx(skew(degree), abs=1e-8)
    gaps = np.abs(degree[:, None] - degree[None, :]).mean()
    assert gini == pytest.approx(gaps / (2.0 * degree.mean()), abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_names_of_nodes_do_not_matter(seed: int) -> None:
    """Sources follow the draws of the nodes, wherever these stand; so does the giant chosen."""
    graph = nx.disjoint_union(random_graph(150, 2.5, seed), random_graph(150, 2.5, seed))
    draw = np.random.default_rng(seed).random(300)
    order = np.random.default_rng(seed + 100).permutation(300)
    renamed = nx.relabel_nodes(graph, {old: int(order[old]) for old in range(300)})
    moved = np.empty(300)
    moved[order] = draw
    assert shape(graph, draw) == shape(renamed, moved)
