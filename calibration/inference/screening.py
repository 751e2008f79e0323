"""Which parameters move which target: one at a time, in pairs of runs of the same worlds.

With keyed random numbers two runs of a world differ only by what the moved parameter does, so
that few worlds suffice. Each parameter is put at two quantiles of its prior while the others
stand at their modes. What moves no target is not fitted but drawn from its prior. An effect
that shows only when another parameter moves as well is not seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .priors import Priors

__all__ = ["Screening", "screen", "screening_points"]

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

QUANTILE_SCORE = 1.6448536269514722
"""Points of a pair: the 5 and the 95 % quantile of the prior."""

_MOST_FREEDOM = 20.0
_FEWEST_VARIANCES = 5
_LEVEL = 0.01
_ROUNDING = 1e-20


@dataclass(frozen=True)
class Screening:
    """What each parameter does to each target, all arrays (parameters, targets).

    Attributes
    ----------
    names : the parameters
    slope : half the difference between the target at the high and the low point
    bend : the mean of the two points less the middle
    error : standard error of a slope
    moved : whether the parameter moves the target
    share : the larger of slope and bend over what the target is known to
    """

    names: tuple[str, ...]
    slope: Floats
    bend: Floats
    error: Floats
    share: Floats
    moved: Booleans

    @property
    def fitted(self) -> list[int]:
        """Parameters that move some target, the strongest first; the others are only drawn."""
        rows = np.flatnonzero(self.moved.any(axis=1))
        strength = np.where(self.moved, self.share, 0.0).max(axis=1)
        return [int(j) for j in rows[np.argsort(-strength[rows], kind="stable")]]


def screening_points(priors: Priors) -> Floats:
    """All modes, then low and high of each parameter in turn, (1 + 2 parameters, parameters)."""
    count = len(priors.names)
    score = np.full((1, count), QUANTILE_SCORE)
    low, high = priors.values(-score)[0], priors.values(score)[0]
    points = np.tile(priors.mode, (1 + 2 * count, 1))
    for j in range(count):
        points[1 + 2 * j, j] = low[j]
        points[2 + 2 * j, j] = high[j]
    return points


def screen(
    names: tuple[str, ...],
    runs: Floats,
    scale: Floats,
    smallest_share: float = 0.1,
    level: float | None = None,
) -> Screening:
    """Decide from paired runs at the points of `screening_points`.

    A parameter moves a target where slope or bend is distinguishable from zero (moderated t
    over the worlds, 1 % divided by the number of parameters) and at least `smallest_share` of
    what the target is known to. Variances of few worlds are drawn towards those of the other
    parameters, the more the less they differ among each other (Smyth 2004, "Linear models and
    empirical Bayes methods").

    Parameters
    ----------
    names : the parameters
    runs : (1 + 2 parameters, worlds, targets); the same worlds at each point
    scale : standard deviation to which each target is known (targets,)
    smallest_share : effects that matter, in `scale`
    level : at which each test errs on one side, by default 1 % over all tests on a target

    Raises
    ------
    ValueError
        With fewer than two worlds, or points that do not fit the parameters.
    """
    if runs.shape[0] != 1 + 2 * len(names) or runs.shape[1] < 2:
        raise ValueError("screening needs 1 + 2 points a parameter and at least two worlds")
    slopes = 0.5 * (runs[2::2] - runs[1::2])
    bends = 0.5 * (runs[2::2] + runs[1::2]) - runs[0]
    if level is None:
        # Two tests a parameter, each on two sides.
        level = _LEVEL / (4.0 * len(names))
    slope, slope_error, slope_limit = _moderated(slopes, level)
    bend, bend_error, bend_limit = _moderated(bends, level)
    share = np.maximum(np.abs(slope), np.abs(bend)) / scale
    seen = [
        (np.abs(effect) > limit * error) & (np.abs(effect) >= smallest_share * scale)
        for effect, error, limit in (
            (slope, slope_error, slope_limit),
            (bend, bend_error, bend_limit),
        )
    ]
    return Screening(names, slope, bend, slope_error, share, seen[0] | seen[1])


def _moderated(differences: Floats, level: float) -> tuple[Floats, Floats, Floats]:
    """Mean over the worlds, standard error with moderated variance, and the limit of their ratio.

    Where pairs differ by the same in all worlds there is no noise to moderate.
    """
    from scipy.stats import t as student

    worlds = differences.shape[1]
    freedom = worlds - 1
    variance = differences.var(axis=1, ddof=1)
    rounding = _ROUNDING * (differences**2).max(axis=(0, 1))
    limits = np.empty(variance.shape[1])
    for k in range(limits.size):
        noisy = variance[:, k] > rounding[k]
        prior = _prior_freedom(variance[noisy, k], freedom)
        if prior > 0.0:
            typical = np.exp(np.log(variance[noisy, k]).mean() - _log_bias(freedom))
            total = freedom * variance[noisy, k] + prior * typical
            variance[noisy, k] = total / (freedom + prior)
        limits[k] = student.isf(level, freedom + prior)
    return differences.mean(axis=1), np.sqrt(variance / worlds), limits


def _log_bias(freedom: float) -> float:
    """E log of a chi-square over its degrees of freedom."""
    from scipy.special import digamma

    return float(digamma(freedom / 2.0) - np.log(freedom / 2.0))


def _prior_freedom(variances: Floats, freedom: int) -> float:
    """Degrees of freedom that the spread of the variances gives to their centre.

    Var log s² = ψ'(d/2) + ψ'(d₀/2), ψ' the trigamma function.
    """
    from scipy.optimize import brentq
    from scipy.special import polygamma

    if variances.size < _FEWEST_VARIANCES:
        return 0.0
    excess = float(np.log(variances).var(ddof=1) - polygamma(1, freedom / 2.0))
    if excess <= polygamma(1, _MOST_FREEDOM / 2.0):
        return _MOST_FREEDOM
    if excess >= polygamma(1, 0.05):
        return 0.0
    return float(brentq(lambda d: polygamma(1, d / 2.0) - excess, 0.1, _MOST_FREEDOM))
