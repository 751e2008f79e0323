"""Statistics of paired comparisons against SciPy, hand computation and simulated coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from innocluster.scenarios.statistics.intervals import (
    fieller,
    pairing_gain,
    rank_probabilities,
    simultaneous_intervals,
    tiers,
    verdict,
    verdicts,
    wilson,
)


def correlated(generator: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    return generator.normal(size=(rows, 1)) + generator.normal(size=(rows, columns))


def test_one_contrast_is_the_paired_t_interval() -> None:
    x = np.random.default_rng(1).normal(1.0, 2.0, (12, 1))
    result = simultaneous_intervals(x, 0.95)
    low, high = stats.ttest_1samp(x[:, 0], 0.0).confidence_interval(0.95)
    assert result.at(0) == pytest.approx((x.mean(), low, high), rel=1e-12)


def test_bonferroni_splits_the_level() -> None:
    x = np.random.default_rng(2).normal(size=(12, 5))
    result = simultaneous_intervals(x, 0.95)
    low, high = stats.ttest_1samp(x[:, 3], 0.0).confidence_interval(0.99)
    assert result.at(3) == pytest.approx((x[:, 3].mean(), low, high), rel=1e-12)


def test_columns_without_variation_have_no_width() -> None:
    x = np.column_stack([np.zeros(5), np.arange(5.0)])
    for method in ("bonferroni", "max-t"):
        assert simultaneous_intervals(x, method=method).at(0) == (0.0, 0.0, 0.0)  # type: ignore[arg-type]


def test_one_replication_has_no_interval() -> None:
    assert np.isnan(simultaneous_intervals(np.ones((1, 2))).low).all()


@pytest.mark.parametrize(("method", "trials"), [("bonferroni", 2000), ("max-t", 200)])
def test_joint_coverage(method: str, trials: int) -> None:
    """Five correlated contrasts: all intervals hold together in about 95 % of the trials."""
    generator = np.random.default_rng(3)
    held = 0
    for _ in range(trials):
        x = correlated(generator, 30, 5)
        result = simultaneous_intervals(x, method=method, resamples=300)  # type: ignore[arg-type]
        held += bool(((result.low <= 0.0) & (result.high >= 0.0)).all())
    assert 0.91 < held / trials < 0.99


def test_pairing_gain_of_known_variances() -> None:
    common = np.array([1.0, -1.0, 3.0, -3.0])
    wiggle = np.array([1.0, 1.0, -1.0, -1.0])
    gain = pairing_gain(common, common + wiggle)
    expected = (np.var(common, ddof=1) + np.var(common + wiggle, ddof=1)) / np.var(wiggle, ddof=1)
    assert gain == pytest.approx(expected, rel=1e-12)
    assert pairing_gain(common, common + 2.0) == float("inf")
    assert np.isnan(pairing_gain(np.zeros(3), np.zeros(3)))
    assert np.isnan(pairing_gain(np.zeros(1), np.ones(1)))


def test_fieller_bounds_solve_their_equation() -> None:
    generator = np.random.default_rng(4)
    effects = generator.normal(5.0, 2.0, 40)
    costs = 10.0 + effects + generator.normal(size=40)
    ratio = fieller(costs, effects)
    t = stats.t.ppf(0.975, 39)
    for bound in (ratio.low, ratio.high):
        studentised = stats.ttest_1samp(costs - bound * effects, 0.0).statistic
        assert abs(studentised) == pytest.approx(t, rel=1e-9)
    assert ratio.low < ratio.mean < ratio.high


def test_fieller_coverage() -> None:
    generator = np.random.default_rng(5)
    held = stated = 0
    for _ in range(2000):
        effects = generator.normal(2.0, 3.0, 40)
        costs = generator.normal(6.0, 1.0, 40)
        ratio = fieller(costs, effects)
        if ratio.stated:
            stated += 1
            held += ratio.low <= 3.0 <= ratio.high
    assert stated > 1900
    assert 0.93 < held / stated < 0.97


def test_fieller_is_not_stated_when_the_effect_may_be_zero() -> None:
    effects = np.array([-1.0, 1.0, -2.0, 2.5])
    assert not fieller(np.full(4, 3.0), effects).stated
    assert not fieller(np.ones(1), np.ones(1)).stated


def test_fieller_with_a_constant_cost_inverts_the_interval_of_the_effect() -> None:
    effects = np.array([4.0, 5.0, 6.0, 5.5])
    low, high = stats.ttest_1samp(effects, 0.0).confidence_interval(0.95)
    ratio = fieller(np.full(4, 10.0), effects)
    assert (ratio.low, ratio.high) == pytest.approx((10.0 / high, 10.0 / low), rel=1e-9)


def test_ranks_share_ties() -> None:
    outcomes = np.array([[3.0, 1.0, 2.0], [2.0, 2.0, 1.0]])
    result = rank_probabilities(outcomes)
    assert result.tolist() == [[0.75, 0.25, 0.0], [0.25, 0.25, 0.5], [0.0, 0.5, 0.5]]


@given(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=1, max_size=9))
def test_rank_probabilities_sum_to_one_both_ways(rows: list[list[int]]) -> None:
    result = rank_probabilities(np.array(rows, dtype=float))
    assert result.sum(axis=0) == pytest.approx(1.0)
    assert result.sum(axis=1) == pytest.approx(1.0)


def test_tiers_keep_together_what_cannot_be_told_apart() -> None:
    generator = np.random.default_rng(6)
    world = generator.normal(0.0, 10.0, (30, 1))
    noise = generator.normal(0.0, 0.1, (30, 3))
    outcomes = world + noise + np.array([0.0, 5.0, 5.0])
    assert tiers(outcomes).tolist() == [2, 1, 1]
    assert tiers(np.ones((10, 3))).tolist() == [1, 1, 1]


def test_no_two_members_of_a_tier_are_told_apart() -> None:
    """The best has so much noise of its own that it hides behind nobody; two others do not."""
    generator = np.random.default_rng(7)
    world = generator.normal(0.0, 10.0, (30, 1))
    noise = generator.normal(size=(30, 3)) * np.array([20.0, 0.1, 0.1])
    outcomes = world + noise - noise.mean(axis=0) + np.array([3.0, 2.0, 1.0])
    assert tiers(outcomes).tolist() == [1, 1, 2]


def test_tiers_of_many_equal_policies_are_one() -> None:
    """18 equal policies, 153 pairs: split in at most about 5 % of the trials."""
    generator = np.random.default_rng(8)
    split = sum(int(tiers(correlated(generator, 30, 18)).max()) > 1 for _ in range(300))
    assert split / 300 < 0.08


@pytest.mark.parametrize(("successes", "count"), [(0, 30), (7, 30), (30, 30)])
def test_wilson_against_the_formula(successes: int, count: int) -> None:
    """(p + z²/2n ± z·√(p(1 - p)/n + z²/4n²)) / (1 + z²/n), within 0 and 1."""
    z, share = 1.959963984540054, successes / count
    centre = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    expected = ((centre - half) / (1 + z * z / count), (centre + half) / (1 + z * z / count))
    assert wilson(successes, count) == pytest.approx(expected, abs=1e-12)


def test_wilson_of_nothing() -> None:
    assert np.isnan(wilson(0, 0)).all()


def test_what_is_undefined_does_not_widen_the_others() -> None:
    x = np.random.default_rng(9).normal(size=(12, 3))
    x[4, 1] = np.nan
    result = simultaneous_intervals(x)
    alone = simultaneous_intervals(x[:, [0, 2]])
    assert np.isnan(result.low[1])
    assert result.low[[0, 2]].tolist() == alone.low.tolist()


def test_verdict() -> None:
    assert verdict(0.1, 0.2) == "higher"
    assert verdict(-0.2, -0.1) == "lower"
    assert verdict(0.0, 0.2) == "cannot tell"
    assert verdict(float("nan"), float("nan")) == "cannot tell"


def test_verdicts() -> None:
    low = np.array([0.1, -0.2, 0.0, np.nan])
    high = np.array([0.2, -0.1, 0.2, np.nan])
    assert verdicts(low, high).tolist() == ["higher", "lower", "cannot tell", "cannot tell"]
