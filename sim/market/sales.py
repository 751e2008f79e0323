"""Phase 9: productivity, capacity, demand, sales and exports (F1, F2, D1-D3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import log, logistic
from innocluster.agents.firms import (
    FirmTable,
    brand_price,
    capacity_revenue,
    demand,
    desired_labour,
    export_share,
    log_productivity,
    wanted_capacity,
    wanted_capital,
    worked_labour,
)

from ..ground.conditions import Conditions
from ..ground.parameter_record import Parameters
from ..ground.sums import CACHED_ROWS

__all__ = ["produce_and_sell"]

Floats = NDArray[np.float64]


@compiled
def produce_and_sell(
    month: int,
    conditions: Conditions,
    p: Parameters,
    value_added_ratio: Floats,
    firms: FirmTable,
    desired_capital: Floats,
    desired_workers: Floats,
) -> None:
    """F2, F1, D1-D3: productivity, sales and exports of every firm, and the factors it desires.

    One loop an equation, over few columns and without branches, so that each is
    compiled to vector instructions, and over few rows at a time, whose intermediate
    values stay in the cache; rows of closed firms are computed along and never read.

    Parameters
    ----------
    value_added_ratio : (H,) value added per unit of gross output at prices of 2003, ν0
    desired_capital : (capacity,) KRW million of 2003, written
    desired_workers : (capacity,) persons, written
    """
    # Read once: what stands in an array could change with every store in the loops.
    exchange_rate = conditions.exchange_rate[month]
    memory = 1.0 / p.expectation_months
    work = np.empty((13, CACHED_ROWS))
    progress = work[0]
    ratio = work[1]
    dearness = work[2]
    log_capital = work[3]
    full = work[4]
    share = work[5]
    wanted = work[6]
    price = work[7]
    worth = work[8]
    rivals = work[9]
    domestic = work[10]
    foreign = work[11]
    growth = work[12]
    for start in range(0, firms.count, CACHED_ROWS):
        size = min(CACHED_ROWS, firms.count - start)
        # What differs by sector is laid beside the rows first: a loop that looks up something in
        # another place is not compiled to vector instructions.
        for k in range(size):
            sector = np.uint64(firms.sector[np.uint64(start + k)])
            ratio[k] = value_added_ratio[sector]
            price[k] = conditions.price[month, sector]
            worth[k] = conditions.value_added_price[month, sector]
            worth[k] /= conditions.general_price[month]
            rivals[k] = conditions.rivals[month, sector]
            domestic[k] = conditions.domestic[month, sector]
            foreign[k] = conditions.foreign[month, sector]
            progress[k] = conditions.progress[month, sector]
        _find_productivity(p, firms, start, size, progress, growth)
        for k in range(size):
            row = np.uint64(start + k)
            dearness[k] = brand_price(p.brand_premium, firms.brand[row], firms.brand_reference[row])
        _find_capacity(price, p, firms, start, size, ratio, dearness, log_capital, full)
        _find_demand(p, firms, start, size, rivals, domestic, foreign, dearness, share, wanted)
        for k in range(size):
            row = np.uint64(start + k)
            firms.revenue[row] = min(wanted[k], full[k])
            firms.utilisation[row] = firms.revenue[row] / full[k]
        for k in range(size):
            row = np.uint64(start + k)
            abroad = share[k] * foreign[k]
            market = (1.0 - share[k]) * domestic[k] + abroad
            firms.exports[row] = firms.revenue[row] * abroad / market / exchange_rate
        for k in range(size):
            row = np.uint64(start + k)
            real = wanted[k] / (price[k] * dearness[k])
            firms.expected_demand[row] += memory * (real - firms.expected_demand[row])
            desired_capital[row] = wanted_capital(
                firms.expected_demand[row] * worth[k], p.capital_output_ratio
            )
        for k in range(size):
            row = np.uint64(start + k)
            capacity = wanted_capacity(firms.expected_demand[row], ratio[k], p.target_utilisation)
            desired_workers[row] = desired_labour(
                log(capacity), firms.log_productivity[row], log_capital[k], p.capital_elasticity
            )


# Rows have no sign in what follows: an index that might count from the end is checked at
# every access, and a loop with a check is not compiled to vector instructions.


@inlined
def _find_productivity(
    p: Parameters,
    firms: FirmTable,
    start: int,
    size: int,
    progress: Floats,
    growth: Floats,
) -> None:
    """F2: log productivity of the firms of some rows; `growth` is work of `size`, ln(R/R0)."""
    for k in range(size):
        row = np.uint64(start + k)
        # Divided before it is known whether there is anything to divide by: no branch.
        grown = firms.research_stock[row] / firms.research_reference[row]
        growth[k] = log(grown if firms.research_reference[row] > 0.0 else 1.0)
    for k in range(size):
        row = np.uint64(start + k)
        gains = (
            firms.gain_own[row]
            + firms.gain_transfer[row]
            + firms.gain_joint[row]
            + firms.gain_meeting[row]
            - firms.gain_reference[row]
        )
        firms.log_productivity[row] = log_productivity(
            firms.level[row],
            progress[k],
            firms.shock[row],
            p.rd_elasticity,
            growth[k],
            p.spillover_elasticity,
            firms.spillover[row],
            gains,
            firms.role[row],
        )


@inlined
def _find_capacity(
    price: Floats,
    p: Parameters,
    firms: FirmTable,
    start: int,
    size: int,
    ratio: Floats,
    dearness: Floats,
    log_capital: Floats,
    full: Floats,
) -> None:
    """F1: revenue at full capacity, `full`, and ln K of the firms of some rows."""
    for k in range(size):
        log_capital[k] = log(firms.capital[np.uint64(start + k)])
    for k in range(size):
        row = np.uint64(start + k)
        full[k] = capacity_revenue(
            firms.log_productivity[row],
            log_capital[k],
            log(
                worked_labour(
                    firms.employees[row], firms.lost_days[row], p.working_days, p.least_presence
                )
            ),
            p.capital_elasticity,
            price[k] * dearness[k],
            ratio[k],
        )


@inlined
def _find_demand(
    p: Parameters,
    firms: FirmTable,
    start: int,
    size: int,
    rivals: Floats,
    domestic: Floats,
    foreign: Floats,
    dearness: Floats,
    share: Floats,
    wanted: Floats,
) -> None:
    """D3, D1: export share and demand, `wanted`, of the firms of some rows."""
    for k in range(size):
        row = np.uint64(start + k)
        share[k] = export_share(
            firms.export_logit[row],
            firms.log_productivity[row] - rivals[k] - firms.demand_reference[row],
            firms.brand[row] - firms.brand_reference[row],
            p.export_quality,
            p.export_brand,
        )
    for k in range(size):
        row = np.uint64(start + k)
        # Markets count as they did at the reference: demand has the elasticity σ-1 in quality,
        # and what D3 moves abroad leaves the home market.
        wanted[k] = demand(
            firms.demand_scale[row],
            logistic(firms.export_logit[row]),
            domestic[k],
            foreign[k],
            firms.log_productivity[row] - rivals[k] - firms.demand_reference[row],
            p.substitution,
            dearness[k],
        )
