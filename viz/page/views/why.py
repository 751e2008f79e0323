"""Why B differs from A: growth by channel, shares of channels, network, spending."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import solara

from innocluster.scenarios.arms import BASELINE, resolve_arm
from innocluster.scenarios.errors import InputError

from ...words.choices import turning_points
from ...words.texts import Texts
from ..address import View
from ..content import arm_name, region_of
from ..world.jobs import attribute, finished_folders, job_folder, results_root
from .content.lesson_content import latest_decision, lesson_page
from .content.stored_content import attribution_page, read_attribution
from .content.tables import paragraph
from .content.why_content import growth_page, network_page, spending_page
from .jobs_view import JobButtons
from .one_world import use_world

if TYPE_CHECKING:
    from ..answers import Answer

__all__ = ["WhyView"]


@solara.component
def WhyView(view: View, answer: Answer | None) -> None:
    """What the difference between B and A is made of."""
    texts, region = Texts(view.lang), region_of(view)
    a, said_a = use_world(view, view.against, texts)
    b, said_b = use_world(view, view.policy, texts)
    names = (arm_name(view.against, view, texts), arm_name(view.policy, view, texts))
    solara.HTML(unsafe_innerHTML=paragraph(texts("page.why.about"), "subject"))
    if a is None or b is None:
        told = said_b if b is None else said_a
        solara.HTML(unsafe_innerHTML=f'<p class="state" role="status">{escape(told)}</p>')
    else:
        keys = region.complexes.keys
        place = 1 + keys.index(view.place) if view.place in keys else 0
        places = [place - 1] if place else list(range(len(keys)))
        solara.HTML(
            unsafe_innerHTML=f'<div class="two"><section>{growth_page(a, b, place, names, texts)}'
            f"</section><section>{spending_page(b, places, texts)}</section></div>"
            f"{network_page(a, b, place, names, texts)}"
        )
    _Shares(view)
    solara.HTML(unsafe_innerHTML=_turning(view, answer, texts))


@solara.component
def _Shares(view: View) -> None:
    """Shapley shares of B against no programme: stored ones, or a start of the work."""
    texts = Texts(view.lang)
    arm = resolve_arm(view.policy, view.scenario())
    solara.HTML(unsafe_innerHTML=f"<h2>{escape(texts('page.why.shapley'))}</h2>")
    again, set_again = solara.use_state(0)
    if arm.policy == BASELINE:
        solara.HTML(unsafe_innerHTML=paragraph(texts("page.state.nothing")))
        return
    folder = job_folder("explore", arm.scenario, (arm.policy,))
    try:
        page = attribution_page(read_attribution(folder), texts)
    except InputError:
        page = paragraph(texts("page.why.shapley_about"))
    solara.HTML(unsafe_innerHTML=page)
    JobButtons(
        attribute, arm.scenario, (arm.policy,), folder, texts("page.why.shapley_start"), texts,
        lambda: set_again(again + 1),
    )  # fmt: skip


def _turning(view: View, answer: Answer | None, texts: Texts) -> str:
    """What would change the answer: a stored decision, or what the worlds that are there tell."""
    head = f"<h2>{escape(texts('page.stored.turning'))}</h2>"
    root = results_root()
    found = latest_decision([root / name for name in finished_folders(root)], view.arms())
    if found is not None:
        folder, lesson = found
        said = paragraph(texts("page.why.turning_from", folder=folder.name), "subject")
        return head + said + lesson_page(lesson, texts)
    lines = turning_points(answer.comparison, texts) if answer is not None else []
    if not lines:
        return head + paragraph(texts("page.why.turning_none"))
    return head + "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
