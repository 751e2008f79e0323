"""The command ``innocluster validate``: the model against what it was not fitted to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ..finishing import command_typed, draw, finish, present
from ..options import (
    DEFAULT_SCENARIO,
    OutputOptions,
    RunOptions,
    ScenarioOption,
    with_options,
)
from ..terminal.console import spoken
from ..terminal.progress import ProgressBar, tell_estimate

__all__ = ["validate_command"]


@with_options
def validate_command(
    scenario: ScenarioOption = DEFAULT_SCENARIO,
    worlds: Annotated[
        int, typer.Option(metavar="N", help="Worlds, each with a draw of the posterior.")
    ] = 40,
    posterior: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draws of a calibration, by default those shipped."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Processes, by default one a core.")
    ] = None,
    *,
    output: OutputOptions,
    options: RunOptions,
) -> int:
    """Hold the model against later years and published evaluations that it was not fitted to."""
    from innocluster.agents.help import available_cores
    from innocluster.calibration.validation.validation import LAST, count_runs, validate
    from innocluster.scenarios.store.folder import result_folder
    from innocluster.viz.report.validation.validation_report import write_validation_report
    from innocluster.viz.report.validation.validation_tables import print_validation

    # Figures are published to 2017: the history is followed to its end if nothing else is asked.
    chosen = replace(options, last=options.last or LAST).scenario(scenario)
    folder = options.folder("validate", chosen, posterior)
    words, shown = spoken(["--lang", options.lang.value]), not options.quiet

    def before() -> None:
        runs = count_runs(chosen, worlds)
        tell_estimate(
            (runs, runs), chosen.months, max(1, workers or available_cores()), words, shown
        )

    with result_folder(folder, command_typed()) as store:
        with ProgressBar(shown, words, before, what="runs") as bar:
            result = validate(
                chosen,
                worlds=worlds,
                workers=workers,
                folder=store,
                progress=bar.update,
                command=command_typed(),
                posterior=posterior,
            )
        present(result, options, print_validation)
        draw(result, store, output, options.lang.value, write_validation_report)
    return finish(result.meta, folder, options, output)
