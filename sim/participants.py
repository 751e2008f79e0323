"""Phase 12, every December: how participants grew beside the others, before any control.

The gap of members is what evaluations of the programme published; firms that join
do more R&D and grow differently anyway.  The gap of the cohort (`mark_cohort`) is
recorded under every policy for the same firms: without a programme it is selection
alone, and the difference between policies is effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled

from .calendar import PROGRAMME_START, year_of
from .shares import percent

if TYPE_CHECKING:
    from .simulation import Simulation

__all__ = ["PARTICIPANT_UNITS", "growth_gap", "measure_participants"]

Floats = NDArray[np.float64]
Small = NDArray[np.int16]
Flags = NDArray[np.int8]

PARTICIPANT_UNITS: dict[str, str] = {
    "member_revenue_gap": "%p",
    "member_research_gap": "%p",
    "cohort_revenue_gap": "%p",
    "cohort_research_gap": "%p",
}
"""Growth since 2004 of members or cohort less that of all other firms that already operated."""


def measure_participants(run: Simulation) -> dict[str, Floats]:
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
    sums = np.zeros((2, 2, 2, 2, complexes))
    sum_groups(
        n, firms.alive, firms.complex, firms.member, firms.cohort, firms.revenue_before,
        firms.revenue_year, firms.research_before, firms.research_year, sums,
    )  # fmt: skip
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


@compiled
def sum_groups(
    count: int,
    alive: Flags,
    complex_: Small,
    member: Flags,
    cohort: Flags,
    revenue_before: Floats,
    revenue_year: Floats,
    research_before: Floats,
    research_year: Floats,
    sums: Floats,
) -> None:
    """Sums over operating firms that already were there, in row order.

    `sums`, zero at first, is (2, 2, 2, 2, C): by membership or cohort, of sales or
    R&D, of the others or the group, in 2004 or this year.
    """
    for i in range(count):
        if alive[i] == 0 or revenue_before[i] <= 0.0:
            continue
        c = complex_[i]
        for division in range(2):
            group = member[i] if division == 0 else cohort[i]
            sums[division, 0, group, 0, c] += revenue_before[i]
            sums[division, 0, group, 1, c] += revenue_year[i]
            if research_before[i] > 0.0:
                sums[division, 1, group, 0, c] += research_before[i]
                sums[division, 1, group, 1, c] += research_year[i]
