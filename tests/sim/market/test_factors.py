"""Profit, cash and factors of three firms worked out on paper (I1, E1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hand_tables import conditions, firms, parameters, scratch

from innocluster.agents.firms import FirmTable
from innocluster.sim.market.factors import adjust_factors

KERNELS = pytest.mark.parametrize(
    "kernel", [adjust_factors, adjust_factors.py_func], ids=["compiled", "uncompiled"]
)
# A year of 1 - 0.99^12 is 1 % a month, one of 1 - 0.98^12 is 2 %.
P = parameters(
    capital_depreciation=1.0 - 0.99**12,
    interest_rate=0.06,
    first_cash=0.1,
    innovation_depreciation=1.0 - 0.98**12,
    subsidy_additionality=0.5,
    capital_adjustment=0.1,
    labour_adjustment=0.25,
)
CONDITIONS = conditions(2, 2, value_added_ratio=(0.25, 0.45), general_price=1.25, wage_index=1.2)


def four_firms() -> FirmTable:
    """A rich one, a loss-maker in another complex, a closed one, and one of the first complex."""
    return firms(
        4,
        alive=[1, 1, 0, 1],
        complex=[1, 0, 0, 1],
        sector=[1, 0, 0, 0],
        revenue=[1000.0, 100.0, 700.0, 10.0],
        royalty=[0.05, 0.0, 0.3, 0.0],
        wage=[2.0, 3.0, 1.0, 0.5],
        employees=[50.0, 20.0, 7.0, 1.0],
        capital=[2000.0, 400.0, 9.0, 16.0],
        cash=[3500.0, 30.0, 5.0, -1.0],
        months_negative=[4, 2, 3, 5],
    )


@KERNELS
def test_four_firms_by_hand(kernel: Callable[..., Any]) -> None:
    table = four_firms()
    buffers = scratch(
        5,
        own_spending=[40.0, 0.0, 1.0, 0.0, 0.0],
        grants=[10.0, 2.0, 1.0, 0.0, 0.0],
        desired_capital=[2500.0, 100.0, 50.0, 16.0, 0.0],
        desired_workers=[70.0, 4.0, 50.0, 0.5, 0.0],
    )
    profit, sales = np.full(3, 9.0), np.full(3, 9.0)
    kernel(2, CONDITIONS, P, table, buffers, profit, sales)
    # (0.45 - 0.05)·1000 - 2·1.2·50 - (40 + 5) - 0.015·1.25·2000 = 400 - 120 - 45 - 37.5 = 197.5
    # 0.25·100 - 3·1.2·20 - 1 - 0.015·1.25·400 = 25 - 72 - 1 - 7.5 = -55.5
    # 0.25·10 - 0.5·1.2·1 - 0.015·1.25·16 = 2.5 - 0.6 - 0.3 = 1.6
    assert profit == pytest.approx([-55.5, 199.1, 0.0], rel=1e-12)
    assert sales.tolist() == [100.0, 1010.0, 0.0]
    # At most 3·0.1·12 = 3.6 months of sales are kept: 3600, not 3697.5; 30 - 55.5; -1 + 1.6
    assert table.cash == pytest.approx([3600.0, -25.5, 5.0, 0.6, 0.0], rel=1e-12)
    assert table.months_negative.tolist() == [0, 3, 3, 0, 0]
    assert table.royalty == pytest.approx([0.05 * 0.98, 0.0, 0.3, 0.0, 0.0], rel=1e-12)
    # 0.99·2000 + 0.1·500 + 20 = 2050; 0.99·400, for -30 + 4 is no investment; 16 as desired
    assert table.capital == pytest.approx([2050.0, 396.0, 9.0, 16.0, 0.0], rel=1e-12)
    # 50 + 20/4; 20 - 16/4; closed; one person at least
    assert table.employees == pytest.approx([55.0, 16.0, 7.0, 1.0, 0.0], rel=1e-12)
    assert table.revenue.tolist() == [1000.0, 100.0, 700.0, 10.0, 0.0]


def test_sums_by_complex_are_those_of_row_after_row() -> None:
    """Also where complexes alternate and rows fill several blocks: the same additions."""
    rows = 2500
    generator = np.random.default_rng(1)
    table = firms(
        rows,
        spare=0,
        alive=generator.integers(0, 2, rows),
        complex=np.sort(generator.integers(0, 3, rows)),
        revenue=generator.random(rows),
    )
    table.complex[2000:] = generator.integers(0, 3, 500)
    profit, sales = np.zeros(3), np.zeros(3)
    adjust_factors(2, CONDITIONS, P, table, scratch(rows), profit, sales)
    earned, sold = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
    for i in np.flatnonzero(table.alive):
        earned[table.complex[i]] += 0.25 * table.revenue[i]
        sold[table.complex[i]] += table.revenue[i]
    assert profit.tolist() == earned
    assert sales.tolist() == sold
