"""Phase 12, every December: how participants grew beside the others, before any control.

The gap of members is what evaluations of the programme published; firms that join
do more R&D and grow differently anyway.  The gap of the cohort (`mark_cohort`) is
recorded under every policy for the same firms: without a programme it is selection
alone, and the difference between policies is effect.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..ground.calendar import PROGRAMME_START, year_of
from ..ground.sums import add_by_group, percent, row_blocks
from ..run import Run

__all__ = ["PARTICIPANT_UNITS", "growth_gap", "measure_participants"]

Floats = NDArray[np.float64]

PARTICIPANT_UNITS: dict[str, str] = {
    "member_revenue_gap": "%p",
    "member_research_gap": "%p",
    "cohort_revenue_gap": "%p",
    "cohort_research_gap": "%p",
}
"""Growth since 2004 of members or cohort less that of all other firms that already operated."""


def measure_participants(run: Run) -> dict[str, Floats]:
    """Measure the gaps; NaN up to 2004 and where one of the two groups is empty.

    Returns
    -------
    measure -> (1 + C,), the region first, in the units of `PARTICIPANT_UNITS`
    """
    firms, n = run.state.firms, run.state.firms.count
    year, last_before = year_of(run.state.month), PROGRAMME_START[0] - 1
    if year == last_before:
        firms.revenue_before[:n] = firms.revenue_year[:n]
        firms.research_before[:n] = firms.research_year[:n]
    complexes = len(run.region.complexes.keys)
    if year <= last_before:
        return {name: np.full(1 + complexes, np.nan) for name in PARTICIPANT_UNITS}
    sums = np.zeros((2, 4, 2 * complexes))
    for rows in row_blocks(n):
        columns = np.stack(
            [
                firms.revenue_before[rows],
                firms.revenue_year[rows],
                firms.research_before[rows],
                firms.research_year[rows],
            ]
        )
        columns[2:] *= firms.research_before[rows] > 0.0
        there = (firms.alive[rows] == 1) & (firms.revenue_before[rows] > 0.0)
        for division, total in zip((firms.member, firms.cohort), sums, strict=True):
            add_by_group(there, complexes * division[rows] + firms.complex[rows], columns, total)
    sums = sums.reshape(2, 2, 2, 2, complexes)
    # From (division, what, when, group, C) to (division, what, group, when, 1 + C).
    sums = sums.swapaxes(2, 3)
    totals = np.concatenate([sums.sum(axis=4, keepdims=True), sums], axis=4)
    gaps = (growth_gap(totals[group, what]) for group in range(2) for what in range(2))
    return dict(zip(PARTICIPANT_UNITS, gaps, strict=True))


def growth_gap(sums: Floats) -> Floats:
    """Growth of one group less that of the other, % points; NaN where either is empty.

    Parameters
    ----------
    sums : (2, 2, n) sums of the others and of the group, before and now
    """
    growth = percent(sums[:, 1], sums[:, 0])
    gap: Floats = growth[1] - growth[0]
    return gap
