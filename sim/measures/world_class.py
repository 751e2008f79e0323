"""Phase 12, every December: how near each complex is to a world-class innovation cluster (C4).

An index from 0 to 1 of scale, innovation, entrepreneurship and network against absolute
benchmarks.  Benchmarks, weights and their sources stand in `data/world_class.csv`; they
were fixed before any outcome was seen and are not to be fitted.  The mark is a convention:
the index says more than the number of complexes that reach it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import log

from ..ground.files import DATA

__all__ = ["WORLD_CLASS", "WORLD_CLASS_UNITS", "Criterion", "criteria", "measure_world_class"]

Floats = NDArray[np.float64]

# Two thirds of the way from an ordinary place to the best, on average of the four pillars, …
WORLD_CLASS = 2.0 / 3.0
# … and no less than half of it in scale, 0.03 % of the world's exports.  The mean alone
# would call a complex of seventy firms with lively start-ups a world-class cluster.
LEAST_SCALE = 0.5
SCALE = "scale"

WORLD_CLASS_UNITS: dict[str, str] = {
    "world_class_index": "index",
    "world_class_clusters": "clusters",
}
"""Index of each complex, for the region their mean; complexes that reach the mark and the scale."""


@dataclass(frozen=True)
class Criterion:
    """One part of the index.

    Attributes
    ----------
    measure : yearly measure that it looks at
    pillar : scale, innovation, entrepreneurship or network
    weight : share in the index
    low, high : values that score 0 and 1, in the measure's unit
    logarithm : whether the score rises with the logarithm of the measure
    """

    measure: str
    pillar: str
    weight: float
    low: float
    high: float
    logarithm: bool


@cache
def criteria() -> tuple[Criterion, ...]:
    """Parts of the index, from `data/world_class.csv`."""
    path = DATA / "world_class.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Criterion(
                row["measure"],
                row["pillar"],
                float(row["weight"]),
                float(row["low"]),
                float(row["high"]),
                row["scale"] == "logarithm",
            )
            for row in csv.DictReader(line for line in file if not line.startswith("#"))
        )


def measure_world_class(measures: Mapping[str, Floats]) -> dict[str, Floats]:
    """Score every complex.

    Parameters
    ----------
    measures : measure -> (1 + C,), the region first

    Returns
    -------
    measure -> (1 + C,), the region first, in the units of `WORLD_CLASS_UNITS`; NaN while
    something is not known of the whole region
    """
    parts = criteria()
    values = np.stack([measures[part.measure] for part in parts])
    if np.isnan(values[:, 0]).any():
        return {name: np.full(values.shape[1], np.nan) for name in WORLD_CLASS_UNITS}
    # What a single complex does not have (no firm that a survey would ask, say) scores nothing.
    score = scores(np.nan_to_num(values[:, 1:]), *_columns(parts))
    index = (np.array([[part.weight] for part in parts]) * score).sum(axis=0)
    large = (score[[part.pillar == SCALE for part in parts]] >= LEAST_SCALE).all(axis=0)
    reached = ((index >= WORLD_CLASS) & large).astype(np.float64)
    return {
        "world_class_index": np.concatenate([[index.mean()], index]),
        "world_class_clusters": np.concatenate([[reached.sum()], reached]),
    }


@cache
def _columns(parts: tuple[Criterion, ...]) -> tuple[Any, ...]:
    """Low, high and kind of scale of every part."""
    low, high = np.array([(part.low, part.high) for part in parts]).T.copy()
    return low, high, np.array([part.logarithm for part in parts])


@compiled
def scores(values: Floats, low: Floats, high: Floats, logarithm: NDArray[np.bool_]) -> Floats:
    """Score of every part in every complex, from 0 at `low` to 1 at `high`.

    Parameters
    ----------
    values : (P, C) in the units of the measures
    low, high, logarithm : (P,) of every part, see `Criterion`
    """
    result = np.empty(values.shape)
    for part in range(values.shape[0]):
        for c in range(values.shape[1]):
            value = min(max(values[part, c], low[part]), high[part])
            if logarithm[part]:
                result[part, c] = log(value / low[part]) / log(high[part] / low[part])
            else:
                result[part, c] = (value - low[part]) / (high[part] - low[part])
    return result
