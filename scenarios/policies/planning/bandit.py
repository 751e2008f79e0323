"""Learning which kind of pair succeeds: keyed Thompson sampling over types of pairs (P16)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import exp, log, normal_quantile
from innocluster.agents.firms import FirmTable
from innocluster.agents.research_bodies import ResearchBodyTable
from innocluster.sim.coordination.policy import CoordinationView
from innocluster.sim.ground.random_numbers import Process, uniforms
from innocluster.sim.network.pairs import BODY

from .introductions import Proposers

__all__ = ["PAIR_TYPES", "beta_draw", "finished_share", "sampled_partners", "types_of_pairs"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]

PAIR_TYPES = ("same mini-cluster", "same complex", "other complex", "university", "institute")
"""Types of pairs: two members, or a member and a research body of its complex."""

_PAIR_TYPE = int(Process.ARM)
_ATTEMPTS = 64


@compiled
def _gamma_draw(
    key: NDArray[np.uint64], entity: int, month: int, block: int, shape: float
) -> float:
    """Gamma variate of a shape from 1, scale 1, by squeeze and rejection.

    Source: G. Marsaglia and W. W. Tsang (2000), ACM Transactions on Mathematical
    Software 26(3).  The chance to use up all attempts is below 1e-80.
    """
    d = shape - 1.0 / 3.0
    c = 1.0 / np.sqrt(9.0 * d)
    for attempt in range(_ATTEMPTS):
        draws = uniforms(key, entity, month, _PAIR_TYPE, block * _ATTEMPTS + attempt)
        for half in range(2):
            x = normal_quantile(draws[2 * half])
            v = 1.0 + c * x
            if v <= 0.0:
                continue
            v = v * v * v
            if log(draws[2 * half + 1]) < 0.5 * x * x + d * (1.0 - v + log(v)):
                result: float = d * v
                return result
    return d


@compiled
def beta_draw(
    key: NDArray[np.uint64], entity: int, month: int, block: int, wins: float, losses: float
) -> float:
    """Draw from Beta(wins, losses) at an address, the same on every platform.

    Parameters
    ----------
    block : number that tells the draws of an entity in a month apart
    wins, losses : parameters of the distribution, from 1
    """
    one = _gamma_draw(key, entity, month, 2 * block, wins)
    other = _gamma_draw(key, entity, month, 2 * block + 1, losses)
    return one / (one + other)


@compiled
def finished_share(months: int, stages: int, mean: float) -> Floats:
    """Share of projects that are finished 0, 1, … months after their start, (months,).

    Erlang with some stages: 1 - e^(-x)·Σ_{k<stages} x^k/k!, x = stages·age/mean.
    """
    result = np.empty(months)
    for age in range(months):
        x = stages * age / mean
        term = 1.0
        total = 1.0
        for k in range(1, stages):
            term *= x / k
            total += term
        result[age] = 1.0 - exp(-x) * total
    return result


@compiled
def types_of_pairs(
    firms: FirmTable, bodies: ResearchBodyTable, first: Codes, second: Codes
) -> Codes:
    """Position in `PAIR_TYPES` of each pair of a firm and a firm or research body."""
    kind = np.empty(first.size, np.int32)
    for n in range(first.size):
        a = first[n]
        b = second[n]
        if b >= BODY:
            kind[n] = 4 if bodies.institute[b - BODY] == 1 else 3
        elif firms.complex[a] != firms.complex[b]:
            kind[n] = 2
        else:
            kind[n] = 0 if firms.mini_cluster[a] == firms.mini_cluster[b] else 1
    return kind


@compiled
def sampled_partners(
    view: CoordinationView,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    proposers: Proposers,
    complex_start: Integers,
    wins: Floats,
    losses: Floats,
) -> Codes:
    """Partner of each proposer: a random one of the type whose drawn success rate is highest.

    A type of which the proposer has nobody within reach does not take part; -1
    where there is none at all.

    Parameters
    ----------
    complex_start : (C+1,) where each complex starts among the members of the view
    wins, losses : (5,) parameters of the Beta distribution of each type
    """
    partner = np.full(proposers.row.size, -1, np.int32)
    pool = np.zeros(5, np.int64)
    for n in range(proposers.row.size):
        row = proposers.row[n]
        c = firms.complex[row]
        _count_types(view, bodies, proposers, complex_start, n, c, pool)
        best = -1
        highest = -1.0
        for kind in range(5):
            if pool[kind] > 0:
                rate = beta_draw(
                    view.key, firms.identifier[row], view.month, proposers.slot[n] * 8 + kind,
                    wins[kind], losses[kind],
                )  # fmt: skip
                if rate > highest:
                    highest = rate
                    best = kind
        if best < 0:
            continue
        u, _, _, _ = uniforms(
            view.key, firms.identifier[row], view.month, _PAIR_TYPE, -1 - proposers.slot[n]
        )
        chosen = int(u * pool[best])
        if best == 0:
            partner[n] = proposers.neighbour[n]
        elif best == 1:
            own = view.member_start[proposers.cluster[n]]
            place = complex_start[c] + chosen
            if place >= own:
                place += view.member_start[proposers.cluster[n] + 1] - own
            partner[n] = view.members[place]
        elif best == 2:
            here = complex_start[c + 1] - complex_start[c]
            place = chosen + here if chosen >= complex_start[c] else chosen
            partner[n] = view.members[place]
        else:
            for place in range(view.body_start[c], view.body_start[c + 1]):
                if bodies.institute[view.body_rows[place]] == (1 if best == 4 else 0):
                    if chosen == 0:
                        partner[n] = BODY + view.body_rows[place]
                        break
                    chosen -= 1
    return partner


@compiled
def _count_types(
    view: CoordinationView,
    bodies: ResearchBodyTable,
    proposers: Proposers,
    complex_start: Integers,
    n: int,
    c: int,
    pool: Integers,
) -> None:
    """Whom proposer `n` of complex `c` has within reach, of each type, into `pool` (5,)."""
    m = proposers.cluster[n]
    own = view.member_start[m + 1] - view.member_start[m]
    here = complex_start[c + 1] - complex_start[c]
    institutes = 0
    for place in range(view.body_start[c], view.body_start[c + 1]):
        institutes += bodies.institute[view.body_rows[place]]
    pool[0] = 1 if proposers.neighbour[n] >= 0 else 0
    pool[1] = here - own
    pool[2] = view.members.size - here
    pool[3] = view.body_start[c + 1] - view.body_start[c] - institutes
    pool[4] = institutes
