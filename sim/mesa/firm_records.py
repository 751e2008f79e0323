"""What a run records of single firms: of those that are agents, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.firms import FirmTable

from ..ground.calendar import month_starts
from ..state import State

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RECORDED", "FirmRecords"]

RECORDED = (
    "revenue",
    "exports",
    "employees",
    "capital",
    "cash",
    "log_productivity",
    "research_stock",
    "brand",
    "member",
    "projects",
)
"""Columns of the table of firms that are recorded."""


class _Page(NamedTuple):
    """Some firms in one month."""

    month: int
    identifiers: NDArray[np.int64]
    columns: tuple[NDArray[Any], ...]


class FirmRecords:
    """Monthly values of chosen firms; a firm is known by its identifier, since rows change hands.

    Parameters
    ----------
    state : of the run

    Notes
    -----
    A firm takes 63 bytes a month: nothing for a few hundred of them, 75 MB for all nine
    thousand in eleven years.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._pages: list[_Page] = []

    def record(self, rows: Sequence[int], month: int) -> None:
        """Enter a month, counted from 2003-01, of the firms in `rows` as they stand."""
        if rows:
            chosen, firms = np.array(rows), self._state.firms
            columns = tuple(getattr(firms, name)[chosen] for name in RECORDED)
            self._pages.append(_Page(month, firms.identifier[chosen], columns))

    def history(self, identifier: int) -> pd.DataFrame:
        """A firm's months as rows, `RECORDED` as columns, their units in ``attrs["units"]``."""
        import pandas as pd

        found = [
            (page, int(places[0]))
            for page in self._pages
            if (places := np.flatnonzero(page.identifiers == identifier)).size > 0
        ]
        units = {f.name: f.metadata["unit"] for f in fields(FirmTable) if f.metadata}
        types = {name: getattr(self._state.firms, name).dtype for name in RECORDED}
        frame = pd.DataFrame(
            {
                name: np.array([page.columns[column][place] for page, place in found], types[name])
                for column, name in enumerate(RECORDED)
            },
            index=month_starts([page.month for page, _ in found]),
        )
        frame.attrs["units"] = {name: units[name] for name in RECORDED}
        return frame
