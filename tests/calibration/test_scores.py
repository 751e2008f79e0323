"""Scores of forecasts against values worked out by hand and closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from innocluster.calibration.scores import (
    autoregressive_forecast,
    covered,
    crps,
    drift_forecast,
    energy_score,
    probability_place,
    skill,
)


def test_crps_by_hand() -> None:
    # E|X - y| = (1 + 1 + 3)/3; pairs 2, 4, 2 apart: E|X - X'| = 8/3.
    assert crps(np.array([[0.0], [2.0], [4.0]]), np.array([1.0])) == pytest.approx(5 / 3 - 4 / 3)
    # Worlds in any order; a certain forecast has the absolute error.
    assert crps(np.array([[4.0], [0.0], [2.0]]), np.array([1.0])) == pytest.approx(1 / 3)
    assert crps(np.full((5, 2), 3.0), np.array([1.0, 3.0])).tolist() == [2.0, 0.0]


def test_crps_of_a_normal_forecast() -> None:
    sample = np.random.default_rng(1).standard_normal((40_000, 1))
    # Closed form at y = 0: (√2 - 1)/√π.
    assert crps(sample, np.zeros(1))[0] == pytest.approx((2**0.5 - 1) / np.pi**0.5, abs=0.005)


def test_energy_score_is_the_crps_of_one_figure() -> None:
    sample = np.random.default_rng(2).standard_normal((50, 1))
    observed = np.array([0.7])
    assert energy_score(sample, observed) == pytest.approx(crps(sample, observed)[0])
    # Two worlds at (0,0) and (3,4), truth at (0,0): (0 + 5)/2 - 5/2.
    assert energy_score(np.array([[0.0, 0.0], [3.0, 4.0]]), np.zeros(2)) == pytest.approx(0.0)


def test_places_are_uniform_when_the_forecast_is_right() -> None:
    generator = np.random.default_rng(3)
    places = probability_place(
        generator.standard_normal((99, 4000)), generator.standard_normal(4000)
    )
    assert np.quantile(places, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.02)
    assert 0.0 < probability_place(np.zeros((3, 1)), np.array([-1.0]))[0] < 0.25
    assert 0.75 < probability_place(np.zeros((3, 1)), np.array([1.0]))[0] < 1.0


def test_interval_holds_its_ends() -> None:
    sample = np.arange(5.0)[:, None] * np.ones(3)
    assert covered(sample, np.array([1.0, 0.99, 3.01]), 0.5).tolist() == [True, False, False]


def test_drift_follows_its_past() -> None:
    # Growth of ln 2 every year without spread: the forecast is certain.
    assert drift_forecast(np.array([1.0, 2.0, 4.0]), 2, 4).tolist() == [[8.0, 16.0]] * 4
    wide = drift_forecast(np.array([100.0, 110.0, 105.0, 120.0, 118.0]), 5, 4000)
    spread = np.log(wide).std(axis=0)
    assert (np.diff(spread) > 0.0).all()
    mean = np.log(1.18) / 4
    assert np.median(np.log(wide[:, 0] / 118.0)) == pytest.approx(mean, abs=0.01)


def test_autoregression_turns_back_to_the_mean() -> None:
    # Log growth 0.2, 0.1, 0.0, -0.1 about 0.05: before (.15, .05, -.05), after (.05, -.05, -.15),
    # so that φ = (.0075 - .0025 + .0075)/.0275 = 5/11.
    past = np.exp(np.cumsum([0.0, 0.2, 0.1, 0.0, -0.1]))
    steps = np.log(autoregressive_forecast(past, 1, 200_000)[:, 0] / past[-1])
    assert np.median(steps) == pytest.approx(0.05 + 5 / 11 * -0.15, abs=0.01)
    flat = autoregressive_forecast(np.full(5, 7.0), 3, 3)
    assert flat.tolist() == [[7.0] * 3] * 3


@pytest.mark.parametrize("past", [[1.0, 2.0], [1.0, 0.0, 2.0]])
def test_a_past_must_suffice(past: list[float]) -> None:
    with pytest.raises(ValueError, match="at least 3 positive"):
        drift_forecast(np.array(past), 1, 1)


def test_skill() -> None:
    same = skill(np.ones(8), np.full(8, 2.0))
    assert (same.mean, same.low, same.high, same.figures) == (0.5, 0.5, 0.5, 8)
    generator = np.random.default_rng(4)
    scores, naive = generator.random(40), generator.random(40)
    single = skill(scores, naive)
    assert single.low < single.mean < single.high
    # Figures of one complex that all err together tell less.
    groups = np.repeat(np.arange(4.0), 10)
    together = skill(np.repeat([1.0, 2.0, 1.0, 4.0], 10), np.full(40, 2.0), groups)
    apart = skill(np.repeat([1.0, 2.0, 1.0, 4.0], 10), np.full(40, 2.0))
    assert together.high - together.low > 2.0 * (apart.high - apart.low)
