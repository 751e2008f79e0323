"""Tables of a few rows and parameters for cases that one can work out on paper."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from innocluster.agents.firms import FirmTable
from innocluster.sim.ground.conditions import Anchors, Conditions
from innocluster.sim.ground.parameter_record import Parameters
from innocluster.sim.ground.parameters import PARAMETERS
from innocluster.sim.ground.scratch import Scratch


def parameters(**values: float) -> Parameters:
    """Parameters of which only those named have a value; whoever reads another gets NaN.

    Definitions and bounds, the group `convention`, stand as in the table.
    """
    unknown = dict.fromkeys((f.name for f in fields(Parameters)), np.nan)
    fixed = {n: p.default for n, p in PARAMETERS.items() if p.group == "convention"}
    return Parameters(**{**unknown, **fixed, **values})


def conditions(month: int, sectors: int, **values: Any) -> Conditions:
    """A month of which only the series named have values; all else is NaN."""
    months = month + 1
    wide = {"exchange_rate": months, "general_price": months, "wage_index": months}
    series = {
        f.name: np.full(wide.get(f.name, (months, sectors)), np.nan) for f in fields(Conditions)
    }
    for name, value in values.items():
        series[name][month] = value
    return Conditions(**series)


def anchors(**values: Any) -> Anchors:
    """What firms of 2003 are measured by, of which only what is named has values."""
    unknown: dict[str, Any] = {f.name: np.full(0, np.nan) for f in fields(Anchors)}
    unknown["largest_stock"] = np.nan
    return Anchors(**{**unknown, **{name: np.array(value) for name, value in values.items()}})


def firms(rows: int, spare: int = 1, **columns: Any) -> FirmTable:
    """Operating firms with the columns named, all else zero; rows to spare are never to change."""
    table = FirmTable.allocate(rows + spare, knowledge=len(columns.get("knowledge", [[0]])[0]))
    table.count = rows
    table.alive[:] = 1
    for name, values in columns.items():
        getattr(table, name)[:rows] = values
    return table


def scratch(rows: int, **columns: Any) -> Scratch:
    """Buffers of some rows, those named with values; no two names for one memory."""
    empty = {f.name: np.zeros(0, np.int64) for f in fields(Scratch)}
    buffers = Scratch(**empty)  # type: ignore[arg-type]
    buffers.fit(rows)
    for name in ("spillover_pool", "desired_capital", "desired_workers"):
        setattr(buffers, name, np.zeros(rows))
    buffers.demand_left = np.zeros((2, 2))
    for name, values in columns.items():
        getattr(buffers, name)[:] = values
    return buffers
