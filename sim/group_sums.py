"""Sums over firms by group in row order, for the yearly measures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled

__all__ = ["sum_by_group"]

Floats = NDArray[np.float64]


@compiled
def sum_by_group(
    rows: NDArray[np.int64], group: NDArray[np.int16], groups: int, weight: Floats, columns: Floats
) -> Floats:
    """Weighted sums of several columns over some rows.

    Parameters
    ----------
    rows : rows that count, in their order
    group : (n,) group of each row, 0 … `groups` - 1
    weight : (n,)
    columns : (k, n)

    Returns
    -------
    (k, groups)
    """
    sums = np.zeros((groups, columns.shape[0]))
    # Row by row: sums of one column wait for one another, those of several do not.
    for i in rows:
        for k in range(columns.shape[0]):
            sums[group[i], k] += weight[i] * columns[k, i]
    return sums.T
