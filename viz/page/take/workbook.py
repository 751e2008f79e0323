"""The answer as a workbook: B − A and what a won of it costs in live formulas, then the numbers."""

from __future__ import annotations

import io
import math
from typing import Any

from ...report.workbook import write_table
from ...words.quantities import level_unit
from ...words.selection import records, select
from ...words.texts import Texts
from .. import content
from ..address import MEASURES, View
from ..answers import Answer
from .lines import command_line

__all__ = ["workbook"]


def workbook(view: View, answer: Answer) -> bytes:
    """An .xlsx file; effects and ratios are formulas on the outcomes of both sides."""
    from xlsxwriter import Workbook

    texts, content_ = Texts(view.lang), io.BytesIO()
    book = Workbook(content_, {"in_memory": True, "nan_inf_to_errors": False})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("innocluster")
    said = content.sentence(answer, view, texts, content.region_of(view))
    sheet.write_string(0, 0, said)
    line = _effects(sheet, view, answer, texts, bold)
    line = _costs(sheet, line + 1, view, answer, texts, bold)
    for row, text in enumerate((command_line(view), answer.digest, *content.changes(view, texts))):
        sheet.write_string(line + 1 + row, 0, text)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 8, 16)
    shown = answer.yearly[answer.yearly["indicator"].isin(MEASURES)]
    write_table(book.add_worksheet("yearly"), shown, bold)
    book.close()
    return content_.getvalue()


def _effects(sheet: Any, view: View, answer: Answer, texts: Texts, bold: Any) -> int:
    """A row a year of the chosen outcome: A, B, B − A, and in % of A; returns the next line.

    B stands as the median of A with the mean paired effect: medians would not subtract.
    """
    rows = {
        arm: records(
            select(answer.yearly, policy=arm, indicator=view.measure, complex=view.place)
            .sort_values("year")
        )
        for arm in (answer.a, answer.b)
    }  # fmt: skip
    unit = level_unit(rows[answer.a][0].unit, texts)
    heads = [
        texts("page.year"), f"{content.arm_name(answer.a, view, texts)}, {unit.label}",
        f"{content.arm_name(answer.b, view, texts)}, {unit.label}",
        f"{texts('page.difference')}, {unit.label}", "%", texts("workbook.low"),
        texts("workbook.high"),
    ]  # fmt: skip
    for column, text in enumerate(heads):
        sheet.write_string(2, column, text, bold)
    sheet.write_string(1, 0, texts("page.workbook.note"))
    line = 3
    for a, b in zip(rows[answer.a], rows[answer.b], strict=True):
        base, effect = a.median * unit.factor, b.effect_mean * unit.factor
        for column, value in enumerate((a.year, base, base + effect)):
            sheet.write_number(line, column, value)
        cell = line + 1
        sheet.write_formula(line, 3, f"=C{cell}-B{cell}", None, effect)
        share = 100.0 * effect / base if base else math.nan
        sheet.write_formula(line, 4, f'=IF(B{cell}=0,"",100*D{cell}/B{cell})', None, share)
        sheet.write_number(line, 5, b.effect_low * unit.factor)
        sheet.write_number(line, 6, b.effect_high * unit.factor)
        line += 1
    return line


def _costs(sheet: Any, line: int, view: View, answer: Answer, texts: Texts, bold: Any) -> int:
    """Value added beside what it costs, and the cost of a won of it; returns the next line."""
    money = level_unit("KRW bn", texts)
    spent = answer.comparison.policies.set_index("policy")["spent"]
    a, b = (float(spent[arm]) * money.factor for arm in (answer.a, answer.b))
    added = select(answer.yearly, policy=answer.b, indicator="value_added", complex="all")
    sheet.write_string(line, 0, texts("page.workbook.cost"), bold)
    for column, text in enumerate(("A", "B", "B − A")):
        sheet.write_string(line, 1 + column, text, bold)
    spending, adding, ratio = line + 1, line + 2, line + 3
    sheet.write_string(spending, 0, texts("workbook.spent", unit=money.label))
    sheet.write_number(spending, 1, a)
    sheet.write_number(spending, 2, b)
    cell = spending + 1
    sheet.write_formula(spending, 3, f"=C{cell}-B{cell}", None, b - a)
    total = 1e3 * money.factor * float(added["effect_mean"].sum())
    sheet.write_string(adding, 0, texts("workbook.added", unit=money.label))
    sheet.write_number(adding, 3, total)
    sheet.write_string(ratio, 0, texts("workbook.cost"))
    formula = f'=IF(D{adding + 1}>0,D{cell}/D{adding + 1},"")'
    sheet.write_formula(ratio, 3, formula, None, (b - a) / total if total > 0.0 else "")
    return ratio + 1
