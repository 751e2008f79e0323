"""The headline effect with and without the largest firms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..statistics.intervals import verdicts
from .worlds import Worlds, effects, headline

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ESTIMATES", "largest_frame"]

ESTIMATES = ("all", "smaller")
"""Of all firms, and of all but the largest."""

Floats = NDArray[np.float64]


def largest_frame(worlds: Worlds) -> pd.DataFrame:
    """Headline effects in the region by contrast and estimate, each with its own intervals.

    Columns policy, baseline, estimate, mean, low, high, unit, verdict, and variance_ratio, the
    variance of the effect over that of the estimate: how many times fewer worlds give an
    interval of the same width.
    """
    import pandas as pd

    indicator = headline(worlds)
    rest = replace(indicator, name=f"smaller_{indicator.name}", measure="smaller_revenue")
    whole = _differences(worlds, indicator.measure)
    smaller = _differences(worlds, rest.measure)
    found = (
        effects(worlds, indicator, slice(0, 1)),
        effects(worlds, rest, slice(0, 1)),
    )
    variances = [_variance(values) for values in (whole, smaller)]
    rows = []
    for i, (policy, baseline) in enumerate(worlds.contrasts):
        for estimate, intervals, variance in zip(ESTIMATES, found, variances, strict=True):
            rows.append(
                {
                    "policy": policy,
                    "baseline": baseline,
                    "estimate": estimate,
                    "mean": intervals.mean[i],
                    "low": intervals.low[i],
                    "high": intervals.high[i],
                    "unit": indicator.unit,
                    "verdict": str(verdicts(intervals.low, intervals.high)[i]),
                    "variance_ratio": variances[0][i] / variance[i] if variance[i] else np.nan,
                }
            )
    return pd.DataFrame(rows)


def _differences(worlds: Worlds, measure: str) -> Floats:
    """Differences of a measure of the headline year in every world, (worlds, contrasts)."""
    indicator = replace(headline(worlds), measure=measure)
    values = {policy: worlds.values(policy, indicator)[:, 0] for policy in worlds.policies}
    return np.column_stack([values[p] - values[b] for p, b in worlds.contrasts])


def _variance(values: Floats) -> Floats:
    if values.shape[0] < 2:
        return np.full(values.shape[1], np.nan)
    result: Floats = values.var(axis=0, ddof=1)
    return result
