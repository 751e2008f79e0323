"""One command at a time in a result folder: a lock that the system releases when its holder dies.

The lock is on the open file `LOCK`, which stays in the folder; what stands in it is for
people: who has it, or who was interrupted.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import platform
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from .files import storage_errors

__all__ = ["LOCK", "FolderLock", "Holder", "holder_of", "interrupted_in"]

LOCK = ".innocluster.lock"
_PAUSE = 0.1
_PLACE = 1 << 30
"""Byte that is locked where the system locks bytes: behind everything that is written."""

_log = logging.getLogger("innocluster")


@dataclass(frozen=True)
class Holder:
    """Who works in a folder.

    Attributes
    ----------
    process : number of the process
    host : name of its machine
    since : local time at which it came, ISO 8601
    command : what it does
    """

    process: int
    host: str
    since: str
    command: str

    def __str__(self) -> str:
        return f"process {self.process} on {self.host}, since {self.since}"


class FolderLock:
    """The lock of one folder.

    Parameters
    ----------
    folder : an existing folder
    command : what its holder does, for whoever has to wait
    """

    def __init__(self, folder: Path, command: str) -> None:
        self._path = folder / LOCK
        self._command = command
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock; wait for it, with one line on who has it, as long as that takes.

        Raises
        ------
        InputError
            Where the folder cannot be written or its file system has no locks.
        """
        attempts = 0
        while not self._attempt():
            attempts += 1
            # Somebody who only looks has it for an instant.
            if attempts == 5:
                holder = _read_holder(self._path)
                who = f" ({holder})" if holder else ""
                _log.warning(
                    "another innocluster%s is at work in %s: waiting for it", who, self._path.parent
                )
            time.sleep(_PAUSE)

    def _attempt(self) -> bool:
        with storage_errors(self._path.parent):
            # Whoever claimed the folder for nothing has taken it away again.
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.fdopen(_open_no_link(self._path), "a+", encoding="utf-8")
            try:
                # The folder may have been moved away while this waited.
                held = _lock(file, shared=False) and _is_there(file, self._path)
                if held:
                    here = Holder(
                        os.getpid(),
                        platform.node(),
                        datetime.now().astimezone().isoformat(timespec="seconds"),
                        self._command,
                    )
                    file.truncate(0)
                    file.write(json.dumps(asdict(here), ensure_ascii=False))
                    file.flush()
                    self._file = file
                return held
            finally:
                if self._file is None:
                    file.close()

    def release(self, finished: bool) -> None:
        """Give the lock back; what was not finished stays written down."""
        if self._file is not None:
            if finished:
                self._file.truncate(0)
            self._file.close()
            self._file = None


def holder_of(folder: Path) -> Holder | None:
    """Who is at work in a folder now."""
    path = folder / LOCK
    try:
        with path.open(encoding="utf-8") as file:
            if _lock(file, shared=True):
                return None
    except OSError:
        return None
    return _read_holder(path) or Holder(0, "unknown", "unknown", "unknown")


def interrupted_in(folder: Path) -> Holder | None:
    """Who was interrupted in a folder in which nobody is at work."""
    return _read_holder(folder / LOCK)


def _read_holder(path: Path) -> Holder | None:
    try:
        text = path.read_text(encoding="utf-8")
        return Holder(**json.loads(text)) if text else None
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def _open_no_link(path: Path) -> int:
    """Open or make a file, but not through a link, which may lead to somebody else's."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
    return os.open(path, flags, 0o666)


def _is_there(file: IO[str], path: Path) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str], shared: bool) -> bool:
        file.seek(_PLACE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(0)
        return True

else:
    import fcntl

    def _lock(file: IO[str], shared: bool) -> bool:
        """Lock an open file unless somebody else has it."""
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN):
                return False
            raise
        return True
