"""From a design to findings, with a made-up model in place of the runs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("SALib")

from innocluster.scenarios.sweeps.choice import recommend
from innocluster.scenarios.sweeps.designs import Sweep
from innocluster.scenarios.sweeps.discovery import discover
from innocluster.scenarios.sweeps.emulator import fit_emulator
from innocluster.scenarios.sweeps.sensitivity import (
    differences,
    screen,
    screening_points,
    sobol_indices,
)

GIVEN = {
    "name": "made-up",
    "design": "sobol",
    "points": 64,
    "replications": 2,
    "policies": ["P0", "P5"],
    "outcomes": ["revenue_2008"],
    "vary": [
        {"entry": "parameters.joint_gain", "spread": "prior"},
        {"entry": "programme.budget_scale", "low": 0.5, "high": 2.0},
        {"entry": "macro", "values": ["history", "frozen"]},
    ],
}


def executed(sweep: Sweep) -> pd.DataFrame:
    """Runs of a model where money helps P5 under history, harms it otherwise, and worlds differ."""
    table, runs = sweep.table(), sweep.runs()
    world = np.random.default_rng(1).normal(0.0, 5.0, 1 + runs["replication"].max())
    rows = table.loc[runs["point"]].reset_index(drop=True)
    sign = np.where(rows["macro"] == "history", 1.0, -1.0)
    effect = sign * (rows["programme.budget_scale"] - 0.5)
    outcome = world[runs["replication"]] + np.where(runs["policy"] == "P5", effect, 0.0)
    return runs.assign(revenue_2008=outcome)


def test_indices_and_box_of_an_effect() -> None:
    sweep = Sweep.from_table(GIVEN)
    table = sweep.table()
    pairs, effect = differences(executed(sweep), "revenue_2008", "P5", "P0")
    unit, levels = sweep.unit(table)
    rows = pairs["point"].to_numpy()
    names = [axis.entry for axis in sweep.vary]
    found = sobol_indices(fit_emulator(unit[rows], effect, levels), names, base=256)
    first = found.table.set_index("input")
    # ± budget, 0 to 1.5: all variance needs the level, var |·| / E (·)² = 1/4 the budget as well
    assert first.loc["macro", "first"] == pytest.approx(0.75, abs=0.03)
    assert first.loc["programme.budget_scale", "total"] == pytest.approx(0.25, abs=0.03)
    assert first.loc["parameters.joint_gain", "total"] < 0.01
    assert found.noise_share < 0.01
    box = discover(table[names].loc[rows].reset_index(drop=True), effect < 0.0).box
    assert box is not None
    assert [(limit.name, limit.levels) for limit in box.limits] == [("macro", ("frozen",))]


def test_screening_of_an_effect() -> None:
    given = {**GIVEN, "design": "morris", "points": 6, "replications": 1}
    sweep = Sweep.from_table(given)
    runs = executed(sweep)
    treated = runs[runs["policy"] == "P5"]["revenue_2008"].to_numpy()
    points, _ = screening_points(len(sweep.vary), 6, sweep.seed)
    names = [axis.entry for axis in sweep.vary]
    found = screen(points, treated, names, [axis.kinds for axis in sweep.vary])
    assert found["input"].tolist()[2] == "parameters.joint_gain"
    assert found["size"].tolist()[2] == pytest.approx(0.0, abs=1e-9)
    assert found.set_index("input").loc["programme.budget_scale", "size"] == pytest.approx(1.5)


def test_choice_from_runs() -> None:
    runs = executed(Sweep.from_table(GIVEN))
    worlds = runs.pivot(index=["point", "replication"], columns="policy", values="revenue_2008")
    found = recommend(worlds.to_numpy(), list(worlds.columns))
    # As often 0 to 1.5 ahead as behind: nothing to choose between, and that is said.
    assert found.table["tier"].tolist() == [1, 1]
    assert found.regret_at_most > 0.0
    assert found.table["regret"].tolist() == pytest.approx([0.375, 0.375], abs=0.03)
