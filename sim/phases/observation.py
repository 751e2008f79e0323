"""Phase 12: what the phases did, entered in the series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..accounting.costs import COSTS, sum_costs
from ..accounting.growth_terms import AGGREGATES, sum_aggregates
from ..accounting.series import SUMMED, sum_firms
from ..ground.counts import Counts
from ..ground.forms import form_code
from ..innovation.technology import monthly_rate
from ..run import Run
from .budget import book_spending

__all__ = ["observe", "record"]

_LAND = form_code("entry", "land")


def observe(run: Run, counts: Counts) -> None:
    """Sum the firms of the month by complex, before factors adjust."""
    firms, scratch, month = run.state.firms, run.scratch, run.state.month
    ratio, complexes = run.conditions.value_added_ratio[month], counts.tasks.size
    totals = np.zeros((len(SUMMED), complexes))
    sum_firms(month % 12 == 0, ratio, firms, scratch.own_spending, scratch.grants, totals)
    _enter(run, dict(zip(SUMMED, totals, strict=True)))
    if not run.sums_costs:
        return
    aggregates = np.zeros((len(AGGREGATES), complexes))
    sum_aggregates(month, run.conditions, run.parameters, firms, aggregates)
    tenants = totals[SUMMED.index("firms")]
    if run.forms.entry == _LAND:
        tenants = tenants + run.state.places.under_way
    _enter(run, {"tenants": tenants})
    _enter(run, dict(zip(AGGREGATES, aggregates, strict=True)))
    costs = np.zeros((len(COSTS), complexes))
    p = run.parameters
    user_cost = monthly_rate(p.capital_depreciation) + p.interest_rate / 12.0
    sum_costs(month, run.conditions, p, user_cost, firms, scratch, costs)
    _enter(run, dict(zip(COSTS, costs, strict=True)))
    largest, revenue = run.state.largest, totals[SUMMED.index("revenue")]
    _enter(run, {"smaller_revenue": revenue - largest.revenue(firms, complexes)})


def record(run: Run, counts: Counts) -> None:
    """Enter in the series what the phases counted."""
    book_spending(run, counts.spent)
    _enter(run, counts.recorded())
    _enter(run, {"carry_over": run.state.balance})


def _enter(run: Run, recorded: Mapping[str, NDArray[Any]]) -> None:
    """Enter the month's values, each (C,), in the series of their names."""
    for name, value in recorded.items():
        run.series.values[name][run.state.month] = value
