"""What one introduction is worth in expectation: the rules that turn chances into KRW (section 10).

The chances and gains themselves stand in `relations` and `research_bodies`.
"""

from __future__ import annotations

import numpy as np

from .compilation import compiled
from .elementary import exp, log

__all__ = [
    "gain_worth",
    "lasting_months",
    "licence_exposure",
    "start_probability",
    "time_worth",
]


@compiled
def lasting_months(depreciation: float) -> float:
    """F5: months of full effect that a gain amounts to, Σ_{t≥1}(1-δ)^t = (1-δ)/δ.

    Parameters
    ----------
    depreciation : δ_Z a month, above 0
    """
    return (1.0 - depreciation) / depreciation


@compiled
def gain_worth(gain: float, revenue: float, substitution: float, months: float) -> float:
    """D1: sales that a gain of log productivity adds while it lasts, (σ-1)·ΔZ·revenue·months.

    First order in the gain, at today's demand, for a firm that demand limits;
    KRW million for a `revenue` in KRW million a month.
    """
    return (substitution - 1.0) * gain * revenue * months


@compiled
def start_probability(aided: float, unaided: float, passes: float) -> float:
    """M2, M3: chance that a project starts, p₀ + (p₁ - p₀)·pass.

    A pair that would go ahead without a grant does so when it is turned down.

    Parameters
    ----------
    aided, unaided : p₁ and p₀, chances of a proposal with a grant on offer and without
    passes : chance that it gets the grant
    """
    return unaided + (aided - unaided) * passes


@compiled
def licence_exposure(familiarity: float, decay: float, threshold: float, loading: float) -> float:
    """U2: Σ_t (1 + b_L·F_t) over the months of contact that a familiarity still gives.

    F_t = F(1-δ_F)^t, in contact as long as F_t reaches the threshold; the first
    month counts.  Times h_L·AC·cos·q, as long as that is small, it gives the
    quality that a firm is expected to license.
    """
    if familiarity < threshold:
        return 0.0
    fading = log(1.0 - decay)
    months = np.floor(log(threshold / familiarity) / fading) + 1.0
    faded = 1.0 - exp(fading * months)
    exposure: float = months + loading * familiarity * faded / decay
    return exposure


@compiled
def time_worth(days: float, wage: float, working_days: float) -> float:
    """Working time at its wage, KRW million for a wage in KRW million a month.

    Parameters
    ----------
    working_days : of a month
    """
    return days * wage / working_days
