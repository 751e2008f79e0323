"""One run: its settings, its state, and stepping through the months."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import fsum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.elementary import log

from .calendar import month_number
from .coordination import Policy
from .governance import chain_of, screening_chances
from .initial_state import anchors, initial_state
from .macro import MacroSeries
from .month import advance
from .observation import Series
from .parameters import ParameterSet
from .population import Population
from .random_numbers import replication_key
from .scratch import Scratch
from .state import State
from .technology import location_weights

__all__ = ["WAYS", "Settings", "Simulation"]

Floats = NDArray[np.float64]

WAYS = ("grants", "cash", "ties")
"""Ways that no parameter closes: R&D paid by grants and support, cash paid out, spillovers
that familiarity earns beyond those of the place (F4)."""


class Overrules(Protocol):
    """Decision rules of single agents, held by the Mesa shell."""

    def membership(self, decision: NDArray[np.int8]) -> None:
        """Replace decisions to be a member."""

    def research(self, spending: Floats) -> None:
        """Replace R&D spending."""

    def factors(self, capital: Floats, workers: Floats) -> None:
        """Replace desired capital and employment."""

    def forget(self, rows: NDArray[np.int32]) -> None:
        """Drop agents whose firms have closed."""


@dataclass(frozen=True)
class Settings:
    """What defines a run.

    Attributes
    ----------
    population : firms and region of 2003
    parameters : behavioural parameters
    macro : exogenous series
    policy : coordination policy
    seed : key of every random draw, 0 … 2**64 - 1
    last : last (year, month) simulated
    budget : calendar year -> KRW million; None takes the region's budget path
    match_2003 : scale demand so that the twelve months of 2003 sum to the data
    governance : variant of the chain, one of `CHAINS`
    screening : who looks at a project before it gets a grant, one of `SCREENINGS`
    closed : ways of `WAYS` that are closed, to measure what runs through them
    """

    population: Population
    parameters: ParameterSet
    macro: MacroSeries
    policy: Policy
    seed: int
    last: tuple[int, int] = (2013, 12)
    budget: dict[int, float] | None = None
    match_2003: bool = True
    governance: str = "four-level"
    screening: str = "single"
    closed: frozenset[str] = frozenset()

    @property
    def months(self) -> int:
        """Number of months simulated."""
        return month_number(*self.last) + 1

    @property
    def funded(self) -> bool:
        """Whether a programme runs at all: without money none does, whatever the policy."""
        path = self.population.region.budget if self.budget is None else self.budget
        return self.policy.programme and any(amount > 0.0 for amount in path.values())

    def budget_of(self, year: int) -> float:
        """Budget of a calendar year, KRW million."""
        path = self.population.region.budget if self.budget is None else self.budget
        return path.get(year, 0.0)


class Simulation:
    """A run of the model from 2003-01.

    Parameters
    ----------
    settings : Settings

    Attributes
    ----------
    state : State
        Current state; `state.month` is the month about to be simulated.
    series : Series
        What has been recorded so far.
    measures_years : bool
        Whether the yearly measures are taken; a trial needs none.
    """

    def __init__(self, settings: Settings) -> None:
        settings = replace(settings, population=settings.population.ordered())
        # The trial is over, and its memory free, before this run's state is made.
        reached = _trial_of_2003(settings) if settings.match_2003 else None
        self.settings = settings
        self.parameters = settings.parameters.row()
        self.values = settings.parameters.namespace()
        self.key = replication_key(settings.seed)
        self.region = settings.population.region
        self.governance = chain_of(self.region.governance, settings.governance, self.values)
        self.screening = screening_chances(
            settings.screening, self.governance.lag.size, int(self.values.committee_votes),
            self.values.screening_good, self.values.screening_bad,
        )  # fmt: skip
        self.state: State = initial_state(
            settings.population, self.governance, self.values, self.key
        )
        self.anchors = anchors(self.state, settings.population, self.values)
        self.state.profit_ratio[:] = self.anchors.usual_profit
        self.weights, self.proximity = location_weights(
            self.region.complexes.distance,
            settings.parameters["complex_weight"],
            settings.parameters["outside_weight"],
            settings.parameters["half_distance"],
        )
        rates = settings.macro.exchange_rate[:12]
        self.reference_exchange_rate = fsum(rates) / 12.0
        self.overrules: Overrules | None = None
        self.measures_years = True
        self.scratch = Scratch.for_population(settings.population)
        self.series = Series.empty(settings.months, self.region.complexes.keys)
        if reached is not None:
            self._match_2003(*reached)

    def _match_2003(self, revenues: list[float], exports: list[float]) -> None:
        """Scale demand and export shares so that the months of 2003 sum to the data.

        2003 is an initial condition, met rather than fitted. `revenues` and `exports`
        are what a trial run of its twelve months reached in each complex.
        """
        complexes = self.region.complexes
        firms = self.state.firms
        for c, (revenue, exported) in enumerate(zip(revenues, exports, strict=True)):
            rows = np.flatnonzero(firms.complex[: firms.count] == c)
            if rows.size == 0 or revenue <= 0.0:
                continue
            scale = complexes.production[c] / revenue
            firms.demand_scale[rows] *= scale
            firms.expected_demand[rows] *= scale
            firms.level[rows] += log(scale)
            firms.demand_reference[rows] += log(scale)
            firms.log_productivity[rows] += log(scale)
            won = self.reference_exchange_rate
            wanted = won * complexes.exports[c] / complexes.production[c]
            firms.export_logit[rows] += _odds_shift(won * exported / revenue, wanted)

    @property
    def month(self) -> int:
        """Month about to be simulated, 0 is 2003-01."""
        return self.state.month

    @property
    def passes(self) -> tuple[float, float]:
        """Chances that a good and a bad project get a grant under the policy."""
        return self.screening if self.settings.policy.screened else (1.0, 1.0)

    def overrule_membership(self, decision: NDArray[np.int8]) -> None:
        """Let agents with a decision rule of their own replace theirs in `decision`."""
        if self.overrules is not None:
            self.overrules.membership(decision)

    def overrule_research(self, spending: Floats) -> None:
        """Let agents with a rule of their own replace their R&D `spending`."""
        if self.overrules is not None:
            self.overrules.research(spending)

    def overrule_factors(self, capital: Floats, workers: Floats) -> None:
        """Let agents with a rule of their own replace the factors that they desire."""
        if self.overrules is not None:
            self.overrules.factors(capital, workers)

    def forget_agents(self, rows: NDArray[np.int32]) -> None:
        """Tell whoever holds agents that the firms in `rows` have closed."""
        if self.overrules is not None:
            self.overrules.forget(rows)

    def step(self) -> None:
        """Simulate one month."""
        advance(self)

    def run_until(self, month: int) -> None:
        """Simulate up to, not including, `month` (months since 2003-01)."""
        while self.state.month < min(month, self.settings.months):
            self.step()

    def run(self) -> Series:
        """Simulate to the end and return what was recorded."""
        self.run_until(self.settings.months)
        return self.series

    def fork(self) -> Simulation:
        """Return an independent copy of the run as it stands."""
        return self._twin()

    def with_policy(
        self,
        policy: Policy,
        parameters: ParameterSet | None = None,
        closed: frozenset[str] = frozenset(),
    ) -> Simulation:
        """Return an independent copy that goes on under another policy.

        Before the programme starts all policies are the same, so that arms of a
        comparison are copied at its start and share the months before it.

        Parameters
        ----------
        policy : of the months to come
        parameters : of the months to come, unchanged if omitted; what parameters fixed at
            the start (firms, weights of places, governance chain) stays as it is
        closed : ways of `WAYS` that are closed from now on

        Raises
        ------
        ValueError
            For a way that does not exist.
        """
        unknown = sorted(closed - set(WAYS))
        if unknown:
            raise ValueError(f"closed: {', '.join(unknown)}; allowed: {', '.join(WAYS)}")
        kept = self.settings.parameters if parameters is None else parameters
        return self._twin(policy=policy, parameters=kept, closed=closed)

    def _twin(self, **changes: Any) -> Simulation:
        twin = object.__new__(Simulation)
        twin.__dict__.update(self.__dict__)
        twin.settings = replace(self.settings, **changes)
        twin.parameters = twin.settings.parameters.row()
        twin.values = twin.settings.parameters.namespace()
        twin.state = self.state.copy()
        twin.series = self.series.copy()
        twin.overrules = None
        twin.scratch = Scratch.for_population(self.settings.population)
        return twin


def _trial_of_2003(settings: Settings) -> tuple[list[float], list[float]]:
    """Revenue and exports of 2003 by complex when demand is not yet scaled to the data."""
    trial = Simulation(replace(settings, match_2003=False))
    trial.measures_years = False
    trial.run_until(12)
    revenue, exports = (
        [fsum(column) for column in trial.series.values[name][:12].T]
        for name in ("revenue", "exports")
    )
    return revenue, exports


def _odds_shift(reached: float, wanted: float) -> float:
    """Shift of log odds that moves an export share from `reached` to `wanted`."""
    reached = min(max(reached, 1e-6), 0.98)
    wanted = min(max(wanted, 1e-6), 0.98)
    shift: float = log(wanted / (1.0 - wanted)) - log(reached / (1.0 - reached))
    return shift
