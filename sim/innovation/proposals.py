"""Phase 5: proposals, screening, start of joint R&D (M2, M3, J2, T2)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import log
from innocluster.agents.firms import FirmTable
from innocluster.agents.knowledge import Knowledge, novelty_value
from innocluster.agents.relations import erlang_months, proposal_probability, success_probability
from innocluster.agents.research_bodies import ResearchBodyTable

from ..ground.counts import Counts
from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms
from ..network.contacts import Meetings
from ..network.pairs import (
    BODY,
    PairTable,
    common_trust,
    following_pair,
    partner_in,
)
from .grants import GrantRules, GrantTerms, screened_grant
from .projects import ProjectTable

__all__ = [
    "PROJECT_STAGES",
    "count_project",
    "project_room",
    "propose_projects",
]

_PROPOSAL = int(Process.PROPOSAL)
_TERMS = int(Process.PROJECT_TERMS)
_SCREENING = int(Process.SCREENING)

PROJECT_STAGES = 3
"""Erlang stages of a joint project, J1."""

# What a pair wants, M2.
_NOTHING, _WITH_GRANT, _ANYWAY = 0, 1, 2


@inlined
def project_room(employees: float, large_firm: float) -> int:
    """J2: concurrent joint projects: one below 20 employees, two below 100, three, large five."""
    if employees >= large_firm:
        return 5
    if employees >= 100.0:
        return 3
    return 2 if employees >= 20.0 else 1


@inlined
def _has_room(actor: int, p: Parameters, firms: FirmTable, bodies: ResearchBodyTable) -> bool:
    """J2: whether an actor can take part in one more project."""
    if actor >= BODY:
        return bool(bodies.projects[actor - BODY] < bodies.project_capacity[actor - BODY])
    return bool(firms.projects[actor] < project_room(firms.employees[actor], p.large_firm))


@inlined
def count_project(actor: int, change: int, firms: FirmTable, bodies: ResearchBodyTable) -> None:
    """J2: add `change` to the joint projects that an actor has under way."""
    if actor >= BODY:
        bodies.projects[actor - BODY] += change
    else:
        firms.projects[actor] += change


@compiled
def propose_projects(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    meetings: Meetings,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    pairs: PairTable,
    projects: ProjectTable,
    rules: GrantRules,
    money: GrantTerms,
    counts: Counts,
) -> int:
    """M2, M3: pairs that met propose; the programme screens and pays; projects start.

    Pairs come up in the order of a draw of their own, so that neither the rows of firms nor
    the order of meetings decides who gets the last money and the last room.  A pair that
    would propose without a grant goes ahead when it is turned down.

    Parameters
    ----------
    projects : with room for a project a meeting
    counts : projects that seek a grant, that get one, that start, and grants are added

    Returns
    -------
    number of projects in the table
    """
    count = projects.count
    offered = money.balance > 0.0
    for m in _line_up(key, month, p, meetings, firms, bodies, pairs, offered):
        row = meetings.row[m]
        a: Any = np.int64(meetings.first[m])
        b: Any = np.int64(meetings.second[m])
        c = firms.complex[a]
        eligible = _can_be_aided(a, b, firms) and offered[c]
        low, high = _draw_entities(a, b, firms, bodies)
        u, v, _, _ = uniforms(key, low, month, _PROPOSAL, high)
        wish, structure, omega = _wish(u, row, a, b, eligible, p, firms, bodies, pairs)
        if wish == _NOTHING:
            continue
        if eligible:
            counts.found[c] += 1
        familiarity = np.float64(pairs.familiarity[row])
        chance = success_probability(
            p.success_low,
            p.success_high,
            p.success_relational,
            familiarity,
            structure,
            omega,
            p.success_distance,
            p.success_ceiling,
        )
        t, w, x, y = uniforms(key, low, month, _TERMS, high)
        third = -1
        if t < (money.aided_share if eligible else money.consortium_share):
            third = _third_partner(a, b, p, firms, bodies, pairs)
        amount = 0.0
        if eligible:
            s, _, _, _ = uniforms(key, low, month, _SCREENING, high)
            amount = screened_grant(s, v, chance, third >= 0, firms.employees[a], p, rules, money)
            if amount > money.balance[c]:
                amount = 0.0
        if amount <= 0.0 and wish == _WITH_GRANT:
            continue
        projects.success[count] = chance
        projects.novelty[count] = omega
        projects.grant[count] = amount
        projects.draw[count] = low
        projects.draw_partner[count] = high
        duration = erlang_months(PROJECT_STAGES, p.project_duration, (w, x, y, 1.0))
        _start_project(count, month, duration, (a, b, third), firms, bodies, projects)
        count += 1
        pairs.projects[row] += 1
        money.balance[c] -= amount
        counts.research_spent[c] += amount
        counts.starts[c] += 1
        if amount > 0.0:
            counts.tasks[c] += 1
    return count


@compiled
def _line_up(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    meetings: Meetings,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    pairs: PairTable,
    offered: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """M2, M3: meetings whose pairs may propose, in the order in which they come up.

    Parameters
    ----------
    offered : (C,) whether the programme has money when the month begins
    """
    place = np.empty(meetings.first.size, np.int64)
    turn = np.empty(meetings.first.size)
    waiting = 0
    for m in range(meetings.first.size):
        row = meetings.row[m]
        a: Any = np.int64(meetings.first[m])
        b: Any = np.int64(meetings.second[m])
        if not _asks(month, row, a, b, firms, pairs):
            continue
        eligible = _can_be_aided(a, b, firms) and offered[firms.complex[a]]
        low, high = _draw_entities(a, b, firms, bodies)
        u, _, _, _ = uniforms(key, low, month, _PROPOSAL, high)
        if log(u) < _highest_log_odds(row, b, eligible, p, pairs):
            _, drawn, _, _ = uniforms(key, low, month, _SCREENING, high)
            place[waiting] = m
            turn[waiting] = drawn
            waiting += 1
    return place[np.argsort(turn[:waiting], kind="mergesort")]


@inlined
def _asks(month: int, row: int, a: int, b: int, firms: FirmTable, pairs: PairTable) -> bool:
    """M2: whether a pair looks at a project; once a month, and only where all firms do R&D."""
    if pairs.asked[row] == month or firms.research_intensity[a] <= 0.0:
        return False
    pairs.asked[row] = month
    return bool(b >= BODY or firms.research_intensity[b] > 0.0)


@inlined
def _can_be_aided(a: int, b: int, firms: FirmTable) -> bool:
    """M3: whether the programme may pay: members, among themselves or with research bodies."""
    return bool(firms.member[a] == 1 and (b >= BODY or firms.member[b] == 1))


@inlined
def _draw_entities(a: int, b: int, firms: FirmTable, bodies: ResearchBodyTable) -> tuple[int, int]:
    """Identifiers of a pair, the lower one first: the entities of its draws."""
    one: int = firms.identifier[a]
    other: int = bodies.identifier[b - BODY] if b >= BODY else firms.identifier[b]
    return min(one, other), max(one, other)


@inlined
def _plain_terms(
    row: int, b: int, eligible: bool, p: Parameters, pairs: PairTable
) -> tuple[float, float, float]:
    """M2: what familiarity, a research body as partner and a likely grant add to the log odds."""
    trust_term = p.proposal_familiarity * np.float64(pairs.familiarity[row])
    body_term = p.proposal_research_body if b >= BODY else 0.0
    subsidy_term = p.proposal_subsidy if eligible else 0.0
    return trust_term, body_term, subsidy_term


@inlined
def _highest_log_odds(row: int, b: int, eligible: bool, p: Parameters, pairs: PairTable) -> float:
    """M2: log odds with a structural credit and a novelty of 1, which are the highest.

    The logistic function lies below the exponential: most pairs are decided by this alone.
    """
    trust_term, body_term, subsidy_term = _plain_terms(row, b, eligible, p, pairs)
    best = p.proposal_base + max(0.0, p.proposal_structure) + max(0.0, p.proposal_distance)
    return best + trust_term + body_term + subsidy_term


@compiled
def _wish(
    u: float,
    row: int,
    a: int,
    b: int,
    eligible: bool,
    p: Parameters,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    pairs: PairTable,
) -> tuple[int, float, float]:
    """M2, T2, K4: what a pair wants, its structural credit and the value of its distance."""
    trust_term, body_term, subsidy_term = _plain_terms(row, b, eligible, p, pairs)
    if not _has_room(a, p, firms, bodies) or not _has_room(b, p, firms, bodies):
        return _NOTHING, 0.0, 0.0
    other_absorption = firms.absorption[a] if b >= BODY else firms.absorption[b]
    omega = novelty_value(
        1.0 - np.float64(pairs.similarity[row]),
        p.optimal_distance,
        p.distance_absorption,
        0.5 * (firms.absorption[a] + other_absorption),
    )
    novelty_term = p.proposal_distance * omega
    # Structural credit is at most 1, so most pairs are decided without it.
    if u >= proposal_probability(
        p.proposal_base, trust_term, p.proposal_structure, novelty_term, body_term, subsidy_term
    ):
        return _NOTHING, 0.0, omega
    structure = common_trust(a, b, pairs, firms, bodies)
    structure_term = p.proposal_structure * structure
    if u >= proposal_probability(
        p.proposal_base, trust_term, structure_term, novelty_term, body_term, subsidy_term
    ):
        return _NOTHING, structure, omega
    unaided = u < proposal_probability(
        p.proposal_base, trust_term, structure_term, novelty_term, body_term, 0.0
    )
    return (_ANYWAY if unaided else _WITH_GRANT), structure, omega


@compiled
def _third_partner(
    a: int,
    b: int,
    p: Parameters,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    pairs: PairTable,
) -> int:
    """J1: the most familiar other partner of `a` that does R&D and has room, or -1."""
    best = -1
    value = p.tie_familiarity
    row = firms.first_pair[a]
    while row >= 0:
        other = partner_in(row, a, pairs)
        if (
            other != b
            and pairs.familiarity[row] > value
            and (other >= BODY or firms.research_intensity[other] > 0.0)
            and _has_room(other, p, firms, bodies)
        ):
            value = np.float64(pairs.familiarity[row])
            best = other
        row = following_pair(row, a, pairs)
    return best


@inlined
def _start_project(
    n: int,
    month: int,
    duration: int,
    team: tuple[int, int, int],
    firms: FirmTable,
    bodies: ResearchBodyTable,
    projects: ProjectTable,
) -> None:
    """J1, J2, M3: row `n`, of which the terms stand, starts; its grant flows to its firms."""
    a, b, third = team
    receivers = 1 + (1 if b < BODY else 0) + (1 if 0 <= third < BODY else 0)
    projects.first[n] = a
    projects.second[n] = b
    projects.third[n] = third
    projects.started[n] = month
    projects.due[n] = month + duration
    projects.field[n] = _joint_field(
        firms.knowledge[a], bodies.knowledge[b - BODY] if b >= BODY else firms.knowledge[b]
    )
    projects.flow[n] = projects.grant[n] / duration / receivers
    for actor in team:
        if actor >= 0:
            count_project(actor, 1, firms, bodies)
            if actor < BODY:
                firms.grant_flow[actor] += projects.flow[n]


@inlined
def _joint_field(own: Knowledge, other: Knowledge) -> int:
    """J1: the field in which two actors know most together."""
    best = 0
    value = -1.0
    for f in range(own.size):
        product = np.float64(own[f]) * other[f]
        if product > value:
            value = product
            best = f
    return best
