"""Whether a result is what it was when it was stored, and what state a folder is in."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .files import LEDGER, MANIFEST, file_digest, is_whole, read_manifest, storage_errors
from .folder import EARLIER, has_open_swap, stored_files
from .lock import LOCK, Holder, holder_of, interrupted_in
from .rows import read_rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FolderState", "finished_manifest", "inspect_folder", "read_result"]

_ALLOWED = "a result folder of this software"


@dataclass(frozen=True)
class FolderState:
    """What there is in a result folder.

    Attributes
    ----------
    state : ``"running"``, ``"complete"``, ``"interrupted"`` or ``"damaged"``
    holder : who is at work, or was interrupted
    manifest : what was stored; empty where that is unknown
    files : files that are listed
    runs : whole rows of the ledger that are done
    failed : whole rows of the ledger that failed
    problems : what is wrong, a line each
    earlier : folders of earlier results of other designs
    """

    state: str
    holder: Holder | None
    manifest: dict[str, Any]
    files: tuple[str, ...]
    runs: int
    failed: int
    problems: tuple[str, ...]
    earlier: tuple[str, ...]


def inspect_folder(folder: Path) -> FolderState:
    """Read everything in a folder and compare it with its digests; nothing is changed.

    Raises
    ------
    InputError
        For a folder that is not there or not of this software.
    """
    if not folder.is_dir():
        raise InputError(file=folder, key="folder", value="no such folder", allowed=_ALLOWED)
    manifest = read_manifest(folder)
    if not manifest and not (folder / LOCK).exists() and not (folder / LEDGER).exists():
        raise InputError(file=folder, key="folder", value="other files", allowed=_ALLOWED)
    with storage_errors(folder):
        holder = holder_of(folder)
        problems = [] if holder else [*_wrong_files(folder, manifest)]
        runs, failed, damage = _count_runs(folder / LEDGER)
        problems += [] if holder else damage
        unfinished = manifest.get("status") != "finished" or has_open_swap(folder)
        earlier = sorted(path.name for path in (folder / EARLIER).glob("*"))
    if holder:
        state = "running"
    elif manifest and unfinished:
        state = "interrupted"
    else:
        state = "damaged" if problems else "complete"
    return FolderState(
        state,
        holder or interrupted_in(folder),
        manifest,
        tuple(stored_files(manifest)),
        runs,
        failed,
        tuple(problems),
        tuple(earlier),
    )


def _wrong_files(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """Files that are missing or no longer what they were."""
    if not manifest:
        return [f"{MANIFEST}: missing or damaged"]
    problems = []
    if manifest.get("status") == "finished" and not is_whole(manifest):
        problems.append(f"{MANIFEST}: not what was stored")
    for name in stored_files(manifest):
        path = folder / name
        if not path.is_file():
            problems.append(f"{name}: missing")
        elif file_digest(path) != manifest["sha256"][name]:
            problems.append(f"{name}: not what was stored")
    return problems


def _count_runs(path: Path) -> tuple[int, int, list[str]]:
    """Whole rows that are done and that failed, and what is wrong with others."""
    done, failed, problems = 0, 0, []
    try:
        for row, whole in read_rows(path):
            if not whole:
                problems.append(f"{LEDGER}: world {row.replication} under {row.policy}: damaged")
            elif row.status == "done":
                done += 1
            else:
                failed += 1
    except sqlite3.Error as error:
        problems.append(f"{LEDGER}: {error}")
    return done, failed, problems


def finished_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a finished result.

    Raises
    ------
    InputError
        Where there is none, or it is no longer what was stored.
    """
    manifest = read_manifest(folder)
    value = ""
    if manifest.get("status") != "finished" or has_open_swap(folder):
        value = "unfinished" if manifest else "no result"
    elif not is_whole(manifest):
        value = f"{MANIFEST} is not what was stored"
    if value:
        raise InputError(file=folder, key="folder", value=value, allowed="a finished result")
    return manifest


def read_result(
    folder: Path, names: dict[str, str]
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """What a result says of itself, and its tables by attribute.

    Parameters
    ----------
    folder : folder of a finished result
    names : attribute -> name of the table's file without ending

    Raises
    ------
    InputError
        Where the result is unfinished, or a table is missing or not what was stored.
    """
    import pandas as pd

    manifest = finished_manifest(folder)
    digests = manifest["sha256"]
    frames = {}
    for attribute, name in names.items():
        path = folder / f"{name}.parquet"
        with storage_errors(path):
            whole = path.is_file() and file_digest(path) == digests.get(path.name)
        if not whole:
            value = "not what was stored" if path.is_file() else "no such table"
            raise InputError(
                file=path, key="table", value=value,
                allowed="a whole result; the same command as before makes it anew",
            )  # fmt: skip
        frames[attribute] = pd.read_parquet(path)
    return dict(manifest["result"]), frames
