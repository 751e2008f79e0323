"""Asking for one world: simulated where it is not there yet, told month by month."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING, Any

import solara

from innocluster.scenarios.arms import resolve_arm
from innocluster.scenarios.errors import InputError

from ...words.messages import Messages, error_line
from ..address import View
from ..world.record import World
from ..world.worlds import Worlds

if TYPE_CHECKING:
    from ...words.texts import Texts

__all__ = ["WORLDS", "Go", "use_go", "use_world"]

WORLDS = Worlds()
"""The process that simulates single worlds; it keeps no state of a visitor."""

Go = Callable[..., None]
"""Leads to another view: takes what changes in the address."""


def use_go(view: View) -> Go:
    """What leads from a view to another."""
    router = solara.use_router()

    def go(**changes: Any) -> None:
        router.push(router.path + view.changed(**changes).query())

    return go


def use_world(view: View, arm: str, texts: Texts) -> tuple[World | None, str]:
    """The first world of a view under one of its arms, and how far it is."""
    found = resolve_arm(arm, view.scenario())
    scenario, policy = found.scenario, found.policy
    question = (policy, scenario.model_dump_json())
    arrived, arrive = solara.use_state((question, None, ""))

    def work(cancelled: Event) -> None:
        def told(month: int) -> None:
            key = "page.world.compiling" if month < 0 else "page.world.month"
            arrive((question, None, texts(key, month=month, of=scenario.months)))

        try:
            world = WORLDS.find(scenario, policy, lambda: not cancelled.is_set(), told)
            if not cancelled.is_set():
                arrive((question, world, ""))
        except InputError as error:
            arrive((question, None, error_line(error, Messages(texts.language))))

    solara.use_thread(work, dependencies=[question], intrusive_cancel=False)
    asked, world, said = arrived
    if asked != question or (world is None and not said):
        return None, texts("page.world.waiting")
    return world, said
