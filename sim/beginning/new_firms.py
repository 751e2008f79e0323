"""The first state of a firm, of 2003 or newly founded, from what can be observed of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import exp, log, normal_quantile
from innocluster.agents.firms import FirmTable, growth_dispersion

from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms
from ..innovation.technology import monthly_rate, shock_unit
from .ages import stationary_ages
from .population import FirmSample

__all__ = ["log_odds", "product_niche", "set_firms", "stationary_shock"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_SHOCK = int(Process.SHOCK)
_NICHE = int(Process.NICHE)
LEAST_EXPORT_SHARE, LARGEST_EXPORT_SHARE = 1e-6, 0.98
LONG_AGO = -1000
"""Month of the last success of a firm without any."""


@compiled
def set_firms(
    key: NDArray[np.uint64],
    p: Parameters,
    rows: Integers,
    sample: FirmSample,
    value_added_ratio: NDArray[np.float64],
    entered: int,
    firms: FirmTable,
) -> None:
    """F1, F2, I1: fill `rows` of the table with the firms of `sample`, at normal utilisation.

    A sample says what a firm sells with neither luck nor misfortune.  Its shock comes on top:
    the two have nothing to do with each other, now or later.

    Parameters
    ----------
    value_added_ratio : (H,) value added over sales by sector
    entered : month, -1 in 2003
    """
    persistence = exp(-log(2.0) / p.shock_half_life)
    unit = shock_unit(persistence, p.shock_arrival, p.substitution)
    spread = np.sqrt(2.0 * p.shock_arrival / (1.0 - persistence * persistence))
    ages = _stationary_ages(key, p, sample) if entered < 0 else np.zeros(rows.size)
    for n in range(rows.size):
        i = rows[n]
        _set_observed(i, n, sample, firms)
        _forget_predecessor(i, firms)
        niche, _, _, _ = uniforms(key, sample.identifier[n], 0, _NICHE, 0)
        firms.niche[i] = product_niche(niche, p.product_niches)
        firms.entered[i] = entered
        firms.utilisation[i] = p.target_utilisation
        _set_research(i, sample.revenue[n], p, firms)
        u, _, _, _ = uniforms(key, sample.identifier[n], 0, _SHOCK, 1)
        firms.shock[i] = stationary_shock(u, firms.employees[i], unit, spread, p)
        firms.age[i] = 12.0 * ages[n]
        firms.research_began[i] = entered if entered >= 0 else -int(firms.age[i])
        _set_production(i, sample.revenue[n], value_added_ratio[firms.sector[i]], p, firms)
        firms.export_logit[i] = log_odds(sample.export_share[n])


@inlined
def _stationary_ages(key: NDArray[np.uint64], p: Parameters, sample: FirmSample) -> Floats:
    """E1: ages of the firms of a sample in years, (N,)."""
    number = sample.identifier.size
    draw = np.empty(number)
    employees = np.empty(number)
    for n in range(number):
        _, draw[n], _, _ = uniforms(key, sample.identifier[n], 0, _SHOCK, 1)
        employees[n] = sample.employees[n]
    return stationary_ages(draw, employees, p)


@inlined
def _set_observed(i: int, n: int, sample: FirmSample, firms: FirmTable) -> None:
    """Copy what a sample says of its firm `n`."""
    firms.identifier[i] = sample.identifier[n]
    firms.complex[i] = sample.complex[n]
    firms.sector[i] = sample.sector[n]
    firms.mini_cluster[i] = sample.mini_cluster[n]
    firms.employees[i] = sample.employees[n]
    firms.research_intensity[i] = sample.research_intensity[n]
    firms.research_lagged[i] = sample.research_intensity[n]
    firms.brand[i] = 0.5 * sample.brand[n]
    firms.brand_reference[i] = 0.5 * sample.brand[n]
    squares = 0.0
    for f in range(sample.knowledge.shape[1]):
        firms.knowledge[i, f] = sample.knowledge[n, f]
        squares += np.float64(sample.knowledge[n, f]) * sample.knowledge[n, f]
    for f in range(sample.knowledge.shape[1]):
        firms.direction[i, f] = sample.knowledge[n, f] / np.sqrt(squares)


@inlined
def _forget_predecessor(i: int, firms: FirmTable) -> None:
    """Clear what the closed firm whose row this was has behind it."""
    firms.alive[i] = 1
    firms.member[i] = 0
    firms.cohort[i] = 0
    firms.role[i] = 0.0
    firms.exports[i] = 0.0
    firms.grant_flow[i] = 0.0
    firms.spillover[i] = 0.0
    firms.spillover_reference[i] = np.inf
    firms.absorption[i] = 0.0
    firms.gain_transfer[i] = 0.0
    firms.gain_joint[i] = 0.0
    firms.gain_meeting[i] = 0.0
    firms.link_until[i] = -1
    firms.months_negative[i] = 0
    firms.royalty[i] = 0.0
    firms.lost_days[i] = 0.0
    firms.last_success[i] = LONG_AGO
    firms.projects[i] = 0
    firms.first_pair[i] = -1
    firms.revenue_year[i] = 0.0
    firms.research_year[i] = 0.0
    firms.revenue_before[i] = 0.0
    firms.research_before[i] = 0.0
    firms.last_joint[i] = -1
    firms.last_joint_body[i] = -1


@inlined
def _set_research(i: int, annual_revenue: float, p: Parameters, firms: FirmTable) -> None:
    """F3, F5: R&D stock and gains of own innovation at their steady state."""
    intensity = firms.research_intensity[i]
    stock = intensity * annual_revenue / (12.0 * monthly_rate(p.rd_depreciation))
    firms.research_stock[i] = stock
    firms.research_reference[i] = stock
    firms.research_offset[i] = p.research_phase_in * annual_revenue
    won = p.attempt_rate * p.commercial_success * p.own_innovation_step
    gain = won / (12.0 * monthly_rate(p.innovation_depreciation)) if intensity > 0.0 else 0.0
    firms.gain_own[i] = gain
    firms.gain_reference[i] = gain


@inlined
def _set_production(
    i: int, annual_revenue: float, value_added_ratio: float, p: Parameters, firms: FirmTable
) -> None:
    """F1, F2, I1: productivity, demand and wage with which the firm sells what it sells."""
    monthly = annual_revenue / 12.0
    employees = firms.employees[i]
    capital = p.capital_output_ratio * annual_revenue
    value_added = value_added_ratio * monthly
    log_a = (
        log(value_added / p.target_utilisation)
        - p.capital_elasticity * log(capital)
        - (1.0 - p.capital_elasticity) * log(employees)
    )
    own_research = firms.research_intensity[i] * monthly
    least = p.least_labour_share * value_added
    luck = exp((p.substitution - 1.0) * firms.shock[i])
    firms.level[i] = log_a
    firms.log_productivity[i] = log_a + firms.shock[i]
    firms.demand_reference[i] = log_a
    firms.demand_scale[i] = monthly
    firms.capital[i] = luck * capital
    firms.employees[i] = employees * luck * exp(-firms.shock[i] / (1.0 - p.capital_elasticity))
    firms.expected_demand[i] = luck * monthly
    firms.revenue[i] = luck * monthly
    firms.smoothed_sales[i] = luck * monthly
    firms.research_spending[i] = luck * own_research
    firms.cash[i] = luck * p.first_cash * annual_revenue
    wages = max(p.labour_share * value_added - own_research, least)
    firms.wage[i] = wages / employees
    firms.research_pay[i] = (max(p.labour_share * value_added, least) - wages) / employees


@inlined
def product_niche(u: float, niches: float) -> int:
    """T3: what a firm makes within its sector, all niches alike; firms of one are rivals.

    Parameters
    ----------
    u : uniform
    niches : of a sector, to be rounded
    """
    return int(u * np.floor(niches + 0.5))


@inlined
def stationary_shock(
    u: float, employees: float, unit: float, spread: float, p: Parameters
) -> float:
    """Shock of F2 from its stationary distribution.

    Parameters
    ----------
    u : uniform
    unit : Laplace scale of a step per unit of dispersion, `shock_unit`
    spread : standard deviation of the shock over the Laplace scale of its steps
    """
    scale = growth_dispersion(employees, p.growth_dispersion, p.growth_dispersion_exponent)
    deviation = unit * scale * spread
    return deviation * normal_quantile(u)


@inlined
def log_odds(share: float) -> float:
    """D3: log odds of an export share, kept off those at which they would be infinite."""
    inside = min(max(share, LEAST_EXPORT_SHARE), LARGEST_EXPORT_SHARE)
    return log(inside / (1.0 - inside))
