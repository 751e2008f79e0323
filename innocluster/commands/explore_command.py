"""The command ``innocluster explore``: through which channels a policy acts."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from .finishing import command_typed, draw, finish, present
from .options import (
    DEFAULT_SCENARIO,
    OutputOptions,
    RunOptions,
    ScenarioOption,
    WorldOptions,
    with_options,
)
from .terminal.console import spoken
from .terminal.progress import ProgressBar, tell_estimate

__all__ = ["explore_command"]


class OutcomeChoice(StrEnum):
    """What the effect is measured on."""

    revenue = "revenue"
    value_added = "value-added"
    participants = "participants"


@with_options
def explore_command(
    policies: Annotated[
        list[str], typer.Argument(metavar="POLICY", help="Ids or keys of policies.")
    ],
    scenario: ScenarioOption = DEFAULT_SCENARIO,
    outcome: Annotated[
        OutcomeChoice,
        typer.Option(
            metavar="NAME",
            help="Revenue of the last full year, value added of all years, or revenue"
            " of the participants in the last full year.",
        ),
    ] = OutcomeChoice.revenue,
    worlds: Annotated[int, typer.Option(metavar="N", help="Worlds.")] = 16,
    orders: Annotated[
        int, typer.Option(metavar="N", help="Random orders a world, each with its reverse.")
    ] = 1,
    exact: Annotated[
        bool, typer.Option("--exact", help="All sets of channels instead of random orders.")
    ] = False,
    *,
    sampling: WorldOptions,
    output: OutputOptions,
    options: RunOptions,
) -> int:
    """Attribute the effect of policies to the channels through which they act."""
    from innocluster.scenarios.attribution.attribution import count_runs, explore
    from innocluster.scenarios.store.folder import result_folder
    from innocluster.viz.report.channel_report import write_attribution_report
    from innocluster.viz.report.channel_tables import print_attribution

    chosen = options.scenario(scenario)
    folder = options.folder("explore", chosen, *policies, sampling.design, exact)
    words, shown = spoken(["--lang", options.lang.value]), not options.quiet

    def before() -> None:
        runs = count_runs(policies, chosen, worlds, orders, exact)
        tell_estimate((runs, runs), chosen.months, sampling.processes, words, shown)

    with result_folder(folder, command_typed()) as store:
        with ProgressBar(shown, words, before, what="runs") as bar:
            result = explore(
                policies,
                chosen,
                worlds=worlds,
                orders=orders,
                exact=exact,
                outcome=outcome.value,
                workers=sampling.workers,
                folder=store,
                progress=bar.update,
                command=command_typed(),
                under=sampling.under,
                draws=sampling.draws,
            )
        present(result, options, print_attribution)
        draw(result, store, output, options.lang.value, write_attribution_report)
    return finish(result.meta, folder, options, output)
