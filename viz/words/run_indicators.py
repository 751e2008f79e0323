"""Indicators of a run beside the figures that they are compared with, for terminal and page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .quantities import exact, indicator_label, level, level_unit
from .selection import notable

if TYPE_CHECKING:
    from innocluster.scenarios.runs.execution import RunResult

    from .texts import Texts

__all__ = ["indicator_rows"]


def indicator_rows(run: RunResult, texts: Texts) -> list[list[str]]:
    """Indicator, value, figure, ratio of the two, kind and source of the figure, as written."""
    rows = []
    for row in notable(run):
        unit = level_unit(row.unit, texts)
        known = row.target == row.target
        rows.append(
            [
                indicator_label(row.name, texts),
                unit.amount.format(value=level(row.value * unit.factor, row.unit)),
                exact(row.target * unit.factor) if known else "",
                f"{row.value / row.target:.2f}" if known and row.target else "",
                texts(f"word.target_{row.target_kind}") if known else "",
                row.source,
            ]
        )
    return rows
