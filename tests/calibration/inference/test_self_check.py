"""The self-check leaves a right posterior alone and sees one that is too sharp."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import calibration_measured as measured
import linear_calibration as linear
import numpy as np
import pytest

from innocluster.calibration.inference.emulator import fit_emulator
from innocluster.calibration.inference.priors import Priors
from innocluster.calibration.inference.self_check import (
    Replay,
    _tempering,
    central_coverage,
    self_check,
)


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


def test_few_draws_in_many_dimensions_accuse_no_right_posterior() -> None:
    # 600 draws of a t-density in 40 dimensions are worth some 50; their quantiles, without the
    # truth among them, hold about .85 of the truths in intervals of .9.
    names = tuple(f"p{j}" for j in range(40))
    priors = Priors(names, -np.ones(40), np.zeros(40), np.ones(40))
    slopes = np.zeros((40, 3))
    slopes[0], slopes[1, 0], slopes[2, 1], slopes[3, 2] = 0.5, 1.0, 1.0, 1.0
    generator = np.random.default_rng(4)
    points = priors.values(generator.standard_normal((400, 40)))
    emulator = fit_emulator(points, linear.runs(points, slopes, 5))
    scores = generator.standard_normal((200, 40))
    summaries = linear.runs(priors.values(scores), slopes, 6)
    posterior = linear.Posterior(
        priors, emulator, np.arange(3), np.zeros(3), np.full(3, linear.KNOWN)
    )
    check = self_check(posterior, scores, summaries, 1)
    assert not check.overconfident
    assert check.coverage()[0.9] == pytest.approx(0.9, abs=0.015)
    assert check.tempering == 1.0


class _Fixed(Replay):
    """A replay whose truth stands at a given place under each power."""

    def __init__(self, place: Callable[[float], float]) -> None:
        none = np.zeros(0)
        super().__init__(none, none, none, none, none, none)
        object.__setattr__(self, "place", place)

    def places(self, tempering: float) -> np.ndarray:
        """One parameter's."""
        return np.array([self.place(tempering)])  # type: ignore[attr-defined]


def test_a_shortfall_within_its_error_is_left_alone() -> None:
    # Of 25 truths 20, 22 and 23 lie in intervals of .8, .9 and .95, and 12 in those of .5: short
    # by .02, .0, .02 and .03; one standard error is larger.
    places = [0.5] * 12 + [0.8] * 8 + [0.93] * 2 + [0.97] + [0.999] * 2
    assert _tempering([_Fixed(lambda _, p=p: p) for p in places]) == 1.0


def test_where_no_power_helps_the_best_coverage_is_kept() -> None:
    # Half the truths lie outside however low the power, at a high one all of them.
    def place(number: int) -> Callable[[float], float]:
        return lambda power: 0.5 if number % 2 and power < 0.6 else 0.999

    found = _tempering([_Fixed(place(number)) for number in range(100)])
    assert found == pytest.approx(0.6, abs=0.03)
    assert found < 0.6
