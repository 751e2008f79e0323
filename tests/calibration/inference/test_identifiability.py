"""What targets tell of parameters, against closed forms of a linear model."""

from __future__ import annotations

import linear_calibration as linear
import numpy as np
import pytest

from innocluster.calibration.inference.identifiability import (
    best_further_targets,
    contraction,
    effective_directions,
    strongest_correlations,
    target_reach,
)
from innocluster.calibration.inference.likelihood import Posterior
from innocluster.calibration.inference.sampling import draw_directly

# Targets 0 to 2 know a + b only; summary 3 knows b, summary 4 nothing.
SLOPES = np.array([[1.0, 1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.8, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0]])


@pytest.fixture(scope="module")
def posterior() -> Posterior:
    own, emulator = linear.emulator(SLOPES)
    known = np.full(3, linear.KNOWN)
    return Posterior(own, emulator, np.arange(3), np.array([0.3, 0.25, 0.35]), known)


@pytest.fixture(scope="module")
def scores(posterior: Posterior) -> np.ndarray:
    draws = draw_directly(posterior, np.zeros((1, 3)))
    assert draws is not None
    return draws.scores


def test_contraction(posterior: Posterior, scores: np.ndarray) -> None:
    values = posterior.priors.values(scores)
    found = contraction(posterior.priors.variance, values)
    # a and b are known in sum only: half of each. c moves nothing.
    assert found[:2] == pytest.approx([0.45, 0.45], abs=0.08)
    assert abs(found[2]) < 0.08


def test_directions(posterior: Posterior, scores: np.ndarray) -> None:
    best, *others = effective_directions(posterior, scores)
    assert np.abs(best.weights) == pytest.approx([0.7, 0.7, 0.0], abs=0.1)
    assert best.contraction > 0.8
    assert max(direction.contraction for direction in others) < 0.35
    assert best.words.startswith(("0.7", "0.6"))
    assert " + 0." in best.words
    assert "of its prior standard deviation" in best.words
    # The slopes' information: three targets, each 2·s²/v along the sum, s the prior's sd.
    assert best.information == pytest.approx(3 * 2 * (1 / 7) / 0.05, rel=0.25)


def test_correlations(posterior: Posterior, scores: np.ndarray) -> None:
    first, second, value = strongest_correlations(posterior.priors.names, scores)[0]
    assert {first, second} == {"a", "b"}
    assert value < -0.7


def test_which_further_target_helps(posterior: Posterior, scores: np.ndarray) -> None:
    names = ["s0", "s1", "s2", "on b", "on nothing"]
    best, worst = best_further_targets(posterior, names, [4, 3], np.full(2, linear.KNOWN), scores)
    assert best.name == "on b"
    assert best.parameter in ("a", "b")
    assert best.after > best.before + 0.2
    assert worst.gain < 0.05


def test_a_target_in_reach_and_one_that_is_not(posterior: Posterior) -> None:
    prior = np.random.default_rng(1).standard_normal((2000, 3))
    assert not any(reach.unreachable for reach in target_reach(posterior, prior))
    # Moved by six standard deviations of what is not known, against two that agree.
    spread = np.sqrt(linear.NOISE**2 + linear.KNOWN)
    moved = posterior.observed + np.array([0.0, 6.0 * spread, 0.0])
    reach = target_reach(posterior.moved(observed=moved), prior)
    assert [r.unreachable for r in reach] == [False, True, False]
    assert reach[1].together > 3.0
    # Beyond all parameters.
    far = target_reach(
        posterior.moved(observed=posterior.observed + np.array([9.0, 0.0, 0.0])), prior
    )
    assert far[0].unreachable
    assert far[0].alone > 3.0
