"""The command ``innocluster run``: one scenario, once."""

from __future__ import annotations

from typing import Annotated

import typer

from .finishing import command_typed, draw, finish, present
from .options import (
    DEFAULT_SCENARIO,
    OpenOption,
    OutputOptions,
    RunOptions,
    WorkbookOption,
    chosen_source,
    with_options,
)

__all__ = ["run_command"]


@with_options
def run_command(
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="SCENARIO",
            help=f"Preset name or TOML file, by default {DEFAULT_SCENARIO}.",
        ),
    ] = None,
    named: Annotated[
        str | None, typer.Option("--scenario", metavar="SCENARIO", help="The same as an option.")
    ] = None,
    policy: Annotated[str | None, typer.Option(metavar="POLICY", help="Policy id or key.")] = None,
    moments: Annotated[
        bool, typer.Option("--moments", help="Also write what surveys report of firms.")
    ] = False,
    report: Annotated[
        bool,
        typer.Option("--report", help="Also draw the figures and the page, which takes longer."),
    ] = False,
    xlsx: WorkbookOption = False,
    open_page: OpenOption = False,
    *,
    options: RunOptions,
) -> int:
    """Run one scenario once: indicators beside the targets, and the series as tables."""
    from innocluster.scenarios.runs.execution import run
    from innocluster.scenarios.runs.inputs import Inputs
    from innocluster.scenarios.runs.study import store_result
    from innocluster.scenarios.store.folder import result_folder
    from innocluster.viz.report.report import write_run_report
    from innocluster.viz.report.terminal import print_run

    inputs = Inputs(options.scenario(chosen_source(scenario, named), policy))
    inputs.read()
    folder = options.folder("run", inputs.scenario)
    output = OutputOptions(report, xlsx, open_page)
    with result_folder(folder, command_typed()) as store:
        result = run(inputs, moments=moments)
        present(result, options, print_run)
        request = {"command": "run", "moments": bool(len(result.moments))}
        store_result(store, inputs, result.frames(), result.meta, request)
        draw(result, store, output, options.lang.value, write_run_report)
    return finish(result.meta, folder, options, output)
