"""The page of a lesson, and what the terminal says of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from innocluster.scenarios.lessons.lesson import Lesson

from ..figures.panels import wrap
from ..words.lessons.lesson_views import view_of
from ..words.texts import Texts
from .report import finished_manifest, write_page
from .terminal import plain_console, plain_table

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_lesson", "write_lesson_report"]

_MOST_ROWS = 10
_MOST_COLUMNS = 5


def write_lesson_report(lesson: Lesson, folder: Path, language: str) -> Path:
    """Write the page of a lesson and its figures.

    Parameters
    ----------
    lesson : a finished lesson
    folder : its result folder
    language : ``"en"`` or ``"ko"``

    Returns
    -------
    Path
        ``report.html`` in `folder`.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    texts = Texts(language)
    view = view_of(lesson, texts)
    content = {
        "title": view.title,
        "headlines": view.headlines,
        "warnings": view.warnings,
        "tables": view.tables,
        "may": view.may,
        "may_not": view.may_not,
        "how": view.how,
        "command": lesson.meta["command"],
    }
    manifest = finished_manifest(folder)
    return write_page("report.html", lesson, content, manifest, folder, texts, "lesson")


def print_lesson(lesson: Lesson, language: str, console: Console | None = None) -> None:
    """Print the findings of a lesson, its first table and what makes it doubtful.

    Parameters
    ----------
    lesson : a finished lesson
    language : ``"en"`` or ``"ko"``
    console : where to print, standard output by default
    """
    texts = Texts(language)
    view = view_of(lesson, texts)
    out = console or plain_console()
    for sentence in view.headlines:
        out.print(sentence, style="bold", highlight=False)
    for shown in (each for each in view.tables[:1] if len(each.columns) <= _MOST_COLUMNS):
        table = plain_table(shown.caption)
        for i, column in enumerate(shown.columns):
            number = i in shown.numbers
            table.add_column(
                wrap(column, 24), justify="right" if number else "left", no_wrap=number
            )
        for row in shown.rows[:_MOST_ROWS]:
            table.add_row(*row)
        out.print(table)
        if len(shown.rows) > _MOST_ROWS:
            left = texts("lesson.more_rows", count=len(shown.rows) - _MOST_ROWS)
            out.print(left, style="dim", highlight=False)
    for sentence in view.warnings:
        out.print(f"! {sentence}", style="yellow", highlight=False)
