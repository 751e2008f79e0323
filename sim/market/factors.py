"""Phase 10: profit, cash, capital and employment (I1, E1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import adjusted_capital, adjusted_labour

from ..ground.parameter_record import Parameters
from ..innovation.technology import monthly_rate

__all__ = ["adjust_factors"]

Floats = NDArray[np.float64]
Small = NDArray[np.int16]

Flags = NDArray[np.int8]


@compiled
def adjust_factors(
    price: float,
    wage_index: float,
    p: Parameters,
    value_added_ratio: Floats,
    count: int,
    alive: Flags,
    sector: Small,
    complex_: Small,
    revenue: Floats,
    own_spending: Floats,
    grant_flow: Floats,
    royalty: Floats,
    wage: Floats,
    desired_capital: Floats,
    desired_workers: Floats,
    capital: Floats,
    employees: Floats,
    cash: Floats,
    months_negative: Small,
    profit_sum: Floats,
    revenue_sum: Floats,
) -> None:
    """I1, E1: profit, cash, capital and employment of every firm; profit and sales by complex.

    Grants pay R&D that is charged in full, so they appear as income and as cost.
    What exceeds three times the first cash ratio is paid out.
    """
    depreciation = monthly_rate(p.capital_depreciation)
    interest = p.interest_rate / 12.0
    ceiling = 3.0 * p.first_cash * 12.0
    keep_royalty = 1.0 - monthly_rate(p.innovation_depreciation)
    for c in range(profit_sum.size):
        profit_sum[c] = 0.0
        revenue_sum[c] = 0.0
    for i in range(count):
        if alive[i] == 0:
            continue
        research = own_spending[i] + p.subsidy_additionality * grant_flow[i]
        profit = (
            (value_added_ratio[sector[i]] - royalty[i]) * revenue[i]
            - wage[i] * wage_index * employees[i]
            - research
            - (depreciation + interest) * price * capital[i]
        )
        royalty[i] *= keep_royalty
        cash[i] = min(cash[i] + profit, ceiling * revenue[i])
        months_negative[i] = months_negative[i] + 1 if cash[i] < 0.0 else 0
        profit_sum[complex_[i]] += profit
        revenue_sum[complex_[i]] += revenue[i]
        capital[i], _ = adjusted_capital(
            capital[i], desired_capital[i], depreciation, p.capital_adjustment
        )
        employees[i] = adjusted_labour(employees[i], desired_workers[i], p.labour_adjustment)
