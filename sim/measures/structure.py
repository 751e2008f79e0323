"""Phase 12, every December: how sales, jobs and cooperation are spread over firms and complexes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import log_array

from ..ground.sums import add_by_group, percent, row_blocks
from ..network.pairs import BODY
from ..run import Run

__all__ = ["STRUCTURE_UNITS", "between_complexes", "gini", "measure_structure"]

Floats = NDArray[np.float64]
Small = NDArray[np.int16]
Codes = NDArray[np.int32]

# Small manufacturers of the Framework Act on Small and Medium Enterprises: below 50 employees.
SMALL_FIRM = 50.0
# Firms that innovation surveys ask, and the years that they ask about (Oslo manual).
SURVEYED_FIRM = 10.0
SURVEYED_MONTHS = 36
YOUNG_MONTHS = 60.0

STRUCTURE_UNITS: dict[str, str] = {
    "revenue_gini": "index",
    "small_firm_share": "%",
    "young_firm_share": "%",
    "productivity_theil": "index",
    "research_intensity": "%",
    "own_brand_share": "%",
    "cooperating_firms": "%",
    "cooperating_with_bodies": "%",
    "relative_exports": "USD bn",
}
"""Names and units of the measures; definitions in `docs/odd.md`."""

# Rows of what `sum_structure` sums.
_EMPLOYEES, _YOUNG, _REVENUE, _SMALL, _RESEARCH, _BRAND, _FIRMS, _JOINT, _BODY = range(9)


def measure_structure(run: Run) -> dict[str, Floats]:
    """Measure the distribution of the year's sales, jobs and cooperation.

    Returns
    -------
    measure -> (1 + C,), the region first, in the units of `STRUCTURE_UNITS`; what is a
    share of nothing is NaN
    """
    firms, projects, month = run.state.firms, run.state.projects, run.state.month
    complexes = len(run.region.complexes.keys)
    mark_cooperation(
        month, projects.count, projects.first, projects.second, projects.third,
        firms.last_joint, firms.last_joint_body,
    )  # fmt: skip
    by_complex = sum_structure(run, complexes)
    totals = np.concatenate([by_complex.sum(axis=1, keepdims=True), by_complex], axis=1)
    year = slice(month - 11, month + 1)
    exports = run.series.values["exports"][year].sum(axis=0)
    exports /= 1e3 * run.settings.macro.world_demand[year].mean()
    shares = percent(
        totals[[_SMALL, _YOUNG, _RESEARCH, _BRAND, _JOINT, _BODY]],
        totals[[_REVENUE, _EMPLOYEES, _REVENUE, _REVENUE, _FIRMS, _FIRMS]],
    )
    if month + 1 < SURVEYED_MONTHS:
        # Nobody knows what joint R&D there was before 2003.
        shares[4:] = np.nan
    return {
        "revenue_gini": _ginis(run, complexes),
        "small_firm_share": shares[0],
        "young_firm_share": shares[1],
        "productivity_theil": between_complexes(by_complex[_REVENUE], by_complex[_EMPLOYEES]),
        "research_intensity": shares[2],
        "own_brand_share": shares[3],
        "cooperating_firms": shares[4],
        "cooperating_with_bodies": shares[5],
        "relative_exports": np.concatenate([[exports.sum()], exports]),
    }


def _ginis(run: Run, complexes: int) -> Floats:
    """Gini coefficient of the year's sales over the firms that operate, of all first."""
    firms, n = run.state.firms, run.state.firms.count
    revenue, place = firms.revenue_year[:n], np.where(firms.alive[:n] == 1, firms.complex[:n], -1)
    parts = [np.sort(revenue[place == c]) for c in range(complexes)]
    # A stable sort merges what is sorted already.
    whole = np.sort(np.concatenate(parts), kind="stable")
    return np.array([gini(ascending) for ascending in (whole, *parts)])


def gini(ascending: Floats) -> float:
    """Gini coefficient of non-negative values in ascending order.

    G = 2 Σ i·x_i / (n Σ x_i) - (n + 1)/n, from 0 for equal values to 1 - 1/n; NaN where
    all are 0.
    """
    n = ascending.size
    total, ranked = _ranked_sums(ascending)
    return 2.0 * ranked / (n * total) - (n + 1.0) / n if total > 0.0 else np.nan


@compiled
def _ranked_sums(ascending: Floats) -> tuple[float, float]:
    """Sum of the values, and of rank times value."""
    total = 0.0
    ranked = 0.0
    for i in range(ascending.size):
        total += ascending[i]
        ranked += (i + 1.0) * ascending[i]
    return total, ranked


def between_complexes(revenue: Floats, employees: Floats) -> Floats:
    """Theil index of sales per employee between complexes, and what each adds to it.

    T = Σ_c s_c ln(s_c/e_c) with shares s in sales and e in employees: 0 where all
    complexes sell the same per employee.  Source: H. Theil (1967), Economics and
    Information Theory.

    Parameters
    ----------
    revenue, employees : (C,)

    Returns
    -------
    (1 + C,) the index, then the terms that add up to it
    """
    terms = np.zeros(revenue.size)
    there = np.flatnonzero((revenue > 0.0) & (employees > 0.0))
    sold = revenue[there] / revenue.sum()
    terms[there] = sold * log_array(sold / (employees[there] / employees.sum()))
    return np.concatenate([[terms.sum()], terms])


def mark_cooperation(
    month: int,
    projects: int,
    first: Codes,
    second: Codes,
    third: Codes,
    last_joint: Small,
    last_joint_body: Small,
) -> None:
    """Note the month in every firm that has joint R&D under way, alone or with a research body."""
    team = np.stack([first[:projects], second[:projects], third[:projects]])
    firm = (team >= 0) & (team < BODY)
    last_joint[team[firm]] = month
    last_joint_body[team[firm & (team >= BODY).any(axis=0)]] = month


def sum_structure(run: Run, complexes: int) -> Floats:
    """Sum the operating firms by complex, (9, C).

    Employees, those of firms younger than five years, sales, those of small firms,
    R&D, sales under own brands, firms that a survey would ask, those of them with
    joint R&D in the last three years, and with a research body.
    """
    firms, month = run.state.firms, run.state.month
    since = max(month - SURVEYED_MONTHS, -1)
    sums = np.zeros((9, complexes))
    for rows in row_blocks(firms.count):
        employees, revenue = firms.employees[rows], firms.revenue_year[rows]
        surveyed = (employees >= SURVEYED_FIRM).astype(np.float64)
        columns = np.stack(
            [
                employees,
                employees * (firms.age[rows] + month - firms.entered[rows] < YOUNG_MONTHS),
                revenue,
                revenue * (employees < SMALL_FIRM),
                firms.research_year[rows],
                revenue * (firms.brand[rows] == 1.0),
                surveyed,
                surveyed * (firms.last_joint[rows] > since),
                surveyed * (firms.last_joint_body[rows] > since),
            ]
        )
        add_by_group(firms.alive[rows] == 1, firms.complex[rows], columns, sums)
    return sums
