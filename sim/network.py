"""Phases 3 and 4: joining, encounters, meetings, familiarity, learning (M0, M1, T1, T3)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import log
from innocluster.agents.firms import line_share
from innocluster.agents.knowledge import cosine, learn
from innocluster.agents.membership import (
    LARGE_FIRM,
    joining_hazard,
    joining_score,
    leaving_hazard,
)
from innocluster.agents.relations import (
    faded_familiarity,
    familiarity_step,
    information_gain,
    information_room,
)

from .pairs import BODY, TIE_FAMILIARITY, meet_pair
from .random_numbers import Process, uniforms

__all__ = [
    "apply_learning",
    "background_encounters",
    "decide_membership",
    "expected_joiners",
    "hold_meetings",
    "joining_scores",
    "tied_partner",
    "update_familiarity",
]

Floats = NDArray[np.float64]
Small = NDArray[np.int16]
Flags = NDArray[np.int8]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]

_BACKGROUND = int(Process.BACKGROUND)
_BACKGROUND_PEER = int(Process.BACKGROUND_PEER)
_KNOWN_CONTACT = int(Process.KNOWN_CONTACT)
_INTRODUCED_CONTACT = int(Process.INTRODUCED_CONTACT)
_INFORMATION = int(Process.MEETING_INFORMATION)

BODY_SHARE = 0.2
"""Share of the occasions that lead to a university or institute."""
LATEST_PAIRS = 64
"""Pairs of an actor that come to mind: institutes meet hundreds of firms."""


@compiled
def joining_scores(
    count: int,
    employees: Floats,
    revenue: Floats,
    research_intensity: Floats,
    size_effect: float,
    research_effect: float,
    large_effect: float,
) -> Floats:
    """M0: joining score of every row."""
    result = np.empty(count)
    for i in range(count):
        result[i] = joining_score(
            employees[i],
            12.0 * revenue[i],
            research_intensity[i] > 0.0,
            size_effect,
            research_effect,
            large_effect,
        )
    return result


@compiled
def expected_joiners(
    constant: float,
    months: int,
    p: Any,
    score: Floats,
    research: NDArray[np.bool_],
    joined: Floats,
) -> float:
    """M0: firms expected to be members after `months`, with no benefit reported yet.

    Firms with R&D know one another, so that the share of known members is
    theirs; the others know nobody.

    Parameters
    ----------
    score : joining scores of the firms of one complex
    joined : scratch of the same length, chance of each to be a member
    """
    performers = 0
    for i in range(score.size):
        joined[i] = 0.0
        performers += research[i]
    leaving = p.leaving_rate / 12.0
    peers = 0.0
    expected = 0.0
    for _ in range(months):
        known = 0.0
        expected = 0.0
        for i in range(score.size):
            hazard = joining_hazard(
                constant, score[i], peers if research[i] else 0.0, p.joining_peers, 0.0
            )
            joined[i] = joined[i] * (1.0 - leaving) + (1.0 - joined[i]) * hazard
            expected += joined[i]
            if research[i]:
                known += joined[i]
        peers = known / max(1, performers)
    return expected


@compiled
def decide_membership(
    p: Any,
    constant: Floats,
    benefit: Floats,
    count: int,
    joins: Floats,
    leaves: Floats,
    alive: Flags,
    complex_: Small,
    mini_cluster: Small,
    member: Flags,
    employees: Floats,
    revenue: Floats,
    research_intensity: Floats,
    first_pair: Codes,
    first: Codes,
    second: Codes,
    familiarity: Floats,
    next_first: Codes,
    next_second: Codes,
    decision: Flags,
) -> None:
    """M0: write 1 into `decision` for every firm that will be a member, else 0.

    Joining and leaving are voluntary (A6). A firm knows the firms of its pairs.
    `joins` and `leaves` (capacity,) hold uniforms for every firm.
    """
    highest = joining_score(
        LARGE_FIRM, 0.0, True, p.joining_size, p.joining_research, p.joining_large
    )
    bound = np.empty(constant.size)
    for c in range(constant.size):
        net = p.joining_benefit * benefit[c]
        bound[c] = joining_hazard(constant[c], highest, 1.0, p.joining_peers, net)
    for i in range(count):
        decision[i] = 0
        if alive[i] == 0 or mini_cluster[i] < 0:
            continue
        net = p.joining_benefit * benefit[complex_[i]]
        if member[i] == 1:
            decision[i] = 0 if leaves[i] < leaving_hazard(p.leaving_rate, net) else 1
            continue
        # Few draws come below what the most eager firm would need: most firms end here.
        if joins[i] >= bound[complex_[i]]:
            continue
        known = 0
        joined = 0
        row = first_pair[i]
        while row >= 0:
            other = second[row] if first[row] == i else first[row]
            following = next_first[row] if first[row] == i else next_second[row]
            if other < BODY and familiarity[row] > 0.0:
                known += 1
                joined += member[other]
            row = following
        peers = joined / known if known > 0 else 0.0
        score = joining_score(
            employees[i],
            12.0 * revenue[i],
            research_intensity[i] > 0.0,
            p.joining_size,
            p.joining_research,
            p.joining_large,
        )
        if joins[i] < joining_hazard(constant[complex_[i]], score, peers, p.joining_peers, net):
            decision[i] = 1


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
    familiarity: Floats,
    next_first: Codes,
    next_second: Codes,
    firm_head: Codes,
    body_head: Codes,
) -> int:
    """M1: one of the partners of an actor, by chance in proportion to F², or -1.

    It takes two to meet, and either side turns to the other in proportion to familiarity F:
    few strong ties are kept up, the others fade (Karsai, Perra and Vespignani 2014).  Every
    candidate waits an exponential time at the rate F², under an address of its own, and the
    first one is taken, so that a tie that one policy adds changes the choice only where it wins.

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
        trust = familiarity[row]
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
    familiarity: Floats,
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
    anchors : (C,) row of the anchor of each complex, -1 where there is none
    places, place_start : rows of the firms of 2003 by complex, and where each complex starts
    body_rows, body_start : the same for research bodies
    first … body_head : columns and lists of `PairTable`
    """
    meetings = 0
    for i in range(count):
        if alive[i] == 0 or research_intensity[i] <= 0.0:
            continue
        u, v, w, x = uniforms(key, identifier[i], month, _BACKGROUND, 0)
        if u >= rate or meetings >= meeting_first.size:
            continue
        c = complex_[i]
        other = -1
        anchor = anchors[c]
        if (
            w < anchor_share
            and anchor >= 0
            and anchor != i
            and alive[anchor] == 1
            and research_intensity[anchor] > 0.0
        ):
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


@compiled
def hold_meetings(
    key: NDArray[np.uint64],
    month: int,
    p: Any,
    brokered: int,
    meetings: int,
    meeting_first: Codes,
    meeting_second: Codes,
    meeting_row: Codes,
    learned: Floats,
    firm_knowledge: Floats,
    body_knowledge: Floats,
    identifier: Integers,
    sector: Small,
    absorption: Floats,
    revenue: Floats,
    log_a: Floats,
    sector_log_a: Floats,
    gain_meeting: Floats,
    lost_days: Floats,
    pair_count: int,
    first: Codes,
    second: Codes,
    familiarity: Floats,
    similarity: Floats,
    gain: Floats,
    last_met: Small,
    met: NDArray[np.int32],
    brokered_count: NDArray[np.int32],
    last_brokered: Small,
    last_own: Small,
    own_familiarity: Floats,
    tie: Flags,
    asked: Small,
    next_first: Codes,
    next_second: Codes,
    slots: Codes,
    firm_head: Codes,
    body_head: Codes,
) -> int:
    """T1, T3, K2: let pairs meet; returns the number of pairs in the table.

    Knowledge gained is written to `learned` (meetings, 2, D) and applied later,
    so that everyone learns from what the other knew before the month.

    Parameters
    ----------
    brokered : 1 for meetings that the programme makes; those cost working time
    sector_log_a : (H,) mean log productivity of the sector in 2003
    """
    decay = p.familiarity_decay
    for m in range(meetings):
        a = meeting_first[m]
        b = meeting_second[m]
        row = meet_pair(
            a, b, pair_count, first, second, familiarity, next_first, next_second, slots,
            firm_head, body_head,
        )  # fmt: skip
        if row == pair_count:
            familiarity[row] = 0.0
            gain[row] = 0.0
            met[row] = 0
            brokered_count[row] = 0
            last_brokered[row] = -1
            last_own[row] = -1
            own_familiarity[row] = 0.0
            tie[row] = 0
            asked[row] = -1
            pair_count += 1
        meeting_row[m] = row
        gain[row] += p.familiarity_meeting
        last_met[row] = month
        met[row] += 1
        if brokered == 1:
            brokered_count[row] += 1
            last_brokered[row] = month
        else:
            faded = faded_familiarity(own_familiarity[row], decay, month - last_own[row])
            own_familiarity[row] = min(1.0, faded + p.familiarity_meeting)
            last_own[row] = month
        own = firm_knowledge[a]
        other = body_knowledge[b - BODY] if b >= BODY else firm_knowledge[b]
        similarity[row] = cosine(own, other)
        learn(own, other, p.learning_meeting * absorption[a], learned[m, 0])
        lost_days[a] += p.attendance_days * brokered
        if b >= BODY:
            continue
        learn(other, own, p.learning_meeting * absorption[b], learned[m, 1])
        lost_days[b] += p.attendance_days * brokered
        rivalry = similarity[row] * similarity[row] if sector[a] == sector[b] else 0.0
        u, v, _, _ = uniforms(
            key,
            min(identifier[a], identifier[b]),
            month,
            _INFORMATION,
            max(identifier[a], identifier[b]),
        )
        ours = log_a[a] - sector_log_a[sector[a]]
        theirs = log_a[b] - sector_log_a[sector[b]]
        if u < p.information_probability:
            gain_meeting[a] += information_gain(
                p.information_gain, absorption[a], ours, theirs, similarity[row], rivalry, met[row],
                line_share(revenue[a], p.product_line_revenue),
                information_room(gain_meeting[a], p.information_ceiling),
            )  # fmt: skip
        if v < p.information_probability:
            gain_meeting[b] += information_gain(
                p.information_gain, absorption[b], theirs, ours, similarity[row], rivalry, met[row],
                line_share(revenue[b], p.product_line_revenue),
                information_room(gain_meeting[b], p.information_ceiling),
            )  # fmt: skip
    return pair_count


@compiled
def apply_learning(
    meetings: int,
    meeting_first: Codes,
    meeting_second: Codes,
    learned: Floats,
    firm_knowledge: Floats,
) -> None:
    """K2: add what was learned to the knowledge of the firms that met, in the order of meetings."""
    for m in range(meetings):
        for f in range(firm_knowledge.shape[1]):
            firm_knowledge[meeting_first[m], f] += learned[m, 0, f]
            if meeting_second[m] < BODY:
                firm_knowledge[meeting_second[m], f] += learned[m, 1, f]


@compiled
def update_familiarity(count: int, decay: float, familiarity: Floats, gain: Floats) -> None:
    """T1: decay and this month's gains of every living pair."""
    for row in range(count):
        if familiarity[row] >= 0.0:
            familiarity[row] = familiarity_step(familiarity[row], decay, gain[row])
        gain[row] = 0.0
