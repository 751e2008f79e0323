"""The commands ``innocluster replicate NAME``: published models and checks of this one.

Every replication is a command of its own, made of the parameters that it declares; one that
is added to `EVERY_REPLICATION` appears here by itself.
"""

from __future__ import annotations

import sys
from inspect import Parameter, Signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from innocluster.viz.words.messages import Messages

from .finishing import command_typed
from .options import (
    LANGUAGE,
    JsonOption,
    Language,
    LanguageOption,
    OutOption,
    QuietOption,
    speak_below,
)
from .terminal.console import print_json, spoken
from .terminal.help_page import Command, Group

if TYPE_CHECKING:
    from innocluster.calibration.published.replications import Replication

__all__ = ["replicate_application"]


class _Replications(Group):
    """Commands found by name when one is asked for, since the models take time to import."""

    def list_commands(self, ctx: Any) -> list[str]:
        from innocluster.calibration.every_replication import EVERY_REPLICATION

        return list(EVERY_REPLICATION)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        from innocluster.calibration.every_replication import EVERY_REPLICATION
        from innocluster.calibration.published.replications import find_replication

        return _command(find_replication(cmd_name, EVERY_REPLICATION))


replicate_application = typer.Typer(
    name="replicate", cls=_Replications, no_args_is_help=True, subcommand_metavar="NAME [OPTIONS]"
)


@replicate_application.callback()
def _replicate(context: typer.Context, lang: LanguageOption = LANGUAGE) -> None:
    """Solve a published model against an independent solution, or put this one to the test."""
    from innocluster.calibration.every_replication import EVERY_REPLICATION

    speak_below(context, lang, EVERY_REPLICATION)


def _command(model: Replication) -> Any:
    """The command of one replication: an option a parameter, and where the document goes."""
    words = spoken(sys.argv[1:])

    def answer(lang: Language, out: Path | None, quiet: bool, json: bool, **options: Any) -> int:
        given = {name: value for name, value in options.items() if value is not None}
        return _answer(model, given, lang, out, quiet, json)

    shown = [
        *(
            _option(
                parameter.name,
                Annotated[
                    type(parameter.default) | None,
                    typer.Option(help=f"{parameter.meaning} Default {parameter.default}."),
                ],
            )
            for parameter in model.parameters
        ),
        _option("lang", LanguageOption, LANGUAGE),
        _option("out", OutOption),
        _option("quiet", QuietOption, False),
        _option("json", JsonOption, False),
    ]
    answer.__signature__ = Signature(shown)  # type: ignore[attr-defined]
    answer.__annotations__ = {option.name: option.annotation for option in shown}
    alone = typer.Typer(add_completion=False)
    about = f"{words('title', model.title)} ({words('source', model.source)})."
    alone.command(model.name, cls=Command, help=about)(answer)
    return typer.main.get_command(alone)


def _option(name: str, annotation: Any, default: Any = None) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _answer(
    model: Replication,
    given: dict[str, Any],
    lang: Language,
    out: Path | None,
    quiet: bool,
    json: bool,
) -> int:
    """Solve a replication and print or keep its document."""
    from json import dumps

    document = model.document(given)
    text = dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    if out is not None:
        _save(text, out)
    if json:
        print_json(text)
    elif not quiet and model.name == "frozen-world":
        from innocluster.viz.report.frozen_world_tables import print_frozen_world

        print_frozen_world(document, lang.value)
    elif not quiet and model.name == "meetings-trial":
        from innocluster.viz.report.meetings_trial_table import print_meetings_trial

        print_meetings_trial(document, lang.value)
    elif not quiet:
        _print(model, document, Messages(lang.value))
    return 0


def _save(text: str, folder: Path) -> None:
    """Write the document into a result folder."""
    from json import dumps

    from innocluster.scenarios.store.files import MANIFEST, SOFTWARE, write_aside
    from innocluster.scenarios.store.folder import result_folder
    from innocluster.version import __version__

    with result_folder(folder, command_typed()) as store:
        write_aside(store.staging / "replication.json", text.encode())
        manifest = {"software": SOFTWARE, "version": __version__, "design": "replication"}
        write_aside(store.staging / MANIFEST, dumps(manifest).encode())


def _print(model: Replication, document: dict[str, Any], words: Messages) -> None:
    """Single numbers as a list, numbers of each agent or degree as the rows of a table."""
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False)
    console.print(words("title", model.title), style="bold", highlight=False)
    console.print(words("source", model.source), highlight=False)
    taken = Table(box=None, pad_edge=False, show_header=False)
    for parameter in model.parameters:
        value = document["parameters"][parameter.name]
        taken.add_row(parameter.name, _cell(value, words), words("help", parameter.meaning))
    console.print(taken)
    results = document["results"]
    # The results of each agent or degree come last, after the column that names them.
    keys = list(results)
    last = keys[keys.index(model.rows) :]
    columns = {key: results[key] for key in last if results[key] is not None}
    singles = Table(box=None, pad_edge=False, show_header=False)
    for key, value in results.items():
        if key not in columns:
            singles.add_row(_label(key, words), _cell(value, words))
    console.print(singles)
    rows = Table(box=None, pad_edge=False)
    for key in columns:
        rows.add_column(_label(key, words), justify="right")
    for row in zip(*columns.values(), strict=True):
        rows.add_row(*(_cell(value, words) for value in row))
    console.print(rows)


def _label(key: str, words: Messages) -> str:
    return words("line", key.replace("_", " "))


def _cell(value: object, words: Messages) -> str:
    if value is None:
        return words("line", "not stated")
    if isinstance(value, bool):
        return words("line", "yes" if value else "no")
    if isinstance(value, list):
        return ", ".join(_cell(one, words) for one in value)
    # With two digits more, eight columns are wider than a console.
    return f"{value:.5g}" if isinstance(value, float) else str(value)
