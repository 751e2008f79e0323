"""Completion of joint R&D on tables of a few rows, worked out by hand (J1, K2, T1, F7)."""

from __future__ import annotations

import numpy as np
import pytest
from small_network import SmallNetwork

from innocluster.sim.ground.counts import Counts
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import Process, replication_key, uniforms
from innocluster.sim.innovation.completion import complete_projects
from innocluster.sim.innovation.projects import ProjectTable
from innocluster.sim.network.pairs import BODY

KEY = replication_key(7)
MONTH = 60
TIMES = pytest.mark.parametrize("kernel", [complete_projects, complete_projects.py_func])


class Region:
    """Four firms, the last of them closed, and a research body."""

    def __init__(self) -> None:
        net = SmallNetwork(firms=4, bodies=1, fields=2)
        self.net, self.firms, self.bodies, self.pairs = net, net.firms, net.bodies, net.pairs
        self.firms.complex[:] = [1, 1, 2, 0]
        self.firms.alive[3] = 0
        self.firms.absorption[:] = [0.25, 0.64, 0.16, 0.0]
        # A product line of 3,000 a year is all of the first and half of the second.
        self.firms.revenue[:] = [100.0, 6_000.0 / 12.0, 100.0, 0.0]
        self.firms.knowledge[:] = [[0.5, 1.0], [1.0, 0.5], [0.25, 2.0], [9.0, 9.0]]
        self.bodies.knowledge[:] = [[2.0, 1.5]]
        self.projects = ProjectTable.allocate(8)
        self.counts = Counts.nothing(3)

    def start(self, first: int, second: int, third: int = -1, **columns: float) -> None:
        """Enter a project that is due and succeeds for certain unless `columns` differ."""
        values = {
            "first": first, "second": second, "third": third, "started": 20, "due": MONTH,
            "success": 1.0, "draw": 5, "draw_partner": 6, **columns,
        }  # fmt: skip
        for name, value in values.items():
            getattr(self.projects, name)[self.projects.count] = value
        self.projects.count += 1
        self.pairs.projects[self.net.meet(first, second)] += 1
        for actor in (first, second, third):
            table, row = (self.bodies, actor - BODY) if actor >= BODY else (self.firms, actor)
            if actor >= 0:
                table.projects[row] += 1

    def complete(self, kernel=complete_projects, **parameters: float) -> int:
        """Let projects complete; returns how many go on."""
        p = ParameterSet(unchecked=parameters).record()
        return kernel(
            KEY, MONTH, p, self.firms, self.bodies, self.pairs, self.projects, self.counts
        )


@TIMES
def test_a_success_teaches_pays_and_ends(kernel) -> None:
    region = Region()
    region.start(0, 1, novelty=0.5, flow=3.0, field=1)
    region.firms.grant_flow[:] = [5.0, 2.0, 7.0, 0.0]
    region.firms.gain_joint[:] = 0.5
    assert region.complete(kernel) == 0
    # 0.04·(0.3 + 0.5)·√AC on the line.
    assert region.firms.gain_joint[:3] == pytest.approx(
        [0.5 + 0.032 * 0.5, 0.5 + 0.032 * 0.8 * 0.5, 0.5], rel=1e-14
    )
    # 0.075·AC·0.5 of what the other knows more.
    assert region.firms.knowledge[:3] == pytest.approx(
        np.array([[0.5 + 0.075 * 0.25 * 0.5, 1.0], [1.0, 0.5 + 0.075 * 0.64 * 0.5], [0.25, 2.0]]),
        rel=1e-7,
    )
    assert region.firms.grant_flow.tolist() == [2.0, 0.0, 7.0, 0.0]
    assert region.firms.projects.tolist() == [0, 0, 0, 0]
    assert region.pairs.projects[0] == 0
    assert region.pairs.successes[0] == 1
    assert region.pairs.gain[0] == 0.3
    assert region.counts.successes.tolist() == [0, 1, 0]


@TIMES
def test_a_failure_teaches_half_and_costs_familiarity(kernel) -> None:
    region = Region()
    region.start(0, BODY, success=0.0, flow=1.0)
    region.firms.grant_flow[0] = 4.0
    assert region.complete(kernel) == 0
    # 0.075·½·0.25 of 1.5 and 0.5.
    assert region.firms.knowledge[0] == pytest.approx([0.5 + 0.0140625, 1.0 + 0.0046875], rel=1e-7)
    assert region.bodies.knowledge.tolist() == [[2.0, 1.5]]
    assert region.firms.gain_joint[0] == 0.0
    assert region.firms.grant_flow[0] == 3.0
    assert region.firms.projects[0] == region.bodies.projects[0] == region.pairs.projects[0] == 0
    assert region.pairs.successes[0] == 0
    assert region.pairs.gain[0] == -0.15
    assert region.counts.successes.tolist() == [0, 0, 0]


def test_three_partners_learn_from_each_other() -> None:
    region = Region()
    region.start(0, BODY, 2, novelty=0.5)
    assert region.complete() == 0
    # Field 0: body 1.5 more than firm 0, 1.75 more than firm 2, firm 0 is 0.25 ahead of firm 2.
    # Field 1: body 0.5 and firm 2 1.0 more than firm 0; firm 2 knows most.
    assert region.firms.knowledge[[0, 2]] == pytest.approx(
        np.array([[0.5 + 0.01875 * 1.5, 1.0 + 0.01875 * 1.5], [0.25 + 0.012 * 2.0, 2.0]]), rel=1e-7
    )
    assert region.firms.gain_joint[:3] == pytest.approx([0.016, 0.0, 0.0128], rel=1e-14)
    assert region.counts.successes.tolist() == [0, 1, 0]
    # The pair that proposed, not that with the third partner, gains familiarity.
    assert region.pairs.count == 1
    assert region.pairs.gain[0] == 0.3


def test_what_is_learned_is_what_was_known_before_the_month() -> None:
    region = Region()
    region.start(0, 1)
    region.start(0, 1, success=0.0)
    assert region.complete() == 0
    assert region.firms.knowledge[0, 0] == pytest.approx(0.5 + 1.5 * 0.009375, rel=3e-7)
    assert region.pairs.gain[0] == pytest.approx(0.15, rel=1e-14)


@TIMES
def test_successes_in_the_same_field_in_the_same_month_duplicate_each_other(kernel) -> None:
    region = Region()
    region.start(0, BODY, novelty=0.5, field=1)
    region.start(2, BODY, novelty=0.5, field=1)
    region.start(1, BODY, novelty=0.5, field=0)
    region.start(1, BODY, success=0.0, field=1)
    region.complete(kernel)
    factor = 2.0**-0.25  # two in field 1: a failure is none
    assert region.firms.gain_joint[:3] == pytest.approx(
        [0.016 * factor, 0.032 * 0.8 * 0.5, 0.0128 * factor], rel=1e-14
    )
    assert region.counts.successes.tolist() == [0, 2, 1]


@TIMES
def test_projects_go_on_until_they_are_due_and_end_with_a_firm(kernel) -> None:
    region = Region()
    region.start(0, 3, flow=2.0)
    region.start(0, 1, 3, flow=1.0, due=MONTH + 9)
    region.start(1, 2, due=MONTH + 1, field=1, novelty=0.25, grant=8.0, flow=4.0, draw=11)
    region.start(0, BODY)
    region.start(0, 2, due=MONTH + 2, success=0.5, third=BODY, draw_partner=12)
    before = {name: getattr(region.projects, name).copy() for name in ProjectTable.column_names()}
    region.firms.grant_flow[:] = [9.0, 9.0, 9.0, 9.0]
    assert region.complete(kernel) == 2
    for name, column in before.items():
        assert getattr(region.projects, name)[:2].tolist() == column[[2, 4]].tolist()
    # Those of a closed firm end without a lesson, but its partners are free and unpaid.
    assert region.firms.grant_flow.tolist() == [6.0, 8.0, 9.0, 9.0]
    assert region.firms.projects.tolist() == [1, 1, 2, 2]
    assert region.bodies.projects.tolist() == [1]
    rows = {other: region.net.meet(0, other) for other in (3, 1, 2)}
    assert region.pairs.projects[[rows[3], rows[1], rows[2]]].tolist() == [0, 0, 1]
    assert region.pairs.gain[[rows[3], rows[1]]].tolist() == [0.0, 0.0]
    # Only firm 0 learned, from the body.
    assert region.firms.knowledge[1].tolist() == [1.0, 0.5]
    assert region.firms.knowledge[0, 0] == pytest.approx(0.5 + 0.01875 * 1.5, rel=1e-7)


def test_the_draw_of_an_outcome_is_that_of_the_month_of_the_start() -> None:
    u = uniforms(KEY, 5, 20, int(Process.PROJECT_OUTCOME), 6)[0]
    for success, won in ((u, 0), (np.nextafter(u, 1.0), 1)):
        region = Region()
        region.start(0, 1, success=success)
        region.complete()
        assert region.counts.successes[1] == won
