"""Phase 12, every December: the shape of the innovation network and what holds it together.

The network: firms that do R&D, universities and institutes are its actors, under
every policy the same ones; two of them have a tie while they are familiar enough
or work on a joint project.  Members without R&D meet as well, but develop nothing
together, and are left out.  A complex has the ties with both ends in it, the
region has all.  What cannot be measured (a share of nothing) is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import FirmTable
from innocluster.agents.records import Record
from innocluster.agents.relations import faded_familiarity
from innocluster.agents.research_bodies import ResearchBodyTable

from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, draw_columns
from ..ground.sums import percent
from ..network.pairs import BODY, PairTable
from ..run import Run
from .graphs import (
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

__all__ = ["NETWORK_UNITS", "measure_network"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]
Small = NDArray[np.int16]

RELEASED_FROM, RELEASED_TO = 24, 36
_SAMPLE = int(Process.NETWORK_SAMPLE)

NETWORK_UNITS: dict[str, str] = {
    "ties": "ties",
    "mean_degree": "ties/actor",
    "density": "%",
    "clustering": "%",
    "clustering_ratio": "times",
    "clustering_excess": "times",
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
# Rows of what `measure_graphs` returns.
_SHAPES = (
    "ties",
    "mean_degree",
    "density",
    "clustering",
    "clustering_ratio",
    "clustering_excess",
    "modularity",
    "path_length",
    "giant_share",
    "degree_skewness",
    "degree_gini",
)


def measure_network(run: Run) -> dict[str, Floats]:
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
    ends, inside, crossing = select_ties(
        state.month, run.parameters, actors, state.firms, state.bodies, pairs,
        counts,
    )  # fmt: skip
    first, second = np.delete(ends, np.s_[inside : pairs.count - crossing], axis=1)
    # As long as all pairs: where there are millions, the graphs need the room.
    del ends
    shapes = measure_graphs(
        actors, run.region.mini_clusters.complex, first, second, inside, counts[_TIES]
    )
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
class Actors(Record):
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


def _actors(run: Run) -> Actors:
    firms, bodies = run.state.firms, run.state.bodies
    complexes = len(run.region.complexes.keys)
    n = firms.count
    rows = np.flatnonzero((firms.alive[:n] == 1) & (firms.research_intensity[:n] > 0.0))
    place = np.concatenate([firms.complex[rows], bodies.complex])
    order = np.argsort(place, kind="stable")
    node = np.empty(order.size, np.int32)
    node[order] = np.arange(order.size)
    firm_node = np.full(n, -1, np.int32)
    firm_node[rows] = node[: rows.size]
    start = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=complexes))])
    outside = np.full(bodies.complex.size, -1, np.int16)
    cluster = np.concatenate([firms.mini_cluster[rows], outside])[order]
    identifier = np.concatenate([firms.identifier[rows], bodies.identifier])[order]
    draw, unused = np.empty(identifier.size), np.empty(identifier.size)
    draw_columns(run.key, 0, _SAMPLE, identifier.size, identifier, draw, unused)
    return Actors(firm_node, node[rows.size :], start, cluster, draw)


@compiled
def select_ties(
    month: int,
    p: Parameters,
    actors: Actors,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    pairs: PairTable,
    counts: Integers,
) -> tuple[Codes, int, int]:
    """Ties of the network as pairs of nodes; marks them in `pairs.tie`.

    Parameters
    ----------
    counts : (7, 1 + C), zero at first: ties; those with a research body; those that
        the pair's own meetings would not hold; ties of last December, and those of
        them that are ties still; pairs whose last brokered meeting lies in the third
        year back, and those of them that met by themselves within the last year or
        work together

    Returns
    -------
    nodes of both ends (2, pairs), how many ties within a complex stand at the front, and
    how many across complexes at the back
    """
    ends = np.empty((2, pairs.count), np.int32)
    inside = 0
    crossing = 0
    for row in range(pairs.count):
        before = pairs.tie[row] == 1
        now = pairs.familiarity[row] >= p.tie_familiarity or pairs.projects[row] > 0
        released = RELEASED_FROM <= month - pairs.last_brokered[row] < RELEASED_TO
        if not (before or now or released):
            continue
        body = pairs.second[row] >= BODY
        a = actors.firm_node[pairs.first[row]]
        b = (
            actors.body_node[pairs.second[row] - BODY]
            if body
            else actors.firm_node[pairs.second[row]]
        )
        # The first column counts ties across complexes until the others are added to it.
        here = 1 + firms.complex[pairs.first[row]]
        if here != 1 + (
            bodies.complex[pairs.second[row] - BODY] if body else firms.complex[pairs.second[row]]
        ):
            here = 0
        pairs.tie[row] = 0
        if before:
            counts[_BEFORE, here] += 1
        # A familiarity below zero is a pair of which a firm has closed.
        if pairs.familiarity[row] < 0.0 or a < 0 or b < 0:
            continue
        if released and pairs.brokered[row] > 0:
            counts[_RELEASED, here] += 1
            if pairs.projects[row] > 0 or (
                pairs.last_own[row] >= 0 and month - pairs.last_own[row] < 12
            ):
                counts[_PERSISTING, here] += 1
        if not now:
            continue
        pairs.tie[row] = 1
        if before:
            counts[_STILL, here] += 1
        if here > 0:
            ends[0, inside] = a
            ends[1, inside] = b
            inside += 1
        else:
            crossing += 1
            ends[0, pairs.count - crossing] = a
            ends[1, pairs.count - crossing] = b
        counts[_TIES, here] += 1
        if body:
            counts[_BODY_TIES, here] += 1
        if pairs.brokered[row] > 0:
            own = pairs.own_familiarity[row]
            if own >= p.tie_familiarity:
                own = faded_familiarity(own, p.familiarity_decay, month - pairs.last_own[row])
            if own < p.tie_familiarity:
                counts[_BROKERED, here] += 1
    for row in range(counts.shape[0]):
        for column in range(1, counts.shape[1]):
            counts[row, 0] += counts[row, column]
    return ends, inside, crossing


def measure_graphs(
    actors: Actors,
    cluster_complex: Integers,
    first: Codes,
    second: Codes,
    inside: int,
    ties: Integers,
) -> Floats:
    """Shape of the network of the region and of every complex.

    Parameters
    ----------
    cluster_complex : (M,) complex of every mini-cluster
    first, second : nodes of every tie, the `inside` ones within a complex first
    ties : (1 + C,) number of ties

    Returns
    -------
    (11, 1 + C) the first measures of `NETWORK_UNITS`
    """
    nodes, start = actors.cluster.size, actors.start
    within = connect(nodes, first[:inside], second[:inside])
    whole = within if inside == first.size else connect(nodes, first, second)
    of_region = describe(actors, np.array([0, nodes]), whole, ties[:1])
    of_complexes = describe(actors, start, within, ties[1:])
    # Against all pairs of the region, ties would seem to cluster merely because few of them cross.
    closed = 3.0 * within.triangles.sum()
    triples = _sums(count_triples(within.degree), start)
    parts = zip(start[:-1].tolist(), start[1:].tolist(), strict=True)
    of_degrees = np.array([random_transitivity(within.degree[low:high]) for low, high in parts])
    with np.errstate(divide="ignore", invalid="ignore"):
        of_complexes[5] = of_complexes[3] / (100.0 * of_degrees)
        for row, chance in ((4, of_complexes[2] / 100.0), (5, of_degrees)):
            expected = np.where(triples > 0, triples * chance, 0.0)
            of_region[row] = closed / np.cumsum(expected)[-1]
    shapes = np.concatenate([of_region, of_complexes], axis=1)
    shapes[6] = np.nan
    whole_index, by_complex = modularity(
        cluster_complex.size, actors.cluster, cluster_complex, first, second
    )
    shapes[6, 0] = whole_index
    shapes[6, 1 : 1 + by_complex.size] = by_complex
    return shapes


@dataclass(frozen=True)
class Graph:
    """A network and what its measures are made of.

    Attributes
    ----------
    degree : (n,) ties of each node
    triangles : (n,) each counted at one of its nodes
    start, neighbour : see `link_nodes`
    label : (n,) connected component of each node
    """

    degree: Integers
    triangles: Integers
    start: Integers
    neighbour: Codes
    label: Codes


def connect(nodes: int, first: Codes, second: Codes) -> Graph:
    """The network of these ties."""
    start, neighbour = link_nodes(nodes, first, second)
    degree = np.diff(start)
    triangles = count_triangles(degree, first, second)
    return Graph(degree, triangles, start, neighbour, label_components(start, neighbour)[0])


def describe(actors: Actors, start: Integers, graph: Graph, ties: Integers) -> Floats:
    """Ties, degrees, density, clustering and distances in each part of a network.

    Clustering is transitivity: the share of connected triples that are closed.

    Parameters
    ----------
    start : (parts + 1,) where the nodes of each part start; no tie leaves a part
    ties : (parts,)

    Returns
    -------
    (11, parts) in the order of `NETWORK_UNITS`; excess of clustering and modularity are left open
    """
    parts = ties.size
    nodes = np.diff(start)
    triples, triangles = (_sums(x, start) for x in (count_triples(graph.degree), graph.triangles))
    shape = np.empty((len(_SHAPES), parts))
    with np.errstate(divide="ignore", invalid="ignore"):
        density = 2.0 * ties / (nodes * (nodes - 1.0))
        clustering = 3.0 * triangles / triples
        shape[:5] = (
            ties,
            2.0 * ties / nodes,
            100.0 * density,
            100.0 * clustering,
            (clustering / density),
        )
    for part, (low, high) in enumerate(zip(start[:-1].tolist(), start[1:].tolist(), strict=True)):
        giant = giant_component(graph.label[low:high], actors.draw[low:high])
        size, steps = mean_path_length(
            low, high, graph.start, graph.neighbour, graph.label, giant, actors.draw
        )
        shape[7, part] = steps
        shape[8, part] = 100.0 * size / (high - low) if high > low else np.nan
    firm = np.flatnonzero(actors.cluster >= 0)
    shape[9:] = degree_shape(graph.degree[firm], np.repeat(np.arange(parts), nodes)[firm], parts)
    return shape


def _sums(values: Integers, start: Integers) -> Integers:
    """Sums of whole numbers over the nodes of each part."""
    return np.diff(np.concatenate([[0], np.cumsum(values)])[start])
