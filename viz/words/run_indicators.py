"""Indicators of a run beside what happened and, apart from it, what was aimed at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from innocluster.scenarios.runs.backtest import TOLERATED_ERRORS

from .messages import Messages
from .quantities import exact, indicator_label, level, level_unit
from .selection import notable

if TYPE_CHECKING:
    from innocluster.scenarios.runs.execution import RunResult

    from .texts import Texts

__all__ = ["INDICATOR_HEADINGS", "indicator_rows"]

INDICATOR_HEADINGS = ("indicator", "value", "observed", "ratio", "goal", "ratio", "kind", "source")
"""Keys ``table.run.…`` of the names of the columns of `indicator_rows`."""


def indicator_rows(run: RunResult, texts: Texts) -> list[list[str]]:
    """Indicator, value, what happened, ratio to it, what was aimed at, ratio, its kind, source.

    A ratio is marked where the model is off by more than twice the error of what happened.
    """
    said, rows = Messages(texts.language), []
    for row in notable(run):
        unit = level_unit(row.unit, texts)
        rows.append(
            [
                indicator_label(row.name, texts),
                unit.amount.format(value=level(row.value * unit.factor, row.unit)),
                _figure(row.observed, row.uncertainty, unit.factor),
                _ratio(row.value, row.observed) + _mark(row),
                _figure(row.goal, float("nan"), unit.factor),
                _ratio(row.value, row.goal),
                texts(f"word.target_{row.goal_kind}") if row.goal_kind else "",
                said("source", row.source),
            ]
        )
    return rows


def _figure(value: float, uncertainty: float, factor: float) -> str:
    """A figure with its error, where they are known."""
    if value != value:
        return ""
    error = f" ± {exact(uncertainty * factor)}" if uncertainty == uncertainty else ""
    return exact(value * factor) + error


def _ratio(value: float, figure: float) -> str:
    return f"{value / figure:.2f}" if figure == figure and figure else ""


def _mark(row: Any) -> str:
    """A mark beside what is missed."""
    missed = abs(row.value - row.observed) > TOLERATED_ERRORS * row.uncertainty
    return " !" if missed else "  " if row.uncertainty == row.uncertainty else ""
