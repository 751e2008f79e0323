"""From the observables of 2003 to the latent state of the first month."""

from __future__ import annotations

from math import fsum

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.coordinators import CoordinatorTable
from innocluster.agents.elementary import log_array
from innocluster.agents.firms import FirmTable
from innocluster.agents.research_bodies import ResearchBodyTable

from ..ground.conditions import Anchors
from ..ground.parameter_record import Parameters
from ..innovation.projects import LicenceTable, ProjectTable, Shelf
from ..innovation.spillovers import largest_stock
from ..market.demography import expected_exits
from ..market.sales import offered_at_start
from ..network.pairs import PairTable
from ..state import State
from .first_places import first_places
from .new_firms import set_firms
from .population import Governance, Population

__all__ = ["anchors", "initial_state", "spare_rows"]

Floats = NDArray[np.float64]

BODY_BASE = 0xF0000000
SHELF_SLOTS = 512


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
    firms = FirmTable.allocate(spare_rows(n), knowledge=fields)
    # Touched column by column first: a column then lies together in the machine's memory too.
    for name in firms.column_names():
        getattr(firms, name)[:n] = 0
    firms.first_pair[:] = -1
    set_firms(key, p, np.arange(n), sample, region.sectors.value_added_ratio, -1, firms)
    firms.modelled_on[:n] = np.arange(n)
    firms.count = n
    operating = np.bincount(firms.complex[:n], minlength=complexes)
    exits = expected_exits(0, p, complexes, firms)
    return State(
        month=0,
        firms=firms,
        bodies=_bodies(population),
        coordinators=_coordinators(governance, complexes),
        pairs=PairTable.allocate(n + 1024),
        projects=ProjectTable.allocate(1024),
        licences=LicenceTable.allocate(4096),
        shelf=_shelf(len(region.research_bodies.names)),
        places=first_places(key, p, region.land, operating, exits),
        free_rows=[[] for _ in range(complexes)],
        balance=np.zeros(complexes),
        joining_constant=np.full(complexes, -np.inf),
        reported_benefit=np.zeros(complexes),
        profit_ratio=np.zeros(complexes),
        allocation=_first_shares(region.complexes.founding_members),
        research_starts=np.full(complexes, np.nan),
    )


def spare_rows(firms: int) -> int:
    """Rows of a table for so many firms and some that enter."""
    return firms + firms // 8 + 64


def _first_shares(founding_members: NDArray[np.int64]) -> Floats:
    """Shares of the complexes in the budget before there are members, (C,)."""
    weights = founding_members.astype(np.float64)
    if not weights.any():
        weights[:] = 1.0
    shares: Floats = weights / weights.sum()
    return shares


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
    logs, spread = _intensities(sector, performs, firms.research_intensity[:n], sectors)
    productivity = np.zeros(sectors)
    lasting = firms.log_productivity[:n] - firms.shock[:n]
    for s in range(sectors):
        mask = sector == s
        if mask.any():
            productivity[s] = fsum(lasting[mask]) / mask.sum()
        if (mask & performs).any():
            stock[s] = np.median(firms.research_stock[:n][mask & performs])
            chosen = firms.research_lagged[:n][mask & performs]
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
    return Anchors(
        sector_stock=stock, sector_intensity=intensity, log_intensity=logs,
        intensity_spread=spread, sector_log_a=productivity, usual_profit=usual,
        offered=offered_at_start(p, firms, sectors),
        largest_stock=largest_stock(firms, p.spillover_percentile),
    )  # fmt: skip


def _intensities(
    sector: NDArray[np.int16], performs: NDArray[np.bool_], intensity: Floats, sectors: int
) -> tuple[Floats, Floats]:
    """F3: mean and standard deviation of log intensities by sector; a sector of one takes all's."""
    logs = log_array(intensity[performs])
    everyone = (fsum(logs) / logs.size, float(logs.std())) if logs.size else (0.0, 0.0)
    mean, spread = (np.full(sectors, value) for value in everyone)
    for s in range(sectors):
        own = logs[sector[performs] == s]
        if own.size > 1:
            mean[s], spread[s] = fsum(own) / own.size, own.std()
    return mean, spread


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
