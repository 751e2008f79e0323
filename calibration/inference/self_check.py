"""Whether posterior intervals hold as often as they say, from runs that were made anyway.

Each run of the last wave is taken for what was observed, and its parameters for the truth. The
prior is then the density by which the wave was drawn. The truth's place in the posterior that
follows must be uniform (S. R. Cook, A. Gelman and D. B. Rubin 2006, Journal of Computational and
Graphical Statistics 15(3), 675-692). A run is replayed through an emulator that has not seen
it. Where intervals hold too seldom the likelihood is tempered, its power lowered until they do.

The posterior of a replay is drawn from a density q that does not know the truth, with weights
w = posterior/q. In forty dimensions a few hundred draws are worth a few dozen, and the quantiles
of so few are too near to each other: a right posterior would seem too narrow, and lowering the
power would not help. The truth is therefore put among the draws with a weight of its own. Given
the set of all of them, each is the truth with a probability in proportion to its weight. The
weight below the truth and a uniform part of its own is hence uniform however few draws there
are; few of them only make what is wrong harder to see.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .emulator import Emulator
from .importance import t_density, t_draws
from .likelihood import Posterior
from .waves import History

__all__ = [
    "LEVELS",
    "Replay",
    "SelfCheck",
    "central_coverage",
    "last_wave_check",
    "replays_of",
    "self_check",
]

Floats = NDArray[np.float64]

LEVELS = (0.5, 0.8, 0.9, 0.95)
"""Central intervals whose coverage is checked."""

DOUBT = 0.01
"""Significance at which a posterior is called overconfident."""

_FOLDS = 5
_DRAWS = 600
_STARTS = 100
_MOST_REPLAYS = 250
_PROPOSED = 0.6
_LEAST_TEMPERING = 0.1
_GRID = 47
_TOLERATED = 0.01


@dataclass(frozen=True)
class SelfCheck:
    """Coverage before and after tempering.

    Attributes
    ----------
    places : where each truth stands in its posterior, 0 to 1 (replays, parameters)
    tempered_places : the same with the tempered likelihood
    tempering : power up to 1 of the likelihood, see `_tempering`
    spread : mean square of the places along the posterior's axes as normal scores, 1 if right
    doubt : probability of such a spread if nothing is wrong
    residual : variance of the replayed runs about their prediction, in the predicted; 1 if right
    """

    places: Floats
    tempered_places: Floats
    tempering: float
    spread: float
    doubt: float
    residual: float

    @property
    def overconfident(self) -> bool:
        """Whether the posterior is narrower than it may be, at 1 %."""
        return self.doubt < DOUBT

    def coverage(self, tempered: bool = False) -> dict[float, float]:
        """Share of truths in the central interval of each level, over all parameters."""
        places = self.tempered_places if tempered else self.places
        return {level: float(central_coverage(places, level).mean()) for level in LEVELS}


def central_coverage(places: Floats, level: float) -> Floats:
    """Share of places within the central interval, for each parameter."""
    return np.asarray((np.abs(2.0 * places - 1.0) <= level).mean(axis=0))


def last_wave_check(history: History, posterior: Posterior, seed: int = 0) -> SelfCheck:
    """Replay the last wave of a history.

    Parameters
    ----------
    history : its last wave was drawn from what the earlier ones left
    posterior : on the emulator of the last wave
    seed : of folds and draws
    """
    wave = history.waves[-1]
    guide = history.posteriors[-2] if len(history.posteriors) > 1 else None
    drawn = replace(posterior, guide=guide)
    return self_check(drawn, wave.scores[wave.done], wave.summaries[wave.done], seed)


def self_check(posterior: Posterior, truths: Floats, summaries: Floats, seed: int = 0) -> SelfCheck:
    """Replay runs as observations.

    Parameters
    ----------
    posterior : what is checked, with its tempering; its own figures do not matter
    truths : scores of the runs, drawn from the prior of `posterior` (runs, parameters)
    summaries : what they gave (runs, summaries)
    seed : of folds, noise of the figures and draws
    """
    replays, residual = replays_of(posterior, truths, summaries, seed)
    tempering = _tempering(replays)
    places = np.array([replay.places(1.0) for replay in replays])
    spread, doubt = _spread(replays)
    return SelfCheck(
        places=places,
        tempered_places=np.array([replay.places(tempering) for replay in replays]),
        tempering=tempering * posterior.tempering,
        spread=spread,
        doubt=doubt,
        residual=residual,
    )


def replays_of(
    posterior: Posterior, truths: Floats, summaries: Floats, seed: int
) -> tuple[list[Replay], float]:
    """The replays of a self-check, at most 250, and their residual; arguments as there."""
    generator = np.random.default_rng(seed)
    count = min(truths.shape[0], _MOST_REPLAYS)
    chosen = generator.permutation(truths.shape[0])[:count]
    truths, summaries = truths[chosen], summaries[chosen]
    noise = generator.standard_normal((count, posterior.columns.size)) * np.sqrt(posterior.known)
    figures = summaries[:, posterior.columns] + noise
    replays: list[Replay] = []
    residuals: list[Floats] = []
    for fold in range(_FOLDS):
        rows = np.arange(fold, count, _FOLDS)
        own = replace(posterior, emulator=_unseen(posterior, summaries[rows]))
        starts = np.delete(truths, rows, axis=0)[:_STARTS]
        for j in rows.tolist():
            replays.append(_replay(own.moved(figures[j]), truths[j], starts, generator))
        predicted = own.predict(truths[rows])
        variance = predicted.noise + predicted.error + posterior.known
        residuals.append((figures[rows] - predicted.mean) ** 2 / variance)
    return replays, float(np.concatenate(residuals).mean())


@dataclass(frozen=True)
class Replay:
    """Draws of one replay's posterior, the truth before them.

    Attributes
    ----------
    scores : of truth and draws (1 + draws, parameters)
    shares : uniform, of the truth's own weight that is below it, by parameter and axis (2, …)
    axes : of the posterior, in columns (parameters, parameters)
    contraction : of the prior's variance along each axis
    likelihood : log likelihood of truth and draws
    proposal : log prior less log density of the proposal
    """

    scores: Floats
    shares: Floats
    axes: Floats
    contraction: Floats
    likelihood: Floats
    proposal: Floats

    def weights(self, tempering: float) -> Floats:
        """Of truth and draws, their sum one."""
        logs = tempering * self.likelihood + self.proposal
        weights = np.exp(logs - logs.max())
        return np.asarray(weights / weights.sum())

    def places(self, tempering: float) -> Floats:
        """Posterior probability below the truth of each parameter."""
        return _below(self.scores, self.weights(tempering), self.shares[0])

    def places_on_axes(self) -> Floats:
        """The same along each axis of the posterior, without tempering."""
        return _below(self.scores @ self.axes, self.weights(1.0), self.shares[1])


def _below(values: Floats, weights: Floats, share: Floats) -> Floats:
    """Weight below the first row and a share of that row's own, for each column."""
    return np.asarray(weights @ (values < values[0]) + share * weights[0])


def _unseen(posterior: Posterior, summaries: Floats) -> Emulator:
    """The emulator without the runs that gave these summaries."""
    emulator = posterior.emulator
    seen = {row.tobytes() for row in np.ascontiguousarray(summaries)}
    own = np.array([row.tobytes() in seen for row in np.ascontiguousarray(emulator.summaries)])
    return emulator.without(own) if own.any() else emulator


def _replay(
    posterior: Posterior, truth: Floats, starts: Floats, generator: np.random.Generator
) -> Replay:
    """Draw from a t-density wide enough for tempered likelihoods too.

    Its centre is climbed to from other truths, so that it does not know this one.
    """
    proposed = replace(posterior, tempering=_PROPOSED * posterior.tempering)
    fit = proposed.fit(starts)
    drawn = t_draws(fit.scores, fit.covariance, _DRAWS, generator)
    scores = np.concatenate([truth[None, :], drawn])
    prior = posterior.log_prior(scores)
    inside = np.isfinite(prior)
    if not inside[0]:
        raise ValueError("a replayed run lies where no run could have been drawn")
    scores = scores[inside]
    likelihood = posterior.log_likelihood(scores)
    proposal = prior[inside] - t_density(scores, fit.scores, fit.covariance)
    left, axes = np.linalg.eigh(fit.covariance)
    return Replay(
        scores, generator.random((2, truth.size)), axes, np.maximum(1.0 - left, 0.0),
        likelihood, proposal,
    )  # fmt: skip


def _tempering(replays: list[Replay]) -> float:
    """Power of the likelihood at which intervals hold as often as they say.

    The largest whose coverage, over levels and parameters, falls short by no more than a
    hundredth or one standard error of it over the replays: what replays cannot tell from a right
    posterior is left alone, for without any likelihood the prior's intervals hold too, and every
    step towards it throws away what the targets say. Where no power gets there, the fault is not
    one of sharpness and a lower power is no remedy: then the largest that is within one standard
    error of the best coverage reached.
    """
    powers = np.geomspace(1.0, _LEAST_TEMPERING, _GRID)
    short = np.array([_shortfalls(replays, power) for power in powers.tolist()])
    mean, error = short.mean(axis=1), short.std(axis=1, ddof=1) / np.sqrt(short.shape[1])
    enough = mean <= np.maximum(_TOLERATED, error)
    if not enough.any():
        best = int(np.argmin(mean))
        enough = mean <= mean[best] + error[best]
    return float(powers[int(np.argmax(enough))])


def _shortfalls(replays: list[Replay], power: float) -> Floats:
    """Of each replay, by how much fewer truths lie inside than should, mean over the levels."""
    places = np.array([replay.places(power) for replay in replays])
    short = [level - central_coverage(places.T, level) for level in LEVELS]
    return np.asarray(np.mean(short, axis=0))


def _spread(replays: list[Replay]) -> tuple[float, float]:
    """Mean square of the places as normal scores, and a one-sided t-test that it is above 1.

    Along the axes of each posterior, weighted by how much the likelihood contracts the prior:
    where it does not, it cannot be too sharp. The mean over the axes is one observation.
    """
    from scipy.special import ndtri
    from scipy.stats import t as student

    edge = 0.5 / _DRAWS
    squares = []
    for replay in replays:
        places = np.clip(replay.places_on_axes(), edge, 1.0 - edge)
        squares.append(replay.contraction @ ndtri(places) ** 2)
    expected = np.array([replay.contraction.sum() for replay in replays])
    excess = np.array(squares) - expected
    error = float(excess.std(ddof=1)) / np.sqrt(excess.size)
    doubt = float(student.sf(excess.mean() / error, excess.size - 1))
    return 1.0 + float(excess.mean() / expected.mean()), doubt
