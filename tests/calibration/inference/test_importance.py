"""Importance sampling on densities with known moments and weights with known tails."""

from __future__ import annotations

import numpy as np
import pytest

from innocluster.calibration.inference.importance import (
    WeightedDraws,
    importance_draws,
    pareto_shape,
    pareto_smoothed,
    t_density,
    t_draws,
)


@pytest.mark.parametrize("shape", [0.2, 0.5, 1.0])
def test_shape_of_a_pareto_tail(shape: float) -> None:
    uniform = np.random.default_rng(1).random(20_000)
    excesses = np.sort(2.0 * ((1.0 - uniform) ** -shape - 1.0) / shape)
    found, scale = pareto_shape(excesses)
    assert found == pytest.approx(shape, abs=0.03)
    assert scale == pytest.approx(2.0, rel=0.03)


def test_shape_of_weights() -> None:
    generator = np.random.default_rng(2)
    # Weights exp(E/r), E exponential, have a Pareto tail of shape 1/r.
    for shape in (0.3, 0.9):
        _, found = pareto_smoothed(shape * generator.exponential(size=50_000))
        assert found == pytest.approx(shape, abs=0.12)
    _, bounded = pareto_smoothed(np.log(generator.random(50_000)))
    assert bounded < 0.0


def test_smoothing_keeps_order_and_bulk() -> None:
    logs = 2.0 * np.random.default_rng(3).standard_normal(2000)
    smoothed, _ = pareto_smoothed(logs)
    order = np.argsort(logs)
    assert (np.diff(smoothed[order]) >= 0.0).all()
    assert smoothed.max() <= 0.0
    unsmoothed = order[: 2000 - int(np.ceil(3 * 2000**0.5))]
    assert smoothed[unsmoothed] == pytest.approx(logs[unsmoothed] - logs.max())


def test_equal_weights_have_no_tail() -> None:
    smoothed, shape = pareto_smoothed(np.zeros(100))
    assert (smoothed == 0.0).all()
    assert shape == np.inf


def test_t_density_is_that_of_its_draws() -> None:
    from scipy.stats import multivariate_t

    mean, covariance = np.array([1.0, -2.0]), np.array([[2.0, 0.5], [0.5, 1.0]])
    draws = t_draws(mean, covariance, 50, np.random.default_rng(4))
    exact = multivariate_t(mean, 1.3 * covariance, df=5).logpdf(draws)
    ours = t_density(draws, mean, covariance)
    assert ours - ours[0] == pytest.approx(exact - exact[0])


def test_moments_of_a_normal_from_a_wrong_start() -> None:
    mean = np.array([3.0, -1.0, 0.5])
    factor = np.array([[1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [0.0, 0.3, 2.0]])
    covariance = factor @ factor.T
    inverse = np.linalg.inv(covariance)

    def log_density(x: np.ndarray) -> np.ndarray:
        return np.asarray(-0.5 * np.einsum("ij,jk,ik->i", x - mean, inverse, x - mean))

    draws = importance_draws(log_density, np.zeros(3), 2.0 * np.eye(3), 8000, 3, 5)
    assert draws.shape < 0.5
    assert draws.effective > 5000
    assert draws.mean == pytest.approx(mean, abs=0.08)
    assert draws.covariance == pytest.approx(covariance, abs=0.25)
    again = draws.resampled(4000, 1)
    assert again.mean(axis=0) == pytest.approx(draws.mean, abs=0.05)


def test_a_proposal_in_the_wrong_place_is_known_by_its_shape() -> None:
    draws = importance_draws(
        lambda x: -0.5 * ((x - 12.0) ** 2).sum(axis=1), np.zeros(4), np.eye(4), 4000, 1, 6
    )
    assert draws.shape > 0.7


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(ValueError, match="no draw has any probability"):
        importance_draws(lambda x: np.full(len(x), -np.inf), np.zeros(2), np.eye(2), 100)


def test_resampling_is_in_proportion() -> None:
    weighted = WeightedDraws(np.array([[0.0], [1.0], [2.0]]), np.array([0.5, 0.3, 0.2]), 0.0)
    values, counts = np.unique(weighted.resampled(1000, 1), return_counts=True)
    assert values.tolist() == [0.0, 1.0, 2.0]
    assert counts.tolist() == pytest.approx([500, 300, 200], abs=1)
    assert weighted.effective == pytest.approx(1 / 0.38)
    assert weighted.mean == pytest.approx([0.7])
