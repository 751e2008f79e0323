"""Joining, contact events and small tasks of a handful of firms, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from math import log
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from small_network import SmallNetwork
from small_region import full_population, simulation

from innocluster.sim.coordination.events import Events, contact_events, contact_rates
from innocluster.sim.coordination.membership import decide_membership, joining_scores
from innocluster.sim.coordination.small_tasks import GUIDANCE, LINK, run_small_tasks
from innocluster.sim.ground.counts import Counts
from innocluster.sim.ground.grouped_rows import GroupedRows
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import Process, replication_key, uniforms
from innocluster.sim.network.pairs import BODY
from innocluster.sim.phases.budget import planned_contacts, reserved_for_research

KEY = replication_key(7)
P = ParameterSet().record()
JOINING = replace(
    P, joining_size=0.5, joining_research=1.5, joining_large=-0.8, joining_peers=2.0,
    joining_benefit=0.25, leaving_rate=0.12, joining_growth=0.75,
)  # fmt: skip


def kernels(kernel: Any) -> Any:
    return pytest.mark.parametrize("kernel", [kernel, kernel.py_func], ids=["compiled", "plain"])


def test_rows_by_group() -> None:
    grouped = GroupedRows.of(np.array([1, 0, 1, 3], np.int16), 4)
    assert grouped.rows.tolist() == [1, 0, 2, 3]
    assert grouped.start.tolist() == [0, 1, 3, 3, 4]


@kernels(joining_scores)
def test_scores_of_four_firms(kernel: Any) -> None:
    firms = SmallNetwork(4).firms
    firms.employees[:] = 20.0, 200.0, 600.0, 20.0
    firms.research_intensity[:] = 0.0, 0.01, 0.0, 0.0
    # Annual sales of twice the limit of 150,000
    firms.revenue[:] = 10.0, 1.0, 1.0, 25_000.0
    # The first grew by 25 %, the third shrank to a tenth, of which it believes a factor e.
    firms.smoothed_sales[:] = 8.0, 1.0, 10.0, 25_000.0
    expected = [
        0.75 * log(1.25),
        0.5 * log(10) + 1.5,
        0.5 * log(15) - 0.8 * log(2) - 0.75,
        -0.8 * log(2),
    ]
    assert kernel(JOINING, firms) == pytest.approx(expected, abs=1e-12)


def decisions(kernel: Any, joins: list[float], leaves: list[float]) -> list[int]:
    """Of firms 0, 1 members; 2 closed; 3 without mini-cluster; 4 outside and 5 outside."""
    network = SmallNetwork(6, 1)
    firms = network.firms
    firms.employees[:] = 20.0
    firms.research_intensity[:] = 0.0
    firms.revenue[:] = firms.smoothed_sales[:] = 3.0
    firms.member[:2] = 1
    firms.alive[2] = 0
    firms.mini_cluster[3] = -1
    # Known are a member and a firm outside; not the body, the forgotten and the closed one.
    network.meet(0, 4, familiarity=0.5)
    network.meet(4, 5, familiarity=0.5)
    network.meet(4, BODY, familiarity=0.5)
    network.meet(1, 4, familiarity=0.0)
    network.meet(2, 4, familiarity=-1.0)
    decision = np.full(6, 9, np.int8)
    kernel(
        JOINING, np.array([-4.0]), np.array([2.0]), np.array(joins), np.array(leaves), firms,
        network.pairs, decision,
    )  # fmt: skip
    result: list[int] = decision.tolist()
    return result


# With a net benefit of 0.25·2: leaving at 12 % a year, its month over 1.5; joining
# logistic(-4 + 0 + 2·½ + 0.5) with half of those known in, and logistic(-4 + 0.5) for who
# knows no member.
LEAVING = (1 - 0.88 ** (1 / 12)) / 1.5
JOINING_KNOWN, JOINING_ALONE = 1 / (1 + np.exp(2.5)), 1 / (1 + np.exp(3.5))


@kernels(decide_membership)
@pytest.mark.parametrize(("step", "decided"), [(-1e-9, 1), (1e-9, 0)])
def test_who_joins_and_who_leaves(kernel: Any, step: float, decided: int) -> None:
    joins = [0.0, 0.0, 0.0, 0.0, JOINING_KNOWN + step, JOINING_ALONE + step]
    leaves = [LEAVING + step, LEAVING - step, 0.0, 0.0, 0.0, 0.0]
    stay = 1 - decided
    assert decisions(kernel, joins, leaves) == [stay, decided, 0, 0, decided, decided]


MEMBERS = GroupedRows(np.arange(8, dtype=np.int32), np.array([0, 5, 5, 8]))
CLUSTER_COMPLEX = np.array([0, 0, 1])


def events_of(
    kernel: Any, balance: list[float], rates: list[float], formal_share: float, **changes: float
) -> tuple[Any, Any, Any]:
    """Events of three mini-clusters with five, no and three members, and what is left."""
    p = replace(P, meeting_cost=4.0, introduction_cost=3.0, **changes)
    left, rate = np.array(balance), np.array(rates)
    events = Events.room_for(rate, 2)
    held = kernel(KEY, 3, p, rate, formal_share, MEMBERS, CLUSTER_COMPLEX, left, events)
    columns = events.cluster, events.formal, events.size, events.introductions
    return [column[:held].tolist() for column in columns], events.spent.tolist(), left.tolist()


@kernels(contact_rates)
def test_events_are_divided_by_members(kernel: Any) -> None:
    # 16^0.5 and 4^0.5 of 12 events; whoever has no members holds none.
    members = GroupedRows(np.arange(20, dtype=np.int32), np.array([0, 16, 16, 20]))
    assert kernel(12.0, 0.5, members) == pytest.approx([8.0, 0.0, 4.0], rel=1e-12)
    assert kernel(12.0, 0.0, members).tolist() == [6.0, 0.0, 6.0]
    assert kernel(12.0, 1.0, members) == pytest.approx([9.6, 0.0, 2.4], rel=1e-12)
    nobody = GroupedRows(np.empty(0, np.int32), np.zeros(4, np.int64))
    assert kernel(12.0, 0.5, nobody).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("month", "total", "formal"),
    # Nine months of 2005, twelve of 2006; 450 formal of 1000 contacts in the first quarter.
    [(27, 3000 / 9, 0.45), (35, 3000 / 9, 0.45), (36, 5778 / 12, 3578 / 5778), (216, 0.0, 0.0)],
)
def test_plan_of_a_month(month: int, total: float, formal: float) -> None:
    population = full_population()
    planned = SimpleNamespace(
        state=SimpleNamespace(month=month),
        region=population.region,
        settings=simulation("P5", population=population).settings,
        parameters=replace(P, contact_scale=0.5),
    )
    assert planned_contacts(planned) == pytest.approx((0.5 * total, formal), rel=1e-12)  # type: ignore[arg-type]


def test_the_plan_has_the_published_meetings() -> None:
    plan = full_population().region.contacts
    assert sum(plan[year].formal_meetings for year in range(2005, 2009)) == 15_638


def test_what_small_tasks_leave_for_joint_research() -> None:
    """A share of this year's net money so far, less what joint R&D has got of it."""
    run = simulation("P5", last=(2007, 12))
    run.run_until(29)
    spent = run.series.values["spent_research"]
    spent[24:27], spent[27:29] = 1e9, 0.0
    net = run.settings.budget_of(2005) / 9 * 0.98 * 0.98 * 0.94 * 0.9 * run.state.allocation
    # June is the third month of the programme.
    assert reserved_for_research(run) == pytest.approx(0.18 * 3 * net, rel=1e-12)
    used = np.array([1.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    spent[27], spent[28] = 0.18 * net, 0.18 * used * net
    expected = 0.18 * np.array([1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]) * net
    assert reserved_for_research(run) == pytest.approx(expected, rel=1e-12)
    spent[29:36] = 1e9
    run.state.month = 36
    net = run.settings.budget_of(2006) / 12 * 0.98 * 0.98 * 0.94 * 0.9 * run.state.allocation
    assert reserved_for_research(run) == pytest.approx(0.18 * net, rel=1e-12)


@kernels(contact_events)
def test_visits_until_the_money_is_spent(kernel: Any) -> None:
    found = events_of(kernel, [5.0, 10.0], [2.0, 2.0, 2.0], 0.0)
    # Two each are wanted; complex 0 can pay one.
    assert found == (
        [[0, 2, 2], [0, 0, 0], [1, 1, 1], [1, 1, 1]], [[0, 0], [3, 6]], [2, 4]
    )  # fmt: skip


@kernels(contact_events)
def test_formal_meetings_of_all_members(kernel: Any) -> None:
    found = events_of(kernel, [8.0, 4.0], [2.0, 0.0, 2.0], 1.0, attendance=500.0)
    # Far more would come than there are; one introduction for two of five, one for three.
    assert found == (
        [[0, 0, 2], [1, 1, 1], [5, 5, 3], [2, 2, 1]], [[8, 4], [0, 0]], [0, 0]
    )  # fmt: skip


@kernels(contact_events)
def test_number_and_kind_of_events_are_drawn(kernel: Any) -> None:
    rates = [6.5, 4.0, 2.25]
    found, spent, _ = events_of(kernel, [1e3, 1e3], rates, 0.5, attendance=1.0)
    process = int(Process.CONTACT_EVENT)
    clusters: list[int] = []
    formal: list[int] = []
    for cluster in (0, 2):
        for event in range(1, int(rates[cluster] + uniforms(KEY, cluster, 3, process, 0)[0]) + 1):
            clusters.append(cluster)
            formal.append(int(uniforms(KEY, cluster, 3, process, event)[0] < 0.5))
    assert found == [clusters, formal, [1] * len(clusters), [1] * len(clusters)]
    meetings = np.bincount(np.array(clusters) // 2, weights=formal)
    assert spent[0] == (4.0 * meetings).tolist()
    assert 0 < sum(formal) < len(clusters)


def tasks_of(
    kernel: Any,
    members: list[int],
    needed: list[int],
    balance: float,
    preferred: tuple[int, ...] = (0, 0, 0, 0),
    **changes: float,
) -> tuple[Any, ...]:
    """Introductions, last months of links, tasks, money spent and left, in complex 1."""
    network = SmallNetwork(4, 3)
    network.firms.complex[:] = 1
    network.firms.link_until[:] = -1
    p = replace(P, task_cost=10.0, task_link_months=6.0, **changes)
    left, counts = np.array([99.0, balance]), Counts.nothing(2)
    places = GroupedRows.of(np.array([0, 1, 1], np.int16), 2)
    first, second = np.full((2, 4), -9, np.int32)
    number = kernel(
        KEY, 5, p, left, np.array(members, np.int32), np.array(needed, np.int8),
        np.array(preferred[: len(members)], np.int8), network.firms, places, first, second,
        counts,
    )  # fmt: skip
    pairs = list(zip(first[:number].tolist(), second[:number].tolist(), strict=True))
    return (
        pairs,
        network.firms.link_until.tolist(),
        counts.tasks.tolist(),
        counts.tasks_spent.tolist(),
        left.tolist(),
    )


@kernels(run_small_tasks)
def test_tasks_raise_technology_or_exports_of_a_product_line(kernel: Any) -> None:
    """Of 24 firms with sales of twice a line; of those that ask four in five are selected."""
    firms = SmallNetwork(24, 1).firms
    firms.revenue[:] = 2.0 * P.product_line_revenue / 12.0
    firms.gain_transfer[:], firms.export_logit[:] = 0.25, -2.0
    p = replace(
        P, task_rate=9.0, task_selection=0.8, task_cost=10.0, task_gain=0.004, task_export=0.03,
        task_solution=0.7, commercial_success=0.5, task_guidance_share=0.5,
    )  # fmt: skip
    counts, rows = Counts.nothing(1), np.arange(24, dtype=np.int32)
    none, (first, second) = np.zeros(24, np.int8), np.empty((2, 24), np.int32)
    kernel(
        KEY, 5, p, np.array([1e6]), rows, none, none, firms,
        GroupedRows.of(np.zeros(1, np.int16), 1), first, second, counts,
    )  # fmt: skip
    outcome = [uniforms(KEY, 1000 + row, 5, int(Process.TASK_OUTCOME), 0)[0] for row in range(24)]
    found = [row for row in range(24) if draws(row)[0] < 0.75]
    paid = [row for row in range(24) if draws(row)[0] < 0.75 * 0.8]
    solved = [row for row in paid if outcome[row] < 0.7]
    technology = [row for row in paid if draws(row)[1] < 0.5]
    won = [row for row in technology if outcome[row] < 0.35]
    sold = [row for row in solved if row not in technology]
    assert 0 < len(solved) < len(paid) < len(found)
    assert won
    assert sold
    assert counts.found.tolist() == [len(found)]
    assert counts.tasks.tolist() == [len(paid)]
    assert counts.solved.tolist() == [len(solved)]
    gains = [0.252 if row in won else 0.25 for row in range(24)]
    assert firms.gain_transfer == pytest.approx(gains, abs=1e-15)
    odds = [-1.985 if row in sold else -2.0 for row in range(24)]
    assert firms.export_logit == pytest.approx(odds, abs=1e-15)


def draws(row: int) -> tuple[float, float, float, float]:
    return uniforms(KEY, 1000 + row, 5, int(Process.TASK), 0)


@kernels(run_small_tasks)
@pytest.mark.parametrize("members", [[0, 1, 2], [2, 0, 1], [1, 2, 0]])
@pytest.mark.parametrize("preferred", [None, 0, 1, 2])
def test_the_last_money_goes_by_a_draw_whatever_the_rows(
    kernel: Any, members: list[int], preferred: int | None
) -> None:
    """Money for two of three; firm 1 needs guidance, the others a link."""
    kinds = [GUIDANCE if row == 1 else LINK for row in members]
    first = tuple(int(row == preferred) for row in members)
    found = tasks_of(kernel, members, kinds, 25.0, first, task_rate=12.0, task_selection=1.0)
    order = sorted(range(3), key=lambda row: (row != preferred, draws(row)[3]))
    paid = order[:2]
    body = BODY + 1 + int(2.0 * draws(1)[2])
    assert found[0] == ([(1, body)] if 1 in paid else [])
    assert found[1] == [11 if row in paid and row != 1 else -1 for row in range(4)]
    assert found[2:] == ([0, 2], [0, 20], [99, 5])


@kernels(run_small_tasks)
def test_who_gets_a_task_and_which_is_drawn(kernel: Any) -> None:
    found = tasks_of(
        kernel, [0, 1, 2, 3], [0] * 4, 99.0, task_rate=12.0, task_selection=0.7,
        task_guidance_share=0.4,
    )  # fmt: skip
    chosen = [row for row in range(4) if draws(row)[0] < 0.7]
    chosen.sort(key=lambda row: draws(row)[3])
    guided = [row for row in chosen if draws(row)[1] < 0.4]
    assert found[0] == [(row, BODY + 1 + int(2.0 * draws(row)[2])) for row in guided]
    linked = [11 if row in chosen and row not in guided else -1 for row in range(4)]
    assert found[1] == linked
    assert found[2] == [0, len(chosen)]
