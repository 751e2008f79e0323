"""How well parameters meet the targets, on the emulator.

y ~ N(m(θ), D(θ) R D(θ) + diag(u² + d² + e²(θ))) to the power τ: y what was observed, m the
emulated mean, D the emulated standard deviations of one world's noise with correlation R, u the
uncertainty of the figure, d the discrepancy of the model, e the emulator's own error, τ the
tempering that the self-check asks for. The prior of the scores is N(0, I), cut to what earlier
waves of runs have not ruled out: beyond, the emulator has seen nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .emulator import Emulator, Prediction
from .priors import HIGHEST_SCORE, Priors

__all__ = ["SURPRISE", "Fit", "Posterior", "gaussian_density", "implausibility"]

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

SURPRISE = 0.0027
"""Probability of a distance at which parameters are ruled out: three sigma of one target."""

DESIGN_POWER = 0.25
"""Power of the likelihood by which the runs of the next wave are spread, twice as wide as it."""

_STEP = 0.05
_BLOCK = 2000
_ITERATIONS = 30
_CLOSE = 1e-3


@dataclass(frozen=True)
class Fit:
    """Normal approximation of a posterior in scores.

    Attributes
    ----------
    scores : of the highest density (parameters,)
    covariance : (I + J'V⁻¹J)⁻¹ there
    log_density : there
    """

    scores: Floats
    covariance: Floats
    log_density: float


@dataclass(frozen=True)
class Posterior:
    """Density of the scores given the targets.

    Attributes
    ----------
    priors : of the parameters of the emulator, in its order
    emulator : of all summaries
    columns : which summaries are targets
    observed : their figures (targets,)
    known : variance of each figure plus that of the model's discrepancy, above zero (targets,)
    tempering : power of the likelihood
    support : of earlier waves; what one of them rules out has no probability
    guide : of the wave before, if the prior is that by which this wave's runs were drawn
    """

    priors: Priors
    emulator: Emulator
    columns: NDArray[np.intp]
    observed: Floats
    known: Floats
    tempering: float = 1.0
    support: tuple[Posterior, ...] = ()
    guide: Posterior | None = None

    def __post_init__(self) -> None:
        if not (self.columns.size == self.observed.size == self.known.size):
            raise ValueError("one figure and one variance for each target")
        if not (np.isfinite(self.observed).all() and (self.known > 0.0).all()):
            raise ValueError("targets need finite figures and uncertainties above zero")

    def moved(self, observed: Floats | None = None, known: Floats | None = None) -> Posterior:
        """The same with other figures or variances."""
        return replace(
            self,
            observed=self.observed if observed is None else observed,
            known=self.known if known is None else known,
        )

    def predict(self, scores: Floats) -> Prediction:
        """What the emulator says of the targets."""
        return self.emulator.predict(self.priors.values(scores), self.columns)

    @property
    def cutoff(self) -> float:
        """Standard deviations beyond which the worst target rules parameters out.

        Three for one target; more for the worst of many, 3.6 of nine, 3.9 of twenty-five.
        """
        from scipy.special import ndtri

        return float(-ndtri(0.5 * SURPRISE / self.columns.size))

    @property
    def correlation(self) -> Floats:
        """Correlation of the noise of the targets."""
        return self.emulator.correlation[np.ix_(self.columns, self.columns)]

    def covariances(self, predicted: Prediction) -> Floats:
        """Covariance of what is observed about the mean, (n, targets, targets)."""
        spread = np.sqrt(predicted.noise)
        result: Floats = self.correlation * spread[:, :, None]
        result *= spread[:, None, :]
        diagonal = np.arange(self.columns.size)
        result[:, diagonal, diagonal] += self.known + predicted.error
        return result

    def log_likelihood(self, scores: Floats) -> Floats:
        """Tempered log likelihood at scores (n, parameters)."""
        result = np.empty(scores.shape[0])
        for start in range(0, result.size, _BLOCK):
            rows = slice(start, start + _BLOCK)
            predicted = self.predict(scores[rows])
            away = self.observed - predicted.mean
            result[rows] = gaussian_density(away, self.covariances(predicted))
        return self.tempering * result

    def plausible(self, scores: Floats) -> Booleans:
        """Whether no earlier wave rules these scores out."""
        result: Booleans = np.asarray((np.abs(scores) <= HIGHEST_SCORE).all(axis=1))
        for earlier in self.support:
            if result.any():
                result[result] = implausibility(earlier, scores[result]) < earlier.cutoff
        return result

    def log_prior(self, scores: Floats) -> Floats:
        """Up to a constant, -inf where implausible."""
        result = np.full(scores.shape[0], -np.inf)
        inside = self.plausible(scores)
        if inside.any():
            own = scores[inside]
            result[inside] = -0.5 * (own**2).sum(axis=1)
            if self.guide is not None:
                result[inside] += DESIGN_POWER * self.guide.log_likelihood(own)
        return result

    def log_density(self, scores: Floats) -> Floats:
        """Log prior plus tempered log likelihood, up to a constant."""
        result = self.log_prior(scores)
        inside = np.isfinite(result)
        if inside.any():
            result[inside] += self.log_likelihood(scores[inside])
        return result

    def design_density(self, scores: Floats) -> Floats:
        """Log density by which the next wave's runs are drawn."""
        result = self.log_prior(scores)
        inside = np.isfinite(result)
        inside[inside] = implausibility(self, scores[inside]) < self.cutoff
        result[~inside] = -np.inf
        if inside.any():
            result[inside] += DESIGN_POWER * self.log_likelihood(scores[inside])
        return result

    def slopes(self, scores: Floats) -> Floats:
        """J, change of each emulated target with each score at one point, (targets, parameters)."""
        step = _STEP * np.eye(scores.size)
        near = self.priors.values(np.concatenate([scores + step, scores - step]))
        means = self.emulator.means(near)[:, self.columns]
        change: Floats = (means[: scores.size] - means[scores.size :]) / (2.0 * _STEP)
        return change.T

    def information(self, scores: Floats) -> Floats:
        """J'V⁻¹J at one point: what the targets add to the prior's identity."""
        slopes = self.slopes(scores)
        covariance = self.covariances(self.predict(scores[None, :]))[0]
        result: Floats = self.tempering * slopes.T @ np.linalg.solve(covariance, slopes)
        return 0.5 * (result + result.T)

    def fit(self, starts: Floats) -> Fit:
        """Highest density by Gauss–Newton steps from the best of some scores, each step halved
        until it climbs.

        Parameters
        ----------
        starts : (n, parameters)
        """
        densities = self.log_density(starts)
        best = starts[int(np.argmax(densities))].copy()
        density = float(densities.max())
        identity = np.eye(best.size)
        for _ in range(_ITERATIONS):
            slopes = self.slopes(best)
            predicted = self.predict(best[None, :])
            covariance = self.covariances(predicted)[0]
            away = self.observed - predicted.mean[0]
            both = np.linalg.solve(covariance, np.column_stack([slopes, away]))
            gradient = self.tempering * slopes.T @ both[:, -1] - best
            curvature = identity + self.tempering * slopes.T @ both[:, :-1]
            step = np.linalg.solve(curvature, gradient)
            trials = best + step * 0.5 ** np.arange(8)[:, None]
            climbed = self.log_density(trials)
            chosen = int(np.argmax(climbed))
            if not climbed[chosen] > density:
                break
            gained, density = float(climbed[chosen]) - density, float(climbed[chosen])
            best = trials[chosen]
            if gained < _CLOSE:
                break
        covariance = np.linalg.inv(identity + self.information(best))
        return Fit(best, 0.5 * (covariance + covariance.T), density)

    def only(self, kept: Sequence[int]) -> Posterior:
        """With some of the targets, by position."""
        rows = np.asarray(kept, dtype=np.intp)
        return replace(
            self, columns=self.columns[rows], observed=self.observed[rows], known=self.known[rows]
        )


def implausibility(posterior: Posterior, scores: Floats) -> Floats:
    """Largest distance of an emulated target from the observed one, in standard deviations."""
    predicted = posterior.predict(scores)
    variance = predicted.noise + predicted.error + posterior.known
    away = np.abs(posterior.observed - predicted.mean) / np.sqrt(variance)
    return np.asarray(away.max(axis=1))


def gaussian_density(away: Floats, covariances: Floats) -> Floats:
    """Log density of N(0, V) at each row, without the constant.

    Parameters
    ----------
    away : (n, targets)
    covariances : (n, targets, targets)
    """
    factors = np.linalg.cholesky(covariances)
    standardised = np.linalg.solve(factors, away[..., None])[..., 0]
    logs = np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    result: Floats = -0.5 * (standardised**2).sum(axis=1) - logs
    return result
