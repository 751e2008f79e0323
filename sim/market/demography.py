"""Phase 11: exit and entry of firms (E1, E2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import exp
from innocluster.agents.firms import FirmTable, exit_hazard
from innocluster.agents.research_bodies import ResearchBodyTable, poisson_count

from ..ground.counts import Counts
from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms

__all__ = [
    "ENTRANT_BASE",
    "close_firms",
    "count_entrants",
    "entrant_identifier",
    "expected_exits",
    "spin_offs",
]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]

_ENTRY = int(Process.ENTRY)
_SPIN_OFF = int(Process.SPIN_OFF)
ENTRANT_BASE = 1 << 24


@compiled
def close_firms(
    month: int, p: Parameters, draw: Floats, firms: FirmTable, closed: Codes, counts: Counts
) -> int:
    """E1: close firms, insolvent for too long or by hazard; returns the rows `closed` holds.

    Parameters
    ----------
    draw : (capacity,) a uniform for every firm
    closed : (capacity,) rows of the firms that close, written here
    counts : added to
    """
    highest = exit_hazard(
        1.0, 0.0, max(p.exit_rate, p.established_exit_rate), p.established_exit_rate, p.exit_age,
        p.exit_size, p.takeover_size,
    ) / 12.0  # fmt: skip
    closures = 0
    for i in range(firms.count):
        if firms.alive[i] == 0:
            continue
        insolvent = firms.months_negative[i] >= p.insolvency_patience
        # Most firms are decided without their hazard, which falls with size and age.
        if draw[i] >= highest and not insolvent:
            continue
        if insolvent or draw[i] < 1.0 - exp(-_hazard_of(i, month, p, firms) / 12.0):
            firms.alive[i] = 0
            firms.member[i] = 0
            closed[closures] = i
            closures += 1
            counts.closures[firms.complex[i]] += 1
    return closures


@inlined
def _hazard_of(i: int, month: int, p: Parameters, firms: FirmTable) -> float:
    """E1: yearly hazard of firm `i` at its size and age."""
    years = (np.float64(firms.age[i]) + month - max(firms.entered[i], 0)) / 12.0
    return exit_hazard(
        firms.employees[i], years, p.exit_rate, p.established_exit_rate, p.exit_age, p.exit_size,
        p.takeover_size,
    )  # fmt: skip


@compiled
def expected_exits(month: int, p: Parameters, complexes: int, firms: FirmTable) -> Floats:
    """E1: firms of each complex, (C,), that close in a year by their hazard."""
    exits = np.zeros(complexes)
    for i in range(firms.count):
        if firms.alive[i] == 1:
            exits[firms.complex[i]] += _hazard_of(i, month, p, firms)
    return exits


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
    """E2: proportional entrants of the month by complex, Poisson with profit and free plots.

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


@inlined
def entrant_identifier(month: int, complex_: int, ordinal: int) -> int:
    """E2: identifier of an entrant, the same whatever else entered or left (32 bits)."""
    return (month + 1) * ENTRANT_BASE + (complex_ << 16) + ordinal


@compiled
def spin_offs(
    key: NDArray[np.uint64], month: int, p: Parameters, bodies: ResearchBodyTable
) -> Integers:
    """U4: rows of the universities that found a firm this month."""
    founders = np.empty(bodies.count, np.int64)
    number = 0
    for b in range(bodies.count):
        u, _, _, _ = uniforms(key, bodies.identifier[b], month, _SPIN_OFF, 0)
        if bodies.institute[b] == 0 and u < p.spin_off_rate / 12.0:
            founders[number] = b
            number += 1
    return founders[:number].copy()
