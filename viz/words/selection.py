"""Picking rows from the tidy tables of results, and names of the complexes in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from innocluster.scenarios.region.loading import load_region
from innocluster.scenarios.schema import PRESET_REGION

if TYPE_CHECKING:
    import pandas as pd

    from innocluster.scenarios.comparison.comparison import Comparison
    from innocluster.scenarios.runs.execution import RunResult

    from .texts import Texts

__all__ = [
    "ALL",
    "complex_names",
    "crowded",
    "headline_unit",
    "notable",
    "numbers",
    "records",
    "select",
]

ALL = "all"
"""Key of the region's total beside the complexes."""

_MOST_SINGLE = 7


def records(table: pd.DataFrame) -> list[Any]:
    """Rows as named tuples; only the table's author knows the types of its columns."""
    return list(table.itertuples(index=False))


def select(table: pd.DataFrame, **values: object) -> pd.DataFrame:
    """Rows in which every named column has the given value."""
    for column, value in values.items():
        table = table.loc[table[column] == value]
    return table


def numbers(table: pd.DataFrame, *columns: str) -> list[Any]:
    """Columns as arrays of floats."""
    return [table[column].to_numpy(dtype=float) for column in columns]


def crowded(comparison: Comparison) -> bool:
    """Whether there are too many arms to give each a colour, a legend entry and a sentence."""
    return len(comparison.policies) > _MOST_SINGLE


def headline_unit(comparison: Comparison) -> str:
    """Unit of the headline indicator."""
    rows = select(comparison.outcomes, indicator=comparison.meta["indicator"])
    return str(rows["unit"].iloc[0])


def complex_names(meta: Mapping[str, Any], texts: Texts) -> dict[str, str]:
    """Complex key -> display name, from the region's data."""
    folder = None if meta["region"] == PRESET_REGION else Path(meta["region"])
    complexes = load_region(folder).complexes
    names = complexes.names_ko if texts.language == "ko" else complexes.names
    return {"all": texts("word.all"), **dict(zip(complexes.keys, names, strict=True))}


def notable(run: RunResult) -> list[Any]:
    """Region's indicators with a figure to compare, and the last year of the others."""
    rows = records(select(run.indicators, complex=ALL))
    compared = {_measure(row) for row in rows if _is_compared(row)}
    last = {_measure(row): row for row in rows}
    return [
        row
        for row in rows
        if _is_compared(row) or (_measure(row) not in compared and last[_measure(row)] is row)
    ]


def _is_compared(row: Any) -> bool:
    """Whether it is known what happened or what was aimed at."""
    return bool(row.observed == row.observed or row.goal == row.goal)


def _measure(indicator: Any) -> str:
    """``revenue`` of ``revenue_2013``; periods such as 2005_h1 belong to their measure."""
    return str(indicator.name).partition("_20")[0]
