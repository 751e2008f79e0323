"""Figures of a front: its points over cost with re-runs, and their levers side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from innocluster.scenarios.lessons.allocation import LEVERS
from innocluster.scenarios.lessons.lesson import Lesson

from ...words.lessons.fronts import point_label
from ...words.lessons.labels import input_label, value_label
from ...words.quantities import level_unit
from ...words.texts import Texts
from ..panels import new_figure, wrap
from ..style import GOAL, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["lever_figure", "pareto_figure"]

_RAN = "#0072B2"
_BOUNDS = ("low", "high")


def pareto_figure(lesson: Lesson, texts: Texts) -> Figure | None:
    """Net benefit and gain in the smaller complexes over cost: band of the emulator, real runs."""
    front, unit = lesson.tables["front"], level_unit("KRW bn", texts)
    figure = new_figure(5.6, texts("fig.pareto.title"))
    grid = figure.subplots(2, 1, sharex=True)
    cost = unit.factor * front["cost_ran"].to_numpy(dtype=float)
    ends = [unit.factor * front[f"cost_ran_{end}"].to_numpy(dtype=float) for end in _BOUNDS]
    for axes, name in zip(grid, ("net", "rest"), strict=True):
        low, high = (unit.factor * front[f"{name}_{end}"].to_numpy(dtype=float) for end in _BOUNDS)
        mean, least, most = (
            unit.factor * front[f"{name}_ran{end}"].to_numpy(dtype=float)
            for end in ("", "_low", "_high")
        )
        axes.vlines(
            cost, low, high, color=GOAL, linewidth=7.0, alpha=0.3, label=texts("fig.pareto.band")
        )
        axes.errorbar(
            cost, mean, yerr=np.stack([mean - least, most - mean]),
            xerr=np.stack([cost - ends[0], ends[1] - cost]), fmt="o", color=_RAN, capsize=2.5,
            elinewidth=1.1, label=texts("fig.pareto.ran", worlds=lesson.meta["again"]),
        )  # fmt: skip
        for i, (x, y) in enumerate(zip(cost, mean, strict=True)):
            axes.annotate(
                point_label(i), (x, y), xytext=(6, 5), textcoords="offset points", fontsize=9.5,
                color=INK,
            )  # fmt: skip
        axes.axhline(0.0, color=INK, linewidth=0.8)
        label = texts("fig.axis", measure=texts(f"lesson.optimise.{name}"), unit=unit.label)
        axes.set_ylabel(wrap(label, 34))
    cost_label = texts("fig.axis", measure=texts("lesson.optimise.cost"), unit=unit.label)
    grid[1].set_xlabel(cost_label)
    handles, labels = grid[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=9)
    return figure


def lever_figure(lesson: Lesson, texts: Texts) -> Figure | None:
    """Points of the front as lines over their levers."""
    front, levers = lesson.tables["front"], lesson.meta["levers"]
    if len(levers) < 2:
        return None
    figure = new_figure(4.2, texts("fig.levers.title"))
    axes = figure.subplots()
    order = np.argsort(front["cost_ran"].to_numpy(dtype=float))
    for rank, row in enumerate(order):
        own = front.iloc[int(row)]
        places = []
        for lever in levers:
            entry, low, high = LEVERS[lever]
            places.append((float(own[entry]) - low) / (high - low))
        # From light to dark with cost, as in print.
        shade = 0.75 - 0.65 * rank / max(len(order) - 1, 1)
        colour = (shade * 0.9, shade * 0.95, min(1.0, shade + 0.25))
        axes.plot(places, color=colour, linewidth=1.8, marker="o", markersize=4.0)
        axes.annotate(
            f"{point_label(int(row))} {own['policy']}", (len(levers) - 1, places[-1]),
            xytext=(8, 0), textcoords="offset points", fontsize=9, color=INK, va="center",
            annotation_clip=False,
        )  # fmt: skip
    for i, lever in enumerate(levers):
        entry, low, high = LEVERS[lever]
        axes.axvline(i, color=MUTED, linewidth=0.8)
        for place, value in ((0.0, low), (1.0, high)):
            axes.annotate(
                value_label(entry, value, texts), (i, place), xytext=(0, -4 if not place else 4),
                textcoords="offset points", ha="center", va="bottom" if place else "top",
                fontsize=8, color=INK, annotation_clip=False,
            )  # fmt: skip
    names = [wrap(input_label(LEVERS[lever][0], texts), 16) for lever in levers]
    axes.set_xticks(range(len(levers)), names, fontsize=8.5)
    axes.tick_params(axis="x", pad=16, length=0)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_ylim(-0.03, 1.03)
    return figure
