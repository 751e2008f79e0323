"""Readings: the named vector of a run, beside the yearly table that it is made from."""

from __future__ import annotations

import math
import pickle
from functools import partial

import numpy as np
import pytest

from innocluster.scenarios.runs.execution import execute_pair, run
from innocluster.scenarios.runs.indicators import indicator_list
from innocluster.scenarios.runs.inputs import Inputs
from innocluster.scenarios.runs.moments import MomentRecorder
from innocluster.scenarios.runs.readings import (
    Finished,
    Reading,
    indicator_reading,
    split_name,
)
from innocluster.scenarios.schema import Scenario


def moments(year: int, finished: Finished) -> dict[str, float]:
    """Moments of the region in a year, and one of firms that nothing records."""
    firms = finished.simulation.state.firms
    found = finished.watch.years[year - 2003]
    return {
        **{name: float(values[0]) for name, values in found.items()},
        "largest": float(firms.employees[: firms.count].max()),
    }


def test_a_vector_says_what_the_yearly_table_says(small: Scenario) -> None:
    region, _ = Inputs(small).read()
    keys = region.complexes.keys
    reading = indicator_reading(["revenue_2005", "ties_2004"], 2005, keys)
    assert pickle.loads(pickle.dumps(reading)).names == reading.names
    usual = [indicator.name for indicator in indicator_list(2005)]
    assert list(reading.names[: len(usual)]) == usual
    assert reading.names[len(usual)] == "ties_2004"
    assert reading.names[len(usual) + 1 :] == (
        *(f"revenue_2005@{key}" for key in keys), *(f"ties_2004@{key}" for key in keys)
    )  # fmt: skip
    whole = execute_pair(small, ["P0", "P5"], 1)
    narrow = execute_pair(small, ["P0", "P5"], 1, reading=reading)
    for full, kept in zip(whole, narrow, strict=True):
        assert full.yearly is not None
        assert kept.vector is not None
        assert kept.yearly is None
        assert not kept.failed
        assert kept.vector.dtype == np.float64
        values = dict(zip(reading.names, kept.vector.tolist(), strict=True))
        for indicator in indicator_list(2005):
            expected = indicator.values(full.yearly)[0]
            assert values[indicator.name] == pytest.approx(expected, abs=0.0, rel=0.0, nan_ok=True)
        assert values["ties_2004"] == full.yearly["ties"][1, 0]
        assert values["revenue_2005@ulsan"] == full.yearly["revenue"][2, 1]


def test_whoever_watches_sees_every_month_of_every_arm(small: Scenario) -> None:
    """Arms share the months before the programme and its watch: as if each had run alone."""
    names = ("research_smes", "insolvent_closures", "innovating_smes", "largest")
    reading = Reading(partial(moments, 2005), names, MomentRecorder)
    outcomes = execute_pair(small, ["P0", "P5"], 0, reading=reading)
    for outcome in outcomes:
        frame = run(small.replaced(policy=outcome.policy), moments=True).moments
        alone = frame[(frame["year"] == 2005) & (frame["complex"] == "all")]
        known = dict(zip(alone["moment"], alone["value"], strict=True))
        assert outcome.vector is not None
        values = dict(zip(names, outcome.vector.tolist(), strict=True))
        for name in names[:3]:
            expected = known.get(name, math.nan)
            assert values[name] == pytest.approx(expected, abs=0.0, rel=0.0, nan_ok=True)


def test_a_number_that_is_not_made_is_a_failed_run(small: Scenario) -> None:
    reading = Reading(partial(moments, 2005), ("no_such_moment",), MomentRecorder)
    (outcome,) = execute_pair(small, ["P0"], 0, reading=reading)
    assert outcome.failed
    assert "KeyError: 'no_such_moment'" in outcome.error


def test_a_run_beyond_its_time_is_a_failed_run(small: Scenario) -> None:
    reading = indicator_reading((), 2005)
    (outcome,) = execute_pair(small, ["P0"], 0, reading=reading, limit=1e-9)
    assert outcome.failed
    assert "TimeoutError: longer than the time limit of 1e-09 seconds" in outcome.error


def test_parts_of_a_name() -> None:
    assert split_name("revenue_2008@banwol-sihwa") == ("revenue", 2008, "banwol-sihwa")
    assert split_name("own_innovations_2010") == ("own_innovations", 2010, "")
