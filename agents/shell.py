"""The actors as Mesa agents: each reads and writes its own row of a table.

Agents are made on demand, to look at single actors and to give some of them decision rules of
their own in plain Python.  No other module imports Mesa; a run without agents never loads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

import numpy as np
from mesa import Agent

from .columns import Table
from .coordinators import CoordinatorTable, Decision
from .decisions import joining_hazard, joining_score, leaving_hazard, recent_growth
from .elementary import log
from .firms import FirmTable, desired_labour, wanted_capacity, wanted_capital
from .research_bodies import ResearchBodyTable

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DECISIONS",
    "Actor",
    "Coordinator",
    "Firm",
    "Institute",
    "JoiningTerms",
    "Pair",
    "ResearchBody",
    "University",
    "World",
]

_READ_ONLY = frozenset({"alive", "entered", "first_pair", "identifier", "projects"})
"""Columns by which the tables hang together."""

DECISIONS = ("decide_membership", "decide_research", "decide_factors")
"""Methods of `Firm` that a subclass may override."""


class JoiningTerms(NamedTuple):
    """What M0 takes from outside the firm in one month.

    Attributes
    ----------
    joins, leaves : the firm's two uniforms of the month
    constant : constant of the log odds of joining in its complex
    benefit : net benefit that members of its complex report
    """

    joins: float
    leaves: float
    constant: float
    benefit: float


class World(Protocol):
    """What an actor asks of the model that it lives in."""

    @property
    def parameters(self) -> Any:
        """The parameters, read as ``parameters.name``."""

    @property
    def region(self) -> Any:
        """Names of complexes, sectors, mini-clusters and research bodies."""

    @property
    def governance(self) -> Any:
        """The chain of coordinators that governs the run."""

    @property
    def decisions(self) -> list[Decision]:
        """What the coordinators decided so far."""

    @property
    def month(self) -> int:
        """Month about to be simulated, 0 is 2003-01."""

    def table(self, kind: type[Table]) -> Any:
        """Table of actors of a kind."""

    def firm(self, row: int) -> Firm:
        """Agent of the firm in a row."""

    def research_body(self, row: int) -> ResearchBody:
        """Agent of the university or institute in a row."""

    def pairs_of(self, actor: Actor) -> list[Pair]:
        """Living pairs of a firm, university or institute."""

    def history_of(self, identifier: int) -> pd.DataFrame:
        """What was recorded of the firm with an identifier."""

    def joining_terms(self, row: int) -> JoiningTerms:
        """Terms of this month's decision of a firm to be a member."""

    def worth_of_output(self, sector: int) -> float:
        """Price of a sector's value added over that of capital."""


@dataclass(frozen=True)
class Pair:
    """A pair as one of the two sees it, at the time of asking.

    Attributes
    ----------
    with_firm : whether the partner is a firm; else it is a university or institute
    row : row of the partner in its table
    familiarity : F of T1, 0 to 1
    similarity : cosine of the two knowledge vectors at the last meeting
    last_met : months since 2003-01
    meetings, brokered : meetings so far, and those of them that the programme made
    projects, successes : joint projects under way, and those that succeeded
    """

    world: World = field(repr=False)
    with_firm: bool
    row: int
    familiarity: float
    similarity: float
    last_met: int
    meetings: int
    brokered: int
    projects: int
    successes: int

    @property
    def partner(self) -> Firm | ResearchBody:
        """Agent of the partner, made if there is none yet."""
        return self.world.firm(self.row) if self.with_firm else self.world.research_body(self.row)


class _Counters(WeakKeyDictionary[Any, Iterator[int]]):
    """Counters of unique identifiers, one a model, that do not keep the model alive."""

    def __getitem__(self, model: Any) -> Iterator[int]:
        return self.setdefault(model, count(1))


def _column_property(name: str, unit: str, description: str) -> property:
    """Property that reads and, unless tables hang together by it, writes a column."""

    def read(actor: Actor) -> Any:
        value = getattr(actor.model.table(actor.kind), name)[actor.row]
        return value if isinstance(value, np.ndarray) else value.item()

    def write(actor: Actor, value: Any) -> None:
        getattr(actor.model.table(actor.kind), name)[actor.row] = value

    text = f"{description[0].upper()}{description[1:]} [{unit}]."
    return property(read, None if name in _READ_ONLY else write, None, text)


class Actor(Agent):
    """Base of the agents: a row of a table, whose columns are attributes.

    Parameters
    ----------
    model : the model that holds the table
    row : row in the table

    Notes
    -----
    Numbers come back as Python numbers, the knowledge vector as a writable view.
    """

    # Mesa before 3.5 counts identifiers in a dictionary that never lets go of a model.
    _ids = _Counters()
    kind: type[Table]
    model: World

    def __init_subclass__(cls, table: type[Table] | None = None, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if table is None:
            return
        cls.kind = table
        for f in fields(table):
            if f.metadata:
                unit, description = f.metadata["unit"], f.metadata["description"]
                setattr(cls, f.name, _column_property(f.name, unit, description))

    def __init__(self, model: World, row: int) -> None:
        self._row: int | None = int(row)
        super().__init__(model)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

        def __setattr__(self, name: str, value: Any) -> None: ...

    @property
    def row(self) -> int:
        """Row in the table, the agent's for life.

        Raises
        ------
        LookupError
            When the agent has left the model: its row may be somebody else's.
        """
        if self._row is None:
            raise LookupError(f"{type(self).__name__} {self.unique_id} has left the model")
        return self._row

    def remove(self) -> None:
        """Take the agent out of the model; what stands in its row stays as it is."""
        if self._row is not None:
            super().remove()
            self._row = None

    def _summary(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        name = type(self).__name__
        if self._row is None:
            return f"<{name}, gone>"
        return f"<{name} {self._row}: {self._summary()}>"


class Firm(Actor, table=FirmTable):
    """A firm. Subclass it and override a decision to give some firms a rule of their own.

    The decisions are `decide_membership`, `decide_research` and `decide_factors`.
    They look at the state and return what the firm wants, without changing
    anything.  As they stand they are the model's own rules, so that overriding
    one with the same rule changes no bit of a run.
    """

    def __init__(self, model: World, row: int) -> None:
        self._identifier = int(model.table(FirmTable).identifier[row])
        super().__init__(model, row)

    @property
    def complex_key(self) -> str:
        """Identifier of its industrial complex."""
        return str(self.model.region.complexes.keys[self.complex])

    @property
    def sector_key(self) -> str:
        """Identifier of its sector."""
        return str(self.model.region.sectors.keys[self.sector])

    @property
    def mini_cluster_name(self) -> str:
        """Name of the mini-cluster that suits its knowledge, empty where none does."""
        number = self.mini_cluster
        return str(self.model.region.mini_clusters.names[number]) if number >= 0 else ""

    def pairs(self) -> list[Pair]:
        """Whom it has met and not forgotten, with the state of each relation."""
        return self.model.pairs_of(self)

    def partners(self) -> list[Firm | ResearchBody]:
        """Agents of the firms, universities and institutes that it is in touch with."""
        return [pair.partner for pair in self.pairs() if pair.familiarity > 0.0]

    def history(self) -> pd.DataFrame:
        """What was recorded of the firm, a month a row, also after it has closed.

        The model itself keeps sums only.  It records a firm from the first month simulated
        after an agent was made for it, up to the month in which it closes or its agent is
        removed: each value as the agent's attribute reads after that month.

        Returns
        -------
        a column for each of `innocluster.sim.mesa.firm_records.RECORDED`, with units in
        ``attrs["units"]``
        """
        return self.model.history_of(self._identifier)

    def decide_membership(self) -> bool:
        """M0: whether it takes part in the programme this month.

        Asked every month from the programme's start.  A firm that no
        mini-cluster suits cannot join, whatever it returns.
        """
        if self.mini_cluster < 0:
            return False
        p = self.model.parameters
        terms = self.model.joining_terms(self.row)
        net = p.joining_benefit * terms.benefit
        if self.member == 1:
            return bool(terms.leaves >= leaving_hazard(p.leaving_rate, net))
        member = self.model.table(FirmTable).member
        known = [pair.row for pair in self.pairs() if pair.with_firm and pair.familiarity > 0.0]
        peers = int(np.sum(member[known])) / len(known) if known else 0.0
        score = joining_score(
            self.employees,
            12.0 * self.revenue,
            self.research_intensity > 0.0,
            p.joining_size, p.joining_research, p.joining_large, p.large_firm, p.large_revenue,
            recent_growth(self.revenue, self.smoothed_sales),
            p.joining_growth,
        )  # fmt: skip
        return bool(
            terms.joins < joining_hazard(terms.constant, score, peers, p.joining_peers, net)
        )

    def decide_research(self) -> float:
        """F3: its own R&D spending this month, KRW million, 0 or more."""
        return float(self.research_spending)

    def decide_factors(self) -> tuple[float, float]:
        """I1: capital (KRW million of 2003) and workers it wants after the month's sales."""
        p = self.model.parameters
        ratio = self.model.region.sectors.value_added_ratio[self.sector]
        needed = log(wanted_capacity(self.expected_demand, ratio, p.target_utilisation))
        jobs = desired_labour(
            needed, self.log_productivity, log(self.capital), p.capital_elasticity
        )
        worth = self.expected_demand * self.model.worth_of_output(self.sector)
        return wanted_capital(worth, p.capital_output_ratio), jobs

    def _summary(self) -> str:
        joined = ", member" if self.member else ""
        return (
            f"{self.sector_key} in {self.complex_key}, {self.employees:,.0f} employees, "
            f"KRW {self.revenue:,.0f} million a month{joined}"
        )


class ResearchBody(Actor, table=ResearchBodyTable):
    """A university or a government-funded institute."""

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.model.region.research_bodies.names[self.row])

    @property
    def complex_key(self) -> str:
        """Identifier of the industrial complex that it serves."""
        return str(self.model.region.complexes.keys[self.complex])

    def pairs(self) -> list[Pair]:
        """Firms that it has met and not forgotten, with the state of each relation."""
        return self.model.pairs_of(self)

    def partners(self) -> list[Firm | ResearchBody]:
        """Agents of the firms that it is in touch with."""
        return [pair.partner for pair in self.pairs() if pair.familiarity > 0.0]

    def _summary(self) -> str:
        return f"{self.name}, {self.complex_key}, {self.researchers:,.0f} researchers"


class University(ResearchBody):
    """A university."""


class Institute(ResearchBody):
    """A government-funded institute."""


class Coordinator(Actor, table=CoordinatorTable):
    """A unit of the governance chain: a committee, the secretariat or a promotion group."""

    @property
    def level_name(self) -> str:
        """Name of its level."""
        return str(self.model.governance.names[self.level])

    @property
    def complex_key(self) -> str:
        """Identifier of a promotion group's complex, empty for the levels above."""
        return str(self.model.region.complexes.keys[self.complex]) if self.is_local else ""

    @property
    def is_local(self) -> bool:
        """Whether it sees the pairs of one complex only."""
        return bool(self.complex >= 0)

    @property
    def decisions(self) -> list[Decision]:
        """What it decided so far, with what it knew and what it cost."""
        return [made for made in self.model.decisions if made.coordinator == self.row]

    @property
    def known_month(self) -> int:
        """Last month that it knows about, months since 2003-01; negative when none yet."""
        return int(self.model.month - 1 - self.lag)

    def _summary(self) -> str:
        place = f" of {self.complex_key}" if self.is_local else ""
        return (
            f"{self.level_name}{place}, received KRW {self.received:,.0f} million, "
            f"spent {self.spent:,.0f}, knows the months to {self.known_month} "
            f"with noise {self.noise:g}"
        )
