"""Pairs of actors that met: a sparse table with a hash index and a list per actor.

An actor is coded by its row: firms 0, 1, 2, …; universities and institutes
`BODY` + row.  Pairs of a closed firm stay in their lists until the yearly
compaction, marked by a familiarity of -1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.columns import Table, column
from innocluster.agents.compilation import compiled, compiled_for, inlined

__all__ = [
    "BODY",
    "TIE_FAMILIARITY",
    "PairTable",
    "common_trust",
    "compact_pairs",
    "find_pair",
    "knows_research_body",
    "meet_pair",
]

BODY = 1 << 29

# Half of what one meeting gives: a tie outlives its last meeting by one half-life of
# familiarity, about two years, as long as ties of R&D networks last.  Contact for a licence
# (`sim/innovation/transfer.py`) is a weaker thing and lasts five.
TIE_FAMILIARITY = 0.1

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Codes = NDArray[np.int32]


@dataclass
class PairTable(Table):
    """Pairs that met, and the hash index `slots` over them."""

    first: Codes = column(np.int32, "code", "actor with the lower code")
    second: Codes = column(np.int32, "code", "actor with the higher code")
    familiarity: Singles = column(np.float32, "1", "familiarity F, T1; -1 for a dead pair")
    similarity: Singles = column(np.float32, "1", "cosine of knowledge at the last meeting, K1")
    gain: Floats = column(np.float64, "1", "familiarity to be added this month")
    last_met: NDArray[np.int16] = column(np.int16, "month", "month of the last meeting")
    meetings: NDArray[np.int16] = column(np.int16, "meetings", "meetings so far")
    brokered: NDArray[np.int16] = column(np.int16, "meetings", "meetings that the programme made")
    last_brokered: NDArray[np.int16] = column(
        np.int16, "month", "month of the last of those, or -1"
    )
    last_own: NDArray[np.int16] = column(np.int16, "month", "month of the last other one, or -1")
    own_familiarity: Singles = column(np.float32, "1", "F by other meetings alone, at the last one")
    tie: NDArray[np.int8] = column(np.int8, "0 or 1", "was a tie of the network last December")
    projects: NDArray[np.int16] = column(np.int16, "projects", "joint projects under way")
    asked: NDArray[np.int16] = column(np.int16, "month", "month of the last look at a proposal")
    successes: NDArray[np.int16] = column(np.int16, "projects", "joint projects that succeeded")
    next_first: Codes = column(np.int32, "row or -1", "next pair of the first actor")
    next_second: Codes = column(np.int32, "row or -1", "next pair of the second actor")
    slots: Codes = field(default_factory=lambda: np.full(0, -1, np.int32))

    @classmethod
    def allocate(cls, capacity: int, **widths: int) -> Self:
        """Make an empty table and its index."""
        table = super().allocate(capacity, **widths)
        table.slots = empty_slots(capacity)
        return table

    def reserve(self, rows: int) -> None:
        """Make room for `rows` rows in all, in the table and in an index at most half full."""
        super().reserve(rows)
        if 2 * rows > self.slots.size:
            self.slots = empty_slots(rows)
            index_pairs(self.count, self.first, self.second, self.slots)

    def copy(self) -> Self:
        """Return an independent copy."""
        table = super().copy()
        table.slots = self.slots.copy()
        return table


def empty_slots(rows: int) -> Codes:
    """An index without entries, at most half full with `rows` rows."""
    return np.full(1 << int(2 * rows - 1).bit_length(), -1, np.int32)


@inlined
def _slot(first: int, second: int, mask: int) -> np.int64:
    mixed = np.uint64(first) * np.uint64(0x9E3779B97F4A7C15) ^ np.uint64(second) * np.uint64(
        0xC2B2AE3D27D4EB4F
    )
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return np.int64((mixed >> np.uint64(33)) & np.uint64(mask))


@compiled_for("int64(int64, int64, int32[::1], int32[::1], float32[::1], int32[::1])", inline=False)
def find_pair(
    a: int, b: int, first: Codes, second: Codes, familiarity: Singles, slots: Codes
) -> int:
    """Row of the living pair of actors `a` and `b`, or -1 where they never met."""
    low = min(a, b)
    high = max(a, b)
    mask = slots.size - 1
    slot = _slot(low, high, mask)
    while slots[slot] >= 0:
        row: int = slots[slot]
        if first[row] == low and second[row] == high and familiarity[row] >= 0.0:
            return row
        slot = (slot + 1) & mask
    return -1


@compiled
def _index_pair(row: int, first: Codes, second: Codes, slots: Codes) -> None:
    mask = slots.size - 1
    slot = _slot(first[row], second[row], mask)
    while slots[slot] >= 0:
        slot = (slot + 1) & mask
    slots[slot] = row


@compiled
def index_pairs(count: int, first: Codes, second: Codes, slots: Codes) -> None:
    """Enter all rows into an empty index."""
    for row in range(count):
        _index_pair(row, first, second, slots)


@compiled
def _link_pair(
    row: int,
    first: Codes,
    second: Codes,
    next_first: Codes,
    next_second: Codes,
    firm_head: Codes,
    body_head: Codes,
) -> None:
    for side in range(2):
        actor = first[row] if side == 0 else second[row]
        if actor >= BODY:
            head = body_head[actor - BODY]
            body_head[actor - BODY] = row
        else:
            head = firm_head[actor]
            firm_head[actor] = row
        if side == 0:
            next_first[row] = head
        else:
            next_second[row] = head


@compiled
def meet_pair(
    a: int,
    b: int,
    count: int,
    first: Codes,
    second: Codes,
    familiarity: Singles,
    next_first: Codes,
    next_second: Codes,
    slots: Codes,
    firm_head: Codes,
    body_head: Codes,
) -> int:
    """Row of the pair, made at row `count` where the two meet for the first time."""
    row = find_pair(a, b, first, second, familiarity, slots)
    if row >= 0:
        return row
    first[count] = min(a, b)
    second[count] = max(a, b)
    _index_pair(count, first, second, slots)
    _link_pair(count, first, second, next_first, next_second, firm_head, body_head)
    return count


@compiled
def knows_research_body(
    firm: int,
    least: float,
    first: Codes,
    second: Codes,
    familiarity: Singles,
    projects: NDArray[np.int16],
    next_first: Codes,
    next_second: Codes,
    firm_head: Codes,
) -> bool:
    """Whether a firm has a living tie to a university or institute.

    Parameters
    ----------
    least : familiarity from which a tie lives; a joint project under way keeps it alive too
    """
    row = firm_head[firm]
    while row >= 0:
        if second[row] >= BODY and (familiarity[row] >= least or projects[row] > 0):
            return True
        row = next_first[row] if first[row] == firm else next_second[row]
    return False


@compiled
def common_trust(
    a: int,
    b: int,
    first: Codes,
    second: Codes,
    familiarity: Singles,
    next_first: Codes,
    next_second: Codes,
    slots: Codes,
    firm_head: Codes,
    body_head: Codes,
) -> float:
    """T2: structural credit Str_ij = Σ_h F_ih F_hj / max(1, Σ_h F_ih), mean of both sides.

    The sum over common partners h is the same from both sides; it is taken along the
    list of `a`, which should be the shorter one (that of the firm).
    Source: Cowan, Jonard and Zimmermann (2007).
    """
    paths = 0.0
    trust = np.zeros(2)
    for side in range(2):
        centre = a if side == 0 else b
        row = body_head[centre - BODY] if centre >= BODY else firm_head[centre]
        while row >= 0:
            is_first = first[row] == centre
            if familiarity[row] > 0.0:
                trust[side] += familiarity[row]
                partner = second[row] if is_first else first[row]
                if side == 0 and partner != b:
                    bridge = find_pair(partner, b, first, second, familiarity, slots)
                    if bridge >= 0:
                        paths += np.float64(familiarity[row]) * familiarity[bridge]
            row = next_first[row] if is_first else next_second[row]
    result: float = 0.5 * paths * (1.0 / max(1.0, trust[0]) + 1.0 / max(1.0, trust[1]))
    return result


@compiled
def compact_pairs(
    count: int,
    keep: NDArray[np.bool_],
    first: Codes,
    second: Codes,
    familiarity: Singles,
    similarity: Singles,
    gain: Floats,
    last_met: NDArray[np.int16],
    meetings: NDArray[np.int16],
    brokered: NDArray[np.int16],
    last_brokered: NDArray[np.int16],
    last_own: NDArray[np.int16],
    own_familiarity: Singles,
    tie: NDArray[np.int8],
    projects: NDArray[np.int16],
    asked: NDArray[np.int16],
    successes: NDArray[np.int16],
    next_first: Codes,
    next_second: Codes,
    slots: Codes,
    firm_head: Codes,
    body_head: Codes,
) -> int:
    """Drop the pairs not to be kept and rebuild index and lists; returns the new count."""
    kept = 0
    for row in range(count):
        if keep[row]:
            first[kept] = first[row]
            second[kept] = second[row]
            familiarity[kept] = familiarity[row]
            similarity[kept] = similarity[row]
            gain[kept] = gain[row]
            last_met[kept] = last_met[row]
            meetings[kept] = meetings[row]
            brokered[kept] = brokered[row]
            last_brokered[kept] = last_brokered[row]
            last_own[kept] = last_own[row]
            own_familiarity[kept] = own_familiarity[row]
            tie[kept] = tie[row]
            projects[kept] = projects[row]
            asked[kept] = asked[row]
            successes[kept] = successes[row]
            kept += 1
    # Rows that become free hold nothing that a later pair could inherit.
    projects[kept:count] = 0
    successes[kept:count] = 0
    slots[:] = -1
    firm_head[:] = -1
    body_head[:] = -1
    for row in range(kept):
        _index_pair(row, first, second, slots)
        _link_pair(row, first, second, next_first, next_second, firm_head, body_head)
    return kept
