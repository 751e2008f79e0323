"""Phase 2: the programme's money, from the annual budget to the complexes.

Every level keeps its overhead, what remains reaches the complexes in equal
monthly parts, and what is not spent is carried over.  The complexes share by
their founding members and, once there is a year to judge, by the members that
they have and what these got done; with every evaluation what nobody has spent
is divided anew as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.coordinators import Decision
from innocluster.agents.elementary import normal_quantile

from ..ground.calendar import month_number, year_of
from ..ground.random_numbers import Process, uniform_rows
from ..run import Run

__all__ = [
    "Tranche",
    "allocate",
    "book_spending",
    "net_share",
    "note_meetings",
    "pay_budget",
    "planned_contacts",
    "reserved_for_research",
]

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
    start = month_number(*run.settings.start)
    year = year_of(run.state.month)
    budget = run.settings.budget_of(year)
    if run.state.month < start or not run.settings.funded:
        return Tranche(active=False, starts=False, overhead=nothing)
    months = run.settings.programme_months(year)
    if run.state.month > start:
        allocate(run, budget)
    part = budget / months * run.state.allocation
    net = part * net_share(run.governance.overhead)
    run.state.balance += net
    _book(run, float(budget / months), net)
    return Tranche(active=True, starts=run.state.month == start, overhead=part - net)


def planned_contacts(run: Run) -> tuple[float, float]:
    """M1: contact events planned for the month, and the share of formal meetings among them."""
    year = year_of(run.state.month)
    plan = run.region.contacts.get(year)
    if plan is None or plan.contacts <= 0.0:
        return 0.0, 0.0
    total = run.parameters.contact_scale * plan.contacts / run.settings.programme_months(year)
    return total, plan.formal_meetings / plan.contacts


def reserved_for_research(run: Run) -> Floats:
    """M3: what small tasks leave of this year's money for joint R&D, (C,) KRW million.

    The share that the programme's rules set aside of what has come in since January, less
    what joint R&D has got of it; nothing under policies that do not support joint R&D.
    """
    state, month = run.state, run.state.month
    if not run.settings.policy.grants:
        return np.zeros(state.balance.size)
    year = year_of(month)
    months = run.settings.programme_months(year)
    passed = month - month_number(year, 13 - months) + 1
    income = run.settings.budget_of(year) / months * net_share(run.governance.overhead)
    spent = run.series.values["spent_research"][month + 1 - passed : month].sum(axis=0)
    share = run.region.grants.reserved_share
    reserved: Floats = np.maximum(share * passed * income * state.allocation - spent, 0.0)
    return reserved


def allocate(run: Run, budget: float) -> None:
    """Section 8: divide the budget by members and by what each of them got done last year.

    The level that adjusts the programme (the third from below, or the second of
    two) looks at supported tasks and joint successes a member, as old as its lag
    and as noisy as its signal.  What the complexes have not spent is pooled and divided
    in the same shares.  A region governed by its promotion groups alone keeps the
    division by founding members, and each complex what it has; so it does where nobody
    ever joins.
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
    members = values["members"][year].mean(axis=0)
    if not members.any():
        _pool(run)
        return
    # Where nobody has joined yet, there is money for the first.
    weights = np.maximum(members, 1.0)
    score = done / weights
    usual = float((weights * score).sum() / weights.sum())
    draws = uniform_rows(run.key, np.arange(score.size), month, int(Process.EVALUATION), 0)[:, 0]
    noise = float(chain.noise[row]) * np.array([normal_quantile(u) for u in draws])
    relative = score / usual - 1.0 if usual > 0.0 else np.zeros(score.size)
    merit = np.clip(relative + noise, -1.0, 1.0)
    shares = weights * (1.0 + run.parameters.evaluation_weight * merit)
    state.allocation = shares / shares.sum()
    _pool(run)
    keys = run.region.complexes.keys
    state.decisions.append(
        Decision(
            month, row, "allocation", known - 1,
            dict(zip(_named(keys, "tasks and successes a member"), score.tolist(), strict=True)),
            dict(zip(_named(keys, "share"), state.allocation.tolist(), strict=True)),
            budget * float(chain.overhead[row]),
        )
    )  # fmt: skip


def _pool(run: Run) -> None:
    """Divide what the complexes have not spent by their shares; their accounts say so."""
    state = run.state
    pooled = fsum(state.balance) * state.allocation
    groups = state.coordinators.count - pooled.size
    state.coordinators.received[groups:] += pooled - state.balance
    state.balance[:] = pooled


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
