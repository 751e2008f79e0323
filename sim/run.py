"""The record that the phases of the month read and change; it steps nothing itself."""

from __future__ import annotations

from dataclasses import replace
from math import fsum

import numpy as np
from numpy.typing import NDArray

from .accounting.series import Series
from .beginning.ages import founding_shares, turnover
from .beginning.initial_state import anchors, initial_state
from .beginning.market_conditions import market_conditions
from .beginning.population import FirmSample
from .beginning.scratch import scratch_for
from .coordination.chain import chain_of, screening_chances
from .ground.counts import Counts
from .ground.forms import form_code
from .ground.random_numbers import replication_key
from .innovation.spillovers import field_nearness, location_weights
from .market.sales import market_shares
from .network.activity import Activity
from .settings import Overrules, Settings
from .state import State

__all__ = ["Run"]

Floats = NDArray[np.float64]

_MAHALANOBIS = form_code("spillovers", "mahalanobis")


class Run:
    """Everything of a run of the model that starts in 2003-01.

    Parameters
    ----------
    settings : what defines it
    state : of January 2003; drawn if omitted
    prototypes : on which entrants are modelled, row by row of the population; its firms if omitted

    Attributes
    ----------
    settings : with the firms of the population in the order of a run
    parameters : the parameters, read as ``parameters.name``
    forms : the form of every rule, read as ``forms.name``
    key : address of every random draw
    region : what does not depend on the replication
    governance : chain of coordinators under the variant of the settings
    screening : chances that a good and a bad project pass the chain
    state : current state; `state.month` is the month about to be simulated
    anchors : what firms of 2003 are measured by
    prototypes : firms of 2003 as they would be without luck or misfortune
    foundings : (N,) share of a complex's foundings up to and with each of its firms, in the
        order of `scratch.places`
    weights, proximity : (C, C) spillover weights of places and of familiar firms, F4
    field_nearness : (F, F) nearness of technology fields, F4; where the form of spillovers does not
        ask for it, each is near itself alone
    reference_exchange_rate : mean of 2003, KRW per USD
    conditions : what the economy outside gives, by month and sector
    overrules : holder of agents that decide for themselves, if there is one
    sums_costs : whether production and costs enter the series each month; a trial needs none
    measures_years : whether the yearly measures are taken; a trial needs none
    scratch : buffers of the phases
    activity : how often firms meet somebody by themselves this month
    counts : what happened in the month, by complex
    newcomers : buffer with what can be observed of the firms that enter this month
    series : what has been recorded so far
    """

    def __init__(
        self,
        settings: Settings,
        state: State | None = None,
        prototypes: FirmSample | None = None,
    ) -> None:
        settings = replace(settings, population=settings.population.ordered())
        self.settings = settings
        self.parameters = settings.parameters.record()
        self.forms = settings.forms
        self.key = replication_key(settings.seed)
        self.region = settings.population.region
        self.governance = chain_of(self.region.governance, settings.governance, self.parameters)
        self.screening = screening_chances(
            settings.screening, self.governance.lag.size, int(self.parameters.committee_votes),
            self.parameters.screening_good, self.parameters.screening_bad,
        )  # fmt: skip
        self.state: State = state or initial_state(
            settings.population, self.governance, self.parameters, self.key
        )
        self.anchors = anchors(self.state, settings.population, self.parameters)
        self.state.profit_ratio[:] = self.anchors.usual_profit
        firms = settings.population.firms
        self.prototypes = prototypes or firms
        closures = turnover(firms.employees.astype(np.float64), self.parameters)
        self.foundings = founding_shares(firms.complex, closures)
        self.weights, self.proximity = location_weights(
            self.region.complexes.distance,
            settings.parameters["complex_weight"],
            settings.parameters["outside_weight"],
            settings.parameters["half_distance"],
        )
        self.field_nearness = (
            field_nearness(self.state.firms)
            if self.forms.spillovers == _MAHALANOBIS
            else np.eye(self.state.firms.direction.shape[1])
        )
        self.reference_exchange_rate = fsum(settings.macro.exchange_rate[:12]) / 12.0
        self.conditions = market_conditions(
            settings.macro, self.region.sectors, self.parameters, self.forms
        )
        self.overrules: Overrules | None = None
        self.sums_costs = True
        self.measures_years = True
        self.make_buffers()
        self.series = Series.empty(settings.months, self.region.complexes.keys)

    def make_buffers(self) -> None:
        """Make the arrays that phases write to within a month; no two runs share them."""
        self.scratch = scratch_for(self.settings.population)
        self.activity = Activity.of(
            self.settings.population.firms.complex, len(self.region.complexes.keys)
        )
        self.counts = Counts.nothing(len(self.region.complexes.keys))
        self.newcomers = self.settings.population.firms.room(0)

    @property
    def month(self) -> int:
        """Month about to be simulated, 0 is 2003-01."""
        return self.state.month

    @property
    def usual_productivity(self) -> Floats:
        """Log productivity of the mean firm of each sector this month, without luck, (H,)."""
        progress: Floats = self.conditions.progress[self.state.month]
        return self.anchors.sector_log_a + progress

    @property
    def market_shares(self) -> Floats:
        """Share of the region's firms in the home and the export market, as D1 takes it, (2,)."""
        return market_shares(self.forms.displacement, self.parameters)

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
