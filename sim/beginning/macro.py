"""What happens to the whole economy: demand, exchange rate, prices and wages by month.

Four kinds of series can drive a run: ``history`` (as it happened), ``plan-2005``
(as the ministry expected, read from the targets of the programme), ``frozen``
(2003 for ever, to see what moves by itself) and a user's file with a row a year or
a row a month.  The first two are stored month by month;
`innocluster.sim.beginning.macro_presets` computes them from annual facts, each with
its source.  Demand and prices may differ by sector: ``history`` has them for the
nine sectors of the seven complexes, a file in columns such as ``price_index:ships``.

World demand in ``history`` is what Korea as a whole exported.  About a third of
it came from the seven complexes themselves, hence the quality of rivals in the
demand equation (D1) is the quality of the average Korean manufacturer.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..ground.files import DATA
from ..ground.text_files import EncodingError, decoded, delimiter_of, plain_number

__all__ = [
    "MACRO_NAMES",
    "SECTOR_SERIES",
    "SERIES",
    "STORED",
    "MacroError",
    "MacroSeries",
    "load_macro",
    "save_macro",
]

Floats = NDArray[np.float64]

FROZEN = "frozen"
STORED = ("history", "plan-2005")
MACRO_NAMES = (*STORED, FROZEN)
SECTOR_SERIES = ("domestic_demand", "world_demand", "price_index")
"""Series that may differ by sector."""
SERIES = ("domestic_demand", "world_demand", "exchange_rate", "price_index", "wage_index")

_FIRST_YEAR = 2003
_LAST_YEAR = 2050
_LARGEST_FILE = 1_000_000
# Beyond these a column is far more likely a slip (a missing digit, another unit) than a scenario.
_LARGEST_VALUE = 1e9
_LARGEST_RATIO = 1000.0
_LARGEST_YEARLY_RATIO = 3.0
_SECTOR_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


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
    name : ``history``, ``plan-2005``, ``frozen`` or the path of the user's file
    domestic_demand : (T,) nominal demand for manufactures in KRW, mean of 2003 = 1
    world_demand : (T,) nominal demand of the world in USD, mean of 2003 = 1
    exchange_rate : (T,) KRW per USD
    price_index : (T,) producer price of manufactured goods, mean of 2003 = 1
    wage_index : (T,) nominal wage in manufacturing, mean of 2003 = 1
    sectors : name of `SECTOR_SERIES` -> sector or product group -> (T,) the same for it alone
    """

    name: str
    domestic_demand: Floats
    world_demand: Floats
    exchange_rate: Floats
    price_index: Floats
    wage_index: Floats
    sectors: Mapping[str, Mapping[str, Floats]] = field(default_factory=dict)

    def of_sector(self, series: str, sector: str) -> Floats:
        """Months of one of `SECTOR_SERIES` for a sector: the common ones where it has none."""
        common: Floats = getattr(self, series)
        return self.sectors.get(series, {}).get(sector, common)

    def common(self) -> MacroSeries:
        """The same series without what differs by sector."""
        return replace(self, sectors={})

    def standing_still(self, months: int) -> MacroSeries:
        """Series that keep to the mean of 2003 for so many months."""
        constant: dict[str, Any] = {
            f.name: np.full(months, getattr(self, f.name)[:12].mean())
            for f in fields(self)
            if f.name not in ("name", "sectors")
        }
        return replace(self, sectors={}, **constant)


def load_macro(name_or_path: str | Path, months: int = 216) -> MacroSeries:
    """Macro series of a name or of a file.

    Parameters
    ----------
    name_or_path : str or Path
        ``"history"``, ``"plan-2005"``, ``"frozen"``, or a CSV file in UTF-8 with the columns
        domestic_demand, world_demand, exchange_rate (KRW per USD), price_index, wage_index and
        either year (2003, 2004, …) or month (2003-01, 2003-02, …).  Other columns and lines
        that begin with # are ignored.  All but the exchange rate may have any base: they are
        divided by their mean of 2003.  Years become the smoothest months with the same mean.
        Columns such as ``world_demand:ships`` hold what differs in one sector; sectors without
        a column have the common series.
    months : int
        Length T from January 2003, at least 1; a longer file is cut.

    Raises
    ------
    MacroError
        If the file is missing, not UTF-8, lacks a column or a period, is shorter than `months`
        or holds anything but positive numbers of a plausible size.
    """
    name = str(name_or_path)
    if name == FROZEN:
        return _frozen(months)
    path = DATA / f"macro_{name}.csv" if name in STORED else Path(name_or_path)
    label, periods, columns = _read(path, name)
    per_year = 1 if label == "year" else 12
    if len(periods) * 12 // per_year < months or len(periods) < 2 * per_year:
        years = max(2, -(-months // 12))
        allowed = f"{label}s from {_FIRST_YEAR} to the end of {_FIRST_YEAR + years - 1} or later"
        raise MacroError(name, "last " + label, periods[-1], allowed)
    series = {key: _rescaled(key, values, per_year, name) for key, values in columns.items()}
    if label == "year":
        series = {key: _monthly(key, values, name) for key, values in series.items()}
    series = {key: values[:months].copy() for key, values in series.items()}
    sectors: dict[str, dict[str, Floats]] = {}
    for key in series:
        common, _, sector = key.partition(":")
        if sector:
            sectors.setdefault(common, {})[sector] = series[key]
    return MacroSeries(name, **{key: series[key] for key in SERIES}, sectors=sectors)


def _frozen(months: int) -> MacroSeries:
    """Months like the mean of 2003, for ever."""
    rate = load_macro("history", 12).exchange_rate
    one = np.ones(months)
    return MacroSeries(FROZEN, one, one, math.fsum(rate) / 12.0 * one, one, one)


def save_macro(series: MacroSeries, path: str | Path) -> None:
    """Write `series` as a monthly file that `load_macro` reads."""
    columns = {key: getattr(series, key) for key in SERIES}
    for key, by_sector in series.sectors.items():
        columns |= {f"{key}:{sector}": values for sector, values in by_sector.items()}
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["month", *columns])
        for t in range(series.exchange_rate.size):
            row = [repr(float(column[t])) for column in columns.values()]
            writer.writerow([_month_label(t), *row])


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
        content = decoded(path.read_bytes())
        first = next((line for line in content.splitlines() if not line.startswith("#")), "")
        delimiter = delimiter_of(first, SERIES)
        reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
        for row in reader:
            if any(cell.strip() for cell in row) and not row[0].startswith("#"):
                yield reader.line_num, [plain_number(cell.strip(), delimiter) for cell in row]
    except EncodingError as error:
        allowed = "an encoding that fits: save it as 'CSV UTF-8'"
        raise MacroError(name, "encoding", f"byte {error.position} is not UTF-8", allowed) from None
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
    names = (*SERIES, *_sector_columns(header, name))
    place = {column: header.index(column) for column in (label, *names)}
    expected: Callable[[int], str] = _year_label if label == "year" else _month_label

    periods: list[str] = []
    columns: dict[str, list[float]] = {key: [] for key in names}
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
        for key in names:
            columns[key].append(_number(row[place[key]], name, f"line {line}, {key}"))
    if not periods:
        raise MacroError(name, "rows", "none", f"a row for each {label} from {_FIRST_YEAR} on")
    return label, periods, columns


def _sector_columns(header: list[str], name: str) -> list[str]:
    """Columns of single sectors; every name with a colon must be one."""
    columns = [column for column in header if ":" in column]
    for column in columns:
        series, _, sector = column.partition(":")
        if series not in SECTOR_SERIES or not _SECTOR_KEY.fullmatch(sector):
            wanted = f"{', '.join(SECTOR_SERIES)}, each with a colon and the key of a sector"
            raise MacroError(name, f"column {column}", column, wanted)
        if header.count(column) > 1:
            raise MacroError(name, f"column {column}", "twice", "each sector of a series once")
    return columns


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
