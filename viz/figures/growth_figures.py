"""Figures of the growth accounts of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from innocluster.scenarios.runs.execution import RunResult
from innocluster.scenarios.runs.growth_tables import main_spans, yearly_spans
from innocluster.sim.measures.growth import CHANNELS

from ..words.growth_sources import points
from ..words.selection import ALL, complex_names
from ..words.texts import Texts
from .panels import Drawing, new_figure, whole_years
from .style import INK, category_styles

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["growth_drawings"]

_SOURCES = ("prices", "capital", "labour", "utilisation", "productivity")


def growth_drawings(run: RunResult, texts: Texts) -> list[Drawing]:
    """Sources of growth by year and by complex, and new technology by channel."""
    last_year = int(run.accounts["last"].max())
    first, last = main_spans(last_year)[-1]
    span = {"first": first, "last": last}
    return [
        Drawing(
            "run-growth",
            texts("fig.run_growth.name"),
            texts("fig.run_growth.caption"),
            _years(run, last_year, texts),
        ),
        Drawing(
            "run-growth-complexes",
            texts("fig.run_growth_complexes.name", **span),
            texts("fig.run_growth_complexes.caption"),
            _places(run, span, texts),
        ),
        Drawing(
            "run-channels",
            texts("fig.run_channels.name"),
            texts("fig.run_channels.caption", **span),
            _channels(run, last_year, span, texts),
        ),
    ]


def _years(run: RunResult, last_year: int, texts: Texts) -> Figure:
    """A bar a year, the region."""
    figure = new_figure(4.2, texts("fig.run_growth.name"))
    axes = figure.subplots()
    years = [points(run, *span)[ALL]["growth"] for span in yearly_spans(last_year)]
    at = np.array([year for _, year in yearly_spans(last_year)])
    labels = {name: texts(f"growth.source.{name}") for name in _SOURCES}
    _stack(axes, at, years, labels, upright=True)
    axes.plot(
        at, [year["value_added"] for year in years], "D", color=INK, markerfacecolor="white",
        label=texts("growth.source.value_added"),
    )  # fmt: skip
    axes.axhline(0.0, color=INK, linewidth=1.2)
    axes.set_ylabel(texts("fig.run_growth.axis"))
    axes.grid(axis="x", visible=False)
    whole_years(axes)
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    return figure


def _places(run: RunResult, span: Mapping[str, int], texts: Texts) -> Figure:
    """A bar a complex, the region first."""
    names = complex_names(run.meta, texts)
    accounts = points(run, **span)
    figure = new_figure(1.9 + 0.36 * len(accounts), texts("fig.run_growth_complexes.name", **span))
    axes = figure.subplots()
    places = [place["growth"] for place in accounts.values()]
    at = np.arange(len(places))
    labels = {name: texts(f"growth.source.{name}") for name in _SOURCES}
    _stack(axes, at, places, labels)
    axes.plot(
        [place["value_added"] for place in places], at, "D", color=INK, markerfacecolor="white",
        label=texts("growth.source.value_added"),
    )  # fmt: skip
    axes.axvline(0.0, color=INK, linewidth=1.2)
    _name_rows(axes, [names.get(key, key) for key in accounts])
    axes.set_xlabel(texts("fig.run_growth.axis"))
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    return figure


def _channels(run: RunResult, last_year: int, span: Mapping[str, int], texts: Texts) -> Figure:
    """Points of new technology by year above, shares by complex below."""
    names = complex_names(run.meta, texts)
    accounts = points(run, **span)
    figure = new_figure(4.0 + 0.36 * len(accounts), texts("fig.run_channels.name"))
    above, below = figure.subplots(2, 1, height_ratios=[2.0, 0.4 + 0.36 * len(accounts)])
    labels = {name: texts(f"growth.part.{name}") for name in CHANNELS}
    years = [points(run, *year)[ALL]["technology"] for year in yearly_spans(last_year)]
    at = np.array([year for _, year in yearly_spans(last_year)])
    _stack(above, at, years, labels, upright=True)
    above.set_ylabel(texts("fig.run_channels.points"))
    above.grid(axis="x", visible=False)
    whole_years(above)
    figure.legend(loc="outside lower center", ncols=4, fontsize=9)
    _stack(below, np.arange(len(accounts)), [p["channel"] for p in accounts.values()], labels)
    _name_rows(below, [names.get(key, key) for key in accounts])
    below.set_xlabel(texts("fig.run_channels.shares"))
    below.set_xlim(0.0, 100.0)
    return figure


def _stack(
    axes: Axes,
    at: Any,
    bars: Sequence[Mapping[str, float]],
    labels: Mapping[str, str],
    upright: bool = False,
) -> None:
    """Stack parts from zero, what adds on one side and what takes away on the other.

    Parameters
    ----------
    at : place of each bar on its axis
    bars : part -> value of each bar; what is unknown is left out
    labels : part -> name in the legend
    """
    styles = category_styles(list(labels))
    above, below = np.zeros(len(bars)), np.zeros(len(bars))
    for part, label in labels.items():
        values = np.nan_to_num(np.array([bar[part] for bar in bars]))
        start = np.where(values >= 0.0, above, below)
        look: dict[str, Any] = {
            "color": styles[part].colour,
            "hatch": styles[part].hatch,
            "edgecolor": "white",
            "label": label,
        }
        if upright:
            axes.bar(at, values, bottom=start, width=0.7, **look)
        else:
            axes.barh(at, values, left=start, height=0.6, **look)
        above += np.maximum(values, 0.0)
        below += np.minimum(values, 0.0)


def _name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Names beside horizontal bars, the first on top."""
    axes.set_yticks(np.arange(len(names)), list(names))
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
