"""A sparse polynomial that stands for the runs: mean, noise and its own error at any point.

For each summary: terms by two lassos (`regression.py`), weights by ridge regression weighted
with a noise variance that is itself a polynomial in the logarithm, and the variance of the
predicted mean. How large noise and error are is seen from runs that are predicted by terms
chosen and weighted without them: if those of the fit itself have variance s and the unseen ones
S, the noise is (S + s)/2 and the error of the mean (S - s)/2, as in least squares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .polynomials import Term, columns_of
from .regression import (
    Choice,
    chosen_terms,
    covering,
    log_noise_model,
    unseen_residuals,
    weighted_ridge,
)

__all__ = ["Emulator", "Prediction", "fit_emulator"]

Floats = NDArray[np.float64]

_ROUNDS = 2
_WIDEST = 9.0
_FEWEST_RUNS = 20
_SHRINKAGE = 0.1


@dataclass(frozen=True)
class Prediction:
    """What an emulator says of some points, arrays (n, summaries).

    Attributes
    ----------
    mean : expected summary
    noise : variance of one run about it
    error : variance of the mean itself
    """

    mean: Floats
    noise: Floats
    error: Floats


@dataclass(frozen=True)
class Emulator:
    """Fitted polynomials of all summaries.

    Attributes
    ----------
    low, high : range of the inputs that was fitted (inputs,)
    points, summaries : the runs it was fitted on
    terms : union of the terms of the means
    places : for each summary, where its terms stand in the union
    weights : of the terms (terms, summaries)
    factors : for each summary, L with Cov(weights) = LL'
    noise_terms, noise_weights : of the log variance (terms, summaries)
    noise_limits : smallest and largest log variance that occurs among the runs (2, summaries)
    ridges : of each summary
    error_ratios : variance of the mean over that of least squares with these terms
    correlation : of the noise of the summaries
    residuals : of each run predicted without it, in predicted standard deviations
    """

    low: Floats
    high: Floats
    points: Floats
    summaries: Floats
    terms: list[Term]
    places: list[NDArray[np.intp]]
    weights: Floats
    factors: list[Floats]
    noise_terms: list[Term]
    noise_weights: Floats
    noise_limits: Floats
    ridges: tuple[float, ...]
    error_ratios: tuple[float, ...]
    correlation: Floats
    residuals: Floats

    def predict(self, points: Floats, wanted: NDArray[np.intp] | None = None) -> Prediction:
        """Mean, noise and error at points (n, inputs); beyond the range, as at its edge.

        Parameters
        ----------
        points : parameters
        wanted : columns of the summaries, all by default
        """
        chosen = np.arange(len(self.places)) if wanted is None else wanted
        scaled = _scaled(points, self.low, self.high)
        columns = columns_of(self.terms, scaled)
        logs = columns_of(self.noise_terms, scaled) @ self.noise_weights
        error = np.empty((points.shape[0], chosen.size))
        for k, summary in enumerate(chosen.tolist()):
            own = columns[:, self.places[summary]] @ self.factors[summary]
            error[:, k] = (own**2).sum(axis=1)
        noise = np.exp(np.clip(logs, self.noise_limits[0], self.noise_limits[1]))
        return Prediction((columns @ self.weights)[:, chosen], noise[:, chosen], error)

    def means(self, points: Floats) -> Floats:
        """Those of `predict`, of all summaries (n, summaries)."""
        return columns_of(self.terms, _scaled(points, self.low, self.high)) @ self.weights

    def without(self, left_out: NDArray[np.bool_]) -> Emulator:
        """The same terms and noise, weights from the other runs only."""
        kept = ~left_out
        noise = self.predict(self.points[kept]).noise
        scaled = _scaled(self.points[kept], self.low, self.high)
        columns = columns_of(self.terms, scaled)
        weights = np.zeros_like(self.weights)
        factors = []
        for k, place in enumerate(self.places):
            fit = weighted_ridge(
                columns[:, place], self.summaries[kept, k], noise[:, k], self.ridges[k]
            )
            weights[place, k] = fit.weights
            factors.append(fit.factor * np.sqrt(self.error_ratios[k]))
        return Emulator(
            low=self.low, high=self.high, points=self.points[kept],
            summaries=self.summaries[kept], terms=self.terms, places=self.places,
            weights=weights, factors=factors, noise_terms=self.noise_terms,
            noise_weights=self.noise_weights, noise_limits=self.noise_limits, ridges=self.ridges,
            error_ratios=self.error_ratios,
            correlation=self.correlation, residuals=self.residuals[kept],
        )  # fmt: skip


def fit_emulator(points: Floats, summaries: Floats, seed: int = 0) -> Emulator:
    """Fit every summary on the same runs.

    Parameters
    ----------
    points : parameters of the runs (n, inputs)
    summaries : what they gave (n, summaries), all finite
    seed : of the folds of the lassos

    Raises
    ------
    ValueError
        For fewer than 20 runs, or a number that is not finite.
    """
    count = points.shape[0]
    if count < _FEWEST_RUNS or summaries.shape[0] != count:
        raise ValueError(f"an emulator needs at least {_FEWEST_RUNS} runs, one row each")
    if not (np.isfinite(points).all() and np.isfinite(summaries).all()):
        raise ValueError("an emulator needs finite parameters and summaries")
    low, high = points.min(axis=0), points.max(axis=0)
    high = np.where(high > low, high, low + 1.0)
    scaled = _scaled(points, low, high)
    chosen = [chosen_terms(scaled, column, seed) for column in summaries.T]
    terms, places = covering([choice.terms for choice in chosen])
    outputs = [_fit(scaled, c, y, seed) for c, y in zip(chosen, summaries.T, strict=True)]
    weights = np.zeros((len(terms), len(places)))
    for k, (place, output) in enumerate(zip(places, outputs, strict=True)):
        weights[place, k] = output.weights
    noise_terms, noise_places = covering([output.noise_terms for output in outputs])
    noise_weights = np.zeros((len(noise_terms), len(places)))
    for k, (place, output) in enumerate(zip(noise_places, outputs, strict=True)):
        noise_weights[place, k] = output.noise_weights
    residuals = np.stack([output.residuals for output in outputs], axis=1)
    return Emulator(
        low=low, high=high, points=points, summaries=summaries, terms=terms, places=places,
        weights=weights, factors=[output.factor for output in outputs], noise_terms=noise_terms,
        noise_weights=noise_weights,
        noise_limits=np.array([output.noise_limits for output in outputs]).T,
        ridges=tuple(output.ridge for output in outputs),
        error_ratios=tuple(output.error_ratio for output in outputs),
        correlation=_correlation(residuals), residuals=residuals,
    )  # fmt: skip


@dataclass(frozen=True)
class _Output:
    weights: Floats
    factor: Floats
    noise_terms: list[Term]
    noise_weights: Floats
    noise_limits: tuple[float, float]
    ridge: float
    error_ratio: float
    residuals: Floats


def _fit(scaled: Floats, choice: Choice, output: Floats, seed: int) -> _Output:
    """One summary: weights and noise in turn, then the size of noise and error."""
    columns = columns_of(choice.terms, scaled)
    fit = weighted_ridge(columns, output, np.ones(output.size))
    for _ in range(_ROUNDS):
        noise_terms, noise_weights = log_noise_model(scaled, fit.left_out, fit.leverage, seed)
        logs = columns_of(noise_terms, scaled) @ noise_weights
        middle = float(np.median(logs))
        logs = np.clip(logs, middle - _WIDEST, middle + _WIDEST)
        noise = np.exp(logs) + np.finfo(float).tiny
        fit = weighted_ridge(columns, output, noise)
    unseen = fit.left_out
    if choice.tried:
        tried = columns_of(choice.tried, scaled)
        unseen = unseen_residuals(tried, output, noise, choice.penalty, seed)
    seen = float((fit.residual**2 / noise).mean())
    missed = max(float((unseen**2 / noise).mean()), seen)
    scale = max(0.5 * (missed + seen), np.finfo(float).tiny)
    leverage = max(float(fit.leverage.mean()), 1e-12)
    error = max(0.5 * (missed - seen), scale * leverage) / leverage
    weights = noise_weights.copy()
    weights[0] += np.log(scale)
    limits = float(logs.min() + np.log(scale)), float(logs.max() + np.log(scale))
    expected = noise * (scale + error * leverage)
    return _Output(
        fit.weights, fit.factor * np.sqrt(error), noise_terms, weights, limits, fit.ridge,
        error / scale, unseen / np.sqrt(expected),
    )  # fmt: skip


def _scaled(points: Floats, low: Floats, high: Floats) -> Floats:
    return np.clip(2.0 * (points - low) / (high - low) - 1.0, -1.0, 1.0)


def _correlation(residuals: Floats) -> Floats:
    """Correlation of the residuals, drawn a tenth towards none so that it can be inverted."""
    if residuals.shape[1] == 1:
        return np.ones((1, 1))
    limited = np.clip(residuals, -4.0, 4.0)
    with np.errstate(invalid="ignore"):
        raw = np.nan_to_num(np.corrcoef(limited, rowvar=False))
    result: Floats = np.asarray((1.0 - _SHRINKAGE) * raw)
    np.fill_diagonal(result, 1.0)
    return result
