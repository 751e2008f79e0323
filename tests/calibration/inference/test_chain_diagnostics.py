"""Mixing of chains: independent draws, autocorrelated ones, and two ways not to have mixed."""

from __future__ import annotations

import numpy as np
import pytest

from innocluster.calibration.inference.chain_diagnostics import (
    bulk_size,
    effective_size,
    rank_r_hat,
    tail_size,
)


def autoregressive(rho: float, seed: int, count: int = 4000, chains: int = 4) -> np.ndarray:
    shocks = np.random.default_rng(seed).standard_normal((count, chains))
    result = np.empty_like(shocks)
    result[0] = shocks[0]
    for i in range(1, count):
        result[i] = rho * result[i - 1] + (1 - rho**2) ** 0.5 * shocks[i]
    return result


def test_independent_draws_are_worth_their_number() -> None:
    draws = autoregressive(0.0, 1)
    assert effective_size(draws) == pytest.approx(16_000, rel=0.08)
    assert bulk_size(draws) == pytest.approx(16_000, rel=0.08)
    assert tail_size(draws) == pytest.approx(16_000, rel=0.1)
    assert rank_r_hat(draws) == pytest.approx(1.0, abs=0.002)


@pytest.mark.parametrize("rho", [0.5, 0.9, -0.5])
def test_size_of_autoregressive_chains(rho: float) -> None:
    # n (1 - ρ)/(1 + ρ); alternating chains are worth more than their number.
    sizes = [effective_size(autoregressive(rho, seed)) for seed in range(6)]
    assert np.mean(sizes) == pytest.approx(16_000 * (1 - rho) / (1 + rho), rel=0.08)


def test_chains_at_different_places_are_seen() -> None:
    draws = autoregressive(0.0, 3, 500)
    draws[:, 0] += 1.0
    # Normal quantiles have B/W of about a quarter of 0.19: R-hat 1.09.
    assert rank_r_hat(draws) > 1.05
    assert bulk_size(draws) < 100


def test_chains_of_different_width_are_seen_by_folding_only() -> None:
    draws = autoregressive(0.0, 4, 1000)
    draws[:, 0] *= 3.0
    assert rank_r_hat(draws) > 1.05


def test_a_chain_that_drifts_differs_from_itself() -> None:
    draws = autoregressive(0.0, 5, 1000, 1) + np.linspace(0.0, 2.0, 1000)[:, None]
    assert rank_r_hat(draws) > 1.05


def test_heavy_tails_do_not_matter() -> None:
    draws = np.random.default_rng(6).standard_cauchy((2000, 4))
    assert rank_r_hat(draws) < 1.01
    assert bulk_size(draws) > 6000


def test_what_does_not_move_or_is_no_number() -> None:
    assert effective_size(np.zeros((10, 2))) == 20.0
    assert np.isnan(effective_size(np.full((10, 2), np.nan)))
    assert rank_r_hat(np.zeros((10, 2))) == 1.0
