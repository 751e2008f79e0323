"""Rows of a table piece by piece, sums over them by group in row order, and shares."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled

__all__ = ["CACHED_ROWS", "add_by_group", "percent", "row_blocks"]

Floats = NDArray[np.float64]

BLOCK = 1 << 14

CACHED_ROWS = 1024
"""Rows that a compiled function takes at a time: some ten of its columns fit in a core's cache."""


def row_blocks(count: int) -> Iterator[slice]:
    """Rows 0 … `count` - 1 in pieces whose intermediate values fit in the cache."""
    for start in range(0, count, BLOCK):
        yield slice(start, min(start + BLOCK, count))


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


def percent(part: NDArray[np.number], whole: NDArray[np.number]) -> Floats:
    """100 part / whole, NaN where there is nothing to take a share of.

    Parameters
    ----------
    part, whole : arrays of one shape
    """
    share = np.full(whole.shape, np.nan)
    np.divide(100.0 * part, whole, out=share, where=whole > 0)
    return share
