"""Under what conditions a case happens, in words."""

from __future__ import annotations

from innocluster.scenarios.lessons.conditions import boxes_of
from innocluster.scenarios.lessons.lesson import Lesson

from ..boxes import box_sentence
from ..quantities import plain
from ..selection import records
from ..texts import Texts
from .labels import (
    amount,
    asked_phrase,
    asked_unit,
    input_label,
    outcome_phrase,
    percent,
    policies_line,
    ready_reading,
    value_label,
)
from .view import Shown, View

__all__ = ["case_phrase", "conditions_view"]


def case_phrase(lesson: Lesson, texts: Texts) -> str:
    """What is looked for."""
    meta = lesson.meta
    if meta["winner"]:
        indicator = outcome_phrase(meta["indicator"], meta, texts)
        return texts("lesson.discover.wins", winner=meta["winner"], indicator=indicator)
    unit, asked = asked_unit(meta, texts), asked_phrase(meta, texts)
    ends = {key: meta[key] for key in ("above", "below") if meta[key] is not None}
    if len(ends) == 2:
        low, high = (amount(ends[key], unit) for key in ("above", "below"))
        return texts("lesson.discover.between", asked=asked, low=low, high=high)
    key, value = next(iter(ends.items()))
    return texts(f"lesson.discover.{key}", asked=asked, value=amount(value, unit))


def conditions_view(lesson: Lesson, texts: Texts) -> View:
    """Findings and tables of ``innocluster discover``."""
    meta, boxes = lesson.meta, boxes_of(lesson)
    case = case_phrase(lesson, texts)
    looked = texts(
        "lesson.discover.looked", case=case, cases=meta["cases"], considered=meta["considered"],
        share=percent(meta["cases"] / meta["considered"]),
    )  # fmt: skip
    headlines = [looked, box_sentence(boxes.get("prim"), texts)]
    leaves = [box for name, box in boxes.items() if name != "prim"]
    if leaves and "prim" in boxes:
        headlines.append(texts("lesson.discover.tree", sentence=box_sentence(leaves[0], texts)))
    warnings = []
    if meta["failures"]:
        warnings.append(texts("lesson.failures", failures=meta["failures"], runs=meta["runs"]))
    weak = [row for row in records(lesson.tables["again"]) if row.share < 0.8]
    named = {limit.name for limit in boxes["prim"].limits} if "prim" in boxes else set()
    warnings += [
        texts("lesson.discover.weak", input=input_label(row.input, texts), share=percent(row.share))
        for row in weak
        if row.input in named
    ]
    # What may be concluded of a box is nonsense where there is none.
    none = "" if boxes else "_none"
    return View(
        title=texts("lesson.discover.title", sweep=meta["sweep_name"]),
        headlines=headlines,
        warnings=warnings,
        tables=_tables(lesson, texts),
        may=[texts(f"lesson.discover.may{none}")],
        may_not=[texts(f"lesson.discover.may_not{none}"), texts("lesson.may_not.range")],
        how=[
            *ready_reading(meta, texts),
            texts("lesson.discover.how.prim", p=plain(meta["p"], 2)),
            texts("lesson.discover.how.tree"),
            texts("lesson.discover.how.read"),
            policies_line(meta["policies"], texts),
        ],
    )


def _tables(lesson: Lesson, texts: Texts) -> list[Shown]:
    rows = []
    limits = lesson.tables["limits"]
    for box in records(lesson.tables["boxes"]):
        own = records(limits[limits["finding"] == box.finding])
        for i, limit in enumerate(own):
            first = i == 0
            low, high = (
                "" if end is None or end != end else value_label(limit.input, end, texts)
                for end in (limit.low, limit.high)
            )
            levels = ", ".join(
                value_label(limit.input, level, texts) for level in limit.levels.split("|") if level
            )
            rows.append(
                [
                    _finder(box.finding, texts) if first else "",
                    input_label(limit.input, texts),
                    levels or f"{low} – {high}",
                    percent(box.coverage) if first else "",
                    percent(box.density) if first else "",
                    str(box.runs) if first else "",
                ]
            )
    if not rows:
        return []
    names = ("finding", "limited", "limits", "coverage", "density", "inside")
    columns = [texts(f"lesson.discover.{name}") for name in names]
    return [Shown(texts("lesson.discover.boxes"), columns, rows, (3, 4, 5))]


def _finder(finding: str, texts: Texts) -> str:
    kind, _, number = finding.partition(" ")
    return texts(f"lesson.finder.{kind}", number=number)
