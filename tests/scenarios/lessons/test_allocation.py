"""The split of a budget on invented runs: accounts by hand, the front, its re-run, its replay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_region import same, simulation

from innocluster.scenarios.arms import BASELINE
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.lessons import allocation
from innocluster.scenarios.lessons.allocation import LEVERS, OBJECTIVES, Plan, count_runs, optimise
from innocluster.scenarios.runs.execution import Outcome
from innocluster.scenarios.runs.indicators import MEASURES
from innocluster.scenarios.runs.inputs import World
from innocluster.scenarios.runs.study import Study
from innocluster.scenarios.schema import Scenario

pytest.importorskip("pymoo")

SCENARIO = Scenario.default().replaced(last="2008-12")
PLAN = Plan(("P5", "P3"), ("budget", "members"), points=24, worlds=2, front=5, again=4)
SHARES = np.array([0.4, 0.2, 0.15, 0.1, 0.08, 0.05, 0.02])


Planned = Sequence[World]


def invented(study: Study, planned: Planned, how: Any) -> dict[tuple[str, int], Outcome]:
    """Runs in which a budget b for m members costs 10 b a year and adds 4 √b m - 2 m² a year.

    KRW bn; under P3 a tenth less.  The largest two complexes hold more than half; all get their
    share.
    """
    result = {}
    for world, arms, _ in planned:
        for arm in arms:
            years, places = 6, 8
            yearly = {measure.name: np.zeros((years, places)) for measure in MEASURES}
            yearly["learned_productivity"] = np.zeros((years, places))
            value = 1.0 + 0.01 * world
            yearly["value_added"][:, 1:] = 50.0 * value * SHARES
            if arm != BASELINE:
                own = study.inputs.arms[arm].scenario.programme
                budget, members = own.budget_scale, own.members_scale
                added = 4.0 * np.sqrt(budget) * members - 2.0 * members**2
                added *= 0.9 if arm.startswith("P3") else 1.0
                yearly["value_added"][2:, 1:] += 1e-3 * added * SHARES
                yearly["spent_meetings"][2:, 1:] = 10.0 * budget / 7.0
            for table in yearly.values():
                table[:, 0] = table[:, 1:].sum(axis=1)
            result[arm, world] = Outcome(arm, world, 0.0, yearly)
    return result


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    monkeypatch.setattr(allocation, "executed", invented)
    return optimise(PLAN, SCENARIO).tables["front"]


def test_objectives_are_present_values(front: pd.DataFrame) -> None:
    budget, members = front["programme.budget_scale"], front["programme.members_scale"]
    # 2005 to 2008 at 5.5 %: 1 + .947867 + .898452 + .851614
    years = 3.697933
    assert front["cost_ran"].to_numpy() == pytest.approx(1.2 * 10.0 * budget * years, rel=1e-5)
    added = (4.0 * np.sqrt(budget) * members - 2.0 * members**2) * years
    added *= np.where(front["policy"] == "P3", 0.9, 1.0)
    # .4 and .2 hold more than half
    assert front["rest_ran"].to_numpy() == pytest.approx(0.4 * added, rel=1e-5)


def test_the_front_is_one_and_its_reruns_lie_in_the_bands(front: pd.DataFrame) -> None:
    assert len(front) <= PLAN.front
    assert (front["policy"] == "P5").mean() >= 0.8
    ordered = front.sort_values("cost_ran")
    assert ordered["rest_ran"].is_monotonic_increasing
    for name in OBJECTIVES:
        width = front[f"{name}_high"] - front[f"{name}_low"]
        assert (width >= 0.0).all()
        near = (front[f"{name}_ran"] - front[name]).abs()
        assert near.max() < 0.1 * front[f"{name}_ran"].abs().max()


def test_the_same_plan_gives_the_same_front(
    front: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = optimise(PLAN, SCENARIO).tables["front"]
    pd.testing.assert_frame_equal(front, again, check_exact=True)


def test_a_failed_run_is_counted_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(study: Study, planned: Planned, how: Any) -> dict[tuple[str, int], Outcome]:
        result = invented(study, planned, how)
        if planned[0].replication == 0:
            arm = planned[0].arms[1]
            result[arm, 0] = Outcome(arm, 0, 0.0, None, "broken")
        return result

    monkeypatch.setattr(allocation, "executed", failing)
    lesson = optimise(PLAN, SCENARIO)
    assert lesson.meta["failures"] == 1
    assert np.isfinite(lesson.tables["front"]["net_ran"]).all()


def test_levers_are_entries_of_a_scenario_that_need_a_programme() -> None:
    for lever in LEVERS:
        assert Plan(("P5",), (lever,)).sweep(SCENARIO).vary[0].entry == LEVERS[lever][0]
    with pytest.raises(InputError, match="budget"):
        Plan(("P5",), ("bugdet",)).sweep(SCENARIO)
    with pytest.raises(InputError, match="a policy with a programme"):
        Plan(("P0",), ("budget",)).sweep(SCENARIO)


def test_runs_are_counted() -> None:
    # 24 · 2 + 16 + (5 + 1) · 4
    assert count_runs(PLAN) == 88


def test_levers_change_nothing_without_a_programme() -> None:
    """So that all points share one reference a world."""
    usual = simulation("P0", last=(2006, 6)).run()
    ends = {
        entry.partition(".")[2]: high
        for entry, _, high in LEVERS.values()
        if entry.startswith("parameters.")
    }
    moved = simulation("P0", last=(2006, 6), unchecked=ends, members_scale=2.0).run()
    assert same(usual.values, moved.values, 42)
