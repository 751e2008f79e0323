"""Options that commands share, and the scenario that they add up to."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from innocluster.scenarios.errors import COMMAND_LINE, InputError

if TYPE_CHECKING:
    from innocluster.scenarios.schema import Scenario

__all__ = [
    "DEFAULT_SCENARIO",
    "DrawsOption",
    "ExportsOption",
    "JsonOption",
    "Language",
    "LanguageOption",
    "LastOption",
    "MacroOption",
    "OutOption",
    "PolicyOption",
    "QuietOption",
    "RegionOption",
    "ScenarioArgument",
    "ScenarioOption",
    "SeedOption",
    "SetOption",
    "UnderOption",
    "WorkersOption",
    "chosen_scenario",
]

DEFAULT_SCENARIO = "korean-pilot-2005"


class Language(StrEnum):
    """Languages of tables, figures and reports."""

    en = "en"
    ko = "ko"


ScenarioArgument = Annotated[
    str, typer.Argument(metavar="[SCENARIO]", help="Preset name or TOML file.")
]
ScenarioOption = Annotated[str, typer.Option("--scenario", help="Preset name or TOML file.")]
PolicyOption = Annotated[str | None, typer.Option("--policy", help="Policy id or key.")]
SeedOption = Annotated[int | None, typer.Option("--seed", help="Root seed.")]
LastOption = Annotated[str | None, typer.Option("--last", help="Last month, YYYY-MM.")]
MacroOption = Annotated[
    str | None, typer.Option("--macro", help="history, plan-2005 or a CSV file.")
]
RegionOption = Annotated[
    str | None, typer.Option("--region", help="seven-complexes or a folder of region data.")
]
DrawsOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="CSV or Parquet file of a posterior.")
]
ExportsOption = Annotated[
    str | None, typer.Option("--exports", help="corrected or as_printed export figures.")
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter.")
]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Result folder.")]
LanguageOption = Annotated[Language, typer.Option("--lang", help="Language of the output.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print errors only.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document only.")]
UnderOption = Annotated[
    str, typer.Option(help="Parameters of the worlds: point, prior or posterior.")
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", help="Processes, by default one a core.")
]


def chosen_scenario(source: str, settings: list[str] | None, **changes: Any) -> Scenario:
    """The scenario with what the command line changes."""
    from innocluster.scenarios.schema import Scenario

    scenario = Scenario.from_file(source)
    given = {key: value for key, value in changes.items() if value is not None}
    if settings:
        given["parameters"] = {**scenario.parameters, **_assignments(settings)}
    return scenario.replaced(**given) if given else scenario


def _assignments(settings: list[str]) -> dict[str, float]:
    """Values of ``--set name=value``."""
    values = {}
    for setting in settings:
        name, sign, text = setting.partition("=")
        try:
            values[name.strip()] = float(text)
        except ValueError:
            sign = ""
        if not sign:
            raise InputError(
                file=COMMAND_LINE, key="--set", value=setting, allowed="NAME=VALUE with a number"
            )
    return values
