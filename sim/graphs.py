"""What the shape of an undirected graph is: triangles, components, distances, modularity.

Compiled, because a year's network is measured every December of every run; checked
against networkx.  Nodes are 0 … n-1, an edge is a pair of different nodes and is
listed once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled

__all__ = [
    "count_triangles",
    "count_triples",
    "degree_shape",
    "degrees",
    "giant_component",
    "label_components",
    "link_nodes",
    "mean_path_length",
    "modularity",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Small = NDArray[np.int16]
Integers = NDArray[np.int64]

_SOURCES = 64


@compiled
def degrees(nodes: int, first: Codes, second: Codes) -> Integers:
    """Number of edges at each node, shape (nodes,)."""
    result = np.zeros(nodes, np.int64)
    for edge in range(first.size):
        result[first[edge]] += 1
        result[second[edge]] += 1
    return result


@compiled
def link_nodes(degree: Integers, first: Codes, second: Codes) -> tuple[Integers, Codes]:
    """Neighbours of every node: those of v are ``neighbour[start[v]:start[v + 1]]``."""
    start = np.zeros(degree.size + 1, np.int64)
    for v in range(degree.size):
        start[v + 1] = start[v] + degree[v]
    place = start[:-1].copy()
    neighbour = np.empty(2 * first.size, np.int32)
    for edge in range(first.size):
        a = first[edge]
        b = second[edge]
        neighbour[place[a]] = b
        neighbour[place[b]] = a
        place[a] += 1
        place[b] += 1
    return start, neighbour


@compiled
def count_triangles(degree: Integers, first: Codes, second: Codes) -> Integers:
    """Number of triangles at each node, each counted at its node of lowest degree only.

    Source: N. Chiba and T. Nishizeki (1985), SIAM Journal on Computing 14(1).
    """
    nodes = degree.size
    ahead = np.zeros(nodes + 1, np.int64)
    low = np.empty(first.size, np.int32)
    high = np.empty(first.size, np.int32)
    for edge in range(first.size):
        a = first[edge]
        b = second[edge]
        if degree[a] < degree[b] or (degree[a] == degree[b] and a < b):
            low[edge] = a
            high[edge] = b
        else:
            low[edge] = b
            high[edge] = a
        ahead[low[edge] + 1] += 1
    for v in range(nodes):
        ahead[v + 1] += ahead[v]
    place = ahead[:-1].copy()
    target = np.empty(first.size, np.int32)
    for edge in range(first.size):
        target[place[low[edge]]] = high[edge]
        place[low[edge]] += 1
    marked = np.zeros(nodes, np.int64)
    result = np.zeros(nodes, np.int64)
    for v in range(nodes):
        for one in range(ahead[v], ahead[v + 1]):
            marked[target[one]] = 1
        # Adding marks instead of asking for them: no branch that nobody can predict.
        for one in range(ahead[v], ahead[v + 1]):
            u = target[one]
            for other in range(ahead[u], ahead[u + 1]):
                result[v] += marked[target[other]]
        for one in range(ahead[v], ahead[v + 1]):
            marked[target[one]] = 0
    return result


@compiled
def count_triples(degree: Integers) -> int:
    """Number of connected triples, pairs of edges that share a node."""
    triples = 0
    for v in range(degree.size):
        triples += degree[v] * (degree[v] - 1) // 2
    return triples


@compiled
def degree_shape(degree: Integers) -> tuple[float, float]:
    """Skewness and Gini coefficient of the degrees of all nodes; NaN where all are equal."""
    nodes = degree.size
    if nodes == 0:
        return np.nan, np.nan
    largest = 0
    total = 0
    for v in range(nodes):
        largest = max(largest, degree[v])
        total += degree[v]
    having = np.zeros(largest + 1, np.int64)
    for v in range(nodes):
        having[degree[v]] += 1
    mean = total / nodes
    second = 0.0
    third = 0.0
    ranks = 0.0
    before = 0
    for d in range(largest + 1):
        gap = d - mean
        second += having[d] * gap * gap
        third += having[d] * gap * gap * gap
        # Ranks before + 1 … before + having[d] all have degree d.
        ranks += d * (having[d] * before + 0.5 * having[d] * (having[d] + 1))
        before += having[d]
    if second <= 0.0:
        return np.nan, np.nan
    spread = np.sqrt(second / nodes)
    skewness = third / nodes / (spread * spread * spread)
    return skewness, 2.0 * ranks / (nodes * total) - (nodes + 1.0) / nodes


@compiled
def label_components(start: Integers, neighbour: Codes) -> tuple[Codes, int]:
    """Connected component of every node, numbered by their first nodes, and how many there are."""
    nodes = start.size - 1
    label = np.full(nodes, -1, np.int32)
    waiting = np.empty(nodes, np.int32)
    components = 0
    for first in range(nodes):
        if label[first] >= 0:
            continue
        waiting[0] = first
        label[first] = components
        size = 1
        done = 0
        while done < size:
            v = waiting[done]
            done += 1
            for place in range(start[v], start[v + 1]):
                w = neighbour[place]
                if label[w] < 0:
                    label[w] = components
                    waiting[size] = w
                    size += 1
        components += 1
    return label, components


@compiled
def giant_component(low: int, high: int, label: Codes, components: int, draw: Floats) -> int:
    """Largest component among the nodes from `low` up to `high`.

    Of several, the one with the lowest `draw` (n,), whatever the order of the nodes; -1
    where there is no node.
    """
    size = np.zeros(components, np.int64)
    lowest = np.ones(components)
    for v in range(low, high):
        size[label[v]] += 1
        lowest[label[v]] = min(lowest[label[v]], draw[v])
    giant = -1
    for c in range(components):
        if size[c] > 0 and (
            giant < 0
            or size[c] > size[giant]
            or (size[c] == size[giant] and lowest[c] < lowest[giant])
        ):
            giant = c
    return giant


@compiled
def _ones(word: int) -> Any:
    """Number of bits set in 64."""
    x = np.uint64(word)
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def mean_path_length(
    low: int, high: int, start: Integers, neighbour: Codes, label: Codes, giant: int, draw: Floats
) -> tuple[int, float]:
    """Size of a component, and the mean number of steps between two of its nodes.

    From the 64 nodes with the lowest `draw` to all its nodes; exact where it has no
    more.  All sources walk at once, one bit each, so that the graph is read once a step.

    Parameters
    ----------
    low, high : the component's nodes are from `low` up to `high`
    label, giant : component of every node (n,), and the one to measure
    draw : (n,)

    Source: M. Then et al. (2014), Proceedings of the VLDB Endowment 8(4).
    """
    source = np.empty(_SOURCES, np.int64)
    sources = 0
    size = 0
    for v in range(low, high):
        if label[v] != giant:
            continue
        size += 1
        if sources == _SOURCES and draw[v] >= draw[source[sources - 1]]:
            continue
        at = min(sources, _SOURCES - 1)
        while at > 0 and draw[source[at - 1]] > draw[v]:
            source[at] = source[at - 1]
            at -= 1
        source[at] = v
        sources = min(sources + 1, _SOURCES)
    if size < 2:
        return size, np.nan
    reached = np.zeros(high - low, np.uint64)
    edge_of_search = np.zeros(high - low, np.uint64)
    for bit in range(sources):
        reached[source[bit] - low] = np.uint64(1) << np.uint64(bit)
        edge_of_search[source[bit] - low] = reached[source[bit] - low]
    steps = 0
    distance = 0
    moving = True
    while moving:
        moving = False
        steps += 1
        arriving = np.zeros(high - low, np.uint64)
        for v in range(low, high):
            if edge_of_search[v - low] != 0:
                for place in range(start[v], start[v + 1]):
                    arriving[neighbour[place] - low] |= edge_of_search[v - low]
        for v in range(high - low):
            new = arriving[v] & ~reached[v]
            edge_of_search[v] = new
            if new != 0:
                reached[v] |= new
                distance += steps * _ones(new)
                moving = True
    return size, distance / (sources * (size - 1.0))


@compiled
def modularity(
    groups: int, group: Small, division: Integers, first: Codes, second: Codes
) -> tuple[float, Floats]:
    """Q = Σ_g [L_g/L - (d_g/2L)²]: edges inside groups beyond what degrees alone would give.

    Parameters
    ----------
    groups : number of groups
    group : (n,) group of every node; edges at a node with group -1 are left out
    division : (groups,) part of the graph that each group belongs to

    Returns
    -------
    Q of the graph, from -0.5 to 1, and of each part by the edges inside it; NaN without edges.
    Source: M. E. J. Newman and M. Girvan (2004), Physical Review E 69, 026113.
    """
    parts = 0
    for g in range(groups):
        parts = max(parts, division[g] + 1)
    inside = np.zeros(groups, np.int64)
    ends = np.zeros(groups, np.int64)
    ends_in_part = np.zeros(groups, np.int64)
    edges_in_part = np.zeros(parts, np.int64)
    edges = 0
    for edge in range(first.size):
        a = group[first[edge]]
        b = group[second[edge]]
        if a < 0 or b < 0:
            continue
        edges += 1
        ends[a] += 1
        ends[b] += 1
        if a == b:
            inside[a] += 1
        if division[a] == division[b]:
            edges_in_part[division[a]] += 1
            ends_in_part[a] += 1
            ends_in_part[b] += 1
    whole = 0.0 if edges > 0 else np.nan
    by_part = np.zeros(parts)
    by_part[edges_in_part == 0] = np.nan
    for g in range(groups):
        if edges > 0:
            share = ends[g] / (2.0 * edges)
            whole += inside[g] / edges - share * share
        own = edges_in_part[division[g]]
        if own > 0:
            share = ends_in_part[g] / (2.0 * own)
            by_part[division[g]] += inside[g] / own - share * share
    return whole, by_part
