"""Ages and foundings in balance (E1), against the closed form where age changes nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from innocluster.sim.beginning.ages import (
    LIFE_STEPS,
    founding_shares,
    live_through,
    stationary_ages,
    turnover,
)
from innocluster.sim.ground.parameters import ParameterSet

AGELESS = ParameterSet(
    unchecked={"exit_rate": 0.1, "established_exit_rate": 0.1, "exit_size": 0.5}
).record()


def test_without_an_effect_of_age_lives_are_exponential() -> None:
    # Hazards of 0.1 at twenty employees, 0.05 at eighty: lives of ten and of twenty years.
    assert turnover(np.array([20.0, 80.0]), AGELESS) == pytest.approx([0.1, 0.05], rel=1e-12)
    u = np.array([0.0, 0.3, 0.9, 0.9999])
    ages = stationary_ages(u, np.full(4, 80.0), AGELESS)
    assert ages == pytest.approx([-20.0 * math.log(1.0 - x) for x in u], rel=2e-3, abs=1e-12)


def test_many_firms_live_as_one_does() -> None:
    # More than live at a time, so that the last block is not full.
    employees = np.tile([20.0, 80.0, 1000.0], 50)
    assert turnover(employees, AGELESS).tolist() == turnover(employees[:3], AGELESS).tolist() * 50
    u = np.tile([0.3, 0.9, 0.9999], 50)
    ages = stationary_ages(u[:3], employees[:3], AGELESS).tolist()
    assert stationary_ages(u, employees, AGELESS).tolist() == ages * 50


def test_years_lived_are_the_integral_of_survival() -> None:
    p = ParameterSet(
        unchecked={
            "exit_rate": 0.14, "established_exit_rate": 0.05, "exit_age": 4.0, "exit_size": 0.25,
        }
    ).record()  # fmt: skip
    lived, hazard = np.empty((LIFE_STEPS + 2, 1)), np.empty(1)
    live_through.py_func(np.array([20.0]), p, lived, hazard)
    years = np.linspace(0.0, 400.0, 400_001)
    survival = np.exp(-(0.05 * years + 0.09 * 4.0 * (1.0 - np.exp(-years / 4.0))))
    assert lived[-1, 0] == pytest.approx(np.trapezoid(survival, years), rel=2e-4)
    ten = np.trapezoid(survival[:10_001], years[:10_001])
    assert lived[40, 0] == pytest.approx(ten, rel=2e-4)


def test_plants_that_are_never_closed_are_hardly_ever_founded() -> None:
    rates = turnover(np.array([999.0, 1000.0]), ParameterSet().record())
    assert rates[1] == pytest.approx(1e-3, rel=1e-12)
    assert rates[0] > 10.0 * rates[1]


def test_shares_add_up_in_every_complex() -> None:
    shares = founding_shares(np.array([0, 0, 2]), np.array([0.1, 0.3, 0.7]))
    assert shares == pytest.approx([0.25, 1.0, 1.0], rel=1e-14)
