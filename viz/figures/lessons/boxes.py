"""Figures of scenario discovery: the box among the runs, parallel coordinates, the peeling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.lessons.conditions import boxes_of
from innocluster.scenarios.lessons.lesson import Lesson
from innocluster.scenarios.sweeps.boxes import Limit

from ...words.lessons.conditions import case_phrase
from ...words.lessons.labels import input_label, value_label
from ...words.selection import records
from ...words.texts import Texts
from ..panels import new_figure, wrap
from ..style import GOAL, INK, MUTED
from .axes import label_input_axis, places_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["box_figure", "parallel_figure", "peeling_figure"]

Floats = NDArray[np.float64]

_CASE, _OTHER = "#0072B2", "#b8b8b8"
_MOST_AXES = 8
_MOST_LINES = 300


def box_figure(lesson: Lesson, texts: Texts) -> Figure | None:
    """Runs over the two inputs that the box limits most surely, and the box among them."""
    box = boxes_of(lesson).get("prim")
    if box is None:
        return None
    limits = {limit.name: limit for limit in sorted(box.limits, key=lambda limit: limit.p)}
    others = [entry for entry in lesson.meta["inputs"] if entry not in limits]
    names = [*limits, *others][:2]
    cases = lesson.tables["cases"]
    happened = cases["case"].to_numpy(dtype=bool)
    title = texts("fig.box.title", case=case_phrase(lesson, texts))
    figure = new_figure(4.6, title)
    axes = figure.subplots()
    columns = [places_of(cases[name]) for name in names]
    if len(names) == 1:
        columns.append((np.zeros(len(cases)), [""]))
    spread = np.random.default_rng(1).uniform(-0.3, 0.3, (2, len(cases)))
    (across, across_levels), (up, up_levels) = columns
    across = across + (spread[0] if across_levels else 0.0)
    up = up + (spread[1] if up_levels else 0.0)
    for wanted, colour, marker, label in (
        (False, _OTHER, "o", "fig.box.other"),
        (True, _CASE, "D", "fig.box.case"),
    ):
        rows = happened == wanted
        face = colour if wanted else "white"
        axes.scatter(
            across[rows], up[rows], s=20, c=face, edgecolors=colour, marker=marker, linewidths=0.9,
            label=texts(label, count=int(rows.sum())),
        )  # fmt: skip
    for i, (entry, levels) in enumerate(zip(names, (across_levels, up_levels), strict=False)):
        label_input_axis(axes, entry, levels, texts, vertical=i == 1)
    if len(names) == 1:
        axes.set_yticks([])
    _outline(axes, [limits.get(name) for name in names], (across_levels, up_levels))
    figure.legend(loc="outside lower center", ncols=2, fontsize=9)
    return figure


def _outline(axes: Axes, limits: list[Limit | None], levels: tuple[list[str], list[str]]) -> None:
    """Draw the box; open sides end with the picture."""
    from matplotlib.patches import Rectangle

    ends = []
    frames = (axes.get_xlim(), axes.get_ylim())
    for i, frame in enumerate(frames):
        limit = limits[i] if i < len(limits) else None
        low, high = frame
        if limit is not None and limit.levels is not None:
            places = [levels[i].index(level) for level in limit.levels]
            low, high = min(places) - 0.45, max(places) + 0.45
        elif limit is not None:
            low = low if limit.low is None else limit.low
            high = high if limit.high is None else limit.high
        ends.append((low, high))
    (left, right), (bottom, top) = ends
    axes.add_patch(
        Rectangle(
            (left, bottom), right - left, top - bottom, fill=False, edgecolor=GOAL, linewidth=2.0
        )
    )
    axes.set_xlim(*frames[0])
    axes.set_ylim(*frames[1])


def parallel_figure(lesson: Lesson, texts: Texts) -> Figure | None:
    """Every run as a line over its inputs, cases in colour, the box's limits as bars."""
    cases = lesson.tables["cases"]
    box = boxes_of(lesson).get("prim")
    limits = {} if box is None else {limit.name: limit for limit in box.limits}
    names = [*limits, *(e for e in lesson.meta["inputs"] if e not in limits)][:_MOST_AXES]
    if len(names) < 2:
        return None
    happened = cases["case"].to_numpy(dtype=bool)
    title = texts("fig.parallel.title", case=case_phrase(lesson, texts))
    figure = new_figure(4.4, title)
    axes = figure.subplots()
    scaled = np.column_stack([_scaled(places_of(cases[name])[0]) for name in names])
    chosen = np.random.default_rng(1).permutation(len(cases))[:_MOST_LINES]
    for wanted, colour, width in ((False, _OTHER, 0.5), (True, _CASE, 0.8)):
        rows = chosen[happened[chosen] == wanted]
        label = texts("fig.parallel.case" if wanted else "fig.parallel.other")
        for k, row in enumerate(rows):
            axes.plot(
                scaled[row], color=colour, linewidth=width, alpha=0.65, label=None if k else label
            )
    for i, name in enumerate(names):
        axes.axvline(i, color=MUTED, linewidth=0.8)
        values, levels = places_of(cases[name])
        if name in limits:
            low, high = _ends(limits[name], values, levels)
            axes.plot([i, i], _scaled(np.array([low, high]), values), color=GOAL, linewidth=5.0)
        for place, text in _marks(name, values, levels, texts):
            axes.annotate(
                text, (i, place), xytext=(0, -3 if place == 0.0 else 4), ha="center", fontsize=8,
                va="top" if place == 0.0 else "bottom",
                textcoords="offset points", color=INK, annotation_clip=False,
            )  # fmt: skip
    width = max(10, 64 // len(names))
    axes.set_xticks(
        range(len(names)), [wrap(input_label(n, texts), width) for n in names], fontsize=8.5
    )
    axes.tick_params(axis="x", pad=30, length=0)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_ylim(-0.02, 1.02)
    figure.legend(loc="outside lower center", ncols=2, fontsize=9)
    return figure


def _ends(limit: Limit, values: Floats, levels: list[str]) -> tuple[float, float]:
    if limit.levels is not None:
        places = [float(levels.index(level)) for level in limit.levels]
        return min(places), max(places)
    low = values.min() if limit.low is None else limit.low
    return float(low), float(values.max() if limit.high is None else limit.high)


def _scaled(values: Floats, range_of: Floats | None = None) -> Floats:
    known = values if range_of is None else range_of
    width = float(np.ptp(known)) or 1.0
    result: Floats = (values - known.min()) / width
    return result


def _marks(entry: str, values: Floats, levels: list[str], texts: Texts) -> list[tuple[float, str]]:
    """What stands at the ends of an axis."""
    ends = (levels[0], levels[-1]) if levels else (values.min(), values.max())
    low, high = (wrap(value_label(entry, end, texts), 16) for end in ends)
    return [(0.0, low), (1.0, high)]


def peeling_figure(lesson: Lesson, texts: Texts) -> Figure | None:
    """Coverage and density along the peeling, and where the boxes stand."""
    path = lesson.tables["trajectory"]
    figure = new_figure(3.6, texts("fig.peeling.title", case=case_phrase(lesson, texts)))
    axes = figure.subplots()
    axes.plot(
        100.0 * path["coverage"], 100.0 * path["density"], color=_CASE, marker="o", markersize=3.5,
        linewidth=1.0, label=texts("fig.peeling.path"),
    )  # fmt: skip
    marks = {"prim": ("*", GOAL, 15.0)}
    for row in records(lesson.tables["boxes"]):
        marker, colour, size = marks.get(str(row.finding), ("s", INK, 6.0))
        first = row.finding in ("prim", "tree 1")
        kind = str(row.finding).partition(" ")[0]
        axes.plot(
            100.0 * float(row.coverage), 100.0 * float(row.density), marker, color=colour,
            markersize=size, linestyle="none",
            label=texts(f"fig.peeling.{kind}") if first else None,
        )  # fmt: skip
    axes.set_xlabel(texts("fig.peeling.coverage"))
    axes.set_ylabel(texts("fig.peeling.density"))
    axes.set_xlim(0.0, 103.0)
    axes.set_ylim(0.0, 103.0)
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    return figure
