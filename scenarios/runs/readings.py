"""What is kept of a run: a named vector of numbers, made where the run was executed.

A comparison keeps the yearly table of every run; a sweep or a calibration of many thousand runs
keeps a `Reading`: an importable function that makes a few numbers from what a run left.  Workers
call it, so that nothing else travels or is stored.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .indicators import FIRST_YEAR, UNITS, Yearly, indicator_list

if TYPE_CHECKING:
    from innocluster.sim.simulation import Simulation

__all__ = ["Finished", "Reading", "Watch", "indicator_reading", "split_name"]

Floats = NDArray[np.float64]


class Watch(Protocol):
    """Somebody who simulates the months and notes what the engine does not record."""

    def run_until(self, month: int) -> None:
        """Simulate up to, not including, `month` (months since 2003-01)."""

    def go_on(self, simulation: Simulation) -> Watch:
        """A copy that goes on with a copy of the run, which may be under another policy."""


@dataclass(frozen=True)
class Finished:
    """What a run left.

    Attributes
    ----------
    arm : id of its arm
    replication : number of its world
    simulation : at its end: settings, state and monthly series
    yearly : measure -> (years, 1 + complexes), region first
    watch : who watched it, where the reading asks for one
    """

    arm: str
    replication: int
    simulation: Simulation
    yearly: Yearly
    watch: Any = None

    @property
    def places(self) -> tuple[str, ...]:
        """Names of the columns of `yearly`."""
        return ("all", *self.simulation.region.complexes.keys)


@dataclass(frozen=True)
class Reading:
    """How a run becomes a named vector.

    Attributes
    ----------
    function : makes at least the numbers named; a function that a worker can import, or a
        partial of one
    names : what is kept, in the order of the vector
    watch : makes who simulates the months and notes more, such as
        `innocluster.scenarios.runs.moments.MomentRecorder`; called with a run before its first
        month
    """

    function: Callable[[Finished], Mapping[str, float]]
    names: tuple[str, ...]
    watch: Callable[[Simulation], Watch] | None = None

    @property
    def identity(self) -> str:
        """Digest of the function and who watches: of what makes the numbers, whatever is kept."""
        parts = pickle.dumps((self.function, self.watch), protocol=4)
        return hashlib.sha256(parts).hexdigest()

    @cached_property
    def layout(self) -> str:
        """The names in JSON, as a ledger notes them."""
        return json.dumps({"vector": self.names})

    def vector(self, finished: Finished) -> Floats:
        """The numbers named.

        Raises
        ------
        KeyError
            Where the function does not make one of them.
        """
        values = self.function(finished)
        return np.array([values[name] for name in self.names], dtype=np.float64)


def indicator_reading(
    outcomes: Sequence[str], last_year: int, complexes: Sequence[str] = ()
) -> Reading:
    """Every indicator of the region, and the outcomes asked for, also of each complex.

    Since all indicators are kept, other outcomes of the region can be asked for afterwards.

    Parameters
    ----------
    outcomes : yearly series with their year, such as ``revenue_2008``
    last_year : last full calendar year of the runs
    complexes : for which the outcomes are kept as ``revenue_2008@ulsan``
    """
    usual = [indicator.name for indicator in indicator_list(last_year)]
    asked = [name for name in outcomes if name not in usual]
    places = [f"{name}@{key}" for name in outcomes for key in complexes]
    return Reading(partial(_indicators, last_year), (*usual, *asked, *places))


def split_name(outcome: str) -> tuple[str, int, str]:
    """Series, year and complex (empty for the region) of the name of an outcome."""
    name, _, place = outcome.partition("@")
    series, _, year = name.rpartition("_")
    return series, int(year), place


def _indicators(last_year: int, finished: Finished) -> dict[str, float]:
    """Every indicator and every yearly series by name, for the region and each complex."""
    values: dict[str, float] = {}
    for series in UNITS:
        for y, row in enumerate(finished.yearly[series]):
            name = f"{series}_{FIRST_YEAR + y}"
            values[name] = float(row[0])
            values |= {
                f"{name}@{key}": float(value)
                for key, value in zip(finished.places[1:], row[1:], strict=False)
            }
    for indicator in indicator_list(last_year):
        values[indicator.name] = float(indicator.values(finished.yearly)[0])
    return values
