"""Phase 3: spontaneous encounters with strangers, partners and partners' partners (M1)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import log
from innocluster.agents.firms import FirmTable
from innocluster.agents.research_bodies import ResearchBodyTable

from ..ground.grouped_rows import GroupedRows
from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms
from .pairs import BODY, PairTable, following_pair, latest_pair, partner_in

__all__ = ["background_encounters", "tied_partner"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

_BACKGROUND = int(Process.BACKGROUND)
_BACKGROUND_PEER = int(Process.BACKGROUND_PEER)
_KNOWN_CONTACT = int(Process.KNOWN_CONTACT)
_INTRODUCED_CONTACT = int(Process.INTRODUCED_CONTACT)


@compiled
def tied_partner(
    key: NDArray[np.uint64],
    month: int,
    process: int,
    caller: int,
    centre: int,
    excluded: int,
    p: Parameters,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    pairs: PairTable,
) -> int:
    """M1: one of the partners of an actor, by chance in proportion to F², or -1.

    It takes two to meet, and either side turns to the other in proportion to familiarity F:
    few strong ties are kept up, the others fade (Karsai, Perra and Vespignani 2014).  Every
    candidate waits an exponential time at the rate F², under an address of its own, and the
    first one is taken, so that a tie that one policy adds changes the choice only where it wins
    (or, with institutes, where it takes the place of an older one among the `remembered_pairs`).

    Parameters
    ----------
    caller : identifier of the firm that wants to meet somebody
    centre : whose partners are asked for; those of its `remembered_pairs` latest pairs
        that are ties with a research body or with a firm that does R&D
    excluded : code of who is not to be chosen
    """
    chosen = -1
    shortest = np.inf
    looked = 0
    remembered = int(p.remembered_pairs)
    row = latest_pair(centre, firms, bodies)
    while row >= 0 and looked < remembered:
        trust = np.float64(pairs.familiarity[row])
        other = partner_in(row, centre, pairs)
        row = following_pair(row, centre, pairs)
        if trust >= 0.0:
            looked += 1
        if trust < p.tie_familiarity or other == excluded:
            continue
        if other < BODY:
            if firms.research_intensity[other] <= 0.0:
                continue
            name = firms.identifier[other]
        else:
            name = bodies.identifier[other - BODY]
        u, _, _, _ = uniforms(key, caller, month, process, name)
        # -ln u is at least 1 - u: most candidates are known to come later without it.
        if 1.0 - u >= shortest * trust * trust:
            continue
        wait = -log(u) / (trust * trust)
        if wait < shortest:
            shortest = wait
            chosen = other
    return chosen


@compiled
def background_encounters(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    anchors: Codes,
    occasion: Floats,
    places: GroupedRows,
    body_places: GroupedRows,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    pairs: PairTable,
    first: Codes,
    second: Codes,
) -> int:
    """M1: spontaneous meetings of R&D firms; returns their number.

    An occasion leads a firm to somebody new: with the chance `background_body_share` a
    research body of its complex, otherwise one of four places there, the first where an R&D
    firm stands (none, if there is none).  With the chance `background_repeat` the firm meets
    one of its partners instead, whoever made them known to each other; with the chance
    `background_closure` a partner of one of its partners.  The occasions are the same
    whomever the firm knows.  Where an anchor firm dominates, `anchor_share` of the meetings
    is with it instead.  Read are the ties of last month.

    Source: Jackson and Rogers (2007), who meet strangers and friends of friends; Gulati
    (1995) and Gulati and Gargiulo (1999) for the return to partners and to theirs.

    Parameters
    ----------
    anchors : (C,) row of the anchor of each complex, -1 where none operates
    occasion : (capacity,) uniforms of the process `BACKGROUND`: a firm has an occasion below
        `background_rate`
    places, body_places : firms of 2003 and research bodies by complex
    first, second : (rows,) the firm that has the occasion and whom it meets, written
    """
    meetings = 0
    for i in range(firms.count):
        if occasion[i] >= p.background_rate or not _does_research(i, firms):
            continue
        if meetings >= first.size:
            continue
        _, v, w, x = uniforms(key, firms.identifier[i], month, _BACKGROUND, 0)
        anchor = anchors[firms.complex[i]]
        if w < p.anchor_share and _is_anchor(anchor, i, firms):
            other: Any = np.int64(anchor)
        else:
            other = _stranger(key, month, i, v, p, places, body_places, firms)
            if other >= 0 and x < p.background_repeat + p.background_closure:
                introduced = x >= p.background_repeat
                known = _acquaintance(key, month, i, introduced, p, firms, bodies, pairs)
                if known >= 0:
                    other = known
        if other >= 0:
            first[meetings] = i
            second[meetings] = other
            meetings += 1
    return meetings


@inlined
def _does_research(i: int, firms: FirmTable) -> bool:
    return bool(firms.alive[i] == 1 and firms.research_intensity[i] > 0.0)


@inlined
def _is_anchor(anchor: int, i: int, firms: FirmTable) -> bool:
    """Whether a firm can meet the anchor of its complex."""
    return bool(anchor >= 0 and anchor != i and firms.research_intensity[anchor] > 0.0)


@inlined
def _stranger(
    key: NDArray[np.uint64],
    month: int,
    i: int,
    v: float,
    p: Parameters,
    places: GroupedRows,
    body_places: GroupedRows,
    firms: FirmTable,
) -> int:
    """M1: a research body or R&D firm of the complex of firm `i` by chance, or -1.

    Parameters
    ----------
    v : uniform that decides which of the two
    """
    other: Any = np.int64(-1)
    c = firms.complex[i]
    draws = uniforms(key, firms.identifier[i], month, _BACKGROUND_PEER, 0)
    if v < p.background_body_share:
        number = body_places.start[c + 1] - body_places.start[c]
        if number > 0:
            place = body_places.start[c] + int(draws[0] * number)
            other = np.int64(BODY + body_places.rows[place])
    else:
        number = places.start[c + 1] - places.start[c]
        for trial in draws:
            row = places.rows[places.start[c] + int(trial * number)]
            if row != i and _does_research(row, firms):
                other = np.int64(row)
                break
    chosen: int = other
    return chosen


@inlined
def _acquaintance(
    key: NDArray[np.uint64],
    month: int,
    i: int,
    introduced: bool,
    p: Parameters,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    pairs: PairTable,
) -> int:
    """M1: a partner of firm `i`, or, where one introduces it, a partner of a partner, or -1."""
    caller = firms.identifier[i]
    known = tied_partner(key, month, _KNOWN_CONTACT, caller, i, -1, p, firms, bodies, pairs)
    if known >= 0 and introduced:
        known = tied_partner(
            key, month, _INTRODUCED_CONTACT, caller, known, i, p, firms, bodies, pairs
        )
    return known
