"""What the posterior is beside the prior, and how it meets the figures that it was fitted to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.runs.indicators import FIRST_YEAR, indicator_list
from innocluster.scenarios.statistics.draws import joint_draws
from innocluster.scenarios.statistics.posterior import Posterior
from innocluster.sim.ground.forms import RULES

from ..targets import CalibrationTarget

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["UNKNOWN", "fit_table", "marginal_table"]

Floats = NDArray[np.float64]

UNKNOWN = 0.25
"""Contraction below which a parameter is as good as unknown."""

_PRIOR_DRAWS = 4096


def fit_table(
    tables: Mapping[str, Floats],
    keys: Sequence[str],
    targets: Sequence[CalibrationTarget],
    last_year: int,
) -> pd.DataFrame:
    """Figures of the region that were fitted, beside what fresh runs of the posterior give.

    Parameters
    ----------
    tables : measure -> (worlds, years, 1 + complexes)
    keys : ``"all"`` and the complexes
    targets : figures; those that were fitted are shown
    last_year : last full year

    Returns
    -------
    indicator, complex, unit, observed, uncertainty, median and 90 % interval, distance (of the
    mean in standard deviations of figure, discrepancy and worlds together), meets
    """
    import pandas as pd

    indicators = {one.name: one for one in indicator_list(last_year)}
    rows = []
    for target in targets:
        name, _, place = target.name.partition(":")
        key = place or keys[0]
        if target.role != "fit" or name not in indicators or key not in keys:
            continue
        one = indicators[name]
        years = slice(one.first - FIRST_YEAR, one.last - FIRST_YEAR + 1)
        values = tables[one.measure][:, years, keys.index(key)].sum(axis=1)
        low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
        known = np.nan_to_num(target.uncertainty) ** 2 + np.nan_to_num(target.discrepancy) ** 2
        spread = float(np.sqrt(known + values.var(ddof=1)))
        distance = (float(values.mean()) - target.value) / spread if spread > 0.0 else np.nan
        rows.append(
            (
                name, key, target.unit, target.value, target.uncertainty, float(median),
                float(low), float(high), distance, bool(abs(distance) <= 2.0),
            )
        )  # fmt: skip
    columns = [
        "indicator", "complex", "unit", "observed", "uncertainty", "median", "low", "high",
        "distance", "meets",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def marginal_table(posterior: Posterior, seed: int) -> pd.DataFrame:
    """Median and 90 % interval of every parameter before and after, and its contraction.

    Parameters
    ----------
    posterior : draws of parameters and forms
    seed : of the draws of the prior

    Returns
    -------
    name, form (empty for a parameter), prior and posterior (median of a parameter, share of
    a form), their 90 % intervals, contraction 1 - Var(posterior)/Var(prior)
    """
    import pandas as pd

    prior = joint_draws(seed)
    before = np.array([list(prior(r).values()) for r in range(_PRIOR_DRAWS)])
    first = dict(zip(prior.names, before.T, strict=True))
    after = dict(zip(posterior.names, posterior.values.T, strict=True))
    weights = posterior.weights
    rows: list[tuple[object, ...]] = []
    for name in posterior.names:
        if name not in first:
            continue
        if name in RULES:
            for number, form in enumerate(RULES[name].forms):
                shares = [
                    float((first[name] == number).mean()),
                    float(weights[after[name] == number].sum()),
                ]
                rows.append((name, form, *shares, *[np.nan] * 5))
            continue
        ends = [np.quantile(first[name], [0.05, 0.5, 0.95]), _quantiles(after[name], weights)]
        mean = float(weights @ after[name])
        variance = float(weights @ (after[name] - mean) ** 2)
        known = first[name].var()
        rows.append(
            (
                name, "", ends[0][1], ends[1][1], ends[0][0], ends[0][2], ends[1][0], ends[1][2],
                1.0 - variance / known if known > 0.0 else np.nan,
            )
        )  # fmt: skip
    columns = [
        "name", "form", "prior", "posterior", "prior_low", "prior_high", "low", "high",
        "contraction",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _quantiles(values: Floats, weights: Floats) -> Floats:
    """5, 50 and 95 % quantiles of weighted draws."""
    order = np.argsort(values)
    ends = np.cumsum(weights[order])
    places = np.searchsorted(ends, np.array([0.05, 0.5, 0.95]) * ends[-1])
    found: Floats = values[order][np.minimum(places, values.size - 1)]
    return found
