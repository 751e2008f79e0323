"""Spans of time in which something holds, from who is seen to hold it month by month."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spans"]

Integers = NDArray[np.int64]
_ROOM = 1 << 31


class Spans:
    """Spans of agents or pairs of agents; what is seen in the first month began before it."""

    def __init__(self) -> None:
        self._open = np.zeros(0, np.int64)
        self._since = np.zeros(0, np.int64)
        self._ended: list[Integers] = []
        self._begun = False

    def see(self, month: int, one: Integers, other: Integers | None = None) -> None:
        """Enter all that hold in a month; others that did so last month do not any more."""
        seen = one.astype(np.int64)
        if other is not None:
            seen = np.minimum(one, other) * _ROOM + np.maximum(one, other)
        seen = np.unique(seen)
        gone = ~np.isin(self._open, seen, assume_unique=True)
        if gone.any():
            ends = np.full(int(gone.sum()), month)
            self._ended.append(np.stack([self._open[gone], self._since[gone], ends], axis=1))
        kept, since = self._open[~gone], self._since[~gone]
        new = seen[~np.isin(seen, kept, assume_unique=True)]
        start = month if self._begun else -1
        self._open = np.concatenate([kept, new])
        self._since = np.concatenate([since, np.full(new.size, start)])
        self._begun = True

    def open_ends(self) -> Integers:
        """Both agents of every pair that holds, one after the other."""
        return np.concatenate([self._open // _ROOM, self._open % _ROOM])

    def table(self, end: int, agents: int) -> Integers:
        """(n, agents + 2) agents, first month and first month without; `end` where it still holds.

        Parameters
        ----------
        agents : 1 or 2 a span
        """
        still = np.stack([self._open, self._since, np.full(self._open.size, end)], axis=1)
        rows = np.concatenate([*self._ended, still])
        keys = rows[:, :1]
        ends = [keys] if agents == 1 else [keys // _ROOM, keys % _ROOM]
        table = np.concatenate([*ends, rows[:, 1:]], axis=1)
        return table[np.lexsort((table[:, 0], table[:, agents]))]
