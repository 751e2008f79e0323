"""Phase 12, every December: the shape of the innovation network and what holds it together.

The network: firms that do R&D, universities and institutes are its actors, under
every policy the same ones; two of them have a tie while they are familiar enough
or work on a joint project.  Members without R&D meet as well, but develop nothing
together, and are left out.  A complex has the ties with both ends in it, the
region has all.  What cannot be measured (a share of nothing) is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.relations import faded_familiarity

from .graphs import (
    count_triangles,
    count_triples,
    degree_shape,
    degrees,
    giant_component,
    label_components,
    link_nodes,
    mean_path_length,
    modularity,
)
from .pairs import BODY, TIE_FAMILIARITY
from .random_numbers import Process, draw_columns
from .shares import percent

if TYPE_CHECKING:
    from .simulation import Simulation

__all__ = ["NETWORK_UNITS", "measure_network"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]
Small = NDArray[np.int16]
Flags = NDArray[np.int8]

RELEASED_FROM, RELEASED_TO = 24, 36
_SAMPLE = int(Process.NETWORK_SAMPLE)

NETWORK_UNITS: dict[str, str] = {
    "ties": "ties",
    "mean_degree": "ties/actor",
    "density": "%",
    "clustering": "%",
    "clustering_ratio": "times",
    "modularity": "index",
    "path_length": "steps",
    "giant_share": "%",
    "degree_skewness": "index",
    "degree_gini": "index",
    "research_body_ties": "%",
    "broker_dependence": "%",
    "tie_survival": "%",
    "released_pairs": "pairs",
    "persistence": "%",
}
"""Names and units of the measures; definitions in `docs/odd.md`."""

# Rows of what `select_ties` counts.
_TIES, _BODY_TIES, _BROKERED, _BEFORE, _STILL, _RELEASED, _PERSISTING = range(7)
# Rows of what `measure_graph` fills.
_SHAPES = (
    "ties",
    "mean_degree",
    "density",
    "clustering",
    "clustering_ratio",
    "modularity",
    "path_length",
    "giant_share",
    "degree_skewness",
    "degree_gini",
)


def measure_network(run: Simulation) -> dict[str, Floats]:
    """Measure the network at the end of a year.

    Also marks which pairs are ties now, for next year's `tie_survival`.

    Returns
    -------
    measure -> (1 + C,), the region first, in the units of `NETWORK_UNITS`
    """
    state, pairs = run.state, run.state.pairs
    complexes = len(run.region.complexes.keys)
    actors = _actors(run)
    counts = np.zeros((7, 1 + complexes), np.int64)
    first, second, inside = select_ties(
        state.month, run.values.familiarity_decay, actors.firm_node, actors.body_node,
        state.firms.complex, state.bodies.complex, pairs.count, pairs.first, pairs.second,
        pairs.familiarity, pairs.projects, pairs.brokered, pairs.last_brokered, pairs.last_own,
        pairs.own_familiarity, pairs.tie, counts,
    )  # fmt: skip
    shapes = np.full((len(_SHAPES), 1 + complexes), np.nan)
    measure_graphs(
        actors.start, actors.cluster, run.region.mini_clusters.complex, actors.draw, first, second,
        inside, counts[_TIES], shapes,
    )  # fmt: skip
    result = {name: shapes[row] for row, name in enumerate(_SHAPES)}
    shares = percent(
        counts[[_BODY_TIES, _BROKERED, _STILL, _PERSISTING]],
        counts[[_TIES, _TIES, _BEFORE, _RELEASED]],
    )
    return result | {
        "research_body_ties": shares[0],
        "broker_dependence": shares[1],
        "tie_survival": shares[2],
        "released_pairs": counts[_RELEASED].astype(np.float64),
        "persistence": shares[3],
    }


@dataclass(frozen=True)
class Actors:
    """Nodes of the network, sorted by complex: its R&D firms in row order, then its bodies.

    Attributes
    ----------
    firm_node : (firms,) node of each row, -1 where it is none
    body_node : (bodies,) node of each university and institute
    start : (C + 1,) where the nodes of each complex start
    cluster : (n,) mini-cluster of each node, -1 for a research body
    draw : (n,) a keyed draw of each, which decides where paths are sampled
    """

    firm_node: Codes
    body_node: Codes
    start: Integers
    cluster: Small
    draw: Floats


def _actors(run: Simulation) -> Actors:
    firms, bodies = run.state.firms, run.state.bodies
    firm_node, body_node, start, cluster, identifier = number_actors(
        len(run.region.complexes.keys), firms.count, firms.alive, firms.research_intensity,
        firms.complex, firms.mini_cluster, firms.identifier, bodies.complex, bodies.identifier,
    )  # fmt: skip
    draw, unused = np.empty(identifier.size), np.empty(identifier.size)
    draw_columns(run.key, 0, _SAMPLE, identifier.size, identifier, draw, unused)
    return Actors(firm_node, body_node, start, cluster, draw)


@compiled
def number_actors(
    complexes: int,
    count: int,
    alive: Flags,
    research_intensity: Floats,
    firm_complex: Small,
    mini_cluster: Small,
    firm_identifier: Integers,
    body_complex: Small,
    body_identifier: Integers,
) -> tuple[Codes, Codes, Integers, Small, Integers]:
    """Number the actors by complex; see `Actors`, the last result is the identifier of each."""
    start = np.zeros(complexes + 1, np.int64)
    for row in range(count):
        if alive[row] == 1 and research_intensity[row] > 0.0:
            start[firm_complex[row] + 1] += 1
    for body in range(body_complex.size):
        start[body_complex[body] + 1] += 1
    for c in range(complexes):
        start[c + 1] += start[c]
    place = start[:-1].copy()
    cluster = np.full(start[complexes], -1, np.int16)
    identifier = np.empty(start[complexes], np.int64)
    firm_node = np.full(count, -1, np.int32)
    for row in range(count):
        if alive[row] == 1 and research_intensity[row] > 0.0:
            node = place[firm_complex[row]]
            place[firm_complex[row]] += 1
            firm_node[row] = node
            cluster[node] = mini_cluster[row]
            identifier[node] = firm_identifier[row]
    body_node = np.empty(body_complex.size, np.int32)
    for body in range(body_complex.size):
        node = place[body_complex[body]]
        place[body_complex[body]] += 1
        body_node[body] = node
        identifier[node] = body_identifier[body]
    return firm_node, body_node, start, cluster, identifier


@compiled
def select_ties(
    month: int,
    decay: float,
    firm_node: Codes,
    body_node: Codes,
    firm_complex: Small,
    body_complex: Small,
    pair_count: int,
    first: Codes,
    second: Codes,
    familiarity: Floats,
    projects: Small,
    brokered: Codes,
    last_brokered: Small,
    last_own: Small,
    own_familiarity: Floats,
    tie: Flags,
    counts: Integers,
) -> tuple[Codes, Codes, int]:
    """Ties of the network as pairs of nodes; marks them in `tie`.

    Parameters
    ----------
    firm_node, body_node : see `Actors`
    counts : (7, 1 + C), zero at first: ties; those with a research body; those that
        the pair's own meetings would not hold; ties of last December, and those of
        them that are ties still; pairs whose last brokered meeting lies in the third
        year back, and those of them that met by themselves within the last year or
        work together

    Returns
    -------
    nodes of both ends, ties within a complex first, and the number of those
    """
    across = counts.shape[1] - 1
    ends = np.empty((2, 2, pair_count), np.int32)
    ties = [0, 0]
    for row in range(pair_count):
        before = tie[row] == 1
        now = familiarity[row] >= TIE_FAMILIARITY or projects[row] > 0
        released = RELEASED_FROM <= month - last_brokered[row] < RELEASED_TO
        if not (before or now or released):
            continue
        body = second[row] >= BODY
        a = firm_node[first[row]]
        b = body_node[second[row] - BODY] if body else firm_node[second[row]]
        here = firm_complex[first[row]]
        if here != (body_complex[second[row] - BODY] if body else firm_complex[second[row]]):
            here = across
        tie[row] = 0
        if before:
            _count(counts, _BEFORE, here)
        # A familiarity below zero is a pair of which a firm has closed.
        if familiarity[row] < 0.0 or a < 0 or b < 0:
            continue
        if released and brokered[row] > 0:
            _count(counts, _RELEASED, here)
            if projects[row] > 0 or (last_own[row] >= 0 and month - last_own[row] < 12):
                _count(counts, _PERSISTING, here)
        if not now:
            continue
        tie[row] = 1
        if before:
            _count(counts, _STILL, here)
        crosses = 1 if here == across else 0
        ends[crosses, 0, ties[crosses]] = a
        ends[crosses, 1, ties[crosses]] = b
        ties[crosses] += 1
        _count(counts, _TIES, here)
        if body:
            _count(counts, _BODY_TIES, here)
        if brokered[row] > 0:
            own = own_familiarity[row]
            if own >= TIE_FAMILIARITY:
                own = faded_familiarity(own, decay, month - last_own[row])
            if own < TIE_FAMILIARITY:
                _count(counts, _BROKERED, here)
    inside, crossing = ties
    first_node = np.concatenate((ends[0, 0, :inside], ends[1, 0, :crossing]))
    second_node = np.concatenate((ends[0, 1, :inside], ends[1, 1, :crossing]))
    return first_node, second_node, inside


@compiled
def _count(counts: Integers, row: int, complex_: int) -> None:
    """Count for the region and, where the tie lies within one, for the complex."""
    counts[row, 0] += 1
    if complex_ < counts.shape[1] - 1:
        counts[row, 1 + complex_] += 1


@compiled
def measure_graphs(
    node_start: Integers,
    cluster: Small,
    cluster_complex: Integers,
    draw: Floats,
    first: Codes,
    second: Codes,
    inside: int,
    ties: Integers,
    shapes: Floats,
) -> None:
    """Shape of the network of the region and of every complex.

    Parameters
    ----------
    node_start : (C + 1,) where the nodes of each complex start
    cluster, draw : see `Actors`
    cluster_complex : (M,) complex of every mini-cluster
    first, second : nodes of every tie, the `inside` ones within a complex first
    ties : (1 + C,) number of ties
    shapes : (10, 1 + C), NaN at first: the first measures of `NETWORK_UNITS`
    """
    nodes = cluster.size
    complexes = node_start.size - 1
    degree = degrees(nodes, first[:inside], second[:inside])
    start, neighbour = link_nodes(degree, first[:inside], second[:inside])
    triangles = count_triangles(degree, first[:inside], second[:inside])
    label, components = label_components(start, neighbour)
    closed = 0.0
    expected = 0.0
    for c in range(complexes):
        low, high = node_start[c], node_start[c + 1]
        describe(low, high, ties[1 + c], cluster, degree, triangles, shapes[:, 1 + c])
        closed += 3.0 * triangles[low:high].sum()
        if ties[1 + c] > 0:
            expected += count_triples(degree[low:high]) * shapes[2, 1 + c] / 100.0
        giant = giant_component(low, high, label, components, draw)
        size, steps = mean_path_length(low, high, start, neighbour, label, giant, draw)
        shapes[6, 1 + c] = steps
        shapes[7, 1 + c] = 100.0 * size / (high - low)
    if inside < first.size:
        degree = degrees(nodes, first, second)
        start, neighbour = link_nodes(degree, first, second)
        triangles = count_triangles(degree, first, second)
        label, components = label_components(start, neighbour)
    describe(0, nodes, ties[0], cluster, degree, triangles, shapes[:, 0])
    # Against all pairs of the region, ties would seem to cluster merely because few of them cross.
    shapes[4, 0] = closed / expected
    giant = giant_component(0, nodes, label, components, draw)
    size, steps = mean_path_length(0, nodes, start, neighbour, label, giant, draw)
    shapes[6, 0] = steps
    shapes[7, 0] = 100.0 * size / nodes
    whole, by_complex = modularity(cluster_complex.size, cluster, cluster_complex, first, second)
    shapes[5, 0] = whole
    shapes[5, 1 : 1 + by_complex.size] = by_complex


@compiled
def describe(
    low: int,
    high: int,
    ties: int,
    cluster: Small,
    degree: Integers,
    triangles: Integers,
    shape: Floats,
) -> None:
    """Ties, degrees, density and clustering of the nodes from `low` up to `high`.

    `triangles` (n,) are counted at one of their nodes.  Clustering is transitivity: the
    share of connected triples that are closed.
    """
    nodes = high - low
    density = 2.0 * ties / (nodes * (nodes - 1.0))
    triples = count_triples(degree[low:high])
    clustering = 3.0 * triangles[low:high].sum() / triples if triples > 0 else np.nan
    shape[0] = ties
    shape[1] = 2.0 * ties / nodes
    shape[2] = 100.0 * density
    shape[3] = 100.0 * clustering
    shape[4] = clustering / density
    shape[8], shape[9] = degree_shape(degree[low:high][cluster[low:high] >= 0])
