"""From the observables of 2003 to the latent state of the first month."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.coordinators import CoordinatorTable
from innocluster.agents.elementary import exp, log, log_array, normal_quantile
from innocluster.agents.firms import FirmTable, growth_dispersion
from innocluster.agents.research_bodies import ResearchBodyTable

from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniform_rows
from ..innovation.projects import LicenceTable, ProjectTable, Shelf
from ..innovation.technology import shock_unit
from ..network.pairs import PairTable
from ..state import State
from .population import FirmSample, Governance, Population

__all__ = ["Anchors", "anchors", "initial_state", "set_firms"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BODY_BASE = 0xF0000000
SHELF_SLOTS = 512


@dataclass(frozen=True)
class Anchors:
    """Constants of a run that come from the population of 2003.

    Attributes
    ----------
    sector_stock : (H,) KRW million, median R&D stock of R&D performers, R_sector of K3
    sector_intensity : (H,) mean R&D intensity of R&D performers, E_sector of F6
    sector_log_a : (H,) mean log productivity of 2003
    usual_profit : (C,) profit over sales in 2003
    """

    sector_stock: Floats
    sector_intensity: Floats
    sector_log_a: Floats
    usual_profit: Floats


def initial_state(
    population: Population, governance: Governance, p: Parameters, key: NDArray[np.uint64]
) -> State:
    """State at the beginning of 2003-01 under parameters `p`.

    R&D stocks and innovation gains start at their steady state, shocks at their
    stationary distribution, so that nothing drifts merely because it starts.
    """
    sample = population.firms
    region = population.region
    fields = region.sectors.profile.shape[1]
    n = sample.identifier.size
    complexes = len(region.complexes.keys)
    firms = FirmTable.allocate(n + n // 8 + 64, knowledge=fields)
    firms.first_pair[:] = -1
    set_firms(firms, slice(n), sample, region.sectors.value_added_ratio, p, key)
    firms.count = n
    return State(
        month=0,
        firms=firms,
        bodies=_bodies(population),
        coordinators=_coordinators(governance, complexes),
        pairs=PairTable.allocate(n + 1024),
        projects=ProjectTable.allocate(1024),
        licences=LicenceTable.allocate(4096),
        shelf=_shelf(len(region.research_bodies.names)),
        free_rows=[[] for _ in range(complexes)],
        balance=np.zeros(complexes),
        joining_constant=np.full(complexes, -np.inf),
        reported_benefit=np.zeros(complexes),
        profit_ratio=np.zeros(complexes),
        allocation=np.bincount(region.mini_clusters.complex, minlength=complexes)
        / region.mini_clusters.complex.size,
    )


def set_firms(
    firms: FirmTable,
    rows: Integers | slice,
    sample: FirmSample,
    value_added_ratio: Floats,
    p: Parameters,
    key: NDArray[np.uint64],
    entered: int = -1,
) -> None:
    """Fill `rows` of the table with the firms of `sample`, at normal utilisation.

    Revenue and labour give productivity; see F1, F2 and I1.
    """
    monthly = sample.revenue / 12.0
    nu = value_added_ratio[sample.sector]
    employees = sample.employees.astype(np.float64)
    capital = p.capital_output_ratio * sample.revenue
    value_added = nu * monthly
    capacity = value_added / p.target_utilisation
    level = (
        log_array(capacity)
        - p.capital_elasticity * log_array(capital)
        - (1.0 - p.capital_elasticity) * log_array(employees)
    )
    growth = p.rd_depreciation + p.rd_growth_start
    stock = sample.research_intensity * sample.revenue / growth
    successes = p.attempt_rate * p.commercial_success
    performs = sample.research_intensity > 0.0
    gain = np.where(performs, successes * p.own_innovation_step / p.innovation_depreciation, 0.0)
    draws = uniform_rows(key, sample.identifier, 0, int(Process.SHOCK), 1)[:, 0].copy()
    shock = stationary_shocks(
        draws, employees, p.shock_half_life, p.shock_arrival, p.substitution,
        p.growth_dispersion, p.growth_dispersion_exponent,
    )  # fmt: skip
    own_research = sample.research_intensity * monthly
    labour_cost = np.maximum(p.labour_share * value_added - own_research, 0.25 * value_added)

    firms.identifier[rows] = sample.identifier
    firms.alive[rows] = 1
    firms.complex[rows] = sample.complex
    firms.sector[rows] = sample.sector
    firms.mini_cluster[rows] = sample.mini_cluster
    firms.member[rows] = 0
    firms.cohort[rows] = 0
    firms.entered[rows] = entered
    firms.age[rows] = 12.0 * sample.age
    firms.employees[rows] = employees
    firms.capital[rows] = capital
    firms.shock[rows] = shock
    firms.level[rows] = level - shock
    firms.role[rows] = 0.0
    firms.log_productivity[rows] = level
    firms.demand_scale[rows] = monthly
    firms.demand_reference[rows] = level
    firms.export_logit[rows] = _logit(sample.export_share)
    firms.expected_demand[rows] = monthly
    firms.revenue[rows] = monthly
    firms.exports[rows] = 0.0
    firms.utilisation[rows] = p.target_utilisation
    firms.research_intensity[rows] = sample.research_intensity
    firms.research_stock[rows] = stock
    firms.research_reference[rows] = stock
    firms.research_lagged[rows] = sample.research_intensity
    firms.grant_flow[rows] = 0.0
    firms.spillover[rows] = 0.0
    firms.spillover_reference[rows] = np.inf
    firms.absorption[rows] = 0.0
    firms.gain_own[rows] = gain
    for name in (
        "gain_transfer", "gain_joint", "gain_meeting", "royalty", "lost_days", "revenue_year",
        "research_year", "revenue_before", "research_before",
    ):  # fmt: skip
        getattr(firms, name)[rows] = 0.0
    firms.gain_reference[rows] = gain
    firms.brand[rows] = 0.5 * sample.brand
    firms.brand_reference[rows] = 0.5 * sample.brand
    for name in ("link_until", "last_joint", "last_joint_body"):
        getattr(firms, name)[rows] = -1
    firms.cash[rows] = p.first_cash * sample.revenue
    firms.months_negative[rows] = 0
    firms.wage[rows] = labour_cost / employees
    firms.projects[rows] = 0
    firms.first_pair[rows] = -1
    firms.knowledge[rows] = sample.knowledge


@compiled
def stationary_shocks(
    draws: Floats,
    employees: Floats,
    half_life: float,
    arrival: float,
    substitution: float,
    dispersion: float,
    dispersion_exponent: float,
) -> Floats:
    """Shocks of F2 from their stationary distribution, tilted by size.

    Firms are observed at what they sell, so large sales go with lucky shocks:
    the sales-weighted mean of (σ-1)·shock is its variance.  Without this tilt
    mean reversion alone would make aggregate sales drift.
    """
    persistence = exp(-log(2.0) / half_life)
    unit = shock_unit(persistence, arrival, substitution)
    spread = np.sqrt(2.0 * arrival / (1.0 - persistence * persistence))
    elasticity = substitution - 1.0
    result = np.empty(draws.size)
    for i in range(draws.size):
        scale = growth_dispersion(employees[i], dispersion, dispersion_exponent)
        deviation = unit * scale * spread
        result[i] = deviation * (normal_quantile(draws[i]) + elasticity * deviation)
    return result


def anchors(state: State, population: Population, p: Parameters) -> Anchors:
    """Sector and complex constants of 2003 from the first state."""
    region = population.region
    firms = state.firms
    n = firms.count
    sectors = len(region.sectors.keys)
    complexes = len(region.complexes.keys)
    sector = firms.sector[:n]
    performs = firms.research_intensity[:n] > 0.0
    stock = np.ones(sectors)
    intensity = np.ones(sectors)
    productivity = np.zeros(sectors)
    for s in range(sectors):
        mask = sector == s
        if mask.any():
            productivity[s] = fsum(firms.log_productivity[:n][mask]) / mask.sum()
        if (mask & performs).any():
            stock[s] = np.median(firms.research_stock[:n][mask & performs])
            chosen = firms.research_intensity[:n][mask & performs]
            intensity[s] = fsum(chosen) / chosen.size
    nu = region.sectors.value_added_ratio[sector]
    revenue = firms.revenue[:n]
    profit = (
        nu * revenue
        - firms.wage[:n] * firms.employees[:n]
        - firms.research_intensity[:n] * revenue
        - (p.capital_depreciation + p.interest_rate) / 12.0 * firms.capital[:n]
    )
    usual = np.zeros(complexes)
    for c in range(complexes):
        mask = firms.complex[:n] == c
        usual[c] = fsum(profit[mask]) / fsum(revenue[mask]) if mask.any() else 0.0
    return Anchors(stock, intensity, productivity, usual)


def _logit(share: Floats) -> Floats:
    inside = np.clip(share, 1e-6, 0.98)
    odds: Floats = log_array(inside / (1.0 - inside))
    return odds


def _bodies(population: Population) -> ResearchBodyTable:
    source = population.region.research_bodies
    n = len(source.names)
    table = ResearchBodyTable.allocate(n, knowledge=population.region.sectors.profile.shape[1])
    table.count = n
    table.identifier[:] = BODY_BASE + np.arange(n)
    table.institute[:] = source.institute
    table.complex[:] = source.complex
    profiles = population.region.sectors.profile
    lengths = np.sqrt((profiles**2).sum(axis=1))
    for b in range(n):
        table.sector[b] = int(np.argmax(profiles @ source.knowledge[b] / lengths))
    table.researchers[:] = source.researchers
    table.applied_share[:] = source.applied_share
    table.applied_reference[:] = source.applied_share
    table.transfer_capacity[:] = source.transfer_capacity
    table.project_capacity[:] = source.project_capacity
    table.first_pair[:] = -1
    table.knowledge[:] = source.knowledge
    return table


def _coordinators(chain: Governance, complexes: int) -> CoordinatorTable:
    levels = len(chain.names)
    groups = levels - 1 + complexes
    table = CoordinatorTable.allocate(groups)
    table.count = groups
    for row in range(groups):
        level = min(row, levels - 1)
        table.level[row] = level
        table.complex[row] = row - (levels - 1) if level == levels - 1 else -1
        table.decision_period[row] = chain.decision_period[level]
        table.lag[row] = chain.lag[level]
        table.overhead[row] = chain.overhead[level]
        table.noise[row] = chain.noise[level]
    return table


def _shelf(bodies: int) -> Shelf:
    shelf = Shelf.allocate(bodies, born=SHELF_SLOTS, field=SHELF_SLOTS, quality=SHELF_SLOTS)
    shelf.count = bodies
    return shelf
