"""What the programme did to its participants: members against the same firms without it.

Both worlds share all draws, so that a difference is an effect and no selection.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.simulation import Simulation

__all__ = ["PARTICIPANT_FIGURES", "Before", "participant_figures"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

PARTICIPANT_FIGURES = (
    "participants_innovators",
    "participants_research",
    "participants_sales",
    "participants_ties",
)
"""Effects on those who are members at the end: on the share with an innovation within two years
(% points), on their R&D, on their mean log sales and on their ties (all %)."""


@dataclass(frozen=True)
class Before:
    """Innovation gains of firms two years before the end, by identifier."""

    identifier: Rows
    gains: Floats

    @classmethod
    def of(cls, simulation: Simulation) -> Before:
        """As they are now."""
        firms = simulation.state.firms
        return cls(firms.identifier[: firms.count].copy(), _gains(simulation))

    def at(self, identifier: Rows) -> Floats:
        """Gains of these firms then, none of those that were not there."""
        order = np.argsort(self.identifier, kind="stable")
        places = np.searchsorted(self.identifier[order], identifier)
        rows = order[np.minimum(places, order.size - 1)]
        return np.where(self.identifier[rows] == identifier, self.gains[rows], 0.0)


def participant_figures(
    programme: Simulation, without: Simulation, before: Before, before_without: Before, years: int
) -> dict[str, float]:
    """Effects on members that operate with and without the programme, see `PARTICIPANT_FIGURES`.

    Parameters
    ----------
    programme, without : the two worlds at the same December
    before, before_without : their firms so many years earlier
    years : within which an innovation counts
    """
    rows, others = _same_firms(programme, without)
    with_it, same = programme.state.firms, without.state.firms
    identifier = with_it.identifier[rows]
    keep = (1.0 - programme.parameters.innovation_depreciation) ** years
    innovated = _innovated(_gains(programme)[rows], before.at(identifier), keep)
    innovated_without = _innovated(_gains(without)[others], before_without.at(identifier), keep)
    sales, sales_without = with_it.revenue_year[rows], same.revenue_year[others]
    sell = (sales > 0.0) & (sales_without > 0.0)
    return {
        "participants_innovators": 100.0 * float(innovated.mean() - innovated_without.mean()),
        "participants_research": _more(
            with_it.research_year[rows].sum(), same.research_year[others].sum()
        ),
        "participants_sales": 100.0 * float(np.log(sales[sell] / sales_without[sell]).mean()),
        "participants_ties": _more(_ties(programme, rows), _ties(without, others)),
    }


def _same_firms(programme: Simulation, without: Simulation) -> tuple[Rows, Rows]:
    """Rows of the members that operate, in either world; at least one."""
    with_it, same = programme.state.firms, without.state.firms
    n = with_it.count
    members = np.flatnonzero((with_it.alive[:n] == 1) & (with_it.member[:n] == 1))
    living = np.flatnonzero(same.alive[: same.count] == 1)
    _, here, there = np.intersect1d(
        with_it.identifier[members], same.identifier[living], return_indices=True
    )
    if here.size == 0:
        raise ValueError("no member operates with and without the programme")
    return members[here], living[there]


def _gains(simulation: Simulation) -> Floats:
    """Innovation gains but for those of meetings, (firms,)."""
    firms, n = simulation.state.firms, simulation.state.firms.count
    return firms.gain_own[:n] + firms.gain_transfer[:n] + firms.gain_joint[:n]


def _innovated(now: Floats, before: Floats, keep: float) -> NDArray[np.bool_]:
    """Gains fade at one rate: what lies above is new."""
    return np.asarray(now > before * keep * (1.0 + 1e-9) + 1e-12)


def _ties(simulation: Simulation, rows: Rows) -> float:
    """Ties of some firms, each as often as it has one of them."""
    pairs, n = simulation.state.pairs, simulation.state.pairs.count
    chosen = np.zeros(simulation.state.firms.count, np.bool_)
    chosen[rows] = True
    known = pairs.familiarity[:n] >= simulation.parameters.tie_familiarity
    ends = (pairs.first[:n][known], pairs.second[:n][known])
    return float(sum(chosen[end[end < chosen.size]].sum() for end in ends))


def _more(now: float, before: float) -> float:
    """By how many % more."""
    return float(100.0 * (now / before - 1.0))
