"""Knowledge: distance, learning, absorptive capacity and the value of distance (K1-K4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .compilation import compiled_for, inlined

__all__ = ["absorptive_capacity", "cosine", "dot", "learn", "novelty_value"]

Floats = NDArray[np.float64]


@compiled_for("float64(float64[::1], float64[::1])")
def dot(first: Floats, second: Floats) -> float:
    """Inner product of two vectors of equal length.

    Four partial sums, always the same ones, so that an addition need not wait for
    the one before it.
    """
    fields = first.size
    whole = fields - fields % 4
    a = b = c = d = 0.0
    for field in range(0, whole, 4):
        a += first[field] * second[field]
        b += first[field + 1] * second[field + 1]
        c += first[field + 2] * second[field + 2]
        d += first[field + 3] * second[field + 3]
    for field in range(whole, fields):
        a += first[field] * second[field]
    return (a + b) + (c + d)


@inlined
def cosine(first: Floats, second: Floats) -> float:
    """K1: cosine of two knowledge vectors of equal length; distance is 1 minus this."""
    norms = dot(first, first) * dot(second, second)
    if norms <= 0.0:
        return 0.0
    result: float = dot(first, second) / np.sqrt(norms)
    return result


@compiled_for("void(float64[::1], float64[::1], float64, float64[::1])")
def learn(learner: Floats, source: Floats, rate: float, gained: Floats) -> None:
    """K2: add μ·AC·max(k_j - k_i, 0) per field to `gained`; `rate` is μ·AC."""
    for field in range(learner.size):
        gained[field] += rate * max(source[field] - learner[field], 0.0)


@inlined
def absorptive_capacity(
    stock: float, sector_stock: float, intensity: float, threshold: float
) -> float:
    """K3: AC = R/(R + R_sector), in proportion below the threshold of R&D over sales."""
    if stock <= 0.0:
        return 0.0
    return stock / (stock + sector_stock) * min(1.0, intensity / threshold)


@inlined
def novelty_value(distance: float, optimum: float, stretch: float, mean_absorption: float) -> float:
    """K4: Ω = max(0, (d/d*)(2 - d/d*)), d* = d0(1 + χ·mean AC); an inverted U (Nooteboom 2007)."""
    ratio = distance / (optimum * (1.0 + stretch * mean_absorption))
    return max(0.0, ratio * (2.0 - ratio))
