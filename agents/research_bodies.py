"""Universities and government-funded institutes: table, rules of technology transfer (U1-U4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .columns import Table, column
from .compilation import inlined
from .elementary import exp, normal_quantile
from .knowledge import Knowledge

__all__ = [
    "ResearchBodyTable",
    "applied_share_step",
    "invention_quality",
    "inventions_mean",
    "licence_probability",
    "poisson_count",
]

Floats = NDArray[np.float64]


@dataclass
class ResearchBodyTable(Table):
    """All universities and institutes."""

    identifier: NDArray[np.int64] = column(np.int64, "1", "entity of every random draw")
    institute: NDArray[np.int8] = column(np.int8, "0 or 1", "institute, else university")
    complex: NDArray[np.int16] = column(np.int16, "index", "complex that it serves")
    sector: NDArray[np.int16] = column(np.int16, "index", "sector closest to its knowledge")
    researchers: Floats = column(np.float64, "persons", "researchers N")
    applied_share: Floats = column(np.float64, "1", "applied share b")
    applied_reference: Floats = column(np.float64, "1", "applied share under basic funding")
    transfer_capacity: Floats = column(np.float64, "1/year", "licences that its office can handle")
    licences_year: Floats = column(np.float64, "licences", "licences signed this year")
    project_capacity: NDArray[np.int16] = column(np.int16, "projects", "concurrent projects")
    projects: NDArray[np.int16] = column(np.int16, "projects", "joint projects under way")
    inventions: NDArray[np.int32] = column(np.int32, "inventions", "inventions made so far")
    income: Floats = column(np.float64, "KRW million", "fees and royalties so far")
    first_pair: NDArray[np.int32] = column(np.int32, "row or -1", "head of its list of pairs")
    knowledge: Knowledge = column(np.float32, "1", "knowledge vector k", width=0)


@inlined
def inventions_mean(rate: float, researchers: float, applied_share: float) -> float:
    """U1: expected inventions η·N·(1 - b/2) in the period of `rate`."""
    return rate * researchers * (1.0 - 0.5 * applied_share)


@inlined
def poisson_count(mean: float, u: float) -> int:
    """Poisson count from one uniform, by inversion; the normal limit above a mean of 200."""
    if mean > 200.0:
        return max(0, int(mean + np.sqrt(mean) * normal_quantile(u) + 0.5))
    term = exp(-mean)
    total = term
    count = 0
    while u > total and count < 10_000:
        count += 1
        term *= mean / count
        total += term
    return count


@inlined
def invention_quality(u: float, spread: float) -> float:
    """U1: lognormal quality with median 1."""
    return exp(spread * normal_quantile(u))


@inlined
def licence_probability(
    hazard: float, absorption: float, overlap: float, loading: float, familiarity: float
) -> float:
    """U2: chance in a month that a firm in contact takes an invention up.

    1 - exp(-h_L·AC·cos(k_i, field)·(1 + b_L·F)).
    """
    return 1.0 - exp(-hazard * absorption * overlap * (1.0 + loading * familiarity))


@inlined
def applied_share_step(
    share: float, reference: float, contract_share: float, drift: float
) -> float:
    """U4: contracts pull the applied share up, basic funding pulls it back to its reference."""
    return min(1.0, share + drift * (contract_share * (1.0 - share) - (share - reference)))
