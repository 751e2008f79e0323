"""History matching: the growth problem to its known posterior, resuming, failed runs."""

from __future__ import annotations

from pathlib import Path

import calibration_measured as measured
import calibration_problems as problems
import linear_calibration as linear
import numpy as np
import pytest

from innocluster.calibration.inference.sampling import draw_directly
from innocluster.calibration.inference.waves import History, run_waves

SLOPES = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, -1.0]])
OBSERVED = np.array([0.5, 0.1, 0.2])
KNOWN = np.full(3, linear.KNOWN)


def linear_history(sizes: tuple[int, ...], store: Path | None, calls: list[int]) -> History:
    def simulate(points: np.ndarray) -> np.ndarray:
        calls.append(len(points))
        # Noise by the point, so that a run gives the same whenever it is made.
        keys = [int(1e9 * abs(x)) for x in points[:, 0]]
        return np.array(
            [linear.runs(p[None], SLOPES, k)[0] for p, k in zip(points, keys, strict=True)]
        )

    return run_waves(linear.priors(2), simulate, range(3), OBSERVED, KNOWN, sizes, 1, store)


def test_moments_of_the_growth_problem() -> None:
    point = np.array([0.05, 0.03, 0.15, 0.2, 0.1])
    runs = problems.growth_runs(np.tile(point, (4000, 1)), 1)
    mean, covariance = problems.growth_moments(point)
    spread = np.sqrt(np.diag(covariance))
    assert np.abs((runs.mean(axis=0) - mean) / spread * 4000**0.5).max() < 3.5
    assert runs.std(axis=0) == pytest.approx(spread, rel=0.05)
    assert np.corrcoef(runs, rowvar=False) == pytest.approx(
        covariance / np.outer(spread, spread), abs=0.06
    )


def test_growth_problem_in_600_runs() -> None:
    _, observed = measured.growth_truth(1)
    simulate = measured.counted(problems.growth_runs, 1)
    known = problems.GROWTH_KNOWN
    history = run_waves(problems.GROWTH, simulate, range(9), observed, known, (150, 150, 300), 1)
    assert history.runs == 600
    assert 0.0 < history.share_left < 0.3
    draws = draw_directly(history.posteriors[-1], history.region[:500])
    assert draws is not None
    reference = problems.growth_reference(observed, known, 2000)
    assert problems.wasserstein(draws.values, reference).mean() <= 0.2


def test_an_interrupted_call_goes_on(tmp_path: Path) -> None:
    file, calls = tmp_path / "runs.npz", []
    linear_history((100,), file, calls)
    assert sum(calls) == 100
    longer = linear_history((100, 80), file, calls)
    assert sum(calls) == 180
    again = linear_history((100, 80), file, calls)
    assert sum(calls) == 180
    whole = linear_history((100, 80), None, calls)
    assert np.array_equal(again.region, whole.region)
    assert np.array_equal(longer.waves[1].summaries, whole.waves[1].summaries)
    with pytest.raises(ValueError, match="wave 1 has other parameters"):
        linear_history((90,), file, calls)


def test_a_block_that_was_finished_is_kept(tmp_path: Path) -> None:
    file, calls = tmp_path / "runs.npz", []

    def stop(points: np.ndarray) -> np.ndarray:
        calls.append(len(points))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return np.asarray(points @ SLOPES)

    for _ in range(2):
        if not calls:
            with pytest.raises(KeyboardInterrupt):
                run_waves(linear.priors(2), stop, range(3), OBSERVED, KNOWN, (100,), 1, file)
        else:
            run_waves(linear.priors(2), stop, range(3), OBSERVED, KNOWN, (100,), 1, file)
    assert calls == [64, 36, 36]


def test_failed_runs_are_left_out_up_to_a_fifth() -> None:
    def often(share: float) -> History:
        generator = np.random.default_rng(2)

        def simulate(points: np.ndarray) -> np.ndarray:
            result = linear.runs(points, SLOPES, 3)
            result[generator.random(len(points)) < share] = np.nan
            return result

        return run_waves(linear.priors(2), simulate, range(3), OBSERVED, KNOWN, (100,), 1)

    history = often(0.1)
    assert history.posteriors[0].emulator.points.shape[0] < 100
    with pytest.raises(ValueError, match="of 100 runs of wave 1 failed"):
        often(0.5)


def test_targets_out_of_reach_leave_something_to_look_at() -> None:
    def simulate(points: np.ndarray) -> np.ndarray:
        return linear.runs(points, SLOPES, len(points))

    far = OBSERVED + np.array([20.0, 0.0, 0.0])
    history = run_waves(linear.priors(2), simulate, range(3), far, KNOWN, (80, 60), 1)
    assert history.share_left == 0.0
    assert history.region.shape[0] > 0


@pytest.mark.slow
def test_a_hundred_parameters() -> None:
    fitted, runs, distance = measured.hundred_calibrated(0)
    assert sorted(fitted) == list(problems.HUNDRED_ACTIVE)
    assert runs < 1500
    assert distance.mean() <= 0.25
