"""How good forecasts were: scores of samples, naive forecasts, skill with an interval.

A sample of worlds forecasts a figure. Its continuous ranked probability score (CRPS) is in the
unit of the figure and, for a single number, the absolute error; the energy score is the same for
several figures at once. Both are least, on average, for the true distribution (T. Gneiting and
A. E. Raftery 2007, Journal of the American Statistical Association 102(477), 359-378). Forecasts
that need no model at all, national growth, a line, the shares of 2003, stand in
`scenarios/runs/backtest.py`; here are those from a series' own past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Skill",
    "autoregressive_forecast",
    "covered",
    "crps",
    "drift_forecast",
    "energy_score",
    "probability_place",
    "skill",
]

Floats = NDArray[np.float64]

_FEWEST_PAST = 3
_RESAMPLES = 2000


@dataclass(frozen=True)
class Skill:
    """1 - score over the naive forecast's score, with its interval; above 0 is better."""

    mean: float
    low: float
    high: float
    figures: int


def crps(sample: Floats, observed: Floats) -> Floats:
    """E|X - y| - E|X - X'|/2 of each figure, without bias for the size of the sample.

    Parameters
    ----------
    sample : (worlds, figures), at least two worlds
    observed : (figures,)
    """
    worlds = sample.shape[0]
    ordered = np.sort(sample, axis=0)
    # Σ over pairs i < j of x_j - x_i.
    weights = 2.0 * np.arange(worlds) - worlds + 1.0
    spread = weights @ ordered / (worlds * (worlds - 1.0))
    return np.asarray(np.abs(sample - observed).mean(axis=0) - spread)


def energy_score(sample: Floats, observed: Floats) -> float:
    """E‖X - y‖ - E‖X - X'‖/2 over all figures, which should be in comparable units.

    Parameters
    ----------
    sample : (worlds, figures), at least two worlds
    observed : (figures,)
    """
    from scipy.spatial.distance import pdist

    return float(np.linalg.norm(sample - observed, axis=1).mean() - 0.5 * pdist(sample).mean())


def probability_place(sample: Floats, observed: Floats, seed: int = 0) -> Floats:
    """Probability integral transform: where each figure stands in its sample, 0 to 1.

    Uniform if the forecasts are right; ties and the gap between two worlds are split at random.
    """
    below = (sample < observed).sum(axis=0)
    equal = (sample == observed).sum(axis=0)
    share = np.random.default_rng(seed).random(observed.size)
    return np.asarray((below + share * (equal + 1.0)) / (sample.shape[0] + 1.0))


def covered(sample: Floats, observed: Floats, level: float) -> NDArray[np.bool_]:
    """Whether each figure is in the central interval of its sample."""
    low, high = np.quantile(sample, [0.5 - 0.5 * level, 0.5 + 0.5 * level], axis=0)
    return np.asarray((observed >= low) & (observed <= high))


def drift_forecast(
    past: Floats, steps: int, worlds: int, seed: int = 0, years: Sequence[int] | None = None
) -> Floats:
    """Random walk with drift in logarithms, its drift and variance from the past.

    Parameters
    ----------
    past : positive yearly figures, the last one at the origin, at least three
    steps : years ahead
    worlds : size of the sample
    seed : of the sample
    years : of the past figures where some years are missing

    Returns
    -------
    array (worlds, steps)
        A predictive sample; the drift's own uncertainty is in it.
    """
    growth = _log_growth(past)
    gaps = np.ones(growth.size) if years is None else np.diff(np.array(years, np.float64))
    span, freedom = gaps.sum(), growth.size - 1.0
    mean = growth.sum() / span
    # Growth over a gap of g years has variance gσ².
    squares = ((growth - mean * gaps) ** 2 / gaps).sum()
    generator = np.random.default_rng(seed)
    spread = np.sqrt(squares / generator.chisquare(freedom, worlds))
    drift = mean + spread / np.sqrt(span) * generator.standard_normal(worlds)
    shocks = spread[:, None] * generator.standard_normal((worlds, steps))
    return np.asarray(past[-1] * np.exp(np.cumsum(drift[:, None] + shocks, axis=1)))


def autoregressive_forecast(past: Floats, steps: int, worlds: int, seed: int = 0) -> Floats:
    """AR(1) of log growth: g' = μ + φ(g - μ) + σε, by least squares, |φ| at most 0.95.

    Parameters and shape as in `drift_forecast`. A few years do not tell φ well: it is drawn
    from its normal approximation.
    """
    growth = _log_growth(past)
    middle = growth.mean()
    before, after = growth[:-1] - middle, growth[1:] - middle
    square = float(before @ before)
    slope = float(before @ after) / square if square > 0.0 else 0.0
    slope = float(np.clip(slope, -0.95, 0.95))
    freedom = max(1, after.size - 1)
    spread = float(np.sqrt(((after - slope * before) ** 2).sum() / freedom))
    generator = np.random.default_rng(seed)
    error = spread / np.sqrt(square) if square > 0.0 else 0.0
    slopes = np.clip(slope + error * generator.standard_normal(worlds), -0.95, 0.95)
    means = middle + spread / np.sqrt(growth.size) * generator.standard_normal(worlds)
    current = np.full(worlds, growth[-1])
    total = np.zeros(worlds)
    result = np.empty((worlds, steps))
    for step in range(steps):
        current = means + slopes * (current - means) + spread * generator.standard_normal(worlds)
        total = total + current
        result[:, step] = past[-1] * np.exp(total)
    return result


def skill(
    scores: Floats, naive: Floats, groups: Floats | None = None, seed: int = 0, level: float = 0.9
) -> Skill:
    """Skill of scores against a naive forecast's of the same figures, by the bootstrap.

    Parameters
    ----------
    scores, naive : (figures,), each from 0; the naive ones not all zero
    groups : figures that hang together, as those of one complex, are drawn together; without
        it each stands for itself
    seed : of the bootstrap
    level : of the interval
    """
    labels = np.arange(scores.size) if groups is None else groups
    _, member = np.unique(labels, return_inverse=True)
    sums = np.stack([np.bincount(member, weights=column) for column in (scores, naive)])
    count = sums.shape[1]
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1.0 / count), _RESAMPLES)
    own, other = sums @ drawn.T
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = 1.0 - own / other
    ratios = ratios[np.isfinite(ratios)]
    low, high = np.quantile(ratios, [0.5 - 0.5 * level, 0.5 + 0.5 * level])
    total = 1.0 - float(scores.sum()) / float(naive.sum())
    return Skill(total, float(low), float(high), scores.size)


def _log_growth(past: Floats) -> Floats:
    if past.size < _FEWEST_PAST or not (past > 0.0).all():
        raise ValueError(f"a series' own forecast needs at least {_FEWEST_PAST} positive figures")
    return np.asarray(np.diff(np.log(past)))
