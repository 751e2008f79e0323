"""The first state of a firm, worked out by hand (D3, F1, F2, F3, F5, I1)."""

from __future__ import annotations

import math
from dataclasses import fields
from statistics import NormalDist

import numpy as np
import pytest

from innocluster.agents.firms import FirmTable
from innocluster.sim.beginning.new_firms import (
    log_odds,
    product_niche,
    set_firms,
    stationary_shock,
)
from innocluster.sim.beginning.population import FirmSample
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import Process, replication_key, uniforms

KEY = replication_key(7)
PARAMETERS = {
    "capital_output_ratio": 0.5, "target_utilisation": 0.8, "capital_elasticity": 0.25,
    "rd_depreciation": 0.15, "attempt_rate": 0.4,
    "commercial_success": 0.5, "own_innovation_step": 0.03, "innovation_depreciation": 0.1,
    "labour_share": 0.6, "first_cash": 0.125, "substitution": 3.0,
    "product_niches": 7.0, "research_phase_in": 0.03125,
}  # fmt: skip
CLEARED = (
    "member", "cohort", "role", "exports", "grant_flow", "spillover", "absorption",
    "gain_transfer", "gain_joint", "gain_meeting", "months_negative", "royalty", "lost_days",
    "projects", "revenue_year", "research_year", "revenue_before", "research_before",
)  # fmt: skip
MINUS_ONE = ("link_until", "first_pair", "last_joint", "last_joint_body")


def sample() -> FirmSample:
    """Two firms, with and without R&D, in sectors with value added of 0.25 and 0.5 of sales."""
    return FirmSample(
        identifier=np.array([100, 200]),
        complex=np.array([3, 4], np.int16),
        sector=np.array([1, 0], np.int16),
        mini_cluster=np.array([7, -1], np.int16),
        employees=np.array([40, 5], np.int32),
        revenue=np.array([2400.0, 1200.0]),
        export_share=np.array([0.25, 0.0]),
        research_intensity=np.array([0.05, 0.0]),
        brand=np.array([2, 1], np.int16),
        knowledge=np.array([[0.5, 0.25], [0.125, 1.0]], np.float32),
    )


@pytest.mark.parametrize("kernel", [set_firms, set_firms.py_func])
def test_first_state_of_a_firm(kernel) -> None:
    firms = FirmTable.allocate(3, knowledge=2)
    firms.count = 3
    for name in FirmTable.column_names():
        getattr(firms, name)[:] = 9  # a closed firm's row
    p = ParameterSet(unchecked=PARAMETERS).record()
    kernel(KEY, p, np.array([2, 0]), sample(), np.array([0.25, 0.5]), 17, firms)
    rows = [2, 0]
    for name in CLEARED:
        assert getattr(firms, name).tolist() == [0, 9, 0], name
    for name in MINUS_ONE:
        assert getattr(firms, name).tolist() == [-1, 9, -1], name
    shock = firms.shock[rows]
    # Value added 0.5·200 = 100 and 0.25·100 = 25 a month, capital half of a year's sales.
    log_a = [
        math.log(100.0 / 0.8) - 0.25 * math.log(1200.0) - 0.75 * math.log(40.0),
        math.log(25.0 / 0.8) - 0.25 * math.log(600.0) - 0.75 * math.log(5.0),
    ]
    # A month forgets 1 - 0.85^(1/12) of the stock, and 1 - 0.9^(1/12) of the gains.
    stock = 0.05 * 200.0 / (1.0 - 0.85 ** (1.0 / 12.0))
    gain = 0.4 * 0.5 * 0.03 / 12.0 / (1.0 - 0.9 ** (1.0 / 12.0))
    # A shock moves demand with the power σ - 1 = 2, and labour less what a worker makes more.
    luck = np.exp(2.0 * shock)
    worked = luck * np.exp(-shock / 0.75)
    # Seven niches of equal chance: the first seventh of a uniform is niche 0.
    niche = [math.floor(7.0 * uniforms(KEY, k, 0, int(Process.NICHE), 0)[0]) for k in (100, 200)]
    expected = {
        "identifier": [100, 200], "alive": [1, 1], "complex": [3, 4], "sector": [1, 0],
        "mini_cluster": [7, -1], "entered": [17, 17], "age": [0.0, 0.0],
        "employees": worked * [40.0, 5.0], "capital": luck * [1200.0, 600.0],
        "log_productivity": log_a + shock, "level": log_a, "demand_reference": log_a,
        "demand_scale": [200.0, 100.0], "expected_demand": luck * [200.0, 100.0],
        "revenue": luck * [200.0, 100.0], "utilisation": [0.8, 0.8],
        "export_logit": [math.log(0.25 / 0.75), math.log(1e-6 / (1.0 - 1e-6))],
        "research_intensity": [0.05, 0.0], "research_lagged": [0.05, 0.0],
        "research_stock": [stock, 0.0], "research_reference": [stock, 0.0],
        "research_offset": [75.0, 37.5], "research_spending": [luck[0] * 10.0, 0.0],
        "smoothed_sales": luck * [200.0, 100.0], "research_began": [17, 17],
        "last_success": [-1000, -1000], "research_pay": [10.0 / 40.0, 0.0],
        "spillover_reference": [np.inf, np.inf], "niche": niche,
        # 0.4·0.5 successes a year of 0.03 each.
        "gain_own": [gain, 0.0], "gain_reference": [gain, 0.0],
        "brand": [1.0, 0.5], "brand_reference": [1.0, 0.5], "cash": luck * [300.0, 150.0],
        # 60 % of value added, less R&D of 10 a month in the first.
        "wage": [(60.0 - 10.0) / 40.0, 15.0 / 5.0],
        "knowledge": [[0.5, 0.25], [0.125, 1.0]],
        "direction": (np.array([[2.0, 1.0], [1.0, 8.0]]) / np.sqrt([[5.0], [65.0]])).astype("f4"),
    }  # fmt: skip
    for name, values in expected.items():
        assert getattr(firms, name)[rows] == pytest.approx(np.array(values), rel=1e-13), name
        assert np.all(getattr(firms, name)[1] == 9), name
    assert {*expected, *CLEARED, *MINUS_ONE, "shock", "modelled_on"} == set(
        FirmTable.column_names()
    )


@pytest.mark.parametrize(
    ("u", "niches", "niche"), [(0.01, 5.0, 0), (0.39, 5.0, 1), (0.99, 5.0, 4), (0.99, 3.4, 2)]
)
def test_niches_are_alike_and_whole(u: float, niches: float, niche: int) -> None:
    assert product_niche(u, niches) == niche


def test_labour_keeps_a_quarter_of_value_added() -> None:
    firms = FirmTable.allocate(2, knowledge=2)
    p = ParameterSet(unchecked={**PARAMETERS, "labour_share": 0.3}).record()
    set_firms(KEY, p, np.arange(2), sample(), np.array([0.25, 0.5]), -1, firms)
    # 0.3·100 - 10 = 20 is less than 25; 0.3·25 = 7.5 is more than 6.25.
    assert firms.wage == pytest.approx([25.0 / 40.0, 7.5 / 5.0], rel=1e-13)
    assert firms.research_pay == pytest.approx([5.0 / 40.0, 0.0], rel=1e-13)
    # The firms of 2003 that do R&D have done so since they were founded.
    assert firms.research_began.tolist() == [-int(age) for age in firms.age]


def test_shock_is_that_of_its_stationary_distribution() -> None:
    p = ParameterSet(unchecked={
        "growth_dispersion": 0.4, "growth_dispersion_exponent": 0.5, "substitution": 4.0,
    }).record()  # fmt: skip
    # Dispersion 0.4·(80/20)^-½ = 0.2; with unit 0.5 and spread 3 a deviation of 0.3.
    u = NormalDist().cdf(-0.7)
    assert stationary_shock(u, 80.0, 0.5, 3.0, p) == pytest.approx(-0.7 * 0.3, rel=1e-7)


def test_a_firms_first_shock_is_its_own_draw() -> None:
    firms = FirmTable.allocate(2, knowledge=2)
    p = ParameterSet().record()
    set_firms(KEY, p, np.arange(2), sample(), np.array([0.25, 0.5]), -1, firms)
    persistence = 0.5 ** (1.0 / p.shock_half_life)
    # Autocovariances of months 0 to 12 apart, averaged over two years that follow each other.
    months = np.arange(12)
    same = (persistence ** abs(months[:, None] - months)).mean()
    following = (persistence ** (12 + months[:, None] - months)).mean()
    deviation = 1.0 / math.sqrt(2.0 * (same - following)) / (p.substitution - 1.0)
    for row, identifier in enumerate((100, 200)):
        u = uniforms(KEY, identifier, 0, int(Process.SHOCK), 1)[0]
        size = sample().employees[row]
        own = p.growth_dispersion * (size / 20.0) ** -p.growth_dispersion_exponent * deviation
        assert firms.shock[row] == pytest.approx(own * NormalDist().inv_cdf(u), rel=1e-7)


@pytest.mark.parametrize(("share", "inside"), [(0.0, 1e-6), (0.3, 0.3), (1.0, 0.98)])
def test_log_odds_are_finite(share: float, inside: float) -> None:
    assert log_odds(share) == pytest.approx(math.log(inside / (1.0 - inside)), rel=1e-13)


def test_room_has_columns_of_the_same_types() -> None:
    room = sample().room(5)
    for f in fields(room):
        made, old = getattr(room, f.name), getattr(sample(), f.name)
        assert made.dtype == old.dtype
        assert made.shape == (5, *old.shape[1:])
