"""Phase 12: what the phases did, entered in the series."""

from __future__ import annotations

import numpy as np

from ..accounting.growth_terms import AGGREGATES, sum_aggregates
from ..accounting.series import INDICATORS, sum_firms
from ..ground.counts import Counts
from ..ground.sums import row_blocks
from ..run import Run
from .budget import book_spending

__all__ = ["observe", "record"]


def observe(run: Run, counts: Counts) -> None:
    """Sum the firms of the month by complex, before factors adjust."""
    state, firms, series = run.state, run.state.firms, run.series
    totals = np.zeros((9, counts.tasks.size))
    sum_firms(
        firms.count, firms.alive, firms.complex, firms.sector, firms.member, firms.cohort,
        run.region.sectors.value_added_ratio, firms.revenue, firms.exports, firms.employees,
        run.scratch.own_spending, run.scratch.grants, state.month % 12 == 0, firms.revenue_year,
        firms.research_year, totals,
    )  # fmt: skip
    aggregates = np.zeros((len(AGGREGATES), counts.tasks.size))
    for rows in row_blocks(firms.count):
        sum_aggregates(
            run.parameters, run.settings.macro.price_index[state.month], firms.alive[rows],
            firms.complex[rows], firms.sector[rows], run.region.sectors.value_added_ratio,
            firms.revenue[rows], firms.utilisation[rows], firms.capital[rows],
            firms.employees[rows], firms.lost_days[rows], firms.brand[rows],
            firms.brand_reference[rows], aggregates,
        )  # fmt: skip
    for name, row in zip(INDICATORS, totals, strict=False):
        series.values[name][state.month] = row
    for name, row in zip(AGGREGATES, aggregates, strict=True):
        series.values[name][state.month] = row


def record(run: Run, counts: Counts) -> None:
    """Enter in the series what the phases counted."""
    state, values, month = run.state, run.series.values, run.state.month
    recorded = {
        "contacts": counts.contacts,
        "introductions": counts.introductions,
        "tasks": counts.tasks,
        "joint_projects": counts.starts,
        "joint_successes": counts.successes,
        "licences": counts.signed,
        "licence_successes": counts.succeeded,
        "own_innovations": counts.innovations,
        "entrants": counts.entrants,
        "closures": counts.closures,
        "spent_meetings": counts.meetings_spent,
        "spent_introductions": counts.introductions_spent,
        "spent_tasks": counts.tasks_spent,
        "spent_research": counts.research_spent,
        "spent_support": counts.support_spent,
        "spent_transfers": counts.transfers_spent,
        "spent_overhead": counts.overhead,
        "carry_over": state.balance,
    }
    book_spending(run, counts.spent)
    for name, value in recorded.items():
        values[name][month] = value
