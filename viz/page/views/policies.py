"""All policies: what each does, knows and pays for, where it is from; and what roles are worth."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import solara

from innocluster.agents.firms import role_efficiency
from innocluster.scenarios.policies import registered_policies
from innocluster.sim.ground.parameters import PARAMETERS

from ...words.messages import Messages
from ...words.quantities import plain, precise
from ...words.texts import Texts
from ..address import View
from .content.pictures import curve
from .content.tables import folded, paragraph, table
from .one_world import use_go

if TYPE_CHECKING:
    from ..answers import Answer

__all__ = ["PoliciesView", "policies_table", "roles_page"]

_INSTRUMENTS = ("joins", "events", "tasks", "grants", "screened", "pools", "tasks_by_need")
_OF_GRANTS = ("screened", "pools")
_ROLES = 3
_STEPS = 20


@solara.component
def PoliciesView(view: View, answer: Answer | None) -> None:
    """Policies with their rules and sources, and what role adherence does."""
    texts, go = Texts(view.lang), use_go(view)
    solara.HTML(unsafe_innerHTML=policies_table(texts) + roles_page(view, texts))
    with solara.Row(style={"flex-wrap": "wrap"}, gap="6px"):
        solara.Button(
            texts("page.policies.rank"), outlined=True, on_click=lambda: go(view="stored", agent="")
        )


def policies_table(texts: Texts) -> str:
    """A row a policy."""
    korean = texts.language == "ko"
    rows = []
    for policy in registered_policies().values():
        levers = [n for n in _INSTRUMENTS if policy.programme and getattr(policy, n)]
        if "grants" not in levers:
            levers = [n for n in levers if n not in _OF_GRANTS]
        rows.append(
            [
                policy.id,
                policy.name_ko if korean else policy.name,
                policy.summary_ko if korean else policy.summary,
                policy.knows_ko if korean else policy.knows,
                ", ".join(texts(f"page.policies.lever.{n}") for n in levers) or "–",
                Messages(texts.language)("source", policy.source),
            ]
        )
    head = [
        texts(f"page.policies.{k}") for k in ("id", "name", "rule", "knows", "levers", "source")
    ]
    return table(texts("page.policies.caption"), head, rows, text=True)


def roles_page(view: View, texts: Texts) -> str:
    """F7: efficiency of the division of roles by how strictly all keep to their own."""
    returns = view.values.get("role_returns", PARAMETERS["role_returns"].default)
    reference = view.values.get("role_adherence", PARAMETERS["role_adherence"].default)
    asked = view.values.get("programme_adherence", PARAMETERS["programme_adherence"].default)
    shares = [n / _STEPS for n in range(_STEPS + 1)]
    points = [(100.0 * x, 100.0 * role_efficiency(x, _ROLES, returns)) for x in shares]
    marks = [
        (100.0 * x, 100.0 * role_efficiency(x, _ROLES, returns), texts(f"page.roles.{key}"))
        for x, key in ((reference, "reference"), (asked, "asked"))
    ]
    title = texts("page.roles.title")
    told = texts("page.roles.about", returns=plain(returns))
    drawn = curve(title, told, points, marks, (texts("page.roles.x"), texts("page.roles.y")))
    rows = [[precise(x, 0), precise(y, 1)] for x, y in points]
    numbers = table(title, [texts("page.roles.x"), texts("page.roles.y")], rows)
    return (
        f"<h2>{escape(title)}</h2>{paragraph(told)}<div style='max-width:560px'>{drawn}</div>"
        f"{folded(texts('page.table_of'), numbers)}"
    )
