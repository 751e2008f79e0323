"""Back-test with a moving origin: every public figure, forecast from every earlier one.

A series is a measure of one place, its level of 2003 and the figures that were published later.
Each of them but the last is an origin: the model goes on from it with its own growth, as do
forecasts that need no model.  All are compared in logarithms, so that a small complex
counts as much as a large one, and the error of the published figure is added to all of them.
Only figures that were held out are scored; earlier ones serve as past.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.runs.backtest import (
    CONSTANT_GROWTH,
    aimed_growth,
    national_growth,
)
from innocluster.scenarios.runs.indicators import FIRST_YEAR, Target

from ..scores import (
    autoregressive_forecast,
    covered,
    crps,
    drift_forecast,
    energy_score,
    probability_place,
)
from ..targets import CalibrationTarget

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORECASTS", "MODEL", "NAIVE", "Published", "published_series", "rolling_forecasts"]

Floats = NDArray[np.float64]

MODEL = "model"
NAIVE = ("unchanged", "drift", "autoregression", "national", "constant", "line")
"""Forecasts without a model: the last figure stays; the series' own past; as Korean manufacturing
(exports as Korea's); 12 % a year; as the article's targets would have it."""

FORECASTS = (MODEL, *NAIVE)
_FROM_2003 = ("revenue", "exports", "employees", "firms")
_MEASURES = (*_FROM_2003, "members")
_FLOWS = ("revenue", "exports")
_SAMPLE = 1000
_LEAST_DRIFT, _LEAST_AUTOREGRESSION = 4, 5
"""Figures from which the spread of growth can be told; with fewer it is all but infinite."""
_HALF, _NINE_TENTHS = 0.5, 0.9


@dataclass(frozen=True)
class Published:
    """One figure of a series.

    Attributes
    ----------
    year : calendar year
    value : in the unit of the measure
    error : standard deviation of its logarithm; 0 for a level of 2003, which is met exactly
    discrepancy : standard deviation of the logarithm of what the model misses anyway
    held_out : whether it is scored
    """

    year: int
    value: float
    error: float
    discrepancy: float
    held_out: bool


def published_series(
    targets: Sequence[CalibrationTarget], starts: Mapping[tuple[str, str], float]
) -> dict[tuple[str, str], list[Published]]:
    """Figures by measure and place, from the first to the last.

    Parameters
    ----------
    targets : named ``measure_year:place`` or ``measure_year`` for the region
    starts : levels of 2003 by measure and place
    """
    series: dict[tuple[str, str], dict[int, Published]] = {}
    for target in targets:
        name, _, place = target.name.partition(":")
        measure, _, year = name.rpartition("_")
        if measure not in _MEASURES or not year.isdigit() or not target.value > 0.0:
            continue
        key = measure, place or "all"
        series.setdefault(key, {})[int(year)] = Published(
            int(year), target.value, _share(target.uncertainty, target.value),
            _share(target.discrepancy, target.value), target.role == "hold-out",
        )  # fmt: skip
    for key, level in starts.items():
        if key in series and level > 0.0:
            series[key][FIRST_YEAR] = Published(FIRST_YEAR, level, 0.0, 0.0, False)
    return {key: [years[year] for year in sorted(years)] for key, years in series.items()}


def _share(spread: float, value: float) -> float:
    return spread / value if np.isfinite(spread) else 0.0


def rolling_forecasts(
    tables: Mapping[str, Floats],
    keys: Sequence[str],
    targets: Sequence[CalibrationTarget],
    aims: Sequence[Target],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score the model and every forecast without one.

    Parameters
    ----------
    tables : measure -> (worlds, years, 1 + complexes), from 2003
    keys : ``"all"`` and the complexes
    targets : figures with their errors and roles
    aims : targets of the article, for the line

    Returns
    -------
    frames
        ``forecasts``: origin, year, measure, complex, forecast, median and 90 % interval, what
        was observed, CRPS and error of the median in %, place, whether 50 and 90 % intervals
        hold it.  ``energy``: origin, forecast, figures, energy score of model and forecast.
    """
    import pandas as pd

    starts = {
        (measure, key): float(tables[measure][:, 0, k].mean())
        for measure in _FROM_2003
        for k, key in enumerate(keys)
    }
    rows, samples = [], []
    for (measure, key), figures in published_series(targets, starts).items():
        if key not in keys:
            continue
        paths = tables[measure][:, :, keys.index(key)]
        for place, origin in enumerate(figures[:-1]):
            past = figures[: place + 1]
            for figure in figures[place + 1 :]:
                if not figure.held_out or figure.year - FIRST_YEAR >= paths.shape[1]:
                    continue
                made = _forecasts(measure, key, paths, past, figure, aims)
                truth = np.array([np.log(figure.value)])
                for name, sample in made.items():
                    rows.append(
                        (origin.year, figure.year, measure, key, name, *_scored(sample, truth))
                    )
                samples.append((origin.year, truth[0], made))
    columns = [
        "origin", "year", "measure", "complex", "forecast", "median", "low", "high", "observed",
        "crps", "error", "place", "in_half", "in_nine_tenths",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns), _energy(samples)


def _forecasts(
    measure: str, key: str, paths: Floats, past: Sequence[Published], figure: Published,
    aims: Sequence[Target],
) -> dict[str, Floats]:  # fmt: skip
    """Samples of the logarithm of one published figure, by forecast."""
    origin = past[-1]
    steps = figure.year - origin.year
    label = f"{measure}:{key}:{origin.year}:{figure.year}"
    generator = np.random.default_rng(zlib.crc32(label.encode()))
    start, then = (paths[:, year - FIRST_YEAR] for year in (origin.year, figure.year))
    result = {}
    if (start > 0.0).all() and (then > 0.0).all():
        own = np.log(origin.value) + np.log(then / start)
        spread = np.hypot(origin.error, figure.discrepancy)
        result[MODEL] = own + spread * generator.standard_normal(own.size)
    years, values = [p.year for p in past], np.array([p.value for p in past])
    level = np.log(origin.value) + origin.error * generator.standard_normal(_SAMPLE)
    result["unchanged"] = level
    seed = int(generator.integers(2**31))
    if values.size >= _LEAST_DRIFT:
        made = drift_forecast(values, steps, _SAMPLE, seed, years)
        result["drift"] = np.log(made[:, -1])
    if values.size >= _LEAST_AUTOREGRESSION:
        # Growth within a gap is even: no more is known of it.
        filled = np.exp(np.interp(range(years[0], years[-1] + 1), years, np.log(values)))
        made = autoregressive_forecast(filled, steps, _SAMPLE, seed)
        result["autoregression"] = np.log(made[:, -1])
    if measure in _FLOWS:
        shipped = national_growth(measure)
        growth = {
            "national": shipped.get(figure.year, np.nan) / shipped.get(origin.year, np.nan),
            "constant": CONSTANT_GROWTH**steps,
            "line": aimed_growth(measure, aims) ** steps,
        }
        result |= {name: level + np.log(g) for name, g in growth.items() if g == g}
    return {
        name: sample + figure.error * generator.standard_normal(sample.size)
        for name, sample in result.items()
        if np.isfinite(sample).all()
    }


def _scored(sample: Floats, truth: Floats) -> tuple[float | bool, ...]:
    """Median and ends, the figure, and how good the forecast was."""
    column = sample[:, None]
    low, median, high = np.exp(np.quantile(sample, [0.05, 0.5, 0.95]))
    return (
        float(median), float(low), float(high), float(np.exp(truth[0])),
        100.0 * float(crps(column, truth)[0]),
        100.0 * float(np.log(median) - truth[0]),
        float(probability_place(column, truth)[0]),
        bool(covered(column, truth, _HALF)[0]), bool(covered(column, truth, _NINE_TENTHS)[0]),
    )  # fmt: skip


def _energy(samples: list[tuple[int, float, dict[str, Floats]]]) -> pd.DataFrame:
    """Energy score by origin over all figures that model and forecast have in common."""
    import pandas as pd

    rows = []
    for origin in sorted({year for year, _, _ in samples}):
        own = [(truth, made) for year, truth, made in samples if year == origin and MODEL in made]
        for name in NAIVE:
            both = [(truth, made) for truth, made in own if name in made]
            if len(both) < 2:
                continue
            truth = np.array([t for t, _ in both])
            scores = [
                100.0 * energy_score(np.stack([made[f] for _, made in both], axis=1), truth)
                for f in (MODEL, name)
            ]
            rows.append((origin, name, len(both), *scores))
    return pd.DataFrame(rows, columns=["origin", "forecast", "figures", "model", "score"])
