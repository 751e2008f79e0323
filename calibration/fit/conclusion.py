"""How much of what is not known of the headline, P5 less P0, the data moved.

The effect's variance over draws of the posterior, each with a world of its own, over that
over draws of the priors: what is left is what the data did not move. One run in some hundreds
takes off in a single firm and would be the whole of a variance, so that the tenth of the draws
at either end counts as if it stood where the middle four fifths end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.arms import BASELINE
from innocluster.scenarios.runs.execution import execute_pair
from innocluster.scenarios.runs.inputs import Inputs

from ..inference.priors import Priors
from .design import fresh_jobs, shipped_draws
from .draw_runs import DrawRuns

__all__ = [
    "EFFECT",
    "EFFECT_LAST",
    "Conclusion",
    "conclude",
    "effect_of_draw",
    "share_left",
]

Floats = NDArray[np.float64]

EFFECT = "revenue_2013"
EFFECT_LAST = "2013-12"

_RESAMPLES = 2000
_INTERVAL = (0.05, 0.95)
_MIDDLE = (0.1, 0.9)
_WIDEST = 0.5


@dataclass(frozen=True)
class Conclusion:
    """The effect over prior and posterior.

    Attributes
    ----------
    policy : whose effect against no programme
    prior, posterior : the effect in each draw, % of revenue without the programme
    left : winsorised variance over the posterior in that over the prior, at most 1; None where
        its interval is wider than half of what is possible, so that it cannot be told
    low, high : 90 % interval of it over resampled draws, at most 1
    """

    policy: str
    prior: Floats
    posterior: Floats
    left: float | None
    low: float
    high: float


def effect_of_draw(inputs: Inputs, world: int, names: tuple[str, ...]) -> Floats:
    """Effect of the scenario's policy on `EFFECT` of the region, % of that without programme."""
    del names
    outcomes = execute_pair(inputs, (BASELINE, inputs.scenario.policy), world)
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
    policy = inputs.arm(inputs.scenario.policy).id
    return Conclusion(policy, found[0], found[1], *share_left(found[0], found[1], seed))


def share_left(prior: Floats, posterior: Floats, seed: int) -> tuple[float | None, float, float]:
    """Share of the prior's variance that the posterior leaves, see `Conclusion`, and its interval.

    The posterior may be a little wider than the prior by chance; what is moved is then nothing.
    """
    generator = np.random.default_rng(seed)
    ratio = _spread(posterior) / _spread(prior)
    resampled = [
        _spread(_resampled(posterior, generator)) / _spread(_resampled(prior, generator))
        for _ in range(_RESAMPLES)
    ]
    low, high = np.minimum(np.quantile(resampled, _INTERVAL), 1.0).tolist()
    return (min(ratio, 1.0) if high - low <= _WIDEST else None), low, high


def _spread(sample: Floats) -> float:
    """Winsorised variance of a sample, above zero."""
    return float(max(np.clip(sample, *np.quantile(sample, _MIDDLE)).var(), np.finfo(float).tiny))


def _resampled(sample: Floats, generator: np.random.Generator) -> Floats:
    return np.asarray(sample[generator.integers(sample.size, size=sample.size)])
