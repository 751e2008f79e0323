"""What figures of runs and of comparisons share: drawings, targets, wrapped titles."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from innocluster.scenarios.runs.indicators import Target, load_targets

from ..words.quantities import level_unit
from ..words.texts import Texts
from .style import GOAL, OBSERVED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["WIDTH", "Drawing", "draw_targets", "new_figure", "targets_of", "whole_years", "wrap"]

WIDTH = 4.8
"""Width of every figure, inches: narrow, so that its words stay readable on a telephone."""

_TITLE_COLUMNS = 46


@dataclass(frozen=True)
class Drawing:
    """A finished figure.

    Attributes
    ----------
    name : stem of its files
    title : its subject in words
    caption : how to read it
    figure : Matplotlib's figure
    """

    name: str
    title: str
    caption: str
    figure: Figure


def new_figure(height: float, title: str) -> Figure:
    """An empty figure of the common width with its finding or subject as title."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    figure.suptitle(wrap(title, _TITLE_COLUMNS), x=0.01, ha="left", fontsize=12.5)
    return figure


def wrap(text: str, width: int) -> str:
    """Break lines at spaces; a Hangul syllable counts as two columns."""
    lines: list[str] = []
    used = 0
    for word in text.split(" "):
        columns = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in word)
        if lines and used + 1 + columns <= width:
            lines[-1] += f" {word}"
            used += 1 + columns
        else:
            lines.append(word)
            used = columns
    return "\n".join(lines)


def targets_of(meta: Mapping[str, Any]) -> tuple[Target, ...]:
    """Targets that hold for a result."""
    return load_targets(meta["region"], meta.get("exports", "corrected"))


def draw_targets(
    axes: Axes, measure: str, unit: str, targets: tuple[Target, ...], years: range, texts: Texts
) -> None:
    """Mark baselines, goals and what was observed later for one measure of the region.

    A goal is also a thin line from the baseline to it, the path that was aimed at.
    """
    factor = level_unit(unit, texts).factor
    own = [
        (int(target.indicator.rpartition("_")[2]), target)
        for target in targets
        if target.complex == "all"
        and target.indicator.rpartition("_")[0] == measure
        and target.indicator.rpartition("_")[2].isdigit()
    ]
    own = [(year, target) for year, target in own if year in years]
    marks = {
        "baseline": {"marker": "s", "color": GOAL, "markerfacecolor": "white"},
        "goal": {"marker": "*", "color": GOAL, "markersize": 13.0},
        "observed": {"marker": "o", "color": OBSERVED, "markerfacecolor": "white"},
    }
    for kind, mark in marks.items():
        chosen = [(year, target) for year, target in own if target.kind == kind]
        if not chosen:
            continue
        xs = [year for year, _ in chosen]
        ys = [target.value * factor for _, target in chosen]
        # An uncertainty that nobody states is drawn as none.
        errors = [
            target.uncertainty * factor if target.uncertainty == target.uncertainty else 0.0
            for _, target in chosen
        ]
        axes.errorbar(
            xs, ys, yerr=errors, linestyle="none", capsize=2.5, elinewidth=1.0, zorder=4,
            label=texts(f"word.{kind}_long"), **mark,  # type: ignore[arg-type]
        )  # fmt: skip
    starts = [(year, t.value * factor) for year, t in own if t.kind == "baseline"]
    goals = [(year, t.value * factor) for year, t in own if t.kind == "goal"]
    for start, goal in ((s, g) for s in starts for g in goals):
        axes.plot(*zip(start, goal, strict=True), color=GOAL, linewidth=0.9, linestyle=":")


def whole_years(axes: Axes, most: int = 6) -> None:
    """Tick whole years only, no more than `most` of them."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=most))
