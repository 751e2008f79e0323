"""The engine's side of agents that decide by a rule of their own."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.shell import DECISIONS, Actor, Firm

__all__ = ["AgentRules", "overridden"]

Floats = NDArray[np.float64]


def overridden(firm_class: type[Firm]) -> tuple[str, ...]:
    """Names of the decisions for which a class has a rule of its own."""
    return tuple(n for n in DECISIONS if getattr(firm_class, n) is not getattr(Firm, n))


class AgentRules:
    """Asks agents for the decisions that their classes override.

    Parameters
    ----------
    close : told the rows of firms that have closed
    """

    def __init__(self, close: Callable[[NDArray[np.int32]], None]) -> None:
        self.forget = close
        self._deciders: dict[str, dict[int, Firm]] = {name: {} for name in DECISIONS}

    def adopt(self, agent: Actor) -> None:
        """Take note of the decisions that the agent's class overrides."""
        if isinstance(agent, Firm):
            for name in overridden(type(agent)):
                self._deciders[name][agent.row] = agent

    def drop(self, agent: Actor) -> None:
        """Ask the agent no more."""
        for deciders in self._deciders.values():
            if deciders.get(agent.row) is agent:
                del deciders[agent.row]

    def membership(self, decision: NDArray[np.int8]) -> None:
        """M0: replace decisions to be a member."""
        for row, firm in self._deciders["decide_membership"].items():
            decision[row] = 1 if firm.decide_membership() and firm.mini_cluster >= 0 else 0

    def research(self, spending: Floats) -> None:
        """F3: replace R&D spending, KRW million."""
        for row, firm in self._deciders["decide_research"].items():
            spending[row] = _amount(firm, "decide_research", firm.decide_research())

    def factors(self, capital: Floats, workers: Floats) -> None:
        """I1: replace desired capital, KRW million of 2003, and workers."""
        for row, firm in self._deciders["decide_factors"].items():
            wanted = firm.decide_factors()
            capital[row] = _amount(firm, "decide_factors", wanted[0])
            workers[row] = _amount(firm, "decide_factors", wanted[1])


def _amount(firm: Firm, decision: str, value: float) -> float:
    """Check a number that a user's rule returned."""
    if not (isfinite(value) and value >= 0.0):
        name = f"{type(firm).__name__}.{decision}"
        raise ValueError(f"{name} of row {firm.row} gave {value!r}; allowed: a number from 0 up")
    return float(value)
