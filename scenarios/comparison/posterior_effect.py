"""The leader's effect at draws of the shipped posterior: the second interval of the headline.

The first interval is that of a mean over worlds: luck alone, or luck and what the worlds draw.
Beside it some worlds, numbered apart and with luck of their own, draw every parameter and form
that the scenario leaves open from the shipped posterior, and run without a programme and under
the leader only.  Each draw is one history: the interval holds what is not known of parameters
and forms, and the luck of one history as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..arms import BASELINE
from ..statistics.posterior import load_posterior
from .worlds import Worlds, headline

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEAST_DRAWS", "posterior_frame", "posterior_summary", "worlds_for_posterior"]

LEAST_DRAWS = 19
"""Fewer draws hold no nine in ten: another one lies outside all of n with a chance of 2/(n+1)."""

_MOST = 60
_ENDS = (0.05, 0.95)
_COLUMNS = ("draw", "policy", "baseline", "indicator", "untreated", "effect", "unit", "percent")


def worlds_for_posterior(complete: int) -> int:
    """Worlds that draw from the posterior: as many as were compared, 60 at most.

    None where the comparison has fewer than 19.
    """
    return min(complete, _MOST) if complete >= LEAST_DRAWS else 0


def posterior_frame(worlds: Worlds | None) -> pd.DataFrame:
    """Headline effect of the leader against no programme in the region, a draw a row.

    Percentages are those of the same world's outcome without a programme, which differs more
    between draws than the effect does.

    Parameters
    ----------
    worlds : under the baseline and the leader; ``None`` where there are none
    """
    import pandas as pd

    if worlds is None:
        return pd.DataFrame(columns=list(_COLUMNS))
    (leader,) = (arm for arm in worlds.policies if arm != BASELINE)
    indicator = headline(worlds)
    untreated = worlds.values(BASELINE, indicator)[:, 0]
    effect = worlds.values(leader, indicator)[:, 0] - untreated
    columns = (
        worlds.numbers, leader, BASELINE, indicator.name, untreated, effect, indicator.unit,
        100.0 * effect / untreated,
    )  # fmt: skip
    return pd.DataFrame(dict(zip(_COLUMNS, columns, strict=True)))


def posterior_summary(frame: pd.DataFrame) -> dict[str, Any] | None:
    """What the draws say of the effect, % of the outcome; ``None`` where they are too few.

    Returns
    -------
    policy, number of draws and digest of the posterior; mean, median, and the ends between which
    another draw lies in nine of ten cases; share of the draws in which the effect is above zero
    """
    if len(frame) < LEAST_DRAWS:
        return None
    percent = frame["percent"].to_numpy(dtype=np.float64)
    # These quantiles, places p·(n + 1), hold 90 % of further draws whatever their distribution.
    low, high = np.quantile(percent, _ENDS, method="weibull").tolist()
    return {
        "policy": str(frame["policy"].iloc[0]),
        "draws": len(frame),
        "digest": load_posterior().digest,
        "mean": float(percent.mean()),
        "median": float(np.median(percent)),
        "low": low,
        "high": high,
        "above": float((percent > 0.0).mean()),
    }
