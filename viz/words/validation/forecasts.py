"""The back-test in words: skill against forecasts without a model, coverage, where it loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from innocluster.calibration.validation.origins import NAIVE
from innocluster.calibration.validation.summaries import HORIZONS

from ..quantities import listed, lowered, precise
from ..selection import ALL, complex_names, records, select

if TYPE_CHECKING:
    from innocluster.calibration.validation.validation import Validation

    from ..texts import Texts

__all__ = [
    "coverage_rows",
    "forecast_sentences",
    "loss_rows",
    "loss_sentences",
    "skill_rows",
]

_STRONGEST = "national"
_MOST = 4

Rows = list[list[str]]


def _forecast_headline(validation: Validation, texts: Texts) -> str:
    """How the model does against the forecast without a model that knows most."""
    rows = records(select(validation.skill, part="all", forecast=_STRONGEST))
    if not rows:
        return texts("validation.no_figures")
    (row,) = rows
    key = "better" if row.low > 0.0 else "worse" if row.high < 0.0 else "open"
    return texts(
        f"validation.headline_{key}",
        figures=row.figures,
        model=precise(row.model, 0),
        other=precise(row.score, 0),
        percent=precise(100.0 * abs(row.skill), 0),
        low=precise(100.0 * row.low, 0),
        high=precise(100.0 * row.high, 0),
    )


def forecast_sentences(validation: Validation, texts: Texts) -> list[str]:
    """How good the forecasts are, and whether what happened lies in their intervals.

    Intervals that are too narrow go before all praise: whoever reads on would believe them.
    """
    headline = _forecast_headline(validation, texts)
    rows = records(select(validation.coverage, part="all", level=90.0))
    if not rows or not rows[0].figures:
        return [headline]
    (row,) = rows
    key = "narrow" if row.high < row.level else "wide" if row.low > row.level else "right"
    held = texts(
        f"validation.coverage_{key}",
        share=precise(row.share, 0),
        low=precise(row.low, 0),
        high=precise(row.high, 0),
    )
    return [held, headline] if key == "narrow" else [headline, held]


def skill_rows(validation: Validation, texts: Texts) -> Rows:
    """Part, forecast, figures, both errors, skill with interval, skill of the medians."""
    order = {name: place for place, name in enumerate(NAIVE)}
    rows = sorted(
        records(validation.skill), key=lambda row: (row.part not in ("all",), order[row.forecast])
    )
    return [
        [
            part_label(row.part, texts),
            texts(f"validation.{row.forecast}"),
            str(row.figures),
            precise(row.model, 1),
            precise(row.score, 1),
            f"{precise(100.0 * row.skill, 0)} [{precise(100.0 * row.low, 0)}, "
            f"{precise(100.0 * row.high, 0)}]",
            precise(100.0 * row.skill_of_medians, 0),
        ]
        for row in _by_part(rows)
    ]


def _by_part(rows: list[Any]) -> list[Any]:
    """Rows of one part together, in the order in which parts first come."""
    parts = list(dict.fromkeys(row.part for row in rows))
    return [row for part in parts for row in rows if row.part == part]


def part_label(part: str, texts: Texts) -> str:
    """All figures, a measure, or years ahead."""
    if part in HORIZONS:
        return texts("validation.years_ahead", years=part.replace("-", "–"))
    return texts("validation.all_figures") if part == "all" else texts(f"indicator.{part}")


def coverage_rows(validation: Validation, texts: Texts) -> Rows:
    """Part, level, figures, share that the intervals hold, its interval."""
    return [
        [
            part_label(row.part, texts),
            f"{row.level:g}",
            str(row.figures),
            precise(row.share, 0),
            f"{precise(row.low, 0)}–{precise(row.high, 0)}" if row.low == row.low else "–",
        ]
        for row in records(validation.coverage)
    ]


def loss_rows(validation: Validation, texts: Texts) -> Rows:
    """Every series: figures, both errors, the best forecast, skill, bias, intervals that hold."""
    names = complex_names(validation.meta, texts)
    return [
        [
            f"{texts(f'indicator.{row.measure}')}, {names[row.complex]}",
            str(row.figures),
            precise(row.model, 1),
            texts(f"validation.{row.best}"),
            precise(row.score, 1),
            precise(100.0 * row.skill, 0),
            _signed(row.bias),
            precise(row.held, 0),
        ]
        for row in records(validation.losses)
    ]


def loss_sentences(validation: Validation, texts: Texts) -> list[str]:
    """Where a forecast without a model does better, worst first."""
    names = complex_names(validation.meta, texts) | {ALL: texts("validation.region")}
    losing = [row for row in records(validation.losses) if row.skill < 0.0]
    if not losing:
        return [texts("validation.loses_nowhere")]
    sentences = [
        texts(
            "validation.loses",
            measure=texts(f"indicator.{row.measure}"),
            place=names[row.complex],
            model=precise(row.model, 0),
            best=texts(f"validation.{row.best}_long"),
            score=precise(row.score, 0),
            side=texts(f"validation.{'above' if row.bias > 0.0 else 'below'}"),
            bias=precise(abs(row.bias), 0),
        )
        for row in losing[:_MOST]
    ]
    if len(losing) > _MOST:
        others = [
            f"{lowered(texts(f'indicator.{row.measure}'))} ({names[row.complex]})"
            for row in losing[_MOST:]
        ]
        sentences.append(texts("validation.loses_too", series=listed(others, texts)))
    return sentences


def _signed(value: float) -> str:
    return ("+" if value > 0.0 else "") + precise(value, 0)
