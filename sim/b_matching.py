"""Compiled b-matching for plans of thousands of pairs (policy P7): greedy, then swaps.

`innocluster.scenarios.matching` checks what it is given and holds the exact solver.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled

__all__ = ["improve", "take_greedily"]

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

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
