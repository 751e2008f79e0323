"""The life of one firm, university, institute or coordinator, as the model records it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import solara

from ...words.texts import Texts
from ..address import View
from ..content import region_of
from ..world.life import life_of
from ..world.record import World
from .content.coordinator import coordinator_page, coordinators
from .content.life_content import firm_page, suggestions
from .content.names import Names, agent_code, find_agent
from .content.tables import paragraph
from .one_world import Go, use_go, use_world

if TYPE_CHECKING:
    from innocluster.sim.beginning.population import Region

    from ..answers import Answer

__all__ = ["LifeView", "agent_buttons"]

_GREEN, _BLUE, _ORANGE, _PURPLE, _INK = "#009E73", "#0072B2", "#D55E00", "#B0548A", "#333333"
_SHOWN = 15


@solara.component
def LifeView(view: View, answer: Answer | None) -> None:
    """One agent's life under B, or whom one could look at."""
    texts = Texts(view.lang)
    region, go = region_of(view), use_go(view)
    world, said = use_world(view, view.policy, texts)
    if world is None:
        solara.HTML(unsafe_innerHTML=f'<p class="state" role="status">{escape(said)}</p>')
        return
    kind, _, number = view.agent.partition("-")
    if find_agent(world, view.agent) is not None:
        _Agent(world, view, region, go)
    elif kind == "coordinator" and number in map(str, range(len(coordinators(region, texts)))):
        _back(texts, go)
        solara.HTML(unsafe_innerHTML=coordinator_page(world, int(number), region, texts))
    else:
        if view.agent:
            solara.Warning(texts("page.life.unknown", agent=view.agent))
        _Choice(world, view, region, go)


@solara.component
def _Agent(world: World, view: View, region: Region, go: Go) -> None:
    """One agent that is there."""
    texts = Texts(view.lang)
    names = Names(region, texts)
    agent = find_agent(world, view.agent) or 0
    life = solara.use_memo(lambda: life_of(world, agent), [id(world), agent])
    _back(texts, go)
    solara.HTML(unsafe_innerHTML=firm_page(world, life, names))
    partners = [p.agent for p in life.partners[:8]]
    agent_buttons(texts("page.life.go_on"), partners, world, names, go)


def _back(texts: Texts, go: Go) -> None:
    solara.Button(
        texts("page.life.back"), text=True, on_click=lambda: go(agent=""),
        style={"align-self": "flex-start"},
    )  # fmt: skip


def agent_buttons(
    title: str, agents: Sequence[int], world: World, names: Names, go: Go
) -> None:  # fmt: skip
    """Agents as buttons that lead to their lives."""
    if not agents:
        return
    solara.HTML(unsafe_innerHTML=f"<h3>{escape(title)}</h3>")
    with solara.Row(style={"flex-wrap": "wrap"}, gap="6px"):
        for agent in agents:
            code = agent_code(world, agent)
            solara.Button(
                names.agent(world, agent), outlined=True, small=True,
                on_click=lambda code=code: go(view="life", agent=code),
            )  # fmt: skip


@solara.component
def _Choice(world: World, view: View, region: Region, go: Go) -> None:
    """Whom one could look at: by number, or by what makes them stand out."""
    texts = Texts(view.lang)
    names = Names(region, texts)
    wanted, want = solara.use_state("")
    missing, miss = solara.use_state("")
    solara.HTML(unsafe_innerHTML=paragraph(texts("page.life.about"), "subject"))

    def find() -> None:
        code = f"firm-{wanted.strip()}"
        if find_agent(world, code) is None:
            miss(texts("page.network.missing"))
        else:
            go(agent=code)

    with solara.Row(style={"flex-wrap": "wrap", "align-items": "center"}):
        solara.InputText(texts("page.network.find"), value=wanted, on_value=want)
        solara.Button(texts("page.network.open"), on_click=find, color="primary")
    solara.HTML(unsafe_innerHTML=f'<p role="status">{escape(missing)}</p>')
    for key, agents in suggestions(world).items():
        agent_buttons(texts(f"page.life.suggest.{key}"), agents, world, names, go)
    solara.HTML(unsafe_innerHTML=f"<h3>{escape(texts('page.life.suggest.coordinators'))}</h3>")
    with solara.Row(style={"flex-wrap": "wrap"}, gap="6px"):
        for n, name in enumerate(coordinators(region, texts)):
            solara.Button(
                name, outlined=True, small=True,
                on_click=lambda n=n: go(view="life", agent=f"coordinator-{n}"),
            )  # fmt: skip
