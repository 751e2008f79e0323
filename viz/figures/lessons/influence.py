"""Figures of a sensitivity analysis: tornado, curves with bands, heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from innocluster.scenarios.lessons.lesson import Lesson

from ...words.lessons.labels import asked_phrase, asked_unit, input_label
from ...words.selection import records
from ...words.texts import Texts
from ..panels import new_figure, wrap
from ..style import INK, MUTED
from .axes import label_input_axis, name_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["curve_figure", "surface_figure", "tornado_figure"]

_STRONG, _LIGHT = "#0072B2", "#a9cce3"
_MOST_ROWS = 20
_HALF = 24
"""Columns of text below one of two panels."""
_ENDS = ("mean", "low", "high")


def tornado_figure(lesson: Lesson, texts: Texts) -> Figure | None:
    """The strongest inputs as bars with their intervals."""
    meta = lesson.meta
    rows = records(lesson.tables["influences"])[:_MOST_ROWS]
    asked = asked_phrase(meta, texts)
    figure = new_figure(1.5 + 0.36 * len(rows), texts("fig.tornado.title", asked=asked))
    axes = figure.subplots()
    names = [input_label(row.input, texts) for row in rows]
    screened = meta["method"] == "morris"
    factor = asked_unit(meta, texts).factor if screened else 100.0
    if screened:
        keys = [("size", _STRONG, 0.62, "lesson.sensitivity.size")]
    else:
        keys = [("first", _STRONG, 0.34, "lesson.sensitivity.alone")]
        if meta["method"] == "sobol":
            keys.insert(0, ("total", _LIGHT, 0.7, "lesson.sensitivity.together"))
    for key, colour, height, label in keys:
        means, lows, highs = (
            factor * np.array([getattr(row, f"{key}{end}") for row in rows], dtype=float)
            for end in ("", "_low", "_high")
        )
        axes.barh(range(len(rows)), means, height=height, color=colour, label=texts(label))
        for place, (low, high) in enumerate(zip(lows, highs, strict=True)):
            axes.plot([low, high], [place, place], color=INK, linewidth=1.1, marker="|")
    name_rows(axes, names)
    unit = asked_unit(meta, texts).label
    axis = texts("fig.tornado.moved", unit=unit) if screened else texts("fig.tornado.axis")
    axes.set_xlabel(wrap(axis, 34))
    if len(keys) > 1:
        figure.legend(loc="outside lower center", fontsize=9)
    return figure


def curve_figure(lesson: Lesson, texts: Texts) -> Figure | None:
    """Expected outcome along each of the strongest inputs, with 95 % bands."""
    table = lesson.tables.get("curves")
    if table is None or table.empty:
        return None
    meta, unit = lesson.meta, asked_unit(lesson.meta, texts)
    entries = list(dict.fromkeys(table["input"]))
    rows = (len(entries) + 1) // 2
    title = texts("fig.response.title", asked=asked_phrase(meta, texts))
    figure = new_figure(1.0 + 2.5 * rows, title)
    grid = figure.subplots(rows, 2, sharey=True, squeeze=False).ravel()
    for axes, entry in zip(grid, entries, strict=False):
        own = table[table["input"] == entry]
        mean, low, high = (unit.factor * own[k].to_numpy(dtype=float) for k in _ENDS)
        if own["value"].isna().any():
            places = np.arange(len(own))
            half = np.stack([mean - low, high - mean])
            axes.errorbar(places, mean, yerr=half, fmt="o", color=_STRONG, capsize=3.0)
            label_input_axis(axes, entry, list(own["level"]), texts, width=_HALF)
        else:
            across = own["value"].to_numpy(dtype=float)
            axes.fill_between(across, low, high, color=_LIGHT, linewidth=0.0)
            axes.plot(across, mean, color=_STRONG, linewidth=1.8)
            label_input_axis(axes, entry, (), texts, width=_HALF)
        if meta.get("rival"):
            axes.axhline(0.0, color=INK, linewidth=0.8)
    for axes in grid[len(entries) :]:
        axes.set_visible(False)
    for row in range(rows):
        grid[2 * row].set_ylabel(unit.label)
    return figure


def surface_figure(lesson: Lesson, texts: Texts) -> Figure | None:
    """Expected outcome over the two strongest inputs, with the line where a difference is gone."""
    table = lesson.tables.get("surface")
    if table is None or table.empty:
        return None
    meta, unit = lesson.meta, asked_unit(lesson.meta, texts)
    first, second = table["first"].iloc[0], table["second"].iloc[0]
    across, up = (list(dict.fromkeys(table[f"{name}_level"])) for name in ("first", "second"))
    values = unit.factor * table["mean"].to_numpy(dtype=float).reshape(len(across), len(up)).T
    figure = new_figure(4.4, texts("fig.heat.title", asked=asked_phrase(meta, texts)))
    axes = figure.subplots()
    places = [_places(levels) for levels in (across, up)]
    limits: dict[str, Any] = {"cmap": "cividis"}
    if meta.get("rival"):
        # Blue is less and orange more, as light as the difference is small.
        reach = float(np.abs(values).max()) or 1.0
        limits = {"cmap": "PuOr_r", "vmin": -reach, "vmax": reach}
    mesh = axes.pcolormesh(*places, values, shading="nearest", **limits)
    mesh.set_rasterized(True)
    if meta.get("rival") and values.min() < 0.0 < values.max() and min(values.shape) > 2:
        lines = axes.contour(*places, values, levels=[0.0], colors=INK, linewidths=1.4)
        axes.clabel(lines, fmt="0", fontsize=9)
    for entry, levels, vertical in ((first, across, False), (second, up, True)):
        label_input_axis(axes, entry, levels if _named(levels) else (), texts, vertical)
    axes.grid(visible=False)
    bar = figure.colorbar(mesh, ax=axes, pad=0.02)
    bar.set_label(unit.label, color=MUTED)
    return figure


def _named(levels: list[str]) -> bool:
    try:
        float(levels[0])
    except ValueError:
        return True
    return False


def _places(levels: list[str]) -> Any:
    return np.arange(len(levels)) if _named(levels) else np.array([float(v) for v in levels])
