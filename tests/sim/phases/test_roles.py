"""Everybody in its own role, or everybody doing everything (F7, article B1)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_network import SmallNetwork
from small_region import same, simulation

from innocluster.scenarios.policies.baselines import ThematicMiniClusters
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.network.pairs import BODY
from innocluster.sim.phases import roles
from innocluster.sim.phases.roles import role_gain
from innocluster.sim.simulation import Simulation

SALES: dict[int, np.ndarray] = {}


class Specialists(ThematicMiniClusters):
    adherence = 1.0


class Generalists(ThematicMiniClusters):
    adherence = 0.0


def asked(policy: ThematicMiniClusters, **settings: object) -> Simulation:
    run = Simulation(replace(simulation("P5", last=(2007, 12), **settings).settings, policy=policy))
    run.run_until(59)
    # The last month's roles go by the sales of the month before.
    SALES[id(run)] = run.state.firms.revenue.copy()
    run.run()
    return run


def lines_of(run: Simulation) -> np.ndarray:
    sales = SALES[id(run)][members_of(run)]
    return np.minimum(1.0, run.parameters.product_line_revenue / (12.0 * sales))


def members_of(run: Simulation) -> np.ndarray:
    firms = run.state.firms
    return np.flatnonzero(firms.member[: firms.count] == 1)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.4), st.floats(0.02, 0.3))
def test_more_adherence_is_worth_more(lower, higher, returns, share):
    lower, higher = sorted((lower, higher))
    gains = [role_gain(rho, 0.5, returns, share) for rho in (lower, higher)]
    assert gains[0] <= gains[1] + 1e-12
    assert role_gain(0.5, 0.5, returns, share) == 0.0


def test_a_specialist_needs_a_partner_for_every_role_that_it_leaves():
    run = asked(Specialists(), unchecked={"task_rate": 4.0})
    firms, pairs, values = run.state.firms, run.state.pairs, run.parameters
    # As roles were assigned in the last month, links and pairs have moved on since.
    steps = [
        role_gain(0.5 + 0.25 * links, 0.5, values.role_returns, values.role_share)
        for links in range(3)
    ]
    gains = firms.role[members_of(run)] / lines_of(run)
    assert np.isin(np.round(gains, 12), np.round(steps, 12)).all()
    assert len(np.unique(np.round(gains, 12))) == 3
    known = {
        int(first)
        for first, second, trust in zip(pairs.first, pairs.second, pairs.familiarity, strict=True)
        if second >= BODY and trust >= values.contact_familiarity
    }
    month = run.month - 1
    alone = [
        row
        for row in members_of(run)
        if row not in known and firms.link_until[row] < month and firms.projects[row] == 0
    ]
    assert alone
    assert (firms.role[alone] == 0.0).all()


def test_links_take_working_time():
    links, none = (asked(Specialists(), unchecked={"role_link_days": days}) for days in (5.0, 0.0))
    busy, idle = (run.state.firms.lost_days[members_of(run)].mean() for run in (links, none))
    assert busy > idle


def test_generalists_lose_and_need_nobody():
    run = asked(Generalists())
    values, firms = run.parameters, run.state.firms
    loss = role_gain(0.0, 0.5, values.role_returns, values.role_share)
    assert loss < 0.0
    assert firms.role[members_of(run)] == pytest.approx(loss * lines_of(run), rel=1e-9)


def test_who_leaves_goes_back_to_the_role_of_2003():
    run = asked(Generalists())
    firms = run.state.firms
    outside = (firms.member[: firms.count] == 0) & (firms.alive[: firms.count] == 1)
    assert (firms.role[: firms.count][outside] == 0.0).all()


def test_adherence_is_a_parameter_of_every_policy():
    asks = [
        asked(ThematicMiniClusters(), unchecked={"programme_adherence": rho})
        for rho in (0.0, 0.5, 1.0)
    ]
    plain, same_roles = asked(ThematicMiniClusters()), asked(Specialists())
    assert same(asks[1].series.values, plain.series.values, 60)
    assert same(asks[2].series.values, same_roles.series.values, 60)
    efficiency = [run.state.firms.role[members_of(run)].mean() for run in asks]
    assert efficiency[0] < efficiency[1] == 0.0


@pytest.mark.parametrize("policy", [Specialists(), Generalists()])
def test_without_money_nobody_changes_role(policy):
    budget = dict.fromkeys(range(2005, 2014), 0.0)
    idle = simulation("P0", last=(2007, 12))
    idle.run()
    run = asked(policy, budget=budget)
    assert same(idle.series.values, run.series.values, run.settings.months)


@pytest.mark.parametrize("kernel", [roles._assign, roles._assign.py_func])
def test_roles_of_four_firms(kernel):
    network = SmallNetwork(4)
    firms = network.firms
    firms.member[:] = 0, 1, 1, 1
    firms.role[:] = 5.0
    firms.link_until[:] = 12, 11, 12, 12
    firms.lost_days[:] = 1.0
    firms.revenue[:] = 1.0, 1.0, 1.0, 200.0
    network.meet(3, BODY, familiarity=0.03 + 0.01)
    network.meet(2, BODY, familiarity=0.03 - 0.01)
    p = ParameterSet({"contact_familiarity": 0.03}, {"product_line_revenue": 600.0}).record()
    kernel(12, p, np.array([0.1, 0.2, 0.4]), 3.0, firms, network.pairs)
    # Not a member; no link; a design link; a design link and a body, on a quarter of its sales.
    assert firms.role == pytest.approx([0.0, 0.1, 0.2, 0.1], abs=1e-15)
    assert firms.lost_days.tolist() == [1.0, 1.0, 4.0, 7.0]
    rows = np.array([3, 2], np.int32)
    for knows in (roles._has_research_partner, roles._has_research_partner.py_func):
        assert knows(rows, 0.03, firms, network.pairs).tolist() == [True, False]
        assert knows(rows, 0.0199, firms, network.pairs).tolist() == [True, True]
