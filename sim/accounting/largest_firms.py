"""The largest firms of a run, and what all others sell.

The effect of a programme on a region hangs on a handful of firms. Comparisons therefore
state effects with and without them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.firms import FirmTable

__all__ = ["NUMBER", "LargestFirms"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NUMBER = 10
"""How many firms count as the largest."""


@dataclass(frozen=True)
class LargestFirms:
    """The firms of a run with the largest sales when the programme starts, the largest first.

    Attributes
    ----------
    row, identifier : (n,) where they stand, and who they are: a row may be taken again
    complex : (n,) industrial complex
    """

    row: Integers
    identifier: Integers
    complex: Integers

    @classmethod
    def none(cls) -> Self:
        """No firm yet."""
        whole = np.empty(0, np.int64)
        return cls(whole, whole, whole)

    @classmethod
    def of(cls, firms: FirmTable, number: int = NUMBER) -> Self:
        """The largest firms by the sales of last month."""
        sales = firms.revenue[: firms.count] * firms.alive[: firms.count]
        row = np.argsort(-sales, kind="stable")[:number].astype(np.int64)
        return cls(row, firms.identifier[row].copy(), firms.complex[row].astype(np.int64))

    def operate(self, firms: FirmTable) -> NDArray[np.bool_]:
        """Which of them still operate, (n,)."""
        result: NDArray[np.bool_] = (firms.identifier[self.row] == self.identifier) & (
            firms.alive[self.row] == 1
        )
        return result

    def revenue(self, firms: FirmTable, complexes: int) -> Floats:
        """Their sales of the month by complex, (C,) KRW million."""
        result = np.zeros(complexes)
        sales = np.where(self.operate(firms), firms.revenue[self.row], 0.0)
        np.add.at(result, self.complex, sales)
        return result
