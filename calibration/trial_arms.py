"""Arms of the meetings trial: who is invited, who meets whom, what becomes of it in two years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.ground.random_numbers import Process, uniform_rows
from innocluster.sim.network.contacts import Meetings, apply_learning, hold_meetings
from innocluster.sim.network.pairs import find_pair
from innocluster.sim.simulation import Simulation

__all__ = ["GROUP", "MIXED_SIZE", "SMALL", "Arm", "Design", "design_of", "follow", "peers"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

GROUP = 10
YEAR = 12
_ONCE = 6
"""Month of the single meeting: as long before the survey as the mean regular one."""
_SEEDED = 6
_ATTENDED = 10.0 / 12.0
_SMALLEST, _LARGEST, _OLDEST = 10.0, 80.0, 60.0
_INVITED = 1500.0 / 2820.0
SMALL, _LARGE, MIXED_SIZE, _MIXED = range(4)
_TRIAL = int(Process.MEETINGS_TRIAL)


@dataclass(frozen=True)
class Design:
    """Who takes part, as drawn before the first meeting.

    Attributes
    ----------
    rows : (n,) rows of the invited firms, group by group
    kind : (n,) type of their group: small or large firms of a sector, both of a sector, or of all
    """

    rows: Integers
    kind: Integers

    @property
    def group(self) -> Integers:
        """Group of each firm, (n,)."""
        return np.arange(self.rows.size) // GROUP

    @property
    def across(self) -> Integers:
        """Group of each firm at the meeting of members of different groups, (n,).

        Of ten groups that follow each other every one sends one member.
        """
        place, group = np.arange(self.rows.size) % GROUP, self.group
        return group // GROUP * GROUP + (place + group) % GROUP


def design_of(simulation: Simulation) -> Design:
    """Draw who is invited and into which groups.

    Half of the young small firms are invited; half of these into groups of their size and
    sector, a quarter of any size of their sector, a quarter of any size and sector.  Firms come
    from all complexes, since what a meeting tells hangs on no distance (T3).  Who is left when
    groups of ten are full takes no part.
    """
    firms = simulation.state.firms
    n = firms.count
    small = (firms.employees[:n] >= _SMALLEST) & (firms.employees[:n] <= _LARGEST)
    rows = np.flatnonzero(small & (firms.age[:n] < _OLDEST))
    draws = uniform_rows(simulation.key, firms.identifier[rows], 0, _TRIAL, 0)
    invited = draws[:, 0] < _INVITED
    rows, draws = rows[invited], draws[invited]
    size = np.where(firms.employees[rows] < np.median(firms.employees[rows]), SMALL, _LARGE)
    kind = np.select([draws[:, 1] < 0.5, draws[:, 1] < 0.75], [size, MIXED_SIZE], _MIXED)
    sector = np.where(kind == _MIXED, -1, firms.sector[rows])
    order = np.lexsort((draws[:, 2], sector, kind))
    cell = kind[order].astype(np.int64) * 1000 + sector[order]
    place = np.arange(order.size) - np.searchsorted(cell, cell)
    full = np.bincount(np.searchsorted(cell, cell), minlength=order.size) // GROUP * GROUP
    taken = order[place < full[np.searchsorted(cell, cell)]]
    return Design(rows[taken], kind[taken])


def _hold(simulation: Simulation, rows: Integers, group: Integers, attends: NDArray[Any]) -> None:
    """Let all pairs of a group that are there meet, by the rules of the model (T1, T3, K2)."""
    there = np.flatnonzero(attends)
    there = there[np.argsort(group[there], kind="stable")]
    start = np.searchsorted(group[there], np.unique(group[there]))
    pairs = [
        (chunk[i], chunk[j])
        for chunk in np.split(there, start[1:])
        for i in range(chunk.size)
        for j in range(i + 1, chunk.size)
    ]
    first, second = rows[np.array(pairs, np.int64).reshape(-1, 2).T].astype(np.int32)
    meetings = Meetings.between(first.copy(), second.copy(), spontaneous=first.size)
    state, firms = simulation.state, simulation.state.firms
    learned = np.empty((first.size, 2, firms.knowledge.shape[1]))
    state.pairs.reserve(state.pairs.count + first.size)
    state.pairs.count = hold_meetings(
        state.month, simulation.parameters, simulation.forms, meetings, learned,
        simulation.usual_productivity, firms, state.bodies, state.pairs,
    )  # fmt: skip
    apply_learning(meetings, learned, firms)


@dataclass
class Arm:
    """One arm of the trial in one world: sales after a year and two, and trust among peers."""

    simulation: Simulation
    sales: list[Floats]
    familiarity: Floats
    stranger_share: Floats


def follow(simulation: Simulation, design: Design, arm: str) -> Arm:
    """Go through two years; the first with the meetings of arm A or B, or none."""
    group = design.across if arm == "B" else design.group
    identifier = simulation.state.firms.identifier[design.rows].copy()
    sales: list[Floats] = []
    middle = np.zeros(0)
    after = np.zeros(0)
    for month in range(2 * YEAR):
        if month == _SEEDED:
            middle = _familiarity(simulation, design.rows, group)
        draws = uniform_rows(simulation.key, identifier, month, _TRIAL, 1)
        stands = simulation.state.firms.identifier[design.rows] == identifier
        if arm == "A" and month < YEAR:
            _hold(simulation, design.rows, group, stands & (draws[:, 0] < _ATTENDED))
        elif arm == "B" and month == _ONCE:
            _hold(simulation, design.rows, group, stands)
        simulation.step()
        if month % YEAR == YEAR - 1:
            firms = simulation.state.firms
            # Another firm may stand in the row of one that has closed.
            stands = firms.identifier[design.rows] == identifier
            stands &= firms.alive[design.rows] == 1
            sales.append(np.where(stands, firms.revenue[design.rows], 0.0))
        if month == YEAR - 1:
            after = _familiarity(simulation, design.rows, group)
    return Arm(simulation, sales, after, middle)


def peers(group: Integers) -> tuple[Integers, Integers]:
    """Places of all pairs of a group."""
    order = np.argsort(group, kind="stable").reshape(-1, GROUP)
    i, j = np.triu_indices(GROUP, 1)
    return order[:, i].ravel(), order[:, j].ravel()


def _familiarity(simulation: Simulation, rows: Integers, group: Integers) -> Floats:
    """Familiarity of every pair of a group, 0 where the two never met."""
    pairs = simulation.state.pairs
    first, second = peers(group)
    found = [
        find_pair(a, b, pairs)
        for a, b in zip(rows[first].tolist(), rows[second].tolist(), strict=True)
    ]
    place = np.array(found, np.int64)
    return np.where(place >= 0, pairs.familiarity[place].astype(np.float64), 0.0)
