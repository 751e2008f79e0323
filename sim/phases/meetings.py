"""Phases 3 and 4: who joins, who meets whom, what pairs learn (F7, M0, M1, K2, T1, T3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..coordination.events import Events, contact_events, contact_rates
from ..coordination.membership import decide_membership
from ..coordination.policy import CoordinationView, Payments
from ..coordination.small_tasks import run_small_tasks
from ..ground.counts import Counts
from ..ground.forms import Step, form_code, own_step
from ..ground.grouped_rows import GroupedRows
from ..ground.random_numbers import Process, draw_columns
from ..network.activity import Activity, set_activity, spread_activity
from ..network.contacts import Meetings, apply_learning, hold_meetings, update_familiarity
from ..network.encounters import background_encounters
from ..network.pairs import BODY
from ..run import Run
from .budget import Tranche, note_meetings, planned_contacts, reserved_for_research
from .membership import report_benefit, start_programme
from .reports import file_reports
from .roles import assign_roles, needed_tasks

__all__ = ["meet"]

Codes = NDArray[np.int32]

_BACKGROUND = int(Process.BACKGROUND)
_JOINING = int(Process.JOINING)
_STAFF = form_code("occasions", "staff")


def meet(run: Run, tranche: Tranche, counts: Counts) -> Meetings:
    """Let firms join and leave, meet on their own or by the programme, and learn from it."""
    firms = run.state.firms
    firms.lost_days[: firms.count] = 0.0
    run.scratch.grants[: firms.count] = 0.0
    encounters = [_encounters(run)]  # M1
    if tranche.active:
        _prepare_programme(run, tranche)  # M0, F7
        encounters += _brokered(run, counts)  # M1, M3
    first, second = (np.concatenate(actors) for actors in zip(*encounters, strict=True))
    meetings = Meetings.between(first, second, spontaneous=encounters[0][0].size)
    _learn(run, meetings)  # T1, T3, K2
    return meetings


def _encounters(run: Run) -> tuple[Codes, Codes]:
    """M1: who meets whom without the programme."""
    state, scratch, firms = run.state, run.scratch, run.state.firms
    # The firm of 2003, not one that has taken a closed anchor's row.
    stands = (firms.alive[scratch.anchors] == 1) & (firms.entered[scratch.anchors] < 0)
    activity = _activity(run)
    draw_columns(
        run.key, state.month, _BACKGROUND, firms.count, firms.identifier, scratch.draw,
        scratch.second_draw,
    )  # fmt: skip
    # A firm has at most one occasion more than its rate.
    first, second = np.empty((2, firms.count + 1 + int(activity.rate.sum())), np.int32)
    number = background_encounters(
        run.key, state.month, run.parameters, np.where(stands, scratch.anchors, -1),
        scratch.draw, activity, scratch.body_places, firms, state.bodies, state.pairs, first,
        second,
    )  # fmt: skip
    return first[:number], second[:number]


def _activity(run: Run) -> Activity:
    """M1: how often firms meet somebody this month."""
    firms = run.state.firms
    place = firms.complex[: firms.count]
    if not run.activity.has_room(place):
        run.activity = Activity.of(place, run.activity.filled.size)
    exponent = run.parameters.occasion_exponent if run.forms.occasions == _STAFF else 0.0
    set_activity(exponent, run.parameters, firms, run.activity)
    step = own_step("occasions", run.forms.occasions)
    if step is not None:
        _set_own_activity(step, run)
    return run.activity


def _set_own_activity(step: Step, run: Run) -> None:
    """M1: rates by the weights that a form of another package gives; their mean stays ν_b."""
    firms, p = run.state.firms, run.parameters
    n = firms.count
    rows = np.flatnonzero((firms.alive[:n] == 1) & (firms.research_intensity[:n] > 0.0))
    weight = step(firms.research_intensity[rows] * firms.revenue[rows], p)
    if weight.shape != rows.shape or not (np.isfinite(weight) & (weight >= 0.0)).all():
        raise ValueError("a form of the rule occasions gives no weight from 0 for each R&D firm")
    if weight.sum() > 0.0:
        spread_activity(p.background_rate, rows, weight.astype(np.float64), run.activity)


def _prepare_programme(run: Run, tranche: Tranche) -> None:
    """Let firms report, join and leave, and members take up their roles (M0, F7)."""
    if tranche.starts:
        start_programme(run)
    if run.state.month % 12 == 0:
        report_benefit(run)
    if run.settings.policy.joins:
        _join(run)
    assign_roles(run)
    file_reports(run)


def _brokered(run: Run, counts: Counts) -> list[tuple[Codes, Codes]]:
    """Who meets whom at events and by small tasks of the programme, which also pays firms."""
    policy = run.settings.policy
    view = _hold_events(run, _members_by_cluster(run), counts)
    introduced = [_introduce(view, run, counts)] if policy.events else []
    if policy.tasks:
        introduced.append(_small_tasks(view, run, counts))
    _pay(view, run, counts)
    return introduced


def _learn(run: Run, meetings: Meetings) -> None:
    """Let meetings take place and teach (T1, T3, K2)."""
    state, p = run.state, run.parameters
    firms, pairs = state.firms, state.pairs
    learned = np.empty((meetings.first.size, 2, firms.knowledge.shape[1]))
    pairs.reserve(pairs.count + meetings.first.size)
    pairs.count = hold_meetings(
        state.month, p, run.forms, meetings, learned, run.usual_productivity, firms,
        state.bodies, pairs,
    )  # fmt: skip
    apply_learning(meetings, learned, firms)
    update_familiarity(p.familiarity_decay, pairs)


def _members_by_cluster(run: Run) -> GroupedRows:
    firms = run.state.firms
    rows = np.flatnonzero(firms.member[: firms.count] == 1)
    members = GroupedRows.of(firms.mini_cluster[rows], run.region.mini_clusters.complex.size)
    return GroupedRows(rows[members.rows].astype(np.int32), members.start)


def _join(run: Run) -> None:
    """Let firms decide to join or to leave."""
    state, scratch, firms = run.state, run.scratch, run.state.firms
    draw_columns(
        run.key, state.month, _JOINING, firms.count, firms.identifier, scratch.draw,
        scratch.second_draw,
    )  # fmt: skip
    decide_membership(
        run.parameters, state.joining_constant, state.reported_benefit, scratch.draw,
        scratch.second_draw, firms, state.pairs, scratch.membership,
    )  # fmt: skip
    run.overrule_membership(scratch.membership)
    firms.member[: firms.count] = scratch.membership[: firms.count]


def _hold_events(run: Run, members: GroupedRows, counts: Counts) -> CoordinationView:
    """Hold this month's contact events, and return what the policy may look at."""
    state, scratch = run.state, run.scratch
    cluster_complex = run.region.mini_clusters.complex
    p = run.parameters
    planned, formal_share = planned_contacts(run)
    rates = contact_rates(planned, p.contact_members_exponent, members)
    events = Events.room_for(rates, state.balance.size)
    held = 0
    if run.settings.policy.events:
        held = contact_events(
            run.key, state.month, p, rates, formal_share, members, cluster_complex,
            state.balance, events,
        )  # fmt: skip
        counts.meetings_spent += events.spent[0]
        counts.introductions_spent += events.spent[1]
        np.add.at(counts.contacts, cluster_complex[events.cluster[:held]], 1.0)
        meetings = cluster_complex[events.cluster[:held]][events.formal[:held] == 1]
        np.add.at(counts.formal_meetings, meetings, 1.0)
        note_meetings(run, members.rows, counts.contacts, events.spent.sum(axis=0))
    return CoordinationView(
        key=run.key,
        month=state.month,
        parameters=run.parameters,
        forms=run.forms,
        event_cluster=events.cluster[:held],
        event_size=events.size[:held],
        event_introductions=events.introductions[:held],
        members=members.rows,
        member_start=members.start,
        body_rows=scratch.body_places.rows,
        body_start=scratch.body_places.start,
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
    """Give members small tasks, first to those whom the policy prefers."""
    state, members = run.state, view.members
    chosen = run.settings.policy.preferred(view)
    preferred = np.zeros(members.size, np.int8) if chosen is None else chosen.astype(np.int8)
    if preferred.shape != members.shape or not ((preferred == 0) | (preferred == 1)).all():
        raise ValueError(
            f"policy {run.settings.policy.key} gives others than 0 or 1 for each member"
        )
    first, second = np.empty((2, members.size), np.int32)
    spendable = state.balance - reserved_for_research(run)
    introductions = run_small_tasks(
        run.key, state.month, run.parameters, spendable, members,
        needed_tasks(run, members), preferred, state.firms, run.scratch.body_places, first,
        second, counts,
    )  # fmt: skip
    state.balance -= counts.tasks_spent
    return first[:introductions], second[:introductions]
