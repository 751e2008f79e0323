"""The network as a graph agrees with the yearly measures and with the table of pairs."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from small_region import simulation

from innocluster.sim import ClusterModel
from innocluster.sim.measures.network_measures import measure_network
from innocluster.sim.network.pairs import BODY

DECEMBER_2006 = 47


@pytest.fixture(scope="module")
def model() -> ClusterModel:
    """The programme as it was, with December 2006 still to come."""
    model = ClusterModel(simulation("P5", last=(2006, 12)).settings)
    while model.month < DECEMBER_2006:
        model.step()
    return model


@pytest.fixture(scope="module")
def graph(model: ClusterModel) -> nx.Graph:
    return model.to_networkx()


def test_the_graph_is_the_network_that_is_measured(model: ClusterModel, graph: nx.Graph) -> None:
    measures = measure_network(model.simulation.fork())
    nodes, ties = graph.number_of_nodes(), graph.number_of_edges()
    assert ties == measures["ties"][0] > 300
    assert 2.0 * ties / nodes == measures["mean_degree"][0]
    assert 100.0 * nx.transitivity(graph) == pytest.approx(measures["clustering"][0])
    for place, key in enumerate(model.region.complexes.keys):
        inside = graph.subgraph(n for n, c in graph.nodes(data="complex") if c == key)
        assert inside.number_of_edges() == measures["ties"][1 + place], key
    bodies = sum(not (a.startswith("firm") and b.startswith("firm")) for a, b in graph.edges)
    assert 100.0 * bodies / ties == pytest.approx(measures["research_body_ties"][0])


def test_the_year_counts_the_same_ties(model: ClusterModel) -> None:
    """The year is measured before firms close: their ties are marked, and gone from the graph."""
    later = ClusterModel(model.simulation.settings)
    later.run()
    pairs = later.simulation.state.pairs
    lost = (pairs.tie[: pairs.count] == 1) & (pairs.familiarity[: pairs.count] < 0.0)
    ties = later.simulation.series.annual["ties"][3, 0]
    assert later.to_networkx().number_of_edges() + lost.sum() == ties
    assert later.to_networkx().graph == {"month": "2006-12", "threshold": 0.1}


def test_nodes_and_ties_carry_what_the_tables_hold(model: ClusterModel, graph: nx.Graph) -> None:
    firms, bodies, pairs = (
        getattr(model.simulation.state, n) for n in ("firms", "bodies", "pairs")
    )
    kinds = dict(graph.nodes(data="kind"))
    assert set(kinds.values()) == {"firm", "university", "institute"}
    research = (firms.alive == 1) & (firms.research_intensity > 0.0)
    assert {n for n, k in kinds.items() if k == "firm"} == {
        f"firm {row}" for row in np.flatnonzero(research)
    }
    for node, data in graph.nodes(data=True):
        agent = (model.firm if data["kind"] == "firm" else model.research_body)(data["row"])
        assert node == f"{data['kind']} {agent.row}"
        assert data["complex"] == agent.complex_key
        if data["kind"] == "firm":
            assert (data["revenue"], data["member"]) == (agent.revenue, agent.member == 1)
            assert (data["sector"], data["mini_cluster"]) == (
                agent.sector_key, agent.mini_cluster_name,
            )  # fmt: skip
        else:
            assert (data["name"], data["researchers"]) == (agent.name, agent.researchers)
    row = int(np.argmax(pairs.projects[: pairs.count]))
    second = int(pairs.second[row])
    other = (
        f"firm {second}"
        if second < BODY
        else f"{'institute' if bodies.institute[second - BODY] else 'university'} {second - BODY}"
    )
    tie = graph.edges[f"firm {pairs.first[row]}", other]
    assert tie["projects"] == pairs.projects[row] > 0
    assert (tie["familiarity"], tie["brokered"]) == (pairs.familiarity[row], pairs.brokered[row])


def test_threshold_and_everyone(model: ClusterModel, graph: nx.Graph) -> None:
    strong, weak = model.to_networkx(0.5), model.to_networkx(0.0)
    assert set(strong.edges) < set(graph.edges) < set(weak.edges)
    assert all(d["familiarity"] >= 0.5 or d["projects"] > 0 for _, _, d in strong.edges(data=True))
    assert set(strong.nodes) == set(graph.nodes)
    firms, pairs = model.simulation.state.firms, model.simulation.state.pairs
    whole = model.to_networkx(0.0, everyone=True)
    operating = sum(kind == "firm" for _, kind in whole.nodes(data="kind"))
    assert operating == (firms.alive == 1).sum()
    assert whole.number_of_edges() == (pairs.familiarity[: pairs.count] >= 0.0).sum()
    for threshold in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match=r"threshold is .*; allowed: a number from 0 to 1"):
            model.to_networkx(threshold)


def test_the_graph_can_be_written(graph: nx.Graph) -> None:
    text = "\n".join(nx.generate_graphml(graph))
    again = nx.parse_graphml(text)
    assert set(again.nodes) == set(graph.nodes)
    assert again.number_of_edges() == graph.number_of_edges()
