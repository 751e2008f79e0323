"""The command ``innocluster calibrate``: the model fitted to what was observed until 2005."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from innocluster.scenarios.errors import COMMAND_LINE, InputError

from ..finishing import command_typed
from ..options import (
    DEFAULT_SCENARIO,
    LANGUAGE,
    JsonOption,
    LanguageOption,
    OutOption,
    QuietOption,
    ScenarioOption,
)
from ..terminal.console import print_json, spoken
from ..terminal.progress import ProgressBar, tell_estimate

if TYPE_CHECKING:
    from innocluster.calibration.fit.fitting import Plan
    from innocluster.viz.words.messages import Messages

__all__ = ["calibrate_command"]

_MONTHS_A_RUN = 200
"""Months that a run of a draw takes the time of: its arms share one start."""


def calibrate_command(
    scenario: ScenarioOption = DEFAULT_SCENARIO,
    targets: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV file of targets, by default those that ship."),
    ] = None,
    runs: Annotated[int, typer.Option(metavar="N", help="Runs of the fit.")] = 2100,
    waves: Annotated[int, typer.Option(metavar="N", help="Waves of runs, 1 to 4.")] = 3,
    effects: Annotated[
        int,
        typer.Option(
            metavar="N",
            help="Draws of prior and posterior at which the policy is run until 2013;"
            " 0 leaves that out.",
        ),
    ] = 200,
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Processes, by default one a core.")
    ] = None,
    refit_of: Annotated[
        Path | None,
        typer.Option(
            "--refit",
            metavar="DIR",
            help="Hold the runs of a finished calibration against the"
            " targets anew; nothing is run.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything and say what would be run.")
    ] = False,
    out: OutOption = None,
    lang: LanguageOption = LANGUAGE,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> int:
    """Fit parameters and forms to what was observed, and say what the data tell of them."""
    from innocluster.calibration.fit.calibrate import calibrate, plan_of, refit
    from innocluster.scenarios.runs.study import short_digest

    words, shown = spoken(["--lang", lang.value]), not quiet and not json
    if refit_of is not None:
        if dry_run:
            raise InputError(
                file=COMMAND_LINE, key="dry-run", value="with --refit",
                allowed="one of the two: a refit runs nothing",
            )  # fmt: skip
        folder = out or refit_of.with_name(f"{refit_of.name}-refit")
        result = refit(
            refit_of, targets=targets, scenario=scenario, folder=folder, command=command_typed()
        )
    else:
        plan = plan_of(scenario, targets, runs, waves)
        if dry_run:
            print(_planned(plan, effects, words))
            return 0
        design = short_digest(plan.inputs.scenario, runs, waves, str(targets))
        folder = out or Path("results") / f"calibrate-{plan.inputs.scenario.name}-{design}"

        def before() -> None:
            from innocluster.agents.help import available_cores

            tell_estimate((runs, runs), _MONTHS_A_RUN, workers or available_cores(), words, shown)

        with ProgressBar(shown, words, before, what="runs") as bar:
            result = calibrate(
                scenario, targets=targets, runs=runs, waves=waves, effects=effects,
                workers=workers, folder=folder, progress=bar.update, command=command_typed(),
            )  # fmt: skip
    if json:
        print_json(result.to_json())
    elif not quiet:
        from innocluster.viz.report.validation.calibration_tables import print_calibration

        print_calibration(result, lang.value)
        text = "seed {seed}; tables and draws in {folder}; digest of the posterior {digest}"
        digest = result.meta["digest"][:16]
        print(words("line", text, seed=result.meta["seed"], folder=folder, digest=digest))
    sys.stdout.flush()
    return 0


def _planned(plan: Plan, effects: int, words: Messages) -> str:
    """What would be run, a line a stage."""
    roles = [target.role for target in plan.targets]
    lines = [
        words(
            "line", "{fit} figures are fitted, {initial} initial, {held} held out",
            fit=roles.count("fit"), initial=roles.count("initial"), held=roles.count("hold-out"),
        ),
        words(
            "line", "screening of {parameters} parameters and forms in {worlds} worlds",
            parameters=len(plan.priors.names), worlds=plan.worlds,
        ),
        words("line", "waves of {sizes} runs", sizes=", ".join(map(str, plan.sizes))),
        words("line", "{runs} fresh runs at draws of the posterior", runs=plan.predictive),
    ]  # fmt: skip
    if effects:
        lines.append(words("line", "{runs} pairs of runs until 2013", runs=2 * effects))
    return "\n".join(lines)
