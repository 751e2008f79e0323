"""The result of a sweep: its runs as a table or as a dataset with named dimensions, and queries."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...entries import SCENARIO
from ...errors import COMMAND_LINE, InputError, choices
from ...runs.indicators import UNITS
from ...runs.readings import split_name
from ...store.verification import read_result
from ..designs import Sweep
from .kept_designs import kept_design
from .run_tables import FIRST_COLUMNS, LAST_COLUMNS, RUNS

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["SweepResult", "rows_where"]

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le, ">=": operator.ge, "!=": operator.ne,
    "=": operator.eq, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_CONDITION = re.compile(r"\s*([^<>=!]+?)\s*(<=|>=|!=|==?|<|>)\s*(.*?)\s*")


@dataclass(frozen=True)
class SweepResult:
    """A sweep that was run.

    Attributes
    ----------
    meta : what was swept, and how many runs were done, failed and are missing
    design : the sweep
    points : a point a row
    folder : where it is kept, if it is
    """

    meta: dict[str, Any]
    design: Sweep
    points: pd.DataFrame
    folder: Path | None = None
    _runs: pd.DataFrame | None = None

    @classmethod
    def load(cls, folder: str | Path) -> SweepResult:
        """Read a finished sweep.

        Raises
        ------
        InputError
            For a folder without one, or a damaged one.
        """
        folder = Path(folder)
        meta, tables = read_result(folder, {"points": "points", RUNS: RUNS})
        return cls(meta, kept_design(folder), tables["points"], folder, tables[RUNS])

    @cached_property
    def runs(self) -> pd.DataFrame:
        """A run a row.

        ``scenario``, ``policy``, ``point``, ``replication`` (the number of the world), a column an
        entry that is varied, ``status`` (done or failed), ``error``, and a column an outcome: of
        the region as ``revenue_2013``, of a complex as ``revenue_2013@ulsan``.
        """
        if self._runs is not None:
            return self._runs
        assert self.folder is not None
        return read_result(self.folder, {RUNS: RUNS})[1][RUNS]

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table by name."""
        return {RUNS: self.runs, "points": self.points}

    def to_json(self) -> str:
        """What was swept, as one JSON document."""
        return json.dumps(self.meta, ensure_ascii=False, indent=1)

    def to_xarray(self) -> xr.Dataset:
        """The outcomes as a dataset with named dimensions.

        A grid has a dimension an entry, any other design the dimension ``point``, along which the
        entries are coordinates.  Further dimensions are ``scenario`` where it varies, ``policy``,
        ``replication`` (0, 1, … at each point; ``world`` is the number of the world) and
        ``complex``, the first of which is ``"all"``, the region.

        Raises
        ------
        InputError
            Where xarray is not installed.
        """
        try:
            import xarray as xr
        except ImportError:
            raise InputError(
                file="to_xarray", key="xarray", value="not installed",
                allowed="pip install 'innocluster[xarray]'",
            ) from None  # fmt: skip
        frame = self.runs.copy()
        by_point = frame.groupby(["point", "policy"])["replication"]
        frame["world"], frame["replication"] = frame["replication"], by_point.cumcount()
        entries = list(self.design.entries)
        grid = self.design.design == "grid"
        dimensions = ["policy", *(entries if grid else ["point"]), "replication"]
        outcomes = [name for name in frame.columns if "@" in name or _is_outcome(name)]
        indexed = frame.set_index(dimensions)[[*outcomes, "world"]]
        wide = xr.Dataset.from_dataframe(indexed)
        data = {}
        for name in self.meta["outcomes"]:
            own = [n for n in outcomes if n == name or n.startswith(f"{name}@")]
            keys = [split_name(n)[2] or "all" for n in own]
            joined = xr.concat([wide[n] for n in own], dim="complex", coords="minimal")
            unit = UNITS[split_name(name)[0]]
            data[name] = joined.assign_coords(complex=keys).assign_attrs(units=unit)
        result = xr.Dataset(data, attrs={"sweep": self.design.name, "title": self.design.title})
        worlds = wide["world"].max("policy")
        result = result.assign_coords(world=worlds)
        if not grid:
            points = self.points.set_index("point").loc[result["point"].to_numpy()]
            coordinates = {entry: ("point", points[entry].to_numpy()) for entry in entries}
            result = result.assign_coords(coordinates)
        return result


def _is_outcome(name: str) -> bool:
    if name in (*FIRST_COLUMNS, *LAST_COLUMNS, "world", SCENARIO) or "." in name:
        return False
    series, _, year = name.rpartition("_")
    return series in UNITS and year.isdigit()


def rows_where(frame: pd.DataFrame, conditions: Iterable[str]) -> pd.DataFrame:
    """The rows that meet every condition, ``COLUMN OPERATOR VALUE`` such as ``policy=P5``.

    Raises
    ------
    InputError
        For a condition that cannot be read, or a column that is not there.
    """
    for condition in conditions:
        found = _CONDITION.fullmatch(condition)
        if found is None:
            raise InputError(
                file=COMMAND_LINE, key="--where", value=condition,
                allowed="COLUMN OPERATOR VALUE with one of =, !=, <, <=, >, >=",
            )  # fmt: skip
        name, sign, text = found.groups()
        if name not in frame.columns:
            allowed = choices(name, tuple(map(str, frame.columns)))
            raise InputError(file=COMMAND_LINE, key="--where", value=name, allowed=allowed)
        column = frame[name]
        value: Any = text.strip("'\"")
        if column.dtype.kind in "fiu":
            try:
                value = float(value)
            except ValueError:
                raise InputError(
                    file=COMMAND_LINE, key=f"--where {name}", value=text, allowed="a number"
                ) from None
        compare = _OPERATORS["=" if sign == "==" else sign]
        frame = frame[compare(column, value)]
    return frame
