"""What runs were made under, each text once in a ledger, as what differs from a base."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from dataclasses import dataclass
from functools import cached_property

__all__ = ["TABLE", "Conditions", "insert_conditions", "read_conditions"]

TABLE = """
CREATE TABLE conditions (
    number INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    base INTEGER REFERENCES conditions (number),
    description BLOB NOT NULL
) STRICT
"""


@dataclass(frozen=True)
class Conditions:
    """Scenario and parameters of runs.

    Attributes
    ----------
    text : canonical JSON
    base : a similar text, against which it is compressed; ``None`` for one that stands alone
    """

    text: str
    base: Conditions | None = None

    @cached_property
    def digest(self) -> str:
        """128 bits that tell it from any other."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:32]


def insert_conditions(connection: sqlite3.Connection, conditions: Conditions) -> int:
    """Number of conditions in a ledger, which they get if they have none."""
    if conditions.base is not None and conditions.base.text == conditions.text:
        conditions = conditions.base
    digest = conditions.digest
    found = connection.execute(
        "SELECT number FROM conditions WHERE digest = ?", (digest,)
    ).fetchone()
    if found is not None:
        return int(found[0])
    base = None if conditions.base is None else insert_conditions(connection, conditions.base)
    known = b"" if conditions.base is None else conditions.base.text.encode()
    packer = zlib.compressobj(zdict=known)
    description = packer.compress(conditions.text.encode()) + packer.flush()
    values = (digest, base, description)
    cursor = connection.execute(
        "INSERT INTO conditions (digest, base, description) VALUES (?, ?, ?)", values
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def read_conditions(connection: sqlite3.Connection, digest: str) -> Conditions | None:
    """Conditions of a digest; ``None`` where they are not there or damaged."""
    found = connection.execute(
        "SELECT description, base FROM conditions WHERE digest = ?", (digest,)
    ).fetchone()
    if found is None:
        return None
    base = None
    if found[1] is not None:
        above = connection.execute("SELECT digest FROM conditions WHERE number = ?", (found[1],))
        row = above.fetchone()
        base = None if row is None else read_conditions(connection, row[0])
    try:
        unpacker = zlib.decompressobj(zdict=b"" if base is None else base.text.encode())
        text = (unpacker.decompress(found[0]) + unpacker.flush()).decode()
    except (zlib.error, UnicodeDecodeError, TypeError):
        return None
    conditions = Conditions(text, base)
    return conditions if conditions.digest == digest else None
