"""The headline effect with and without the largest firms, and corrected for their luck."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..arms import BASELINE
from ..statistics.control_variates import corrected_for
from ..statistics.intervals import simultaneous_intervals, verdicts
from .worlds import Worlds, effects, headline

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ESTIMATES", "largest_frame"]

ESTIMATES = ("all", "corrected", "smaller")
"""Of all firms; the same, corrected for the luck of the largest; of all but the largest."""

Floats = NDArray[np.float64]


def largest_frame(worlds: Worlds) -> pd.DataFrame:
    """Headline effects in the region by contrast and estimate, each with its own intervals.

    Columns policy, baseline, estimate, mean, low, high, unit, verdict, and variance_ratio, the
    variance of the effect over that of the estimate: how many times fewer worlds give an
    interval of the same width.  `corrected` estimates the effect of `all`, `smaller` another.
    """
    import pandas as pd

    indicator = headline(worlds)
    rest = replace(indicator, name=f"smaller_{indicator.name}", measure="smaller_revenue")
    whole = _differences(worlds, indicator.measure)
    corrected = np.column_stack(
        [
            corrected_for(_luck(worlds, *contrast), differences)
            for contrast, differences in zip(worlds.contrasts, whole.T, strict=True)
        ]
    )
    smaller = _differences(worlds, rest.measure)
    found = (
        effects(worlds, indicator, slice(0, 1)),
        simultaneous_intervals(corrected),
        effects(worlds, rest, slice(0, 1)),
    )
    variances = [_variance(values) for values in (whole, corrected, smaller)]
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


def _luck(worlds: Worlds, policy: str, baseline: str) -> Floats:
    """Luck of the largest firms without a programme, and what it is more or less under a policy.

    The first is the same luck under every policy: where an effect grows with the sales of a
    giant, it grows with the luck that made them. (worlds, 2)
    """
    indicator = replace(headline(worlds), measure="largest_luck")
    luck = {p: worlds.values(p, indicator)[:, 0] for p in {policy, baseline, BASELINE}}
    return np.column_stack([luck[BASELINE], luck[policy] - luck[baseline]])


def _variance(values: Floats) -> Floats:
    if values.shape[0] < 2:
        return np.full(values.shape[1], np.nan)
    result: Floats = values.var(axis=0, ddof=1)
    return result
