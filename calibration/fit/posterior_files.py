"""Draws of a fit as the posterior that other commands read, and as a tree that ArviZ opens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.store.files import write_aside

from ..targets import fitted_arrays, fitted_targets
from .fitting import Fit

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NETCDF", "POSTERIOR_FILE", "write_posterior", "write_tree"]

Floats = NDArray[np.float64]
_Variables = dict[str, tuple[tuple[str, ...], Floats]]
"""Names -> dimensions and values."""

POSTERIOR_FILE = "posterior.parquet"
NETCDF = "calibration.nc"

_CHAINS = 4
_MOST_CHAIN_DRAWS = 500


def write_posterior(folder: Path, draws: pd.DataFrame, manifest: Mapping[str, Any]) -> str:
    """Write draws and manifest as `innocluster.scenarios.statistics.posterior` reads them.

    Returns
    -------
    digest of the file of draws
    """
    path = folder / POSTERIOR_FILE
    draws.to_parquet(path, index=False, compression="zstd")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    lines = ["# Draws over parameters and forms, written by 'innocluster calibrate'."]
    lines += [f"{key} = {_toml(value)}" for key, value in {**manifest, "digest": digest}.items()]
    write_aside(path.with_suffix(".toml"), ("\n".join(lines) + "\n").encode())
    return digest


def _toml(value: object) -> str:
    """A text, number, truth value or list of texts in TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    # JSON's escapes are TOML's.
    return json.dumps(str(value), ensure_ascii=False)


def write_tree(folder: Path, fit: Fit) -> bool:
    """Write `NETCDF`, where the package for it is there.

    Without xarray, which takes twice as long for the same file.

    Returns
    -------
    whether it was written
    """
    if find_spec("h5netcdf") is None:
        return False
    import h5netcdf

    with h5netcdf.File(folder / NETCDF, "w") as file:
        for name, variables in _groups(fit).items():
            group = file.create_group(name)
            for variable, (dimensions, values) in variables.items():
                for dimension, size in zip(dimensions, values.shape, strict=True):
                    if dimension not in group.dimensions:
                        group.dimensions[dimension] = size
                group.create_variable(variable, dimensions, data=values)
    return True


def _groups(fit: Fit) -> dict[str, _Variables]:
    """The fitted parameters in the groups that ArviZ expects.

    Chains are the walkers of the sampler, thinned; where draws were only reweighted they are
    shuffled into four.  `log_prior` is that of the scores, in which the prior is normal.
    """
    scores = _chains(fit)
    flat = scores.reshape(-1, scores.shape[-1])
    shape = scores.shape[:2]
    values = fit.posterior.priors.values(flat)
    targets = fitted_targets(fit.plan.targets)
    columns, observed, known = fitted_arrays(targets, fit.plan.names)
    predicted = fit.posterior.predict(flat)
    variance = predicted.noise + predicted.error + known
    pointwise = (
        fit.posterior.tempering
        * -0.5
        * ((observed - predicted.mean) ** 2 / variance + np.log(2.0 * np.pi * variance))
    )
    fresh = fit.fresh[np.isfinite(fit.fresh[:, columns]).all(axis=1)][:, columns]
    prior = np.random.default_rng(fit.plan.seed).standard_normal((1000, len(fit.names)))
    density = fit.posterior.log_density(flat).reshape(shape)
    return {
        "posterior": _dataset(fit.names, values, shape),
        "prior": _dataset(fit.names, fit.posterior.priors.values(prior), (1, prior.shape[0])),
        "posterior_predictive": _dataset(_plain(targets), fresh, (1, fresh.shape[0])),
        "observed_data": {n: ((), v) for n, v in zip(_plain(targets), observed, strict=True)},
        "sample_stats": {"lp": (("chain", "draw"), density)},
        "log_likelihood": _dataset(_plain(targets), pointwise, shape),
        "log_prior": _dataset(fit.names, -0.5 * (flat**2 + np.log(2.0 * np.pi)), shape),
    }


def _chains(fit: Fit) -> Floats:
    """Scores (chains, draws, parameters)."""
    if fit.draws.chain is not None:
        every = fit.draws.chain.scores
        step = max(1, every.shape[0] // _MOST_CHAIN_DRAWS)
        return np.asarray(every[::step].transpose(1, 0, 2))
    order = np.random.default_rng(fit.plan.seed).permutation(fit.draws.scores.shape[0])
    length = order.size // _CHAINS
    return fit.draws.scores[order[: length * _CHAINS]].reshape(_CHAINS, length, -1)


def _plain(targets: list[Any]) -> list[str]:
    """Names without the colon, which paths of groups may not have."""
    return [target.name.replace(":", "@") for target in targets]


def _dataset(names: Iterable[str], values: Floats, shape: tuple[int, int]) -> _Variables:
    """A variable for each column of `values`, by chain and draw."""
    columns = zip(names, values.T, strict=True)
    return {name: (("chain", "draw"), column.reshape(shape)) for name, column in columns}
