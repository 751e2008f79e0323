"""How much of what is not known of the headline, P5 less P0, the data moved.

The effect's variance over draws of the posterior, each with a world of its own, over that
over draws of the priors: what is left is what the data did not move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.arms import BASELINE
from innocluster.scenarios.runs.execution import execute_pair
from innocluster.scenarios.runs.inputs import Inputs

from ..inference.priors import Priors
from .design import fresh_jobs, shipped_draws
from .draw_runs import DrawRuns

__all__ = ["EFFECT", "EFFECT_LAST", "Conclusion", "conclude", "effect_of_draw"]

Floats = NDArray[np.float64]

EFFECT = "revenue_2013"
EFFECT_LAST = "2013-12"

_RESAMPLES = 2000
_INTERVAL = (0.05, 0.95)


@dataclass(frozen=True)
class Conclusion:
    """The effect over prior and posterior.

    Attributes
    ----------
    policy : whose effect against no programme
    prior, posterior : the effect in each draw, % of revenue without the programme
    left : variance over the posterior in that over the prior
    low, high : 90 % interval of it over resampled draws
    """

    policy: str
    prior: Floats
    posterior: Floats
    left: float
    low: float
    high: float


def effect_of_draw(
    inputs: Inputs, world: int, drawn: Mapping[str, float], names: tuple[str, ...]
) -> Floats:
    """Effect of the scenario's policy on `EFFECT` of the region, % of that without programme."""
    del names
    outcomes = execute_pair(inputs, (BASELINE, inputs.scenario.policy), world, drawn)
    for outcome in outcomes:
        if outcome.yearly is None:
            raise RuntimeError(outcome.error)
    without, treated = (
        float(outcome.yearly["revenue"][-1, 0]) for outcome in outcomes if outcome.yearly
    )
    return np.array([100.0 * (treated / without - 1.0)])


def conclude(
    inputs: Inputs, priors: Priors, values: Floats, count: int, seed: int, runs: DrawRuns
) -> Conclusion:
    """Run the policy and no programme at draws of the priors and of the posterior.

    Parameters
    ----------
    inputs : scenario until `EFFECT_LAST`
    priors : of all parameters and forms
    values : shipped draws (n, parameters)
    count : draws of each
    """
    prior = shipped_draws(priors, (), np.zeros((count, 0)), seed)
    found = [
        effects[np.isfinite(effects)]
        for draws in (prior, values[:count])
        for effects in [runs(fresh_jobs(inputs, priors, draws, seed))[:, 0]]
    ]
    ratio = found[1].var(ddof=1) / found[0].var(ddof=1)
    generator = np.random.default_rng(seed)
    resampled = [
        _resampled_variance(found[1], generator) / _resampled_variance(found[0], generator)
        for _ in range(_RESAMPLES)
    ]
    low, high = np.quantile(resampled, _INTERVAL)
    policy = inputs.arm(inputs.scenario.policy).id
    return Conclusion(policy, found[0], found[1], float(ratio), float(low), float(high))


def _resampled_variance(sample: Floats, generator: np.random.Generator) -> float:
    return float(sample[generator.integers(sample.size, size=sample.size)].var(ddof=1))
