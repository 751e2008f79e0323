"""A result folder while a command works in it: locked, filled aside, swapped in at the end.

Whatever a command makes is collected in a staging folder.  When all of it is there the old
files give way and the new ones take their places; a command that is killed in between is
completed by the next one.  The ledger alone is written in its place, run by run.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import overload

from innocluster.version import __version__

from ..errors import InputError
from .contents import README, readme
from .crate import CRATE, crate_document
from .files import (
    LEDGER,
    MANIFEST,
    SOFTWARE,
    file_digest,
    flush_folder,
    read_manifest,
    signed,
    storage_errors,
    write_aside,
)
from .lock import LOCK, FolderLock
from .rows import is_ledger

__all__ = [
    "EARLIER",
    "READY",
    "ResultFolder",
    "complete_swap",
    "has_open_swap",
    "result_folder",
    "stored_files",
]

EARLIER = "earlier"
"""Folder to which results of other designs move when one of another design takes their place."""

READY, _PLACING = ".ready", ".placing"
_STAGING = ".storing-"
_NEW_FOLDER = "a new or empty folder, or a result folder of this software"


class ResultFolder:
    """A folder that this process alone may write to; see `result_folder`.

    Attributes
    ----------
    path : the folder
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._staging: Path | None = None

    @property
    def staging(self) -> Path:
        """Where the files of the new result are collected; all of them replace the old ones."""
        if self._staging is None:
            with storage_errors(self.path):
                self._staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=self.path))
                # As open to others as the folder that it stands in.
                self._staging.chmod(self.path.stat().st_mode & 0o777)
        return self._staging

    def commit(self) -> None:
        """Swap the staged files in.

        The manifest among them gains the digest of every other file.
        """
        if self._staging is None:
            return
        staging, self._staging = self._staging, None
        with storage_errors(self.path):
            manifest = read_manifest(staging)
            now = datetime.now().astimezone().isoformat(timespec="microseconds")
            title = _title(manifest)
            # Both list each other.
            for name in (README, CRATE):
                (staging / name).touch()
            write_aside(staging / README, readme(staging, title).encode())
            write_aside(staging / CRATE, crate_document(staging, manifest, title, now))
            digests = {
                file.relative_to(staging).as_posix(): file_digest(file)
                for file in sorted(staging.rglob("*"))
                if file.is_file() and file.name != MANIFEST
            }
            manifest |= {"status": "finished", "finished": now, "sha256": digests}
            write_aside(staging / MANIFEST, signed(manifest))
            for folder in [*(path for path in staging.rglob("*") if path.is_dir()), staging]:
                flush_folder(folder)
            staging.rename(self.path / READY)
            complete_swap(self.path)

    def discard(self) -> None:
        """Forget what is staged."""
        for path in self.path.glob(f"{_STAGING}*"):
            shutil.rmtree(path, ignore_errors=True)
        self._staging = None


@overload
def result_folder(
    folder: str | Path | ResultFolder, command: str
) -> AbstractContextManager[ResultFolder]: ...


@overload
def result_folder(
    folder: str | Path | ResultFolder | None, command: str
) -> AbstractContextManager[ResultFolder | None]: ...


def result_folder(
    folder: str | Path | ResultFolder | None, command: str
) -> AbstractContextManager[ResultFolder | None]:
    """Claim a result folder, make it if need be, and swap in what was staged at the end.

    One command works in a folder at a time: the next one waits.

    Parameters
    ----------
    folder : a new or empty folder, one of this software, or one that is claimed already, which
        then stays so; ``None`` stores nothing
    command : what is done, for whoever has to wait

    Raises
    ------
    InputError
        For a file in its place, a non-empty folder of something else, or a
        folder that cannot be written. Nothing in it is touched then.
    """
    if folder is None or isinstance(folder, ResultFolder):
        return nullcontext(folder)
    return _claimed(Path(folder), command)


@contextmanager
def _claimed(path: Path, command: str) -> Iterator[ResultFolder]:
    _refuse_foreign(path)
    lock = FolderLock(path, command)
    made = [folder for folder in path.parents if not folder.exists()]
    lock.acquire()
    finished, claimed = False, ResultFolder(path)
    try:
        _refuse_foreign(path)
        with storage_errors(path):
            complete_swap(path)
            claimed.discard()
        if not (path / MANIFEST).exists():
            started = {"software": SOFTWARE, "version": __version__, "status": "started"}
            write_aside(path / MANIFEST, json.dumps(started).encode())
        yield claimed
        claimed.commit()
        finished = True
    finally:
        claimed.discard()
        if not finished:
            _give_up_if_empty(path, made)
        lock.release(finished)


def has_open_swap(path: Path) -> bool:
    """Whether a swap was begun and not completed."""
    return (path / READY).exists() or (path / _PLACING).exists()


def _title(manifest: dict[str, object]) -> str:
    request, result = (manifest.get(key) for key in ("request", "result"))
    command = request.get("command", "") if isinstance(request, dict) else "replicate"
    scenario = result.get("scenario", "") if isinstance(result, dict) else ""
    return f"innocluster {command} {scenario}".strip()


def _give_up_if_empty(path: Path, made: Iterable[Path]) -> None:
    """Take a folder away again that was claimed and in which nothing has come to be.

    Parameters
    ----------
    made : folders around it that were made for it, the innermost first
    """
    with contextlib.suppress(OSError):
        if {file.name for file in path.iterdir()} <= {LOCK, MANIFEST} and (
            read_manifest(path).get("status") == "started"
        ):
            (path / MANIFEST).unlink()
            (path / LOCK).unlink()
            path.rmdir()
            for folder in made:
                folder.rmdir()


def complete_swap(path: Path) -> None:
    """Complete a swap that was begun; at every moment the same call goes on where it stopped."""
    ready, placing = path / READY, path / _PLACING
    if ready.exists():
        _retire(path, read_manifest(ready))
        ready.rename(placing)
    if placing.exists():
        _place(placing, path)


def _retire(path: Path, new: dict[str, object]) -> None:
    """Take the old files away: aside where they are of another design."""
    old = read_manifest(path)
    same = old.get("design") == new.get("design")
    aside = path / EARLIER / re.sub(r"[^0-9T]", "", str(old.get("finished", "undated")))
    # From now on the folder does not pass for finished.
    write_aside(
        path / MANIFEST,
        json.dumps(old | {"software": SOFTWARE, "status": "storing"}, ensure_ascii=False).encode(),
    )
    for name in stored_files(old):
        file = path / name
        if not file.is_file() or file.parent.is_symlink():
            continue
        if same:
            file.unlink()
        else:
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            file.replace(aside / name)
    if aside.exists():
        write_aside(aside / MANIFEST, signed(old | {"status": "finished"}))


def _place(placing: Path, path: Path) -> None:
    """Move the new files into their places, the manifest last."""
    files = sorted(file for file in placing.rglob("*") if file.is_file())
    for file in sorted(files, key=lambda file: file == placing / MANIFEST):
        target = path / file.relative_to(placing)
        if target.parent.is_symlink():
            raise InputError(
                file=target.parent, key="out", value="a link", allowed="a folder of the result"
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)
    for folder in {path / file.relative_to(placing).parent for file in files}:
        flush_folder(folder)
    shutil.rmtree(placing)


def stored_files(manifest: dict[str, object]) -> list[str]:
    """Names of the files that a manifest lists, none of them outside its folder."""
    digests = manifest.get("sha256")
    names = digests if isinstance(digests, dict) else {}
    return [
        name
        for name in names
        if isinstance(name, str) and name and not Path(name).is_absolute()
        if ".." not in Path(name).parts
    ]  # fmt: skip


def _refuse_foreign(folder: Path) -> None:
    """Refuse a file, and a folder with files of somebody else."""
    with storage_errors(folder):
        if folder.exists() and not folder.is_dir():
            raise InputError(file=folder, key="out", value="a file", allowed=_NEW_FOLDER)
        if not folder.exists():
            return
        names = [path.name for path in folder.iterdir()]
        ours = LOCK in names or read_manifest(folder) or is_ledger(folder / LEDGER)
        if names and not ours:
            value = f"a folder with other files ({min(names)})"
            raise InputError(file=folder, key="out", value=value, allowed=_NEW_FOLDER)
