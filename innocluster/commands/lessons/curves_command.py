"""The command ``innocluster curves``: how an outcome answers to an input of a sweep."""

from __future__ import annotations

from typing import Annotated

import typer

from ..finishing import command_typed
from ..options import LessonOptions, OutputOptions, with_options
from .learning import OutcomeOption, SweepArgument, teach

__all__ = ["curves_command"]


@with_options
def curves_command(
    folder: SweepArgument,
    outcome: OutcomeOption = None,
    along: Annotated[
        str | None,
        typer.Option(metavar="ENTRY", help="Input along which it is shown, by default the first."),
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="ENTRY", help="Input whose values get a panel each.")
    ] = None,
    *,
    output: OutputOptions,
    options: LessonOptions,
) -> int:
    """Show how an outcome answers to an input of a finished sweep, policy by policy."""
    from innocluster.scenarios.lessons.reading import read_sweep
    from innocluster.scenarios.lessons.responses import responses

    sweep = read_sweep(folder)
    name = sweep.outcome(outcome)
    target = options.folder("curves", folder, name, along, by)
    return teach(
        target, sweep.sweep, lambda _: responses(sweep, name, along, by, command_typed()), options,
        output,
    )  # fmt: skip
