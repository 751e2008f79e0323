"""Tables of a validation for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from innocluster.calibration.validation.validation import Validation

from ...words.selection import select
from ...words.texts import Texts
from ...words.validation.forecasts import (
    forecast_sentences,
    loss_sentences,
    skill_rows,
)
from ...words.validation.posterior import fit_sentence, told
from ...words.validation.scoreboard import (
    direction_rows,
    direction_sentence,
    evaluation_rows,
    scoreboard_sentence,
)
from ..terminal import plain_console, plain_table

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "DIRECTION_COLUMNS",
    "EVALUATION_COLUMNS",
    "SKILL_COLUMNS",
    "print_validation",
]

SKILL_COLUMNS = ("part", "forecast", "figures", "model", "score", "skill", "medians")
EVALUATION_COLUMNS = ("study", "figure", "published", "model", "range", "verdict")
DIRECTION_COLUMNS = ("study", "claim", "sign", "contrast", "found")


def print_validation(validation: Validation, language: str, console: Console | None = None) -> None:
    """Print the headline, the skill, where the model loses, and the scoreboard.

    Parameters
    ----------
    language : ``"en"`` or ``"ko"``
    console : where to print, standard output by default
    """
    texts, out = Texts(language), console or plain_console()
    could, could_not = told(validation, texts)
    for sentence in (
        *forecast_sentences(validation, texts),
        fit_sentence(validation, texts),
        *could,
        *could_not,
    ):
        if sentence:
            out.print(sentence, highlight=False)
    shown = select(validation.skill, part="all")
    if len(shown):
        table = plain_table(texts("validation.skill_title"))
        for column in SKILL_COLUMNS[1:]:
            left = column == "forecast"
            heading = texts(f"validation.column.{column}")
            table.add_column(heading, justify="left" if left else "right")
        for row in skill_rows(validation, texts)[: len(shown)]:
            table.add_row(*row[1:])
        out.print(table)
    for sentence in loss_sentences(validation, texts):
        out.print(sentence, highlight=False)
    for title, columns, rows, summary in (
        ("evaluations", EVALUATION_COLUMNS, evaluation_rows, scoreboard_sentence),
        ("directions", DIRECTION_COLUMNS, direction_rows, direction_sentence),
    ):
        table = plain_table(texts(f"validation.{title}_title"))
        for column in columns:
            table.add_column(texts(f"validation.column.{column}"))
        for row in rows(validation, texts):
            table.add_row(*row)
        out.print(table)
        out.print(summary(validation, texts), highlight=False)
    out.print(texts("validation.sealed", **_seal(validation)), style="dim", highlight=False)


def _seal(validation: Validation) -> dict[str, str]:
    meta = validation.meta
    return {"digest": meta["posterior"][:12], "time": meta["sealed"]}
