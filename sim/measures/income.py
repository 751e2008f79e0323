"""Phase 12, every December: what the complexes add to the nation's income a head (C5).

The nation outside the complexes is given: it grows with the gross domestic product a
head as it was.  What a policy moves is the complexes' own value added.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..ground.calendar import FIRST_YEAR, year_of
from ..ground.files import DATA
from ..run import Run

__all__ = ["INCOME_UNITS", "Nation", "income_per_head", "measure_income", "national_accounts"]

Floats = NDArray[np.float64]

INCOME_UNITS: dict[str, str] = {
    "income_contribution": "USD/head",
    "income_per_head": "USD/head",
}
"""Value added of the complexes a head of the population; that and the rest of the nation's."""


@dataclass(frozen=True)
class Nation:
    """A year of the nation: gross domestic product, USD million, and population, persons."""

    product: float
    population: float

    @property
    def product_per_head(self) -> float:
        """USD a head."""
        return 1e6 * self.product / self.population


@cache
def national_accounts() -> dict[int, Nation]:
    """Year -> gross domestic product and population, from `data/national_accounts.csv`."""
    path = DATA / "national_accounts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {
            int(row["year"]): Nation(1e3 * float(row["gdp"]), 1e6 * float(row["population"]))
            for row in rows
        }


def measure_income(run: Run) -> dict[str, Floats]:
    """Measure the year's contribution to income a head, and income a head with it.

    Returns
    -------
    measure -> (1 + C,), the region first, in the units of `INCOME_UNITS`; a complex has no
    `income_per_head`, which is the nation's
    """
    month = run.state.month
    year = year_of(month)
    by_complex = _contributions(run, month)
    whole = by_complex.sum()
    start = _contributions(run, 11).sum()
    nation = national_accounts()
    total = income_per_head(
        whole, start, nation[year].product_per_head, nation[FIRST_YEAR].product_per_head
    )
    return {
        "income_contribution": np.concatenate([[whole], by_complex]),
        "income_per_head": np.concatenate([[total], np.full(by_complex.size, np.nan)]),
    }


def income_per_head(
    contribution: float, first_contribution: float, product: float, first_product: float
) -> float:
    """C5: income a head if the rest of the nation grows as the nation did.

    The rest produced `first_product` - `first_contribution` a head in 2003.

    Parameters
    ----------
    contribution, first_contribution : of the complexes, this year and in 2003, USD a head
    product, first_product : gross domestic product a head, this year and in 2003, USD
    """
    return contribution + (first_product - first_contribution) * product / first_product


def _contributions(run: Run, december: int) -> Floats:
    """Value added a head of the year that ends in a month, by complex, USD."""
    year = slice(december - 11, december + 1)
    added = run.series.values["value_added"][year].sum(axis=0)
    exchange_rate = run.settings.macro.exchange_rate[year].mean()
    population = national_accounts()[year_of(december)].population
    result: Floats = 1e6 * added / exchange_rate / population
    return result
