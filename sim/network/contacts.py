"""Phases 3 and 4: meetings, familiarity, learning (T1, T3, K2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.firms import FirmTable
from innocluster.agents.knowledge import cosine, learn
from innocluster.agents.records import Record
from innocluster.agents.relations import faded_familiarity, familiarity_step
from innocluster.agents.research_bodies import ResearchBodyTable

from ..ground.forms import Forms
from ..ground.parameter_record import Parameters
from .information import news_of_pair, tell
from .pairs import BODY, PairTable, meet_pair

__all__ = ["Meetings", "apply_learning", "hold_meetings", "update_familiarity"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]


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
    month: int,
    p: Parameters,
    forms: Forms,
    meetings: Meetings,
    learned: Floats,
    usual: Floats,
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
    usual : (H,) log productivity of the sector's mean firm, without luck
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
        news = news_of_pair(row, month, p.news_refresh, pairs)
        brokered = m >= meetings.spontaneous
        _count_meeting(row, month, brokered, p, pairs)
        if brokered:
            _take_time(a, b, p.attendance_days, firms)
        alike = _teach(a, b, p.learning_meeting, learned[m], firms, bodies)
        pairs.similarity[row] = alike
        if b < BODY:
            tell(row, alike, news, p, forms, usual, firms, pairs)
    return count


@inlined
def _begin_history(row: int, pairs: PairTable) -> None:
    """Set what a pair that has never met before has behind it."""
    pairs.familiarity[row] = 0.0
    pairs.news[row] = 1.0
    pairs.gain[row] = 0.0
    pairs.meetings[row] = 0
    pairs.brokered[row] = 0
    pairs.last_brokered[row] = -1
    pairs.last_own[row] = -1
    pairs.own_familiarity[row] = 0.0
    pairs.tie[row] = 0
    pairs.asked[row] = -1


@inlined
def _count_meeting(row: int, month: int, brokered: bool, p: Parameters, pairs: PairTable) -> None:
    """T1: enter a meeting into the history of its pair."""
    pairs.gain[row] += p.familiarity_meeting
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
