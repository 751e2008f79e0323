"""A complex's own page: its revenue with band, mini-clusters, sectors, firms, research bodies."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import solara

from ...words.texts import Texts
from ..address import View
from ..content import cards, levels_picture, place_name, region_of, years_table
from .content.coordinator import coordinators
from .content.names import Names
from .content.place_content import firms_of, place_facts, place_world
from .content.tables import folded, paragraph
from .life import agent_buttons
from .one_world import use_go, use_world

if TYPE_CHECKING:
    from ..answers import Answer

__all__ = ["PlaceView"]


@solara.component
def PlaceView(view: View, answer: Answer | None) -> None:
    """The complex that is looked at, or the choice of one."""
    texts, region, go = Texts(view.lang), region_of(view), use_go(view)
    world, said = use_world(view, view.policy, texts)
    keys = region.complexes.keys
    with solara.Row(style={"flex-wrap": "wrap"}, gap="6px"):
        for key in keys:
            solara.Button(
                place_name(key, region, texts), outlined=key != view.place, small=True,
                color="primary" if key == view.place else None,
                on_click=lambda key=key: go(place=key),
            )  # fmt: skip
    if view.place not in keys:
        solara.HTML(unsafe_innerHTML=paragraph(texts("page.place.choose"), "subject"))
        return
    place, names = keys.index(view.place), Names(region, texts)
    parts = [f"<h2>{escape(names.complexes[place])}</h2>"]
    if answer is not None:
        numbers = folded(texts("page.table_of"), years_table(answer, view, texts))
        parts.append(
            f'<div class="two"><div>{levels_picture(answer, view, texts)}'
            f"{paragraph(texts('page.levels.key'), 'subject')}{numbers}</div>"
            f"<div>{cards(answer, view, texts)}</div></div>"
        )
    facts = place_facts(place, region, names)
    if world is None:
        told = f'<p class="state" role="status">{escape(said)}</p>'
        solara.HTML(unsafe_innerHTML="".join(parts) + facts + told)
        return
    lived = place_world(world, place, names)
    parts.append(f'<div class="two"><div>{lived}</div><div>{facts}</div></div>')
    solara.HTML(unsafe_innerHTML="".join(parts))
    agent_buttons(texts("page.place.lives"), firms_of(world, place)[:8].tolist(), world, names, go)
    group = len(coordinators(region, texts)) - len(keys) + place
    with solara.Row(style={"flex-wrap": "wrap"}, gap="6px"):
        solara.Button(
            coordinators(region, texts)[group], outlined=True, small=True,
            on_click=lambda: go(view="life", agent=f"coordinator-{group}"),
        )  # fmt: skip
