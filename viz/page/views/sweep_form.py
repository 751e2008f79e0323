"""A form that writes the file of a sweep: what varies, between what, and what is looked at."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import solara

from innocluster.scenarios.policies import registered_policies
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

from ...words.texts import Texts
from ..address import MEASURES, View
from .content.sweep_file import Axis, sweep_file

__all__ = ["SweepForm"]

_POINTS = (16, 32, 64, 128, 256, 512)


@solara.component_vue("pick.vue")
def _Pick(
    name: str, label: str, kind: str, options: list[list[str]], chosen: list[str],
    event_changed: Callable[[list[str]], None],
) -> None:  # fmt: skip
    """One or several of some options, as radio buttons or boxes."""


@solara.component
def SweepForm(view: View) -> None:
    """Choices, the file as it will be, and its download."""
    texts = Texts(view.lang)
    korean = view.lang == "ko"
    chosen, choose = solara.use_state(["parameters.joint_gain"])
    policies, set_policies = solara.use_state([view.against, view.policy])
    measures, set_measures = solara.use_state([view.measure])
    points, set_points = solara.use_state(64)
    worlds, set_worlds = solara.use_state(2)
    entries: dict[str, str] = {"programme.budget_scale": texts("page.lever.budget_name")}
    entries |= {
        f"parameters.{n}": f"{p.label_ko if korean else p.label} ({n})"
        for n, p in PARAMETERS.items()
        if p.low < p.high
    }
    entries |= {f"forms.{k}": r.label_ko if korean else r.label for k, r in RULES.items()}
    known = registered_policies()
    named = {p.id: f"{p.id}  {p.name_ko if korean else p.name}" for p in known.values()}
    outcomes = {name: texts(f"indicator.{name}") for name in MEASURES}
    numbers = {str(n): str(n) for n in _POINTS}

    def pick_points(given: list[str]) -> None:
        set_points(int(given[0]))

    solara.HTML(unsafe_innerHTML=f"<h2>{escape(texts('page.sweep.title'))}</h2>")
    with solara.ColumnsResponsive(12, large=6):
        for name, options, there, changed in (
            ("vary", entries, chosen, choose), ("policies", named, policies, set_policies),
            ("outcomes", outcomes, measures, set_measures),
            ("points", numbers, [str(points)], pick_points),
        ):  # fmt: skip
            _Pick(
                name=name, label=texts(f"page.sweep.{name}"),
                kind="radio" if name == "points" else "checkbox",
                options=[list(pair) for pair in options.items()], chosen=there,
                event_changed=changed,
            )  # fmt: skip
        solara.SliderInt(
            texts("page.sweep.worlds", worlds=worlds), worlds, min=1, max=16, on_value=set_worlds
        )
    axes = [_axis(entry) for entry in chosen]
    base: dict[str, Any] = view.settings()
    text = sweep_file(axes, policies, measures, points, worlds, int(view.last[:4]), base)
    runs = texts("page.sweep.runs", runs=points * worlds * len(policies))
    shown = f'<pre class="file">{escape(text)}</pre>'
    solara.HTML(unsafe_innerHTML=f'<p role="status">{escape(runs)}</p>{shown}')
    solara.FileDownload(
        text, filename="sweep.toml", label=texts("page.sweep.download"),
        mime_type="application/toml", icon_name=None,
    )  # fmt: skip


def _axis(entry: str) -> Axis:
    """What an entry varies between: the range of the parameter table, or all forms of a rule."""
    table, _, name = entry.partition(".")
    if table == "forms":
        return Axis(entry, values=tuple(RULES[name].forms))
    if table == "parameters":
        return Axis(entry, low=PARAMETERS[name].low, high=PARAMETERS[name].high)
    return Axis(entry, low=0.25, high=4.0)
