"""Choosing among many arms: pure functions on outcomes of the same worlds.

One row is one world, one column one arm; larger outcomes are better.  Nothing
here looks at means without asking how well they are known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .intervals import simultaneous_intervals

__all__ = [
    "Elimination",
    "dominance",
    "eliminate",
    "good_enough",
    "regrets",
    "worst_mean",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Elimination:
    """What sequential elimination leaves.

    Attributes
    ----------
    possibly_best : (p,) arms that may still be the best
    dropped_after : (p,) worlds after which an arm was dropped, 0 where it was not
    """

    possibly_best: Flags
    dropped_after: Integers


def regrets(outcomes: Floats, oracle: Floats | None = None) -> Floats:
    """What an arm falls short of in the same world, shape (n, p).

    Parameters
    ----------
    outcomes : (n, p) outcome of p arms in n worlds
    oracle : (n,) outcome to fall short of; the best arm of each world by default,
        and then no regret is negative

    Notes
    -----
    The best of several noisy outcomes is partly luck: regret against it is above
    zero even where all arms are equally good.  It orders arms, it does not price them.
    """
    best = outcomes.max(axis=1) if oracle is None else oracle
    result: Floats = best[:, None] - outcomes
    return result


def eliminate(
    outcomes: Floats, indifference: float, first_stage: int, confidence: float = 0.95
) -> Elimination:
    """Drop arms, world by world, that fall behind another by more than chance explains.

    Parameters
    ----------
    outcomes : (n, p) outcome of p arms in n worlds, worlds in the order in which they came
    indifference : difference that does not matter, above zero, in the unit of the outcome
    first_stage : worlds from which the variances of the differences are estimated and
        after which screening begins; fixed before looking at outcomes
    confidence : probability that the best arm stays, if it is ahead by `indifference`

    Returns
    -------
    Elimination
        Below two worlds, or below the first stage, every arm may be the best.

    Raises
    ------
    ValueError
        For an indifference zone or a first stage that cannot be.

    Notes
    -----
    S.-H. Kim and B. L. Nelson (2001), "A fully sequential procedure for
    indifference-zone selection in simulation", ACM Transactions on Modeling and
    Computer Simulation 11(3), with c = 1.  It holds under common random numbers,
    since it uses variances of differences.
    """
    if not indifference > 0.0 or first_stage < 2:
        raise ValueError("the indifference zone must be above 0 and the first stage at least 2")
    count, arms = outcomes.shape
    inside, dropped = np.ones(arms, dtype=bool), np.zeros(arms, dtype=np.int64)
    if count < first_stage or arms < 2:
        return Elimination(inside, dropped)
    freedom = first_stage - 1
    eta = 0.5 * ((2.0 * (1.0 - confidence) / (arms - 1)) ** (-2.0 / freedom) - 1.0)
    started = outcomes[:first_stage]
    differences = started[:, :, None] - started[:, None, :]
    reach = 2.0 * eta * freedom * differences.var(axis=0, ddof=1) / indifference**2
    # Sums of deviations from a common level lose no digits, whatever the level.
    sums = np.cumsum(outcomes - outcomes.mean(), axis=0)
    for worlds in range(first_stage, count + 1):
        allowed = np.maximum(0.0, indifference / 2.0 * (reach - worlds))
        total = sums[worlds - 1]
        behind = total[:, None] - total[None, :] < -allowed
        now = inside & (behind & inside[None, :]).any(axis=1)
        dropped[now] = worlds
        inside &= ~now
    return Elimination(inside, dropped)


def good_enough(gains: Floats, fraction: float) -> Flags:
    """Whether an arm gains at least a fraction of what the best arm of the world gains.

    Parameters
    ----------
    gains : (n, p) differences to the baseline in the same world
    fraction : 0 to 1; where nothing gains, the least loss is the best and no loss
        beyond it is good enough
    """
    best = gains.max(axis=1, keepdims=True)
    wanted = np.where(best > 0.0, fraction * best, best)
    result: Flags = gains >= wanted
    return result


def worst_mean(outcomes: Floats, share: float = 0.1) -> Floats:
    """Mean over the worst share of each arm's worlds, shape (p,); a world may count in part.

    Known as expected shortfall or conditional value at risk.
    """
    count = outcomes.shape[0]
    weights = np.clip(share * count - np.arange(count), 0.0, 1.0)
    result: Floats = weights @ np.sort(outcomes, axis=0) / weights.sum()
    return result


def dominance(
    costs: Floats, effects: Floats, cost_margin: float, confidence: float = 0.95
) -> Flags:
    """Which arm is dominated by which, as far as the data says so.

    Arm i is dominated by arm j if the intervals leave no doubt that j does at
    least as well and costs at most the margin more, and one of the two with a
    difference: a larger effect, or a cost below that of i by more than the margin.

    Parameters
    ----------
    costs, effects : (n, p) of p arms in the same n worlds, each in its unit
    cost_margin : difference of cost that does not matter, from 0
    confidence : of all statements together

    Returns
    -------
    array (p, p)
        Entry (i, j) whether i is dominated by j; the front are the rows without an
        entry.  There is always a front: effects never fall along a chain.
    """
    count, arms = costs.shape
    result = np.zeros((arms, arms), dtype=bool)
    if count < 2 or arms < 2:
        return result
    first, second = np.triu_indices(arms, 1)
    pairs = [values[:, second] - values[:, first] for values in (effects, costs)]
    intervals = simultaneous_intervals(np.concatenate(pairs, axis=1), confidence)
    low, high = (bound.reshape(2, -1) for bound in (intervals.low, intervals.high))
    result[first, second] = _dominates(low[0], high[1], cost_margin)
    result[second, first] = _dominates(-high[0], -low[1], cost_margin)
    return result


def _dominates(least_gain: Floats, most_cost: Floats, cost_margin: float) -> Flags:
    """Whether a rival wins, by the least that it gains and the most that it costs more."""
    differs = (least_gain > 0.0) | (most_cost < -cost_margin)
    result: Flags = (least_gain >= 0.0) & (most_cost <= cost_margin) & differs
    return result
