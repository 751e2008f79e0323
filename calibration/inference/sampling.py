"""Draws of a posterior: a chain until it has mixed, then importance sampling for every change.

The chain is the ensemble sampler of emcee (Foreman-Mackey et al. 2013, PASP 125, 306) with
differential-evolution moves (ter Braak 2006) four times in five and snooker moves (ter Braak
and Vrugt 2008) else. Its draws fix a t-density, from which a posterior whose targets have
moved a little is drawn anew in a second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .chain_diagnostics import bulk_size, rank_r_hat, tail_size
from .importance import HIGHEST_SHAPE, WeightedDraws, importance_draws
from .likelihood import Fit, Posterior

__all__ = ["Chain", "Draws", "draw_directly", "draw_posterior", "redraw", "run_chain"]

Floats = NDArray[np.float64]

LARGEST_R_HAT = 1.01
FEWEST_INDEPENDENT = 400.0
FEWEST_DRAWS = 2000

_WALKERS = 64
_LOOK = 500
_BURNED = 3  # one part in so many
_ROUNDS = 3
_DIMENSIONS_A_STEP = 10


@dataclass(frozen=True)
class Chain:
    """A sampled density.

    Attributes
    ----------
    scores : kept draws (draws, walkers, parameters)
    r_hat, bulk, tail : worst R-hat and effective sizes over the parameters
    accepted : share of proposals
    """

    scores: Floats
    r_hat: float
    bulk: float
    tail: float
    accepted: float

    @property
    def mixed(self) -> bool:
        """R-hat at most 1.01, and at least 400 independent draws of centre and tails."""
        return self.r_hat <= LARGEST_R_HAT and min(self.bulk, self.tail) >= FEWEST_INDEPENDENT

    @property
    def flat(self) -> Floats:
        """All draws (n, parameters)."""
        return self.scores.reshape(-1, self.scores.shape[-1])


@dataclass(frozen=True)
class Draws:
    """Draws of equal weight, and what they were drawn by.

    Attributes
    ----------
    scores : (draws, parameters)
    values : the parameters
    weighted : the importance sample they come from; None where the chain's own draws stand
    chain : None where it was not needed
    mean, covariance : of the posterior in scores, from which another may be drawn
    """

    scores: Floats
    values: Floats
    weighted: WeightedDraws | None
    chain: Chain | None
    mean: Floats
    covariance: Floats


def run_chain(
    log_density: Callable[[Floats], Floats],
    fit: Fit,
    seed: int = 0,
    most_steps: int = 40_000,
    walkers: int = _WALKERS,
) -> Chain:
    """Sample a density until the chain has mixed or `most_steps` are taken.

    In many dimensions neighbouring steps are almost the same: there every few are kept.

    Parameters
    ----------
    log_density : of scores (n, parameters)
    fit : where the walkers start
    seed : of walkers and moves
    walkers : at least twice the parameters; even
    """
    import emcee

    dimensions = fit.scores.size
    walkers = max(walkers, 2 * dimensions + 2)
    thinned = max(1, dimensions // _DIMENSIONS_A_STEP)
    generator = np.random.default_rng(seed)
    start = generator.multivariate_normal(fit.scores, fit.covariance, walkers, method="cholesky")
    outside = ~np.isfinite(log_density(start))
    start[outside] = fit.scores + 1e-3 * generator.standard_normal((int(outside.sum()), dimensions))
    moves = [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)]
    sampler: Any = emcee.EnsembleSampler(
        walkers, dimensions, log_density, moves=moves, vectorize=True
    )
    sampler.random_state = np.random.RandomState(seed).get_state()
    state: Any = start
    chain = Chain(np.zeros((0, walkers, dimensions)), np.inf, 0.0, 0.0, 0.0)
    look = _LOOK
    while sampler.iteration * thinned < most_steps:
        state = sampler.run_mcmc(state, look, thin_by=thinned)
        kept = sampler.get_chain()[sampler.iteration // _BURNED :]
        columns = [kept[:, :, j] for j in range(dimensions)]
        chain = Chain(
            kept,
            max(rank_r_hat(column) for column in columns),
            min(bulk_size(column) for column in columns),
            min(tail_size(column) for column in columns),
            float(sampler.acceptance_fraction.mean()),
        )
        if chain.mixed:
            break
        look = max(_LOOK, sampler.iteration // 2)
    return chain


def draw_posterior(posterior: Posterior, starts: Floats, seed: int = 0, count: int = 8000) -> Draws:
    """A chain, and importance draws from the t-density of its moments.

    Parameters
    ----------
    posterior : what to sample
    starts : scores from the best of which the highest density is climbed to
    count : importance draws
    """
    chain = run_chain(posterior.log_density, posterior.fit(starts), seed)
    mean, covariance = chain.flat.mean(axis=0), np.atleast_2d(np.cov(chain.flat, rowvar=False))
    return _from_moments(posterior, mean, covariance, count, 1, seed, chain)


def draw_directly(
    posterior: Posterior, starts: Floats, seed: int = 0, count: int = 8000
) -> Draws | None:
    """Importance draws without a chain, from the normal approximation in three rounds.

    Returns
    -------
    Draws or None
        None where Pareto k says that the draws cannot be trusted.
    """
    fit = posterior.fit(starts)
    draws = _from_moments(posterior, fit.scores, fit.covariance, count, _ROUNDS, seed, None)
    assert draws.weighted is not None
    return draws if draws.weighted.shape <= HIGHEST_SHAPE else None


def redraw(posterior: Posterior, before: Draws, seed: int = 0, count: int = 8000) -> Draws:
    """Draws after targets, discrepancies or tempering have changed; no run, and mostly no chain.

    Importance sampling from the moments of the draws before, which know what a normal
    approximation does not: forms of rules, and where earlier waves cut. If that fails, from the
    new mode, and then by a chain.

    Parameters
    ----------
    posterior : the changed one
    before : draws of the unchanged one
    """
    near = _from_near(posterior, before, seed, count)
    if near is not None:
        return near
    starts = np.concatenate([before.mean[None, :], before.scores[:500]])
    direct = draw_directly(posterior, starts, seed, count)
    return draw_posterior(posterior, starts, seed, count) if direct is None else direct


def _from_near(posterior: Posterior, before: Draws, seed: int, count: int) -> Draws | None:
    """Importance draws from the moments of other draws; None where they cannot be trusted."""
    try:
        near = _from_moments(posterior, before.mean, before.covariance, count, _ROUNDS, seed, None)
    except ValueError:
        return None
    assert near.weighted is not None
    return near if near.weighted.shape <= HIGHEST_SHAPE else None


def _from_moments(
    posterior: Posterior,
    mean: Floats,
    covariance: Floats,
    count: int,
    rounds: int,
    seed: int,
    chain: Chain | None,
) -> Draws:
    """Importance draws; the chain's own where there is one and the weights cannot be trusted."""
    weighted = importance_draws(posterior.log_density, mean, covariance, count, rounds, seed)
    wanted = max(FEWEST_DRAWS, count // 2)
    if chain is not None and weighted.shape > HIGHEST_SHAPE:
        rows = np.random.default_rng(seed).permutation(chain.flat.shape[0])[:wanted]
        scores = chain.flat[np.sort(rows)]
        return Draws(scores, posterior.priors.values(scores), None, chain, mean, covariance)
    scores = weighted.resampled(wanted, seed)
    return Draws(
        scores, posterior.priors.values(scores), weighted, chain, weighted.mean,
        weighted.covariance,
    )  # fmt: skip
