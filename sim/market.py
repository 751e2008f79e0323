"""Phases 9 and 10: capacity, demand, sales, exports; profit, factors, brand (F1, F2, D1-D4, I1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import log
from innocluster.agents.firms import (
    adjusted_capital,
    adjusted_labour,
    brand_hazard,
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

from .parameters import ParameterRow
from .technology import monthly_rate

__all__ = ["adjust_factors", "produce_and_sell", "upgrade_brands"]

Floats = NDArray[np.float64]
Small = NDArray[np.int16]
Singles = NDArray[np.float32]
Flags = NDArray[np.int8]


@compiled
def produce_and_sell(
    month: int,
    parameters: ParameterRow,
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
    p = parameters[0]
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


@compiled
def adjust_factors(
    price: float,
    wage_index: float,
    parameters: ParameterRow,
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
    p = parameters[0]
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


@compiled
def upgrade_brands(
    month: int,
    parameters: ParameterRow,
    count: int,
    draw: Floats,
    alive: Flags,
    absorption: Floats,
    export_logit: Floats,
    link_until: Small,
    log_a: Floats,
    demand_reference: Floats,
    brand: Singles,
) -> int:
    """D4: OEM to ODM to own brand, a stage at a time; returns the number of upgradings.

    Only exporters (reference export share above 5 %) have a foreign buyer's brand to leave.
    `draw` (capacity,) holds uniforms of the month.
    """
    p = parameters[0]
    log_rivals = p.rivals_growth * elapsed_years(month)
    highest = 2.0 * p.brand_hazard * max(1.0, p.brand_background_link) / 12.0
    upgraded = 0
    for i in range(count):
        # Few draws come below what any firm would need: the one branch that is easy to foresee.
        if draw[i] >= highest:
            continue
        if alive[i] == 0 or brand[i] >= 1.0 or absorption[i] <= 0.0 or export_logit[i] < -2.944:
            continue
        link = 1.0 if link_until[i] >= month else p.brand_background_link
        hazard = brand_hazard(
            p.brand_hazard, absorption[i], link, log_a[i] - log_rivals - demand_reference[i]
        )
        # Two stages in the mean time that the yearly hazard gives for the whole way.
        if draw[i] < 2.0 * hazard / 12.0:
            brand[i] += 0.5
            upgraded += 1
    return upgraded
