"""The command ``innocluster compare``: policies on the same worlds."""

from __future__ import annotations

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

__all__ = ["compare_command"]


@with_options
def compare_command(
    policies: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="POLICY",
            help="Ids or keys, also with their own rules: POLICY@SCENARIO, POLICY@budget=2,"
            " POLICY@start=2007-01, POLICY@without=joint+ties, POLICY@PARAMETER=VALUE.",
        ),
    ] = None,
    scenario: ScenarioOption = DEFAULT_SCENARIO,
    pairs: Annotated[int, typer.Option(metavar="N", help="Worlds before the first look.")] = 30,
    max_pairs: Annotated[
        int | None, typer.Option(metavar="N", help="Worlds at most, by default 100 or --pairs.")
    ] = None,
    precision: Annotated[
        float, typer.Option(metavar="X", help="Half-width to reach, % of the baseline's outcome.")
    ] = 0.05,
    indifference: Annotated[
        float,
        typer.Option(
            metavar="X", help="Difference that does not matter, % of the baseline's outcome."
        ),
    ] = 0.05,
    satisficing: Annotated[
        float,
        typer.Option(metavar="X", help="Fraction of the best policy's gain that is good enough."),
    ] = 0.8,
    *,
    sampling: WorldOptions,
    output: OutputOptions,
    options: RunOptions,
) -> int:
    """Compare policies on the same worlds: effects with intervals, ranks, cost, report."""
    from innocluster.scenarios.comparison.comparison import (
        DEFAULT_POLICIES,
        Criteria,
        compare,
        count_runs,
    )
    from innocluster.scenarios.statistics.drawn_under import forms_drawn
    from innocluster.scenarios.store.folder import result_folder
    from innocluster.viz.report.report import write_report
    from innocluster.viz.report.terminal import print_comparison

    chosen = options.scenario(scenario)
    arms = policies or DEFAULT_POLICIES
    folder = options.folder("compare", chosen, *arms, sampling.design)
    words, shown = spoken(["--lang", options.lang.value]), not options.quiet

    def before() -> None:
        beside = not forms_drawn(sampling.under, sampling.draws)
        runs = count_runs(arms, chosen, pairs, max_pairs, beside=beside)
        tell_estimate(runs, chosen.months, sampling.processes, words, shown)

    with result_folder(folder, command_typed()) as store:
        with ProgressBar(shown, words, before) as bar:
            result = compare(
                arms,
                chosen,
                pairs=pairs,
                max_pairs=max_pairs,
                precision=precision,
                workers=sampling.workers,
                folder=store,
                progress=bar.update,
                command=command_typed(),
                under=sampling.under,
                draws=sampling.draws,
                criteria=Criteria(indifference, satisficing),
            )
        present(result, options, print_comparison)
        draw(result, store, output, options.lang.value, write_report)
    return finish(result.meta, folder, options, output)
