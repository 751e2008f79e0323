"""The emulator finds terms, noise and its own error on functions that are known."""

from __future__ import annotations

import numpy as np
import pytest

from innocluster.calibration.inference.emulator import fit_emulator
from innocluster.calibration.inference.polynomials import columns_of, cubic_terms
from innocluster.calibration.inference.regression import weighted_ridge


def test_columns_are_products_of_legendre_polynomials() -> None:
    terms = [(), ((0, 1),), ((1, 2),), ((0, 3),), ((0, 1), (1, 2))]
    x, y = 0.5, -0.2
    second, third = 1.5 * y**2 - 0.5, 2.5 * x**3 - 1.5 * x
    assert columns_of(terms, np.array([[x, y]]))[0] == pytest.approx(
        [1.0, x, second, third, x * second]
    )


def test_number_of_cubic_terms() -> None:
    # All monomials up to a cubic in m inputs: C(m + 3, 3) with the constant.
    assert len(cubic_terms(range(12))) == 454
    assert len(set(cubic_terms(range(5)))) == 55


def test_ridge_without_noise_is_least_squares() -> None:
    generator = np.random.default_rng(1)
    columns = np.column_stack([np.ones(50), generator.standard_normal((50, 2))])
    output = columns @ [3.0, -1.0, 2.0] + 0.1 * generator.standard_normal(50)
    variance = generator.uniform(0.5, 2.0, 50)
    fit = weighted_ridge(columns, output, variance, 0.0)
    root = variance**-0.5
    exact, *_ = np.linalg.lstsq(columns * root[:, None], output * root, rcond=None)
    assert fit.weights == pytest.approx(exact, abs=1e-9)
    inverse = np.linalg.inv((columns / variance[:, None]).T @ columns)
    assert fit.factor @ fit.factor.T == pytest.approx(inverse, abs=1e-9)
    # Left out in truth.
    kept = np.arange(50) != 7
    other = weighted_ridge(columns[kept], output[kept], variance[kept], 0.0)
    assert fit.left_out[7] == pytest.approx(output[7] - columns[7] @ other.weights, abs=1e-8)


def truth(points: np.ndarray) -> np.ndarray:
    x = points
    return np.stack([x[:, 0] + 2.0 * x[:, 1] * x[:, 2] ** 2, 1.0 + x[:, 3] ** 2 - x[:, 0]], axis=1)


@pytest.fixture(scope="module")
def case() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(2)
    points = generator.uniform(0.0, 1.0, (800, 20))
    spread = 0.05 * np.exp(2.0 * points[:, [4]]) * np.ones(2)
    shared = generator.standard_normal((800, 1))
    noise = spread * (0.6 * shared + 0.8 * generator.standard_normal((800, 2)))
    return points, truth(points) + noise, spread


def test_emulator_of_twenty_inputs(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    points, summaries, spread = case
    emulator = fit_emulator(points[:500], summaries[:500])
    predicted = emulator.predict(points[500:])
    missed = predicted.mean - truth(points[500:])
    assert (missed.std(axis=0) / truth(points).std(axis=0)).max() < 0.12
    # Its error is what it says, within a factor.
    ratio = (missed**2).mean(axis=0) / predicted.error.mean(axis=0)
    assert ((ratio > 0.3) & (ratio < 2.0)).all()
    # Noise: an eightfold range, seen.
    noise = np.sqrt(predicted.noise)
    assert np.median(noise / spread[500:], axis=0) == pytest.approx([1.0, 1.0], abs=0.15)
    assert np.corrcoef(np.log(noise[:, 0]), points[500:, 4])[0, 1] > 0.8
    standardised = (summaries[500:] - predicted.mean) / np.sqrt(predicted.noise + predicted.error)
    assert standardised.std(axis=0) == pytest.approx([1.0, 1.0], abs=0.12)
    # Noise of correlation 0.36, drawn a tenth towards none.
    assert emulator.correlation[0, 1] == pytest.approx(0.9 * 0.36, abs=0.12)


def test_leaving_runs_out(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    points, summaries, _ = case
    emulator = fit_emulator(points[:200], summaries[:200])
    left_out = np.arange(200) < 40
    less = emulator.without(left_out)
    assert less.points.shape == (160, 20)
    before, after = emulator.predict(points[:40]), less.predict(points[:40])
    seen = ((summaries[:40] - before.mean) ** 2 / before.noise).mean()
    unseen = ((summaries[:40] - after.mean) ** 2 / after.noise).mean()
    assert unseen > seen
    assert after.error.mean() > before.error.mean()


def test_a_summary_that_never_changes() -> None:
    points = np.random.default_rng(3).random((40, 3))
    summaries = np.column_stack([np.full(40, 7.0), points[:, 0]])
    predicted = fit_emulator(points, summaries).predict(points[:2])
    assert predicted.mean[:, 0] == pytest.approx([7.0, 7.0])
    assert predicted.mean[:, 1] == pytest.approx(points[:2, 0], abs=1e-3)


def test_what_cannot_be_fitted_is_said() -> None:
    points = np.random.default_rng(4).random((19, 2))
    with pytest.raises(ValueError, match="at least 20 runs"):
        fit_emulator(points, points)
    with pytest.raises(ValueError, match="finite"):
        fit_emulator(np.tile(points, (2, 1)), np.full((38, 1), np.nan))
