"""What a visitor can move: the programme's money, start and size, and parameters from their table.

A lever has a place on a scale from 0 to 1.  The preview is learned on these scales, and the
sliders stand on them: money and size are spread so that small amounts have room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.schema import Scenario
from innocluster.sim.ground.parameters import PARAMETERS

__all__ = ["LEVERS", "Lever", "coordinates", "month_of", "months_of", "settings_at"]

_FIRST_START = (2005, 4)
_MOST_BUDGET = 4.0
_MONTHS = 60


@dataclass(frozen=True)
class Lever:
    """Something a visitor moves.

    Attributes
    ----------
    key : ``"budget"``, ``"start"``, ``"members"`` or the name of a parameter
    low, high : ends of its scale, months after April 2005 for the start
    default : where it stands by itself
    step : of its slider
    """

    key: str
    low: float
    high: float
    default: float
    step: float

    def place(self, value: float) -> float:
        """Place of a value on the scale from 0 to 1; beyond it, below 0 or above 1."""
        share = (value - self.low) / (self.high - self.low)
        if self.key == "budget":
            return float(max(share, 0.0) ** 0.5)
        return share

    def value(self, place: float) -> float:
        """Value at a place."""
        share = place**2 if self.key == "budget" else place
        return self.low + share * (self.high - self.low)


def _parameter(name: str) -> Lever:
    known = PARAMETERS[name]
    return Lever(name, known.low, known.high, known.default, (known.high - known.low) / 20.0)


LEVERS = (
    Lever("budget", 0.0, _MOST_BUDGET, 1.0, 0.05),
    Lever("start", 0.0, float(_MONTHS), 0.0, 1.0),
    Lever("members", 0.25, 2.5, 1.0, 0.05),
    *(
        _parameter(name)
        for name in (
            "joint_gain", "transfer_gain", "attempt_rate", "rd_elasticity", "spillover_elasticity",
        )
    ),
)  # fmt: skip
"""Levers of the page, the budget first."""


def month_of(months: float) -> str:
    """The month so many months after the first possible start, ``YYYY-MM``."""
    year, month = divmod(_FIRST_START[0] * 12 + _FIRST_START[1] - 1 + round(months), 12)
    return f"{year}-{month + 1:02d}"


def months_of(month: str) -> int:
    """Months of ``YYYY-MM`` after the first possible start."""
    year, number = (int(part) for part in month.split("-"))
    return 12 * (year - _FIRST_START[0]) + number - _FIRST_START[1]


def coordinates(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the preview is learned on, 0 to 1: places of the levers, and the month of the start.

    A programme gets a year's money whatever month it begins in, so that much hangs on the month:
    January is 0 and December 1.

    Parameters
    ----------
    places : (N, levers)
    """
    months = np.round(places[:, 1] * _MONTHS) + _FIRST_START[1] - 1
    return np.column_stack([places, months % 12 / 11.0])


def settings_at(places: Sequence[float]) -> Scenario:
    """The default scenario with every lever at its place."""
    values = {lever.key: lever.value(p) for lever, p in zip(LEVERS, places, strict=True)}
    programme: dict[str, Any] = {
        "budget_scale": values.pop("budget"),
        "start": month_of(values.pop("start")),
        "members_scale": values.pop("members"),
    }
    return Scenario.default().replaced(programme=programme, parameters=values)
