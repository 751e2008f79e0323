"""Phase 11: exit and entry of firms (E1, E2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import exp
from innocluster.agents.firms import HIGHEST_HAZARD, exit_hazard
from innocluster.agents.research_bodies import poisson_count

from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms

__all__ = ["ENTRANT_BASE", "break_ties", "close_firms", "count_entrants", "entrant_identifier"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Small = NDArray[np.int16]
Flags = NDArray[np.int8]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]

_ENTRY = int(Process.ENTRY)
PATIENCE = 6
ENTRANT_BASE = 1 << 24


@compiled
def close_firms(
    month: int,
    p: Parameters,
    count: int,
    draw: Floats,
    alive: Flags,
    employees: Floats,
    age: Singles,
    entered: Small,
    months_negative: Small,
    member: Flags,
    closed: Codes,
) -> int:
    """E1: close firms, insolvent for six months or by hazard; returns the rows `closed` holds.

    `draw` (capacity,) holds a uniform for every firm.
    """
    closures = 0
    for i in range(count):
        if draw[i] >= HIGHEST_HAZARD / 12.0 and months_negative[i] < PATIENCE:
            continue
        if alive[i] == 0:
            continue
        leaves = months_negative[i] >= PATIENCE
        if not leaves:
            years = (age[i] + month - max(entered[i], 0)) / 12.0
            hazard = exit_hazard(employees[i], years, p.exit_rate, p.exit_size, p.exit_age)
            leaves = draw[i] < hazard / 12.0
        if leaves:
            alive[i] = 0
            member[i] = 0
            closed[closures] = i
            closures += 1
    return closures


@compiled
def break_ties(
    closed: Codes,
    first: Codes,
    familiarity: Singles,
    next_first: Codes,
    next_second: Codes,
    firm_head: Codes,
) -> None:
    """Mark the pairs of the firms in the rows `closed` as dead."""
    for n in range(closed.size):
        firm = closed[n]
        row = firm_head[firm]
        while row >= 0:
            familiarity[row] = -1.0
            row = next_first[row] if first[row] == firm else next_second[row]


@compiled
def count_entrants(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    operating: Integers,
    free_plots: Floats,
    entry_rate: Floats,
    profit_ratio: Floats,
    usual_profit: Floats,
) -> Integers:
    """E2: entrants of the month by complex, Poisson with profit and free plots.

    Parameters
    ----------
    operating : (C,) firms now
    free_plots : (C,) free plots now over those of 2003
    entry_rate : (C,) entrants a year per operating firm at the profit and free plots of 2003
    profit_ratio, usual_profit : (C,) profit over sales last month and in 2003
    """
    result = np.zeros(operating.size, np.int64)
    for c in range(operating.size):
        response = exp(p.entry_profit * (profit_ratio[c] - usual_profit[c]))
        mean = p.entry_scale * entry_rate[c] / 12.0 * operating[c] * free_plots[c] * response
        u, _, _, _ = uniforms(key, c, month, _ENTRY, 0)
        result[c] = poisson_count(mean, u)
    return result


def entrant_identifier(month: int, complex_: Integers, ordinal: Integers) -> Integers:
    """Identifiers of entrants, the same whatever else entered or left (32 bits)."""
    return ((month + 1) * ENTRANT_BASE) + (complex_ << 16) + ordinal
