"""Arrays that phases write to and the fixed orders that they read, made once a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .population import Population, Small

__all__ = ["Scratch"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]


@dataclass
class Scratch:
    """Buffers between deciding and applying, and rows in fixed orders.

    Attributes
    ----------
    places, place_start : rows of the firms of 2003 sorted by complex, and where each starts (C+1,)
    body_rows, body_start : the same for universities and institutes
    anchors : (C,) row of the largest firm with R&D of 2003 in each complex, -1 without any
    own_spending : (capacity,) KRW million of own R&D decided this month
    grants : (capacity,) KRW million of the programme's direct support of R&D this month, then
        that and the grants for joint R&D
    membership : (capacity,) 1 where a firm decided to be a member
    draw, second_draw : (capacity,) uniforms of the phase at work, then its intermediate values;
        from the sale to the adjustment the capital and the workers that firms desire
    closed : (capacity,) rows of the firms that close this month
    """

    places: Codes
    place_start: Integers
    body_rows: Codes
    body_start: Integers
    anchors: Codes
    own_spending: Floats
    grants: Floats
    membership: NDArray[np.int8]
    draw: Floats
    second_draw: Floats
    closed: Codes

    @classmethod
    def for_population(cls, population: Population) -> Scratch:
        """Make the buffers of a run that starts from `population`."""
        complexes = len(population.region.complexes.keys)
        places, place_start = _sorted_rows(population.firms.complex, complexes)
        body_rows, body_start = _sorted_rows(population.region.research_bodies.complex, complexes)
        return cls(
            places=places,
            place_start=place_start,
            body_rows=body_rows,
            body_start=body_start,
            anchors=_anchors(population),
            own_spending=np.zeros(0),
            grants=np.zeros(0),
            membership=np.zeros(0, np.int8),
            draw=np.zeros(0),
            second_draw=np.zeros(0),
            closed=np.zeros(0, np.int32),
        )

    def fit(self, capacity: int) -> None:
        """Give the buffers as many rows as the firm table has."""
        if self.draw.size == capacity:
            return
        self.own_spending = np.zeros(capacity)
        self.grants = np.zeros(capacity)
        self.membership = np.zeros(capacity, np.int8)
        self.draw = np.zeros(capacity)
        self.second_draw = np.zeros(capacity)
        self.closed = np.zeros(capacity, np.int32)


def _anchors(population: Population) -> Codes:
    firms = population.firms
    anchors = np.full(len(population.region.complexes.keys), -1, np.int32)
    for c in range(anchors.size):
        rows = np.flatnonzero((firms.complex == c) & (firms.research_intensity > 0.0))
        if rows.size:
            anchors[c] = rows[np.argmax(firms.employees[rows])]
    return anchors


def _sorted_rows(complex_: Small, complexes: int) -> tuple[Codes, Integers]:
    rows = np.argsort(complex_, kind="stable").astype(np.int32)
    start = np.searchsorted(complex_[rows], np.arange(complexes + 1)).astype(np.int64)
    return rows, start
