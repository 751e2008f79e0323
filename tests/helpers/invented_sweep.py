"""Folders of finished sweeps whose runs are invented, as a sweep's runner leaves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from innocluster.scenarios.runs.inputs import Inputs
from innocluster.scenarios.runs.study import store_result
from innocluster.scenarios.store.folder import result_folder
from innocluster.scenarios.sweeps.designs import Sweep
from innocluster.scenarios.sweeps.runner.kept_designs import keep_design

Model = Callable[[pd.DataFrame, np.ndarray], dict[str, np.ndarray]]
"""(runs with their inputs, luck of each run's world) -> outcome -> (runs,) values"""

BUDGET_AND_GAIN: dict[str, Any] = {
    "name": "budget-and-gain",
    "design": "sobol",
    "points": 96,
    "replications": 2,
    "policies": ["P0", "P2", "P5"],
    "outcomes": ["value_added_2008", "exports_2008"],
    "base": {"last": "2008-12"},
    "vary": [
        {"entry": "programme.budget_scale", "low": 0.25, "high": 4.0},
        {"entry": "parameters.joint_gain"},
        {"entry": "forms.demand"},
    ],
}


def budget_and_gain(runs: pd.DataFrame, luck: np.ndarray) -> dict[str, np.ndarray]:
    """P5 gains with the budget where joint projects gain more than .04, else loses; P2 gains .02.

    Value added in KRW tn: 100 + luck + effect, effect of P5 = .02 · budget · (gain - .04)/.01.
    """
    budget = runs["programme.budget_scale"].to_numpy(float)
    gain = runs["parameters.joint_gain"].to_numpy(float)
    effect = np.where(runs["policy"] == "P5", 0.02 * budget * (gain - 0.04) / 0.01, 0.0)
    effect = effect + np.where(runs["policy"] == "P2", 0.02, 0.0)
    return {"value_added_2008": 100.0 + luck + effect, "exports_2008": 50.0 + luck}


def sweep_runs(sweep: Sweep, model: Model) -> pd.DataFrame:
    """The table of runs; luck of a world has sd 1."""
    points, runs = sweep.table(), sweep.runs()
    entries = [axis.entry for axis in sweep.vary]
    table = runs.join(points.set_index("point")[entries], on="point")
    table.insert(0, "scenario", sweep.base.name)
    luck = np.random.default_rng(3).normal(0.0, 1.0, 1 + table["replication"].max())
    outcomes = model(table, luck[table["replication"]])
    return table.assign(status="done", error="", **outcomes)


def write_sweep(
    folder: Path,
    given: Mapping[str, Any] = BUDGET_AND_GAIN,
    model: Model = budget_and_gain,
    change: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> Path:
    """Store an invented sweep; `change` may spoil its table first."""
    sweep = Sweep.from_table(given)
    table = sweep_runs(sweep, model)
    if change is not None:
        table = change(table)
    meta = {"scenario": sweep.base.name, "seed": sweep.base.seed}
    with result_folder(folder, "invented") as store:
        inputs = Inputs(sweep.base, sweep.policies)
        tables = {"runs": table, "points": sweep.table()}
        store_result(store, inputs, tables, meta, {"command": "sweep"})
        keep_design(sweep, store.staging)
    return folder
