"""Phase 9: productivity, capacity, demand, sales and exports (F1, F2, D1-D3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import exp_array, log, logistic
from innocluster.agents.firms import (
    FirmTable,
    brand_price,
    capacity_revenue,
    demand,
    demand_left,
    desired_labour,
    export_share,
    log_productivity,
    relative_appeal,
    wanted_capacity,
    wanted_capital,
    worked_labour,
)

from ..ground.conditions import Anchors, Conditions
from ..ground.forms import form_code
from ..ground.parameter_record import Parameters
from ..ground.scratch import Scratch
from ..ground.sums import CACHED_ROWS

__all__ = ["market_shares", "offered_at_start", "produce_and_sell", "sum_offers"]

Floats = NDArray[np.float64]

_OPEN, _COMPLETE = (form_code("displacement", form) for form in ("none", "complete"))


@compiled
def produce_and_sell(
    month: int,
    conditions: Conditions,
    p: Parameters,
    value_added_ratio: Floats,
    market_shares: Floats,
    anchors: Anchors,
    firms: FirmTable,
    scratch: Scratch,
) -> None:
    """F2, F1, D1-D3: productivity, sales and exports of every firm, and the factors it desires.

    One loop an equation, over few columns and without branches, so that each is
    compiled to vector instructions, and over few rows at a time, whose intermediate
    values stay in the cache; rows of closed firms are computed along and never read.

    Parameters
    ----------
    value_added_ratio : (H,) value added per unit of gross output at prices of 2003, ν0
    market_shares : (2,) share of the region's firms in the home and the export market, s
    scratch : `demand_left`, `desired_capital` and `desired_workers` are written
    """
    # Read once: what stands in an array could change with every store in the loops.
    exchange_rate = conditions.exchange_rate[month]
    memory = 1.0 / p.expectation_months
    # (q/Q)^(σ-1) and the export share at the reference, which the markets are summed by first.
    appeal = np.empty(firms.count)
    usual = np.empty(firms.count)
    _find_appeal(month, conditions, p, firms, appeal, usual)
    _share_markets(
        month, conditions, p, market_shares, anchors, firms, appeal, usual, scratch.demand_left
    )
    work = np.empty((10, CACHED_ROWS))
    ratio = work[0]
    dearness = work[1]
    log_capital = work[2]
    full = work[3]
    share = work[4]
    wanted = work[5]
    price = work[6]
    worth = work[7]
    domestic = work[8]
    foreign = work[9]
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
            domestic[k] = scratch.demand_left[0, sector]
            foreign[k] = scratch.demand_left[1, sector]
            share[k] = conditions.rivals[month, sector]
        for k in range(size):
            row = np.uint64(start + k)
            dearness[k] = brand_price(p.brand_premium, firms.brand[row], firms.brand_reference[row])
        _find_capacity(price, p, firms, start, size, ratio, dearness, log_capital, full)
        for k in range(size):
            row = np.uint64(start + k)
            share[k] = export_share(
                firms.export_logit[row],
                firms.log_productivity[row] - share[k] - firms.demand_reference[row],
                firms.brand[row] - firms.brand_reference[row],
                p.export_quality,
                p.export_brand,
            )
        # Markets count as they did at the reference: demand has the elasticity σ-1 in quality,
        # and what D3 moves abroad leaves the home market.
        for k in range(size):
            row = np.uint64(start + k)
            wanted[k] = demand(
                firms.demand_scale[row], usual[row], domestic[k], foreign[k], appeal[row],
                dearness[k],
            )  # fmt: skip
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
            scratch.desired_capital[row] = wanted_capital(
                firms.expected_demand[row] * worth[k], p.capital_output_ratio
            )
        for k in range(size):
            row = np.uint64(start + k)
            capacity = wanted_capacity(firms.expected_demand[row], ratio[k], p.target_utilisation)
            scratch.desired_workers[row] = desired_labour(
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
    """F2: log productivity of the firms of some rows; `growth` is work of `size`."""
    for k in range(size):
        row = np.uint64(start + k)
        # Divided before it is known whether there is anything to divide by: no branch.
        before = firms.research_reference[row] + firms.research_offset[row]
        grown = (firms.research_stock[row] + firms.research_offset[row]) / before
        growth[k] = log(grown if before > 0.0 else 1.0)
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
def _find_appeal(
    month: int,
    conditions: Conditions,
    p: Parameters,
    firms: FirmTable,
    appeal: Floats,
    usual: Floats,
) -> None:
    """F2, D1: productivity of all firms, (q/Q)^(σ-1) and export shares at the reference."""
    work = np.empty((3, CACHED_ROWS))
    progress = work[0]
    rivals = work[1]
    growth = work[2]
    for start in range(0, firms.count, CACHED_ROWS):
        size = min(CACHED_ROWS, firms.count - start)
        for k in range(size):
            sector = np.uint64(firms.sector[np.uint64(start + k)])
            progress[k] = conditions.progress[month, sector]
            rivals[k] = conditions.rivals[month, sector]
        _find_productivity(p, firms, start, size, progress, growth)
        for k in range(size):
            row = np.uint64(start + k)
            appeal[row] = relative_appeal(
                firms.log_productivity[row] - rivals[k] - firms.demand_reference[row],
                p.substitution,
            )
        for k in range(size):
            row = np.uint64(start + k)
            usual[row] = logistic(firms.export_logit[row])


@inlined
def _share_markets(
    month: int,
    conditions: Conditions,
    p: Parameters,
    market_shares: Floats,
    anchors: Anchors,
    firms: FirmTable,
    appeal: Floats,
    usual: Floats,
    left: Floats,
) -> None:
    """D1: what the two markets of every sector ask of a firm, `left`, (2, H)."""
    for sector in range(left.shape[1]):
        left[0, sector] = conditions.domestic[month, sector]
        left[1, sector] = conditions.foreign[month, sector]
    if market_shares[0] == 0.0 and market_shares[1] == 0.0:
        return
    offered = np.zeros(left.shape)
    sum_offers(p, firms, appeal, usual, offered)
    for market in range(2):
        for sector in range(left.shape[1]):
            if anchors.offered[market, sector] > 0.0 and offered[market, sector] > 0.0:
                left[market, sector] = demand_left(
                    left[market, sector], offered[market, sector],
                    anchors.offered[market, sector], market_shares[market],
                )  # fmt: skip


@compiled
def sum_offers(
    p: Parameters, firms: FirmTable, appeal: Floats, usual: Floats, offered: Floats
) -> None:
    """D1: Σ_j D0_j·(q_j/Q)^(σ-1)·b_j of operating firms, by market and sector.

    Whoever entered since adds to it and whoever closed is missing: both take from the others or
    leave to them as a change of quality does.

    Parameters
    ----------
    appeal : (n,) (q/Q)^(σ-1) against its reference
    usual : (n,) export share at the reference, x
    offered : (2, H) KRW million/month of the home and the export market, added to
    """
    for i in range(firms.count):
        sales = firms.demand_scale[i] * appeal[i] * firms.alive[i]
        sales *= brand_price(p.brand_premium, firms.brand[i], firms.brand_reference[i])
        offered[0, firms.sector[i]] += (1.0 - usual[i]) * sales
        offered[1, firms.sector[i]] += usual[i] * sales


def market_shares(displacement: int, p: Parameters) -> Floats:
    """D1: s of the home and the export market under a form of the rule `displacement`, (2,)."""
    if displacement == _OPEN:
        return np.zeros(2)
    if displacement == _COMPLETE:
        return np.ones(2)
    return np.array([p.home_market_share, p.export_market_share])


def offered_at_start(p: Parameters, firms: FirmTable, sectors: int) -> Floats:
    """D1: what `sum_offers` sums in January 2003, (2, H); Q is then 1."""
    n = firms.count
    quality = firms.log_productivity[:n] - firms.demand_reference[:n]
    appeal = exp_array((p.substitution - 1.0) * quality)
    usual = 1.0 / (1.0 + exp_array(-firms.export_logit[:n]))
    offered = np.zeros((2, sectors))
    sum_offers(p, firms, appeal, usual, offered)
    return offered
