"""A linear model whose posterior is known in closed form, and an emulator of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.calibration.inference.emulator import Emulator, fit_emulator
from innocluster.calibration.inference.likelihood import Posterior
from innocluster.calibration.inference.priors import Priors

Floats = NDArray[np.float64]

NOISE = 0.2
KNOWN = 0.1**2


def priors(count: int) -> Priors:
    """Symmetric priors over -1 … 1."""
    names = tuple("abcdefghij"[:count])
    return Priors(names, -np.ones(count), np.zeros(count), np.ones(count))


def runs(points: Floats, slopes: Floats, seed: int) -> Floats:
    """Summaries (n, summaries) = points · slopes + noise."""
    noise = np.random.default_rng(seed).standard_normal((points.shape[0], slopes.shape[1]))
    return np.asarray(points @ slopes + NOISE * noise)


def emulator(slopes: Floats, count: int = 400, seed: int = 0) -> tuple[Priors, Emulator]:
    """Fitted on points of the prior."""
    own = priors(slopes.shape[0])
    points = own.values(np.random.default_rng(seed).standard_normal((count, slopes.shape[0])))
    return own, fit_emulator(points, runs(points, slopes, seed + 1), seed)


def posterior(slopes: Floats, observed: Floats, seed: int = 0) -> Posterior:
    """Posterior of all summaries."""
    own, fitted = emulator(slopes, seed=seed)
    columns = np.arange(slopes.shape[1])
    return Posterior(own, fitted, columns, observed, np.full(columns.size, KNOWN))
