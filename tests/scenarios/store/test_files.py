"""Files are whole or not there, on disk before they have their name, and errors tell the reason."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.store.files import is_whole, signed, storage_errors, write_aside


def test_a_file_is_on_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    flush, rename = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        steps.append(f"flush {os.fstat(handle).st_size}")
        flush(handle)

    def replace(path: Path, target: Path) -> Path:
        steps.append(f"rename to {target.name}")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    write_aside(tmp_path / "table.csv", b"12345")
    assert steps == ["flush 5", "rename to table.csv"]
    assert os.listdir(tmp_path) == ["table.csv"]


def test_what_cannot_be_written_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_aside(tmp_path / "table.csv", b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"No space left.*free space"):
        write_aside(tmp_path / "table.csv", b"new")
    assert os.listdir(tmp_path) == ["table.csv"]
    assert (tmp_path / "table.csv").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "a folder with free space"),
        (OSError(errno.EFBIG, "File too large"), "a folder with free space"),
        (OSError(errno.EACCES, "Permission denied"), "a writable folder"),
        (OSError(errno.EROFS, "Read-only file system"), "a writable folder"),
        (OSError(errno.ENOLCK, "No locks available"), "a folder that can be used"),
        (sqlite3.OperationalError("database or disk is full"), "a folder with free space"),
        (
            sqlite3.OperationalError("attempt to write a readonly database"),
            "a writable folder",
        ),
        (
            sqlite3.OperationalError("database is locked"),
            "a ledger that no other program has open",
        ),
        (
            sqlite3.OperationalError("disk I/O error"),
            "a disk that works and has free space",
        ),
        (
            sqlite3.DatabaseError("database disk image is malformed"),
            "a whole ledger; the same command sets this one aside and goes on",
        ),
    ],
)
def test_the_true_reason_is_told(error: Exception, remedy: str) -> None:
    with pytest.raises(InputError) as caught, storage_errors(Path("out")):
        raise error
    reason = error.strerror if isinstance(error, OSError) else str(error)
    assert str(caught.value) == f"out: out = {reason}: allowed: {remedy}"


def test_a_manifest_is_signed() -> None:
    import json

    document = json.loads(signed({"seed": 1, "name": "울산", "wide": 0.1}))
    assert is_whole(document)
    assert not is_whole(document | {"seed": 2})
    assert not is_whole({key: value for key, value in document.items() if key != "digest"})
