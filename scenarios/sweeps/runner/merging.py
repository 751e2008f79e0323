"""Merging the parts of a sweep that were run on several machines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...errors import InputError
from ...store.folder import ResultFolder
from .finished import SweepResult
from .kept_designs import kept_design, kept_identity
from .running import sweep

__all__ = ["merge"]


def merge(
    folder: str | Path | ResultFolder, shards: Sequence[str | Path], command: str = ""
) -> SweepResult:
    """One result of the parts of a sweep; those that are there already stay.

    Parameters
    ----------
    folder : of the whole sweep
    shards : folders of its parts, in any order; each may be there more than once, and one that
        was interrupted gives what it has
    command : the command that asked for it, for the record

    Raises
    ------
    InputError
        For a folder that is no part of a sweep, or one of another sweep.
    """
    parts = sorted({Path(shard).resolve() for shard in shards})
    first = kept_identity(parts[0])
    for part in parts[1:]:
        if kept_identity(part) != first:
            raise InputError(
                file=part, key="sweep", value=f"another sweep than that of {parts[0]}",
                allowed="parts of one sweep",
            )  # fmt: skip
    return sweep(kept_design(parts[0]), folder, workers=1, reuse=parts, run=False, command=command)
