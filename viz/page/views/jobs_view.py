"""Buttons that start and end long work, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from threading import Event

import solara

from innocluster.scenarios.schema import Scenario

from ...words.texts import Texts
from ..world.jobs import Jobs, State

__all__ = ["JOBS", "JobButtons"]

JOBS = Jobs()
"""Work that visitors started; it keeps no state of a visitor."""


@solara.component
def JobButtons(
    work: Callable[..., None], scenario: Scenario, arms: tuple[str, ...], folder: Path, label: str,
    texts: Texts, finished: Callable[[], None],
) -> None:  # fmt: skip
    """Start, progress and cancel of one piece of work; `finished` is called when it is done."""
    state, set_state = solara.use_state(JOBS.state(folder))
    asked, ask = solara.use_state(0)

    def watch(cancelled: Event) -> None:
        while not cancelled.is_set():
            now = JOBS.state(folder)
            set_state(now)
            if now.phase != "running":
                if now.phase == "done":
                    finished()
                return
            cancelled.wait(0.7)

    solara.use_thread(watch, dependencies=[str(folder), asked], intrusive_cancel=False)

    def start() -> None:
        if JOBS.start(work, scenario, arms, folder):
            ask(asked + 1)
        else:
            set_state(State(0, 0, -1.0, "busy"))

    def cancel() -> None:
        JOBS.cancel(folder)

    told = escape(_told(state, texts))
    solara.HTML(unsafe_innerHTML=f'<p class="state" role="status" aria-live="polite">{told}</p>')
    if state.phase == "running":
        solara.Button(texts("page.job.cancel"), outlined=True, on_click=cancel)
    elif state.phase != "done":
        solara.Button(label, color="primary", on_click=start)


def _told(state: State, texts: Texts) -> str:
    """How far work is, in words."""
    if state.phase == "running" and state.wanted:
        left = texts("page.job.left", minutes=max(1, round(state.seconds / 60.0)))
        return texts("page.job.runs", done=state.done, wanted=state.wanted) + (
            f" {left}" if state.seconds >= 0.0 else ""
        )
    return texts(f"page.job.{state.phase}")
