"""Phases 9 and 10: production and sales, then profit, factors and brands (F1, D1-D4, I1, E1)."""

from __future__ import annotations

import numpy as np

from ..ground.random_numbers import Process, draw_columns
from ..market.brands import upgrade_brands
from ..market.factors import adjust_factors
from ..market.sales import produce_and_sell
from ..run import Run

__all__ = ["adjust", "sell"]

_BRAND = int(Process.BRAND)


def sell(run: Run) -> None:
    """Produce and sell, and note the factors that firms desire (F1, F2, D1-D3)."""
    scratch = run.scratch
    produce_and_sell(
        run.state.month, run.conditions, run.parameters, run.region.sectors.value_added_ratio,
        run.market_shares, run.anchors, run.state.firms, scratch,
    )  # fmt: skip
    run.overrule_factors(scratch.desired_capital, scratch.desired_workers)


def adjust(run: Run) -> None:
    """Account for profit, adjust capital and employment, and upgrade brands (I1, E1, D4)."""
    state, scratch, month, p = run.state, run.scratch, run.state.month, run.parameters
    firms = state.firms
    sales = np.empty(state.profit_ratio.size)
    adjust_factors(month, run.conditions, p, firms, scratch, state.profit_ratio, sales)
    np.divide(state.profit_ratio, sales, out=state.profit_ratio, where=sales > 0.0)
    draw_columns(
        run.key, month, _BRAND, firms.count, firms.identifier, scratch.draw, scratch.second_draw
    )
    upgrade_brands(month, run.conditions, p, firms, scratch.draw)
