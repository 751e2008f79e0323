"""An axis of a sweep: one entry of a scenario, the values it takes, and its unit coordinate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator

from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS, Parameter

from ..errors import InputError
from ..statistics.draws import pert_quantile

__all__ = ["SAMPLES", "Axis"]

SAMPLES = ("sobol", "latin", "morris")
"""Designs that take points between the ends of a range."""

Floats = NDArray[np.float64]
Value = float | int | str

_WHOLE = ("spin_up_years", "population_seed")


class Axis(BaseModel):
    """What one entry of the scenario takes.

    Attributes
    ----------
    entry : ``parameters.NAME``, ``forms.RULE``, ``programme.budget_scale`` or an entry of a
        scenario such as ``macro``
    values : a list; for a rule all its forms by default
    low, high : ends of a range instead; a parameter's own by default
    steps : values of a range in a grid
    spread : ``"even"`` over the range, or ``"prior"``: the parameter's PERT distribution
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    entry: str
    values: Annotated[tuple[Value, ...], Field(min_length=1)] | None = None
    low: Annotated[float, Field(allow_inf_nan=False)] | None = None
    high: Annotated[float, Field(allow_inf_nan=False)] | None = None
    steps: Annotated[int, Field(ge=2, le=1000)] | None = None
    spread: Literal["even", "prior"] = "even"

    @field_validator("values", mode="before")
    @classmethod
    def _tuple(cls, given: object) -> object:
        return tuple(given) if isinstance(given, list) else given

    @property
    def parameter(self) -> Parameter | None:
        """The parameter that the entry is, if it is one."""
        table, _, name = self.entry.partition(".")
        return PARAMETERS.get(name) if table == "parameters" else None

    @property
    def levels(self) -> tuple[Value, ...]:
        """The values of a list, each once; empty for a range."""
        table, _, name = self.entry.partition(".")
        if self.values is not None:
            return tuple(dict.fromkeys(self.values))
        return tuple(RULES[name].forms) if table == "forms" and name in RULES else ()

    @property
    def kinds(self) -> int:
        """Number of values between which nothing lies; 0 for numbers."""
        return 0 if all(not isinstance(value, str) for value in self.levels) else len(self.levels)

    def ends(self) -> tuple[Value, ...]:
        """Levels, or both ends of the range."""
        return self.levels or self._range()

    def steps_of(self) -> tuple[Value, ...]:
        """Values in a grid or list."""
        if self.levels:
            return self.levels if self.values is None else self.values
        shares = np.linspace(0.0, 1.0, self.steps or 2)
        return tuple(self.at(shares).tolist())

    def at(self, unit: Floats) -> NDArray[Any]:
        """Values at unit coordinates."""
        if self.levels:
            number = np.minimum((unit * len(self.levels)).astype(int), len(self.levels) - 1)
            chosen = np.empty(len(unit), dtype=object)
            chosen[:] = [self.levels[i] for i in number]
            return chosen
        low, high = self._range()
        if self.spread == "prior":
            assert self.parameter is not None
            ends = (np.full(len(unit), v) for v in (low, self.parameter.default, high))
            values = pert_quantile(unit, *ends)
        else:
            values = low + (high - low) * unit
        # The last bits of special functions differ between machines.
        rounded = np.array([float(f"{value:.10g}") for value in values.tolist()])
        within = np.clip(rounded, low, high)
        result: NDArray[Any] = np.round(within).astype(int) if self.entry in _WHOLE else within
        return result

    def coordinates(self, values: Sequence[Any]) -> Floats:
        """Unit coordinates of numbers, the numbers of the levels of texts.

        Where values follow a prior, their probabilities.
        """
        if self.kinds:
            return np.array([self.levels.index(value) for value in values], dtype=np.float64)
        low, high = self._range()
        if self.levels:
            numbers = [float(value) for value in self.levels]
            low, high = min(numbers), max(max(numbers), min(numbers) + 1e-12)
        given = np.asarray(values, dtype=np.float64)
        if self.spread == "prior":
            shares = np.linspace(0.0, 1.0, 2001)
            return np.interp(given, np.asarray(self.at(shares), dtype=np.float64), shares)
        result: Floats = (given - low) / (high - low)
        return result

    def check(self, file: str, design: str) -> None:
        """Refuse what cannot be an axis of a design.

        Raises
        ------
        InputError
            In one line.
        """

        def wrong(key: str, value: object, allowed: str) -> InputError:
            return InputError(file=file, key=f"{self.entry}: {key}", value=value, allowed=allowed)

        ranged = self.low is not None or self.high is not None
        if self.levels and (ranged or self.steps is not None):
            raise wrong("values", self.levels, "values or a range, not both")
        if design != "list" and len(self.levels) < len(self.values or ()):
            raise wrong("values", self.values, "each once")
        if self.spread == "prior" and (self.parameter is None or self.levels or ranged):
            raise wrong("spread", "prior", "prior for a parameter over its whole range")
        if self.levels:
            return
        sampled = design in SAMPLES
        if self.parameter is None and (self.low is None or self.high is None):
            raise wrong("values", "none", "values, or low and high")
        low, high = self._range()
        if not low < high:
            raise wrong("low", low, f"a number below high = {high:g}")
        if not sampled and self.steps is None:
            raise wrong("steps", "none", "steps or values in a grid, a list or with draws")
        if sampled and self.steps is not None:
            raise wrong("steps", self.steps, "no steps in a sample")

    def _range(self) -> tuple[float, float]:
        parameter = self.parameter
        low, high = (parameter.low, parameter.high) if parameter is not None else (0.0, 1.0)
        return low if self.low is None else self.low, high if self.high is None else self.high
