"""Contested rules in words: the forms of each, what speaks for them, and their weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from innocluster.scenarios.errors import COMMAND_LINE, InputError, choices
from innocluster.scenarios.form_plugins import load_forms
from innocluster.sim.ground.forms import RULES
from innocluster.viz.words.messages import Messages
from innocluster.viz.words.texts import Texts

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["describe_forms", "print_forms"]


def describe_forms(chosen: str | None, language: str) -> list[dict[str, Any]]:
    """One rule, or all of them, with their forms, as rows for people and programs.

    Parameters
    ----------
    chosen : name of a rule; ``None`` for all
    language : ``"en"`` or ``"ko"``, of the labels

    Raises
    ------
    InputError
        If there is no such rule.
    """
    added, korean, said = load_forms(), language == "ko", Messages(language)
    if chosen is not None and chosen not in RULES:
        allowed = choices(chosen, tuple(RULES))
        raise InputError(file=COMMAND_LINE, key="rule", value=chosen, allowed=allowed)
    rules = RULES.values() if chosen is None else [RULES[chosen]]
    return [
        {
            "rule": rule.key,
            "equation": rule.equation,
            "label": rule.label_ko if korean else rule.label,
            "default": rule.default,
            "forms": [
                {
                    "form": form.key,
                    "label": form.label_ko if korean else form.label,
                    "weight": form.weight,
                    "evidence": said("source", form.evidence),
                    "package": added.get((rule.key, form.key), "innocluster"),
                }
                for form in rule.forms.values()
            ],
        }
        for rule in rules
    ]


def print_forms(rows: list[dict[str, Any]], language: str, console: Console | None = None) -> None:
    """Print rows of `describe_forms`, one block a rule, the form that runs take first.

    Parameters
    ----------
    console : where to print, standard output by default
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    texts, out = Texts(language), console or Console(highlight=False, markup=False)
    for row in rows:
        out.print(Text.assemble((row["rule"], "bold"), f"  {row['equation']}  {row['label']}"))
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
        table.add_column(overflow="fold")
        for form in row["forms"]:
            mark = f" ({texts('forms.usual')})" if form["form"] == row["default"] else ""
            table.add_row(f"  {form['form']}", f"{form['weight']:g}", f"{form['label']}{mark}")
            table.add_row("", "", form["evidence"], style="dim")
            if form["package"] != "innocluster":
                table.add_row("", "", form["package"], style="dim")
        out.print(table)
        out.print()
