"""The file of a sweep as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from innocluster.scenarios.schema import DEFAULT_PRESET

__all__ = ["Axis", "sweep_file"]


@dataclass(frozen=True)
class Axis:
    """What varies: an entry of a scenario between two numbers, or over some values."""

    entry: str
    low: float = 0.0
    high: float = 0.0
    values: tuple[str, ...] = ()


def sweep_file(
    axes: Sequence[Axis],
    policies: Sequence[str],
    measures: Sequence[str],
    points: int,
    worlds: int,
    year: int,
    base: Mapping[str, Any],
) -> str:
    """A Sobol sample of some points in some worlds each, under policies, as TOML.

    Parameters
    ----------
    year : of the outcomes
    base : what the scenario sets apart from the default, its tables one level deep
    """
    listed = [f"{measure}_{year}" for measure in measures]
    lines = [
        'name = "from-the-page"',
        'design = "sobol"',
        f"points = {points}",
        f"replications = {worlds}",
        f"policies = {_value(list(policies))}",
        f"outcomes = {_value(listed)}",
        "",
        "[base]",
        f"scenario = {_value(DEFAULT_PRESET)}",
    ]
    lines += [f"{key} = {_value(x)}" for key, x in base.items() if not isinstance(x, Mapping)]
    for key, entries in base.items():
        if isinstance(entries, Mapping):
            lines += ["", f"[base.{key}]", *(f"{k} = {_value(x)}" for k, x in entries.items())]
    for axis in axes:
        lines += ["", "[[vary]]", f"entry = {_value(axis.entry)}"]
        if axis.values:
            lines.append(f"values = {_value(list(axis.values))}")
        else:
            lines += [f"low = {_value(axis.low)}", f"high = {_value(axis.high)}"]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    """A string, number or list of strings; TOML writes them as JSON does."""
    return json.dumps(value, ensure_ascii=False)
