"""Closed forms that the rules must reproduce when everything else stands still."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from innocluster.agents.coordinators import committee_pass, hierarchy_pass, polyarchy_pass
from innocluster.agents.firms import adjusted_capital, role_efficiency
from innocluster.agents.knowledge import learn
from innocluster.agents.relations import erlang_months, familiarity_step
from innocluster.sim.ground.random_numbers import Process, replication_key, uniform_rows
from innocluster.sim.innovation.technology import monthly_rate

# Half a unit in the last place of single-precision numbers from 2 to 4.
ROUNDING = 2.0**-23


@given(st.floats(0.0, 0.08), st.floats(0.08, 0.10), st.floats(0.03, 0.08))
def test_balanced_growth_of_capital(growth, depreciation, adjustment):
    """K/Y tends to i/(g + δ): limit 2, to 1e-6."""
    g = (1.0 + growth) ** (1.0 / 12.0) - 1.0
    delta = monthly_rate(depreciation)
    capital, output = 1.0, 1.0
    for _ in range(1200):
        investment_rate_base = output
        before = capital
        capital, investment = adjusted_capital(capital, 0.45 * 12.0 * output, delta, adjustment)
        output *= 1.0 + g
    rate = investment / investment_rate_base
    assert before / investment_rate_base == pytest.approx(rate / (g + delta), rel=1e-6)


@given(st.floats(0.02, 0.05), st.floats(0.001, 0.3))
def test_familiarity_of_a_meeting_a_month(decay, gain):
    """F* = min(1, φ_m/δ_F): limit 3."""
    familiarity = 0.0
    for _ in range(2000):
        familiarity = familiarity_step(familiarity, decay, gain)
    assert familiarity == pytest.approx(min(1.0, gain / decay), rel=1e-12)


@pytest.mark.parametrize(("stages", "mean"), [(2, 30.0), (3, 24.0), (4, 48.0), (1, 36.0)])
def test_durations_are_erlang(stages, mean):
    """Mean m and coefficient of variation 1/√k: limit 5.

    Rounding to months adds 1/12 to the variance.
    """
    number = 40_000
    draws = uniform_rows(
        replication_key(5), np.arange(number), stages, int(Process.PROJECT_TERMS), 0
    )
    months = np.array([erlang_months(stages, mean, tuple(row)) for row in draws])
    spread = mean / np.sqrt(stages)
    assert months.mean() == pytest.approx(mean, abs=5.0 * spread / np.sqrt(number))
    assert months.std() == pytest.approx(np.sqrt(spread**2 + 1.0 / 12.0), rel=0.03)


@given(st.floats(0.001, 0.1), st.integers(1, 60))
def test_the_gap_of_a_learner_closes_geometrically(rate, meetings):
    """One-sided gap (1 - μ)^t: limit 6."""
    pupil, master = np.array([[1.0, 4.0], [3.0, 4.0]], np.float32)
    for _ in range(meetings):
        gained = np.zeros(2)
        learn(pupil, master, rate, gained)
        pupil += gained
    expected = 2.0 * (1.0 - rate) ** meetings
    assert master[0] - pupil[0] == pytest.approx(expected, abs=meetings * ROUNDING)
    assert pupil[1] == 4.0


@given(st.floats(0.001, 0.1), st.integers(1, 60))
def test_two_that_lead_in_one_field_each_close_both_gaps(rate, meetings):
    """Who leads gives without losing, so both gaps shrink by (1 - μ)^t: limit 6."""
    first, second = np.array([[1.0, 3.0], [3.0, 1.0]], np.float32)
    for _ in range(meetings):
        of_first, of_second = np.zeros(2), np.zeros(2)
        learn(first, second, rate, of_first)
        learn(second, first, rate, of_second)
        first += of_first
        second += of_second
    expected = 2.0 * (1.0 - rate) ** meetings
    assert second[0] - first[0] == pytest.approx(expected, abs=meetings * ROUNDING)
    assert first[1] - second[1] == pytest.approx(expected, abs=meetings * ROUNDING)


@given(st.integers(1, 6), st.floats(0.0, 0.4))
def test_roles_without_adherence(roles, returns):
    """E = n^(-τ) at ρ = 0: limit 8."""
    assert role_efficiency(0.0, roles, returns) == pytest.approx(roles**-returns, rel=1e-12)


def test_roles_of_the_example():
    assert role_efficiency(0.0, 3, 0.15) == pytest.approx(0.8481, abs=5e-5)
    assert role_efficiency(1.0, 3, 0.15) == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize(
    ("chance", "hierarchy", "polyarchy", "committee"),
    [(0.8, 0.4096, 0.9984, 0.9728), (0.3, 0.0081, 0.7599, 0.3483)],
)
def test_screening_of_the_example(chance, hierarchy, polyarchy, committee):
    """Four levels, good projects .8 and bad ones .3: limit 9."""
    assert hierarchy_pass(chance, 4) == pytest.approx(hierarchy, abs=1e-12)
    assert polyarchy_pass(chance, 4) == pytest.approx(polyarchy, abs=1e-12)
    assert committee_pass(chance, 4, 2) == pytest.approx(committee, abs=1e-12)


@given(st.floats(0.0, 1.0), st.integers(1, 8))
def test_hierarchy_and_polyarchy_are_the_extreme_committees(chance, members):
    votes = [committee_pass(chance, members, v) for v in range(1, members + 1)]
    assert votes[0] == pytest.approx(polyarchy_pass(chance, members), abs=1e-12)
    assert votes[-1] == pytest.approx(hierarchy_pass(chance, members), abs=1e-12)
    assert all(a >= b - 1e-12 for a, b in itertools.pairwise(votes))
    assert committee_pass(chance, members, 0) == pytest.approx(1.0, abs=1e-12)


@given(st.floats(0.0, 0.9))
def test_monthly_rates_compound_to_the_annual_rate(annual):
    assert (1.0 - monthly_rate(annual)) ** 12 == pytest.approx(1.0 - annual, rel=1e-12)


def test_halving_the_step_halves_the_error_of_capital():
    """Annual outcomes change by O(Δt): limit 14, on the adjustment of capital to demand."""

    def after_a_year(steps: int) -> float:
        share = 12.0 / steps
        capital = 1.0
        for _ in range(steps):
            capital, _ = adjusted_capital(capital, 2.0, 0.008 * share, 0.05 * share)
        return capital

    coarse = after_a_year(12) - after_a_year(24)
    fine = after_a_year(24) - after_a_year(48)
    assert coarse / fine == pytest.approx(2.0, rel=0.05)
