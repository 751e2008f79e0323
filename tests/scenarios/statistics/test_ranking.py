"""Choosing among many arms: known answers, and the promises of the procedures by simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from innocluster.scenarios.statistics.ranking import (
    dominance,
    eliminate,
    good_enough,
    regrets,
    worst_mean,
)

WORLDS = arrays(float, (6, 4), elements=st.integers(-3, 3).map(float))


def test_regret_is_what_the_best_of_the_world_has_more() -> None:
    outcomes = np.array([[3.0, 1.0, 2.0], [2.0, 2.0, 5.0]])
    assert regrets(outcomes).tolist() == [[0.0, 2.0, 1.0], [3.0, 3.0, 0.0]]
    assert regrets(outcomes, np.array([4.0, 4.0])).tolist() == [[1.0, 3.0, 2.0], [2.0, 2.0, -1.0]]


@given(WORLDS)
def test_some_arm_is_without_regret_in_every_world(outcomes: np.ndarray) -> None:
    assert (regrets(outcomes).min(axis=1) == 0.0).all()


def test_good_enough_is_a_share_of_the_best_gain() -> None:
    gains = np.array([[0.0, 10.0, 8.0, 7.9], [0.0, -1.0, -2.0, 0.0], [-5.0, -1.0, -2.0, -4.0]])
    assert good_enough(gains, 0.8).tolist() == [
        [False, True, True, False],
        [True, False, False, True],
        [False, True, False, False],
    ]


@given(WORLDS, st.floats(0.0, 1.0))
def test_the_best_arm_is_always_good_enough(gains: np.ndarray, fraction: float) -> None:
    met = good_enough(gains, fraction)
    assert met[gains == gains.max(axis=1, keepdims=True)].all()


def test_worst_mean_counts_a_world_in_part() -> None:
    ladder = np.arange(1.0, 26.0)[::-1, None]
    # A tenth of 25 worlds: the worst, the second and half of the third.
    assert worst_mean(ladder).tolist() == pytest.approx([(1.0 + 2.0 + 0.5 * 3.0) / 2.5])
    assert worst_mean(np.array([[4.0], [7.0]])).tolist() == [4.0]
    assert worst_mean(ladder, 1.0).tolist() == pytest.approx([13.0])


def test_elimination_constants_of_the_paper() -> None:
    """Two arms, n0 = 3: η = ½(0.1^-1 - 1) = 4.5 and h² = 18; for S² = 1 it takes 18/δ² worlds."""
    zigzag = np.array([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0]] + [[0.0, 0.0]] * 40)
    assert np.var(zigzag[:3, 0] - zigzag[:3, 1], ddof=1) == 1.0
    lead = zigzag + np.array([0.0, 1e-9])
    result = eliminate(lead, 1.0, 3)
    assert result.possibly_best.tolist() == [False, True]
    # After 17 worlds the tolerance is ½(18 - 17), after 18 it is zero.
    assert result.dropped_after.tolist() == [18, 0]


def test_a_large_difference_is_seen_in_the_first_stage() -> None:
    generator = np.random.default_rng(1)
    outcomes = generator.normal(size=(10, 3)) + np.array([0.0, 50.0, 0.0])
    result = eliminate(outcomes, 0.5, 10)
    assert result.possibly_best.tolist() == [False, True, False]
    assert result.dropped_after.tolist() == [10, 0, 10]


def test_ties_stay_ties() -> None:
    same = np.repeat(np.random.default_rng(2).normal(size=(50, 1)), 4, axis=1)
    assert eliminate(same, 0.1, 10).possibly_best.all()


def test_too_few_worlds_drop_nobody() -> None:
    outcomes = np.array([[0.0, 9.0]] * 5)
    assert eliminate(outcomes, 0.1, 6).possibly_best.all()
    assert eliminate(outcomes[:, :1], 0.1, 2).possibly_best.all()


@pytest.mark.parametrize(("zone", "first"), [(0.0, 10), (-1.0, 10), (float("nan"), 10), (1.0, 1)])
def test_elimination_refuses_what_cannot_be(zone: float, first: int) -> None:
    with pytest.raises(ValueError, match="indifference zone"):
        eliminate(np.zeros((20, 2)), zone, first)


@pytest.mark.parametrize(("arms", "trials"), [(2, 1500), (18, 600)])
def test_probability_of_correct_selection(arms: int, trials: int) -> None:
    """The best arm, ahead by just the indifference zone, stays in at least 95 % of the trials.

    Common random numbers, unequal noise, and all rivals as close as they may be.
    """
    generator = np.random.default_rng(3)
    spread = np.linspace(0.5, 2.0, arms)
    means = np.zeros(arms)
    means[-1] = 0.5
    kept = decided = 0
    for _ in range(trials):
        world = generator.normal(0.0, 10.0, (60, 1))
        result = eliminate(world + generator.normal(means, spread, (60, arms)), 0.5, 10)
        kept += bool(result.possibly_best[-1])
        decided += int(result.possibly_best.sum()) < arms
    # Two standard errors below 95 %, and the procedure does decide something.
    assert kept / trials > 0.95 - 2.0 * np.sqrt(0.05 * 0.95 / trials)
    assert decided / trials > 0.5


def test_dominance_needs_both_sides_to_be_known() -> None:
    generator = np.random.default_rng(4)
    noise = generator.normal(0.0, 0.1, (30, 4))
    effects = noise + np.array([0.0, 5.0, 5.0, 5.0])
    costs = np.tile([0.0, 10.0, 10.0, 20.0], (30, 1))
    result = dominance(costs, effects, cost_margin=0.1)
    # Arms 1 and 2 cannot be told apart, 3 costs more but may do a little better than both.
    assert not result.any()
    better = dominance(costs, effects + np.array([0.0, 0.0, 3.0, 0.0]), cost_margin=0.1)
    assert np.argwhere(better).tolist() == [[1, 2], [3, 2]]


def test_dominance_by_cost_needs_more_than_the_margin() -> None:
    effects = np.tile([1.0, 1.0], (10, 1))
    costs = np.tile([10.0, 10.5], (10, 1))
    assert not dominance(costs, effects, cost_margin=1.0).any()
    assert np.argwhere(dominance(costs, effects, cost_margin=0.1)).tolist() == [[1, 0]]
    assert not dominance(costs[:1], effects[:1], 0.1).any()


@given(WORLDS, WORLDS, st.floats(0.0, 2.0))
def test_there_is_always_a_front(costs: np.ndarray, effects: np.ndarray, margin: float) -> None:
    result = dominance(costs, effects, margin)
    assert not (result & result.T).any()
    assert (~result.any(axis=1)).any()


def test_wrong_claims_of_dominance_are_rare() -> None:
    """Equal arms: anybody is called dominated in at most about 5 % of the trials."""
    generator = np.random.default_rng(5)
    wrong = 0
    for _ in range(400):
        world = generator.normal(0.0, 5.0, (30, 1))
        effects = world + generator.normal(size=(30, 8))
        costs = generator.normal(100.0, 0.5, (30, 8))
        wrong += bool(dominance(costs, effects, cost_margin=5.0).any())
    assert wrong / 400 < 0.08
