"""A Gaussian process that stands in for the model between the points of a sweep.

Inputs are coordinates of the unit cube, one row a run; those with levels (policies, forms,
texts) take the number of their level.  The covariance is a product over inputs,

    v · Π_i (1 + w_i k_i(x_i, x_i')) + noise,

with a Matérn 5/2 correlation k_i for numbers and equality for levels.  Multiplied out it has a
constant, a term for every input, one for every pair and so on: an input that moves nothing gets a
weight of nothing, and a sum of effects is learned from few runs.

References
----------
N. Durrande, D. Ginsbourger, O. Roustant and L. Carraro (2013), "ANOVA kernels and RKHS of zero mean
functions for model-based sensitivity analysis", Journal of Multivariate Analysis 115.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

__all__ = ["Emulator", "finite", "fit_emulator"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FEWEST = 8
_MOST_FITTED = 512
_BLOCK = 2000
_JITTER = 1e-8
_LENGTHS = (0.05, 20.0)
_TYPICAL_LENGTH = 0.7


def finite(values: Floats, what: str) -> Floats:
    """The values, where every one is a number.

    Raises
    ------
    InputError
        For the first that is none, with the number of its run: a missing outcome would turn
        every index into zero without a word.
    """
    array = np.asarray(values, dtype=np.float64)
    wrong = ~np.isfinite(array.reshape(len(array), -1)).all(axis=1)
    if wrong.any():
        run = int(np.argmax(wrong))
        raise InputError(
            file="runs", key=f"{what}, run {run}", value=str(array[run]),
            allowed=f"a number ({int(wrong.sum())} of {len(array)} runs have none)",
        )  # fmt: skip
    return array


@dataclass(frozen=True)
class Emulator:
    """A fitted emulator of one outcome.

    Attributes
    ----------
    inputs : (n, d) runs that it knows, in the unit cube
    levels : (d,) number of levels of an input, 0 for a number
    outcome : (n,) what they gave
    variance, weights, lengths : v, w_i and the lengths of the k_i, for outcomes of sd 1
    noise_share : variance of the noise over that of the outcome
    """

    inputs: Floats
    levels: Integers
    outcome: Floats
    variance: float
    weights: Floats
    lengths: Floats
    noise_share: float

    @cached_property
    def centre(self) -> float:
        """Mean of the outcomes."""
        return float(self.outcome.mean())

    @cached_property
    def scale(self) -> float:
        """Standard deviation of the outcomes; 1 where nothing varies."""
        return float(self.outcome.std()) or 1.0

    @property
    def noise(self) -> float:
        """Standard deviation of a run about the emulated mean."""
        return self.scale * math.sqrt(self.noise_share)

    def kernel(self, first: Floats, second: Floats) -> Floats:
        """Covariance without noise between two sets of points, (a, b)."""
        result = np.full((len(first), len(second)), self.variance)
        for i, weight in enumerate(self.weights):
            pair = first[:, i, None], second[None, :, i]
            result *= 1.0 + weight * _correlation(*pair, self.levels[i], self.lengths[i])[0]
        return result

    @cached_property
    def inverse(self) -> Floats:
        """Inverse of the covariance of the known runs, (n, n)."""
        covariance = self.kernel(self.inputs, self.inputs)
        covariance[np.diag_indices(len(covariance))] += self.noise_share + _JITTER
        return _inverse(covariance)[0]

    @cached_property
    def _coefficients(self) -> Floats:
        result: Floats = self.inverse @ ((self.outcome - self.centre) / self.scale)
        return result

    def mean(self, points: Floats) -> Floats:
        """Expected outcome at points, (m,)."""
        blocks = np.array_split(points, max(1, len(points) // _BLOCK))
        values = [self.kernel(block, self.inputs) @ self._coefficients for block in blocks]
        return self.centre + self.scale * np.concatenate(values)

    def predict(self, points: Floats) -> tuple[Floats, Floats]:
        """Expected outcome at points and the sd of what is not known of it, without noise."""
        means, spreads = [], []
        own = self.variance * float(np.prod(1.0 + self.weights))
        for block in np.array_split(points, max(1, len(points) // _BLOCK)):
            cross = self.kernel(block, self.inputs)
            means.append(cross @ self._coefficients)
            known = np.einsum("ij,ij->i", cross @ self.inverse, cross)
            spreads.append(np.sqrt(np.maximum(own - known, 0.0)))
        stretch = self.scale * self.stretch
        return self.centre + self.scale * np.concatenate(means), stretch * np.concatenate(spreads)

    def covariance(self, points: Floats) -> Floats:
        """Covariance of what is not known of the expected outcomes at points, (m, m)."""
        cross = self.kernel(points, self.inputs)
        known = cross @ self.inverse @ cross.T
        result: Floats = (self.kernel(points, points) - known) * (self.scale * self.stretch) ** 2
        return result

    @cached_property
    def left_out(self) -> tuple[Floats, Floats]:
        """Error of every run predicted from the others, and the sd it should have (with noise)."""
        diagonal = np.diag(self.inverse)
        return self.scale * self._coefficients / diagonal, self.scale / np.sqrt(diagonal)

    @cached_property
    def explained(self) -> float:
        """Share of the variance that is predicted for runs left out, at most 1."""
        return 1.0 - float(np.mean(self.left_out[0] ** 2)) / self.scale**2

    @cached_property
    def stretch(self) -> float:
        """Factor by which the errors of left-out runs are wider than stated, at least 1."""
        error, spread = self.left_out
        return max(1.0, float(np.sqrt(np.mean((error / spread) ** 2))))

    def again(self, outcomes: Floats, points: Floats) -> Floats:
        """Expected outcome at points had the known runs given other outcomes.

        Parameters
        ----------
        outcomes : (r, n) of the known runs
        points : (m, d)

        Returns
        -------
        array (r, m)
        """
        coefficients = self.inverse @ ((outcomes - self.centre) / self.scale).T
        blocks = np.array_split(points, max(1, len(points) // _BLOCK))
        values = [(self.kernel(block, self.inputs) @ coefficients).T for block in blocks]
        return self.centre + self.scale * np.concatenate(values, axis=1)


def fit_emulator(inputs: Floats, outcome: Floats, levels: Integers | None = None) -> Emulator:
    """Fit variance, weights, lengths and noise by the largest posterior density.

    Above 512 runs these numbers are fitted to 512 of them; all runs are known to the emulator.

    Parameters
    ----------
    inputs : (n, d) in the unit cube, or numbers of levels
    outcome : (n,) one a run, or means of the replications of a point
    levels : (d,) number of levels of an input, 0 for a number, the default for all

    Raises
    ------
    InputError
        For too few runs or a value that is no number.
    """
    inputs, outcome = finite(inputs, "inputs"), finite(outcome, "outcome")
    count, dimensions = inputs.shape
    if count < _FEWEST:
        raise InputError(file="runs", key="runs", value=count, allowed=f"at least {_FEWEST}")
    kinds = np.zeros(dimensions, dtype=np.int64) if levels is None else np.asarray(levels)
    scale = float(outcome.std())
    if scale == 0.0:
        nothing = np.zeros(dimensions)
        return Emulator(inputs, kinds, outcome, 1.0, nothing, nothing + _TYPICAL_LENGTH, 1e-6)
    chosen = np.arange(count)
    if count > _MOST_FITTED:
        generator = np.random.default_rng(count)
        chosen = np.sort(generator.choice(count, _MOST_FITTED, replace=False))
    known, target = inputs[chosen], (outcome[chosen] - outcome.mean()) / scale
    found = _best_numbers(known, target, kinds)
    numbers = np.exp(found)
    return Emulator(
        inputs, kinds, outcome,
        variance=float(numbers[0]),
        weights=numbers[1 : 1 + dimensions],
        lengths=numbers[1 + dimensions : 1 + 2 * dimensions],
        noise_share=float(numbers[-1]),
    )  # fmt: skip


def _best_numbers(inputs: Floats, target: Floats, levels: Integers) -> Floats:
    """Logarithms of variance, weights, lengths and noise with the largest posterior density."""
    from scipy.optimize import minimize

    dimensions = inputs.shape[1]
    lengths = (math.log(_LENGTHS[0]), math.log(_LENGTHS[1]))
    bounds = [(-12.0, 5.0), *[(-9.0, 6.0)] * dimensions, *[lengths] * dimensions, (-14.0, 0.7)]
    # From weak pairs and a variance of about 1: with many inputs of weight 1 the search begins with
    # far more variance than there is and ends in nothing but noise.
    weight = 1.0 / dimensions
    start = np.concatenate([
        [-dimensions * math.log(1.0 + weight)],
        np.full(dimensions, math.log(weight)),
        np.full(dimensions, math.log(_TYPICAL_LENGTH)),
        [math.log(0.1)],
    ])  # fmt: skip
    best = minimize(
        _misfit, start, (inputs, target, levels), jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": 200},
    )  # fmt: skip
    result: Floats = np.asarray(best.x, dtype=np.float64)
    return result


def _misfit(
    numbers: Floats, inputs: Floats, target: Floats, levels: Integers
) -> tuple[float, Floats]:
    """Minus the log posterior density of the numbers, and its gradient.

    Priors: exponential with mean 1 on weights, log-normal about 0.7 with sd 1 on lengths.
    """
    count, dimensions = inputs.shape
    weights = np.exp(numbers[1 : 1 + dimensions])
    logged = numbers[1 + dimensions : 1 + 2 * dimensions]
    terms = [
        _correlation(inputs[:, i, None], inputs[None, :, i], levels[i], math.exp(logged[i]))
        for i in range(dimensions)
    ]
    covariance = np.full((count, count), math.exp(numbers[0]))
    for weight, (value, _) in zip(weights, terms, strict=True):
        covariance *= 1.0 + weight * value
    full = covariance.copy()
    full[np.diag_indices(count)] += math.exp(numbers[-1]) + _JITTER
    try:
        inverse, determinant = _inverse(full)
    except np.linalg.LinAlgError:
        return 1e10, np.zeros_like(numbers)
    solved = inverse @ target
    off = logged - math.log(_TYPICAL_LENGTH)
    misfit = 0.5 * (float(target @ solved) + determinant)
    misfit += float(weights.sum()) + 0.5 * float(off @ off)
    slope = 0.5 * (inverse - np.outer(solved, solved))
    through = slope * covariance
    gradient = np.empty_like(numbers)
    gradient[0] = through.sum()
    for i, (value, change) in enumerate(terms):
        share = through * weights[i] / (1.0 + weights[i] * value)
        gradient[1 + i] = np.vdot(share, value) + weights[i]
        gradient[1 + dimensions + i] = np.vdot(share, change) + off[i]
    gradient[-1] = np.trace(slope) * math.exp(numbers[-1])
    return misfit, gradient


def _correlation(
    first: Floats, second: Floats, levels: int, length: float
) -> tuple[Floats, Floats]:
    """Correlation along one input, and its slope by the logarithm of the length."""
    if levels:
        same = (first == second).astype(np.float64)
        return same, np.zeros_like(same)
    distance = math.sqrt(5.0) * np.abs(first - second) / length
    fading = np.exp(-distance)
    square = distance * distance
    return (1.0 + distance + square / 3.0) * fading, square * (1.0 + distance) / 3.0 * fading


def _inverse(matrix: Floats) -> tuple[Floats, float]:
    """Inverse and logarithm of the determinant of a positive definite matrix."""
    from scipy.linalg import cho_solve

    lower = np.linalg.cholesky(matrix)
    inverse: Floats = cho_solve((lower, True), np.eye(len(matrix)))
    return inverse, 2.0 * float(np.log(np.diag(lower)).sum())
