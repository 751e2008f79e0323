"""Limits 1 and 13: firms on their own follow closed forms, and doubling them changes nothing."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from small_region import small_population

from innocluster.scenarios.policies import POLICIES
from innocluster.sim.beginning.macro import MacroSeries, load_macro
from innocluster.sim.beginning.population import FirmSample, Population
from innocluster.sim.ground.forms import Forms
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.innovation.technology import monthly_rate
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation

# Every mechanism off but R&D, productivity, demand and factors.
ALONE = {
    "spillover_elasticity": 0.0,
    "technical_progress": 0.0,
    "growth_dispersion": 0.0,
    "attempt_rate": 0.0,
    "background_rate": 0.0,
    "brand_hazard": 0.0,
    "exit_rate": 0.0,
    "established_exit_rate": 0.0,
    "first_cash": 1e9,
    "entry_scale": 0.0,
    "spin_off_rate": 0.0,
    "invention_rate": 0.0,
    "target_utilisation": 0.3,
}
MONTHS = 60


class ConstantResearch:
    """Holds research spending of every firm and its factors as they were in the first month."""

    def __init__(self, spending: np.ndarray, capital: np.ndarray, workers: np.ndarray) -> None:
        self.spending, self.capital, self.workers = spending, capital, workers

    def membership(self, decision: np.ndarray) -> None:
        """Nobody decides otherwise."""

    def research(self, spending: np.ndarray) -> None:
        """Spend the same every month."""
        spending[: self.spending.size] = self.spending

    def factors(self, capital: np.ndarray, workers: np.ndarray) -> None:
        """Desire what is there."""
        capital[: self.capital.size] = self.capital
        workers[: self.workers.size] = self.workers

    def forget(self, rows: np.ndarray) -> None:
        """Nobody closes."""
        assert rows.size == 0


def flat_prices() -> MacroSeries:
    """World and home demand by sector as they happened, at prices and exchange rate of 2003."""
    history = load_macro("history")
    one = np.ones_like(history.price_index)
    demand = {key: history.sectors[key] for key in ("domestic_demand", "world_demand")}
    return replace(
        history, price_index=one, wage_index=one, exchange_rate=1192.1 * one, sectors=demand
    )


def alone(population: Population, unchecked: dict[str, float] | None = None) -> Simulation:
    parameters = ParameterSet(unchecked={**ALONE, **(unchecked or {})})
    return Simulation(
        Settings(
            population,
            parameters,
            flat_prices(),
            POLICIES["P0"],
            3,
            match_2003=False,
            forms=Forms.of({"entry": "proportional", "research": "frozen"}),
        )
    )


@pytest.fixture(scope="module")
def isolated() -> tuple[Simulation, Simulation]:
    """The first state and the state after five years of constant research."""
    run = alone(small_population())
    start = run.fork()
    firms = run.state.firms
    n = firms.count
    run.overrules = ConstantResearch(
        1.5 * firms.research_intensity[:n] * firms.revenue[:n],
        firms.capital[:n].copy(),
        firms.employees[:n].copy(),
    )
    run.run_until(MONTHS)
    return start, run


def research_ratio(start: Simulation, run: Simulation) -> np.ndarray:
    """R_t/R_0 = (1-δ)^t + E/R_0·[1-(1-δ)^t]/δ, one for firms without R&D."""
    first = start.state.firms
    n = first.count
    delta = monthly_rate(run.parameters.rd_depreciation)
    kept = (1.0 - delta) ** MONTHS
    spending = run.overrules.spending
    stock = first.research_stock[:n]
    expected = kept * stock + spending * (1.0 - kept) / delta
    return np.where(stock > 0.0, expected / np.where(stock > 0.0, stock, 1.0), 1.0)


def test_research_stock_follows_the_perpetual_inventory(isolated):
    start, run = isolated
    n = start.state.firms.count
    expected = research_ratio(start, run) * start.state.firms.research_stock[:n]
    assert np.allclose(run.state.firms.research_stock[:n], expected, rtol=1e-12)


def test_productivity_is_a_power_of_the_research_stock_beyond_an_offset(isolated):
    start, run = isolated
    n = start.state.firms.count
    growth = run.state.firms.log_productivity[:n] - start.state.firms.log_productivity[:n]
    offset, stock = start.state.firms.research_offset[:n], start.state.firms.research_stock[:n]
    grown = (research_ratio(start, run) * stock + offset) / (stock + offset)
    expected = run.parameters.rd_elasticity * np.log(grown)
    assert np.abs(growth - expected).max() < 1e-12
    assert expected.max() > 0.01


def demand_of(
    run: Simulation, sector: str, markets: dict[str, float], month: int
) -> tuple[float, float]:
    """Demand for a sector at home and abroad, 1 in 2003."""
    macro = run.settings.macro
    abroad = sum(w * macro.of_sector("world_demand", k)[month] for k, w in markets.items())
    return macro.of_sector("domestic_demand", sector)[month], abroad


def test_sales_follow_demand_and_relative_quality(isolated):
    """D_t = D_0·W_t·(A_t/Q_t)^(σ-1), W_t less what the others of the sector took of it."""
    start, run = isolated
    p = run.parameters
    first, last = start.state.firms, run.state.firms
    n = first.count
    share = 1.0 / (1.0 + np.exp(-first.export_logit[:n]))
    month = MONTHS - 1
    home, abroad = np.transpose(
        [demand_of(run, key, markets, month) for key, markets in zip(
            run.region.sectors.keys, run.region.sectors.export_markets, strict=True
        )]
    )[:, first.sector[:n]]  # fmt: skip
    ratio = np.exp(last.log_productivity[:n] - first.log_productivity[:n])
    rivals = np.exp(p.rivals_growth * (month + 0.5) / 12.0)
    appeal = (ratio / rivals) ** (p.substitution - 1.0)

    def gained(part: np.ndarray) -> np.ndarray:
        sales = part * first.demand_scale[:n]
        sums = (np.bincount(first.sector[:n], weights) for weights in (sales * appeal, sales))
        return np.divide(*sums)[first.sector[:n]]

    home *= gained(1.0 - share) ** -p.home_market_share
    abroad *= gained(share) ** -p.export_market_share
    world = (1.0 - share) * home + share * abroad
    expected = first.demand_scale[:n] * world * appeal
    assert (last.utilisation[:n] < 1.0).all()
    assert np.allclose(last.revenue[:n], expected, rtol=1e-12)


def test_nothing_else_happens(isolated):
    start, run = isolated
    values = run.series.values
    for name in (
        "introductions",
        "joint_projects",
        "licences",
        "own_innovations",
        "entrants",
        "closures",
        "contacts",
        "members",
    ):
        assert np.nansum(values[name]) == 0.0
    assert run.state.pairs.count == 0
    n = start.state.firms.count
    assert np.allclose(run.state.firms.employees[:n], start.state.firms.employees[:n], rtol=1e-12)
    assert np.allclose(run.state.firms.capital[:n], start.state.firms.capital[:n], rtol=1e-12)


def test_two_firms_of_half_the_size_are_one():
    """Limit 13: every firm twice at half its size leaves the aggregates as they were."""
    small = small_population()
    sample = small.firms
    n = sample.identifier.size
    halves = FirmSample(
        **{f.name: np.concatenate([getattr(sample, f.name)] * 2) for f in fields(sample)}
    )
    halves = replace(
        halves,
        identifier=np.arange(2 * n),
        revenue=0.5 * halves.revenue,
        # Large enough that no firm comes near the least employment of one person.
        employees=50 * halves.employees,
    )
    whole = replace(sample, employees=100 * sample.employees)
    one = alone(replace(small, firms=whole))
    two = alone(replace(small, firms=halves))
    one.run_until(MONTHS)
    two.run_until(MONTHS)
    for name in ("revenue", "exports", "value_added", "employees", "research_spending"):
        first, second = one.series.values[name][:MONTHS], two.series.values[name][:MONTHS]
        assert np.allclose(first, second, rtol=1e-11), name
    assert np.array_equal(
        two.series.values["firms"][:MONTHS], 2.0 * one.series.values["firms"][:MONTHS]
    )
