"""Firms: their table and the rules of production, demand, factors, brand and exit.

Money is in KRW million, flows are per month, stocks at prices of 2003.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from .columns import Table, column
from .compilation import inlined
from .elementary import exp, log, logistic
from .knowledge import Knowledge

__all__ = [
    "FirmTable",
    "adjusted_capital",
    "adjusted_labour",
    "brand_hazard",
    "brand_price",
    "capacity_revenue",
    "demand",
    "desired_labour",
    "elapsed_years",
    "exit_hazard",
    "export_share",
    "growth_dispersion",
    "hazard_of_age",
    "hazard_of_size",
    "line_share",
    "log_productivity",
    "role_efficiency",
    "shock_step",
    "wanted_capacity",
    "wanted_capital",
    "worked_labour",
]

Floats = NDArray[np.float64]
Small = NDArray[np.int16]
Singles = NDArray[np.float32]
Flags = NDArray[np.int8]
Integers = NDArray[np.int64]


@dataclass
class FirmTable(Table):
    """All firms. A row stays with its firm for life; a closed firm's row may be taken again."""

    identifier: Integers = column(np.int64, "1", "entity of every random draw of the firm")
    alive: Flags = column(np.int8, "0 or 1", "operating")
    complex: Small = column(np.int16, "index", "industrial complex")
    sector: Small = column(np.int16, "index", "sector")
    niche: Small = column(np.int16, "index", "product niche within its sector")
    mini_cluster: Small = column(np.int16, "index or -1", "mini-cluster that suits its knowledge")
    member: Flags = column(np.int8, "0 or 1", "takes part in the programme")
    modelled_on: NDArray[np.int32] = column(np.int32, "row", "firm of 2003 on which it is modelled")
    cohort: Flags = column(np.int8, "0 or 1", "first in line to join, the same under every policy")
    entered: Small = column(np.int16, "month", "month of entry, -1 for firms of 2003")
    age: Singles = column(np.float32, "months", "age when it entered the model")
    employees: Floats = column(np.float64, "persons", "employment")
    capital: Floats = column(np.float64, "KRW million of 2003", "capital stock")
    level: Floats = column(np.float64, "log", "constant of log productivity, a in F2")
    shock: Floats = column(np.float64, "log", "mean-reverting shock of a in F2")
    role: Floats = column(np.float64, "log", "log role efficiency against that of 2003, F7")
    log_productivity: Floats = column(np.float64, "log", "ln A of this month, F2")
    demand_scale: Floats = column(np.float64, "KRW million/month", "demand at the reference, D0")
    demand_reference: Floats = column(np.float64, "log", "ln q/Q at the reference of D0")
    export_logit: Floats = column(np.float64, "log odds", "export share at the reference")
    expected_demand: Floats = column(np.float64, "KRW million of 2003/month", "smoothed demand")
    revenue: Floats = column(np.float64, "KRW million/month", "sales of this month")
    exports: Floats = column(np.float64, "USD million/month", "exports of this month")
    utilisation: Floats = column(np.float64, "1", "sales over capacity")
    smoothed_sales: Floats = column(np.float64, "KRW million/month", "sales of late, Ȳ of F3")
    research_intensity: Floats = column(
        np.float64, "1", "own R&D over sales to which it tends, θ of F3; 0 without R&D"
    )
    research_spending: Floats = column(np.float64, "KRW million/month", "own R&D E, F3")
    research_began: Small = column(np.int16, "month", "since when it does R&D, or has not")
    last_success: Small = column(np.int16, "month", "last innovation of its own")
    research_pay: Floats = column(
        np.float64, "KRW million/month", "pay of an employee in 2003 that is booked as R&D"
    )
    research_stock: Floats = column(np.float64, "KRW million of 2003", "R&D stock R, F3")
    research_reference: Floats = column(np.float64, "KRW million of 2003", "R at the start, R0")
    research_offset: Floats = column(
        np.float64, "KRW million of 2003", "R at which half of β is reached, R̃ of F2"
    )
    research_lagged: Floats = column(np.float64, "1", "R&D intensity behind the planning lag, F6")
    grant_flow: Floats = column(np.float64, "KRW million/month", "grants paid for joint R&D")
    spillover: Floats = column(np.float64, "log", "ln(S/S0), F4")
    spillover_reference: Floats = column(np.float64, "log", "ln S0; infinite until first computed")
    absorption: Floats = column(np.float64, "1", "absorptive capacity AC, K3")
    gain_own: Floats = column(np.float64, "log", "Z of own R&D, F5")
    gain_transfer: Floats = column(np.float64, "log", "Z of technology transfer, F5")
    gain_joint: Floats = column(np.float64, "log", "Z of joint R&D, F5")
    gain_meeting: Floats = column(np.float64, "log", "Z of meetings, F5")
    gain_reference: Floats = column(np.float64, "log", "Z at the start")
    brand: Singles = column(np.float32, "0, 0.5 or 1", "OEM, ODM, own brand")
    brand_reference: Singles = column(np.float32, "0, 0.5 or 1", "brand stage at the reference")
    link_until: Small = column(np.int16, "month", "last month of a design or marketing link")
    cash: Floats = column(np.float64, "KRW million", "liquid assets")
    months_negative: Small = column(np.int16, "months", "months in a row with cash below zero")
    wage: Floats = column(np.float64, "KRW million/month", "labour cost of an employee in 2003")
    royalty: Floats = column(np.float64, "1", "royalties owed over sales")
    lost_days: Floats = column(np.float64, "person-days", "working time given to meetings")
    projects: Small = column(np.int16, "projects", "joint projects under way, J2")
    first_pair: NDArray[np.int32] = column(np.int32, "row or -1", "head of its list of pairs")
    revenue_year: Floats = column(np.float64, "KRW million", "sales since January")
    research_year: Floats = column(np.float64, "KRW million", "R&D since January, with grants")
    revenue_before: Singles = column(
        np.float32, "KRW million", "sales of 2004, before the programme"
    )
    research_before: Singles = column(
        np.float32, "KRW million", "R&D of 2004, before the programme"
    )
    last_joint: Small = column(np.int16, "month", "last December with joint R&D, or -1")
    last_joint_body: Small = column(np.int16, "month", "the same with a research body")
    knowledge: Knowledge = column(np.float32, "1", "knowledge vector k", width=0)
    direction: Knowledge = column(np.float32, "1", "unit vector of k with which it began", width=0)

    @classmethod
    def allocate(cls, capacity: int, **widths: int) -> Self:
        """Make an empty table; a direction is as wide as knowledge."""
        return super().allocate(capacity, **{"direction": widths.get("knowledge", 0), **widths})


@inlined
def elapsed_years(month: int) -> float:
    """Years from the start of 2003 to the middle of a month."""
    return (month + 0.5) / 12.0


@inlined
def log_productivity(
    level: float,
    drift: float,
    shock: float,
    rd_elasticity: float,
    log_research: float,
    spillover_elasticity: float,
    log_spillover: float,
    gains: float,
    log_role: float,
) -> float:
    """F2: ln A = a + β ln[(R+R̃)/(R0+R̃)] + β_S ln(S/S0) + Z + ln e, a = level + drift + shock.

    Linear in the logs that growth accounting reports, `log_research` being the second.  Its
    elasticity in R is β·R/(R+R̃): a firm that starts R&D earns β as its stock grows.
    """
    return (
        level
        + drift
        + shock
        + rd_elasticity * log_research
        + spillover_elasticity * log_spillover
        + gains
        + log_role
    )


@inlined
def worked_labour(employees: float, lost_days: float, working_days: float, least: float) -> float:
    """Employees net of the working time that meetings take, at least the share `least` of them.

    Parameters
    ----------
    lost_days : person-days this month
    working_days : of a month
    """
    return max(employees - lost_days / working_days, least * employees)


@inlined
def capacity_revenue(
    log_a: float,
    log_capital: float,
    log_labour: float,
    capital_elasticity: float,
    price: float,
    value_added_ratio: float,
) -> float:
    """F1: revenue at full capacity P·A·K^α·L^(1-α)/ν, KRW million a month."""
    value_added = exp(
        log_a + capital_elasticity * log_capital + (1.0 - capital_elasticity) * log_labour
    )
    return price * value_added / value_added_ratio


@inlined
def relative_appeal(log_relative_quality: float, substitution: float) -> float:
    """D1: (q/Q)^(σ-1) from ln(q/Q) against its reference."""
    return exp((substitution - 1.0) * log_relative_quality)


@inlined
def demand(
    scale: float,
    share: float,
    domestic: float,
    foreign: float,
    appeal: float,
    brand_factor: float,
) -> float:
    """D1: D = D0·[(1-x)H + x·X·FX/FX0]·(q/Q)^(σ-1), KRW million a month.

    Parameters
    ----------
    scale : D0
    share : export share x at reference quality, exchange rate and world demand
    domestic, foreign : H and X·FX/FX0, year mean of 2003 = 1, as `demand_left` leaves them
    appeal : (q/Q)^(σ-1) against its reference
    brand_factor : price of the brand stage against that at the reference, D4.  The
        premium is a price, not a volume: equal to κ_B of D1 with (1+κ_B)^(σ-1) = 1+premium.
    """
    market = (1.0 - share) * domestic + share * foreign
    return scale * market * brand_factor * appeal


@inlined
def demand_left(demand: float, offered: float, reference: float, market_share: float) -> float:
    """D1: M·(Σ_j D0_j·(q_j/Q)^(σ-1) / that of January 2003)^(-s), what a market still asks for.

    Spending of a market is given.  As the region's firms offer more than they did, through
    quality, brands or entry, s of what they gain is what others of them lose; the rest firms
    elsewhere lose.

    Parameters
    ----------
    demand : M, year mean of 2003 = 1
    offered, reference : sums over the region's firms of a sector, now and in January 2003
    market_share : s, share of the region's firms in the market
    """
    return demand * exp(-market_share * log(offered / reference))


@inlined
def brand_price(premium: float, brand: float, reference: float) -> float:
    """D4: price of the brand stage against that at the reference; stages 0, 0.5 and 1."""
    return (1.0 + premium * brand) / (1.0 + premium * reference)


@inlined
def export_share(
    logit: float, log_relative_quality: float, brand_gain: float, slope_q: float, slope_b: float
) -> float:
    """D3: export share, logistic in ln(q/Q) and the brand stage gained."""
    return logistic(logit + slope_q * log_relative_quality + slope_b * brand_gain)


@inlined
def growth_dispersion(employees: float, at_twenty: float, exponent: float) -> float:
    """Standard deviation of annual log sales growth, falling with size as L^(-exponent).

    Stanley et al. (1996) form through 0.35 at 20, 0.25 at about 100 and 0.18 at 700 employees.
    """
    return at_twenty * exp(-exponent * log(max(employees, 1.0) / 20.0))


@inlined
def shock_step(
    shock: float, persistence: float, arrival: float, scale: float, u: float, v: float
) -> float:
    """F2: next value of the mean-reverting shock; with chance `arrival` a Laplace step is added.

    Parameters
    ----------
    persistence : monthly autocorrelation
    scale : Laplace scale b of a step, log points
    u, v : uniforms for arrival and step
    """
    step = 0.0
    if u < arrival:
        step = scale * log(2.0 * v) if v < 0.5 else -scale * log(2.0 * (1.0 - v))
    return persistence * shock + step


@inlined
def role_efficiency(adherence: float, roles: int, returns: float) -> float:
    """F7: e = Σ x^(1+τ) with x = ρ·(own role) + (1-ρ)/n; ρ = 0 gives n^(-τ)."""
    spread = (1.0 - adherence) / roles
    power = 1.0 + returns
    own = exp(power * log(adherence + spread))
    other = exp(power * log(spread)) if spread > 0.0 else 0.0
    return own + (roles - 1) * other


@inlined
def line_share(revenue: float, line: float) -> float:
    """Share of a firm that one project touches: a product line over annual revenue, at most 1.

    Keeps a project of KRW 100 million from lifting a whole car maker (Klette and
    Kortum 2004: innovations arrive product line by product line).
    """
    annual = 12.0 * revenue
    return 1.0 if annual <= line else line / annual


@inlined
def wanted_capital(real_demand: float, output_ratio: float) -> float:
    """I1: K* = κ·expected real revenue of a year; `real_demand` is a month's."""
    return output_ratio * 12.0 * real_demand


@inlined
def desired_labour(
    log_capacity: float, log_a: float, log_capital: float, capital_elasticity: float
) -> float:
    """I1: labour that gives the wanted capacity, F1 solved for L.

    Parameters
    ----------
    log_capacity : log of the wanted value added A·K^α·L^(1-α), KRW million of 2003 a month
    """
    return exp(
        (log_capacity - log_a - capital_elasticity * log_capital) / (1.0 - capital_elasticity)
    )


@inlined
def wanted_capacity(real_demand: float, value_added_ratio: float, utilisation: float) -> float:
    """I1: value added at full capacity with which demand is met at normal utilisation."""
    return real_demand * value_added_ratio / utilisation


@inlined
def adjusted_capital(
    capital: float, desired: float, depreciation: float, adjustment: float
) -> tuple[float, float]:
    """I1: K' = (1-δ)K + max(0, λ_K(K*-K) + δK); returns K' and investment."""
    investment = max(0.0, adjustment * (desired - capital) + depreciation * capital)
    return (1.0 - depreciation) * capital + investment, investment


@inlined
def adjusted_labour(labour: float, desired: float, adjustment: float) -> float:
    """I1 for labour: partial adjustment, never below one person."""
    return max(1.0, labour + adjustment * (desired - labour))


@inlined
def brand_hazard(base: float, absorption: float, link: float, log_relative_quality: float) -> float:
    """D4: yearly hazard of the next brand stage, h_B·AC·link·logistic(ln q/Q)."""
    return base * absorption * link * logistic(log_relative_quality)


@inlined
def exit_hazard(
    employees: float,
    age_years: float,
    newborn: float,
    established: float,
    maturing: float,
    size_exponent: float,
    takeover_size: float,
) -> float:
    """E1: yearly hazard that a solvent firm closes, falling with size and age.

    h = [h∞ + (h0 - h∞)·e^(-age/τ)]·(L/20)^(-η), and none from `takeover_size` on: so large a
    plant changes its owner instead.

    Parameters
    ----------
    newborn, established : h0 and h∞ of firms with twenty employees
    maturing : τ, years
    """
    size = hazard_of_size(employees, size_exponent, takeover_size)
    return size * hazard_of_age(age_years, newborn, established, maturing)


@inlined
def hazard_of_size(employees: float, size_exponent: float, takeover_size: float) -> float:
    """E1: what the hazard of a firm of twenty employees is multiplied by, (L/20)^(-η) or 0."""
    if employees >= takeover_size:
        return 0.0
    return exp(-size_exponent * log(max(employees, 1.0) / 20.0))


@inlined
def hazard_of_age(age_years: float, newborn: float, established: float, maturing: float) -> float:
    """E1: yearly hazard that a firm of twenty employees closes, h∞ + (h0 - h∞)·e^(-age/τ)."""
    return established + (newborn - established) * exp(-age_years / maturing)
