"""How much of the effect's variance the data moved: one wild run does not decide it."""

from __future__ import annotations

import numpy as np
import pytest

from innocluster.calibration.fit.conclusion import share_left


def test_one_run_that_takes_off_does_not_count() -> None:
    generator = np.random.default_rng(3)
    prior, posterior = generator.standard_normal(400), 0.5 * generator.standard_normal(400)
    posterior[70] = 276.0
    left, low, high = share_left(prior, posterior, 1)
    # (1/2)² = 1/4; the variance itself would be 760 times the prior's.
    assert left == pytest.approx(0.25, abs=0.07)
    assert low < 0.25 < high < 0.5


def test_no_more_than_everything_is_left() -> None:
    sample = np.random.default_rng(3).standard_normal(200)
    left, low, high = share_left(sample, 1.2 * sample, 1)
    assert (left, high) == (1.0, 1.0)
    assert low > 0.8


def test_from_few_draws_it_cannot_be_told() -> None:
    generator = np.random.default_rng(3)
    left, low, high = share_left(generator.standard_normal(12), generator.standard_normal(12), 1)
    assert left is None
    assert 0.0 <= low < high - 0.5
