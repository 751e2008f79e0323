"""How an outcome answers to one input of a sweep, policy by policy, with bands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..arms import BASELINE
from ..errors import COMMAND_LINE, InputError, choices
from ..statistics.intervals import simultaneous_intervals
from ..sweeps.axes import SAMPLES
from .lesson import Lesson
from .questions import benefits, meta_of
from .reading import FinishedSweep

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["responses"]

Floats = NDArray[np.float64]

_BINS = 12
_MOST_PANELS = 6


def responses(
    sweep: FinishedSweep,
    outcome: str,
    along: str | None = None,
    by: str | None = None,
    command: str = "",
) -> Lesson:
    """Means of an outcome along an input, under every policy, and what each adds to "no programme".

    Parameters
    ----------
    along : the input; by default the first one that varies
    by : an input with few values, each of which gets a panel; by default the next such one
        of a grid or list; inputs that are neither are averaged over

    Returns
    -------
    Lesson
        Table ``responses``: ``panel``, ``level`` and ``value`` of the input, ``policy``, ``kind``
        (``level``, or ``difference`` to the first policy in the same world), mean with 95 %
        interval, ``worlds``, and ``best`` whether no other value can be told to be better.

    Raises
    ------
    InputError
        For an input that is not varied, or a run without a number.
    """
    import pandas as pd

    entry = _entry(sweep, along, "--along") if along is not None else sweep.inputs[0]
    panels = _entry(sweep, by, "--by") if by is not None else _panels(sweep, entry)
    table, values = benefits(sweep, outcome)
    values_of, labels = _grouped(sweep, table, entry)
    panel = (
        pd.Series([""] * len(table)) if panels is None else table[panels].astype(str)
    ).to_numpy()
    # Points of a sample differ in all inputs, those of a grid share the others and the worlds.
    sampled = sweep.sweep.design in SAMPLES or table["replication"].nunique() < 2
    unit = "point" if sampled else "replication"
    reference = BASELINE if BASELINE in sweep.policies else sweep.policies[0]
    compared = sweep.policies.index(reference)
    rows: list[dict[str, Any]] = []
    for name in dict.fromkeys(panel):
        inside = panel == name
        for p, policy in enumerate(sweep.policies):
            for kind in ("level", "difference"):
                if kind == "difference" and p == compared:
                    continue
                shown = values[:, p] - (values[:, compared] if kind == "difference" else 0.0)
                own = shown[inside]
                means = _repeated(table[inside][unit], values_of[inside], own, len(labels))
                rows += _rows(name, policy, kind, means, labels, unit == "replication")
    meta = {
        **meta_of(sweep, outcome, command),
        "policy": "",
        "rival": reference if len(sweep.policies) > 1 else "",
        "along": entry,
        "by": panels or "",
        "method": "means",
        "worlds": int(table["replication"].nunique()),
    }
    return Lesson("curves", meta, {"responses": pd.DataFrame(rows)})


def _entry(sweep: FinishedSweep, name: str, key: str) -> str:
    if name not in sweep.inputs:
        raise InputError(
            file=COMMAND_LINE, key=key, value=name, allowed=choices(name, sweep.inputs)
        )
    return name


def _panels(sweep: FinishedSweep, along: str) -> str | None:
    """The first other input of few values."""
    counts = {entry: sweep.table[entry].nunique() for entry in sweep.inputs if entry != along}
    return next((entry for entry, n in counts.items() if 1 < n <= _MOST_PANELS), None)


def _grouped(
    sweep: FinishedSweep, table: pd.DataFrame, entry: str
) -> tuple[NDArray[np.int64], list[tuple[str, float]]]:
    """Number of the group of every row, and label and value of every group."""
    axis = sweep.axis(entry)
    column = table[entry]
    if axis is not None and axis.kinds:
        levels = [str(level) for level in axis.levels]
        places = {level: i for i, level in enumerate(levels)}
        number = np.array([places[str(value)] for value in column], dtype=np.int64)
        return number, [(level, np.nan) for level in levels]
    numbers = column.to_numpy(dtype=np.float64)
    known = np.unique(numbers)
    if len(known) <= 2 * _BINS:
        return np.searchsorted(known, numbers), [(f"{value:.6g}", float(value)) for value in known]
    edges = np.quantile(known, np.linspace(0.0, 1.0, _BINS + 1)[1:-1])
    number = np.searchsorted(edges, numbers)
    centres = [float(numbers[number == k].mean()) for k in range(_BINS)]
    return number, [(f"{value:.3g}", value) for value in centres]


def _repeated(
    unit: pd.Series[Any], group: NDArray[np.int64], values: Floats, groups: int
) -> Floats:
    """Mean of every group in every world, or of its own points one below the other.

    Returns
    -------
    array (worlds or points, groups), `nan` where there is none
    """
    known, number = np.unique(unit.to_numpy(), return_inverse=True)
    if unit.name == "point":
        for g in range(groups):
            own = group == g
            number[own] = np.unique(number[own], return_inverse=True)[1]
    count = int(number.max()) + 1 if len(known) else 0
    sums, counts = np.zeros((count, groups)), np.zeros((count, groups))
    np.add.at(sums, (number, group), values)
    np.add.at(counts, (number, group), 1.0)
    result: Floats = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    return result


def _best(means: Floats, pairs: bool) -> NDArray[np.bool_]:
    """Which groups cannot be told to be worse than the one with the largest mean."""
    mean = np.array([own[np.isfinite(own)].mean() if np.isfinite(own).any() else -np.inf
                     for own in means.T])  # fmt: skip
    top = int(np.argmax(mean))
    whole = means[np.isfinite(means).all(axis=1)]
    if pairs and len(whole) >= 2:
        return simultaneous_intervals(whole - whole[:, [top]]).high >= 0.0
    ends = []
    for own in means.T:
        kept = own[np.isfinite(own)]
        alone = simultaneous_intervals(kept[:, None]) if len(kept) > 1 else None
        ends.append((-np.inf, np.inf) if alone is None else (alone.low[0], alone.high[0]))
    low, high = np.array(ends).T
    result: NDArray[np.bool_] = high >= low[top]
    return result


def _rows(
    panel: str, policy: str, kind: str, means: Floats, labels: list[tuple[str, float]], pairs: bool
) -> list[dict[str, Any]]:
    """A row for every group that has runs; in pairs where a row of means is a world."""
    best = _best(means, pairs)
    rows = []
    for g, (label, value) in enumerate(labels):
        own = means[np.isfinite(means[:, g]), g]
        if not own.size:
            continue
        found = simultaneous_intervals(own[:, None]) if len(own) > 1 else None
        rows.append({
            "panel": panel, "level": label, "value": value, "policy": policy, "kind": kind,
            "mean": float(own.mean()),
            "low": np.nan if found is None else float(found.low[0]),
            "high": np.nan if found is None else float(found.high[0]),
            "worlds": len(own), "best": bool(best[g]),
        })  # fmt: skip
    return rows
