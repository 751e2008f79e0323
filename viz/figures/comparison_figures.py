"""Figures of a comparison of policies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from innocluster.scenarios.comparison.comparison import Comparison

from ..words.findings import PLACEBO, headline, headline_effects, policy_names
from ..words.quantities import (
    axis_label,
    effect_unit,
    indicator_phrase,
    level_unit,
    lowered,
)
from ..words.selection import ALL, complex_names, crowded, numbers, records, select
from ..words.texts import Texts
from .crowded_figures import (
    crowded_complexes,
    crowded_effects,
    crowded_outcomes,
    crowded_participants,
    crowded_paths,
)
from .front_figure import front_figure
from .panels import (
    Drawing,
    draw_targets,
    new_figure,
    targets_of,
    whole_years,
    wrap,
)
from .style import INK, MUTED, category_styles, label_line_ends, policy_styles

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["comparison_drawings"]

_UNSETTLED = "cannot tell"


def comparison_drawings(comparison: Comparison, texts: Texts) -> list[Drawing]:
    """Every figure of a comparison, in the order in which a report shows them.

    Figures without data (no spending, no members) are left out.
    """
    many = crowded(comparison)
    makers: dict[str, Callable[[Comparison, Texts], Figure | None]] = {
        "effects": crowded_effects if many else _effects,
        "front": front_figure,
        "paths": crowded_paths if many else _paths,
        "outcomes": crowded_outcomes if many else _outcomes,
        "participants": crowded_participants if many else _participants,
        "complexes": crowded_complexes if many else _complexes,
        "spending": _spending,
    }
    confidence = f"{100 * comparison.meta['confidence']:g}"
    drawings = []
    for name, make in makers.items():
        figure = make(comparison, texts)
        if figure is not None:
            other = f"fig.{name}.many"
            key = other if many and other in texts else f"fig.{name}.caption"
            caption = texts(key, confidence=confidence)
            drawings.append(Drawing(name, texts(f"fig.{name}.name"), caption, figure))
    return drawings


def _effects(comparison: Comparison, texts: Texts) -> Figure | None:
    """Headline effect of each policy with its interval, in money and in %."""
    names = policy_names(comparison, texts)
    baseline = comparison.meta["baseline"]
    groups = [(b, headline_effects(comparison, b)) for b in (baseline, PLACEBO)]
    groups = [(b, rows) for b, rows in groups if not rows.empty]
    count = sum(len(rows) for _, rows in groups)
    figure = new_figure(1.9 + 0.42 * count + 0.35 * len(groups), headline(comparison, texts))
    axes = figure.subplots()
    unit = effect_unit(groups[0][1]["unit"].iloc[0], texts)
    place, labels = 0.0, []
    for reference, rows in groups:
        labels.append((place, texts("word.against", baseline=names[reference]), True))
        for row in records(rows):
            place -= 1.0
            colour = _settled_colour(comparison, row)
            _draw_interval(axes, row, place, unit.factor, colour)
            verdict = texts(f"verdict.{row.verdict.replace(' ', '_')}")
            axes.annotate(
                verdict, (1.0, place), xycoords=("axes fraction", "data"), xytext=(6, 0),
                textcoords="offset points", va="center", color=colour,
            )  # fmt: skip
            labels.append((place, names[row.policy], False))
        place -= 1.2
    axes.set_yticks([p for p, _, _ in labels], [wrap(text, 24) for _, text, _ in labels])
    for tick, (_, _, group) in zip(axes.get_yticklabels(), labels, strict=True):
        tick.set_color(MUTED if group else INK)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(place + 0.5, 0.6)
    axes.axvline(0.0, color=INK, linewidth=1.4)
    axes.grid(axis="y", visible=False)
    indicator = indicator_phrase(comparison.meta["indicator"], texts)
    axes.set_xlabel(texts("fig.effects.axis", indicator=indicator, unit=unit.label))
    row = records(groups[0][1])[0]
    if row.mean != 0.0 and np.isfinite(row.relative_mean):
        scale = row.relative_mean / (row.mean * unit.factor)
        upper = axes.secondary_xaxis("top", functions=(lambda x: x * scale, lambda x: x / scale))
        upper.set_xlabel(texts("fig.effects.percent", baseline=names[baseline]))
    return figure


def _paths(comparison: Comparison, texts: Texts) -> Figure | None:
    """Effects on revenue and exports by year with bands."""
    names = policy_names(comparison, texts)
    baseline = comparison.meta["baseline"]
    styles = policy_styles(list(names), baseline)
    title = texts("fig.paths.title", measure=_both(texts), baseline=names[baseline])
    figure = new_figure(6.2, title)
    panels = []
    for axes, measure in zip(figure.subplots(2, 1, sharex=True), _MEASURES, strict=True):
        rows = _region_years(comparison, measure)
        unit = effect_unit(rows["unit"].iloc[0], texts)
        drawn = []
        for policy, own in rows[rows["policy"] != baseline].groupby("policy", sort=False):
            style = styles[str(policy)]
            years, low, mean, high = numbers(own, *_EFFECT)
            low, mean, high = (bound * unit.factor for bound in (low, mean, high))
            axes.fill_between(years, low, high, color=style.colour, alpha=0.15, linewidth=0)
            axes.plot(years, mean, color=style.colour, linestyle=style.dash, linewidth=2.0)
            drawn.append((years[-1], mean[-1], names[str(policy)], style.colour))
        axes.axhline(0.0, color=INK, linewidth=1.4)
        name = lowered(texts(f"indicator.{measure}"))
        axes.set_ylabel(texts("fig.paths.axis", measure=name, unit=unit.label))
        panels.append((axes, drawn))
    _label_lines(figure, panels)
    return figure


def _outcomes(comparison: Comparison, texts: Texts) -> Figure | None:
    """Revenue and exports under every policy beside targets and observations."""
    names = policy_names(comparison, texts)
    styles = policy_styles(list(names), comparison.meta["baseline"])
    targets = targets_of(comparison.meta)
    figure = new_figure(7.2, texts("fig.outcomes.title", measures=_both(texts)))
    for axes, measure in zip(figure.subplots(2, 1, sharex=True), _MEASURES, strict=True):
        rows = _region_years(comparison, measure)
        unit = level_unit(rows["unit"].iloc[0], texts)
        for policy, own in rows.groupby("policy", sort=False):
            style = styles[str(policy)]
            own_years, low, middle, high = numbers(own, "year", "p10", "median", "p90")
            low, middle, high = (bound * unit.factor for bound in (low, middle, high))
            axes.fill_between(own_years, low, high, color=style.colour, alpha=0.10, linewidth=0)
            axes.plot(
                own_years, middle, color=style.colour, linestyle=style.dash, linewidth=2.0,
                label=names[str(policy)],
            )  # fmt: skip
        years = range(int(rows["year"].min()), int(rows["year"].max()) + 1)
        draw_targets(axes, measure, rows["unit"].iloc[0], targets, years, texts)
        axes.set_ylabel(axis_label(measure, rows["unit"].iloc[0], texts))
        axes.set_ylim(bottom=0.0)
        whole_years(axes)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=9)
    return figure


def _participants(comparison: Comparison, texts: Texts) -> Figure | None:
    """Effect on the revenue of the firms first in line to join, in % of it without a programme."""
    names = policy_names(comparison, texts)
    baseline = comparison.meta["baseline"]
    styles = policy_styles(list(names), baseline)
    effects = _region_years(comparison, "cohort_revenue")
    untreated = effects.loc[effects["policy"] == baseline, ["year", "median"]]
    rows = effects.merge(untreated, on="year")
    rows = rows[(rows["policy"] != baseline) & (rows["median_y"] > 0.0)]
    if rows.empty:
        return None
    figure = new_figure(3.6, texts("fig.participants.title"))
    axes = figure.subplots()
    drawn = []
    for policy, own in rows.groupby("policy", sort=False):
        style = styles[str(policy)]
        years, low, mean, high, sold = numbers(own, *_EFFECT, "median_y")
        low, mean, high = (100.0 * bound / sold for bound in (low, mean, high))
        axes.fill_between(years, low, high, color=style.colour, alpha=0.15, linewidth=0)
        axes.plot(
            years, mean, color=style.colour, linestyle=style.dash, marker=style.marker,
            markersize=4.5, linewidth=2.0,
        )  # fmt: skip
        drawn.append((years[-1], mean[-1], names[str(policy)], style.colour))
    axes.axhline(0.0, color=INK, linewidth=1.4)
    axes.set_ylabel(wrap(texts("fig.participants.axis"), 34))
    _label_lines(figure, [(axes, drawn)])
    return figure


def _complexes(comparison: Comparison, texts: Texts) -> Figure | None:
    """Headline effect in each complex, in % of what it has under the baseline."""
    names = policy_names(comparison, texts)
    baseline = comparison.meta["baseline"]
    styles = policy_styles(list(names), baseline)
    rows = select(comparison.effects, indicator=comparison.meta["indicator"], baseline=baseline)
    rows = rows.loc[rows["complex"] != ALL]
    if rows.empty:
        return None
    keys = list(dict.fromkeys(rows["complex"]))
    policies = list(dict.fromkeys(rows["policy"]))
    indicator = indicator_phrase(comparison.meta["indicator"], texts)
    title = texts("fig.complexes.title", indicator=indicator, baseline=names[baseline])
    figure = new_figure(1.7 + 0.2 * len(keys) * (len(policies) + 1), title)
    axes = figure.subplots()
    for row in records(rows):
        step = policies.index(row.policy) - (len(policies) - 1) / 2.0
        place = -keys.index(row.complex) - step / (len(policies) + 1)
        style = styles[row.policy]
        settled = row.verdict != _UNSETTLED
        axes.plot([row.relative_low, row.relative_high], [place] * 2, color=style.colour, lw=1.6)
        axes.plot(
            row.relative_mean, place, marker=style.marker, markersize=6.0, linestyle="none",
            color=style.colour, markerfacecolor=style.colour if settled else "white",
            label=names[row.policy] if row.complex == keys[0] else None,
        )  # fmt: skip
    labels = complex_names(comparison.meta, texts)
    axes.set_yticks([-i for i in range(len(keys))], [labels.get(key, key) for key in keys])
    axes.tick_params(axis="y", length=0)
    axes.axvline(0.0, color=INK, linewidth=1.4)
    axes.grid(axis="y", visible=False)
    for i in range(1, len(keys)):
        axes.axhline(0.5 - i, color=MUTED, linewidth=0.4)
    axes.set_xlabel(texts("fig.complexes.axis", baseline=names[baseline]))
    figure.legend(loc="outside lower center", ncols=min(len(policies), 3), fontsize=9)
    return figure


def _spending(comparison: Comparison, texts: Texts) -> Figure | None:
    """Programme money by purpose, summed over the years."""
    names = policy_names(comparison, texts)
    rows = select(comparison.yearly, complex=ALL)
    rows = rows[rows["indicator"].str.startswith("spent_")]
    if rows.empty or not (rows["median"] > 0.0).any():
        return None
    sums = rows.pivot_table(
        index="policy", columns="indicator", values="median", aggfunc="sum", sort=False
    )
    sums = sums.loc[sums.sum(axis=1) > 0.0, sums.sum(axis=0) > 0.0]
    unit = level_unit(rows["unit"].iloc[0], texts)
    figure = new_figure(1.9 + 0.4 * len(sums), texts("fig.spending.title"))
    axes = figure.subplots()
    styles = category_styles(list(sums.columns))
    start = np.zeros(len(sums))
    for category, style in styles.items():
        widths = sums[category].to_numpy(dtype=float) * unit.factor
        axes.barh(
            np.arange(len(sums)), widths, left=start, height=0.6, color=style.colour,
            hatch=style.hatch, edgecolor="white", label=texts(f"indicator.{category}"),
        )  # fmt: skip
        start = start + widths
    axes.set_yticks(np.arange(len(sums)), [wrap(names[policy], 24) for policy in sums.index])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(texts("fig.spending.axis", unit=unit.label))
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    return figure


_MEASURES = ("revenue", "exports")
_EFFECT = ("year", "effect_low", "effect_mean", "effect_high")


def _both(texts: Texts) -> str:
    first, last = (lowered(texts(f"indicator.{measure}")) for measure in _MEASURES)
    return texts("list.last", first=first, last=last)


def _region_years(comparison: Comparison, measure: str) -> pd.DataFrame:
    return select(comparison.yearly, complex=ALL, indicator=measure)


def _settled_colour(comparison: Comparison, row: Any) -> str:
    """A policy's colour where its effect is told apart from zero, grey where it is not."""
    if row.verdict == _UNSETTLED:
        return MUTED
    policies = list(comparison.policies["policy"])
    return policy_styles(policies, comparison.meta["baseline"])[row.policy].colour


def _draw_interval(axes: Axes, row: Any, place: float, factor: float, colour: str) -> None:
    """Mean and interval; hollow and thin where the verdict is open."""
    settled = row.verdict != _UNSETTLED
    axes.plot(
        [row.low * factor, row.high * factor], [place, place], color=colour,
        linewidth=2.6 if settled else 1.6, linestyle="-" if settled else (0, (3, 1.5)),
        marker="|", markersize=9.0,
    )  # fmt: skip
    axes.plot(
        row.mean * factor, place, "o", color=colour, markersize=7.5,
        markerfacecolor=colour if settled else "white",
    )  # fmt: skip


def _label_lines(
    figure: Figure, panels: list[tuple[Axes, list[tuple[float, float, str, str]]]]
) -> None:
    """Labels at the ends of lines, placed in the finished layout."""
    for axes, ends in panels:
        low, high = axes.get_xlim()
        last = max((end[0] for end in ends), default=high)
        whole_years(axes, 4)
        ticks = [tick for tick in axes.get_xticks() if low <= tick <= last]
        # Room for the labels to the right of the last year.
        axes.set_xlim(low, high + 0.36 * (high - low))
        axes.set_xticks(ticks)
    figure.draw_without_rendering()
    for axes, ends in panels:
        label_line_ends(axes, [(x, y, wrap(text, 20), colour) for x, y, text, colour in ends])
