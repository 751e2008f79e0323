"""A result as an Excel workbook: the question in live formulas, then every table.

Texts are written as texts, whatever they begin with, so that no name of a user's
file is ever read as a formula.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.store.files import write_aside

from ..words.findings import policy_names
from ..words.quantities import indicator_label, level_unit
from ..words.selection import ALL, headline_unit, records, select
from ..words.texts import Texts

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WORKBOOK", "workbook_of", "write_table", "write_workbook"]

WORKBOOK = "results.xlsx"
_LONGEST_SHEET = 31
_MOST_ROWS = 1_048_000


def write_workbook(result: Any, folder: Path, language: str) -> Path:
    """Write every table of a result as a sheet, a comparison's answer in formulas before them.

    Parameters
    ----------
    result : a `RunResult`, a `Comparison`, an `Attribution` or a `SweepResult`
    folder : its result folder
    language : ``"en"`` or ``"ko"``, of the first sheet

    Raises
    ------
    InputError
        Where the package that writes workbooks is missing, or the folder cannot be written.
    """
    answer = result if isinstance(result, Comparison) else None
    path = folder / WORKBOOK
    write_aside(path, workbook_of(result.frames(), answer, language))
    return path


def workbook_of(
    frames: Mapping[str, pd.DataFrame], answer: Comparison | None = None, language: str = "en"
) -> bytes:
    """A workbook with a table a sheet, a comparison's answer in formulas before them.

    Raises
    ------
    InputError
        Where the package that writes workbooks is missing.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError:
        raise InputError(
            file="command line", key="--xlsx", value="XlsxWriter is not installed",
            allowed="pip install XlsxWriter",
        ) from None  # fmt: skip
    content = io.BytesIO()
    book = Workbook(content, {"in_memory": True, "nan_inf_to_errors": False})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    if answer is not None:
        _write_answer(book.add_worksheet("innocluster"), answer, Texts(language), bold)
    for name, frame in frames.items():
        write_table(book.add_worksheet(name[:_LONGEST_SHEET]), frame, bold)
    book.close()
    return content.getvalue()


def write_table(sheet: Any, frame: pd.DataFrame, bold: Any) -> None:
    """Column names and rows, the names fixed in view."""
    for column, name in enumerate(frame.columns):
        sheet.write_string(0, column, str(name), bold)
    for row, values in enumerate(frame.head(_MOST_ROWS).itertuples(index=False), 1):
        for column, value in enumerate(values):
            _write(sheet, row, column, value)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(frame.columns), 16)


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    """A number as a number, anything else as text; what is undefined stays empty."""
    if isinstance(value, bool) or type(value).__name__ == "bool":
        sheet.write_boolean(row, column, bool(value))
        return
    try:
        number = float(value)
    except (TypeError, ValueError):
        text = "" if value is None else str(value)
        if text not in ("", "NaT", "None"):
            sheet.write_string(row, column, text)
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif math.isfinite(number):
        sheet.write_number(row, column, number)


def _write_answer(sheet: Any, comparison: Comparison, texts: Texts, bold: Any) -> None:
    """Each policy beside no programme: what it adds and what that costs, in formulas."""
    meta = comparison.meta
    unit = level_unit(headline_unit(comparison), texts)
    money = level_unit("KRW bn", texts)
    names = policy_names(comparison, texts)
    first = texts("workbook.baseline", policy=names[meta["baseline"]], unit=unit.label)
    header = [
        texts("word.policy"), first, texts("workbook.with", unit=unit.label),
        texts("workbook.effect", unit=unit.label), texts("workbook.percent"),
        texts("workbook.low"), texts("workbook.high"),
        texts("workbook.spent", unit=money.label), texts("workbook.added", unit=money.label),
        texts("workbook.cost"),
    ]  # fmt: skip
    sheet.write_string(0, 0, indicator_label(meta["indicator"], texts), bold)
    for column, text in enumerate(header):
        sheet.write_string(1, column, text, bold)
    rows = select(comparison.effects, complex=ALL, indicator=meta["indicator"],
                  baseline=meta["baseline"])  # fmt: skip
    spent = comparison.policies.set_index("policy")["spent"]
    for place, row in enumerate(records(rows), 2):
        line = place + 1
        base = 100.0 * row.mean / row.relative_mean if row.relative_mean else math.nan
        added = 1e3 * money.factor * _added_value(comparison, row.policy)
        cost = float(spent[row.policy]) * money.factor
        numbers = {
            1: base * unit.factor, 2: (base + row.mean) * unit.factor,
            5: row.low * unit.factor, 6: row.high * unit.factor, 7: cost, 8: added,
        }  # fmt: skip
        sheet.write_string(place, 0, names[row.policy])
        for column, value in numbers.items():
            _write(sheet, place, column, value)
        per_won = cost / added if added > 0.0 else ""
        sheet.write_formula(place, 3, f"=C{line}-B{line}", None, row.mean * unit.factor)
        sheet.write_formula(place, 4, f"=100*D{line}/B{line}", None, row.relative_mean)
        sheet.write_formula(place, 9, f'=IF(I{line}>0,H{line}/I{line},"")', None, per_won)
    sheet.write_string(2 + len(rows), 0, texts("workbook.note"))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(header), 16)
    sheet.freeze_panes(2, 1)


def _added_value(comparison: Comparison, policy: str) -> float:
    """Value added beyond no programme, all years together, KRW tn."""
    rows = select(comparison.effects, complex=ALL, policy=policy,
                  baseline=comparison.meta["baseline"])  # fmt: skip
    return float(rows.loc[rows["indicator"].str.startswith("value_added_"), "mean"].sum())
