"""The command ``innocluster merge``: the parts of a sweep become one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from innocluster.scenarios.errors import COMMAND_LINE, InputError, one_line

from ..finishing import command_typed
from ..options import LANGUAGE, JsonOption, LanguageOption, QuietOption, WorkbookOption
from .sweep_command import add_workbook, say_what_came

__all__ = ["merge_command"]


def merge_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Result folder of the whole sweep.")
    ],
    shards: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="SHARD", help="Folders of its parts, by default DIR.shard-1-of-N and so on."
        ),
    ] = None,
    xlsx: WorkbookOption = False,
    lang: LanguageOption = LANGUAGE,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> int:
    """Merge the parts of a sweep, in whatever order they came; what is missing is said."""
    from innocluster.scenarios.store.folder import result_folder
    from innocluster.scenarios.sweeps.runner.merging import merge

    parts = shards or sorted(folder.parent.glob(f"{folder.name}.shard-*-of-*"))
    if not parts:
        raise InputError(
            file=COMMAND_LINE, key="SHARD", value="none",
            allowed=f"folders of parts, or {one_line(folder.name)}.shard-1-of-N and so on",
        )  # fmt: skip
    with result_folder(folder, command_typed()) as store:
        result = merge(store, parts, command=command_typed())
        if xlsx:
            add_workbook(result, store)
    return say_what_came(result, folder, lang, quiet, json)
