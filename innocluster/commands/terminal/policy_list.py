"""The coordination policies in words: what each does, with which instruments, what it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from innocluster.scenarios.errors import COMMAND_LINE
from innocluster.scenarios.policies import find_policy, plugins, registered_policies
from innocluster.sim.coordination.policy import Policy
from innocluster.viz.words.messages import Messages
from innocluster.viz.words.texts import Texts

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["describe_policies", "instruments", "print_policies"]


def instruments(policy: Policy) -> list[str]:
    """What the money of a policy goes to, and what else it asks of firms.

    Returns
    -------
    some of ``joining``, ``events``, ``tasks``, ``grants`` or ``unscreened_grants``,
    ``payments`` and ``roles``, in this order; nothing without a programme
    """
    if not policy.programme:
        return []
    used = {
        "joining": policy.joins,
        "events": policy.events,
        "tasks": policy.tasks,
        "grants": policy.grants and policy.screened,
        "unscreened_grants": policy.grants and not policy.screened,
        "payments": type(policy).pay is not Policy.pay,
        "roles": policy.adherence is not None,
    }
    return [name for name, is_used in used.items() if is_used]


def describe_policies(chosen: str | None, language: str) -> list[dict[str, Any]]:
    """One policy, or all of them, as rows for people and programs.

    Parameters
    ----------
    chosen : id or key; ``None`` for all
    language : ``"en"`` or ``"ko"``, of name, summary and what it knows

    Raises
    ------
    InputError
        If there is no such policy.
    """
    korean = language == "ko"
    policies = (
        registered_policies().values() if chosen is None else [find_policy(chosen, COMMAND_LINE)]
    )
    added = plugins()
    return [
        {
            "id": policy.id,
            "key": policy.key,
            "name": policy.name_ko if korean else policy.name,
            "summary": policy.summary_ko if korean else policy.summary,
            "instruments": instruments(policy),
            "knows": policy.knows_ko if korean else policy.knows,
            "source": Messages(language)("source", policy.source),
            "package": added[policy.id].package if policy.id in added else "innocluster",
        }
        for policy in policies
    ]


def print_policies(
    rows: list[dict[str, Any]], language: str, console: Console | None = None
) -> None:
    """Print rows of `describe_policies`, one block a policy.

    Parameters
    ----------
    console : where to print, standard output by default
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    texts, out = Texts(language), console or Console(highlight=False, markup=False)
    for row in rows:
        out.print(Text.assemble((row["id"], "bold"), f"  {row['key']}  {row['name']}"))
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        used = [texts(f"instrument.{name}") for name in row["instruments"]]
        for name, text in (
            ("summary", row["summary"]),
            ("instruments", ", ".join(used) or texts("instrument.nothing")),
            ("knows", row["knows"]),
            ("source", row["source"]),
            ("package", row["package"]),
        ):
            if name != "package" or text != "innocluster":
                table.add_row(f"  {texts(f'policy.{name}')}", text)
        out.print(table)
        out.print()
