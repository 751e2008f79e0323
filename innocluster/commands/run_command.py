"""The command ``innocluster run``: one scenario, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from innocluster.scenarios.schema import Scenario

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
    medoid: Annotated[
        bool,
        typer.Option(
            "--medoid",
            help="Take parameters and forms, where none are set, from the middle draw of the"
            " posterior that ships.",
        ),
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

    chosen = options.scenario(chosen_source(scenario, named), policy)
    inputs = Inputs(_at_medoid(chosen) if medoid else chosen)
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


def _at_medoid(scenario: Scenario) -> Scenario:
    """The same with what it does not set from the middle draw of the shipped posterior."""
    from innocluster.scenarios.statistics.posterior import load_posterior

    parameters, forms = load_posterior().medoid()
    return scenario.replaced(
        parameters={**parameters, **scenario.parameters}, forms={**forms, **scenario.forms}
    )
