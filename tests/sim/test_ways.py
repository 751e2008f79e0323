"""Ways that can be closed: what runs through them stops, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
from small_region import same, simulation

from innocluster.scenarios.policies import POLICIES
from innocluster.sim.coordination.policy import CoordinationView, Payments, Policy
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.ground.forms import Forms
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.settings import WAYS
from innocluster.sim.simulation import Simulation

START = month_number(*PROGRAMME_START)
MONTHS = 60
LAST = (2007, 12)


@pytest.fixture(scope="module")
def trunk() -> Simulation:
    """A run of the months before the programme, in which acquaintance brings spillovers."""
    run = simulation("P0", last=LAST, forms=Forms.of({"spillover_ties": "acquaintance"}))
    run.run_until(START)
    return run


def go_on(trunk: Simulation, policy: object = "P5", *ways: str, **off: float) -> Simulation:
    chosen = POLICIES[policy] if isinstance(policy, str) else policy
    parameters = ParameterSet(unchecked={**trunk.settings.parameters.as_dict(), **off})
    run = trunk.with_policy(chosen, parameters, frozenset(ways))
    run.run()
    return run


def test_open_ways_and_the_same_parameters_change_nothing(trunk):
    plain = trunk.with_policy(POLICIES["P5"])
    plain.run()
    assert same(go_on(trunk).series.values, plain.series.values, MONTHS)


@pytest.mark.parametrize("way", WAYS)
def test_a_way_that_only_a_programme_uses_leaves_no_programme_as_it_is(trunk, way):
    closed, opened = go_on(trunk, "P0", way), go_on(trunk, "P0")
    # Firms know one another without a programme too.
    assert same(closed.series.values, opened.series.values, MONTHS) == (
        way not in ("ties", "starts")
    )


def test_without_grants_all_research_is_the_firms_own(trunk):
    for ways in ((), ("grants",)):
        run = trunk.with_policy(POLICIES["P5"], closed=frozenset(ways))
        granted = 0.0
        while run.month < MONTHS:
            alive = np.flatnonzero(run.state.firms.alive[: run.state.firms.count] == 1)
            run.step()
            spent = run.series.values["research_spending"][run.month - 1].sum()
            granted += spent - run.scratch.own_spending[alive].sum()
        assert run.series.values["spent_research"][START:].sum() > 0.0
        if ways:
            assert granted == pytest.approx(0.0, abs=1e-6)
        else:
            assert granted > 1.0


def test_without_ties_spillovers_depend_on_places_and_knowledge_alone(trunk):
    off = dict.fromkeys(
        ("learning_meeting", "learning_project", "information_gain", "joint_gain",
         "transfer_gain", "licence_fee", "attendance_days", "task_gain", "task_export"), 0.0,
    )  # fmt: skip
    off["task_link_months"] = -1.0
    without = go_on(trunk, "P0", "ties", "grants", "starts", **off).state.firms
    closed = go_on(trunk, "P5", "ties", "grants", "starts", **off).state.firms
    opened = go_on(trunk, "P5", "grants", "starts", **off).state.firms
    n = closed.count
    assert n == without.count
    assert np.array_equal(closed.spillover[:n], without.spillover[:n])
    assert opened.spillover[:n].sum() > closed.spillover[:n].sum()


class Handout(Policy):
    """A million won a month for a hundred firms."""

    id = "PX"
    key = "handout"
    joins = events = tasks = grants = False

    def pay(self, view: CoordinationView) -> Payments:
        firms = view.state.firms
        rows = np.flatnonzero(firms.alive[: firms.count] == 1)[:100].astype(np.int32)
        return Payments(rows, np.ones(100), research=False)


def test_cash_that_is_not_handed_over_is_spent_without_effect(trunk):
    paid, closed, without = (
        go_on(trunk, Handout()), go_on(trunk, Handout(), "cash"), go_on(trunk, "P0")
    )  # fmt: skip
    spent = [run.series.values["spent_transfers"][START:].sum() for run in (paid, closed)]
    # Up to what firms that the cash keeps alive are paid in another complex.
    assert spent[0] == pytest.approx(spent[1], rel=0.01)
    assert spent[1] > 0.0
    assert np.array_equal(closed.state.firms.cash, without.state.firms.cash)
    assert not np.array_equal(paid.state.firms.cash, without.state.firms.cash)


def test_parameters_of_the_months_to_come(trunk):
    run = go_on(trunk, "P5", information_gain=0.0)
    fresh = simulation("P5", last=LAST, unchecked={"information_gain": 0.0})
    fresh.run()
    firms = run.state.firms
    # What meetings brought before the programme fades; from its start nothing is added.
    keep = (1.0 - run.parameters.meeting_depreciation) ** ((MONTHS - START) / 12.0)
    before = trunk.state.firms
    stayed = (firms.identifier[: before.count] == before.identifier[: before.count]) & (
        firms.alive[: before.count] == 1
    )
    rows = np.flatnonzero(stayed)
    assert before.gain_meeting[rows].max() > 0.0
    assert firms.gain_meeting[rows] == pytest.approx(keep * before.gain_meeting[rows], rel=1e-9)
    assert not fresh.state.firms.gain_meeting[: fresh.state.firms.count].any()
    assert run.settings.parameters["information_gain"] == 0.0
    assert trunk.settings.parameters["information_gain"] > 0.0


def test_an_unknown_way_is_refused(trunk):
    with pytest.raises(ValueError, match="tie; allowed: grants, cash, ties"):
        trunk.with_policy(POLICIES["P5"], closed=frozenset({"tie"}))


def test_a_copy_keeps_what_is_closed(trunk):
    first = trunk.with_policy(POLICIES["P5"], closed=frozenset({"ties"}))
    first.run_until(START + 6)
    second = first.fork()
    first.run()
    second.run()
    assert same(first.series.values, second.series.values, MONTHS)
