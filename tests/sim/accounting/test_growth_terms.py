"""Every firm's value added of every month is the exact sum of its terms (F1, F2, F5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hand_tables import conditions, firms, parameters
from small_region import full_population, simulation

from innocluster.agents.firms import FirmTable
from innocluster.sim.accounting.growth_terms import (
    AGGREGATES,
    TECHNOLOGY,
    TERMS,
    firm_terms,
    sum_aggregates,
)
from innocluster.sim.beginning.population import Population
from innocluster.sim.simulation import Simulation

EXACT = 1e-10
CHANNELS = [TERMS.index(name) for name in ("own", "transfer", "joint", "meetings")]


@dataclass
class Month:
    """Terms of every firm that sold in a month, and what their sum should be."""

    identifier: np.ndarray
    terms: np.ndarray
    log_value_added: np.ndarray
    log_productivity: np.ndarray

    @classmethod
    def step(cls, run: Simulation) -> Month:
        """Simulate a month and account for the firms that were there when it began.

        They produced with the capital, the employees and the brand of its beginning.
        """
        month = run.month
        before = run.state.firms.copy()
        run.step()
        after, n = run.state.firms, before.count
        produced = after.copy()
        for name in ("capital", "employees", "brand"):
            getattr(produced, name)[:n] = getattr(before, name)[:n]
        terms = firm_terms(month, run.conditions, run.parameters, produced, slice(0, n))
        rows = np.flatnonzero(
            (before.alive[:n] == 1) & (after.identifier[:n] == before.identifier[:n])
        )
        ratio = run.conditions.value_added_ratio[month, after.sector[rows]]
        return cls(
            after.identifier[rows],
            terms[:, rows],
            np.log(after.revenue[rows] * ratio),
            after.log_productivity[rows],
        )

    def largest_residual(self) -> float:
        """Largest distance between a firm's value added and the sum of its terms, log points."""
        return float(np.abs(self.terms.sum(axis=0) - self.log_value_added).max())


@pytest.mark.parametrize("policy", ["P0", "P5"])
@pytest.mark.parametrize("population", [None, full_population()], ids=["small", "full"])
def test_value_added_is_the_sum_of_its_terms_in_every_month(
    policy: str, population: Population | None
) -> None:
    run = simulation(policy, population=population)
    for _ in range(run.settings.months):
        month = Month.step(run)
        assert month.identifier.size > 300
        assert month.largest_residual() < EXACT
        technology = month.terms[TECHNOLOGY:].sum(axis=0)
        assert np.abs(technology - month.log_productivity).max() < 1e-12


@pytest.mark.parametrize("adherence", [0.0, 1.0])
def test_roles_are_a_term_of_their_own(adherence: float) -> None:
    run = simulation("P5", unchecked={"programme_adherence": adherence})
    run.run_until(60)
    month = Month.step(run)
    assert month.largest_residual() < EXACT
    assert (month.terms[TERMS.index("roles")] != 0.0).any()


@pytest.fixture(scope="module")
def months() -> tuple[Month, Month]:
    """A month before the programme and one in its fifth year."""
    run = simulation("P5")
    run.run_until(20)
    early = Month.step(run)
    run.run_until(90)
    return early, Month.step(run)


def test_every_channel_is_at_work_in_the_fifth_year(months: tuple[Month, Month]) -> None:
    early, late = months
    # Gains of own R&D count against those at the start, the other channels from nothing.
    assert (late.terms[CHANNELS[1:]] >= 0.0).all()
    assert (early.terms[CHANNELS[1:]] >= 0.0).all()
    for row in CHANNELS:
        assert (late.terms[row] > 0.0).any(), TERMS[row]


def test_growth_is_the_sum_of_the_growth_of_its_terms(months: tuple[Month, Month]) -> None:
    early, late = months
    _, a, b = np.intersect1d(early.identifier, late.identifier, return_indices=True)
    assert a.size > 200
    growth = late.log_value_added[b] - early.log_value_added[a]
    explained = (late.terms[:, b] - early.terms[:, a]).sum(axis=0)
    assert np.abs(growth - explained).max() < EXACT


def test_sales_never_exceed_capacity_and_utilisation_says_so() -> None:
    run = simulation("P5", last=(2005, 12))
    run.run()
    table = run.state.firms
    alive = table.alive[: table.count] == 1
    standing = alive & (table.entered[: table.count] < run.month - 1)
    used = table.utilisation[: table.count][standing]
    assert (used > 0.0).all()
    assert (used <= 1.0 + 1e-12).all()
    assert (table.gain_own[: table.count][alive] >= 0.0).all()


def test_gains_fade_at_the_rate_of_forgetting() -> None:
    """F5: without events channels keep (1 - δ)^(1/12) a month, meetings at their own rate."""
    run = simulation("P0", unchecked={
        "attempt_rate": 0.0, "background_rate": 0.0, "exit_rate": 0.0,
        "established_exit_rate": 0.0, "first_cash": 1e6, "meeting_depreciation": 0.2,
    })  # fmt: skip
    table, n = run.state.firms, run.state.firms.count
    table.gain_joint[:n] = 0.1
    table.gain_transfer[:n] = 0.2
    table.gain_meeting[:n] = 0.3
    table.gain_own[:n] = 0.4
    run.run_until(24)
    innovation, meetings = 0.9**2, 0.8**2
    for name, first, kept in (
        ("joint", 0.1, innovation), ("transfer", 0.2, innovation),
        ("meeting", 0.3, meetings), ("own", 0.4, innovation),
    ):  # fmt: skip
        gain = getattr(run.state.firms, f"gain_{name}")[:n]
        assert np.abs(gain - first * kept).max() < 1e-12


P = parameters(
    capital_elasticity=0.25,
    brand_premium=0.25,
    rd_elasticity=0.1,
    spillover_elasticity=0.05,
)


def two_firms() -> FirmTable:
    """One with everything, the other without R&D, half of whose labour meetings take at most."""
    return firms(
        3,
        alive=[1, 1, 0],
        complex=[1, 0, 0],
        sector=[0, 1, 0],
        level=[0.3, -0.2, 0.0],
        shock=[0.02, 0.0, 0.0],
        role=[0.015, 0.0, 0.0],
        research_stock=[7.0, 5.0, 0.0],
        research_reference=[3.0, 0.0, 0.0],
        research_offset=[1.0, 0.0, 0.0],
        spillover=[0.4, -0.6, 0.0],
        gain_own=[0.01, 0.0, 0.0],
        gain_transfer=[0.02, 0.0, 0.0],
        gain_joint=[0.04, 0.0, 0.0],
        gain_meeting=[0.08, 0.0, 0.0],
        gain_reference=[0.005, 0.0, 0.0],
        capital=[400.0, 16.0, 1.0],
        employees=[101.0, 4.0, 1.0],
        lost_days=[21.0, 84.0, 0.0],
        brand=[1.0, 0.0, 0.0],
        brand_reference=[0.5, 0.0, 0.0],
        utilisation=[0.8, 1.0, 1.0],
        revenue=[1000.0, 50.0, 9.0],
    )


@pytest.mark.parametrize("start", [0, 1])
def test_terms_by_hand(start: int) -> None:
    outside = conditions(6, 2, value_added_price=(1.5, 1.25), progress=(0.04, 0.06))
    terms = firm_terms(6, outside, P, two_firms(), slice(start, 2))
    first = [
        np.log(1.5), np.log(1.25 / 1.125), np.log(0.8), 0.25 * np.log(400.0),
        0.75 * np.log(100.0), 0.34, 0.02, 0.1 * np.log(2.0), 0.02, 0.005, 0.02, 0.04,
        0.08, 0.015,
    ]  # fmt: skip
    second = [
        np.log(1.25), 0.0, 0.0, 0.25 * np.log(16.0), 0.75 * np.log(2.0), -0.14, 0.0,
        0.0, -0.03, 0.0, 0.0, 0.0, 0.0, 0.0,
    ]  # fmt: skip
    np.testing.assert_allclose(terms.T, [first, second][start:], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    "kernel", [sum_aggregates, sum_aggregates.py_func], ids=["compiled", "uncompiled"]
)
def test_aggregates_by_hand(kernel: Any) -> None:
    totals = np.ones((5, 2))
    outside = conditions(
        6, 2, value_added_price=(1.5, 1.25), value_added_ratio=(0.48, 0.5), price=(9.0, 9.0)
    )
    kernel(6, outside, P, two_firms(), totals)
    # 0.48·1000/1.5 = 320; over the brand 1.25/1.125 it is 288 of 360; 0.5·50/1.25 = 20
    expected = [[16.0, 400.0], [2.0, 100.0], [20.0, 288.0], [20.0, 360.0], [20.0, 320.0]]
    assert totals - 1.0 == pytest.approx(np.array(expected), rel=1e-12)
    assert list(AGGREGATES) == [
        "capital", "worked_labour", "volume", "capacity", "real_value_added",
    ]  # fmt: skip
