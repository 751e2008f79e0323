"""Phase 12: what the month's value added cost, for the accounts of benefit and cost (B1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import FirmTable

from ..ground.conditions import Conditions
from ..ground.parameter_record import Parameters
from ..ground.scratch import Scratch

__all__ = ["COSTS", "sum_costs"]

COSTS: dict[str, str] = {
    "labour_cost": "KRW million/month",
    "capital_cost": "KRW million/month",
    "meeting_cost": "KRW million/month",
    "exported_value_added": "KRW million/month",
}
"""Names and units of what `sum_costs` sums.

Wages with the R&D that firms pay themselves, which the wage of 2003 leaves out of labour's share;
depreciation and interest of capital at its price; wages of the working days that meetings and
roles take; value added times the exported share of sales.
"""


@compiled
def sum_costs(
    month: int,
    conditions: Conditions,
    p: Parameters,
    user_cost: float,
    firms: FirmTable,
    scratch: Scratch,
    totals: NDArray[np.float64],
) -> None:
    """B1: add operating firms by complex to `totals`, (4, C) in the order of `COSTS`.

    What is left of value added after the first two and royalties is the profit of E1.

    Parameters
    ----------
    user_cost : depreciation and interest a month per won of capital
    """
    price = conditions.general_price[month]
    wage_index = conditions.wage_index[month]
    exchange_rate = conditions.exchange_rate[month]
    for i in range(firms.count):
        if firms.alive[i] == 0:
            continue
        c = firms.complex[i]
        wage = firms.wage[i] * wage_index
        research = scratch.own_spending[i] + p.subsidy_additionality * scratch.grants[i]
        totals[0, c] += wage * firms.employees[i] + research
        totals[1, c] += user_cost * price * firms.capital[i]
        totals[2, c] += wage * firms.lost_days[i] / p.working_days
        ratio = conditions.value_added_ratio[month, firms.sector[i]]
        totals[3, c] += ratio * firms.exports[i] * exchange_rate
