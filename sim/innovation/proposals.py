"""Phase 5: proposals, screening, start of joint R&D (M2, M3, J2, T2)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import exp, log, normal_quantile
from innocluster.agents.knowledge import Knowledge, novelty_value
from innocluster.agents.membership import LARGE_FIRM
from innocluster.agents.relations import erlang_months, proposal_probability, success_probability

from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms
from ..network.pairs import BODY, TIE_FAMILIARITY, common_trust

__all__ = ["PROJECT_STAGES", "count_project", "grant_rate", "project_room", "propose_projects"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Small = NDArray[np.int16]
Flags = NDArray[np.int8]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]

_PROPOSAL = int(Process.PROPOSAL)
_TERMS = int(Process.PROJECT_TERMS)
_SCREENING = int(Process.SCREENING)

# M3, rules of the programme (cluster.or.kr): caps in KRW million.
FIELD_CAP = 200.0
PROJECT_CAP = 400.0
GOOD_PROJECT = 0.5
PROJECT_STAGES = 3
"""Erlang stages of a joint project, J1."""


@inlined
def grant_rate(employees: float) -> float:
    """M3: highest grant over cost: 75 % small and medium, 60 % mid-size, 33 % large firms."""
    if employees < LARGE_FIRM:
        return 0.75
    return 0.60 if employees < 1000.0 else 0.33


@inlined
def project_room(employees: float) -> int:
    """J2: concurrent joint projects: one below 20 employees, two below 100, three, large five."""
    if employees >= LARGE_FIRM:
        return 5
    if employees >= 100.0:
        return 3
    return 2 if employees >= 20.0 else 1


@inlined
def _has_room(
    actor: int, employees: Floats, projects: Small, body_room: Small, body_projects: Small
) -> bool:
    if actor >= BODY:
        return bool(body_projects[actor - BODY] < body_room[actor - BODY])
    return bool(projects[actor] < project_room(employees[actor]))


@inlined
def count_project(actor: int, change: int, projects: Small, body_projects: Small) -> None:
    """J2: add `change` to the joint projects that an actor has under way."""
    if actor >= BODY:
        body_projects[actor - BODY] += change
    else:
        projects[actor] += change


@inlined
def _joint_field(own: Knowledge, other: Knowledge) -> int:
    best = 0
    value = -1.0
    for f in range(own.size):
        product = np.float64(own[f]) * other[f]
        if product > value:
            value = product
            best = f
    return best


@compiled
def _third_partner(
    a: int,
    b: int,
    first: Codes,
    second: Codes,
    familiarity: Singles,
    next_first: Codes,
    next_second: Codes,
    firm_head: Codes,
    employees: Floats,
    research_intensity: Floats,
    projects: Small,
    body_room: Small,
    body_projects: Small,
) -> int:
    """J1: the most familiar other partner of `a` that does R&D and has room, or -1."""
    best = -1
    value = TIE_FAMILIARITY
    row = firm_head[a]
    while row >= 0:
        is_first = first[row] == a
        other = second[row] if is_first else first[row]
        if (
            other != b
            and familiarity[row] > value
            and (other >= BODY or research_intensity[other] > 0.0)
            and _has_room(other, employees, projects, body_room, body_projects)
        ):
            value = familiarity[row]
            best = other
        row = next_first[row] if is_first else next_second[row]
    return best


@compiled
def propose_projects(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    meetings: int,
    meeting_first: Codes,
    meeting_second: Codes,
    meeting_row: Codes,
    balance: Floats,
    passes_good: float,
    passes_bad: float,
    consortium_share: float,
    aided_share: float,
    identifier: Integers,
    complex_: Small,
    member: Flags,
    employees: Floats,
    absorption: Floats,
    research_intensity: Floats,
    grant_flow: Floats,
    projects: Small,
    firm_knowledge: Knowledge,
    firm_head: Codes,
    body_identifier: Integers,
    body_room: Small,
    body_projects: Small,
    body_knowledge: Knowledge,
    body_head: Codes,
    first: Codes,
    second: Codes,
    familiarity: Singles,
    similarity: Singles,
    asked: Small,
    pair_projects: Small,
    next_first: Codes,
    next_second: Codes,
    slots: Codes,
    project_count: int,
    project_first: Codes,
    project_second: Codes,
    project_third: Codes,
    started: Small,
    due: Small,
    project_field: Small,
    success: Floats,
    novelty: Floats,
    grant: Floats,
    flow: Floats,
    draw: Integers,
    draw_partner: Integers,
    starts: Integers,
    aided: Integers,
    spent: Floats,
) -> int:
    """M2, M3: pairs that met propose; the programme screens and pays; projects start.

    A pair that would propose without a grant goes ahead when it is turned down.

    Parameters
    ----------
    balance : (C,) KRW million, reduced by grants
    passes_good, passes_bad : chance that a project above and below `GOOD_PROJECT` gets a grant
    consortium_share : share of projects that look for a third partner
    aided_share : the same among those that can get a grant
    starts, aided : (C,) projects started, and those of them with a grant; added to
    spent : (C,) grants for joint R&D, added to

    Returns
    -------
    number of projects in the table
    """
    best = p.proposal_base + max(0.0, p.proposal_structure) + max(0.0, p.proposal_distance)
    for m in range(meetings):
        row = meeting_row[m]
        a: Any = np.int64(meeting_first[m])
        b: Any = np.int64(meeting_second[m])
        if asked[row] == month or research_intensity[a] <= 0.0:
            continue
        asked[row] = month
        if b < BODY and research_intensity[b] <= 0.0:
            continue
        c = complex_[a]
        eligible = member[a] == 1 and (b >= BODY or member[b] == 1) and balance[c] > 0.0
        id_a = identifier[a]
        id_b = body_identifier[b - BODY] if b >= BODY else identifier[b]
        low = min(id_a, id_b)
        high = max(id_a, id_b)
        body_term = p.proposal_research_body if b >= BODY else 0.0
        subsidy_term = p.proposal_subsidy if eligible else 0.0
        trust_term = p.proposal_familiarity * familiarity[row]
        u, v, _, _ = uniforms(key, low, month, _PROPOSAL, high)
        # Credit and novelty are at most 1 and the logistic below the exponential: most end here.
        if log(u) >= best + trust_term + body_term + subsidy_term:
            continue
        if not _has_room(a, employees, projects, body_room, body_projects) or not _has_room(
            b, employees, projects, body_room, body_projects
        ):
            continue
        other_absorption = absorption[a] if b >= BODY else absorption[b]
        omega = novelty_value(
            1.0 - similarity[row],
            p.optimal_distance,
            p.distance_absorption,
            0.5 * (absorption[a] + other_absorption),
        )
        novelty_term = p.proposal_distance * omega
        # Structural credit is at most 1, so most pairs are decided without it.
        if u >= proposal_probability(
            p.proposal_base, trust_term, p.proposal_structure, novelty_term, body_term, subsidy_term
        ):
            continue
        structure = common_trust(
            a, b, first, second, familiarity, next_first, next_second, slots, firm_head, body_head
        )
        structure_term = p.proposal_structure * structure
        if u >= proposal_probability(
            p.proposal_base, trust_term, structure_term, novelty_term, body_term, subsidy_term
        ):
            continue
        unaided = u < proposal_probability(
            p.proposal_base, trust_term, structure_term, novelty_term, body_term, 0.0
        )
        chance = success_probability(
            p.success_low,
            p.success_high,
            p.success_relational,
            familiarity[row],
            structure,
            omega,
            p.success_distance,
        )
        t, w, x, y = uniforms(key, low, month, _TERMS, high)
        third = -1
        if t < (aided_share if eligible else consortium_share):
            third = _third_partner(
                a,
                b,
                first,
                second,
                familiarity,
                next_first,
                next_second,
                firm_head,
                employees,
                research_intensity,
                projects,
                body_room,
                body_projects,
            )
        amount = 0.0
        if eligible:
            passes = passes_good if chance >= GOOD_PROJECT else passes_bad
            s, _, _, _ = uniforms(key, low, month, _SCREENING, high)
            if s < passes:
                cost = p.project_cost * exp(0.6 * normal_quantile(v)) * (1.0 if third < 0 else 1.8)
                amount = min(
                    grant_rate(employees[a]) * cost, FIELD_CAP if third < 0 else PROJECT_CAP
                )
                if amount > balance[c]:
                    amount = 0.0
        if amount <= 0.0 and not unaided:
            continue
        duration = erlang_months(PROJECT_STAGES, p.project_duration, (w, x, y, 1.0))
        firms = 1 + (1 if b < BODY else 0) + (1 if 0 <= third < BODY else 0)
        n = project_count
        project_count += 1
        project_first[n] = a
        project_second[n] = b
        project_third[n] = third
        started[n] = month
        due[n] = month + duration
        project_field[n] = _joint_field(
            firm_knowledge[a], body_knowledge[b - BODY] if b >= BODY else firm_knowledge[b]
        )
        success[n] = chance
        novelty[n] = omega
        grant[n] = amount
        flow[n] = amount / duration / firms
        draw[n] = low
        draw_partner[n] = high
        pair_projects[row] += 1
        for actor in (a, b, third):
            if actor >= 0:
                count_project(actor, 1, projects, body_projects)
                if actor < BODY:
                    grant_flow[actor] += flow[n]
        balance[c] -= amount
        spent[c] += amount
        starts[c] += 1
        if amount > 0.0:
            aided[c] += 1
    return project_count
