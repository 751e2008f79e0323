"""Growth accounts in rows of words and numbers, for the terminal and the report."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from innocluster.scenarios.runs.execution import RunResult
from innocluster.scenarios.runs.growth_tables import COOPERATION, main_spans

from .quantities import precise
from .selection import ALL, complex_names, records, select
from .texts import Texts

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "GrowthTable",
    "Points",
    "composition_table",
    "growth_answers",
    "points",
    "source_tables",
]

Points = dict[str, dict[str, dict[str, float]]]
"""Place -> account -> part -> value."""

_COLUMNS = ("value_added", "prices", "capital", "labour", "utilisation", "productivity")
_SHIFTS = ("between", "cross", "mix")
_PARTS = (*COOPERATION, "shocks", "reallocation", "complexes", "entry", "exit", "timing")


@dataclass(frozen=True)
class GrowthTable:
    """A table.

    Attributes
    ----------
    title : what it shows, with its unit
    columns : names of the columns, the first that of the rows
    rows : a label and numbers each
    notes : what must be said below it
    """

    title: str
    columns: list[str]
    rows: list[list[str]]
    notes: list[str]


def points(run: RunResult, first: int, last: int) -> Points:
    """The accounts of a span, with prices in one."""
    result: Points = {}
    for row in records(_span(run, first, last)):
        result.setdefault(row.complex, {}).setdefault(row.account, {})[row.part] = row.value
    for place in result.values():
        growth = place["growth"]
        growth["prices"] = growth["price"] + growth["brand"]
    return result


def source_tables(run: RunResult, texts: Texts) -> list[GrowthTable]:
    """Sources of growth of the region and its complexes, a table a span."""
    names = complex_names(run.meta, texts)
    columns = [texts("growth.place")]
    columns += [texts(f"growth.column.{name}") for name in (*_COLUMNS, "innovation_driven")]
    tables = []
    for first, last in _spans(run):
        rows = []
        for key, accounts in points(run, first, last).items():
            growth, share = accounts["growth"], accounts["share"]["innovation_driven"]
            cells = [precise(growth[name], 1) for name in _COLUMNS]
            rows.append([names.get(key, key), *cells, precise(share, 0)])
        title = texts("growth.title", first=first, last=last)
        tables.append(GrowthTable(title, columns, rows, _unstated(run, first, last, texts)))
    return tables


def composition_table(run: RunResult, texts: Texts) -> GrowthTable:
    """What made the region's productivity grow, a column a span."""
    spans = _spans(run)
    columns = [texts("growth.part")]
    columns += [texts("growth.span", first=first, last=last) for first, last in spans]
    made = [points(run, *span)[ALL]["productivity"] for span in spans]
    totals = [sum(own.values()) for own in made]
    for own in made:
        own["reallocation"] = sum(own[part] for part in _SHIFTS)
    rows = [
        [texts(f"growth.part.{part}"), *(precise(own[part], 2) for own in made)]
        for part in ("progress", *_PARTS)
    ]
    rows.append([texts("growth.part.total"), *(precise(total, 2) for total in totals)])
    return GrowthTable(texts("growth.composition.title"), columns, rows, [texts("growth.note")])


def growth_answers(run: RunResult, texts: Texts) -> list[str]:
    """A sentence a span: how much of real growth came from productivity, and from which."""
    sentences = []
    for first, last in _spans(run):
        region = points(run, first, last)[ALL]
        composition = region["productivity"]
        sentences.append(
            texts(
                "growth.answer",
                first=first,
                last=last,
                real=precise(region["growth"]["real"], 1),
                productivity=precise(region["growth"]["productivity"], 1),
                progress=precise(composition["progress"], 1),
                cooperation=precise(sum(composition[part] for part in COOPERATION), 1),
            )
        )
    return sentences


def _spans(run: RunResult) -> list[tuple[int, int]]:
    return main_spans(int(run.accounts["last"].max()))


def _span(run: RunResult, first: int, last: int) -> pd.DataFrame:
    return select(run.accounts, first=first, last=last)


def _unstated(run: RunResult, first: int, last: int, texts: Texts) -> list[str]:
    """Why shares are missing in a table."""
    rows = select(_span(run, first, last), account="share", part="innovation_driven")
    notes = [row.note for row in records(rows) if math.isnan(row.value)]
    return [texts(f"growth.unstated.{note}") for note in dict.fromkeys(notes)]
