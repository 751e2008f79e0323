"""Results of the results folder: opened by their names, never outside it, or started here."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import solara

from innocluster.scenarios.arms import BASELINE
from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.policies import registered_policies
from innocluster.scenarios.statistics.posterior import load_posterior

from ...figures.front_figure import front_figure
from ...figures.panels import Drawing
from ...figures.saving import render_svg
from ...figures.style import figure_style
from ...words.messages import Messages, error_line
from ...words.texts import Texts
from ..address import View
from ..world.jobs import finished_folders, job_folder, over_forms, rank, results_root
from .content.posterior_content import posterior_page
from .content.stored_content import stored_page
from .content.tables import paragraph
from .jobs_view import JobButtons
from .one_world import use_go
from .sweep_form import SweepForm

if TYPE_CHECKING:
    from ..answers import Answer

__all__ = ["StoredView"]


@solara.component
def StoredView(view: View, answer: Answer | None) -> None:
    """A stored result, or which there are."""
    texts, go, root = Texts(view.lang), use_go(view), results_root()
    again, set_again = solara.use_state(0)
    names = finished_folders(root)
    solara.HTML(unsafe_innerHTML=paragraph(texts("page.stored.about"), "subject"))
    if not names:
        solara.HTML(unsafe_innerHTML=paragraph(texts("page.stored.none")))
    with solara.Row(style={"flex-wrap": "wrap"}, gap="6px"):
        for name in names[:24]:
            solara.Button(
                name, outlined=name != view.agent, small=True,
                on_click=lambda name=name: go(agent=name), style={"text-transform": "none"},
            )  # fmt: skip
    if view.agent in names:
        solara.HTML(unsafe_innerHTML=_page(root / view.agent, texts))
    elif view.agent:
        solara.Warning(texts("page.stored.unknown"))
    solara.HTML(unsafe_innerHTML=f"<h2>{escape(texts('page.stored.compare'))}</h2>")
    arms = tuple(p.id for p in registered_policies().values() if p.programme)
    scenario = view.scenario()
    folder = job_folder("compare", scenario, arms)
    solara.HTML(unsafe_innerHTML=paragraph(texts("page.stored.compare_about", arms=len(arms))))
    JobButtons(
        rank, scenario, arms, folder, texts("page.stored.compare_start"), texts,
        lambda: set_again(again + 1),
    )  # fmt: skip
    solara.HTML(unsafe_innerHTML=f"<h2>{escape(texts('page.stored.forms'))}</h2>")
    two = tuple(dict.fromkeys(arm for arm in view.arms() if arm != BASELINE))
    solara.HTML(unsafe_innerHTML=paragraph(texts("page.stored.forms_about")))
    if two:
        JobButtons(
            over_forms, scenario, two, job_folder("forms", scenario, two),
            texts("page.stored.forms_start"), texts, lambda: set_again(again + 1),
        )  # fmt: skip
    SweepForm(view)
    solara.HTML(unsafe_innerHTML=_posterior(view.lang))


def _page(folder: Path, texts: Texts) -> str:
    """A result with the picture of its front, where it has one."""
    try:
        page = stored_page(folder, texts)
    except InputError as error:
        return paragraph(error_line(error, Messages(texts.language)), "wrong")
    front = ""
    if (folder / "effects.parquet").is_file():
        front = _front(folder, folder.stat().st_mtime_ns, texts.language)
    title = f"<h2>{escape(folder.name)}</h2>"
    return f"{title}<div style='max-width:760px'>{front}</div>{page}"


@cache
def _posterior(language: str) -> str:
    """The posterior that ships with the software, or why it cannot be read."""
    try:
        return posterior_page(load_posterior(), Texts(language))
    except InputError as error:
        return paragraph(error_line(error, Messages(language)), "wrong")


@cache
def _front(folder: Path, changed: int, language: str) -> str:
    """Front of cost and effect as SVG."""
    texts = Texts(language)
    with figure_style(language):
        figure = front_figure(Comparison.load(folder), texts)
        if figure is None:
            return ""
        title = texts("page.stored.front")
        return render_svg(Drawing("front", title, texts("page.stored.front_note"), figure))
