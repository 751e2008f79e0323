"""Phase 10: profit, cash, capital and employment (I1, E1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.firms import FirmTable, adjusted_capital, adjusted_labour

from ..ground.conditions import Conditions
from ..ground.parameter_record import Parameters
from ..ground.scratch import Scratch
from ..ground.sums import CACHED_ROWS
from ..innovation.technology import monthly_rate

__all__ = ["adjust_factors"]

Floats = NDArray[np.float64]


@compiled
def adjust_factors(
    month: int,
    conditions: Conditions,
    p: Parameters,
    firms: FirmTable,
    scratch: Scratch,
    profit_sum: Floats,
    revenue_sum: Floats,
) -> None:
    """I1, E1: profit, cash, capital and employment of every firm; profit and sales by complex.

    Grants pay R&D that is charged in full, so they appear as income and as cost.
    What exceeds three times the first cash ratio is paid out.

    Parameters
    ----------
    profit_sum, revenue_sum : (C,) KRW million/month, set
    """
    profit_sum[:] = 0.0
    revenue_sum[:] = 0.0
    profit = np.empty(CACHED_ROWS)
    # Neighbouring rows mostly lie in one complex: its sums are put away when the complex changes.
    place = np.int64(0)
    earned = 0.0
    sold = 0.0
    for start in range(0, firms.count, CACHED_ROWS):
        size = min(CACHED_ROWS, firms.count - start)
        _find_profit(month, conditions, p, firms, scratch, start, size, profit)
        for k in range(size):
            row = np.uint64(start + k)
            if firms.complex[row] != place:
                profit_sum[place] = earned
                revenue_sum[place] = sold
                place = np.int64(firms.complex[row])
                earned = profit_sum[place]
                sold = revenue_sum[place]
            operates = firms.alive[row] != 0
            revenue = firms.revenue[row]
            earned += profit[k] if operates else 0.0
            sold += revenue if operates else 0.0
        _keep_accounts(p, firms, start, size, profit)
        _adjust(p, firms, scratch, start, size)
    profit_sum[place] = earned
    revenue_sum[place] = sold


# In what follows closed firms are computed along and keep what they had: without a branch
# the loops are compiled to vector instructions.  Rows have no sign for the same reason.


@inlined
def _find_profit(
    month: int,
    conditions: Conditions,
    p: Parameters,
    firms: FirmTable,
    scratch: Scratch,
    start: int,
    size: int,
    profit: Floats,
) -> None:
    """E1: KRW million a month left of value added after royalties, wages, R&D and capital."""
    user_cost = monthly_rate(p.capital_depreciation) + p.interest_rate / 12.0
    price, wage_index = conditions.general_price[month], conditions.wage_index[month]
    for k in range(size):
        row = np.uint64(start + k)
        research = scratch.own_spending[row] + p.subsidy_additionality * scratch.grants[row]
        profit[k] = (
            (conditions.value_added_ratio[month, np.uint64(firms.sector[row])] - firms.royalty[row])
            * firms.revenue[row]
            - firms.wage[row] * wage_index * firms.employees[row]
            - research
            - user_cost * price * firms.capital[row]
        )


@inlined
def _keep_accounts(p: Parameters, firms: FirmTable, start: int, size: int, profit: Floats) -> None:
    """E1: cash, months without, and royalties that fade with what they were granted for."""
    ceiling = p.cash_ceiling * p.first_cash * 12.0
    keep_royalty = 1.0 - monthly_rate(p.innovation_depreciation)
    for k in range(size):
        row = np.uint64(start + k)
        operates = firms.alive[row] != 0
        royalty = firms.royalty[row]
        firms.royalty[row] = royalty * keep_royalty if operates else royalty
        before = firms.cash[row]
        after = min(before + profit[k], ceiling * firms.revenue[row])
        firms.cash[row] = after if operates else before
        months = firms.months_negative[row]
        negative = months + 1 if after < 0.0 else 0
        firms.months_negative[row] = negative if operates else months


@inlined
def _adjust(p: Parameters, firms: FirmTable, scratch: Scratch, start: int, size: int) -> None:
    """I1: capital and employment, part of the way to what is desired."""
    depreciation = monthly_rate(p.capital_depreciation)
    for k in range(size):
        row = np.uint64(start + k)
        operates = firms.alive[row] != 0
        capital = firms.capital[row]
        adjusted, _ = adjusted_capital(
            capital, scratch.desired_capital[row], depreciation, p.capital_adjustment
        )
        firms.capital[row] = adjusted if operates else capital
        employees = firms.employees[row]
        labour = adjusted_labour(employees, scratch.desired_workers[row], p.labour_adjustment)
        firms.employees[row] = labour if operates else employees
