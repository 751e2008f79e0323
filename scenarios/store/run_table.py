"""The file of a ledger: opened by its one writer, mended where it is damaged.

A file that SQLite cannot trust, or of an earlier version, is kept under another name; the whole
rows of a damaged one move to a new one.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from ..errors import InputError
from .conditions import Conditions, read_conditions
from .files import storage_errors
from .lock import LOCK
from .rows import (
    APPLICATION_ID,
    COLUMNS,
    MAGIC,
    SCHEMA_VERSION,
    TABLES,
    Row,
    connect_to_read,
    find_row,
    insert_row,
    is_ledger,
    read_rows,
)

__all__ = ["OtherTable", "RunTable"]

_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_MOST_ASIDE = 1000
_LARGE = 1 << 26
_OTHER = "a ledger of innocluster in a result folder of this version"

_log = logging.getLogger("innocluster")


class RunTable:
    """Rows by key; only their writer has it open.

    Parameters
    ----------
    path : the file, made if it is not there; ``None`` keeps the rows in memory

    Raises
    ------
    InputError
        For a file that is not ours, of a later layout, or not writable.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path or Path(":memory:")
        with storage_errors(self._path):
            self.connection = _connect_memory() if path is None else _connect(path)

    def close(self) -> None:
        """Close the file, as one file that can be read from any disk."""
        with contextlib.suppress(sqlite3.Error):
            self.connection.execute("PRAGMA journal_mode = DELETE")
        self.connection.close()

    def get(self, key: str) -> Row | None:
        """A whole row; ``None`` where there is none or it is damaged, which is said."""
        with storage_errors(self._path):
            found = find_row(self.connection, key)
        if found is None:
            return None
        row, whole = found
        # An index that was damaged leads to the row of another run.
        whole = whole and row.key == key
        if not whole:
            _log.warning(
                "%s: the stored run of world %s under %s is damaged: run again",
                self._path, row.replication, row.policy,
            )  # fmt: skip
        return row if whole else None

    def put(self, rows: Iterable[tuple[Row, Conditions]]) -> None:
        """Commit rows together.

        A whole row of a run that is done stays as it is, unless the new one says more.
        """
        with storage_errors(self._path), self.connection:
            for row, conditions in rows:
                there = find_row(self.connection, row.key)
                if there is None or not there[1] or _says_more(row, there[0]):
                    insert_row(self.connection, row, conditions)

    def conditions(self, row: Row) -> Conditions | None:
        """What a row's run was made under; ``None`` where that is damaged."""
        with storage_errors(self._path):
            return read_conditions(self.connection, row.conditions or "")


class OtherTable:
    """Rows of a ledger of another folder, which is only read.

    Raises
    ------
    InputError
        Where there is no ledger of this layout.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        if not is_ledger(path):
            raise InputError(file=path, key="ledger", value="none", allowed=_OTHER)
        with storage_errors(path):
            self._connection = connect_to_read(path)
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version != SCHEMA_VERSION:
            self.close()
            raise InputError(
                file=path,
                key="layout",
                value=version,
                allowed=_OTHER,
            )

    def get(self, key: str) -> Row | None:
        """A whole row, if there is one."""
        with storage_errors(self._path):
            found = find_row(self._connection, key)
        return found[0] if found is not None and found[1] and found[0].key == key else None

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _says_more(row: Row, there: Row) -> bool:
    """Whether a row holds what the one of its key lacks."""
    return there.status == "failed" or (row.status == "done" and row.layout != there.layout)


def _was_ledger(path: Path) -> bool:
    """Whether a file may be a ledger in which one of the two marks was damaged."""
    with path.open("rb") as file:
        header = file.read(72)
    mark = header[:16] == MAGIC or header[68:72] == APPLICATION_ID.to_bytes(4, "big")
    return mark and (path.parent / LOCK).exists()


def _connect_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    for table in TABLES:
        connection.execute(table)
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    """Open a ledger, or make one; a foreign file is refused and left as it is."""
    if path.exists() and not is_ledger(path) and not _was_ledger(path):
        raise InputError(
            file=path, key="ledger", value="another kind of file", allowed="a ledger of innocluster"
        )
    if path.exists() and not _is_older(path) and not _is_sound(path):
        _renew(path)
    elif not path.exists():
        _create(path)
    connection = sqlite3.connect(path, timeout=60.0)
    # Network disks have no shared memory; there the journal is the older kind.
    with contextlib.suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    # A write that changes nothing tells at once whether the file can be written.
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DELETE FROM runs WHERE key = ''")
    connection.commit()
    return connection


def _is_sound(path: Path) -> bool:
    """Whether SQLite finds its pages and our tables in order."""
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not is_ledger(path) or not {*header[18:20]} <= {1, 2}:
        return False
    connection = sqlite3.connect(path, timeout=60.0)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise InputError(
                file=path, key="layout", value=version,
                allowed=f"{SCHEMA_VERSION}; choose a new folder",
            )  # fmt: skip
        # Every row has its digest, so that of a large file the pages will do.
        check = "quick_check" if path.stat().st_size > _LARGE else "integrity_check"
        (answer,) = connection.execute(f"PRAGMA {check}(1)").fetchone()
        if answer != "ok":
            return False
        tables = {"runs": {*COLUMNS, "digest"}, "layouts": {"number", "description"}}
        tables["conditions"] = {"number", "digest", "base", "description"}
        return all(
            {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")} == columns
            for table, columns in tables.items()
        )
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _CORRUPT:
            return False
        raise
    finally:
        connection.close()


def _is_older(path: Path) -> bool:
    """Set a ledger of an earlier version aside; whether there was one.

    The model that made its rows was another: they would never be asked for.
    """
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=60.0)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError:
        return False
    if not 0 < version < SCHEMA_VERSION:
        return False
    aside = _set_aside(path, f"layout-{version}")
    _create(path)
    _log.warning(
        "%s is of an earlier version and is kept as %s: its runs are run again", path, aside.name
    )
    return True


def _create(path: Path, rows: Iterable[tuple[Row, Conditions]] = ()) -> None:
    """Make a ledger aside and rename it, so that a ledger is never half there."""
    aside = path.with_name(f".{path.name}.new")
    for leftover in (aside, aside.with_name(f"{aside.name}-journal")):
        leftover.unlink(missing_ok=True)
    connection = sqlite3.connect(aside)
    try:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        for table in TABLES:
            connection.execute(table)
        for row, conditions in rows:
            insert_row(connection, row, conditions)
        connection.commit()
    finally:
        connection.close()
    aside.replace(path)


def _renew(path: Path) -> None:
    """Set a damaged ledger aside and begin a new one with those of its rows that are whole."""
    aside = _set_aside(path, "damaged")
    whole: list[tuple[Row, Conditions]] = []
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(connect_to_read(aside)) as connection,
    ):
        for row, is_whole in read_rows(aside):
            under = read_conditions(connection, row.conditions or "") if is_whole else None
            if under is not None:
                whole.append((row, under))
    _create(path, whole)
    _log.warning(
        "%s was damaged and is kept as %s: %d of its runs are whole, others are run again",
        path, aside.name, len(whole),
    )  # fmt: skip


def _set_aside(path: Path, why: str) -> Path:
    """Give a ledger another name that nothing has."""
    stems = (f"{path.stem}.{why}-{n}" for n in range(1, _MOST_ASIDE))
    aside = path.with_stem(next(stem for stem in stems if not path.with_stem(stem).exists()))
    for ending in ("-wal", "-shm", "-journal", ""):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(aside.with_name(aside.name + ending))
    return aside
