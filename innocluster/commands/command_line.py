"""The command line: ``innocluster run``, ``compare`` and the lists of what there is.

Results go to standard output, progress and errors to standard error.  Exit
codes: 0 done, 1 our fault or failed runs, 2 wrong input, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from typing import TYPE_CHECKING, Annotated, Any

import typer

from innocluster.scenarios.errors import COMMAND_LINE, InputError
from innocluster.version import __version__

from .explore_command import explore_command
from .finishing import command_typed, draw, finish
from .options import (
    DEFAULT_SCENARIO,
    JsonOption,
    Language,
    LanguageOption,
    RunOptions,
    ScenarioOption,
    WorldOptions,
    with_options,
)
from .progress import ProgressBar
from .replicate_command import replicate_application
from .reproduce_command import reproduce_command
from .results_command import results_command

if TYPE_CHECKING:
    from innocluster.scenarios.runs.execution import RunResult
    from innocluster.scenarios.runs.inputs import Inputs
    from innocluster.scenarios.store.folder import ResultFolder

__all__ = ["main"]

DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130

application = typer.Typer(
    name="innocluster",
    help="Simulate industrial-complex innovation clusters and compare coordination policies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"innocluster {__version__}")
        raise typer.Exit


@application.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show version.")
    ] = False,
) -> None:
    pass


@application.command("run")
@with_options
def run_command(
    scenario: Annotated[
        str, typer.Argument(metavar="[SCENARIO]", help="Preset name or TOML file.")
    ] = DEFAULT_SCENARIO,
    policy: Annotated[str | None, typer.Option(help="Policy id or key.")] = None,
    moments: Annotated[
        bool, typer.Option("--moments", help="Also write what surveys report of firms.")
    ] = False,
    *,
    options: RunOptions,
) -> int:
    """Run one scenario once: indicators beside the targets, series and figures."""
    from innocluster.scenarios.runs.execution import run
    from innocluster.scenarios.runs.inputs import Inputs
    from innocluster.scenarios.store.folder import result_folder

    inputs = Inputs(options.scenario(scenario, policy))
    inputs.read()
    chosen = inputs.scenario
    folder = options.folder("run", chosen)
    with result_folder(folder, command_typed()) as store:
        result = run(inputs, moments=moments)
        _save_run(result, inputs, store, options.lang)
    if options.json:
        print(result.to_json())
    elif not options.quiet:
        from innocluster.viz.report.terminal import print_run

        print_run(result, options.lang.value)
        print(f"seed {chosen.seed}: {folder}")
    return DONE


@application.command("compare")
@with_options
def compare_command(
    policies: Annotated[
        list[str] | None,
        typer.Argument(metavar="[POLICY]...", help="Ids or keys, also POLICY@SCENARIO."),
    ] = None,
    scenario: ScenarioOption = DEFAULT_SCENARIO,
    pairs: Annotated[int, typer.Option(help="Worlds before the first look.")] = 30,
    max_pairs: Annotated[
        int | None, typer.Option(help="Worlds at most, by default 100 or --pairs.")
    ] = None,
    precision: Annotated[
        float, typer.Option(help="Half-width to reach, % of the baseline's outcome.")
    ] = 0.05,
    indifference: Annotated[
        float, typer.Option(help="Difference that does not matter, % of the baseline's outcome.")
    ] = 0.05,
    satisficing: Annotated[
        float, typer.Option(help="Fraction of the best policy's gain that is good enough.")
    ] = 0.8,
    *,
    sampling: WorldOptions,
    options: RunOptions,
) -> int:
    """Compare policies on the same worlds: effects with intervals, ranks, cost, report."""
    from innocluster.scenarios.comparison.comparison import DEFAULT_POLICIES, Criteria, compare
    from innocluster.scenarios.store.folder import result_folder
    from innocluster.viz.report.report import write_report

    chosen = options.scenario(scenario)
    folder = options.folder("compare", chosen, *(policies or DEFAULT_POLICIES), sampling.design)
    with (
        result_folder(folder, command_typed()) as store,
        ProgressBar(shown=not options.quiet and sys.stderr.isatty()) as bar,
    ):
        result = compare(
            policies or DEFAULT_POLICIES,
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
        draw(result, store, options, write_report)
    from innocluster.viz.report.terminal import print_comparison

    return finish(result, chosen, folder, options, print_comparison)


@application.command("policies")
def policies_command(
    policy: Annotated[
        str | None, typer.Argument(metavar="[POLICY]", help="Id or key; all by default.")
    ] = None,
    lang: LanguageOption = Language.en,
    json: JsonOption = False,
) -> int:
    """Say what the coordination policies do, with which instruments, and what they know."""
    from json import dumps

    from .policy_list import describe_policies, print_policies

    rows = describe_policies(policy, lang.value)
    if json:
        print(dumps({"policies": rows}, ensure_ascii=False, indent=1))
    else:
        print_policies(rows, lang.value)
    return DONE


@application.command("forms")
def forms_command(
    rule: Annotated[
        str | None, typer.Argument(metavar="[RULE]", help="Name of a rule; all by default.")
    ] = None,
    lang: LanguageOption = Language.en,
    json: JsonOption = False,
) -> int:
    """List the rules whose form is open to question, their forms, evidence and weights."""
    from json import dumps

    from .form_list import describe_forms, print_forms

    rows = describe_forms(rule, lang.value)
    if json:
        print(dumps({"rules": rows}, ensure_ascii=False, indent=1))
    else:
        print_forms(rows, lang.value)
    return DONE


@application.command("scenarios")
def scenarios_command(json: JsonOption = False) -> int:
    """List the scenarios that come with the software."""
    from innocluster.scenarios.schema import Scenario, presets

    shown = ("name", "title", "policy", "macro", "region", "exports", "last", "seed")
    rows = [Scenario.from_file(name).model_dump(include=set(shown)) for name in presets()]
    rows = [{key: row[key] for key in shown} for row in rows]
    return _print_list("scenarios", rows, json, ("name", "title", "macro", "last"))


@application.command("parameters")
def parameters_command(lang: LanguageOption = Language.en, json: JsonOption = False) -> int:
    """List the parameters with default, range, unit and source."""
    from innocluster.sim.ground.parameters import PARAMETERS

    rows = [
        {
            "name": parameter.name,
            "symbol": parameter.symbol,
            "label": parameter.label_ko if lang is Language.ko else parameter.label,
            "default": parameter.default,
            "low": parameter.low,
            "high": parameter.high,
            "unit": parameter.unit,
            "equation": parameter.equation,
            "source": parameter.source,
        }
        for parameter in PARAMETERS.values()
    ]
    columns = ("name", "default", "low", "high", "unit", "source")
    return _print_list("parameters", rows, json, columns)


application.command("explore")(explore_command)
application.add_typer(replicate_application)
application.command("results")(results_command)
application.command("reproduce")(reproduce_command)


def main() -> int:
    """Run the command line; every outcome becomes an exit code and at most one line of error."""
    try:
        code = application(standalone_mode=False)
    except InputError as error:
        return _complain(str(error), WRONG_INPUT)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        if hasattr(error, "format_message"):
            message = " ".join(error.format_message().split())
            return _complain(f"{COMMAND_LINE}: {message}", WRONG_INPUT) if message else WRONG_INPUT
        return _report_fault(error)
    if code == INTERRUPTED:
        _complain("interrupted: finished runs are kept, the same command goes on", code)
    return int(code or DONE)


def _save_run(result: RunResult, inputs: Inputs, store: ResultFolder, lang: Language) -> None:
    """Stage the tables, figures and manifest of a run."""
    from innocluster.scenarios.runs.study import store_result
    from innocluster.scenarios.store.files import storage_errors
    from innocluster.viz.report.report import write_run_report

    request = {"command": "run", "moments": bool(len(result.moments))}
    store_result(store, inputs, result.frames(), result.meta, request)
    with storage_errors(store.path):
        write_run_report(result, store.staging, lang.value)


def _print_list(name: str, rows: list[dict[str, Any]], json: bool, shown: tuple[str, ...]) -> int:
    """Print some columns as a table, or everything as one JSON document."""
    if json:
        from json import dumps

        print(dumps({name: rows}, ensure_ascii=False, indent=1))
        return DONE
    from rich.console import Console
    from rich.table import Table

    long = ("title", "summary", "source")
    table = Table(box=None, pad_edge=False)
    for column in shown:
        table.add_column(column, overflow="fold", no_wrap=column not in long)
    for row in rows:
        cells = (row[column] for column in shown)
        table.add_row(*(f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in cells))
    Console().print(table)
    return DONE


def _complain(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code


def _report_fault(error: Exception) -> int:
    """Say in one line what went wrong and where the traceback is."""
    if os.environ.get("INNOCLUSTER_DEBUG"):
        traceback.print_exc()
        return FAILED
    reason = (str(error).splitlines() or [""])[0]
    with tempfile.NamedTemporaryFile(
        "w", prefix="innocluster-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exception(error, file=file)
    return _complain(
        f"internal error: {type(error).__name__}: {reason} (traceback: {file.name})", FAILED
    )
