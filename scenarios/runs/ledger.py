"""The ledger of finished runs: one SQLite file, one committed transaction a run.

Only the parent process writes.  A run's key is a digest of all that determines
it, so that resuming, extending and reusing are one operation: skip what is there.
"""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from ..arms import Arm, resolve_arm
from ..errors import InputError
from ..policies import plugins
from ..schema import Scenario
from .execution import Outcome
from .indicators import Yearly, indicator_list
from .provenance import (
    APPLICATION_ID,
    LEDGER,
    canonical_scenario,
    is_ledger,
    model_fingerprint,
    storage_errors,
)

__all__ = ["Ledger"]

_SCHEMA_VERSION = 2
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
    layout INTEGER REFERENCES layouts (number)
) STRICT
"""

_Layout = list[tuple[str, tuple[int, ...]]]
"""Name and shape of every array of a yearly table, in order."""


class Ledger:
    """Finished runs of one result folder.

    Parameters
    ----------
    folder : the result folder; ``None`` keeps the runs in memory
    scenario : the scenario whose runs are stored and looked up
    draw : parameters drawn for a world, by its number; none are drawn if omitted

    Raises
    ------
    InputError
        For a `runs.sqlite` that is not ours, of another layout, or not writable.
    """

    def __init__(
        self,
        folder: Path | None,
        scenario: Scenario,
        draw: Callable[[int], Mapping[str, float]] | None = None,
    ) -> None:
        self._path = Path(":memory:") if folder is None else folder / LEDGER
        self._scenario = scenario
        self._draw = draw
        self._arms: dict[str, tuple[Arm, dict[str, Any]]] = {}
        self._numbers: dict[str, int] = {}
        self._layouts: dict[int, _Layout] = {}
        with storage_errors(self._path):
            self._connection = _connect_memory() if folder is None else _connect(self._path)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def key(self, policy: str, replication: int) -> str:
        """Digest of all that determines a run."""
        arm, conditions = self._conditions(policy, replication)
        plugin = plugins().get(arm.policy)
        rule = arm.treatment
        if plugin is not None:
            rule += f" {plugin.package} {plugin.digest}"
        text = f"{model_fingerprint()}\n{rule}\n{replication}\n{conditions}"
        return hashlib.sha256(text.encode()).hexdigest()

    def _conditions(self, policy: str, replication: int) -> tuple[Arm, str]:
        """An arm, and in canonical JSON its scenario with what was drawn for the world."""
        if policy not in self._arms:
            resolved = resolve_arm(policy, self._scenario)
            self._arms[policy] = resolved, canonical_scenario(resolved.scenario)
        arm, canonical = self._arms[policy]
        drawn = {} if self._draw is None else self._draw(replication)
        fixed = arm.scenario.parameters
        parameters = {
            name: value if name in fixed else drawn.get(name, value)
            for name, value in canonical["parameters"].items()
        }
        return arm, json.dumps({**canonical, "parameters": parameters}, sort_keys=True)

    def record(self, outcome: Outcome) -> None:
        """Commit one finished or failed run; a run that is there already stays as it is."""
        arm, conditions = self._conditions(outcome.policy, outcome.replication)
        yearly = outcome.yearly
        row = (
            self.key(outcome.policy, outcome.replication),
            arm.scenario.name,
            conditions,
            outcome.policy,
            outcome.replication,
            str(self._scenario.seed),
            model_fingerprint(),
            "failed" if yearly is None else "done",
            outcome.error,
            outcome.seconds,
            datetime.now(UTC).isoformat(timespec="seconds"),
            _headline_json(yearly, self._scenario.last_year),
            None if yearly is None else _pack(yearly),
            None if yearly is None else self._layout_number(yearly),
        )
        with storage_errors(self._path), self._connection:
            self._connection.execute(
                f"INSERT OR IGNORE INTO runs VALUES ({', '.join('?' * len(row))})", row
            )

    def known(self, policies: Iterable[str], replications: Iterable[int]) -> set[tuple[str, int]]:
        """Runs that are there already, finished or failed, as (policy, replication)."""
        worlds = list(replications)
        with storage_errors(self._path):
            keys = {key for (key,) in self._connection.execute("SELECT key FROM runs")}
        # Two arms with the same rules are one run.
        return {(p, r) for p in policies for r in worlds if self.key(p, r) in keys}

    def load(self, policy: str, replication: int) -> Outcome:
        """One stored run.

        Raises
        ------
        KeyError
            Where it is not there.
        """
        with storage_errors(self._path):
            row = self._connection.execute(
                "SELECT seconds, error, series, layout FROM runs WHERE key = ?",
                (self.key(policy, replication),),
            ).fetchone()
        if row is None:
            raise KeyError((policy, replication))
        seconds, error, series, layout = row
        yearly = None if series is None else _unpack(series, self._layout(layout))
        return Outcome(policy, replication, seconds, yearly, error)

    def _layout_number(self, yearly: Yearly) -> int:
        """Number of the layout of a yearly table; all runs of a scenario share one."""
        description = json.dumps([(name, array.shape) for name, array in yearly.items()])
        if description not in self._numbers:
            with storage_errors(self._path), self._connection:
                self._connection.execute(
                    "INSERT OR IGNORE INTO layouts (description) VALUES (?)", (description,)
                )
                (number,) = self._connection.execute(
                    "SELECT number FROM layouts WHERE description = ?", (description,)
                ).fetchone()
            self._numbers[description] = number
        return self._numbers[description]

    def _layout(self, number: int) -> _Layout:
        """Names and shapes of the arrays of a stored run."""
        if number not in self._layouts:
            with storage_errors(self._path):
                (description,) = self._connection.execute(
                    "SELECT description FROM layouts WHERE number = ?", (number,)
                ).fetchone()
            self._layouts[number] = [
                (name, tuple(shape)) for name, shape in json.loads(description)
            ]
        return self._layouts[number]


def _connect_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(_LAYOUTS)
    connection.execute(_RUNS)
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    """Open a ledger, or make one; a foreign file is refused and left as it is."""
    if not path.exists():
        _create(path)
    elif not is_ledger(path):
        raise InputError(
            file=path, key="ledger", value="another kind of file", allowed="a ledger of innocluster"
        )
    connection = sqlite3.connect(path, timeout=60.0)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 1:
        _bring_up_to_date(connection)
    elif version != _SCHEMA_VERSION:
        connection.close()
        raise InputError(
            file=path, key="layout", value=version,
            allowed=f"{_SCHEMA_VERSION}; choose a new folder",
        )  # fmt: skip
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    # A write that changes nothing tells at once whether the file can be written.
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DELETE FROM runs WHERE key = ''")
    connection.commit()
    return connection


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Give a ledger of the first version the columns of this one.

    Its rows stay, but the model that made them was another: they are never asked for.
    """
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(_LAYOUTS)
    connection.execute("ALTER TABLE runs ADD COLUMN layout INTEGER REFERENCES layouts (number)")
    connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
    connection.commit()


def _create(path: Path) -> None:
    """Make an empty ledger aside and rename it, so that a ledger is never half there."""
    aside = path.with_name(f"{path.name}.partial")
    aside.unlink(missing_ok=True)
    connection = sqlite3.connect(aside)
    try:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
        connection.execute(_LAYOUTS)
        connection.execute(_RUNS)
        connection.commit()
    finally:
        connection.close()
    aside.replace(path)


def _headline_json(yearly: Yearly | None, last_year: int) -> str:
    """The region's indicators of a run, for people who look into the file."""
    if yearly is None:
        return "{}"
    return json.dumps({i.name: float(i.values(yearly)[0]) for i in indicator_list(last_year)})


def _pack(yearly: Yearly) -> bytes:
    """All arrays as one, the first bytes of all numbers first: neighbours there are alike."""
    numbers = np.concatenate([array.ravel() for array in yearly.values()]).astype("<f8")
    return zlib.compress(numbers.view(np.uint8).reshape(-1, 8).T.tobytes())


def _unpack(series: bytes, layout: _Layout) -> Yearly:
    """The arrays of a yearly table, bit for bit."""
    by_byte = np.frombuffer(zlib.decompress(series), np.uint8).reshape(8, -1)
    numbers = np.ascontiguousarray(by_byte.T).view("<f8").ravel()
    yearly: Yearly = {}
    start = 0
    for name, shape in layout:
        end = start + math.prod(shape)
        yearly[name] = numbers[start:end].reshape(shape)
        start = end
    return yearly
