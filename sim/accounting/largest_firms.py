"""The largest firms of a run: what all others sell, and the luck of the few.

The effect of a programme on a region hangs on a handful of firms. Comparisons therefore
state effects with and without them, and regress them on a control variate: the luck of
these firms, which is known to be zero in the mean.

Luck is what lotteries gave beyond what was to be expected of them. With steps of the
shocks, whose mean is 0, and innovations of mean size z that come with the chance p,

    L_s(t+1) = ρ·L_s(t) + step(t),    L_o(t+1) = k·L_o(t) + 1{u < p(t)}·size(t) - p(t)·z,

both from 0 when the programme starts. p(t) is fixed by the state before the draws of
the month; u and size are uniform and exponential, drawn under an address that nothing
else reads, so that given the state E[1{u < p}·size] = p·z. Hence E[L(t+1)] = k·E[L(t)] = 0
for every t, by induction, under every policy and whatever the firm does: discounted
martingale differences (Doob's decomposition of log productivity). A weight fixed before the
first draw, the firm's sales when the programme starts, leaves it so, and a firm that closes
keeps its luck and draws no more: a stopped martingale.

Projects, licences and news of meetings touch one product line (J1): a giant gains by them
no more than a firm of that line's size, and their luck is left out.
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


@dataclass
class LargestFirms:
    """The firms of a run with the largest sales when the programme starts, the largest first.

    Attributes
    ----------
    row, identifier : (n,) where they stand, and who they are: a row may be taken again
    complex : (n,) industrial complex
    sales : (n,) KRW million a month when the programme starts
    shock : (n,) shock of last month, F2
    luck_shocks, luck_innovation : (n,) luck of shocks and of own innovations, log points
    """

    row: Integers
    identifier: Integers
    complex: Integers
    sales: Floats
    shock: Floats
    luck_shocks: Floats
    luck_innovation: Floats

    @classmethod
    def none(cls) -> Self:
        """No firm yet."""
        whole, real = np.empty(0, np.int64), np.empty(0)
        return cls(whole, whole, whole, real, real, real, real)

    @classmethod
    def of(cls, firms: FirmTable, number: int = NUMBER) -> Self:
        """The largest firms by the sales of last month, from which luck counts."""
        sales = firms.revenue[: firms.count] * firms.alive[: firms.count]
        row = np.argsort(-sales, kind="stable")[:number].astype(np.int64)
        return cls(
            row,
            firms.identifier[row].copy(),
            firms.complex[row].astype(np.int64),
            sales[row],
            firms.shock[row].copy(),
            np.zeros(row.size),
            np.zeros(row.size),
        )

    def copy(self) -> Self:
        """Return an independent copy; what is set at the start is shared."""
        return type(self)(
            self.row,
            self.identifier,
            self.complex,
            self.sales,
            self.shock.copy(),
            self.luck_shocks.copy(),
            self.luck_innovation.copy(),
        )

    def operate(self, firms: FirmTable) -> NDArray[np.bool_]:
        """Which of them still operate, (n,)."""
        result: NDArray[np.bool_] = (firms.identifier[self.row] == self.identifier) & (
            firms.alive[self.row] == 1
        )
        return result

    def draw_shocks(self, firms: FirmTable, persistence: float) -> None:
        """Add the month's steps of the shocks, F2."""
        shock = np.where(self.operate(firms), firms.shock[self.row], persistence * self.shock)
        self.luck_shocks = persistence * self.luck_shocks + shock - persistence * self.shock
        self.shock = shock

    def draw_innovations(self, firms: FirmTable, surprise: Floats, kept: float) -> None:
        """Add the month's own innovations, F6.

        Parameters
        ----------
        surprise : (n,) gain of productivity less its mean before the draws
        kept : share of a gain that a month leaves
        """
        news = np.where(self.operate(firms), surprise, 0.0)
        self.luck_innovation = kept * self.luck_innovation + news

    def luck(self, substitution: float, complexes: int) -> Floats:
        """What luck is worth at the sales of the start, by complex, (C,) KRW million a month.

        Sales grow with the power σ - 1 of productivity, D1.
        """
        worth = (substitution - 1.0) * self.sales * (self.luck_shocks + self.luck_innovation)
        return self._by_complex(worth, complexes)

    def revenue(self, firms: FirmTable, complexes: int) -> Floats:
        """Their sales of the month by complex, (C,) KRW million."""
        sales = np.where(self.operate(firms), firms.revenue[self.row], 0.0)
        return self._by_complex(sales, complexes)

    def _by_complex(self, values: Floats, complexes: int) -> Floats:
        result = np.zeros(complexes)
        np.add.at(result, self.complex, values)
        return result
