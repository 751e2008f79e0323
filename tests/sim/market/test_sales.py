"""Sales of a few firms worked out on paper (F1, F2, D1-D3, I1)."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log
from typing import Any

import hand_tables
import numpy as np
import pytest
from hand_tables import firms, parameters
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from innocluster.agents.firms import FirmTable
from innocluster.sim.ground.conditions import Conditions
from innocluster.sim.ground.forms import form_code
from innocluster.sim.ground.scratch import Scratch
from innocluster.sim.market.sales import (
    market_shares,
    offered_at_start,
    produce_and_sell,
    sum_offers,
)

MONTH = 6
P = parameters(
    expectation_months=4.0,
    brand_premium=0.25,
    capital_elasticity=0.5,
    capital_output_ratio=1.5,
    export_brand=0.7,
    export_quality=2.0,
    rd_elasticity=0.1,
    spillover_elasticity=0.05,
    substitution=3.0,
    target_utilisation=0.8,
)
RATIO = np.array([0.25, 0.4])


# Of sectors 0 and 1; the price of value added is 1.1 and 1.2, that of capital 1.6.
DOMESTIC, FOREIGN, PRICE, WORTH = (1.3, 1.1), (0.7, 0.9), (0.8, 1.25), (1.1, 1.2)
PROGRESS, RIVALS, GENERAL = (0.05, 0.07), (0.11, 0.13), 1.6


def conditions() -> Conditions:
    """A month that differs from all others in every series."""
    return hand_tables.conditions(
        MONTH, 2, domestic=DOMESTIC, foreign=FOREIGN, price=PRICE, value_added_price=WORTH,
        progress=PROGRESS, rivals=RIVALS, exchange_rate=1200.0, general_price=GENERAL,
    )  # fmt: skip


def two_firms() -> FirmTable:
    """An own brand with R&D in sector 1 that demand limits; one without that capacity limits."""
    return firms(
        2,
        sector=[1, 0],
        level=[0.3, -0.2],
        shock=[0.02, 0.0],
        role=[0.01, 0.0],
        # (7+1)/(3+1) = 2; a firm with neither a stock nor a reference has nothing to gain.
        research_stock=[7.0, 5.0],
        research_reference=[3.0, 0.0],
        research_offset=[1.0, 0.0],
        spillover=[0.4, 0.0],
        gain_own=[0.01, 0.0],
        gain_transfer=[0.02, 0.0],
        gain_joint=[0.04, 0.0],
        gain_meeting=[0.08, 0.0],
        gain_reference=[0.005, 0.0],
        capital=[400.0, 16.0],
        employees=[101.0, 4.0],
        lost_days=[21.0, 84.0],
        brand=[1.0, 0.0],
        brand_reference=[0.5, 0.0],
        demand_scale=[100.0, 1000.0],
        demand_reference=[0.1, 0.0],
        export_logit=[-1.0, 0.5],
        expected_demand=[60.0, 500.0],
    )


SHARES = np.array([0.23, 0.03])
OFFERED = np.array([[1500.0, 40.0], [900.0, 60.0]])
"""Of sectors 0 and 1, in the home market and abroad, in January 2003."""


def sold(kernel: Callable[..., Any], table: FirmTable, shares: Any = SHARES) -> Scratch:
    """The month of some firms; buffers of their sales."""
    buffers = hand_tables.scratch(table.capacity)
    anchors = hand_tables.anchors(offered=OFFERED)
    kernel(MONTH, conditions(), P, RATIO, np.asarray(shares), anchors, table, buffers)
    return buffers


def worked_out(shares: Any = SHARES) -> list[dict[str, float]]:
    """The two firms, equation by equation, in ordinary floats."""
    # ln A: level, progress of the sector, shock, 0.1·ln 2, 0.05·0.4, gains, role
    log_a = (
        0.3 + 0.07 + 0.02 + 0.1 * log(2.0) + 0.02 + (0.01 + 0.02 + 0.04 + 0.08 - 0.005) + 0.01,
        -0.2 + 0.05,
    )
    dearness = (1.25 / 1.125, 1.0)
    # 101 less 21 days of 21 is 100; 4 less 4 would be none, but half of them work at least.
    labour = (100.0, 2.0)
    found = []
    for n, (sector, ratio, capital, scale, reference, logit, gained, expected) in enumerate(
        (
            (1, 0.4, 400.0, 100.0, 0.1, -1.0, 0.5, 60.0),
            (0, 0.25, 16.0, 1000.0, 0.0, 0.5, 0.0, 500.0),
        )
    ):
        price, home, world = PRICE[sector], DOMESTIC[sector], FOREIGN[sector]
        full = price * dearness[n] * exp(log_a[n]) * (capital * labour[n]) ** 0.5 / ratio
        quality = log_a[n] - RIVALS[sector] - reference
        share = 1.0 / (1.0 + exp(-(logit + 2.0 * quality + 0.7 * gained)))
        usual = 1.0 / (1.0 + exp(-logit))
        # The only firm of its sector: what it offers more than the region did in 2003 is
        # spread over a market of which the region has a share.
        offered = scale * dearness[n] * exp(2.0 * quality)
        home *= ((1.0 - usual) * offered / OFFERED[0, sector]) ** -shares[0]
        world *= (usual * offered / OFFERED[1, sector]) ** -shares[1]
        market = (1.0 - share) * home + share * world
        reference_market = (1.0 - usual) * home + usual * world
        wanted = scale * reference_market * dearness[n] * exp(2.0 * quality)
        revenue = min(wanted, full)
        smoothed = expected + (wanted / (price * dearness[n]) - expected) / 4.0
        # Capital is as dear as goods at large, output worth its value added.
        desired = 1.5 * 12.0 * smoothed * WORTH[sector] / GENERAL
        # A·sqrt(K·L) = smoothed·ν/0.8 solved for L at today's capital
        workers = (smoothed * ratio / 0.8 / exp(log_a[n])) ** 2 / capital
        found.append(
            {
                "log_productivity": log_a[n],
                "revenue": revenue,
                "utilisation": revenue / full,
                "exports": revenue * share * world / market / 1200.0,
                "expected_demand": smoothed,
                "desired_capital": desired,
                "desired_workers": workers,
                "full": full,
                "wanted": wanted,
            }
        )
    return found


@pytest.mark.parametrize(
    "kernel", [produce_and_sell, produce_and_sell.py_func], ids=["compiled", "uncompiled"]
)
@pytest.mark.parametrize("shares", [(0.23, 0.03), (0.0, 0.0), (0.0, 0.4)])
def test_two_firms_by_hand(kernel: Callable[..., Any], shares: Any) -> None:
    table = two_firms()
    buffers = sold(kernel, table, shares)
    capital, workers = buffers.desired_capital, buffers.desired_workers
    first, second = worked_out(shares)
    assert first["wanted"] < first["full"]
    assert second["wanted"] > second["full"]
    for name in ("log_productivity", "revenue", "utilisation", "exports", "expected_demand"):
        expected = [first[name], second[name]]
        assert getattr(table, name)[:2] == pytest.approx(expected, rel=1e-12), name
        assert getattr(table, name)[2] == 0.0
    assert table.utilisation[1] == 1.0
    assert capital == pytest.approx(
        [first["desired_capital"], second["desired_capital"], 0.0], rel=1e-12
    )
    assert workers == pytest.approx(
        [first["desired_workers"], second["desired_workers"], 0.0], rel=1e-12
    )


def test_rows_do_not_depend_on_the_block_they_fall_in() -> None:
    """2,051 rows: two whole blocks and a rest of three, each row like the first or the second."""
    table, one = firms(2051, spare=0), two_firms()
    for name in one.column_names():
        getattr(table, name)[:] = getattr(one, name)[np.arange(2051) % 2]
    buffers = sold(produce_and_sell, table)
    capital, workers = buffers.desired_capital, buffers.desired_workers
    for values in (table.revenue, table.exports, table.expected_demand, capital, workers):
        assert np.unique(values[::2]).size == np.unique(values[1::2]).size == 1


@pytest.mark.parametrize("kernel", [sum_offers, sum_offers.py_func], ids=["compiled", "uncompiled"])
def test_offers_by_hand(kernel: Callable[..., Any]) -> None:
    """Of three firms one is closed; the price of the first's brand is 1.25 to 1.125."""
    table = firms(
        3, sector=[1, 1, 0], demand_scale=[100.0, 60.0, 1000.0], alive=[1, 1, 0],
        brand=[1.0, 0.0, 0.0], brand_reference=[0.5, 0.0, 0.0],
    )  # fmt: skip
    offered = np.array([[0.5, 1.0], [0.0, 0.0]])
    kernel(P, table, np.array([1.5, 2.0, 3.0]), np.array([0.25, 0.5, 0.5]), offered)
    own = 100.0 * 1.5 * 1.25 / 1.125
    expected = [[0.5, 1.0 + 0.75 * own + 60.0], [0.0, 0.25 * own + 60.0]]
    np.testing.assert_allclose(offered, expected, rtol=1e-14)


def test_what_is_offered_at_the_start_is_weighted_with_quality_at_the_start() -> None:
    table = firms(
        2, sector=[1, 0], demand_scale=[100.0, 10.0], log_productivity=[0.4, 1.0],
        demand_reference=[0.1, 1.0], export_logit=[log(3.0), 0.0],
    )  # fmt: skip
    # Two units of log quality for one of productivity, at σ 3; export shares 3/4 and 1/2.
    expected = [[5.0, 25.0 * exp(0.6)], [5.0, 75.0 * exp(0.6)]]
    np.testing.assert_allclose(offered_at_start(P, table, 2), expected, rtol=1e-14)


def test_shares_of_the_market_by_form() -> None:
    p = parameters(home_market_share=0.2, export_market_share=0.05)
    shares = {
        form: market_shares(form_code("displacement", form), p).tolist()
        for form in ("market_share", "none", "complete")
    }
    assert shares == {"market_share": [0.2, 0.05], "none": [0.0, 0.0], "complete": [1.0, 1.0]}


def a_market(n: int = 40) -> FirmTable:
    """Firms of two sectors that demand limits, of all sizes and export shares."""
    rng = np.random.default_rng(5)
    table = firms(
        n, sector=rng.integers(0, 2, n), demand_scale=rng.lognormal(3.0, 1.5, n),
        level=rng.normal(0.0, 0.3, n), export_logit=rng.normal(-1.0, 1.5, n),
        brand=rng.integers(0, 3, n) / 2.0, capital=[1e12] * n, employees=[1e9] * n,
        demand_reference=rng.normal(0.0, 0.2, n), alive=rng.random(n) < 0.9,
    )  # fmt: skip
    return table


def spending(table: FirmTable, shares: Any) -> NDArray[np.float64]:
    """Sales of every firm, (n,), none of which its capacity limits; 0 of closed ones."""
    buffers = hand_tables.scratch(table.capacity)
    anchors = hand_tables.anchors(offered=np.full((2, 2), 300.0))
    produce_and_sell(MONTH, conditions(), P, RATIO, np.asarray(shares), anchors, table, buffers)
    n = table.count
    assert (table.utilisation[:n] < 1.0).all()
    return np.where(table.alive[:n] == 1, table.revenue[:n], 0.0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1.5))
def test_in_a_closed_market_quality_moves_no_spending(seed: int, size: float) -> None:
    """At s = 1, Σ_i D_i is spending of 2003 at today's demand, whatever anybody's quality."""
    table = a_market()
    table.level[: table.count] += np.random.default_rng(seed).normal(0.0, size, table.count)
    asked = np.array([DOMESTIC, FOREIGN])
    total = spending(table, (1.0, 1.0)).sum()
    assert total == pytest.approx(300.0 * asked.sum(), rel=1e-12)


def test_entry_and_exit_move_no_spending_of_a_closed_market() -> None:
    """Who closes leaves to the others of its sector what it sold, who enters takes it again."""
    table = a_market()
    row = int(np.flatnonzero(table.alive == 1)[0])
    before = spending(table, (1.0, 1.0))
    table.alive[row] = 0
    after = spending(table, (1.0, 1.0))
    assert after[row] == 0.0
    assert after.sum() == pytest.approx(before.sum(), rel=1e-12)
    n = table.count
    others = (table.alive[:n] == 1) & (table.sector[:n] == table.sector[row])
    assert (after[others] > before[others]).all()
    elsewhere = table.sector[:n] != table.sector[row]
    np.testing.assert_array_equal(after[elsewhere], before[elsewhere])
    table.alive[row] = 1
    np.testing.assert_array_equal(spending(table, (1.0, 1.0)), before)


def test_doubled_quality_of_all_leaves_every_demand() -> None:
    """At s = 1 only relative quality counts; open, sales would be four times as large at σ 3."""
    table = a_market()
    before = spending(table, (1.0, 1.0))
    free = spending(table, (0.0, 0.0))
    table.level[: table.count] += log(2.0)
    np.testing.assert_allclose(spending(table, (1.0, 1.0)), before, rtol=1e-12)
    np.testing.assert_allclose(spending(table, (0.0, 0.0)), 4.0 * free, rtol=1e-12)
