"""Paired screening: what moves a target is found, what only makes noise is not."""

from __future__ import annotations

import numpy as np
import pytest

from innocluster.calibration.inference.priors import Priors
from innocluster.calibration.inference.screening import screen, screening_points

NOISY = 8
NAMES = ("line", "bowl", "nothing", "small", *(f"noise {i}" for i in range(NOISY)))
PRIORS = Priors(NAMES, np.zeros(12), np.full(12, 0.5), np.ones(12))


def model(points: np.ndarray, worlds: int, seed: int = 0) -> np.ndarray:
    """Two targets: one rises with `line`, the other is least in the middle of `bowl`."""
    generator = np.random.default_rng(seed)
    shared = generator.standard_normal((1, worlds, 2))
    line, bowl, _, small = points.T[:4, :, None]
    result = np.tile(shared, (len(points), 1, 1))
    result[:, :, 0] += 3.0 * line + 0.05 * small
    result[:, :, 1] += 8.0 * (bowl - 0.5) ** 2
    # Moved, these parameters draw other numbers.
    moved = (points[:, 4:] != 0.5).any(axis=1)[:, None]
    result[:, :, 0] += moved * generator.standard_normal((len(points), worlds))
    return result


def test_points_are_quantiles_one_at_a_time() -> None:
    points = screening_points(PRIORS)
    assert points.shape == (25, 12)
    assert (points[0] == 0.5).all()
    changed = points[1:] != 0.5
    assert changed.sum(axis=1).tolist() == [1] * 24
    # PERT over 0 … 1 about a half is Beta(3, 3).
    assert points[1, 0] == pytest.approx(0.1893, abs=1e-4)
    assert points[2, 0] == pytest.approx(1.0 - 0.1893, abs=1e-4)


def test_what_moves_is_found() -> None:
    found = screen(NAMES, model(screening_points(PRIORS), 4), np.array([1.0, 1.0]))
    assert found.moved[:2].tolist() == [[True, False], [False, True]]
    assert not found.moved[2:].any()
    assert found.slope[0, 0] == pytest.approx(3.0 * (0.5 - 0.1893), abs=1e-3)
    assert found.bend[1, 1] == pytest.approx(8.0 * (0.5 - 0.1893) ** 2, abs=1e-2)
    assert found.fitted == [0, 1]


def test_small_effects_count_where_targets_are_known_well() -> None:
    runs = model(screening_points(PRIORS), 4)
    assert 3 in screen(NAMES, runs, np.array([0.01, 1.0])).fitted


def test_noise_is_seldom_taken_for_an_effect() -> None:
    points = screening_points(PRIORS)
    found = [screen(NAMES, model(points, 4, seed), np.ones(2)).fitted for seed in range(60)]
    assert all({0, 1} <= set(own) for own in found)
    # 1 % for all parameters together.
    assert sum(len(own) > 2 for own in found) <= 3


def test_shapes_are_checked() -> None:
    with pytest.raises(ValueError, match="at least two worlds"):
        screen(NAMES, model(screening_points(PRIORS), 1), np.ones(2))
