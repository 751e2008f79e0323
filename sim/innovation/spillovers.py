"""Phase 8: spillovers of R&D between firms by group sums (F4)."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import exp, log
from innocluster.agents.firms import FirmTable
from innocluster.agents.knowledge import Knowledge

from ..ground.conditions import Anchors
from ..ground.forms import form_code
from ..ground.parameter_record import Parameters
from ..network.pairs import BODY, PairTable

__all__ = ["field_nearness", "largest_stock", "location_weights", "spill_over", "stock_growth"]

Floats = NDArray[np.float64]

_MAHALANOBIS = form_code("spillovers", "mahalanobis")
_ROOT_POOL = form_code("spillovers", "root_pool")
LEAST_POOL = 1e-9


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


def field_nearness(firms: FirmTable) -> Floats:
    """F4: how much fields occur together in the knowledge with which firms began, (F, F).

    The uncentred correlation of two fields over firms, 1 for a field with itself.
    """
    known = firms.direction[: firms.count].astype(np.float64)
    together = (known[:, :, None] * known[:, None, :]).sum(axis=0)
    length = np.sqrt(np.diag(together))
    length[length == 0.0] = 1.0
    result: Floats = together / np.outer(length, length)
    return result


def largest_stock(firms: FirmTable, percentile: float) -> float:
    """F4: R&D stock at a percentile of performers, over the growth of stocks since the start.

    Times that growth of a later month it is the bound of that month, which neither those who
    start R&D nor those who stop it move.
    """
    stock = firms.research_stock[: firms.count][firms.alive[: firms.count] == 1]
    stock = stock[stock > 0.0]
    if stock.size == 0:
        return 0.0
    rank = max(ceil(percentile / 100.0 * stock.size) - 1, 0)
    return float(np.partition(stock, rank)[rank]) / stock_growth(firms)


def stock_growth(firms: FirmTable) -> float:
    """F4: median growth R/R0 of the stocks of firms that did R&D at the start and do it now."""
    n = firms.count
    same = (firms.alive[:n] == 1) & (firms.entered[:n] < 0) & (firms.research_intensity[:n] > 0.0)
    same &= firms.research_reference[:n] > 0.0
    if not same.any():
        return 1.0
    return float(np.median(firms.research_stock[:n][same] / firms.research_reference[:n][same]))


@compiled
def spill_over(
    form: int,
    p: Parameters,
    anchors: Anchors,
    most: float,
    weights: Floats,
    proximity: Floats,
    nearness: Floats,
    firms: FirmTable,
    pairs: PairTable,
    pair_count: int,
    pool: Floats,
) -> None:
    """F4: what others know already and what rivals learn, by group sums, never by all pairs.

    S_i = Σ_j ω_ij R̃_j over all other firms with ω_ij = k⁰_i·k⁰_j times the weight of the place;
    k⁰ is the unit vector of the knowledge with which a firm began: what it learns later turns
    its vector, and must not take away what others get from it.  Where
    acquaintance brings spillovers, familiarity lifts the weight of a pair from that of its place
    towards its proximity.  R̃ is R up to `most`.  Rivals, who make the same product, are a pool of
    their own, B_i = Σ_j R̃_j: what they learn takes sales away.
    The firm's `spillover` is ln(S/S0) - o_b·ln[(B+R_sector)/(B0+R_sector)].

    With the form mahalanobis k⁰_i·k⁰_j becomes k⁰_i·Ω·k⁰_j, and with root_pool R̃ its root.

    Parameters
    ----------
    most : stock up to which stocks spill over
    weights, proximity : (C, C) from `location_weights`
    nearness : (F, F) Ω, from `field_nearness`
    pair_count : pairs that count, from the first; none where place alone decides
    pool : (capacity,) what a firm gets from its pairs, then its whole pool S; written
    """
    toward = _seen_through(nearness, firms) if form == _MAHALANOBIS else firms.direction
    stock = np.zeros(firms.count)
    for i in range(firms.count):
        if firms.alive[i] != 0:
            stock[i] = _bounded(form, min(firms.research_stock[i], most))
    reach = _reach(stock, toward, weights, firms)
    pool[: firms.count] = 0.0
    _add_ties(stock, toward, proximity - weights, firms, pairs, pair_count, pool)
    rivals, log_rivals = _rivals(form, stock, anchors, p, firms)
    for i in range(firms.count):
        if firms.alive[i] == 0:
            pool[i] = 1.0
            continue
        c, s, niche = firms.complex[i], firms.sector[i], firms.niche[i]
        total = 0.0
        # Stored in seven digits, a unit vector's length is not quite one.
        squares = 0.0
        for f in range(toward.shape[1]):
            total += firms.direction[i, f] * reach[c, f]
            squares += np.float64(firms.direction[i, f]) * toward[i, f]
        pool[i] = max(total - weights[c, c] * stock[i] * squares + pool[i], LEAST_POOL)
        rivalry = log_rivals[s, niche]
        if stock[i] > 0.0:
            usual = _bounded(form, anchors.sector_stock[s])
            rivalry = log(max(rivals[s, niche] - stock[i], 0.0) + usual)
        spillover = log(pool[i]) - p.business_stealing * rivalry
        reference = firms.spillover_reference[i]
        reference = spillover if reference == np.inf else reference
        firms.spillover_reference[i] = reference
        firms.spillover[i] = spillover - reference


@inlined
def _bounded(form: int, stock: float) -> float:
    """F4: what a stock counts for."""
    bounded: float = np.sqrt(stock) if form == _ROOT_POOL else stock
    return bounded


@compiled
def _seen_through(nearness: Floats, firms: FirmTable) -> Knowledge:
    """F4: Ω·k⁰ of every firm, (rows, F)."""
    seen = np.zeros_like(firms.direction)
    for i in range(firms.count):
        for f in range(seen.shape[1]):
            total = 0.0
            for g in range(seen.shape[1]):
                total += nearness[f, g] * firms.direction[i, g]
            seen[i, f] = total
    return seen


@compiled
def _reach(stock: Floats, toward: Knowledge, weights: Floats, firms: FirmTable) -> Floats:
    """F4: what a firm of a complex meets of every field, (C, F)."""
    complexes, fields = weights.shape[0], toward.shape[1]
    performers = np.empty(firms.count, np.int32)
    found = 0
    for i in range(firms.count):
        performers[found] = i
        found += stock[i] > 0.0
    known = np.zeros((complexes, fields))
    for n in range(found):
        row = performers[n]
        # Fields are read in place: a view of every row for `dot` would take longer than the sum.
        c = firms.complex[row]
        for f in range(fields):
            known[c, f] += stock[row] * toward[row, f]
    reach = np.zeros_like(known)
    for c in range(complexes):
        for other in range(complexes):
            for f in range(fields):
                reach[c, f] += weights[c, other] * known[other, f]
    return reach


@compiled
def _rivals(
    form: int, stock: Floats, anchors: Anchors, p: Parameters, firms: FirmTable
) -> tuple[Floats, Floats]:
    """F4: R&D stocks B of all firms of a sector and niche, and ln(B + R_sector), (H, niches) each.

    A typical stock on top keeps a niche in which hardly anybody does R&D from moving much.
    """
    total = np.zeros((anchors.sector_stock.size, int(np.floor(p.product_niches + 0.5))))
    for i in range(firms.count):
        total[firms.sector[i], firms.niche[i]] += stock[i]
    logs = np.empty_like(total)
    for s in range(total.shape[0]):
        for niche in range(total.shape[1]):
            logs[s, niche] = log(total[s, niche] + _bounded(form, anchors.sector_stock[s]))
    return total, logs


@compiled
def _add_ties(
    stock: Floats,
    toward: Knowledge,
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
        for f in range(toward.shape[1]):
            alike += np.float64(firms.direction[a, f]) * toward[b, f]
        extra = (
            nearer[np.uint32(firms.complex[a]), np.uint32(firms.complex[b])]
            * pairs.familiarity[row]
            * alike
        )
        pool[a] += extra * stock[b]
        pool[b] += extra * stock[a]
