"""Optimal R&D subsidies: printed numbers, order of welfare, limits, refusals."""

from __future__ import annotations

import pickle

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize

from innocluster.scenarios.policies.planning.equilibria import ConvergenceError, SpectralError
from innocluster.scenarios.policies.planning.subsidies import (
    ConcavityError,
    ResearchGame,
    empty_graph_eigenvalue,
    konig_liu_zenou,
)

EXACT = 1e-6
PHI, RHO = 0.05, 0.2
EDGE = (3.0 - 5.0**0.5) / 2.0


def adjacency_of(graph: nx.Graph) -> np.ndarray:
    return nx.to_numpy_array(graph, weight=None)


def game_of(adjacency: np.ndarray, phi: float, rho: float) -> ResearchGame:
    n = len(adjacency)
    return ResearchGame(adjacency, np.ones((n, n)) - np.eye(n), np.ones(n), phi, rho)


@st.composite
def networks(draw, smallest=2, largest=8):
    """Adjacency of any simple graph of a few firms."""
    n = draw(st.integers(smallest, largest))
    ties = draw(st.lists(st.booleans(), min_size=n * (n - 1) // 2, max_size=n * (n - 1) // 2))
    adjacency = np.zeros((n, n))
    adjacency[np.triu_indices(n, 1)] = ties
    return adjacency + adjacency.T


@pytest.mark.parametrize(
    ("graph", "output", "targeted", "uniform", "welfare"),
    [
        (
            nx.path_graph(3),
            [0.735931, 0.779221, 0.735931],
            [0.573162, 0.850080, 0.573162],
            0.655608,
            (2.028073, 2.710256, 2.737226),
        ),
        (
            nx.star_graph(3),
            [0.712946, 0.637899, 0.637899, 0.637899],
            [0.836439, 0.421738, 0.421738, 0.421738],
            0.504896,
            (2.246057, 2.807396, 2.876671),
        ),
    ],
)
def test_printed_numbers(graph, output, targeted, uniform, welfare):
    plan = konig_liu_zenou(adjacency_of(graph), 1.0, PHI, RHO)
    assert plan.output == pytest.approx(output, abs=EXACT)
    assert plan.targeted == pytest.approx(targeted, abs=EXACT)
    assert plan.uniform == pytest.approx(uniform, abs=EXACT)
    found = (plan.welfare_none, plan.welfare_uniform, plan.welfare_targeted)
    assert found == pytest.approx(welfare, abs=EXACT)
    assert plan.interior


@given(networks(), st.floats(0.0, 0.1), st.floats(0.0, 0.35))
def test_targeted_is_at_least_uniform_and_uniform_at_least_none(adjacency, phi, rho):
    try:
        plan = konig_liu_zenou(adjacency, 1.0, phi, rho)
    except (SpectralError, ConcavityError):
        assume(False)
    slack = 1e-9 * abs(plan.welfare_targeted)
    assert plan.welfare_targeted >= plan.welfare_uniform - slack
    assert plan.welfare_uniform >= plan.welfare_none - slack


@pytest.mark.parametrize(
    "graph",
    [
        nx.cycle_graph(6),
        nx.complete_graph(5),
        nx.empty_graph(4),
        nx.petersen_graph(),
        nx.hypercube_graph(3),
        nx.disjoint_union(nx.cycle_graph(4), nx.cycle_graph(4)),
        # Regular but not vertex-transitive: equal degrees are all that it takes.
        nx.frucht_graph(),
    ],
)
def test_one_rate_is_best_where_all_places_are_alike(graph):
    plan = konig_liu_zenou(adjacency_of(graph), 1.0, 0.03, RHO)
    assert plan.welfare_targeted == pytest.approx(plan.welfare_uniform, rel=1e-12)
    assert plan.targeted == pytest.approx(plan.uniform, rel=1e-9)


@given(networks(smallest=3), st.floats(0.01, 0.04), st.floats(0.05, 0.25))
def test_one_rate_is_worse_where_degrees_differ(adjacency, phi, rho):
    degrees = adjacency.sum(axis=0)
    assume(degrees.min() < degrees.max())
    try:
        plan = konig_liu_zenou(adjacency, 1.0, phi, rho)
    except ConcavityError:
        assume(False)
    assert plan.welfare_targeted > plan.welfare_uniform * (1.0 + 1e-9)


def test_no_other_subsidy_gives_more_welfare():
    # A general optimiser that knows welfare only through the equilibrium.
    game = game_of(adjacency_of(nx.path_graph(4)), PHI, RHO)
    plan = konig_liu_zenou(game.adjacency, 1.0, PHI, RHO)
    best = minimize(lambda subsidy: -game.welfare(subsidy), np.zeros(4), tol=1e-12)
    assert best.x == pytest.approx(plan.targeted, abs=1e-4)
    assert -best.fun == pytest.approx(plan.welfare_targeted, rel=1e-9)
    assert -best.fun <= plan.welfare_targeted + 1e-12


def test_quadratic_form_is_welfare():
    game = game_of(adjacency_of(nx.star_graph(4)), PHI, 0.3)
    hessian, gain = game.planner()
    for seed in range(5):
        subsidy = np.random.default_rng(seed).normal(size=5)
        form = game.welfare() + gain @ subsidy - 0.5 * subsidy @ hessian @ subsidy
        assert game.welfare(subsidy) == pytest.approx(form, rel=1e-12)


@given(networks(), st.floats(0.0, 0.1), st.floats(0.0, 0.2), st.floats(0.0, 0.5))
def test_best_responses_reach_the_closed_form(adjacency, phi, rho, subsidy):
    game = game_of(adjacency, phi, rho)
    assume(game.response_radius() < 0.98)
    output = game.output(subsidy)
    assume((output > 0.0).all())
    assert game.best_response(subsidy) == pytest.approx(output, abs=EXACT)


def test_best_responses_that_cycle_are_told():
    game = game_of(adjacency_of(nx.star_graph(9)), PHI, 0.3)
    assert game.response_radius() > 1.0
    with pytest.raises(ConvergenceError):
        game.best_response()


@given(st.floats(0.0, 0.37), st.integers(2, 8))
def test_eigenvalue_without_partners(rho, n):
    plan = konig_liu_zenou(np.zeros((n, n)), 1.0, PHI, rho)
    assert plan.smallest_eigenvalue == pytest.approx(empty_graph_eigenvalue(rho), abs=1e-9)


@pytest.mark.parametrize("n", [2, 5])
def test_rivalry_at_which_the_planner_has_no_answer(n):
    assert empty_graph_eigenvalue(EDGE) == pytest.approx(0.0, abs=1e-12)
    empty = np.zeros((n, n))
    assert konig_liu_zenou(empty, 1.0, 0.0, EDGE - 1e-6).smallest_eigenvalue > 0.0
    for rho in (EDGE, EDGE + 1e-6, 0.6):
        with pytest.raises(ConcavityError, match="smallest eigenvalue") as caught:
            konig_liu_zenou(empty, 1.0, 0.0, rho)
        expected = pytest.approx(empty_graph_eigenvalue(rho), abs=1e-9)
        assert caught.value.smallest_eigenvalue == expected


def test_where_the_problem_is_refused_welfare_has_no_bound():
    game = game_of(np.zeros((3, 3)), 0.0, 0.45)
    hessian, _ = game.planner()
    direction = np.linalg.eigh(hessian)[1][:, 0]
    small, large = (
        max(game.welfare(k * direction), game.welfare(-k * direction)) for k in (10, 90)
    )
    assert large > 50.0 * small > 0.0


def test_complementarity_without_equilibrium_is_refused():
    with pytest.raises(SpectralError):
        konig_liu_zenou(adjacency_of(nx.star_graph(3)), 1.0, 5.0, RHO)


def test_firms_and_rivals_may_differ():
    adjacency = adjacency_of(nx.path_graph(4))
    rivals = adjacency_of(nx.disjoint_union(nx.complete_graph(2), nx.complete_graph(2)))
    returns = np.array([1.0, 1.2, 0.8, 1.0])
    plan = konig_liu_zenou(adjacency, returns, PHI, RHO, rivals)
    system = np.eye(4) + RHO * rivals - PHI * adjacency
    assert system @ plan.output == pytest.approx(returns)
    order = [2, 0, 3, 1]
    both = np.ix_(order, order)
    moved = konig_liu_zenou(adjacency[both], returns[order], PHI, RHO, rivals[both])
    assert moved.targeted == pytest.approx(plan.targeted[order])
    assert moved.welfare_targeted == pytest.approx(plan.welfare_targeted)


def test_a_corner_is_flagged():
    plan = konig_liu_zenou(adjacency_of(nx.path_graph(3)), [1.0, 1.0, 0.05], PHI, RHO)
    assert plan.output[2] < 0.0
    assert not plan.interior


def test_wrong_input_is_refused():
    empty = np.zeros((2, 2))
    with pytest.raises(ValueError, match="same size"):
        konig_liu_zenou(empty, 1.0, PHI, RHO, np.zeros((3, 3)))
    for rho in (-0.1, float("nan")):
        with pytest.raises(ValueError, match="rho"):
            konig_liu_zenou(empty, 1.0, PHI, rho)
    with pytest.raises(ValueError, match="rho is too large"):
        konig_liu_zenou(empty, 1.0, PHI, 1.5)


def test_the_error_survives_a_process_boundary():
    error = pickle.loads(pickle.dumps(ConcavityError(-0.5, 0.1, 0.4)))
    assert (error.smallest_eigenvalue, error.phi, error.rho) == (-0.5, 0.1, 0.4)
