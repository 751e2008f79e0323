"""What each policy does with its events and its money, and what it does where there is nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
from small_region import simulation, small_population

from innocluster.scenarios.policies import POLICIES
from innocluster.scenarios.policies.baselines import ThematicMiniClusters
from innocluster.scenarios.policies.bridges import Gatekeepers, SmallWorld, UniversityAnchored
from innocluster.scenarios.policies.planning.introductions import at_events
from innocluster.scenarios.policies.planning.partners import broker_pairs, gatekeepers_of
from innocluster.sim.beginning.population import Population
from innocluster.sim.coordination.policy import CoordinationView, Introductions, Payments, Policy
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.network.pairs import BODY
from innocluster.sim.phases.roles import has_research_partner
from innocluster.sim.simulation import Simulation

START = month_number(*PROGRAMME_START)
SPENT = ("meetings", "introductions", "tasks", "research", "support", "transfers", "overhead")

Check = Callable[[CoordinationView, Introductions], None]


def watched(policy: str | Policy, check: Check, **settings: object) -> Simulation:
    """Run a policy to the end of 2007 and check what it decides in every month."""
    chosen = POLICIES[policy] if isinstance(policy, str) else policy

    class Watched(type(chosen)):
        def introduce(self, view: CoordinationView) -> Introductions:
            result = super().introduce(view)
            check(view, result)
            return result

    run = simulation("P5", last=(2007, 12), **settings)
    run = Simulation(replace(run.settings, policy=Watched()))
    run.run()
    return run


@cache
def finished(policy: str) -> Simulation:
    run = simulation(policy, last=(2007, 12))
    run.run()
    return run


EVENTFUL = [key for key, policy in POLICIES.items() if policy.programme and policy.events]


@pytest.mark.parametrize("policy", EVENTFUL)
def test_introductions_fit_the_events_and_their_partners_exist(policy):
    def check(view, made):
        assert made.first.size == made.second.size <= view.places
        firms = view.state.firms
        assert (firms.member[made.first] == 1).all()
        assert (made.first != made.second).all()
        partners = made.second[made.second < BODY]
        assert (firms.member[partners] == 1).all()
        assert (made.second[made.second >= BODY] - BODY < view.state.bodies.count).all()
        seen.append(made.first.size)

    seen: list[int] = []
    watched(policy, check)
    assert sum(seen) > 500


@pytest.mark.parametrize("policy", ["P2", "P2A", "P3", "P6", "P8"])
def test_only_the_partner_differs_from_the_thematic_programme(policy):
    def check(view, made):
        usual = at_events(view)
        assert np.array_equal(made.first, usual.row)
        different.append(float((made.second != usual.usual).mean()))

    different: list[float] = []
    watched(policy, check)
    assert 0.02 < np.mean(different) < 0.99


@pytest.mark.parametrize("policy", ["P2", "P2A", "P3", "P6"])
def test_as_many_experts_as_in_the_thematic_programme(policy):
    def check(view, made):
        assert np.array_equal(made.second >= BODY, at_events(view).expert >= 0)

    watched(policy, check)


def test_vouchers_go_to_near_partners_in_proportion_to_proximity():
    """Expected counts by complex from the weights themselves."""
    found = np.zeros((7, 7))
    expected = np.zeros((7, 7))

    def check(view, made):
        firms = view.state.firms
        firm = made.second < BODY
        home = firms.complex[made.first[firm]]
        np.add.at(found, (home, firms.complex[made.second[firm]]), 1.0)
        number = np.diff(view.complex_start).astype(float)
        for c in home:
            weights = view.proximity[c] * (number - (np.arange(7) == c))
            expected[c] += weights / weights.sum()

    watched("P3", check, unchecked={"contact_scale": 2.0})
    assert found.sum() > 1000
    gap = (found - expected) / np.sqrt(np.maximum(expected, 1.0))
    assert np.abs(gap).max() < 4.5
    assert np.trace(found) / found.sum() == pytest.approx(
        np.trace(expected) / expected.sum(), abs=0.03
    )
    assert 0.3 < np.trace(found) / found.sum() < 0.99


def test_the_broker_makes_no_more_than_it_can_assess_and_takes_the_best():
    def check(view, made):
        place = view.state.firms.complex[made.first]
        assert np.bincount(place, minlength=7).max() <= 5
        pairs = [
            (min(a, b), max(a, b))
            for a, b in zip(made.first.tolist(), made.second.tolist(), strict=True)
        ]
        assert len(set(pairs)) == len(pairs)

    narrow = watched("P4", check, unchecked={"broker_bandwidth": 5.0})
    wide = finished("P4")
    made = [run.series.values["introductions"].sum() for run in (narrow, wide)]
    assert made[0] < made[1]


def test_the_broker_ranks_by_the_signal():
    """Places for one pair only: it has the highest novelty value of all that were assessed."""
    from innocluster.scenarios.policies.planning.candidates import (
        known_members,
        signalled_pair,
    )

    chosen: list[float] = []
    others: list[float] = []

    def check(view, made):
        roster, bodies = known_members(view, "local"), view.state.bodies
        for places, values in ((1, chosen), (10**6, others)):
            first, second = broker_pairs(view, view.parameters, np.full(7, places), roster, bodies)
            for a, b in zip(first, second, strict=True):
                own = roster.position[a]
                partner = b if b >= BODY else roster.position[b]
                distance, absorption = signalled_pair(view.key, roster, bodies, own, partner)
                best = 0.42 * (1 + 0.25 * 0.5 * (roster.absorption[own] + absorption))
                values.append(abs(distance / best - 1.0))

    watched("P4", check)
    assert len(others) > 20 * len(chosen) > 0
    assert np.mean(chosen) < 0.2 * np.mean(others)


def test_optimal_distance_finds_more_novelty_than_the_own_theme():
    novelty = {}
    for policy in ("P5", "P6"):
        pairs = finished(policy).state.pairs
        brokered = (pairs.brokered[: pairs.count] > 0) & (pairs.second[: pairs.count] < BODY)
        distance = 1.0 - pairs.similarity[: pairs.count][brokered]
        novelty[policy] = np.mean(np.abs(distance / 0.47 - 1.0))
    assert novelty["P6"] < 0.7 * novelty["P5"]


def test_a_small_world_has_its_share_of_long_pairs():
    def check(view, made):
        usual = at_events(view).usual
        changed.extend((made.second != usual).tolist())
        firms = view.state.firms
        far = made.second != usual
        away.extend((firms.complex[made.first[far]] != firms.complex[made.second[far]]).tolist())

    changed: list[bool] = []
    away: list[bool] = []
    watched("P8", check)
    share = np.mean(changed)
    assert share == pytest.approx(0.10, abs=4 * np.sqrt(0.09 / len(changed)))
    assert np.mean(away) > 0.5


def test_a_small_world_without_long_pairs_is_the_thematic_programme():
    for policy, name in ((SmallWorld(), "long_range_share"), (Gatekeepers(), "gatekeeper_share")):
        run = Simulation(
            replace(
                simulation("P5", last=(2007, 12), unchecked={name: 0.0}).settings, policy=policy
            )
        )
        values = run.run().values
        plain = finished("P5").series.values
        assert all(np.array_equal(values[name], plain[name]) for name in values)


def test_only_gatekeepers_meet_between_mini_clusters():
    from innocluster.scenarios.policies.planning.candidates import known_members

    def check(view, made):
        roster, firms = known_members(view, "local"), view.state.firms
        gatekeeper = gatekeepers_of(roster)
        for m in np.flatnonzero(gatekeeper >= 0):
            inside = firms.mini_cluster[roster.rows] == m
            believed = roster.absorption[roster.position[gatekeeper[m]]]
            assert believed == roster.absorption[inside].max()
        firm = made.second < BODY
        own, other = made.first[firm], made.second[firm]
        outward = firms.mini_cluster[own] != firms.mini_cluster[other]
        assert np.isin(own[outward], gatekeeper).all()
        assert np.isin(other[outward], gatekeeper).all()
        between.append(outward.sum())
        slots = at_events(view)
        event = (slots.cluster.astype(np.int64) * 64 + slots.slot)[firm][outward]
        # No gatekeeper is met twice at one event.
        pairs = set(zip(event.tolist(), other[outward].tolist(), strict=True))
        assert len(pairs) == outward.sum()

    between: list[int] = []
    watched("P9", check)
    assert sum(between) > 50


@pytest.mark.parametrize("policy", ["P14", "P15"])
def test_members_without_a_tie_meet_a_research_body_first(policy):
    def check(view, made):
        contact = view.parameters.contact_familiarity
        ties = has_research_partner(view.state, made.first, contact)
        assert (made.second[~ties] >= BODY).all()
        usual = at_events(view)
        before = has_research_partner(view.state, usual.row, contact)
        if made.first.size:
            needy.append(((~ties).mean(), (~before).mean()))

    needy: list[tuple[float, float]] = []
    watched(policy, check)
    assert np.mean(needy, axis=0)[0] > np.mean(needy, axis=0)[1]


def test_ties_to_research_bodies_are_commoner_where_they_come_first():
    shares = []
    for policy in ("P5", "P15"):
        run = finished(policy)
        state, contact = run.state, run.parameters.contact_familiarity
        members = np.flatnonzero(state.firms.member[: state.firms.count] == 1).astype(np.int32)
        shares.append(has_research_partner(state, members, contact).mean())
    assert shares[0] < shares[1]


def test_specialists_get_the_task_that_brings_the_partner_they_lack():
    links = {False: [], True: []}
    for by_need, seed in product(links, range(3, 9)):

        class Asked(UniversityAnchored):
            tasks_by_need = by_need

        lively = {"task_rate": 3.0, "contact_scale": 0.0}
        settings = simulation("P5", seed, last=(2007, 12), unchecked=lively).settings
        run = Simulation(replace(settings, policy=Asked()))
        run.run()
        firms = run.state.firms
        members = firms.member[: firms.count] == 1
        links[by_need].append((firms.link_until[: firms.count][members] >= run.month).mean())
    assert np.mean(links[True]) > 1.1 * np.mean(links[False]) > 0.1


def test_roles_change_and_projects_are_not_pooled_where_everyone_attacks():
    everyone, specialised = finished("P1"), finished("P14")
    members = [
        run.state.firms.member[: run.state.firms.count] == 1 for run in (everyone, specialised)
    ]
    assert (everyone.state.firms.role[: everyone.state.firms.count][members[0]] < 0.0).all()
    assert (specialised.state.firms.role[: specialised.state.firms.count][members[1]] > 0.0).any()
    for run, pooled in ((everyone, False), (specialised, True)):
        projects = run.state.projects
        aided = projects.grant[: projects.count] > 0.0
        assert bool((projects.third[: projects.count][aided] >= 0).any()) <= pooled


def test_a_lump_sum_is_the_same_for_every_employee_of_a_complex():
    class Watched(type(POLICIES["P0L"])):
        def pay(self, view: CoordinationView) -> Payments:
            payments = super().pay(view)
            firms = view.state.firms
            alive = np.flatnonzero(firms.alive[: firms.count] == 1)
            assert np.array_equal(payments.rows, alive)
            assert not payments.research
            for c in range(7):
                here = firms.complex[payments.rows] == c
                rates = payments.amounts[here] / firms.employees[payments.rows][here]
                assert rates.min() > 0.0
                assert rates.max() / rates.min() == pytest.approx(1.0, abs=1e-12)
            return payments

    settings = simulation("P0L", last=(2006, 12)).settings
    run = Simulation(replace(settings, policy=Watched()))
    values = run.run().values
    net = values["spent_transfers"] + values["spent_overhead"]
    assert net.sum() == pytest.approx(
        sum(run.settings.budget_of(year) for year in (2005, 2006)), rel=1e-12
    )
    assert values["members"].sum() == values["contacts"].sum() == values["tasks"].sum() == 0.0


def test_a_uniform_subsidy_has_one_rate_for_all():
    run = simulation("P10", last=(2005, 12))
    run.run_until(START)
    firms = run.state.firms
    n = firms.count
    # What firms declare is what they spent last month.
    spending = firms.research_spending[:n] * (firms.alive[:n] == 1)
    run.step()
    support = run.scratch.grants[:n] - firms.grant_flow[:n]
    performs = spending > 0.0
    rates = support[performs] / spending[performs]
    assert rates.max() / rates.min() == pytest.approx(1.0, abs=1e-12)
    assert (support[~performs] == 0.0).all()
    assert support.sum() == pytest.approx(run.series.values["spent_support"][START].sum())
    assert run.state.balance.sum() < 1e-6


def without_a_mini_cluster() -> Population:
    """Nobody suits the first two mini-clusters."""
    population = small_population()
    clusters = np.where(population.firms.mini_cluster <= 1, -1, population.firms.mini_cluster)
    return replace(population, firms=replace(population.firms, mini_cluster=clusters))


def without_members() -> Population:
    """Nobody suits any mini-cluster, so that nobody can join."""
    population = small_population()
    nowhere = np.full_like(population.firms.mini_cluster, -1)
    return replace(population, firms=replace(population.firms, mini_cluster=nowhere))


def without_universities(complexes: tuple[int, ...]) -> Population:
    """No research body in some complexes."""
    population = small_population()
    bodies = population.region.research_bodies
    kept = ~np.isin(bodies.complex, complexes)
    columns = {
        name: getattr(bodies, name)[kept]
        for name in (
            "institute", "complex", "researchers", "applied_share", "transfer_capacity",
            "project_capacity", "knowledge",
        )
    }  # fmt: skip
    names = {
        name: tuple(text for text, keep in zip(getattr(bodies, name), kept, strict=True) if keep)
        for name in ("names", "names_ko")
    }
    region = replace(population.region, research_bodies=replace(bodies, **columns, **names))
    return replace(population, region=region)


POOR = {
    "a mini-cluster without firms": without_a_mini_cluster,
    "a complex without universities": lambda: without_universities((0, 5)),
    "no universities": lambda: without_universities(tuple(range(7))),
    "no members": without_members,
}


@pytest.mark.parametrize("policy", list(POLICIES))
@pytest.mark.parametrize("poor", list(POOR))
def test_where_something_is_missing_money_and_numbers_stay_whole(policy, poor):
    run = simulation(policy, last=(2006, 12), population=POOR[poor]())
    values = run.run().values
    assert all(np.isfinite(rows).all() for rows in values.values())
    spent = sum(values[f"spent_{kind}"].sum() for kind in SPENT)
    paid = sum(run.settings.budget_of(year) for year in (2005, 2006)) * POLICIES[policy].programme
    assert spent + values["carry_over"][-1].sum() == pytest.approx(paid, rel=1e-12)
    if poor == "no members":
        assert values["introductions"].sum() == values["members"].sum() == 0.0


@pytest.mark.parametrize("policy", list(POLICIES))
def test_a_year_without_a_budget_lives_on_what_is_left(policy):
    budget = {2005: 1500.0, 2006: 0.0, 2007: 1500.0}
    run = simulation(policy, last=(2007, 12), budget=budget)
    values = run.run().values
    spent = sum(values[f"spent_{kind}"] for kind in SPENT)
    idle = slice(36, 48)
    assert values["spent_overhead"][idle].sum() == 0.0
    left = values["carry_over"][35].sum()
    assert spent[idle].sum() + values["carry_over"][47].sum() == pytest.approx(left, abs=1e-6)
    if POLICIES[policy].programme:
        assert spent[48:].sum() > 0.0


class Careless(ThematicMiniClusters):
    """Decides whatever it is given."""

    def __init__(self, first: list[int], second: list[int]) -> None:
        self.pairs = Introductions(np.array(first), np.array(second))

    def introduce(self, view: CoordinationView) -> Introductions:
        return self.pairs


class Spendthrift(ThematicMiniClusters):
    events = tasks = grants = joins = False

    def __init__(self, rows: list[int], amounts: list[float]) -> None:
        self.payments = Payments(np.array(rows), np.array(amounts))

    def pay(self, view: CoordinationView) -> Payments:
        return self.payments


@pytest.mark.parametrize(
    "policy",
    [
        Careless([0], [0]),
        Careless([0], [1]),
        Careless([-1], [BODY]),
        Careless([10**6], [BODY]),
        Careless([0, 1], [BODY]),
        Careless([0], [BODY + 10**6]),
        Spendthrift([0, 0], [1.0, 1.0]),
        Spendthrift([0], [-1.0]),
        Spendthrift([0], [float("nan")]),
        Spendthrift([10**6], [1.0]),
        Spendthrift([0, 1], [1.0]),
    ],
)
def test_decisions_that_cannot_be_carried_out_are_refused(policy):
    run = Simulation(replace(simulation("P5", last=(2005, 6)).settings, policy=policy))
    with pytest.raises(ValueError, match="policy thematic-mini-clusters"):
        run.run()


def test_policies_have_unique_names_and_say_what_they_do_in_both_languages():
    names = [name.lower() for p in POLICIES.values() for name in (p.id, p.key)]
    assert len(set(names)) == len(names)
    for key, policy in POLICIES.items():
        assert key == policy.id
        for text in ("name", "summary", "knows"):
            english, korean = getattr(policy, text), getattr(policy, f"{text}_ko")
            assert english.strip()
            assert any("가" <= character <= "힣" for character in korean)
            assert not any("가" <= character <= "힣" for character in english)
        assert policy.source.strip()
        assert type(policy).__doc__.startswith(f"{policy.id}:")
