"""What finished sweeps have taught, as the page shows it."""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.lessons.lesson import KINDS, Lesson, load_lesson
from innocluster.scenarios.store.verification import finished_manifest

from ....words.lessons.lesson_views import view_of
from .tables import table

if TYPE_CHECKING:
    from ....words.texts import Texts

__all__ = ["is_lesson", "latest_decision", "lesson_page"]


def is_lesson(folder: Path) -> bool:
    """Whether a finished result is what a sweep has taught."""
    return finished_manifest(folder)["result"].get("kind") in KINDS


def latest_decision(folders: Collection[Path], arms: tuple[str, str]) -> tuple[Path, Lesson] | None:
    """The first folder, the latest first, that holds a decision between two arms."""
    for folder in folders:
        result = finished_manifest(folder)["result"]
        if result.get("kind") == "decide" and set(arms) <= set(result.get("policies", ())):
            try:
                return folder, load_lesson(folder)
            except InputError:
                continue
    return None


def lesson_page(lesson: Lesson, texts: Texts) -> str:
    """Its findings, what makes them doubtful, and its tables."""
    view = view_of(lesson, texts)
    parts = [f"<h3>{escape(view.title)}</h3>", _listed(view.headlines)]
    if view.warnings:
        parts.append(_listed(view.warnings))
    parts += [table(shown.caption, shown.columns, shown.rows) for shown in view.tables]
    return "".join([*parts, _listed([*view.may, *view.may_not])])


def _listed(lines: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
