"""The emulator against formulas, and on functions that are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.sweeps import emulator as module
from innocluster.scenarios.sweeps.emulator import Emulator, finite, fit_emulator

GENERATOR = np.random.default_rng(3)
UNIT = GENERATOR.random((40, 3))
UNIT[:, 2] = GENERATOR.integers(0, 3, 40)
LEVELS = np.array([0, 0, 3])


def hand(noise_share: float = 0.25) -> Emulator:
    """Two runs, one number and one text; standardised outcomes are -1 and 1."""
    return Emulator(
        inputs=np.array([[0.0, 0.0], [1.0, 1.0]]),
        levels=np.array([0, 2]),
        outcome=np.array([2.0, 6.0]),
        variance=0.5,
        weights=np.array([2.0, 1.0]),
        lengths=np.array([1.0, 1.0]),
        noise_share=noise_share,
    )


def test_covariance_by_hand() -> None:
    # Matern 5/2 at distance 1: (1 + √5 + 5/3) exp(-√5) = 0.52399411
    matern = (1.0 + 5.0**0.5 + 5.0 / 3.0) * np.exp(-(5.0**0.5))
    assert matern == pytest.approx(0.52399411, abs=1e-8)
    found = hand().kernel(hand().inputs, np.array([[0.0, 1.0]]))
    # first run: same number, other level; second: distance 1, same level
    expected = [0.5 * (1 + 2 * 1) * 1, 0.5 * (1 + 2 * matern) * (1 + 1)]
    assert found[:, 0] == pytest.approx(expected, rel=1e-12)


def test_prediction_and_left_out_runs_by_hand() -> None:
    emulator = hand()
    own, apart = 0.5 * 3 * 2, 0.5 * (1 + 2 * 0.52399411)
    # C = [[own + .25, apart], [apart, own + .25]], z = (-1, 1): C⁻¹ z = z / (own + .25 - apart)
    factor = 1.0 / (own + 0.25 - apart)
    mean, spread = emulator.predict(np.array([[0.0, 0.0]]))
    assert mean[0] == pytest.approx(4.0 + 2.0 * factor * (apart - own), rel=1e-6)
    inverse = np.linalg.inv([[own + 0.25, apart], [apart, own + 0.25]])
    known = np.array([own, apart]) @ inverse @ np.array([own, apart])
    assert spread[0] == pytest.approx(2.0 * emulator.stretch * (own - known) ** 0.5, rel=1e-6)
    error, expected = emulator.left_out
    # run 2 from run 1 alone: -apart / (own + .25), so that 1 + apart / (own + .25) is missed
    assert error[1] == pytest.approx(2.0 * (1.0 + apart / (own + 0.25)), rel=1e-6)
    assert expected[1] == pytest.approx(2.0 * (own + 0.25 - apart**2 / (own + 0.25)) ** 0.5, 1e-6)
    assert emulator.noise == pytest.approx(2.0 * 0.5)
    # Both miss by .77 sd: no reason to widen anything.
    assert emulator.stretch == 1.0


def test_errors_larger_than_stated_widen_the_spread() -> None:
    """Two runs that should resemble each other, and do not."""
    nothing = np.zeros(1)
    emulator = Emulator(
        np.array([[0.0], [1.0]]), np.array([0]), np.array([2.0, 6.0]),
        variance=1.0, weights=nothing, lengths=nothing + 1.0, noise_share=0.5,
    )  # fmt: skip
    # C = [[1.5, 1], [1, 1.5]]: an error of 1 + 1 / 1.5 against an sd of (1.5 - 1 / 1.5)^.5
    assert emulator.stretch == pytest.approx((1 + 1 / 1.5) / (1.5 - 1 / 1.5) ** 0.5, rel=1e-6)


def test_covariance_of_points_has_the_spread_on_its_diagonal() -> None:
    emulator = fit_emulator(UNIT, UNIT[:, 0] + GENERATOR.normal(0, 0.1, 40), LEVELS)
    spread = emulator.predict(UNIT[:5])[1]
    assert np.diag(emulator.covariance(UNIT[:5])) == pytest.approx(spread**2, rel=1e-6)
    again = emulator.again(np.stack([emulator.outcome, emulator.outcome + 1.0]), UNIT[:5])
    assert again[0] == pytest.approx(emulator.mean(UNIT[:5]))
    assert (again[1] > again[0]).all()


def test_gradient_is_that_of_the_misfit() -> None:
    target = GENERATOR.normal(size=40)
    numbers = np.array([-0.5, 0.2, -0.3, 0.4, -0.6, 0.1, 0.0, -1.0])
    found = module._misfit(numbers, UNIT, target, LEVELS)[1]
    numeric = approx_fprime(numbers, lambda n: module._misfit(n, UNIT, target, LEVELS)[0], 1e-6)
    assert found == pytest.approx(numeric, abs=1e-3, rel=1e-3)


def test_learns_a_sum_with_levels_and_leaves_out_what_is_idle() -> None:
    generator = np.random.default_rng(5)
    unit = generator.random((128, 6))
    unit[:, 5] = generator.integers(0, 3, 128)
    levels = np.array([0, 0, 0, 0, 0, 3])
    truth = (
        np.sin(4 * unit[:, 0])
        + unit[:, 1] ** 2
        + np.array([0.0, 1.0, -0.5])[unit[:, 5].astype(int)]
    )
    emulator = fit_emulator(unit, truth + generator.normal(0, 0.1, 128), levels)
    assert emulator.noise == pytest.approx(0.1, rel=0.2)
    assert emulator.weights[2:5].max() < 0.05 * emulator.weights[[0, 1, 5]].min()
    mean, spread = emulator.predict(unit)
    assert np.abs(mean - truth).max() < 0.15
    assert 0.9 < np.mean(np.abs(mean - truth) <= 1.96 * spread) <= 1.0
    assert emulator.explained > 0.95


def test_finds_four_inputs_among_twenty() -> None:
    generator = np.random.default_rng(1)
    unit = generator.random((160, 20))
    truth = unit[:, 0] + unit[:, 1] ** 2 + unit[:, 2] * unit[:, 3]
    emulator = fit_emulator(unit, truth + generator.normal(0, 0.2, 160))
    assert emulator.noise == pytest.approx(0.2, rel=0.25)
    assert set(np.argsort(-emulator.weights)[:2]) <= {0, 1, 2, 3}
    assert emulator.explained > 0.75


def test_many_runs_are_all_known() -> None:
    unit = np.random.default_rng(1).random((600, 1))
    emulator = fit_emulator(unit, unit[:, 0] ** 2)
    assert len(emulator.inputs) == 600
    assert emulator.mean(np.array([[0.5]]))[0] == pytest.approx(0.25, abs=1e-3)


def test_an_outcome_that_does_not_vary_is_predicted_as_it_is() -> None:
    emulator = fit_emulator(UNIT, np.full(40, 7.0))
    assert emulator.mean(UNIT) == pytest.approx(np.full(40, 7.0))


def test_a_missing_value_is_named_by_its_run() -> None:
    outcome = np.ones(40)
    outcome[[17, 30]] = np.nan
    with pytest.raises(InputError, match=r"outcome, run 17 = nan: .*2 of 40 runs"):
        fit_emulator(UNIT, outcome)
    with pytest.raises(InputError, match=r"benefit, run 1 "):
        finite(np.array([[1.0, 2.0], [np.inf, 0.0]]), "benefit")
    with pytest.raises(InputError, match="at least 8"):
        fit_emulator(UNIT[:5], outcome[:5])
