"""Productivity, capacity and their growth are the exact sum of their parts (F1, F2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from small_region import simulation

from innocluster.sim.market import WORKING_DAYS
from innocluster.sim.simulation import Simulation


@dataclass
class Parts:
    """What made the firms' productivity and capacity in one month."""

    identifier: np.ndarray
    log_productivity: np.ndarray
    technology: dict[str, np.ndarray]
    factors: dict[str, np.ndarray]
    log_capacity: np.ndarray
    log_real_capacity: np.ndarray

    @classmethod
    def of_next_month(cls, run: Simulation) -> Parts:
        """Step the run and take the parts of the firms that were there before and after."""
        p, month = run.values, run.month
        before = run.state.firms.copy()
        run.step()
        firms = run.state.firms
        n = before.count
        rows = np.flatnonzero(
            (before.alive[:n] == 1)
            & (firms.alive[:n] == 1)
            & (firms.identifier[:n] == before.identifier[:n])
        )
        reference = firms.research_reference[rows]
        performs = reference > 0.0
        research = np.zeros(rows.size)
        research[performs] = np.log(firms.research_stock[rows][performs] / reference[performs])
        # R&D stocks of firms without any stay at zero.
        assert (firms.research_stock[rows][~performs] == 0.0).all()
        technology = {
            "level": firms.level[rows],
            "progress": np.full(rows.size, p.technical_progress * (month + 0.5) / 12.0),
            "shock": firms.shock[rows],
            "research": p.rd_elasticity * research,
            "spillover": p.spillover_elasticity * firms.spillover[rows],
            "own": firms.gain_own[rows],
            "transfer": firms.gain_transfer[rows],
            "joint": firms.gain_joint[rows],
            "meetings": firms.gain_meeting[rows],
            "start": -firms.gain_reference[rows],
            "roles": firms.role[rows],
        }
        workers = before.employees[rows]
        worked = np.maximum(workers - firms.lost_days[rows] / WORKING_DAYS, 0.5 * workers)
        factors = {
            "capital": p.capital_elasticity * np.log(before.capital[rows]),
            "labour": (1.0 - p.capital_elasticity) * np.log(worked),
        }
        price = run.settings.macro.price_index[month] * (
            (1.0 + p.brand_premium * before.brand[rows])
            / (1.0 + p.brand_premium * firms.brand_reference[rows])
        )
        ratio = run.region.sectors.value_added_ratio[firms.sector[rows]]
        log_capacity = np.log(firms.revenue[rows] / firms.utilisation[rows])
        real = log_capacity - np.log(price / ratio)
        return cls(
            firms.identifier[rows], firms.log_productivity[rows], technology, factors,
            log_capacity, real,
        )  # fmt: skip


@pytest.fixture(scope="module")
def months() -> tuple[Parts, Parts]:
    """Parts of a month before the programme and of one in its fifth year."""
    run = simulation("P5")
    run.run_until(20)
    early = Parts.of_next_month(run)
    run.run_until(90)
    return early, Parts.of_next_month(run)


def test_productivity_is_the_sum_of_its_parts(months):
    for parts in months:
        total = sum(parts.technology.values())
        assert parts.identifier.size > 300
        assert np.abs(parts.log_productivity - total).max() < 1e-12


def test_every_channel_is_at_work_in_the_fifth_year(months):
    late = months[1].technology
    for channel in ("own", "transfer", "joint", "meetings"):
        assert (late[channel] >= 0.0).all()
        assert (late[channel] > 0.0).any(), channel


def test_capacity_is_made_of_productivity_and_factors(months):
    for parts in months:
        expected = parts.log_productivity + sum(parts.factors.values())
        assert np.abs(parts.log_real_capacity - expected).max() < 1e-12


def test_growth_of_capacity_is_the_sum_of_the_growth_of_its_parts(months):
    early, late = months
    _, a, b = np.intersect1d(early.identifier, late.identifier, return_indices=True)
    growth = late.log_real_capacity[b] - early.log_real_capacity[a]
    explained = np.zeros(a.size)
    for first, second in ((early.technology, late.technology), (early.factors, late.factors)):
        for name in first:
            explained += second[name][b] - first[name][a]
    assert np.abs(growth - explained).max() < 1e-10


def test_sales_never_exceed_capacity_and_utilisation_says_so(months):
    run = simulation("P5", last=(2005, 12))
    run.run()
    firms = run.state.firms
    alive = firms.alive[: firms.count] == 1
    standing = alive & (firms.entered[: firms.count] < run.month - 1)
    used = firms.utilisation[: firms.count][standing]
    assert (used > 0.0).all()
    assert (used <= 1.0 + 1e-12).all()
    assert (firms.gain_own[: firms.count][alive] >= 0.0).all()


def test_gains_fade_at_the_rate_of_forgetting():
    """F5: without events every channel keeps (1 - δ_Z)^(1/12) a month."""
    run = simulation("P0", unchecked={
        "attempt_rate": 0.0, "background_rate": 0.0, "exit_rate": 0.0, "first_cash": 1e6,
    })  # fmt: skip
    firms = run.state.firms
    firms.gain_joint[: firms.count] = 0.1
    firms.gain_transfer[: firms.count] = 0.2
    firms.gain_meeting[: firms.count] = 0.3
    firms.gain_own[: firms.count] = 0.4
    n = firms.count
    run.run_until(24)
    kept = (1.0 - run.values.innovation_depreciation) ** 2
    for name, first in (("joint", 0.1), ("transfer", 0.2), ("meeting", 0.3), ("own", 0.4)):
        gain = getattr(run.state.firms, f"gain_{name}")[:n]
        assert np.abs(gain - first * kept).max() < 1e-12
