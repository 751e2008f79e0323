"""The front of cost and effect: what no other policy clearly does better at no higher cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from innocluster.scenarios.comparison.comparison import Comparison

from ..words.findings import policy_names, short_names
from ..words.quantities import effect_unit, indicator_phrase, level_unit
from ..words.selection import crowded, records
from ..words.texts import Texts
from .crowded_figures import shades
from .panels import new_figure, wrap
from .style import INK, MUTED, apart

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["front_figure"]

_LABEL = 8.5


def front_figure(comparison: Comparison, texts: Texts) -> Figure | None:
    """Net cost and effect of every arm with simultaneous intervals; dominated ones are hollow.

    ``None`` where nothing costs anything.
    """
    rows = records(comparison.decisions)
    if not any(row.net_cost for row in rows):
        return None
    baseline, colours = comparison.meta["baseline"], shades(comparison)
    names = short_names(comparison) if crowded(comparison) else policy_names(comparison, texts)
    money, unit = level_unit("KRW bn", texts), effect_unit(rows[0].unit, texts)
    indicator = indicator_phrase(comparison.meta["indicator"], texts)
    figure = new_figure(3.4 + 0.16 * len(rows), texts("fig.front.title", indicator=indicator))
    axes = figure.subplots()
    ends = []
    for row in rows:
        is_baseline = row.policy == baseline
        bounds = (0.0, 0.0, 0.0) if is_baseline else (row.effect, row.effect_low, row.effect_high)
        y, low, high = (value * unit.factor for value in bounds)
        x, left, right = (v * money.factor for v in (row.net_cost, row.net_cost_low,
                                                     row.net_cost_high))  # fmt: skip
        colour = colours[row.policy]
        dash = "-" if row.on_front else (0, (3, 1.5))
        axes.plot([x, x], [low, high], color=colour, linewidth=1.2, linestyle=dash)
        axes.plot([left, right], [y, y], color=colour, linewidth=1.2, linestyle=dash)
        axes.plot(
            x, y, marker="o" if row.choice else "*", color=colour, linestyle="none",
            markersize=7.0 if row.choice else 11.0,
            markerfacecolor=colour if row.on_front else "white", zorder=3,
        )  # fmt: skip
        ends.append((x, y, names[row.policy], colour if row.on_front else MUTED))
    axes.axhline(0.0, color=INK, linewidth=1.0)
    axes.set_xlabel(wrap(texts("fig.front.cost", unit=money.label), 44))
    axes.set_ylabel(wrap(texts("fig.effects.axis", indicator=indicator, unit=unit.label), 40))
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + (0.1 if crowded(comparison) else 0.34) * (high - low))
    _label_beside(figure, ends)
    return figure


def _label_beside(figure: Figure, ends: list[tuple[float, float, str, str]]) -> None:
    """Names in a column at the right, each with a line to its mark."""
    (axes,) = figure.axes
    figure.draw_without_rendering()
    low, high = axes.get_ylim()
    left, right = axes.get_xlim()
    height = axes.get_window_extent().height * 72.0 / figure.dpi
    line = 1.3 * _LABEL / height * (high - low)
    # What costs nothing stands alone and needs no column.
    far = 0.5 * max(x for x, _, _, _ in ends)
    for x, y, text, colour in (end for end in ends if end[0] <= far):
        axes.annotate(
            wrap(text, 24), (x, y), xytext=(7, 7), textcoords="offset points", color=colour,
            fontsize=_LABEL,
        )  # fmt: skip
    ordered = sorted((end for end in ends if end[0] > far), key=lambda end: end[1])
    words = [wrap(text, 24) for _, _, text, _ in ordered]
    places = apart([y for _, y, _, _ in ordered], [line * (w.count("\n") + 1) for w in words])
    column = max(x for x, _, _, _ in ends) + 0.05 * (right - left)
    for (x, y, _, colour), text, place in zip(ordered, words, places, strict=True):
        axes.annotate(
            text, (x, y), xytext=(column, place), textcoords="data", va="center",
            fontsize=_LABEL, color=colour, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.5, "shrinkB": 4.0},
        )  # fmt: skip
