"""Replications of published models at their printed points, elsewhere, and where there is none."""

from __future__ import annotations

import json

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from innocluster.calibration.published.graphs import GRAPHS, SMALLEST, circulant_eigenvalues, graph
from innocluster.calibration.published.replications import REPLICATIONS, find_replication, replicate
from innocluster.scenarios.errors import InputError

EXACT = 1e-6


def results(name, **parameters):
    return replicate(name, **parameters)["results"]


@pytest.mark.parametrize("name", REPLICATIONS)
def test_a_document_is_complete_and_strict_json(name):
    document = replicate(name)
    assert list(document) == ["model", "source", "parameters", "results"]
    assert document["model"] == name
    taken = [parameter.name for parameter in REPLICATIONS[name].parameters]
    assert list(document["parameters"]) == taken
    assert json.loads(json.dumps(document, allow_nan=False)) == document


@pytest.mark.parametrize("name", REPLICATIONS)
def test_columns_of_the_table_have_one_length(name):
    found = results(name)
    keys = list(found)
    columns = [found[key] for key in keys[keys.index(REPLICATIONS[name].rows) :]]
    assert len({len(column) for column in columns if column is not None}) == 1


def test_goyal_moraga_as_printed():
    found = results("goyal-moraga", n=8, gamma=2.0, demand=1.0)
    printed = [0.051948, 0.047297, 0.041667, 0.035211]
    assert found["effort_by_degree"][:4] == pytest.approx(printed, abs=EXACT)
    assert found["degree_of_highest_profit"] == 5
    assert found["profit_by_degree"][5] == pytest.approx(0.014757, abs=EXACT)
    assert found["degree_of_highest_welfare"] == 4
    assert found["welfare_by_degree"][4] == pytest.approx(0.630034, abs=EXACT)


@given(st.integers(1, 30), st.data(), st.floats(2.0, 9.0), st.floats(0.1, 9.0))
def test_goyal_moraga_agrees_with_best_responses(n, data, gamma, demand):
    degree = data.draw(st.integers(0, n - 1))
    found = results("goyal-moraga", n=n, degree=degree, gamma=gamma, demand=demand)
    assert found["best_response_effort"] == pytest.approx(found["effort"], abs=EXACT)
    assert found["effort"] == found["effort_by_degree"][degree]


def test_goyal_moraga_says_where_asymmetric_equilibria_appear():
    assert results("goyal-moraga", degree=2, gamma=2.0)["unequal_efforts_die_out"] is True
    assert results("goyal-moraga", degree=2, gamma=1.0)["unequal_efforts_die_out"] is False
    impossible = results("goyal-moraga", n=9, degree=3)
    assert impossible["regular_graph_exists"] is False
    assert impossible["unequal_efforts_die_out"] is None


@pytest.mark.parametrize(
    ("name", "n", "uniform", "welfare"),
    [
        ("path", 3, 0.655608, (2.028073, 2.710256, 2.737226)),
        ("star", 4, 0.504896, (2.246057, 2.807396, 2.876671)),
    ],
)
def test_konig_liu_zenou_as_printed(name, n, uniform, welfare):
    found = results("konig-liu-zenou", graph=name, n=n, phi=0.05, rho=0.2, mu=1.0)
    assert found["uniform_subsidy"] == pytest.approx(uniform, abs=EXACT)
    reached = [found[f"welfare_{kind}"] for kind in ("none", "uniform", "targeted")]
    assert reached == pytest.approx(welfare, abs=EXACT)
    assert found["best_response_output"] == pytest.approx(found["output"], abs=EXACT)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("n", [3, 5, 8])
def test_targeting_gains_exactly_where_places_differ(name, n):
    found = results("konig-liu-zenou", graph=name, n=n, phi=0.03, rho=0.15, mu=1.0)
    alike = name in ("ring", "complete", "empty")
    gain = found["welfare_targeted"] - found["welfare_uniform"]
    assert abs(gain) < 1e-12 if alike else gain > 1e-6
    assert found["welfare_uniform"] > found["welfare_none"]


def test_konig_liu_zenou_states_no_best_response_where_it_does_not_settle():
    found = results("konig-liu-zenou", n=10, rho=0.3)
    assert found["response_radius"] > 1.0
    assert found["best_response_output"] is None


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("n", [3, 7])
@pytest.mark.parametrize("rho", [0.0, 0.3])
def test_key_player_agrees_with_removal(name, n, rho):
    found = results("key-player", graph=name, n=n, phi=0.1, rho=rho, mu=1.5)
    assert found["largest_difference"] < 1e-10
    falls = np.array(found["fall_when_removed"])
    assert np.flatnonzero(falls > falls.max() - 1e-9).tolist() == found["key_players"]


def test_intercentrality_is_the_fall_itself_without_rivalry():
    found = results("key-player", graph="path", n=6, phi=0.3)
    assert found["intercentrality"] == pytest.approx(found["fall_when_removed"], rel=1e-12)
    assert found["total_output"] == pytest.approx(sum(found["bonacich"]))


@pytest.mark.parametrize(
    ("name", "parameters", "key", "words"),
    [
        ("konig-liu-zenou", {"graph": "empty", "rho": 0.39}, "phi, rho", "concave"),
        ("konig-liu-zenou", {"phi": 5.0}, "phi", "below 0.88"),
        ("konig-liu-zenou", {"rho": 1.0}, "rho", "0.999"),
        ("konig-liu-zenou", {"graph": "tree"}, "graph", "star, path, ring, complete, empty"),
        ("konig-liu-zenou", {"graph": "ring", "n": 2}, "n", "at least 3"),
        ("konig-liu-zenou", {"mu": float("nan")}, "mu", "a number"),
        ("konig-liu-zenou", {"gamma": 2.0}, "gamma", "only graph, n, phi, rho, mu"),
        ("key-player", {"phi": 0.6}, "phi", "below 0.57735"),
        ("key-player", {"phi": 0.5, "rho": 0.2}, "phi", "below 0.46188"),
        ("key-player", {"phi": "0.1"}, "phi", "a number"),
        ("key-player", {"n": 10**9}, "n", "200"),
        ("goyal-moraga", {"degree": 8}, "degree", "n - 1 = 7"),
        ("goyal-moraga", {"n": 8.0}, "n", "a whole number"),
        ("goyal-moraga", {"n": True}, "n", "a whole number"),
        ("goyal-moraga", {"gamma": 0.5}, "gamma", "from 1"),
    ],
)
def test_wrong_parameters_are_named(name, parameters, key, words):
    with pytest.raises(InputError) as caught:
        replicate(name, **parameters)
    assert caught.value.file == f"replicate {name}"
    assert caught.value.key == key
    assert words in caught.value.allowed


def test_the_refusal_of_the_planner_gives_the_eigenvalue():
    with pytest.raises(InputError, match=r"is -0\.0481"):
        replicate("konig-liu-zenou", graph="empty", rho=0.39)


def test_an_unknown_model_is_answered_with_those_there_are():
    assert find_replication(" Key-Player ").name == "key-player"
    with pytest.raises(InputError, match="goyal-moraga, konig-liu-zenou, key-player"):
        find_replication("keyplayer")


def test_graphs_are_what_they_are_called():
    known = {
        "star": nx.star_graph(5),
        "path": nx.path_graph(6),
        "ring": nx.cycle_graph(6),
        "complete": nx.complete_graph(6),
        "empty": nx.empty_graph(6),
    }
    assert set(known) == set(GRAPHS)
    for name, expected in known.items():
        assert np.array_equal(graph(name, 6), nx.to_numpy_array(expected))
        assert graph(name, SMALLEST[name]).shape == (SMALLEST[name],) * 2
        with pytest.raises(ValueError, match="at least"):
            graph(name, SMALLEST[name] - 1)


@pytest.mark.parametrize(("n", "degree"), [(1, 0), (2, 1), (8, 0), (8, 3), (8, 7), (9, 4), (9, 8)])
def test_eigenvalues_of_the_ring_of_nearest_partners(n, degree):
    offsets = [*range(1, degree // 2 + 1), *([n // 2] if degree % 2 else [])]
    adjacency = nx.to_numpy_array(nx.circulant_graph(n, offsets))
    found = circulant_eigenvalues(n, degree)
    assert found[0] == pytest.approx(degree)
    assert np.sort(found) == pytest.approx(np.linalg.eigvalsh(adjacency), abs=1e-9)
