"""What the model is fitted to, what it is tested on, and how far each figure may be believed.

Levels of 2003 are met by construction (role ``initial``); behaviour is fitted to what happened
until 2005 (``fit``); later figures test it (``hold-out``) and are never fitted.  A figure that
is fitted must state its uncertainty and the discrepancy of the model, what the model would miss
at its best parameters: neither is ever silently zero.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.errors import InputError, choices
from innocluster.scenarios.runs.indicators import Target, load_targets

__all__ = [
    "COLUMNS",
    "DISCREPANCIES",
    "ROLES",
    "CalibrationTarget",
    "doubled_discrepancies",
    "fitted_arrays",
    "fitted_targets",
    "load_calibration_targets",
    "read_targets",
]

Floats = NDArray[np.float64]

COLUMNS = ("name", "value", "uncertainty", "discrepancy", "unit", "source", "role")
"""Columns of a file of targets; others may stand beside them."""

ROLES = ("initial", "fit", "hold-out")

DISCREPANCIES = Path(__file__).resolve().parent / "data" / "discrepancies.csv"
"""Discrepancy of the model by measure, as a share of the figure."""

_LARGEST_FILE = 10_000_000
_SHARES = "a share above 0, at most 10"


@dataclass(frozen=True)
class CalibrationTarget:
    """One figure.

    Attributes
    ----------
    name : the summary of a run that it is compared with
    value : what was observed
    uncertainty : standard deviation of the figure
    discrepancy : standard deviation of what the model misses at its best parameters
    unit, source : of the figure
    role : one of `ROLES`
    """

    name: str
    value: float
    uncertainty: float
    discrepancy: float
    unit: str
    source: str
    role: str

    @property
    def variance(self) -> float:
        """Of the figure and the discrepancy together."""
        return self.uncertainty**2 + self.discrepancy**2


def read_targets(path: str | Path) -> tuple[CalibrationTarget, ...]:
    """Targets from a CSV file with the columns of `COLUMNS`.

    Raises
    ------
    InputError
        For a missing or broken file, a missing column, a value that is no number, an
        uncertainty or discrepancy that is not above zero in a figure that is fitted, an unknown
        role, a figure that stands twice, above all as fitted and held out.
    """
    file = Path(path)
    rows = _rows(file, COLUMNS)
    result = [_target(file, line, row) for line, row in rows]
    if not result:
        raise InputError(file=file, key="rows", value="none", allowed="at least one target")
    _refuse_repeated(file, result, [line for line, _ in rows])
    return tuple(result)


def load_calibration_targets(
    region: str, exports: str, discrepancies: str | Path = DISCREPANCIES
) -> tuple[CalibrationTarget, ...]:
    """Figures of a region from the table of targets, with the model's discrepancies.

    A figure is named by indicator and place, ``revenue_2004:gumi``. Goals and plans are no
    figures. An uncertainty that no source states is the one of the measure.

    Parameters
    ----------
    region, exports : whose, and by which reading of the exports
    discrepancies : file with the columns measure, discrepancy, uncertainty (shares of the
        figure) and source

    Raises
    ------
    InputError
        For a broken file of discrepancies, or one that lacks a measure.
    """
    file = Path(discrepancies)
    shares = _shares(file)
    figures = [t for t in load_targets(region, exports) if t.role in ROLES]
    result = [_with_discrepancy(file, figure, shares) for figure in figures]
    _refuse_repeated(file, result, [0] * len(result))
    return tuple(result)


def fitted_targets(targets: Iterable[CalibrationTarget]) -> list[CalibrationTarget]:
    """Those that a fit is held against."""
    return [target for target in targets if target.role == "fit"]


def doubled_discrepancies(targets: Iterable[CalibrationTarget]) -> Floats:
    """Variances (fitted targets,) with every discrepancy twice as large."""
    fitted = fitted_targets(targets)
    return np.array([t.uncertainty**2 + 4.0 * t.discrepancy**2 for t in fitted])


def fitted_arrays(
    targets: Sequence[CalibrationTarget], summaries: Sequence[str]
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Columns of the summaries, figures and variances of the targets that are fitted.

    Raises
    ------
    InputError
        For a fitted target that no summary has the name of.
    """
    place = {name: k for k, name in enumerate(summaries)}
    fitted = fitted_targets(targets)
    for target in fitted:
        if target.name not in place:
            raise InputError(
                file="targets", key="name", value=target.name,
                allowed=choices(target.name, tuple(summaries)),
            )  # fmt: skip
    columns = np.array([place[target.name] for target in fitted], dtype=np.intp)
    return (
        columns,
        np.array([target.value for target in fitted]),
        np.array([target.variance for target in fitted]),
    )


def _rows(file: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Line number and cells by column of every row that is not empty."""

    def wrong(value: object, allowed: str = "a CSV file in UTF-8 with a header") -> InputError:
        return InputError(file=file, key="targets", value=value, allowed=allowed)

    try:
        if not file.is_file():
            raise wrong("not a file" if file.exists() else "no such file")
        if file.stat().st_size > _LARGEST_FILE:
            raise wrong(f"{file.stat().st_size} bytes")
        text = file.read_bytes().decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except UnicodeDecodeError:
        raise wrong("bytes that are not UTF-8") from None
    except (OSError, csv.Error, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise wrong(getattr(error, "strerror", None) or str(error)) from None
    if not lines:
        raise wrong("empty")
    header = lines[0][1]
    for column in columns:
        if header.count(column) != 1:
            found = "missing" if column not in header else "twice"
            raise InputError(
                file=file, key=f"column {column}", value=found, allowed=", ".join(columns)
            )
    result = []
    for line, cells in lines[1:]:
        if not any(cells):
            continue
        if len(cells) != len(header):
            raise InputError(
                file=file, key=f"line {line}", value=f"{len(cells)} cells",
                allowed=f"{len(header)}, one for each column",
            )  # fmt: skip
        result.append((line, dict(zip(header, cells, strict=True))))
    return result


def _target(file: Path, line: int, row: Mapping[str, str]) -> CalibrationTarget:
    """One row, checked."""

    def wrong(column: str, allowed: str) -> InputError:
        return InputError(
            file=file, key=f"{column}, line {line}", value=row[column], allowed=allowed
        )

    for column in ("name", "source"):
        if not row[column]:
            raise wrong(column, "a text")
    if row["role"] not in ROLES:
        raise wrong("role", choices(row["role"], ROLES))
    value = _number(row["value"])
    if not math.isfinite(value):
        raise wrong("value", "a number")
    spreads = []
    for column in ("uncertainty", "discrepancy"):
        spread = _number(row[column])
        if row["role"] == "fit" or row[column]:
            if not (math.isfinite(spread) and spread > 0.0):
                raise wrong(column, "a number above 0, in the unit of the figure")
            if not 0.0 < spread * spread < math.inf:
                raise wrong(column, "a number whose square can be told from 0 and infinity")
        spreads.append(spread)
    return CalibrationTarget(
        row["name"], value, spreads[0], spreads[1], row["unit"], row["source"], row["role"]
    )


def _refuse_repeated(
    file: Path, targets: Sequence[CalibrationTarget], lines: Sequence[int]
) -> None:
    """Each figure once: fitted, it can be no test."""
    roles: dict[str, str] = {}
    for target, line in zip(targets, lines, strict=True):
        if target.name in roles:
            both = sorted({roles[target.name], target.role})
            raise InputError(
                file=file,
                key=f"name, line {line}" if line else "name",
                value=target.name,
                allowed="each figure once"
                + (f", not as {' and as '.join(both)}" if len(both) > 1 else ""),
            )
        roles[target.name] = target.role


def _shares(file: Path) -> dict[str, tuple[float, float]]:
    """Measure -> discrepancy and uncertainty as shares of a figure."""
    result = {}
    for line, row in _rows(file, ("measure", "discrepancy", "uncertainty", "source")):
        shares = []
        for column in ("discrepancy", "uncertainty"):
            share = _number(row[column])
            if not 0.0 < share <= 10.0:
                raise InputError(
                    file=file, key=f"{column}, line {line}", value=row[column], allowed=_SHARES
                )
            shares.append(share)
        result[row["measure"]] = (shares[0], shares[1])
    return result


def _with_discrepancy(
    file: Path, figure: Target, shares: Mapping[str, tuple[float, float]]
) -> CalibrationTarget:
    """A figure of the table of targets, its name that of an indicator at a place."""
    measure = next((m for m in shares if figure.indicator.startswith(f"{m}_")), None)
    if measure is None:
        raise InputError(
            file=file, key="measure", value=figure.indicator, allowed="a row for every measure"
        )
    discrepancy, uncertainty = shares[measure]
    stated = figure.uncertainty
    return CalibrationTarget(
        f"{figure.indicator}:{figure.complex}",
        figure.value,
        stated if math.isfinite(stated) else uncertainty * abs(figure.value),
        discrepancy * abs(figure.value),
        figure.unit,
        figure.source,
        figure.role,
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
