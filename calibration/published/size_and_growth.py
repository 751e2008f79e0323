"""Sizes and growth rates of firms: estimators, and two published models on which they are checked.

The regularities that a population of firms must show: a power-law tail of sizes,
tent-shaped (Laplace) growth rates, and a dispersion of growth that falls with
size as a power (Stanley et al. 1996; Bottazzi and Secchi 2006; Gabaix 2009).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "SubbotinFit",
    "dispersion_exponent",
    "fit_subbotin",
    "gibrat_sizes",
    "gibrat_tail",
    "hill_exponent",
    "polya_growth",
    "polya_kurtosis",
]

Floats = NDArray[np.float64]

LOWEST_SHAPE, HIGHEST_SHAPE = 0.1, 10.0
GIBRAT_STEP = 0.1


@dataclass(frozen=True)
class SubbotinFit:
    """Subbotin density exp(-|x-m|^b/(b·a^b)) / (2a·b^(1/b)·Γ(1+1/b)).

    Attributes
    ----------
    shape : b, 1 for Laplace and 2 for Gaussian
    scale : a, in the unit of the sample
    centre : m, the median
    """

    shape: float
    scale: float
    centre: float


def fit_subbotin(sample: Floats) -> SubbotinFit:
    """Maximum likelihood of the Subbotin density about the median.

    Given the shape, the scale has the closed form a^b = mean |x-m|^b; the shape
    is searched in 0.1 … 10.

    Parameters
    ----------
    sample : (n,) at least two different numbers

    Raises
    ------
    ValueError
        If all numbers are the same.

    References
    ----------
    M. T. Subbotin (1923); G. Bottazzi and A. Secchi (2006), RAND Journal of Economics 37.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import gammaln

    centre = float(np.median(sample))
    deviation = np.abs(np.asarray(sample, np.float64) - centre)
    if not deviation.any():
        raise ValueError("a Subbotin density needs numbers that differ")
    unit = deviation.mean()
    deviation = deviation / unit

    def scale(shape: float) -> float:
        return float(np.mean(deviation**shape) ** (1.0 / shape))

    def loss(shape: float) -> float:
        height = np.log(2.0 * scale(shape)) + np.log(shape) / shape + gammaln(1.0 + 1.0 / shape)
        return float(height + 1.0 / shape)

    found = minimize_scalar(loss, bounds=(LOWEST_SHAPE, HIGHEST_SHAPE), method="bounded")
    shape = float(found.x)
    return SubbotinFit(shape, scale(shape) * float(unit), centre)


def hill_exponent(sizes: Floats, tail: int) -> float:
    """Hill estimator of the exponent α of P(size > s) ~ s^(-α) from the `tail` largest sizes.

    Its standard error is α/√tail.

    Raises
    ------
    ValueError
        If there are not more than `tail` sizes, or a size of the tail is not positive.
    """
    if not 0 < tail < sizes.size:
        raise ValueError(f"the tail must hold 1 to {sizes.size - 1} sizes, not {tail}")
    largest = np.sort(sizes)[-tail - 1 :]
    if largest[0] <= 0.0:
        raise ValueError("sizes in the tail must be positive")
    return float(tail / np.sum(np.log(largest[1:] / largest[0])))


def dispersion_exponent(sizes: Floats, growth: Floats, classes: int = 10) -> float:
    """Exponent β of sd(growth) ~ size^(-β), by a line through `classes` equally full size classes.

    Parameters
    ----------
    sizes, growth : (n,) size at the start and log growth of each firm
    """
    order = np.argsort(sizes, kind="stable")
    parts = np.array_split(order, classes)
    size = [np.log(sizes[part]).mean() for part in parts]
    spread = [np.log(growth[part].std()) for part in parts]
    return float(-np.polyfit(size, spread, 1)[0])


def polya_kurtosis(firms: int, opportunities: int) -> float:
    """Exact kurtosis of growth when Pólya draws give `opportunities` to `firms`.

    A firm with m Gaussian shocks has fourth moment 3m², hence the kurtosis is
    3E[m²]/E[m]², where E[m²] = (M/N)(1-1/N)(M+N)/(1+N) + (M/N)².
    """
    mean = opportunities / firms
    variance = mean * (1.0 - 1.0 / firms) * (opportunities + firms) / (1.0 + firms)
    return 3.0 * (variance + mean**2) / mean**2


def polya_growth(firms: int, opportunities: int, runs: int, seed: int) -> Floats:
    """Growth of firms that share business opportunities, (runs·firms,).

    Every opportunity goes to a firm with a chance in proportion to one plus what
    it already has, so that all ways to share them out are equally likely; each
    brings a Gaussian shock of unit variance.

    References
    ----------
    G. Bottazzi and A. Secchi (2006), RAND Journal of Economics 37, 235-256.
    """
    random = np.random.default_rng(seed)
    places = opportunities + firms - 1
    growth = np.empty((runs, firms))
    for run in range(runs):
        bars = np.sort(random.choice(places, firms - 1, replace=False))
        share = np.diff(np.concatenate(([-1], bars, [places]))) - 1
        growth[run] = np.sqrt(share) * random.standard_normal(firms)
    return growth.ravel()


def gibrat_tail(barrier: float) -> float:
    """Tail exponent 1/(1-c) of growth by Gibrat's law above a barrier at c times the mean."""
    return 1.0 / (1.0 - barrier)


def gibrat_sizes(firms: int, barrier: float, periods: int, seed: int) -> Floats:
    """Sizes, mean one, after `periods` of proportional growth with a reflecting barrier.

    References
    ----------
    X. Gabaix (1999), Quarterly Journal of Economics 114, 739-767.
    """
    random = np.random.default_rng(seed)
    sizes = np.ones(firms)
    for _ in range(periods):
        sizes *= np.exp(GIBRAT_STEP * random.standard_normal(firms))
        sizes /= sizes.mean()
        np.maximum(sizes, barrier, out=sizes)
    relative: Floats = sizes / sizes.mean()
    return relative
