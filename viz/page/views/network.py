"""The network of members and mini-clusters, month by month, drawn in the browser."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import solara

from ...words.texts import Texts
from ..address import View
from ..content import arm_name, region_of
from ..world.record import World
from .content.names import agent_code, find_agent
from .content.network_feed import feed
from .content.tables import paragraph
from .one_world import use_go, use_world

if TYPE_CHECKING:
    from innocluster.sim.beginning.population import Region

    from ..answers import Answer

__all__ = [
    "NetworkView",
]


@solara.component_vue("network.vue")
def _Picture(
    words: dict[str, str | list[str]],
    frame: dict[str, Any],
    agents: bytes,
    numbers: bytes,
    members: bytes,
    firms: bytes,
    spans: bytes,
    ties: bytes,
    chosen: int,
    event_pick: Any,
) -> None:
    """Draws what it is fed with once; play, filters and zoom need no server."""


@solara.component
def NetworkView(view: View, answer: Answer | None) -> None:
    """Who deals with whom in one world, under B or under A."""
    texts = Texts(view.lang)
    region = region_of(view)
    other, set_other = solara.use_state(False)
    world, said = use_world(view, view.against if other else view.policy, texts)
    solara.HTML(unsafe_innerHTML=paragraph(texts("page.network.about"), "subject"))
    label = texts("page.network.without", arm=arm_name(view.against, view, texts))
    solara.Checkbox(label=label, value=other, on_value=set_other, style="margin: 0")
    if world is None:
        solara.HTML(unsafe_innerHTML=f'<p class="state" role="status">{escape(said)}</p>')
    else:
        _World(world, view, region)


@solara.component
def _World(world: World, view: View, region: Region) -> None:
    """The picture of a world that is there."""
    go = use_go(view)

    def pick(number: int) -> None:
        go(view="life", agent=agent_code(world, int(number)))

    texts = Texts(view.lang)
    fed = solara.use_memo(lambda: feed(world, region, texts), [id(world), view.lang])
    chosen = find_agent(world, view.agent)
    _Picture(**fed, chosen=-1 if chosen is None else chosen, event_pick=pick)
