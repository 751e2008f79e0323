"""Phase 12: what a run records every month, by complex."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import FirmTable

from ..ground.calendar import month_starts, month_text
from .costs import COSTS
from .growth_terms import AGGREGATES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ALL", "INDICATORS", "SUMMED", "Series", "sum_firms", "tidy_frame"]

ALL = "all"
"""Key of the region's total beside the complexes."""

Floats = NDArray[np.float64]

INDICATORS: dict[str, str] = {
    "revenue": "KRW million/month",
    "exports": "USD million/month",
    "value_added": "KRW million/month",
    "employees": "persons",
    "firms": "firms",
    "tenants": "firms",
    "members": "firms",
    "member_revenue": "KRW million/month",
    "research_spending": "KRW million/month",
    "cohort_revenue": "KRW million/month",
    "smaller_revenue": "KRW million/month",
    "contacts": "events/month",
    "formal_meetings": "events/month",
    "introductions": "pairs/month",
    "tasks_found": "tasks/month",
    "tasks": "tasks/month",
    "tasks_solved": "tasks/month",
    "joint_projects": "projects/month",
    "joint_successes": "projects/month",
    "licences": "licences/month",
    "licence_successes": "licences/month",
    "own_innovations": "innovations/month",
    "entrants": "firms/month",
    "closures": "firms/month",
    "spent_meetings": "KRW million/month",
    "spent_introductions": "KRW million/month",
    "spent_tasks": "KRW million/month",
    "spent_research": "KRW million/month",
    "spent_support": "KRW million/month",
    "spent_transfers": "KRW million/month",
    "spent_overhead": "KRW million/month",
    "carry_over": "KRW million",
    **AGGREGATES,
    **COSTS,
}
"""Names and units of the recorded series."""

SUMMED = (
    "revenue",
    "exports",
    "value_added",
    "employees",
    "firms",
    "members",
    "member_revenue",
    "research_spending",
    "cohort_revenue",
)
"""Those that `sum_firms` sums, in the order of its totals."""


@dataclass
class Series:
    """Monthly series of one run.

    Attributes
    ----------
    months : (T,) months since 2003-01
    complexes : identifiers of the C complexes
    values : indicator -> (T, C); rows not yet simulated are NaN
    annual : measure -> (full years, 1 + C), the region first, where the region's value is
        not the sum of its complexes; years not yet simulated are NaN
    """

    months: NDArray[np.int64]
    complexes: tuple[str, ...]
    values: dict[str, Floats]
    annual: dict[str, Floats]

    @classmethod
    def empty(cls, months: int, complexes: tuple[str, ...]) -> Series:
        """Series of `months` months in which nothing is recorded yet."""
        shape = (months, len(complexes))
        values = {name: np.full(shape, np.nan) for name in INDICATORS}
        return cls(np.arange(months), complexes, values, {})

    def __repr__(self) -> str:
        done = self.simulated
        span = f"{month_text(0)} to {month_text(done - 1)}" if done else "no month yet"
        return (
            f"Series({len(self.values)} indicators of {len(self.complexes)} complexes, {span}; "
            f"{len(self.annual)} yearly measures)"
        )

    @property
    def simulated(self) -> int:
        """Months recorded so far."""
        return int(np.isfinite(self.values["revenue"]).all(axis=1).sum())

    def to_frame(self) -> pd.DataFrame:
        """Months recorded so far: month, complex, indicator, value, unit.

        The complex ``"all"`` is the sum over the complexes.
        """
        done = self.simulated
        monthly = np.stack([rows[:done] for rows in self.values.values()])
        values = np.concatenate([monthly.sum(axis=2, keepdims=True), monthly], axis=2)
        units = {name: INDICATORS[name] for name in self.values}
        return tidy_frame("month", month_starts(range(done)), self.complexes, units, values)

    def record_year(self, year: int, measures: dict[str, Floats]) -> None:
        """Enter what was measured at the end of a year.

        Parameters
        ----------
        year : 0 is 2003
        measures : measure -> (1 + C,), the region first
        """
        years = self.months.size // 12
        for name, value in measures.items():
            rows = self.annual.setdefault(name, np.full((years, value.size), np.nan))
            rows[year] = value

    def copy(self) -> Series:
        """Return an independent copy."""
        values, annual = (
            {name: rows.copy() for name, rows in table.items()}
            for table in (self.values, self.annual)
        )
        return Series(self.months, self.complexes, values, annual)


def tidy_frame(
    time: str,
    times: Sequence[Any] | NDArray[Any] | pd.DatetimeIndex,
    complexes: Sequence[str],
    units: Mapping[str, str],
    values: Floats,
) -> pd.DataFrame:
    """One row a number: time, complex, indicator, value, unit.

    Parameters
    ----------
    time : name of the column of `times`
    units : names of the indicators and their units, in order
    values : (indicators, times, 1 + complexes), the total first
    """
    import pandas as pd

    measures, periods, columns = values.shape
    rows = periods * columns
    return pd.DataFrame(
        {
            time: np.tile(np.repeat(times, columns), measures),
            "complex": np.tile(np.array([ALL, *complexes]), measures * periods),
            "indicator": np.repeat(list(units), rows),
            "value": values.ravel(),
            "unit": np.repeat(list(units.values()), rows),
        }
    )


@compiled
def sum_firms(
    january: bool,
    value_added_ratio: Floats,
    firms: FirmTable,
    own_spending: Floats,
    grants: Floats,
    totals: Floats,
) -> None:
    """Sum firms in row order, and bring each firm's own sums since January up to date.

    Neighbouring rows mostly lie in one complex: sums are kept aside until the complex changes.

    Parameters
    ----------
    own_spending, grants : (capacity,) KRW million of R&D this month
    totals : (9, C), zero at first, in the order of `SUMMED`
    """
    if january:
        firms.revenue_year[: firms.count] = 0.0
        firms.research_year[: firms.count] = 0.0
    c = 0
    sums = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for i in range(firms.count):
        if firms.alive[i] == 0:
            continue
        if firms.complex[i] != c:
            for k in range(9):
                totals[k, c] += sums[k]
            c = firms.complex[i]
            sums = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        revenue = firms.revenue[i]
        research = own_spending[i] + grants[i]
        firms.revenue_year[i] += revenue
        firms.research_year[i] += research
        # Flags are factors: no branch that nobody can foresee.
        sums = (
            sums[0] + revenue,
            sums[1] + firms.exports[i],
            sums[2] + value_added_ratio[firms.sector[i]] * revenue,
            sums[3] + firms.employees[i],
            sums[4] + 1.0,
            sums[5] + firms.member[i],
            sums[6] + firms.member[i] * revenue,
            sums[7] + research,
            sums[8] + firms.cohort[i] * revenue,
        )
    for k in range(9):
        totals[k, c] += sums[k]
