"""What the page says and shows of an answer, without the page: sentences, tables and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from innocluster.scenarios.arms import BASELINE, resolve_arm
from innocluster.scenarios.runs.execution import load_inputs
from innocluster.scenarios.runs.indicators import UNITS
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

from ..words.backtest import backtest_answers
from ..words.quantities import (
    effect_unit,
    level,
    level_unit,
    lowered,
    plain,
    spread,
    two_digits,
)
from ..words.selection import records, select
from .address import MEASURES, WORLDS, View
from .drawing import Line, Place, Point, effect_chart, korea, line_chart
from .preview import places_of, predicted

if TYPE_CHECKING:
    import pandas as pd

    from innocluster.sim.beginning.population import Region

    from ..words.texts import Texts
    from .answers import Answer

__all__ = [
    "SETTINGS",
    "Difference",
    "arm_name",
    "cards",
    "changed_nothing",
    "changes",
    "difference",
    "difference_picture",
    "levels_picture",
    "limits",
    "map_picture",
    "place_name",
    "preview_sentence",
    "region_of",
    "sentence",
    "spent",
    "years_table",
]

SETTINGS = ("budget", "start", "members", "macro", "last", "seed")
"""Entries of a view, apart from parameters and forms, that change what is simulated."""

_BLUE, _GREY, _ORANGE = "#0072B2", "#6b6b6b", "#D55E00"
_COLOURS = {"higher": _BLUE, "cannot tell": "#b9b5a9", "lower": _ORANGE}


@dataclass(frozen=True)
class Difference:
    """What a policy changes in one outcome, place and year, as it is written.

    Attributes
    ----------
    verdict : ``"higher"``, ``"lower"`` or ``"cannot tell"``
    mean, low, high : with sign, in the unit of display
    percent, percent_low, percent_high : the same in % of the outcome without a programme
    amount, range : the mean and the interval with their unit
    unit : of display
    """

    verdict: str
    mean: str
    low: str
    high: str
    percent: str
    percent_low: str
    percent_high: str
    amount: str
    range: str
    unit: str


def difference(answer: Answer, view: View, texts: Texts, measure: str = "") -> Difference:
    """Effect of B against A in the last year."""
    measure = measure or view.measure
    row = _last(answer, view, measure, answer.b)
    unit = effect_unit(row.unit, texts)
    low, mean, high = row.effect_low, row.effect_mean, row.effect_high
    verdict = "higher" if low > 0.0 else "lower" if high < 0.0 else "cannot tell"
    without = _last(answer, view, measure, answer.a).median
    share = 100.0 / without if without else float("nan")
    written = spread(mean * unit.factor, low * unit.factor, high * unit.factor)
    percent = two_digits(mean * share, low * share, high * share)
    amount = unit.amount.format(value=written[0])
    bounds = unit.range(written[1], written[2], texts)
    return Difference(verdict, *written, *percent, amount, bounds, unit.label)


def sentence(answer: Answer, view: View, texts: Texts, region: Region) -> str:
    """The answer in one sentence: size, interval, comparison, cost and caveat."""
    found = difference(answer, view, texts)
    key = "cannot_tell" if found.verdict == "cannot tell" else "tell"
    return texts(
        f"page.sentence.{key}", place=place_name(view.place, region, texts),
        policy=arm_name(answer.b, view, texts), against=arm_name(answer.a, view, texts),
        measure=lowered(texts(f"indicator.{view.measure}")), year=answer.yearly["year"].max(),
        worlds=answer.worlds, amount=found.amount, range=found.range,
        percent=found.percent, low=found.percent_low, high=found.percent_high,
        spent=spent(answer, view, texts),
    )  # fmt: skip


def spent(answer: Answer, view: View, texts: Texts) -> str:
    """What B spends, and A where it spends anything; money is known of all complexes together."""
    money = level_unit("KRW bn", texts)
    rows = answer.comparison.policies.set_index("policy")["spent"]
    a, b = (
        money.amount.format(value=plain(float(rows[arm]) * money.factor))
        for arm in (answer.a, answer.b)
    )
    told = texts("page.spent.both", a=a, b=b) if float(rows[answer.a]) > 0.0 else b
    return told if view.place == View().place else texts("page.spent.region", spent=told)


def arm_name(arm: str, view: View, texts: Texts) -> str:
    """What an arm is called."""
    found = resolve_arm(arm, view.scenario())
    return found.name_ko if texts.language == "ko" else found.name


def preview_sentence(view: View, texts: Texts) -> str:
    """What the preview expects of the chosen outcome, until it is simulated."""
    year, unit = int(view.last[:4]), effect_unit(UNITS[view.measure], texts)
    found = predicted(places_of(view), f"{view.measure}_{year}", view.seed, WORLDS)
    values = spread(*(value * unit.factor for value in (found.mean, found.low, found.high)))
    return texts(
        "page.preview.sentence", measure=lowered(texts(f"indicator.{view.measure}")), year=year,
        amount=unit.amount.format(value=values[0]), range=unit.range(values[1], values[2], texts),
    )  # fmt: skip


def changed_nothing(answer: Answer) -> bool:
    """Whether no world is different under B in any outcome."""
    table = select(answer.yearly, policy=answer.b)
    return not table[["effect_low", "effect_high"]].to_numpy().any()


def limits(answer: Answer, texts: Texts) -> str:
    """What the model cannot tell, and how it stands beside what happened, as a list."""
    lines = [texts(f"page.limit.{n}") for n in range(1, 5)]
    lines += backtest_answers(answer.comparison, texts)
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<h2>{escape(texts('page.view.limits'))}</h2><ul>{listed}</ul>"


def region_of(view: View) -> Region:
    """The region of a view."""
    return load_inputs(view.scenario())[0]


def place_name(place: str, region: Region, texts: Texts) -> str:
    """Name of a complex, or of all of them together."""
    complexes = region.complexes
    if place not in complexes.keys:
        return texts("page.everywhere")
    names = complexes.names_ko if texts.language == "ko" else complexes.names
    return names[complexes.keys.index(place)]


def levels_picture(answer: Answer, view: View, texts: Texts) -> str:
    """The outcome by year with and without the policy, and what happened."""
    rows = {arm: _years(answer, view, arm) for arm in (answer.a, answer.b)}
    unit = level_unit(str(rows[answer.a]["unit"].iloc[0]), texts)
    factor = unit.factor
    drawn = {answer.a: (_GREY, "6 3"), answer.b: (_BLUE, "")}
    lines = [
        Line(
            arm_name(arm, view, texts), list(frame["median"] * factor),
            list(frame["p10"] * factor), list(frame["p90"] * factor), *drawn[arm],
        )
        for arm, frame in rows.items()
    ]  # fmt: skip
    years = [int(year) for year in rows[answer.a]["year"]]
    title = texts("page.levels", measure=texts(f"indicator.{view.measure}"))
    return line_chart(title, years, lines, _points(answer, view, texts, years, factor), unit.label)


def difference_picture(answer: Answer, view: View, texts: Texts) -> str:
    """What the policy changes by year, with its interval."""
    frame = _years(answer, view, answer.b)
    unit = effect_unit(str(frame["unit"].iloc[0]), texts)
    line = Line(
        texts("page.difference"), list(frame["effect_mean"] * unit.factor),
        list(frame["effect_low"] * unit.factor), list(frame["effect_high"] * unit.factor), _BLUE,
    )  # fmt: skip
    title = texts("page.differences", measure=texts(f"indicator.{view.measure}"))
    return effect_chart(title, [int(year) for year in frame["year"]], line, unit.label)


def years_table(answer: Answer, view: View, texts: Texts) -> str:
    """The numbers of both pictures as a table."""
    head = [
        texts("page.year"), arm_name(answer.a, view, texts), arm_name(answer.b, view, texts),
        texts("page.difference"), texts("page.interval"),
    ]  # fmt: skip
    without, policy = _years(answer, view, answer.a), _years(answer, view, answer.b)
    shown = level_unit(str(policy["unit"].iloc[0]), texts)
    changed = effect_unit(str(policy["unit"].iloc[0]), texts)
    rows = []
    for a, b in zip(records(without), records(policy), strict=True):
        numbers = (b.effect_mean, b.effect_low, b.effect_high)
        mean, low, high = spread(*(value * changed.factor for value in numbers))
        rows.append(
            [
                str(a.year), plain(a.median * shown.factor), plain(b.median * shown.factor),
                f"{mean} {changed.label}", changed.range(low, high, texts),
            ]
        )  # fmt: skip
    caption = f"{texts(f'indicator.{view.measure}')}, {shown.label}"
    return _table(caption, head, rows)


def cards(answer: Answer, view: View, texts: Texts) -> str:
    """One card an outcome: with and without the policy, the difference, goal and observation."""
    parts = []
    against = arm_name(answer.a, view, texts)
    year = int(answer.yearly["year"].max())
    for measure in MEASURES:
        without = _last(answer, view, measure, answer.a)
        policy = _last(answer, view, measure, answer.b)
        unit = level_unit(without.unit, texts)
        found = difference(answer, view, texts, measure)
        beside = []
        for point in _points(answer, view, texts, [year], unit.factor, measure):
            beside.append(f"<li>{escape(point.label)}</li>")
        amounts = [
            unit.amount.format(value=level(row.median * unit.factor, unit.label))
            for row in (policy, without)
        ]
        verdict = texts(f"verdict.{found.verdict.replace(' ', '_')}")
        told = texts("page.card.difference", amount=found.amount, range=found.range)
        parts.append(
            f'<section class="card {found.verdict.replace(" ", "-")}">'
            f"<h3>{escape(texts(f'indicator.{measure}'))} {year}</h3>"
            f'<p class="big">{escape(amounts[0])}</p>'
            f"<p>{escape(texts('page.card.against', arm=against, amount=amounts[1]))}</p>"
            f"<p><b>{escape(told)}</b> – {escape(verdict)}</p>"
            f"<ul>{''.join(beside)}</ul></section>"
        )
    return f'<div class="cards">{"".join(parts)}</div>'


def map_picture(answer: Answer, view: View, texts: Texts, region: Region) -> str:
    """The complexes by outcome under the policy, coloured by what it changes there."""
    complexes, places = region.complexes, []
    korean = texts.language == "ko"
    for n, key in enumerate(complexes.keys):
        there = view.at(key)
        found = difference(answer, there, texts)
        row = _last(answer, there, view.measure, answer.b)
        unit = level_unit(row.unit, texts)
        name = complexes.names_ko[n] if korean else complexes.names[n]
        amount = unit.amount.format(value=level(row.median * unit.factor, unit.label))
        label = texts(
            "page.map.place", place=name, amount=amount, difference=found.amount, range=found.range
        )
        places.append(
            Place(
                key, name, float(complexes.longitude[n]), float(complexes.latitude[n]), row.median,
                _COLOURS[found.verdict], label, key == view.place,
            )
        )  # fmt: skip
    year = answer.yearly["year"].max()
    title = texts("page.map.title", measure=texts(f"indicator.{view.measure}"), year=year)
    return korea(title, places)


def changes(view: View, texts: Texts) -> list[str]:
    """What differs from the usual setting, one line each."""
    korean, usual = texts.language == "ko", View()
    lines = []
    for key in SETTINGS:
        value, other = getattr(view, key), getattr(usual, key)
        if value != other:
            shown = [f"{v:g}" if isinstance(v, float) else str(v) for v in (value, other)]
            if key == "macro":
                shown = [texts(f"page.macro.{v}") for v in shown]
            lines.append(texts(f"page.change.{key}", value=shown[0], usual=shown[1]))
    for name, number in sorted(view.values.items()):
        p = PARAMETERS[name]
        unit = "" if p.unit == "1" else f" {texts(f'unit.{p.unit}')}"
        label = p.label_ko if korean else p.label
        lines.append(f"{label}: {number:g}{unit} ({p.default:g}{unit})")
    for key, chosen in sorted(view.forms.items()):
        rule = RULES[key]
        form = rule.forms[chosen]
        lines.append(
            f"{rule.label_ko}: {form.label_ko}" if korean else f"{rule.label}: {form.label}"
        )
    return lines


def _years(answer: Answer, view: View, policy: str) -> pd.DataFrame:
    """Rows of a policy by year, for the outcome and place of a view."""
    return select(answer.yearly, policy=policy, indicator=view.measure, complex=view.place)


def _last(answer: Answer, view: View, measure: str, policy: str) -> Any:
    """Row of the last year."""
    rows = select(answer.yearly, policy=policy, indicator=measure, complex=view.place)
    return records(rows.sort_values("year"))[-1]


def _points(
    answer: Answer, view: View, texts: Texts, years: Sequence[int], factor: float,
    measure: str = "",
) -> list[Point]:  # fmt: skip
    """What happened and what was aimed at in some years."""
    measure = measure or view.measure
    table = select(answer.comparison.backtest, policy=BASELINE, complex=view.place)
    points = []
    for row in records(table):
        name, _, year = str(row.indicator).rpartition("_")
        if name != measure or not year.isdigit() or int(year) not in years:
            continue
        unit = level_unit(row.unit, texts)
        if row.observed == row.observed:
            known = row.uncertainty == row.uncertainty
            error = float(row.uncertainty) * factor if known else 0.0
            value = row.observed * factor
            told = texts(
                "page.point.observed", year=year, error=plain(error),
                amount=unit.amount.format(value=plain(value)),
            )  # fmt: skip
            points.append(Point(int(year), value, error, False, told))
        if row.goal == row.goal:
            value = row.goal * factor
            told = texts(
                "page.point.goal", year=year, amount=unit.amount.format(value=plain(value))
            )
            points.append(Point(int(year), value, 0.0, True, told))
    return points


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="table"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )
