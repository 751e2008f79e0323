"""Phase 2: the programme's money, from the annual budget to the complexes.

Every level keeps its overhead, what remains reaches the complexes in equal
monthly parts, and what is not spent is carried over.  The complexes share by
their number of mini-clusters and, once there is a year to judge, by last year's
evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.coordinators import Decision
from innocluster.agents.elementary import log, log_array, normal_quantile

from .calendar import PROGRAMME_START, month_number, year_of
from .network import expected_joiners, joining_scores
from .random_numbers import Process, draw_columns, uniform_rows

if TYPE_CHECKING:
    from .simulation import Simulation

__all__ = [
    "Tranche",
    "allocate",
    "book_spending",
    "mark_cohort",
    "net_share",
    "note_meetings",
    "pay_budget",
    "report_benefit",
    "start_programme",
]

Floats = NDArray[np.float64]
ROUNDS, CLOSE, LEAST_SLOPE = 9, 1e-9, 0.1
LEAST_CONSTANT, LARGEST_CONSTANT = -15.0, 3.0


@dataclass(frozen=True)
class Tranche:
    """Money of a month: whether the programme runs, whether it starts, overhead by complex."""

    active: bool
    starts: bool
    overhead: Floats


def net_share(overhead: Floats) -> float:
    """Share of a budget that passes all levels, Π(1 - overhead)."""
    share = 1.0
    for kept in overhead:
        share *= 1.0 - float(kept)
    return share


def pay_budget(run: Simulation) -> Tranche:
    """Credit this month's part of the annual budget to the complexes."""
    complexes = len(run.region.complexes.keys)
    nothing = np.zeros(complexes)
    start = month_number(*PROGRAMME_START)
    year = year_of(run.state.month)
    budget = run.settings.budget_of(year)
    if run.state.month < start or not run.settings.funded:
        return Tranche(active=False, starts=False, overhead=nothing)
    months = 12 - (PROGRAMME_START[1] - 1 if year == PROGRAMME_START[0] else 0)
    if run.state.month > start:
        allocate(run, budget)
    part = budget / months * run.state.allocation
    net = part * net_share(run.governance.overhead)
    run.state.balance += net
    _book(run, float(budget / months), net)
    return Tranche(active=True, starts=run.state.month == start, overhead=part - net)


def allocate(run: Simulation, budget: float) -> None:
    """Section 8: divide the budget by mini-clusters and by what members got done last year.

    The level that adjusts the programme (the third from below, or the second of
    two) looks at supported tasks and joint successes a member, as old as its lag
    and as noisy as its signal.  A region governed by its promotion groups alone
    keeps the division by mini-clusters.
    """
    chain, month, state = run.governance, run.state.month, run.state
    levels = chain.lag.size
    if levels < 2 or month % int(chain.decision_period[max(levels - 3, 0)]) != 0:
        return
    row = max(levels - 3, 0)
    known = month - int(chain.lag[row])
    year = slice(max(known - 12, 0), known)
    values = run.series.values
    done = (values["tasks"][year] + values["joint_successes"][year]).sum(axis=0)
    score = done / np.maximum(values["members"][year].mean(axis=0), 1.0)
    clusters = np.bincount(run.region.mini_clusters.complex, minlength=score.size)
    weights = np.asarray(clusters, dtype=np.float64)
    usual = float((weights * score).sum() / weights.sum())
    if usual <= 0.0:
        return
    draws = uniform_rows(run.key, np.arange(score.size), month, int(Process.EVALUATION), 0)[:, 0]
    noise = float(chain.noise[row]) * np.array([normal_quantile(u) for u in draws])
    merit = np.clip(score / usual - 1.0 + noise, -1.0, 1.0)
    shares = weights * (1.0 + run.values.evaluation_weight * merit)
    state.allocation = shares / shares.sum()
    keys = run.region.complexes.keys
    state.decisions.append(
        Decision(
            month, row, "allocation", known - 1,
            dict(zip(_named(keys, "tasks and successes a member"), score.tolist(), strict=True)),
            dict(zip(_named(keys, "share"), state.allocation.tolist(), strict=True)),
            budget * float(chain.overhead[row]),
        )
    )  # fmt: skip


def _named(complexes: tuple[str, ...], what: str) -> list[str]:
    return [f"{key}: {what}" for key in complexes]


def _book(run: Simulation, amount: float, net: Floats) -> None:
    """Enter in the coordinators' accounts what every level received and kept."""
    table, overhead = run.state.coordinators, run.governance.overhead
    groups = overhead.size - 1
    for level in range(groups):
        table.received[level] += amount
        table.spent[level] += amount * overhead[level]
        amount *= 1.0 - overhead[level]
    gross = net / (1.0 - overhead[groups])
    table.received[groups:] += gross
    table.spent[groups:] += gross - net


def note_meetings(
    run: Simulation, members: NDArray[np.int32], contacts: Floats, cost: Floats
) -> None:
    """Enter in the record of decisions what each promotion group organised this month."""
    state = run.state
    joined = np.bincount(state.firms.complex[members], minlength=contacts.size)
    above = state.coordinators.count - contacts.size
    for c in range(contacts.size):
        knew = {"members": float(joined[c]), "balance, KRW million": float(state.balance[c])}
        chose = {"contact events": float(contacts[c])}
        known = state.month - int(run.governance.lag[-1])
        state.decisions.append(
            Decision(state.month, above + c, "meetings", known, knew, chose, float(cost[c]))
        )


def book_spending(run: Simulation, spent: Floats) -> None:
    """Enter in the promotion groups' accounts what each spent this month and has left."""
    table = run.state.coordinators
    groups = table.count - spent.size
    table.spent[groups:] += spent
    table.balance[groups:] = run.state.balance


def start_programme(run: Simulation) -> None:
    """Set the constant of joining of every complex so that its founding members are expected.

    M0: `founding_members` firms are expected to be members at the end of the
    first year.  Later years are not fitted.
    """
    firms, p = run.state.firms, run.parameters
    months = 13 - PROGRAMME_START[1]
    research = firms.research_intensity > 0.0
    score = joining_scores(
        firms.count, firms.employees, firms.revenue, firms.research_intensity,
        run.values.joining_size, run.values.joining_research, run.values.joining_large,
    )  # fmt: skip
    eligible = (firms.alive == 1) & (firms.mini_cluster >= 0)
    for c, wanted in enumerate(run.region.complexes.founding_members):
        rows = np.flatnonzero(eligible[: firms.count] & (firms.complex[: firms.count] == c))
        joined = np.empty(rows.size)
        constant, slope = LEAST_CONSTANT, 1.0
        step = short = 0.0
        # Few join a month, so the log of the expected number is almost linear in the constant.
        for _ in range(ROUNDS):
            expected = expected_joiners(constant, months, p, score[rows], research[rows], joined)
            before, short = short, log(max(wanted, 1e-9) / max(expected, 1e-9))
            if step != 0.0:
                slope = max((before - short) / step, LEAST_SLOPE)
            following = min(max(constant + short / slope, LEAST_CONSTANT), LARGEST_CONSTANT)
            constant, step = following, following - constant
            if abs(step) < CLOSE:
                break
        run.state.joining_constant[c] = constant


def mark_cohort(run: Simulation) -> None:
    """M0: mark the firms of each complex that are first in line to join, whatever the policy.

    A firm joins when the log odds of a draw fall below its score and a constant
    of its complex.  The lowest of its draws of the first year, less its score,
    therefore orders the firms of a complex under every policy alike, and the
    first `founding_members` of them are followed under all of them: what happens
    to those is the effect on participants (by intention to treat), with P0 as
    their own counterfactual.
    """
    firms, values, draw = run.state.firms, run.values, run.scratch.draw
    n = firms.count
    lowest = np.ones(n)
    for month in range(run.state.month, run.state.month + 13 - PROGRAMME_START[1]):
        draw_columns(
            run.key, month, int(Process.JOINING), n, firms.identifier, draw,
            run.scratch.second_draw,
        )  # fmt: skip
        np.minimum(lowest, draw[:n], out=lowest)
    score = joining_scores(
        n, firms.employees, firms.revenue, firms.research_intensity, values.joining_size,
        values.joining_research, values.joining_large,
    )  # fmt: skip
    place_in_line = log_array(lowest / (1.0 - lowest)) - score
    eligible = (firms.alive[:n] == 1) & (firms.mini_cluster[:n] >= 0)
    for c, wanted in enumerate(run.region.complexes.founding_members):
        rows = np.flatnonzero(eligible & (firms.complex[:n] == c))
        first = rows[np.argsort(place_in_line[rows], kind="stable")[:wanted]]
        firms.cohort[first] = 1


def report_benefit(run: Simulation) -> None:
    """M0: every January members report the support of last year, KRW 10 million a member."""
    values, month = run.series.values, run.state.month
    year = slice(month - 12, month)
    support = (values["spent_tasks"][year] + values["spent_research"][year]).sum(axis=0)
    members = values["members"][year].mean(axis=0)
    run.state.reported_benefit[:] = np.where(
        members > 0.0, support / np.maximum(members, 1.0) / 10.0, 0.0
    )
