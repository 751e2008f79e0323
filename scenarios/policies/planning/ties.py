"""Who knows whom, as a coordinator sees it, and the trust of third parties in many pairs (T2)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.sim.coordination.policy import CoordinationView
from innocluster.sim.network.pairs import BODY, PairTable

__all__ = ["Ties", "ties", "trust_of_pairs"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]


class Ties(NamedTuple):
    """Who knows whom, as the table of pairs keeps it.

    Attributes
    ----------
    everything : 1 for a coordinator that knows all ties and the trust between third
        parties; the others know only the pairs that the programme brought together
    bodies : number of research bodies
    pairs : the table
    """

    everything: int
    bodies: int
    pairs: PairTable


def ties(view: CoordinationView, everything: bool) -> Ties:
    """Ties as last month left them."""
    return Ties(int(everything), view.state.bodies.count, view.state.pairs)


@compiled
def trust_of_pairs(known: Ties, firms: int, rows: Codes, first: Codes, second: Codes) -> Floats:
    """T2 of many pairs: structural credit, as `common_trust` gives it one by one.

    Everybody's ties are laid side by side once, so that thousands of pairs cost
    little.  Zero for a coordinator that does not know all ties.

    Parameters
    ----------
    firms : rows of firms; research bodies are counted on from there
    rows : (n,) firm rows of the places that `first` and `second` name
    first, second : (m,) places; pairs should come sorted by the first
    """
    result = np.zeros(first.size)
    if known.everything == 0:
        return result
    count = known.pairs.count
    tie_first, tie_second = known.pairs.first, known.pairs.second
    familiarity = known.pairs.familiarity
    actors = firms + known.bodies
    start = np.zeros(actors + 1, np.int64)
    total = np.zeros(actors)
    for row in range(count):
        if familiarity[row] > 0.0:
            one = tie_first[row]
            other: Any = _actor(tie_second[row], firms)
            start[one + 1] += 1
            start[other + 1] += 1
            total[one] += familiarity[row]
            total[other] += familiarity[row]
    for actor in range(actors):
        start[actor + 1] += start[actor]
    fill = start[:-1].copy()
    partner = np.empty(start[actors], np.int64)
    strength = np.empty(start[actors])
    for row in range(count):
        if familiarity[row] > 0.0:
            one = tie_first[row]
            other = _actor(tie_second[row], firms)
            partner[fill[one]] = other
            strength[fill[one]] = familiarity[row]
            partner[fill[other]] = one
            strength[fill[other]] = familiarity[row]
            fill[one] += 1
            fill[other] += 1
    near = np.zeros(actors)
    laid: Any = np.int64(-1)
    for n in range(first.size):
        a: Any = np.int64(rows[first[n]])
        if a != laid:
            if laid >= 0:
                for place in range(start[laid], start[laid + 1]):
                    near[partner[place]] = 0.0
            for place in range(start[a], start[a + 1]):
                near[partner[place]] = strength[place]
            laid = a
        b: Any = _actor(second[n] if second[n] >= BODY else rows[second[n]], firms)
        # A tie of the two themselves meets no third party: nobody is its own partner.
        paths = 0.0
        for place in range(start[b], start[b + 1]):
            paths += strength[place] * near[partner[place]]
        result[n] = 0.5 * paths / max(1.0, total[a]) + 0.5 * paths / max(1.0, total[b])
    return result


@compiled
def _actor(code: int, firms: int) -> int:
    """Place of an actor among firms and then research bodies."""
    return code - BODY + firms if code >= BODY else code
