"""The parameters: declared once in `data/parameters.csv`, everything else derives from there.

The table gives every parameter its name, symbol, default, range, unit, group,
equation, source and label in English and Korean.  From it come validation,
help, sliders, priors and the parameter table of the documentation.

Critics may want values that nobody holds plausible: an effect of zero, a share of one.
`data/limits.csv` says how far beyond its range a parameter may be set by hand.

The prior of a parameter is a PERT distribution: beta on its range with the mode at its
default (`innocluster.scenarios.statistics.draws`).  Parameters of the group ``design`` are
choices, those of the group ``convention`` definitions, bounds and what moves
nothing that is reported: they have none.  Those of the
group ``swept`` are even over their range.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from .files import DATA
from .parameter_record import Parameters

__all__ = ["PARAMETERS", "Parameter", "ParameterError", "ParameterSet"]


class ParameterError(ValueError):
    """A parameter that does not exist or a value outside its range.

    Attributes
    ----------
    key, value, allowed : what was given and what would be accepted
    """

    def __init__(self, key: str, value: object, allowed: str) -> None:
        super().__init__(f"parameter '{key}' is {value!r}; allowed: {allowed}")
        self.key = key
        self.value = value
        self.allowed = allowed


@dataclass(frozen=True)
class Parameter:
    """One behavioural parameter with its provenance."""

    name: str
    symbol: str
    default: float
    low: float
    high: float
    unit: str
    group: str
    equation: str
    source: str
    label: str
    label_ko: str

    @property
    def lowest(self) -> float:
        """Least value with which the model runs; below `low` it is no longer plausible."""
        return _limits().get(self.name, (self.low, self.high))[0]

    @property
    def highest(self) -> float:
        """Largest value with which the model runs; above `high` it is no longer plausible."""
        return _limits().get(self.name, (self.low, self.high))[1]

    @property
    def allowed(self) -> str:
        """The range in words."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        words = f"a number from {self.lowest:g} to {self.highest:g}{unit}"
        if (self.lowest, self.highest) == (self.low, self.high):
            return words
        return f"{words}; plausible from {self.low:g} to {self.high:g}"


@cache
def _read() -> dict[str, Parameter]:
    path = DATA / "parameters.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["name"]: _parameter(row) for row in csv.DictReader(file)}


@cache
def _limits() -> dict[str, tuple[float, float]]:
    """Least and largest values that have been tried beyond the plausible ranges."""
    with (DATA / "limits.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {row["name"]: (float(row["lowest"]), float(row["highest"])) for row in rows}


def _parameter(row: dict[str, Any]) -> Parameter:
    numbers: dict[str, Any] = {key: float(row[key]) for key in ("default", "low", "high")}
    return Parameter(**{**row, **numbers})


PARAMETERS: dict[str, Parameter] = _read()


class ParameterSet:
    """A complete, validated set of parameter values; missing ones take their default.

    Parameters
    ----------
    values : mapping of parameter name to number, within the limits of each
    unchecked : values beyond the limits, for the exact limits of the
        model in which a mechanism is switched off (a share of zero, say)

    Raises
    ------
    ParameterError
        For an unknown name or a value outside the range.
    """

    def __init__(
        self,
        values: Mapping[str, float] | None = None,
        unchecked: Mapping[str, float] | None = None,
    ) -> None:
        self._values = {name: parameter.default for name, parameter in PARAMETERS.items()}
        for name, value in (values or {}).items():
            self._values[name] = self._checked(name, value)
        for name, value in (unchecked or {}).items():
            if name not in PARAMETERS:
                raise ParameterError(name, value, "a name of the parameter table")
            self._values[name] = float(value)

    @staticmethod
    def _checked(name: str, value: float) -> float:
        if name not in PARAMETERS:
            raise ParameterError(name, value, "a name of the parameter table")
        parameter = PARAMETERS[name]
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
            or not parameter.lowest <= value <= parameter.highest
        ):
            raise ParameterError(name, value, parameter.allowed)
        return float(value)

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def as_dict(self) -> dict[str, float]:
        """All values by name."""
        return dict(self._values)

    def changed(self) -> dict[str, float]:
        """Only the values that differ from their default."""
        return {n: v for n, v in self._values.items() if v != PARAMETERS[n].default}

    def record(self) -> Parameters:
        """The values as phases and compiled functions read them, ``p.name``."""
        return Parameters(**self._values)
