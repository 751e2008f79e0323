"""Who does R&D, and how much: a few firms worked out on paper (F3)."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log, sqrt
from typing import Any

import numpy as np
import pytest
from hand_tables import anchors, firms, parameters, scratch

from innocluster.agents.firms import FirmTable
from innocluster.sim.ground.forms import form_code
from innocluster.sim.innovation.research import balancing_starts, set_spending, start_and_stop
from innocluster.sim.network.pairs import BODY, PairTable

MONTH = 24
P = parameters(
    start_lift=2.0, start_size=0.5, start_tie=3.0, start_member=1.25, start_grant=4.0,
    stop_rate=0.3, stop_duration=1.0, stop_size=0.5, stop_debt=2.0, labour_share=0.5,
    takeover_size=1000.0, least_labour_share=0.3, tie_familiarity=0.1,
)  # fmt: skip
SPENDING = parameters(
    research_persistence=0.85, research_noise=0.2, research_success=0.1, research_debt=0.3,
    research_success_memory=36.0, lasting_elasticity=0.6,
)  # fmt: skip
MIDDLE = 0.5
"""A uniform at which nothing unexplained happens."""


def both(kernel: Any) -> Any:
    """Compiled and uncompiled."""
    return pytest.mark.parametrize(
        "kernel", [kernel, kernel.py_func], ids=["compiled", "uncompiled"]
    )


def six_firms() -> FirmTable:
    """Two with R&D, one of them in debt; a giant with R&D; two without; a closed one."""
    return firms(
        6,
        alive=[1, 1, 1, 1, 1, 0],
        complex=[0, 1, 0, 0, 1, 0],
        sector=[0, 0, 0, 1, 1, 1],
        employees=[20.0, 80.0, 1000.0, 20.0, 80.0, 20.0],
        member=[0, 0, 0, 1, 0, 0],
        cash=[1.0, -1.0, 1.0, 1.0, 1.0, 1.0],
        research_intensity=[0.02, 0.04, 0.03, 0.0, 0.0, 0.02],
        research_spending=[1.0, 1.0, 1.0, 0.0, 0.0, 1.0],
        research_began=[0, 12, 0, 0, 0, 0],
        research_pay=[0.5, 0.25, 0.5, 0.0, 0.0, 0.5],
        smoothed_sales=[50.0, 100.0, 900.0, 50.0, 400.0, 50.0],
        wage=[2.0, 2.0, 2.0, 2.0, 2.0, 2.0],
        first_pair=[-1, -1, -1, -1, 0, -1],
    )


def a_tie(familiarity: float = 0.5) -> PairTable:
    """The fifth firm's with a university."""
    pairs = PairTable.allocate(1)
    pairs.first[0], pairs.second[0], pairs.familiarity[0] = 4, BODY, familiarity
    pairs.next_first[0] = pairs.next_second[0] = -1
    pairs.count = 1
    return pairs


# Stopping, a year: 0.3/(1+2) = 0.1; 0.3/(1+1)·(80/20)^-½·2 = 0.15 in debt; none of a giant.
# Starting: a member of 20 employees 1.25; one of 80 with a tie 2·3 = 6.
STOPS = (1.0 - exp(-0.1 / 12.0), 1.0 - exp(-0.15 / 12.0))
# With a base of 0.03 and 0.02, lifted by 2.
STARTS = (1.0 - exp(-0.06 * 1.25 / 12.0), 1.0 - exp(-0.04 * 6.0 / 12.0))


def decided(
    kernel: Any, draws: list[float], pairs: PairTable, grant: float = 0.0, alone: bool = False
) -> FirmTable:
    table = six_firms()
    buffers = scratch(
        7,
        draw=[*draws, 0.0],
        second_draw=[MIDDLE] * 7,
        grants=[0.0, 0.0, 0.0, grant, 0.0, 0.0, 0.0],
    )
    usual = anchors(log_intensity=[log(0.01), log(0.02)], intensity_spread=[0.3, 0.4])
    kernel(MONTH, 1.25, np.array([0.03, 0.02]), P, usual, table, pairs, buffers, alone)
    return table


@both(start_and_stop)
def test_starts_and_stops_by_hand(kernel: Any) -> None:
    below = [STOPS[0] - 1e-9, STOPS[1] - 1e-9, 0.0, STARTS[0] - 1e-9, STARTS[1] - 1e-9, 0.0]
    table = decided(kernel, below, a_tie())
    assert table.research_intensity == pytest.approx(
        [0.0, 0.0, 0.03, 0.02, 0.02, 0.02, 0.0], rel=1e-12
    )
    assert table.research_began.tolist() == [24, 24, 0, 24, 24, 0, 0]
    # R&D of 0.02·50 over 1.25·20 people; of 0.02·400 over 1.25·80.
    assert table.wage == pytest.approx([2.5, 2.25, 2.0, 1.96, 1.92, 2.0, 0.0], rel=1e-12)
    assert table.research_pay == pytest.approx([0.0, 0.0, 0.5, 0.04, 0.08, 0.5, 0.0], rel=1e-12)
    # What is spent follows when budgets are made.
    assert table.research_spending.tolist() == six_firms().research_spending.tolist()


@both(start_and_stop)
def test_draws_above_the_chance_change_nothing(kernel: Any) -> None:
    above = [STOPS[0] + 1e-9, STOPS[1] + 1e-9, 0.0, STARTS[0] + 1e-9, STARTS[1] + 1e-9, 0.0]
    table = decided(kernel, above, a_tie())
    for name in ("research_intensity", "research_began", "wage", "research_pay"):
        assert getattr(table, name).tolist() == getattr(six_firms(), name).tolist(), name


@both(start_and_stop)
def test_nobody_stops_in_the_middle_of_a_joint_project(kernel: Any) -> None:
    table = six_firms()
    table.projects[0] = 1
    usual = anchors(log_intensity=[0.0, 0.0], intensity_spread=[0.3, 0.4])
    buffers = scratch(7, draw=[0.0, 0.0, *[1.0] * 5], second_draw=[MIDDLE] * 7)
    kernel(MONTH, 1.25, np.array([0.03, 0.02]), P, usual, table, a_tie(), buffers, False)
    assert table.research_intensity[:2].tolist() == [0.02, 0.0]
    kernel(MONTH, 1.25, np.array([0.03, 0.02]), P, usual, table, a_tie(), buffers, True)
    assert table.research_intensity[0] == 0.0


@both(start_and_stop)
def test_on_its_own_a_firm_starts_as_if_it_knew_nobody(kernel: Any) -> None:
    """Weights of 1 and 2 instead of 1.25 and 6; a grant counts all the same."""
    alone = (1.0 - exp(-0.06 / 12.0), 1.0 - exp(-0.04 * 2.0 / 12.0))
    above = [1.0, 1.0, 1.0, alone[0] + 1e-9, alone[1] + 1e-9, 1.0]
    assert decided(kernel, above, a_tie(), alone=True).research_intensity[3:5].tolist() == [0, 0]
    below = [1.0, 1.0, 1.0, alone[0] - 1e-9, alone[1] - 1e-9, 1.0]
    assert (decided(kernel, below, a_tie(), alone=True).research_intensity[3:5] > 0.0).all()
    above[3] = 1.0 - exp(-0.06 * 4.0 / 12.0) - 1e-9
    assert decided(kernel, above, a_tie(), 2.0, alone=True).research_intensity[3] > 0.0


@both(start_and_stop)
def test_a_tie_and_a_grant_make_a_start_likelier(kernel: Any) -> None:
    """Without the tie, or with too weak a one, the chance of the fifth is a third."""
    draws = [1.0, 1.0, 1.0, STARTS[0] + 1e-9, STARTS[1] - 1e-9, 1.0]
    assert decided(kernel, draws, a_tie(0.09)).research_intensity[4] == 0.0
    assert decided(kernel, draws, a_tie()).research_intensity[3] == 0.0
    assert decided(kernel, draws, a_tie(), grant=2.0).research_intensity[3] > 0.0
    # What sums of flows leave behind is no grant.
    assert decided(kernel, draws, a_tie(), grant=1e-9).research_intensity[3] == 0.0
    draws[3] = 1.0 - exp(-0.06 * 5.0 / 12.0) + 1e-9
    assert decided(kernel, draws, a_tie(), grant=2.0).research_intensity[3] == 0.0


@both(start_and_stop)
def test_a_tie_with_a_firm_that_spent_nothing_is_none(kernel: Any) -> None:
    pairs = a_tie()
    pairs.first[0], pairs.second[0] = 3, 4
    draws = [1.0, 1.0, 1.0, 1.0, STARTS[1] - 1e-9, 1.0]
    assert decided(kernel, draws, pairs).research_intensity[4] == 0.0
    pairs.first[0] = 0
    assert decided(kernel, draws, pairs).research_intensity[4] > 0.0


@both(start_and_stop)
def test_pay_booked_as_research_leaves_a_least_wage(kernel: Any) -> None:
    """Sales of 5,000 a worker and month would take all: 1 - 0.3/0.5 of the wage is taken."""
    table = six_firms()
    table.smoothed_sales[3] = 1e5
    buffers = scratch(7, draw=[1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0], second_draw=[MIDDLE] * 7)
    usual = anchors(log_intensity=[0.0, log(0.02)], intensity_spread=[0.3, 0.4])
    kernel(MONTH, 1.25, np.array([0.03, 0.02]), P, usual, table, a_tie(), buffers, False)
    assert (table.wage[3], table.research_pay[3]) == pytest.approx((1.2, 0.8), rel=1e-12)


@both(start_and_stop)
def test_a_starter_draws_from_the_distribution_of_its_sector(kernel: Any) -> None:
    table = six_firms()
    # One standard deviation above the middle.
    buffers = scratch(7, draw=[1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0])
    buffers.second_draw[3] = 0.8413447460685429
    usual = anchors(log_intensity=[0.0, log(0.02)], intensity_spread=[0.3, 0.4])
    kernel(MONTH, 1.25, np.array([0.03, 0.02]), P, usual, table, a_tie(), buffers, False)
    assert table.research_intensity[3] == pytest.approx(0.02 * exp(0.4), rel=1e-6)


@both(balancing_starts)
def test_starts_in_balance_by_hand(kernel: Any) -> None:
    """Stops of 0.1 in the first place, 0.15 in the second, over weights of 1.25 and 6."""
    base = kernel(MONTH, np.array([2, 1]), P, six_firms(), a_tie())
    assert base == pytest.approx([0.1 / 1.25, 0.15 / 6.0], rel=1e-12)
    # One more is wanted in the first place within a year, and one less in the second.
    base = kernel(MONTH, np.array([3, 0]), P, six_firms(), a_tie())
    assert base == pytest.approx([1.1 / 1.25, 0.0], abs=1e-12)
    nobody = six_firms()
    nobody.alive[:] = 0
    assert kernel(MONTH, np.array([1, 1]), P, nobody, a_tie()).tolist() == [0.0, 0.0]


def five_firms() -> FirmTable:
    """A starter, one with a success of late, one in debt, one that stopped, a closed one."""
    return firms(
        5,
        alive=[1, 1, 1, 1, 0],
        cash=[1.0, 1.0, -1.0, 1.0, 1.0],
        last_success=[-1000, MONTH - 35, MONTH - 36, 0, 0],
        demand_scale=[50.0, 80.0, 60.0, 1.0, 1.0],
        smoothed_sales=[100.0, 160.0, 120.0, 100.0, 100.0],
        research_intensity=[0.02, 0.05, 0.05, 0.0, 0.05],
        research_spending=[0.0, 5.0, 5.0, 5.0, 5.0],
    )


@both(set_spending)
@pytest.mark.parametrize(
    ("form", "persistence", "elasticity"),
    [("partial_adjustment", 0.85, 1.0), ("elastic", 0.0, 1.0), ("lasting", 0.85, 0.6)],
)
def test_spending_by_hand(kernel: Any, form: str, persistence: float, elasticity: float) -> None:
    """The second tends to 0.05·160·e^0.1, the third to 0.05·120·e^-0.3; sales have doubled."""
    table = five_firms()
    # A step of one standard deviation for the third.
    steps = np.array([0.99, MIDDLE, 0.8413447460685429, 0.99, 0.99, 0.99])
    kernel(form_code("research", form), MONTH, SPENDING, table, steps)
    kept = persistence ** (1.0 / 12.0) if persistence > 0.0 else 0.0
    lost = 2.0 ** (elasticity - 1.0)
    step = 0.2 * sqrt((1.0 - kept**2) / (1.0 - persistence**2))
    expected = [
        2.0 * lost,
        5.0**kept * (8.0 * exp(0.1) * lost) ** (1.0 - kept),
        5.0**kept * (6.0 * exp(-0.3) * lost) ** (1.0 - kept) * exp(step),
        0.0,
        5.0,
        0.0,
    ]
    assert table.research_spending == pytest.approx(expected, rel=1e-8)


def test_twelve_monthly_steps_are_one_of_a_year() -> None:
    """A gap closes by 15 % in a year, and what nothing explains has the yearly deviation."""
    table = five_firms()
    table.last_success[:] = -1000
    table.cash[:] = 1.0
    steps = np.full(6, MIDDLE)
    for _ in range(12):
        set_spending(0, MONTH, SPENDING, table, steps)
    assert table.research_spending[1] == pytest.approx(5.0**0.85 * 8.0**0.15, rel=1e-12)
    number = 4000
    many = firms(number, research_intensity=[0.1] * number, smoothed_sales=[10.0] * number,
                 demand_scale=[1.0] * number, research_spending=[1.0] * number, cash=[1.0] * number,
                 last_success=[-1000] * number)  # fmt: skip
    draw = np.random.default_rng(1)
    for _ in range(12):
        set_spending(0, MONTH, SPENDING, many, draw.random(number + 1))
    assert np.log(many.research_spending[:number]).std() == pytest.approx(0.2, rel=0.03)


def response(form: str, months: int) -> list[float]:
    """R&D of a firm in the last month of every year after sales rose by a tenth for good, %."""
    p = replace(SPENDING, research_memory=12.0)
    table = firms(
        1, research_intensity=[0.1], smoothed_sales=[10.0], demand_scale=[10.0], revenue=[11.0],
        research_spending=[1.0], cash=[1.0], last_success=[-1000],
    )  # fmt: skip
    result = []
    for month in range(months):
        # What a firm sells in a month is known in the next.
        if month > 0:
            table.smoothed_sales += (table.revenue - table.smoothed_sales) / p.research_memory
        set_spending(form_code("research", form), month, p, table, np.full(2, MIDDLE))
        if month % 12 == 11:
            result.append(100.0 * (table.research_spending[0] - 1.0))
    return result


def test_research_follows_sales_by_degrees_and_in_full() -> None:
    assert response("partial_adjustment", 48) == pytest.approx([0.5, 1.4, 2.6, 3.7], abs=0.2)
    assert response("partial_adjustment", 1200)[-1] == pytest.approx(10.0, abs=1e-4)
    assert response("elastic", 1200)[-1] == pytest.approx(10.0, abs=1e-4)
    assert response("lasting", 1200)[-1] == pytest.approx(100.0 * (1.1**0.6 - 1.0), abs=1e-4)
