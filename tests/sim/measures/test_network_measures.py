"""The yearly measures of the network: against networkx on real runs, and on hand-made histories."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest
from small_network import SmallNetwork
from small_region import simulation

from innocluster.agents.relations import faded_familiarity
from innocluster.sim import month
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.measures.graphs import random_transitivity
from innocluster.sim.measures.network_measures import (
    NETWORK_UNITS,
    Actors,
    measure_graphs,
    measure_network,
    select_ties,
)
from innocluster.sim.network.pairs import BODY
from innocluster.sim.simulation import Simulation

DECEMBER_2008 = 71
P = ParameterSet().record()


@pytest.fixture(scope="module")
def begun() -> dict[str, Simulation]:
    """Runs up to the end of November 2008: with programme, with ties across, and without."""
    runs = {policy: simulation(policy) for policy in ("P0", "P2A", "P5")}
    for run in runs.values():
        run.run_until(DECEMBER_2008)
    return runs


def network_of(run: Simulation) -> nx.Graph:
    """The network put together from the tables one tie at a time."""
    firms, bodies, pairs = run.state.firms, run.state.bodies, run.state.pairs
    graph = nx.Graph()
    for row in range(firms.count):
        if firms.alive[row] and firms.research_intensity[row] > 0:
            graph.add_node(row, place=firms.complex[row], cluster=firms.mini_cluster[row])
    for body in range(bodies.complex.size):
        graph.add_node(BODY + body, place=bodies.complex[body], cluster=-1)
    for row in range(pairs.count):
        a, b = int(pairs.first[row]), int(pairs.second[row])
        near = pairs.familiarity[row] >= P.tie_familiarity or pairs.projects[row] > 0
        if near and pairs.familiarity[row] >= 0 and a in graph and b in graph:
            graph.add_edge(a, b)
    return graph


@pytest.mark.parametrize("policy", ["P0", "P2A", "P5"])
def test_a_run_equals_networkx(begun: dict[str, Simulation], policy: str) -> None:
    run = begun[policy].fork()
    found = measure_network(run)
    whole = network_of(run)
    complexes = len(run.region.complexes.keys)
    assert set(found) == set(NETWORK_UNITS)
    assert found["ties"][0] > 300
    for group in range(-1, complexes):
        nodes = [n for n, place in whole.nodes(data="place") if group in (-1, place)]
        graph = whole.subgraph(nodes)
        values = {name: value[1 + group] for name, value in found.items()}
        assert values["ties"] == graph.number_of_edges()
        assert values["mean_degree"] == pytest.approx(2 * len(graph.edges) / len(graph))
        assert values["density"] == pytest.approx(100 * nx.density(graph))
        triples = sum(d * (d - 1) for _, d in graph.degree())
        if triples:
            assert values["clustering"] == pytest.approx(100 * nx.transitivity(graph))
        if triples and group >= 0:
            by_chance = random_transitivity(np.array([d for _, d in graph.degree()]))
            assert values["clustering_excess"] == pytest.approx(nx.transitivity(graph) / by_chance)
        giants = [c for c in nx.connected_components(graph)]
        size = max(map(len, giants))
        assert values["giant_share"] == pytest.approx(100 * size / len(graph))
        if size > 64:
            continue  # sampled
        lengths = [
            nx.average_shortest_path_length(graph.subgraph(c)) for c in giants if len(c) == size > 1
        ]
        assert not lengths or any(values["path_length"] == pytest.approx(x) for x in lengths)
    firms = whole.subgraph([n for n, cluster in whole.nodes(data="cluster") if cluster >= 0])
    groups: dict[int, set[int]] = {}
    for n, cluster in firms.nodes(data="cluster"):
        groups.setdefault(int(cluster), set()).add(n)
    expected = nx.community.modularity(firms, list(groups.values()))
    assert found["modularity"][0] == pytest.approx(expected, abs=1e-12)
    bodies = sum(max(a, b) >= BODY for a, b in whole.edges)
    assert found["research_body_ties"][0] == pytest.approx(100 * bodies / len(whole.edges))
    place = dict(whole.nodes(data="place"))
    crossing = sum(place[a] != place[b] for a, b in whole.edges)
    assert found["ties"][0] == found["ties"][1:].sum() + crossing
    assert (crossing > 0) == (policy == "P2A")


def test_without_a_programme_nothing_depends_on_it(begun: dict[str, Simulation]) -> None:
    found = measure_network(begun["P0"].fork())
    assert found["broker_dependence"][0] == 0.0
    assert (found["broker_dependence"][found["ties"] > 0.0] == 0.0).all()
    assert (found["released_pairs"] == 0.0).all()
    assert np.isnan(found["persistence"]).all()


def test_with_a_programme_ties_depend_on_it(begun: dict[str, Simulation]) -> None:
    run = begun["P5"].fork()
    found = measure_network(run)
    pairs = run.state.pairs
    assert 0.0 < found["broker_dependence"][0] < 100.0
    assert (pairs.last_brokered[: pairs.count][pairs.brokered[: pairs.count] == 0] == -1).all()


def test_among_strangers_ties_that_depend_on_nobody_are_those_of_no_programme() -> None:
    """Where all own meetings are with strangers, they are the same under every policy."""
    shares = {"background_repeat": 0.0, "background_closure": 0.0}
    runs = [simulation(policy, unchecked=shares) for policy in ("P0", "P5")]
    for run in runs:
        run.run_until(DECEMBER_2008)
    without, found = map(measure_network, runs)
    kept = found["ties"][0] * (1.0 - found["broker_dependence"][0] / 100.0)
    assert found["broker_dependence"][0] > 20.0
    assert kept == pytest.approx(without["ties"][0], rel=0.05)


def test_own_familiarity_is_familiarity_where_nothing_else_happened(
    begun: dict[str, Simulation],
) -> None:
    """T1 by meetings alone: without brokers and projects the two are the same."""
    run = begun["P0"]
    pairs, decay = run.state.pairs, run.parameters.familiarity_decay
    checked = 0
    for row in range(pairs.count):
        worked = pairs.projects[row] > 0 or pairs.successes[row] > 0
        if worked or pairs.familiarity[row] < 0.0:
            continue
        months = int(run.state.month - 1 - pairs.last_own[row])
        own = faded_familiarity(pairs.own_familiarity[row], decay, months)
        # A failed project lowers familiarity and leaves no other trace.
        if pairs.familiarity[row] < own - 1e-6:
            continue
        # Familiarity is kept in single precision from month to month.
        assert own == pytest.approx(pairs.familiarity[row], rel=1e-6)
        checked += 1
    assert checked > 300


def named_ties(run: Simulation) -> set[tuple[int, ...]]:
    """Ties by identifier, since an entrant may take the row of a closed firm."""
    identifier = run.state.firms.identifier
    return {
        tuple(sorted(int(n if n >= BODY else identifier[n]) for n in edge))
        for edge in network_of(run).edges
    }


def test_survival_counts_the_ties_of_last_december(
    begun: dict[str, Simulation], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, before = begun["P5"].fork(), set()
    observe = month.observe_year

    def remember(observed: Simulation) -> None:
        before.update(named_ties(observed))
        observe(observed)

    monkeypatch.setattr(month, "observe_year", remember)
    run.step()
    run.run_until(DECEMBER_2008 + 12)
    left = len(before & named_ties(run))
    assert 0.5 * len(before) < left < 0.95 * len(before)
    survival = measure_network(run)["tie_survival"][0]
    assert survival == pytest.approx(100.0 * left / len(before), abs=1e-9)


def test_measuring_changes_nothing() -> None:
    watched, unwatched = simulation("P5"), simulation("P5")
    unwatched.measures_years = False
    watched.run_until(48)
    unwatched.run_until(48)
    assert unwatched.series.annual == {}
    for name, values in watched.series.values.items():
        assert np.array_equal(values[:48], unwatched.series.values[name][:48]), name


# Firms 0-3 and body 0 in complex 0, firm 4 in complex 1, firm 5 without R&D.
ACTORS = Actors(
    firm_node=np.array([0, 1, 2, 3, 5, -1], np.int32),
    body_node=np.array([4], np.int32),
    start=np.array([0, 5, 6]),
    cluster=np.array([0, 0, 0, 0, -1, 1], np.int16),
    draw=np.zeros(6),
)
DECAY = 0.03


@pytest.fixture(params=["compiled", "uncompiled"])
def counted(
    request: pytest.FixtureRequest,
) -> Callable[..., tuple[dict[str, list[int]], list[int]]]:
    """Counts of `select_ties` for hand-made pairs: region, complex 0, complex 1; and the marks."""
    select = select_ties if request.param == "compiled" else select_ties.py_func  # type: ignore[attr-defined]

    def count(now: int, *rows: dict[str, float]) -> tuple[dict[str, list[int]], list[int]]:
        network = SmallNetwork(6, 1)
        network.firms.complex[4] = 1
        pairs = network.pairs
        # Without index and lists: some name the same two actors.
        pairs.count = len(rows)
        pairs.last_brokered[:] = pairs.last_own[:] = -1
        for row, columns in enumerate(rows):
            for name, value in columns.items():
                getattr(pairs, name)[row] = value
        counts = np.zeros((7, 3), np.int64)
        select(now, P, ACTORS, network.firms, network.bodies, pairs, counts)
        names = ("ties", "body", "depends", "before", "still", "released", "persisting")
        return dict(zip(names, counts.tolist(), strict=True)), pairs.tie[: len(rows)].tolist()

    return count


def test_persistence_of_a_hand_made_history(counted) -> None:
    """In month 95, pairs last brokered in months 60 to 71 count, whatever they were before."""
    brokered = {"first": 0, "second": 1, "familiarity": 0.05, "brokered": 3}
    counts, _ = counted(
        95,
        brokered | {"last_brokered": 71},  # stopped, nothing since
        brokered | {"last_brokered": 60, "last_own": 84},  # met by themselves last year
        brokered | {"last_brokered": 65, "last_own": 83},  # a month too long ago
        brokered | {"last_brokered": 65, "projects": 1},  # work together
        brokered | {"last_brokered": 72, "projects": 1},  # brokering stopped too recently
        brokered | {"last_brokered": 59, "last_own": 90},  # counted a year ago
        brokered | {"last_brokered": 65, "familiarity": -1.0, "projects": 1},  # a firm closed
        brokered | {"last_brokered": 65, "second": 5, "last_own": 90},  # no R&D: not an actor
        brokered | {"last_brokered": 65, "second": 4, "last_own": 90},  # across complexes
    )
    assert counts["released"] == [5, 4, 0]
    assert counts["persisting"] == [3, 2, 0]


def test_ties_and_what_holds_them(counted) -> None:
    pair = {"first": 0, "second": 1}
    counts, marks = counted(
        50,
        pair | {"familiarity": P.tie_familiarity, "last_own": 50, "own_familiarity": 0.2},
        pair | {"familiarity": 0.099, "tie": 1},  # dissolved
        pair | {"familiarity": 0.02, "projects": 1, "tie": 1},  # works together
        pair | {"familiarity": -1.0, "tie": 1},  # a firm closed
        pair | {"familiarity": 0.3, "brokered": 2, "last_brokered": 49},  # the broker's alone
        pair  # brokered as well, but its own meetings hold it
        | {
            "familiarity": 0.4, "brokered": 1, "last_brokered": 49, "last_own": 28,
            "own_familiarity": 0.2,
        },
        pair  # its own meeting has faded
        | {
            "familiarity": 0.4, "brokered": 1, "last_brokered": 49, "last_own": 27,
            "own_familiarity": 0.2,
        },
        {"first": 2, "second": BODY, "familiarity": 0.5},
        {"first": 2, "second": 4, "familiarity": 0.5},
    )  # fmt: skip
    assert marks == [1, 0, 1, 0, 1, 1, 1, 1, 1]
    assert counts["ties"] == [7, 6, 0]
    assert counts["body"] == [1, 1, 0]
    assert counts["depends"] == [2, 2, 0]
    assert counts["before"] == [3, 3, 0]
    assert counts["still"] == [1, 1, 0]


def test_a_single_meeting_makes_a_tie_for_a_half_life() -> None:
    months = np.arange(60)
    familiarity = 0.2 * (1.0 - DECAY) ** months
    half_life = np.log(2.0) / -np.log(1.0 - DECAY)
    assert months[familiarity >= P.tie_familiarity].max() == int(half_life)


def test_a_complex_without_actors_has_no_network() -> None:
    """Three firms, none, two firms; ties 0-1, 1-2 and 3-4: missing where nobody is."""
    actors = Actors(
        np.arange(5, dtype=np.int32), np.empty(0, np.int32), np.array([0, 3, 3, 5]),
        np.array([0, 0, 0, 2, 2], np.int16), np.linspace(0.1, 0.9, 5),
    )  # fmt: skip
    first, second = np.array([0, 1, 3], np.int32), np.array([1, 2, 4], np.int32)
    shape = measure_graphs(actors, np.array([0, 1, 2]), first, second, 3, np.array([3, 2, 0, 1]))
    measure = dict(zip(NETWORK_UNITS, shape, strict=False))
    assert measure["giant_share"][[1, 3]] == pytest.approx(100.0)
    assert np.isnan([measure[name][2] for name in ("density", "giant_share", "mean_degree")]).all()
    assert measure["mean_degree"][[0, 1, 3]] == pytest.approx([6 / 5, 4 / 3, 1.0])
