"""Phases 3 and 4: who joins, who meets whom, what pairs learn (M0, M1, K2, T1, T3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .collaboration import run_small_tasks
from .coordination import CoordinationView, contact_events
from .counts import Counts
from .network import (
    apply_learning,
    background_encounters,
    decide_membership,
    hold_meetings,
    update_familiarity,
)
from .programme import Tranche, report_benefit, start_programme
from .random_numbers import Process, draw_columns

if TYPE_CHECKING:
    from .simulation import Simulation

__all__ = ["Meetings", "meet"]

Codes = NDArray[np.int32]

_JOINING = int(Process.JOINING)
MAXIMUM_EVENTS = 20


@dataclass(frozen=True)
class Meetings:
    """Pairs that met this month: firm, partner, row of the pair."""

    first: Codes
    second: Codes
    row: Codes


def _members_by_cluster(run: Simulation) -> tuple[Codes, NDArray[np.int64]]:
    """Rows of members sorted by mini-cluster (then row), and where each mini-cluster starts."""
    firms = run.state.firms
    rows = np.flatnonzero(firms.member[: firms.count] == 1)
    clusters = firms.mini_cluster[rows]
    members = rows[np.argsort(clusters, kind="stable")].astype(np.int32)
    number = run.region.mini_clusters.complex.size
    start = np.searchsorted(firms.mini_cluster[members], np.arange(number + 1)).astype(np.int64)
    return members, start


def meet(run: Simulation, tranche: Tranche, counts: Counts) -> Meetings:
    """Let firms join and leave, meet on their own or by the programme, and learn from it."""
    state, p, scratch, key = run.state, run.parameters, run.scratch, run.key
    firms, bodies, month = state.firms, state.bodies, state.month
    firms.lost_days[: firms.count] = 0.0

    room = firms.count
    first = np.empty(room, np.int32)
    second = np.empty(room, np.int32)
    spontaneous = background_encounters(
        key, month, run.values.background_rate, firms.count, firms.alive, firms.identifier,
        firms.complex, firms.research_intensity, scratch.places, scratch.place_start,
        scratch.body_rows, scratch.body_start, first, second,
    )  # fmt: skip
    firsts, seconds = [first[:spontaneous]], [second[:spontaneous]]

    if tranche.active:
        if tranche.starts:
            start_programme(run)
        if month % 12 == 0:
            report_benefit(run)
        pairs = state.pairs
        draw_columns(
            key, month, _JOINING, firms.count, firms.identifier, scratch.draw,
            scratch.second_draw,
        )  # fmt: skip
        decide_membership(
            p, state.joining_constant, state.reported_benefit, firms.count, scratch.draw,
            scratch.second_draw, firms.alive, firms.complex, firms.mini_cluster, firms.member,
            firms.employees, firms.revenue, firms.research_intensity, firms.first_pair, pairs.first,
            pairs.second, pairs.familiarity, pairs.next_first, pairs.next_second,
            scratch.membership,
        )  # fmt: skip
        run.overrule_membership(scratch.membership)
        firms.member[: firms.count] = scratch.membership[: firms.count]
        members, member_start = _members_by_cluster(run)
        for introduced in (
            _organise(run, members, member_start, counts),
            _small_tasks(run, members, counts),
        ):
            firsts.append(introduced[0])
            seconds.append(introduced[1])

    first, second = np.concatenate(firsts), np.concatenate(seconds)
    row = np.empty(first.size, np.int32)
    learned = np.zeros((first.size, 2, firms.knowledge.shape[1]))
    pairs = state.pairs
    pairs.reserve(pairs.count + first.size)
    done = 0
    for brokered, meetings in ((0, spontaneous), (1, first.size - spontaneous)):
        part = slice(done, done + meetings)
        pairs.count = hold_meetings(
            key, month, p, brokered, meetings, first[part], second[part], row[part],
            learned[part], firms.knowledge, bodies.knowledge, firms.identifier, firms.sector,
            firms.absorption, firms.log_productivity, run.anchors.sector_log_a,
            firms.gain_meeting, firms.lost_days, pairs.count, pairs.first, pairs.second,
            pairs.familiarity, pairs.similarity, pairs.gain, pairs.last_met, pairs.meetings,
            pairs.brokered, pairs.asked, pairs.next_first, pairs.next_second, pairs.slots,
            firms.first_pair, bodies.first_pair,
        )  # fmt: skip
        done += meetings
    apply_learning(first.size, first, second, learned, firms.knowledge)
    update_familiarity(pairs.count, run.values.familiarity_decay, pairs.familiarity, pairs.gain)
    return Meetings(first, second, row)


def _organise(
    run: Simulation, members: Codes, member_start: NDArray[np.int64], counts: Counts
) -> tuple[Codes, Codes]:
    """Let the policy decide who is brought together at this month's contact events."""
    state, scratch = run.state, run.scratch
    cluster_complex = run.region.mini_clusters.complex
    number = cluster_complex.size
    cluster = np.empty(number * MAXIMUM_EVENTS, np.int32)
    size = np.empty_like(cluster)
    places = np.empty_like(cluster)
    spent = np.zeros((2, state.balance.size))
    events = contact_events(
        run.key, state.month, run.parameters, member_start, cluster_complex, state.balance,
        cluster, size, places, spent,
    )  # fmt: skip
    if events == 0:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    counts.meetings_spent += spent[0]
    counts.introductions_spent += spent[1]
    np.add.at(counts.contacts, cluster_complex[cluster[:events]], 1.0)
    view = CoordinationView(
        run.key, state.month, run.parameters, cluster[:events], size[:events], places[:events],
        members, member_start, scratch.body_rows, scratch.body_start, cluster_complex, state,
    )  # fmt: skip
    introduced = run.settings.policy.introduce(view)
    limit = int(places[:events].sum())
    first = introduced.first[:limit].astype(np.int32)
    second = introduced.second[:limit].astype(np.int32)
    np.add.at(counts.introductions, state.firms.complex[first], 1.0)
    return first, second


def _small_tasks(run: Simulation, members: Codes, counts: Counts) -> tuple[Codes, Codes]:
    state, scratch, firms = run.state, run.scratch, run.state.firms
    first = np.empty(members.size, np.int32)
    second = np.empty(members.size, np.int32)
    introductions = run_small_tasks(
        run.key, state.month, run.parameters, state.balance, members, firms.identifier,
        firms.complex, firms.link_until, scratch.body_rows, scratch.body_start, first, second,
        counts.tasks, counts.tasks_spent,
    )  # fmt: skip
    return first[:introductions], second[:introductions]
