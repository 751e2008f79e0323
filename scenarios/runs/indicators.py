"""From monthly series to the indicators that results are read by.

A `Yearly` table holds every series by calendar year, first for the region
(``"all"``), then for each complex.  Indicators are its entries under names such
as ``revenue_2008``.  Sources of the targets stand in `data/targets.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.beginning.population import Population
from innocluster.sim.measures.year_end import ANNUAL

from ..files import DATA

if TYPE_CHECKING:
    from innocluster.sim.accounting.series import Series

__all__ = [
    "FIRST_YEAR",
    "INDICATORS",
    "MEASURES",
    "PROGRAMME_YEAR",
    "UNITS",
    "Indicator",
    "Measure",
    "Target",
    "Yearly",
    "indicator_list",
    "load_targets",
    "monthly_table",
    "yearly_table",
]

FIRST_YEAR = 2003
PROGRAMME_YEAR = 2005

Yearly = dict[str, NDArray[np.float64]]
"""Measure -> array (years, 1 + complexes) in the measure's unit, region first."""


@dataclass(frozen=True)
class Measure:
    """One series of the engine in the unit of the outputs.

    Attributes
    ----------
    name : name of the engine's series
    unit : unit of the output
    scale : output unit per engine unit
    stock : the December value counts (True) or the sum of the months (False)
    """

    name: str
    unit: str
    scale: float = 1.0
    stock: bool = False


MEASURES: tuple[Measure, ...] = (
    Measure("revenue", "KRW tn", 1e-6),
    Measure("exports", "USD bn", 1e-3),
    Measure("value_added", "KRW tn", 1e-6),
    Measure("employees", "persons", stock=True),
    Measure("firms", "firms", stock=True),
    Measure("tenants", "firms", stock=True),
    Measure("members", "firms", stock=True),
    Measure("contacts", "events"),
    Measure("formal_meetings", "events"),
    Measure("introductions", "pairs"),
    Measure("tasks_found", "tasks"),
    Measure("tasks", "tasks"),
    Measure("tasks_solved", "tasks"),
    Measure("joint_projects", "projects"),
    Measure("joint_successes", "projects"),
    Measure("licences", "licences"),
    Measure("licence_successes", "licences"),
    Measure("own_innovations", "innovations"),
    Measure("member_revenue", "KRW tn", 1e-6),
    Measure("cohort_revenue", "KRW tn", 1e-6),
    Measure("smaller_revenue", "KRW tn", 1e-6),
    Measure("research_spending", "KRW tn", 1e-6),
    Measure("labour_cost", "KRW tn", 1e-6),
    Measure("capital_cost", "KRW tn", 1e-6),
    Measure("meeting_cost", "KRW bn", 1e-3),
    Measure("exported_value_added", "KRW tn", 1e-6),
    Measure("spent_meetings", "KRW bn", 1e-3),
    Measure("spent_introductions", "KRW bn", 1e-3),
    Measure("spent_tasks", "KRW bn", 1e-3),
    Measure("spent_research", "KRW bn", 1e-3),
    Measure("spent_support", "KRW bn", 1e-3),
    Measure("spent_transfers", "KRW bn", 1e-3),
    Measure("spent_overhead", "KRW bn", 1e-3),
    Measure("carry_over", "KRW bn", 1e-3, stock=True),
)

UNITS: dict[str, str] = {**{measure.name: measure.unit for measure in MEASURES}, **ANNUAL}
"""Name and unit of everything in a `Yearly` table but the contacts of a half-year."""

YEARLY_INDICATORS = (
    "broker_dependence",
    "member_research_gap",
    "income_contribution",
    "income_per_head",
    "world_class_clusters",
)
"""Those of them that are measured at the end of a year."""

INDICATORS = (
    "revenue",
    "exports",
    "employees",
    "firms",
    "tenants",
    "value_added",
    "members",
    "tasks_found",
    "tasks",
    "tasks_solved",
    "joint_projects",
    "licences",
    "member_revenue",
    "cohort_revenue",
    "smaller_revenue",
    *YEARLY_INDICATORS,
)
"""Measures whose calendar years are indicators."""

_FIRST_HALF = "contacts_first_half"
_FROM_2003 = ("revenue", "exports", "employees", "firms", "value_added")


@dataclass(frozen=True)
class Indicator:
    """One named number of a run: the sum of rows `first` to `last` of a yearly series."""

    name: str
    measure: str
    unit: str
    first: int
    last: int

    def values(self, yearly: Yearly) -> NDArray[np.float64]:
        """Region first, then the complexes, shape (1 + complexes,)."""
        rows = yearly[self.measure][self.first - FIRST_YEAR : self.last - FIRST_YEAR + 1]
        total: NDArray[np.float64] = rows.sum(axis=0)
        return total


@dataclass(frozen=True)
class Target:
    """A figure to compare an indicator with.

    Attributes
    ----------
    uncertainty : half-width in the same unit, ``nan`` where none is stated
    kind : ``"baseline"`` (the article's starting value), ``"goal"`` (what the article says the
        programme aimed at), ``"plan"`` (what others aimed at) or ``"observed"``
    role : ``"initial"`` (the model starts from it), ``"fit"`` (a number of the model rests on
        it or may be fitted to it), ``"hold-out"`` (never) or ``"goal"``
    """

    indicator: str
    complex: str
    value: float
    uncertainty: float
    unit: str
    kind: str
    role: str
    source: str


def indicator_list(last_year: int) -> tuple[Indicator, ...]:
    """Every indicator of a run whose last full calendar year is `last_year`."""
    result = [
        Indicator(f"{name}_{year}", name, UNITS[name], year, year)
        for name in INDICATORS
        for year in range(FIRST_YEAR if name in _FROM_2003 else PROGRAMME_YEAR, last_year + 1)
    ]
    result.append(Indicator("contacts_2005_h1", _FIRST_HALF, "events", 2005, 2005))
    if last_year >= 2008:
        result.append(Indicator("meetings_2005_2008", "formal_meetings", "events", 2005, 2008))
    return tuple(result)


def yearly_table(series: Series, population: Population) -> Yearly:
    """Sum or pick the months of every full calendar year.

    Firms and employees of 2003 are the initial stock, the count that the
    sources give; of later years the December stock.
    """
    years = series.months.size // 12
    result: Yearly = {}
    for measure in MEASURES:
        months = series.values[measure.name][: 12 * years].astype(np.float64)
        by_month = months.reshape(years, 12, -1)
        rows = by_month[:, -1] if measure.stock else by_month.sum(axis=1)
        if measure.name in ("employees", "firms"):
            rows = rows.copy()
            rows[0] = _initial_stock(measure.name, population)
        result[measure.name] = _with_total(rows * measure.scale)
        if measure.name == "contacts":
            result[_FIRST_HALF] = _with_total(by_month[:, :6].sum(axis=1))
    return {**result, **series.annual}


def monthly_table(series: Series) -> Iterator[tuple[Measure, NDArray[np.float64]]]:
    """Each measure with its months in output units, shape (months, 1 + complexes)."""
    for measure in MEASURES:
        values = series.values[measure.name].astype(np.float64)
        yield measure, _with_total(values * measure.scale)


def load_targets(region: str, exports: str) -> tuple[Target, ...]:
    """Targets that hold for a region and a reading of the export figures.

    A region other than the one of the article has none.
    """
    path = DATA / "targets.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Target(
                row["indicator"],
                row["complex"],
                float(row["value"]),
                float(row["uncertainty"] or "nan"),
                row["unit"],
                row["kind"],
                row["role"],
                row["source"],
            )
            for row in csv.DictReader(file)
            if row["region"] == region and row["exports"] in ("", exports)
        )


def _initial_stock(name: str, population: Population) -> NDArray[np.float64]:
    """Firms or employees of the synthetic population by complex, shape (complexes,)."""
    firms = population.firms
    count = len(population.region.complexes.keys)
    weights = firms.employees.astype(np.float64) if name == "employees" else None
    return np.bincount(firms.complex, weights=weights, minlength=count).astype(np.float64)


def _with_total(by_complex: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put the sum over the complexes in front, shape (rows, 1 + complexes)."""
    return np.concatenate([by_complex.sum(axis=1, keepdims=True), by_complex], axis=1)
