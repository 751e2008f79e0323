"""Proposals on tables of a few rows, with values worked out by hand (M2, M3, J1, J2, T2)."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from small_network import SmallNetwork

from innocluster.sim.ground.counts import Counts
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import Process, replication_key, uniforms
from innocluster.sim.innovation.grants import GrantRules, GrantTerms, grant_rate, screened_grant
from innocluster.sim.innovation.projects import ProjectTable
from innocluster.sim.innovation.proposals import (
    _third_partner,
    count_project,
    project_room,
    propose_projects,
)
from innocluster.sim.network.contacts import Meetings
from innocluster.sim.network.pairs import BODY

KEY = replication_key(7)
MONTH = 40
RULES = GrantRules(0.75, 0.60, 0.33, 300.0, 1000.0, 200.0, 400.0, 0.18)
TIMES = pytest.mark.parametrize("kernel", [propose_projects, propose_projects.py_func])


def draws(process: Process, low: int, high: int) -> tuple[float, float, float, float]:
    """The four uniforms of a pair in the month of these tests."""
    return uniforms(KEY, low, MONTH, int(process), high)


def terms(**changes: float) -> GrantTerms:
    """A programme with KRW 500 million that passes everything and looks for no third partner."""
    values = {"passes_good": 1.0, "passes_bad": 1.0, "consortium_share": 0.0, "aided_share": 0.0}
    balance = np.array([0.0, changes.pop("balance", 500.0)])
    return GrantTerms(balance=balance, **{**values, **changes})


class Region:
    """Firms 0 to 2 and body 0 in complex 1; all pairs but that of firms 1 and 2 with the body."""

    def __init__(self) -> None:
        net = SmallNetwork(firms=3, bodies=1, fields=3)
        self.firms, self.bodies, self.pairs = net.firms, net.bodies, net.pairs
        self.firms.complex[:] = 1
        self.firms.member[:] = 1
        self.firms.employees[:] = [50.0, 400.0, 2000.0]
        self.firms.absorption[:] = [0.4, 0.2, 0.1]
        self.firms.research_intensity[:] = [0.03, 0.05, 0.07]
        self.firms.knowledge[0] = [0.5, 0.25, 1.0]
        self.firms.knowledge[1] = [0.5, 0.75, 0.125]
        self.bodies.knowledge[0] = [0.0, 0.5, 0.25]
        self.bodies.project_capacity[:] = 3
        self.row = net.meet(0, 1, familiarity=0.5, similarity=0.625)
        net.meet(0, 2, familiarity=0.75)
        net.meet(1, 2, familiarity=0.25)
        self.body_row = net.meet(0, BODY, familiarity=0.5, similarity=0.625)
        self.projects = ProjectTable.allocate(8)
        self.counts = Counts.nothing(2)

    def propose(self, parameters: dict[str, float], money: GrantTerms, kernel=propose_projects,
                second: int = 1, times: int = 1) -> int:  # fmt: skip
        """Let firm 0 and another meet; returns the number of projects."""
        row = self.row if second == 1 else self.body_row
        meetings = Meetings(
            *(np.full(times, value, np.int32) for value in (0, second, row)), spontaneous=times
        )
        p = ParameterSet(unchecked=parameters).record()
        return kernel(
            KEY, MONTH, p, meetings, self.firms, self.bodies, self.pairs, self.projects, RULES,
            money, self.counts,
        )  # fmt: skip


# Distance 1 - 0.625 against 0.42·(1 + 0.25·0.3), the mean absorption of firms 0 and 1.
RATIO = 0.375 / 0.4515
NOVELTY = RATIO * (2.0 - RATIO)
# Absorption of the firm alone counts where the partner is a research body: 0.42·(1 + 0.25·0.4).
BODY_RATIO = 0.375 / 0.462
BODY_NOVELTY = BODY_RATIO * (2.0 - BODY_RATIO)
# One path 0.75·0.25 through firm 2; trust 0.5 + 0.75 + 0.5 of firm 0, 0.5 + 0.25 of firm 1.
STRUCTURE = 0.5 * 0.1875 * (1.0 / 1.75 + 1.0)
# 2.8·0.5 + 0.5·structure + 1.0·novelty, with body 0.3 more.
SUM = 1.4 + 0.5 * STRUCTURE + NOVELTY
BODY_SUM = 1.4 + 0.3 + BODY_NOVELTY
SUCCESS = 0.25 + 0.45 * 0.5 * (0.5 * 0.5 + 0.5 * STRUCTURE) + 0.2 * NOVELTY
BODY_SUCCESS = 0.25 + 0.45 * 0.5 * 0.5 * 0.5 + 0.2 * BODY_NOVELTY


def base(low: int, high: int, others: float) -> float:
    """Constant with which a pair is exactly undecided."""
    u = draws(Process.PROPOSAL, low, high)[0]
    return math.log(u / (1.0 - u)) - others


@pytest.mark.parametrize(
    ("employees", "rate", "room"),
    [(19.0, 0.75, 1), (20.0, 0.75, 2), (99.0, 0.75, 2), (100.0, 0.75, 3), (299.0, 0.75, 3),
     (300.0, 0.60, 5), (999.0, 0.60, 5), (1000.0, 0.33, 5)],
)  # fmt: skip
def test_rate_and_room_by_size(employees: float, rate: float, room: int) -> None:
    assert grant_rate(employees, RULES) == rate
    assert project_room(employees, 300.0) == room


@pytest.mark.parametrize(
    ("employees", "consortium", "cost", "expected"),
    [
        (50.0, False, 100.0, 75.0),
        (500.0, False, 100.0, 60.0),
        (5000.0, False, 100.0, 33.0),
        (50.0, True, 100.0, 135.0),  # 0.75·1.8·100
        (50.0, False, 300.0, 200.0),  # not 225
        (50.0, True, 300.0, 400.0),  # not 405
        (50.0, True, 250.0, 337.5),
    ],
)
def test_grant_is_a_share_of_the_cost_up_to_the_cap(employees, consortium, cost, expected) -> None:
    p = ParameterSet(unchecked={"project_cost": cost}).record()
    # The uniform of 0.5 is the median, a cost of exactly `project_cost`.
    granted = screened_grant(0.99, 0.5, 0.7, consortium, employees, p, RULES, terms())
    assert granted == pytest.approx(expected, rel=1e-12)


def test_grants_follow_the_rules_of_the_region() -> None:
    """Cost 100·e^0.2·1.5 for three; a chance of 0.6 is good from 0.55 on, not from 0.65."""
    rules = GrantRules(0.5, 0.4, 0.25, 100.0, 200.0, 45.0, 70.0, 0.18)
    for employees, rate in ((99.0, 0.5), (100.0, 0.4), (199.0, 0.4), (200.0, 0.25)):
        assert grant_rate(employees, rules) == rate
    values = {"project_cost": 100.0, "project_cost_spread": 0.2, "consortium_cost": 1.5}
    p = ParameterSet(values | {"good_project": 0.55}).record()
    one_deviation = NormalDist().cdf(1.0)
    money = terms(passes_good=1.0, passes_bad=0.0)
    for consortium, employees, expected in (
        (False, 250.0, 25.0 * math.exp(0.2)),
        (False, 50.0, 45.0),
        (True, 250.0, 37.5 * math.exp(0.2)),
        (True, 50.0, 70.0),
    ):
        granted = screened_grant(0.5, one_deviation, 0.6, consortium, employees, p, rules, money)
        assert granted == pytest.approx(expected, rel=1e-8)
    strict = ParameterSet(values | {"good_project": 0.65}).record()
    assert screened_grant(0.5, 0.5, 0.6, False, 50.0, strict, rules, money) == 0.0


def test_cost_is_lognormal_with_a_spread_of_six_tenths() -> None:
    p = ParameterSet(unchecked={"project_cost": 100.0}).record()
    one_deviation = NormalDist().cdf(1.0)
    assert screened_grant(0.0, one_deviation, 0.7, False, 50.0, p, RULES, terms()) == pytest.approx(
        75.0 * math.exp(0.6), rel=1e-8
    )


@pytest.mark.parametrize(
    ("chance", "draw", "paid"),
    [(0.5, 0.79, True), (0.5, 0.8, False), (0.4999, 0.29, True), (0.4999, 0.3, False)],
)
def test_projects_above_a_half_pass_as_good_ones(chance: float, draw: float, paid: bool) -> None:
    money = terms(passes_good=0.8, passes_bad=0.3)
    granted = screened_grant(draw, 0.5, chance, False, 50.0, ParameterSet().record(), RULES, money)
    assert granted == (82.5 if paid else 0.0)  # 75 % of 110


def test_third_partner_is_the_most_familiar_other_one_that_can_take_part() -> None:
    net = SmallNetwork(firms=6, bodies=1)
    net.bodies.project_capacity[:] = 1
    net.firms.employees[:] = 50.0
    ties = {1: 0.95, 2: 0.9, 3: 0.8, BODY: 0.7, 4: 0.6, 5: 0.09}
    for other, familiarity in ties.items():
        net.meet(0, other, familiarity=familiarity)
    net.firms.research_intensity[2] = 0.0
    net.firms.projects[3] = 2  # of two that 50 employees have room for
    tables = (ParameterSet().record(), net.firms, net.bodies, net.pairs)
    for find in (_third_partner, _third_partner.py_func):
        assert find(0, 1, *tables) == BODY
        assert find(0, BODY, *tables) == 1
        net.bodies.projects[0] = 1
        assert find(0, 1, *tables) == 4
        net.firms.projects[3] = 1
        assert find(0, 1, *tables) == 3
        # A familiarity below 0.1 is no tie.
        net.firms.research_intensity[[3, 4]] = 0.0
        assert find(0, 1, *tables) == -1
        net.bodies.projects[0] = 0
        net.firms.projects[3] = 2
        net.firms.research_intensity[[3, 4]] = 0.02


def test_projects_of_firms_and_research_bodies_are_counted_apart() -> None:
    region = Region()
    count_project(1, 2, region.firms, region.bodies)
    count_project(BODY, 3, region.firms, region.bodies)
    count_project(1, -1, region.firms, region.bodies)
    assert region.firms.projects.tolist() == [0, 1, 0]
    assert region.bodies.projects.tolist() == [3]


@TIMES
def test_a_project_of_two_firms_starts(kernel) -> None:
    region, money = Region(), terms()
    region.firms.grant_flow[:] = [1.0, 2.0, 3.0]
    v = draws(Process.PROPOSAL, 1000, 1001)[1]
    _, w, x, y = draws(Process.PROJECT_TERMS, 1000, 1001)
    duration = int(-24.0 / 3.0 * math.log(w * x * y) + 0.5)
    amount = 0.75 * 30.0 * math.exp(0.6 * NormalDist().inv_cdf(v))
    assert duration > 1
    assert amount < 200.0
    assert region.propose({"proposal_base": 50.0, "project_cost": 30.0}, money, kernel) == 1
    row = {name: getattr(region.projects, name)[0] for name in ProjectTable.column_names()}
    assert [row[name] for name in ("first", "second", "third")] == [0, 1, -1]
    assert [row[name] for name in ("started", "due")] == [MONTH, MONTH + duration]
    assert [row[name] for name in ("draw", "draw_partner")] == [1000, 1001]
    assert row["field"] == 0  # 0.25 against 0.1875 and 0.125
    assert row["success"] == pytest.approx(SUCCESS, rel=1e-12)
    assert row["novelty"] == pytest.approx(NOVELTY, rel=1e-12)
    assert row["grant"] == pytest.approx(amount, rel=1e-8)
    flow = row["grant"] / duration / 2.0
    assert row["flow"] == pytest.approx(flow, rel=1e-15)
    assert region.firms.grant_flow == pytest.approx([1.0 + flow, 2.0 + flow, 3.0], rel=1e-15)
    assert region.firms.projects.tolist() == [1, 1, 0]
    assert region.pairs.projects[: region.pairs.count].tolist() == [1, 0, 0, 0]
    assert money.balance.tolist() == [0.0, 500.0 - row["grant"]]
    assert region.counts.research_spent.tolist() == [0.0, row["grant"]]
    assert region.counts.starts.tolist() == [0, 1]
    assert region.counts.found.tolist() == region.counts.tasks.tolist() == [0, 1]


def test_the_firm_alone_is_paid_in_a_project_with_a_research_body() -> None:
    region = Region()
    assert region.propose({"proposal_base": 50.0}, terms(), second=BODY) == 1
    projects = region.projects
    duration = int(projects.due[0]) - MONTH
    assert [projects.draw[0], projects.draw_partner[0]] == [9, 1000]
    assert projects.field[0] == 2  # 0 and 0.125 against 0.25
    assert projects.novelty[0] == pytest.approx(BODY_NOVELTY, rel=1e-12)
    assert projects.success[0] == pytest.approx(BODY_SUCCESS, rel=1e-12)
    assert projects.flow[0] == pytest.approx(projects.grant[0] / duration, rel=1e-15)
    assert region.firms.grant_flow.tolist() == [projects.flow[0], 0.0, 0.0]
    assert region.bodies.projects.tolist() == [1]


def test_a_third_partner_shares_the_grant() -> None:
    region = Region()
    money = terms(aided_share=1.0)
    assert region.propose({"proposal_base": 50.0}, money) == 1
    projects = region.projects
    assert projects.third[0] == 2
    v = draws(Process.PROPOSAL, 1000, 1001)[1]
    amount = 0.75 * 1.8 * 110.0 * math.exp(0.6 * NormalDist().inv_cdf(v))
    assert projects.grant[0] == pytest.approx(min(400.0, amount), rel=1e-8)
    flow = projects.grant[0] / (int(projects.due[0]) - MONTH) / 3.0
    assert region.firms.grant_flow == pytest.approx([flow] * 3, rel=1e-15)
    assert region.firms.projects.tolist() == [1, 1, 1]


@pytest.mark.parametrize("member", [0, 1])
def test_each_kind_of_project_has_its_share_of_consortia(member: int) -> None:
    for changes, third in (
        ({"aided_share": 1.0}, 2 if member else -1),
        ({"consortium_share": 1.0}, -1 if member else 2),
    ):
        region = Region()
        region.firms.member[:] = member
        assert region.propose({"proposal_base": 50.0}, terms(**changes)) == 1
        assert region.projects.third[0] == third


@TIMES
@pytest.mark.parametrize(("second", "low", "others"), [(1, 1000, SUM), (BODY, 9, BODY_SUM)])
@pytest.mark.parametrize("aided", [True, False])
def test_pairs_propose_by_the_sum_of_their_terms(kernel, second, low, others, aided) -> None:
    """Undecided at a sum of terms computed by hand, one or the other just beside it."""
    high = 1001 if second == 1 else 1000
    undecided = base(low, high, others + (0.5 if aided else 0.0))
    for shift, expected in ((-1e-9, 0), (1e-9, 1)):
        region = Region()
        region.firms.member[:] = aided
        found = region.propose({"proposal_base": undecided + shift}, terms(), kernel, second)
        assert found == expected


@pytest.mark.parametrize(
    "money", [terms(passes_good=0.0, passes_bad=0.0), terms(balance=1.0)], ids=["refused", "poor"]
)
def test_without_a_grant_only_those_go_on_that_would_have_anyway(money: GrantTerms) -> None:
    alone, with_grant = base(1000, 1001, SUM), base(1000, 1001, SUM + 0.5)
    for constant, expected in ((with_grant + 1e-9, 0), (alone - 1e-9, 0), (alone + 1e-9, 1)):
        region = Region()
        assert region.propose({"proposal_base": constant}, money) == expected
        assert region.counts.starts[1] == expected
        assert region.counts.tasks[1] == 0
        assert region.counts.research_spent[1] == 0.0
        if expected:
            assert region.projects.grant[0] == 0.0
            assert region.projects.flow[0] == 0.0


def test_no_grant_without_money_or_to_a_pair_with_a_firm_that_is_no_member() -> None:
    for outsider, balance in ((None, 0.0), (0, 500.0), (1, 500.0)):
        region = Region()
        if outsider is not None:
            region.firms.member[outsider] = 0
        assert region.propose({"proposal_base": 50.0}, terms(balance=balance)) == 1
        assert region.projects.grant[0] == 0.0


def test_a_pair_looks_at_a_project_once_a_month() -> None:
    region = Region()
    assert region.propose({"proposal_base": 50.0}, terms(), times=3) == 1
    assert region.pairs.asked[region.row] == MONTH
    region.pairs.asked[region.row] = MONTH - 1
    region.projects.count = 1
    assert region.propose({"proposal_base": 50.0}, terms()) == 2


def test_firms_without_research_or_room_start_nothing() -> None:
    for firm, asked in ((0, 0), (1, MONTH)):
        region = Region()
        region.firms.research_intensity[firm] = 0.0
        assert region.propose({"proposal_base": 50.0}, terms()) == 0
        assert region.pairs.asked[region.row] == asked
    for firm, full in ((0, 2), (1, 5)):
        region = Region()
        region.firms.projects[firm] = full
        assert region.propose({"proposal_base": 50.0}, terms()) == 0
        region = Region()
        region.firms.projects[firm] = full - 1
        assert region.propose({"proposal_base": 50.0}, terms()) == 1
    region = Region()
    region.bodies.projects[0] = 3
    assert region.propose({"proposal_base": 50.0}, terms(), second=BODY) == 0


def granted(kernel, place: tuple[int, ...], order: tuple[int, ...]) -> dict[tuple[int, int], float]:
    """Grants by pair of identifiers of six firms in three pairs with money for one or two.

    `place` has the row of each firm, `order` that in which the pairs meet.
    """
    net = SmallNetwork(firms=6, bodies=1, fields=3)
    net.firms.identifier[list(place)] = np.arange(1000, 1006)
    net.firms.complex[:] = 1
    net.firms.member[:] = 1
    net.firms.employees[:] = 50.0
    net.firms.knowledge[:] = 1.0
    couples = [(place[2 * n], place[2 * n + 1]) for n in order]
    rows = [net.meet(a, b, familiarity=0.5, similarity=0.625) for a, b in couples]
    columns = (np.array(column, np.int32) for column in (*zip(*couples, strict=True), rows))
    projects, counts, money = ProjectTable.allocate(8), Counts.nothing(2), terms(balance=45.0)
    p = ParameterSet(unchecked={"proposal_base": 50.0, "project_cost": 30.0}).record()
    count = kernel(
        KEY, MONTH, p, Meetings(*columns, spontaneous=3), net.firms, net.bodies, net.pairs,
        projects, RULES, money, counts,
    )  # fmt: skip
    assert count == 3
    assert counts.research_spent[1] == pytest.approx(45.0 - money.balance[1], rel=1e-12)
    return {
        (int(projects.draw[n]), int(projects.draw_partner[n])): float(projects.grant[n])
        for n in range(count)
    }


@TIMES
def test_neither_rows_nor_meetings_decide_who_gets_the_last_money(kernel) -> None:
    pairs = [(1000, 1001), (1002, 1003), (1004, 1005)]
    left, expected = 45.0, {}
    for low, high in sorted(pairs, key=lambda pair: draws(Process.SCREENING, *pair)[1]):
        cost = 30.0 * math.exp(0.6 * NormalDist().inv_cdf(draws(Process.PROPOSAL, low, high)[1]))
        paid = 0.75 * cost if 0.75 * cost <= left else 0.0
        expected[low, high] = paid
        left -= paid
    assert 0 < sum(paid > 0.0 for paid in expected.values()) < 3
    for place in ((0, 1, 2, 3, 4, 5), (5, 3, 1, 0, 4, 2), (4, 5, 0, 1, 2, 3)):
        for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
            assert granted(kernel, place, order) == pytest.approx(expected, rel=1e-8)
