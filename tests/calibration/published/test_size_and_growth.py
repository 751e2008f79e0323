"""The estimators of sizes and growth on samples and models whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from innocluster.calibration.published.firm_growth import BOTTAZZI_SECCHI
from innocluster.calibration.published.size_and_growth import (
    dispersion_exponent,
    fit_subbotin,
    gibrat_sizes,
    gibrat_tail,
    hill_exponent,
    polya_growth,
    polya_kurtosis,
)


@pytest.mark.parametrize("shape", [0.7, 1.0, 1.3, 2.0])
def test_subbotin_recovers_shape_and_scale(shape):
    # SciPy's density has exp(-|x/s|^b): its scale s is a·b^(1/b).
    scale = 0.3 * shape ** (1.0 / shape)
    sample = stats.gennorm.rvs(shape, loc=0.05, scale=scale, size=40_000, random_state=1)
    fit = fit_subbotin(sample)
    assert fit.shape == pytest.approx(shape, rel=0.04)
    assert fit.scale == pytest.approx(0.3, rel=0.03)
    assert fit.centre == pytest.approx(0.05, abs=0.01)


def test_subbotin_is_free_of_unit_and_place():
    sample = stats.laplace.rvs(size=5_000, random_state=2)
    fit, moved = fit_subbotin(sample), fit_subbotin(1000.0 * sample + 7.0)
    assert moved.shape == pytest.approx(fit.shape, rel=1e-4)
    assert moved.scale == pytest.approx(1000.0 * fit.scale, rel=1e-4)


def test_subbotin_of_one_number_is_refused():
    with pytest.raises(ValueError, match="differ"):
        fit_subbotin(np.ones(10))


@pytest.mark.parametrize("exponent", [0.9, 1.4, 2.5])
def test_hill_recovers_the_exponent_of_pareto(exponent):
    sizes = stats.pareto.rvs(exponent, size=50_000, random_state=3)
    tail = 2_000
    estimate = hill_exponent(sizes, tail)
    assert estimate == pytest.approx(exponent, abs=4.0 * exponent / np.sqrt(tail))


def test_hill_refuses_tails_that_are_not_there():
    with pytest.raises(ValueError, match="1 to 9"):
        hill_exponent(np.arange(1.0, 11.0), 10)
    with pytest.raises(ValueError, match="positive"):
        hill_exponent(np.zeros(10), 5)


@pytest.mark.parametrize("exponent", [0.1, 0.19, 0.25])
def test_dispersion_exponent_is_recovered(exponent):
    random = np.random.default_rng(4)
    sizes = np.exp(random.uniform(1.0, 8.0, 60_000))
    growth = 0.4 * sizes**-exponent * random.laplace(size=sizes.size)
    assert dispersion_exponent(sizes, growth) == pytest.approx(exponent, abs=0.01)


def test_polya_kurtosis_of_the_published_example():
    assert polya_kurtosis(100, 1000) == pytest.approx(6.235, abs=5e-4)


@pytest.mark.parametrize(("firms", "opportunities"), [(100, 1000), (50, 200)])
def test_polya_growth_has_the_exact_kurtosis(firms, opportunities):
    growth = polya_growth(firms, opportunities, runs=3_000, seed=5)
    kurtosis = np.mean(growth**4) / np.mean(growth**2) ** 2
    exact = polya_kurtosis(firms, opportunities)
    blocks = growth.reshape(30, -1)
    spread = np.std(np.mean(blocks**4, axis=1)) / np.mean(growth**2) ** 2 / np.sqrt(30)
    assert kurtosis == pytest.approx(exact, abs=4.0 * spread)
    assert growth.var() == pytest.approx(opportunities / firms, rel=0.02)


def test_polya_growth_is_laplace_with_many_opportunities():
    growth = polya_growth(100, 50_000, runs=400, seed=6)
    assert fit_subbotin(growth).shape == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("barrier", [0.1, 0.25])
def test_gibrat_with_a_barrier_has_the_exact_tail(barrier):
    sizes = gibrat_sizes(20_000, barrier, periods=2_500, seed=7)
    estimate = hill_exponent(sizes, 2_000)
    assert estimate == pytest.approx(gibrat_tail(barrier), rel=0.1)


def test_the_replication_meets_its_exact_answers():
    found = BOTTAZZI_SECCHI.document({"runs": 60, "barrier": 0.2})["results"]
    assert found["exact_kurtosis"] == pytest.approx(6.235, abs=5e-4)
    assert abs(found["kurtosis"] - found["exact_kurtosis"]) < 3.0 * found["standard_error"]
    assert found["dispersion_exponent"] == pytest.approx(0.17, abs=0.02)
    assert found["barrier_by_row"] == [0.1, 0.2, 0.3]
    assert found["exact_tail_by_row"] == pytest.approx([1 / 0.9, 1 / 0.8, 1 / 0.7])
    assert found["tail_by_row"] == pytest.approx(found["exact_tail_by_row"], rel=0.1)
