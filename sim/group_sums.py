"""Sums over firms by group in row order, for the yearly measures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled

__all__ = ["add_by_group"]

Floats = NDArray[np.float64]


@compiled
def add_by_group(
    counts: NDArray[np.bool_], group: NDArray[np.int16], columns: Floats, sums: Floats
) -> None:
    """Add several columns of some rows to sums by group.

    Parameters
    ----------
    counts : (n,) rows that count
    group : (n,) group of each row
    columns : (k, n)
    sums : (k, groups), added to
    """
    # Row by row: sums of one column wait for one another, those of several do not.
    for i in range(counts.size):
        if counts[i]:
            for k in range(columns.shape[0]):
                sums[k, group[i]] += columns[k, i]
