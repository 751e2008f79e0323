"""Phases 5 to 8: joint R&D, licences, own innovation, spillovers (M2, J1, U1-U4, F3-F5)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..ground.counts import Counts
from ..ground.forms import form_code
from ..ground.random_numbers import Process, draw_columns
from ..innovation.completion import complete_projects
from ..innovation.grants import GrantTerms
from ..innovation.proposals import propose_projects
from ..innovation.research import balancing_starts, set_spending, start_and_stop
from ..innovation.spillovers import spill_over, stock_growth
from ..innovation.technology import (
    advance_research,
    advance_shocks,
    meetings_kept,
)
from ..innovation.transfer import commercialise, invent, sign_licences
from ..network.contacts import Meetings
from ..run import Run

__all__ = ["advance_technology", "collaborate", "transfer"]

# Plain integers: compiled functions take an enumeration member far more slowly.
_SHOCK = int(Process.SHOCK)
_INNOVATION = int(Process.OWN_INNOVATION)
_RESEARCH = int(Process.RESEARCH)
_ACQUAINTANCE = form_code("spillover_ties", "acquaintance")
_FROZEN = form_code("research", "frozen")
SETTLING = 60
"""Months over which the hazard of starting R&D is averaged before 2003."""
Floats = NDArray[np.float64]

LICENCES_A_MONTH = 4096
"""Room for licences that are signed in a month; more than that are not."""


def collaborate(run: Run, meetings: Meetings, counts: Counts) -> None:
    """Let pairs that met propose projects, and complete those that are due (M2, M3, J1, J2)."""
    state, p, key, month = run.state, run.parameters, run.key, run.state.month
    firms, bodies, pairs, projects = state.firms, state.bodies, state.pairs, state.projects
    projects.reserve(projects.count + meetings.first.size)
    projects.count = propose_projects(
        key, month, p, meetings, firms, bodies, pairs, projects, run.region.grants,
        _grant_terms(run), counts,
    )  # fmt: skip
    projects.count = complete_projects(key, month, p, firms, bodies, pairs, projects, counts)


def _grant_terms(run: Run) -> GrantTerms:
    """How the policy of the run supports joint R&D."""
    policy, balance, share = run.settings.policy, run.state.balance, run.parameters.consortium_share
    passes_good, passes_bad = run.passes
    return GrantTerms(
        balance=balance if policy.grants else np.zeros_like(balance),
        passes_good=passes_good,
        passes_bad=passes_bad,
        consortium_share=share,
        aided_share=share if policy.pools else 0.0,
    )


def transfer(run: Run, counts: Counts) -> None:
    """Let research bodies invent, and firms take and use licences (U1-U3)."""
    state, p, key, month = run.state, run.parameters, run.key, run.state.month
    firms, bodies, pairs = state.firms, state.bodies, state.pairs
    licences, shelf = state.licences, state.shelf
    invent(key, month, p, bodies, shelf)
    licences.reserve(licences.count + LICENCES_A_MONTH)
    licences.count = sign_licences(key, month, p, firms, bodies, pairs, shelf, licences, counts)
    licences.count = commercialise(month, p, firms, bodies, licences, counts)


def advance_technology(run: Run, counts: Counts) -> None:
    """Let shocks, own R&D and spillovers change what firms know how to do (F3-F6)."""
    state, p, key, scratch = run.state, run.parameters, run.key, run.scratch
    firms, pairs, month, n = state.firms, state.pairs, run.state.month, run.state.firms.count
    draw_columns(key, month, _SHOCK, n, firms.identifier, scratch.draw, scratch.second_draw)
    advance_shocks(p, firms, scratch.draw, scratch.second_draw)
    scratch.grants[:n] += firms.grant_flow[:n]
    closed = run.settings.closed
    if "grants" in closed:
        scratch.grants[:n] = 0.0
    _decide_research(run)
    run.overrule_research(scratch.own_spending)
    draw_columns(key, month, _INNOVATION, n, firms.identifier, scratch.draw, scratch.second_draw)
    price = run.conditions.general_price[month]
    kept = meetings_kept(p, run.forms)
    advance_research(month, price, kept, p, run.anchors, firms, scratch, counts.innovations)
    acquaintance = run.forms.spillover_ties == _ACQUAINTANCE and "ties" not in closed
    spill_over(
        run.forms.spillovers, p, run.anchors, run.anchors.largest_stock * stock_growth(firms),
        run.weights, run.proximity, run.field_nearness, firms, pairs,
        pairs.count if acquaintance else 0, scratch.spillover_pool,
    )  # fmt: skip


def _decide_research(run: Run) -> None:
    """Let firms start and stop R&D, and say what they spend on it (F3)."""
    state, p, month, scratch = run.state, run.parameters, run.state.month, run.scratch
    firms, n = state.firms, run.state.firms.count
    smoothed = firms.smoothed_sales[:n]
    smoothed += (firms.revenue[:n] - smoothed) / p.research_memory
    if run.forms.research == _FROZEN:
        np.multiply(
            firms.research_intensity[:n], firms.revenue[:n], out=firms.research_spending[:n]
        )
    else:
        draw_columns(
            run.key, month, _RESEARCH, n, firms.identifier, scratch.draw, scratch.second_draw
        )
        wage_index = float(run.conditions.wage_index[month])
        base = _base_of_starts(run)
        start_and_stop(
            month, wage_index, base, p, run.anchors, firms, state.pairs, scratch,
            "starts" in run.settings.closed,
        )  # fmt: skip
        set_spending(run.forms.research, month, p, firms, scratch.second_draw)
    scratch.own_spending[:n] = firms.research_spending[:n]


def _base_of_starts(run: Run) -> Floats:
    """Hazard of starting R&D before ties, membership, grants and size, a year, (C,).

    Where one enters for each that closes, starts make up for stops as well, and what that took
    over the years is the base from then on.
    """
    state, settled = run.state, run.state.research_starts
    balanced = run.settings.balanced
    if not balanced and not np.isnan(settled[0]):
        return settled
    firms, sample = state.firms, run.settings.population.firms
    if balanced:
        place = sample.complex[sample.research_intensity > 0.0]
    else:
        n = firms.count
        place = firms.complex[:n][(firms.alive[:n] == 1) & (firms.research_intensity[:n] > 0.0)]
    wanted = np.bincount(place, minlength=settled.size)
    base = balancing_starts(state.month, wanted, run.parameters, firms, state.pairs)
    settled[:] = np.where(np.isnan(settled), base, settled + (base - settled) / SETTLING)
    return base
