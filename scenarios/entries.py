"""Entries of a scenario by name, such as ``parameters.NAME``, ``programme.start`` or ``macro``.

A point of a sweep is a few entries that differ from a scenario of all points.  Some say what
worlds are made of, and few combinations of these occur; the others are cheap to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError
from .schema import PRESET_MACROS, PRESET_REGION, Scenario

__all__ = ["ALLOWED_ENTRY", "SCENARIO", "WORLD_ENTRIES", "canonical_at", "varied"]

SCENARIO = "scenario"
"""The entry that names another scenario: what that sets is set, but for what the sweep sets."""

WORLD_ENTRIES = (
    SCENARIO, "macro", "region", "exports", "last", "spin_up_years", "population_seed", "without",
)  # fmt: skip
"""Entries whose combinations are read once each."""

ALLOWED_ENTRY = "parameters.NAME, forms.RULE or an entry of a scenario"
_TABLES = ("parameters", "forms", "programme")
_NAMELESS = {"policy", "name", "title", "seed"}
_PATHS = {"macro": PRESET_MACROS, "region": (PRESET_REGION,)}


def varied(
    base: Scenario, entries: Mapping[str, Any], file: str, folder: Path | None = None
) -> Scenario:
    """A scenario with some entries replaced, and everything checked again.

    Parameters
    ----------
    file : is named in errors
    folder : where relative paths start

    Raises
    ------
    InputError
        For an entry that a scenario does not have, or a value that it cannot take.
    """
    changes: dict[str, Any] = {}
    for entry, value in entries.items():
        table, _, key = entry.partition(".")
        plain = value.item() if isinstance(value, np.generic) else value
        if table in _NAMELESS or (key and table not in _TABLES):
            raise InputError(file=file, key="vary.entry", value=entry, allowed=ALLOWED_ENTRY)
        if not key:
            usual = _PATHS.get(table)
            if usual is not None and plain not in usual and folder is not None:
                plain = str(folder / str(plain))
            changes[table] = plain
            continue
        if table not in changes:
            own = getattr(base, table)
            changes[table] = dict(own) if isinstance(own, dict) else own.model_dump()
        changes[table][key] = float(plain) if table == "parameters" else plain
    return base.replaced(file, **changes)


def canonical_at(canonical: Mapping[str, Any], entries: Mapping[str, Any]) -> dict[str, Any]:
    """A canonical scenario with entries replaced: what the canonical form of `varied` would be.

    Checked values only; entries of `WORLD_ENTRIES` are not among them.
    """
    changed = dict(canonical)
    for entry, value in entries.items():
        table, _, key = entry.partition(".")
        plain = value.item() if isinstance(value, np.generic) else value
        if not key:
            changed[table] = plain
            continue
        if changed[table] is canonical[table]:
            changed[table] = dict(canonical[table])
        known = changed[table][key]
        changed[table][key] = float(plain) if isinstance(known, float) else plain
    return changed
