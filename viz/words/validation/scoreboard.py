"""Evaluations and signs in words: what was found, what the model gives, the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from innocluster.calibration.validation.evaluations import CANNOT_TELL, FAILS, NOT_TESTED, PASSES

from ..quantities import listed, precise, two_digits
from ..selection import records

if TYPE_CHECKING:
    from innocluster.calibration.validation.validation import Validation

    from ..texts import Texts

__all__ = [
    "direction_rows",
    "direction_sentence",
    "evaluation_rows",
    "sayings",
    "scoreboard_sentence",
]

Rows = list[list[str]]


def scoreboard_sentence(validation: Validation, texts: Texts) -> str:
    """How many figures of evaluations pass, fail, or cannot be told."""
    table = validation.evaluations
    verdicts = table["verdict"][~table["fitted"]]
    counts = {
        key: int((verdicts == value).sum())
        for key, value in (("passed", PASSES), ("failed", FAILS), ("open", CANNOT_TELL))
    }
    sentence = texts("validation.scoreboard", figures=int((verdicts != NOT_TESTED).sum()), **counts)
    fitted = int(table["fitted"].sum())
    return f"{sentence} {texts('validation.fitted', count=fitted)}" if fitted else sentence


def direction_sentence(validation: Validation, texts: Texts) -> str:
    """How many signs are found, reversed, open, or were not put to the test."""
    found = validation.directions["found"]
    counts = {
        key: int((found == value).sum())
        for key, value in (
            ("found", "found"), ("turned", "reversed"), ("open", CANNOT_TELL),
            ("untested", NOT_TESTED),
        )
    }  # fmt: skip
    return texts("validation.signs", **counts)


def evaluation_rows(validation: Validation, texts: Texts) -> Rows:
    """Study, figure, published band, mean with error, 90 % of worlds and draws, verdict."""
    rows, last = [], ""
    for row in records(validation.evaluations):
        study = texts(f"study.{row.study}") if row.study != last else ""
        last = row.study
        tested = row.verdict != NOT_TESTED
        rows.append(
            [
                study,
                texts(f"study.figure.{row.figure}"),
                _band(row, texts),
                f"{_number(row.mean)} ± {_number(row.standard_error)}" if tested else "–",
                f"{_number(row.low)} – {_number(row.high)}" if tested else "–",
                texts(
                    "study.verdict.fitted"
                    if row.fitted
                    else f"study.verdict.{row.verdict.replace(' ', '_')}"
                ),
            ]
        )
    return rows


def direction_rows(validation: Validation, texts: Texts) -> Rows:
    """Study, claim, predicted sign, contrast with its interval, what was found."""
    rows, last = [], ""
    for row in records(validation.directions):
        study = texts(f"study.{row.study}") if row.study != last else ""
        last = row.study
        tested = row.found != NOT_TESTED
        mean, low, high = two_digits(row.mean, row.low, row.high)
        rows.append(
            [
                study,
                texts(f"study.claim.{row.claim}"),
                "+" if row.sign > 0 else "−",
                f"{mean} [{low}, {high}]" if tested else "–",
                texts(f"study.found.{row.found.replace(' ', '_')}"),
            ]
        )
    return rows


def sayings(validation: Validation, texts: Texts) -> dict[str, list[str]]:
    """Figures by verdict: what passed, what failed, what cannot be said."""
    result: dict[str, list[str]] = {}
    for key, verdicts in (
        ("passed", (PASSES,)), ("failed", (FAILS,)), ("open", (CANNOT_TELL, NOT_TESTED)),
    ):  # fmt: skip
        rows = [
            row
            for row in records(validation.evaluations)
            if row.verdict in verdicts and not row.fitted
        ]
        result[key] = [
            texts(
                "validation.said", study=texts(f"study.{study}"),
                figures=listed(
                    [_without_unit(r.figure, texts) for r in rows if r.study == study], texts
                ),
            )
            for study in dict.fromkeys(row.study for row in rows)
        ]  # fmt: skip
    return result


def _without_unit(figure: str, texts: Texts) -> str:
    """What a figure is, for a sentence."""
    return texts(f"study.figure.{figure}").rpartition(", ")[0] or texts(f"study.figure.{figure}")


def _band(row: Any, texts: Texts) -> str:
    if row.nothing:
        return texts("study.nothing")
    if row.band_low != row.band_low:
        return texts("trial.at_most", value=_number(row.band_high))
    if row.band_high != row.band_high:
        return texts("trial.at_least", value=_number(row.band_low))
    return f"{_number(row.band_low)} – {_number(row.band_high)}"


def _number(value: float) -> str:
    if value != value:
        return "–"
    return precise(value, 0 if abs(value) >= 100.0 else 1 if abs(value) >= 10.0 else 2)
