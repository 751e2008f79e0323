"""The command ``innocluster sensitivity``: which inputs of a sweep move an outcome."""

from __future__ import annotations

from typing import Annotated

import typer

from ..finishing import command_typed
from ..options import LessonOptions, OutputOptions, with_options
from .learning import (
    BetweenOption,
    OutcomeOption,
    PolicyOption,
    SweepArgument,
    teach,
)

__all__ = ["sensitivity_command"]


@with_options
def sensitivity_command(
    folder: SweepArgument,
    outcome: OutcomeOption = None,
    between: BetweenOption = None,
    policy: PolicyOption = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION",
            help="ENTRY=VALUE holds an input; a POLICY keeps where it wins; may be repeated.",
        ),
    ] = None,
    *,
    output: OutputOptions,
    options: LessonOptions,
) -> int:
    """Tell which inputs of a finished sweep move an outcome, or the difference of two policies."""
    from innocluster.scenarios.lessons.influence import sensitivity
    from innocluster.scenarios.lessons.questions import asked, condition
    from innocluster.scenarios.lessons.reading import read_sweep

    sweep = read_sweep(folder)
    question, kept = asked(sweep, outcome, between, policy), condition(sweep, given or ())
    target = options.folder("sensitivity", folder, question, kept)
    return teach(
        target, sweep.sweep, lambda _: sensitivity(sweep, question, kept, command_typed()), options,
        output,
    )  # fmt: skip
