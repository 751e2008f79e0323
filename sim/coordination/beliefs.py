"""What coordinators believe of firms: late and with error, as accounts tell (section 8)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import exp, normal_quantile

from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms

__all__ = ["Accounts", "believed", "mistaken_share"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_BELIEF = int(Process.BELIEF)
_USUAL_ABSORPTION = 0.5
"""K3 of a firm whose R&D stock is the usual one of its sector."""


@dataclass(frozen=True)
class Accounts:
    """What the accounts of a month say of all firms, row by row; never changed once closed.

    Attributes
    ----------
    month : of the accounts, months since 2003-01
    identifier : (N,) whose they are
    advantage : (N,) log productivity without luck over the mean of the sector
    absorption : (N,) absorptive capacity
    """

    month: int
    identifier: Integers
    advantage: Floats
    absorption: Floats

    def of(self, rows: Integers, identifier: Integers, performs: NDArray[np.bool_]) -> Floats:
        """Advantage and absorptive capacity of the firms in `rows`, (2, n).

        A firm that has no accounts yet is taken for the usual one of its sector.

        Parameters
        ----------
        identifier : (n,) of the firms that stand in `rows` now
        performs : (n,) whether they do R&D
        """
        place = np.minimum(rows, self.identifier.size - 1)
        known = (rows < self.identifier.size) & (self.identifier[place] == identifier)
        return np.stack(
            [
                np.where(known, self.advantage[place], 0.0),
                np.where(known, self.absorption[place], _USUAL_ABSORPTION * performs),
            ]
        )


@inlined
def mistaken_share(share: float, error: float) -> float:
    """A share whose odds are mistaken by `error` in logs: 0 stays 0, 1 stays 1."""
    odds = share * exp(error)
    return odds / (1.0 - share + odds)


@compiled
def believed(
    key: NDArray[np.uint64], year: int, p: Parameters, identifier: Integers, accounts: Floats
) -> None:
    """Section 8: add the errors with which coordinators read accounts, one draw a firm and year.

    log productivity + σ_a·N(0, 1), and as much for the odds of absorptive capacity, R/R̃ of K3.

    Parameters
    ----------
    year : of the accounts, counted from 2003
    identifier : (n,)
    accounts : (2, n) advantage and absorptive capacity, changed
    """
    for n in range(identifier.size):
        u, v, _, _ = uniforms(key, identifier[n], 12 * year, _BELIEF, 0)
        accounts[0, n] += p.noise_scale * p.productivity_noise * normal_quantile(u)
        error = p.noise_scale * p.absorption_noise * normal_quantile(v)
        accounts[1, n] = mistaken_share(accounts[1, n], error)
