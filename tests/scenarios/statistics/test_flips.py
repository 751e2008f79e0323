"""Regressions on draws: exact lines, SciPy's slope, familywise error under unequal variances."""

import numpy as np
import pytest
from scipy import stats

from innocluster.scenarios.statistics.flips import FINDINGS, judge, predict_ends

FLIPS, MAY_FLIP, MATTERS, NOTHING = FINDINGS
LOW, HIGH = np.array([0.0, -1.0]), np.array([2.0, 3.0])


def test_an_exact_line_is_predicted_exactly() -> None:
    draws = np.column_stack([np.linspace(0.5, 1.5, 9), np.ones(9)])
    differences = 1.0 - 2.0 * draws[:, :1]
    ends = predict_ends(differences, draws, LOW, HIGH)
    assert ends.at_low[:, 0, 0] == pytest.approx([1.0, 1.0, 1.0], abs=1e-12)
    assert ends.at_high[:, 0, 0] == pytest.approx([-3.0, -3.0, -3.0], abs=1e-12)
    assert ends.change[:, 0, 0] == pytest.approx([-4.0, -4.0, -4.0], abs=1e-12)
    # A parameter that does not vary says nothing.
    assert np.isnan(ends.at_low[:, 0, 1]).all()
    assert judge(differences.mean(axis=0), ends).tolist() == [[FLIPS, NOTHING]]


def test_the_slope_is_that_of_ordinary_least_squares() -> None:
    generator = np.random.default_rng(1)
    draws = generator.uniform(LOW, HIGH, (40, 2))
    differences = generator.normal(size=(40, 3)) + draws[:, :1]
    ends = predict_ends(differences, draws, LOW, HIGH)
    for r in range(3):
        for p in range(2):
            line = stats.linregress(draws[:, p], differences[:, r])
            width = HIGH[p] - LOW[p]
            assert ends.change[0, r, p] == pytest.approx(line.slope * width, rel=1e-9)
            at_high = line.intercept + line.slope * HIGH[p]
            assert ends.at_high[0, r, p] == pytest.approx(at_high, rel=1e-9)


def test_wide_intervals_say_may_and_a_steady_sign_says_matters() -> None:
    generator = np.random.default_rng(2)
    draws = generator.uniform(0.0, 1.0, (60, 1))
    noise = generator.normal(0.0, 0.4, (60, 1))
    low, high = np.zeros(1), np.ones(1)
    names = {}
    for start in (3.0, 0.05, -0.5):
        differences = start + 2.0 * draws + noise
        ends = predict_ends(differences, draws, low, high)
        names[start] = judge(differences.mean(axis=0), ends)[0, 0]
    assert names == {3.0: MATTERS, 0.05: MATTERS, -0.5: FLIPS}
    differences = -0.1 + 2.0 * draws + noise
    ends = predict_ends(differences, draws, low, high)
    assert ends.at_low[0, 0, 0] < 0.0 < ends.at_low[2, 0, 0]
    assert judge(differences.mean(axis=0), ends)[0, 0] == MAY_FLIP


def test_too_few_worlds_say_nothing() -> None:
    ends = predict_ends(np.ones((3, 2)), np.random.default_rng(3).normal(size=(3, 2)), LOW, HIGH)
    assert np.isnan(ends.change).all()
    assert (judge(np.ones(2), ends) == NOTHING).all()


def test_familywise_error_under_unequal_variances() -> None:
    """No parameter shifts any difference, one makes it vary: false findings stay rare."""
    generator = np.random.default_rng(4)
    false = 0
    for _ in range(300):
        draws = generator.beta(2.0, 4.0, (40, 50))
        differences = (0.2 + draws[:, :1]) * generator.normal(size=(40, 4))
        ends = predict_ends(differences, draws, np.zeros(50), np.ones(50))
        false += bool((judge(differences.mean(axis=0), ends) != NOTHING).any())
    assert false / 300 < 0.10


def test_ends_are_covered_together() -> None:
    """Two strong parameters, variance growing with one: all ends hold in at least 93 %."""
    generator = np.random.default_rng(5)
    held = 0
    for _ in range(500):
        draws = generator.uniform(0.0, 1.0, (60, 2))
        noise = (0.2 + draws[:, :1]) * generator.normal(size=(60, 1))
        differences = 1.0 - 3.0 * draws[:, :1] + noise
        ends = predict_ends(differences, draws, np.zeros(2), np.ones(2))
        truth = np.array([[1.0, -0.5], [-2.0, -0.5]])
        inside = [
            (bounds[1, 0] <= wanted) & (wanted <= bounds[2, 0])
            for bounds, wanted in zip((ends.at_low, ends.at_high), truth, strict=True)
        ]
        held += bool(np.all(inside))
    assert held / 500 > 0.93
