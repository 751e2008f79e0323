"""Where an invented policy wins: the box, none where there is none, thresholds, failed runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from invented_sweep import write_sweep

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.lessons.conditions import Case, boxes_of, conditions
from innocluster.scenarios.lessons.lesson import load_lesson, store_lesson
from innocluster.scenarios.lessons.questions import asked
from innocluster.scenarios.lessons.reading import FinishedSweep, read_sweep
from innocluster.scenarios.runs.inputs import Inputs
from innocluster.scenarios.store.folder import result_folder

pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> FinishedSweep:
    return read_sweep(write_sweep(tmp_path_factory.mktemp("sweep") / "made"))


def test_the_box_where_a_policy_wins(sweep: FinishedSweep) -> None:
    lesson = conditions(sweep, Case(asked(sweep, None, None, None), "P5"))
    box = boxes_of(lesson)["prim"]
    limits = {limit.name: limit for limit in box.limits}
    # P5 beats P2 where budget · (gain - .04)/.01 > 1: never below a gain of .0425.
    assert limits["parameters.joint_gain"].low == pytest.approx(0.0435, abs=0.001)
    assert box.coverage >= 0.95
    assert box.density >= 0.85
    assert "forms.demand" not in limits
    cases = lesson.tables["cases"]
    assert lesson.meta["cases"] == int(cases["case"].sum())
    lead = 0.02 * (
        cases["programme.budget_scale"] * (cases["parameters.joint_gain"] - 0.04) / 0.01 - 1
    )
    best_other = np.minimum(lead, lead + 0.02)
    assert (cases["case"] == (best_other > 0)).all()


def test_no_box_where_luck_decides(sweep: FinishedSweep) -> None:
    level = float(sweep.runs["exports_2008"].median())
    question = asked(sweep, "exports_2008", None, "P0")
    lesson = conditions(sweep, Case(question, above=level - 0.1))
    assert not lesson.meta["found"]
    assert "prim" not in boxes_of(lesson)
    assert lesson.tables["again"].empty


def test_thresholds_of_a_difference(sweep: FinishedSweep) -> None:
    question = asked(sweep, None, ("P5", "P0"), None)
    lesson = conditions(sweep, Case(question, above=0.0, below=0.05))
    cases = lesson.tables["cases"]
    assert (cases["case"] == cases["outcome"].between(0.0, 0.05, inclusive="neither")).all()


def test_nothing_or_everything_is_no_case(sweep: FinishedSweep) -> None:
    question = asked(sweep, None, ("P5", "P0"), None)
    with pytest.raises(InputError, match="some runs that are cases"):
        conditions(sweep, Case(question, above=9.0))
    with pytest.raises(InputError, match="--wins POLICY"):
        conditions(sweep, Case(question))


def test_a_failed_run_takes_its_world_along(tmp_path: Path) -> None:
    def spoil(table: pd.DataFrame) -> pd.DataFrame:
        row = (table["point"] == 3) & (table["replication"] == 0) & (table["policy"] == "P2")
        table.loc[row, ["status", "value_added_2008"]] = ["failed", np.nan]
        return table

    sweep = read_sweep(write_sweep(tmp_path / "s", change=spoil))
    lesson = conditions(sweep, Case(asked(sweep, None, None, None), "P5"))
    assert lesson.meta["considered"] == 2 * 96 - 1
    assert lesson.meta["failures"] == 1


def test_a_lesson_is_stored_and_read_back(sweep: FinishedSweep, tmp_path: Path) -> None:
    lesson = conditions(sweep, Case(asked(sweep, None, None, None), "P5"))
    with result_folder(tmp_path / "lesson", "test") as store:
        store_lesson(lesson, Inputs(sweep.sweep.base, sweep.policies), store)
    again = load_lesson(tmp_path / "lesson")
    assert again.kind == "discover"
    assert again.meta == lesson.meta
    assert boxes_of(again)["prim"].limits[0].name == "parameters.joint_gain"
    for name, table in lesson.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table, check_dtype=False)
    assert '"kind": "discover"' in again.to_json()
