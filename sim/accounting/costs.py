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
    """B1: sum operating firms by complex into `totals`, (4, C), zero at first, as in `COSTS`.

    What is left of value added after the first two and royalties is the profit of E1.

    Parameters
    ----------
    user_cost : depreciation and interest a month per won of capital
    """
    price = conditions.general_price[month]
    wage_index = conditions.wage_index[month]
    exchange_rate = conditions.exchange_rate[month]
    # Neighbouring rows mostly lie in one complex: sums are kept aside until the complex changes.
    c = 0
    sums = (0.0, 0.0, 0.0, 0.0)
    for i in range(firms.count):
        if firms.alive[i] == 0:
            continue
        if firms.complex[i] != c:
            for k in range(4):
                totals[k, c] += sums[k]
            c = firms.complex[i]
            sums = (0.0, 0.0, 0.0, 0.0)
        wage = firms.wage[i] * wage_index
        research = scratch.own_spending[i] + p.subsidy_additionality * scratch.grants[i]
        added = conditions.value_added_ratio[month, firms.sector[i]] * exchange_rate
        sums = (
            sums[0] + wage * firms.employees[i] + research,
            sums[1] + firms.capital[i],
            sums[2] + wage * firms.lost_days[i],
            sums[3] + added * firms.exports[i],
        )
    for k in range(4):
        totals[k, c] += sums[k]
    for place in range(totals.shape[1]):
        totals[1, place] *= user_cost * price
        totals[2, place] /= p.working_days
