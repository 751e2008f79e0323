"""Projects under way, inventions on the shelf and licences being commercialised."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.columns import Table, column

__all__ = ["LicenceTable", "ProjectTable", "Shelf"]

Floats = NDArray[np.float64]


@dataclass
class ProjectTable(Table):
    """Joint R&D projects under way, in the order in which they started."""

    first: NDArray[np.int32] = column(np.int32, "code", "actor that proposed")
    second: NDArray[np.int32] = column(np.int32, "code", "its partner")
    third: NDArray[np.int32] = column(np.int32, "code or -1", "third partner")
    started: NDArray[np.int16] = column(np.int16, "month", "month of the start")
    due: NDArray[np.int16] = column(np.int16, "month", "month of completion")
    field: NDArray[np.int16] = column(np.int16, "index", "technology field")
    success: Floats = column(np.float64, "1", "success probability fixed at the start, J1")
    novelty: Floats = column(np.float64, "1", "Ω at the start, K4")
    grant: Floats = column(np.float64, "KRW million", "grant in all")
    flow: Floats = column(np.float64, "KRW million/month", "grant paid to each firm")
    draw: NDArray[np.int64] = column(np.int64, "1", "entity of its draws: proposer")
    draw_partner: NDArray[np.int64] = column(np.int64, "1", "entity of its draws: partner")


@dataclass
class LicenceTable(Table):
    """Licences being commercialised."""

    firm: NDArray[np.int32] = column(np.int32, "row", "licensee")
    body: NDArray[np.int32] = column(np.int32, "row", "licensor")
    due: NDArray[np.int16] = column(np.int16, "month", "month in which the outcome is known")
    quality: Floats = column(np.float64, "1", "quality q of the invention")
    succeeds: NDArray[np.int8] = column(np.int8, "0 or 1", "drawn when signed, revealed when due")


@dataclass
class Shelf(Table):
    """Inventions on the shelf of each university and institute: a ring of slots a body."""

    born: NDArray[np.int16] = column(np.int16, "month", "month of the invention", width=0)
    field: NDArray[np.int16] = column(np.int16, "index", "technology field", width=0)
    quality: Floats = column(np.float64, "1", "quality q; 0 for an empty or licensed slot", width=0)
