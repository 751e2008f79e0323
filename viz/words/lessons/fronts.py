"""What cannot be had together, in words."""

from __future__ import annotations

from innocluster.scenarios.lessons.allocation import LEVERS, OBJECTIVES
from innocluster.scenarios.lessons.lesson import Lesson

from ..quantities import level_unit
from ..selection import records
from ..texts import Texts
from .labels import amount, input_label, interval, percent, policies_line, value_label
from .view import Shown, View

__all__ = ["front_view", "point_label"]

_POOR = 0.5


def point_label(number: int) -> str:
    """A letter for a point of the front, two from the 27th on."""
    turn, place = divmod(number, 26)
    return (point_label(turn - 1) if turn else "") + chr(ord("A") + place)


def front_view(lesson: Lesson, texts: Texts) -> View:
    """Findings and tables of ``innocluster optimise``."""
    meta, unit = lesson.meta, level_unit("KRW bn", texts)
    front = lesson.tables["front"]
    rows = records(front)
    names = list(front.columns)
    place = {name: names.index(f"{name}_ran") for name in OBJECTIVES}
    best = max(range(len(rows)), key=lambda i: rows[i][place["net"]])
    low, high = (rows[best][place["net"] + k] for k in (1, 2))
    headlines = [
        texts(
            "lesson.optimise.found", points=len(rows), merged=int(front["merged"].sum()),
            first=amount(rows[0][place["cost"]], unit), last=amount(rows[-1][place["cost"]], unit),
            low=amount(float(front["net_ran"].min()), unit),
            high=amount(float(front["net_ran"].max()), unit),
        ),
        texts(
            "lesson.optimise.best", point=point_label(best), net=amount(rows[best][place["net"]],
            unit), low=amount(low, unit), high=amount(high, unit),
            cost=amount(rows[best][place["cost"]], unit),
            rest=amount(rows[best][place["rest"]], unit), levers=_levers(lesson, best, texts),
        ),
        texts(
            "lesson.optimise.within", share=percent(meta["within"]), again=meta["again"],
        ),
    ]  # fmt: skip
    warnings = []
    if meta["failures"]:
        warnings.append(texts("lesson.failures", failures=meta["failures"], runs=meta["runs"]))
    warnings += [
        texts(
            "lesson.optimise.poor", objective=texts(f"lesson.optimise.{name}"),
            explained=percent(max(explained, 0.0)),
        )
        for name, explained in meta["explained"].items()
        if explained < _POOR
    ]  # fmt: skip
    return View(
        title=texts("lesson.optimise.title", scenario=meta["scenario"]),
        headlines=headlines,
        warnings=warnings,
        tables=[_objectives(lesson, texts), _chosen(lesson, texts)],
        may=[texts("lesson.optimise.may")],
        may_not=[texts("lesson.optimise.may_not"), texts("lesson.may_not.range")],
        how=[texts(f"lesson.optimise.how.{key}") for key in ("objectives", "levers", "front")]
        + [policies_line(meta["policies"], texts)],
    )


def _levers(lesson: Lesson, row: int, texts: Texts) -> str:
    """Levers of a point."""
    own = lesson.tables["front"].iloc[row]
    parts = [str(own["policy"])]
    for lever in lesson.meta["levers"]:
        entry = LEVERS[lever][0]
        parts.append(f"{input_label(entry, texts)} {value_label(entry, own[entry], texts)}")
    return "; ".join(parts)


def _objectives(lesson: Lesson, texts: Texts) -> Shown:
    unit = level_unit("KRW bn", texts)
    rows = []
    for i, row in lesson.tables["front"].iterrows():
        cells = [point_label(int(str(i)))]
        for name in OBJECTIVES:
            mean, low, high = (float(row[f"{name}_ran{end}"]) for end in ("", "_low", "_high"))
            cells.append(interval(mean, low, high, unit.factor))
        rows.append(cells)
    columns = [texts("lesson.optimise.point")]
    columns += [texts(f"lesson.optimise.{name}") for name in OBJECTIVES]
    caption = texts("lesson.optimise.objectives", unit=unit.label, again=lesson.meta["again"])
    return Shown(caption, columns, rows, (1, 2, 3))


def _chosen(lesson: Lesson, texts: Texts) -> Shown:
    entries = [LEVERS[lever][0] for lever in lesson.meta["levers"]]
    rows = [
        [
            point_label(int(str(i))),
            str(row["policy"]),
            *(value_label(entry, row[entry], texts) for entry in entries),
        ]
        for i, row in lesson.tables["front"].iterrows()
    ]
    columns = [texts("lesson.optimise.point"), texts("word.policy")]
    columns += [input_label(entry, texts) for entry in entries]
    return Shown(
        texts("lesson.optimise.chosen"), columns, rows, tuple(range(2, len(columns)))
    )  # fmt: skip
