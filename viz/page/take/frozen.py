"""The page frozen into one file: what was on the screen, and the preview, without a server.

It asks for nothing from anywhere: style, pictures, numbers and the arithmetic of the preview are
inside, and a policy for its content forbids the rest.
"""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape

from ...words.texts import Texts
from .. import content, controls
from ..address import MEASURES, View
from ..answers import Answer
from ..preview import load_preview
from ..style import STYLE
from .lines import command_line, python_lines, scenario_file

__all__ = ["frozen_page"]

_SCRIPT = """{engine}
const part = name => JSON.parse(document.getElementById(name).textContent)
create(part('model'), part('spec')).panel(
  document.getElementById('levers'), part('state'), () => {{}})
"""


def frozen_page(view: View, answer: Answer, link: str = "") -> str:
    """One HTML document in the language of the view.

    Parameters
    ----------
    link : address of the page that it was taken from
    """
    texts = Texts(view.lang)
    script = _SCRIPT.format(engine=controls.ENGINE)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rules = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    policy = f"{rules}; script-src 'sha256-{digest}'"
    title = escape(texts("page.title"))
    return (
        f'<!DOCTYPE html>\n<html lang="{view.lang}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>body {{ margin: 0; font-family: system-ui, sans-serif; }}"
        f'{STYLE}</style></head><body><main class="page">'
        f"<h1>{title}</h1>"
        f'<p class="subject">{escape(texts("page.subject"))}</p>'
        f"{_body(view, answer, texts, link)}</main>"
        f"{_data('model', load_preview())}"
        f"{_data('spec', controls.preview_spec(view, texts))}"
        f"{_data('state', controls.state(view, texts, True))}"
        f"{_data('numbers', _numbers(view, answer))}"
        f"<script>{script}</script></body></html>\n"
    )


def _body(view: View, answer: Answer, texts: Texts, link: str) -> str:
    """What the page shows, from the sentence to the lines that give its numbers."""
    measure = texts(f"indicator.{view.measure}")
    said = content.sentence(answer, view, texts, content.region_of(view))
    state = texts("page.frozen.state", worlds=answer.worlds, digest=answer.digest)
    listed = "".join(f"<li>{escape(line)}</li>" for line in content.changes(view, texts))
    changed = f"<p>{escape(texts('page.changed'))}</p><ul>{listed}</ul>" if listed else ""
    pictures = "".join(
        f"<section><h2>{escape(texts(f'page.{key}', measure=measure))}</h2>"
        f"{draw(answer, view, texts)}"
        f'<p class="subject">{escape(texts(f"page.{key}.key"))}</p></section>'
        for key, draw in (
            ("levels", content.levels_picture),
            ("differences", content.difference_picture),
        )
    )
    lines = [
        (texts("page.take.command"), command_line(view)),
        (texts("page.take.python"), python_lines(view)),
        (texts("page.download.scenario_a"), scenario_file(view, answer.a)),
        (texts("page.download.scenario_b"), scenario_file(view, answer.b)),
    ]
    shown = "".join(f"<h3>{escape(name)}</h3><pre>{escape(text)}</pre>" for name, text in lines)
    address = f"<p>{escape(link)}</p>" if link else ""
    return (
        f'<p class="sentence" id="sentence">{escape(said)}</p>'
        f'<p class="state">{escape(state)}</p>{address}{changed}'
        f'<div class="two">{pictures}</div>{content.cards(answer, view, texts)}'
        f'<section class="no-print"><h2>{escape(texts("page.frozen.preview"))}</h2>'
        '<div class="levers" id="levers"></div></section>'
        f"<details><summary>{escape(texts('page.table'))}</summary>"
        f"{content.years_table(answer, view, texts)}</details>"
        f"<details><summary>{escape(texts('page.view.limits'))}</summary>"
        f"{content.limits(answer, texts)}</details>"
        f'<details class="no-print"><summary>{escape(texts("page.reproduce"))}</summary>'
        f"{shown}</details>"
    )


def _numbers(view: View, answer: Answer) -> dict[str, object]:
    """The numbers behind what is shown, for whoever reads the file by program."""
    shown = answer.yearly[answer.yearly["indicator"].isin(MEASURES)]
    shown = shown[shown["complex"] == view.place]
    return {
        "address": view.query(), "a": answer.a, "b": answer.b, "digest": answer.digest,
        "worlds": answer.worlds, "columns": list(shown.columns), "rows": shown.to_numpy().tolist(),
    }  # fmt: skip


def _data(name: str, document: object) -> str:
    """Data inside a page; no text of it can end its element."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'
