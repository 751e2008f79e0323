"""Tables of the frozen world for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from innocluster.calibration.frozen_world import FAILS, UNDECIDED

from ..words.quantities import axis_label, level_unit, plain, precise
from ..words.selection import ALL, complex_names
from ..words.texts import Texts
from .terminal import plain_console, plain_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = ["print_frozen_world"]

Rows = list[dict[str, Any]]

_YEARS_SHOWN = 4
_MARKS = {FAILS: " !", UNDECIDED: " ?"}


def print_frozen_world(
    document: dict[str, Any], language: str, console: Console | None = None
) -> None:
    """Print what drifts in the region, in the complexes, and in the law of productivity.

    Parameters
    ----------
    document : of `innocluster.calibration.frozen_world.FROZEN_WORLD`
    language : ``"en"`` or ``"ko"``
    console : where to print, standard output by default
    """
    texts = Texts(language)
    results, worlds = document["results"], document["parameters"]["worlds"]
    names = complex_names({"region": "seven-complexes"}, texts)
    out = console or plain_console()
    out.print(texts("frozen.what"), highlight=False)
    out.print(_region(results["measures"], results["years"], worlds, texts))
    out.print(_complexes(results["measures"], results["years"], names, texts))
    out.print(_correlations(results["correlations"], results["years"][-1], names, texts))
    out.print(texts("frozen.note"), style="dim", highlight=False)
    failing = [row for row in results["measures"] if row["verdict"] == FAILS]
    failing += [row for row in results["correlations"] if row["verdict"] == FAILS]
    known = len(results["measures"]) + len(results["correlations"])
    out.print(texts("frozen.sum", failing=len(failing), rows=known), highlight=False)


def _region(measures: Rows, years: list[int], worlds: int, texts: Texts) -> Table:
    """Level of the first year, the ratio of each year to it, the last one's error, the verdict."""
    rows = [row for row in measures if row["complex"] == ALL]
    percent = f"{100 * rows[0]['tolerance']:g}"
    table = plain_table(texts("frozen.region", worlds=worlds, percent=percent, year=years[0]))
    # As many years as an ordinary terminal has room for, the last one among them.
    step = -(-(len(years) - 1) // _YEARS_SHOWN)
    shown = range(len(years) - 1, 0, -step)[::-1]
    table.add_column(texts("table.structure.measure"), min_width=24)
    table.add_column(str(years[0]), justify="right", no_wrap=True)
    for k in shown:
        table.add_column(f"’{years[k] % 100:02d}", justify="right", no_wrap=True)
    table.add_column("±", justify="right", no_wrap=True)
    table.add_column(texts("frozen.verdict"), no_wrap=True)
    for row in rows:
        ratios = [_number(row["ratios"][k], 2) for k in shown]
        table.add_row(
            axis_label(row["measure"], row["unit"], texts),
            plain(row["first"] * level_unit(row["unit"], texts).factor, 4),
            *ratios,
            _number(row["standard_errors"][-1], 3),
            _verdict(row["verdict"], texts),
        )
    return table


def _complexes(measures: Rows, years: list[int], names: dict[str, str], texts: Texts) -> Table:
    """Ratio of the last year to the first by complex; the mark is the verdict on all years."""
    places = [key for key in names if key != ALL]
    cells = {(row["measure"], row["complex"]): row for row in measures}
    percent = f"{100 * cells[measures[0]['measure'], places[0]]['tolerance']:g}"
    title = texts("frozen.complexes", percent=percent, first=years[0], last=years[-1])
    table = plain_table(title)
    table.add_column(texts("table.structure.measure"))
    for key in places:
        table.add_column(names[key], justify="right")
    for measure in dict.fromkeys(row["measure"] for row in measures):
        own = [cells[measure, key] for key in places]
        table.add_row(
            texts(f"indicator.{measure}"),
            *(_number(r["ratios"][-1], 2) + _MARKS.get(r["verdict"], "  ") for r in own),
        )
    return table


def _correlations(rows: Rows, last: int, names: dict[str, str], texts: Texts) -> Table:
    tolerance = f"{rows[0]['tolerance']:g}"
    table = plain_table(texts("frozen.correlation", tolerance=tolerance))
    table.add_column(texts("word.complex"))
    for heading in (texts("frozen.start"), texts("frozen.end", year=last), "±"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(texts("frozen.verdict"))
    for row in rows:
        table.add_row(
            names[row["complex"]],
            _number(row["start"], 2),
            _number(row["end"], 2),
            _number(row["standard_error"], 3),
            _verdict(row["verdict"], texts),
        )
    return table


def _verdict(verdict: str, texts: Texts) -> str:
    return texts(f"frozen.{verdict.replace(' ', '_')}")


def _number(value: float | None, decimals: int) -> str:
    return "–" if value is None else precise(value, decimals)
