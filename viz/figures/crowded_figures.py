"""Figures of a comparison with many arms: tiers by shade, labels beside the marks, no legend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from innocluster.scenarios.comparison.comparison import Comparison

from ..words.findings import (
    PLACEBO,
    by_tier,
    headline,
    headline_effects,
    policy_names,
    short_names,
)
from ..words.quantities import (
    axis_label,
    effect_unit,
    indicator_phrase,
    level_unit,
    lowered,
    precise,
)
from ..words.selection import ALL, complex_names, numbers, records, select
from ..words.texts import Texts
from .panels import draw_targets, new_figure, targets_of, whole_years, wrap
from .style import GOAL, INK, MUTED, label_line_ends, tier_shades

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "crowded_complexes",
    "crowded_effects",
    "crowded_outcomes",
    "crowded_participants",
    "crowded_paths",
    "shade_tiers",
    "shades",
]

_ROW = 0.32
_SMALL = 8.5
_BAND = "#f0f2f5"
_UNSETTLED = "cannot tell"


def shades(comparison: Comparison) -> dict[str, str]:
    """Colour of every arm by its tier."""
    return tier_shades(dict(zip(comparison.tiers["policy"], comparison.tiers["tier"], strict=True)))


def shade_tiers(axes: Axes, comparison: Comparison, texts: Texts, label: bool) -> None:
    """Bands behind the rows of each tier, rows being numbered downwards from 0."""
    tiers = dict(zip(comparison.tiers["policy"], comparison.tiers["tier"], strict=True))
    order = [tiers[policy] for policy in by_tier(comparison)]
    for i, tier in enumerate(dict.fromkeys(order)):
        first = order.index(tier)
        last = first + order.count(tier)
        if i % 2 == 0:
            axes.axhspan(0.5 - first, 0.5 - last, color=_BAND, zorder=0, linewidth=0)
        if label:
            words = texts("fig.tier", tier=tier) if tier else texts("fig.yardstick")
            axes.annotate(
                words, (1.0, (1.0 - first - last) / 2.0), xycoords=("axes fraction", "data"),
                xytext=(4, 0), textcoords="offset points", va="center", fontsize=_SMALL,
                color=MUTED,
            )  # fmt: skip


def crowded_effects(comparison: Comparison, texts: Texts) -> Figure:
    """Headline effect of every arm against no programme and against the placebo, by tier."""
    names = policy_names(comparison, texts)
    baseline = comparison.meta["baseline"]
    order, colours = by_tier(comparison), shades(comparison)
    references = [b for b in (baseline, PLACEBO) if not headline_effects(comparison, b).empty]
    figure = new_figure(1.7 + _ROW * len(order), headline(comparison, texts))
    grid = figure.subplots(1, len(references), sharey=True, squeeze=False)[0]
    for i, (axes, reference) in enumerate(zip(grid, references, strict=True)):
        shade_tiers(axes, comparison, texts, label=i == len(references) - 1)
        unit = effect_unit(headline_effects(comparison, reference)["unit"].iloc[0], texts)
        for row in records(headline_effects(comparison, reference)):
            settled = row.verdict != _UNSETTLED
            place, colour = -order.index(row.policy), colours[row.policy]
            axes.plot(
                [row.low * unit.factor, row.high * unit.factor], [place, place], color=colour,
                linewidth=2.0 if settled else 1.3, linestyle="-" if settled else (0, (3, 1.5)),
            )  # fmt: skip
            axes.plot(
                row.mean * unit.factor, place, "o", color=colour, markersize=5.5,
                markerfacecolor=colour if settled else "white",
            )  # fmt: skip
        axes.plot(0.0, -order.index(reference), "D", color=INK, markersize=4.5)
        axes.axvline(0.0, color=INK, linewidth=1.2)
        axes.set_title(wrap(texts("word.against", baseline=names[reference]), 30), fontsize=10)
        axes.set_xlabel(unit.label)
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0)
    _name_rows(grid[0], comparison, order, texts)
    return figure


def crowded_paths(comparison: Comparison, texts: Texts) -> Figure:
    """Effects on revenue and exports by year, a line an arm."""
    baseline = comparison.meta["baseline"]
    first, last = (lowered(texts(f"indicator.{measure}")) for measure in _MEASURES)
    title = texts(
        "fig.paths.title",
        measure=texts("list.last", first=first, last=last),
        baseline=policy_names(comparison, texts)[baseline],
    )
    figure = new_figure(9.6, title)
    panels = []
    for axes, measure in zip(figure.subplots(2, 1, sharex=True), _MEASURES, strict=True):
        rows = select(comparison.yearly, complex=ALL, indicator=measure)
        unit = effect_unit(rows["unit"].iloc[0], texts)
        rows = rows[rows["policy"] != baseline]
        values = {
            str(policy): own["effect_mean"].to_numpy(dtype=float) * unit.factor
            for policy, own in rows.groupby("policy", sort=False)
        }
        panels.append((axes, _draw_paths(axes, comparison, np.unique(rows["year"]), values)))
        axes.set_ylabel(texts("fig.paths.axis", measure=first, unit=unit.label))
        if measure == _MEASURES[1]:
            axes.set_ylabel(texts("fig.paths.axis", measure=last, unit=unit.label))
    _label_ends(figure, panels)
    return figure


def crowded_participants(comparison: Comparison, texts: Texts) -> Figure | None:
    """Effect on the revenue of the firms first in line to join, a line an arm."""
    baseline = comparison.meta["baseline"]
    rows = select(comparison.yearly, complex=ALL, indicator="cohort_revenue")
    untreated = select(rows, policy=baseline)["median"].to_numpy(dtype=float)
    rows = rows[rows["policy"] != baseline]
    years = np.unique(rows["year"])
    known = untreated > 0.0
    if not known.any():
        return None
    figure = new_figure(5.4, texts("fig.participants.title"))
    axes = figure.subplots()
    values = {
        str(policy): 100.0 * own["effect_mean"].to_numpy(dtype=float)[known] / untreated[known]
        for policy, own in rows.groupby("policy", sort=False)
    }
    ends = _draw_paths(axes, comparison, years[known], values)
    axes.set_ylabel(wrap(texts("fig.participants.axis"), 34))
    _label_ends(figure, [(axes, ends)])
    return figure


def crowded_outcomes(comparison: Comparison, texts: Texts) -> Figure:
    """Revenue and exports: worlds without a programme, and the span of all arms' medians."""
    names, baseline = policy_names(comparison, texts), comparison.meta["baseline"]
    targets = targets_of(comparison.meta)
    first, last = (lowered(texts(f"indicator.{measure}")) for measure in _MEASURES)
    both = texts("list.last", first=first, last=last)
    figure = new_figure(7.2, texts("fig.outcomes.title", measures=both))
    for axes, measure in zip(figure.subplots(2, 1, sharex=True), _MEASURES, strict=True):
        rows = select(comparison.yearly, complex=ALL, indicator=measure)
        unit = level_unit(rows["unit"].iloc[0], texts)
        years, low, middle, high = numbers(
            select(rows, policy=baseline), "year", "p10", "median", "p90"
        )
        span = rows.groupby("year")["median"].agg(["min", "max"]).to_numpy(dtype=float)
        axes.fill_between(
            years, low * unit.factor, high * unit.factor, color=MUTED, alpha=0.18, linewidth=0,
            label=texts("fig.outcomes.worlds", baseline=names[baseline]),
        )  # fmt: skip
        axes.fill_between(
            years, *(span.T * unit.factor), color="#0072B2", alpha=0.7, linewidth=1.5,
            label=texts("fig.outcomes.span", count=len(names)),
        )  # fmt: skip
        axes.plot(
            years, middle * unit.factor, color=INK, linewidth=1.4, label=names[baseline],
        )  # fmt: skip
        whole = range(int(years.min()), int(years.max()) + 1)
        draw_targets(axes, measure, rows["unit"].iloc[0], targets, whole, texts)
        axes.set_ylabel(axis_label(measure, rows["unit"].iloc[0], texts))
        axes.set_ylim(bottom=0.0)
        whole_years(axes)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=9)
    return figure


def crowded_complexes(comparison: Comparison, texts: Texts) -> Figure | None:
    """Headline effect of every arm in each complex, as a table of shaded cells."""
    names, baseline = policy_names(comparison, texts), comparison.meta["baseline"]
    rows = select(comparison.effects, indicator=comparison.meta["indicator"], baseline=baseline)
    rows = rows.loc[rows["complex"] != ALL]
    if rows.empty:
        return None
    order = [policy for policy in by_tier(comparison) if policy != baseline]
    keys = list(dict.fromkeys(rows["complex"]))
    indicator = indicator_phrase(comparison.meta["indicator"], texts)
    title = texts("fig.complexes.title", indicator=indicator, baseline=names[baseline])
    figure = new_figure(2.0 + _ROW * len(order), title)
    axes = figure.subplots()
    largest = max(float(rows["relative_mean"].abs().max()), 1e-12)
    for row in records(rows):
        x, y = keys.index(row.complex), -order.index(row.policy)
        settled = row.verdict != _UNSETTLED
        colour = "#0072B2" if row.relative_mean > 0.0 else GOAL
        strength = 0.06 + 0.6 * abs(row.relative_mean) / largest if settled else 0.0
        axes.fill_between(
            [x - 0.49, x + 0.49], y - 0.47, y + 0.47, color=colour, alpha=strength, linewidth=0,
        )  # fmt: skip
        axes.text(
            x, y, precise(row.relative_mean, _decimals(largest)), ha="center", va="center",
            fontsize=_SMALL, color=INK if settled else MUTED,
        )  # fmt: skip
    labels = complex_names(comparison.meta, texts)
    columns = [labels.get(key, key).replace("-", "-\n") for key in keys]
    axes.set_xticks(range(len(keys)), columns, fontsize=_SMALL)
    axes.xaxis.tick_top()
    axes.set_xlim(-0.5, len(keys) - 0.5)
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0)
    _name_rows(axes, comparison, order, texts)
    axes.set_xlabel(texts("fig.complexes.axis", baseline=names[baseline]))
    return figure


_MEASURES = ("revenue", "exports")


def _decimals(largest: float) -> int:
    """Decimals with which the largest value has two digits."""
    return int(np.clip(1 - np.floor(np.log10(largest)), 0, 4))


def _name_rows(axes: Axes, comparison: Comparison, order: list[str], texts: Texts) -> None:
    """Short identifier and name of the arms beside their rows, from 0 downwards."""
    names, short = policy_names(comparison, texts), short_names(comparison)
    labels = [f"{short[policy]} {names[policy].partition(' @ ')[0]}" for policy in order]
    axes.set_yticks([-i for i in range(len(order))], labels, fontsize=_SMALL)
    axes.set_ylim(0.5 - len(order), 0.5)


def _draw_paths(
    axes: Axes, comparison: Comparison, years: Any, values: dict[str, Any]
) -> list[tuple[float, float, str, str]]:
    """A line an arm, the lowest tiers first so that the first tier lies on top; its ends."""
    colours, short = shades(comparison), short_names(comparison)
    for policy in reversed(by_tier(comparison)):
        if policy in values:
            axes.plot(years, values[policy], color=colours[policy], linewidth=1.5)
    axes.axhline(0.0, color=INK, linewidth=1.2)
    return [(years[-1], path[-1], short[p], colours[p]) for p, path in values.items()]


def _label_ends(
    figure: Figure, panels: list[tuple[Axes, list[tuple[float, float, str, str]]]]
) -> None:
    """Short identifiers at the ends of lines, placed in the finished layout."""
    for axes, ends in panels:
        low, high = axes.get_xlim()
        whole_years(axes)
        ticks = [tick for tick in axes.get_xticks() if low <= tick <= ends[0][0]]
        axes.set_xlim(low, high + 0.16 * (high - low))
        axes.set_xticks(ticks)
    figure.draw_without_rendering()
    for axes, ends in panels:
        label_line_ends(axes, ends, size=7.5)
