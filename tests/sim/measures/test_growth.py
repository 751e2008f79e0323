"""Yearly accounts of growth and of productivity are exact, part by part."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_region import full_population, simulation

from innocluster.agents.firms import FirmTable
from innocluster.scenarios.policies import POLICIES
from innocluster.sim.accounting.december import Changes, December, add_changes, productivity_parts
from innocluster.sim.accounting.growth_terms import AGGREGATES, log_mean
from innocluster.sim.beginning.macro import load_macro
from innocluster.sim.ground.forms import Forms
from innocluster.sim.measures.growth import (
    CHANNELS,
    COMPOSITION,
    GROWTH_UNITS,
    SOURCES,
    composition_points,
    year_sources,
)
from innocluster.sim.simulation import Simulation

EXACT = 1e-10
TERMS = 9
ALPHA = 0.37


@cache
def finished(policy: str, full: bool = False) -> Simulation:
    run = simulation(policy, population=full_population() if full else None)
    run.run()
    return run


def annual(run: Simulation, *names: str) -> np.ndarray:
    """Yearly measures from 2004 on, (names, years, 1 + complexes)."""
    return np.stack([run.series.annual[name][1:] for name in names])


def year_totals(run: Simulation, name: str) -> np.ndarray:
    """Sums over the calendar years, the region first, (years, 1 + complexes)."""
    values = run.series.values[name]
    by_year = values.reshape(-1, 12, values.shape[1]).sum(axis=1)
    return np.concatenate([by_year.sum(axis=1, keepdims=True), by_year], axis=1)


def one_mean(a: float, b: float) -> float:
    return float(log_mean(np.array([a]), np.array([b]))[0])


@given(
    st.floats(1e-6, 1e6),
    st.one_of(st.floats(1e-6, 1e6), st.floats(0.999999, 1.000001)),
)
def test_log_mean_lies_between_and_turns_log_changes_into_changes(a: float, ratio: float) -> None:
    b = a * ratio
    mean = one_mean(a, b)
    assert mean == one_mean(b, a) or mean == pytest.approx(one_mean(b, a), rel=1e-9)
    assert min(a, b) * (1 - 1e-9) <= mean <= max(a, b) * (1 + 1e-9)
    assert mean * np.log(a / b) == pytest.approx(a - b, rel=1e-9, abs=1e-15 * max(a, b))


# The year against the year before.


@pytest.mark.parametrize(("policy", "full"), [("P0", False), ("P5", False), ("P5", True)])
def test_sources_add_up_to_the_growth_of_the_years_totals(policy: str, full: bool) -> None:
    run = finished(policy, full)
    totals = year_totals(run, "value_added")
    sources = annual(run, *(f"growth_{name}" for name in SOURCES))
    (growth,) = annual(run, "growth_value_added")
    known = np.isfinite(growth)
    assert known[:, 0].all()
    assert known.mean() > 0.9
    reached = 100.0 * np.log(totals[1:][known] / totals[:-1][known])
    assert np.abs(growth[known] - reached).max() < 100.0 * EXACT
    assert np.abs(sources.sum(axis=0)[known] - reached).max() < 100.0 * EXACT
    # The region grows in every source that the years saw.
    assert (np.abs(sources[:, :, 0]).max(axis=1) > 0.01).all()


def recorded(generator: np.random.Generator, places: int = 2) -> np.ndarray:
    """Value added and the five aggregates of 24 months, all different."""
    return np.exp(generator.normal(0.0, 0.5, (6, 24, places)))


def test_growth_from_prices_alone() -> None:
    price = np.exp(np.random.default_rng(5).normal(0.0, 0.3, 24))
    flat = np.ones((6, 24, 1)) * np.array([1.0, 3.0, 2.0, 1.0, 1.2, 1.0])[:, None, None]
    flat[0] *= price[:, None]
    growth = year_sources(flat, ALPHA)[:, 0]
    nominal = 100.0 * np.log(price[12:].sum() / price[:12].sum())
    assert growth[0] == pytest.approx(nominal, abs=1e-10)
    assert np.abs(growth[1:]).max() < 1e-10


def test_a_common_rate_of_growth_counts_in_full_whatever_the_season() -> None:
    """Weights sum to one: capital 10 % up in every month adds exactly α·ln 1.1."""
    season = recorded(np.random.default_rng(7))
    season[:, 12:] = season[:, :12]
    season[1, 12:] *= 1.1
    season[[0, 3, 4, 5], 12:] *= 1.1**ALPHA
    growth = year_sources(season, ALPHA)
    expected = np.zeros(6)
    expected[SOURCES.index("capital")] = 100.0 * ALPHA * np.log(1.1)
    assert np.abs(growth - expected[:, None]).max() < 1e-10


def test_a_place_that_stood_still_for_a_month_has_no_account_and_spoils_no_other() -> None:
    values = recorded(np.random.default_rng(2), 3)
    alone = year_sources(values[:, :, [0, 2]], ALPHA)
    values[:, 5, 1] = 0.0
    growth = year_sources(values, ALPHA)
    assert np.isnan(growth[:, 1]).all()
    np.testing.assert_array_equal(growth[:, [0, 2]], alone)


# From December to December.


def december(firms: dict[int, tuple[float, float]], order: list[int]) -> December:
    """Firms by identifier with productivity and input, in rows by `order`; no other terms."""
    a, x = np.array([firms.get(i, (1.0, 0.0)) for i in order]).T
    technology = np.zeros((TERMS, a.size))
    technology[0] = np.log(a)
    return December(technology, x.copy(), a * x)


def parts_of(
    first: December,
    last: December,
    complex_: np.ndarray,
    complexes: int,
    stays: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    firms = FirmTable.allocate(complex_.size, knowledge=1)
    firms.complex[:] = complex_
    firms.entered[:] = -1 if stays is None else np.where(stays, -1, 12)
    sums = Changes.none(complexes)
    half = complex_.size // 2
    for rows in (slice(0, half), slice(half, complex_.size)):
        technology = np.ascontiguousarray(last.technology[:, rows])
        part = December(technology, last.inputs[rows], last.volume[rows])
        add_changes(first, part, firms, rows.start, 12, sums)
    return productivity_parts(sums, np.full(4, 0.9))


def test_two_firms_and_an_entrant_by_hand() -> None:
    """Π from (1 + 4)/2 to (2·1 + 3·3)/4: five parts that one can work out on paper."""
    order = [1, 2, 3]
    first = december({1: (1.0, 1.0), 2: (4.0, 1.0)}, order)
    last = december({1: (2.0, 1.0), 3: (3.0, 3.0)}, order)
    parts, _, totals = parts_of(first, last, np.zeros(3, np.int16), 1)
    within, (between, cross, entry, exit_) = parts[:TERMS, 0], parts[TERMS:, 0]
    assert totals[:, 0].tolist() == [2.0, 5.0, 4.0, 11.0, 9.0, 4.0]
    assert within[0] == pytest.approx(0.5, abs=1e-14)
    assert (within[1:] == 0.0).all()
    assert between == pytest.approx((0.25 - 0.5) * (1.0 - 2.5), abs=1e-14)
    assert cross == pytest.approx((0.25 - 0.5) * (2.0 - 1.0), abs=1e-14)
    assert entry == pytest.approx(0.75 * (3.0 - 2.5), abs=1e-14)
    assert exit_ == pytest.approx(-0.5 * (4.0 - 2.5), abs=1e-14)
    assert parts.sum() == pytest.approx(11.0 / 4.0 - 5.0 / 2.0, abs=1e-14)


def test_turnover_alone() -> None:
    """Firms that stay as they are move nothing but by their share; nobody's productivity rises."""
    order = [1, 2, 3]
    first = december({1: (2.0, 1.0), 2: (1.0, 1.0)}, order)
    last = december({1: (2.0, 1.0), 3: (5.0, 1.0)}, order)
    parts, arrived, _ = parts_of(first, last, np.zeros(3, np.int16), 1)
    assert (parts[: TERMS + 2] == 0.0).all()
    assert parts[TERMS + 2, 0] == pytest.approx(0.5 * (5.0 - 1.5), abs=1e-14)
    assert parts[TERMS + 3, 0] == pytest.approx(-0.5 * (1.0 - 1.5), abs=1e-14)
    assert (arrived == 0.0).all()


def random_december(generator: np.random.Generator, alive: np.ndarray, size: int) -> December:
    technology = generator.normal(0.0, 0.3, (TERMS, size))
    technology[5:8] = np.abs(technology[5:8])
    a = np.exp(technology.sum(axis=0))
    x = np.exp(generator.normal(3.0, 1.0, size))
    return December(technology, np.where(alive, x, 0.0), 0.8 * a * x)


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 5))
def test_parts_add_up_and_do_not_depend_on_the_order_of_rows(
    seed: int, size: int, complexes: int
) -> None:
    generator = np.random.default_rng(seed)
    was, here = generator.random((2, size)) < 0.8
    was[0] = here[0] = True
    first, last = random_december(generator, was, size), random_december(generator, here, size)
    # Some rows hold another firm by now.
    stays = generator.random(size) < 0.9
    complex_ = generator.integers(0, complexes, size).astype(np.int16)
    parts, arrived, totals = parts_of(first, last, complex_, complexes, stays)
    stands = (totals[0] > 0.0) & (totals[2] > 0.0)
    growth = totals[3, stands] / totals[2, stands] - totals[1, stands] / totals[0, stands]
    assert parts.sum(axis=0)[stands] == pytest.approx(growth, rel=1e-10, abs=1e-10)

    order = generator.permutation(size)

    def moved(december: December) -> December:
        return December(
            december.technology[:, order], december.inputs[order], december.volume[order]
        )

    again = parts_of(moved(first), moved(last), complex_[order], complexes, stays[order])
    for one, other in zip((parts, arrived, totals), again, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


@given(st.integers(0, 2**32 - 1))
def test_the_region_is_its_complexes_and_what_moved_between_them(seed: int) -> None:
    """Also where complexes open or close; shares of the region add up to its growth."""
    generator = np.random.default_rng(seed)
    size, complexes = 30, 4
    complex_ = generator.integers(0, complexes, size).astype(np.int16)
    was = (generator.random(size) < 0.9) & (complex_ != 1)
    here = (generator.random(size) < 0.9) & (complex_ != 2)
    was[0] = here[0] = True
    complex_[0] = 0
    first, last = random_december(generator, was, size), random_december(generator, here, size)
    parts, arrived, totals = parts_of(first, last, complex_, complexes)
    aggregates = np.zeros((3, 2, complexes))
    for t, (one, alive) in enumerate(((first, was), (last, here))):
        for n in range(2):
            aggregates[n, t] = np.bincount(complex_, one.inputs * alive, complexes)
        aggregates[2, t] = np.bincount(complex_, one.volume * alive, complexes)
    whole = np.concatenate([aggregates.sum(axis=2, keepdims=True), aggregates], axis=2)
    composition, gains, output = composition_points(parts, arrived, totals, whole, ALPHA)
    # Capital and labour both equal to the input make the mix zero.
    ratio = totals[3].sum() / totals[2].sum() / (totals[1].sum() / totals[0].sum())
    assert composition[:, 0].sum() == pytest.approx(100.0 * np.log(ratio), abs=1e-9)
    assert np.abs(composition[-2]).max(where=np.isfinite(composition[-2]), initial=0.0) < 1e-9
    for c in range(complexes):
        if totals[0, c] == 0.0 or totals[2, c] == 0.0:
            assert np.isnan(composition[:, 1 + c]).all()
            assert np.isnan(gains[:, 1 + c]).all()
            assert np.isnan(output[:, 1 + c]).all()
            continue
        growth = np.log(totals[3, c] / totals[2, c] * totals[0, c] / totals[1, c])
        assert composition[:, 1 + c].sum() == pytest.approx(100.0 * growth, abs=1e-9)
        assert composition[-1, 1 + c] == 0.0


@pytest.mark.parametrize(("policy", "full"), [("P0", False), ("P5", False), ("P5", True)])
def test_composition_of_real_runs_is_exact(policy: str, full: bool) -> None:
    run = finished(policy, full)
    composition = annual(run, *(f"productivity_{part}" for part in COMPOSITION))
    growth = annual(run, "growth_productivity")[0]
    np.testing.assert_allclose(composition.sum(axis=0), growth, rtol=0.0, atol=100.0 * EXACT)
    # Without the timing it is the growth from December to December, from other records.
    values = run.series.values
    capital, labour, _, capacity, _ = (
        np.column_stack([values[name].sum(axis=1), values[name]])[11::12] for name in AGGREGATES
    )
    alpha = run.parameters.capital_elasticity
    level = capacity / np.where(capital > 0.0, capital**alpha * labour ** (1.0 - alpha), 1.0)
    own = composition[:-1].sum(axis=0)
    known = np.isfinite(own)
    assert known[:, 0].all()
    reached = 100.0 * np.log(level[1:][known] / level[:-1][known])
    assert np.abs(own[known] - reached).max() < 100.0 * EXACT


def test_what_arrives_by_a_channel_is_never_negative() -> None:
    run = finished("P5", True)
    arrived = annual(run, *(f"arrived_{channel}" for channel in CHANNELS))
    assert (arrived >= -1e-12).all()
    assert (arrived[:, :, 0].sum(axis=1) > 0.0).all()
    kept = annual(run, *(f"productivity_{channel}" for channel in CHANNELS))
    assert (arrived >= kept - 1e-12).all()


def test_without_contacts_only_own_research_brings_technology() -> None:
    run = simulation("P0", unchecked={"background_rate": 0.0}, last=(2006, 12))
    run.run()
    own, *others = annual(run, *(f"arrived_{channel}" for channel in CHANNELS))
    assert (own[:, 0] > 0.0).all()
    assert all((other == 0.0).all() for other in others)


class GrowingCapital:
    """Capital of every firm is to grow, its workers stay."""

    def membership(self, decision: np.ndarray) -> None:
        """Nobody decides otherwise."""

    def research(self, spending: np.ndarray) -> None:
        """Nobody decides otherwise."""

    def factors(self, capital: np.ndarray, workers: np.ndarray) -> None:
        """Want ever more capital and the workers that are there."""
        capital[:] = 1e3 * self.run.state.firms.capital
        workers[:] = self.run.state.firms.employees

    def forget(self, rows: np.ndarray) -> None:
        """Nobody closes."""
        assert rows.size == 0

    def __init__(self, run: Simulation) -> None:
        self.run = run


def test_where_only_capital_grows_growth_comes_from_capital_alone() -> None:
    """Demand beyond every capacity, technology and turnover switched off."""
    macro = load_macro("history").common()
    run = simulation(
        "P0", match_2003=False, last=(2007, 12), macro=macro,
        forms=Forms.of({"entry": "proportional"}), unchecked={
        "technical_progress": 0.0, "rivals_growth": 0.0, "growth_dispersion": 0.0,
        "rd_elasticity": 0.0, "spillover_elasticity": 0.0, "attempt_rate": 0.0,
        "background_rate": 0.0, "brand_hazard": 0.0, "exit_rate": 0.0, "established_exit_rate": 0.0,
        "entry_scale": 0.0,
        "spin_off_rate": 0.0, "invention_rate": 0.0, "first_cash": 1e9,
        "capital_adjustment": 1e-5, "capital_depreciation": 0.0,
    },
    )  # fmt: skip
    firms = run.state.firms
    firms.demand_scale[: firms.count] *= 1e6
    for name in ("gain_own", "gain_reference"):
        getattr(firms, name)[: firms.count] = 0.0
    run.overrules = GrowingCapital(run)
    run.run()
    sources = dict(zip(SOURCES, annual(run, *(f"growth_{s}" for s in SOURCES)), strict=True))
    assert (sources["capital"] > 1.0).all()
    for name in ("brand", "utilisation", "labour", "productivity"):
        assert np.abs(sources[name]).max() < 1e-9, name


def test_a_run_goes_on_with_the_december_that_it_shares() -> None:
    """Policies part in 2005: the December of 2004 belongs to all of them."""
    common = simulation("P0")
    common.run_until(27)
    arm = common.with_policy(POLICIES["P5"])
    common.run()
    arm.run()
    for name in GROWTH_UNITS:
        np.testing.assert_array_equal(
            arm.series.annual[name], finished("P5").series.annual[name], err_msg=name
        )
        np.testing.assert_array_equal(
            common.series.annual[name], finished("P0").series.annual[name], err_msg=name
        )


def test_the_first_year_has_no_account() -> None:
    run = simulation("P0", last=(2003, 12))
    run.run()
    assert all(np.isnan(run.series.annual[name]).all() for name in GROWTH_UNITS)


def test_who_stayed_from_december_to_december_is_told_by_the_month_of_entry() -> None:
    """The account keeps no identifiers: they would say the same, also of rows taken again."""
    run = simulation("P0", unchecked={"exit_rate": 0.4}, last=(2007, 12))
    retaken = 0
    before = np.empty(0, np.int64)
    while run.state.month < run.settings.months:
        month, firms = run.state.month, run.state.firms
        run.step()
        if month % 12 != 11:
            continue
        # December's account was made before its exits and entries.
        there = (run.state.december.inputs[: firms.count] > 0.0) & (
            firms.entered[: firms.count] < month
        )
        identifier = np.where(there, firms.identifier[: firms.count], -1)
        old = np.full(identifier.size, -1)
        old[: before.size] = before
        both = (identifier >= 0) & (old >= 0)
        stays = firms.entered[: firms.count] < month - 12
        assert np.array_equal(stays[both], identifier[both] == old[both])
        retaken += int((both & ~stays).sum())
        before = identifier
    assert retaken > 0
