"""Figures of a single run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from innocluster.scenarios.runs.execution import RunResult

from ..words.quantities import axis_label, level_unit
from ..words.selection import ALL, complex_names, select
from ..words.texts import Texts
from .growth_figures import growth_drawings
from .panels import Drawing, draw_targets, new_figure, targets_of, whole_years
from .structure_figures import draw_structure, draw_world_class
from .style import policy_styles

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["run_drawings"]

_COLOUR = policy_styles(("run",), "")["run"].colour


def run_drawings(run: RunResult, texts: Texts) -> list[Drawing]:
    """Every figure of a run."""
    makers: dict[str, Callable[[RunResult, Texts], Figure]] = {
        "run_targets": _targets,
        "run_complexes": _complexes,
        "run_network": _network,
    }
    if not select(run.yearly, indicator="world_class_index").empty:
        makers |= {"run_structure": draw_structure, "run_world_class": draw_world_class}
    drawn = [
        Drawing(
            name.replace("_", "-"),
            texts(f"fig.{name}.name"),
            texts(f"fig.{name}.caption"),
            make(run, texts),
        )
        for name, make in makers.items()
    ]
    return [*drawn, *growth_drawings(run, texts)]


def _targets(run: RunResult, texts: Texts) -> Figure:
    """Revenue and exports of the region beside targets and observations."""
    return _panels(run, ("revenue", "exports"), texts("fig.run_targets.name"), texts)


def _network(run: RunResult, texts: Texts) -> Figure:
    """What the programme reached: members, contact events, supported tasks."""
    return _panels(run, ("members", "contacts", "tasks"), texts("fig.run_network.name"), texts)


def _panels(run: RunResult, measures: tuple[str, ...], title: str, texts: Texts) -> Figure:
    """One panel a measure, one above the other."""
    figure = new_figure(1.0 + 2.4 * len(measures), title)
    targets = targets_of(run.meta)
    for axes, measure in zip(figure.subplots(len(measures), 1, sharex=True), measures, strict=True):
        rows = _years(run, measure, ALL)
        unit = level_unit(rows["unit"].iloc[0], texts)
        axes.plot(
            rows["year"], rows["value"] * unit.factor, color=_COLOUR, linewidth=2.0, marker=".",
            label=texts("word.simulated"),
        )  # fmt: skip
        years = range(int(rows["year"].min()), int(rows["year"].max()) + 1)
        draw_targets(axes, measure, rows["unit"].iloc[0], targets, years, texts)
        axes.set_ylabel(axis_label(measure, rows["unit"].iloc[0], texts))
        axes.set_ylim(bottom=0.0)
        whole_years(axes)
        if measure == measures[0]:
            handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=9)
    return figure


def _complexes(run: RunResult, texts: Texts) -> Figure:
    """Revenue of each complex on its own scale."""
    names = complex_names(run.meta, texts)
    keys = [key for key in dict.fromkeys(run.yearly["complex"]) if key != ALL]
    columns = 2 if len(keys) < 5 else 3
    lines = -(-len(keys) // columns)
    figure = new_figure(1.0 + 1.8 * lines, texts("fig.run_complexes.name"))
    grid = figure.subplots(lines, columns, sharex=True, squeeze=False)
    for axes, key in zip(grid.flat, keys, strict=False):
        rows = _years(run, "revenue", key)
        unit = level_unit(rows["unit"].iloc[0], texts)
        axes.plot(rows["year"], rows["value"] * unit.factor, color=_COLOUR, linewidth=2.0)
        axes.set_title(names.get(key, key), fontsize=10)
        axes.set_ylim(bottom=0.0)
        axes.tick_params(labelbottom=True, labelsize=9)
        axes.set_xticks([int(rows["year"].min()), int(rows["year"].max())])
    for axes in list(grid.flat)[len(keys) :]:
        axes.set_visible(False)
    figure.supylabel(axis_label("revenue", rows["unit"].iloc[0], texts), fontsize=10)
    return figure


def _years(run: RunResult, measure: str, key: str) -> pd.DataFrame:
    return select(run.yearly, indicator=measure, complex=key)
