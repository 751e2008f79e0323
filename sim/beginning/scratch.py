"""Empty buffers and the fixed orders of a population."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..ground.grouped_rows import GroupedRows
from ..ground.scratch import Scratch
from .population import Population

__all__ = ["scratch_for"]

Codes = NDArray[np.int32]


def scratch_for(population: Population) -> Scratch:
    """Make the buffers of a run that starts from `population`; `fit` gives them their rows."""
    complexes = len(population.region.complexes.keys)
    return Scratch(
        places=GroupedRows.of(population.firms.complex, complexes),
        body_places=GroupedRows.of(population.region.research_bodies.complex, complexes),
        anchors=_anchors(population),
        own_spending=np.zeros(0),
        grants=np.zeros(0),
        membership=np.zeros(0, np.int8),
        draw=np.zeros(0),
        second_draw=np.zeros(0),
        spillover_pool=np.zeros(0),
        desired_capital=np.zeros(0),
        desired_workers=np.zeros(0),
        demand_left=np.zeros((2, len(population.region.sectors.keys))),
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
