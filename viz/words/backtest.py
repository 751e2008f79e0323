"""What the model gives beside what happened, in rows and sentences for terminal and report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from innocluster.scenarios.runs.backtest import FORECASTS, TOLERATED_ERRORS, forecast_errors

from .quantities import exact, indicator_label, level, level_unit, listed, lowered, precise
from .selection import ALL, complex_names, records, select

if TYPE_CHECKING:
    import pandas as pd

    from innocluster.scenarios.comparison.comparison import Comparison
    from innocluster.scenarios.runs.execution import RunResult

    from .texts import Texts

__all__ = [
    "BacktestTable",
    "backtest_answers",
    "backtest_in_short",
    "backtest_misses",
    "backtest_note",
    "backtest_tables",
]

_MEASURES = ("revenue", "exports", "employees", "firms")
_BEST_INFORMED = ("national", "shares")
_SIMPLEST = "national"
_FIT_MARK = " *"


@dataclass(frozen=True)
class BacktestTable:
    """A table of one measure.

    Attributes
    ----------
    title : what it shows, with its unit
    columns : names of the columns; the first holds place and year
    rows : as written
    """

    title: str
    columns: list[str]
    rows: list[list[str]]


def backtest_tables(
    result: RunResult | Comparison, texts: Texts, short: bool = False, narrow: bool = False
) -> list[BacktestTable]:
    """Model, observation, goal and simple forecasts by place and year, a table a measure.

    Parameters
    ----------
    short : of the complexes only the last year that was observed
    narrow : without intervals, and of the forecasts only those that know most
    """
    table = _own(result)
    names = complex_names(result.meta, texts) if len(table) else {}
    made = []
    for measure in _MEASURES:
        rows = [row for row in records(table) if _measure(row) == measure]
        rows = _shortened(rows) if short else rows
        if not rows:
            continue
        unit = level_unit(rows[0].unit, texts)
        label = texts("fig.axis", measure=texts(f"indicator.{measure}"), unit=unit.label)
        spread = not narrow and any(_known(row.low) for row in rows)
        candidates = _BEST_INFORMED if narrow else FORECASTS
        forecasts = [f for f in candidates if any(_known(getattr(row, f)) for row in rows)]
        columns = [
            texts("backtest.model"), *([texts("backtest.interval")] if spread else []),
            texts("word.target_observed"), texts("backtest.errors"),
            *(texts(f"backtest.{name}") for name in forecasts), texts("word.target_goal"),
        ]  # fmt: skip
        made.append(
            BacktestTable(
                texts("backtest.title", measure=label),
                # Two lines: the numbers below are short.
                [texts("backtest.place"), *("\n".join(name.rsplit(" ", 1)) for name in columns)],
                [_cells(row, names, forecasts, spread, unit.factor) for row in rows],
            )
        )
    return made


def backtest_answers(result: RunResult | Comparison, texts: Texts) -> list[str]:
    """How often the model meets what was held out, and how far it and the forecasts are off."""
    table = _own(result)
    if table.empty:
        return []
    judged, missed = _judged(table)
    policy = table["policy"].iloc[0]
    sentences = [
        texts("backtest.met", policy=policy, met=len(judged) - len(missed), judged=len(judged))
    ]
    for by_complex in (False, True):
        errors = forecast_errors(table, by_complex)
        if errors["figures"] > 0.0:
            sentences.append(_ranking(errors, by_complex, texts))
    return sentences


def backtest_misses(result: RunResult | Comparison, texts: Texts) -> list[str]:
    """Every miss of what was held out, a sentence a place."""
    table = _own(result)
    if table.empty:
        return []
    _, missed = _judged(table)
    names, sentences = complex_names(result.meta, texts), []
    for key in dict.fromkeys(missed["complex"]):
        misses = [_miss(row, texts) for row in records(select(missed, complex=key))]
        sentences.append(texts("backtest.missed", place=names[key], misses=listed(misses, texts)))
    return sentences


def backtest_in_short(result: RunResult | Comparison, texts: Texts) -> list[str]:
    """How much of what was held out the model meets, its largest miss and its mean error.

    The largest is that of the region as a whole, relative to what happened, where there is one.
    """
    table = _own(result)
    judged, missed = _judged(table) if len(table) else (table, table)
    if judged.empty:
        return [texts("glance.match_none")]
    counts = {"judged": len(judged), "met": len(judged) - len(missed)}
    if missed.empty:
        return [texts("glance.match_all", **counts)]
    region = select(missed, complex=ALL)
    rows = records(missed if region.empty else region)
    worst = max(rows, key=lambda row: abs(row.mean / row.observed - 1.0))
    place = complex_names(result.meta, texts)[worst.complex]
    # Only a total is a word that sentences write small.
    place = lowered(place) if worst.complex == ALL else place
    sentences = [
        texts("glance.match_met", **counts),
        texts("glance.match_miss", place=place, miss=_miss(worst, texts)),
    ]
    errors = forecast_errors(table, by_complex=False)
    if errors["figures"] > 0.0 and _SIMPLEST in errors:
        sentences.append(
            texts(
                "glance.match_error",
                error=precise(errors["mean"], 0),
                name=texts(f"backtest.{_SIMPLEST}_long"),
                other=precise(errors[_SIMPLEST], 0),
            )
        )
    return sentences


def backtest_note(texts: Texts) -> str:
    """How to read the tables."""
    return texts("backtest.note", errors=f"{TOLERATED_ERRORS:g}")


def _own(result: RunResult | Comparison) -> pd.DataFrame:
    """Rows of the arm that history is closest to: the scenario's own policy, if it was run."""
    table = result.backtest
    own = select(table, policy=result.meta.get("policy", ""))
    return select(table, policy=result.meta["baseline"]) if own.empty and len(table) else own


def _judged(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Held-out figures with an error, and those of them that the model misses."""
    judged = table[(table["role"] == "hold-out") & table["errors"].notna()]
    return judged, judged[judged["errors"] > TOLERATED_ERRORS]


def _ranking(errors: dict[str, float], by_complex: bool, texts: Texts) -> str:
    """Mean errors of the model and of each forecast."""
    others = [
        texts("backtest.one_error", name=texts(f"backtest.{n}_long"), error=precise(errors[n], 0))
        for n in FORECASTS
        if n in errors
    ]
    return texts(
        "backtest.ranking_complexes" if by_complex else "backtest.ranking_region",
        figures=f"{errors['figures']:.0f}",
        error=precise(errors["mean"], 0),
        others=listed(others, texts),
    )


def _miss(row: Any, texts: Texts) -> str:
    unit = level_unit(row.unit, texts)
    return texts(
        "backtest.miss",
        figure=lowered(indicator_label(row.indicator, texts)),
        value=unit.amount.format(value=level(row.mean * unit.factor, row.unit)),
        observed=f"{exact(row.observed * unit.factor)} ± {exact(row.uncertainty * unit.factor)}",
    )


def _cells(
    row: Any, names: dict[str, str], forecasts: list[str], spread: bool, factor: float
) -> list[str]:
    def shown(value: float) -> str:
        return level(value * factor, row.unit) if _known(value) else "–"

    observed = "–"
    if _known(row.observed):
        observed = exact(row.observed * factor)
        observed += f" ± {exact(row.uncertainty * factor)}" if _known(row.uncertainty) else ""
        observed += _FIT_MARK if row.role == "fit" else ""
    errors = "–"
    if _known(row.errors):
        errors = precise(row.errors, 1) + (" !" if row.errors > TOLERATED_ERRORS else "  ")
    return [
        f"{names[row.complex]} {row.indicator.rpartition('_')[2]}",
        shown(row.mean),
        *([f"{shown(row.low)} – {shown(row.high)}"] if spread else []),
        observed,
        errors,
        *(shown(getattr(row, name)) for name in forecasts),
        exact(row.goal * factor) if _known(row.goal) else "–",
    ]


def _shortened(rows: list[Any]) -> list[Any]:
    """All rows of the region, and of each complex the last that was observed."""
    last = {row.complex: row for row in rows if _known(row.observed)}
    return [row for row in rows if row.complex == ALL or last.get(row.complex) is row]


def _measure(row: Any) -> str:
    measure, _, year = row.indicator.rpartition("_")
    return str(measure) if year.isdigit() else ""


def _known(value: float) -> bool:
    return value == value
