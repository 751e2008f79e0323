"""The page: components that follow from its address and from the answers that have arrived.

Run by `innocluster serve`.  What is said and drawn is made in `content`; a view is a function of
what is looked at and of the answer, in the list below.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape
from threading import Event
from typing import Any

import solara

from innocluster.scenarios.errors import InputError

from ..words.messages import Messages, error_line
from ..words.texts import Texts
from . import content, controls
from .address import View
from .answers import STEPS, Answer, Question
from .engine import MOST, Engine, Unwanted
from .preview import reason_for_none
from .stored import usual_answer
from .style import STYLE
from .take.downloads import downloads
from .views.one_world import WORLDS
from .views.views import OWN_STYLE, OWN_VIEWS

__all__ = ["ENGINE", "Page"]

_FIRST_PICTURE = 2.0
"""Seconds that the first picture has the machine to itself, before models are compiled."""

ENGINE = Engine()
"""The processes that run the model; they keep no state of a visitor."""

WORLDS.ready = ENGINE.ready

_MANY = 8


# Before any page: wherever pandas is among the modules, Reacton looks for `pandas.DataFrame`, and
# while a thread still imports it would draw an error in place of the page.
usual_answer()


_STARTING = threading.Timer(_FIRST_PICTURE, ENGINE.start)
_STARTING.daemon = True
_STARTING.start()


def _overview(view: View, answer: Answer) -> None:
    texts = Texts(view.lang)
    pictures = content.levels_picture(answer, view, texts)
    differences = content.difference_picture(answer, view, texts)
    measure = texts(f"indicator.{view.measure}")
    keys = ("levels", "differences")
    heads = [escape(texts(f"page.{key}", measure=measure)) for key in keys]
    read = [f'<p class="subject">{escape(texts(f"page.{key}.key"))}</p>' for key in keys]
    table = content.years_table(answer, view, texts)
    solara.HTML(
        unsafe_innerHTML=f'<div class="two"><section><h2>{heads[0]}</h2>{pictures}{read[0]}'
        f"</section><section><h2>{heads[1]}</h2>{differences}{read[1]}</section></div>"
        f"{content.cards(answer, view, texts)}"
        f"<details><summary>{escape(texts('page.table'))}</summary>{table}</details>"
    )


def _map(view: View, answer: Answer) -> None:
    texts = Texts(view.lang)
    picture = content.map_picture(answer, view, texts, content.region_of(view))
    levels = content.levels_picture(answer, view, texts)
    heads = [
        f"<h2>{escape(text)}</h2>"
        for text in (
            texts("page.view.map"),
            texts("page.levels", measure=texts(f"indicator.{view.measure}")),
        )
    ]
    solara.HTML(
        unsafe_innerHTML=f'<div class="two"><div class="map">{heads[0]}{picture}'
        f'<p class="subject">{escape(texts("page.map.key"))}</p></div><div>{heads[1]}{levels}'
        f"{content.cards(answer, view, texts)}</div></div>"
    )


def _limits(view: View, answer: Answer) -> None:
    solara.HTML(unsafe_innerHTML=content.limits(answer, Texts(view.lang)))


SHOWN: dict[str, Callable[[View, Answer], None]] = {
    "overview": _overview,
    "map": _map,
    "limits": _limits,
}
"""Views that show an answer, by their name in the address."""

ALONE: dict[str, Callable[[View, Answer | None], Any]] = {**OWN_VIEWS}
"""Views that stand without an answer."""


@solara.component
def Page() -> None:
    """The whole page."""
    router = solara.use_router()
    view, complaint = View.of(router.search)
    texts = Texts(view.lang)
    answer, state = _use_answer(view, texts)

    def go(**changes: Any) -> None:
        router.push(router.path + view.changed(**changes).query())

    solara.Title(texts("page.title"))
    solara.Style(STYLE + OWN_STYLE)
    _Language(lang=view.lang)
    with solara.Column(classes=["page"], gap="4px"):
        _head(view, texts, go)
        if complaint:
            solara.HTML(unsafe_innerHTML=f'<p class="wrong" role="alert">{escape(complaint)}</p>')
        alone = view.view in ALONE
        with solara.Div(classes=[] if alone else ["first"]):
            with solara.Div():
                _said(view, answer, state, texts)
                _changed(view, texts, go)
            if not alone:
                _controls(controls.first_spec(view, texts, answer is not None), view, go)
        with solara.Column(classes=["body"], gap="0"):
            if alone:
                ALONE[view.view](view, answer)
            elif answer is not None:
                SHOWN.get(view.view, _overview)(view, answer)
                downloads(view, answer)
        solara.HTML(unsafe_innerHTML=f"<h2>{escape(texts('page.levers'))}</h2>")
        if alone:
            # Their own matter comes first.
            _controls(controls.first_spec(view, texts, answer is not None), view, go)
        _controls(controls.other_spec(view, texts, answer is not None), view, go)


@solara.component_vue("language.vue")
def _Language(lang: str = "en") -> None:
    """Tells the browser which language the page is in."""


@solara.component_vue("controls.vue")
def _Controls(
    spec: dict[str, Any], engine: str, model: str, event_changed: Callable[[dict[str, Any]], None]
) -> None:
    """Choices and levers, with a preview that the browser makes itself."""


def _use_answer(view: View, texts: Texts) -> tuple[Answer | None, str]:
    """The latest answer to what a view asks, and how far the full one is."""
    a, b = view.arms()
    question = Question.of(view)
    arrived, arrive = solara.use_state((question.key, ENGINE.known(question), ""))
    _, set_tick = solara.use_state(0)

    def work(cancelled: Event) -> None:
        if a == b:
            return
        latest = ENGINE.known(question)
        if latest is not None:
            arrive((question.key, latest, ""))
            if latest.worlds >= STEPS[-1]:
                return
        try:
            for latest in ENGINE.answers(question, lambda: not cancelled.is_set()):
                arrive((question.key, latest, ""))
        except Unwanted:
            return
        except InputError as error:
            arrive((question.key, latest, error_line(error, Messages(view.lang))))
        except RuntimeError as error:
            arrive((question.key, latest, str(error).splitlines()[0]))

    def watch(cancelled: Event) -> None:
        # What is waited for is told every second while it lasts.
        count = 0
        while arrived[1] is None and a != b and not cancelled.wait(1.0):
            count += 1
            set_tick(count)

    solara.use_thread(work, dependencies=[question.key], intrusive_cancel=False)
    solara.use_thread(watch, dependencies=[question.key, arrived[1]], intrusive_cancel=False)
    asked, answer, error = arrived
    if asked != question.key:
        answer, error = ENGINE.known(question), ""
    if a == b:
        return None, texts("page.state.nothing")
    if error:
        return answer, error
    made = 0 if answer is None else answer.worlds
    if question == Question.of(View()) and made < usual_answer().worlds:
        # A few worlds of the same question are no better answer than the many that are stored.
        answer = usual_answer()
    outside = made < STEPS[-1] and ENGINE.outside(question)
    return answer, _state(answer, made, outside, texts)


def _state(answer: Answer | None, made: int, outside: bool, texts: Texts) -> str:
    """How far the answer is, and how many worlds of it are simulated by now, in words."""
    told = ""
    if answer is not None and answer.stored:
        told = texts("page.state.stored", date=answer.stored, digest=answer.digest[:8]) + " "
    if answer is None or answer.stored:
        if ENGINE.compiling:
            # Told every ten seconds, for those who are read to.
            seconds = 10 * int(ENGINE.compiling / 10.0)
            return told + texts("page.state.compiling", seconds=seconds)
        if outside:
            return told + texts("page.state.outside", waiting=MOST)
        if made:
            return told + texts("page.state.beside", worlds=made, of=STEPS[-1])
        told += texts("page.state.first", waiting=ENGINE.waiting)
        return f"{told} {texts('page.state.full')}" if ENGINE.waiting > _MANY else told
    done = answer.worlds >= STEPS[-1]
    text = texts(
        "page.state.done" if done else "page.state.more", worlds=answer.worlds, of=STEPS[-1]
    )
    changed = content.changed_nothing(answer)
    return f"{text} {texts('page.state.no_change')}" if changed else text


def _head(view: View, texts: Texts, go: Callable[..., None]) -> None:
    """Title, language and the parts of the page."""
    solara.HTML(
        unsafe_innerHTML=f"<h1>{escape(texts('page.title'))}</h1>"
        f'<p class="subject">{escape(texts("page.subject"))}</p>'
    )
    with solara.Row(classes=["views"], gap="8px"):
        for name in (*SHOWN, *ALONE):
            solara.Button(
                texts(f"page.view.{name}"), on_click=lambda name=name: go(view=name),
                outlined=view.view != name, color="primary" if view.view == name else None,
            )  # fmt: skip
        other = "ko" if view.lang == "en" else "en"
        solara.Button(texts("page.other_language"), text=True, on_click=lambda: go(lang=other))


def _said(view: View, answer: Answer | None, state: str, texts: Texts) -> None:
    """The sentence of the answer, or of the preview until it is there, and how far it is."""
    parts = []
    if answer is not None:
        said = escape(content.sentence(answer, view, texts, content.region_of(view)))
        kind = " stored" if answer.stored else ""
        parts.append(f'<p class="sentence{kind}" id="sentence">{said}</p>')
    elif view.arms()[0] != view.arms()[1]:
        reason = reason_for_none(view)
        said = texts(reason) if reason else content.preview_sentence(view, texts)
        parts.append(f'<p class="sentence waiting">{escape(said)}</p>')
    parts.append(f'<p class="state" role="status" aria-live="polite">{escape(state)}</p>')
    solara.HTML(unsafe_innerHTML="".join(parts))


def _changed(view: View, texts: Texts, go: Callable[..., None]) -> None:
    """What differs from the usual setting, and the way back."""
    lines = content.changes(view, texts)
    if not lines:
        return
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
    head = f'<p class="changed">{escape(texts("page.changed"))}</p>'
    solara.HTML(unsafe_innerHTML=f"{head}<ul>{listed}</ul>")
    usual = {key: getattr(View(), key) for key in content.SETTINGS}
    with solara.Row():
        solara.Button(
            texts("page.reset"), on_click=lambda: go(**usual, values={}, forms={}), outlined=True
        )


def _controls(spec: dict[str, Any], view: View, go: Callable[..., None]) -> None:
    """What a visitor can change."""

    def change(given: dict[str, Any]) -> None:
        go(**controls.changes(view, str(given["key"]), given["value"]))

    _Controls(spec=spec, engine=controls.ENGINE, model=controls.MODEL, event_changed=change)
