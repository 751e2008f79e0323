"""Which parameter could turn a ranking round: regressions on the draws of the worlds.

The draws of a comparison are nearly uncorrelated, hence one simple regression a
parameter, with standard errors that allow for unequal variances: an effect that
grows with a parameter varies more where it is large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

__all__ = ["FINDINGS", "EndPoints", "judge", "predict_ends"]

FINDINGS = ("flips", "may flip", "matters", "")
"""What a parameter does to a difference, the gravest first."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class EndPoints:
    """Predicted differences at both ends of every parameter's range, each (rivals, parameters).

    Attributes
    ----------
    at_low, at_high : (3, rivals, parameters) mean, low and high
    change : (3, rivals, parameters) of the difference from the low to the high end
    """

    at_low: Floats
    at_high: Floats
    change: Floats


def predict_ends(
    differences: Floats, draws: Floats, low: Floats, high: Floats, confidence: float = 0.95
) -> EndPoints:
    """Regress every difference on every parameter and predict it at the ends of its range.

    Parameters
    ----------
    differences : (n, r) outcome of an arm less that of r rivals in n worlds
    draws : (n, m) values of m parameters in these worlds
    low, high : (m,) ends
    confidence : that all intervals of all regressions hold together (Bonferroni)

    Returns
    -------
    EndPoints
        `nan` below four worlds and for parameters that do not vary.

    Notes
    -----
    Standard errors HC3: J. G. MacKinnon and H. White (1985), "Some
    heteroskedasticity-consistent covariance matrix estimators with improved
    finite sample properties", Journal of Econometrics 29(3).
    """
    count, rivals = differences.shape
    parameters = draws.shape[1]
    if count < 4:
        nothing = np.full((3, rivals, parameters), np.nan)
        return EndPoints(nothing, nothing, nothing)
    centred = draws - draws.mean(axis=0)
    square = (centred**2).sum(axis=0)
    square[square <= 1e-20 * (draws**2).sum(axis=0)] = np.nan
    # Weights of the worlds in a predicted value and in the slope, (n, m).
    slope = centred / square
    ends = [1.0 / count + (end - draws.mean(axis=0)) * slope for end in (low, high)]
    fitted = 1.0 / count + centred * slope
    leverage = np.minimum(fitted, 1.0 - 1e-9)
    level = 1.0 - (1.0 - confidence) / (6.0 * max(rivals * parameters, 1))
    quantile = float(stdtrit(count - 2, level))
    result = np.empty((3, 3, rivals, parameters))
    for r in range(rivals):
        y = differences[:, r : r + 1]
        residual = y - y.mean() - centred * (slope * y).sum(axis=0)
        spread = (residual / (1.0 - leverage)) ** 2
        for i, weights in enumerate((*ends, ends[1] - ends[0])):
            mean = (weights * y).sum(axis=0)
            half = quantile * np.sqrt((weights**2 * spread).sum(axis=0))
            result[i, :, r] = mean, mean - half, mean + half
    return EndPoints(*result)


def judge(mean: Floats, ends: EndPoints) -> NDArray[np.str_]:
    """What each parameter does to the sign of each difference, shape (rivals, parameters).

    ``"flips"``: at one end the interval lies on the other side of zero;
    ``"may flip"``: only the prediction does; ``"matters"``: the difference changes
    along the range, without changing its sign; ``""``: no change can be told.

    Parameters
    ----------
    mean : (rivals,) mean differences
    """
    sign = np.where(mean < 0.0, -1.0, 1.0)[:, None]
    matters = (ends.change[1] > 0.0) | (ends.change[2] < 0.0)
    predicted = np.minimum(sign * ends.at_low[0], sign * ends.at_high[0]) < 0.0
    surely = np.zeros_like(matters)
    for end in (ends.at_low, ends.at_high):
        surely |= np.maximum(sign * end[1], sign * end[2]) < 0.0
    flips, may_flip, moves, nothing = FINDINGS
    return np.select(
        [matters & surely, matters & predicted, matters], [flips, may_flip, moves], nothing
    )
