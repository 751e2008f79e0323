"""The command ``innocluster report``: the page and figures of a stored result, drawn anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .finishing import command_typed, draw, page_in
from .options import (
    LANGUAGE,
    JsonOption,
    LanguageOption,
    OpenOption,
    OutputOptions,
    QuietOption,
    WorkbookOption,
)
from .stored import redrawn, stored_result
from .terminal.console import print_json

__all__ = ["report_command"]


def report_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished result.")],
    lang: LanguageOption = LANGUAGE,
    xlsx: WorkbookOption = False,
    open_page: OpenOption = False,
    tables: Annotated[
        bool, typer.Option("--tables", help="Print the tables only, and write nothing.")
    ] = False,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> int:
    """Draw page and figures of a stored result, in either language, without running anything."""
    stored = stored_result(folder)
    if json:
        print_json(stored.result.to_json())
    elif tables:
        stored.show(stored.result, lang.value)
    if tables:
        return 0
    with redrawn(folder, command_typed()) as store:
        draw(stored.result, store, OutputOptions(True, xlsx), lang.value, stored.write)
    page = page_in(folder)
    if not quiet and not json:
        print(page)
    if open_page and page is not None:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())
    return 0
