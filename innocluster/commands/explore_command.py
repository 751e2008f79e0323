"""The command ``innocluster explore``: through which channels a policy acts."""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import (
    DEFAULT_SCENARIO,
    DrawsOption,
    ExportsOption,
    JsonOption,
    Language,
    LanguageOption,
    LastOption,
    MacroOption,
    OutOption,
    QuietOption,
    RegionOption,
    ScenarioOption,
    SeedOption,
    SetOption,
    UnderOption,
    WorkersOption,
    chosen_scenario,
)
from .progress import ProgressBar

if TYPE_CHECKING:
    from innocluster.scenarios.attribution.attribution_tables import Attribution
    from innocluster.scenarios.schema import Scenario

__all__ = ["explore_command"]


class OutcomeChoice(StrEnum):
    """What the effect is measured on."""

    revenue = "revenue"
    value_added = "value-added"
    participants = "participants"


def explore_command(
    policies: Annotated[
        list[str], typer.Argument(metavar="POLICY...", help="Ids or keys of policies.")
    ],
    scenario: ScenarioOption = DEFAULT_SCENARIO,
    outcome: Annotated[
        OutcomeChoice,
        typer.Option(
            help="Revenue of the last full year, value added of all years, or revenue"
            " of the participants in the last full year."
        ),
    ] = OutcomeChoice.revenue,
    worlds: Annotated[int, typer.Option(help="Worlds.")] = 16,
    orders: Annotated[int, typer.Option(help="Random orders a world, each with its reverse.")] = 1,
    exact: Annotated[
        bool, typer.Option("--exact", help="All sets of channels instead of random orders.")
    ] = False,
    under: UnderOption = "point",
    draws: DrawsOption = None,
    workers: WorkersOption = None,
    seed: SeedOption = None,
    last: LastOption = None,
    macro: MacroOption = None,
    region: RegionOption = None,
    exports: ExportsOption = None,
    settings: SetOption = None,
    out: OutOption = None,
    lang: LanguageOption = Language.en,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> int:
    """Attribute the effect of policies to the channels through which they act."""
    from innocluster.scenarios.attribution.attribution import explore

    chosen = chosen_scenario(
        scenario, settings, seed=seed, last=last, macro=macro, region=region, exports=exports
    )
    folder = out or Path("results") / f"explore-{chosen.name}"
    with ProgressBar(shown=not quiet and sys.stderr.isatty(), what="runs") as bar:
        result = explore(
            policies,
            chosen,
            worlds,
            orders,
            exact,
            outcome.value,
            workers,
            folder,
            bar.update,
            shlex.join(["innocluster", *sys.argv[1:]]),
            under,
            draws,
        )
    _save(result, chosen, folder, lang)
    if json:
        print(result.to_json())
    elif not quiet:
        from innocluster.viz.report.channel_tables import print_attribution

        print_attribution(result, lang.value)
        print(f"seed {chosen.seed}: {folder}")
    failures = result.meta["failures"]
    if failures:
        print(f"{failures} runs failed; their tracebacks are in {folder}", file=sys.stderr)
    return 1 if failures else 0


def _save(result: Attribution, scenario: Scenario, folder: Path, lang: Language) -> None:
    """Write figures and report beside the tables and bring the manifest up to date."""
    from innocluster.scenarios.runs.provenance import storage_errors, write_manifest
    from innocluster.viz.report.channel_report import write_attribution_report

    with storage_errors(folder):
        write_attribution_report(result, folder, lang.value)
    write_manifest(folder, scenario, result.meta)
