"""Boxes: planted ones are found, and there is none where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import sweep_methods as known
from scipy.stats import binom

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.sweeps.boxes import Space, excess, tree_boxes
from innocluster.scenarios.sweeps.discovery import discover, reproducibility


def test_excess_by_hand() -> None:
    cases = np.array([True, True, True, False, False, False, False, True])
    inside = np.array([True, True, True, True, False, False, False, False])
    # 3 of 4 inside, 1 of 4 outside, 4 of 8 in all
    expected = 2 * (3 * np.log(3 / 4) + np.log(1 / 4)) - 8 * np.log(1 / 2)
    assert excess(cases, inside) == pytest.approx(expected)
    assert excess(cases, ~inside) == 0.0
    assert excess(cases, np.ones(8, dtype=bool)) == 0.0


def test_slices_take_whole_values_and_levels() -> None:
    table = pd.DataFrame({"x": [0.0, 0.0, 1.0, 2.0, 3.0, 3.0], "text": list("aabbcc")})
    slices = [rows.tolist() for rows in Space.of(table).slices(np.ones(6, dtype=bool), 0.05)]
    assert slices == [[0, 1], [4, 5], [0, 1], [2, 3], [4, 5]]
    one_level = np.array([True, True, False, False, False, False])
    assert list(Space.of(table).slices(one_level, 0.05)) == []


def test_a_sharp_box_is_found_as_it_is() -> None:
    unit = np.random.default_rng(1).random((400, 3))
    table = pd.DataFrame(unit, columns=["x", "y", "z"])
    cases = ((table["x"] > 0.4) & (table["y"] <= 0.6)).to_numpy()
    found = discover(table, cases)
    assert found.p == pytest.approx(1 / 200)
    assert found.box is not None
    assert (found.box.coverage, found.box.density) == (1.0, 1.0)
    by_name = {limit.name: limit for limit in found.box.limits}
    assert set(by_name) == {"x", "y"}
    assert by_name["x"].low == table["x"][cases].min()
    assert by_name["y"].high == table["y"][cases].max()
    assert (by_name["x"].high, by_name["y"].low) == (None, None)
    assert max(limit.p for limit in found.box.limits) < 1e-9
    first, last = found.trajectory.iloc[0], found.trajectory.iloc[-1]
    assert (first["support"], first["coverage"]) == (1.0, 1.0)
    assert first["density"] == pytest.approx(cases.mean())
    assert last["support"] <= 0.4
    assert (np.diff(found.trajectory["support"]) < 0.0).all()


def test_quasi_p_is_the_chance_of_as_many_cases_without_the_limit() -> None:
    table, cases, _ = known.planted(3)
    box = discover(table, cases).box
    assert box is not None
    space = Space.of(table)
    limit = box.limits[0]
    without = space.inside([other for other in box.limits if other is not limit])
    assert limit.p == pytest.approx(binom.sf(box.cases - 1, box.runs, cases[without].mean()))
    inside = space.inside(box.limits)
    assert (box.runs, box.cases) == (inside.sum(), cases[inside].sum())


def test_the_first_peel_gains_most_for_each_run_lost() -> None:
    # 20 cases of 40. Without level b 11 of 20 are left: .05 for 20 runs, .0025 each. Without the
    # two lowest x 20 of 38: .0263 for two, .0132 each.
    table = pd.DataFrame({"x": np.arange(40.0), "text": ["a", "b"] * 20})
    cases = np.zeros(40, dtype=bool)
    cases[np.arange(2, 24, 2)] = True
    cases[np.arange(3, 39, 4)] = True
    found = discover(table, cases)
    assert found.trajectory["support"].iloc[1] == 38 / 40
    assert found.trajectory["density"].iloc[1] == 20 / 38


def test_planted_boxes_are_found() -> None:
    found = np.array([known.planted_box(seed) for seed in range(3)])
    assert (found >= 0.8).all()


def test_no_box_is_found_where_cases_fall_by_chance() -> None:
    assert [known.null_box(seed) for seed in range(10)] == [None] * 10


@pytest.mark.slow
def test_planted_boxes_are_found_in_most_of_a_hundred() -> None:
    found = np.array([known.planted_box(seed) for seed in range(100)])
    assert (found.min(axis=1) >= 0.8).sum() >= 90


@pytest.mark.slow
def test_no_box_where_there_is_none_in_a_hundred() -> None:
    assert sum(known.null_box(seed) is None for seed in range(100)) >= 95


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_no_box_where_all_runs_are_alike(share: float) -> None:
    table, _, _ = known.planted(1, runs=50)
    found = discover(table, np.full(50, bool(share)))
    assert (found.box, found.p) == (None, 1.0)


def test_bootstrap_shows_which_limits_come_again() -> None:
    table, cases, _ = known.planted(3)
    found = reproducibility(table, cases, resamples=10)
    assert set(found["input"][found["share"] == 1.0]) >= {"x0", "x1"}
    row = found.set_index("input").loc["x0"]
    assert row["low_5"] <= row["low_95"] < row["high_5"] <= row["high_95"]
    assert found["share"].iloc[-1] <= 0.5 or len(found) <= 3


def test_what_cannot_be_searched_is_refused() -> None:
    table, cases, _ = known.planted(1, runs=40)
    with pytest.raises(InputError, match="39 of 40 runs"):
        discover(table, cases[:-1])
    table.loc[5, "x3"] = np.nan
    with pytest.raises(InputError, match="x3, run 5 = nan"):
        discover(table, cases)


def test_tree_finds_the_planted_box_and_stays_a_root_without_one() -> None:
    pytest.importorskip("sklearn")
    table, cases, _ = known.planted(3)
    box = tree_boxes(table, cases)[0]
    assert {"x0", "x1"} <= {limit.name for limit in box.limits}
    assert min(box.coverage, box.density) >= 0.8
    chance = np.random.default_rng(2).random(500) < 0.3
    assert tree_boxes(table, chance) == []
    assert tree_boxes(table, np.zeros(500, dtype=bool)) == []
