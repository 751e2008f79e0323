"""What is run: every draw's world, parameters and forms, decided by the draw alone.

Parameters that are not fitted, and forms, are drawn for every run anew, so that what the fit
calls noise holds all that is not known of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.runs.inputs import Inputs
from innocluster.scenarios.statistics.draws import SWEPT, sobol_points

from ..inference.priors import Priors
from ..inference.screening import screening_points
from .draw_runs import DrawJob

__all__ = ["WORLDS", "fresh_jobs", "jobs_of", "screening_jobs", "shipped_draws"]

Floats = NDArray[np.float64]

WORLDS = 1_000_000
"""Numbers of worlds that runs take."""


def screening_jobs(inputs: Inputs, priors: Priors, world: int) -> list[DrawJob]:
    """All points of the screening in one world; what the scenario sets is not moved."""
    points = screening_points(priors)
    return [DrawJob(world, _named(inputs, priors.names, point)) for point in points]


def jobs_of(
    inputs: Inputs, priors: Priors, fitted: Sequence[int], points: Floats, seed: int
) -> list[DrawJob]:
    """Runs at these values of the fitted parameters (n, fitted)."""
    scores = [_generator(point, seed).standard_normal(len(priors.names)) for point in points]
    values = priors.values(np.stack(scores))
    values[:, list(fitted)] = points
    return [
        DrawJob(_world(point, seed), _named(inputs, priors.names, row))
        for point, row in zip(points, values, strict=True)
    ]


def shipped_draws(priors: Priors, fitted: Sequence[int], points: Floats, seed: int) -> Floats:
    """All parameters and forms (n, parameters): the fitted ones as given, the others drawn.

    The others are spread as evenly as a Sobol sample is.
    """
    from scipy.special import ndtri

    sample = sobol_points(points.shape[0], len(priors.names), f"calibrated:{seed}")
    values = priors.values(ndtri(np.clip(sample[: points.shape[0]], 1e-9, 1.0 - 1e-9)))
    values[:, list(fitted)] = points
    return values


def fresh_jobs(inputs: Inputs, priors: Priors, values: Floats, seed: int) -> list[DrawJob]:
    """Runs at whole draws (n, parameters)."""
    return [DrawJob(_world(row, seed), _named(inputs, priors.names, row)) for row in values]


def _world(point: Floats, seed: int) -> int:
    return int(_generator(point, seed, b"world").integers(WORLDS))


def _generator(point: Floats, seed: int, purpose: bytes = b"") -> np.random.Generator:
    """Random numbers that the values of a draw decide."""
    content = purpose + str(seed).encode() + np.ascontiguousarray(point).tobytes()
    return np.random.default_rng(int.from_bytes(hashlib.sha256(content).digest()[:16], "big"))


def _named(inputs: Inputs, names: Sequence[str], values: Floats) -> dict[str, float]:
    """By name; what the scenario sets, and what every comparison sweeps, stays as it is."""
    scenario = inputs.scenario
    fixed = {*scenario.parameters, *scenario.forms, *SWEPT}
    return {n: v for n, v in zip(names, values.tolist(), strict=True) if n not in fixed}
