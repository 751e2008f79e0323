"""Table of the meetings trial for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..words.quantities import precise
from ..words.texts import Texts
from .terminal import plain_console, plain_table

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_meetings_trial"]


def print_meetings_trial(
    document: dict[str, Any], language: str, console: Console | None = None
) -> None:
    """Print every figure of the trial, its band and whether it lies inside.

    Parameters
    ----------
    document : of `innocluster.calibration.meetings_trial.MEETINGS_TRIAL`
    language : ``"en"`` or ``"ko"``
    console : where to print, standard output by default
    """
    texts = Texts(language)
    results, out = document["results"], console or plain_console()
    table = plain_table(texts("trial.what", worlds=document["parameters"]["worlds"]))
    table.add_column(texts("trial.arm"), no_wrap=True)
    table.add_column(texts("trial.figure"))
    for heading in ("trial.value", "±", "trial.band"):
        table.add_column(heading if heading == "±" else texts(heading), justify="right")
    table.add_column(texts("trial.inside"), no_wrap=True)
    names = ("figure", "arm", "value", "standard_error", "low", "high", "inside")
    for figure, arm, value, error, low, high, inside in zip(
        *(results[name] for name in names), strict=True
    ):
        table.add_row(
            arm,
            texts(f"trial.{figure}"),
            _number(value),
            _number(error),
            _band(low, high, texts),
            texts("frozen.not_stated" if inside is None else f"trial.{str(inside).lower()}"),
        )
    out.print(table)
    out.print(texts("trial.note", outside=results["outside"]), style="dim", highlight=False)


def _number(value: float | None) -> str:
    return "–" if value is None else precise(value, 2)


def _band(low: float | None, high: float | None, texts: Texts) -> str:
    if high is None:
        return texts("trial.at_least", value=f"{low:g}")
    if low is None:
        return texts("trial.at_most", value=f"{high:g}")
    return f"{low:g}–{high:g}"
