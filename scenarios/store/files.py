"""Files of a result folder: written aside and renamed, so that no reader ever sees half of one."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import InputError

__all__ = [
    "LEDGER",
    "MANIFEST",
    "SOFTWARE",
    "file_digest",
    "flush_folder",
    "is_whole",
    "read_manifest",
    "signed",
    "storage_errors",
    "write_aside",
]

MANIFEST = "manifest.json"
LEDGER = "runs.sqlite"
SOFTWARE = "innocluster"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what the file system or SQLite refuses into an `InputError` with its reason."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError(file=path, key="out", value=reason, allowed=_remedy(error)) from None


def _remedy(error: OSError | sqlite3.Error) -> str:
    """What would help against an error."""
    if isinstance(error, OSError):
        if error.errno in _FULL:
            return "a folder with free space"
        return "a writable folder" if error.errno in _FORBIDDEN else "a folder that can be used"
    text = str(error)
    if "full" in text:
        return "a folder with free space"
    if "readonly" in text or "unable to open" in text:
        return "a writable folder"
    if "locked" in text:
        return "a ledger that no other program has open"
    if "malformed" in text or "not a database" in text:
        return "a whole ledger; the same command sets this one aside and goes on"
    return "a disk that works and has free space"


def write_aside(path: Path, content: bytes) -> None:
    """Write a file beside its place, flush it to disk and rename it into place.

    The name beside is new and nobody else's; a link in place of the file is replaced, not followed.
    """
    with storage_errors(path):
        aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.partial")
        try:
            with aside.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise


def flush_folder(folder: Path) -> None:
    """Flush the names of a folder to disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def file_digest(path: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def signed(document: Mapping[str, Any]) -> bytes:
    """A manifest as it is written, with a digest of itself."""
    digest = _own_digest(document)
    return json.dumps({**document, "digest": digest}, ensure_ascii=False, indent=1).encode()


def is_whole(document: Mapping[str, Any]) -> bool:
    """Whether a manifest says what it said when it was signed."""
    return document.get("digest") == _own_digest(document)


def _own_digest(document: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in document.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder; empty where there is none of this software or it is damaged."""
    try:
        document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    ours = isinstance(document, dict) and document.get("software") == SOFTWARE
    return document if ours else {}
