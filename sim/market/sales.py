"""Phase 9: productivity, capacity, demand, sales and exports (F1, F2, D1-D3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import log
from innocluster.agents.firms import (
    brand_price,
    capacity_revenue,
    demand,
    desired_labour,
    elapsed_years,
    export_share,
    log_productivity,
    wanted_capacity,
    wanted_capital,
    worked_labour,
)

from ..ground.parameter_record import Parameters

__all__ = ["produce_and_sell"]

Floats = NDArray[np.float64]
Small = NDArray[np.int16]
Singles = NDArray[np.float32]


@compiled
def produce_and_sell(
    month: int,
    p: Parameters,
    domestic: float,
    foreign: float,
    exchange_rate: float,
    price: float,
    value_added_ratio: Floats,
    count: int,
    sector: Small,
    level: Floats,
    shock: Floats,
    role: Floats,
    research_stock: Floats,
    research_reference: Floats,
    spillover: Floats,
    gain_own: Floats,
    gain_transfer: Floats,
    gain_joint: Floats,
    gain_meeting: Floats,
    gain_reference: Floats,
    capital: Floats,
    employees: Floats,
    lost_days: Floats,
    brand: Singles,
    brand_reference: Singles,
    demand_scale: Floats,
    demand_reference: Floats,
    export_logit: Floats,
    log_a: Floats,
    revenue: Floats,
    exports: Floats,
    utilisation: Floats,
    expected_demand: Floats,
    desired_capital: Floats,
    desired_workers: Floats,
) -> None:
    """F2, F1, D1-D3: productivity, sales and exports of every firm, and the factors it desires.

    One loop an equation, over few columns and without branches, so that each is
    compiled to vector instructions; rows of closed firms are computed along and
    never read.

    Parameters
    ----------
    domestic, foreign : H and X·FX/FX0 of the month, year mean of 2003 = 1
    exchange_rate : KRW per USD
    price : price index, year mean of 2003 = 1
    """
    years = elapsed_years(month)
    drift = p.technical_progress * years
    log_rivals = p.rivals_growth * years
    memory = 1.0 / p.expectation_months
    # Read once: a value behind a pointer could change with every store in the loops.
    brand_premium = p.brand_premium
    capital_elasticity = p.capital_elasticity
    capital_output_ratio = p.capital_output_ratio
    export_brand = p.export_brand
    export_quality = p.export_quality
    rd_elasticity = p.rd_elasticity
    spillover_elasticity = p.spillover_elasticity
    substitution = p.substitution
    target_utilisation = p.target_utilisation
    work = np.empty((9, count))
    growth = work[0]
    gains = work[1]
    labour = work[2]
    nu = work[3]
    dearness = work[4]
    full = work[5]
    share = work[6]
    wanted = work[7]
    log_capital = work[8]
    for i in range(count):
        growth[i] = log(
            research_stock[i] / research_reference[i] if research_reference[i] > 0.0 else 1.0
        )
    for i in range(count):
        gains[i] = (
            gain_own[i] + gain_transfer[i] + gain_joint[i] + gain_meeting[i] - gain_reference[i]
        )
    for i in range(count):
        log_a[i] = log_productivity(
            level[i],
            drift,
            shock[i],
            rd_elasticity,
            growth[i],
            spillover_elasticity,
            spillover[i],
            gains[i],
            role[i],
        )
    for i in range(count):
        labour[i] = worked_labour(employees[i], lost_days[i])
    for i in range(count):
        nu[i] = value_added_ratio[sector[i]]
    for i in range(count):
        dearness[i] = brand_price(brand_premium, brand[i], brand_reference[i])
    for i in range(count):
        log_capital[i] = log(capital[i])
    for i in range(count):
        full[i] = capacity_revenue(
            log_a[i],
            log_capital[i],
            log(labour[i]),
            capital_elasticity,
            price * dearness[i],
            nu[i],
        )
    for i in range(count):
        share[i] = export_share(
            export_logit[i],
            log_a[i] - log_rivals - demand_reference[i],
            brand[i] - brand_reference[i],
            export_quality,
            export_brand,
        )
    for i in range(count):
        wanted[i] = demand(
            demand_scale[i],
            share[i],
            domestic,
            foreign,
            log_a[i] - log_rivals - demand_reference[i],
            substitution,
            dearness[i],
        )
    for i in range(count):
        revenue[i] = min(wanted[i], full[i])
        utilisation[i] = revenue[i] / full[i]
    for i in range(count):
        abroad = share[i] * foreign
        exports[i] = revenue[i] * abroad / ((1.0 - share[i]) * domestic + abroad) / exchange_rate
    for i in range(count):
        real = wanted[i] / (price * dearness[i])
        expected_demand[i] += memory * (real - expected_demand[i])
        desired_capital[i] = wanted_capital(expected_demand[i], capital_output_ratio)
    for i in range(count):
        growth[i] = log(wanted_capacity(expected_demand[i], nu[i], target_utilisation))
    for i in range(count):
        desired_workers[i] = desired_labour(growth[i], log_a[i], log_capital[i], capital_elasticity)
