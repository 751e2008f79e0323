"""Phase 3: spontaneous encounters with strangers, partners and partners' partners (M1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import log

from ..ground.random_numbers import Process, uniforms
from .pairs import BODY, TIE_FAMILIARITY

__all__ = ["background_encounters", "tied_partner"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Small = NDArray[np.int16]
Flags = NDArray[np.int8]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]

_BACKGROUND = int(Process.BACKGROUND)
_BACKGROUND_PEER = int(Process.BACKGROUND_PEER)
_KNOWN_CONTACT = int(Process.KNOWN_CONTACT)
_INTRODUCED_CONTACT = int(Process.INTRODUCED_CONTACT)

BODY_SHARE = 0.2
"""Share of the occasions that lead to a university or institute."""
LATEST_PAIRS = 64
"""Pairs of an actor that come to mind, those made last: institutes meet hundreds of firms."""


@compiled
def tied_partner(
    key: NDArray[np.uint64],
    month: int,
    process: int,
    caller: int,
    centre: int,
    excluded: int,
    identifier: Integers,
    body_identifier: Integers,
    research_intensity: Floats,
    first: Codes,
    second: Codes,
    familiarity: Singles,
    next_first: Codes,
    next_second: Codes,
    firm_head: Codes,
    body_head: Codes,
) -> int:
    """M1: one of the partners of an actor, by chance in proportion to F², or -1.

    It takes two to meet, and either side turns to the other in proportion to familiarity F:
    few strong ties are kept up, the others fade (Karsai, Perra and Vespignani 2014).  Every
    candidate waits an exponential time at the rate F², under an address of its own, and the
    first one is taken, so that a tie that one policy adds changes the choice only where it wins
    (or, with institutes, where it takes the place of an older one among the `LATEST_PAIRS`).

    Parameters
    ----------
    caller : identifier of the firm that wants to meet somebody
    centre : whose partners are asked for; those of its `LATEST_PAIRS` latest pairs that are
        ties with a research body or with a firm that does R&D
    excluded : code of who is not to be chosen
    """
    chosen = -1
    shortest = np.inf
    looked = 0
    row = body_head[centre - BODY] if centre >= BODY else firm_head[centre]
    while row >= 0 and looked < LATEST_PAIRS:
        trust = np.float64(familiarity[row])
        if first[row] == centre:
            other = second[row]
            row = next_first[row]
        else:
            other = first[row]
            row = next_second[row]
        if trust >= 0.0:
            looked += 1
        if trust < TIE_FAMILIARITY or other == excluded:
            continue
        if other < BODY:
            if research_intensity[other] <= 0.0:
                continue
            name = identifier[other]
        else:
            name = body_identifier[other - BODY]
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
    rate: float,
    repeat: float,
    closure: float,
    anchor_share: float,
    anchors: Codes,
    count: int,
    occasion: Floats,
    alive: Flags,
    identifier: Integers,
    body_identifier: Integers,
    complex_: Small,
    research_intensity: Floats,
    places: Codes,
    place_start: Integers,
    body_rows: Codes,
    body_start: Integers,
    first: Codes,
    second: Codes,
    familiarity: Singles,
    next_first: Codes,
    next_second: Codes,
    firm_head: Codes,
    body_head: Codes,
    meeting_first: Codes,
    meeting_second: Codes,
) -> int:
    """M1: spontaneous meetings of R&D firms; returns their number.

    An occasion leads a firm to somebody new: in one of five cases a research body of its
    complex, otherwise one of four places there, the first where an R&D firm stands (none,
    if there is none).  With the chance `repeat` the firm meets one of its partners instead,
    whoever made them known to each other; with the chance `closure` a partner of one of its
    partners.  The occasions are the same whomever the firm knows.  Where an anchor firm
    dominates, a share of the meetings is with it instead.  Read are the ties of last month.

    Source: Jackson and Rogers (2007), who meet strangers and friends of friends; Gulati
    (1995) and Gulati and Gargiulo (1999) for the return to partners and to theirs.

    Parameters
    ----------
    anchor_share : share of the meetings that are with the anchor of the complex
    anchors : (C,) row of the anchor of each complex, -1 where none operates
    occasion : (capacity,) uniforms of the process `BACKGROUND`: a firm has an occasion below `rate`
    places, place_start : rows of the firms of 2003 by complex, and where each complex starts
    body_rows, body_start : the same for research bodies
    first … body_head : columns and lists of `PairTable`
    """
    meetings = 0
    for i in range(count):
        if occasion[i] >= rate or alive[i] == 0 or research_intensity[i] <= 0.0:
            continue
        if meetings >= meeting_first.size:
            continue
        _, v, w, x = uniforms(key, identifier[i], month, _BACKGROUND, 0)
        c = complex_[i]
        other = -1
        anchor = anchors[c]
        if w < anchor_share and anchor >= 0 and anchor != i and research_intensity[anchor] > 0.0:
            other = anchor
        else:
            a, b, d, e = uniforms(key, identifier[i], month, _BACKGROUND_PEER, 0)
            if v < BODY_SHARE:
                bodies = body_start[c + 1] - body_start[c]
                if bodies > 0:
                    other = BODY + body_rows[body_start[c] + int(a * bodies)]
            else:
                size = place_start[c + 1] - place_start[c]
                for trial in (a, b, d, e):
                    place = places[place_start[c] + int(trial * size)]
                    if place != i and alive[place] == 1 and research_intensity[place] > 0.0:
                        other = place
                        break
            if other >= 0 and x < repeat + closure:
                process = _KNOWN_CONTACT
                known = tied_partner(
                    key, month, process, identifier[i], i, -1, identifier, body_identifier,
                    research_intensity, first, second, familiarity, next_first, next_second,
                    firm_head, body_head,
                )  # fmt: skip
                if known >= 0 and x >= repeat:
                    process = _INTRODUCED_CONTACT
                    known = tied_partner(
                        key, month, process, identifier[i], known, i, identifier, body_identifier,
                        research_intensity, first, second, familiarity, next_first, next_second,
                        firm_head, body_head,
                    )  # fmt: skip
                if known >= 0:
                    other = known
        if other >= 0:
            meeting_first[meetings] = i
            meeting_second[meetings] = other
            meetings += 1
    return meetings
