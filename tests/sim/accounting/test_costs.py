"""What the month's value added cost, of three firms worked out on paper (B1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hand_tables
import numpy as np
import pytest
from hand_tables import firms, parameters

from innocluster.sim.accounting.costs import sum_costs


@pytest.mark.parametrize("kernel", [sum_costs, sum_costs.py_func], ids=["compiled", "uncompiled"])
def test_costs_by_hand(kernel: Callable[..., Any]) -> None:
    """The last firm is closed; the second lies in the other complex and the other sector."""
    table = firms(
        3, complex=[1, 0, 0], sector=[0, 1, 0], wage=[2.0, 3.0, 9.0], employees=[10.0, 20.0, 9.0],
        capital=[100.0, 50.0, 9.0], lost_days=[4.0, 10.0, 9.0], exports=[5.0, 7.0, 9.0],
        alive=[1, 1, 0],
    )  # fmt: skip
    month = 3
    outside = hand_tables.conditions(
        month, 2, value_added_ratio=(0.25, 0.4), general_price=1.5, wage_index=1.1,
        exchange_rate=1000.0,
    )  # fmt: skip
    scratch = hand_tables.scratch(4, own_spending=[6.0, 0.0, 9.0, 9.0], grants=[5.0, 8.0, 9.0, 9.0])
    p = parameters(subsidy_additionality=0.25, working_days=20.0)
    totals = np.zeros((4, 2))
    kernel(month, outside, p, 0.02, table, scratch, totals)
    expected = [
        # 3·1.1·20 and a quarter of 8; 2·1.1·10, 6 and a quarter of 5
        [66.0 + 2.0, 22.0 + 6.0 + 1.25],
        [0.02 * 1.5 * 50.0, 0.02 * 1.5 * 100.0],
        [3.3 * 10.0 / 20.0, 2.2 * 4.0 / 20.0],
        [0.4 * 7000.0, 0.25 * 5000.0],
    ]
    np.testing.assert_allclose(totals, expected, rtol=1e-12)
