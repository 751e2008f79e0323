"""What the Mesa model's own data collector reports after every month."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..ground.calendar import month_text

__all__ = ["REPORTED", "reporters"]

REPORTED = (
    "revenue",
    "exports",
    "value_added",
    "employees",
    "firms",
    "members",
    "research_spending",
    "joint_projects",
    "licences",
)
"""Indicators that are reported beside the month."""


class Indicated(Protocol):
    """A model whose indicators can be asked for."""

    @property
    def month(self) -> int:
        """Month about to be simulated, 0 is 2003-01."""

    def indicator(self, name: str) -> float:
        """Value of an indicator in the last month simulated."""


def reporters() -> dict[str, Callable[[Indicated], str | float]]:
    """Functions of the model by name: the last month as YYYY-MM and the region's indicators."""
    result: dict[str, Callable[[Indicated], str | float]] = {"month": _last_month}
    return result | {name: _reporter(name) for name in REPORTED}


def _last_month(model: Indicated) -> str:
    return month_text(model.month - 1)


def _reporter(name: str) -> Callable[[Indicated], float]:
    # A function: of other callables Mesa's versions take some and not others.
    return lambda model: model.indicator(name)
