"""The command ``innocluster optimise``: how to split a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..finishing import command_typed
from ..options import (
    DEFAULT_SCENARIO,
    LessonOptions,
    OutputOptions,
    ScenarioOption,
    with_options,
)
from ..terminal.console import spoken
from ..terminal.progress import ProgressBar, tell_estimate
from .learning import WorkersOption, teach

if TYPE_CHECKING:
    from innocluster.scenarios.lessons.lesson import Lesson
    from innocluster.scenarios.store.folder import ResultFolder

__all__ = ["optimise_command"]


@with_options
def optimise_command(
    policies: Annotated[
        list[str],
        typer.Argument(metavar="POLICY", help="Ids or keys of policies that may be chosen."),
    ],
    scenario: ScenarioOption = DEFAULT_SCENARIO,
    levers: Annotated[
        list[str] | None,
        typer.Option(
            "--lever",
            metavar="NAME",
            help="What may be chosen: budget, members, meetings, tasks, sharing or roles; may be"
            " repeated; by default the first five.",
        ),
    ] = None,
    last: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Last month, 2005-12 to 2020-12.")
    ] = None,
    points: Annotated[int, typer.Option(metavar="N", help="Points of the design.")] = 48,
    worlds: Annotated[int, typer.Option(metavar="N", help="Worlds of each point.")] = 3,
    front: Annotated[
        int, typer.Option(metavar="N", help="Points of the front that are run again.")
    ] = 8,
    again: Annotated[int, typer.Option(metavar="N", help="Fresh worlds in which they are.")] = 10,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of design and search.")] = 1,
    workers: WorkersOption = None,
    *,
    output: OutputOptions,
    options: LessonOptions,
) -> int:
    """Split a budget: cost, net benefit and gain outside the largest complexes, as a front."""
    from pathlib import Path

    from innocluster.agents.help import available_cores
    from innocluster.scenarios.lessons.allocation import LEVERS, Plan, count_runs, optimise
    from innocluster.scenarios.lessons.proofs import Executor
    from innocluster.scenarios.schema import Scenario

    chosen = Scenario.from_file(scenario)
    chosen = chosen if last is None else chosen.replaced(last=last)
    names = tuple(levers) if levers else tuple(LEVERS)[:5]
    plan = Plan(tuple(policies), names, points, worlds, front=front, again=again, seed=seed)
    design = plan.sweep(chosen)
    target = options.folder("optimise", Path(chosen.name), plan, chosen)
    words, shown = spoken(["--lang", options.lang.value]), not options.quiet

    def before() -> None:
        runs = count_runs(plan)
        tell_estimate((runs, runs), chosen.months, workers or available_cores(), words, shown)

    def learn(store: ResultFolder) -> Lesson:
        with ProgressBar(shown, words, before, what="runs") as bar:
            how = Executor(store, workers, bar.update, command_typed())
            return optimise(plan, chosen, how, command_typed())

    return teach(target, design, learn, options, output)
