"""The rows of a ledger: one SQLite file, every row with a digest of what it says.

A row whose digest does not fit is as good as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from .conditions import TABLE, Conditions, insert_conditions

__all__ = [
    "APPLICATION_ID",
    "COLUMNS",
    "MAGIC",
    "SCHEMA_VERSION",
    "TABLES",
    "Row",
    "connect_to_read",
    "find_row",
    "insert_row",
    "is_ledger",
    "read_rows",
]

APPLICATION_ID = 0x494E4E4F
SCHEMA_VERSION = 4
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
    conditions INTEGER REFERENCES conditions (number),
    digest TEXT NOT NULL
) STRICT
"""
TABLES = (_LAYOUTS, TABLE, _RUNS)
"""What makes the tables of a ledger."""

MAGIC = b"SQLite format 3\0"
_DIGEST = 32
"""Hexadecimal digits of digests: 128 bits."""


@dataclass(frozen=True)
class Row:
    """One stored run.

    Attributes
    ----------
    key : digest of all that determines the run
    scenario : name of its scenario
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
    layout : names and shapes of its arrays in JSON, or names of the numbers of a vector
    conditions : digest of scenario and parameters, of which the ledger holds each once
    """

    key: str
    scenario: str
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
    conditions: str | None

    @property
    def digest(self) -> str:
        """Digest of all but the times, which no two runs share."""
        texts = [getattr(self, name) for name in _DIGESTED]
        digest = hashlib.sha256(json.dumps(texts).encode())
        digest.update(self.series or b"")
        return digest.hexdigest()[:_DIGEST]


COLUMNS = [f.name for f in fields(Row)]
_DIGESTED = [name for name in COLUMNS if name not in ("seconds", "finished", "series")]
_SELECT = (
    f"SELECT {', '.join(f'runs.{name}' for name in COLUMNS[:-2])}, layouts.description,"
    " conditions.digest, runs.digest FROM runs"
    " LEFT JOIN layouts ON runs.layout = layouts.number"
    " LEFT JOIN conditions ON runs.conditions = conditions.number"
)


def read_rows(path: Path) -> Iterator[tuple[Row, bool]]:
    """Every row of a ledger that can be read, and whether it is whole; the file stays as it is.

    Raises
    ------
    sqlite3.Error
        Where the file as a whole cannot be read.
    """
    if not path.is_file():
        return
    with contextlib.closing(connect_to_read(path)) as connection:
        (last,) = connection.execute("SELECT max(rowid) FROM runs").fetchone()
        for number in range(1, (last or 0) + 1):
            try:
                found = _read(connection, f"{_SELECT} WHERE runs.rowid = ?", number)
            except sqlite3.DatabaseError:
                continue
            if found is not None:
                yield found


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A ledger that is only read; its file stays as it is."""
    address = path.resolve().as_uri() + "?mode=ro"
    wal = path.with_name(f"{path.name}-wal")
    if not wal.exists():
        # Nobody writes, so that also a disk that cannot be written will do.
        address += "&immutable=1"
    return sqlite3.connect(address, uri=True, timeout=5.0)


def insert_row(connection: sqlite3.Connection, row: Row, conditions: Conditions) -> None:
    """Insert a row, or replace the one of that key; all runs of a scenario share a layout."""
    number = None
    if row.layout is not None:
        connection.execute("INSERT OR IGNORE INTO layouts (description) VALUES (?)", (row.layout,))
        (number,) = connection.execute(
            "SELECT number FROM layouts WHERE description = ?", (row.layout,)
        ).fetchone()
    under = insert_conditions(connection, conditions)
    own = [getattr(row, name) for name in COLUMNS[:-2]]
    values = [*own, number, under, row.digest]
    connection.execute(
        f"INSERT OR REPLACE INTO runs ({', '.join(COLUMNS)}, digest)"
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
    return ours and header[:16] == MAGIC


def find_row(connection: sqlite3.Connection, key: str) -> tuple[Row, bool] | None:
    """The row of a key, and whether its digest fits."""
    return _read(connection, f"{_SELECT} WHERE key = ?", key)


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
