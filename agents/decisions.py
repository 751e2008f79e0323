"""What firms decide by chance: to join the programme and to leave it (M0)."""

from __future__ import annotations

from .compilation import inlined
from .elementary import exp, log, logistic

__all__ = ["joining_hazard", "joining_score", "leaving_hazard"]


@inlined
def joining_score(
    employees: float,
    revenue: float,
    research: bool,
    size_effect: float,
    research_effect: float,
    large_effect: float,
    large_firm: float,
    large_revenue: float,
) -> float:
    """M0: a firm's log odds of joining apart from peers, benefit and the constant of its complex.

    Size counts up to `large_firm` employees.  How far a firm is beyond a small or medium
    one, by employees or by annual sales (`revenue` over `large_revenue`, KRW million),
    counts with `large_effect`, which is negative: the services are made for the others.
    """
    score = size_effect * log(min(max(employees, 1.0), large_firm) / 20.0)
    if research:
        score += research_effect
    excess = max(employees / large_firm, revenue / large_revenue)
    if excess > 1.0:
        score += large_effect * log(excess)
    return score


@inlined
def joining_hazard(
    constant: float, score: float, peers: float, peer_effect: float, benefit: float
) -> float:
    """M0: monthly hazard of joining, logistic in score, share of known members, net benefit."""
    return logistic(constant + score + peer_effect * peers + benefit)


@inlined
def leaving_hazard(rate: float, benefit: float) -> float:
    """M0: chance of leaving in a month, from the yearly `rate` 1 - (1 - r)^(1/12), lowered by
    net benefit.
    """
    monthly: float = 1.0 - exp(log(1.0 - rate) / 12.0)
    return monthly / (1.0 + max(benefit, -0.5))
