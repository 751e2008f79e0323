"""Learning which kind of pair succeeds: keyed Thompson sampling over types of pairs (P16)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import exp, log, normal_quantile
from innocluster.sim.ground.random_numbers import Process, uniforms
from innocluster.sim.network.pairs import BODY

__all__ = ["ARMS", "arm_of_pairs", "beta_draw", "finished_share", "sampled_partners"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Small = NDArray[np.int16]
Integers = NDArray[np.int64]

ARMS = ("same mini-cluster", "same complex", "other complex", "university", "institute")
"""Types of pairs: two members, or a member and a research body of its complex."""

_ARM = int(Process.ARM)
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
        draws = uniforms(key, entity, month, _ARM, block * _ATTEMPTS + attempt)
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
def arm_of_pairs(
    first: Codes, second: Codes, complex_: Small, mini_cluster: Small, institute: NDArray[np.int8]
) -> Codes:
    """Position in `ARMS` of each pair of a firm and a firm or research body."""
    arm = np.empty(first.size, np.int32)
    for n in range(first.size):
        a = first[n]
        b = second[n]
        if b >= BODY:
            arm[n] = 4 if institute[b - BODY] == 1 else 3
        elif complex_[a] != complex_[b]:
            arm[n] = 2
        else:
            arm[n] = 0 if mini_cluster[a] == mini_cluster[b] else 1
    return arm


@compiled
def sampled_partners(
    key: NDArray[np.uint64],
    month: int,
    identifier: Integers,
    complex_: Small,
    proposer: Codes,
    slot: Codes,
    neighbour: Codes,
    cluster: Codes,
    members: Codes,
    member_start: Integers,
    complex_start: Integers,
    body_rows: Codes,
    body_start: Integers,
    institute: NDArray[np.int8],
    wins: Floats,
    losses: Floats,
) -> Codes:
    """Partner of each proposer: a random one of the type whose drawn success rate is highest.

    A type of which the proposer has nobody within reach does not take part; -1
    where there is none at all.

    Parameters
    ----------
    proposer, slot, neighbour, cluster : columns of `Proposers`
    members, member_start, complex_start : members by mini-cluster, and where each
        mini-cluster and each complex starts
    body_rows, body_start : research bodies by complex
    wins, losses : (5,) parameters of the Beta distribution of each type
    """
    partner = np.full(proposer.size, -1, np.int32)
    pool = np.zeros(5, np.int64)
    for n in range(proposer.size):
        row = proposer[n]
        entity = identifier[row]
        c = complex_[row]
        m = cluster[n]
        low = member_start[m]
        own = member_start[m + 1] - low
        here = complex_start[c + 1] - complex_start[c]
        institutes = 0
        bodies = body_start[c + 1] - body_start[c]
        for place in range(body_start[c], body_start[c + 1]):
            institutes += institute[body_rows[place]]
        pool[0] = 1 if neighbour[n] >= 0 else 0
        pool[1] = here - own
        pool[2] = members.size - here
        pool[3] = bodies - institutes
        pool[4] = institutes
        best = -1
        highest = -1.0
        for arm in range(5):
            if pool[arm] > 0:
                block = slot[n] * 8 + arm
                rate = beta_draw(key, entity, month, block, wins[arm], losses[arm])
                if rate > highest:
                    highest = rate
                    best = arm
        if best < 0:
            continue
        u, _, _, _ = uniforms(key, entity, month, _ARM, -1 - slot[n])
        chosen = int(u * pool[best])
        if best == 0:
            partner[n] = neighbour[n]
        elif best == 1:
            place = complex_start[c] + chosen
            partner[n] = members[place + own if place >= low else place]
        elif best == 2:
            place = chosen + here if chosen >= complex_start[c] else chosen
            partner[n] = members[place]
        else:
            for place in range(body_start[c], body_start[c + 1]):
                if institute[body_rows[place]] == (1 if best == 4 else 0):
                    if chosen == 0:
                        partner[n] = BODY + body_rows[place]
                        break
                    chosen -= 1
    return partner
