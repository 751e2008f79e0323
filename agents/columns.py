"""Tables of columns: one array per attribute, one row per agent."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .records import Record

__all__ = ["Table", "column"]

_Array = NDArray[Any]

_BLOCK = 1 << 16
"""Rows that are moved at once: a copy of these, not of a whole column, takes memory."""


def column(
    dtype: Any, unit: str, description: str, width: int = 1, beside: str | None = None
) -> Any:
    """Declare a column.

    Parameters
    ----------
    dtype : type of its numbers
    unit, description : what they mean
    width : numbers a row; 0 where the data decide, see `Table.allocate`
    beside : columns that name the same group stand side by side in memory, row by row, for
        rules that read many columns of few rows; others stand alone, for loops over all rows
    """
    return field(
        metadata={
            "dtype": np.dtype(dtype),
            "unit": unit,
            "description": description,
            "width": width,
            "beside": beside,
        }
    )


@dataclass
class Table(Record):
    """Base of the tables: `count` rows in use, columns of equal capacity."""

    count: int

    @classmethod
    def allocate(cls, capacity: int, **widths: int) -> Self:
        """Make an empty table with room for `capacity` rows.

        `widths` gives the numbers per row of columns whose width the data decide.
        """
        return cls(count=0, **_columns(cls, capacity, widths))

    @property
    def capacity(self) -> int:
        """Rows that fit before the columns must grow."""
        return int(getattr(self, self.column_names()[0]).shape[0])

    @classmethod
    def column_names(cls) -> tuple[str, ...]:
        """Names of the columns in order."""
        table: Any = cls
        return _names(table)

    def reserve(self, rows: int) -> None:
        """Make room for `rows` rows in all; existing rows keep their place."""
        if rows <= self.capacity:
            return
        for name, new in self._filled(max(rows, self.capacity + self.capacity // 4)).items():
            setattr(self, name, new)

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Drop rows; those that become free hold zeros, so that no later row inherits anything.

        Parameters
        ----------
        kept : (count,) whether a row stays; what stays keeps its order
        """
        arrays = [_whole(getattr(self, name)) for name in self.column_names()]
        distinct = list({x.__array_interface__["data"][0]: x for x in arrays}.values())
        count = 0
        for start in range(0, self.count, _BLOCK):
            rows = start + np.flatnonzero(kept[start : start + _BLOCK])
            for array in distinct:
                array[count : count + rows.size] = array.take(rows, axis=0)
            count += rows.size
        for array in distinct:
            array[count : self.count] = np.zeros((), array.dtype)
        self.count = count

    def copy(self) -> Self:
        """Return an independent copy."""
        return type(self)(count=self.count, **self._filled(self.capacity))

    def _filled(self, capacity: int) -> dict[str, _Array]:
        """New columns with the rows in use; those beyond hold nothing and cost no memory yet."""
        shapes = {name: getattr(self, name).shape for name in self.column_names()}
        widths = {name: shape[1] for name, shape in shapes.items() if len(shape) > 1}
        columns = _columns(type(self), capacity, widths)
        for name, new in columns.items():
            new[: self.count] = getattr(self, name)[: self.count]
        return columns


def _columns(table: Any, capacity: int, widths: dict[str, int]) -> dict[str, _Array]:
    """Columns of zeros, those of a group as views of one array of records."""
    groups: dict[str, list[tuple[str, Any]]] = {}
    for f in fields(table):
        if f.metadata and f.metadata["beside"]:
            groups.setdefault(f.metadata["beside"], []).append((f.name, f.metadata["dtype"]))
    side_by_side = {
        name: np.zeros(capacity, np.dtype(members, align=True)) for name, members in groups.items()
    }
    columns: dict[str, _Array] = {}
    for f in fields(table):
        if not f.metadata:
            continue
        if f.metadata["beside"]:
            columns[f.name] = side_by_side[f.metadata["beside"]][f.name]
            continue
        width = widths.get(f.name, f.metadata["width"])
        shape = (capacity,) if f.metadata["width"] == 1 else (capacity, width)
        columns[f.name] = np.zeros(shape, f.metadata["dtype"])
    return columns


def _whole(column: _Array) -> _Array:
    """The array of records that a column is part of, or the column where it stands alone.

    Records come as unnamed bytes, which NumPy copies at once and not field by field.
    """
    base = column.base
    if isinstance(base, np.ndarray) and base.dtype.names:
        return base.view(f"V{base.dtype.itemsize}")
    return column


@cache
def _names(table: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(table) if f.metadata)
