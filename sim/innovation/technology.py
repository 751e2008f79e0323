"""Phases 7 and 8: shocks, R&D, own innovation, spillovers (F2-F6, K3)."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import exp, log
from innocluster.agents.firms import FirmTable, growth_dispersion, shock_step
from innocluster.agents.knowledge import absorptive_capacity

from ..ground.conditions import Anchors
from ..ground.forms import Forms, form_code
from ..ground.parameter_record import Parameters
from ..ground.scratch import Scratch
from ..ground.sums import CACHED_ROWS
from ..network.pairs import BODY, PairTable

__all__ = [
    "advance_research",
    "advance_shocks",
    "largest_pool",
    "location_weights",
    "meetings_kept",
    "monthly_rate",
    "shock_unit",
    "spill_over",
    "surprises",
]

Floats = NDArray[np.float64]

_FLOW = form_code("sharing", "flow")


@inlined
def monthly_rate(annual: float) -> float:
    """Monthly rate that compounds to the annual one, 1 - (1 - r)^(1/12)."""
    return 1.0 - exp(log(1.0 - annual) / 12.0)


@compiled
def meetings_kept(p: Parameters, forms: Forms) -> float:
    """F5: part of what meetings taught that a month leaves, by the form of `sharing`.

    Where it is a flow it fades with the ties through which it came, as familiarity does.
    """
    if forms.sharing == _FLOW:
        return 1.0 - p.familiarity_decay
    return 1.0 - monthly_rate(p.meeting_depreciation)


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
def advance_shocks(p: Parameters, firms: FirmTable, arrives: Floats, size: Floats) -> None:
    """F2: next month's shock of every firm.

    Parameters
    ----------
    arrives, size : (capacity,) uniforms that decide whether a step comes, and which
    """
    persistence = exp(-log(2.0) / p.shock_half_life)
    unit = shock_unit(persistence, p.shock_arrival, p.substitution)
    arrived = np.empty(CACHED_ROWS, np.int64)
    stepped = np.empty(CACHED_ROWS)
    for start in range(0, firms.count, CACHED_ROWS):
        rows = min(CACHED_ROWS, firms.count - start)
        # Steps are rare and dear: first the rows that one comes to, without a branch.
        found = 0
        for k in range(rows):
            arrived[found] = start + k
            found += arrives[np.uint64(start + k)] < p.shock_arrival
        for n in range(found):
            row = np.uint64(arrived[n])
            scale = unit * growth_dispersion(
                firms.employees[row], p.growth_dispersion, p.growth_dispersion_exponent
            )
            stepped[n] = shock_step(
                firms.shock[row], persistence, p.shock_arrival, scale, arrives[row], size[row]
            )
        for k in range(rows):
            firms.shock[np.uint64(start + k)] *= persistence
        for n in range(found):
            firms.shock[np.uint64(arrived[n])] = stepped[n]


@compiled
def advance_research(
    price: float,
    meetings_kept: float,
    p: Parameters,
    anchors: Anchors,
    firms: FirmTable,
    scratch: Scratch,
    innovations: NDArray[np.int64],
) -> None:
    """F3, F5, F6, K3: stocks, gains and own innovations.

    Parameters
    ----------
    price : price index of manufactured goods at large, year mean of 2003 = 1
    meetings_kept : part of what meetings taught that a month leaves
    scratch : with own R&D and grants of this month; its uniforms decide whether an innovation
        comes, and how large
    innovations : (C,) own innovations, added to
    """
    keep_gain = 1.0 - monthly_rate(p.innovation_depreciation)
    performers = np.empty(CACHED_ROWS, np.int64)
    for start in range(0, firms.count, CACHED_ROWS):
        size = min(CACHED_ROWS, firms.count - start)
        # Closed firms are computed along, and keep what they had: no branch.
        for k in range(size):
            row = np.uint64(start + k)
            alive = firms.alive[row] != 0
            keep = keep_gain if alive else 1.0
            firms.gain_own[row] *= keep
            firms.gain_transfer[row] *= keep
            firms.gain_joint[row] *= keep
            firms.gain_meeting[row] *= meetings_kept if alive else 1.0
        found = 0
        for k in range(size):
            row = np.uint64(start + k)
            performers[found] = start + k
            found += (firms.alive[row] != 0) & (
                (firms.research_intensity[row] > 0.0)
                | (firms.research_stock[row] > 0.0)
                | (scratch.own_spending[row] > 0.0)
            )
        for n in range(found):
            _do_research(np.uint64(performers[n]), price, p, anchors, firms, scratch, innovations)


@inlined
def _do_research(
    i: np.uint64,
    price: float,
    p: Parameters,
    anchors: Anchors,
    firms: FirmTable,
    scratch: Scratch,
    innovations: NDArray[np.int64],
) -> None:
    """F3, F6, K3: R&D stock, absorptive capacity and own innovation of a firm with R&D."""
    keep_stock = 1.0 - monthly_rate(p.rd_depreciation)
    spending = scratch.own_spending[i] + (1.0 + p.subsidy_additionality) * scratch.grants[i]
    firms.research_stock[i] = keep_stock * firms.research_stock[i] + spending / price
    intensity = spending / max(firms.revenue[i], 1e-9)
    firms.research_lagged[i] += (intensity - firms.research_lagged[i]) / p.planning_lag
    sector = firms.sector[i]
    firms.absorption[i] = absorptive_capacity(
        firms.research_stock[i],
        anchors.sector_stock[sector],
        firms.research_lagged[i],
        p.absorption_threshold,
    )
    hazard = _innovation_hazard(p, firms.research_lagged[i], anchors.sector_intensity[sector])
    # The chance is below the hazard, so that most draws need no exponential.
    if scratch.draw[i] < hazard and scratch.draw[i] < 1.0 - exp(-hazard):
        firms.gain_own[i] += -p.own_innovation_step * log(scratch.second_draw[i])
        innovations[firms.complex[i]] += 1


@inlined
def _innovation_hazard(p: Parameters, intensity: float, sector_intensity: float) -> float:
    """F6: monthly hazard of an own innovation, ζ·p_c/12 at the R&D intensity of the sector."""
    return p.attempt_rate / 12.0 * p.commercial_success * intensity / sector_intensity


@compiled
def surprises(
    p: Parameters, anchors: Anchors, firms: FirmTable, scratch: Scratch, rows: NDArray[np.int64]
) -> Floats:
    """F6: what own innovations of the month gave some firms beyond their mean before the draws.

    Parameters
    ----------
    scratch : with the uniforms by which `advance_research` decided
    rows : (n,) of the firms
    """
    result = np.empty(rows.size)
    for n in range(rows.size):
        i = rows[n]
        usual = anchors.sector_intensity[firms.sector[i]]
        chance = 1.0 - exp(-_innovation_hazard(p, firms.research_lagged[i], usual))
        gained = -log(scratch.second_draw[i]) if scratch.draw[i] < chance else 0.0
        result[n] = p.own_innovation_step * (gained - chance)
    return result


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


def largest_pool(firms: FirmTable, percentile: float) -> float:
    """F4: R&D stock of the firm at a percentile of R&D performers, KRW million of 2003."""
    stock = firms.research_stock[: firms.count][firms.alive[: firms.count] == 1]
    stock = stock[stock > 0.0]
    if stock.size == 0:
        return 0.0
    rank = max(ceil(percentile / 100.0 * stock.size) - 1, 0)
    return float(np.partition(stock, rank)[rank])


@compiled
def spill_over(
    stealing: float,
    most: float,
    weights: Floats,
    proximity: Floats,
    sectors: int,
    firms: FirmTable,
    pairs: PairTable,
    pair_count: int,
    pool: Floats,
) -> None:
    """F4: ln(S/S0) of every firm by group sums of knowledge-weighted R&D, never by all pairs.

    S_i = Σ_j ω_ij R_j with ω_ij = cos(k⁰_i, k⁰_j)·place, less the share `stealing` where j is a
    rival in the same sector.  k⁰ is the knowledge with which a firm began: what it
    learns later turns its vector, and must not take away what others get from it.  Familiarity
    lifts the weight of a pair from that of its place towards its proximity.

    Parameters
    ----------
    weights, proximity : (C, C) from `location_weights`
    pair_count : pairs that count, from the first
    pool : (capacity,) what a firm gets from its pairs, then its whole pool S; written
    """
    reach = _reach(_research_by_sector(most, firms, weights.shape[0], sectors), weights, stealing)
    pool[: firms.count] = 0.0
    _add_ties(stealing, most, proximity - weights, firms, pairs, pair_count, pool)
    fields = firms.knowledge.shape[1]
    for i in range(firms.count):
        if firms.alive[i] == 0:
            pool[i] = 1.0
            continue
        c, s = np.uint64(firms.complex[i]), np.uint64(firms.sector[i])
        total = 0.0
        # Stored in seven digits, a unit vector's length is not quite one.
        squares = 0.0
        for f in range(fields):
            total += firms.direction[i, f] * reach[c, s, f]
            squares += np.float64(firms.direction[i, f]) * firms.direction[i, f]
        own = weights[c, c] * (1.0 - stealing) * min(firms.research_stock[i], most) * squares
        pool[i] = max(total - own + pool[i], 1e-9)
    for i in range(firms.count):
        spillover = log(pool[i])
        reference = firms.spillover_reference[i]
        reference = spillover if reference == np.inf else reference
        firms.spillover_reference[i] = reference
        firms.spillover[i] = spillover - reference


@compiled
def _research_by_sector(most: float, firms: FirmTable, complexes: int, sectors: int) -> Floats:
    """F4: R&D stocks by complex, sector and field, each along its firm's unit vector, (C, H, F)."""
    fields = firms.knowledge.shape[1]
    performers = np.empty(firms.count, np.int32)
    found = 0
    for i in range(firms.count):
        performers[found] = i
        found += (firms.alive[i] != 0) & (firms.research_stock[i] > 0.0)
    result = np.zeros((complexes, sectors, fields))
    for n in range(found):
        row = np.uint64(performers[n])
        # Fields are read in place: a view of every row for `dot` would take longer than the sum.
        c, s = np.uint64(firms.complex[row]), np.uint64(firms.sector[row])
        stock = min(firms.research_stock[row], most)
        for f in range(fields):
            result[c, s, f] += stock * firms.direction[row, f]
    return result


@compiled
def _reach(research: Floats, weights: Floats, stealing: float) -> Floats:
    """F4: what a firm of a complex and a sector meets of every field, (C, H, F)."""
    complexes, sectors, fields = research.shape
    everyone = np.zeros((complexes, fields))
    for c in range(complexes):
        for s in range(sectors):
            for f in range(fields):
                everyone[c, f] += research[c, s, f]
    reach = np.zeros_like(research)
    for c in range(complexes):
        for other in range(complexes):
            for s in range(sectors):
                for f in range(fields):
                    reach[c, s, f] += weights[c, other] * (
                        everyone[other, f] - stealing * research[other, s, f]
                    )
    return reach


@compiled
def _add_ties(
    stealing: float,
    most: float,
    nearer: Floats,
    firms: FirmTable,
    pairs: PairTable,
    pair_count: int,
    pool: Floats,
) -> None:
    """F4: add to `pool` what firms get from each other because they know each other.

    Parameters
    ----------
    nearer : (C, C) weight that full familiarity adds between places
    """
    for row in range(pair_count):
        if pairs.familiarity[row] <= 0.0 or pairs.second[row] >= BODY:
            continue
        # Without a sign: an index that might count from the end is checked at every access.
        a = np.uint32(pairs.first[row])
        b = np.uint32(pairs.second[row])
        alike = 0.0
        for f in range(firms.direction.shape[1]):
            alike += np.float64(firms.direction[a, f]) * firms.direction[b, f]
        extra = (
            nearer[np.uint32(firms.complex[a]), np.uint32(firms.complex[b])]
            * pairs.familiarity[row]
            * alike
        )
        extra *= 1.0 - stealing if firms.sector[a] == firms.sector[b] else 1.0
        pool[a] += extra * min(firms.research_stock[b], most)
        pool[b] += extra * min(firms.research_stock[a], most)
