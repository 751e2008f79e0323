"""New firms of a month in plain Python (E2, U4): an entrant is modelled on a firm of 2003."""

from __future__ import annotations

import bisect
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from plain_equations import growth_dispersion, logistic, monthly, normal, poisson, stored

from innocluster.sim.ground.random_numbers import Process

if TYPE_CHECKING:
    from mesa_actors import Body
    from mesa_objects import ObjectModel

__all__ = ["founding_shares", "new_firms"]

SPIN_OFF_ORDINAL = 1 << 15
SCATTER = 0.2


def new_firms(model: ObjectModel, closures: list[int]) -> list[tuple[int, dict[str, Any]]]:
    """Complex and attributes of the firms that enter, by complex; there spin-offs come last."""
    operating = [0] * model.complexes
    for firm in model.firms():
        operating[firm.complex] += 1
    entrants = []
    for c in range(model.complexes):
        land = model.settings.forms.names()["entry"] == "land"
        estate = model.estates[c]
        number = estate.open(model.month) if land else _arrivals(model, c, operating[c])
        entrants += [_entrant(model, c, ordinal, None) for ordinal in range(number)]
        for body in model.bodies_at[c]:
            if body.founds_firm() and (not land or estate.seat()):
                ordinal = SPIN_OFF_ORDINAL + model.bodies.index(body)
                entrants.append(_entrant(model, c, ordinal, body))
        if land:
            estate.let(model)
            estate.leave(model, closures[c])
    return entrants


def _arrivals(model: ObjectModel, c: int, operating: int) -> int:
    """E2: proportional entry, Poisson with profit and free plots."""
    p, complexes = model.p, model.region.complexes
    plots, firms = int(complexes.plots[c]), int(complexes.firms[c])
    free = max(plots - operating, 0) / max(plots - firms, 1)
    response = math.exp(p.entry_profit * (model.profit_ratio[c] - model.usual_profit[c]))
    yearly = p.entry_scale * float(complexes.entry_rate[c]) * operating * free * response
    return poisson(yearly / 12.0, model.draw(c, Process.ENTRY)[0])


def _entrant(
    model: ObjectModel, c: int, ordinal: int, parent: Body | None
) -> tuple[int, dict[str, Any]]:
    """A firm like its model, with scattered knowledge, level with today's frontier."""
    p, source = model.p, model.prototypes
    identifier = ((model.month + 1) << 24) + (c << 16) + ordinal
    u = model.draw(identifier, Process.ENTRANT)[0]
    pattern = model.sites_at[c][bisect.bisect_left(model.foundings_at[c], u)]
    origin = source.knowledge[pattern] if parent is None else parent.knowledge
    blocks = range(1, (origin.size + 3) // 4 + 1)
    draws = [u for block in blocks for u in model.draw(identifier, Process.ENTRANT, block)]
    scatter = [math.exp(SCATTER * normal(u)) for u in draws[: origin.size]]
    size = int(source.employees[pattern])
    employees = float(size)
    sector = int(source.sector[pattern])
    intensity = float(source.research_intensity[pattern])
    if parent is not None:
        employees, sector = 5.0, parent.sector
        intensity = model.sector_intensity[sector]
    annual = float(source.revenue[pattern]) * employees / size
    brand = 0.5 * int(source.brand[pattern])
    share = min(max(float(source.export_share[pattern]), 1e-6), 0.98)

    sold = annual / 12.0
    value_added = model.value_added_ratio[sector] * sold
    capital = p.capital_output_ratio * annual
    inputs = capital**p.capital_elasticity * employees ** (1.0 - p.capital_elasticity)
    productivity = math.log(value_added / p.target_utilisation / inputs)
    stock = intensity * annual / (12.0 * monthly(p.rd_depreciation))
    gain = 0.0
    if intensity > 0.0:
        successes = p.attempt_rate * p.commercial_success
        gain = successes * p.own_innovation_step / (12.0 * monthly(p.innovation_depreciation))
    shock = _stationary_shock(model, identifier, employees)
    wages = max(p.labour_share * value_added - intensity * sold, 0.25 * value_added)

    outside = model.markets[sector]
    drift = outside.progress
    real = sold * math.exp(drift)
    logit = math.log(share / (1.0 - share))
    abroad = logistic(logit)
    home, world = model.asked[sector]
    market = (1.0 - abroad) * home + abroad * world
    luck = math.exp((p.substitution - 1.0) * shock)
    worked = luck * math.exp(-shock / (1.0 - p.capital_elasticity))
    attributes = {
        "identifier": identifier,
        "sector": sector,
        "niche": int(model.draw(identifier, Process.NICHE, month=0)[0] * round(p.product_niches)),
        "mini_cluster": int(source.mini_cluster[pattern]),
        "member": False,
        "cohort": False,
        "entered": model.month,
        "age": 0.0,
        "employees": employees * worked,
        "capital": luck * capital,
        "level": productivity,
        "shock": shock,
        "log_productivity": productivity + shock + drift,
        "demand_reference": productivity + drift - outside.rivals,
        "demand_scale": real * outside.price / market,
        "expected_demand": luck * real,
        "revenue": luck * real * outside.price,
        "export_logit": logit,
        "utilisation": p.target_utilisation,
        "research_intensity": intensity,
        "research_lagged": intensity,
        "research_stock": stock,
        "research_reference": stock,
        "research_offset": p.research_phase_in * annual,
        "smoothed_sales": luck * real * outside.price,
        "research_spending": intensity * luck * real * outside.price,
        "research_began": model.month,
        "last_success": -1000,
        "research_pay": (p.labour_share * value_added - wages) / employees,
        "spillover_reference": math.inf,
        "gain_own": gain,
        "gain_reference": gain,
        "brand": brand,
        "brand_reference": brand,
        "link_until": -1,
        "cash": luck * p.first_cash * annual,
        "months_negative": 0,
        "wage": wages / employees,
        "projects": 0,
        "knowledge": stored(origin * np.array(scatter)),
    }
    unset = (
        "role", "exports", "grant_flow", "spillover", "absorption", "gain_transfer", "gain_joint",
        "gain_meeting", "royalty", "lost_days",
    )  # fmt: skip
    return c, attributes | dict.fromkeys(unset, 0.0)


def _stationary_shock(model: ObjectModel, identifier: int, employees: float) -> float:
    """F2: shock from its stationary distribution."""
    p = model.p
    scale = model.shock_unit * growth_dispersion(
        employees, p.growth_dispersion, p.growth_dispersion_exponent
    )
    deviation = scale * math.sqrt(2.0 * p.shock_arrival / (1.0 - model.persistence**2))
    u = model.draw(identifier, Process.SHOCK, 1, month=0)[0]
    return deviation * normal(u)


def founding_shares(employees: Any, p: Any) -> list[float]:
    """E1: share of all foundings that are like one of the firms up to each.

    In balance as many firms of a size are founded as close, one in a mean life.
    """
    lives = []
    for size in np.maximum(employees, 1.0).tolist():
        alive, life, hazard = 1.0, 0.0, 0.0
        for quarter in range(240):
            newborn = (p.exit_rate - p.established_exit_rate) * math.exp(
                -(quarter + 0.5) / 4.0 / p.exit_age
            )
            hazard = (p.established_exit_rate + newborn) * (size / 20.0) ** -p.exit_size
            hazard = max(hazard if size < p.takeover_size else 0.0, 1e-3)
            life += alive * (1.0 - math.exp(-hazard / 4.0)) / hazard
            alive *= math.exp(-hazard / 4.0)
        lives.append(life + alive / hazard)
    shares = np.cumsum(1.0 / np.array(lives))
    result: list[float] = (shares / shares[-1]).tolist()
    return result
