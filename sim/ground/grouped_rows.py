"""Rows of a table sorted by the group that they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.records import Record

__all__ = ["GroupedRows"]


@dataclass(frozen=True)
class GroupedRows(Record):
    """Rows sorted by group, a complex or a mini-cluster, then by row.

    Attributes
    ----------
    rows : (n,) rows of the table
    start : (groups + 1,) where the rows of each group start
    """

    rows: NDArray[np.int32]
    start: NDArray[np.int64]

    @classmethod
    def of(cls, group: NDArray[Any], groups: int) -> Self:
        """All rows of a table by their `group`, 0 … `groups` - 1."""
        rows = np.argsort(group, kind="stable").astype(np.int32)
        start = np.searchsorted(group[rows], np.arange(groups + 1)).astype(np.int64)
        return cls(rows, start)
