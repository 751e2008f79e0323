"""The command ``innocluster reproduce``: a stored result made again and compared."""

from __future__ import annotations

from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from .options import LANGUAGE, JsonOption, LanguageOption, OutOption, QuietOption
from .terminal.console import notice, print_json, spoken
from .terminal.progress import ProgressBar

__all__ = ["reproduce_command"]


def reproduce_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished result.")],
    out: OutOption = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Processes, by default one a core.")
    ] = None,
    lang: LanguageOption = LANGUAGE,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> int:
    """Run a stored result again from its stored inputs and compare every table."""
    from innocluster.scenarios.reproduction import reproduce

    words, shown = spoken(["--lang", lang.value]), not quiet and not json
    with ProgressBar(shown, words, lambda: None) as bar:
        found = reproduce(folder, out, workers, bar.update)
    if json:
        print_json(dumps({"succeeded": found.succeeded, **asdict(found)}, indent=1))
        return 0 if found.succeeded else 1
    if not found.same_model and not quiet:
        notice(words("line", "the stored result was made by another version of the model"))
    if not found.succeeded:
        names = ", ".join([*found.different, *(["runs"] if found.same_runs is False else [])])
        notice(words("line", "not the same: {names}", names=names))
    elif not quiet:
        text = "{tables} tables and all runs are the same, byte for byte"
        print(words("line", text, tables=len(found.same)))
    return 0 if found.succeeded else 1
