"""What was learned from a sweep: its tables, and what was asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..runs.inputs import Inputs
from ..runs.results import finite
from ..runs.study import store_result
from ..store.verification import finished_manifest, read_result

if TYPE_CHECKING:
    import pandas as pd

    from ..store.folder import ResultFolder

__all__ = ["KINDS", "Lesson", "load_lesson", "store_lesson"]

KINDS = {
    "sensitivity": "influences",
    "curves": "responses",
    "discover": "limits",
    "decide": "choice",
    "optimise": "front",
}
"""Commands that teach, and the table by which the result of each is known."""


@dataclass(frozen=True)
class Lesson:
    """What one question to a sweep has brought.

    Attributes
    ----------
    kind : one of `KINDS`
    meta : what was asked, of which runs, and what was reached
    tables : tidy tables by name
    """

    kind: str
    meta: dict[str, Any]
    tables: dict[str, pd.DataFrame]

    def __repr__(self) -> str:
        rows = ", ".join(f"{name} {len(table)}" for name, table in self.tables.items())
        return f"Lesson({self.kind} of {self.meta['sweep_name']}: {rows})"

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table by name."""
        return self.tables

    def to_json(self) -> str:
        """One JSON document with stable keys; what is undefined is null."""
        document = {
            "kind": self.kind,
            **{key: _plain(value) for key, value in self.meta.items()},
            "tables": {
                name: [
                    {key: _plain(value) for key, value in row.items()}
                    for row in table.to_dict("records")
                ]
                for name, table in self.tables.items()
            },
        }
        return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1, default=str)


def store_lesson(lesson: Lesson, inputs: Inputs, folder: ResultFolder) -> None:
    """Stage tables, inputs and manifest of a lesson."""
    meta = {**lesson.meta, "kind": lesson.kind, "tables": list(lesson.tables)}
    request = {"command": lesson.kind, "sweep": lesson.meta["sweep_digest"]}
    store_result(folder, inputs, lesson.tables, meta, request)


def load_lesson(folder: Path) -> Lesson:
    """Read a stored lesson.

    Raises
    ------
    InputError
        For a folder that holds none, or a damaged one.
    """
    names = finished_manifest(folder)["result"].get("tables", [])
    meta, tables = read_result(folder, {name: name for name in names})
    kind = meta.pop("kind")
    del meta["tables"]
    return Lesson(kind, meta, tables)


def _plain(value: Any) -> Any:
    return finite(value) if isinstance(value, float) else value
