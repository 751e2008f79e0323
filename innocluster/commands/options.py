"""Options that commands share, each declared once, and the scenario that they add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from innocluster.scenarios.errors import COMMAND_LINE, InputError

from .terminal.console import DEFAULT_LANGUAGE, notice, spoken

if TYPE_CHECKING:
    from innocluster.scenarios.schema import Scenario

__all__ = [
    "DEFAULT_SCENARIO",
    "LANGUAGE",
    "JsonOption",
    "Language",
    "LanguageOption",
    "LessonOptions",
    "OpenOption",
    "OutOption",
    "OutputOptions",
    "QuietOption",
    "RunOptions",
    "ScenarioOption",
    "WorkbookOption",
    "WorldOptions",
    "chosen_source",
    "speak_below",
    "with_options",
]

DEFAULT_SCENARIO = "korean-pilot-2005"


class Language(StrEnum):
    """Languages of tables, figures and reports."""

    en = "en"
    ko = "ko"


LANGUAGE = Language(DEFAULT_LANGUAGE)
"""Language of the output where no option names one."""

ScenarioOption = Annotated[
    str, typer.Option("--scenario", metavar="SCENARIO", help="Preset name or TOML file.")
]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Result folder.")]
LanguageOption = Annotated[
    Language,
    typer.Option(
        "--lang", metavar="en|ko", help="Language of the output, by default of the system."
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print errors only.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document only.")]
WorkbookOption = Annotated[
    bool, typer.Option("--xlsx", help="Also write the tables as one Excel workbook.")
]
OpenOption = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]


def speak_below(context: typer.Context, language: Language, commands: Iterable[str]) -> None:
    """Let commands below one speak its language where they name none themselves."""
    context.default_map = {name: {"lang": language.value} for name in commands}


def chosen_source(argument: str | None, option: str | None) -> str:
    """The scenario, given by its place or by ``--scenario``."""
    if argument is not None and option is not None and argument != option:
        raise InputError(
            file=COMMAND_LINE, key="--scenario", value=option,
            allowed=f"one scenario, and {argument} is given too",
        )  # fmt: skip
    return argument or option or DEFAULT_SCENARIO


@dataclass(frozen=True)
class RunOptions:
    """Options of every command that runs the model: what it changes and what it writes."""

    seed: Annotated[int | None, typer.Option(metavar="N", help="Root seed.")] = None
    last: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Last month, 2005-12 to 2020-12.")
    ] = None
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="FACTOR",
            help="Budget: a factor on the region's, such as 2, or KRW bn by year"
            " as 2006=40,2007=60.",
        ),
    ] = None
    start: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM", help="First month of the programme, from 2005-04 on."),
    ] = None
    members: Annotated[
        float | None,
        typer.Option(
            metavar="FACTOR", help="Size: a factor on the firms that join in the first year."
        ),
    ] = None
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHANNEL",
            help="Mechanism to switch off, with and without the programme alike; may be repeated."
            " One of information, learning, joint, transfer, grants, ties, brand, roles, time.",
        ),
    ] = None
    governance: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Chain of coordinators: four-level, two-level or local."),
    ] = None
    macro: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="history, plan-2005, frozen or a CSV file with year or month, domestic_demand,"
            " world_demand, exchange_rate, price_index and wage_index.",
        ),
    ] = None
    region: Annotated[
        str | None,
        typer.Option(metavar="NAME|DIR", help="seven-complexes or a folder of region data."),
    ] = None
    exports: Annotated[
        str | None, typer.Option(metavar="NAME", help="corrected or as_printed export figures.")
    ] = None
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Set a parameter, also to an extreme value beyond what is plausible;"
            " may be repeated.",
        ),
    ] = None
    forms: Annotated[
        list[str] | None,
        typer.Option(
            "--form", metavar="RULE=FORM", help="Set the form of a contested rule; may be repeated."
        ),
    ] = None
    out: OutOption = None
    lang: LanguageOption = LANGUAGE
    quiet: QuietOption = False
    json: JsonOption = False

    def scenario(self, source: str, policy: str | None = None) -> Scenario:
        """The scenario of a name or file with what the command line changes."""
        from innocluster.scenarios.schema import Scenario

        scenario = Scenario.from_file(source)
        changes = {
            "policy": policy, "seed": self.seed, "last": self.last, "macro": self.macro,
            "region": self.region, "exports": self.exports, "governance": self.governance,
            "without": self.without or None,
        }  # fmt: skip
        given: dict[str, Any] = {key: v for key, v in changes.items() if v is not None}
        programme = self._programme()
        if programme:
            given["programme"] = scenario.programme.model_dump(exclude_unset=True) | programme
        if self.settings:
            given["parameters"] = {**scenario.parameters, **_numbers(self.settings, "--set")}
        if self.forms:
            given["forms"] = {**scenario.forms, **_assignments("--form", self.forms, "RULE=FORM")}
        scenario = scenario.replaced(**given) if given else scenario
        if not self.quiet and not self.json:
            self._tell_of_extremes(scenario)
        return scenario

    def _programme(self) -> dict[str, Any]:
        """What the command line changes of the programme."""
        changes: dict[str, Any] = {}
        if self.budget is not None:
            changes |= _budget(self.budget)
        if self.start is not None:
            changes["start"] = self.start
        if self.members is not None:
            changes["members_scale"] = self.members
        return changes

    def _tell_of_extremes(self, scenario: Scenario) -> None:
        """Say which parameters stand outside the range that is plausible."""
        from innocluster.sim.ground.parameters import PARAMETERS

        words = spoken(["--lang", self.lang.value])
        for name, value in scenario.parameters.items():
            known = PARAMETERS[name]
            if not known.low <= value <= known.high:
                notice(
                    words(
                        "line", "{name} = {value} lies outside what is plausible, {low} to {high}.",
                        name=name, value=f"{value:g}", low=f"{known.low:g}", high=f"{known.high:g}",
                    )
                )  # fmt: skip

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
        str,
        typer.Option(
            metavar="NAME", help="Parameters of the worlds: point, prior, posterior or forms."
        ),
    ] = "point"
    draws: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV or Parquet file of a posterior.")
    ] = None
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Processes, by default one a core.")
    ] = None

    @property
    def design(self) -> tuple[str, str]:
        """What of them tells one design from another."""
        return self.under, str(self.draws)

    @property
    def processes(self) -> int:
        """How many there will be."""
        from innocluster.agents.help import available_cores

        return max(1, self.workers or available_cores())


@dataclass(frozen=True)
class OutputOptions:
    """What commands that run many worlds write beside their tables."""

    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Draw the figures and the page.")
    ] = True
    xlsx: WorkbookOption = False
    open_page: OpenOption = False


@dataclass(frozen=True)
class LessonOptions:
    """Where a lesson goes and in which language."""

    out: OutOption = None
    lang: LanguageOption = LANGUAGE
    quiet: QuietOption = False
    json: JsonOption = False

    def folder(self, command: str, source: Path, *asked: object) -> Path:
        """Where the lesson goes; by default a folder that no other question shares."""
        if self.out is not None:
            return self.out
        from hashlib import sha256

        text = "\n".join(map(str, (source.resolve(), *asked)))
        return Path("results") / f"{command}-{source.name}-{sha256(text.encode()).hexdigest()[:8]}"


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
    """Names and texts of an option that is given as ``NAME=TEXT``, the last of each name."""
    values = {}
    for setting in settings:
        name, sign, text = setting.partition("=")
        if not sign:
            raise InputError(file=COMMAND_LINE, key=option, value=setting, allowed=allowed)
        values[name.strip()] = text.strip()
    return values


def _numbers(settings: list[str], option: str) -> dict[str, float]:
    """Names and numbers of an option that is given as ``NAME=VALUE``."""
    allowed = "NAME=VALUE with a number"
    values = {}
    for name, text in _assignments(option, settings, allowed).items():
        try:
            values[name] = float(text)
        except ValueError:
            raise InputError(
                file=COMMAND_LINE, key=option, value=f"{name}={text}", allowed=allowed
            ) from None
    return values


def _budget(text: str) -> dict[str, Any]:
    """What ``--budget`` means: a factor, or amounts by year."""
    from innocluster.scenarios.schema import number_in

    if "=" not in text:
        return {"budget_scale": number_in(text, "--budget")}
    return {"budget": _numbers(text.split(","), "--budget")}
