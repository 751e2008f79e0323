"""Options that commands share, each declared once, and the scenario that they add up to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from innocluster.scenarios.errors import COMMAND_LINE, InputError

if TYPE_CHECKING:
    from innocluster.scenarios.schema import Scenario

__all__ = [
    "DEFAULT_SCENARIO",
    "JsonOption",
    "Language",
    "LanguageOption",
    "OutOption",
    "QuietOption",
    "RunOptions",
    "ScenarioOption",
    "WorldOptions",
    "with_options",
]

DEFAULT_SCENARIO = "korean-pilot-2005"


class Language(StrEnum):
    """Languages of tables, figures and reports."""

    en = "en"
    ko = "ko"


ScenarioOption = Annotated[str, typer.Option("--scenario", help="Preset name or TOML file.")]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Result folder.")]
LanguageOption = Annotated[Language, typer.Option("--lang", help="Language of the output.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print errors only.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document only.")]


@dataclass(frozen=True)
class RunOptions:
    """Options of every command that runs the model: what it changes and what it writes."""

    seed: Annotated[int | None, typer.Option(help="Root seed.")] = None
    last: Annotated[str | None, typer.Option(help="Last month, YYYY-MM.")] = None
    macro: Annotated[str | None, typer.Option(help="history, plan-2005, frozen or a CSV file.")] = (
        None
    )
    region: Annotated[
        str | None, typer.Option(help="seven-complexes or a folder of region data.")
    ] = None
    exports: Annotated[str | None, typer.Option(help="corrected or as_printed export figures.")] = (
        None
    )
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter.")
    ] = None
    forms: Annotated[
        list[str] | None, typer.Option("--form", metavar="RULE=FORM", help="Set a rule's form.")
    ] = None
    out: OutOption = None
    lang: LanguageOption = Language.en
    quiet: QuietOption = False
    json: JsonOption = False

    def scenario(self, source: str, policy: str | None = None) -> Scenario:
        """The scenario of a name or file with what the command line changes."""
        from innocluster.scenarios.schema import Scenario

        scenario = Scenario.from_file(source)
        changes = {
            "policy": policy, "seed": self.seed, "last": self.last, "macro": self.macro,
            "region": self.region, "exports": self.exports,
        }  # fmt: skip
        given: dict[str, Any] = {key: v for key, v in changes.items() if v is not None}
        if self.settings:
            given["parameters"] = {**scenario.parameters, **_numbers(self.settings)}
        if self.forms:
            given["forms"] = {**scenario.forms, **_assignments("--form", self.forms, "RULE=FORM")}
        return scenario.replaced(**given) if given else scenario

    def folder(self, command: str, scenario: Scenario, *design: object) -> Path:
        """Where results go; by default a folder that no other design shares.

        Parameters
        ----------
        design : what is done beside the scenario
        """
        if self.out is not None:
            return self.out
        from innocluster.scenarios.runs.study import short_digest

        return Path("results") / f"{command}-{scenario.name}-{short_digest(scenario, *design)}"


@dataclass(frozen=True)
class WorldOptions:
    """Options of commands that run many worlds."""

    under: Annotated[
        str, typer.Option(help="Parameters of the worlds: point, prior, posterior or forms.")
    ] = "point"
    draws: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV or Parquet file of a posterior.")
    ] = None
    workers: Annotated[int | None, typer.Option(help="Processes, by default one a core.")] = None

    @property
    def design(self) -> tuple[str, str]:
        """What of them tells one design from another."""
        return self.under, str(self.draws)


def with_options(command: Callable[..., int]) -> Callable[..., int]:
    """Show the command line one option a field where a command takes a dataclass of options."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}
    shown = []
    for name, parameter in signature(command).parameters.items():
        members = get_type_hints(groups[name], include_extras=True) if name in groups else {}
        shown += [
            Parameter(f.name, Parameter.KEYWORD_ONLY, default=f.default, annotation=members[f.name])
            for f in (fields(groups[name]) if name in groups else ())
        ] or [parameter.replace(kind=Parameter.KEYWORD_ONLY, annotation=hints[name])]

    @wraps(command)
    def gathered(**given: Any) -> int:
        for name, group in groups.items():
            given[name] = group(**{f.name: given.pop(f.name) for f in fields(group)})
        return command(**given)

    gathered.__signature__ = Signature(shown)  # type: ignore[attr-defined]
    gathered.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    return gathered


def _assignments(option: str, settings: list[str], allowed: str) -> dict[str, str]:
    """Names and texts of an option that is given as ``NAME=TEXT``."""
    values = {}
    for setting in settings:
        name, sign, text = setting.partition("=")
        if not sign:
            raise InputError(file=COMMAND_LINE, key=option, value=setting, allowed=allowed)
        values[name.strip()] = text.strip()
    return values


def _numbers(settings: list[str]) -> dict[str, float]:
    """Values of ``--set NAME=VALUE``."""
    allowed = "NAME=VALUE with a number"
    values = {}
    for name, text in _assignments("--set", settings, allowed).items():
        try:
            values[name] = float(text)
        except ValueError:
            setting = f"{name}={text}"
            raise InputError(
                file=COMMAND_LINE, key="--set", value=setting, allowed=allowed
            ) from None
    return values
