"""Knowledge: distance, learning, absorptive capacity and the value of distance (K1-K4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .compilation import inlined

__all__ = ["absorptive_capacity", "cosine", "dot", "learn", "novelty_value"]

Floats = NDArray[np.float64]


@inlined
def dot(first: Floats, second: Floats) -> float:
    """Inner product of two vectors of equal length, summed in order."""
    total = 0.0
    for field in range(first.size):
        total += first[field] * second[field]
    return total


@inlined
def cosine(first: Floats, second: Floats) -> float:
    """K1: cosine of two knowledge vectors of equal length; distance is 1 minus this."""
    norms = dot(first, first) * dot(second, second)
    if norms <= 0.0:
        return 0.0
    result: float = dot(first, second) / np.sqrt(norms)
    return result


@inlined
def learn(learner: Floats, source: Floats, rate: float, gained: Floats) -> None:
    """K2: add μ·AC·max(k_j - k_i, 0) per field to `gained`; `rate` is μ·AC."""
    for field in range(learner.size):
        gap = source[field] - learner[field]
        if gap > 0.0:
            gained[field] += rate * gap


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
