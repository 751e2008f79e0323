"""The command ``innocluster replicate``: a published model, or a trial of this one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import JsonOption, Language, LanguageOption, OutOption, QuietOption

if TYPE_CHECKING:
    from innocluster.calibration.published.replications import Replication

__all__ = ["replicate_command"]


def replicate_command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="goyal-moraga, konig-liu-zenou, key-player, frozen-world or meetings-trial.",
        ),
    ],
    graph: Annotated[str | None, typer.Option(help="star, path, ring, complete or empty.")] = None,
    n: Annotated[int | None, typer.Option("--n", help="Firms or agents.")] = None,
    phi: Annotated[float | None, typer.Option(help="Complementarity between partners.")] = None,
    rho: Annotated[float | None, typer.Option(help="Rivalry between firms.")] = None,
    mu: Annotated[float | None, typer.Option(help="Stand-alone return of a firm.")] = None,
    degree: Annotated[int | None, typer.Option(help="Partners of each firm.")] = None,
    gamma: Annotated[float | None, typer.Option(help="Cost of R&D effort.")] = None,
    demand: Annotated[float | None, typer.Option(help="Demand intercept less cost.")] = None,
    worlds: Annotated[int | None, typer.Option(help="Worlds of this model.")] = None,
    years: Annotated[int | None, typer.Option(help="Years of the frozen world.")] = None,
    gain: Annotated[float | None, typer.Option(help="Gap closed by all news, z_M.")] = None,
    q0: Annotated[float | None, typer.Option("--q0", help="Told to a stranger.")] = None,
    q1: Annotated[float | None, typer.Option("--q1", help="Told to a friend.")] = None,
    nu: Annotated[float | None, typer.Option(help="Refreshment of news a month.")] = None,
    sharing: Annotated[str | None, typer.Option(help="Form of whom firms tell.")] = None,
    rivalry: Annotated[str | None, typer.Option(help="Form of who is a rival.")] = None,
    lang: LanguageOption = Language.en,
    out: OutOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> int:
    """Solve a published model against an independent solution, or see what drifts by itself."""
    from json import dumps

    from innocluster.calibration.frozen_world import FROZEN_WORLD
    from innocluster.calibration.meetings_trial import MEETINGS_TRIAL
    from innocluster.calibration.published.replications import REPLICATIONS, find_replication

    options = {
        "graph": graph, "n": n, "phi": phi, "rho": rho, "mu": mu,
        "degree": degree, "gamma": gamma, "demand": demand, "worlds": worlds, "years": years,
        "gain": gain, "q0": q0, "q1": q1, "nu": nu, "sharing": sharing, "rivalry": rivalry,
    }  # fmt: skip
    given = {key: value for key, value in options.items() if value is not None}
    own = {model.name: model for model in (FROZEN_WORLD, MEETINGS_TRIAL)}
    model = find_replication(name, {**REPLICATIONS, **own})
    document = model.document(given)
    text = dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    if out is not None:
        _save(text, out)
    if json:
        print(text)
    elif not quiet and model is FROZEN_WORLD:
        from innocluster.viz.report.frozen_world_tables import print_frozen_world

        print_frozen_world(document, lang.value)
    elif not quiet and model is MEETINGS_TRIAL:
        from innocluster.viz.report.meetings_trial_table import print_meetings_trial

        print_meetings_trial(document, lang.value)
    elif not quiet:
        _print(model, document)
    return 0


def _save(text: str, folder: Path) -> None:
    """Write the document into a result folder, and then that it is finished."""
    from json import dumps, loads

    from innocluster.scenarios.runs.provenance import MANIFEST, claim_folder, write_aside

    claim_folder(folder)
    write_aside(folder / "replication.json", text.encode())
    manifest = loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["status"] = "finished"
    write_aside(folder / MANIFEST, dumps(manifest).encode())


def _print(model: Replication, document: dict[str, Any]) -> None:
    """Single numbers as a list, numbers of each agent or degree as the rows of a table."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(model.title, style="bold", highlight=False)
    console.print(model.source, highlight=False)
    taken = Table(box=None, pad_edge=False, show_header=False)
    for parameter in model.parameters:
        value = document["parameters"][parameter.name]
        taken.add_row(parameter.name, _cell(value), parameter.meaning)
    console.print(taken)
    results = document["results"]
    # The results of each agent or degree come last, after the column that names them.
    keys = list(results)
    last = keys[keys.index(model.rows) :]
    columns = {key: results[key] for key in last if results[key] is not None}
    singles = Table(box=None, pad_edge=False, show_header=False)
    for key, value in results.items():
        if key not in columns:
            singles.add_row(_label(key), _cell(value))
    console.print(singles)
    rows = Table(box=None, pad_edge=False)
    for key in columns:
        rows.add_column(_label(key), justify="right")
    for row in zip(*columns.values(), strict=True):
        rows.add_row(*map(_cell, row))
    console.print(rows)


def _label(key: str) -> str:
    return key.replace("_", " ")


def _cell(value: object) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    return f"{value:.7g}" if isinstance(value, float) else str(value)
