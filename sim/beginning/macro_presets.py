"""The macro series that are stored, computed from annual facts.

``macro_annual.csv`` holds the facts with their sources, ``macro_quarterly.csv``
what is known within the years of the crisis of 2008-09, ``sector_series.csv`` the
facts by sector.  After a change of any, ``python -m
innocluster.sim.beginning.macro_presets`` renews the stored months.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..ground.files import DATA
from .interpolation import mean_row, smoothest_months
from .macro import SECTOR_SERIES, STORED, MacroSeries, save_macro

__all__ = ["build_macro"]

Floats = NDArray[np.float64]

_FIRST_YEAR = 2003
# What yards deliver was ordered two to three years before: a crisis within the year leaves it.
_WITHOUT_COMMON_PATH = "ships"


@dataclass(frozen=True)
class _Window:
    """A figure about the months `first` to `last`, both included, since January 2003."""

    first: int
    last: int
    value: float

    @property
    def length(self) -> int:
        return self.last + 1 - self.first


def build_macro(name: str) -> MacroSeries:
    """Monthly series, T = 216, of ``history`` or ``plan-2005`` from the annual facts.

    World demand follows exports in USD. Domestic demand is the volume of domestic demand times
    the price index. All year means are met exactly, and within 2008-09 also the known
    quarters; the volume by quarter applies to domestic demand at the prices of the quarter.
    Sectors are known by year in ``history``: they share the course of the common series within
    the years, and its growth after the last year known.
    """
    exports = _annual(name, "exports")
    exchange_rate = _annual(name, "exchange_rate")
    price_level = _annual(name, "price_index")
    price_years = price_level / price_level[0]
    volume_years = _chained(_annual(name, "volume_growth"))
    price_index = _with_means(
        price_years,
        [_Window(w.first, w.last, w.value / price_level[0]) for w in _within(name, "price_index")],
    )
    common = MacroSeries(
        name=name,
        domestic_demand=_with_quarterly_growth(
            volume_years * price_years, price_index, _within(name, "volume_growth")
        ),
        world_demand=_with_means(
            exports / exports[0],
            [
                # Exports of a part of a year are sums: brought to a year's rate first.
                _Window(w.first, w.last, w.value * 12.0 / w.length / exports[0])
                for w in _within(name, "exports")
            ],
        ),
        exchange_rate=_with_means(exchange_rate, _within(name, "exchange_rate")),
        price_index=price_index,
        wage_index=_with_means(_chained(_annual(name, "wage_growth")), []),
    )
    return replace(common, sectors=_sector_months(common)) if name == "history" else common


def _sector_months(common: MacroSeries) -> dict[str, dict[str, Floats]]:
    """Months of each of `SECTOR_SERIES` by sector, means of 2003 = 1."""
    facts: dict[tuple[str, str], list[float]] = {}
    for row in _rows("sector_series.csv"):
        facts.setdefault((row["series"], row["sector"]), []).append(float(row["value"]))
    years = {
        series: {sector: np.array(v) for (name, sector), v in facts.items() if name == fact}
        for series, fact in zip(
            SECTOR_SERIES, ("domestic_volume", "exports", "price_index"), strict=True
        )
    }
    home = years["domestic_demand"]
    for sector, volume in home.items():
        home[sector] = volume * years["price_index"][sector]
    return {
        series: {
            sector: _sector_path(values, getattr(common, series), sector != _WITHOUT_COMMON_PATH)
            for sector, values in by_sector.items()
        }
        for series, by_sector in years.items()
    }


def _sector_path(known: Floats, common: Floats, shares_path: bool) -> Floats:
    """Months from the years `known` of a sector and the months of the common series."""
    usual = common.reshape(-1, 12).mean(axis=1)
    later = known[-1] * usual[known.size :] / usual[known.size - 1]
    means = np.concatenate([known, later]) / known[0]
    path = common if shares_path else None
    return smoothest_months(means.tolist(), np.empty((0, common.size)), np.empty(0), path)


def _with_means(year_means: Floats, windows: list[_Window]) -> Floats:
    """Smoothest months with these year means and these means over the windows."""
    months = 12 * year_means.size
    rows = np.array([mean_row(months, w.first, w.last) for w in windows]).reshape(-1, months)
    values = np.array([w.value for w in windows])
    return smoothest_months(year_means.tolist(), rows, values)


def _with_quarterly_growth(
    year_means: Floats, price_index: Floats, growth: list[_Window]
) -> Floats:
    """Smoothest nominal months whose volume grows by these rates (%) on the window before."""
    months = 12 * year_means.size
    rows = np.zeros((len(growth), months))
    for row, w in zip(rows, growth, strict=True):
        before = w.first - w.length
        now_price = math.fsum(price_index[w.first : w.last + 1])
        inflation = now_price / math.fsum(price_index[before : w.first])
        nominal_growth = (1.0 + w.value / 100.0) * inflation
        row += mean_row(months, w.first, w.last)
        row -= nominal_growth * mean_row(months, before, w.first - 1)
    return smoothest_months(year_means.tolist(), rows, np.zeros(len(growth)))


def _chained(growth: Floats) -> Floats:
    """Index, 1 in 2003, from the growth rates (%) of the years after."""
    index = [1.0]
    for rate in growth:
        index.append(index[-1] * (1.0 + float(rate) / 100.0))
    return np.array(index)


def _annual(name: str, series: str) -> Floats:
    """Values of one annual series in the order of the years."""
    rows = [r for r in _rows("macro_annual.csv") if (r["macro"], r["series"]) == (name, series)]
    return np.array([float(row["value"]) for row in rows])


def _within(name: str, series: str) -> list[_Window]:
    """What is known of one series within the years."""
    return [
        _Window(_month(row["first"]), _month(row["last"]), float(row["value"]))
        for row in _rows("macro_quarterly.csv")
        if (row["macro"], row["series"]) == (name, series)
    ]


def _month(label: str) -> int:
    """Months since January 2003 of a label such as ``2008-10``."""
    year, month = label.split("-")
    return 12 * (int(year) - _FIRST_YEAR) + int(month) - 1


def _rows(file: str) -> Iterator[dict[str, str]]:
    with open(DATA / file, encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(line for line in lines if not line.startswith("#"))


if __name__ == "__main__":
    for macro_name in STORED:
        save_macro(build_macro(macro_name), DATA / f"macro_{macro_name}.csv")
