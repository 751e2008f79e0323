"""How an outcome answers to an input, in words."""

from __future__ import annotations

from typing import Any

from innocluster.scenarios.lessons.lesson import Lesson

from ..quantities import Unit, effect_unit, level_unit, listed
from ..selection import records
from ..texts import Texts
from .labels import (
    amount,
    input_label,
    interval,
    outcome_phrase,
    policies_line,
    policy_label,
    ready_reading,
    value_label,
)
from .view import Shown, View

__all__ = ["panel_label", "responses_view", "shown_kind", "unit_of_kind"]

_SENTENCES = 4


def shown_kind(lesson: Lesson) -> str:
    """What is talked about: differences where there is something to compare with."""
    return "difference" if lesson.meta["rival"] else "level"


def unit_of_kind(lesson: Lesson, kind: str, texts: Texts) -> Unit:
    """Unit of levels or of differences."""
    made = effect_unit if kind == "difference" else level_unit
    return made(lesson.meta["unit"], texts)


def panel_label(lesson: Lesson, panel: str, texts: Texts) -> str:
    """What a panel stands for; empty where there is one only."""
    entry = lesson.meta["by"]
    if not entry:
        return ""
    return f"{input_label(entry, texts)}: {value_label(entry, panel, texts)}"


def responses_view(lesson: Lesson, texts: Texts) -> View:
    """Findings and tables of ``innocluster curves``."""
    meta, kind = lesson.meta, shown_kind(lesson)
    table = lesson.tables["responses"]
    own = table[table["kind"] == kind]
    headlines = [
        _sentence(lesson, str(panel), str(policy), records(rows), texts)
        for (panel, policy), rows in own.groupby(["panel", "policy"], sort=False)
    ]
    warnings = []
    if meta["failures"]:
        warnings.append(texts("lesson.failures", failures=meta["failures"], runs=meta["runs"]))
    if meta["worlds"] < 2:
        warnings.append(texts("lesson.curves.one_world"))
    how = [*ready_reading(meta, texts), texts("lesson.curves.how")]
    return View(
        title=texts("lesson.curves.title", sweep=meta["sweep_name"]),
        headlines=headlines[:_SENTENCES],
        warnings=warnings,
        tables=[_table(lesson, own, texts)],
        may=[texts("lesson.curves.may")],
        may_not=[texts("lesson.curves.may_not"), texts("lesson.may_not.range")],
        how=[*how, policies_line(meta["policies"], texts)],
    )


def _sentence(lesson: Lesson, panel: str, policy: str, rows: list[Any], texts: Texts) -> str:
    """Where one curve is highest, and which values cannot be told from that."""
    meta, kind = lesson.meta, shown_kind(lesson)
    unit, entry = unit_of_kind(lesson, kind, texts), meta["along"]
    top = max(rows, key=lambda row: row.mean)
    others = [value_label(entry, row.level, texts) for row in rows if row.best and row is not top]
    least = min(rows, key=lambda row: row.mean)
    where = panel_label(lesson, panel, texts)
    if len(others) == len(rows) - 1:
        mean = amount(sum(row.mean for row in rows) / len(rows), unit)
        sentence = texts(
            f"lesson.curves.flat.{kind}", policy=policy_label(policy, texts), amount=mean,
            indicator=outcome_phrase(meta["indicator"], meta, texts), rival=meta["rival"],
            input=input_label(entry, texts),
        )  # fmt: skip
        return f"{where}. {sentence}" if where else sentence
    sentence = texts(
        f"lesson.curves.{kind}", policy=policy_label(policy, texts), rival=meta["rival"],
        indicator=outcome_phrase(meta["indicator"], meta, texts), input=input_label(entry, texts),
        value=value_label(entry, top.level, texts), amount=amount(top.mean, unit),
        least=value_label(entry, least.level, texts), worst=amount(least.mean, unit),
    )  # fmt: skip
    if others:
        sentence += " " + texts("lesson.curves.alike", values=listed(others, texts))
    return f"{where}. {sentence}" if where else sentence


def _table(lesson: Lesson, own: Any, texts: Texts) -> Shown:
    """A value a row, a policy a column."""
    meta, kind = lesson.meta, shown_kind(lesson)
    unit, entry = unit_of_kind(lesson, kind, texts), meta["along"]
    policies = list(dict.fromkeys(own["policy"]))
    rows = []
    for (panel, level), group in own.groupby(["panel", "level"], sort=False):
        found = {row.policy: row for row in records(group)}
        name = value_label(entry, level, texts)
        where = panel_label(lesson, panel, texts)
        cells = [
            interval(row.mean, row.low, row.high, unit.factor) if row is not None else "–"
            for row in (found.get(policy) for policy in policies)
        ]
        rows.append([f"{where}; {name}" if where else name, *cells])
    indicator = outcome_phrase(meta["indicator"], meta, texts)
    caption = texts(
        f"lesson.curves.table.{kind}", indicator=indicator, unit=unit.label, rival=meta["rival"]
    )
    numbers = tuple(range(1, 1 + len(policies)))
    return Shown(caption, [input_label(entry, texts), *policies], rows, numbers)
