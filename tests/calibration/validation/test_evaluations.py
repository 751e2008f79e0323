"""Verdicts on evaluations and signs, and the estimators, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from innocluster.calibration.fit.draw_summaries import LAST, summary_names
from innocluster.calibration.fit.fit_targets import BEHAVIOUR
from innocluster.calibration.targets import read_targets
from innocluster.calibration.validation.directions import CLAIMS, direction_table
from innocluster.calibration.validation.evaluations import (
    CANNOT_TELL,
    EVALUATIONS,
    FAILS,
    FITTED_AS,
    NOT_TESTED,
    PASSES,
    Evaluation,
    evaluation_table,
    programme_figures,
    verdict,
)
from innocluster.calibration.validation.participants import least_squares
from innocluster.scenarios.runs.inputs import Inputs
from innocluster.scenarios.schema import Scenario


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([4.0, 5.0, 6.0, 5.0], PASSES),
        # Mean 2, half-width 3.18·0.41: the lower end of the band lies in the interval.
        ([1.0, 2.0, 3.0, 2.0], CANNOT_TELL),
        ([-4.0, -5.0, -6.0, -5.0], FAILS),
        ([12.0, 13.0, 12.0, 13.0], FAILS),
        ([5.0], CANNOT_TELL),
        ([], NOT_TESTED),
    ],
)
def test_a_band(values: list[float], found: str) -> None:
    assert verdict(np.array(values), Evaluation("study", "%", 2.0, 8.0, 1.0)) == found


def test_a_study_that_found_nothing_looks_at_single_estimates() -> None:
    nothing = Evaluation("study", "%", None, None, 1.0, True)
    assert verdict(np.array([-1.0, 3.0, 4.0, 5.0]), nothing) == PASSES
    assert verdict(np.array([1.0, 3.0, 4.0, 5.0]), nothing) == FAILS


def test_every_figure_has_a_row_and_a_verdict() -> None:
    table = evaluation_table([{"innovators": 4.0}, {"innovators": 5.0, "own_research": np.nan}])
    assert table["figure"].tolist() == list(EVALUATIONS)
    row = table.set_index("figure").loc["innovators"]
    assert (row["mean"], row["standard_error"], row["worlds"]) == (4.5, 0.5, 2)
    assert (table["verdict"] == NOT_TESTED).sum() == len(EVALUATIONS) - 1
    # What was fitted is no test.
    fitted = evaluation_table([], ["participants_innovators", "revenue_2004:all"])
    assert fitted["figure"][fitted["fitted"]].tolist() == ["innovators"]


def test_what_a_calibration_may_have_fitted_has_its_name() -> None:
    # A wrong one would count a figure that was fitted as a test that the model passes.
    names = summary_names(Inputs(Scenario.default().replaced(last=LAST)))
    assert set(FITTED_AS) <= set(EVALUATIONS)
    assert set(FITTED_AS.values()) <= set(names)
    # Targets that are an evaluation's figure are known as such.
    fitted = {target.name for target in read_targets(BEHAVIOUR) if target.role == "fit"}
    studies = {name for name in fitted if name.startswith(("trial_", "participants_"))}
    elsewhere = {"trial_revenue_once_over_regular", "participants_sales"}
    assert studies - set(FITTED_AS.values()) == elsewhere


def yearly(gap: float, tasks: float) -> dict[str, np.ndarray]:
    table = np.zeros((12, 2))
    one = {
        name: table.copy()
        for name in ("formal_meetings", "tasks", "mean_degree", "members", "member_research_gap")
    }
    one["cohort_research_gap"] = table + gap
    one["formal_meetings"][2:6, 0] = 100.0
    one["tasks"][2:, 0] = tasks
    one["members"][:, 0] = np.arange(12.0)
    return one


def test_figures_of_the_programme() -> None:
    found = programme_figures(yearly(20.0, 50.0), yearly(15.0, 0.0), yearly(0.0, 4.0), 8.7)
    # 4 · 50 tasks over 4 · 100 meetings; 15 of 20 points without the programme.
    assert found["tasks_a_meeting"] == 0.5
    assert found["selection_share"] == 75.0
    # Members 11 in 2014 over 2 in 2005; tasks 4 in both.
    assert (found["park_members"], found["park_projects"]) == (5.5, 1.0)
    assert found["attendance"] == 8.7


def test_signs_are_found_reversed_or_open() -> None:
    worlds = [
        {"universities_competence": v, "alliances_falling": v, "ties_last": w}
        for v, w in ((1.0, -1.0), (1.1, 1.0), (1.2, 0.1))
    ]
    found = direction_table(worlds).set_index("claim")["found"]
    # The second claim predicts a fall.
    assert found["universities_competence"] == "found"
    assert found["alliances_falling"] == "reversed"
    assert found["ties_last"] == "cannot tell"
    assert found["star_or_full"] == "not tested"
    assert list(found.index) == list(CLAIMS)


def test_least_squares_by_hand() -> None:
    # y = 2 + 3x.
    x = np.array([0.0, 1.0, 2.0])
    assert least_squares(np.column_stack([x, np.ones(3)]), 2.0 + 3.0 * x) == pytest.approx(
        [3.0, 2.0]
    )
