"""The R&D performers of a complex and who works with whom, as a network for policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.research_game import Game
from innocluster.sim.coordination.policy import CoordinationView
from innocluster.sim.network.pairs import BODY, PairTable, find_pair

__all__ = ["ResearchNetwork", "link_gains", "research_networks"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Codes = NDArray[np.int32]


@dataclass(frozen=True)
class ResearchNetwork:
    """R&D performers of one complex as players of `Game`.

    Attributes
    ----------
    rows, identifier : (n,) their firm rows, in rising order, and identifiers
    game : partners are firms in contact or with a joint project under way; rivals are
        the performers of the same sector
    """

    rows: NDArray[np.int32]
    identifier: NDArray[np.int64]
    game: Game

    @property
    def links(self) -> int:
        """Number of pairs of partners."""
        return self.game.partner.size // 2


def research_networks(view: CoordinationView, rho: float | None = None) -> list[ResearchNetwork]:
    """Network of every complex as last month left it, with the φ and ρ of the parameters.

    Parameters
    ----------
    rho : rivalry in place of that of the parameters
    """
    firms, pairs = view.state.firms, view.state.pairs
    n, m = firms.count, pairs.count
    performs = (firms.alive[:n] == 1) & (firms.research_intensity[:n] > 0.0)
    close = (pairs.familiarity[:m] >= view.parameters.contact_familiarity) | (
        (pairs.projects[:m] > 0) & (pairs.familiarity[:m] >= 0.0)
    )
    close &= pairs.second[:m] < BODY
    one, other = pairs.first[:m][close], pairs.second[:m][close]
    linked = performs[one] & performs[other] & (firms.complex[one] == firms.complex[other])
    one, other = one[linked], other[linked]
    place = firms.complex[one]
    rivalry = view.parameters.network_rivalry if rho is None else rho
    networks = []
    index = np.empty(n, np.int64)
    for c in range(view.body_start.size - 1):
        rows = np.flatnonzero(performs & (firms.complex[:n] == c)).astype(np.int32)
        index[rows] = np.arange(rows.size)
        here = place == c
        ends = np.concatenate((index[one[here]], index[other[here]]))
        partner = np.concatenate((index[other[here]], index[one[here]]))
        order = np.lexsort((partner, ends))
        sector, group = np.unique(firms.sector[rows], return_inverse=True)
        game = Game(
            start=np.searchsorted(ends[order], np.arange(rows.size + 1)).astype(np.int64),
            partner=partner[order],
            group=group.astype(np.int64),
            groups=sector.size,
            phi=float(view.parameters.network_complementarity),
            rho=float(rivalry),
        )
        networks.append(ResearchNetwork(rows, firms.identifier[rows], game))
    return networks


@compiled
def link_gains(
    one: Codes,
    other: Codes,
    value: Floats,
    output: Floats,
    contact: float,
    pairs: PairTable,
) -> Floats:
    """v_i·q_j + v_j·q_i of pairs of firm rows, 0 for those who are linked already.

    Parameters
    ----------
    one, other : (n,) firm rows
    value, output : (firms,) v and q of `link_welfare`
    contact : familiarity from which two are linked, as they are by a joint project
    """
    gain = np.zeros(one.size)
    for n in range(one.size):
        a: Any = np.int64(one[n])
        b: Any = np.int64(other[n])
        row = find_pair(a, b, pairs)
        if row >= 0 and (pairs.familiarity[row] >= contact or pairs.projects[row] > 0):
            continue
        gain[n] = value[a] * output[b] + value[b] * output[a]
    return gain
