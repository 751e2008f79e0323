"""The month: all phases in order, each reading last month's state, then writing (section 3).

This file is the table of contents of the model; the equations stand in
`innocluster.agents`, the loops over columns in the modules named here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .accounting import AGGREGATES, sum_aggregates
from .blocks import row_blocks
from .calendar import PROGRAMME_START, month_number
from .collaboration import propose_projects
from .completion import complete_projects
from .counts import Counts
from .demography import break_ties, close_firms
from .entrants import admit_entrants
from .market import adjust_factors, produce_and_sell, upgrade_brands
from .meetings import Meetings, meet
from .observation import INDICATORS, sum_firms
from .pairs import compact_pairs
from .programme import book_spending, mark_cohort, pay_budget
from .random_numbers import Process, draw_columns
from .technology import advance_research, advance_shocks, spill_over
from .transfer import CONTACT_FAMILIARITY, commercialise, invent, sign_licences
from .year_end import observe_year

if TYPE_CHECKING:
    from .simulation import Simulation

__all__ = ["advance"]

# Plain integers: compiled functions take an enumeration member far more slowly.
_SHOCK = int(Process.SHOCK)
_INNOVATION = int(Process.OWN_INNOVATION)
_BRAND = int(Process.BRAND)
_EXIT = int(Process.EXIT)
# Who no longer knows enough of another for a licence has forgotten it: after some five years.
FORGOTTEN = CONTACT_FAMILIARITY


def advance(run: Simulation) -> None:
    """Simulate one month."""
    run.scratch.fit(run.state.firms.capacity)
    counts = Counts(len(run.region.complexes.keys))

    # 1 exogenous series are read where they are used.  2 governance
    tranche = pay_budget(run)
    if run.state.month == month_number(*PROGRAMME_START):
        mark_cohort(run)
    counts.overhead += tranche.overhead

    # 3 joining, encounters, meetings   4 familiarity and learning
    meetings = meet(run, tranche, counts)
    # 5 proposals, licences   6 completions
    _collaborate(run, meetings, counts)
    _transfer(run, counts)

    # 7 R&D, own innovation   8 spillovers
    _advance_technology(run, counts)

    # 9 productivity, sales   10 profit, factors, brand
    _sell(run)
    _observe(run, counts)
    if run.state.month % 12 == 11 and run.measures_years:
        observe_year(run)
    _adjust(run)

    # 11 exit and entry
    _renew(run, counts)

    # 12 observation of what the phases counted
    _record(run, counts)
    run.state.month += 1


def _collaborate(run: Simulation, meetings: Meetings, counts: Counts) -> None:
    state, p, key = run.state, run.parameters, run.key
    firms, bodies, pairs, projects = state.firms, state.bodies, state.pairs, state.projects
    projects.reserve(projects.count + meetings.first.size)
    aided = np.zeros(counts.tasks.size, np.int64)
    policy = run.settings.policy
    projects.count = propose_projects(
        key, state.month, p, meetings.first.size, meetings.first, meetings.second, meetings.row,
        state.balance if policy.grants else np.zeros_like(state.balance), *run.passes,
        run.values.consortium_share, run.values.consortium_share if policy.pools else 0.0,
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


def _transfer(run: Simulation, counts: Counts) -> None:
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


def _advance_technology(run: Simulation, counts: Counts) -> None:
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
        len(run.region.sectors.keys), run.values.business_stealing,
        0 if "ties" in closed else pairs.count, pairs.first, pairs.second, pairs.familiarity,
        pairs.similarity, scratch.draw,
    )  # fmt: skip


def _sell(run: Simulation) -> None:
    state, scratch, macro, month = run.state, run.scratch, run.settings.macro, run.state.month
    firms = state.firms
    exchange_rate = macro.exchange_rate[month]
    foreign = macro.world_demand[month] * exchange_rate / run.reference_exchange_rate
    for rows in row_blocks(firms.count):
        produce_and_sell(
            month, run.parameters, macro.domestic_demand[month], foreign, exchange_rate,
            macro.price_index[month], run.region.sectors.value_added_ratio, rows.stop - rows.start,
            firms.sector[rows], firms.level[rows], firms.shock[rows], firms.role[rows],
            firms.research_stock[rows], firms.research_reference[rows], firms.spillover[rows],
            firms.gain_own[rows], firms.gain_transfer[rows], firms.gain_joint[rows],
            firms.gain_meeting[rows], firms.gain_reference[rows], firms.capital[rows],
            firms.employees[rows], firms.lost_days[rows], firms.brand[rows],
            firms.brand_reference[rows], firms.demand_scale[rows], firms.demand_reference[rows],
            firms.export_logit[rows], firms.log_productivity[rows], firms.revenue[rows],
            firms.exports[rows], firms.utilisation[rows], firms.expected_demand[rows],
            scratch.draw[rows], scratch.second_draw[rows],
        )  # fmt: skip
    run.overrule_factors(scratch.draw, scratch.second_draw)


def _adjust(run: Simulation) -> None:
    state, scratch, macro, month = run.state, run.scratch, run.settings.macro, run.state.month
    firms, p = state.firms, run.parameters
    sales = np.empty(state.profit_ratio.size)
    adjust_factors(
        macro.price_index[month], macro.wage_index[month], p,
        run.region.sectors.value_added_ratio, firms.count, firms.alive, firms.sector,
        firms.complex, firms.revenue, scratch.own_spending, scratch.grants, firms.royalty,
        firms.wage, scratch.draw, scratch.second_draw, firms.capital,
        firms.employees, firms.cash, firms.months_negative, state.profit_ratio, sales,
    )  # fmt: skip
    np.divide(state.profit_ratio, sales, out=state.profit_ratio, where=sales > 0.0)
    draw_columns(
        run.key, month, _BRAND, firms.count, firms.identifier, scratch.draw, scratch.second_draw
    )
    upgrade_brands(
        month, p, firms.count, scratch.draw, firms.alive, firms.absorption,
        firms.export_logit, firms.link_until, firms.log_productivity, firms.demand_reference,
        firms.brand,
    )  # fmt: skip


def _renew(run: Simulation, counts: Counts) -> None:
    state, firms, pairs, month = run.state, run.state.firms, run.state.pairs, run.state.month
    scratch, closed = run.scratch, run.scratch.closed
    draw_columns(
        run.key, month, _EXIT, firms.count, firms.identifier, scratch.draw,
        scratch.second_draw,
    )  # fmt: skip
    closures = close_firms(
        month, run.parameters, firms.count, scratch.draw, firms.alive,
        firms.employees, firms.age, firms.entered, firms.months_negative, firms.member, closed,
    )  # fmt: skip
    rows = closed[:closures]
    np.add.at(counts.closures, firms.complex[rows], 1)
    break_ties(
        rows, pairs.first, pairs.familiarity, pairs.next_first, pairs.next_second, firms.first_pair
    )
    run.forget_agents(rows)
    operating = run.series.values["firms"][month].astype(np.int64) - counts.closures
    admit_entrants(run, operating, counts.entrants)
    for row, place in zip(rows.tolist(), firms.complex[rows].tolist(), strict=True):
        state.free_rows[place].append(row)
    if month % 12 == 11:
        keep = (pairs.familiarity[: pairs.count] >= FORGOTTEN) | (
            (pairs.projects[: pairs.count] > 0) & (pairs.familiarity[: pairs.count] >= 0.0)
        )
        # Ties just observed stay for a year, so that those lost this very month are counted;
        # a project that has just succeeded raises familiarity next month.
        keep |= (pairs.tie[: pairs.count] == 1) | (pairs.gain[: pairs.count] > 0.0)
        pairs.count = compact_pairs(
            pairs.count, keep, pairs.first, pairs.second, pairs.familiarity, pairs.similarity,
            pairs.gain, pairs.last_met, pairs.meetings, pairs.brokered, pairs.last_brokered,
            pairs.last_own, pairs.own_familiarity, pairs.tie, pairs.projects, pairs.asked,
            pairs.successes, pairs.next_first, pairs.next_second, pairs.slots,
            firms.first_pair, state.bodies.first_pair,
        )  # fmt: skip


def _observe(run: Simulation, counts: Counts) -> None:
    state, firms, series = run.state, run.state.firms, run.series
    totals = np.zeros((9, counts.tasks.size))
    sum_firms(
        firms.count, firms.alive, firms.complex, firms.sector, firms.member, firms.cohort,
        run.region.sectors.value_added_ratio, firms.revenue, firms.exports, firms.employees,
        run.scratch.own_spending, run.scratch.grants, state.month % 12 == 0, firms.revenue_year,
        firms.research_year, totals,
    )  # fmt: skip
    aggregates = np.zeros((len(AGGREGATES), counts.tasks.size))
    for rows in row_blocks(firms.count):
        sum_aggregates(
            run.parameters, run.settings.macro.price_index[state.month], firms.alive[rows],
            firms.complex[rows], firms.sector[rows], run.region.sectors.value_added_ratio,
            firms.revenue[rows], firms.utilisation[rows], firms.capital[rows],
            firms.employees[rows], firms.lost_days[rows], firms.brand[rows],
            firms.brand_reference[rows], aggregates,
        )  # fmt: skip
    for name, row in zip(INDICATORS, totals, strict=False):
        series.values[name][state.month] = row
    for name, row in zip(AGGREGATES, aggregates, strict=True):
        series.values[name][state.month] = row


def _record(run: Simulation, counts: Counts) -> None:
    state, values, month = run.state, run.series.values, run.state.month
    recorded = {
        "contacts": counts.contacts,
        "introductions": counts.introductions,
        "tasks": counts.tasks,
        "joint_projects": counts.starts,
        "joint_successes": counts.successes,
        "licences": counts.signed,
        "licence_successes": counts.succeeded,
        "own_innovations": counts.innovations,
        "entrants": counts.entrants,
        "closures": counts.closures,
        "spent_meetings": counts.meetings_spent,
        "spent_introductions": counts.introductions_spent,
        "spent_tasks": counts.tasks_spent,
        "spent_research": counts.research_spent,
        "spent_support": counts.support_spent,
        "spent_transfers": counts.transfers_spent,
        "spent_overhead": counts.overhead,
        "carry_over": state.balance,
    }
    book_spending(run, counts.spent)
    for name, value in recorded.items():
        values[name][month] = value
