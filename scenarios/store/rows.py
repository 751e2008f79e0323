"""The rows of a ledger: one SQLite file, every row with a digest of what it says.

A row whose digest does not fit is as good as none.  A file that SQLite cannot trust is kept
under another name, and its whole rows move to a new one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from ..errors import InputError
from .files import storage_errors
from .lock import LOCK

__all__ = ["APPLICATION_ID", "Row", "RunTable", "is_ledger", "read_rows"]

APPLICATION_ID = 0x494E4E4F
_SCHEMA_VERSION = 3
_LAYOUTS = """
CREATE TABLE layouts (
    number INTEGER PRIMARY KEY,
    description TEXT NOT NULL UNIQUE
) STRICT
"""
_RUNS = """
CREATE TABLE runs (
    key TEXT PRIMARY KEY,
    scenario TEXT NOT NULL,
    parameters TEXT NOT NULL,
    policy TEXT NOT NULL,
    replication INTEGER NOT NULL,
    seed TEXT NOT NULL,
    version TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('done', 'failed')),
    error TEXT NOT NULL,
    seconds REAL NOT NULL,
    finished TEXT NOT NULL,
    outcomes TEXT NOT NULL,
    series BLOB,
    layout INTEGER REFERENCES layouts (number),
    digest TEXT NOT NULL DEFAULT ''
) STRICT
"""
_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_MOST_ASIDE = 1000
_MAGIC = b"SQLite format 3\0"

_log = logging.getLogger("innocluster")


@dataclass(frozen=True)
class Row:
    """One stored run.

    Attributes
    ----------
    key : digest of all that determines the run
    scenario : name of its scenario
    parameters : scenario and parameters in canonical JSON
    policy : id of the arm
    replication : number of the world
    seed : root seed
    version : fingerprint of the model
    status : ``"done"`` or ``"failed"``
    error : traceback of a failure
    seconds : wall time
    finished : time at which it was stored, ISO 8601
    outcomes : the region's indicators in JSON, for people who look into the file
    series : packed yearly table
    layout : names and shapes of its arrays in JSON
    """

    key: str
    scenario: str
    parameters: str
    policy: str
    replication: int
    seed: str
    version: str
    status: str
    error: str
    seconds: float
    finished: str
    outcomes: str
    series: bytes | None
    layout: str | None

    @property
    def digest(self) -> str:
        """Digest of all but the times, which no two runs share."""
        texts = [
            value
            for f in fields(self)
            if f.name not in ("seconds", "finished", "series")
            for value in [getattr(self, f.name)]
        ]
        digest = hashlib.sha256(json.dumps(texts).encode())
        digest.update(self.series or b"")
        return digest.hexdigest()


_COLUMNS = [f.name for f in fields(Row)]
_SELECT = (
    f"SELECT {', '.join(f'runs.{name}' for name in _COLUMNS[:-1])}, layouts.description, digest"
    " FROM runs LEFT JOIN layouts ON runs.layout = layouts.number"
)


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
            found = _read(self.connection, f"{_SELECT} WHERE key = ?", key)
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

    def put(self, rows: Iterable[Row]) -> None:
        """Commit rows together; a whole row of a run that is done stays as it is."""
        with storage_errors(self._path), self.connection:
            for row in rows:
                there = _read(self.connection, f"{_SELECT} WHERE key = ?", row.key)
                if there is None or not there[1] or there[0].status == "failed":
                    _insert(self.connection, row)


def read_rows(path: Path) -> Iterator[tuple[Row, bool]]:
    """Every row of a ledger that can be read, and whether it is whole; the file stays as it is.

    Raises
    ------
    sqlite3.Error
        Where the file as a whole cannot be read.
    """
    if not path.is_file():
        return
    address = path.resolve().as_uri() + "?mode=ro"
    wal = path.with_name(f"{path.name}-wal")
    if not wal.exists():
        # Nobody writes, so that also a disk that cannot be written will do.
        address += "&immutable=1"
    with contextlib.closing(sqlite3.connect(address, uri=True, timeout=5.0)) as connection:
        (last,) = connection.execute("SELECT max(rowid) FROM runs").fetchone()
        for number in range(1, (last or 0) + 1):
            try:
                found = _read(connection, f"{_SELECT} WHERE runs.rowid = ?", number)
            except sqlite3.DatabaseError:
                continue
            if found is not None:
                yield found


def _was_ledger(path: Path) -> bool:
    """Whether a file may be a ledger in which one of the two marks was damaged."""
    with path.open("rb") as file:
        header = file.read(72)
    mark = header[:16] == _MAGIC or header[68:72] == APPLICATION_ID.to_bytes(4, "big")
    return mark and (path.parent / LOCK).exists()


def _insert(connection: sqlite3.Connection, row: Row) -> None:
    """Insert a row, or replace the one of that key; all runs of a scenario share a layout."""
    number = None
    if row.layout is not None:
        connection.execute("INSERT OR IGNORE INTO layouts (description) VALUES (?)", (row.layout,))
        (number,) = connection.execute(
            "SELECT number FROM layouts WHERE description = ?", (row.layout,)
        ).fetchone()
    values = [*astuple(row)[:-1], number, row.digest]
    connection.execute(
        f"INSERT OR REPLACE INTO runs ({', '.join(_COLUMNS)}, digest)"
        f" VALUES ({', '.join('?' * len(values))})",
        values,
    )


def is_ledger(path: Path) -> bool:
    """Whether a file is a ledger of this software, by SQLite's application identifier."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        header = file.read(72)
    ours = header[68:72] == APPLICATION_ID.to_bytes(4, "big")
    return ours and header[:16] == _MAGIC


def _read(connection: sqlite3.Connection, query: str, value: object) -> tuple[Row, bool] | None:
    """A row and whether its digest fits."""
    # Bytes that are no text are damage, not an error.
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    found = connection.execute(query, (value,)).fetchone()
    if found is None:
        return None
    row = Row(*found[:-1])
    try:
        return row, row.digest == found[-1]
    except (TypeError, ValueError):
        return row, False


def _connect_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(_LAYOUTS)
    connection.execute(_RUNS)
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    """Open a ledger, or make one; a foreign file is refused and left as it is."""
    if path.exists() and not is_ledger(path) and not _was_ledger(path):
        raise InputError(
            file=path, key="ledger", value="another kind of file", allowed="a ledger of innocluster"
        )
    if path.exists() and not _is_sound(path):
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
    """Whether SQLite finds its pages and our tables in order; brings older layouts up to date."""
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not is_ledger(path) or not {*header[18:20]} <= {1, 2}:
        return False
    connection = sqlite3.connect(path, timeout=60.0)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > _SCHEMA_VERSION:
            raise InputError(
                file=path, key="layout", value=version,
                allowed=f"{_SCHEMA_VERSION}; choose a new folder",
            )  # fmt: skip
        (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if answer != "ok":
            return False
        if version < _SCHEMA_VERSION:
            _bring_up_to_date(connection, version)
        found = {name for _, name, *_ in connection.execute("PRAGMA table_info(runs)")}
        layouts = {name for _, name, *_ in connection.execute("PRAGMA table_info(layouts)")}
        return found == {*_COLUMNS, "digest"} and layouts == {"number", "description"}
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _CORRUPT:
            return False
        raise
    finally:
        connection.close()


def _bring_up_to_date(connection: sqlite3.Connection, version: int) -> None:
    """Give a ledger of an earlier version the columns of this one.

    Its rows stay, but the model that made them was another: they are never asked for.
    """
    connection.execute("BEGIN IMMEDIATE")
    if version == 1:
        connection.execute(_LAYOUTS)
        connection.execute("ALTER TABLE runs ADD COLUMN layout INTEGER REFERENCES layouts (number)")
    connection.execute("ALTER TABLE runs ADD COLUMN digest TEXT NOT NULL DEFAULT ''")
    connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
    connection.commit()


def _create(path: Path, rows: Iterable[Row] = ()) -> None:
    """Make a ledger aside and rename it, so that a ledger is never half there."""
    aside = path.with_name(f".{path.name}.new")
    for leftover in (aside, aside.with_name(f"{aside.name}-journal")):
        leftover.unlink(missing_ok=True)
    connection = sqlite3.connect(aside)
    try:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
        connection.execute(_LAYOUTS)
        connection.execute(_RUNS)
        for row in rows:
            _insert(connection, row)
        connection.commit()
    finally:
        connection.close()
    aside.replace(path)


def _renew(path: Path) -> None:
    """Set a damaged ledger aside and begin a new one with those of its rows that are whole."""
    number = next(
        n for n in range(1, _MOST_ASIDE) if not path.with_stem(f"{path.stem}.damaged-{n}").exists()
    )
    aside = path.with_stem(f"{path.stem}.damaged-{number}")
    for ending in ("-wal", "-shm", "-journal", ""):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(aside.with_name(aside.name + ending))
    whole: list[Row] = []
    with contextlib.suppress(sqlite3.Error):
        whole += [row for row, is_whole in read_rows(aside) if is_whole]
    _create(path, whole)
    _log.warning(
        "%s was damaged and is kept as %s: %d of its runs are whole, others are run again",
        path, aside.name, len(whole),
    )  # fmt: skip
