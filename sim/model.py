"""The model as a Mesa model: a simulation, and agents for the rows that somebody looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa import DataCollector, Model
from mesa.agent import AgentSet
from numpy.typing import ArrayLike, NDArray

from innocluster.agents.columns import Table
from innocluster.agents.coordinators import CoordinatorTable, Decision
from innocluster.agents.firms import FirmTable
from innocluster.agents.research_bodies import ResearchBodyTable
from innocluster.agents.shell import (
    DECISIONS,
    Actor,
    Coordinator,
    Firm,
    Institute,
    JoiningTerms,
    Pair,
    ResearchBody,
    University,
)

from .accounting.series import Series
from .beginning.population import Governance, Region
from .ground.random_numbers import Process, uniforms
from .mesa.firm_records import FirmRecords
from .mesa.network_graph import network_graph
from .mesa.overrules import AgentRules, overridden
from .mesa.reporters import reporters
from .network.pairs import BODY
from .settings import Settings
from .simulation import Simulation

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

__all__ = ["ClusterModel"]

_JOINING = int(Process.JOINING)


class ClusterModel(Model):
    """A run with Mesa's face: agents, agent sets and data collection.

    One step is one month.  The compiled phases simulate all firms; agents are
    views of single rows, made when they are asked for.

    Parameters
    ----------
    settings : Settings
        What defines the run; its seed also seeds Mesa's own generators, which the
        simulation never draws from.

    Attributes
    ----------
    simulation : Simulation
        The run itself: state, series, parameters.
    datacollector : DataCollector
        Collects after every month: ``"month"`` and the region's `REPORTED` of
        `innocluster.sim.mesa.reporters`, in the units of `INDICATORS`.  Put another in its place
        to collect something else, also of agents.

    Examples
    --------
    >>> model = ClusterModel(settings)                                    # doctest: +SKIP
    >>> large = model.firms(lambda firms: firms.employees >= 300)         # doctest: +SKIP
    >>> large.groupby("sector_key").agg("revenue", sum)                   # doctest: +SKIP
    """

    # Until there is a simulation nobody can be made, whatever looks at the agents.
    _populated = True

    def __init__(self, settings: Settings) -> None:
        super().__init__(rng=settings.seed)
        self.simulation = Simulation(settings)
        self._actors: dict[type[Table], dict[int, Actor]] = {
            kind: {} for kind in (FirmTable, ResearchBodyTable, CoordinatorTable)
        }
        self._records = FirmRecords(self.simulation.state)
        self._rules = AgentRules(self._close)
        self._firm_class: type[Firm] = Firm
        self._admits_entrants = False
        self._populated = False
        self.simulation.overrules = self._rules
        self.datacollector = DataCollector(reporters())

    def __repr__(self) -> str:
        settings = self.simulation.settings
        return (
            f"<{type(self).__name__} of {settings.policy.id}, seed {settings.seed}: "
            f"{self.month} of {settings.months} months>"
        )

    @property
    def agents(self) -> AgentSet:
        """All agents: operating firms, universities, institutes and coordinators.

        They are made when somebody looks here, at `agents_by_type` or at `agent_types` for
        the first time, and from then on for every firm that enters.
        """
        self._populate()
        return super().agents

    @property
    def agents_by_type(self) -> dict[type[Actor], AgentSet]:
        """All agents by their class."""
        self._populate()
        types: dict[type[Actor], AgentSet] = super().agents_by_type
        return types

    @property
    def agent_types(self) -> list[type[Actor]]:
        """Classes of the agents."""
        return list(self.agents_by_type)

    @property
    def month(self) -> int:
        """Month about to be simulated, 0 is 2003-01."""
        return self.simulation.month

    @property
    def parameters(self) -> Any:
        """The parameters, read as ``parameters.name``."""
        return self.simulation.parameters

    @property
    def region(self) -> Region:
        """The region, with the names of everything."""
        return self.simulation.region

    @property
    def governance(self) -> Governance:
        """The chain of coordinators that governs this run."""
        return self.simulation.governance

    @property
    def decisions(self) -> list[Decision]:
        """What the coordinators decided so far, in order."""
        return self.simulation.state.decisions

    def step(self) -> None:
        """Simulate one month; after the last one nothing happens."""
        last = self.simulation.settings.months
        if self.month < last:
            self.simulation.step()
            self._records.record(list(self._actors[FirmTable]), self.month - 1)
            if self._admits_entrants:
                self._make_entrants()
            self.datacollector.collect(self)
        self.running = self.month < last

    def run(self) -> Series:
        """Simulate to the end and return what was recorded."""
        self.run_model()
        return self.simulation.series

    def indicator(self, name: str, complex_key: str | None = None) -> float:
        """Value of a recorded series in the last month simulated, NaN before the first.

        Parameters
        ----------
        name : such as ``"revenue"``, see `innocluster.sim.INDICATORS`
        complex_key : of one complex; all complexes together if left out

        Raises
        ------
        LookupError
            For an unknown name or complex.
        """
        series = self.simulation.series
        if name not in series.values:
            raise LookupError(f"no indicator {name!r}; allowed: {', '.join(series.values)}")
        if complex_key is not None and complex_key not in series.complexes:
            allowed = ", ".join(series.complexes)
            raise LookupError(f"no complex {complex_key!r}; allowed: {allowed}")
        if self.month == 0:
            return float("nan")
        row = series.values[name][self.month - 1]
        return float(row.sum() if complex_key is None else row[series.complexes.index(complex_key)])

    def table(self, kind: type[Table]) -> Any:
        """Table of firms, research bodies or coordinators."""
        state = self.simulation.state
        if kind is FirmTable:
            return state.firms
        return state.bodies if kind is ResearchBodyTable else state.coordinators

    def firm(self, row: int) -> Firm:
        """Agent of the firm in `row`, made if there is none yet.

        Raises
        ------
        LookupError
            When no operating firm stands in that row.
        """
        found = self._actors[FirmTable].get(int(row))
        if isinstance(found, Firm):
            return found
        firms = self.simulation.state.firms
        if not 0 <= row < firms.count or firms.alive[row] == 0:
            raise LookupError(f"no operating firm in row {row} of {firms.count}")
        return self._firm_class(self, row)

    def firms(self, select: Callable[[FirmTable], NDArray[np.bool_]] | None = None) -> AgentSet:
        """Agents of the operating firms, or of those that `select` picks from the table.

        Parameters
        ----------
        select : takes the table of firms and returns a mask over its rows, such as
            ``lambda firms: firms.employees >= 300``; no agents are made for other rows
        """
        firms = self.simulation.state.firms
        mask = firms.alive == 1
        if select is not None:
            mask &= select(firms)
        return self.make_agents(np.flatnonzero(mask[: firms.count]))

    def make_agents(self, rows: Iterable[int]) -> AgentSet:
        """Agents of the firms in `rows`, in that order."""
        return AgentSet([self.firm(int(row)) for row in rows], random=self.random)

    def research_body(self, row: int) -> ResearchBody:
        """Agent of the university or institute in `row`, made if there is none yet."""
        found = self._actors[ResearchBodyTable].get(int(row))
        if isinstance(found, ResearchBody):
            return found
        bodies = self.simulation.state.bodies
        if not 0 <= row < bodies.count:
            raise LookupError(f"no university or institute in row {row} of {bodies.count}")
        return Institute(self, row) if bodies.institute[row] == 1 else University(self, row)

    def coordinator(self, row: int) -> Coordinator:
        """Agent of the coordinator in `row`, made if there is none yet."""
        found = self._actors[CoordinatorTable].get(int(row))
        if isinstance(found, Coordinator):
            return found
        number = self.simulation.state.coordinators.count
        if not 0 <= row < number:
            raise LookupError(f"no coordinator in row {row} of {number}")
        return Coordinator(self, row)

    def use(self, firm_class: type[Firm], rows: ArrayLike | None = None) -> AgentSet:
        """Let firms decide by the rules of a subclass of `Firm`.

        Only the decisions that the subclass overrides are asked of it; all others,
        and all other firms, stay with the compiled rules.

        Parameters
        ----------
        firm_class : subclass of `Firm`
        rows : rows of the firms, or a mask over the rows; all firms, and those that
            enter later, if left out

        Returns
        -------
        the agents, in the order of `rows`

        Raises
        ------
        TypeError
            When `firm_class` is not a subclass of `Firm` or overrides no decision.
        LookupError
            When no operating firm stands in one of the rows.
        """
        if not (isinstance(firm_class, type) and issubclass(firm_class, Firm)):
            raise TypeError(f"{firm_class!r} is not a subclass of Firm")
        if not overridden(firm_class):
            allowed = ", ".join(DECISIONS)
            raise TypeError(f"{firm_class.__name__} overrides no decision; allowed: {allowed}")
        firms = self.simulation.state.firms
        if rows is None:
            self._firm_class = firm_class
            self._admits_entrants = True
            chosen = np.flatnonzero(firms.alive[: firms.count] == 1)
        else:
            chosen = np.atleast_1d(np.asarray(rows))
            chosen = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        for row in chosen:
            if not 0 <= row < firms.count or firms.alive[row] == 0:
                raise LookupError(f"no operating firm in row {row} of {firms.count}")
        return AgentSet([firm_class(self, int(row)) for row in chosen], random=self.random)

    def register_agent(self, agent: Any) -> None:
        """Enter an agent; called by the agent itself. It takes the place of another in its row."""
        if isinstance(agent, Actor):
            before = self._actors[agent.kind].get(agent.row)
            if before is not None:
                before.remove()
            self._actors[agent.kind][agent.row] = agent
            self._rules.adopt(agent)
        super().register_agent(agent)

    def deregister_agent(self, agent: Any) -> None:
        """Strike an agent off; called by ``agent.remove()``. Its firm goes on by compiled rules."""
        if isinstance(agent, Actor):
            del self._actors[agent.kind][agent.row]
            self._rules.drop(agent)
        super().deregister_agent(agent)

    def pairs_of(self, actor: Actor) -> list[Pair]:
        """Living pairs of a firm, university or institute, the latest first."""
        pairs = self.simulation.state.pairs
        code = actor.row + (0 if isinstance(actor, Firm) else BODY)
        found = []
        row = int(actor.first_pair)
        while row >= 0:
            is_first = pairs.first[row] == code
            other = int(pairs.second[row] if is_first else pairs.first[row])
            if pairs.familiarity[row] >= 0.0:
                found.append(
                    Pair(
                        world=self,
                        with_firm=other < BODY,
                        row=other if other < BODY else other - BODY,
                        familiarity=float(pairs.familiarity[row]),
                        similarity=float(pairs.similarity[row]),
                        last_met=int(pairs.last_met[row]),
                        meetings=int(pairs.meetings[row]),
                        brokered=int(pairs.brokered[row]),
                        projects=int(pairs.projects[row]),
                        successes=int(pairs.successes[row]),
                    )
                )
            row = int(pairs.next_first[row] if is_first else pairs.next_second[row])
        return found

    def history_of(self, identifier: int) -> pd.DataFrame:
        """What was recorded of the firm with an identifier, see `Firm.history`."""
        return self._records.history(identifier)

    def to_networkx(self, threshold: float | None = None, everyone: bool = False) -> nx.Graph[str]:
        """The network of R&D firms, universities and institutes as it stands.

        Parameters and attributes are those of `innocluster.sim.mesa.network_graph.network_graph`.
        """
        return network_graph(self.simulation, threshold, everyone)

    def joining_terms(self, row: int) -> JoiningTerms:
        """M0: draws, constant and reported benefit of this month's decision of a firm."""
        state = self.simulation.state
        firms, place = state.firms, state.firms.complex[row]
        joins, leaves, _, _ = uniforms(
            self.simulation.key, firms.identifier[row], state.month, _JOINING, 0
        )
        return JoiningTerms(
            joins, leaves, state.joining_constant[place], state.reported_benefit[place]
        )

    def worth_of_output(self, sector: int) -> float:
        """Price of a sector's value added over that of capital, this month."""
        outside = self.simulation.conditions
        month = min(self.month, outside.general_price.size - 1)
        return float(outside.value_added_price[month, sector] / outside.general_price[month])

    def _populate(self) -> None:
        """Make an agent for everybody who has none, once."""
        if self._populated:
            return
        self._populated = self._admits_entrants = True
        self.firms()
        for row in range(self.simulation.state.bodies.count):
            self.research_body(row)
        for row in range(self.simulation.state.coordinators.count):
            self.coordinator(row)

    def _make_entrants(self) -> None:
        firms = self.simulation.state.firms
        entered = (firms.entered == self.month - 1) & (firms.alive == 1)
        self.make_agents(np.flatnonzero(entered[: firms.count]))

    def _close(self, rows: NDArray[np.int32]) -> None:
        """Record the last month of firms that have closed and remove their agents."""
        found = (self._actors[FirmTable].get(int(row)) for row in rows)
        closed = [agent for agent in found if agent is not None]
        self._records.record([agent.row for agent in closed], self.month)
        for agent in closed:
            agent.remove()
