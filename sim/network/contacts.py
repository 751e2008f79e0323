"""Phases 3 and 4: meetings, familiarity, learning (T1, T3, K2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.firms import FirmTable, line_share
from innocluster.agents.knowledge import cosine, learn
from innocluster.agents.records import Record
from innocluster.agents.relations import (
    faded_familiarity,
    familiarity_step,
    information_gain,
    information_room,
)
from innocluster.agents.research_bodies import ResearchBodyTable

from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms
from .pairs import BODY, PairTable, meet_pair

__all__ = ["Meetings", "apply_learning", "hold_meetings", "update_familiarity"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

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
    meetings: Meetings,
    learned: Floats,
    sector_log_a: Floats,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    pairs: PairTable,
) -> int:
    """T1, T3, K2: let pairs meet; returns the number of pairs in the table.

    Those that the programme brokers cost working time.

    Parameters
    ----------
    meetings : of which `row` is written
    learned : (meetings, 2, D) knowledge gained by both, written here and applied later, so that
        everyone learns from what the other knew before the month
    sector_log_a : (H,) mean log productivity of the sector in 2003
    """
    count = pairs.count
    for m in range(meetings.first.size):
        a: Any = np.int64(meetings.first[m])
        b: Any = np.int64(meetings.second[m])
        row = meet_pair(a, b, count, pairs, firms, bodies)
        if row == count:
            _begin_history(row, pairs)
            count += 1
        meetings.row[m] = row
        brokered = m >= meetings.spontaneous
        again = _count_meeting(row, month, brokered, p, pairs)
        if brokered:
            _take_time(a, b, p.attendance_days, firms)
        alike = _teach(a, b, p.learning_meeting, learned[m], firms, bodies)
        pairs.similarity[row] = alike
        if b < BODY:
            met = pairs.meetings[row]
            _tell(key, month, p, a, b, alike, met, again, sector_log_a, firms)
    return count


@inlined
def _begin_history(row: int, pairs: PairTable) -> None:
    """Set what a pair that has never met before has behind it."""
    pairs.familiarity[row] = 0.0
    pairs.gain[row] = 0.0
    pairs.meetings[row] = 0
    pairs.brokered[row] = 0
    pairs.last_brokered[row] = -1
    pairs.last_own[row] = -1
    pairs.own_familiarity[row] = 0.0
    pairs.tie[row] = 0
    pairs.asked[row] = -1


@inlined
def _count_meeting(row: int, month: int, brokered: bool, p: Parameters, pairs: PairTable) -> bool:
    """T1: enter a meeting into the history of its pair; whether it met this month before."""
    pairs.gain[row] += p.familiarity_meeting
    again: bool = pairs.meetings[row] > 0 and pairs.last_met[row] == month
    pairs.last_met[row] = month
    pairs.meetings[row] += 1
    if brokered:
        pairs.brokered[row] += 1
        pairs.last_brokered[row] = month
    else:
        faded = faded_familiarity(
            pairs.own_familiarity[row], p.familiarity_decay, month - pairs.last_own[row]
        )
        pairs.own_familiarity[row] = min(1.0, faded + p.familiarity_meeting)
        pairs.last_own[row] = month
    return again


@inlined
def _take_time(a: int, b: int, days: float, firms: FirmTable) -> None:
    """Take the working time of a meeting from both firms, person-days."""
    firms.lost_days[a] += days
    if b < BODY:
        firms.lost_days[b] += days


@inlined
def _teach(
    a: int, b: int, rate: float, learned: Floats, firms: FirmTable, bodies: ResearchBodyTable
) -> float:
    """K2: write what each learns of the other into `learned` (2, D); returns their cosine, K1."""
    own = firms.knowledge[a]
    other = bodies.knowledge[b - BODY] if b >= BODY else firms.knowledge[b]
    # Emptied here, where it is in the cache, and not all at once.
    for f in range(own.size):
        learned[0, f] = 0.0
        learned[1, f] = 0.0
    learn(own, other, rate * firms.absorption[a], learned[0])
    if b < BODY:
        learn(other, own, rate * firms.absorption[b], learned[1])
    return cosine(own, other)


@inlined
def _tell(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    a: int,
    b: int,
    alike: float,
    met: int,
    again: bool,
    sector_log_a: Floats,
    firms: FirmTable,
) -> None:
    """T3: two firms may tell each other how to work better.

    Parameters
    ----------
    alike : cosine of what they know
    met : meetings of the two so far, with this one
    again : whether they have met this month before
    """
    u, v, w, x = uniforms(
        key,
        min(firms.identifier[a], firms.identifier[b]),
        month,
        _INFORMATION,
        max(firms.identifier[a], firms.identifier[b]),
    )
    # Who meets again in the same month has other news to tell then.
    if again:
        u, v = w, x
    ours = firms.log_productivity[a] - sector_log_a[firms.sector[a]]
    theirs = firms.log_productivity[b] - sector_log_a[firms.sector[b]]
    rivalry = alike * alike if firms.sector[a] == firms.sector[b] else 0.0
    if u < p.information_probability:
        _hear(a, ours, theirs, alike, rivalry, met, p, firms)
    if v < p.information_probability:
        _hear(b, theirs, ours, alike, rivalry, met, p, firms)


@compiled
def _hear(
    listener: int,
    own: float,
    other: float,
    alike: float,
    rivalry: float,
    met: int,
    p: Parameters,
    firms: FirmTable,
) -> None:
    """T3: add to the productivity of a firm what it is told.

    Parameters
    ----------
    own, other : log productivities of listener and teller, relative to their sectors
    """
    firms.gain_meeting[listener] += information_gain(
        p.information_gain,
        firms.absorption[listener],
        own,
        other,
        alike,
        rivalry,
        met,
        line_share(firms.revenue[listener], p.product_line_revenue),
        information_room(firms.gain_meeting[listener], p.information_ceiling),
    )


@compiled
def apply_learning(meetings: Meetings, learned: Floats, firms: FirmTable) -> None:
    """K2: add what was learned to the knowledge of the firms that met, in the order of meetings."""
    for m in range(meetings.first.size):
        for f in range(firms.knowledge.shape[1]):
            firms.knowledge[meetings.first[m], f] += learned[m, 0, f]
            if meetings.second[m] < BODY:
                firms.knowledge[meetings.second[m], f] += learned[m, 1, f]


@compiled
def update_familiarity(decay: float, pairs: PairTable) -> None:
    """T1: decay and this month's gains of every living pair."""
    for row in range(pairs.count):
        familiarity = pairs.familiarity[row]
        stepped = familiarity_step(familiarity, decay, pairs.gain[row])
        # Chosen afterwards, not by a branch, so that rows are worked through side by side.
        pairs.familiarity[row] = stepped if familiarity >= 0.0 else familiarity
        pairs.gain[row] = 0.0
