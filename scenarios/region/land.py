"""The ground of a region's complexes: what is on sale, rented and released by year."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.market.places import LandSupply

from .cells import Reader, Table, choice, integer, number, read_table, text

__all__ = ["read_land"]

FIRST_YEAR, LAST_YEAR = 2003, 2020
_MOST_PLOTS = 1_000_000


def read_land(folder: Path, complexes: Table) -> LandSupply:
    """`land.csv`: plots released by complex and year, and what `complexes.csv` says of ground.

    A price stands for the years until the next one of its complex, between the two on a
    straight line; a complex without any has land that follows the price index.
    """
    keys = tuple(complexes.column("key"))
    columns = {
        "complex": choice(keys),
        "year": integer(FIRST_YEAR, LAST_YEAR),
        "plots": integer(0, _MOST_PLOTS),
        "price": _blank_or(number(1.0, 1e9)),
        "source": text,
    }
    table = read_table(folder, "land.csv", columns)
    table.unique("complex", "year")
    years = np.arange(FIRST_YEAR, LAST_YEAR + 1)
    released = np.zeros((len(keys), years.size), np.int64)
    price = np.zeros((len(keys), years.size))
    for row in table.rows:
        released[row["complex"], row["year"] - FIRST_YEAR] = row["plots"]
    for c in range(len(keys)):
        known = sorted(
            (row["year"], row["price"])
            for row in table.rows
            if row["complex"] == c and row["price"] is not None
        )
        if known:
            price[c] = _path(years, known)
    return LandSupply(
        released=released,
        price=price,
        unsold=complexes.integers("unsold_plots"),
        contracted=complexes.integers("contracted_plots"),
        rented_share=complexes.floats("rented_share"),
        room_growth=complexes.floats("room_growth"),
        applicants=complexes.floats("applicants"),
    )


def _path(years: NDArray[np.int64], known: list[tuple[int, float]]) -> NDArray[np.float64]:
    """Price by year over that of the first year."""
    path: NDArray[np.float64] = np.interp(
        years, [year for year, _ in known], [amount for _, amount in known]
    )
    path /= path[0]
    return path


def _blank_or(reader: Reader) -> Reader:
    """Read a cell that may be empty, then as nothing."""
    return lambda cell: reader(cell) if cell else None
