"""Empty buffers and the fixed orders of a population."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..ground.scratch import Scratch
from .population import Population, Small

__all__ = ["scratch_for"]

Codes = NDArray[np.int32]
Integers = NDArray[np.int64]


def scratch_for(population: Population) -> Scratch:
    """Make the buffers of a run that starts from `population`; `fit` gives them their rows."""
    complexes = len(population.region.complexes.keys)
    places, place_start = _sorted_rows(population.firms.complex, complexes)
    body_rows, body_start = _sorted_rows(population.region.research_bodies.complex, complexes)
    return Scratch(
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
        spillover_pool=np.zeros(0),
        desired_capital=np.zeros(0),
        desired_workers=np.zeros(0),
        closed=np.zeros(0, np.int32),
    )


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
