"""The first screen of a run: what was simulated, what came out, what happened instead."""

from __future__ import annotations

from typing import Any

from innocluster.scenarios.policies import find_policy
from innocluster.scenarios.runs.execution import RunResult

from ..figures.panels import targets_of
from ..figures.paths import Mark, Path, path_panels
from ..words.backtest import backtest_in_short
from ..words.quantities import (
    axis_label,
    exact,
    indicator_phrase,
    level,
    level_unit,
    listed,
    lowered,
    rounded,
)
from ..words.selection import ALL, records, select
from ..words.texts import Texts
from .glances import about, place_phrase, policy_summary

__all__ = ["run_screen", "run_sentences"]

_MEASURES = ("revenue", "exports")
_GOALS = ("goal", "plan")


def run_screen(run: RunResult, texts: Texts) -> dict[str, Any]:
    """What the page of a run says before anything else.

    Returns
    -------
    dict
        ``subject``, ``result`` and ``assumptions``, a sentence each; ``picture``, SVG text;
        ``cost``, ``match`` and ``limits``, sentences of the three boxes; ``described``, name
        and summary of the policy.
    """
    policy = find_policy(run.meta["policy"])
    name = policy.name_ko if texts.language == "ko" else policy.name
    return {
        "subject": _subject(run, name, texts),
        "result": _result(run, texts),
        "assumptions": _beside(run, texts),
        "picture": _picture(run, texts),
        "cost": _cost(run, name, policy.programme, texts),
        "match": backtest_in_short(run, texts),
        "limits": [texts(f"glance.not_{key}") for key in ("programme", "luck", "cause")],
        "described": [(f"{policy.id} {name}", policy_summary(policy.id, texts))],
    }


def run_sentences(run: RunResult, texts: Texts) -> list[str]:
    """What was simulated, what came out, what happened and was aimed at."""
    policy = find_policy(run.meta["policy"])
    name = policy.name_ko if texts.language == "ko" else policy.name
    return [_subject(run, name, texts), _result(run, texts), _beside(run, texts)]


def _subject(run: RunResult, policy: str, texts: Texts) -> str:
    """How many firms, where and when, which world and which policy."""
    meta = run.meta
    firms = [row.value for row in records(select(run.yearly, indicator="firms", complex=ALL))]
    return texts(
        "glance.run_subject",
        firms=rounded(firms[0] if firms else float("nan")),
        place=place_phrase(meta, texts),
        first=meta["first"][:4],
        last=meta["last"][:4],
        policy=policy,
        seed=meta["seed"],
    )


def _result(run: RunResult, texts: Texts) -> str:
    """From where to where revenue and exports go."""
    parts, years = [], (run.meta["first"][:4], run.meta["last"][:4])
    for measure in _MEASURES:
        rows = records(select(run.yearly, indicator=measure, complex=ALL))
        if not rows or not rows[-1].value:
            continue
        unit, years = level_unit(rows[0].unit, texts), (rows[0].year, rows[-1].year)
        low, high = (
            unit.amount.format(value=level(row.value * unit.factor, row.unit))
            for row in (rows[0], rows[-1])
        )
        label = lowered(texts(f"indicator.{measure}"))
        parts.append(texts("glance.run_change", measure=label, low=low, high=high))
    return texts("glance.run_result", first=years[0], last=years[1], parts=listed(parts, texts))


def _beside(run: RunResult, texts: Texts) -> str:
    """What happened last, and what the article aimed at, beside what the model gives."""
    rows = records(select(run.indicators, complex=ALL))
    happened, aimed = [], []
    for measure in _MEASURES:
        own = [row for row in rows if row.name.startswith(f"{measure}_20")]
        happened += [row for row in own if row.observed == row.observed][-1:]
        aimed += [row for row in own if row.goal_kind in _GOALS][-1:]
    sentences = []
    if happened:
        items = [_item(r, r.observed, r.uncertainty, texts) for r in happened]
        sentences.append(texts("glance.run_happened", items=listed(items, texts)))
    if aimed:
        items = [_item(r, r.goal, float("nan"), texts) for r in aimed]
        sentences.append(texts("glance.run_aimed", items=listed(items, texts)))
    return " ".join(sentences) or texts("glance.run_alone")


def _item(row: Any, figure: float, error: float, texts: Texts) -> str:
    """An indicator with a figure and, behind it, what the model gives."""
    unit = level_unit(row.unit, texts)
    value = exact(figure * unit.factor)
    if error == error:
        value += f" ± {exact(error * unit.factor)}"
    return texts(
        "glance.run_item",
        indicator=indicator_phrase(row.name, texts),
        figure=unit.amount.format(value=value),
        value=level(row.value * unit.factor, row.unit),
    )


def _picture(run: RunResult, texts: Texts) -> str:
    """Revenue and exports by year with observations and goals."""
    targets = [t for t in targets_of(run.meta) if t.complex == ALL]
    paths = []
    for measure in _MEASURES:
        rows = select(run.yearly, indicator=measure, complex=ALL)
        if rows.empty:
            continue
        unit = level_unit(rows["unit"].iloc[0], texts)
        marks: dict[str, list[Mark]] = {"observed": [], "goal": []}
        for target in targets:
            name, _, year = target.indicator.rpartition("_")
            if name == measure and year.isdigit() and target.kind in marks:
                value, error = target.value * unit.factor, target.uncertainty * unit.factor
                marks[target.kind].append(Mark(int(year), value, error))
        paths.append(
            Path(
                axis_label(measure, rows["unit"].iloc[0], texts),
                tuple(int(year) for year in rows["year"]),
                tuple(float(value) * unit.factor for value in rows["value"]),
                tuple(marks["observed"]),
                tuple(marks["goal"]),
            )
        )
    legend = (texts("backtest.model"), texts("glance.happened"), texts("glance.aimed"))
    return path_panels(texts("fig.run_targets.name"), paths, legend)


def _cost(run: RunResult, policy: str, programme: bool, texts: Texts) -> list[str]:
    """What the programme spent on how many members, and where its effect is found."""
    caution = texts("glance.run_effect")
    if not programme:
        return [texts("glance.run_nothing", policy=policy), caution]
    rows = select(run.yearly, complex=ALL)
    spent = rows[rows["indicator"].str.startswith("spent_")]
    members = records(select(rows, indicator="members"))
    money = level_unit("KRW bn", texts)
    said = texts(
        "glance.run_cost",
        policy=policy,
        spent=about(float(spent["value"].sum()), money),
        members=level(members[-1].value, members[-1].unit),
        year=members[-1].year,
    )
    return [said, caution]
