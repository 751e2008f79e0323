"""Every population is true to the published facts; chance decides only which firm is which."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from innocluster.scenarios.region.firm_rules import (
    allotted,
    lower_truncation,
    normal_quantiles,
    own_brand,
    ranks,
    truncated_pareto,
)
from innocluster.scenarios.region.loading import SurveyedRegion, load_region
from innocluster.scenarios.region.synthesis import synthesise
from innocluster.sim.beginning.population import FirmSample, Region

SEEDS = [0, 1, 7, 2**63 + 5]
WON_PER_DOLLAR = 1192.1

seeds = pytest.mark.parametrize("seed", SEEDS)


@lru_cache(maxsize=8)
def firms_of(seed: int) -> FirmSample:
    """Return the firms of the built-in region."""
    return synthesise(load_region(), seed).firms


def region() -> SurveyedRegion:
    """Return the built-in region."""
    return load_region()


def hill(values: NDArray[np.float64], largest: int) -> float:
    """Tail exponent of the `largest` values (Hill 1975)."""
    ordered = np.sort(values)[::-1]
    return float(1.0 / np.mean(np.log(ordered[:largest] / ordered[largest])))


def large_of(firms: FirmSample) -> NDArray[np.bool_]:
    """Return which firms have 300 employees or more."""
    return firms.employees >= 300


@seeds
def test_totals_of_every_complex(seed: int) -> None:
    firms, complexes = firms_of(seed), region().complexes
    np.testing.assert_array_equal(np.bincount(firms.complex), complexes.firms)
    employees = np.bincount(firms.complex, weights=firms.employees)
    np.testing.assert_array_equal(employees, complexes.employees)
    revenue = np.bincount(firms.complex, weights=firms.revenue)
    np.testing.assert_allclose(revenue, complexes.production, rtol=1e-9)
    exports = np.bincount(firms.complex, weights=firms.revenue * firms.export_share)
    np.testing.assert_allclose(exports / WON_PER_DOLLAR, complexes.exports, rtol=1e-9)


@seeds
def test_sectors(seed: int) -> None:
    firms, complexes = firms_of(seed), region().complexes
    gumi = firms.complex == complexes.keys.index("gumi")
    electronics = firms.sector == region().sectors.keys.index("electronics")
    assert abs((gumi & electronics).sum() - 0.345 * gumi.sum()) < 1.0
    share = firms.revenue[gumi & electronics].sum() / firms.revenue[gumi].sum()
    assert share == pytest.approx(0.83, abs=1e-9)


@seeds
def test_sizes_have_the_known_tails(seed: int) -> None:
    firms = firms_of(seed)
    keys = region().complexes.keys
    changwon = firms.employees[firms.complex == keys.index("changwon")]
    above = [np.mean(changwon >= size) for size in (50, 100, 300)]
    assert np.log(above[0] / above[2]) / np.log(6.0) == pytest.approx(0.94, abs=0.05)
    sales = firms.revenue[firms.complex == keys.index("banwol-sihwa")]
    assert 1.2 < hill(sales, 200) < 1.6
    assert 30 <= (sales >= 50_000).sum() <= 96
    assert 12 <= (sales >= 100_000).sum() <= 40
    assert 1.0 < hill(firms.employees.astype(np.float64), 450) < 1.4
    assert 0.85 < hill(firms.revenue, 450) < 1.4
    assert firms.employees.min() >= 1


@seeds
def test_the_largest_firm_is_a_plausible_one(seed: int) -> None:
    firms, complexes = firms_of(seed), region().complexes
    largest = int(np.argmax(firms.revenue))
    assert complexes.keys[firms.complex[largest]] in ("ulsan", "gumi")
    assert 9e6 < firms.revenue[largest] < 25e6
    assert firms.revenue.min() > 10.0


@seeds
def test_small_firms_are_a_third_as_productive(seed: int) -> None:
    firms = firms_of(seed)
    large = large_of(firms)
    added = firms.revenue * region().sectors.value_added_ratio[firms.sector]
    small_level = added[~large].sum() / firms.employees[~large].sum()
    large_level = added[large].sum() / firms.employees[large].sum()
    assert small_level / large_level == pytest.approx(0.333, abs=1e-6)


@seeds
def test_research(seed: int) -> None:
    firms, data = firms_of(seed), region()
    large, does = large_of(firms), firms.research_intensity > 0
    assert does[~large].sum() == round(0.195 * (~large).sum())
    assert does[large].sum() == round(0.8 * large.sum())
    spent = firms.revenue * firms.research_intensity
    intensity = np.bincount(firms.complex, weights=spent) / data.complexes.production
    np.testing.assert_allclose(intensity, data.research_share, rtol=1e-9)
    small = does & ~large
    assert 0.023 < spent[small].sum() / firms.revenue[small].sum() < 0.038
    # Complexes differ in their share of such firms; within one it rises with size.
    there = firms.complex == data.complexes.keys.index("banwol-sihwa")
    size_class = np.digitize(firms.employees, [20, 60, 300])
    shares = [does[there & (size_class == n)].mean() for n in range(4)]
    assert shares == sorted(shares)
    assert set(firms.complex[does]) == set(range(7))


@seeds
def test_exports_and_brands(seed: int) -> None:
    firms = firms_of(seed)
    large, own = large_of(firms), firms.brand == 2
    exports = firms.revenue * firms.export_share
    assert exports[own & ~large].sum() / exports[~large].sum() == pytest.approx(0.453, abs=0.01)
    assert exports[own & large].sum() / exports[large].sum() == pytest.approx(0.772, abs=0.01)
    assert exports[~large].sum() / exports.sum() == pytest.approx(0.40, abs=0.02)
    assert firms.export_share.min() > 0.0
    assert firms.export_share.max() <= 0.95
    assert set(np.unique(firms.brand)) == {0, 1, 2}


@seeds
def test_knowledge(seed: int) -> None:
    firms = firms_of(seed)
    length = np.sqrt((firms.knowledge**2).sum(axis=1))
    direction = firms.knowledge / length[:, None]
    count = np.bincount(firms.sector).astype(np.float64)
    mean = np.array([direction[firms.sector == s].mean(axis=0) for s in range(count.size)])
    within = 1.0 - ((mean**2).sum(axis=1) * count - 1.0) / (count - 1.0)
    assert 0.15 < (within * count).sum() / count.sum() < 0.30
    across = 1.0 - (mean @ mean.T)[np.triu_indices(count.size, 1)]
    assert 0.4 < across.mean() < 0.8
    does = firms.research_intensity > 0
    assert np.median(length[does]) == pytest.approx(1.0, abs=0.05)
    assert np.median(length[~does]) == pytest.approx(0.5, abs=0.02)


@seeds
def test_mini_clusters_suit_their_firms(seed: int) -> None:
    firms, themes = firms_of(seed), region().mini_clusters
    np.testing.assert_array_equal(themes.complex[firms.mini_cluster], firms.complex)
    theme = themes.theme / np.sqrt((themes.theme**2).sum(axis=1, keepdims=True))
    score = firms.knowledge @ theme.T
    score[firms.complex[:, None] != themes.complex[None, :]] = -1.0
    np.testing.assert_array_equal(score.argmax(axis=1), firms.mini_cluster)
    assert np.bincount(firms.mini_cluster, minlength=43).min() > 0


@seeds
def test_rows_are_in_order(seed: int) -> None:
    firms = firms_of(seed)
    order = np.lexsort((firms.identifier, firms.mini_cluster, firms.complex))
    np.testing.assert_array_equal(order, np.arange(order.size))
    np.testing.assert_array_equal(np.sort(firms.identifier), np.arange(order.size))


def test_same_seed_same_bits_and_other_seed_other_firms() -> None:
    again = synthesise(load_region(), 1).firms
    for name, values in vars(firms_of(1)).items():
        np.testing.assert_array_equal(getattr(again, name), values)
    assert (again.revenue != firms_of(0).revenue).mean() > 0.99


def test_printed_exports_change_exports_only() -> None:
    printed = synthesise(load_region(exports="as_printed"), 1).firms
    other = firms_of(1)
    np.testing.assert_array_equal(printed.revenue, other.revenue)
    exports = (printed.revenue * printed.export_share).sum() / WON_PER_DOLLAR
    assert exports == pytest.approx(6.7e3, rel=1e-9)


def test_copies_enlarge_every_complex() -> None:
    one, three = synthesise(load_region(), 1), synthesise(load_region(), 1, copies=3)
    np.testing.assert_array_equal(three.region.complexes.firms, 3 * one.region.complexes.firms)
    assert three.firms.employees.sum() == 3 * one.firms.employees.sum()
    assert three.firms.revenue.sum() == pytest.approx(3 * 157e6, rel=1e-9)
    assert np.unique(three.firms.identifier).size == three.firms.identifier.size


@pytest.mark.parametrize("copies", [0, -1])
def test_copies_must_be_positive(copies: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        synthesise(load_region(), 1, copies=copies)


def test_a_bare_region_is_refused() -> None:
    data = vars(load_region())
    bare = Region(**{name: data[name] for name in Region.__dataclass_fields__})
    with pytest.raises(TypeError, match="load_region"):
        synthesise(bare, 1)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 60), min_size=7, max_size=7),
    st.integers(1, 40),
    st.integers(0, 2**64 - 1),
)
def test_any_region_is_met(counts: list[int], mean: int, seed: int) -> None:
    """A region of another shape, down to one firm with one employee, is met as exactly."""
    data = load_region()
    firms = np.array(counts)
    complexes = replace(data.complexes, firms=firms, employees=firms * mean)
    sample = synthesise(replace(data, complexes=complexes), seed).firms
    np.testing.assert_array_equal(np.bincount(sample.complex), firms)
    employees = np.bincount(sample.complex, weights=sample.employees)
    np.testing.assert_array_equal(employees, firms * mean)
    assert sample.employees.min() >= 1
    revenue = np.bincount(sample.complex, weights=sample.revenue)
    np.testing.assert_allclose(revenue, complexes.production, rtol=1e-9)
    exports = np.bincount(sample.complex, weights=sample.revenue * sample.export_share)
    np.testing.assert_allclose(exports / WON_PER_DOLLAR, complexes.exports, rtol=1e-9)
    spent = np.bincount(sample.complex, weights=sample.revenue * sample.research_intensity)
    np.testing.assert_allclose(spent / revenue, data.research_share, rtol=1e-9)
    assert np.isfinite(sample.knowledge).all()


@given(
    st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=40),
    st.integers(0, 10_000),
)
def test_allotment(weights: list[float], total: int) -> None:
    shares = np.array(weights)
    whole = allotted(shares, total)
    assert whole.sum() == total
    assert (np.abs(whole - shares / shares.sum() * total) < 1.0 + 1e-6).all()


@given(st.floats(0.3, 3.0), st.floats(2.0, 200.0), st.floats(2.0, 1000.0))
def test_truncated_pareto_has_its_mean(exponent: float, mean: float, ratio: float) -> None:
    largest = mean * ratio
    smallest = lower_truncation(mean, exponent, largest)
    tail = (np.arange(200_000) + 0.5) / 200_000
    size = truncated_pareto(tail, exponent, smallest, largest)
    assert size.mean() == pytest.approx(mean, rel=5e-3)
    assert (np.diff(size) < 0.0).all()
    assert size.max() <= largest * (1 + 1e-12)


def test_ranks_do_not_depend_on_the_order_of_the_rows() -> None:
    rng = np.random.default_rng(3)
    score, group = rng.integers(0, 5, 60).astype(np.float64), np.sort(rng.integers(0, 4, 60))
    identifier, count = np.arange(60), np.bincount(group, minlength=4)
    rank = ranks(score, group, count, identifier)
    shuffled = rng.permutation(60)
    again = ranks(score[shuffled], group[shuffled], count, identifier[shuffled])
    np.testing.assert_array_equal(again, rank[shuffled])


def test_own_brand_fills_its_share() -> None:
    taken = own_brand(np.array([5.0, 3.0, 1.0, 1.0]), 0.5)
    assert taken.tolist() == [True, False, False, False]
    taken = own_brand(np.array([9.0, 3.0, 1.0, 1.0]), 0.5)
    assert taken.tolist() == [False, True, True, True]


def test_normal_quantiles() -> None:
    assert normal_quantiles(np.array([0.5, 0.975])) == pytest.approx([0.0, 1.959964], abs=1e-6)
