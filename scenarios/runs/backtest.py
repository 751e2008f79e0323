"""What the model gives beside what happened, what was aimed at, and what anybody could forecast.

Figures that were held out from fitting stand in `data/targets.csv`, each with its error and
source.  A forecast that is worth its effort beats four that need no model:

- ``national``: every place grows as Korean manufacturing did (shipments; for exports, Korea's),
- ``constant``: every place grows by 12 % a year,
- ``line``: every place grows as the article's targets would have it,
- ``shares``: the model's own total at the shares of 2003.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.beginning.macro import load_macro

from ..files import DATA
from .indicators import FIRST_YEAR, Indicator, Target, indicator_list

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "COLUMNS",
    "CONSTANT_GROWTH",
    "FORECASTS",
    "TOLERATED_ERRORS",
    "aimed_growth",
    "backtest_frame",
    "forecast_errors",
    "national_growth",
]

Floats = NDArray[np.float64]

FORECASTS = ("national", "constant", "line", "shares")
"""Forecasts that need no model."""

COLUMNS = (
    "policy", "indicator", "complex", "unit", "mean", "low", "high",
    "observed", "uncertainty", "errors", "role", *FORECASTS, "goal", "goal_kind", "source",
)  # fmt: skip
"""Columns of the table; `errors` is the distance from what was observed, in its errors."""

TOLERATED_ERRORS = 2.0
"""Errors of an observation beyond which the model misses it."""

CONSTANT_GROWTH = 1.12
"""Growth a year, as a factor, of the forecast that knows nothing."""

_QUANTILES = (0.05, 0.95)
_FLOWS = ("revenue", "exports")
_STOCKS = ("employees", "firms")


def backtest_frame(
    yearly: Mapping[str, Mapping[str, Floats]],
    keys: Sequence[str],
    last_year: int,
    targets: Iterable[Target],
) -> pd.DataFrame:
    """Set every figure of the years after 2003 that is known beside what the model gives.

    Parameters
    ----------
    yearly : policy -> measure -> (worlds, years, 1 + complexes)
    keys : ``"all"`` and the complexes
    last_year : last full calendar year
    targets : observations, goals and plans

    Returns
    -------
    `COLUMNS`
        Mean and 90 % interval over worlds, the latter `nan` for a single world; what is not
        known is `nan` or empty.
    """
    import pandas as pd

    given = tuple(targets)
    indicators = {one.name: one for one in indicator_list(last_year) if one.last > FIRST_YEAR}
    known = {(t.indicator, t.complex): t for t in given if t.kind == "observed"}
    wanted = _wanted(given)
    places = sorted(
        ((i, k) for i, k in {*known, *wanted} if i in indicators and k in keys),
        key=lambda one: (keys.index(one[1]), indicators[one[0]].measure, indicators[one[0]].first),
    )
    rows = []
    for policy, tables in yearly.items():
        for name, key in places:
            indicator, k = indicators[name], keys.index(key)
            values = _values(tables, indicator)
            mean = float(values[:, k].mean())
            low, high = (
                np.quantile(values[:, k], _QUANTILES) if len(values) > 1 else (np.nan, np.nan)
            )
            observed, goal = known.get((name, key)), wanted.get((name, key))
            error = observed.uncertainty if observed else math.nan
            figure = observed.value if observed else math.nan
            rows.append(
                (
                    policy, name, key, indicator.unit, mean, float(low), float(high),
                    figure, error, abs(mean - figure) / error, observed.role if observed else "",
                    *_forecasts(tables, indicator, k, given),
                    goal.value if goal else math.nan, goal.kind if goal else "",
                    "; ".join(t.source for t in (observed, goal) if t),
                )
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def forecast_errors(table: pd.DataFrame, by_complex: bool) -> dict[str, float]:
    """Mean absolute error of the model and of each forecast, %, over what all of them forecast.

    Held-out figures only; errors are of the logarithm, so that the small complexes count as
    much as the large.

    Parameters
    ----------
    table : rows of one policy
    by_complex : of the complexes (True) or of the region (False)

    Returns
    -------
    dict
        ``mean`` (the model), the forecasts, and ``figures``, the number that was compared
    """
    names = ["mean", "national", "constant", "line", *(["shares"] if by_complex else [])]
    rows = table[(table["role"] == "hold-out") & ((table["complex"] == "all") != by_complex)]
    rows = rows[(rows[[*names, "observed"]] > 0.0).all(axis=1)]
    if rows.empty:
        return {"figures": 0.0}
    errors = {name: np.abs(np.log(rows[name] / rows["observed"])).mean() for name in names}
    return {
        **{name: 100.0 * math.expm1(float(error)) for name, error in errors.items()},
        "figures": float(len(rows)),
    }


def _wanted(targets: Iterable[Target]) -> dict[tuple[str, str], Target]:
    """The article's goal or, where it has none, the plan of others."""
    aims = [t for t in targets if t.kind in ("goal", "plan")]
    ordered = sorted(aims, key=lambda target: target.kind == "goal")
    return {(target.indicator, target.complex): target for target in ordered}


def _values(tables: Mapping[str, Floats], indicator: Indicator) -> Floats:
    """One indicator, (worlds, 1 + complexes)."""
    years = slice(indicator.first - FIRST_YEAR, indicator.last - FIRST_YEAR + 1)
    values: Floats = tables[indicator.measure][:, years].sum(axis=1)
    return values


def _forecasts(
    tables: Mapping[str, Floats], indicator: Indicator, k: int, targets: Sequence[Target]
) -> tuple[float, float, float, float]:
    """`FORECASTS` of one place and year, `nan` where there is none."""
    measure, year = indicator.measure, indicator.last
    if measure not in (*_FLOWS, *_STOCKS):
        return math.nan, math.nan, math.nan, math.nan
    means = tables[measure].mean(axis=0)
    start, whole = means[0, k], means[0, 0]
    shares = means[year - FIRST_YEAR, 0] * start / whole if k and whole > 0.0 else math.nan
    if measure in _STOCKS:
        return math.nan, math.nan, math.nan, float(shares)
    return (
        float(start) * national_growth(measure).get(year, math.nan),
        float(start) * CONSTANT_GROWTH ** (year - FIRST_YEAR),
        float(start) * aimed_growth(measure, targets) ** (year - FIRST_YEAR),
        float(shares),
    )


def aimed_growth(measure: str, targets: Sequence[Target]) -> float:
    """Growth a year from the article's figure of 2003 to its target, `nan` without both."""
    own = [t for t in targets if t.complex == "all" and t.indicator.startswith(f"{measure}_")]
    start = next((t.value for t in own if t.kind == "baseline"), math.nan)
    for target in own:
        if target.kind == "goal":
            years = int(target.indicator.rpartition("_")[2]) - FIRST_YEAR
            return float((target.value / start) ** (1.0 / years))
    return math.nan


@cache
def national_growth(measure: str) -> dict[int, float]:
    """Year -> what Korea as a whole shipped or exported over what it did in 2003."""
    if measure == "exports":
        # World demand in the history is what Korea as a whole exported.
        months = load_macro("history").world_demand
        means = months.reshape(-1, 12).mean(axis=1)
        return {FIRST_YEAR + i: float(v / means[0]) for i, v in enumerate(means)}
    with (DATA / "national_shipments.csv").open(encoding="utf-8", newline="") as file:
        shipped = {int(row["year"]): float(row["shipments"]) for row in csv.DictReader(file)}
    return {year: value / shipped[FIRST_YEAR] for year, value in shipped.items()}
