"""What defines a run, and who may overrule decisions of its agents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .beginning.macro import MacroSeries
from .beginning.population import Population
from .coordination.policy import Policy
from .ground.calendar import PROGRAMME_START, month_number, month_text
from .ground.forms import Forms
from .ground.parameters import ParameterSet

__all__ = ["WAYS", "Overrules", "Settings"]

Floats = NDArray[np.float64]

WAYS = ("grants", "cash", "ties", "starts")
"""Ways that no parameter closes: R&D paid by grants and support, cash paid out, spillovers
that familiarity earns beyond those of the place (F4), where it earns any, and what ties, membership
and joint projects do for starting R&D and going on with it (F3)."""


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
    forms : the form of every rule whose form is open to question
    spin_up_years : years before 2003 in which the region settles; 0 starts with firms that
        have no past
    balanced : whether a firm enters for each that closes, as in the years of a spin-up
    start : (year, month) in which the programme starts, never before `PROGRAMME_START`
    members_scale : multiplier of the firms that are expected to join in the first year
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
    forms: Forms = Forms()
    spin_up_years: int = 0
    balanced: bool = False
    start: tuple[int, int] = PROGRAMME_START
    members_scale: float = 1.0
    closed: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        changed = "".join(f", {n}={v:g}" for n, v in self.parameters.changed().items())
        changed += "".join(f", {rule}={form}" for rule, form in self.forms.changed().items())
        firms = self.population.firms.identifier.size
        return (
            f"Settings({self.policy.id}, seed {self.seed}, to {month_text(self.months - 1)}, "
            f"{firms:,} firms{changed})"
        )

    @property
    def months(self) -> int:
        """Number of months simulated."""
        return month_number(*self.last) + 1

    @property
    def funded(self) -> bool:
        """Whether a programme runs at all: without money none does, whatever the policy."""
        path = self.population.region.budget if self.budget is None else self.budget
        return self.policy.programme and any(amount > 0.0 for amount in path.values())

    def programme_months(self, year: int) -> int:
        """Months of a calendar year in which there is a programme, if there is one at all."""
        return 12 - (self.start[1] - 1 if year == self.start[0] else 0)

    def budget_of(self, year: int) -> float:
        """Budget of a calendar year, KRW million."""
        path = self.population.region.budget if self.budget is None else self.budget
        return path.get(year, 0.0)
