"""The commands that list what there is: policies, forms, scenarios, parameters."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from innocluster.scenarios.errors import COMMAND_LINE, InputError, choices
from innocluster.viz.words.messages import Messages

from .options import LANGUAGE, JsonOption, LanguageOption
from .terminal.console import print_json

if TYPE_CHECKING:
    from rich.console import Console

    from innocluster.sim.ground.parameters import Parameter

__all__ = ["forms_command", "parameters_command", "policies_command", "scenarios_command"]


def policies_command(
    policy: Annotated[
        str | None, typer.Argument(metavar="POLICY", help="Id or key; all by default.")
    ] = None,
    lang: LanguageOption = LANGUAGE,
    json: JsonOption = False,
) -> int:
    """Say what the coordination policies do, with which instruments, and what they know."""
    from .terminal.policy_list import describe_policies, print_policies

    rows = describe_policies(policy, lang.value)
    if json:
        print_json(dumps({"policies": rows}, ensure_ascii=False, indent=1))
    else:
        print_policies(rows, lang.value)
    return 0


def forms_command(
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="Name of a rule; all by default.")
    ] = None,
    lang: LanguageOption = LANGUAGE,
    json: JsonOption = False,
) -> int:
    """List the rules whose form is open to question, their forms, evidence and weights."""
    from .terminal.form_list import describe_forms, print_forms

    rows = describe_forms(rule, lang.value)
    if json:
        print_json(dumps({"rules": rows}, ensure_ascii=False, indent=1))
    else:
        print_forms(rows, lang.value)
    return 0


def scenarios_command(
    scenario: Annotated[
        str | None, typer.Argument(metavar="SCENARIO", help="One of them; all by default.")
    ] = None,
    toml: Annotated[
        bool, typer.Option("--toml", help="Print its file, to copy and to change.")
    ] = False,
    lang: LanguageOption = LANGUAGE,
    json: JsonOption = False,
) -> int:
    """List the scenarios that come with the software, or print one as a file to copy."""
    from innocluster.scenarios.files import PRESETS
    from innocluster.scenarios.schema import DEFAULT_PRESET, Scenario, presets

    if scenario is not None and scenario not in presets():
        allowed = choices(scenario, presets())
        raise InputError(file=COMMAND_LINE, key="scenario", value=scenario, allowed=allowed)
    if toml:
        path = PRESETS / f"{scenario or DEFAULT_PRESET}.toml"
        print(path.read_text(encoding="utf-8"), end="")
        return 0
    words = Messages(lang.value)
    shown = ("name", "title", "policy", "macro", "region", "exports", "last", "seed")
    names = presets() if scenario is None else (scenario,)
    rows = [Scenario.from_file(name).model_dump(include=set(shown)) for name in names]
    rows = [{key: row[key] for key in shown} for row in rows]
    for row in rows:
        row["title"] = words("title", row["title"])
    if json:
        print_json(dumps({"scenarios": rows}, ensure_ascii=False, indent=1))
        return 0
    console = _console()
    for row in rows:
        console.print(row["name"], style="bold", markup=False)
        what = f"{row['policy']}, {row['macro']}, {words('line', 'up to {last}', last=row['last'])}"
        console.print(f"  {row['title']}\n  {what}", markup=False)
    console.print(words("line", "innocluster scenarios NAME --toml prints one as a file to copy."))
    return 0


def parameters_command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One parameter; all by default.")
    ] = None,
    search: Annotated[
        str | None, typer.Option(metavar="WORD", help="Those with a word in name, label or source.")
    ] = None,
    lang: LanguageOption = LANGUAGE,
    json: JsonOption = False,
) -> int:
    """List the parameters with default, range, unit and source."""
    from innocluster.sim.ground.parameters import PARAMETERS

    words = Messages(lang.value)
    if name is not None and name not in PARAMETERS:
        allowed = choices(name, tuple(PARAMETERS))
        raise InputError(file=COMMAND_LINE, key="parameter", value=name, allowed=allowed)
    rows = [
        _described(parameter, words)
        for parameter in PARAMETERS.values()
        if name in (None, parameter.name) and _holds(parameter, search)
    ]
    if json:
        print_json(dumps({"parameters": rows}, ensure_ascii=False, indent=1))
        return 0
    if not rows:
        allowed = "a word that some parameter has in its name, label or source"
        raise InputError(file=COMMAND_LINE, key="--search", value=search, allowed=allowed)
    console = _console()
    for row in rows:
        _print_parameter(row, words, console)
    return 0


def _described(parameter: Parameter, words: Messages) -> dict[str, Any]:
    """A parameter as a row for people and programs."""
    return {
        "name": parameter.name,
        "symbol": parameter.symbol,
        "label": parameter.label_ko if words.language == "ko" else parameter.label,
        "default": parameter.default,
        "low": parameter.low,
        "high": parameter.high,
        "lowest": parameter.lowest,
        "highest": parameter.highest,
        "unit": parameter.unit,
        "group": parameter.group,
        "equation": parameter.equation,
        "source": words("source", parameter.source),
    }


def _holds(parameter: Parameter, word: str | None) -> bool:
    texts = (parameter.name, parameter.label, parameter.label_ko, parameter.source, parameter.group)
    return word is None or any(word.lower() in text.lower() for text in texts)


def _print_parameter(row: dict[str, Any], words: Messages, console: Console) -> None:
    """A card: name and label, value with its ranges, equation and source."""
    from rich.text import Text

    unit = "" if row["unit"] == "1" else f" {row['unit']}"
    value = words(
        "line", "{value}{unit}, plausible {low} to {high}, possible {lowest} to {highest}",
        unit=unit, value=f"{row['default']:g}",
        **{key: f"{row[key]:g}" for key in ("low", "high", "lowest", "highest")},
    )  # fmt: skip
    console.print(Text.assemble((row["name"], "bold"), f"  {row['symbol']}  {row['label']}"))
    for line in (value, f"{row['equation']}: {row['source']}"):
        console.print(Text(line), soft_wrap=False, style="dim" if line != value else "")
    console.print()


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, markup=False)
