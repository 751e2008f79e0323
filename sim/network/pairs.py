"""Pairs of actors that met: a sparse table with a hash index and a list per actor.

An actor is coded by its row: firms 0, 1, 2, …; universities and institutes
`BODY` + row.  Pairs of a closed firm stay in their lists until the yearly
compaction, marked by a familiarity of -1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.columns import Table, column
from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.firms import FirmTable
from innocluster.agents.research_bodies import ResearchBodyTable

__all__ = [
    "BODY",
    "PairTable",
    "break_ties",
    "common_trust",
    "compact_pairs",
    "find_pair",
    "following_pair",
    "knows_research_body",
    "latest_pair",
    "meet_pair",
    "partner_in",
]

BODY = 1 << 29

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Codes = NDArray[np.int32]


@dataclass
class PairTable(Table):
    """Pairs that met, and the hash index `slots` over them.

    What a look-up or a walk along an actor's list reads of a pair stands side by side, since
    neither comes by neighbouring rows.
    """

    first: Codes = column(np.int32, "code", "actor with the lower code", beside="walk")
    second: Codes = column(np.int32, "code", "actor with the higher code", beside="walk")
    familiarity: Singles = column(
        np.float32, "1", "familiarity F, T1; -1 for a dead pair", beside="walk"
    )
    similarity: Singles = column(np.float32, "1", "cosine of knowledge at the last meeting, K1")
    news: Singles = column(np.float32, "1", "news N that the two firms have left to tell, T3")
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
    next_first: Codes = column(np.int32, "row or -1", "next pair of the first actor", beside="walk")
    next_second: Codes = column(
        np.int32, "row or -1", "next pair of the second actor", beside="walk"
    )
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
            _index_pairs(self)

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


@compiled
def find_pair(a: int, b: int, pairs: PairTable) -> int:
    """Row of the living pair of actors `a` and `b`, or -1 where they never met."""
    low = min(a, b)
    high = max(a, b)
    mask = pairs.slots.size - 1
    slot = _slot(low, high, mask)
    while pairs.slots[slot] >= 0:
        row: int = pairs.slots[slot]
        if pairs.first[row] == low and pairs.second[row] == high and pairs.familiarity[row] >= 0.0:
            return row
        slot = (slot + 1) & mask
    return -1


@inlined
def latest_pair(actor: int, firms: FirmTable, bodies: ResearchBodyTable) -> int:
    """Row of the pair that an actor entered last, the head of its list, or -1."""
    head: int = bodies.first_pair[actor - BODY] if actor >= BODY else firms.first_pair[actor]
    return head


@inlined
def partner_in(row: int, actor: int, pairs: PairTable) -> int:
    """The other actor of a pair of `actor`."""
    # Both ends are read and one is chosen: nobody could foresee a branch.
    first, second = pairs.first[row], pairs.second[row]
    partner: int = second if first == actor else first
    return partner


@inlined
def following_pair(row: int, actor: int, pairs: PairTable) -> int:
    """Row of the pair that `actor` entered before this one, or -1."""
    of_first, of_second = pairs.next_first[row], pairs.next_second[row]
    following: int = of_first if pairs.first[row] == actor else of_second
    return following


@compiled
def _index_pair(row: int, pairs: PairTable) -> None:
    mask = pairs.slots.size - 1
    slot = _slot(pairs.first[row], pairs.second[row], mask)
    while pairs.slots[slot] >= 0:
        slot = (slot + 1) & mask
    pairs.slots[slot] = row


@compiled
def _index_pairs(pairs: PairTable) -> None:
    """Enter all rows into an empty index."""
    for row in range(pairs.count):
        _index_pair(row, pairs)


@inlined
def _become_latest(row: int, actor: int, firms: FirmTable, bodies: ResearchBodyTable) -> int:
    """Put a pair at the head of an actor's list; returns the row that was there."""
    head = latest_pair(actor, firms, bodies)
    if actor >= BODY:
        bodies.first_pair[actor - BODY] = row
    else:
        firms.first_pair[actor] = row
    return head


@compiled
def _enter_pair(row: int, pairs: PairTable, firms: FirmTable, bodies: ResearchBodyTable) -> None:
    """Enter a row into the index and the lists of both actors."""
    _index_pair(row, pairs)
    pairs.next_first[row] = _become_latest(row, pairs.first[row], firms, bodies)
    pairs.next_second[row] = _become_latest(row, pairs.second[row], firms, bodies)


@compiled
def meet_pair(
    a: int, b: int, count: int, pairs: PairTable, firms: FirmTable, bodies: ResearchBodyTable
) -> int:
    """Row of the pair, made at row `count` where the two meet for the first time."""
    row = find_pair(a, b, pairs)
    if row >= 0:
        return row
    pairs.first[count] = min(a, b)
    pairs.second[count] = max(a, b)
    _enter_pair(count, pairs, firms, bodies)
    return count


@compiled
def knows_research_body(firm: int, least: float, firms: FirmTable, pairs: PairTable) -> bool:
    """Whether a firm has a living tie to a university or institute.

    Parameters
    ----------
    least : familiarity from which a tie lives; a joint project under way keeps it alive too
    """
    row = firms.first_pair[firm]
    while row >= 0:
        if pairs.second[row] >= BODY and (
            pairs.familiarity[row] >= least or pairs.projects[row] > 0
        ):
            return True
        row = following_pair(row, firm, pairs)
    return False


@compiled
def common_trust(
    a: int, b: int, pairs: PairTable, firms: FirmTable, bodies: ResearchBodyTable
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
        row = latest_pair(centre, firms, bodies)
        while row >= 0:
            if pairs.familiarity[row] > 0.0:
                trust[side] += pairs.familiarity[row]
                partner: Any = np.int64(partner_in(row, centre, pairs))
                if side == 0 and partner != b:
                    bridge = find_pair(partner, b, pairs)
                    if bridge >= 0:
                        paths += np.float64(pairs.familiarity[row]) * pairs.familiarity[bridge]
            row = following_pair(row, centre, pairs)
    result: float = 0.5 * paths * (1.0 / max(1.0, trust[0]) + 1.0 / max(1.0, trust[1]))
    return result


@compiled
def break_ties(closed: Codes, pairs: PairTable, firms: FirmTable) -> None:
    """Mark the pairs of the firms in the rows `closed` as dead."""
    for n in range(closed.size):
        firm = closed[n]
        row = firms.first_pair[firm]
        while row >= 0:
            pairs.familiarity[row] = -1.0
            row = following_pair(row, firm, pairs)


def compact_pairs(
    keep: NDArray[np.bool_], pairs: PairTable, firms: FirmTable, bodies: ResearchBodyTable
) -> None:
    """Drop the pairs not to be kept and rebuild index and lists."""
    pairs.keep(keep)
    pairs.slots[:] = -1
    firms.first_pair[:] = -1
    bodies.first_pair[:] = -1
    _enter_pairs(pairs, firms, bodies)


@compiled
def _enter_pairs(pairs: PairTable, firms: FirmTable, bodies: ResearchBodyTable) -> None:
    for row in range(pairs.count):
        _enter_pair(row, pairs, firms, bodies)
