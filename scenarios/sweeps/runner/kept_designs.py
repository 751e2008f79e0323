"""The design of a sweep among the inputs of its result, from which it can be gone on with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from ...entries import SCENARIO
from ...errors import InputError
from ...runs.inputs import INPUTS, Inputs
from ...runs.provenance import canonical_scenario
from ...store.files import storage_errors, write_aside
from ..designs import Sweep

__all__ = ["keep_design", "kept_design", "kept_identity"]

_DESIGN = "sweep.json"
_VARIED = "varied"
_FILES = ("macro", "region", SCENARIO)


def keep_design(design: Sweep, folder: Path) -> None:
    """Write a design, and the files that it varies, to the inputs of a result."""
    target = folder / INPUTS
    with storage_errors(folder):
        target.mkdir(parents=True, exist_ok=True)
        document = design.model_dump(mode="json", exclude={"base"})
        if design.draws is not None:
            draws = target / f"draws{Path(design.draws).suffix.lower()}"
            shutil.copyfile(design.draws, draws)
            document["draws"] = draws.name
        for source, name in design.varied_files(_FILES):
            place = target / _VARIED / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, place, dirs_exist_ok=True)
            else:
                shutil.copyfile(source, place)
    document["base"] = design.own_entries
    write_aside(target / _DESIGN, json.dumps(document, ensure_ascii=False, indent=1).encode())


def kept_design(folder: Path) -> Sweep:
    """The design of the sweep in a result folder.

    Raises
    ------
    InputError
        Where there is none, or it is damaged.
    """
    path = folder / INPUTS / _DESIGN
    document = _document(folder)
    given = {key: value for key, value in document.items() if value is not None}
    given["vary"] = [
        {key: value for key, value in axis.items() if value is not None}
        for axis in document["vary"]
    ]
    if "draws" in given:
        given["draws"] = str((path.parent / given["draws"]).resolve())
    base = Inputs.restore(folder).scenario
    return Sweep.from_table(given, str(path), path.parent / _VARIED, base)


def kept_identity(folder: Path) -> dict[str, Any]:
    """What two parts of one sweep have in common, wherever their files lie.

    Raises
    ------
    InputError
        As `kept_design`.
    """
    document = _document(folder)
    inputs = Inputs.restore(folder)
    base = canonical_scenario(inputs.scenario, inputs.digests)
    return {**document, "draws": document["draws"] is not None, "base": base}


def _document(folder: Path) -> dict[str, Any]:
    """A design as it was written."""
    try:
        document = json.loads((folder / INPUTS / _DESIGN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        document = None
    if not isinstance(document, dict):
        raise InputError(
            file=folder, key="folder", value="no sweep", allowed="a result folder of a sweep"
        )
    return document
