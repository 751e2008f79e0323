"""The exact lines that give the page's numbers: a command, Python, and a scenario file."""

from __future__ import annotations

import json
import shlex
from typing import Any

from innocluster.scenarios.arms import BASELINE, resolve_arm

from ..address import FORMAT, WORLDS, View

__all__ = ["command_line", "python_lines", "scenario_file"]

_OPTIONS = {
    "macro": "--macro", "last": "--last", "seed": "--seed", "budget_scale": "--budget",
    "start": "--start", "members_scale": "--members",
}  # fmt: skip


def command_line(view: View, worlds: int = WORLDS) -> str:
    """The command; its ``yearly.csv`` is the file of all numbers of the page, byte by byte."""
    settings = view.settings()
    given = {**settings, **settings.pop("programme", {})}
    words = ["innocluster", "compare", *_arms(view), "--pairs", str(worlds)]
    words += ["--max-pairs", str(worlds)]
    for key, option in _OPTIONS.items():
        if key in given:
            words += [option, _plain(given[key])]
    for name, value in settings.get("parameters", {}).items():
        words += ["--set", f"{name}={_plain(value)}"]
    for rule, form in settings.get("forms", {}).items():
        words += ["--form", f"{rule}={form}"]
    return shlex.join(words)


def python_lines(view: View, worlds: int = WORLDS) -> str:
    """The same in Python, to run as a script or in a notebook."""
    settings = view.settings()
    entries = [f"        {key}={value!r}," for key, value in settings.items()]
    replaced = "\n".join([".replaced(", *entries, "    )"]) if entries else ""
    return (
        "import innocluster as ic\n\n"
        'if __name__ == "__main__":\n'
        f"    scenario = ic.Scenario.default(){replaced}\n"
        f"    result = ic.compare({json.dumps(_arms(view))}, scenario, pairs={worlds}, "
        f"max_pairs={worlds})\n"
        '    result.yearly.to_csv("yearly.csv", index=False, encoding="utf-8-sig")\n'
    )


def scenario_file(view: View, arm: str) -> str:
    """A scenario file of one side, for ``innocluster run FILE``."""
    found = resolve_arm(arm, view.scenario())
    dumped = found.scenario.model_dump(exclude_unset=True) | {"policy": _key(found.policy)}
    tables = {key: value for key, value in dumped.items() if isinstance(value, dict)}
    lines = [
        f"{key} = {_toml(value)}"
        for key, value in dumped.items()
        if key not in tables and value is not None
    ]
    for name, table in tables.items():
        filled = {key: value for key, value in table.items() if value is not None}
        if filled:
            lines += [
                "",
                f"[{name}]",
                *(f"{key} = {_toml(value)}" for key, value in filled.items()),
            ]
    return "\n".join(lines) + "\n"


def _arms(view: View) -> list[str]:
    """Arms to name: no programme is always there."""
    return [arm for arm in view.arms() if arm != BASELINE]


def _key(policy: str) -> str:
    from innocluster.scenarios.policies import find_policy

    return find_policy(policy).key


def _plain(value: Any) -> str:
    return format(value, FORMAT) if isinstance(value, float) else str(value)


def _toml(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return repr(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)
