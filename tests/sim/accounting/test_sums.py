"""Sums of three firms worked out on paper, and names that hold whatever their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hand_tables import firms
from small_region import simulation

from innocluster.sim.accounting.costs import COSTS
from innocluster.sim.accounting.growth_terms import AGGREGATES
from innocluster.sim.accounting.series import INDICATORS, SUMMED, sum_firms
from innocluster.sim.ground.counts import Counts


@pytest.mark.parametrize("january", [False, True])
@pytest.mark.parametrize("kernel", [sum_firms, sum_firms.py_func], ids=["compiled", "uncompiled"])
def test_firms_are_summed_by_complex(kernel: Callable[..., Any], january: bool) -> None:
    table = firms(
        4,
        alive=[1, 0, 1, 1],
        complex=[1, 1, 0, 1],
        sector=[0, 0, 1, 1],
        member=[1, 1, 0, 0],
        cohort=[0, 1, 1, 0],
        revenue=[100.0, 50.0, 40.0, 8.0],
        exports=[3.0, 9.0, 2.0, 0.5],
        employees=[10.0, 90.0, 5.0, 2.0],
        revenue_year=[1000.0, 1.0, 400.0, 80.0],
        research_year=[10.0, 1.0, 4.0, 8.0],
    )
    totals = np.zeros((9, 2))
    spending, grants = np.array([4.0, 9.0, 1.0, 0.0, 9.0]), np.array([2.0, 9.0, 0.0, 0.25, 9.0])
    kernel(january, np.array([0.5, 0.25]), table, spending, grants, totals)
    assert dict(zip(SUMMED, totals.tolist(), strict=True)) == {
        "revenue": [40.0, 108.0],
        "exports": [2.0, 3.5],
        "value_added": [10.0, 52.0],
        "employees": [5.0, 12.0],
        "firms": [1.0, 2.0],
        "members": [0.0, 1.0],
        "member_revenue": [0.0, 100.0],
        "research_spending": [1.0, 6.25],
        "cohort_revenue": [40.0, 0.0],
    }
    since = [100.0, 0.0, 40.0, 8.0] if january else [1100.0, 1.0, 440.0, 88.0]
    assert table.revenue_year.tolist() == [*since, 0.0]
    since = [6.0, 0.0, 1.0, 0.25] if january else [16.0, 1.0, 5.0, 8.25]
    assert table.research_year.tolist() == [*since, 0.0]


def test_every_indicator_has_one_source() -> None:
    counted = list(Counts.nothing(2).recorded())
    alone = ("carry_over", "tenants", "smaller_revenue")
    assert sorted([*SUMMED, *AGGREGATES, *COSTS, *counted, *alone]) == sorted(INDICATORS)


def test_what_is_counted_is_recorded_under_its_name() -> None:
    counts = Counts.nothing(2)
    counts.starts[:] = 1, 2
    counts.overhead[:] = 3.0, 4.0
    recorded = counts.recorded()
    assert recorded["joint_projects"].tolist() == [1, 2]
    assert recorded["spent_overhead"].tolist() == [3.0, 4.0]
    assert counts.spent.tolist() == [0.0, 0.0]
    for name in ("meetings", "introductions", "tasks", "research", "support", "transfers"):
        getattr(counts, f"{name}_spent")[:] = 1.0
    assert counts.spent.tolist() == [6.0, 6.0]


def test_a_month_fills_every_series() -> None:
    run = simulation("P0")
    run.step()
    for name, values in run.series.values.items():
        assert np.isfinite(values[0]).all(), name
        assert np.isnan(values[1]).all(), name
    firms_now = run.series.values["firms"][0].sum()
    assert run.series.values["employees"][0].sum() > firms_now > 500
