"""Figures of an attribution: how channels make up the effect, and what each does alone and last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from innocluster.scenarios.attribution.attribution_tables import Attribution

from ..words.channel_findings import (
    attributed_policies,
    channel_label,
    shown_channels,
    shown_unit,
)
from ..words.quantities import indicator_phrase, plain
from ..words.selection import records, select
from ..words.texts import Texts
from .panels import Drawing, new_figure, wrap
from .style import INK, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["attribution_drawings"]

_ADDS, _TAKES, _WHOLE = "#0072B2", "#D55E00", "#a8a8a8"
_ENDS = {"alone": ("o", "white"), "mean": ("s", _ADDS), "last": ("D", "white")}
_UNSETTLED = "cannot tell"


def attribution_drawings(result: Attribution, texts: Texts) -> list[Drawing]:
    """Every figure of an attribution, in the order in which a report shows them."""
    confidence = f"{100 * result.meta['confidence']:g}"
    return [
        Drawing(
            name,
            texts(f"fig.{name}.name"),
            texts(f"fig.{name}.caption", confidence=confidence),
            make(result, texts),
        )
        for name, make in (("channels", _waterfalls), ("ends", _ends))
    ]


def _waterfalls(result: Attribution, texts: Texts) -> Figure:
    """For each policy, channels one upon another up to the whole effect."""
    unit = shown_unit(result, texts)
    figure, panels = _panels(result, texts, "channels", extra=1)
    for axes, (policy, rows) in panels:
        whole = _of(result.effects, result, policy)[0]
        reached = 0.0
        for place, row in enumerate(rows):
            if row is not None:
                _bar(axes, place, reached * unit.factor, row, unit.factor)
                reached += row.mean
            if place + 1 < len(rows):
                axes.plot([reached * unit.factor] * 2, [place, place + 1], color=MUTED, lw=0.6)
        _bar(axes, len(rows), 0.0, whole, unit.factor, _WHOLE)
        axes.axhline(len(rows) - 0.5, color=MUTED, linewidth=0.4)
    _finish(figure, panels, result, texts, [texts("attribution.whole")])
    return figure


def _bar(
    axes: Axes, place: int, start: float, row: Any, factor: float, colour: str | None = None
) -> None:
    """A part from where the last one ended, with its interval and its number."""
    mean, low, high = (value * factor for value in (row.mean, row.low, row.high))
    if row.mean == row.low == row.high == 0.0:
        return
    settled = row.verdict != _UNSETTLED
    shade = colour or (_ADDS if mean >= 0.0 else _TAKES)
    axes.barh(
        place, mean, left=start, height=0.62, edgecolor=shade, linewidth=1.2,
        facecolor=shade if settled else "white", hatch="///" if mean < 0.0 else None,
    )  # fmt: skip
    axes.plot([start + low, start + high], [place, place], color=INK, linewidth=1.1, marker="|")
    axes.annotate(
        plain(mean, 2), (1.0, place), xycoords=("axes fraction", "data"), xytext=(6, 0),
        textcoords="offset points", va="center", fontsize=9, color=INK if settled else MUTED,
    )  # fmt: skip


def _ends(result: Attribution, texts: Texts) -> Figure:
    """For each policy and channel, what it adds alone, on average and last."""
    factor = shown_unit(result, texts).factor
    figure, panels = _panels(result, texts, "ends", extra=0)
    for axes, (_, rows) in panels:
        for place, row in enumerate(rows):
            if row is None:
                continue
            values = [getattr(row, name) * factor for name in _ENDS]
            axes.plot([min(values), max(values)], [place, place], color=MUTED, linewidth=1.0)
            for (name, (marker, fill)), value in zip(_ENDS.items(), values, strict=True):
                label = "part" if name == "mean" else name
                axes.plot(
                    value, place, marker, color=_ADDS, markerfacecolor=fill, markersize=6.0,
                    linestyle="none", label=texts(f"attribution.{label}") if place == 0 else None,
                )  # fmt: skip
    _finish(figure, panels, result, texts, [])
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=9)
    return figure


Panels = list[tuple["Axes", tuple[str, list[Any]]]]


def _panels(result: Attribution, texts: Texts, name: str, extra: int) -> tuple[Figure, Panels]:
    """A figure with one panel a policy, and the rows of each, ``None`` where it cannot act."""
    names = attributed_policies(result, texts)
    keys = shown_channels(result)
    indicator = indicator_phrase(result.meta["indicator"], texts)
    title = texts(f"fig.{name}.title", indicator=indicator)
    height = 1.1 + len(names) * (0.55 + 0.27 * (len(keys) + extra))
    figure = new_figure(height, title)
    grid = figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
    panels = []
    for axes, policy in zip(grid, names, strict=True):
        by_key = {row.channel: row for row in _of(result.shares, result, policy)}
        panels.append((axes, (policy, [by_key.get(key) for key in keys])))
    return figure, panels


def _finish(
    figure: Figure, panels: Panels, result: Attribution, texts: Texts, more: list[str]
) -> None:
    """Labels of rows, panels and the common axis."""
    names = attributed_policies(result, texts)
    labels = [wrap(channel_label(key, texts), 34) for key in shown_channels(result)] + more
    for axes, (policy, _) in panels:
        axes.set_title(names[policy])
        axes.set_yticks(range(len(labels)), labels)
        axes.tick_params(axis="y", length=0)
        axes.invert_yaxis()
        axes.axvline(0.0, color=INK, linewidth=1.2)
        axes.grid(axis="y", visible=False)
    indicator = indicator_phrase(result.meta["indicator"], texts)
    name = "channels" if more else "ends"
    unit = shown_unit(result, texts).label
    panels[-1][0].set_xlabel(texts(f"fig.{name}.axis", indicator=indicator, unit=unit))


def _of(table: Any, result: Attribution, policy: str) -> list[Any]:
    return records(select(table, policy=policy, outcome=result.meta["indicator"]))
