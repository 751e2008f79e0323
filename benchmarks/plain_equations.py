"""The equations of the model in plain Python, written from the specification a second time.

Nothing here calls the compiled rules, so that a slip in one of the two shows as
a difference between them.  Only the standard normal quantile is shared: its
approximation is part of how a draw is defined.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.elementary import normal_quantile

__all__ = [
    "absorptive_capacity",
    "cosine",
    "erlang_months",
    "growth_dispersion",
    "learned",
    "line_share",
    "logistic",
    "monthly",
    "normal",
    "novelty",
    "poisson",
    "shock_unit",
    "single",
    "stored",
]

Vector = NDArray[np.float64]


def logistic(x: float) -> float:
    """Logistic function."""
    return 1.0 / (1.0 + math.exp(-x))


def normal(u: float) -> float:
    """Standard normal quantile."""
    return float(normal_quantile(u))


def monthly(annual: float) -> float:
    """Monthly rate that compounds to the annual one."""
    return 1.0 - (1.0 - annual) ** (1.0 / 12.0)


def poisson(mean: float, u: float) -> int:
    """Poisson count by inversion; the normal limit above a mean of 200."""
    if mean > 200.0:
        return max(0, math.floor(mean + math.sqrt(mean) * normal(u) + 0.5))
    count, term = 0, math.exp(-mean)
    total = term
    while u > total and count < 10_000:
        count += 1
        term *= mean / count
        total += term
    return count


def erlang_months(mean: float, draws: tuple[float, ...]) -> int:
    """Sum of exponential stages, one a draw, in whole months, at least one."""
    stages = len(draws)
    return max(1, int(-mean / stages * math.log(math.prod(draws)) + 0.5))


def cosine(first: Vector, second: Vector) -> float:
    """K1: cosine of two knowledge vectors."""
    lengths = math.sqrt(float(first @ first) * float(second @ second))
    return float(first @ second) / lengths if lengths > 0.0 else 0.0


def single(value: float) -> float:
    """A number as a table of single precision keeps it."""
    return float(np.float32(value))


def stored(knowledge: Vector) -> Vector:
    """Knowledge as an actor keeps it: seven digits of every field."""
    return knowledge.astype(np.float32).astype(np.float64)


def learned(learner: Vector, source: Vector, rate: float) -> Vector:
    """K2: μ·AC·max(k_j - k_i, 0) per field; `rate` is μ·AC."""
    return rate * np.maximum(source - learner, 0.0)


def absorptive_capacity(
    stock: float, sector_stock: float, intensity: float, threshold: float
) -> float:
    """K3: R/(R + R_sector), in proportion below the threshold of R&D over sales."""
    if stock <= 0.0:
        return 0.0
    return stock / (stock + sector_stock) * min(1.0, intensity / threshold)


def novelty(distance: float, optimum: float, stretch: float, mean_absorption: float) -> float:
    """K4: inverted U in cognitive distance."""
    ratio = distance / (optimum * (1.0 + stretch * mean_absorption))
    return max(0.0, ratio * (2.0 - ratio))


def line_share(revenue: float, line: float) -> float:
    """J1: share of a firm's sales that one product line makes up."""
    return min(1.0, line / (12.0 * revenue))


def growth_dispersion(employees: float, at_twenty: float, exponent: float) -> float:
    """F2: standard deviation of annual log sales growth of a firm of this size."""
    return float(at_twenty * (max(employees, 1.0) / 20.0) ** -exponent)


def shock_unit(persistence: float, arrival: float, substitution: float) -> float:
    """F2: Laplace scale of a step per unit of dispersion of annual log sales growth.

    Sales grow by (σ-1) times the change of the yearly mean of an autoregressive
    shock, whose autocovariance at lag n is persistence^n · 2b²·arrival / (1 - persistence²).
    """

    def mean_covariance(lag: int) -> float:
        return (
            math.fsum(persistence ** abs(lag + i - j) for i in range(12) for j in range(12)) / 144.0
        )

    variance = 2.0 * (mean_covariance(0) - mean_covariance(12)) / (1.0 - persistence**2)
    return 1.0 / ((substitution - 1.0) * math.sqrt(2.0 * arrival * variance))
