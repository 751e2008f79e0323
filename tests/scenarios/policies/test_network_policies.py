"""Targeted subsidies, key players and links in the model (P11, P12, P13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from policy_views import START, again, seen_in
from small_region import simulation

from innocluster.scenarios.policies import POLICIES
from innocluster.scenarios.policies.planning.b_matching import planned_b_matching
from innocluster.scenarios.policies.planning.equilibria import intercentrality
from innocluster.scenarios.policies.planning.introductions import at_events
from innocluster.scenarios.policies.planning.research_network import (
    ResearchNetwork,
    link_gains,
    research_networks,
)
from innocluster.scenarios.policies.planning.subsidies import konig_liu_zenou
from innocluster.sim.coordination.policy import CoordinationView, Payments
from innocluster.sim.network.pairs import BODY
from innocluster.sim.simulation import Simulation

MONTH = START + 33
JANUARY = START + 9


@pytest.fixture(scope="module")
def view() -> CoordinationView:
    return seen_in(MONTH)


def matrix(network: ResearchNetwork) -> np.ndarray:
    n = network.rows.size
    adjacency = np.zeros((n, n))
    adjacency[np.repeat(np.arange(n), np.diff(network.game.start)), network.game.partner] = 1.0
    return adjacency


def test_networks_hold_the_living_ties_of_performers_within_a_complex(view):
    firms, pairs = view.state.firms, view.state.pairs
    graph = nx.Graph()
    for row in range(pairs.count):
        a, b = int(pairs.first[row]), int(pairs.second[row])
        living = pairs.familiarity[row] >= view.parameters.contact_familiarity or (
            pairs.projects[row] > 0 and pairs.familiarity[row] >= 0.0
        )
        if not living or b >= BODY or firms.complex[a] != firms.complex[b]:
            continue
        if min(firms.research_intensity[a], firms.research_intensity[b]) > 0.0:
            graph.add_edge(a, b)
    assert graph.number_of_edges() > 200
    networks = research_networks(view)
    assert len(networks) == 7
    for c, network in enumerate(networks):
        rows = network.rows
        assert (firms.alive[rows] == 1).all()
        assert (firms.complex[rows] == c).all()
        assert (firms.research_intensity[rows] > 0.0).all()
        here = graph.subgraph(rows.tolist())
        assert network.links == here.number_of_edges()
        known = nx.to_numpy_array(here, nodelist=[row for row in rows.tolist() if row in here])
        linked = matrix(network)[np.ix_(*2 * (np.isin(rows, list(here)),))]
        assert np.array_equal(linked, known)
        for one in range(rows.size):
            for other in range(rows.size):
                rivals = network.game.group[one] == network.game.group[other]
                assert rivals == (firms.sector[rows[one]] == firms.sector[rows[other]])
    assert (
        sum(network.rows.size for network in networks)
        == (
            (firms.alive[: firms.count] == 1) & (firms.research_intensity[: firms.count] > 0.0)
        ).sum()
    )


# P11


def watched_payments(check: Callable[[CoordinationView, Payments], None], **options) -> Simulation:
    class Watched(type(POLICIES["P11"])):
        def pay(self, view: CoordinationView) -> Payments:
            result = super().pay(view)
            check(view, result)
            return result

    run = Simulation(
        replace(simulation("P11", last=(2007, 12), **options).settings, policy=Watched())
    )
    run.run()
    return run


def test_a_complex_gets_what_it_gets_under_one_rate_and_divides_it_by_the_optimum():
    def check(view, paid):
        firms = view.state.firms
        uniform = POLICIES["P10"].pay(view)
        assert np.array_equal(paid.rows, uniform.rows)
        place = firms.complex[paid.rows]
        parts = [np.bincount(place, weights=one.amounts, minlength=7) for one in (paid, uniform)]
        assert parts[0] == pytest.approx(parts[1], rel=1e-9)
        if view.month % 12 != 0 and view.month != START:
            return
        spending = firms.research_spending[paid.rows]
        for c, network in enumerate(research_networks(view)):
            here = place == c
            if network.rows.size == 0:
                # Everybody there has stopped R&D: nobody is paid.
                assert not here.any()
                continue
            rivals = (network.game.group[:, None] == network.game.group[None, :]) & ~np.eye(
                network.rows.size, dtype=bool
            )
            plan = konig_liu_zenou(
                matrix(network), 1.0, network.game.phi, network.game.rho, rivals.astype(float)
            )
            rate = paid.amounts[here] / spending[here]
            wanted = np.maximum(plan.targeted, 0.0)[np.isin(network.rows, paid.rows[here])]
            if plan.interior:
                targeted.append(c)
                assert rate / rate.mean() == pytest.approx(wanted / wanted.mean(), rel=1e-6)
            else:
                assert rate == pytest.approx(np.full(rate.size, rate.mean()), rel=1e-9)

    targeted: list[int] = []
    run = watched_payments(check)
    assert len(set(targeted)) == 7
    spent = run.series.values["spent_support"]
    assert spent.sum() > 0.0
    assert run.series.values["carry_over"][-1].sum() < 1e-6


def test_where_the_problem_is_not_concave_the_uniform_rate_is_paid():
    """Strong complementarity makes every complex give up targeting: P11 is then P10."""
    strong = simulation("P11", last=(2008, 12), unchecked={"network_complementarity": 0.2})
    uniform = simulation("P10", last=(2008, 12))
    strong.run()
    uniform.run()
    made = [one for one in strong.state.decisions if one.subject == "plan"]
    assert len(made) == 4 * 7
    alone = {one.coordinator for one in made if one.knew["pairs of partners"] == 0.0}
    places = strong.state.coordinators.complex
    linked = np.setdiff1d(np.arange(7), [places[row] for row in alone])
    assert linked.size > 4
    for name, mine in strong.series.values.items():
        other = uniform.series.values[name][:, linked]
        assert mine[:, linked] == pytest.approx(other, rel=1e-4, abs=1e-4), name
    # A complex without partners can be targeted at any strength, at rates by sector.
    linked = [one for one in made if one.knew["pairs of partners"] > 0.0]
    assert {one.chose["targeted rates, else uniform"] for one in linked} == {0.0}
    said = set().union(*(one.knew for one in made))
    assert "smallest eigenvalue of H" in said
    assert "largest complementarity with an equilibrium" in said


def test_without_spillovers_between_partners_rates_are_those_of_the_sectors():
    def check(view, paid):
        firms = view.state.firms
        if view.month % 12 != 0:
            return
        spending = firms.research_spending[paid.rows]
        rate = paid.amounts / spending
        kind = firms.complex[paid.rows] * 100 + firms.sector[paid.rows]
        for one in np.unique(kind):
            same_kind = rate[kind == one]
            assert same_kind == pytest.approx(np.full(same_kind.size, same_kind[0]), rel=1e-6)
        checked.append(view.month)

    checked: list[int] = []
    watched_payments(check, unchecked={"network_complementarity": 0.0})
    assert checked == [36, 48]


# P12


def test_key_players_host_and_everything_else_is_as_in_the_thematic_programme(view):
    policy = POLICIES["P12"]
    seen = again(view)
    made = policy.introduce(seen)
    usual = at_events(view)
    assert np.array_equal(made.first, usual.row)
    assert np.array_equal(made.second[usual.expert >= 0], usual.expert[usual.expert >= 0])
    changed = np.flatnonzero(made.second != usual.usual)
    assert changed.size > 0.3 * usual.row.size
    hosts = set(made.second[changed].tolist())
    firms = view.state.firms
    keys, level = set(), set()
    for network in research_networks(view, rho=0.0):
        members = firms.member[network.rows] == 1
        wanted = int(np.ceil(view.parameters.key_player_share * members.sum()))
        if wanted == 0:
            continue
        cost = intercentrality(matrix(network), network.game.phi)
        ranked = sorted(np.flatnonzero(members), key=lambda i: -cost[i])
        keys |= set(network.rows[ranked[:wanted]].tolist())
        last = cost[ranked[wanted - 1]]
        level |= set(network.rows[members & (abs(cost - last) <= 1e-9 * last)].tolist())
    # Firms in the same position cost the network the same, and rounding decides between them.
    assert hosts <= keys | level
    assert 0.5 * len(keys) < len(hosts) <= len(keys)
    assert (firms.complex[made.second[changed]] == firms.complex[made.first[changed]]).all()
    first = set(view.members[policy.preferred(seen) == 1].tolist())
    assert len(first) == len(keys)
    assert hosts <= first
    assert keys - level <= first <= keys | level


def test_key_players_are_found_once_a_year():
    run = simulation("P12", last=(2007, 12))
    run.run()
    made = [one for one in run.state.decisions if one.subject == "plan"]
    assert sorted({one.month for one in made}) == [START, JANUARY, JANUARY + 12]
    assert all(made.count(one) == 1 for one in made)
    assert [one.coordinator for one in made[:7]] == list(range(3, 10))


def test_key_players_come_first_where_money_is_short():
    """With a little money more of the small tasks go to them than with plenty."""

    class Watched(type(POLICIES["P12"])):
        def preferred(self, view: CoordinationView) -> np.ndarray:
            result = super().preferred(view)
            standing, _ = view.state.memory["standing"].now(view)
            assert np.array_equal(result == 1, standing[view.members] > 0.0)
            counted.append(result.sum())
            return result

    counted: list[int] = []
    run = Simulation(replace(simulation("P12", last=(2007, 12)).settings, policy=Watched()))
    run.run()
    assert sum(counted) > 0


@pytest.mark.parametrize("by_value", [True, False])
def test_preferences_other_than_for_each_member_are_refused(by_value):
    class Careless(type(POLICIES["P5"])):
        key = "careless"

        def preferred(self, view: CoordinationView) -> np.ndarray:
            return np.full(view.members.size, 2) if by_value else np.ones(3)

    run = Simulation(replace(simulation("P5", last=(2005, 12)).settings, policy=Careless()))
    with pytest.raises(ValueError, match="careless gives others"):
        run.run()


@pytest.mark.parametrize("policy", ["P12", "P13"])
def test_without_an_equilibrium_the_programme_goes_on_as_it_was(policy):
    lost = simulation(policy, last=(2007, 12), unchecked={"network_complementarity": 5.0})
    usual = simulation("P5", last=(2007, 12))
    lost.run()
    usual.run()
    # The same introductions, but P13 lists them in another order: what a firm learns in two
    # meetings of a month rounds accordingly, in the seventh digit of its knowledge.
    for name, values in usual.series.values.items():
        np.testing.assert_allclose(lost.series.values[name], values, rtol=1e-8, err_msg=name)
    made = [one for one in lost.state.decisions if one.subject == "plan"]
    word = "key players" if policy == "P12" else "value of links is known"
    # A complex without partners has an equilibrium at any strength.
    assert {one.chose[word] for one in made if one.knew["pairs of partners"] > 0.0} == {0.0}


# P13


def test_links_go_where_they_add_most_to_welfare(view):
    """On all pairs as candidates the planned links are the best ones that room allows."""
    seen = again(view)
    everybody = replace(seen.parameters, candidate_pairs=1e6, shortlist_pairs=1e4)
    generous = replace(seen, parameters=everybody)
    made = POLICIES["P13"].introduce(generous)
    assert made.first.size <= view.places
    usual = at_events(view)
    called = usual.expert >= 0
    assert np.array_equal(made.second[made.second >= BODY], usual.expert[called])
    value, output = seen.state.memory["standing"].now(view)
    pairs, firms = view.state.pairs, view.state.firms
    contact = view.parameters.contact_familiarity
    expected = []
    for c in range(7):
        here = view.members[firms.complex[view.members] == c]
        one, other = np.triu_indices(here.size, 1)
        gain = link_gains(here[one], here[other], value, output, contact, pairs)
        events = view.cluster_complex[view.event_cluster] == c
        experts = (called & (view.cluster_complex[usual.cluster] == c)).sum()
        places = view.event_introductions[events].sum() - experts
        room = np.full(here.size, int(view.parameters.matching_capacity))
        expected.append(gain[planned_b_matching(one, other, gain, room, places)])
    best = np.sort(np.concatenate(expected))[::-1]
    assert best.size > 20
    # Experts, then the links in falling order of value, then usual introductions.
    links = slice(called.sum(), called.sum() + best.size)
    first, second = made.first[links], made.second[links]
    assert (firms.complex[first] == firms.complex[second]).all()
    assert link_gains(first, second, value, output, contact, pairs) == pytest.approx(
        best, rel=1e-12
    )
    assert np.unique(np.column_stack((first, second)), axis=0).shape[0] == best.size
    assert np.isin(made.first[links.stop :], usual.row).all()


def test_links_of_partners_are_worth_nothing(view):
    contact = view.parameters.contact_familiarity
    pairs = view.state.pairs
    rows = np.flatnonzero(
        (pairs.second[: pairs.count] < BODY) & (pairs.familiarity[: pairs.count] > 0.1)
    )[:50]
    ones = np.ones(view.state.firms.identifier.size)
    assert not link_gains(pairs.first[rows], pairs.second[rows], ones, ones, contact, pairs).any()
    strangers = link_gains(
        np.array([0], np.int32), np.array([1], np.int32), ones, ones, contact, pairs
    )
    assert strangers[0] in (0.0, 2.0)


def test_links_make_new_partners_faster_than_the_thematic_programme():
    pairs = {}
    for policy in ("P5", "P13"):
        run = simulation(policy, last=(2008, 12))
        run.run()
        table = run.state.pairs
        firms = table.second[: table.count] < BODY
        pairs[policy] = int((firms & (table.brokered[: table.count] > 0)).sum())
    assert pairs["P13"] > 1.2 * pairs["P5"]
