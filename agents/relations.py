"""Relations between two actors: familiarity, information, proposals, joint R&D (T1-T3, M2, J1)."""

from __future__ import annotations

import numpy as np

from .compilation import inlined
from .elementary import exp, log, logistic

__all__ = [
    "duplication_factor",
    "erlang_months",
    "faded_familiarity",
    "familiarity_step",
    "information_gain",
    "information_room",
    "joint_gain",
    "proposal_probability",
    "refreshed_news",
    "shared_part",
    "success_probability",
]


@inlined
def familiarity_step(familiarity: float, decay: float, gain: float) -> float:
    """T1: F' = clip[(1 - δ_F)F + gain, 0, 1]; `gain` sums meetings, successes, failures."""
    return min(1.0, max(0.0, (1.0 - decay) * familiarity + gain))


@inlined
def faded_familiarity(familiarity: float, decay: float, months: int) -> float:
    """T1 without any contact: F·(1 - δ_F)^months."""
    if months <= 0:
        return familiarity
    return familiarity * exp(months * log(1.0 - decay))


@inlined
def shared_part(stranger: float, trusted: float, familiarity: float) -> float:
    """T3: q0 + (q1 - q0)·F, the part of its news that an actor tells.

    Parameters
    ----------
    stranger, trusted : q0 and q1, told to a stranger and to the most familiar partner
    """
    return stranger + (trusted - stranger) * familiarity


@inlined
def refreshed_news(news: float, refresh: float, months: int) -> float:
    """T3: N' = N + ν(1 - N) a month, that is 1 - (1 - N)(1 - ν)^months, without a meeting.

    Parameters
    ----------
    news : N, part of all that two could tell each other that they have not told yet
    refresh : ν a month
    """
    if months <= 0:
        return news
    if refresh >= 1.0:
        return 1.0
    return 1.0 - (1.0 - news) * exp(months * log(1.0 - refresh))


@inlined
def information_gain(
    gain: float,
    absorption: float,
    own: float,
    other: float,
    similarity: float,
    told: float,
    share: float,
    room: float,
) -> float:
    """T3: z_M·AC·cos·min(1, max(0, a_j - a_i))·told on the line it touches.

    Productivities are without luck and relative to their sector's; `share` is that of one
    product line in the firm, since the trial from which z_M comes was with small firms
    and what one talk tells cannot lift a whole car maker.  `room` is the part of
    what others' practice can teach a firm at all that it has not learned yet, see
    `information_room`.  Absorption is relative to the partner's field (Lane and Lubatkin
    1998), hence the cosine; a gap beyond e-fold is another kind of firm, not a practice to copy.

    Parameters
    ----------
    told : part of all its news that the other tells
    """
    gap = min(1.0, max(0.0, other - own))
    return gain * absorption * similarity * gap * told * share * room


@inlined
def information_room(learned: float, ceiling: float) -> float:
    """T3: 1 - Z/Z_max from nothing learned in meetings to all there is to learn, at least 0.

    Meetings with ever more partners tell less and less that is new; no trial of
    meetings found more than the upper bound of Cai and Szeidl (2018).
    """
    return max(0.0, 1.0 - learned / ceiling)


@inlined
def proposal_probability(
    constant: float,
    familiarity_term: float,
    structure_term: float,
    novelty_term: float,
    body_term: float,
    subsidy_term: float,
) -> float:
    """M2: probability that a pair that met proposes a project, logistic in the sum of its terms."""
    return logistic(
        constant + familiarity_term + structure_term + novelty_term + body_term + subsidy_term
    )


@inlined
def success_probability(
    low: float,
    high: float,
    relational: float,
    familiarity: float,
    structure: float,
    novelty: float,
    novelty_weight: float,
    ceiling: float,
) -> float:
    """J1: p = p_lo + (p_hi - p_lo)·½[aF + (1-a)Str] + p_Ω·Ω, at most p_max."""
    trust = 0.5 * (relational * familiarity + (1.0 - relational) * structure)
    return min(ceiling, low + (high - low) * trust + novelty_weight * novelty)


@inlined
def joint_gain(gain: float, base: float, novelty: float, absorption: float, share: float) -> float:
    """J1: productivity gain of a success, z_J(z_0 + Ω)√AC on the line that the project touches."""
    result: float = gain * (base + novelty) * np.sqrt(absorption) * share
    return result


@inlined
def duplication_factor(same_field: int, exponent: float) -> float:
    """F7: N same-field projects of a month return N^λ, so each returns N^(λ-1)."""
    return exp((exponent - 1.0) * log(float(same_field)))


@inlined
def erlang_months(stages: int, mean: float, u: tuple[float, float, float, float]) -> int:
    """Erlang duration with up to four stages, rounded to whole months, at least one.

    The coefficient of variation is 1/√stages before rounding.
    """
    product = 1.0
    for stage in range(stages):
        product *= u[stage]
    return max(1, int(-mean / stages * log(product) + 0.5))
