"""The command ``innocluster decide``: what to choose, what would change it, what to find out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..finishing import command_typed
from ..options import LessonOptions, OutputOptions, with_options
from ..terminal.console import spoken
from ..terminal.progress import ProgressBar
from .learning import OutcomeOption, SweepArgument, WorkersOption, teach

if TYPE_CHECKING:
    from innocluster.scenarios.lessons.lesson import Lesson
    from innocluster.scenarios.store.folder import ResultFolder

__all__ = ["decide_command"]


@with_options
def decide_command(
    folder: SweepArgument,
    outcome: OutcomeOption = None,
    proofs: Annotated[
        int,
        typer.Option(metavar="N", help="Turns of the choice that are tested by real runs at most."),
    ] = 3,
    worlds: Annotated[int, typer.Option(metavar="N", help="Pairs of runs that test a turn.")] = 20,
    workers: WorkersOption = None,
    *,
    output: OutputOptions,
    options: LessonOptions,
) -> int:
    """Recommend a policy, tell what would change the choice and what it is worth to know more."""
    from innocluster.scenarios.lessons.choosing import Proofs, decide
    from innocluster.scenarios.lessons.proofs import Executor
    from innocluster.scenarios.lessons.reading import read_sweep

    sweep = read_sweep(folder)
    name = sweep.outcome(outcome)
    target = options.folder("decide", folder, name)
    shown = not options.quiet

    def learn(store: ResultFolder) -> Lesson:
        with ProgressBar(
            shown, spoken(["--lang", options.lang.value]), lambda: None, "runs"
        ) as bar:
            how = Executor(store, workers, bar.update, command_typed())
            return decide(sweep, name, Proofs(proofs, worlds), how, command_typed())

    return teach(target, sweep.sweep, learn, options, output)
