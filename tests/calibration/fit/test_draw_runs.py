"""Draws are run once: what was drawn reaches the run, and what failed is run again."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from innocluster.calibration.fit.draw_runs import DrawJob, DrawRuns
from innocluster.scenarios.runs.inputs import Inputs
from innocluster.scenarios.schema import Scenario

INPUTS = Inputs(Scenario.default().replaced(last="2007-12"))
JOBS = [
    DrawJob(7, {"rd_elasticity": 0.05, "demand": 1.0}),
    DrawJob(7, {"rd_elasticity": 0.07, "demand": 0.0}),
    DrawJob(8, {"rd_elasticity": 0.05, "demand": 1.0}),
]
MADE: list[int] = []


def told(inputs: Inputs, world: int, names: tuple[str, ...]) -> NDArray[np.float64]:
    """What reached the run; world 8 fails at first."""
    MADE.append(world)
    if world == 8 and MADE.count(8) == 1:
        raise ArithmeticError("out of luck")
    common = inputs.scenario.forms["demand"] == "common"
    return np.array([inputs.scenario.parameters["rd_elasticity"], float(common), math.nan])


def test_draws_are_run_once_and_failures_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    MADE.clear()
    said: list[tuple[int, int, float]] = []

    def progress(done: int, wanted: int, left: float) -> None:
        said.append((done, wanted, left))

    runs = DrawRuns(INPUTS, ("gain", "form", "none"), tmp_path, 1, progress, told)
    found = runs(JOBS)
    assert np.array_equal(found[:2], [[0.05, 1.0, math.nan], [0.07, 0.0, math.nan]], True)
    assert np.isnan(found[2]).all()
    assert MADE == [7, 7, 8]
    assert "world 8" in caplog.text
    assert "out of luck" in caplog.text
    assert said[0][:2] == (0, 3)
    assert said[-1] == (3, 3, 0.0)
    again = runs(JOBS)
    assert MADE == [7, 7, 8, 8]
    assert np.array_equal(again[2], [0.05, 1.0, math.nan], True)
    assert np.array_equal(again[:2], found[:2], True)
    # The same draws under another name of what is asked are other runs.
    DrawRuns(INPUTS, ("other", "form", "none"), tmp_path, 1, None, told)(JOBS[:1])
    assert len(MADE) == 5
    assert runs.asked == 6
