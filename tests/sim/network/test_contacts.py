"""Meetings, learning and familiarity of three firms and a research body, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_network import SmallNetwork

from innocluster.sim.ground.forms import Forms
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.network.contacts import (
    Meetings,
    apply_learning,
    hold_meetings,
    update_familiarity,
)
from innocluster.sim.network.pairs import BODY

USUAL = np.array([1.0, 2.0])
P = replace(
    ParameterSet().record(),
    familiarity_meeting=0.25,
    familiarity_decay=0.5,
    learning_meeting=0.1,
    attendance_days=2.0,
    information_probability=0.75,
    information_gain=0.5,
    information_ceiling=0.4,
    sharing_strangers=0.25,
    sharing_trusted=0.75,
    news_refresh=0.5,
    rival_secrecy=0.75,
    product_line_revenue=600.0,
)


def kernels(kernel: Any) -> Any:
    return pytest.mark.parametrize("kernel", [kernel, kernel.py_func], ids=["compiled", "plain"])


def three_firms() -> SmallNetwork:
    """Firms 0 and 1 make the same, 2 is of another sector; annual sales 1200, 300 and 2400."""
    network = SmallNetwork(3, 1)
    firms = network.firms
    firms.knowledge[:] = [[3.0, 4.0], [4.0, 3.0], [0.0, 2.0]]
    network.bodies.knowledge[:] = [[0.0, 5.0]]
    firms.absorption[:] = 0.5, 0.25, 1.0
    firms.sector[:] = 0, 0, 1
    firms.niche[:] = 3
    # Without luck 0.5, 0.25 and 1 above the mean of their sectors.
    firms.log_productivity[:] = 2.0, 1.0, 3.5
    firms.shock[:] = 0.5, -0.25, 0.5
    firms.revenue[:] = 100.0, 25.0, 200.0
    firms.gain_meeting[:] = 0.1, 0.0, 0.0
    network.meet(
        0, 2, familiarity=0.5, meetings=2, last_met=3, news=0.25, gain=0.125, brokered=1,
        last_brokered=3, last_own=1, own_familiarity=0.4, tie=1, asked=5,
    )  # fmt: skip
    return network


def between(pairs: list[tuple[int, int]], spontaneous: int) -> Meetings:
    first, second = np.array(pairs, np.int32).T.copy()
    return Meetings.between(first, second, spontaneous)


def hold(
    kernel: Any, network: SmallNetwork, month: int, meetings: Meetings, p: Any = P,
    **forms: str,
) -> Any:  # fmt: skip
    """What was learned."""
    learned = np.full((meetings.first.size, 2, 2), np.nan)
    network.pairs.count = kernel(
        month, p, Forms.of(forms), meetings, learned, USUAL, network.firms, network.bodies,
        network.pairs,
    )  # fmt: skip
    return learned


@kernels(hold_meetings)
def test_a_month_of_four_meetings(kernel: Any) -> None:
    network = three_firms()
    firms, pairs = network.firms, network.pairs
    # What a row may hold of a pair that was forgotten.
    for name in (
        "familiarity",
        "news",
        "gain",
        "meetings",
        "brokered",
        "own_familiarity",
        "tie",
        "asked",
    ):
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
    # Firm 1 hears of 0, its rival, at the first and the second meeting of the two.  Strangers
    # tell a quarter of what is left, 1 and then 3/4, and keep three quarters of it from rivals:
    # 0.5·0.25·0.96·(0.5 - 0.25)·0.25·0.25 = 0.001875, then 3/4 of it with the room
    # 1 - 0.001875/0.4.  Firm 0 hears of 2, a friend: 1 - 3/4·(1/2)⁴ = 61/64 of all news after
    # four months, (1/4 + ½·½) of it told; 0.5·0.5·0.8·(1 - 0.5)·61/128·½·(1 - 0.1/0.4).
    told = [0.1 + 0.0375 * 61 / 128, 0.001875 + 0.00140625 * (1.0 - 0.001875 / 0.4), 0.0]
    assert firms.gain_meeting == pytest.approx(told, abs=1e-12)
    assert history("news")[:2] == [61 / 128, 9 / 16]


@pytest.mark.parametrize(
    ("forms", "first", "friend", "news"),
    [
        # 3/4 of the news at a first meeting, half of that at the next, a third at the third one.
        ({"sharing": "strangers"}, 0.03 * 0.75 / 4, 0.1 * 0.75 / 3, [0.25, 1.0]),
        # Nothing to strangers, ½·¾ of 61/64 to a friend.
        ({"sharing": "trust"}, 0.0, 0.1 * 0.375 * 61 / 64, [0.625 * 61 / 64, 1.0]),
        ({"sharing": "flow"}, 0.03 / 16, 0.1 * 61 / 128, [61 / 128, 0.75]),
        # Who knows the same to 0.96 of one sector holds back 0.96² of it.
        ({"rivalry": "technology"}, 0.03 / 4 * (1 - 0.96**2), 0.1 * 61 / 128, [61 / 128, 0.75]),
    ],
    ids=["strangers", "trust", "flow", "technology"],
)
@kernels(hold_meetings)
def test_other_forms(
    kernel: Any, forms: dict[str, str], first: float, friend: float, news: list[float]
) -> None:
    network = three_firms()
    hold(kernel, network, 7, between([(0, 1), (2, 0)], 2), **forms)
    # Half of firm 0 is a line, and it has learned a quarter of what there is.
    told = [0.1 + friend * 0.375, first, 0.0]
    assert network.firms.gain_meeting == pytest.approx(told, abs=1e-9)
    assert network.pairs.news[:2] == pytest.approx(news, abs=1e-7)


@pytest.mark.parametrize(("sector", "niche", "told"), [(0, 4, 4.0), (1, 3, 4.0), (0, 3, 1.0)])
@kernels(hold_meetings)
def test_rivals_make_the_same(kernel: Any, sector: int, niche: int, told: float) -> None:
    """Another sector, or another niche of the sector, is no rival: it tells four times as much."""
    network = three_firms()
    network.firms.sector[1], network.firms.niche[1] = sector, niche
    network.firms.log_productivity[1] += USUAL[sector] - USUAL[0]
    hold(kernel, network, 7, between([(0, 1)], 1))
    assert network.firms.gain_meeting[1] == pytest.approx(told * 0.001875, abs=1e-12)


def told_in(meetings: int, form: str, **changes: float) -> float:
    """What two equal firms, a gap of one apart, tell in as many meetings, one a month."""
    p = replace(
        ParameterSet().record(), information_gain=1.0, information_ceiling=1e9, **changes
    )  # fmt: skip
    network = SmallNetwork(2)
    firms = network.firms
    firms.knowledge[:] = 1.0
    firms.absorption[:] = 1.0
    firms.log_productivity[:] = 3.0, 2.0
    firms.niche[:] = 0, 1
    for month in range(meetings):
        hold(hold_meetings, network, month, between([(0, 1)], 1), p, sharing=form)
        update_familiarity(p.familiarity_decay, network.pairs)
    return float(firms.gain_meeting[1])


def test_news_that_two_tell_in_a_year() -> None:
    """Published closed form: 0.10, 0.64 and 1.20 of all news in 1, 4 and 12 meetings."""
    told = [told_in(n, "trust_novelty") for n in (1, 4, 12)]
    assert [round(part, 2) for part in told] == [0.10, 0.64, 1.20]
    # q0 = 0.05 gives 24 : 1 and 0.20 gives 6.1 : 1; 1/n gives 3.1 : 1.
    timid, open_ = (
        told_in(12, "trust_novelty", sharing_strangers=q) / told_in(1, "trust_novelty",
        sharing_strangers=q) for q in (0.05, 0.20)
    )  # fmt: skip
    assert (round(timid), round(open_, 1)) == (24, 6.1)
    once = told_in(1, "strangers")
    assert told_in(12, "strangers") == pytest.approx(once * sum(1 / n for n in range(1, 13)))
    assert told_in(1, "trust") == 0.0
    assert told_in(12, "trust") == pytest.approx(
        told_in(12, "trust_novelty", sharing_strangers=0.0), rel=1e-12
    )
    assert told_in(12, "flow") == told_in(12, "trust_novelty")


def test_limits_of_what_two_tell() -> None:
    """All is new again every month and nobody minds strangers: every meeting is worth the same.

    Without refreshment no more is told than there is.
    """
    same = {"sharing_strangers": 0.3, "sharing_trusted": 0.3}
    assert told_in(12, "trust_novelty", news_refresh=1.0, **same) == pytest.approx(3.6, rel=1e-6)
    stale = told_in(12, "trust_novelty", news_refresh=0.0, **same)
    assert stale == pytest.approx(1.0 - 0.7**12, rel=1e-6)


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
