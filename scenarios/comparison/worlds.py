"""The paired outcomes of a comparison and how well they settle its headline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arms import BASELINE
from ..runs.execution import Outcome
from ..runs.indicators import FIRST_YEAR, Indicator, Yearly
from ..runs.results import ALL
from ..statistics.intervals import Intervals, simultaneous_intervals

__all__ = ["PLACEBO", "Precision", "Worlds", "effects", "headline", "headline_precision"]

PLACEBO = "P2"
"""Random matching: claims about matching are made against it."""

_RELATIVE_WIDTH = 0.10

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Worlds:
    """Outcomes of the worlds that every policy finished.

    Attributes
    ----------
    keys : ``"all"`` and the complexes
    last_year : last full calendar year
    yearly : policy -> measure -> array (worlds, years, 1 + complexes)
    runs : policy -> runs that finished, in worlds complete or not
    failures : failed runs over all policies
    numbers : (worlds,) the worlds' numbers
    drawn : parameter -> (worlds,) values drawn for the worlds, and rule -> number of the form;
        empty where none are drawn
    """

    keys: tuple[str, ...]
    last_year: int
    yearly: dict[str, dict[str, Floats]]
    runs: dict[str, int]
    failures: int
    numbers: NDArray[np.int64]
    drawn: dict[str, Floats]

    @classmethod
    def from_outcomes(
        cls,
        outcomes: Mapping[str, Sequence[Outcome]],
        complexes: Sequence[str],
        last_year: int,
        draws: Sequence[Mapping[str, float]] = (),
    ) -> Worlds:
        """Keep the worlds without a failure under any policy; count the failures.

        Parameters
        ----------
        outcomes : policy -> outcomes in the order of the worlds, the baseline first
        complexes : keys of the complexes
        last_year : last full calendar year
        draws : parameters drawn for each world
        """
        done = {p: [o.yearly for o in runs] for p, runs in outcomes.items()}
        count = len(next(iter(done.values())))
        whole = [r for r in range(count) if all(runs[r] is not None for runs in done.values())]
        if not whole:
            first = next(o.error for runs in outcomes.values() for o in runs if o.error)
            reason = first.strip().splitlines()[-1]
            raise RuntimeError(f"no world finished under every policy: {reason}\n\n{first}")
        yearly = {p: _stack([run for r in whole if (run := runs[r])]) for p, runs in done.items()}
        finished = {p: sum(run is not None for run in runs) for p, runs in done.items()}
        failures = sum(count - n for n in finished.values())
        names = draws[0] if draws else ()
        drawn = {name: np.array([draws[r][name] for r in whole]) for name in names}
        numbers = np.array(whole, dtype=np.int64)
        return cls((ALL, *complexes), last_year, yearly, finished, failures, numbers, drawn)

    @property
    def policies(self) -> tuple[str, ...]:
        """Policy ids, the baseline first."""
        return tuple(self.yearly)

    @property
    def complete(self) -> int:
        """Number of worlds in every comparison."""
        return int(self.numbers.size)

    @property
    def contrasts(self) -> tuple[tuple[str, str], ...]:
        """(arm, reference): each against no programme and, for matching, the placebo.

        An arm of another scenario is also set against no programme in its own.
        """
        treated = self.policies[1:]
        matched = [(p, PLACEBO) for p in treated if PLACEBO in treated and p != PLACEBO]
        own = [
            (p, reference)
            for p in treated
            if "@" in p and (reference := f"{BASELINE}@{p.partition('@')[2]}") in treated
            if p != reference
        ]
        return (*((p, BASELINE) for p in treated), *matched, *own)

    def values(self, policy: str, indicator: Indicator) -> Floats:
        """One indicator, shape (worlds, 1 + complexes)."""
        first, last = indicator.first - FIRST_YEAR, indicator.last - FIRST_YEAR + 1
        total: Floats = self.yearly[policy][indicator.measure][:, first:last].sum(axis=1)
        return total


@dataclass(frozen=True)
class Precision:
    """How well the headline effects are known.

    Attributes
    ----------
    indicator : name of the headline indicator
    widths : policy -> half-width of its effect against the baseline, % of the baseline's outcome
    enough : whether every policy meets what was asked
    """

    indicator: str
    widths: dict[str, float]
    enough: bool


def headline(worlds: Worlds) -> Indicator:
    """Revenue of the last full year, at most that of the article's horizon, 2013."""
    year = min(worlds.last_year, 2013)
    return Indicator(f"revenue_{year}", "revenue", "KRW tn", year, year)


def effects(worlds: Worlds, indicator: Indicator, columns: slice) -> Intervals:
    """Simultaneous intervals over all contrasts and the chosen columns, contrast by contrast."""
    values = {p: worlds.values(p, indicator)[:, columns] for p in worlds.policies}
    return simultaneous_intervals(
        np.concatenate([values[p] - values[b] for p, b in worlds.contrasts], axis=1)
    )


def headline_precision(worlds: Worlds, asked: float) -> Precision:
    """Half-widths of the headline effects beside what was asked.

    Parameters
    ----------
    asked : % of the baseline's outcome; 10 % of the effect is enough as well
    """
    indicator = headline(worlds)
    intervals = effects(worlds, indicator, slice(0, 1))
    outcome = float(worlds.values(BASELINE, indicator)[:, 0].mean())
    widths, enough = {}, worlds.complete > 1
    for i, (policy, reference) in enumerate(worlds.contrasts):
        if reference != BASELINE:
            continue
        half = float(intervals.high[i] - intervals.mean[i])
        widths[policy] = 100.0 * half / outcome
        allowed = max(_RELATIVE_WIDTH * abs(float(intervals.mean[i])), asked / 100.0 * outcome)
        enough = enough and half <= allowed
    return Precision(indicator.name, widths, enough)


def _stack(runs: Sequence[Yearly]) -> dict[str, Floats]:
    return {name: np.stack([run[name] for run in runs]) for name in runs[0]}
