"""The command ``innocluster sweep``: many scenarios, parameters, forms and policies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from innocluster.viz.words.messages import Messages

from ..finishing import command_typed
from ..options import (
    LANGUAGE,
    JsonOption,
    Language,
    LanguageOption,
    OutOption,
    QuietOption,
    WorkbookOption,
    with_options,
)
from ..terminal.console import notice, print_json, spoken
from ..terminal.progress import ProgressBar, duration

if TYPE_CHECKING:
    from innocluster.scenarios.store.folder import ResultFolder
    from innocluster.scenarios.sweeps.runner.finished import SweepResult
    from innocluster.scenarios.sweeps.runner.running import Estimate

__all__ = ["EngineOptions", "add_workbook", "say_what_came", "sweep_command"]


@dataclass(frozen=True)
class EngineOptions:
    """What executes the runs."""

    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Processes, by default one a core.")
    ] = None
    engine: Annotated[
        str | None, typer.Option(metavar="NAME", help="processes or dask, by default processes.")
    ] = None
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Dask scheduler that has the workers: its address or its file."
        ),
    ] = None


@with_options
def sweep_command(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="TOML file of a sweep, or the name of a ready one."),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it will take; nothing is run.")
    ] = False,
    shard: Annotated[
        str, typer.Option(metavar="I/N", help="Run one part of N only, into a folder of its own.")
    ] = "1/1",
    reuse: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR", help="Take runs that are the same from another sweep; may be repeated."
        ),
    ] = None,
    xlsx: WorkbookOption = False,
    out: OutOption = None,
    lang: LanguageOption = LANGUAGE,
    quiet: QuietOption = False,
    json: JsonOption = False,
    *,
    engines: EngineOptions,
) -> int:
    """Run a sweep as far as it is not there, and write its runs as one table."""
    from innocluster.agents.help import available_cores
    from innocluster.scenarios.store.folder import result_folder
    from innocluster.scenarios.sweeps.designs import Sweep
    from innocluster.scenarios.sweeps.runner.running import Shard, estimate, sweep

    design, part = Sweep.from_file(file), Shard.parse(shard)
    words, shown = spoken(["--lang", lang.value]), not quiet and not json
    workers = max(1, engines.workers or available_cores())
    expected = estimate(design, workers, part)
    if dry_run:
        _tell_cost(expected, workers, words, json)
        return 0
    folder = part.folder(out or Path("results") / f"sweep-{design.name}")
    with result_folder(folder, command_typed()) as store:

        def before() -> None:
            if shown and expected.seconds[1] >= 20.0:
                _tell_cost(expected, workers, words, False, notice)

        with ProgressBar(shown, words, before, what="runs") as bar:
            result = sweep(
                design, store, workers=engines.workers, engine=engines.engine,
                scheduler=engines.scheduler, shard=part, reuse=reuse or (),
                progress=bar.update, command=command_typed(),
            )  # fmt: skip
        if xlsx:
            add_workbook(result, store)
    return say_what_came(result, folder, lang, quiet, json)


def _tell_cost(
    expected: Estimate, workers: int, words: Messages, json: bool, say: object = print
) -> None:
    """Number, time and size of what is to come."""
    if json:
        from json import dumps

        print_json(dumps(vars(expected), indent=1))
        return
    low, high = (duration(seconds, words) for seconds in expected.seconds)
    text = (
        "{runs} runs: {points} points, {worlds} worlds, {policies} policies;"
        " some {low} to {high} in {workers} processes, {size} MB."
    )
    line = words(
        "line", text, runs=f"{expected.runs:,}", points=f"{expected.points:,}",
        worlds=f"{expected.worlds:,}", policies=expected.policies, low=low, high=high,
        workers=workers, size=f"{max(0.1, expected.size / 1e6):,.1f}",
    )  # fmt: skip
    assert callable(say)
    say(line)


def add_workbook(result: SweepResult, store: ResultFolder) -> None:
    """Stage the tables of a sweep as one workbook beside those that are staged already."""
    import pandas as pd

    from innocluster.scenarios.store.files import write_aside
    from innocluster.viz.report.workbook import WORKBOOK, workbook_of

    frames = {"runs": pd.read_parquet(store.staging / "runs.parquet"), "points": result.points}
    write_aside(store.staging / WORKBOOK, workbook_of(frames))


def say_what_came(
    result: SweepResult, folder: Path, lang: Language, quiet: bool, json: bool
) -> int:
    """Say how many runs are there, failed or missing.

    Returns
    -------
    exit code, 1 where runs failed or are missing
    """
    words, meta = Messages(lang.value), result.meta
    if json:
        print_json(result.to_json())
    elif not quiet:
        text = "{runs} runs of {points} points; tables in {folder}"
        runs, points = f"{meta['runs']:,}", f"{meta['points']:,}"
        print(words("line", text, runs=runs, points=points, folder=folder))
    if meta["failures"]:
        text = "{failures} runs failed: they are rows with an error; the same command tries again"
        notice(words("line", text, failures=meta["failures"]))
    if meta["missing"]:
        notice(words("line", "{missing} runs are missing", missing=meta["missing"]))
    return 1 if meta["failures"] or meta["missing"] else 0
