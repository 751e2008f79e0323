"""The row of things to take away, below what the page shows."""

from __future__ import annotations

from html import escape

import solara

from ...words.texts import Texts
from .. import content
from ..address import View
from ..answers import Answer, numbers
from .frozen import frozen_page
from .lines import command_line, python_lines, scenario_file
from .workbook import workbook

__all__ = ["downloads"]


@solara.component_vue("take.vue")
def _Take(words: dict[str, str], sentence: str, name: str) -> None:
    """Copying, painting and printing, which the browser does itself."""


def downloads(view: View, answer: Answer) -> None:
    """Everything that can be taken away from an answer."""
    texts = Texts(view.lang)
    solara.HTML(unsafe_innerHTML=f"<h2>{escape(texts('page.take'))}</h2>")
    words = {key: texts(f"page.take.{key}") for key in ("copy", "copied", "png", "print")}
    sentence = content.sentence(answer, view, texts, content.region_of(view))
    _Take(words=words, sentence=sentence, name=f"{view.measure}_{view.place}")
    with solara.Row(classes=["take"]):
        for name, label, mime, make in _files(view, answer, texts):
            solara.FileDownload(make, filename=name, label=label, mime_type=mime, icon_name=None)
    shown = "".join(
        f"<h3>{escape(texts(f'page.take.{key}'))}</h3><pre>{escape(text)}</pre>"
        for key, text in (("command", command_line(view)), ("python", python_lines(view)))
    )
    told = escape(texts("page.take.same", digest=answer.digest))
    solara.HTML(
        unsafe_innerHTML=f'<details class="no-print"><summary>'
        f"{escape(texts('page.reproduce'))}</summary>{shown}<p>{told}</p></details>"
    )


def _files(view: View, answer: Answer, texts: Texts) -> list[tuple[str, str, str, object]]:
    """Name, label, type and maker of every file."""
    files: list[tuple[str, str, str, object]] = []
    if not answer.stored:
        files.append(
            ("yearly.csv", texts("page.download.numbers"), "text/csv",
             lambda: numbers(answer.comparison))
        )  # fmt: skip
    files.append(
        (f"{view.measure}.svg", texts("page.download.picture"), "image/svg+xml",
         lambda: content.levels_picture(answer, view, texts))
    )  # fmt: skip
    files += [
        ("innocluster.xlsx", texts("page.download.workbook"),
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         lambda: workbook(view, answer)),
        ("result.html", texts("page.download.frozen"), "text/html",
         lambda: frozen_page(view, answer)),
    ]  # fmt: skip
    for side, arm in (("a", answer.a), ("b", answer.b)):
        files.append(
            (f"scenario-{side}.toml", texts(f"page.download.scenario_{side}"), "application/toml",
             lambda arm=arm: scenario_file(view, arm))
        )  # fmt: skip
    return files
