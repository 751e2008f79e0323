"""What happens to the whole economy: demand, exchange rate, prices and wages by month.

Three kinds of series can drive a run: ``history`` (as it happened), ``plan-2005``
(as the ministry expected, read from the targets of the programme) and a user's
file with a row a year or a row a month.  The two named ones are stored month by
month; `innocluster.sim.beginning.macro_presets` computes them from annual facts, each with
its source.

World demand in ``history`` is what Korea as a whole exported.  About a third of
it came from the seven complexes themselves, hence the quality of rivals in the
demand equation (D1) is the quality of the average Korean manufacturer.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..ground.files import DATA

__all__ = ["MACRO_NAMES", "SERIES", "MacroError", "MacroSeries", "load_macro", "save_macro"]

Floats = NDArray[np.float64]

MACRO_NAMES = ("history", "plan-2005")
SERIES = ("domestic_demand", "world_demand", "exchange_rate", "price_index", "wage_index")

_FIRST_YEAR = 2003
_LAST_YEAR = 2050
_LARGEST_FILE = 1_000_000
# Beyond these a column is far more likely a slip (a missing digit, another unit) than a scenario.
_LARGEST_VALUE = 1e9
_LARGEST_RATIO = 1000.0
_LARGEST_YEARLY_RATIO = 3.0


class MacroError(ValueError):
    """A macro file that cannot be used, told in one line.

    Attributes
    ----------
    file : str
        The file as the user named it.
    key : str
        What in it is wrong, with its line where there is one.
    value : str
        What was found.
    allowed : str
        What would have been right.
    """

    def __init__(self, file: str | Path, key: str, value: object, allowed: str) -> None:
        self.file = str(file)
        self.key = key
        self.value = str(value)
        self.allowed = allowed
        super().__init__(f"{self.file}: {key}: got {self.value!r}, allowed: {allowed}")

    def __reduce__(self) -> tuple[type[MacroError], tuple[str, str, str, str]]:
        """Rebuild from the four parts, so that the error can leave a worker process."""
        return MacroError, (self.file, self.key, self.value, self.allowed)


@dataclass(frozen=True)
class MacroSeries:
    """Monthly series from January 2003, T months.

    Attributes
    ----------
    name : ``history``, ``plan-2005`` or the path of the user's file
    domestic_demand : (T,) nominal demand for manufactures in KRW, mean of 2003 = 1
    world_demand : (T,) nominal demand of the world in USD, mean of 2003 = 1
    exchange_rate : (T,) KRW per USD
    price_index : (T,) producer price of manufactured goods, mean of 2003 = 1
    wage_index : (T,) nominal wage in manufacturing, mean of 2003 = 1
    """

    name: str
    domestic_demand: Floats
    world_demand: Floats
    exchange_rate: Floats
    price_index: Floats
    wage_index: Floats

    def standing_still(self, months: int) -> MacroSeries:
        """Series that keep to the mean of 2003 for so many months."""
        constant: dict[str, Any] = {
            f.name: np.repeat(getattr(self, f.name)[:12].mean(axis=0, keepdims=True), months, 0)
            for f in fields(self)
            if f.name != "name"
        }
        return replace(self, **constant)


def load_macro(name_or_path: str | Path, months: int = 216) -> MacroSeries:
    """Macro series of a name or of a file.

    Parameters
    ----------
    name_or_path : str or Path
        ``"history"``, ``"plan-2005"``, or a CSV file in UTF-8 with the columns
        domestic_demand, world_demand, exchange_rate (KRW per USD), price_index, wage_index and
        either year (2003, 2004, …) or month (2003-01, 2003-02, …).  Other columns and lines
        that begin with # are ignored.  All but the exchange rate may have any base: they are
        divided by their mean of 2003.  Years become the smoothest months with the same mean.
    months : int
        Length T from January 2003, at least 1; a longer file is cut.

    Raises
    ------
    MacroError
        If the file is missing, not UTF-8, lacks a column or a period, is shorter than `months`
        or holds anything but positive numbers of a plausible size.
    """
    name = str(name_or_path)
    path = DATA / f"macro_{name}.csv" if name in MACRO_NAMES else Path(name_or_path)
    label, periods, columns = _read(path, name)
    per_year = 1 if label == "year" else 12
    if len(periods) * 12 // per_year < months or len(periods) < 2 * per_year:
        years = max(2, -(-months // 12))
        allowed = f"{label}s from {_FIRST_YEAR} to the end of {_FIRST_YEAR + years - 1} or later"
        raise MacroError(name, "last " + label, periods[-1], allowed)
    series = {key: _rescaled(key, columns[key], per_year, name) for key in SERIES}
    if label == "year":
        series = {key: _monthly(key, values, name) for key, values in series.items()}
    return MacroSeries(name, **{key: values[:months].copy() for key, values in series.items()})


def save_macro(series: MacroSeries, path: str | Path) -> None:
    """Write `series` as a monthly file that `load_macro` reads."""
    columns = [getattr(series, key) for key in SERIES]
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["month", *SERIES])
        for t in range(columns[0].size):
            writer.writerow([_month_label(t), *(repr(float(column[t])) for column in columns)])


def _month_label(index: int) -> str:
    """Calendar label of the months since January 2003, such as ``2003-01``."""
    return f"{_FIRST_YEAR + index // 12}-{index % 12 + 1:02d}"


def _year_label(index: int) -> str:
    return str(_FIRST_YEAR + index)


def _lines(path: Path, name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows of the file that are neither empty nor a comment, with their line numbers."""
    allowed = f"{', '.join(MACRO_NAMES)} or the path of a CSV file in UTF-8"
    try:
        if not path.is_file():
            raise MacroError(name, "macro", "no such file", allowed)
        if path.stat().st_size > _LARGEST_FILE:
            raise MacroError(name, "size", "more than 1 MB", "a row a year or a row a month")
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            for row in reader:
                if any(cell.strip() for cell in row) and not row[0].startswith("#"):
                    yield reader.line_num, [cell.strip() for cell in row]
    except UnicodeDecodeError as error:
        raise MacroError(name, "encoding", f"byte {error.start} is not UTF-8", "UTF-8") from None
    except csv.Error as error:
        raise MacroError(name, "format", error, "comma-separated values") from None
    except MacroError:
        raise
    except (OSError, ValueError) as error:
        raise MacroError(name, "macro", error, allowed) from None


def _read(path: Path, name: str) -> tuple[str, list[str], dict[str, list[float]]]:
    """Kind of period (``year`` or ``month``), the periods, and the values of each series."""
    rows = _lines(path, name)
    header = next(rows, (0, []))[1]
    label = "year" if "year" in header else "month"
    for column in (label, *SERIES):
        if header.count(column) != 1:
            wanted = f"year or month, and {', '.join(SERIES)}, each once"
            found = "missing" if column not in header else "twice"
            raise MacroError(name, f"column {column}", found, wanted)
    place = {column: header.index(column) for column in (label, *SERIES)}
    expected: Callable[[int], str] = _year_label if label == "year" else _month_label

    periods: list[str] = []
    columns: dict[str, list[float]] = {key: [] for key in SERIES}
    for line, row in rows:
        if len(row) <= max(place.values()):
            wanted = f"{len(header)} values as in the first line"
            raise MacroError(name, f"line {line}", f"{len(row)} values", wanted)
        period, wanted = row[place[label]], expected(len(periods))
        if period != wanted:
            raise MacroError(name, f"line {line}, {label}", period, f"{wanted}, without gaps")
        if int(period[:4]) > _LAST_YEAR:
            raise MacroError(name, f"line {line}, {label}", period, f"up to {_LAST_YEAR}")
        periods.append(period)
        for key in SERIES:
            columns[key].append(_number(row[place[key]], name, f"line {line}, {key}"))
    if not periods:
        raise MacroError(name, "rows", "none", f"a row for each {label} from {_FIRST_YEAR} on")
    return label, periods, columns


def _number(text: str, name: str, key: str) -> float:
    """A positive number of a plausible size."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    # A comparison with NaN is false, so that this also refuses what is no number.
    if not 1.0 / _LARGEST_VALUE <= value <= _LARGEST_VALUE:
        raise MacroError(name, key, text[:40], f"a positive number up to {_LARGEST_VALUE:g}")
    return value


def _rescaled(key: str, values: list[float], per_year: int, name: str) -> Floats:
    """The values over their mean of 2003; the exchange rate stays as it is."""
    # Exactly rounded, so that the order of the sum does not matter on any processor.
    base = math.fsum(values[:per_year]) / per_year
    for position, value in enumerate(values):
        label = (_year_label if per_year == 1 else _month_label)(position)
        if not 1.0 / _LARGEST_RATIO <= value / base <= _LARGEST_RATIO:
            allowed = f"within {_LARGEST_RATIO:g} times the mean of {_FIRST_YEAR}"
            raise MacroError(name, f"{key} in {label}", value, allowed)
        step = value / values[max(position - 1, 0)]
        if per_year == 1 and not 1.0 / _LARGEST_YEARLY_RATIO <= step <= _LARGEST_YEARLY_RATIO:
            allowed = f"between a third and {_LARGEST_YEARLY_RATIO:g} times the year before"
            raise MacroError(name, f"{key} in {label}", value, allowed)
    result = np.array(values)
    return result if key == "exchange_rate" else result / base


def _monthly(key: str, year_means: Floats, name: str) -> Floats:
    """The smoothest positive months with the given year means."""
    # Imported here because it compiles code, which the stored series do not need.
    from .interpolation import smoothest_months

    no_rows = np.empty((0, 12 * year_means.size))
    try:
        return smoothest_months(year_means.tolist(), no_rows, np.empty(0))
    except ArithmeticError:
        raise MacroError(name, key, "no smooth path", "smaller changes from year to year") from None
