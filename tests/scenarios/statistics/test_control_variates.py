"""Control variates: leaving a world out by hand, no bias, less variance, and a planted error."""

from __future__ import annotations

import numpy as np
import pytest

from innocluster.scenarios.statistics.control_variates import corrected_for


def test_slopes_are_those_of_the_other_worlds() -> None:
    """Against a regression that is made again for every world without it."""
    generator = np.random.default_rng(1)
    controls = generator.normal(size=(17, 2)) * [1.0, 300.0]
    outcomes = 5.0 + controls @ [0.7, -0.01] + generator.normal(size=17)
    expected = []
    for world in range(17):
        others = np.arange(17) != world
        design = np.column_stack([np.ones(16), controls[others]])
        slopes = np.linalg.lstsq(design, outcomes[others], rcond=None)[0][1:]
        expected.append(outcomes[world] - slopes @ controls[world])
    assert corrected_for(controls, outcomes) == pytest.approx(expected, rel=1e-9)


def in_sample(controls: np.ndarray, outcomes: np.ndarray) -> float:
    """The mean that slopes of all worlds together give."""
    design = np.column_stack([np.ones(outcomes.size), controls])
    return float(np.linalg.lstsq(design, outcomes, rcond=None)[0][0])


def z_score(means: list[float], truth: float) -> float:
    errors = np.array(means) - truth
    return float(errors.mean() / (errors.std(ddof=1) / np.sqrt(errors.size)))


def test_no_bias_in_few_worlds_where_ordinary_regression_has_one() -> None:
    """Y = C² + C has the mean 1; its slope on C is not independent of C."""
    generator = np.random.default_rng(2)
    own, ordinary, planted = [], [], []
    for _ in range(4000):
        control = generator.normal(size=(12, 1))
        outcome = (control**2 + control)[:, 0]
        own.append(float(corrected_for(control, outcome).mean()))
        ordinary.append(in_sample(control, outcome))
        planted.append(float(corrected_for(control + 0.1, outcome).mean()))
    assert abs(z_score(own, 1.0)) < 3.5
    assert z_score(ordinary, 1.0) < -6.0
    # A control whose mean is not zero moves the estimate by it: the error shows.
    assert z_score(planted, 1.0) < -6.0


def test_variance_falls_by_what_the_control_explains() -> None:
    """A correlation of 0.8 leaves 1 - 0.64 of the variance."""
    generator = np.random.default_rng(3)
    control = generator.normal(size=(4000, 1))
    outcome = 3.0 + 0.8 * control[:, 0] + 0.6 * generator.normal(size=4000)
    corrected = corrected_for(control, outcome)
    assert corrected.var() / outcome.var() == pytest.approx(0.36, abs=0.03)
    assert corrected.mean() == pytest.approx(3.0, abs=0.04)


@pytest.mark.parametrize(
    "controls", [np.zeros((30, 2)), np.full((30, 2), 0.1), np.ones((9, 1)).cumsum(axis=0)]
)
def test_nothing_is_corrected_without_variation_or_worlds(controls: np.ndarray) -> None:
    outcomes = np.linspace(1.0, 2.0, controls.shape[0])
    assert corrected_for(controls, outcomes).tolist() == outcomes.tolist()


def test_a_control_that_never_varies_takes_no_part() -> None:
    generator = np.random.default_rng(4)
    control, outcomes = generator.normal(size=(20, 1)), generator.normal(size=20)
    both = np.column_stack([control, np.zeros(20)])
    assert corrected_for(both, outcomes).tolist() == corrected_for(control, outcomes).tolist()
