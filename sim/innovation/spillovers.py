"""Phase 8: spillovers of R&D between firms by group sums (F4)."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import exp, log
from innocluster.agents.firms import FirmTable

from ..network.pairs import BODY, PairTable

__all__ = ["largest_pool", "location_weights", "spill_over"]

Floats = NDArray[np.float64]


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
