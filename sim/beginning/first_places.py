"""The places of firms in the first month: in use, vacant and being built on (E2)."""

from __future__ import annotations

from math import exp

import numpy as np
from numpy.typing import NDArray

from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms
from ..market.places import MONTHS_AHEAD, PLOT, ROOM, LandSupply, Places

__all__ = ["first_places"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FIRST_PLACES = int(Process.FIRST_PLACES)


def first_places(
    key: NDArray[np.uint64], p: Parameters, land: LandSupply, operating: Integers, exits: Floats
) -> Places:
    """Places with which as many firms open as close while nothing around them changes.

    A year's exits over the refill hazard stand vacant, and what is let of them in the
    months before the first is under way; ground sold new comes on top, times `land_scale`
    as all ground that is released.

    Parameters
    ----------
    operating : (C,) firms
    exits : (C,) firms that close in a year
    """
    rented = np.rint(land.rented_share * operating).astype(np.int64)
    used = np.stack([operating - rented, rented])
    flow = exits * used / np.maximum(operating, 1)
    hazard = max(p.refill_hazard, 1e-9)
    vacant = np.rint(flow / hazard).astype(np.int64) if p.refill_hazard > 0.0 else 0 * used
    due = np.zeros((*used.shape, MONTHS_AHEAD), np.int64)
    plot_months, room_months = _longer_plot(p.building_time), _longer_room(p.moving_time)
    unsold, sold = (
        np.rint(p.land_scale * plots).astype(np.int64) for plots in (land.unsold, land.contracted)
    )
    for c in range(operating.size):
        u, v, _, _ = uniforms(key, c, 0, _FIRST_PLACES, 0)
        new = sold[c] / plot_months.sum()
        turnover = (flow[:, c] / 12.0) if p.refill_hazard > 0.0 else np.zeros(2)
        due[PLOT, c] = _whole((turnover[PLOT] + new) * plot_months, u)
        due[ROOM, c] = _whole(turnover[ROOM] * room_months, v)
    number = used + vacant + due.sum(axis=2)
    return Places(unsold, number, vacant, due, number[ROOM].astype(np.float64))


def _longer_plot(mean: float) -> Floats:
    """Chance that a building takes more than 0, 1, 2 … months from its contract on."""
    # Erlang with two stages, rounded to whole months, at least one.
    times = 2.0 / mean * (np.arange(MONTHS_AHEAD) + 0.5)
    chances = np.array([exp(-t) * (1.0 + t) for t in times])
    chances[0] = 1.0
    return chances


def _longer_room(mean: float) -> Floats:
    """Chance that moving in takes more than 0, 1, 2 … months."""
    chances = np.zeros(MONTHS_AHEAD)
    chances[:2] = 1.0, mean - 1.0
    return chances


def _whole(amounts: Floats, u: float) -> Integers:
    """Whole numbers that sum to those given, up to one, at every length."""
    # Summed one by one: NumPy's own sums may differ between machines in the last bit.
    totals, total = [], 0.0
    for amount in amounts.tolist():
        total += amount
        totals.append(int(total + u))
    return np.diff(totals, prepend=0)
