"""What firms decide: to join the programme and to leave it (M0), to do R&D and how much (F3)."""

from __future__ import annotations

from .compilation import inlined
from .elementary import exp, log, logistic

__all__ = [
    "MOST_GROWTH",
    "adjusted_research",
    "joining_hazard",
    "joining_score",
    "leaving_hazard",
    "log_wanted_research",
    "recent_growth",
    "starting_weight",
    "stopping_hazard",
]

MOST_GROWTH = 1.0
"""Log points within which what a firm expects of its sales is kept."""


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
    growth: float,
    growth_effect: float,
) -> float:
    """M0: a firm's log odds of joining apart from peers, benefit and the constant of its complex.

    Size counts up to `large_firm` employees.  How far a firm is beyond a small or medium
    one, by employees or by annual sales (`revenue` over `large_revenue`, KRW million),
    counts with `large_effect`, which is negative: the services are made for the others.
    `growth` is what the firm expects of its sales, from `recent_growth`.
    """
    score = size_effect * log(min(max(employees, 1.0), large_firm) / 20.0)
    score += growth_effect * growth
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


@inlined
def recent_growth(revenue: float, smoothed: float) -> float:
    """M0: log growth that a firm expects, that of its sales over their mean of late.

    It knows no other: it takes the last year for the next, though luck does not last.
    """
    return min(max(log(revenue / smoothed), -MOST_GROWTH), MOST_GROWTH)


@inlined
def starting_weight(
    employees: float,
    tie: bool,
    member: bool,
    granted: bool,
    size_exponent: float,
    tie_factor: float,
    member_factor: float,
    grant_factor: float,
) -> float:
    """F3: hazard that a firm without R&D starts, against one of twenty employees on its own.

    Parameters
    ----------
    tie : knows a firm that does R&D or a research body
    member : of the programme
    granted : has R&D paid by the programme
    """
    weight: float = exp(size_exponent * log(max(employees, 1.0) / 20.0))
    weight *= tie_factor if tie else 1.0
    weight *= member_factor if member else 1.0
    weight *= grant_factor if granted else 1.0
    return weight


@inlined
def stopping_hazard(
    employees: float,
    years: float,
    indebted: bool,
    rate: float,
    duration_exponent: float,
    size_exponent: float,
    debt_factor: float,
    takeover_size: float,
) -> float:
    """F3: yearly hazard that a firm stops its R&D, h = h1·(1+years)^-a·(L/20)^-b, more in debt.

    Like closing, nothing that happens to plants from `takeover_size` on.

    Parameters
    ----------
    years : that it has done R&D
    indebted : has less than no cash
    """
    if employees >= takeover_size:
        return 0.0
    size = size_exponent * log(max(employees, 1.0) / 20.0)
    hazard: float = rate * exp(-duration_exponent * log(1.0 + years) - size)
    return hazard * debt_factor if indebted else hazard


@inlined
def log_wanted_research(
    intensity: float,
    smoothed: float,
    reference: float,
    elasticity: float,
    won: float,
    lost: float,
) -> float:
    """F3: log of the R&D that a firm tends to, ln θ + ln Y0 + η·ln(Ȳ/Y0) + effects.

    Parameters
    ----------
    intensity : θ, own R&D over sales
    smoothed, reference : sales Ȳ of late and Y0 at the reference; with η = 1 the latter cancels
    elasticity : η
    won, lost : effects of a success of late and of debt, log points
    """
    if elasticity == 1.0:
        return log(intensity * smoothed) + won - lost
    return log(intensity * reference) + elasticity * log(smoothed / reference) + won - lost


@inlined
def adjusted_research(spending: float, log_wanted: float, persistence: float, step: float) -> float:
    """F3: ln E' = ρ ln E + (1-ρ) ln E* + ε; `step` is ε and E the `spending` of last month."""
    gap = log_wanted - log(spending)
    adjusted: float = spending * exp((1.0 - persistence) * gap + step)
    return adjusted
