"""How often each R&D firm meets somebody by itself, and which strangers it meets (M1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import exp, log
from innocluster.agents.firms import FirmTable
from innocluster.agents.records import Record

from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms

__all__ = ["Activity", "occasions_in", "set_activity", "spread_activity", "stranger_to"]

Codes = NDArray[np.int32]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

_BACKGROUND_PEER = int(Process.BACKGROUND_PEER)
_BITS, _LEVELS = 5, 4
_BRANCHES = 1 << _BITS
"""Four levels of 32 branches hold a million firms a complex, and take one address of draws."""
_ATTEMPTS = 4
"""Times that a firm is drawn anew where it would meet itself."""
_LEAST_RESEARCH = 1e-9
"""KRW million a month: a firm that happens to sell nothing keeps its R&D staff of next to none."""


@dataclass
class Activity(Record):
    """How many occasions firms have in a month, and a tree of their sums in every complex.

    The firms of a complex are the leaves of its tree, in the order of their rows; thirty-two
    neighbours have a node in common.  Who is met is found from the root by one draw a level,
    so that a firm that opens, closes or grows moves few choices between the others.  On a
    line of all sums it would move nearly all of them.

    Attributes
    ----------
    rate : (rows or more,) ν_i, occasions a month of each firm; 0 without R&D
    entered : (1,) how many rows of the firm table have leaves
    rows : (leaves,) the firm of each leaf: by complex, then by row
    start : (C + 1,) where the leaves of each complex start, some of them for firms to come
    filled : (C,) leaves of each complex that have a firm
    node : (C, 5) where each level of a complex starts in `sums`, the leaves first
    sums : (nodes,) occasions of all firms below
    """

    rate: Floats
    entered: Integers
    rows: Codes
    start: Integers
    filled: Integers
    node: Integers
    sums: Floats

    @classmethod
    def of(cls, complex_: NDArray[Any], complexes: int) -> Self:
        """Leaves for the firms of a table by the `complex_` of each, and some more."""
        sizes = [n + n // 8 + _BRANCHES for n in np.bincount(complex_, minlength=complexes)]
        start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        node = np.zeros((complexes, 1 + _LEVELS), np.int64)
        node[:, 0] = start[:-1]
        leaves = end = int(start[-1])
        for c, size in enumerate(sizes):
            for level in range(1, 1 + _LEVELS):
                node[c, level] = end
                end += -(-int(size) // _BRANCHES**level)
        return cls(
            rate=np.zeros(leaves), entered=np.zeros(1, np.int64), rows=np.zeros(leaves, np.int32),
            start=start, filled=np.zeros(complexes, np.int64), node=node, sums=np.zeros(end),
        )  # fmt: skip

    def has_room(self, complex_: NDArray[Any]) -> bool:
        """Whether every row of a firm table, by the `complex_` of each, has a leaf or gets one."""
        arriving = complex_[self.entered[0] :]
        if arriving.size == 0:
            return True
        wanted = self.filled + np.bincount(arriving, minlength=self.filled.size)
        return bool((wanted <= np.diff(self.start)).all())


@compiled
def set_activity(exponent: float, p: Parameters, firms: FirmTable, activity: Activity) -> None:
    """M1: ν_i = ν_b·N_i^ψ / mean(N^ψ), N = R&D staff, of every firm that does R&D.

    What an R&D worker costs is the same everywhere and cancels, so that own R&D of last month,
    θ·Y, takes the place of N.  The mean over R&D firms is ν_b whatever ψ is, and ψ = 0 gives
    every one of them ν_b exactly.

    Parameters
    ----------
    exponent : ψ
    """
    for i in range(activity.entered[0], firms.count):
        c = firms.complex[i]
        activity.rows[activity.start[c] + activity.filled[c]] = i
        activity.filled[c] += 1
    activity.entered[0] = firms.count
    performer = np.empty(firms.count, np.int64)
    performers = 0
    for i in range(firms.count):
        activity.rate[i] = 0.0
        performer[performers] = i
        performers += (firms.alive[i] == 1) & (firms.research_intensity[i] > 0.0)
    weight = np.empty(performers)
    for n in range(performers):
        i = performer[n]
        weight[n] = max(firms.research_intensity[i] * firms.revenue[i], _LEAST_RESEARCH)
    for n in range(performers):
        weight[n] = exp(exponent * log(weight[n]))
    spread_activity(p.background_rate, performer[:performers], weight, activity)


@compiled
def spread_activity(
    mean: float, performer: Integers, weight: NDArray[np.float64], activity: Activity
) -> None:
    """M1: ν_i in proportion to the weights of the firms in the rows `performer`, with a `mean`."""
    performers = performer.size
    total = 0.0
    for n in range(performers):
        total += weight[n]
    for n in range(performers):
        activity.rate[performer[n]] = mean * (weight[n] / (total / performers))
    sums = activity.sums
    for c in range(activity.filled.size):
        size = activity.filled[c]
        for place in range(activity.start[c], activity.start[c] + size):
            sums[place] = activity.rate[activity.rows[place]]
        size = activity.start[c + 1] - activity.start[c]
        for level in range(1, 1 + _LEVELS):
            below, here = activity.node[c, level - 1], activity.node[c, level]
            for first in range(0, size, _BRANCHES):
                total = 0.0
                for child in range(first, min(first + _BRANCHES, size)):
                    total += sums[below + child]
                sums[here + (first >> _BITS)] = total
            size = (size + _BRANCHES - 1) >> _BITS


@compiled
def occasions_in(i: int, u: float, activity: Activity) -> int:
    """M1: occasions of firm `i` in a month: the whole part of ν_i, and one more by chance.

    Parameters
    ----------
    u : uniform of the firm and month
    """
    whole = int(activity.rate[i])
    return whole + (1 if u < activity.rate[i] - whole else 0)


@compiled
def stranger_to(
    key: NDArray[np.uint64], moment: int, i: int, firms: FirmTable, activity: Activity
) -> int:
    """M1: an R&D firm of the complex of firm `i` by chance in proportion to ν_j, or -1.

    The more often a firm goes out to meet, the more often it is met: either end of a meeting
    is one of its occasions.  Who draws itself draws again.
    """
    c = firms.complex[i]
    leaves = activity.start[c + 1] - activity.start[c]
    if activity.sums[activity.node[c, _LEVELS]] <= activity.rate[i]:
        return -1
    for attempt in range(_ATTEMPTS):
        draws = uniforms(key, firms.identifier[i], moment, _BACKGROUND_PEER, attempt)
        place = 0
        for descent in range(_LEVELS):
            level = _LEVELS - 1 - descent
            node = activity.node[c, level]
            wanted = draws[descent] * activity.sums[activity.node[c, level + 1] + place]
            first = place << _BITS
            nodes = (leaves + (1 << (_BITS * level)) - 1) >> (_BITS * level)
            place = -1
            reached = 0.0
            for child in range(first, min(first + _BRANCHES, nodes)):
                part = activity.sums[node + child]
                reached += part
                if part > 0.0:
                    # The last one that counts, should rounding let nobody be reached.
                    place = child
                    if reached > wanted:
                        break
        row: int = activity.rows[activity.start[c] + place]
        if row != i:
            return row
    return -1
