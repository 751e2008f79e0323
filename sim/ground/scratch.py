"""Arrays that phases write to and the fixed orders that they read, made once a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.records import Record

from .grouped_rows import GroupedRows

__all__ = ["Scratch"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]


@dataclass
class Scratch(Record):
    """Buffers between deciding and applying, and rows in fixed orders.

    A million firms should not pay for buffers whose times of use never meet: where one
    memory has two names, the second says from which phase to which it holds something else.

    Attributes
    ----------
    places : rows of the firms of 2003 by complex
    body_places : the same for universities and institutes
    anchors : (C,) row of the largest firm with R&D of 2003 in each complex, -1 without any
    own_spending : (capacity,) KRW million of own R&D decided this month
    grants : (capacity,) KRW million of the programme's direct support of R&D this month, then
        that and the grants for joint R&D
    membership : (capacity,) 1 where a firm decided to be a member
    draw, second_draw : (capacity,) uniforms of the phase at work
    spillover_pool : (capacity,) `draw` while spillovers are computed: what a firm gets from its
        pairs, then its whole pool S of F4
    desired_capital, desired_workers : (capacity,) `draw` and `second_draw` from the sale to the
        adjustment: capital (KRW million of 2003) and workers that firms desire
    demand_left : (2, H) what the home and the export market of a sector ask of its firms this
        month, D1
    closed : (capacity,) rows of the firms that close this month
    """

    places: GroupedRows
    body_places: GroupedRows
    anchors: Codes
    own_spending: Floats
    grants: Floats
    membership: NDArray[np.int8]
    draw: Floats
    second_draw: Floats
    spillover_pool: Floats
    desired_capital: Floats
    desired_workers: Floats
    demand_left: Floats
    closed: Codes

    def fit(self, capacity: int) -> None:
        """Give the buffers as many rows as the firm table has."""
        if self.draw.size == capacity:
            return
        self.own_spending = np.zeros(capacity)
        self.grants = np.zeros(capacity)
        self.membership = np.zeros(capacity, np.int8)
        self.draw = self.spillover_pool = self.desired_capital = np.zeros(capacity)
        self.second_draw = self.desired_workers = np.zeros(capacity)
        self.closed = np.zeros(capacity, np.int32)
