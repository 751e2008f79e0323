"""Pairs that a planner looks at: a few keyed candidates of every member, the best of each kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.sim.coordination.policy import CoordinationView
from innocluster.sim.ground.random_numbers import Process, uniforms
from innocluster.sim.network.pairs import BODY

from .candidates import OWN_COMPLEX, Roster

__all__ = ["best_of_each", "candidates_of_members"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

_SHORTLIST = int(Process.SHORTLIST)


@compiled
def candidates_of_members(
    view: CoordinationView,
    scope: int,
    looks: Integers,
    expert_looks: Integers,
    roster: Roster,
) -> tuple[Codes, Codes]:
    """Pairs that every member of a roster makes with some candidates, sorted by the member.

    A scope that holds no more than the looks is looked at entirely.  A pair appears
    twice where both sides come upon it.

    Parameters
    ----------
    scope : `OWN_COMPLEX` or `ANYWHERE`
    looks, expert_looks : (n,) draws of each member among the members and among the
        research bodies in scope; who comes up again is not looked at again

    Returns
    -------
    first, second : places in the roster; `second` may be `BODY` + row
    """
    members = roster.rows.size
    room = 0
    for a in range(members):
        room += min(looks[a], members) + min(expert_looks[a], view.body_rows.size)
    first = np.empty(room, np.int32)
    second = np.empty(room, np.int32)
    seen_by = np.full((2, max(members, view.body_rows.size)), -1, np.int64)
    made = 0
    for a in range(members):
        c = roster.complex[a]
        for kind in range(2):
            low: Any = np.int64(0)
            high: Any = np.int64(view.body_rows.size if kind == 1 else members)
            if scope == OWN_COMPLEX:
                low = view.body_start[c] if kind == 1 else roster.complex_start[c]
                high = view.body_start[c + 1] if kind == 1 else roster.complex_start[c + 1]
            pool = high - low - (0 if kind == 1 else 1)
            wanted = expert_looks[a] if kind == 1 else looks[a]
            draws = (0.0, 0.0, 0.0, 0.0)
            for k in range(min(wanted, pool)):
                place: Any = low + k
                if pool > wanted:
                    if k % 4 == 0:
                        draws = uniforms(
                            view.key,
                            roster.identifier[a],
                            view.month,
                            _SHORTLIST,
                            2 * (k // 4) + kind,
                        )
                    place = low + np.int64(draws[k % 4] * pool)
                if kind == 0 and place >= a:
                    place += 1
                if seen_by[kind, place] == a:
                    continue
                seen_by[kind, place] = a
                first[made] = a
                second[made] = BODY + view.body_rows[place] if kind == 1 else place
                made += 1
    return first[:made], second[:made]


def best_of_each(
    first: Codes, second: Codes, gain: Floats, kept: int
) -> tuple[Codes, Codes, Floats]:
    """The best pairs of every member that gain something, each pair once.

    Parameters
    ----------
    first, second, gain : as `candidates_of_members` gives them, and the worth of each
    kept : pairs of every member

    Returns
    -------
    first, second, gain : the lower place first, sorted
    """
    best = np.flatnonzero(_best(first, gain, kept))
    low = np.minimum(first[best], second[best])
    high = np.maximum(first[best], second[best])
    _, once = np.unique(low.astype(np.int64) << 32 | high, return_index=True)
    return low[once], high[once], gain[best[once]]


@compiled
def _best(first: Codes, gain: Floats, kept: int) -> Booleans:
    """Whether a pair is among the best of its first side and gains something."""
    keep = np.zeros(gain.size, np.bool_)
    best = np.empty(kept, np.int64)
    begun = 0
    while begun < gain.size:
        end = begun
        held = 0
        while end < gain.size and first[end] == first[begun]:
            full = held == kept
            if gain[end] > 0.0 and (not full or gain[end] > gain[best[kept - 1]]):
                place = kept - 1 if full else held
                held += 0 if full else 1
                while place > 0 and gain[best[place - 1]] < gain[end]:
                    best[place] = best[place - 1]
                    place -= 1
                best[place] = end
            end += 1
        for place in range(held):
            keep[best[place]] = True
        begun = end
    return keep
