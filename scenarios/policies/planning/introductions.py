"""Whom contact events bring together: who sits at an event, who proposes, which partner comes.

Every policy that works through events starts from the same proposers (`at_events`),
so that arms differ in the partner that a proposer gets and in nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import FirmTable
from innocluster.agents.records import Record
from innocluster.sim.coordination.policy import CoordinationView
from innocluster.sim.ground.parameter_record import Parameters
from innocluster.sim.ground.random_numbers import Process, draw_four, uniforms
from innocluster.sim.network.pairs import BODY

__all__ = [
    "Proposers",
    "Seats",
    "at_events",
    "introductions_at_random",
    "proposers_of_events",
    "random_partners",
    "seats_of_events",
]

Codes = NDArray[np.int32]
Integers = NDArray[np.int64]
Flags = NDArray[np.int8]

_ATTENDANCE = int(Process.ATTENDANCE)
_EXPERT = int(Process.EXPERT)
_POLICY = int(Process.POLICY)
_RANDOM_PARTNER = int(Process.RANDOM_PARTNER)


@dataclass(frozen=True)
class Proposers(Record):
    """Those who have a place for an introduction at this month's events, in the order of events.

    Attributes
    ----------
    row : (n,) firm row of the proposer
    neighbour : (n,) row of who sits next to it, -1 where nobody does
    expert : (n,) `BODY` + row of the research body that comes in place of the neighbour,
        -1 where none does
    slot : (n,) number of the event within its mini-cluster; with the firm it makes the
        address of a draw
    cluster : (n,) mini-cluster that holds the event
    """

    row: Codes
    neighbour: Codes
    expert: Codes
    slot: Codes
    cluster: Codes

    @property
    def usual(self) -> Codes:
        """Partner in the programme as it was (P5): the expert, else the neighbour."""
        return np.where(self.expert >= 0, self.expert, self.neighbour)


@dataclass(frozen=True)
class Seats(Record):
    """Who comes to this month's events.

    Attributes
    ----------
    row : (S,) firm rows, event by event, smallest draw first
    start : (E + 1,) where the seats of each event start
    slot : (E,) number of the event within its mini-cluster
    """

    row: Codes
    start: Integers
    slot: Codes


def at_events(view: CoordinationView, first: Flags | None = None) -> Proposers:
    """Who proposes at this month's events, by the attendance rule that all policies share.

    Parameters
    ----------
    first : (firms,) 1 for firms whose turn comes before that of the others at an
        event and who meet a research body, 0 for the others; by default all 0
    """
    firms = view.state.firms
    seats = Seats(*seats_of_events(view, firms))
    if first is None:
        first = np.zeros(firms.identifier.size, np.int8)
    return Proposers(*proposers_of_events(view, view.parameters, firms, seats, first))


@compiled
def seats_of_events(view: CoordinationView, firms: FirmTable) -> tuple[Codes, Integers, Codes]:
    """Columns of `Seats`: members of its mini-cluster come to an event, two if there are two.

    Every member draws a number for every event and the smallest ones come, so
    that a newcomer takes one seat and moves nobody else's draw.
    """
    event_cluster, event_size = view.event_cluster, view.event_size
    members, member_start = view.members, view.member_start
    events = event_cluster.size
    start = np.zeros(events + 1, np.int64)
    slot = np.empty(events, np.int32)
    for event in range(events):
        m = event_cluster[event]
        group = member_start[m + 1] - member_start[m]
        start[event + 1] = start[event] + min(group, max(2, event_size[event]))
        slot[event] = slot[event - 1] + 1 if event > 0 and event_cluster[event - 1] == m else 0
    seat = np.empty(start[events], np.int32)
    seat_draw = np.empty(start[events])
    entity = np.empty(members.size, np.int64)
    draws = np.empty((4, members.size))
    for event in range(events):
        m = event_cluster[event]
        origin = member_start[m]
        group = member_start[m + 1] - origin
        if slot[event] == 0:
            for g in range(group):
                entity[g] = firms.identifier[members[origin + g]]
        if slot[event] % 4 == 0:  # one draw serves four events of a mini-cluster
            draw_four(view.key, view.month, _ATTENDANCE, slot[event] // 4, entity[:group], draws)
        drawn = draws[slot[event] % 4]
        low = start[event]
        last = start[event + 1] - 1
        seat_draw[low : last + 1] = 2.0
        for g in range(group):
            u = drawn[g]
            if u >= seat_draw[last]:
                continue
            place = last
            while place > low and seat_draw[place - 1] > u:
                seat_draw[place] = seat_draw[place - 1]
                seat[place] = seat[place - 1]
                place -= 1
            seat_draw[place] = u
            seat[place] = members[origin + g]
    return seat, start, slot


@compiled
def proposers_of_events(
    view: CoordinationView, p: Parameters, firms: FirmTable, seats: Seats, first: Flags
) -> tuple[Codes, Codes, Codes, Codes, Codes]:
    """Columns of `Proposers`: every second seat proposes to the next, some of them to an expert.

    Firms marked in `first` sit in front, in their old order, and meet a research
    body of the complex, if it has one, without taking up a neighbour.
    """
    total = 0
    for event in range(view.event_introductions.size):
        total += view.event_introductions[event]
    row = np.empty(total, np.int32)
    neighbour = np.empty(total, np.int32)
    expert = np.empty(total, np.int32)
    slot = np.empty(total, np.int32)
    cluster = np.empty(total, np.int32)
    made = 0
    order = np.empty(seats.row.size, np.int32)
    for event in range(view.event_cluster.size):
        c = view.cluster_complex[view.event_cluster[event]]
        bodies = view.body_start[c + 1] - view.body_start[c]
        there = 0
        for turn in range(1, -1, -1):
            for place in range(seats.start[event], seats.start[event + 1]):
                if (1 if bodies > 0 and first[seats.row[place]] else 0) == turn:
                    order[there] = seats.row[place]
                    there += 1
        sitting = 0
        for _ in range(view.event_introductions[event]):
            if sitting >= there:
                break
            proposer = order[sitting]
            needs = bodies > 0 and first[proposer] == 1
            following = order[sitting + 1] if sitting + 1 < there else -1
            sitting += 1 if needs else 2
            u, v, _, _ = uniforms(
                view.key, firms.identifier[proposer], view.month, _EXPERT, seats.slot[event]
            )
            called = -1
            if bodies > 0 and (needs or u < p.expert_share or following < 0):
                called = BODY + view.body_rows[view.body_start[c] + int(v * bodies)]
            if called < 0 and following < 0:
                continue
            row[made] = proposer
            neighbour[made] = following
            expert[made] = called
            slot[made] = seats.slot[event]
            cluster[made] = view.event_cluster[event]
            made += 1
    return row[:made], neighbour[:made], expert[:made], slot[:made], cluster[:made]


@compiled
def random_partners(
    view: CoordinationView,
    firms: FirmTable,
    proposers: Proposers,
    complex_start: Integers,
    position: Codes,
    anywhere: bool,
) -> Codes:
    """Partner of every proposer, drawn blindly: the placebo of matching.

    Whether an expert comes is as in P5; whoever comes, firm or research body, is drawn
    with equal chances from the proposer's complex or, `anywhere`, from all.

    Parameters
    ----------
    complex_start : (C+1,) where the members of each complex start in `view.members`
    position : (firms,) place of every firm row in `view.members`
    """
    members, bodies = view.members, view.body_rows
    result = np.empty(proposers.row.size, np.int32)
    for n in range(proposers.row.size):
        row = proposers.row[n]
        result[n] = proposers.expert[n]
        if proposers.expert[n] >= 0 and not anywhere:
            continue
        u, v, _, _ = uniforms(
            view.key, firms.identifier[row], view.month, _RANDOM_PARTNER, proposers.slot[n]
        )
        if proposers.expert[n] >= 0:
            result[n] = BODY + bodies[int(v * bodies.size)]
            continue
        c = firms.complex[row]
        start = 0 if anywhere else complex_start[c]
        stop = members.size if anywhere else complex_start[c + 1]
        # One of the others; the neighbour at the event is one, so that there always is one.
        place = start + int(u * (stop - start - 1))
        result[n] = members[place + 1 if place >= position[row] else place]
    return result


@compiled
def introductions_at_random(view: CoordinationView, p: Parameters) -> tuple[Codes, Codes]:
    """As many pairs, both sides drawn from all members of all complexes: the even spread."""
    members, body_rows = view.members, view.body_rows
    total = 0
    for event in range(view.event_introductions.size):
        total += view.event_introductions[event]
    first = np.empty(total, np.int32)
    second = np.empty(total, np.int32)
    made = 0
    for n in range(total):
        a, b, d, e = uniforms(view.key, n, view.month, _POLICY, 0)
        drawn = int(a * members.size)
        partner = -1
        if b < p.expert_share and body_rows.size > 0:
            partner = BODY + body_rows[int(d * body_rows.size)]
        elif members.size > 1:
            # One of the others, so that no introduction is lost on the member itself.
            other = int(e * (members.size - 1))
            partner = members[other + 1 if other >= drawn else other]
        if partner >= 0:
            first[made] = members[drawn]
            second[made] = partner
            made += 1
    return first[:made], second[:made]
