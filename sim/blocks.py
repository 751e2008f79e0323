"""Rows of a table piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["row_blocks"]

BLOCK = 1 << 14


def row_blocks(count: int) -> Iterator[slice]:
    """Rows 0 … `count` - 1 in pieces whose intermediate values fit in the cache."""
    for start in range(0, count, BLOCK):
        yield slice(start, min(start + BLOCK, count))
