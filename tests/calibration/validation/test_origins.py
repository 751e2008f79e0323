"""The moving origin: which figures are forecast from which, and scores worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from innocluster.calibration.targets import CalibrationTarget
from innocluster.calibration.validation.origins import published_series, rolling_forecasts
from innocluster.calibration.validation.summaries import coverage_table, losses, skill_table
from innocluster.scenarios.runs.backtest import national_growth

KEYS = ("all", "ulsan")


def figure(name: str, value: float, role: str = "hold-out") -> CalibrationTarget:
    return CalibrationTarget(name, value, 1e-9, 1e-9, "KRW tn", "source", role)


TARGETS = (
    figure("revenue_2004:all", 110.0, "fit"),
    figure("revenue_2006:all", 130.0),
    figure("employees_2006:ulsan", 50.0),
    figure("member_research_gap_2008:all", 37.9),
)


def tables() -> dict[str, np.ndarray]:
    """Revenue 100, 120, 140, 160 in both worlds; 40 employees, in the second world 60 at last."""
    revenue = np.zeros((2, 4, 2)) + np.array([100.0, 120.0, 140.0, 160.0])[None, :, None]
    employees = np.full((2, 4, 2), 40.0)
    employees[1, 3] = 60.0
    return {"revenue": revenue, "exports": revenue, "employees": employees, "firms": employees}


def test_series_begin_with_the_level_of_2003() -> None:
    series = published_series(TARGETS, {("revenue", "all"): 100.0, ("exports", "all"): 7.0})
    assert {key: [p.year for p in own] for key, own in series.items()} == {
        ("revenue", "all"): [2003, 2004, 2006],
        ("employees", "ulsan"): [2006],
    }
    assert [p.held_out for p in series["revenue", "all"]] == [False, False, True]


def test_the_model_goes_on_from_every_origin() -> None:
    forecasts, energy = rolling_forecasts(tables(), KEYS, TARGETS, ())
    own = forecasts[(forecasts["forecast"] == "model") & (forecasts["measure"] == "revenue")]
    # From 100 in 2003 by 160/100; from 110 in 2004 by 160/120.
    assert own["origin"].tolist() == [2003, 2004]
    assert own["median"].to_numpy() == pytest.approx([160.0, 110.0 * 160.0 / 120.0], rel=1e-6)
    assert own["crps"].to_numpy() == pytest.approx(
        100.0 * np.log([160.0 / 130.0, 440.0 / 3.0 / 130.0]), abs=1e-4
    )
    # 2004 was fitted: it is an origin, and no test.
    assert set(forecasts["year"]) == {2006}
    national = forecasts[(forecasts["forecast"] == "national") & (forecasts["origin"] == 2004)]
    growth = national_growth("revenue")
    assert national["median"].item() == pytest.approx(110.0 * growth[2006] / growth[2004])
    # Employees of 2006 from 40 in 2003: 40 and 60, and what was published in between.
    people = forecasts[(forecasts["forecast"] == "model") & (forecasts["complex"] == "ulsan")]
    assert people["in_nine_tenths"].item()
    # E|X - y| - E|X - X'|/2 in logarithms.
    middle = np.log(50.0)
    apart = abs(np.log(60.0) - np.log(40.0))
    near = (abs(np.log(40.0) - middle) + abs(np.log(60.0) - middle)) / 2.0
    assert people["crps"].item() == pytest.approx(100.0 * (near - apart / 2.0), abs=1e-4)
    # Two figures from 2003, one of which has a forecast by national growth.
    assert energy["forecast"].tolist() == ["unchanged"]
    assert energy["figures"].tolist() == [2]


def test_summaries_by_hand() -> None:
    import pandas as pd

    rows = [
        # Origin, year, measure, complex, forecast, score, error, holds half, holds nine tenths.
        (2003, 2005, "revenue", place, forecast, score, error, holds, True)
        for place, holds in (("a", True), ("b", False), ("c", False), ("d", True))
        for forecast, score, error in (("model", 2.0, 3.0), ("national", 4.0, -4.0))
    ]
    keys = ["origin", "year", "measure", "complex", "forecast"]
    names = [*keys, "crps", "error", "in_half", "in_nine_tenths"]
    forecasts = pd.DataFrame(rows, columns=names)
    (row,) = skill_table(forecasts).query("part == 'all'").to_dict("records")
    assert (row["figures"], row["skill"], row["low"], row["high"]) == (4, 0.5, 0.5, 0.5)
    assert row["skill_of_medians"] == pytest.approx(0.25)
    covered = coverage_table(forecasts).query("part == 'all'")
    assert covered["share"].tolist() == [50.0, 100.0]
    worst = losses(forecasts).iloc[0]
    assert (worst["best"], worst["skill"]) == ("national", 0.5)
    assert worst["bias"] == pytest.approx(100.0 * (np.exp(0.03) - 1.0))
