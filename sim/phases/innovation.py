"""Phases 5 to 8: joint R&D, licences, own innovation, spillovers (M2, J1, U1-U4, F3-F5)."""

from __future__ import annotations

import numpy as np

from ..ground.counts import Counts
from ..ground.random_numbers import Process, draw_columns
from ..innovation.completion import complete_projects
from ..innovation.proposals import propose_projects
from ..innovation.technology import advance_research, advance_shocks, spill_over
from ..innovation.transfer import commercialise, invent, sign_licences
from ..run import Run
from .meetings import Meetings

__all__ = ["advance_technology", "collaborate", "transfer"]

# Plain integers: compiled functions take an enumeration member far more slowly.
_SHOCK = int(Process.SHOCK)
_INNOVATION = int(Process.OWN_INNOVATION)


def collaborate(run: Run, meetings: Meetings, counts: Counts) -> None:
    """Let pairs that met propose projects, and complete those that are due (M2, M3, J1, J2)."""
    state, p, key = run.state, run.parameters, run.key
    firms, bodies, pairs, projects = state.firms, state.bodies, state.pairs, state.projects
    projects.reserve(projects.count + meetings.first.size)
    aided = np.zeros(counts.tasks.size, np.int64)
    policy = run.settings.policy
    projects.count = propose_projects(
        key, state.month, p, meetings.first.size, meetings.first, meetings.second, meetings.row,
        state.balance if policy.grants else np.zeros_like(state.balance), *run.passes,
        run.parameters.consortium_share, run.parameters.consortium_share if policy.pools else 0.0,
        firms.identifier, firms.complex, firms.member, firms.employees,
        firms.absorption, firms.research_intensity, firms.grant_flow, firms.projects,
        firms.knowledge, firms.first_pair, bodies.identifier, bodies.project_capacity,
        bodies.projects, bodies.knowledge, bodies.first_pair, pairs.first, pairs.second,
        pairs.familiarity, pairs.similarity, pairs.asked, pairs.projects, pairs.next_first,
        pairs.next_second, pairs.slots, projects.count, projects.first, projects.second,
        projects.third, projects.started, projects.due, projects.field, projects.success,
        projects.novelty, projects.grant, projects.flow, projects.draw, projects.draw_partner,
        counts.starts, aided, counts.research_spent,
    )  # fmt: skip
    counts.tasks += aided
    projects.count = complete_projects(
        key, state.month, p, projects.count, projects.first, projects.second, projects.third,
        projects.started, projects.due, projects.field, projects.success, projects.novelty,
        projects.grant, projects.flow, projects.draw, projects.draw_partner, firms.alive,
        firms.complex, firms.revenue, firms.absorption, firms.grant_flow, firms.projects,
        firms.gain_joint, firms.knowledge, bodies.projects, bodies.knowledge, pairs.first,
        pairs.second, pairs.familiarity, pairs.gain, pairs.projects, pairs.successes,
        pairs.slots, counts.successes,
    )  # fmt: skip


def transfer(run: Run, counts: Counts) -> None:
    """Let research bodies invent, and firms take and use licences (U1-U3)."""
    state, p, key, month = run.state, run.parameters, run.key, run.state.month
    firms, bodies, pairs = state.firms, state.bodies, state.pairs
    licences, shelf = state.licences, state.shelf
    invent(
        key, month, p, bodies.identifier, bodies.researchers, bodies.applied_share,
        bodies.applied_reference, bodies.project_capacity, bodies.projects, bodies.knowledge,
        bodies.inventions, bodies.licences_year, shelf.born, shelf.field, shelf.quality,
    )  # fmt: skip
    licences.reserve(licences.count + 4096)
    licences.count = sign_licences(
        key, month, p, pairs.count, pairs.first, pairs.second, pairs.familiarity,
        firms.identifier, firms.complex, firms.absorption, firms.knowledge, firms.cash,
        bodies.identifier, bodies.inventions, bodies.transfer_capacity, bodies.licences_year,
        bodies.income, shelf.born, shelf.field, shelf.quality, licences.count, licences.firm,
        licences.body, licences.due, licences.quality, licences.succeeds, counts.signed,
    )  # fmt: skip
    licences.count = commercialise(
        month, p, licences.count, licences.firm, licences.body, licences.due, licences.quality,
        licences.succeeds, firms.alive, firms.complex, firms.revenue, firms.royalty,
        firms.gain_transfer, bodies.income, counts.succeeded,
    )  # fmt: skip


def advance_technology(run: Run, counts: Counts) -> None:
    """Let shocks, own R&D and spillovers change what firms know how to do (F3-F6)."""
    state, p, key, scratch = run.state, run.parameters, run.key, run.scratch
    firms, pairs, month, n = state.firms, state.pairs, run.state.month, run.state.firms.count
    draw_columns(key, month, _SHOCK, n, firms.identifier, scratch.draw, scratch.second_draw)
    advance_shocks(p, n, firms.employees, scratch.draw, scratch.second_draw, firms.shock)
    np.multiply(firms.research_intensity[:n], firms.revenue[:n], out=scratch.own_spending[:n])
    scratch.grants[:n] += firms.grant_flow[:n]
    closed = run.settings.closed
    if "grants" in closed:
        scratch.grants[:n] = 0.0
    run.overrule_research(scratch.own_spending)
    draw_columns(key, month, _INNOVATION, n, firms.identifier, scratch.draw, scratch.second_draw)
    advance_research(
        run.settings.macro.price_index[month], p, n, scratch.draw, scratch.second_draw,
        firms.alive, firms.complex, firms.sector, firms.research_intensity, scratch.own_spending,
        scratch.grants,
        firms.research_stock, firms.research_lagged, firms.absorption, firms.gain_own,
        firms.gain_transfer, firms.gain_joint, firms.gain_meeting, run.anchors.sector_stock,
        run.anchors.sector_intensity, firms.revenue, counts.innovations,
    )  # fmt: skip
    spill_over(
        n, firms.alive, firms.complex, firms.sector, firms.knowledge, firms.research_stock,
        firms.spillover, firms.spillover_reference, run.weights, run.proximity,
        len(run.region.sectors.keys), run.parameters.business_stealing,
        0 if "ties" in closed else pairs.count, pairs.first, pairs.second, pairs.familiarity,
        pairs.similarity, scratch.draw,
    )  # fmt: skip
