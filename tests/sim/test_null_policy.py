"""Limit 12: no money, no effect; same seed, same result; whatever the order or the copy."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from small_region import same, simulation, small_population

from innocluster.scenarios.policies import POLICIES
from innocluster.sim.beginning.population import FirmSample, Population
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.ground.forms import RULES, Forms
from innocluster.sim.simulation import Simulation

MONTHS = 60
START = month_number(*PROGRAMME_START)
LAST = (2007, 12)


def run(policy: str, **options: object) -> Simulation:
    started = simulation(policy, last=LAST, **options)
    started.run()
    return started


def same_state(first: object, second: object) -> bool:
    """Whether two tables agree in every bit of the rows in use."""
    assert first.count == second.count
    return all(
        np.array_equal(getattr(first, name)[: first.count], getattr(second, name)[: second.count])
        for name in first.column_names()
    )


@pytest.fixture(scope="module")
def arms() -> dict[str, Simulation]:
    """A finished run of every policy."""
    return {policy: run(policy) for policy in POLICIES}


@pytest.mark.parametrize("policy", list(POLICIES))
@pytest.mark.parametrize("budget", [{}, {year: 0.0 for year in range(2005, 2014)}])
def test_a_policy_without_money_is_no_programme(arms, policy, budget):
    unfunded = run(policy, budget=budget)
    assert same(unfunded.series.values, arms["P0"].series.values, MONTHS)
    for name in ("firms", "bodies", "pairs", "projects", "licences"):
        assert same_state(getattr(unfunded.state, name), getattr(arms["P0"].state, name))


OTHER_FORMS = [
    (rule.key, form) for rule in RULES.values() for form in rule.forms if form != rule.default
]


@cache
def without_programme(rule: str, form: str) -> Simulation:
    """A finished run without a programme under another form of a rule."""
    forms = Forms.of({rule: form})
    started = Simulation(replace(simulation("P0", last=(2006, 12)).settings, forms=forms))
    started.run()
    return started


@pytest.mark.parametrize(("rule", "form"), OTHER_FORMS)
@pytest.mark.parametrize("policy", [policy for policy in POLICIES if policy != "P0"])
def test_no_money_is_no_programme_under_any_form(policy, rule, form):
    without = without_programme(rule, form)
    settings = simulation(policy, last=(2006, 12), budget={}).settings
    unfunded = Simulation(replace(settings, forms=without.settings.forms))
    unfunded.run()
    assert same(unfunded.series.values, without.series.values, 48)
    for name in ("firms", "bodies", "pairs", "projects", "licences"):
        assert same_state(getattr(unfunded.state, name), getattr(without.state, name))


@pytest.mark.parametrize("policy", list(POLICIES))
def test_policies_share_the_months_before_the_programme(arms, policy):
    assert same(arms[policy].series.values, arms["P0"].series.values, START)
    if policy != "P0":
        assert not same(arms[policy].series.values, arms["P0"].series.values, START + 1)


@pytest.mark.parametrize("policy", list(POLICIES))
def test_the_same_seed_gives_the_same_run(arms, policy):
    again = run(policy)
    assert same(again.series.values, arms[policy].series.values, MONTHS)
    assert same_state(again.state.firms, arms[policy].state.firms)


def test_another_seed_gives_another_run(arms):
    assert not same(run("P5", seed=4).series.values, arms["P5"].series.values, MONTHS)


@pytest.mark.parametrize("policy", list(POLICIES))
def test_a_copy_goes_on_as_a_fresh_run(arms, policy):
    trunk = simulation("P0", last=LAST)
    trunk.run_until(START)
    branch = trunk.with_policy(POLICIES[policy])
    branch.run()
    assert same(branch.series.values, arms[policy].series.values, MONTHS)
    # The trunk has not noticed.
    assert trunk.month == START
    trunk.run()
    assert same(trunk.series.values, arms["P0"].series.values, MONTHS)


@pytest.mark.parametrize("policy", list(POLICIES))
def test_a_copy_in_mid_programme_goes_on_as_the_run_itself(arms, policy):
    first = simulation(policy, last=LAST)
    first.run_until(START + 11)
    second = first.fork()
    second.run()
    first.run()
    for arm in (first, second):
        assert same(arm.series.values, arms[policy].series.values, MONTHS)
        assert same_state(arm.state.pairs, arms[policy].state.pairs)
        assert arm.state.decisions == arms[policy].state.decisions


@pytest.mark.parametrize("policy", list(POLICIES))
def test_the_order_of_firms_changes_nothing(arms, policy):
    sample = small_population().firms
    order = np.random.default_rng(1).permutation(sample.identifier.size)
    shuffled = FirmSample(**{f.name: getattr(sample, f.name)[order] for f in fields(sample)})
    population = Population(small_population().region, shuffled)
    mixed = run(policy, population=population)
    assert same(mixed.series.values, arms[policy].series.values, MONTHS)


def test_a_longer_horizon_changes_no_earlier_month(arms):
    longer = simulation("P5", last=(2009, 6))
    longer.run()
    assert same(longer.series.values, arms["P5"].series.values, MONTHS)


def test_budgets_of_later_years_change_no_earlier_month(arms):
    region = small_population().region
    richer = {**region.budget, 2007: 2.0 * region.budget[2007]}
    population = replace(small_population(), region=replace(region, budget=richer))
    changed = run("P5", population=population)
    assert same(changed.series.values, arms["P5"].series.values, month_number(2007, 1))
    assert not same(changed.series.values, arms["P5"].series.values, MONTHS)
