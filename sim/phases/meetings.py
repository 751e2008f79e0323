"""Phases 3 and 4: who joins, who meets whom, what pairs learn (F7, M0, M1, K2, T1, T3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..coordination.events import contact_events
from ..coordination.membership import decide_membership
from ..coordination.policy import CoordinationView, Payments
from ..coordination.small_tasks import run_small_tasks
from ..ground.counts import Counts
from ..ground.random_numbers import Process, draw_columns
from ..network.contacts import Meetings, apply_learning, hold_meetings, update_familiarity
from ..network.encounters import background_encounters
from ..network.pairs import BODY
from ..run import Run
from .budget import Tranche, note_meetings
from .membership import report_benefit, start_programme
from .reports import file_reports
from .roles import assign_roles, needed_tasks

__all__ = ["meet"]

Codes = NDArray[np.int32]

_BACKGROUND = int(Process.BACKGROUND)
_JOINING = int(Process.JOINING)
MAXIMUM_EVENTS = 20


def _members_by_cluster(run: Run) -> tuple[Codes, NDArray[np.int64]]:
    """Rows of members sorted by mini-cluster (then row), and where each mini-cluster starts."""
    firms = run.state.firms
    rows = np.flatnonzero(firms.member[: firms.count] == 1)
    clusters = firms.mini_cluster[rows]
    members = rows[np.argsort(clusters, kind="stable")].astype(np.int32)
    number = run.region.mini_clusters.complex.size
    start = np.searchsorted(firms.mini_cluster[members], np.arange(number + 1)).astype(np.int64)
    return members, start


def meet(run: Run, tranche: Tranche, counts: Counts) -> Meetings:
    """Let firms join and leave, meet on their own or by the programme, and learn from it."""
    state, p, scratch, key = run.state, run.parameters, run.scratch, run.key
    firms, bodies, month = state.firms, state.bodies, state.month
    firms.lost_days[: firms.count] = 0.0
    scratch.grants[: firms.count] = 0.0

    room = firms.count
    first = np.empty(room, np.int32)
    second = np.empty(room, np.int32)
    pairs = state.pairs
    # The firm of 2003, not one that has taken a closed anchor's row.
    stands = (firms.alive[scratch.anchors] == 1) & (firms.entered[scratch.anchors] < 0)
    draw_columns(
        key, month, _BACKGROUND, firms.count, firms.identifier, scratch.draw, scratch.second_draw
    )
    spontaneous = background_encounters(
        key, month, run.parameters.background_rate, run.parameters.background_repeat,
        run.parameters.background_closure, run.parameters.anchor_share,
        np.where(stands, scratch.anchors, -1),
        firms.count, scratch.draw, firms.alive, firms.identifier, bodies.identifier,
        firms.complex, firms.research_intensity, scratch.places, scratch.place_start,
        scratch.body_rows, scratch.body_start, pairs.first, pairs.second, pairs.familiarity,
        pairs.next_first, pairs.next_second, firms.first_pair, bodies.first_pair, first, second,
    )  # fmt: skip
    firsts, seconds = [first[:spontaneous]], [second[:spontaneous]]

    if tranche.active:
        if tranche.starts:
            start_programme(run)
        if month % 12 == 0:
            report_benefit(run)
        policy = run.settings.policy
        if policy.joins:
            _join(run)
        assign_roles(run)
        file_reports(run)
        members, member_start = _members_by_cluster(run)
        view = _hold_events(run, members, member_start, counts)
        introduced = [_introduce(view, run, counts)] if policy.events else []
        if policy.tasks:
            introduced.append(_small_tasks(view, run, counts))
        for some, others in introduced:
            firsts.append(some)
            seconds.append(others)
        _pay(view, run, counts)

    first, second = np.concatenate(firsts), np.concatenate(seconds)
    row = np.empty(first.size, np.int32)
    learned = np.empty((first.size, 2, firms.knowledge.shape[1]))
    pairs.reserve(pairs.count + first.size)
    done = 0
    for brokered, meetings in ((0, spontaneous), (1, first.size - spontaneous)):
        part = slice(done, done + meetings)
        pairs.count = hold_meetings(
            key, month, p, brokered, meetings, first[part], second[part], row[part],
            learned[part], firms.knowledge, bodies.knowledge, firms.identifier, firms.sector,
            firms.absorption, firms.revenue, firms.log_productivity, run.anchors.sector_log_a,
            firms.gain_meeting, firms.lost_days, pairs.count, pairs.first, pairs.second,
            pairs.familiarity, pairs.similarity, pairs.gain, pairs.last_met, pairs.meetings,
            pairs.brokered, pairs.last_brokered, pairs.last_own, pairs.own_familiarity, pairs.tie,
            pairs.asked, pairs.next_first, pairs.next_second, pairs.slots,
            firms.first_pair, bodies.first_pair,
        )  # fmt: skip
        done += meetings
    apply_learning(first.size, first, second, learned, firms.knowledge)
    update_familiarity(pairs.count, run.parameters.familiarity_decay, pairs.familiarity, pairs.gain)
    return Meetings(first, second, row, spontaneous)


def _join(run: Run) -> None:
    """Let firms decide to join or to leave."""
    state, scratch = run.state, run.scratch
    firms, pairs = state.firms, state.pairs
    draw_columns(
        run.key, state.month, _JOINING, firms.count, firms.identifier, scratch.draw,
        scratch.second_draw,
    )  # fmt: skip
    decide_membership(
        run.parameters, state.joining_constant, state.reported_benefit, firms.count, scratch.draw,
        scratch.second_draw, firms.alive, firms.complex, firms.mini_cluster, firms.member,
        firms.employees, firms.revenue, firms.research_intensity, firms.first_pair, pairs.first,
        pairs.second, pairs.familiarity, pairs.next_first, pairs.next_second,
        scratch.membership,
    )  # fmt: skip
    run.overrule_membership(scratch.membership)
    firms.member[: firms.count] = scratch.membership[: firms.count]


def _hold_events(
    run: Run, members: Codes, member_start: NDArray[np.int64], counts: Counts
) -> CoordinationView:
    """Hold this month's contact events, and return what the policy may look at."""
    state, scratch = run.state, run.scratch
    cluster_complex = run.region.mini_clusters.complex
    number = cluster_complex.size
    cluster = np.empty(number * MAXIMUM_EVENTS, np.int32)
    size = np.empty_like(cluster)
    places = np.empty_like(cluster)
    spent = np.zeros((2, state.balance.size))
    events = 0
    if run.settings.policy.events:
        events = contact_events(
            run.key, state.month, run.parameters, member_start, cluster_complex, state.balance,
            cluster, size, places, spent,
        )  # fmt: skip
        counts.meetings_spent += spent[0]
        counts.introductions_spent += spent[1]
        np.add.at(counts.contacts, cluster_complex[cluster[:events]], 1.0)
        note_meetings(run, members, counts.contacts, spent.sum(axis=0))
    return CoordinationView(
        key=run.key,
        month=state.month,
        parameters=run.parameters,
        event_cluster=cluster[:events],
        event_size=size[:events],
        event_introductions=places[:events],
        members=members,
        member_start=member_start,
        body_rows=scratch.body_rows,
        body_start=scratch.body_start,
        cluster_complex=cluster_complex,
        distance=run.region.complexes.distance,
        weights=run.weights,
        proximity=run.proximity,
        central_row=run.governance.lag.size - 2,
        screening=run.passes,
        state=state,
    )


def _introduce(view: CoordinationView, run: Run, counts: Counts) -> tuple[Codes, Codes]:
    """Let the policy decide who is brought together at this month's contact events."""
    limit = view.places
    if limit == 0:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    introduced = run.settings.policy.introduce(view)
    first = introduced.first[:limit].astype(np.int32)
    second = introduced.second[:limit].astype(np.int32)
    _check_introductions(run, first, second)
    np.add.at(counts.introductions, run.state.firms.complex[first], 1.0)
    return first, second


def _check_introductions(run: Run, first: Codes, second: Codes) -> None:
    """Refuse pairs of a policy that are none: compiled code would write beyond its tables."""
    firms, bodies = run.state.firms, run.state.bodies
    is_firm = second < BODY
    row = np.where(is_firm, second, second - BODY)
    known = np.where(is_firm, firms.count, bodies.count)
    valid = first.size == second.size
    valid = valid and bool(((first >= 0) & (first < firms.count) & (first != second)).all())
    valid = valid and bool(((row >= 0) & (row < known)).all())
    valid = valid and bool((firms.member[first] == 1).all())
    if not valid or not (firms.member[second[is_firm]] == 1).all():
        raise ValueError(
            f"policy {run.settings.policy.key} introduces others than a member and another"
            " member or a research body"
        )


def _check_payments(run: Run, payments: Payments) -> None:
    """Refuse payments of a policy to others than operating firms, each once."""
    firms, rows, amounts = run.state.firms, payments.rows, payments.amounts
    valid = rows.size == amounts.size and np.unique(rows).size == rows.size
    valid = valid and bool(((rows >= 0) & (rows < firms.count)).all())
    valid = valid and bool((np.isfinite(amounts) & (amounts >= 0.0)).all())
    if not valid or not (firms.alive[rows] == 1).all():
        raise ValueError(
            f"policy {run.settings.policy.key} pays others than operating firms, each once,"
            " or amounts that are not numbers from 0"
        )


def _pay(view: CoordinationView, run: Run, counts: Counts) -> None:
    """Let the policy pay firms out of what is not yet spent."""
    payments = run.settings.policy.pay(view)
    if payments is None or payments.rows.size == 0:
        return
    _check_payments(run, payments)
    state, firms = run.state, run.state.firms
    place = firms.complex[payments.rows]
    asked = np.bincount(place, weights=payments.amounts, minlength=state.balance.size)
    if payments.pooled:
        total = float(asked.sum())
        cut = np.full(asked.size, min(1.0, float(state.balance.sum()) / max(total, 1e-9)))
        paid = asked * cut
        state.balance -= state.balance * (float(paid.sum()) / max(float(state.balance.sum()), 1e-9))
    else:
        cut = np.minimum(1.0, state.balance / np.maximum(asked, 1e-9))
        paid = asked * cut
        state.balance -= paid
    amounts = payments.amounts * cut[place]
    if payments.research:
        run.scratch.grants[payments.rows] = amounts
        counts.support_spent += paid
    else:
        if "cash" not in run.settings.closed:
            firms.cash[payments.rows] += amounts
        counts.transfers_spent += paid


def _small_tasks(view: CoordinationView, run: Run, counts: Counts) -> tuple[Codes, Codes]:
    """Give members small tasks, in the order in which the policy queues them."""
    state, scratch, firms = run.state, run.scratch, run.state.firms
    members = run.settings.policy.queue(view)
    if not np.array_equal(np.sort(members), np.sort(view.members)):
        raise ValueError(f"policy {run.settings.policy.key} queues others than all members, once")
    first = np.empty(members.size, np.int32)
    second = np.empty(members.size, np.int32)
    introductions = run_small_tasks(
        run.key, state.month, run.parameters, state.balance, members, firms.identifier,
        firms.complex, firms.link_until, needed_tasks(run, members), scratch.body_rows,
        scratch.body_start, first, second, counts.tasks, counts.tasks_spent,
    )  # fmt: skip
    return first[:introductions], second[:introductions]
