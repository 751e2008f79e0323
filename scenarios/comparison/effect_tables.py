"""Tables of outcomes and effects by indicator, year, complex and contrast.

Each outcome is one family of simultaneous intervals: over all contrasts for the
region, and over all contrasts and complexes for the complexes.  Tables are built
from whole arrays, since rows multiply: arms × indicators × years × complexes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..runs.indicators import FIRST_YEAR, PROGRAMME_YEAR, UNITS, Indicator
from ..statistics.intervals import pairing_gain, simultaneous_intervals, verdicts
from .worlds import Worlds, effects

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["effect_frame", "outcome_frame", "world_frame", "yearly_frame"]

_QUANTILES = (0.1, 0.5, 0.9)

Floats = NDArray[np.float64]


def effect_frame(worlds: Worlds, indicators: Sequence[Indicator]) -> pd.DataFrame:
    """Paired effects by indicator, contrast and complex, with intervals and verdicts."""
    import pandas as pd

    chosen = [indicator for indicator in indicators if indicator.first >= PROGRAMME_YEAR]
    contrasts, keys = worlds.contrasts, worlds.keys
    shape = (len(chosen), len(contrasts), len(keys))
    bounds, gains, untreated = np.empty((3, *shape)), np.empty(shape), np.empty(shape)
    for i, indicator in enumerate(chosen):
        values = {p: worlds.values(p, indicator) for p in worlds.policies}
        for columns in (slice(0, 1), slice(1, None)):
            found = effects(worlds, indicator, columns)
            block = bounds[:, i, :, columns]
            block[...] = np.stack([found.mean, found.low, found.high]).reshape(block.shape)
        reference = np.stack([values[b] for _, b in contrasts], axis=1)
        treated = np.stack([values[p] for p, _ in contrasts], axis=1)
        gains[i] = pairing_gain(reference, treated)
        untreated[i] = reference.mean(axis=0)
    percent = np.divide(100.0, untreated, out=np.full(shape, np.nan), where=untreated != 0.0)
    columns_ = _repeated(
        shape,
        policy=(1, [p for p, _ in contrasts]),
        baseline=(1, [b for _, b in contrasts]),
        indicator=(0, [indicator.name for indicator in chosen]),
        complex=(2, keys),
        unit=(0, [indicator.unit for indicator in chosen]),
    )
    mean, low, high = bounds
    numbers = {
        "mean": mean,
        "low": low,
        "high": high,
        "relative_mean": mean * percent,
        "relative_low": low * percent,
        "relative_high": high * percent,
    }
    return pd.DataFrame(
        {
            **columns_,
            **{name: values_.ravel() for name, values_ in numbers.items()},
            "pairs": worlds.complete,
            "pairing_gain": gains.ravel(),
            "verdict": verdicts(low, high).ravel(),
        }
    )


def world_frame(worlds: Worlds, indicators: Sequence[Indicator]) -> pd.DataFrame:
    """Every indicator of the region, a run a row."""
    import pandas as pd

    count, arms = worlds.complete, worlds.policies
    columns = {
        indicator.name: np.stack([worlds.values(p, indicator)[:, 0] for p in arms], axis=1).ravel()
        for indicator in indicators
    }
    keys = {"world": np.repeat(worlds.numbers, len(arms)), "policy": list(arms) * count}
    return pd.DataFrame({**keys, **columns})


def outcome_frame(worlds: Worlds, indicators: Sequence[Indicator]) -> pd.DataFrame:
    """Median and 10-90 % prediction interval by indicator, policy and complex."""
    import pandas as pd

    shape = (len(indicators), len(worlds.policies), len(worlds.keys))
    found = np.empty((3, *shape))
    for i, indicator in enumerate(indicators):
        values = np.stack([worlds.values(p, indicator) for p in worlds.policies], axis=1)
        found[:, i] = np.quantile(values, _QUANTILES, axis=0)
    low, median, high = (bound.ravel() for bound in found)
    columns = _repeated(
        shape,
        policy=(1, worlds.policies),
        indicator=(0, [indicator.name for indicator in indicators]),
        complex=(2, worlds.keys),
        unit=(0, [indicator.unit for indicator in indicators]),
    )
    return pd.DataFrame({**columns, "median": median, "p10": low, "p90": high})


def yearly_frame(worlds: Worlds) -> pd.DataFrame:
    """Outcomes by year, and effects against the first policy, by itself no programme.

    The intervals hold together over the years as well.  Measures that a complex does not have
    (a region's network, say) have no rows for it.
    """
    import pandas as pd

    first = worlds.yearly[worlds.policies[0]]
    measures = [name for name in UNITS if name in first]
    years = first["revenue"].shape[1]
    shape = (len(measures), len(worlds.policies), years, len(worlds.keys))
    quantiles, bounds = np.empty((3, *shape)), np.zeros((3, *shape))
    for m, measure in enumerate(measures):
        values = np.stack([worlds.yearly[p][measure] for p in worlds.policies], axis=1)
        quantiles[:, m] = np.quantile(values, _QUANTILES, axis=0)
        differences = (values[:, 1:] - values[:, :1])[:, :, PROGRAMME_YEAR - FIRST_YEAR :]
        for columns in (slice(0, 1), slice(1, None)):
            block = bounds[:, m, 1:, PROGRAMME_YEAR - FIRST_YEAR :, columns]
            found = simultaneous_intervals(differences[..., columns].reshape(worlds.complete, -1))
            block[...] = np.stack([found.mean, found.low, found.high]).reshape(block.shape)
    low, median, high = quantiles
    numbers = {
        "median": median,
        "p10": low,
        "p90": high,
        "effect_mean": bounds[0],
        "effect_low": bounds[1],
        "effect_high": bounds[2],
    }
    columns_ = _repeated(
        shape,
        policy=(1, worlds.policies),
        year=(2, range(FIRST_YEAR, FIRST_YEAR + years)),
        indicator=(0, measures),
        complex=(3, worlds.keys),
        unit=(0, [UNITS[name] for name in measures]),
    )
    table = pd.DataFrame({**columns_, **{k: values_.ravel() for k, values_ in numbers.items()}})
    return table[~np.isnan(median.ravel())].reset_index(drop=True)


def _repeated(shape: tuple[int, ...], **columns: tuple[int, Sequence[Any]]) -> dict[str, Any]:
    """Columns of labels for values of a shape: each label repeats along the other axes."""
    result = {}
    for name, (axis, labels) in columns.items():
        places = np.arange(shape[axis]).reshape([-1 if a == axis else 1 for a in range(len(shape))])
        result[name] = np.array(labels)[np.broadcast_to(places, shape).ravel()]
    return result
