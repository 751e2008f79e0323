"""Figures of a choice: leads with intervals, what knowledge is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from innocluster.scenarios.lessons.lesson import Lesson

from ...words.lessons.choosing import known_label
from ...words.lessons.labels import outcome_phrase, policy_label
from ...words.quantities import effect_unit
from ...words.selection import records
from ...words.texts import Texts
from ..panels import new_figure, wrap
from ..style import INK
from .axes import name_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["information_figure", "lead_figure"]

_BAR = "#0072B2"
_MOST_ROWS = 15


def lead_figure(lesson: Lesson, texts: Texts) -> Figure | None:
    """How far every policy is behind the recommended one."""
    meta, unit = lesson.meta, effect_unit(lesson.meta["unit"], texts)
    rows = records(lesson.tables["choice"])
    indicator = outcome_phrase(meta["indicator"], meta, texts)
    title = texts("fig.lead.title", policy=meta["policy"], indicator=indicator)
    figure = new_figure(1.4 + 0.42 * len(rows), title)
    axes = figure.subplots()
    for place, row in enumerate(rows):
        mean, low, high = (
            unit.factor * value for value in (row.behind, row.behind_low, row.behind_high)
        )
        axes.plot([low, high], [place, place], color=_BAR, linewidth=2.0, marker="|")
        filled = _BAR if row.tier == rows[0].tier else "white"
        axes.plot(mean, place, "o", color=_BAR, markerfacecolor=filled, markersize=7.0)
    name_rows(axes, [policy_label(row.policy, texts) for row in rows])
    axes.locator_params(axis="x", nbins=4)
    axes.set_xlabel(wrap(texts("fig.lead.axis", policy=meta["policy"], unit=unit.label), 34))
    return figure


def information_figure(lesson: Lesson, texts: Texts) -> Figure | None:
    """What it would be worth to know each input before choosing."""
    unit = effect_unit(lesson.meta["unit"], texts)
    rows = records(lesson.tables["information"])[:_MOST_ROWS]
    if not any(row.value > 0.0 for row in rows):
        return None
    figure = new_figure(1.4 + 0.38 * len(rows), texts("fig.worth.title"))
    axes = figure.subplots()
    axes.barh(
        range(len(rows)), [unit.factor * row.value for row in rows], height=0.6, color=_BAR
    )  # fmt: skip
    for place, row in enumerate(rows):
        ends = [unit.factor * row.low, unit.factor * row.high]
        axes.plot(ends, [place, place], color=INK, linewidth=1.1, marker="|")
    name_rows(axes, [known_label(row.known, texts) for row in rows])
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(wrap(texts("fig.worth.axis", unit=unit.label), 34))
    return figure
