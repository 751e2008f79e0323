"""Whether chains have mixed: rank-normalised R-hat and effective sample sizes.

A. Vehtari, A. Gelman, D. Simpson, B. Carpenter and P.-C. Bürkner (2021), "Rank-normalization,
folding, and localization: an improved R-hat for assessing convergence of MCMC", Bayesian
Analysis 16(2), 667-718. Draws are (draws, chains) for one parameter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["bulk_size", "effective_size", "rank_r_hat", "tail_size"]

Floats = NDArray[np.float64]


def rank_r_hat(draws: Floats) -> float:
    """Larger R-hat of the ranks and of the ranks of the distance from the median.

    The first sees chains at different places, the second chains of different width.
    """
    split = _split(draws)
    folded = np.abs(split - np.median(split))
    return max(_r_hat(_normal_ranks(split)), _r_hat(_normal_ranks(folded)))


def bulk_size(draws: Floats) -> float:
    """Independent draws that the centre of the distribution is worth."""
    return effective_size(_normal_ranks(_split(draws)))


def tail_size(draws: Floats) -> float:
    """Independent draws that the 5 and the 95 % quantile are worth, the smaller."""
    split = _split(draws)
    sizes = [
        effective_size((split <= np.quantile(split, share)).astype(np.float64))
        for share in (0.05, 0.95)
    ]
    return min(sizes)


def effective_size(chains: Floats) -> float:
    """Draws over the autocorrelation time, by Geyer's initial monotone sequence.

    Parameters
    ----------
    chains : (draws, chains), at least four draws

    Returns
    -------
    float
        At most the number of draws times its logarithm to base ten; ``nan`` where a draw is
        not finite; the number of draws where nothing varies.
    """
    count, width = chains.shape
    if not np.isfinite(chains).all():
        return float("nan")
    if np.ptp(chains) == 0.0:
        return float(count * width)
    covariance = _autocovariance(chains)
    within = float(covariance[0].mean()) * count / (count - 1.0)
    variance = within * (count - 1.0) / count
    if width > 1:
        variance += float(chains.mean(axis=0).var(ddof=1))
    correlation = 1.0 - (within - covariance.mean(axis=1) * count / (count - 1.0)) / variance
    correlation[0] = 1.0
    pairs = correlation[: count // 2 * 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs <= 0.0)
    end = int(negative[0]) if negative.size else pairs.size
    positive = np.minimum.accumulate(pairs[:end]) if end else np.zeros(0)
    time = -1.0 + 2.0 * float(positive.sum())
    # The odd term after the last pair lessens the variance of chains that alternate.
    if end < pairs.size and correlation[2 * end] > 0.0:
        time += float(correlation[2 * end])
    time = max(time, 1.0 / np.log10(count * width))
    return float(count * width / time)


def _split(draws: Floats) -> Floats:
    """Halves of each chain as chains of their own."""
    half = draws.shape[0] // 2
    return np.concatenate([draws[:half], draws[-half:]], axis=1)


def _normal_ranks(draws: Floats) -> Floats:
    """Normal scores of the ranks over all chains."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    ranks = rankdata(draws, axis=None).reshape(draws.shape)
    scores: Floats = ndtri((ranks - 0.375) / (draws.size + 0.25))
    return scores


def _r_hat(chains: Floats) -> float:
    """Root of the variance over all chains over that within them."""
    count = chains.shape[0]
    within = float(chains.var(axis=0, ddof=1).mean())
    between = float(chains.mean(axis=0).var(ddof=1))
    if within == 0.0:
        return 1.0 if between == 0.0 else float("inf")
    return float(np.sqrt((count - 1.0) / count + between / within))


def _autocovariance(chains: Floats) -> Floats:
    """Autocovariance of each chain at every lag, (draws, chains), divided by the draws."""
    from scipy.fft import irfft, next_fast_len, rfft

    count = chains.shape[0]
    centred = chains - chains.mean(axis=0)
    length = next_fast_len(2 * count, real=True)
    transformed = rfft(centred, n=length, axis=0)
    product = irfft(np.abs(transformed) ** 2, n=length, axis=0)[:count]
    return np.asarray(product / count)
