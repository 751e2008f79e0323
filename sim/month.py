"""The month: all phases in order, each reading last month's state, then writing (section 3).

This file is the table of contents of the model; the equations stand in
`innocluster.agents`, the loops over columns in the modules that the phases call.
"""

from __future__ import annotations

from .accounting.largest_firms import LargestFirms
from .ground.calendar import PROGRAMME_START, month_number
from .measures.year_end import observe_year
from .phases.budget import pay_budget
from .phases.innovation import advance_technology, collaborate, transfer
from .phases.market import adjust, sell
from .phases.meetings import meet
from .phases.membership import mark_cohort
from .phases.observation import observe, record
from .phases.renewal import renew
from .run import Run

__all__ = ["advance"]


def advance(run: Run) -> None:
    """Simulate one month."""
    run.scratch.fit(run.state.firms.capacity)
    counts = run.counts
    counts.clear()

    # 1 exogenous series are read where they are used.  2 governance (section 8)
    tranche = pay_budget(run)
    if run.state.month == month_number(*PROGRAMME_START):
        mark_cohort(run)  # M0
        run.state.largest = LargestFirms.of(run.state.firms)
    counts.overhead += tranche.overhead

    # 3 joining, roles, encounters, meetings   4 familiarity and learning
    meetings = meet(run, tranche, counts)  # M0, M1, F7, T1, T3, K2

    # 5 proposals, licences   6 completions
    collaborate(run, meetings, counts)  # M2, M3, J1, J2, T2
    transfer(run, counts)  # U1-U3

    # 7 R&D, own innovation   8 spillovers
    advance_technology(run, counts)  # F3-F6, K3

    # 9 productivity, sales   10 profit, factors, brand
    sell(run)  # F1, F2, D1-D3
    observe(run, counts)
    if run.state.month % 12 == 11 and run.measures_years:
        observe_year(run)
    adjust(run)  # I1, E1, D4

    # 11 exit and entry
    renew(run, counts)  # E1, E2, U4

    # 12 observation of what the phases counted
    record(run, counts)
    run.state.month += 1
