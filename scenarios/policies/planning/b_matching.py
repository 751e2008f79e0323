"""Who is brought together when everybody has room for only so many: b-matching (policy P7).

Pairs are given as two columns of agents, so that only the pairs that come into
question need to be listed.  Exact for a few thousand pairs, planned for any number:
exact ≥ planned ≥ greedy ≥ half of exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from innocluster.agents.compilation import compiled

__all__ = ["b_matching", "greedy_b_matching", "improve", "planned_b_matching", "take_greedily"]

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


def b_matching(
    left: ArrayLike,
    right: ArrayLike,
    surplus: ArrayLike,
    capacities: ArrayLike,
    places: int | None = None,
) -> Booleans:
    """Pairs with the largest total surplus such that nobody is in more pairs than it has room for.

    Exact, as an integer programme: max Σ surplus·x, x in {0, 1} for each pair,
    Σ x ≤ capacity for each agent and Σ x ≤ places.

    Parameters
    ----------
    left, right : (m,) agents of each pair, rows 0 … n−1, never twice the same
    surplus : (m,) gain of each pair, any unit; pairs that lose are never chosen
    capacities : (n,) whole numbers from 0
    places : pairs at most, any number if left out

    Returns
    -------
    (m,) whether a pair is chosen

    Raises
    ------
    ValueError
        If lengths, rows or capacities are inconsistent.
    RuntimeError
        If the solver gives up.

    References
    ----------
    A. Schrijver (2003), Combinatorial Optimization, chapter 31 (simple b-matchings).
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    first, second, gain, room = _checked(left, right, surplus, capacities)
    most = _checked_places(places, gain.size)
    chosen = np.zeros(gain.size, dtype=np.bool_)
    useful = np.flatnonzero(gain > 0.0)
    if not useful.size:
        return chosen
    # Fractions of the largest surplus: the solver's tolerances are absolute.
    scaled = gain[useful] / gain[useful].max()
    columns = np.arange(useful.size)
    incidence = coo_array(
        (
            np.ones(2 * useful.size),
            (np.concatenate((first[useful], second[useful])), np.concatenate((columns, columns))),
        ),
        shape=(room.size, useful.size),
    ).tocsr()
    answer = milp(
        -scaled,
        integrality=np.ones(useful.size, dtype=np.int64),
        bounds=Bounds(0.0, 1.0),
        constraints=[
            LinearConstraint(incidence, ub=room),
            LinearConstraint(np.ones((1, useful.size)), ub=most),
        ],
        options={"mip_rel_gap": 0.0},
    )
    if answer.x is None:
        raise RuntimeError(f"b-matching was not solved: {answer.message}")
    chosen[useful] = answer.x > 0.5
    return chosen


def greedy_b_matching(
    left: ArrayLike,
    right: ArrayLike,
    surplus: ArrayLike,
    capacities: ArrayLike,
    places: int | None = None,
) -> Booleans:
    """Pairs in falling order of surplus, each taken while both sides have room.

    Reaches at least half of the surplus of `b_matching`, of which it has the
    parameters, the result and the `ValueError`. Equal surpluses go by position.

    References
    ----------
    R. Preis (1999), STACS; J. Mestre (2006), Greedy in approximation algorithms, ESA.
    """
    first, second, gain, room = _checked(left, right, surplus, capacities)
    most = _checked_places(places, gain.size)
    chosen = np.zeros(gain.size, dtype=np.bool_)
    take_greedily(np.argsort(-gain, kind="stable"), first, second, gain, room, most, chosen)
    return chosen


def planned_b_matching(
    left: ArrayLike,
    right: ArrayLike,
    surplus: ArrayLike,
    capacities: ArrayLike,
    places: int | None = None,
) -> Booleans:
    """`greedy_b_matching`, improved by swaps of a pair for one or two others.

    Worth at least as much as the greedy choice, and fast enough for tens of
    thousands of pairs every month.  Parameters, result and `ValueError` as for
    `b_matching`.

    References
    ----------
    S. Pettie and P. Sanders (2004), A simpler linear time 2/3 - ε approximation
    for maximum weight matching, Information Processing Letters 91 (short augmentations).
    """
    first, second, gain, room = _checked(left, right, surplus, capacities)
    most = _checked_places(places, gain.size)
    chosen = np.zeros(gain.size, dtype=np.bool_)
    order = np.argsort(-gain, kind="stable")
    take_greedily(order, first, second, gain, room, most, chosen)
    improve(order, first, second, gain, room, most, chosen)
    return chosen


def _checked_places(places: int | None, pairs: int) -> int:
    if places is None:
        return pairs
    if places < 0:
        raise ValueError(f"places must be from 0, not {places}")
    return int(places)


def _checked(
    left: ArrayLike, right: ArrayLike, surplus: ArrayLike, capacities: ArrayLike
) -> tuple[Rows, Rows, Floats, Rows]:
    """The columns as arrays of one length, and a copy of the capacities."""
    first, second = np.asarray(left, dtype=np.intp), np.asarray(right, dtype=np.intp)
    gain = np.asarray(surplus, dtype=np.float64)
    room = np.array(capacities, dtype=np.intp)
    if not first.shape == second.shape == gain.shape == (gain.size,) or room.ndim != 1:
        raise ValueError("left, right and surplus must be columns of one length")
    rows = np.concatenate((first, second))
    if ((rows < 0) | (rows >= room.size)).any() or (first == second).any():
        raise ValueError(f"pairs must join two different rows of 0 ... {room.size - 1}")
    if (room < 0).any() or not np.isfinite(gain).all():
        raise ValueError("capacities must be from 0 and surpluses finite")
    return first, second, gain, room


# Gains below this share of the pair that is given up are rounding.
_LEAST = 1e-12
_PASSES = 20


@compiled
def take_greedily(
    order: Rows, first: Rows, second: Rows, gain: Floats, room: Rows, places: int, chosen: Booleans
) -> int:
    """Take pairs in `order` while both sides have room; returns how many.

    Parameters
    ----------
    order : (m,) pairs in falling order of gain; those from the first that gains
        nothing are left out
    room : (n,) pairs that each agent still has room for, reduced
    places : pairs at most
    chosen : (m,) the choice so far, added to
    """
    taken = 0
    for pair in order:
        if taken >= places or gain[pair] <= 0.0:
            break
        if not chosen[pair] and room[first[pair]] > 0 and room[second[pair]] > 0:
            chosen[pair] = True
            room[first[pair]] -= 1
            room[second[pair]] -= 1
            taken += 1
    return taken


@compiled
def _lists(order: Rows, first: Rows, second: Rows, agents: int) -> tuple[Rows, Rows]:
    """Pairs of each agent in falling order of gain, and where each agent starts."""
    start = np.zeros(agents + 1, np.intp)
    for pair in order:
        start[first[pair] + 1] += 1
        start[second[pair] + 1] += 1
    for agent in range(agents):
        start[agent + 1] += start[agent]
    fill = start[:-1].copy()
    pairs = np.empty(2 * order.size, np.intp)
    for pair in order:
        for agent in (first[pair], second[pair]):
            pairs[fill[agent]] = pair
            fill[agent] += 1
    return start, pairs


@compiled
def _best_open(
    agent: int,
    avoid: int,
    full: int,
    start: Rows,
    pairs: Rows,
    first: Rows,
    second: Rows,
    gain: Floats,
    room: Rows,
    chosen: Booleans,
) -> int:
    """Best pair of an agent that is free to be taken, -1 where there is none.

    Parameters
    ----------
    avoid : agent that the pair must not be with
    full : agent one of whose places is already promised, -1 for none
    """
    for place in range(start[agent], start[agent + 1]):
        pair: int = pairs[place]
        if gain[pair] <= 0.0:
            return -1
        other = second[pair] if first[pair] == agent else first[pair]
        needed = 2 if other == full else 1
        if not chosen[pair] and other != avoid and room[other] >= needed:
            return pair
    return -1


@compiled
def improve(
    order: Rows, first: Rows, second: Rows, gain: Floats, room: Rows, places: int, chosen: Booleans
) -> None:
    """Give up one pair for the best free one or two in its place, as long as that gains.

    Never loses, so that the result is worth at least what it starts from.  Places
    that a swap leaves open are filled before the next round.

    Parameters
    ----------
    order, first, second, gain : as for `take_greedily`
    room : (n,) what is left
    places : pairs at most
    chosen : (m,) a choice within room and places, changed
    """
    start, pairs = _lists(order, first, second, room.size)
    taken = 0
    for pair in order:
        taken += chosen[pair]
    for _ in range(_PASSES):
        swapped = False
        for n in range(order.size - 1, -1, -1):
            pair = order[n]
            if not chosen[pair]:
                continue
            i = first[pair]
            j = second[pair]
            one = _best_open(i, j, -1, start, pairs, first, second, gain, room, chosen)
            promised = -1
            if one >= 0:
                promised = second[one] if first[one] == i else first[one]
            two = _best_open(j, i, promised, start, pairs, first, second, gain, room, chosen)
            alone = _best_open(j, i, -1, start, pairs, first, second, gain, room, chosen)
            worth = gain[one] if one >= 0 else 0.0
            if one >= 0 and two >= 0 and taken < places:
                worth += gain[two]
            else:
                two = -1
                if alone >= 0 and gain[alone] > worth:
                    one = alone
                    worth = gain[alone]
            if worth <= gain[pair] * (1.0 + _LEAST):
                continue
            swapped = True
            chosen[pair] = False
            room[i] += 1
            room[j] += 1
            taken -= 1
            for new in (one, two):
                if new >= 0:
                    chosen[new] = True
                    room[first[new]] -= 1
                    room[second[new]] -= 1
                    taken += 1
        if not swapped:
            return
        taken += take_greedily(order, first, second, gain, room, places - taken, chosen)
