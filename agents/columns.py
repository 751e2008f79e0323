"""Tables of columns: one contiguous array per attribute, one row per agent."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Self

import numpy as np

__all__ = ["Table", "column"]


def column(dtype: Any, unit: str, description: str, width: int = 1) -> Any:
    """Declare a column: its type, unit and meaning; `width` numbers a row."""
    metadata = {"dtype": dtype, "unit": unit, "description": description, "width": width}
    return field(metadata=metadata)


@dataclass
class Table:
    """Base of the tables: `count` rows in use, columns of equal capacity."""

    count: int

    @classmethod
    def allocate(cls, capacity: int, **widths: int) -> Self:
        """Make an empty table with room for `capacity` rows.

        `widths` gives the numbers per row of columns whose width the data decide.
        """
        columns = {
            f.name: np.zeros(
                _shape(capacity, widths.get(f.name, f.metadata["width"])), f.metadata["dtype"]
            )
            for f in fields(cls)
            if f.metadata
        }
        return cls(count=0, **columns)

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
        capacity = max(rows, self.capacity + self.capacity // 4)
        for name in self.column_names():
            old = getattr(self, name)
            new = np.zeros((capacity, *old.shape[1:]), old.dtype)
            new[: self.count] = old[: self.count]
            setattr(self, name, new)

    def copy(self) -> Self:
        """Return an independent copy."""
        columns = {}
        for name in self.column_names():
            own = getattr(self, name)
            # Rows beyond `count` hold nothing yet; not touching them costs no memory.
            columns[name] = np.zeros(own.shape, own.dtype)
            columns[name][: self.count] = own[: self.count]
        return type(self)(count=self.count, **columns)


def _shape(capacity: int, width: int) -> tuple[int, ...]:
    return (capacity,) if width == 1 else (capacity, width)


@cache
def _names(table: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(table) if f.metadata)
