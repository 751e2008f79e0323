"""Ages that firms of a size have when births and closures have long been in balance (E1).

In that balance firms of a size are as old as a firm founded lives through: their ages have
the density S(a)/∫S, with S the share of firms that survive to age a.  So many of them close
a year, and so many are founded: 1/∫S.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import exp, log
from innocluster.agents.firms import exit_hazard

from ..ground.parameter_record import Parameters

__all__ = ["LIFE_STEPS", "founding_shares", "live_through", "stationary_age", "turnover"]

Floats = NDArray[np.float64]

STEPS_A_YEAR = 4
LIFE_STEPS = 60 * STEPS_A_YEAR
"""Sixty years, after which a firm's hazard does not change any more."""
LEAST_HAZARD = 1e-3
"""1/year; firms that never close would be infinitely old."""


@inlined
def live_through(employees: float, p: Parameters, lived: Floats) -> float:
    """E1: years that a firm founded is expected to live up to each age.

    Parameters
    ----------
    lived : (LIFE_STEPS + 2,) years lived up to each quarter of a year, ∫S; the last entry is
        its whole life; written

    Returns
    -------
    float
        Hazard from the last quarter on, 1/year.
    """
    alive = 1.0
    hazard = 0.0
    lived[0] = 0.0
    for k in range(LIFE_STEPS):
        hazard = max(
            LEAST_HAZARD,
            exit_hazard(
                employees, (k + 0.5) / STEPS_A_YEAR, p.exit_rate, p.established_exit_rate,
                p.exit_age, p.exit_size, p.takeover_size,
            ),
        )  # fmt: skip
        following = alive * exp(-hazard / STEPS_A_YEAR)
        lived[k + 1] = lived[k] + (alive - following) / hazard
        alive = following
    lived[LIFE_STEPS + 1] = lived[LIFE_STEPS] + alive / hazard
    return hazard


@inlined
def stationary_age(u: float, employees: float, p: Parameters, lived: Floats) -> float:
    """E1: age in years from its stationary law given size, by inversion of a uniform.

    Parameters
    ----------
    lived : (LIFE_STEPS + 2,) working space of `live_through`
    """
    hazard = live_through(employees, p, lived)
    wanted = u * lived[LIFE_STEPS + 1]
    if wanted >= lived[LIFE_STEPS]:
        left = (lived[LIFE_STEPS + 1] - wanted) / (lived[LIFE_STEPS + 1] - lived[LIFE_STEPS])
        return LIFE_STEPS / STEPS_A_YEAR - log(left) / hazard
    k = np.searchsorted(lived[: LIFE_STEPS + 1], wanted, side="right") - 1
    age: float = (k + (wanted - lived[k]) / (lived[k + 1] - lived[k])) / STEPS_A_YEAR
    return age


@compiled
def turnover(employees: Floats, p: Parameters) -> Floats:
    """E1: closures a year of a firm of each size when births and closures balance, 1/∫S, (N,)."""
    lived = np.empty(LIFE_STEPS + 2)
    result = np.empty(employees.size)
    for n in range(employees.size):
        live_through(employees[n], p, lived)
        result[n] = 1.0 / lived[LIFE_STEPS + 1]
    return result


def founding_shares(place: NDArray[Any], closures: Floats) -> Floats:
    """E2: share of its complex's foundings that are like a firm or like one before it, (N,).

    Parameters
    ----------
    place : (N,) complex of each firm, ascending
    closures : (N,) closures a year, `turnover`
    """
    shares = np.empty(closures.size)
    for c in np.unique(place):
        rows = place == c
        total = np.cumsum(closures[rows])
        shares[rows] = total / total[-1]
    return shares
