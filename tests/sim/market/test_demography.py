"""Exit and entry on tables of a few rows, with values worked out by hand (E1, E2, U4)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from small_network import SmallNetwork

from innocluster.sim.ground.counts import Counts
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import Process, replication_key, uniforms
from innocluster.sim.market.demography import (
    close_firms,
    count_entrants,
    entrant_identifier,
    expected_exits,
    spin_offs,
)

KEY = replication_key(7)
EXIT = pytest.mark.parametrize("kernel", [close_firms, close_firms.py_func])


def closes(
    kernel, draw: list[float], month: int = 24, bounds: dict[str, float] | None = None,
    **columns: list[float],
) -> list[int]:  # fmt: skip
    """Rows that close among firms of twenty employees founded in the month before `month`."""
    firms = SmallNetwork(firms=len(draw)).firms
    firms.employees[:] = 20.0
    firms.entered[:] = month
    firms.member[:] = 1
    firms.complex[:] = 1
    for name, values in columns.items():
        getattr(firms, name)[:] = values
    closed = np.full(len(draw), -1, np.int32)
    counts = Counts.nothing(2)
    values = {
        "exit_rate": 0.24, "established_exit_rate": 0.04, "exit_size": 0.5, "exit_age": 10.0,
        **(bounds or {}),
    }  # fmt: skip
    p = ParameterSet(unchecked=values).record()
    before = firms.alive.copy()
    number = kernel(month, p, np.array(draw), firms, closed, counts)
    rows = closed[:number].tolist()
    assert counts.closures.tolist() == [0, number]
    gone = [row in rows for row in range(len(draw))]
    assert firms.alive.tolist() == [0 if g else int(b) for g, b in zip(gone, before, strict=True)]
    assert firms.member.tolist() == [0 if g else 1 for g in gone]
    return rows


@EXIT
def test_firms_close_after_six_months_below_zero(kernel) -> None:
    assert closes(kernel, [0.999, 0.999, 0.999], months_negative=[5, 6, 7]) == [1, 2]


@EXIT
def test_patience_and_the_size_that_is_taken_over_are_parameters(kernel) -> None:
    patient = {"insolvency_patience": 9.0}
    assert closes(kernel, [0.999, 0.999], bounds=patient, months_negative=[8, 9]) == [1]
    sizes = {"employees": [29.9, 30.0], "bounds": {"takeover_size": 30.0}}
    assert closes(kernel, [0.0, 0.0], **sizes) == [0]
    assert closes(kernel, [0.999, 0.999], months_negative=[6, 6], **sizes) == [0, 1]


@EXIT
def test_the_closed_close_no_more(kernel) -> None:
    assert closes(kernel, [0.0, 0.0], months_negative=[9, 0], alive=[0, 1]) == [1]


@EXIT
def test_hazard_falls_with_size_and_age(kernel) -> None:
    # A new firm of twenty: 0.24 a year; of 80: half; of 5: twice that.  After 20 years 0.04 and
    # exp(-2) of the other 0.2: ten years of age when it entered in 2003 and 120 months since.
    old = 0.04 + 0.2 * math.exp(-2.0)
    for month, hazard, columns in (
        (24, 0.24, {}),
        (24, 0.12, {"employees": [80.0, 80.0]}),
        (24, 0.48, {"employees": [5.0, 5.0]}),
        (120, old, {"age": [120.0, 120.0], "entered": [-1, -1]}),
        (130, 0.04 + 0.2 * math.exp(-1.0), {"entered": [10, 10]}),
    ):
        chance = 1.0 - math.exp(-hazard / 12.0)
        draws = [chance * (1.0 - 1e-9), chance * (1.0 + 1e-9)]
        assert closes(kernel, draws, month, **columns) == [0]


@pytest.mark.parametrize("kernel", [expected_exits, expected_exits.py_func])
def test_exits_to_expect_are_the_hazards_summed(kernel) -> None:
    firms = SmallNetwork(firms=4).firms
    firms.complex[:] = [1, 0, 1, 1]
    firms.alive[:] = [1, 1, 0, 1]
    firms.employees[:] = [20.0, 80.0, 20.0, 20.0]
    firms.age[:] = [0.0, 0.0, 0.0, 120.0]
    firms.entered[:] = [24, 24, 24, -1]
    p = ParameterSet(
        unchecked={
            "exit_rate": 0.24, "established_exit_rate": 0.04, "exit_size": 0.5, "exit_age": 10.0,
        }
    ).record()  # fmt: skip
    # A new firm of twenty and one of twelve years; a new firm of eighty; the closed close no more.
    expected = [0.12, 0.24 + 0.04 + 0.2 * math.exp(-1.2), 0.0]
    assert kernel(24, p, 3, firms).tolist() == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("kernel", [count_entrants, count_entrants.py_func])
def test_entrants_follow_profit_and_free_plots(kernel) -> None:
    u = uniforms(KEY, 0, 24, int(Process.ENTRY), 0)[0]
    # 1.5·0.06/12·200·0.5·exp(2·0.1) entrants are expected in complex 0, none in complex 1.
    mean = 0.75 * math.exp(0.2)
    # The count is Poisson by inversion: how many of its cumulated terms lie below the uniform.
    terms = [math.exp(-mean) * mean**k / math.factorial(k) for k in range(20)]
    expected = sum(total < u for total in np.cumsum(terms))
    p = ParameterSet(unchecked={"entry_scale": 1.5, "entry_profit": 2.0}).record()
    arguments = [
        np.array([200, 200]), np.array([0.5, 0.0]), np.array([0.06, 0.06]), np.array([0.15, 0.9]),
        np.array([0.05, 0.05]),
    ]  # fmt: skip
    assert kernel(KEY, 24, p, *arguments).tolist() == [expected, 0]


@pytest.mark.parametrize("exact", [0.3, 2.5, 7.0])
def test_the_expected_number_is_the_product_of_its_factors(exact: float) -> None:
    """At a uniform that just reaches the first term of the Poisson none enters, else one."""
    u = uniforms(KEY, 0, 24, int(Process.ENTRY), 0)[0]
    # exp(-mean) = u where nobody enters any more; all factors of the mean but one are given.
    mean = -math.log(u)
    rate = mean * 12.0 / (1.5 * 200.0 * 0.5 * math.exp(2.0 * exact / 10.0))
    p = ParameterSet(unchecked={"entry_scale": 1.5, "entry_profit": 2.0}).record()
    for factor, expected in ((1.0 - 1e-9, 0), (1.0 + 1e-9, 1)):
        found = count_entrants(
            KEY, 24, p, np.array([200]), np.array([0.5]), np.array([factor * rate]),
            np.array([0.05 + exact / 10.0]), np.array([0.05]),
        )  # fmt: skip
        assert found.tolist() == [expected]


def test_identifiers_of_entrants_are_all_different() -> None:
    assert entrant_identifier(0, 0, 0) == 16_777_216
    assert entrant_identifier(2, 3, 5) == 3 * 16_777_216 + 3 * 65_536 + 5


@pytest.mark.parametrize("kernel", [spin_offs, spin_offs.py_func])
def test_universities_found_firms_at_the_rate(kernel) -> None:
    bodies = SmallNetwork(firms=1, bodies=3).bodies
    bodies.institute[:] = [0, 1, 0]
    u = [uniforms(KEY, b, 24, int(Process.SPIN_OFF), 0)[0] for b in (9, 10, 11)]
    for rate in (12.0 * u[0], 12.0 * u[2], 12.0):
        for factor in (1.0 - 1e-9, 1.0 + 1e-9):
            p = ParameterSet(unchecked={"spin_off_rate": factor * rate}).record()
            expected = [b for b in (0, 2) if u[b] < factor * rate / 12.0]
            assert kernel(KEY, 24, p, bodies).tolist() == expected
