"""The table of a sweep's runs: one row a run, made in pieces, whatever the size of the sweep."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...entries import SCENARIO
from ...store.files import storage_errors
from ..designs import Sweep

if TYPE_CHECKING:
    import pandas as pd

    from ...runs.execution import Outcome
    from ...runs.inputs import World
    from ...runs.study import Study

__all__ = ["FIRST_COLUMNS", "LAST_COLUMNS", "RUNS", "RunTables"]

RUNS = "runs"
"""Name of the table."""

FIRST_COLUMNS = ("scenario", "policy", "point", "replication")
"""Columns before those of the entries."""

LAST_COLUMNS = ("status", "error")
"""Columns between those of the entries and those of the outcomes."""

_PIECE = 5_000


class RunTables:
    """Makes and writes the table of runs.

    Parameters
    ----------
    design : the sweep
    points : its table of points
    names : names of the numbers that are stored of a run
    complexes : keys of the complexes

    Attributes
    ----------
    done, failures, missing : runs, counted while the table is made
    """

    def __init__(
        self, design: Sweep, points: pd.DataFrame, names: Sequence[str], complexes: Sequence[str]
    ) -> None:
        self._points = points
        self._name = design.base.name
        self._entries = [entry for entry in design.entries if entry != SCENARIO]
        self._scenarios = points[SCENARIO].tolist() if SCENARIO in points.columns else None
        places = {name: place for place, name in enumerate(names)}
        self.outcomes = [
            name
            for outcome in design.outcomes
            for name in (outcome, *(f"{outcome}@{key}" for key in complexes))
        ]
        self._places = np.array([places[name] for name in self.outcomes])
        self._digest = hashlib.sha256()
        self.done = self.failures = self.missing = 0

    @property
    def digest(self) -> str:
        """Digest of what the runs of the table say."""
        return self._digest.hexdigest()

    def rows(self, study: Study, wanted: Iterable[World]) -> Iterator[Outcome]:
        """Every stored run of the worlds that are wanted, in order; those missing are counted."""
        for replication, arms, point in wanted:
            for arm in arms:
                try:
                    outcome = study.ledger.load(arm, replication, point)
                except KeyError:
                    self.missing += 1
                    continue
                self.failures += outcome.failed
                self.done += not outcome.failed
                kept = b"failed" if outcome.vector is None else outcome.vector.tobytes()
                self._digest.update(kept)
                yield outcome

    def write(
        self, rows: Iterable[Outcome], folder: Path | None, meta: Mapping[str, Any]
    ) -> pd.DataFrame | None:
        """Write the table as Parquet and CSV; without a folder it is given back.

        Parameters
        ----------
        rows : runs in the order of the table
        folder : where; its files must not be there yet
        meta : goes into the Parquet file
        """
        import pandas as pd

        if folder is None:
            return pd.concat([self._frame(piece) for piece in _pieces(rows)], ignore_index=True)
        from pyarrow import Table, parquet

        writer = None
        with storage_errors(folder), (folder / f"{RUNS}.csv").open("wb") as text:
            # Spreadsheets take a text for UTF-8 where it begins with this mark.
            text.write("\ufeff".encode())
            try:
                for piece in _pieces(rows):
                    frame = self._frame(piece)
                    table = Table.from_pandas(frame, preserve_index=False)
                    if writer is None:
                        described = {b"innocluster": json.dumps(meta, ensure_ascii=False).encode()}
                        own = {**(table.schema.metadata or {}), **described}
                        schema = table.schema.with_metadata(own)
                        writer = parquet.ParquetWriter(folder / f"{RUNS}.parquet", schema)
                        text.write(frame.iloc[:0].to_csv(index=False).encode())
                    writer.write_table(table.replace_schema_metadata(schema.metadata))
                    text.write(frame.to_csv(index=False, header=False).encode())
            finally:
                if writer is not None:
                    writer.close()
        return None

    def _frame(self, outcomes: Sequence[Outcome]) -> pd.DataFrame:
        """The rows of some runs."""
        import pandas as pd

        points = [outcome.point for outcome in outcomes]
        unknown = np.full(len(self._places), np.nan)
        values = np.array(
            [unknown if o.vector is None else o.vector[self._places] for o in outcomes],
            dtype=np.float64,
        ).reshape(len(outcomes), len(self._places))
        known = self._scenarios
        columns: dict[str, Any] = {
            "scenario": [self._name if known is None else known[point] for point in points],
            "policy": [outcome.policy for outcome in outcomes],
            "point": np.array(points, dtype=np.int64),
            "replication": np.array([o.replication for o in outcomes], dtype=np.int64),
        }
        chosen = self._points.iloc[points]
        columns |= {entry: chosen[entry].to_numpy() for entry in self._entries}
        columns["status"] = ["failed" if outcome.failed else "done" for outcome in outcomes]
        columns["error"] = [_last_line(outcome.error) for outcome in outcomes]
        columns |= {name: values[:, i] for i, name in enumerate(self.outcomes)}
        return pd.DataFrame(columns)


def _pieces(rows: Iterable[Outcome]) -> Iterator[list[Outcome]]:
    """Runs in lists of bounded length, at least one list."""
    piece: list[Outcome] = []
    given = False
    for outcome in rows:
        piece.append(outcome)
        if len(piece) == _PIECE:
            yield piece
            piece, given = [], True
    if piece or not given:
        yield piece


def _last_line(error: str) -> str:
    lines = error.strip().splitlines()
    return lines[-1] if lines else ""
