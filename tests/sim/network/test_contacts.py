"""Meetings, learning and familiarity of three firms and a research body, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_network import SmallNetwork

from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import Process, replication_key, uniforms
from innocluster.sim.network.contacts import (
    Meetings,
    apply_learning,
    hold_meetings,
    update_familiarity,
)
from innocluster.sim.network.pairs import BODY

KEY = replication_key(7)
SECTOR_LOG_A = np.array([1.0, 2.0])
P = replace(
    ParameterSet().record(),
    familiarity_meeting=0.25,
    familiarity_decay=0.5,
    learning_meeting=0.1,
    attendance_days=2.0,
    information_probability=1.0,
    information_gain=0.5,
    information_ceiling=0.4,
    product_line_revenue=600.0,
)


def kernels(kernel: Any) -> Any:
    return pytest.mark.parametrize("kernel", [kernel, kernel.py_func], ids=["compiled", "plain"])


def three_firms() -> SmallNetwork:
    """Firms 0 and 1 in one sector, 2 in another; annual sales 1200, 300 and 2400."""
    network = SmallNetwork(3, 1)
    firms = network.firms
    firms.knowledge[:] = [[3.0, 4.0], [4.0, 3.0], [0.0, 2.0]]
    network.bodies.knowledge[:] = [[0.0, 5.0]]
    firms.absorption[:] = 0.5, 0.25, 1.0
    firms.sector[:] = 0, 0, 1
    # 0.5, 0.25 and 1 above the mean of their sectors.
    firms.log_productivity[:] = 1.5, 1.25, 3.0
    firms.revenue[:] = 100.0, 25.0, 200.0
    firms.gain_meeting[:] = 0.1, 0.0, 0.0
    network.meet(
        0, 2, familiarity=0.5, meetings=2, last_met=3, gain=0.125, brokered=1, last_brokered=3,
        last_own=1, own_familiarity=0.4, tie=1, asked=5,
    )  # fmt: skip
    return network


def between(pairs: list[tuple[int, int]], spontaneous: int) -> Meetings:
    first, second = np.array(pairs, np.int32).T.copy()
    return Meetings.between(first, second, spontaneous)


def hold(kernel: Any, network: SmallNetwork, month: int, meetings: Meetings, p: Any = P) -> Any:
    """What was learned."""
    learned = np.full((meetings.first.size, 2, 2), np.nan)
    network.pairs.count = kernel(
        KEY, month, p, meetings, learned, SECTOR_LOG_A, network.firms, network.bodies,
        network.pairs,
    )  # fmt: skip
    return learned


@kernels(hold_meetings)
def test_a_month_of_four_meetings(kernel: Any) -> None:
    network = three_firms()
    firms, pairs = network.firms, network.pairs
    # What a row may hold of a pair that was forgotten.
    for name in ("familiarity", "gain", "meetings", "brokered", "own_familiarity", "tie", "asked"):
        getattr(pairs, name)[1:] = 9
    meetings = between([(0, 1), (1, BODY), (2, 0), (1, 0)], spontaneous=2)
    learned = hold(kernel, network, 7, meetings)
    assert pairs.count == 3
    assert meetings.row.tolist() == [1, 2, 0, 1]
    assert pairs.first[:3].tolist() == [0, 0, 1]
    assert pairs.second[:3].tolist() == [2, 1, BODY]

    def history(name: str) -> list[float]:
        values: list[float] = getattr(pairs, name)[:3].tolist()
        return values

    # The pair that knew each other, the two that met twice, firm 1 and the body.
    assert history("familiarity") == [0.5, 0.0, 0.0]
    assert history("gain") == [0.375, 0.5, 0.25]
    assert history("meetings") == [3, 2, 1]
    assert history("brokered") == [2, 1, 0]
    assert history("last_brokered") == [7, 7, -1]
    assert history("last_own") == [1, 7, 7]
    assert history("last_met") == [7, 7, 7]
    assert history("own_familiarity") == pytest.approx([0.4, 0.25, 0.25], abs=1e-7)
    assert history("tie") == [1, 0, 0]
    assert history("asked") == [5, -1, -1]
    # (0·3 + 2·4)/(2·5), (3·4 + 4·3)/(5·5), (4·0 + 3·5)/(5·5)
    assert history("similarity") == pytest.approx([0.8, 0.96, 0.6], abs=1e-7)
    # Two days a brokered meeting: (2, 0) and (1, 0)
    assert firms.lost_days.tolist() == [4.0, 2.0, 2.0]
    # 0.1·absorption·what the other knows more of
    expected = [
        [[0.05, 0.0], [0.0, 0.025]],
        [[0.0, 0.05], [0.0, 0.0]],
        [[0.3, 0.2], [0.0, 0.0]],
        [[0.0, 0.025], [0.05, 0.0]],
    ]
    assert learned == pytest.approx(np.array(expected), abs=1e-15)
    # Firm 1 hears of 0, its rival, at the first and the second meeting of the two:
    # 0.5·0.25·0.96·(0.5 - 0.25)·(1 - 0.96²)/1 = 0.002352, then half of it with the room
    # 1 - 0.002352/0.4.  Firm 0 hears of 2 at their third meeting, on half of its sales:
    # 0.5·0.5·0.8·(1 - 0.5)/3·0.5·(1 - 0.1/0.4) = 0.0125.
    told = [0.1125, 0.002352 + 0.001176 * (1.0 - 0.002352 / 0.4), 0.0]
    assert firms.gain_meeting == pytest.approx(told, abs=1e-12)


@kernels(hold_meetings)
def test_own_meetings_fade_before_the_next(kernel: Any) -> None:
    network = three_firms()
    # 0.4·(1 - 0.5)² + 0.25
    hold(kernel, network, 3, between([(2, 0)], spontaneous=1))
    assert network.pairs.own_familiarity[0] == pytest.approx(0.35, abs=1e-7)
    assert network.pairs.last_own[0] == 3
    network.pairs.own_familiarity[0] = 0.9
    # At most 1: 0.9 + 0.25 within a month
    hold(kernel, network, 3, between([(2, 0)], spontaneous=1))
    assert network.pairs.own_familiarity[0] == 1.0


@kernels(hold_meetings)
@pytest.mark.parametrize("swapped", [False, True])
def test_news_of_a_pair_are_drawn_at_its_address(kernel: Any, swapped: bool) -> None:
    """The lower firm listens; a second meeting of the month has draws of its own."""
    pair = (1, 0) if swapped else (0, 1)
    for month in range(24):
        draws = uniforms(KEY, 1000, month, int(Process.MEETING_INFORMATION), 1001)
        heard = []
        network = three_firms()
        for _ in range(2):
            before = network.firms.gain_meeting[1]
            p = replace(P, information_probability=0.4)
            hold(kernel, network, month, between([pair], spontaneous=1), p)
            heard.append(bool(network.firms.gain_meeting[1] > before))
        mine = (draws[0], draws[2]) if swapped else (draws[1], draws[3])
        assert heard == [u < 0.4 for u in mine]


@kernels(apply_learning)
def test_lessons_are_added_to_both_firms(kernel: Any) -> None:
    network = three_firms()
    learned = np.array([[[0.5, 0.25], [1.0, 2.0]], [[0.125, 0.0], [8.0, 8.0]]])
    kernel(between([(0, 2), (1, BODY)], 2), learned, network.firms)
    assert network.firms.knowledge.tolist() == [[3.5, 4.25], [4.125, 3.0], [1.0, 4.0]]
    assert network.bodies.knowledge.tolist() == [[0.0, 5.0]]


@kernels(update_familiarity)
def test_familiarity_decays_and_gains(kernel: Any) -> None:
    pairs = SmallNetwork(3).pairs
    pairs.count = 4
    pairs.familiarity[:5] = 0.5, 1.0, 0.5, -1.0, 0.5
    pairs.gain[:5] = 0.125, 0.5, -1.0, 0.5, 0.5
    kernel(0.25, pairs)
    # 0.75·0.5 + 0.125; above 1; below 0; closed; not in use
    assert pairs.familiarity[:5].tolist() == [0.5, 1.0, 0.0, -1.0, 0.5]
    assert pairs.gain[:5].tolist() == [0.0, 0.0, 0.0, 0.0, 0.5]
