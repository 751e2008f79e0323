"""Phases 7 and 8: shocks, R&D, own innovation, spillovers (F2-F6, K3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import exp, log
from innocluster.agents.firms import growth_dispersion, shock_step
from innocluster.agents.knowledge import Knowledge, absorptive_capacity

from ..ground.parameter_record import Parameters
from ..network.pairs import BODY

__all__ = [
    "advance_research",
    "advance_shocks",
    "location_weights",
    "monthly_rate",
    "shock_unit",
    "spill_over",
]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Small = NDArray[np.int16]
Flags = NDArray[np.int8]


@inlined
def monthly_rate(annual: float) -> float:
    """Monthly rate that compounds to the annual one, 1 - (1 - r)^(1/12)."""
    return 1.0 - exp(log(1.0 - annual) / 12.0)


@inlined
def shock_unit(persistence: float, arrival: float, substitution: float) -> float:
    """Laplace scale of a step per unit of dispersion of annual log sales growth.

    The annual mean of an autoregressive shock changes from year to year by
    2[γ̄(0) - γ̄(12)], γ̄ being averages of its autocovariance; sales respond to
    productivity with the power σ - 1; a Laplace step of scale b has variance 2b².
    """
    same = 0.0
    next_year = 0.0
    for i in range(12):
        for j in range(12):
            same += exp(log(persistence) * abs(i - j)) / 144.0
            next_year += exp(log(persistence) * (12 + i - j)) / 144.0
    variance = 2.0 * (same - next_year) / (1.0 - persistence * persistence)
    unit: float = 1.0 / ((substitution - 1.0) * np.sqrt(variance * 2.0 * arrival))
    return unit


@compiled
def advance_shocks(
    p: Parameters,
    count: int,
    employees: Floats,
    arrives: Floats,
    size: Floats,
    shock: Floats,
) -> None:
    """F2: next month's shock of every firm.

    Parameters
    ----------
    arrives, size : (capacity,) uniforms that decide whether a step comes, and which
    """
    persistence = exp(-log(2.0) / p.shock_half_life)
    unit = shock_unit(persistence, p.shock_arrival, p.substitution)
    for i in range(count):
        scale = 0.0
        if arrives[i] < p.shock_arrival:
            scale = unit * growth_dispersion(
                employees[i], p.growth_dispersion, p.growth_dispersion_exponent
            )
        shock[i] = shock_step(shock[i], persistence, p.shock_arrival, scale, arrives[i], size[i])


@compiled
def advance_research(
    price: float,
    p: Parameters,
    count: int,
    succeeds: Floats,
    step: Floats,
    alive: Flags,
    complex_: Small,
    sector: Small,
    research_intensity: Floats,
    own_spending: Floats,
    grant_flow: Floats,
    research_stock: Floats,
    research_lagged: Floats,
    absorption: Floats,
    gain_own: Floats,
    gain_transfer: Floats,
    gain_joint: Floats,
    gain_meeting: Floats,
    sector_stock: Floats,
    sector_intensity: Floats,
    revenue: Floats,
    innovations: NDArray[np.int64],
) -> None:
    """F3, F5, F6, K3: stocks, gains and own innovations.

    Parameters
    ----------
    succeeds, step : (capacity,) uniforms that decide whether an innovation comes, and how large
    own_spending : (capacity,) KRW million of own R&D this month
    sector_stock : (H,) KRW million of 2003, median R&D stock of performers in 2003
    sector_intensity : (H,) mean R&D intensity of performers in 2003
    innovations : (C,) own innovations, added to
    """
    keep_stock = 1.0 - monthly_rate(p.rd_depreciation)
    keep_gain = 1.0 - monthly_rate(p.innovation_depreciation)
    attempts = p.attempt_rate / 12.0 * p.commercial_success
    for i in range(count):
        if alive[i] == 0:
            continue
        gain_own[i] *= keep_gain
        gain_transfer[i] *= keep_gain
        gain_joint[i] *= keep_gain
        gain_meeting[i] *= keep_gain
        if research_intensity[i] <= 0.0 and research_stock[i] <= 0.0 and own_spending[i] <= 0.0:
            continue
        spending = own_spending[i] + (1.0 + p.subsidy_additionality) * grant_flow[i]
        research_stock[i] = keep_stock * research_stock[i] + spending / price
        intensity = spending / max(revenue[i], 1e-9)
        research_lagged[i] += (intensity - research_lagged[i]) / p.planning_lag
        s = sector[i]
        absorption[i] = absorptive_capacity(
            research_stock[i], sector_stock[s], research_lagged[i], p.absorption_threshold
        )
        hazard = attempts * research_lagged[i] / sector_intensity[s]
        # The chance is below the hazard, so that most draws need no exponential.
        if succeeds[i] < hazard and succeeds[i] < 1.0 - exp(-hazard):
            gain_own[i] += -p.own_innovation_step * log(step[i])
            innovations[complex_[i]] += 1


@compiled
def location_weights(
    distance: Floats, complex_weight: float, outside_weight: float, half_distance: float
) -> tuple[Floats, Floats]:
    """F4: spillover weights by place without the technological cosine, and proximity, (C, C) each.

    Proximity 2^(-distance/ξ) is the weight between firms that know each other
    well: 1 within a complex, as in the same mini-cluster.
    """
    weights = np.empty_like(distance)
    proximity = np.empty_like(distance)
    for row in range(distance.shape[0]):
        for other in range(distance.shape[0]):
            near = exp(-log(2.0) * distance[row, other] / half_distance)
            proximity[row, other] = near
            weights[row, other] = complex_weight if row == other else outside_weight * near
    return weights, proximity


@compiled
def spill_over(
    count: int,
    alive: Flags,
    complex_: Small,
    sector: Small,
    knowledge: Knowledge,
    research_stock: Floats,
    spillover: Floats,
    spillover_reference: Floats,
    weights: Floats,
    proximity: Floats,
    sectors: int,
    stealing: float,
    pair_count: int,
    first: NDArray[np.int32],
    second: NDArray[np.int32],
    familiarity: Singles,
    similarity: Singles,
    ties: Floats,
) -> None:
    """F4: ln(S/S0) of every firm by group sums of knowledge-weighted R&D, never by all pairs.

    S_i = Σ_j ω_ij R_j with ω_ij = cos(k_i, k_j)·place, less the share `stealing`
    where j is a rival in the same sector.  Familiarity lifts the weight of a
    pair from that of its place towards its proximity.
    `ties` is scratch of the length of the columns: what a firm gets from its
    pairs, then its whole pool.
    """
    complexes = weights.shape[0]
    fields = knowledge.shape[1]
    all_sum = np.zeros((complexes, fields))
    sector_sum = np.zeros((complexes, sectors, fields))
    for i in range(count):
        ties[i] = 0.0
        if alive[i] == 0 or research_stock[i] <= 0.0:
            continue
        c = complex_[i]
        s = sector[i]
        # Fields are read in place: a view of every row for `dot` would take longer than the sum.
        norm = 0.0
        for f in range(fields):
            norm += np.float64(knowledge[i, f]) * knowledge[i, f]
        factor = research_stock[i] / np.sqrt(norm)
        for f in range(fields):
            sector_sum[c, s, f] += factor * knowledge[i, f]
    for c in range(complexes):
        for s in range(sectors):
            for f in range(fields):
                all_sum[c, f] += sector_sum[c, s, f]
    reach = np.zeros((complexes, sectors, fields))
    for c in range(complexes):
        for other in range(complexes):
            for s in range(sectors):
                for f in range(fields):
                    reach[c, s, f] += weights[c, other] * (
                        all_sum[other, f] - stealing * sector_sum[other, s, f]
                    )
    nearer = np.empty_like(weights)
    for c in range(complexes):
        for other in range(complexes):
            nearer[c, other] = proximity[c, other] - weights[c, other]
    for row in range(pair_count):
        if familiarity[row] <= 0.0 or second[row] >= BODY:
            continue
        # Without a sign: an index that might count from the end is checked at every access.
        a = np.uint32(first[row])
        b = np.uint32(second[row])
        extra = nearer[complex_[a], complex_[b]] * familiarity[row] * similarity[row]
        if sector[a] == sector[b]:
            extra *= 1.0 - stealing
        ties[a] += extra * research_stock[b]
        ties[b] += extra * research_stock[a]
    for i in range(count):
        if alive[i] == 0:
            ties[i] = 1.0
            continue
        c = complex_[i]
        s = sector[i]
        norm = 0.0
        total = 0.0
        for f in range(fields):
            norm += np.float64(knowledge[i, f]) * knowledge[i, f]
            total += knowledge[i, f] * reach[c, s, f]
        own = weights[c, c] * (1.0 - stealing) * research_stock[i]
        ties[i] = max(total / np.sqrt(norm) - own + ties[i], 1e-9)
    for i in range(count):
        spillover[i] = log(ties[i])
    for i in range(count):
        if spillover_reference[i] == np.inf:
            spillover_reference[i] = spillover[i]
        spillover[i] -= spillover_reference[i]
