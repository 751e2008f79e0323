"""The posterior of a linear model against its closed form; a chain, a redraw, and bad input."""

from __future__ import annotations

import time
from dataclasses import replace

import linear_calibration as linear
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from innocluster.calibration.inference.likelihood import gaussian_density, implausibility
from innocluster.calibration.inference.sampling import draw_directly, draw_posterior, redraw

SLOPES = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, -1.0]])
OBSERVED = np.array([0.3, 0.1, 0.2])


def exact(observed: np.ndarray, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the parameters by 400,000 weighted draws of the prior."""
    own = linear.priors(2)
    values = own.values(np.random.default_rng(seed).standard_normal((400_000, 2)))
    away = observed - values @ SLOPES
    logs = -0.5 * (away**2).sum(axis=1) / (linear.NOISE**2 + linear.KNOWN)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    mean = weights @ values
    return mean, np.sqrt(weights @ (values - mean) ** 2)


@pytest.fixture(scope="module")
def posterior() -> linear.Posterior:
    return linear.posterior(SLOPES, OBSERVED)


def test_density_is_the_normal_one() -> None:
    generator = np.random.default_rng(2)
    factors = generator.standard_normal((4, 3, 3))
    covariances = factors @ factors.transpose(0, 2, 1) + np.eye(3)
    away = generator.standard_normal((4, 3))
    wanted = [
        multivariate_normal(np.zeros(3), c).logpdf(a)
        for a, c in zip(away, covariances, strict=True)
    ]
    assert gaussian_density(away, covariances) == pytest.approx(
        np.array(wanted) + 1.5 * np.log(2.0 * np.pi)
    )


def test_variances_add(posterior: linear.Posterior) -> None:
    predicted = posterior.predict(np.zeros((1, 2)))
    covariance = posterior.covariances(predicted)[0]
    wanted = predicted.noise[0] + predicted.error[0] + linear.KNOWN
    assert np.diag(covariance) == pytest.approx(wanted)
    off = posterior.correlation[0, 1] * np.sqrt(predicted.noise[0, 0] * predicted.noise[0, 1])
    assert covariance[0, 1] == pytest.approx(off)
    assert predicted.noise[0] == pytest.approx(np.full(3, linear.NOISE**2), rel=0.25)


def test_tempering_is_a_power(posterior: linear.Posterior) -> None:
    scores = np.array([[0.1, -0.3]])
    half = replace(posterior, tempering=0.5)
    assert half.log_likelihood(scores) == pytest.approx(0.5 * posterior.log_likelihood(scores))
    assert half.information(scores[0]) == pytest.approx(0.5 * posterior.information(scores[0]))
    # Half the likelihood is half the runs: the prior's share of the width grows.
    assert np.trace(half.fit(scores).covariance) > np.trace(posterior.fit(scores).covariance)


def test_support_cuts_the_prior(posterior: linear.Posterior) -> None:
    scores = np.array([[0.3, 0.0], [-4.0, 4.0]])
    assert implausibility(posterior, scores)[1] > 3.0
    cut = replace(posterior, support=(posterior,))
    assert np.isfinite(cut.log_density(scores)).tolist() == [True, False]
    assert np.isfinite(posterior.log_density(np.array([[7.0, 0.0]]))).tolist() == [False]


def test_chain_finds_the_posterior(posterior: linear.Posterior) -> None:
    pytest.importorskip("emcee")
    draws = draw_posterior(posterior, np.zeros((1, 2)), seed=3)
    assert draws.chain is not None
    assert draws.chain.mixed
    assert draws.chain.r_hat <= 1.01
    assert min(draws.chain.bulk, draws.chain.tail) >= 400
    assert draws.weighted is not None
    assert draws.weighted.shape < 0.7
    mean, spread = exact(OBSERVED)
    assert draws.values.mean(axis=0) == pytest.approx(mean, abs=0.03)
    assert draws.values.std(axis=0) == pytest.approx(spread, rel=0.15)
    # The same seed, the same draws.
    again = draw_posterior(posterior, np.zeros((1, 2)), seed=3)
    assert np.array_equal(draws.scores, again.scores)


def test_moved_target_needs_no_chain(posterior: linear.Posterior) -> None:
    before = draw_directly(posterior, np.zeros((1, 2)))
    assert before is not None
    moved = OBSERVED + np.array([0.3, 0.2, -0.2])
    started = time.process_time()
    after = redraw(posterior.moved(observed=moved), before)
    assert time.process_time() - started <= 2.0
    assert after.chain is None
    mean, spread = exact(moved)
    assert after.values.mean(axis=0) == pytest.approx(mean, abs=0.04)
    assert after.values.std(axis=0) == pytest.approx(spread, rel=0.15)
    assert len(after.values) >= 2000


@pytest.mark.parametrize(("figure", "variance"), [(np.nan, 1.0), (1.0, 0.0)])
def test_a_target_needs_a_figure_and_an_uncertainty(
    posterior: linear.Posterior, figure: float, variance: float
) -> None:
    with pytest.raises(ValueError, match="above zero"):
        posterior.moved(np.full(3, figure), np.full(3, variance))
