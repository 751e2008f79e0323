"""Phases 9 and 10: production and sales, then profit, factors and brands (F1, D1-D4, I1, E1)."""

from __future__ import annotations

import numpy as np

from ..ground.random_numbers import Process, draw_columns
from ..ground.sums import row_blocks
from ..market.brands import upgrade_brands
from ..market.factors import adjust_factors
from ..market.sales import produce_and_sell
from ..run import Run

__all__ = ["adjust", "sell"]

_BRAND = int(Process.BRAND)


def sell(run: Run) -> None:
    """Produce and sell, and note the factors that firms desire (F1, F2, D1-D3)."""
    state, scratch, macro, month = run.state, run.scratch, run.settings.macro, run.state.month
    firms = state.firms
    exchange_rate = macro.exchange_rate[month]
    foreign = macro.world_demand[month] * exchange_rate / run.reference_exchange_rate
    for rows in row_blocks(firms.count):
        produce_and_sell(
            month, run.parameters, macro.domestic_demand[month], foreign, exchange_rate,
            macro.price_index[month], run.region.sectors.value_added_ratio, rows.stop - rows.start,
            firms.sector[rows], firms.level[rows], firms.shock[rows], firms.role[rows],
            firms.research_stock[rows], firms.research_reference[rows], firms.spillover[rows],
            firms.gain_own[rows], firms.gain_transfer[rows], firms.gain_joint[rows],
            firms.gain_meeting[rows], firms.gain_reference[rows], firms.capital[rows],
            firms.employees[rows], firms.lost_days[rows], firms.brand[rows],
            firms.brand_reference[rows], firms.demand_scale[rows], firms.demand_reference[rows],
            firms.export_logit[rows], firms.log_productivity[rows], firms.revenue[rows],
            firms.exports[rows], firms.utilisation[rows], firms.expected_demand[rows],
            scratch.draw[rows], scratch.second_draw[rows],
        )  # fmt: skip
    run.overrule_factors(scratch.draw, scratch.second_draw)


def adjust(run: Run) -> None:
    """Account for profit, adjust capital and employment, and upgrade brands (I1, E1, D4)."""
    state, scratch, macro, month = run.state, run.scratch, run.settings.macro, run.state.month
    firms, p = state.firms, run.parameters
    sales = np.empty(state.profit_ratio.size)
    adjust_factors(
        macro.price_index[month], macro.wage_index[month], p,
        run.region.sectors.value_added_ratio, firms.count, firms.alive, firms.sector,
        firms.complex, firms.revenue, scratch.own_spending, scratch.grants, firms.royalty,
        firms.wage, scratch.draw, scratch.second_draw, firms.capital,
        firms.employees, firms.cash, firms.months_negative, state.profit_ratio, sales,
    )  # fmt: skip
    np.divide(state.profit_ratio, sales, out=state.profit_ratio, where=sales > 0.0)
    draw_columns(
        run.key, month, _BRAND, firms.count, firms.identifier, scratch.draw, scratch.second_draw
    )
    upgrade_brands(
        month, p, firms.count, scratch.draw, firms.alive, firms.absorption,
        firms.export_logit, firms.link_until, firms.log_productivity, firms.demand_reference,
        firms.brand,
    )  # fmt: skip
