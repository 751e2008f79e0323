"""What the model gives beside what happened, the goals and the simple forecasts."""

from __future__ import annotations

import csv
import math

import numpy as np
import pandas as pd
import pytest

from innocluster.scenarios.files import DATA
from innocluster.scenarios.runs.backtest import COLUMNS, backtest_frame, forecast_errors
from innocluster.scenarios.runs.indicators import Target, indicator_list, load_targets
from innocluster.scenarios.runs.results import ALL

KEYS = (ALL, "ulsan", "gumi")


def target(name: str, place: str, value: float, error: float, kind: str, role: str) -> Target:
    return Target(name, place, value, error, "KRW tn", kind, role, f"source of {name}")


TARGETS = (
    target("revenue_2003", ALL, 157.0, math.nan, "baseline", "initial"),
    target("revenue_2008", ALL, 291.0, math.nan, "goal", "goal"),
    target("revenue_2008", ALL, 283.0, 12.0, "observed", "hold-out"),
    target("revenue_2005", "gumi", 60.0, 4.0, "observed", "fit"),
    target("employees_2005", "gumi", 80_000.0, 4_000.0, "observed", "hold-out"),
    target("revenue_2008", "gumi", 80.0, math.nan, "plan", "goal"),
    target("revenue_2017", "ulsan", 145.0, 7.0, "observed", "hold-out"),
)


def world(scale: float) -> dict[str, np.ndarray]:
    """Revenue 160 = 100 + 60 in 2003, then 10 more a year in Ulsan, 5 in Gumi; 2003 to 2008."""
    years = np.arange(6.0)[:, None]
    revenue = np.hstack([160.0 + 15.0 * years, 100.0 + 10.0 * years, 60.0 + 5.0 * years]) * scale
    employees = np.hstack([160e3 + 0 * years, 90e3 + 0 * years, 70e3 + 0 * years])
    tables = dict.fromkeys((i.measure for i in indicator_list(2008)), np.ones((6, 3)))
    return {**tables, "revenue": revenue, "employees": employees}


def table(*scales: float) -> pd.DataFrame:
    worlds = [world(scale) for scale in scales]
    tables = {name: np.stack([one[name] for one in worlds]) for name in worlds[0]}
    return backtest_frame({"P5": tables}, KEYS, 2008, TARGETS)


def row(frame: pd.DataFrame, name: str, place: str) -> pd.Series:
    (found,) = frame[(frame["indicator"] == name) & (frame["complex"] == place)].iloc
    return found


def test_a_row_by_hand() -> None:
    frame = table(1.0)
    assert tuple(frame) == COLUMNS
    assert len(frame) == 4  # 2003 is met, 2017 lies beyond the run
    whole = row(frame, "revenue_2008", ALL)
    assert whole["mean"] == 235.0
    assert math.isnan(whole["low"])
    assert whole["observed"] == 283.0
    assert whole["errors"] == pytest.approx((283.0 - 235.0) / 12.0)
    assert (whole["goal"], whole["goal_kind"], whole["role"]) == (291.0, "goal", "hold-out")
    assert whole["source"] == "source of revenue_2008; source of revenue_2008"
    # 1194 of 675 KRW tn shipped; 1.12^5; from 157 to 291 in five years.
    assert whole["national"] == pytest.approx(160.0 * 1194 / 675)
    assert whole["constant"] == pytest.approx(160.0 * 1.7623416832)
    assert whole["line"] == pytest.approx(160.0 * 291.0 / 157.0)
    assert math.isnan(whole["shares"])


def test_complexes_have_their_plans_and_fixed_shares() -> None:
    frame = table(1.0)
    plan = row(frame, "revenue_2008", "gumi")
    assert (plan["goal"], plan["goal_kind"]) == (80.0, "plan")
    assert math.isnan(plan["observed"])
    assert math.isnan(plan["errors"])
    # 60 of 160 in 2003, of 235 in 2008.
    assert plan["shares"] == pytest.approx(235.0 * 60.0 / 160.0)
    jobs = row(frame, "employees_2005", "gumi")
    assert jobs["errors"] == pytest.approx(2.5)
    assert jobs["shares"] == pytest.approx(70_000.0)
    assert math.isnan(jobs["national"])
    assert row(frame, "revenue_2005", "gumi")["role"] == "fit"


def test_worlds_give_mean_and_interval() -> None:
    whole = row(table(0.8, 1.0, 1.2), "revenue_2008", ALL)
    assert whole["mean"] == pytest.approx(235.0)
    # Quantiles 5 and 95 % of 188, 235, 282: a tenth of a step from the ends.
    assert whole["low"] == pytest.approx(188.0 + 0.1 * 47.0)
    assert whole["high"] == pytest.approx(282.0 - 0.1 * 47.0)
    assert whole["constant"] == pytest.approx(160.0 * 1.12**5)


def test_errors_are_mean_logs_of_what_was_held_out() -> None:
    frame = table(1.0)
    errors = forecast_errors(frame, by_complex=False)
    assert errors["figures"] == 1.0
    assert errors["mean"] == pytest.approx(100.0 * (283.0 / 235.0 - 1.0))
    assert errors["line"] == pytest.approx(100.0 * (160.0 * 291.0 / 157.0 / 283.0 - 1.0))
    assert "shares" not in errors
    # Of Gumi only a figure that may set numbers has all forecasts.
    assert forecast_errors(frame, by_complex=True) == {"figures": 0.0}


def test_no_targets_no_rows() -> None:
    frame = backtest_frame({"P5": {}}, KEYS, 2008, ())
    assert frame.empty
    assert tuple(frame) == COLUMNS


def test_the_file_states_use_mark_error_and_source_of_every_figure() -> None:
    with (DATA / "targets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    roles = {
        "baseline": {"initial", "fit"}, "goal": {"goal"}, "plan": {"goal"},
        "observed": {"fit", "hold-out"},
    }  # fmt: skip
    keys = [(r["indicator"], r["complex"], r["exports"], r["kind"]) for r in rows]
    assert len(set(keys)) == len(keys)
    for one in rows:
        assert one["role"] in roles[one["kind"]]
        assert one["mark"] in {"sourced", "derived"}
        assert one["source"]
        assert bool(one["uncertainty"]) == bool(one["uncertainty_source"])
        year = int(one["indicator"].rpartition("_20")[2][:2])
        # Nothing after the programme's first year may set a number, but counts of firms and jobs.
        if one["role"] == "fit" and year > 5:
            assert one["indicator"].startswith(("firms_", "employees_"))


def test_what_is_known_by_complex_does_not_add_up_to_more_than_the_region() -> None:
    figures = {
        (t.indicator, t.complex): t.value
        for t in load_targets("seven-complexes", "corrected")
        if t.kind == "observed"
    }
    for (name, place), value in figures.items():
        if place != ALL and (name, ALL) in figures:
            assert value < figures[name, ALL]
    parts = sum(v for (n, p), v in figures.items() if n == "revenue_2008" and p != ALL)
    assert parts == pytest.approx(figures["revenue_2008", ALL], rel=0.01)
