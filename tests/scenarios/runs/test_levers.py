"""Budget, start, size and mechanisms of the programme as a user sets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.runs.execution import build_settings, execute_pair, run
from innocluster.scenarios.schema import Scenario
from innocluster.sim.simulation import Simulation

SHORT = Scenario.default().replaced(last="2007-12")


def yearly(text: str, scenario: Scenario = SHORT) -> Mapping[str, Any]:
    (outcome,) = execute_pair(scenario, [text], 0)
    assert outcome.yearly is not None, outcome.error
    return outcome.yearly


@pytest.fixture(scope="module")
def usual() -> Mapping[str, Any]:
    return yearly("P5")


def test_a_later_start_leaves_the_years_before_it_alone(usual: Mapping[str, Any]) -> None:
    late, none = yearly("P5@start=2007-03"), yearly("P0")
    for name, values in late.items():
        np.testing.assert_array_equal(values[:4], none[name][:4], err_msg=name)
    assert usual["members"][2, 0] > 0
    assert late["members"][3, 0] == 0
    # Ten of the twelve months of 2007 are left, and take the whole year's members and budget.
    founding = sum(build_settings(SHORT).population.region.complexes.founding_members)
    assert 0.7 * founding < late["members"][4, 0] < 1.3 * founding
    spent = [name for name in late if name.startswith("spent_")]
    assert sum(late[name][4, 0] for name in spent) > 0.0


def test_the_size_scales_the_firms_that_join_in_the_first_year(usual: Mapping[str, Any]) -> None:
    twice, half = yearly("P5@members=2"), yearly("P5@members=0.5")
    assert 1.7 < twice["members"][2, 0] / usual["members"][2, 0] < 2.3
    assert 0.35 < half["members"][2, 0] / usual["members"][2, 0] < 0.65


def test_a_budget_of_nothing_is_no_programme() -> None:
    nothing, none = yearly("P5@budget=0"), yearly("P0")
    for name, values in nothing.items():
        np.testing.assert_array_equal(values, none[name], err_msg=name)


def test_closing_a_mechanism_for_all_is_closing_it_in_every_arm() -> None:
    everywhere = yearly("P5", SHORT.replaced(without=["brand", "joint"]))
    own = yearly("P5|-joint|-brand")
    for name, values in everywhere.items():
        np.testing.assert_array_equal(values, own[name], err_msg=name)


def test_a_single_run_closes_mechanisms_as_a_comparison_does() -> None:
    scenario = SHORT.replaced(without=["information"])
    table = run(scenario).yearly.query("indicator == 'revenue' and complex == 'all'")
    np.testing.assert_array_equal(table["value"], yearly("P5", scenario)["revenue"][:, 0])
    with pytest.raises(InputError, match="moments"):
        run(scenario, moments=True)


def test_settings_of_a_later_start() -> None:
    settings = build_settings(SHORT.replaced(programme={"start": "2006-10"}))
    assert settings.start == (2006, 10)
    assert [settings.programme_months(year) for year in (2005, 2006, 2007)] == [12, 3, 12]
    assert Simulation(settings).settings.start == (2006, 10)


@pytest.mark.parametrize("start", ["2005-03", "2008-01", "2007-13", "soon"])
def test_a_start_outside_the_run_is_refused(start: str) -> None:
    with pytest.raises(InputError, match=r"programme\.start"):
        SHORT.replaced(programme={"start": start})
