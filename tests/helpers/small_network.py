"""A handful of firms, research bodies and pairs, made by hand."""

from __future__ import annotations

import numpy as np

from innocluster.agents.firms import FirmTable
from innocluster.agents.research_bodies import ResearchBodyTable
from innocluster.sim.network.pairs import PairTable, meet_pair


class SmallNetwork:
    """Operating firms that do R&D and research bodies, all in complex 0, and their pairs.

    Parameters
    ----------
    firms, bodies : how many; identifiers count from 1000 and from 9
    fields : numbers of a knowledge vector
    room : pairs that fit
    """

    def __init__(self, firms: int, bodies: int = 2, fields: int = 2, room: int = 16) -> None:
        self.firms = FirmTable.allocate(firms, knowledge=fields)
        self.firms.count = firms
        self.firms.identifier[:] = np.arange(1000, 1000 + firms)
        self.firms.alive[:] = 1
        self.firms.research_intensity[:] = 0.02
        self.firms.first_pair[:] = -1
        self.bodies = ResearchBodyTable.allocate(bodies, knowledge=fields)
        self.bodies.count = bodies
        self.bodies.identifier[:] = np.arange(9, 9 + bodies)
        self.bodies.first_pair[:] = -1
        self.pairs = PairTable.allocate(room)

    def meet(self, a: int, b: int, **columns: float) -> int:
        """Enter a pair, or find it, and set columns of it; returns its row."""
        pairs = self.pairs
        pairs.reserve(pairs.count + 1)
        row = meet_pair(a, b, pairs.count, pairs, self.firms, self.bodies)
        pairs.count = max(pairs.count, row + 1)
        for name, value in columns.items():
            getattr(pairs, name)[row] = value
        return row
