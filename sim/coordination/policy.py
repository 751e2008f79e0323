"""The contract of a coordination policy: what it may look at, and what it decides.

Every policy gets the same events (how many, where, how large, at what cost) and
decides who is brought together.  So arms differ in whom they introduce to whom,
never in how much they spend on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.coordinators import Decision
from innocluster.agents.knowledge import Knowledge
from innocluster.agents.records import Record

from ..ground.forms import Forms
from ..ground.parameter_record import Parameters
from ..state import State

__all__ = ["CoordinationView", "Introductions", "Payments", "Policy", "Report"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]
Flags = NDArray[np.int8]


@dataclass(frozen=True)
class Introductions:
    """Pairs brought together this month: a firm row each, and a firm row or `BODY` + body row."""

    first: Codes
    second: Codes


@dataclass(frozen=True)
class CoordinationView(Record):
    """What a policy may look at when it decides whom to introduce and whom to pay.

    Compiled functions take it whole and read the month, the events and who is where.

    Attributes
    ----------
    key, month : address of keyed draws
    parameters : the parameters, read as ``parameters.name``
    forms : the form of every rule, read as ``forms.name``
    event_cluster : (E,) mini-cluster of every contact event of the month
    event_size : (E,) firms attending it
    event_introductions : (E,) introductions that it can make
    members, member_start : rows of members sorted by mini-cluster, and where each starts (M+1,)
    body_rows, body_start : rows of research bodies sorted by complex, and where each starts (C+1,)
    cluster_complex : (M,) complex of each mini-cluster
    distance : (C, C) km between the complexes
    weights, proximity : (C, C) spillover weights of places and of familiar firms, F4
    central_row : row of the coordinator above the promotion groups, -1 where there is none
    screening : chances that a good and a bad project get a grant
    state : the whole state, last month's, not to be changed; ``state.memory`` is the
        policy's own: put new values in, never change one in place
    """

    key: NDArray[np.uint64]
    month: int
    parameters: Parameters
    forms: Forms
    event_cluster: Codes
    event_size: Codes
    event_introductions: Codes
    members: Codes
    member_start: Integers
    body_rows: Codes
    body_start: Integers
    cluster_complex: Integers
    distance: Floats
    weights: Floats
    proximity: Floats
    central_row: int
    screening: tuple[float, float]
    state: State

    @property
    def places(self) -> int:
        """Introductions that the events of the month can make."""
        return int(self.event_introductions.sum())

    @property
    def complex_start(self) -> Integers:
        """Where the members of each complex start in `members`, (C+1,)."""
        clusters = np.searchsorted(self.cluster_complex, np.arange(self.body_start.size))
        return self.member_start[clusters]

    @property
    def position(self) -> Codes:
        """Place of every firm row in `members`, -1 for firms that are none."""
        position = np.full(self.state.firms.identifier.size, -1, np.int32)
        position[self.members] = np.arange(self.members.size, dtype=np.int32)
        return position

    def report(self, level: str) -> Report | None:
        """What the coordinators of a level know, ``None`` as long as they know nothing.

        Parameters
        ----------
        level : ``"local"``, ``"central"`` or ``"oracle"``; the policy must list it in `sees`
        """
        report: Report | None = self.state.reports.get(level, (None,))[0]
        return report

    def note_plan(
        self,
        known_month: int,
        knew: dict[str, float],
        chose: dict[str, float],
        complex_: int | None = None,
    ) -> None:
        """Enter a plan in the record of decisions.

        Parameters
        ----------
        known_month : last month that the coordinator knew about
        knew, chose : figures by name, with their unit in the name where it is not a count
        complex_ : complex whose promotion group planned; if left out, the central
            coordinator, or -1 where there is none
        """
        row = self.central_row if complex_ is None else self.central_row + 1 + complex_
        self.state.decisions.append(
            Decision(self.month, row, "plan", known_month, knew, chose, 0.0)
        )


@dataclass(frozen=True)
class Payments:
    """Money paid to firms this month.

    Attributes
    ----------
    rows : (n,) rows of firms, each once
    amounts : (n,) KRW million, from 0
    research : it must be spent on R&D (F3); otherwise it is the firms' to keep
    pooled : one purse for all complexes, not one for each
    """

    rows: Codes
    amounts: Floats
    research: bool = True
    pooled: bool = False


class Policy:
    """A coordination policy: a small named object without state of its own.

    Subclass it, name it and override `introduce` (whom contact events bring
    together) or `pay` (direct support of firms).  The attributes say which
    instruments the money goes to; every policy gets the same budget.

    Attributes
    ----------
    id, key : such as ``"P5"`` and ``"thematic-mini-clusters"``
    name, name_ko : display names
    summary, summary_ko : one sentence, what it does and how it differs
    knows, knows_ko : one sentence, what it looks at when it decides, and what it is blind to
    source : where it is described
    programme : False for the arm without a programme, which spends nothing
    joins : firms can become members
    events, tasks, grants : the money goes to contact events, small tasks, grants for joint R&D
    screened : projects pass the screening chain before they get a grant
    pools : projects that can get a grant may take a third partner
    tasks_by_need : a member with only one of the two partners that a specialist needs, a
        research body and a design or marketing link, gets the small task that brings the other
    adherence : role adherence that it asks of members (F7); ``None`` leaves it to the
        parameter `programme_adherence`
    sees : levels of coordinators whose reports it acts on
    """

    id: str
    key: str
    name: str
    name_ko: str
    summary: str
    summary_ko: str
    knows: str
    knows_ko: str
    source: str
    programme: bool = True
    joins: bool = True
    events: bool = True
    tasks: bool = True
    grants: bool = True
    screened: bool = True
    pools: bool = True
    tasks_by_need: bool = False
    adherence: float | None = None
    sees: tuple[str, ...] = ()

    def introduce(self, view: CoordinationView) -> Introductions:
        """Decide who is brought together this month.

        Returns at most `view.places` pairs; more are cut off.
        """
        raise NotImplementedError

    def preferred(self, view: CoordinationView) -> Flags | None:
        """Members whose small tasks are paid before those of the others, by default none.

        Returns 1 or 0 for each of ``view.members``.  Among those of one kind a draw decides
        who comes first, as long as there is money.
        """
        return None

    def pay(self, view: CoordinationView) -> Payments | None:
        """Decide which firms are paid how much this month, by default none.

        What exceeds the unspent budget (``view.state.balance``) is cut in proportion.
        """
        return None


@dataclass(frozen=True)
class Report:
    """What a coordinator knows of the members when it decides; never changed once taken.

    Attributes
    ----------
    month : month from whose beginning the knowledge dates, months since 2003-01
    rows, identifier : (n,) members then; a row may since belong to another firm
    complex, mini_cluster, sector, niche : (n,) of each
    knowledge : (n, D) their knowledge vectors
    employees, revenue : (n,) of each; revenue in KRW million a month
    absorption : (n,) what it believes of their absorptive capacity
    advantage : (n,) what it believes of their log productivity without luck over the mean of
        the sector
    noise : standard deviation of its signal on the distance of two firms
    noise_research : the same for a firm and a research body
    """

    month: int
    rows: NDArray[np.int32]
    identifier: Integers
    complex: NDArray[np.int16]
    mini_cluster: NDArray[np.int16]
    sector: NDArray[np.int16]
    niche: NDArray[np.int16]
    knowledge: Knowledge
    absorption: Floats
    employees: Floats
    revenue: Floats
    advantage: Floats
    noise: float
    noise_research: float
