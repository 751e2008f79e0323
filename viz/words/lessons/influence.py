"""Which inputs move what was asked, in words."""

from __future__ import annotations

from innocluster.scenarios.lessons.lesson import Lesson

from ..quantities import listed, plain
from ..selection import records
from ..texts import Texts
from .labels import (
    amount,
    asked_phrase,
    asked_unit,
    input_label,
    interval,
    percent,
    percents,
    policies_line,
    policy_label,
    ready_reading,
)
from .labels import value_label as shown_value
from .view import Shown, View

__all__ = ["influence_view"]

_NAMED = 3
_POOR = 0.5
_NOISY = 0.05
_SMALL = 0.01


def influence_view(lesson: Lesson, texts: Texts) -> View:
    """Findings and tables of ``innocluster sensitivity``."""
    meta = lesson.meta
    method = meta["method"]
    rows = records(lesson.tables["influences"])
    found = {"morris": _screening, "sobol": _indices, "region": _region}[method]
    headlines = found(lesson, texts)
    shown = {"morris": _screening_table, "sobol": _index_table, "region": _index_table}[method]
    how = [*ready_reading(meta, texts), texts(f"lesson.sensitivity.how.{method}")]
    if method != "morris":
        how.append(texts("lesson.sensitivity.how.curves"))
    how.append(policies_line(meta["policies"], texts))
    return View(
        title=texts("lesson.sensitivity.title", sweep=meta["sweep_name"]),
        headlines=headlines,
        warnings=_warnings(lesson, texts),
        tables=[shown(rows, lesson, texts)],
        may=[texts("lesson.sensitivity.may")],
        may_not=[texts("lesson.sensitivity.may_not"), texts("lesson.may_not.range")],
        how=how,
    )


def _indices(lesson: Lesson, texts: Texts) -> list[str]:
    meta, asked = lesson.meta, asked_phrase(lesson.meta, texts)
    rows = records(lesson.tables["influences"])
    if not meta["explained"] > 0.0:
        return [texts("lesson.sensitivity.nothing", asked=asked, runs=meta["runs"])]
    strongest = rows[:_NAMED]
    parts = [
        texts(
            "lesson.sensitivity.part", input=input_label(row.input, texts),
            **_bounds(row.total, row.total_low, row.total_high),
        )
        for row in strongest
        if row.total >= _SMALL
    ]  # fmt: skip
    unit = asked_unit(meta, texts)
    found = [texts("lesson.sensitivity.most", asked=asked, parts=listed(parts, texts))]
    if meta["held"]:
        held = [
            f"{input_label(entry, texts)} {shown_value(entry, value, texts)}"
            for entry, value in meta["held"].items()
        ]
        found.append(texts("lesson.sensitivity.held", held=listed(held, texts)))
    found.append(
        texts(
            "lesson.sensitivity.noise", noise=percent(meta["noise_share"]),
            mean=amount(meta["mean"], unit), sd=amount(meta["sd"], unit, 2),
        )
    )  # fmt: skip
    return found


def _bounds(share: float, low: float, high: float) -> dict[str, str]:
    return dict(zip(("total", "low", "high"), percents(share, low, high), strict=True))


def _region(lesson: Lesson, texts: Texts) -> list[str]:
    meta = lesson.meta
    rows = [row for row in records(lesson.tables["influences"]) if row.first >= _SMALL][:_NAMED]
    parts = [
        texts(
            "lesson.sensitivity.part", input=input_label(row.input, texts),
            **_bounds(row.first, row.first_low, row.first_high),
        )
        for row in rows
    ]  # fmt: skip
    return [
        texts(
            "lesson.sensitivity.given", winner=policy_label(meta["winner"], texts),
            share=percent(meta["region_share"]), asked=asked_phrase(meta, texts),
            parts=listed(parts, texts) or texts("lesson.none"),
        )
    ]  # fmt: skip


def _screening(lesson: Lesson, texts: Texts) -> list[str]:
    meta, unit = lesson.meta, asked_unit(lesson.meta, texts)
    asked = asked_phrase(meta, texts)
    rows = records(lesson.tables["influences"])
    kept = [row for row in rows if row.kept]
    if not kept:
        return [texts("lesson.sensitivity.nothing", asked=asked, runs=meta["runs"])]
    parts = [
        texts(
            "lesson.sensitivity.moved", input=input_label(row.input, texts),
            size=amount(row.size, unit, 2),
        )
        for row in kept[:_NAMED]
    ]  # fmt: skip
    return [
        texts("lesson.sensitivity.screened", asked=asked, parts=listed(parts, texts)),
        texts("lesson.sensitivity.kept", kept=len(kept), inputs=len(rows)),
    ]


def _index_table(rows: list[object], lesson: Lesson, texts: Texts) -> Shown:
    whole = lesson.meta["method"] == "sobol"
    columns = [texts("lesson.input"), texts("lesson.sensitivity.alone")]
    columns += [texts("lesson.sensitivity.together")] if whole else []
    cells = []
    for row in records(lesson.tables["influences"]):
        ends = [(row.first, row.first_low, row.first_high)]
        ends += [(row.total, row.total_low, row.total_high)] if whole else []
        shown = [
            "{} [{}, {}]".format(*percents(*each)) if each[0] == each[0] else "–" for each in ends
        ]
        cells.append([input_label(row.input, texts), *shown])
    asked = asked_phrase(lesson.meta, texts)
    return Shown(texts("lesson.sensitivity.shares", asked=asked), columns, cells, (1, 2))


def _screening_table(rows: list[object], lesson: Lesson, texts: Texts) -> Shown:
    unit = asked_unit(lesson.meta, texts)
    columns = ("input", "sensitivity.size", "sensitivity.effect", "sensitivity.spread")
    cells = [
        [
            input_label(row.input, texts) + ("" if row.kept else " –"),
            interval(row.size, row.size_low, row.size_high, unit.factor),
            plain(row.effect * unit.factor, 2),
            plain(row.spread * unit.factor, 2),
        ]
        for row in records(lesson.tables["influences"])
    ]
    caption = texts(
        "lesson.sensitivity.sizes", asked=asked_phrase(lesson.meta, texts), unit=unit.label
    )
    return Shown(caption, [texts(f"lesson.{name}") for name in columns], cells, (1, 2, 3))


def _warnings(lesson: Lesson, texts: Texts) -> list[str]:
    meta, found = lesson.meta, []
    if meta["failures"]:
        found.append(texts("lesson.failures", failures=meta["failures"], runs=meta["runs"]))
    if meta.get("dropped"):
        found.append(texts("lesson.sensitivity.dropped", dropped=meta["dropped"]))
    explained = meta.get("explained", 1.0)
    if 0.0 < explained < _POOR:
        found.append(texts("lesson.sensitivity.poor", explained=percent(explained)))
    elif meta.get("left_share", 0.0) > _NOISY:
        noise = percent(meta["left_share"])
        found.append(texts("lesson.sensitivity.noisy", noise=noise, runs=meta["runs"]))
    if meta["design"] == "draws":
        found.append(texts("lesson.sensitivity.draws"))
    return found
