"""A finished sweep as its folder holds it: the design, and every run with what it gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..entries import SCENARIO
from ..errors import InputError, choices
from ..runs.indicators import UNITS
from ..store.verification import finished_manifest
from ..sweeps.axes import Axis
from ..sweeps.designs import Sweep
from ..sweeps.runner.finished import SweepResult
from ..sweeps.runner.run_tables import RUNS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FinishedSweep", "read_sweep", "unit_of"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_RUN = ("scenario", "policy", "point", "replication", "trajectory", "draw", "status", "error")
_DONE = "done"


@dataclass(frozen=True)
class FinishedSweep:
    """Design and runs of a sweep.

    Attributes
    ----------
    sweep : the design
    table : a run a row: policy, point, replication, a column an input, status, error, and a column
        an outcome
    digest : of the table's file
    """

    sweep: Sweep
    table: pd.DataFrame
    digest: str

    @cached_property
    def runs(self) -> pd.DataFrame:
        """The runs that finished."""
        done = self.table["status"] == _DONE
        return self.table[done].reset_index(drop=True)

    @property
    def failures(self) -> int:
        """Number of runs that failed."""
        return len(self.table) - len(self.runs)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Entries that differ between points, as far as more than one value of each was run."""
        columns = list(self.table.columns)
        between = columns[: columns.index("status")]
        known = {axis.entry for axis in self.sweep.vary}
        return tuple(
            name
            for name in between
            if name in known or (name not in _RUN and self.table[name].nunique() > 1)
        )

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """Names of what was kept of every run."""
        columns = list(self.table.columns)
        behind = columns[columns.index("status") + 1 :]
        numbers = set(self.table.select_dtypes("number").columns)
        return tuple(name for name in behind if name in numbers and name != "seconds")

    @cached_property
    def policies(self) -> tuple[str, ...]:
        """Ids of the policies, in the order of the sweep."""
        found = set(self.table["policy"])
        return tuple(policy for policy in self.sweep.policies if policy in found)

    def axis(self, entry: str) -> Axis | None:
        """How an input is varied, ``None`` for a parameter of a file of draws."""
        return next((axis for axis in self.sweep.vary if axis.entry == entry), None)

    @cached_property
    def levels(self) -> Integers:
        """Number of levels of each input between which nothing lies, 0 for numbers."""
        axes = (self.axis(entry) for entry in self.inputs)
        return np.array([0 if axis is None else axis.kinds for axis in axes], dtype=np.int64)

    def coordinates(self, rows: pd.DataFrame) -> Floats:
        """Unit coordinates of the inputs of runs, and numbers of levels, (n, inputs)."""
        return np.column_stack(
            [self.coordinate(entry, rows[entry].tolist()) for entry in self.inputs]
        )

    def coordinate(self, entry: str, values: Sequence[Any]) -> Floats:
        """Unit coordinates of values of one input.

        A parameter of a file of draws has the share of draws that are smaller.
        """
        axis = self.axis(entry)
        if axis is not None:
            return axis.coordinates(values)
        known = np.sort(self.table.drop_duplicates("point")[entry].to_numpy(dtype=np.float64))
        found = np.asarray(values, dtype=np.float64)
        ranks = np.searchsorted(known, found, "left") + np.searchsorted(known, found, "right")
        result: Floats = ranks / (2.0 * len(known))
        return result

    def values(self, entry: str, coordinates: Floats) -> NDArray[Any]:
        """Values of an input at unit coordinates or numbers of levels."""
        axis = self.axis(entry)
        if axis is None:
            known = np.sort(self.table.drop_duplicates("point")[entry].to_numpy(dtype=np.float64))
            return np.asarray(np.quantile(known, np.clip(coordinates, 0.0, 1.0)))
        if axis.kinds:
            chosen = np.empty(len(coordinates), dtype=object)
            chosen[:] = [axis.levels[round(float(place))] for place in coordinates]
            return chosen
        if axis.levels:
            numbers = [float(value) for value in axis.levels]
            low, high = min(numbers), max(numbers)
            return np.asarray(low + (high - low) * coordinates)
        return axis.at(np.asarray(coordinates, dtype=np.float64))

    @cached_property
    def base(self) -> Floats:
        """Coordinates of the scenario from which points differ, (inputs,)."""
        return np.array([self._base(entry) for entry in self.inputs])

    def base_value(self, entry: str) -> Any:
        """What an input is in the scenario from which points differ."""
        table, _, key = entry.partition(".")
        base = self.sweep.base
        if table == "parameters":
            return getattr(base.parameter_set().record(), key)
        if table == "forms":
            return base.form_set().names()[key]
        if entry == SCENARIO:
            return base.name
        return getattr(getattr(base, table), key) if key else getattr(base, entry)

    def _base(self, entry: str) -> float:
        value, axis = self.base_value(entry), self.axis(entry)
        if axis is not None and axis.kinds:
            # A scenario outside the values that were run is nearest to the first of them.
            return float(axis.levels.index(value)) if value in axis.levels else 0.0
        return float(np.clip(self.coordinate(entry, [value])[0], 0.0, 1.0))

    def outcome(self, name: str | None) -> str:
        """An outcome that was kept, the first one where none is named.

        Raises
        ------
        InputError
            For one that was not kept.
        """
        if name is None:
            return self.outcomes[0]
        if name not in self.outcomes:
            raise InputError(
                file="runs", key="outcome", value=name, allowed=choices(name, self.outcomes)
            )
        return name

    def policy(self, name: str) -> str:
        """A policy that was run.

        Raises
        ------
        InputError
            For one that was not.
        """
        if name not in self.policies:
            raise InputError(
                file="runs", key="policy", value=name, allowed=choices(name, self.policies)
            )
        return name


def read_sweep(folder: str | Path) -> FinishedSweep:
    """Read the design and the runs of a finished sweep.

    Raises
    ------
    InputError
        For a folder that holds none, or a damaged one.
    """
    path = Path(folder)
    digests = finished_manifest(path)["sha256"]
    if f"{RUNS}.parquet" not in digests:
        raise InputError(
            file=path, key="folder", value="no sweep", allowed="the folder of a finished sweep"
        )
    result = SweepResult.load(path)
    return FinishedSweep(result.design, result.runs, str(digests[f"{RUNS}.parquet"]))


def unit_of(outcome: str) -> str:
    """Unit of an outcome such as ``revenue_2013`` or ``revenue_2013@ulsan``."""
    measure = outcome.partition("@")[0].rpartition("_")[0]
    return UNITS.get(measure, "")
