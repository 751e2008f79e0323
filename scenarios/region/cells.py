"""Reading the CSV tables of a region: every cell checked, every mistake told in one line.

A cell that is wrong raises `InputError` with the file, the column and line, the
value and what would be allowed; nothing is ever guessed or skipped.  What a spreadsheet
may have made of a file is read where it can mean one thing only (see
`innocluster.sim.ground.text_files`).
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.ground.text_files import (
    EncodingError,
    decoded,
    delimiter_of,
    plain_number,
)

from ..errors import InputError

__all__ = [
    "Reader",
    "Table",
    "Value",
    "choice",
    "flag",
    "integer",
    "key_of",
    "mixture",
    "number",
    "read_table",
    "text",
]

_LARGEST_FILE = 4_000_000
_LARGEST_ROWS = 10_000

Value = Any
Reader = Callable[[str], Value]


class CellError(Exception):
    """A cell that cannot be read; its text says what is allowed."""


def number(low: float, high: float) -> Reader:
    """Read a finite number from `low` to `high`, both included."""

    def read(cell: str) -> float:
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        # float() also takes "1_000", "nan" and "infinity", which are slips in a data file.
        if "_" in cell or not math.isfinite(value) or not low <= value <= high:
            raise CellError(f"a number from {low:g} to {high:g}")
        return value

    return read


def integer(low: int, high: int) -> Reader:
    """Read a whole number from `low` to `high`, both included."""

    def read(cell: str) -> int:
        # isdecimal() keeps int() away from huge digit strings, underscores and other scripts.
        digits = cell.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= 15):
            raise CellError(f"a whole number from {low} to {high}")
        value = int(cell)
        if not low <= value <= high:
            raise CellError(f"a whole number from {low} to {high}")
        return value

    return read


def text(cell: str) -> str:
    """Read a text that is not empty."""
    if not cell or len(cell) > 500 or not cell.isprintable():
        raise CellError("a printable text of 1 to 500 characters")
    return cell


def flag(cell: str) -> bool:
    """Read yes or no."""
    if cell not in ("yes", "no"):
        raise CellError("yes or no")
    return cell == "yes"


def key_of(cell: str) -> str:
    """Read an identifier: small letters, digits and hyphens, beginning with a letter."""
    plain = cell.replace("-", "")
    well_formed = cell[:1].isalpha() and plain.isascii() and plain.isalnum() and plain.islower()
    if not well_formed or len(cell) > 40:
        raise CellError("small letters, digits and hyphens, beginning with a letter")
    return cell


def choice(allowed: Sequence[str]) -> Reader:
    """Read one of the `allowed` words as its position among them."""

    def read(cell: str) -> int:
        if cell not in allowed:
            raise CellError("one of " + ", ".join(allowed))
        return allowed.index(cell)

    return read


def mixture(names: Sequence[str]) -> Reader:
    """Read weights such as ``optics 3; medical 1`` as a list over all `names`, sum 1."""
    position = choice(names)
    weight_of = number(0.0, 1e6)

    def read(cell: str) -> list[float]:
        weights = [0.0] * len(names)
        for part in cell.split(";"):
            name, _, weight = part.strip().rpartition(" ")
            place = position(name.strip())
            if weights[place]:
                raise CellError(f"each name once, but {name.strip()} comes twice")
            weights[place] = weight_of(weight)
        total = sum(weights)
        if not total > 0.0:
            raise CellError("at least one weight above 0")
        return [weight / total for weight in weights]

    return read


def weights_of_keys(cell: str) -> dict[str, float]:
    """Read weights such as ``computers 2; ships 1`` of identifiers of any table, sum 1."""
    found: dict[str, float] = {}
    for part in cell.split(";"):
        name, _, weight = part.strip().rpartition(" ")
        if key_of(name.strip()) in found:
            raise CellError(f"each name once, but {name.strip()} comes twice")
        found[name.strip()] = number(1e-6, 1e6)(weight)
    total = sum(found.values())
    return {name: weight / total for name, weight in found.items()}


@dataclass(frozen=True)
class Table:
    """A table that has been read.

    Attributes
    ----------
    path : the file
    rows : one mapping of column to value a row
    lines : line in the file of each row
    """

    path: Path
    rows: list[dict[str, Value]]
    lines: list[int]

    def column(self, name: str) -> list[Value]:
        """All values of a column."""
        return [row[name] for row in self.rows]

    def floats(self, name: str) -> NDArray[np.float64]:
        """Return a column as an array of floats."""
        return np.array(self.column(name), dtype=np.float64)

    def integers(self, name: str) -> NDArray[np.int64]:
        """Return a column as an array of integers."""
        return np.array(self.column(name), dtype=np.int64)

    def error(self, row: int, column: str, allowed: str) -> InputError:
        """Return the error for one cell, to be raised."""
        return _cell_error(self.path, column, self.lines[row], self.rows[row][column], allowed)

    def read(self, row: int, column: str, reader: Reader) -> Value:
        """Read a text cell further, where what it may hold depends on its row."""
        try:
            return reader(self.rows[row][column])
        except CellError as error:
            raise self.error(row, column, str(error)) from None

    def named_rows(self, column: str, names: Iterable[str]) -> dict[str, int]:
        """Row of each of `names` in `column`, each there just once; others are an error."""
        self.unique(column)
        rows = {row[column]: position for position, row in enumerate(self.rows)}
        names = tuple(names)
        for name, position in rows.items():
            if name not in names:
                raise self.error(position, column, "one of " + ", ".join(names))
        for name in names:
            if name not in rows:
                raise InputError(
                    file=self.path, key=column, value=f"no row {name}", allowed="a row for it"
                )
        return rows

    def unique(self, *columns: str) -> None:
        """Raise `InputError` where two rows have the same values in `columns`."""
        seen: dict[tuple[Value, ...], int] = {}
        for position, row in enumerate(self.rows):
            key = tuple(row[column] for column in columns)
            if key in seen:
                raise self.error(position, columns[-1], f"no repetition of line {seen[key]}")
            seen[key] = self.lines[position]


def _cell_error(path: Path, column: str, line: int, value: object, allowed: str) -> InputError:
    return InputError(file=path, key=f"{column} (line {line})", value=value, allowed=allowed)


def read_table(folder: Path, name: str, columns: Mapping[str, Reader]) -> Table:
    """Read one CSV file.

    Parameters
    ----------
    folder : Path
        Folder of the file.
    name : str
        Name of the file.
    columns : mapping of str to reader
        Columns that must be there and how to read each; other columns are ignored.

    Raises
    ------
    InputError
        If the file is missing, unreadable, too large, in an unknown encoding, empty or not a
        proper table, if a column is missing or a cell is not what its column holds.
    """
    path = folder / name
    content = _content(path)
    delimiter = delimiter_of(content.partition("\n")[0], columns)
    lines = csv.reader(io.StringIO(content, newline=""), strict=True, delimiter=delimiter)
    try:
        header = [cell.strip() for cell in next(lines, [])]
        for column in columns:
            if header.count(column) != 1:
                allowed = f"a header line with each of {', '.join(columns)} once"
                raise InputError(file=path, key=column, value=",".join(header), allowed=allowed)
        rows: list[dict[str, Value]] = []
        numbers: list[int] = []
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                allowed = f"{len(header)} cells as in the header"
                key = f"line {lines.line_num}"
                raise InputError(file=path, key=key, value=f"{len(cells)} cells", allowed=allowed)
            cells = [plain_number(cell.strip(), delimiter) for cell in cells]
            rows.append(_row(path, lines.line_num, dict(zip(header, cells, strict=True)), columns))
            numbers.append(lines.line_num)
            if len(rows) > _LARGEST_ROWS:
                raise InputError(
                    file=path, key="rows", value="more", allowed=f"at most {_LARGEST_ROWS}"
                )
    except csv.Error as error:
        key = f"line {lines.line_num}"
        raise InputError(file=path, key=key, value=str(error), allowed="CSV") from None
    if not rows:
        raise InputError(file=path, key="rows", value="none", allowed="at least one line of data")
    return Table(path, rows, numbers)


def _content(path: Path) -> str:
    """Text of a file of bounded size."""
    try:
        if not path.is_file():
            raise InputError(file=path, key="file", value="missing", allowed="an existing CSV file")
        size = path.stat().st_size
        if size > _LARGEST_FILE:
            raise InputError(
                file=path, key="size", value=f"{size} bytes", allowed=f"at most {_LARGEST_FILE}"
            )
        content = decoded(path.read_bytes())
    except EncodingError as error:
        raise InputError(
            file=path, key="encoding", value=f"byte {error.position} is not UTF-8",
            allowed="an encoding that fits: save it as 'CSV UTF-8'",
        ) from None  # fmt: skip
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            file=path, key="file", value=str(error), allowed="a readable CSV file"
        ) from None
    if "\0" in content:
        raise InputError(file=path, key="content", value="a zero byte", allowed="text")
    return content


def _row(
    path: Path, line: int, cells: Mapping[str, str], columns: Mapping[str, Reader]
) -> dict[str, Value]:
    """Values of one line."""
    values = {}
    for column, read in columns.items():
        cell = cells[column]
        try:
            values[column] = read(cell)
        except CellError as error:
            raise _cell_error(path, column, line, cell, str(error)) from None
    return values
