"""Means along an input with their intervals, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented_sweep import write_sweep

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.lessons.reading import read_sweep
from innocluster.scenarios.lessons.responses import responses

GRID: dict[str, Any] = {
    "name": "dose",
    "design": "grid",
    "replications": 4,
    "policies": ["P0", "P5"],
    "outcomes": ["value_added_2008"],
    "base": {"last": "2008-12"},
    "vary": [
        {"entry": "programme.budget_scale", "values": [0.0, 1.0, 2.0]},
        {"entry": "forms.demand"},
    ],
}


def hump(runs: pd.DataFrame, luck: np.ndarray) -> dict[str, np.ndarray]:
    """P5 adds 0, 4 and 3; in world r another r/10 at a budget of 1, under one form only."""
    budget, world = runs["programme.budget_scale"], runs["replication"]
    added = budget.map({0.0: 0.0, 1.0: 4.0, 2.0: 3.0})
    added += np.where((budget == 1.0) & (runs["forms.demand"] == "sectors"), world / 10.0, 0.0)
    return {"value_added_2008": 50.0 + luck + np.where(runs["policy"] == "P5", added, 0.0)}


def test_differences_are_paired_and_worlds_give_the_interval(tmp_path: Path) -> None:
    sweep = read_sweep(write_sweep(tmp_path / "s", GRID, hump))
    lesson = responses(sweep, "value_added_2008", by="forms.demand")
    table = lesson.tables["responses"]
    own = table[(table["kind"] == "difference") & (table["panel"] == "sectors")]
    assert own["level"].tolist() == ["0", "1", "2"]
    # worlds 0 to 3: 4, 4.1, 4.2, 4.3; t(3) of 95 % is 3.182446, sd .1290994, half .2054260
    assert own["mean"].tolist() == pytest.approx([0.0, 4.15, 3.0])
    assert own["high"].iloc[1] - own["mean"].iloc[1] == pytest.approx(0.2054260, abs=1e-6)
    assert own["best"].tolist() == [False, True, False]
    assert lesson.meta["along"] == "programme.budget_scale"
    levels = table[(table["kind"] == "level") & (table["policy"] == "P0")]
    assert levels["mean"].nunique() == 1


def test_other_inputs_are_averaged_over(tmp_path: Path) -> None:
    given = {**GRID, "vary": [GRID["vary"][0], {"entry": "parameters.joint_gain", "steps": 7}]}

    def model(runs: pd.DataFrame, luck: np.ndarray) -> dict[str, np.ndarray]:
        added = runs["programme.budget_scale"] + 100.0 * runs["parameters.joint_gain"]
        return {"value_added_2008": luck + np.where(runs["policy"] == "P5", added, 0.0)}

    sweep = read_sweep(write_sweep(tmp_path / "s", given, model))
    table = responses(sweep, "value_added_2008").tables["responses"]
    own = table[table["kind"] == "difference"]
    assert own["panel"].unique().tolist() == [""]
    # mean of the gain from .02 to .07 is .045
    assert own["mean"].tolist() == pytest.approx([4.5, 5.5, 6.5])


def test_points_of_a_sample_are_binned(tmp_path: Path) -> None:
    sweep = read_sweep(write_sweep(tmp_path / "s"))
    lesson = responses(sweep, "value_added_2008", along="parameters.joint_gain")
    own = lesson.tables["responses"].query("kind == 'difference' and policy == 'P5'")
    first = own[own["panel"] == own["panel"].iloc[0]]
    assert len(first) == 12
    assert first["mean"].iloc[0] < 0.0 < first["mean"].iloc[-1]
    # Budgets differ between the points of a bin: so does the effect.
    assert (first["high"] - first["low"]).iloc[-1] > 0.01


def test_an_input_that_is_not_varied(tmp_path: Path) -> None:
    sweep = read_sweep(write_sweep(tmp_path / "s", GRID, hump))
    with pytest.raises(InputError, match=r"forms\.entry"):
        responses(sweep, "value_added_2008", along="forms.entry")
