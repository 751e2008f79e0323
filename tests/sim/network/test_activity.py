"""How often firms meet by themselves and which strangers they meet, with values by hand (M1)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_network import SmallNetwork
from small_region import full_population, simulation

from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import Process, replication_key, uniforms
from innocluster.sim.network.activity import (
    Activity,
    occasions_in,
    set_activity,
    stranger_to,
)
from innocluster.sim.simulation import Simulation

KEY = replication_key(7)
P = replace(ParameterSet().record(), background_rate=0.25)
PEER = int(Process.BACKGROUND_PEER)


def performers(research: list[float], complexes: list[int]) -> SmallNetwork:
    """Firms of some complexes that spend so much on R&D a month, of sales of 100."""
    net = SmallNetwork(firms=len(research))
    net.firms.revenue[:] = 100.0
    net.firms.research_intensity[:] = np.array(research) / 100.0
    net.firms.complex[:] = complexes
    return net


@pytest.mark.parametrize("kernel", [set_activity, set_activity.py_func])
def test_occasions_grow_with_a_power_of_research(kernel) -> None:
    """R&D of 1, 4 and 16 and an exponent of a half: weights 1, 2, 4, mean 7/3."""
    net = performers([1.0, 4.0, 0.0, 16.0, 4.0], [0, 1, 1, 0, 1])
    net.firms.alive[4] = 0
    activity = Activity.of(net.firms.complex, 2)
    kernel(0.5, P, net.firms, activity)
    expected = 0.25 * np.array([1.0, 2.0, 0.0, 4.0, 0.0]) / (7.0 / 3.0)
    assert activity.rate[:5] == pytest.approx(expected, rel=1e-14)
    # 2 and 3 firms have 34 and 35 leaves, with two nodes on the level above and one above these.
    assert activity.start.tolist() == [0, 34, 69]
    assert activity.rows[:2].tolist() == [0, 3]
    assert activity.rows[34:37].tolist() == [1, 2, 4]
    weights = 69 * [0.0] + [5.0, 0.0, 5.0, 5.0, 5.0] + [2.0, 0.0, 2.0, 2.0, 2.0]
    weights[0], weights[1], weights[34] = 1.0, 4.0, 2.0
    assert activity.sums == pytest.approx(0.25 * 3.0 / 7.0 * np.array(weights), rel=1e-14)


@pytest.mark.parametrize("kernel", [set_activity, set_activity.py_func])
def test_new_firms_get_leaves_as_long_as_there_are_any(kernel) -> None:
    net = performers([1.0] * 36, [0] * 36)
    net.firms.count = 3
    activity = Activity.of(net.firms.complex[:3], 1)
    kernel(0.0, P, net.firms, activity)
    assert activity.has_room(net.firms.complex[:35])
    assert not activity.has_room(net.firms.complex[:36])
    net.firms.count = 35
    kernel(0.0, P, net.firms, activity)
    assert activity.rows.tolist() == list(range(35))
    assert activity.sums.tolist() == 35 * [0.25] + [8.0, 0.75, 8.75, 8.75, 8.75]


@pytest.mark.parametrize("kernel", [set_activity, set_activity.py_func])
def test_without_an_exponent_every_firm_with_research_has_the_same_rate_to_the_bit(kernel) -> None:
    net = performers([1.0, 3.7, 0.0, 1e5], [0, 0, 0, 0])
    net.firms.revenue[1] = 0.0
    activity = Activity.of(net.firms.complex, 1)
    kernel(0.0, P, net.firms, activity)
    assert activity.rate[:4].tolist() == [0.25, 0.25, 0.0, 0.25]


@pytest.mark.parametrize("exponent", [0.0, 0.4, 0.6, 0.8])
def test_occasions_of_all_firms_do_not_depend_on_the_exponent(exponent: float) -> None:
    run = simulation("P0", population=full_population(1))
    firms = run.state.firms
    activity = Activity.of(firms.complex[: firms.count], 7)
    set_activity(exponent, P, firms, activity)
    number = (firms.research_intensity[: firms.count] > 0.0).sum()
    assert activity.rate.sum() == pytest.approx(0.25 * number, rel=1e-12)


@pytest.mark.parametrize("kernel", [occasions_in, occasions_in.py_func])
def test_the_whole_part_of_the_rate_and_one_more_by_chance(kernel) -> None:
    activity = Activity.of(np.zeros(3, np.int16), 1)
    activity.rate[:3] = 0.0, 0.25, 2.25
    found = [[kernel(i, u, activity) for u in (0.0, 0.2499, 0.25, 0.99)] for i in range(3)]
    assert found == [[0, 0, 0, 0], [1, 1, 0, 0], [3, 3, 2, 2]]


@pytest.mark.parametrize("kernel", [stranger_to, stranger_to.py_func])
def test_strangers_are_found_by_one_draw_a_level(kernel) -> None:
    """40 firms: places 0 to 31 are below the first node, 32 to 39 below the second.

    Firm 5 has a rate of 1, firm 36 of 1 and firm 38 of 2, so that the nodes have 1 and 3.
    """
    net = performers([1.0] * 40, [0] * 40)
    activity = Activity.of(net.firms.complex, 1)
    set_activity(0.0, P, net.firms, activity)
    activity.rate[:] = 0.0
    activity.rate[[5, 36, 38]] = 1.0, 1.0, 2.0
    # 77 leaves, three nodes and three levels of one.
    activity.sums[:77] = activity.rate[:77]
    activity.sums[77:] = 1.0, 3.0, 0.0, 4.0, 4.0, 4.0
    found = set()
    for month in range(60):
        expected = -1
        for attempt in range(4):
            _, _, u, v = uniforms(KEY, 1036, month, PEER, attempt)
            expected = 5 if 4.0 * u < 1.0 else 36 if 3.0 * v < 1.0 else 38
            if expected != 36:
                break
        else:
            expected = -1
        assert kernel(KEY, month, 36, net.firms, activity) == expected
        found.add(expected)
    assert {5, 38} <= found


def test_a_firm_without_others_meets_nobody() -> None:
    net = performers([1.0, 0.0, 1.0], [0, 0, 1])
    activity = Activity.of(net.firms.complex, 3)
    set_activity(0.6, P, net.firms, activity)
    assert [stranger_to(KEY, 0, i, net.firms, activity) for i in (0, 1, 2)] == [-1, 0, -1]


def test_one_more_firm_moves_few_choices_between_the_others() -> None:
    """Of 1,000 equal firms one closes: a line of all sums would move every second choice."""
    net = performers([1.0] * 1000, [0] * 1000)
    activity = Activity.of(net.firms.complex, 1)
    set_activity(0.6, P, net.firms, activity)
    before = [stranger_to(KEY, month, 999, net.firms, activity) for month in range(10_000)]
    net.firms.alive[500] = 0
    set_activity(0.6, P, net.firms, activity)
    after = [stranger_to(KEY, month, 999, net.firms, activity) for month in range(10_000)]
    moved = sum(one != other for one, other in zip(before, after, strict=True))
    assert 0 < moved < 300
    assert 500 in before
    assert 500 not in after


@pytest.fixture(scope="module", params=[1, 2])
def late(request: pytest.FixtureRequest) -> Simulation:
    """A run without a programme that has come to the end of 2009."""
    run = simulation("P0", request.param, full_population(request.param), last=(2009, 12))
    run.run()
    return run


def test_few_firms_have_many_partners_and_those_with_research_staff(late: Simulation) -> None:
    firms, pairs = late.state.firms, late.state.pairs
    tied = np.flatnonzero(pairs.familiarity[: pairs.count] >= late.parameters.tie_familiarity)
    degree = np.bincount(pairs.first[tied], minlength=firms.count)[: firms.count].astype(float)
    others = pairs.second[tied]
    degree += np.bincount(others[others < firms.count], minlength=firms.count)
    research = firms.research_intensity[: firms.count] * firms.revenue[: firms.count]
    does = (firms.alive[: firms.count] == 1) & (research > 0.0)
    degree, research = degree[does], research[does]
    assert degree.max() / degree.mean() >= 8.0
    assert late.series.annual["degree_skewness"][-1][0] > 2.0
    met = degree > 0.0
    slope = np.polyfit(np.log(research[met]), np.log(degree[met]), 1)[0]
    assert 0.3 <= slope <= 0.7
