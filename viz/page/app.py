"""The page: components that follow from its address and from the answers that have arrived.

Run by `innocluster serve`; what is said and drawn is made in `content`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from threading import Event
from typing import TYPE_CHECKING, Any

import solara

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.policies import registered_policies
from innocluster.scenarios.runs.execution import load_inputs
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

from ..words.quantities import plain
from ..words.texts import Texts
from . import content
from .address import VIEWS, View
from .answers import STEPS, Engine

if TYPE_CHECKING:
    from innocluster.scenarios.comparison.tabulation import Comparison
    from innocluster.sim.beginning.population import Region

__all__ = ["Page"]

ENGINE = Engine()
"""The process that runs the model; it keeps no state of a visitor."""

_LEVERS = ("spillover_elasticity", "attempt_rate", "joint_gain", "transfer_gain", "rd_elasticity")
_BUDGETS = (0.0, 4.0, 0.25)

_STYLE = """
.page { max-width: 1240px; margin: 0 auto; padding: 12px; color: #222; font-size: 16px; }
.page h1 { font-size: 1.35rem; margin: 4px 0; line-height: 1.3; }
.page h2 { font-size: 1.1rem; margin: 10px 0 4px; }
.page .subject { color: #555; margin: 0 0 8px; }
.page .sentence { font-size: 1.15rem; line-height: 1.5; background: #f4f7fa; border-left: 5px solid
  #0072B2; padding: 10px 14px; margin: 8px 0; }
.page .state { color: #555; min-height: 1.5em; margin: 2px 0; }
.page .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 430px), 1fr));
  gap: 14px; align-items: start; }
.page .cards { display: grid; gap: 10px; margin-top: 10px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 230px), 1fr)); }
.page .card { border: 1px solid #ddd; border-top: 4px solid #b9b5a9; padding: 8px 12px; }
.page .card.higher { border-top-color: #0072B2; }
.page .card.lower { border-top-color: #D55E00; }
.page .card h3 { font-size: 1rem; margin: 0; }
.page .card p, .page .card ul { margin: 3px 0; }
.page .card ul { padding-left: 18px; color: #555; }
.page .big { font-size: 1.4rem; font-weight: 600; }
.page .table { overflow-x: auto; }
.page table { border-collapse: collapse; width: 100%; }
.page caption { text-align: left; color: #555; padding: 4px 0; }
.page td, .page th { padding: 4px 8px; border-bottom: 1px solid #e3e3e3; text-align: right;
  font-variant-numeric: tabular-nums; }
.page th:first-child, .page td:first-child { text-align: left; }
.page .text td, .page .text th { text-align: left; vertical-align: top; }
.page code { white-space: pre-wrap; word-break: break-word; background: #f4f4f4; color: #222; }
.page summary { cursor: pointer; min-height: 28px; font-weight: 600; }
"""


@solara.component
def Page() -> None:
    """The whole page."""
    router = solara.use_router()
    view, complaint = View.of(router.search)
    texts = Texts(view.lang)
    region, _ = load_inputs(view.scenario())
    answer, state = _use_answer(view, texts)

    def go(**changes: Any) -> None:
        router.push(router.path + replace(view, **changes).query())

    solara.Title(texts("page.title"))
    solara.Style(_STYLE)
    _Language(lang=view.lang)
    with solara.Column(classes=["page"], gap="4px"):
        _head(view, texts, go)
        if complaint:
            solara.Warning(complaint)
        if view.view == "policies":
            solara.HTML(unsafe_innerHTML=_policies(texts))
        elif answer is not None:
            _answer(view, answer, texts, region, go)
        told = f'<p class="state" role="status" aria-live="polite">{escape(state)}</p>'
        solara.HTML(unsafe_innerHTML=told)
        _levers(view, texts, region, go)


@solara.component_vue("language.vue")
def _Language(lang: str = "en") -> None:
    """Tells the browser which language the page is in."""


def _use_answer(view: View, texts: Texts) -> tuple[Comparison | None, str]:
    """The latest answer to what a view asks, and how far the full one is."""
    question = (view.policy, view.scenario().model_dump_json())
    arrived, arrive = solara.use_state((question, None, ""))

    def work(cancelled: Event) -> None:
        latest = None
        try:
            for worlds in STEPS:
                found = ENGINE.ask(view, worlds, lambda: not cancelled.is_set())
                if found is None or cancelled.is_set():
                    return
                latest = found
                arrive((question, latest, ""))
        except InputError as error:
            arrive((question, latest, str(error)))

    solara.use_thread(work, dependencies=[question], intrusive_cancel=False)
    asked, answer, error = arrived
    if asked != question:
        answer, error = None, ""
    if error:
        return answer, error
    if view.policy == "P0":
        return answer, texts("page.state.nothing")
    if answer is None:
        return None, texts("page.state.first", waiting=ENGINE.waiting)
    worlds = int(answer.meta["pairs"])
    done = worlds >= STEPS[-1]
    return answer, texts(
        "page.state.done" if done else "page.state.more", worlds=worlds, of=STEPS[-1]
    )


def _head(view: View, texts: Texts, go: Callable[..., None]) -> None:
    """Title, language and the parts of the page."""
    solara.HTML(
        unsafe_innerHTML=f"<h1>{escape(texts('page.title'))}</h1>"
        f'<p class="subject">{escape(texts("page.subject"))}</p>'
    )
    with solara.Row(style={"flex-wrap": "wrap"}, gap="8px"):
        for name in VIEWS:
            solara.Button(
                texts(f"page.view.{name}"), on_click=lambda name=name: go(view=name),
                outlined=view.view != name, color="primary" if view.view == name else None,
            )  # fmt: skip
        other = "ko" if view.lang == "en" else "en"
        solara.Button(texts("page.other_language"), text=True, on_click=lambda: go(lang=other))


def _answer(
    view: View, answer: Comparison, texts: Texts, region: Region, go: Callable[..., None]
) -> None:
    """The sentence, and the view's part of the answer."""
    said = escape(content.sentence(answer, view, texts, region))
    solara.HTML(unsafe_innerHTML=f'<p class="sentence">{said}</p>')
    if view.view == "limits":
        lines = [texts(f"page.limit.{n}") for n in range(1, 5)]
        lines += content.misses(answer, texts)
        listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
        solara.HTML(unsafe_innerHTML=f"<ul>{listed}</ul>")
        return
    if view.view == "map":
        picture = content.map_picture(answer, view, texts, region)
        levels = content.levels_picture(answer, view, texts)
        solara.HTML(
            unsafe_innerHTML=f'<div class="two"><div style="max-width:440px">{picture}'
            f'<p class="subject">{escape(texts("page.map.key"))}</p></div><div>{levels}'
            f"{content.cards(answer, view, texts)}</div></div>"
        )
        return
    pictures = content.levels_picture(answer, view, texts)
    differences = content.difference_picture(answer, view, texts)
    measure = texts(f"indicator.{view.measure}")
    heads = [escape(texts(f"page.{key}", measure=measure)) for key in ("levels", "differences")]
    solara.HTML(
        unsafe_innerHTML=f'<div class="two"><div><h2>{heads[0]}</h2>{pictures}</div>'
        f"<div><h2>{heads[1]}</h2>{differences}</div></div>{content.cards(answer, view, texts)}"
    )
    table = content.years_table(answer, view, texts)
    solara.HTML(
        unsafe_innerHTML=f"<details><summary>{escape(texts('page.table'))}</summary>{table}</details>"
        f"<details><summary>{escape(texts('page.reproduce'))}</summary>"
        f"<p><code>{escape(view.command())}</code></p></details>"
    )
    with solara.Row(style={"flex-wrap": "wrap"}):
        solara.FileDownload(
            lambda: content.numbers(answer), filename="innocluster.csv",
            label=texts("page.download.numbers"), mime_type="text/csv", icon_name=None,
        )  # fmt: skip
        solara.FileDownload(
            pictures, filename=f"{view.measure}.svg", label=texts("page.download.picture"),
            mime_type="image/svg+xml", icon_name=None,
        )  # fmt: skip


def _levers(view: View, texts: Texts, region: Region, go: Callable[..., None]) -> None:
    """What a visitor can change: policy, place, outcome, budget, parameters and forms."""
    korean = texts.language == "ko"
    solara.HTML(unsafe_innerHTML=f"<h2>{escape(texts('page.levers'))}</h2>")
    policies = {p.id: f"{p.id}  {p.name_ko if korean else p.name}" for p in _choices()}
    places = {"all": texts("page.everywhere")} | {
        key: content.place_name(key, region, texts) for key in region.complexes.keys
    }
    measures = {m: texts(f"indicator.{m}") for m in content.MEASURES}
    with solara.ColumnsResponsive(12, large=4):
        _select(texts("page.lever.policy"), policies, view.policy, lambda v: go(policy=v))
        _select(texts("page.lever.place"), places, view.place, lambda v: go(place=v))
        _select(texts("page.lever.measure"), measures, view.measure, lambda v: go(measure=v))
    low, high, step = _BUDGETS
    solara.SliderFloat(
        texts("page.lever.budget", times=plain(view.budget)), value=view.budget, min=low,
        max=high, step=step, on_value=lambda v: go(budget=round(v, 4)),
    )  # fmt: skip
    listed = "".join(f"<li>{escape(line)}</li>" for line in content.changes(view, texts))
    solara.HTML(
        unsafe_innerHTML=f"<p>{escape(texts('page.changed' if listed else 'page.unchanged'))}</p>"
        f"<ul>{listed}</ul>"
    )
    if listed:
        solara.Button(
            texts("page.reset"), on_click=lambda: go(budget=1.0, values={}, forms={}), text=True
        )
    with solara.Details(texts("page.lever.more")):
        with solara.ColumnsResponsive(12, large=6):
            for name in _LEVERS:
                _parameter(name, view, texts, go)
        with solara.ColumnsResponsive(12, large=6):
            for rule in RULES.values():
                forms = {k: f.label_ko if korean else f.label for k, f in rule.forms.items()}
                chosen = view.forms.get(rule.key, rule.default)

                def choose(form: str, rule: Any = rule) -> None:
                    kept = {k: v for k, v in view.forms.items() if k != rule.key}
                    go(forms=kept if form == rule.default else {**kept, rule.key: form})

                _select(rule.label_ko if korean else rule.label, forms, chosen, choose)


def _parameter(name: str, view: View, texts: Texts, go: Callable[..., None]) -> None:
    """A slider with unit, range and source."""
    p = PARAMETERS[name]
    unit = "" if p.unit == "1" else f", {p.unit}"
    value = view.values.get(name, p.default)

    def change(given: float) -> None:
        kept = {k: v for k, v in view.values.items() if k != name}
        rounded = float(f"{given:.6g}")
        go(values=kept if rounded == p.default else {**kept, name: rounded})

    with solara.Column(gap="0"):
        solara.SliderFloat(
            f"{p.label_ko if texts.language == 'ko' else p.label}{unit}: {value:g}", value=value,
            min=p.low, max=p.high, step=(p.high - p.low) / 20.0, on_value=change, thumb_label=False,
        )  # fmt: skip
        told = texts("page.lever.source", low=f"{p.low:g}", high=f"{p.high:g}", source=p.source)
        solara.HTML(unsafe_innerHTML=f'<p class="subject"><small>{escape(told)}</small></p>')


def _select(
    label: str, choices: dict[str, str], chosen: str, choose: Callable[[str], None]
) -> None:
    """A list of names, of which one is chosen."""
    keys = {name: key for key, name in choices.items()}
    solara.Select(
        label, values=list(keys), value=choices.get(chosen),
        on_value=lambda name: choose(keys[str(name)]),
    )  # fmt: skip


def _choices() -> list[Any]:
    """Policies that a visitor can choose."""
    return [policy for policy in registered_policies().values() if policy.programme]


def _policies(texts: Texts) -> str:
    """All policies with what they do."""
    korean = texts.language == "ko"
    rows = []
    for policy in registered_policies().values():
        rows.append(
            f'<tr><th scope="row">{escape(policy.id)}</th>'
            f"<td>{escape(policy.name_ko if korean else policy.name)}</td>"
            f"<td>{escape(policy.summary_ko if korean else policy.summary)}</td></tr>"
        )
    head = f"<h2>{escape(texts('page.view.policies'))}</h2>"
    return f'{head}<div class="table text"><table><tbody>{"".join(rows)}</tbody></table></div>'
