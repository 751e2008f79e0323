"""Files of designs: those that come with the software, and the base scenario that one states."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import COMMAND_LINE, InputError, choices
from ..schema import DEFAULT_PRESET, Scenario

__all__ = ["ALLOWED_BASE", "base_of", "design_file", "ready_sweeps"]

ALLOWED_BASE = "a table of scenario (a preset's name or a path) and entries that differ from it"

_READY = Path(__file__).parent / "examples"


def ready_sweeps() -> tuple[str, ...]:
    """Names of the sweeps that come with the software."""
    return tuple(sorted(path.stem for path in _READY.glob("*.toml")))


def design_file(given: str | Path) -> Path:
    """The file that a path or the name of a ready sweep means.

    Raises
    ------
    InputError
        For what is neither.
    """
    if str(given) in ready_sweeps():
        return _READY / f"{given}.toml"
    path = Path(given)
    if not path.suffix and not path.exists():
        allowed = choices(str(given), ready_sweeps()) + " or the path of a TOML file"
        raise InputError(file=COMMAND_LINE, key="sweep", value=str(given), allowed=allowed)
    return path


def base_of(table: Any, file: str, folder: Path) -> Scenario:
    """The base scenario of a table: another scenario with what the table sets.

    Raises
    ------
    InputError
        For anything wrong with either.
    """
    if not isinstance(table, Mapping):
        raise InputError(file=file, key="base", value=table, allowed=ALLOWED_BASE)
    own = dict(table)
    source = str(own.pop("scenario", DEFAULT_PRESET))
    if (folder / source).is_file():
        source = str(folder / source)
    base = Scenario.from_file(source)
    for key in ("parameters", "forms"):
        if isinstance(own.get(key), Mapping):
            own[key] = {**getattr(base, key), **own[key]}
    for key in ("macro", "region"):
        if isinstance(own.get(key), str) and (folder / own[key]).exists():
            own[key] = str((folder / own[key]).resolve())
    return base.replaced(f"{file} [base]", **own)
