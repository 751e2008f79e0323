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
from innocluster.agents.firms import hazard_of_age, hazard_of_size

from ..ground.parameter_record import Parameters

__all__ = ["LIFE_STEPS", "founding_shares", "live_through", "stationary_ages", "turnover"]

Floats = NDArray[np.float64]

STEPS_A_YEAR = 4
LIFE_STEPS = 60 * STEPS_A_YEAR
"""Sixty years, after which a firm's hazard does not change any more."""
LEAST_HAZARD = 1e-3
"""1/year; firms that never close would be infinitely old."""
_TOGETHER = 64
"""Firms that live at a time: what they lived stays in the processor's cache."""


@compiled
def live_through(employees: Floats, p: Parameters, lived: Floats, hazard: Floats) -> None:
    """E1: years that firms founded are expected to live up to each age.

    Firms pass through an age together, which becomes vector instructions.

    Parameters
    ----------
    employees : (N,)
    lived : (LIFE_STEPS + 2, N) years lived up to each quarter of a year, ∫S; the last row is
        their whole life; written
    hazard : (N,) from the last quarter on, 1/year; written
    """
    size = np.empty(employees.size)
    alive = np.ones(employees.size)
    for n in range(employees.size):
        size[n] = hazard_of_size(employees[n], p.exit_size, p.takeover_size)
        lived[0, n] = 0.0
    for k in range(LIFE_STEPS):
        usual = hazard_of_age(
            (k + 0.5) / STEPS_A_YEAR, p.exit_rate, p.established_exit_rate, p.exit_age
        )
        for n in range(employees.size):
            hazard[n] = max(LEAST_HAZARD, size[n] * usual)
            following = alive[n] * exp(-hazard[n] / STEPS_A_YEAR)
            lived[k + 1, n] = lived[k, n] + (alive[n] - following) / hazard[n]
            alive[n] = following
    for n in range(employees.size):
        lived[LIFE_STEPS + 1, n] = lived[LIFE_STEPS, n] + alive[n] / hazard[n]


@compiled
def stationary_ages(u: Floats, employees: Floats, p: Parameters) -> Floats:
    """E1: ages in years from their stationary law given size, by inversion of uniforms, (N,)."""
    lived = np.empty((LIFE_STEPS + 2, _TOGETHER))
    hazard = np.empty(_TOGETHER)
    ages = np.empty(employees.size)
    for first in range(0, employees.size, _TOGETHER):
        block = employees[first : first + _TOGETHER]
        live_through(block, p, lived, hazard)
        for n in range(block.size):
            wanted = u[first + n] * lived[LIFE_STEPS + 1, n]
            ages[first + n] = _age_at(wanted, lived[:, n], hazard[n])
    return ages


@inlined
def _age_at(wanted: float, lived: Floats, hazard: float) -> float:
    """E1: age up to which a firm is expected to live `wanted` years."""
    if wanted >= lived[LIFE_STEPS]:
        left = (lived[LIFE_STEPS + 1] - wanted) / (lived[LIFE_STEPS + 1] - lived[LIFE_STEPS])
        return LIFE_STEPS / STEPS_A_YEAR - log(left) / hazard
    k = np.searchsorted(lived[: LIFE_STEPS + 1], wanted, side="right") - 1
    age: float = (k + (wanted - lived[k]) / (lived[k + 1] - lived[k])) / STEPS_A_YEAR
    return age


@compiled
def turnover(employees: Floats, p: Parameters) -> Floats:
    """E1: closures a year of a firm of each size when births and closures balance, 1/∫S, (N,)."""
    lived = np.empty((LIFE_STEPS + 2, _TOGETHER))
    hazard = np.empty(_TOGETHER)
    result = np.empty(employees.size)
    for first in range(0, employees.size, _TOGETHER):
        block = employees[first : first + _TOGETHER]
        live_through(block, p, lived, hazard)
        for n in range(block.size):
            result[first + n] = 1.0 / lived[LIFE_STEPS + 1, n]
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
