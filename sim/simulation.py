"""One run of the model: its start, stepping through the months, copies that go on differently."""

from __future__ import annotations

from dataclasses import replace
from math import fsum
from typing import Any

import numpy as np

from innocluster.agents.elementary import logistic
from innocluster.agents.help import ask_for_help

from .accounting.series import Series
from .beginning.market_conditions import market_conditions
from .beginning.new_firms import log_odds
from .coordination.policy import Policy
from .ground.parameters import ParameterSet
from .market.sales import offered_at_start
from .month import advance
from .run import Run
from .settings import WAYS, Settings
from .spin_up import scale_firms
from .starts import start_of

__all__ = ["Simulation"]


class Simulation(Run):
    """A run that steps through the months.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        ask_for_help([settings.policy.id])
        state, prototypes = start_of(settings) if settings.spin_up_years else (None, None)
        super().__init__(settings, state, prototypes)
        if settings.match_2003:
            # Once more, since those who enter in 2003 are scaled as well.
            for _ in range(2):
                self._match_2003(*_reached_in_2003(self.fork()))

    def __repr__(self) -> str:
        settings = self.settings
        return (
            f"<Simulation of {settings.policy.id}, seed {settings.seed}: "
            f"{self.month} of {settings.months} months>"
        )

    def _match_2003(self, revenues: list[float], exports: list[float]) -> None:
        """Scale firms and their export shares so that the months of 2003 sum to the data.

        2003 is an initial condition, met rather than fitted. `revenues` and `exports`
        are what a trial run of its twelve months reached in each complex.  All that is money
        is scaled alike, so that no firm earns more or less on a won of sales.
        """
        complexes = self.region.complexes
        firms = self.state.firms
        prototypes = self.prototypes
        sales, share = prototypes.revenue.copy(), prototypes.export_share.copy()
        for c, (revenue, exported) in enumerate(zip(revenues, exports, strict=True)):
            rows = np.flatnonzero(firms.complex[: firms.count] == c)
            if rows.size == 0 or revenue <= 0.0:
                continue
            scale = complexes.production[c] / revenue
            same = np.ones(rows.size)
            scale_firms(firms, rows, scale * same, same, self.parameters.capital_elasticity)
            won = self.reference_exchange_rate
            wanted = won * complexes.exports[c] / complexes.production[c]
            reached = won * exported / revenue
            odds = log_odds(wanted) - log_odds(reached)
            firms.export_logit[rows] += odds
            kind = prototypes.complex == c
            sales[kind] *= scale
            share[kind] = [logistic(log_odds(x) + odds) for x in share[kind]]
        self.prototypes = replace(prototypes, revenue=sales, export_share=share)
        offered = offered_at_start(self.parameters, firms, len(self.region.sectors.keys))
        self.anchors = replace(self.anchors, offered=offered)

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
        twin.parameters = twin.settings.parameters.record()
        if "parameters" in changes:
            twin.conditions = market_conditions(
                twin.settings.macro, twin.region.sectors, twin.parameters, twin.forms
            )
        twin.state = self.state.copy()
        twin.series = self.series.copy()
        twin.overrules = None
        twin.make_buffers()
        return twin


def _reached_in_2003(trial: Simulation) -> tuple[list[float], list[float]]:
    """Revenue and exports of 2003 by complex when demand is not yet scaled to the data."""
    trial.sums_costs = trial.measures_years = False
    trial.run_until(12)
    revenue, exports = (
        [fsum(column) for column in trial.series.values[name][:12].T]
        for name in ("revenue", "exports")
    )
    return revenue, exports
