"""A form that writes the file of a sweep: what varies, between what, and what is looked at."""

from __future__ import annotations

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
    labels = {label: entry for entry, label in entries.items()}

    def pick(given: list[str]) -> None:
        choose([labels[label] for label in given])

    solara.HTML(unsafe_innerHTML=f"<h2>{escape(texts('page.sweep.title'))}</h2>")
    with solara.ColumnsResponsive(12, large=6):
        solara.SelectMultiple(
            texts("page.sweep.vary"), [entries[e] for e in chosen], list(labels), on_value=pick
        )
        solara.SelectMultiple(
            texts("page.sweep.policies"), policies, list(registered_policies()),
            on_value=set_policies,
        )  # fmt: skip
        solara.SelectMultiple(
            texts("page.sweep.outcomes"), measures, list(MEASURES), on_value=set_measures
        )
        solara.Select(texts("page.sweep.points"), list(_POINTS), points, on_value=set_points)
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
