"""Help of the commands in the reader's language, folded by the width of its letters."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from innocluster.viz.words.messages import Messages

from .console import spoken

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Command", "Group", "print_help"]


class Command(TyperCommand):
    """A command with its help page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the page."""
        print_help(self, ctx, spoken(sys.argv[1:]))


class Group(TyperGroup):
    """All commands, with the page that lists them."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the page."""
        print_help(self, ctx, spoken(sys.argv[1:]))


def print_help(command: Any, context: Any, words: Messages, console: Console | None = None) -> None:
    """Print usage, what a command does, its arguments, options and the commands below it.

    Parameters
    ----------
    command, context : of the command line's reader
    console : where to print, standard output by default
    """
    from rich.console import Console

    out = console or Console(highlight=False)
    pieces = [words("help", piece) for piece in command.collect_usage_pieces(context)]
    usage = " ".join([words("help", "Usage:"), context.command_path, *pieces])
    out.print(usage, markup=False, style="bold", soft_wrap=True)
    out.print(f"\n{_said(command.help, words)}\n", markup=False, overflow="fold")
    parameters = [p for p in command.get_params(context) if not getattr(p, "hidden", False)]
    arguments = [p for p in parameters if p.param_type_name == "argument"]
    options = [p for p in parameters if p.param_type_name != "argument"]
    _section("Arguments", ((p.metavar or p.name, _about(p, words)) for p in arguments), words, out)
    _section("Options", ((_names(p), _about(p, words)) for p in options), words, out)
    if hasattr(command, "list_commands"):
        below = {
            name: command.get_command(context, name) for name in command.list_commands(context)
        }
        rows = ((name, _said(one.help, words)) for name, one in below.items())
        _section("Commands", rows, words, out)


def _section(
    title: str, rows: Iterable[tuple[str, str]], words: Messages, console: Console
) -> None:
    """A title and two columns: what there is, and what it does."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold", min_width=10, max_width=30)
    table.add_column(overflow="fold", ratio=1)
    for name, text in rows:
        table.add_row(Text(f"  {name}", style="cyan"), Text(text))
    if table.row_count:
        console.print(words("help", title), style="bold", markup=False)
        console.print(table)
        console.print()


def _said(text: str | None, words: Messages) -> str:
    return words("help", " ".join((text or "").split()))


def _names(parameter: Any) -> str:
    """Names of an option and what stands behind them."""
    names = ", ".join(parameter.opts)
    if parameter.secondary_opts:
        return f"{names} / {', '.join(parameter.secondary_opts)}"
    if parameter.is_flag:
        return names
    return f"{names} {parameter.metavar or 'VALUE'}"


def _about(parameter: Any, words: Messages) -> str:
    """What a parameter does, and what it is where nobody says."""
    said = _said(getattr(parameter, "help", None), words)
    if parameter.required:
        return f"{said} {words('help', '[required]')}"
    default = getattr(parameter.default, "value", parameter.default)
    if default is None or isinstance(default, bool) or not isinstance(default, str | int | float):
        return said
    return f"{said} {words('help', '[default: {value}]', value=default)}"
