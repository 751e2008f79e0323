"""The self-check leaves a right posterior alone and sees one that is too sharp."""

from __future__ import annotations

from dataclasses import replace

import calibration_measured as measured
import linear_calibration as linear
import numpy as np
import pytest

from innocluster.calibration.inference.self_check import central_coverage, self_check


def test_coverage_by_hand() -> None:
    places = np.array([[0.5, 0.04], [0.06, 0.96], [0.94, 0.5], [0.99, 0.5]])
    assert central_coverage(places, 0.9).tolist() == [0.75, 0.5]


@pytest.fixture(scope="module")
def problem() -> tuple[linear.Posterior, np.ndarray, np.ndarray]:
    return measured.exact_problem(0)


def test_right_posterior_is_left_alone(
    problem: tuple[linear.Posterior, np.ndarray, np.ndarray],
) -> None:
    check = self_check(*problem, seed=1)
    assert not check.overconfident
    assert check.coverage()[0.9] == pytest.approx(0.9, abs=0.03)
    assert check.tempering > 0.8
    assert check.residual == pytest.approx(1.0, abs=0.1)


def test_too_sharp_a_likelihood_is_seen_and_tempered(
    problem: tuple[linear.Posterior, np.ndarray, np.ndarray],
) -> None:
    posterior, scores, summaries = problem
    sharp = replace(posterior, tempering=2.0)
    check = self_check(sharp, scores, summaries, 1)
    assert check.overconfident
    assert check.spread > 1.4
    assert check.coverage()[0.9] < 0.84
    assert check.tempering == pytest.approx(1.0, abs=0.25)
    assert check.coverage(tempered=True)[0.9] == pytest.approx(0.9, abs=0.03)


def test_an_emulator_without_error_is_seen(
    problem: tuple[linear.Posterior, np.ndarray, np.ndarray],
) -> None:
    posterior, scores, summaries = problem
    emulator = posterior.emulator
    limits = emulator.noise_limits - np.log(2.0)
    weights = emulator.noise_weights.copy()
    weights[0] -= np.log(2.0)
    less = replace(emulator, noise_weights=weights, noise_limits=limits)
    check = self_check(replace(posterior, emulator=less), scores, summaries, 1)
    assert check.overconfident
    assert check.residual > 1.3
