"""Phases 3 and 4: meetings, familiarity, learning (T1, T3, K2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import line_share
from innocluster.agents.knowledge import Knowledge, cosine, learn
from innocluster.agents.records import Record
from innocluster.agents.relations import (
    faded_familiarity,
    familiarity_step,
    information_gain,
    information_room,
)

from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms
from .pairs import BODY, meet_pair

__all__ = ["Meetings", "apply_learning", "hold_meetings", "update_familiarity"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Small = NDArray[np.int16]
Flags = NDArray[np.int8]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]

_INFORMATION = int(Process.MEETING_INFORMATION)


@dataclass(frozen=True)
class Meetings(Record):
    """Meetings of a month in the order in which they take place.

    Attributes
    ----------
    first, second : (n,) row of a firm, and code of the firm or research body that it meets
    row : (n,) row of the pair
    spontaneous : how many at the front nobody brokered
    """

    first: Codes
    second: Codes
    row: Codes
    spontaneous: int

    @classmethod
    def between(cls, first: Codes, second: Codes, spontaneous: int) -> Meetings:
        """Meetings of pairs whose rows are not known yet."""
        return cls(first, second, np.empty(first.size, np.int32), spontaneous)


@compiled
def hold_meetings(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
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
