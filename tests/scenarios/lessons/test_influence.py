"""What moves an invented effect: exact shares, conditions, trajectories, runs that failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented_sweep import BUDGET_AND_GAIN, write_sweep

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.lessons.influence import sensitivity
from innocluster.scenarios.lessons.lesson import Lesson
from innocluster.scenarios.lessons.questions import asked, condition, without_luck
from innocluster.scenarios.lessons.reading import FinishedSweep, read_sweep

pytest.importorskip("SALib")

# Effect 2 · b · g of P5 with b from .25 to 4 and g = gain/.01 - 4 from -2 to 3, both even:
# E b = 2.125, var b = 1.171875, E g = .5, var g = 25/12. Variance of b · g: 9.407552 by g alone,
# .292969 by b alone, 2.441406 by both, 12.141927 in all.
GAIN, BUDGET, BOTH = 9.407552 / 12.141927, 0.292969 / 12.141927, 2.441406 / 12.141927


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> FinishedSweep:
    return read_sweep(write_sweep(tmp_path_factory.mktemp("sweep") / "made"))


def learned(sweep: FinishedSweep, *given: str) -> Lesson:
    question = asked(sweep, "value_added_2008", ("P5", "P0"), None)
    return sensitivity(sweep, question, condition(sweep, given))


def test_shares_of_a_product_are_the_exact_ones(sweep: FinishedSweep) -> None:
    lesson = learned(sweep)
    table = lesson.tables["influences"].set_index("input")
    gain, budget = table.loc["parameters.joint_gain"], table.loc["programme.budget_scale"]
    assert gain["first"] == pytest.approx(GAIN, abs=0.01)
    assert gain["total"] == pytest.approx(GAIN + BOTH, abs=0.01)
    assert budget["first"] == pytest.approx(BUDGET, abs=0.01)
    assert budget["total"] == pytest.approx(BUDGET + BOTH, abs=0.01)
    assert table.loc["forms.demand", "total"] < 0.001
    # The luck of a world is the same under both policies.
    assert lesson.meta["noise_share"] < 1e-4
    assert lesson.meta["explained"] > 0.999


def test_a_level_has_the_luck_of_worlds(sweep: FinishedSweep) -> None:
    lesson = sensitivity(sweep, asked(sweep, None, None, "P5"), condition(sweep, ()))
    # sd of luck 1, of the effect 2 · .01 · sqrt(12.14) = .07
    assert lesson.meta["noise_share"] > 0.9
    # All points share the worlds, so that their luck can be taken off.
    table = lesson.tables["influences"].set_index("input")
    assert table.loc["parameters.joint_gain", "first"] == pytest.approx(GAIN, abs=0.01)


def test_luck_is_what_a_world_adds_at_all_points() -> None:
    table = pd.DataFrame({"point": [0, 0, 1, 1], "replication": [0, 1, 0, 1]})
    values, variance = without_luck(table, np.array([1.0, 3.0, 10.0, 14.0]))
    # means 2 and 12; worlds -1.5 and 1.5, variance 4.5
    assert values.tolist() == [2.5, 1.5, 11.5, 12.5]
    assert variance == 4.5
    alone = pd.DataFrame({"point": [0, 1], "replication": [0, 1]})
    assert without_luck(alone, np.array([1.0, 2.0]))[1] == 0.0


def test_curves_and_surface_are_means_over_the_other_inputs(sweep: FinishedSweep) -> None:
    tables = learned(sweep).tables
    curve = tables["curves"][tables["curves"]["input"] == "parameters.joint_gain"]
    assert curve["value"].iloc[[0, -1]].tolist() == [0.02, 0.07]
    # .02 · E b · g at the ends
    assert curve["mean"].iloc[[0, -1]].tolist() == pytest.approx([-0.085, 0.1275], abs=0.002)
    surface = tables["surface"]
    corner = surface[(surface["first_level"] == "0.07") & (surface["second_level"] == "4.0")]
    assert corner["mean"].iloc[0] == pytest.approx(0.02 * 4.0 * 3.0, abs=0.005)


def test_a_held_input_leaves_the_others(sweep: FinishedSweep) -> None:
    table = learned(sweep, "programme.budget_scale=1.0").tables["influences"]
    assert table["input"].tolist() == ["parameters.joint_gain", "forms.demand"]
    assert table["first"].iloc[0] == pytest.approx(1.0, abs=0.001)


def test_given_that_a_policy_wins(sweep: FinishedSweep) -> None:
    lesson = learned(sweep, "P5")
    # P5 beats P2 where b · g > 1: ∫ (3 - 1/b)/5 db/3.75 over b from 1/3, where 1/b = 3, to 4.
    share = (3.0 * (4.0 - 1.0 / 3.0) - np.log(12.0)) / (5.0 * 3.75)
    assert lesson.meta["region_share"] == pytest.approx(share, abs=0.02)
    table = lesson.tables["influences"].set_index("input")
    # There the budget matters as much as the gain, of which only high values are left.
    assert table.loc["programme.budget_scale", "first"] > 0.25
    assert table.loc["forms.demand", "first"] < 0.01


def test_a_policy_that_hardly_ever_wins_is_no_condition(sweep: FinishedSweep) -> None:
    with pytest.raises(InputError, match="wins in more than"):
        learned(sweep, "P0")


@pytest.mark.parametrize("given", ["parameters.joint_gian=0.03", "programme.budget_scale=9", "P9"])
def test_conditions_that_cannot_be(sweep: FinishedSweep, given: str) -> None:
    with pytest.raises(InputError):
        condition(sweep, [given])


def test_trajectories_screen_and_a_failed_one_is_dropped(tmp_path: Path) -> None:
    given: dict[str, Any] = {
        **BUDGET_AND_GAIN, "design": "morris", "points": 12, "replications": 1, "name": "screened"
    }  # fmt: skip

    def spoil(table: pd.DataFrame) -> pd.DataFrame:
        row = (table["point"] == 5) & (table["policy"] == "P5")
        table.loc[row, ["status", "value_added_2008"]] = ["failed", np.nan]
        return table

    sweep = read_sweep(write_sweep(tmp_path / "s", given, change=spoil))
    question = asked(sweep, "value_added_2008", ("P5", "P0"), None)
    lesson = sensitivity(sweep, question, condition(sweep, ()))
    table = lesson.tables["influences"].set_index("input")
    assert lesson.meta["dropped"] == 1
    assert lesson.meta["failures"] == 1
    # Along its range the gain moves the effect by .02 · b · 5, b = .25, 1.5, 2.75 or 4.
    assert 0.1 < table.loc["parameters.joint_gain", "size"] < 0.35
    assert table.loc["forms.demand", "size"] == 0.0
    assert not table.loc["forms.demand", "kept"]


def test_a_run_without_a_number_is_refused_by_its_number(tmp_path: Path) -> None:
    def spoil(table: pd.DataFrame) -> pd.DataFrame:
        row = (table["point"] == 7) & (table["replication"] == 1) & (table["policy"] == "P5")
        table.loc[row, "value_added_2008"] = np.nan
        return table

    sweep = read_sweep(write_sweep(tmp_path / "s", change=spoil))
    with pytest.raises(InputError, match="point 7, replication 1"):
        learned(sweep)
    with pytest.raises(InputError, match="point 7, replication 1"):
        sensitivity(sweep, asked(sweep, None, None, "P5"), condition(sweep, ()))


def test_what_is_asked_by_default(sweep: FinishedSweep) -> None:
    question = asked(sweep, None, None, None)
    assert (question.outcome, question.rival) == ("value_added_2008", "P0")
    with pytest.raises(InputError, match="two policies"):
        asked(sweep, None, ("P5", "P5"), None)
