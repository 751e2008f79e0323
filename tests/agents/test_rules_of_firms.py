"""Rules of firms: bounds, directions and homogeneity (F1, F2, F7, D1, D3, D4, I1, E1)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from innocluster.agents.firms import (
    adjusted_capital,
    adjusted_labour,
    brand_hazard,
    capacity_revenue,
    demand,
    desired_labour,
    exit_hazard,
    export_share,
    growth_dispersion,
    line_share,
    log_productivity,
    relative_appeal,
    role_efficiency,
    shock_step,
    wanted_capacity,
)

LOG = st.floats(-3.0, 12.0)
SHARE = st.floats(0.0, 1.0)
INSIDE = st.floats(1e-6, 1.0 - 1e-6)
POSITIVE = st.floats(1e-3, 1e6)
SIZE = st.floats(1.0, 30_000.0)


@given(LOG, LOG, LOG, st.floats(0.3, 0.45), st.floats(0.01, 100.0))
def test_capacity_is_homogeneous_of_degree_one(log_a, log_k, log_l, alpha, scale):
    one = capacity_revenue(log_a, log_k, log_l, alpha, 1.2, 0.3)
    step = math.log(scale)
    scaled = capacity_revenue(log_a, log_k + step, log_l + step, alpha, 1.2, 0.3)
    assert scaled == pytest.approx(scale * one, rel=1e-11)


@given(LOG, LOG, LOG, st.floats(0.3, 0.45), POSITIVE)
def test_capacity_is_cobb_douglas(log_a, log_k, log_l, alpha, price):
    expected = price * math.exp(log_a + alpha * log_k + (1.0 - alpha) * log_l) / 0.3
    result = capacity_revenue(log_a, log_k, log_l, alpha, price, 0.3)
    assert result == pytest.approx(expected, rel=1e-12)


@given(POSITIVE, st.floats(0.7, 0.95), LOG, LOG, st.floats(0.3, 0.45))
def test_desired_labour_meets_demand_at_the_wanted_utilisation(real, target, log_a, log_k, alpha):
    wanted = math.log(wanted_capacity(real, 0.3, target))
    labour = desired_labour(wanted, log_a, log_k, alpha)
    capacity = capacity_revenue(log_a, log_k, math.log(labour), alpha, 1.0, 0.3)
    assert target * capacity == pytest.approx(real, rel=1e-10)


@given(st.lists(st.floats(-1.0, 1.0), min_size=7, max_size=7), st.floats(0.0, 0.2))
def test_productivity_is_the_sum_of_its_parts(parts, elasticity):
    level, drift, shock, research, spillover, gains, role = parts
    result = log_productivity(
        level, drift, shock, elasticity, research, 0.05, spillover, gains, role
    )
    expected = math.fsum(
        (level, drift, shock, elasticity * research, 0.05 * spillover, gains, role)
    )
    assert result == pytest.approx(expected, abs=1e-14)


@given(POSITIVE, SHARE, st.floats(0.5, 3.0), st.floats(0.5, 3.0), st.floats(-1, 1), INSIDE)
def test_demand_grows_with_quality_and_lies_between_the_markets(
    scale, share, domestic, foreign, quality, step
):
    def at(log_quality: float) -> float:
        return demand(scale, share, domestic, foreign, relative_appeal(log_quality, 3.0), 1.0)

    level = at(quality)
    assert at(quality + step) > level
    neutral = at(0.0)
    low, high = sorted((domestic, foreign))
    assert scale * low * (1 - 1e-12) <= neutral <= scale * high * (1 + 1e-12)
    assert level == pytest.approx(neutral * math.exp(2.0 * quality), rel=1e-12)


@given(st.floats(-6.0, 4.0), st.floats(-2.0, 2.0), INSIDE)
def test_export_share_is_a_share_that_rises_with_quality_and_brand(logit, quality, step):
    share = export_share(logit, quality, 0.0, 1.0, 0.1)
    assert 0.0 < share < 1.0
    assert export_share(logit, quality + step, 0.0, 1.0, 0.1) >= share
    assert export_share(logit, quality, step, 1.0, 0.1) >= share


@pytest.mark.parametrize(("employees", "expected"), [(20.0, 0.35), (100.0, 0.25), (700.0, 0.18)])
def test_growth_dispersion_goes_through_its_anchors(employees, expected):
    assert growth_dispersion(employees, 0.35, 0.187) == pytest.approx(expected, abs=0.01)


@given(SIZE, st.floats(1.01, 10.0))
def test_growth_dispersion_falls_with_size(employees, factor):
    small = growth_dispersion(employees, 0.35, 0.187)
    assert growth_dispersion(factor * employees, 0.35, 0.187) < small


@given(st.floats(-2.0, 2.0), st.floats(0.9, 0.999), INSIDE, INSIDE)
def test_shocks_without_an_arrival_only_fade(shock, persistence, arrival, v):
    assert shock_step(shock, persistence, arrival, 0.3, arrival, v) == persistence * shock


def test_shock_steps_are_laplace():
    v = (np.arange(20_000) + 0.5) / 20_000
    steps = np.array([shock_step(0.0, 0.98, 1.0, 0.3, 0.5, value) for value in v])
    assert steps.mean() == pytest.approx(0.0, abs=1e-12)
    assert steps.var() == pytest.approx(2.0 * 0.3**2, rel=2e-3)
    assert np.abs(steps).mean() == pytest.approx(0.3, rel=1e-3)


@given(SHARE, st.integers(2, 5), st.floats(0.0, 0.4))
def test_roles_pay_between_full_spread_and_full_specialisation(adherence, roles, returns):
    efficiency = role_efficiency(adherence, roles, returns)
    assert roles ** (-returns) * (1 - 1e-12) <= efficiency <= 1.0 + 1e-12


@given(POSITIVE, st.floats(10_000.0, 45_000.0), st.floats(1.0, 3.0))
def test_a_project_touches_at_most_the_whole_firm(revenue, line, factor):
    share = line_share(revenue, line)
    assert 0.0 < share <= 1.0
    assert line_share(factor * revenue, line) <= share


@given(POSITIVE, POSITIVE, st.floats(0.005, 0.01), st.floats(0.03, 0.08))
def test_capital_moves_towards_what_is_desired(capital, desired, depreciation, adjustment):
    after, investment = adjusted_capital(capital, desired, depreciation, adjustment)
    assert investment >= 0.0
    assert after == pytest.approx((1.0 - depreciation) * capital + investment, rel=1e-14)
    lowest = min(capital, desired) * (1 - depreciation)
    assert lowest <= after <= max(capital, desired) * (1 + 1e-12)
    assert adjusted_capital(capital, capital, depreciation, adjustment)[0] == pytest.approx(capital)


@given(SIZE, SIZE, st.floats(0.01, 0.05))
def test_labour_moves_towards_what_is_desired(labour, desired, adjustment):
    after = adjusted_labour(labour, desired, adjustment)
    assert after >= 1.0
    assert min(labour, desired) * (1 - 1e-12) <= after <= max(labour, desired) * (1 + 1e-12)
    assert adjusted_labour(1.0, 1e-6, adjustment) == 1.0


@given(SHARE, SHARE, st.floats(-2.0, 2.0))
def test_brand_hazard_needs_absorption_and_a_link(absorption, link, quality):
    hazard = brand_hazard(0.33, absorption, link, quality)
    assert 0.0 <= hazard <= 0.33
    assert brand_hazard(0.33, 0.0, link, quality) == brand_hazard(0.33, absorption, 0.0, quality)


@given(SIZE, st.floats(0.0, 80.0), st.floats(1.0, 5.0))
def test_exit_hazard_falls_with_size_and_age(employees, age, factor):
    law = 0.14, 0.05, 4.0, 0.25, 1000.0
    hazard = exit_hazard(employees, age, *law)
    assert 0.0 <= hazard <= 0.14 * 20.0**0.25
    assert exit_hazard(factor * employees, age, *law) <= hazard
    assert exit_hazard(employees, factor * age, *law) <= hazard
    # (20/320)^0.25 = 1/2, and e^-1 of the nine points that a new firm has more.
    assert exit_hazard(320.0, 4.0, *law) == pytest.approx(0.5 * (0.05 + 0.09 * math.exp(-1.0)))
    assert exit_hazard(999.0, 0.0, *law) > exit_hazard(1000.0, 0.0, *law) == 0.0
