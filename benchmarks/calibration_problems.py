"""Small stochastic models with known posteriors, on which the method of calibration is measured.

Growth
    150 firms, five years: log size reverts at rate κ to its start plus a trend μ a year and an
    effect β of each meeting, with shocks σ and measurement error τ. Summaries are sample
    moments over firms, so that mean and covariance are exact (up to the normality of sample
    moments): the reference posterior needs no run.
Brock and Hommes
    The asset-pricing model of heterogeneous beliefs (1998, Journal of Economic Dynamics and
    Control 22, 1235-1274), four beliefs, the trend and bias of two of them unknown: its moments
    are rough in the parameters.
Hundred
    A hundred parameters, seven of which move nine summaries, through squares and products too.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from innocluster.calibration.inference.importance import importance_draws
from innocluster.calibration.inference.priors import Priors

Floats = NDArray[np.float64]

FIRMS, YEARS = 150, 5
GROWTH = Priors(
    ("trend", "meeting", "reversion", "shock", "error"),
    np.array([-0.02, 0.0, 0.0, 0.05, 0.0]),
    np.array([0.05, 0.02, 0.1, 0.2, 0.08]),
    np.array([0.12, 0.08, 0.4, 0.5, 0.3]),
)
GROWTH_KNOWN = np.array([0.02, 0.02, 0.004, 0.006, 0.01, 0.015, 0.01, 0.01, 0.02]) ** 2

BROCK_HOMMES = Priors(
    ("trend_2", "bias_2", "trend_3", "bias_3"),
    np.array([0.0, 0.0, 0.0, -1.0]),
    np.array([0.6, 0.5, 0.6, -0.5]),
    np.array([1.2, 1.0, 1.2, 0.0]),
)

_starts = np.random.default_rng(7)
START = 0.5 * _starts.standard_normal(FIRMS)
MEETINGS = _starts.poisson(2.0, FIRMS).astype(np.float64)
START -= START.mean()
MEETINGS -= MEETINGS.mean()
START -= MEETINGS * (MEETINGS @ START) / (MEETINGS @ MEETINGS)


def growth_runs(points: Floats, seed: int) -> Floats:
    """Nine summaries of one world at each point, (n, 9)."""
    generator = np.random.default_rng(seed)
    trend, meeting, reversion, shock, error = (column[:, None] for column in points.T)
    size = np.tile(START, (points.shape[0], 1))
    seen = [size]
    for _ in range(YEARS):
        pull = reversion * (START - size)
        push = shock * generator.standard_normal(size.shape)
        size = size + trend + meeting * MEETINGS + pull + push
        seen.append(size + error * generator.standard_normal(size.shape))
    return growth_summaries(seen)


def growth_summaries(seen: list[Floats]) -> Floats:
    """Mean size in years 2 and 5, slopes on meetings and starts, second moments of growth."""
    first, second = seen[2] - seen[1], seen[3] - seen[2]
    last = seen[5] - seen[4]
    columns = [
        seen[2].mean(axis=1),
        seen[5].mean(axis=1),
        (seen[2] @ MEETINGS) / (MEETINGS @ MEETINGS),
        (seen[5] @ MEETINGS) / (MEETINGS @ MEETINGS),
        (first**2).mean(axis=1),
        (first * second).mean(axis=1),
        (first * last).mean(axis=1),
        (last**2).mean(axis=1),
        ((seen[5] - START) ** 2).mean(axis=1),
    ]
    return np.stack(columns, axis=1)


def growth_moments(point: Floats) -> tuple[Floats, Floats]:
    """Mean (9,) and covariance (9, 9) of the summaries, from the normal paths of the firms."""
    trend, meeting, reversion, shock, error = point.tolist()
    keep = 1.0 - reversion
    years = np.arange(YEARS + 1)
    # x_t - x_0 = (trend + meeting m) (1 + keep + … + keep^(t-1)) + Σ keep^(t-s) shock e_s
    reach = np.array([sum(keep**s for s in range(t)) for t in years])
    middle = (trend + meeting * MEETINGS)[:, None] * reach
    push = np.array([[keep ** (t - s) if s <= t else 0.0 for s in years[1:]] for t in years])
    covariance = shock**2 * push @ push.T + error**2 * np.eye(YEARS + 1)
    covariance[0, 0] = 0.0
    # The normal variables that the summaries are moments of.
    picks = np.zeros((6, YEARS + 1))
    picks[0, 2], picks[1, 5], picks[5, 5] = 1.0, 1.0, 1.0
    picks[2, [2, 1]] = picks[3, [3, 2]] = picks[4, [5, 4]] = (1.0, -1.0)
    mean = middle @ picks.T  # (firms, 6)
    spread = picks @ covariance @ picks.T
    linear = [(0, np.ones(FIRMS)), (1, np.ones(FIRMS))]
    linear += [(0, FIRMS * MEETINGS / (MEETINGS @ MEETINGS))]
    linear += [(1, FIRMS * MEETINGS / (MEETINGS @ MEETINGS))]
    products = [(2, 2), (2, 3), (2, 4), (4, 4), (5, 5)]
    expected = [float((w * (mean[:, a] + START)).mean()) for a, w in linear]
    expected += [float((mean[:, a] * mean[:, b]).mean() + spread[a, b]) for a, b in products]
    result = np.empty((9, 9))
    for i, (a, w) in enumerate(linear):
        for j, (b, v) in enumerate(linear):
            result[i, j] = float((w * v).mean()) * spread[a, b]
        for j, (b, c) in enumerate(products):
            cross = mean[:, b] * spread[a, c] + mean[:, c] * spread[a, b]
            result[i, 4 + j] = result[4 + j, i] = float((w * cross).mean())
    for i, (a, b) in enumerate(products):
        for j, (c, d) in enumerate(products):
            m = mean.T
            moments = spread[a, c] * spread[b, d] + spread[a, d] * spread[b, c]
            cross = m[a] * m[c] * spread[b, d] + m[a] * m[d] * spread[b, c]
            cross += m[b] * m[c] * spread[a, d] + m[b] * m[d] * spread[a, c]
            result[4 + i, 4 + j] = moments + float(cross.mean())
    return np.array(expected), result / FIRMS


def growth_reference(observed: Floats, known: Floats, count: int = 6000) -> Floats:
    """Draws (count/2, 5) of the exact posterior, as parameters."""
    return exact_posterior(GROWTH, growth_moments, observed, known, count)


def exact_posterior(
    priors: Priors,
    moments: Callable[[Floats], tuple[Floats, Floats]],
    observed: Floats,
    known: Floats,
    count: int,
    start: tuple[Floats, Floats] | None = None,
) -> Floats:
    """Importance draws with the exact mean and covariance of the summaries, in rounds.

    A `start` (mean and covariance of the first proposals) changes only how sure they are.
    """

    def log_density(scores: Floats) -> Floats:
        result = np.empty(scores.shape[0])
        for i, point in enumerate(priors.values(scores)):
            mean, covariance = moments(point)
            factor = np.linalg.cholesky(covariance + np.diag(known))
            away = np.linalg.solve(factor, observed - mean)
            result[i] = -0.5 * away @ away - np.log(np.diag(factor)).sum()
        return np.asarray(result - 0.5 * (scores**2).sum(axis=1))

    size = len(priors.names)
    mean, spread = (np.zeros(size), np.eye(size)) if start is None else start
    draws = importance_draws(log_density, mean, spread, count, 5, 11)
    assert draws.shape < 0.7, draws.shape
    return priors.values(draws.resampled(count // 2, 11))


def brock_hommes_runs(points: Floats, seed: int, periods: int = 300) -> Floats:
    """Eight moments of the price's deviation at each point, (n, 8)."""
    generator = np.random.default_rng(seed)
    count = points.shape[0]
    rate, choice = 1.01, 10.0
    trend = np.stack([np.zeros(count), points[:, 0], points[:, 2], np.full(count, 1.01)])
    bias = np.stack([np.zeros(count), points[:, 1], points[:, 3], np.zeros(count)])
    price = [np.zeros(count) for _ in range(3)]
    for _ in range(periods):
        one, two, three = price[-1], price[-2], price[-3]
        worth = choice * (one - rate * two) * (trend * three + bias - rate * two)
        share = np.exp(worth - worth.max(axis=0))
        share /= share.sum(axis=0)
        push = 0.4 * generator.standard_normal(count)
        following = ((share * (trend * one + bias)).sum(axis=0) + push) / rate
        price.append(np.clip(following, -50.0, 50.0))
    path = np.array(price[50:])
    centred = path - path.mean(axis=0)
    spread = np.sqrt((centred**2).mean(axis=0))

    def lag(values: Floats, steps: int) -> Floats:
        own = values - values.mean(axis=0)
        return np.asarray((own[steps:] * own[:-steps]).mean(axis=0) / (own**2).mean(axis=0))

    columns = [
        path.mean(axis=0), np.log(spread), ((centred / spread) ** 3).mean(axis=0),
        np.log(((centred / spread) ** 4).mean(axis=0)), lag(path, 1), lag(path, 2),
        lag(np.abs(np.diff(path, axis=0)), 1), np.log(np.abs(np.diff(path, axis=0)).mean(axis=0)),
    ]  # fmt: skip
    return np.stack(columns, axis=1)


BROCK_HOMMES_KNOWN = np.array([0.02, 0.02, 0.05, 0.02, 0.01, 0.02, 0.02, 0.02]) ** 2

HUNDRED = Priors(tuple(f"p{j}" for j in range(100)), np.zeros(100), np.full(100, 0.4), np.ones(100))
HUNDRED_ACTIVE = (3, 17, 28, 41, 56, 72, 95)
HUNDRED_KNOWN = np.full(9, 0.05) ** 2
_mixing = np.random.default_rng(5).uniform(0.3, 1.0, (9, 7)) * np.random.default_rng(6).choice(
    [-1.0, 0.0, 1.0], (9, 7), p=[0.3, 0.35, 0.35]
)


def hundred_moments(point: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance of the nine summaries at one point of the seven that matter (7,)."""
    own = point[None, :]
    return _hundred_mean(own)[0], np.diag(_hundred_spread(own)[0] ** 2)


def hundred_runs(points: Floats, seed: int, world: int | None = None) -> Floats:
    """Nine summaries at points of all hundred parameters (n, 100), the 93 others without effect.

    In a `world` all points have the same noise.
    """
    own = points[:, list(HUNDRED_ACTIVE)]
    noise = np.random.default_rng(seed).standard_normal((points.shape[0], 9))
    if world is not None:
        noise[:] = np.random.default_rng([seed, world]).standard_normal(9)
    return np.asarray(_hundred_mean(own) + _hundred_spread(own) * noise)


def _hundred_mean(own: Floats) -> Floats:
    bent = 0.6 * (own - 0.4) ** 2
    joint = 0.8 * own[:, [0, 1, 2]] * own[:, [3, 4, 5]]
    mean = own @ _mixing.T + bent @ np.abs(_mixing.T)
    mean[:, [0, 3, 6]] += joint
    return np.asarray(mean)


def _hundred_spread(own: Floats) -> Floats:
    return np.asarray(0.04 * np.exp(1.5 * own[:, [0]] - 0.5) * np.ones((1, 9)))


def wasserstein(draws: Floats, reference: Floats) -> Floats:
    """Distance of each marginal from the reference in the reference's standard deviations."""
    from scipy.stats import wasserstein_distance

    return np.array(
        [
            wasserstein_distance(draws[:, j], reference[:, j]) / reference[:, j].std()
            for j in range(reference.shape[1])
        ]
    )
