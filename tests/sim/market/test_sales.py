"""Sales of a few firms worked out on paper (F1, F2, D1-D3, I1)."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log
from typing import Any

import hand_tables
import numpy as np
import pytest
from hand_tables import firms, parameters

from innocluster.agents.firms import FirmTable
from innocluster.sim.ground.conditions import Conditions
from innocluster.sim.market.sales import produce_and_sell

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
        research_stock=[8.0, 5.0],
        research_reference=[4.0, 0.0],
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


def worked_out() -> list[dict[str, float]]:
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
        market = (1.0 - share) * home + share * world
        usual = 1.0 / (1.0 + exp(-logit))
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
def test_two_firms_by_hand(kernel: Callable[..., Any]) -> None:
    table, capital, workers = two_firms(), np.zeros(3), np.zeros(3)
    kernel(MONTH, conditions(), P, RATIO, table, capital, workers)
    first, second = worked_out()
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
    capital, workers = np.zeros(2051), np.zeros(2051)
    produce_and_sell(MONTH, conditions(), P, RATIO, table, capital, workers)
    for values in (table.revenue, table.exports, table.expected_demand, capital, workers):
        assert np.unique(values[::2]).size == np.unique(values[1::2]).size == 1
