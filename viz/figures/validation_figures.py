"""Figures of a validation: fans against what happened, places of figures, what the fit moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from innocluster.calibration.validation.fit import UNKNOWN
from innocluster.calibration.validation.origins import MODEL
from innocluster.calibration.validation.validation import Validation

from ..words.quantities import axis_label, level_unit
from ..words.selection import ALL, complex_names, records, select
from ..words.texts import Texts
from ..words.validation.posterior import parameter_label
from .panels import Drawing, new_figure, targets_of
from .style import INK, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["validation_drawings"]

_FAN, _OBSERVED, _FITTED = "#0072B2", "#D55E00", "#009E73"
_UNITS = {"revenue": "KRW tn", "exports": "USD bn"}
_PLACES = 10
_MOST = 14


def validation_drawings(validation: Validation, texts: Texts) -> list[Drawing]:
    """Every figure of a validation, in the order in which a report shows them."""
    made = [
        _drawing("fan", _fans(validation, texts), texts),
        _drawing("fan_complexes", _fans_of_complexes(validation, texts), texts),
        _drawing("places", _places(validation, texts), texts),
    ]
    if validation.meta["under"] == "posterior":
        made.append(_drawing("marginals", _marginals(validation, texts), texts))
    return made


def _drawing(name: str, figure: Figure, texts: Texts) -> Drawing:
    return Drawing(name, texts(f"fig.{name}.name"), texts(f"fig.{name}.caption"), figure)


def _fans(validation: Validation, texts: Texts) -> Figure:
    """Revenue and exports of the region."""
    figure = new_figure(3.4, texts("fig.fan.name"))
    for axes, measure in zip(figure.subplots(1, 2), _UNITS, strict=True):
        _fan(axes, validation, measure, ALL, texts)
        unit = level_unit(_UNITS[measure], texts).label
        axes.set_title(axis_label(measure, _UNITS[measure], texts), fontsize=10, loc="left")
        axes.set_ylabel(unit, fontsize=9)
    return figure


def _fans_of_complexes(validation: Validation, texts: Texts) -> Figure:
    """Revenue of every complex."""
    names = complex_names(validation.meta, texts)
    places = [key for key in names if key != ALL]
    rows = -(-len(places) // 3)
    figure = new_figure(0.6 + 1.9 * rows, texts("fig.fan_complexes.name"))
    panels = figure.subplots(rows, 3, squeeze=False).ravel()
    for axes, key in zip(panels, places, strict=False):
        _fan(axes, validation, "revenue", key, texts)
        axes.set_title(names[key], fontsize=9.5, loc="left")
        axes.tick_params(labelsize=8)
    for axes in panels[len(places) :]:
        axes.set_axis_off()
    return figure


def _fan(axes: Axes, validation: Validation, measure: str, key: str, texts: Texts) -> None:
    """Median, 50 and 90 % of worlds and draws, and what was published."""
    factor = level_unit(_UNITS[measure], texts).factor
    rows = select(validation.fan, measure=measure, complex=key)
    years = rows["year"].to_numpy()
    bands = {n: factor * rows[n].to_numpy() for n in ("low90", "low50", "median", "high50")}
    bands["high90"] = factor * rows["high90"].to_numpy()
    axes.fill_between(years, bands["low90"], bands["high90"], color=_FAN, alpha=0.18, lw=0)
    axes.fill_between(years, bands["low50"], bands["high50"], color=_FAN, alpha=0.32, lw=0)
    axes.plot(years, bands["median"], color=_FAN, linewidth=1.4)
    for target in targets_of(validation.meta):
        name, _, year = target.indicator.rpartition("_")
        if name != measure or target.complex != key or target.kind != "observed":
            continue
        held_out = target.role == "hold-out"
        error = target.uncertainty if target.uncertainty == target.uncertainty else 0.0
        axes.errorbar(
            int(year), factor * target.value, yerr=factor * error, fmt="o" if held_out else "s",
            color=_OBSERVED if held_out else _FITTED, markersize=4, linewidth=1.0, capsize=2,
        )  # fmt: skip
    axes.set_xticks([int(years[0]), 2008, int(years[-1])])
    axes.set_ylim(bottom=0.0)


def _places(validation: Validation, texts: Texts) -> Figure:
    """Where what happened stands in the forecasts of it: even if they are right."""
    own = select(validation.forecasts, forecast=MODEL)["place"].to_numpy(float)
    figure = new_figure(2.6, texts("fig.places.name"))
    axes = figure.subplots()
    shares, edges = np.histogram(own, np.linspace(0.0, 1.0, _PLACES + 1))
    heights = 100.0 * shares / max(own.size, 1)
    axes.bar(edges[:-1] + 0.5 / _PLACES, heights, 0.9 / _PLACES, color=_FAN, alpha=0.6)
    axes.axhline(100.0 / _PLACES, color=INK, linewidth=0.9, linestyle="--")
    axes.set_xlabel(texts("fig.places.axis"), fontsize=9.5)
    axes.set_ylabel(texts("fig.places.share"), fontsize=9.5)
    return figure


def _marginals(validation: Validation, texts: Texts) -> Figure:
    """Parameters of which the data told most: 90 % of prior and posterior, in prior widths."""
    rows: list[Any] = [row for row in records(validation.marginals) if not row.form]
    rows = sorted(rows, key=lambda row: -row.contraction)[:_MOST]
    figure = new_figure(0.9 + 0.3 * len(rows), texts("fig.marginals.name"))
    axes = figure.subplots()
    for place, row in enumerate(rows):
        width = (row.prior_high - row.prior_low) or 1.0
        ends = [(v - row.prior_low) / width for v in (row.low, row.posterior, row.high)]
        axes.plot([0.0, 1.0], [place, place], color=MUTED, linewidth=5, alpha=0.25)
        colour = _FAN if row.contraction >= UNKNOWN else MUTED
        axes.plot([ends[0], ends[2]], [place, place], color=colour, linewidth=3)
        axes.plot(ends[1], place, "o", color=colour, markersize=5)
    axes.set_yticks(range(len(rows)), [parameter_label(row.name, texts) for row in rows])
    axes.tick_params(axis="y", labelsize=9)
    axes.set_xticks([0.0, 1.0], [texts("fig.marginals.low"), texts("fig.marginals.high")])
    axes.invert_yaxis()
    return figure
