"""Moments of firms that surveys and registers report, year by year, for calibration.

They are read from the tables of a run while it goes on: the engine records nothing for them,
and runs of a comparison or a sweep do without.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cache
from math import lgamma
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.elementary import log_array
from innocluster.sim.ground.sums import percent

from .indicators import FIRST_YEAR

if TYPE_CHECKING:
    import pandas as pd

    from innocluster.sim.simulation import Simulation

__all__ = ["MOMENTS", "MomentRecorder", "subbotin_shape"]

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

MOMENTS: dict[str, str] = {
    "firms_below_50": "%",
    "firms_50_to_99": "%",
    "firms_100_to_299": "%",
    "firms_300_up": "%",
    "sales_above_50bn": "firms",
    "sales_above_100bn": "firms",
    "research_smes": "%",
    "research_smes_intensity": "%",
    "research_smes_spending": "KRW million",
    "innovating_smes": "%",
    "innovating_large": "%",
    "export_share_smes": "%",
    "own_brand_exports_smes": "%",
    "own_brand_exports_large": "%",
    **{
        f"growth_{moment}_{size}": unit
        for moment, unit in (("dispersion", "log points"), ("shape", "index"))
        for size in ("small", "medium", "large")
    },
    "research_growth_share": "%",
    "insolvent_closures": "%",
    "transfer_rate": "%",
    "revenue_first_half": "KRW tn",
    "revenue_second_half": "KRW tn",
}
"""Names and units of the moments; what each is stands in `MomentRecorder`."""

SMALL, LARGE = 50.0, 300.0
"""Employees from which a firm is no longer small, and from which it is large."""

_SURVEYED = 10.0
_SURVEYED_YEARS = 2
_FEWEST = 30
_SHAPES = np.linspace(0.2, 4.0, 381)


@dataclass
class _Last:
    """What is remembered of the firms of last December, by row."""

    identifier: NDArray[np.int64]
    full_year: NDArray[np.bool_]
    employees: Floats
    revenue: Floats
    gains: Floats
    innovated: NDArray[np.int64]


class MomentRecorder:
    """Runs a simulation to its end and notes the moments of every full year.

    Notes
    -----
    Sizes are those of December.  Small and medium firms (SMEs) have fewer than 300 employees.
    Innovators are firms with 10 or more employees that had an innovation of their own, of
    joint R&D or of a transfer within two years, the question of innovation surveys; the first
    two years are not known.  Growth is that of the log sales of firms that operated through
    both years, so that part-years of entrants do not count; classes are those of the year
    before, and a class with fewer than 30 firms has no shape or dispersion.  Exports and brands are
    those of December.  ``research_growth_share`` is the part of the growth of such firms'
    sales that firms with R&D made, ``insolvent_closures`` the part of closures that ran out
    of cash, ``transfer_rate`` licences over new inventions of universities and institutes.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._keep = 1.0 - simulation.parameters.innovation_depreciation
        self._closures = np.zeros((2, len(simulation.region.complexes.keys)))
        self._inventions = self._inventions_so_far()
        self._last = self._remembered(np.full(simulation.state.firms.count, -10, np.int64))
        self._years: list[dict[str, Floats]] = []

    @property
    def years(self) -> list[dict[str, Floats]]:
        """Moments of every full year from 2003 on: moment -> region and complexes."""
        return self._years

    def run(self) -> None:
        """Simulate all months."""
        self.run_until(self._simulation.settings.months)

    def run_until(self, month: int) -> None:
        """Simulate up to, not including, `month` (months since 2003-01)."""
        for _ in range(month - self._simulation.month):
            self._step()
            if self._simulation.month % 12 == 0:
                self._years.append(self._measure())

    def go_on(self, simulation: Simulation) -> MomentRecorder:
        """A copy that goes on with a copy of the run as it stands."""
        copied = copy(self)
        copied._simulation = simulation
        copied._closures, copied._years = self._closures.copy(), [*self._years]
        return copied

    def frame(self) -> pd.DataFrame:
        """Every moment that is known: year, complex, moment, value, unit."""
        import pandas as pd

        keys = ("all", *self._simulation.region.complexes.keys)
        rows = [
            (FIRST_YEAR + y, key, name, float(value), unit)
            for y, year in enumerate(self._years)
            for name, unit in MOMENTS.items()
            for key, value in zip(keys, year[name], strict=False)
            if value == value
        ]
        return pd.DataFrame(rows, columns=["year", "complex", "moment", "value", "unit"])

    def _step(self) -> None:
        """One month, and who closed in it for want of cash."""
        firms = self._simulation.state.firms
        before = firms.alive[: firms.count].copy()
        self._simulation.step()
        firms = self._simulation.state.firms
        # Rows are taken again from the month after only.
        closed = np.flatnonzero(before > firms.alive[: before.size])
        patience = self._simulation.parameters.insolvency_patience
        insolvent = closed[firms.months_negative[closed] >= patience]
        for row, rows in enumerate((closed, insolvent)):
            np.add.at(self._closures[row], firms.complex[rows], 1.0)

    def _measure(self) -> dict[str, Floats]:
        """The year that has just ended, moment -> (1 + C,) or (1,) for the region alone."""
        firms = self._simulation.state.firms
        operates = firms.alive[: firms.count] == 1
        rows = np.flatnonzero(operates)
        places = self._places(rows)
        last, innovated = self._last, self._innovated()
        new = self._remembered(innovated)
        stay = np.flatnonzero(
            operates[: last.identifier.size]
            & last.full_year
            & (firms.identifier[: last.identifier.size] == last.identifier)
        )
        year = {
            **_collected(self._sizes, places),
            **_collected(self._research, places),
            **_collected(self._exports, places),
            **_collected(lambda own: self._innovators(own, innovated), places),
            **_collected(self._growth, self._places(stay)),
            **self._flows(),
        }
        self._last = new
        return year

    def _places(self, rows: Rows) -> list[Rows]:
        """The rows of all and of each complex."""
        complexes = self._simulation.state.firms.complex[rows]
        count = len(self._simulation.region.complexes.keys)
        return [rows, *(rows[complexes == c] for c in range(count))]

    def _sizes(self, rows: Rows) -> dict[str, float]:
        firms = self._simulation.state.firms
        employees, sales = firms.employees[rows], firms.revenue_year[rows]
        bounds = (0.0, SMALL, 100.0, LARGE, np.inf)
        names = ("firms_below_50", "firms_50_to_99", "firms_100_to_299", "firms_300_up")
        counts, _ = np.histogram(employees, bounds)
        return {
            **{n: _share(c, rows.size) for n, c in zip(names, counts, strict=True)},
            "sales_above_50bn": float((sales >= 50e3).sum()),
            "sales_above_100bn": float((sales >= 100e3).sum()),
        }

    def _research(self, rows: Rows) -> dict[str, float]:
        firms = self._simulation.state.firms
        smes = rows[firms.employees[rows] < LARGE]
        doing = smes[firms.research_intensity[smes] > 0.0]
        spent = firms.research_year[doing].sum()
        return {
            "research_smes": _share(doing.size, smes.size),
            "research_smes_intensity": _share(spent, firms.revenue_year[doing].sum()),
            "research_smes_spending": float(spent / doing.size) if doing.size else np.nan,
        }

    def _exports(self, rows: Rows) -> dict[str, float]:
        firms = self._simulation.state.firms
        exports, large = firms.exports[rows], firms.employees[rows] >= LARGE
        own = exports * (firms.brand[rows] == 1.0)
        return {
            "export_share_smes": _share(exports[~large].sum(), exports.sum()),
            "own_brand_exports_smes": _share(own[~large].sum(), exports[~large].sum()),
            "own_brand_exports_large": _share(own[large].sum(), exports[large].sum()),
        }

    def _innovators(self, rows: Rows, innovated: NDArray[np.int64]) -> dict[str, float]:
        firms, year = self._simulation.state.firms, len(self._years)
        if year + 1 < _SURVEYED_YEARS:
            return dict.fromkeys(("innovating_smes", "innovating_large"), np.nan)
        asked = rows[firms.employees[rows] >= _SURVEYED]
        recent = innovated[asked] > year - _SURVEYED_YEARS
        large = firms.employees[asked] >= LARGE
        return {
            "innovating_smes": _share(recent[~large].sum(), (~large).sum()),
            "innovating_large": _share(recent[large].sum(), large.sum()),
        }

    def _growth(self, rows: Rows) -> dict[str, float]:
        firms, last = self._simulation.state.firms, self._last
        rows = rows[(last.revenue[rows] > 0.0) & (firms.revenue_year[rows] > 0.0)]
        before, now = last.revenue[rows], firms.revenue_year[rows]
        growth, size = log_array(now / before), last.employees[rows]
        classes = {
            "small": size < SMALL,
            "medium": (size >= SMALL) & (size < LARGE),
            "large": size >= LARGE,
        }
        result = {}
        for name, inside in classes.items():
            sample = growth[inside]
            known = sample.size >= _FEWEST
            result[f"growth_dispersion_{name}"] = float(sample.std()) if known else np.nan
            result[f"growth_shape_{name}"] = subbotin_shape(sample) if known else np.nan
        change = now - before
        doing = change[firms.research_intensity[rows] > 0.0].sum()
        # A share of hardly any growth means nothing.
        grew = rows.size > 0 and abs(change.sum()) > 0.01 * before.sum()
        result["research_growth_share"] = 100.0 * doing / change.sum() if grew else np.nan
        return result

    def _flows(self) -> dict[str, Floats]:
        """What comes from the series and the counts of the year."""
        simulation, end = self._simulation, self._simulation.month
        revenue = simulation.series.values["revenue"][end - 12 : end] * 1e-6
        closures, self._closures = self._closures, np.zeros_like(self._closures)
        inventions = self._inventions_so_far()
        signed = simulation.series.values["licences"][end - 12 : end].sum()
        made, self._inventions = inventions - self._inventions, inventions
        return {
            "insolvent_closures": percent(_with_all(closures[1]), _with_all(closures[0])),
            "transfer_rate": np.array([_share(signed, made)]),
            "revenue_first_half": _with_all(revenue[:6].sum(axis=0)),
            "revenue_second_half": _with_all(revenue[6:].sum(axis=0)),
        }

    def _inventions_so_far(self) -> float:
        bodies = self._simulation.state.bodies
        return float(bodies.inventions[: bodies.count].sum())

    def _gains(self) -> Floats:
        firms, n = self._simulation.state.firms, self._simulation.state.firms.count
        return firms.gain_own[:n] + firms.gain_transfer[:n] + firms.gain_joint[:n]

    def _innovated(self) -> NDArray[np.int64]:
        """Last year in which each firm had an innovation, 0 being 2003, or earlier."""
        firms, last = self._simulation.state.firms, self._last
        n, known = firms.count, last.identifier.size
        same = np.zeros(n, np.bool_)
        same[:known] = firms.identifier[:known] == last.identifier
        before, year = np.zeros(n), np.full(n, -10, np.int64)
        before[:known], year[:known] = last.gains, last.innovated
        before[~same], year[~same] = 0.0, -10
        # Gains fade at one rate: what lies above is new.
        year[self._gains() > before * self._keep * (1.0 + 1e-9) + 1e-12] = len(self._years)
        return year

    def _remembered(self, innovated: NDArray[np.int64]) -> _Last:
        firms, month = self._simulation.state.firms, self._simulation.month
        n = firms.count
        return _Last(
            firms.identifier[:n].copy(),
            (firms.alive[:n] == 1) & (firms.entered[:n] < month - 12),
            firms.employees[:n].copy(),
            firms.revenue_year[:n].copy(),
            self._gains(),
            innovated,
        )


def subbotin_shape(sample: Floats) -> float:
    """Shape b of a Subbotin density about the median by moments: 1 is Laplace, 2 Gaussian.

    E x²/(E|x|)² = Γ(1/b)Γ(3/b)/Γ(2/b)², solved on a grid from 0.2 to 4; `nan` where all
    values are the same.
    """
    deviation = np.abs(sample - np.median(sample))
    mean = deviation.mean()
    if not mean > 0.0:
        return np.nan
    ratio = float((deviation**2).mean() / mean**2)
    return float(np.interp(-ratio, -_ratios(), _SHAPES))


@cache
def _ratios() -> Floats:
    """E x²/(E|x|)² at each of the shapes, falling."""
    return np.array(
        [np.exp(lgamma(1.0 / b) + lgamma(3.0 / b) - 2.0 * lgamma(2.0 / b)) for b in _SHAPES]
    )


def _collected(
    moments: Callable[[Rows], dict[str, float]], places: list[Rows]
) -> dict[str, Floats]:
    """Moment -> (1 + C,) from what is measured in each place."""
    found = [moments(rows) for rows in places]
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def _share(part: float, whole: float) -> float:
    """100 part / whole, `nan` of nothing."""
    return float(100.0 * part / whole) if whole > 0 else np.nan


def _with_all(by_complex: Floats) -> Floats:
    return np.concatenate([[by_complex.sum()], by_complex])
