"""Phase 2: the programme's money, from the annual budget to the complexes.

Every level keeps its overhead, what remains reaches the complexes in equal
monthly parts, and what is not spent is carried over.  The complexes share by
their number of mini-clusters and, once there is a year to judge, by last year's
evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.coordinators import Decision
from innocluster.agents.elementary import normal_quantile

from ..ground.calendar import PROGRAMME_START, month_number, year_of
from ..ground.random_numbers import Process, uniform_rows
from ..run import Run

__all__ = ["Tranche", "allocate", "book_spending", "net_share", "note_meetings", "pay_budget"]

Floats = NDArray[np.float64]


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


def pay_budget(run: Run) -> Tranche:
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


def allocate(run: Run, budget: float) -> None:
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
    shares = weights * (1.0 + run.parameters.evaluation_weight * merit)
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


def _book(run: Run, amount: float, net: Floats) -> None:
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


def note_meetings(run: Run, members: NDArray[np.int32], contacts: Floats, cost: Floats) -> None:
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


def book_spending(run: Run, spent: Floats) -> None:
    """Enter in the promotion groups' accounts what each spent this month and has left."""
    table = run.state.coordinators
    groups = table.count - spent.size
    table.spent[groups:] += spent
    table.balance[groups:] = run.state.balance
