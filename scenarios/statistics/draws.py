"""Parameters of each world: at their values, drawn from their priors, or from a file of draws.

All arms of a comparison share a world's draw.  The prior of a parameter is a PERT
distribution, the beta distribution scaled to its range with the mode at its
default and weight 4 (Vose 2008, "Risk analysis").  Parameters of the group
``design`` are choices and those of the group ``convention`` definitions and bounds, or
move nothing that is reported: they keep their value.  Parameters of the
group ``swept`` decide a ranking while nobody knows them: every comparison draws
them evenly over their range, even where all others stand at their values.  Under `forms` the
forms of contested rules are drawn as well, by their weights.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

from ..errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "POSTERIOR_WORLDS",
    "SWEPT",
    "TWIN_WORLDS",
    "UNCERTAIN",
    "WEIGHT",
    "Draws",
    "checked_values",
    "checked_weights",
    "joint_draws",
    "pert_quantile",
    "prior_draws",
    "read_draws",
    "sobol_points",
    "swept_draws",
    "together",
]

SWEPT = tuple(name for name, p in PARAMETERS.items() if p.group == "swept")
"""Parameters that every comparison draws."""

UNCERTAIN = tuple(
    name for name, p in PARAMETERS.items() if p.group not in ("design", "swept", "convention")
)
"""Parameters that have a prior, in the order of the table."""

TWIN_WORLDS = 1_000_000
"""World r and world r + a million are the same world: they have the same luck, and may differ in
the form of a rule."""

POSTERIOR_WORLDS = 2_500_000
"""World r and two and a half million draws row r of the shipped posterior.  It is the twin of world
r + half a million, which no comparison has: its luck is its own."""

WEIGHT = "weight"
_MODE_WEIGHT = 4.0
_BITS = 30
_MOST_ROWS = 1_000_000
_BOOKKEEPING = re.compile(
    "|index|unnamed: .*|chain|draw|iteration|sample|walker|distance|lp__|log_(prob|weight)|"
    "log_?likelihood",
    re.IGNORECASE,
)
"""Columns that samplers write beside the parameters."""
_LARGEST_FILE = 500_000_000

Floats = NDArray[np.float64]


class Draws:
    """What every world draws, shared by all its arms; call it with the world's number.

    Parameters
    ----------
    names : the parameters that are drawn, and the rules whose form is; a form is drawn as its
        number, see `form_code`
    rows : rows of values for at least the first so many worlds
    available : worlds that there are draws for, ``None`` for as many as wanted
    """

    def __init__(
        self,
        names: tuple[str, ...],
        rows: Callable[[int], Floats],
        available: int | None = None,
    ) -> None:
        self.names = names
        self.available = available
        self._rows = rows
        self._known = np.empty((0, len(names)))

    def __call__(self, replication: int) -> dict[str, float]:
        """Parameters of one world by name, and the number of the form of each rule."""
        if replication >= len(self._known):
            self._known = self._rows(replication + 1)
        return dict(zip(self.names, self._known[replication].tolist(), strict=True))


def pert_quantile(share: Floats, low: Floats, mode: Floats, high: Floats) -> Floats:
    """Quantiles of PERT distributions, elementwise.

    Parameters
    ----------
    share : probabilities below the quantiles, 0 to 1
    low, mode, high : range and mode; low = high gives that value
    """
    from scipy.special import betaincinv

    width = np.where(high > low, high - low, 1.0)
    above = 1.0 + _MODE_WEIGHT * (mode - low) / width
    below = 1.0 + _MODE_WEIGHT * (high - mode) / width
    result: Floats = low + (high - low) * betaincinv(above, below, share)
    return np.clip(result, low, high)


def sobol_points(count: int, dimensions: int, key: str) -> Floats:
    """The first points of a scrambled Sobol sequence, shape (at least count, dimensions).

    A longer sample begins with the shorter one.

    Parameters
    ----------
    key : what the scrambling depends on, such as the seed
    """
    digest = hashlib.sha256(key.encode()).digest()
    generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))
    # Whole powers of two, in which the points are balanced.
    doublings = max(5, math.ceil(math.log2(count)))
    if dimensions == 1:
        return _van_der_corput(doublings, generator)
    from scipy.stats import qmc

    engine = qmc.Sobol(dimensions, scramble=True, rng=generator)
    points: Floats = engine.random_base2(doublings)
    return points


def _van_der_corput(doublings: int, generator: np.random.Generator) -> Floats:
    """The first dimension of a Sobol sequence, shape (2**doublings, 1).

    Every comparison draws in one dimension. SciPy's engine has the same points, but it
    takes longer to load than the comparison needs for its first worlds. Scrambled
    by a random lower triangular matrix and a digital shift (Matousek 1998,
    "On the L2-discrepancy for anchored boxes").
    """
    (generator,) = generator.spawn(1)
    powers = 2 ** np.arange(_BITS, dtype=np.uint32)
    shift = generator.integers(2, size=(1, _BITS), dtype=np.uint32) @ powers
    lower = np.tril(generator.integers(2, size=(1, _BITS, _BITS), dtype=np.uint32)[0])
    np.fill_diagonal(lower, 1)
    directions = powers[::-1] @ lower
    number = np.arange(2**doublings, dtype=np.uint32)
    gray = number ^ number >> 1
    digits = np.repeat(shift, number.size)
    for place in range(doublings):
        digits ^= (gray >> place & 1) * directions[place]
    points: Floats = (digits / 2**_BITS).reshape(-1, 1)
    return points


def prior_draws(seed: int) -> Draws:
    """Draws from the priors: world r takes row r of one scrambled Sobol sample.

    Every parameter with a prior has its dimension, so that fixing one in a
    scenario leaves the draws of the others as they are.
    """
    table = [PARAMETERS[name] for name in UNCERTAIN]
    low, mode, high = (
        np.array([getattr(parameter, key) for parameter in table])
        for key in ("low", "default", "high")
    )

    def rows(count: int) -> Floats:
        points = sobol_points(count, len(table), f"prior:{seed}")
        return np.clip(_rounded(pert_quantile(points, low, mode, high)), low, high)

    return Draws(UNCERTAIN, rows)


def swept_draws(seed: int) -> Draws:
    """Draws of the swept parameters, even over their ranges."""
    low, high = (
        np.array([getattr(PARAMETERS[name], key) for name in SWEPT]) for key in ("low", "high")
    )

    def rows(count: int) -> Floats:
        points = sobol_points(count, max(1, len(SWEPT)), f"swept:{seed}")[:, : len(SWEPT)]
        return np.clip(_rounded(low + (high - low) * points), low, high)

    return Draws(SWEPT, rows)


def joint_draws(seed: int) -> Draws:
    """Draws of everything that nobody knows: swept parameters, priors, forms by their weights.

    One sample has a dimension for each, so that no two of them go together by chance.
    """
    names = (*SWEPT, *UNCERTAIN, *RULES)
    swept, priors = len(SWEPT), len(SWEPT) + len(UNCERTAIN)
    table = [PARAMETERS[name] for name in names[:priors]]
    low, mode, high = (
        np.array([getattr(parameter, key) for parameter in table])
        for key in ("low", "default", "high")
    )
    ends = [np.cumsum([form.weight for form in rule.forms.values()]) for rule in RULES.values()]

    def rows(count: int) -> Floats:
        points = sobol_points(count, len(names), f"forms:{seed}")
        values = np.empty_like(points)
        values[:, :swept] = (low + (high - low) * points[:, :priors])[:, :swept]
        drawn = points[:, swept:priors]
        values[:, swept:priors] = pert_quantile(drawn, low[swept:], mode[swept:], high[swept:])
        values[:, :priors] = np.clip(_rounded(values[:, :priors]), low, high)
        for end, place in zip(ends, range(priors, len(names)), strict=True):
            form = np.searchsorted(end, points[:, place] * end[-1], side="right")
            values[:, place] = np.minimum(form, end.size - 1)
        return values

    return Draws(names, rows)


def together(first: Draws, second: Draws) -> Draws:
    """Draws of both; what the first draws stands."""
    more = [name for name in second.names if name not in first.names]
    names = (*first.names, *more)

    def rows(count: int) -> Floats:
        # As many as a sequence makes at a time.
        made = 1 << max(5, (count - 1).bit_length())
        made = made if first.available is None else min(made, first.available)
        drawn = ({**second(r), **first(r)} for r in range(made))
        return np.array([[row[name] for name in names] for row in drawn]).reshape(made, len(names))

    return Draws(names, rows, first.available)


def read_draws(path: str | Path, seed: int) -> Draws:
    """Draws from a CSV or Parquet file, one row a world.

    Rows come in a random order that the seed fixes, each once, since neighbouring
    rows of a chain resemble each other.  With a column ``weight`` worlds take rows
    in proportion to it, by a Sobol sequence over the cumulated weights, and a row
    can come more than once.

    Parameters
    ----------
    path : a column per parameter and optionally ``weight``; parameters without a
        column keep the scenario's value

    Raises
    ------
    InputError
        For a missing or unreadable file, an unknown column, a value that is no number
        or out of range, wrong weights, or no rows.
    """
    table = _read(Path(path))
    names = tuple(name for name in table.columns if name != WEIGHT)
    values = checked_values(table[list(names)], path)
    if WEIGHT in table.columns:
        ends = np.cumsum(checked_weights(table[WEIGHT], path))

        def weighted(count: int) -> Floats:
            points = sobol_points(count, 1, f"posterior:{seed}")[:, 0]
            rows = np.searchsorted(ends, points * ends[-1], side="right")
            chosen: Floats = values[np.minimum(rows, len(values) - 1)]
            return chosen

        return Draws(names, weighted)
    key = int.from_bytes(hashlib.sha256(f"posterior:{seed}".encode()).digest()[:16], "big")
    order = np.random.Generator(np.random.PCG64(key)).permutation(len(values))
    return Draws(names, lambda _: values[order], available=len(values))


def _read(path: Path) -> pd.DataFrame:
    """The table of a file of draws with known columns."""
    import pandas as pd

    expected = "a CSV or Parquet file with a column per parameter, one row a draw"

    def wrong(value: str) -> InputError:
        return InputError(file=path, key="draws", value=value, allowed=expected)

    try:
        if not path.exists():
            raise wrong("no such file")
        if not path.is_file():
            raise wrong("not a regular file")
        if path.stat().st_size > _LARGEST_FILE:
            raise wrong(f"{path.stat().st_size} bytes")
        if path.suffix.lower() == ".parquet":
            table = pd.read_parquet(path)
        else:
            table = pd.read_csv(path, encoding="utf-8-sig", skipinitialspace=True, comment="#")
    except InputError:
        raise
    # Readers of two formats raise whatever they like about a broken file.
    except Exception as error:
        raise wrong((str(error).splitlines() or [type(error).__name__])[0]) from None
    table.columns = [str(column).strip() for column in table.columns]
    table = table[[name for name in table.columns if not _BOOKKEEPING.fullmatch(name)]]
    for column in table.columns:
        if column not in PARAMETERS and column != WEIGHT:
            raise InputError(
                file=path, key="column", value=column,
                allowed=f"a parameter listed by 'innocluster parameters', or {WEIGHT}",
            )  # fmt: skip
    repeated = table.columns[table.columns.duplicated()]
    if len(repeated):
        raise InputError(file=path, key="column", value=repeated[0], allowed="each column once")
    if not set(table.columns) - {WEIGHT}:
        raise wrong("no parameter")
    if not 1 <= len(table) <= _MOST_ROWS:
        raise wrong(f"{len(table)} rows")
    return table


def checked_values(table: pd.DataFrame, path: str | Path) -> Floats:
    """Values of parameters, a column each; every one must be a number in its range.

    Raises
    ------
    InputError
        For one that is not.
    """
    columns = [_numbers(table[name]) for name in table.columns]
    values = np.column_stack(columns)
    for name, column in zip(table.columns, columns, strict=True):
        parameter = PARAMETERS[name]
        inside = (column >= parameter.low) & (column <= parameter.high)
        if not inside.all():
            row = int(np.argmin(inside))
            raise InputError(
                file=path, key=f"{name}, row {row + 1}", value=str(table[name].iloc[row]),
                allowed=f"a number from {parameter.low:g} to {parameter.high:g}",
            )  # fmt: skip
    return values


def checked_weights(column: pd.Series, path: str | Path) -> Floats:
    """Weights of the rows, from 0, not all of them 0.

    Raises
    ------
    InputError
        For others.
    """
    weights = _numbers(column)
    right = np.isfinite(weights) & (weights >= 0.0)
    if not right.all() or not weights.sum() > 0.0:
        row = int(np.argmin(right))
        raise InputError(
            file=path, key=f"{WEIGHT}, row {row + 1}", value=str(column.iloc[row]),
            allowed="numbers from 0, at least one above",
        )  # fmt: skip
    return weights


def _numbers(column: pd.Series) -> Floats:
    """A column as numbers, `nan` where there is none."""
    import pandas as pd

    result: Floats = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
    return result


def _rounded(values: Floats) -> Floats:
    """Ten significant digits: the last bits of special functions differ between machines."""
    digits = [float(f"{value:.10g}") for value in values.ravel().tolist()]
    return np.array(digits).reshape(values.shape)
