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
from ..ground.random_numbers import Process, draw_partners, uniforms
from .activity import Activity, occasions_in, stranger_to
from .pairs import BODY, PairTable, following_pair, latest_pair, partner_in

__all__ = ["background_encounters", "tied_partner"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

_MONTHS = 1 << 16
"""Months are numbered below this: what happens n-th in a month draws as if so much later."""

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
    remembered = int(p.remembered_pairs)
    candidate = np.empty(remembered, np.int64)
    name = np.empty(remembered, np.int64)
    strength = np.empty(remembered)
    candidates = 0
    looked = 0
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
            name[candidates] = firms.identifier[other]
        else:
            name[candidates] = bodies.identifier[other - BODY]
        candidate[candidates] = other
        strength[candidates] = trust * trust
        candidates += 1
    draw = np.empty(candidates)
    draw_partners(key, caller, month, process, name, draw)
    chosen = -1
    shortest = np.inf
    for n in range(candidates):
        # -ln u is at least 1 - u: most candidates are known to come later without it.
        if 1.0 - draw[n] >= shortest * strength[n]:
            continue
        wait = -log(draw[n]) / strength[n]
        if wait < shortest:
            shortest = wait
            chosen = candidate[n]
    return chosen


@compiled
def background_encounters(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    anchors: Codes,
    occasion: Floats,
    activity: Activity,
    body_places: GroupedRows,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    pairs: PairTable,
    first: Codes,
    second: Codes,
) -> int:
    """M1: spontaneous meetings of R&D firms; returns their number.

    A firm has as many occasions as its `activity` says.  An occasion leads it to somebody new:
    with the chance `background_body_share` to a research body of its complex, otherwise to an
    R&D firm there, the likelier the more often that one meets somebody itself.  With the chance
    `background_repeat` the firm meets one of its partners instead, whoever made them known to
    each other; with the chance `background_closure` a partner of one of its partners.  The
    occasions are the same whomever the firm knows.  Where an anchor firm dominates,
    `anchor_share` of the meetings is with it instead.  Read are the ties of last month.

    Source: Perra, Gonçalves, Pastor-Satorras and Vespignani (2012) for ties that follow
    activity; Jackson and Rogers (2007), who meet strangers and friends of friends; Gulati
    (1995) and Gulati and Gargiulo (1999) for the return to partners and to theirs.

    Parameters
    ----------
    anchors : (C,) row of the anchor of each complex, -1 where none operates
    occasion : (capacity,) uniforms of the process `BACKGROUND`: whether a firm has one occasion
        more than the whole part of its rate
    body_places : research bodies by complex
    first, second : (rows,) the firm that has the occasion and whom it meets, written
    """
    meetings = 0
    for i in range(firms.count):
        for n in range(occasions_in(i, occasion[i], activity)):
            # An address of its own for every occasion of the month.
            moment = month + n * _MONTHS
            _, v, w, x = uniforms(key, firms.identifier[i], moment, _BACKGROUND, 0)
            anchor = anchors[firms.complex[i]]
            if w < p.anchor_share and _is_anchor(anchor, i, firms):
                other: Any = np.int64(anchor)
            else:
                other = _stranger(key, moment, i, v, p, activity, body_places, firms)
                if other >= 0 and x < p.background_repeat + p.background_closure:
                    introduced = x >= p.background_repeat
                    known = _acquaintance(key, moment, i, introduced, p, firms, bodies, pairs)
                    if known >= 0:
                        other = known
            if other >= 0:
                first[meetings] = i
                second[meetings] = other
                meetings += 1
    return meetings


@inlined
def _is_anchor(anchor: int, i: int, firms: FirmTable) -> bool:
    """Whether a firm can meet the anchor of its complex."""
    return bool(anchor >= 0 and anchor != i and firms.research_intensity[anchor] > 0.0)


@inlined
def _stranger(
    key: NDArray[np.uint64],
    moment: int,
    i: int,
    v: float,
    p: Parameters,
    activity: Activity,
    body_places: GroupedRows,
    firms: FirmTable,
) -> int:
    """M1: a research body or R&D firm of the complex of firm `i` by chance, or -1.

    Parameters
    ----------
    v : uniform that decides which of the two
    """
    if v >= p.background_body_share:
        return stranger_to(key, moment, i, firms, activity)
    c = firms.complex[i]
    number = body_places.start[c + 1] - body_places.start[c]
    if number == 0:
        return -1
    u, _, _, _ = uniforms(key, firms.identifier[i], moment, _BACKGROUND_PEER, 0)
    return int(BODY + body_places.rows[body_places.start[c] + int(u * number)])


@inlined
def _acquaintance(
    key: NDArray[np.uint64],
    moment: int,
    i: int,
    introduced: bool,
    p: Parameters,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    pairs: PairTable,
) -> int:
    """M1: a partner of firm `i`, or, where one introduces it, a partner of a partner, or -1."""
    caller = firms.identifier[i]
    known = tied_partner(key, moment, _KNOWN_CONTACT, caller, i, -1, p, firms, bodies, pairs)
    if known >= 0 and introduced:
        known = tied_partner(
            key, moment, _INTRODUCED_CONTACT, caller, known, i, p, firms, bodies, pairs
        )
    return known
