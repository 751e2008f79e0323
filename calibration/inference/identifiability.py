"""What the targets tell of the parameters, what they do not, and what would help.

All in scores, of which the prior is N(0, I): one is a prior standard deviation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .likelihood import Posterior, gaussian_density

__all__ = [
    "WEAK",
    "Candidate",
    "Direction",
    "TargetReach",
    "best_further_targets",
    "contraction",
    "effective_directions",
    "strongest_correlations",
    "target_reach",
]

Floats = NDArray[np.float64]

WEAK = 0.25
"""Contraction below which a parameter is as good as not identified."""

OUT_OF_REACH = 3.0
"""Standard deviations from a target that no parameters come nearer than."""

_NAMED = 0.3
_POINTS = 16


@dataclass(frozen=True)
class Direction:
    """A combination of parameters and how well the targets know it.

    Attributes
    ----------
    weights : of the parameters, in prior standard deviations, of length one
    information : eigenvalue of J'V⁻¹J
    words : the combination and what is left of the prior along it
    """

    weights: Floats
    information: float
    words: str

    @property
    def contraction(self) -> float:
        """1 - posterior over prior variance along it, λ/(1 + λ)."""
        return self.information / (1.0 + self.information)


@dataclass(frozen=True)
class Candidate:
    """What one more target would teach.

    Attributes
    ----------
    name : the summary
    gain : fall of the posterior variances, summed over the parameters, in prior variances
    parameter : which it would help most
    before, after : contraction of that parameter
    """

    name: str
    gain: float
    parameter: str
    before: float
    after: float


@dataclass(frozen=True)
class TargetReach:
    """How near the model comes to a target.

    Attributes
    ----------
    alone : least distance over the prior, in standard deviations
    together : distance from what the other targets predict
    """

    alone: float
    together: float

    @property
    def unreachable(self) -> bool:
        """Whether no parameters, or none that meet the other targets, come near it."""
        return self.alone > OUT_OF_REACH or abs(self.together) > OUT_OF_REACH


def contraction(prior_variance: Floats, values: Floats) -> Floats:
    """1 - Var(posterior)/Var(prior) of each parameter; below `WEAK` it is not identified.

    Parameters
    ----------
    prior_variance : (parameters,)
    values : posterior draws (draws, parameters)
    """
    return np.asarray(1.0 - values.var(axis=0) / prior_variance)


def effective_directions(posterior: Posterior, scores: Floats) -> list[Direction]:
    """Eigenvectors of J'V⁻¹J, averaged over posterior draws, the best known first.

    Parameters
    ----------
    scores : posterior draws (draws, parameters)
    """
    rows = np.linspace(0, scores.shape[0] - 1, min(_POINTS, scores.shape[0])).astype(np.intp)
    information = np.mean([posterior.information(point) for point in scores[rows]], axis=0)
    values, vectors = np.linalg.eigh(information)
    result = []
    for value, vector in zip(values[::-1].tolist(), vectors.T[::-1], strict=True):
        largest = vector[int(np.argmax(np.abs(vector)))]
        weights = vector * np.sign(largest)
        information = max(value, 0.0)
        result.append(
            Direction(weights, information, _words(weights, information, posterior.priors.names))
        )
    return result


def _words(weights: Floats, information: float, names: Sequence[str]) -> str:
    """Its largest parts, and the share of the prior's standard deviation that is left."""
    order = [int(j) for j in np.argsort(-np.abs(weights)) if abs(weights[j]) >= _NAMED]
    order = order or [int(np.argmax(np.abs(weights)))]
    parts = "".join(
        f" {'-' if weights[j] < 0.0 else '+'} {abs(weights[j]):.2f} {names[j]}" for j in order
    )
    left = (1.0 + information) ** -0.5
    return f"{parts.removeprefix(' + ')}: known to {left:.0%} of its prior standard deviation"


def strongest_correlations(
    names: Sequence[str], scores: Floats, count: int = 10
) -> list[tuple[str, str, float]]:
    """Pairs of parameters whose posterior draws are most correlated, the strongest first."""
    if len(names) < 2:
        return []
    matrix = np.asarray(np.corrcoef(scores, rowvar=False))
    first, second = np.triu_indices(len(names), 1)
    order = np.argsort(-np.abs(matrix[first, second]), kind="stable")[:count]
    return [(names[first[i]], names[second[i]], float(matrix[first[i], second[i]])) for i in order]


def best_further_targets(
    posterior: Posterior,
    names: Sequence[str],
    candidates: Sequence[int],
    known: Floats,
    scores: Floats,
) -> list[Candidate]:
    """Summaries that are no targets yet, ordered by what they would teach if observed.

    For a linear model whatever its figure would be: the covariance S of the parameters becomes
    S - S j j'S/(v + j'S j), j the summary's slopes and v its noise and uncertainty.

    Parameters
    ----------
    posterior : on an emulator that has the candidates too
    names : of all summaries
    candidates : columns of the summaries to try
    known : variance to which each would be observed, with the discrepancy (candidates,)
    scores : posterior draws (draws, parameters)
    """
    middle = scores.mean(axis=0)
    covariance = np.cov(scores, rowvar=False).reshape(middle.size, middle.size)
    columns = np.asarray(candidates, dtype=np.intp)
    probe = Posterior(posterior.priors, posterior.emulator, columns, np.zeros(columns.size), known)
    slopes = probe.slopes(middle)
    predicted = probe.predict(middle[None, :])
    variance = known + predicted.noise[0] + predicted.error[0]
    result = []
    for column, slope, spread in zip(columns.tolist(), slopes, variance.tolist(), strict=True):
        towards = covariance @ slope
        falls = towards**2 / (spread + float(slope @ towards))
        best = int(np.argmax(falls))
        before = 1.0 - float(covariance[best, best])
        result.append(
            Candidate(
                names[column], float(falls.sum()), posterior.priors.names[best], before,
                before + float(falls[best]),
            )
        )  # fmt: skip
    return sorted(result, key=lambda candidate: -candidate.gain)


def target_reach(posterior: Posterior, prior_scores: Floats) -> list[TargetReach]:
    """How near each target can be come to, alone and beside the others.

    Parameters
    ----------
    posterior : of all targets
    prior_scores : points all over the prior, on an emulator that was fitted there; best that
        of the first wave (n, parameters)
    """
    predicted = posterior.predict(prior_scores)
    spread = np.sqrt(predicted.noise + predicted.error + posterior.known)
    away = posterior.observed - predicted.mean
    alone = (np.abs(away) / spread).min(axis=0)
    prior, covariances = posterior.log_prior(prior_scores), posterior.covariances(predicted)
    together = []
    for k in range(posterior.columns.size):
        # Predicted once for all targets: only the best place of the others is climbed from.
        others = [i for i in range(posterior.columns.size) if i != k]
        density = gaussian_density(away[:, others], covariances[:, others][:, :, others])
        start = prior_scores[int(np.argmax(prior + posterior.tempering * density))]
        together.append(_left_out(posterior, k, others, start) if others else 0.0)
    return [TargetReach(a, t) for a, t in zip(alone.tolist(), together, strict=True)]


def _left_out(posterior: Posterior, k: int, others: Sequence[int], start: Floats) -> float:
    """Distance of one target from the prediction by all others, in its standard deviations."""
    fit = posterior.only(others).fit(start[None, :])
    slope = posterior.slopes(fit.scores)[k]
    predicted = posterior.predict(fit.scores[None, :])
    variance = predicted.noise[0, k] + predicted.error[0, k] + posterior.known[k]
    variance += float(slope @ fit.covariance @ slope)
    return float((posterior.observed[k] - predicted.mean[0, k]) / np.sqrt(variance))
