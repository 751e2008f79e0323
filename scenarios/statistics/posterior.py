"""The shipped posterior: what the fit to the figures until 2005 left of parameters and forms.

`data/posterior.parquet` has a row a draw and a column a parameter, and one a contested rule with
the name of its form; `data/posterior.toml` says where the draws come from.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.ground.forms import RULES, form_code
from innocluster.sim.ground.parameters import PARAMETERS

from ..errors import InputError, choices
from ..files import DATA
from .draws import WEIGHT, Draws, checked_values, checked_weights

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["POSTERIOR", "Posterior", "load_posterior"]

POSTERIOR = DATA / "posterior.parquet"
"""The draws that ship with the package; the manifest stands beside them."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Posterior:
    """Draws of parameters and forms together.

    Attributes
    ----------
    table : a row a draw; parameters as numbers, forms as names, and ``weight`` where draws
        do not count alike
    manifest : date, command, targets, runs and diagnostics of the fit; ``stand_in`` is true
        where the draws are the prior's because nothing has been fitted yet
    digest : of the file of draws
    """

    table: pd.DataFrame
    manifest: dict[str, Any]
    digest: str

    @property
    def stand_in(self) -> bool:
        """Whether the draws are no posterior but the prior."""
        return bool(self.manifest.get("stand_in", False))

    @property
    def names(self) -> tuple[str, ...]:
        """Parameters and rules that are drawn."""
        return tuple(str(name) for name in self.table.columns if name != WEIGHT)

    @property
    def weights(self) -> Floats:
        """Of the draws, their sum one."""
        if WEIGHT not in self.table.columns:
            return np.full(len(self.table), 1.0 / len(self.table))
        weights = self.table[WEIGHT].to_numpy(dtype=np.float64)
        return np.asarray(weights / weights.sum())

    @cached_property
    def values(self) -> Floats:
        """All draws as numbers, forms as theirs, (draws, names)."""
        columns = [
            np.array([float(form_code(name, form)) for form in self.table[name]])
            if name in RULES
            else self.table[name].to_numpy(dtype=np.float64)
            for name in self.names
        ]
        return np.column_stack(columns)

    def medoid(self) -> tuple[dict[str, float], dict[str, str]]:
        """Parameters, and forms by rule, of the draw that is nearest to all others.

        Parameters are measured in standard deviations, another form counts as one.
        """
        scaled = self.values / np.maximum(self.values.std(axis=0), np.finfo(float).tiny)
        rules = np.array([name in RULES for name in self.names])
        scaled[:, rules] = 0.0
        distance = np.zeros(len(self.table))
        for row, value in enumerate(scaled):
            other = self.values[:, rules] != self.values[row, rules]
            squares = ((scaled - value) ** 2).sum(axis=1) + other.sum(axis=1)
            distance[row] = self.weights @ np.sqrt(squares)
        chosen = self.table.iloc[int(np.argmin(distance))]
        return (
            {name: float(chosen[name]) for name in self.names if name not in RULES},
            {name: str(chosen[name]) for name in self.names if name in RULES},
        )

    def draws(self, seed: int) -> Draws:
        """Draws of worlds: each row about as often as its weight says, in an order of the seed."""
        key = hashlib.sha256(f"shipped posterior:{seed}".encode()).digest()
        generator = np.random.Generator(np.random.PCG64(int.from_bytes(key[:16], "big")))
        ends = np.cumsum(self.weights)
        count = len(self.table)
        # One systematic sample of all rows, so that none comes twice before its turn.
        places = (np.arange(count) + generator.random()) / count
        rows = np.minimum(np.searchsorted(ends, places * ends[-1], side="right"), count - 1)
        values = self.values[generator.permutation(rows)]

        def drawn(wanted: int) -> Floats:
            return np.tile(values, (-(-wanted // count), 1))

        return Draws(self.names, drawn)


@lru_cache(maxsize=4)
def load_posterior(path: Path = POSTERIOR) -> Posterior:
    """The shipped posterior, or one that `innocluster calibrate` has written.

    Parameters
    ----------
    path : file of the draws, the manifest beside it under the same name with ``.toml``

    Raises
    ------
    InputError
        For a missing or damaged file, an unknown column, form or weight, a value that is no
        number or out of range, or no rows.
    """
    import pandas as pd

    manifest = path.with_suffix(".toml")
    for file in (path, manifest):
        if not file.is_file():
            raise InputError(
                file=file, key="posterior", value="no such file",
                allowed="draws written by 'innocluster calibrate' with their manifest",
            )  # fmt: skip
    try:
        table = pd.read_parquet(path)
        described = tomllib.loads(manifest.read_text(encoding="utf-8"))
    # The reader of Parquet raises whatever it likes about a broken file.
    except Exception as error:
        raise InputError(
            file=path, key="posterior", value=str(error).splitlines()[0],
            allowed="draws written by 'innocluster calibrate' with their manifest",
        ) from None  # fmt: skip
    _check(table, path)
    return Posterior(table, described, hashlib.sha256(path.read_bytes()).hexdigest())


def _check(table: pd.DataFrame, path: Path) -> None:
    """Refuse draws that no fit leaves."""
    for name in table.columns:
        if name not in (*PARAMETERS, *RULES, WEIGHT):
            raise InputError(
                file=path, key="column", value=str(name),
                allowed=f"parameters, contested rules or {WEIGHT}",
            )  # fmt: skip
    parameters = [name for name in table.columns if name in PARAMETERS]
    if not (parameters and len(table)):
        raise InputError(
            file=path, key="posterior", value=f"{len(parameters)} parameters, {len(table)} rows",
            allowed="at least one of each",
        )  # fmt: skip
    checked_values(table[parameters], path)
    if WEIGHT in table.columns:
        checked_weights(table[WEIGHT], path)
    for name in (name for name in table.columns if name in RULES):
        known = table[name].isin(list(RULES[name].forms))
        if not known.all():
            row = int(np.argmin(known))
            value = str(table[name].iloc[row])
            raise InputError(
                file=path, key=f"{name}, row {row + 1}", value=value,
                allowed=choices(value, tuple(RULES[name].forms)),
            )  # fmt: skip
