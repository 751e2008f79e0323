"""The figure of a response: levels and differences along an input, with 95 % bands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from innocluster.scenarios.lessons.lesson import Lesson

from ...words.lessons.labels import outcome_phrase
from ...words.lessons.responses import panel_label, shown_kind, unit_of_kind
from ...words.texts import Texts
from ..panels import new_figure, wrap
from ..style import INK, PolicyStyle, policy_styles
from .axes import label_input_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["response_figure"]


def response_figure(lesson: Lesson, texts: Texts) -> Figure | None:
    """A panel a level of the second input, a line a policy."""
    meta, kind = lesson.meta, shown_kind(lesson)
    table = lesson.tables["responses"]
    own = table[table["kind"] == kind]
    panels = list(dict.fromkeys(own["panel"]))
    policies = list(dict.fromkeys(own["policy"]))
    styles = policy_styles(policies, meta["rival"])
    rows = (len(panels) + 1) // 2
    indicator = outcome_phrase(meta["indicator"], meta, texts)
    title = texts(f"fig.curves.title.{kind}", indicator=indicator, rival=meta["rival"])
    figure = new_figure(1.2 + 2.8 * rows, title)
    columns = min(2, len(panels))
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False).ravel()
    unit = unit_of_kind(lesson, kind, texts)
    for axes, panel in zip(grid, panels, strict=False):
        inside = own[own["panel"] == panel]
        for place, policy in enumerate(policies):
            rows_of = inside[inside["policy"] == policy]
            shift = 0.12 * (place - (len(policies) - 1) / 2.0)
            _line(axes, rows_of, styles[policy], policy, unit.factor, shift)
        levels = list(dict.fromkeys(inside["level"])) if inside["value"].isna().any() else []
        label_input_axis(axes, meta["along"], levels, texts)
        if meta["by"]:
            axes.set_title(wrap(panel_label(lesson, panel, texts), 38), fontsize=9.5)
        if kind == "difference":
            axes.axhline(0.0, color=INK, linewidth=0.9)
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    for row in range(rows):
        grid[columns * row].set_ylabel(unit.label)
    handles, labels = grid[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=min(len(labels), 6), fontsize=9
    )
    return figure


def _line(
    axes: Axes, rows: Any, style: PolicyStyle, label: str, factor: float, shift: float
) -> None:
    """One policy: a line with its band along a number, points with bars over texts."""
    mean, low, high = (factor * rows[key].to_numpy(dtype=float) for key in ("mean", "low", "high"))
    if rows["value"].isna().any():
        places = np.arange(len(rows)) + shift
        half = np.nan_to_num(np.stack([mean - low, high - mean]))
        axes.errorbar(
            places, mean, yerr=half, fmt=style.marker, color=style.colour, capsize=3.0, label=label
        )
        return
    across = rows["value"].to_numpy(dtype=float)
    axes.fill_between(across, low, high, color=style.colour, alpha=0.18, linewidth=0.0)
    axes.plot(
        across, mean, color=style.colour, linestyle=style.dash, marker=style.marker, markersize=4.0,
        linewidth=1.7, label=label,
    )  # fmt: skip
