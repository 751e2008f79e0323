"""Phases 3 and 4: joining, meetings, familiarity, learning (M0, M1, T1, T3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import line_share
from innocluster.agents.knowledge import Knowledge, cosine, learn
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

from .pairs import BODY, meet_pair
from .parameters import ParameterRow
from .random_numbers import Process, uniforms

__all__ = [
    "apply_learning",
    "decide_membership",
    "expected_joiners",
    "hold_meetings",
    "joining_scores",
    "update_familiarity",
]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Small = NDArray[np.int16]
Flags = NDArray[np.int8]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]

_INFORMATION = int(Process.MEETING_INFORMATION)


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
    parameters: ParameterRow,
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
    p = parameters[0]
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
    parameters: ParameterRow,
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
    familiarity: Singles,
    next_first: Codes,
    next_second: Codes,
    decision: Flags,
) -> None:
    """M0: write 1 into `decision` for every firm that will be a member, else 0.

    Joining and leaving are voluntary (A6). A firm knows the firms of its pairs.
    `joins` and `leaves` (capacity,) hold uniforms for every firm.
    """
    p = parameters[0]
    highest = joining_score(
        LARGE_FIRM, 0.0, True, p.joining_size, p.joining_research, p.joining_large
    )
    bound = np.empty(constant.size)
    leaving = np.empty(constant.size)
    for c in range(constant.size):
        net = p.joining_benefit * benefit[c]
        bound[c] = joining_hazard(constant[c], highest, 1.0, p.joining_peers, net)
        leaving[c] = leaving_hazard(p.leaving_rate, net)
    for i in range(count):
        decision[i] = 0
        # Few draws come below what the most eager firm would need: most firms end here.
        if member[i] == 0 and joins[i] >= bound[complex_[i]]:
            continue
        if alive[i] == 0 or mini_cluster[i] < 0:
            continue
        if member[i] == 1:
            decision[i] = 0 if leaves[i] < leaving[complex_[i]] else 1
            continue
        net = p.joining_benefit * benefit[complex_[i]]
        score = joining_score(
            employees[i],
            12.0 * revenue[i],
            research_intensity[i] > 0.0,
            p.joining_size,
            p.joining_research,
            p.joining_large,
        )
        # Neither would it join if all that it knows had: nobody need be asked.
        if joins[i] >= joining_hazard(constant[complex_[i]], score, 1.0, p.joining_peers, net):
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
        if joins[i] < joining_hazard(constant[complex_[i]], score, peers, p.joining_peers, net):
            decision[i] = 1


@compiled
def hold_meetings(
    key: NDArray[np.uint64],
    month: int,
    parameters: ParameterRow,
    brokered: int,
    meetings: int,
    meeting_first: Codes,
    meeting_second: Codes,
    meeting_row: Codes,
    learned: Floats,
    firm_knowledge: Knowledge,
    body_knowledge: Knowledge,
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
    familiarity: Singles,
    similarity: Singles,
    gain: Floats,
    last_met: Small,
    met: Small,
    brokered_count: Small,
    last_brokered: Small,
    last_own: Small,
    own_familiarity: Singles,
    tie: Flags,
    asked: Small,
    next_first: Codes,
    next_second: Codes,
    slots: Codes,
    firm_head: Codes,
    body_head: Codes,
) -> int:
    """T1, T3, K2: let pairs meet; returns the number of pairs in the table.

    Knowledge gained is written over `learned` (meetings, 2, D) and applied later, so that
    everyone learns from what the other knew before the month.

    Parameters
    ----------
    brokered : 1 for meetings that the programme makes; those cost working time
    sector_log_a : (H,) mean log productivity of the sector in 2003
    """
    p = parameters[0]
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
        again = met[row] > 0 and last_met[row] == month
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
        alike = cosine(own, other)
        similarity[row] = alike
        # Emptied here, where it is in the cache, and not all at once.
        for f in range(own.size):
            learned[m, 0, f] = 0.0
            learned[m, 1, f] = 0.0
        learn(own, other, p.learning_meeting * absorption[a], learned[m, 0])
        lost_days[a] += p.attendance_days * brokered
        if b >= BODY:
            continue
        learn(other, own, p.learning_meeting * absorption[b], learned[m, 1])
        lost_days[b] += p.attendance_days * brokered
        rivalry = alike * alike if sector[a] == sector[b] else 0.0
        u, v, w, x = uniforms(
            key,
            min(identifier[a], identifier[b]),
            month,
            _INFORMATION,
            max(identifier[a], identifier[b]),
        )
        # Who meets again in the same month has other news to tell then.
        if again:
            u, v = w, x
        ours = log_a[a] - sector_log_a[sector[a]]
        theirs = log_a[b] - sector_log_a[sector[b]]
        if u < p.information_probability:
            gain_meeting[a] += information_gain(
                p.information_gain, absorption[a], ours, theirs, alike, rivalry, met[row],
                line_share(revenue[a], p.product_line_revenue),
                information_room(gain_meeting[a], p.information_ceiling),
            )  # fmt: skip
        if v < p.information_probability:
            gain_meeting[b] += information_gain(
                p.information_gain, absorption[b], theirs, ours, alike, rivalry, met[row],
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
    firm_knowledge: Knowledge,
) -> None:
    """K2: add what was learned to the knowledge of the firms that met, in the order of meetings."""
    for m in range(meetings):
        for f in range(firm_knowledge.shape[1]):
            firm_knowledge[meeting_first[m], f] += learned[m, 0, f]
            if meeting_second[m] < BODY:
                firm_knowledge[meeting_second[m], f] += learned[m, 1, f]


@compiled
def update_familiarity(count: int, decay: float, familiarity: Singles, gain: Floats) -> None:
    """T1: decay and this month's gains of every living pair."""
    for row in range(count):
        if familiarity[row] >= 0.0:
            familiarity[row] = familiarity_step(familiarity[row], decay, gain[row])
        gain[row] = 0.0
