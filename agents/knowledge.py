"""Knowledge: distance, learning, absorptive capacity and the value of distance (K1-K4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .compilation import compiled_for, inlined

__all__ = ["Knowledge", "absorptive_capacity", "cosine", "dot", "learn", "novelty_value"]

Floats = NDArray[np.float64]
Knowledge = NDArray[np.float32]
"""Knowledge vectors: nobody knows them to seven digits, and they are a firm's largest column.
Rules compute in double precision, where products of two such numbers are exact."""


@compiled_for("float64(float32[::1], float32[::1])")
def dot(first: Knowledge, second: Knowledge) -> float:
    """Inner product of two vectors of equal length.

    Four partial sums, always the same ones, so that an addition need not wait for
    the one before it.
    """
    fields = first.size
    whole = fields - fields % 4
    a = b = c = d = 0.0
    for field in range(0, whole, 4):
        a += np.float64(first[field]) * second[field]
        b += np.float64(first[field + 1]) * second[field + 1]
        c += np.float64(first[field + 2]) * second[field + 2]
        d += np.float64(first[field + 3]) * second[field + 3]
    for field in range(whole, fields):
        a += np.float64(first[field]) * second[field]
    return (a + b) + (c + d)


@inlined
def cosine(first: Knowledge, second: Knowledge) -> float:
    """K1: cosine of two knowledge vectors of equal length; distance is 1 minus this."""
    norms = dot(first, first) * dot(second, second)
    if norms <= 0.0:
        return 0.0
    result: float = dot(first, second) / np.sqrt(norms)
    return result


@compiled_for("void(float32[::1], float32[::1], float64, float64[::1])")
def learn(learner: Knowledge, source: Knowledge, rate: float, gained: Floats) -> None:
    """K2: add μ·AC·max(k_j - k_i, 0) per field to `gained`; `rate` is μ·AC."""
    for field in range(learner.size):
        gained[field] += rate * max(np.float64(source[field]) - learner[field], 0.0)


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
