"""The command ``innocluster discover``: under what conditions something happens."""

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

__all__ = ["discover_command"]


@with_options
def discover_command(
    folder: SweepArgument,
    wins: Annotated[
        str | None,
        typer.Option(metavar="POLICY", help="Case: this policy has the best outcome of its world."),
    ] = None,
    above: Annotated[
        float | None,
        typer.Option(metavar="X", help="Case: the outcome is above this, in its unit."),
    ] = None,
    below: Annotated[
        float | None,
        typer.Option(metavar="X", help="Case: the outcome is below this, in its unit."),
    ] = None,
    outcome: OutcomeOption = None,
    between: BetweenOption = None,
    policy: PolicyOption = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the shuffles.")] = 1,
    *,
    output: OutputOptions,
    options: LessonOptions,
) -> int:
    """Find the conditions under which a policy wins or an outcome is beyond a threshold."""
    from innocluster.scenarios.lessons.conditions import Case, conditions
    from innocluster.scenarios.lessons.questions import asked
    from innocluster.scenarios.lessons.reading import read_sweep

    sweep = read_sweep(folder)
    winner = "" if wins is None else sweep.policy(wins)
    case = Case(asked(sweep, outcome, between, policy), winner, above, below)
    target = options.folder("discover", folder, case, seed)
    return teach(
        target,
        sweep.sweep,
        lambda _: conditions(sweep, case, seed, command_typed()),
        options,
        output,
    )
