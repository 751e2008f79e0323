"""Places of firms: ground that is released, let, built on, left and let again (E2)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import exp, log
from innocluster.agents.records import Record
from innocluster.agents.relations import erlang_months
from innocluster.agents.research_bodies import ResearchBodyTable, poisson_count

from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms

__all__ = [
    "BUILDING_STAGES",
    "MONTHS_AHEAD",
    "PLOT",
    "ROOM",
    "LandSupply",
    "Places",
    "build_rooms",
    "let_places",
    "open_places",
    "seat_spin_offs",
    "vacate",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Key = NDArray[np.uint64]

PLOT, ROOM = 0, 1
"""Kinds of places: ground of a firm's own, and rooms that it rents from another firm."""

MONTHS_AHEAD = 240
"""Months for which openings are booked; next to none of the buildings takes longer."""

BUILDING_STAGES = 2
"""Erlang stages from a contract to the opening of a factory."""

_LAND = int(Process.LAND)
_BUILDING = int(Process.BUILDING)
_MOVING_IN = int(Process.MOVING_IN)


@dataclass(frozen=True)
class LandSupply(Record):
    """Ground for firms in each complex; a plot is the place of one firm.

    Attributes
    ----------
    released : (C, Y) plots put on sale by year from 2003; none after the last
    price : (C, Y) their price over that of 2003; 0 where it follows the price index
    unsold : (C,) plots on sale at the end of 2002
    contracted : (C,) plots of new ground sold by then whose firm does not operate yet
    rented_share : (C,) share of the firms of 2003 that rent a room from another
    room_growth : (C,) part of the rooms still to come that is built in a year
    applicants : (C,) firms a year that want a plot, at the profit and price of 2003
    """

    released: Integers
    price: Floats
    unsold: Integers
    contracted: Integers
    rented_share: Floats
    room_growth: Floats
    applicants: Floats


@dataclass
class Places(Record):
    """The places of every complex; each is vacant, being made ready or a firm's that operates.

    Attributes
    ----------
    unsold : (C,) plots on sale that nobody has contracted yet; no places so far
    number, vacant : (2, C) places by kind, those included and those alone that nobody has let
    due : (2, C, MONTHS_AHEAD) firms that will open, by month modulo `MONTHS_AHEAD`
    rooms : (C,) rooms with the one that is being built
    """

    unsold: Integers
    number: Integers
    vacant: Integers
    due: Integers
    rooms: Floats

    @property
    def under_way(self) -> Integers:
        """Firms with a contract that do not operate yet, (C,)."""
        under_way: Integers = self.due.sum(axis=(0, 2))
        return under_way

    def copy(self) -> Self:
        """Return an independent copy."""
        return type(self)(**{f.name: getattr(self, f.name).copy() for f in fields(self)})


@compiled
def open_places(month: int, places: Places) -> Integers:
    """E2: firms by complex, (C,), that open this month."""
    slot = month % MONTHS_AHEAD
    opened = np.zeros(places.unsold.size, np.int64)
    for kind in range(2):
        for c in range(opened.size):
            opened[c] += places.due[kind, c, slot]
            places.due[kind, c, slot] = 0
    return opened


@compiled
def seat_spin_offs(founders: Integers, bodies: ResearchBodyTable, places: Places) -> Integers:
    """U4: those of the universities in `founders` whose spin-off finds a place, vacant and built.

    A room first, then a plot; a spin-off of five builds nothing.
    """
    seated = np.empty(founders.size, np.int64)
    number = 0
    for b in founders:
        c = bodies.complex[b]
        kind = ROOM if places.vacant[ROOM, c] > 0 else PLOT
        if places.vacant[kind, c] > 0:
            places.vacant[kind, c] -= 1
            seated[number] = b
            number += 1
    return seated[:number].copy()


@compiled
def let_places(
    key: Key,
    month: int,
    p: Parameters,
    land: LandSupply,
    profit_ratio: Floats,
    usual_profit: Floats,
    price_index: float,
    places: Places,
) -> None:
    """E2: release ground, let it to applicants and let again what firms have left.

    Of new ground as much is let as applicants want, who are Poisson with mean
    b·exp(n_π(π - π0))·(price of land over that of 2003)^-η_p a year, and there is.  A place
    that was left, or a new room, finds a tenant at the refill hazard, whatever kind it is.

    Parameters
    ----------
    profit_ratio, usual_profit : (C,) profit over sales last month and in 2003
    price_index : 2003 = 1
    """
    for c in range(places.unsold.size):
        places.unsold[c] += _released(month, p.land_scale, land.released[c])
        response = exp(p.entry_profit * (profit_ratio[c] - usual_profit[c]))
        dearer = _relative_price(month, land.price[c], price_index)
        response *= exp(-p.land_price_elasticity * log(dearer))
        u, v, w, _ = uniforms(key, c, month, _LAND, 0)
        wanted = poisson_count(p.entry_scale * land.applicants[c] / 12.0 * response, u)
        sold = min(wanted, places.unsold[c])
        places.unsold[c] -= sold
        places.number[PLOT, c] += sold
        plots = _refilled(places.vacant[PLOT, c], p.refill_hazard, v)
        places.vacant[PLOT, c] -= plots
        for n in range(sold + plots):
            u, v, _, _ = uniforms(key, c, month, _BUILDING, n)
            wait = erlang_months(BUILDING_STAGES, p.building_time, (u, v, 1.0, 1.0))
            places.due[PLOT, c, (month + min(wait, MONTHS_AHEAD - 1)) % MONTHS_AHEAD] += 1
        rooms = _refilled(places.vacant[ROOM, c], p.refill_hazard, w)
        places.vacant[ROOM, c] -= rooms
        for n in range(rooms):
            u, _, _, _ = uniforms(key, c, month, _MOVING_IN, n)
            wait = 2 if u < p.moving_time - 1.0 else 1
            places.due[ROOM, c, (month + wait) % MONTHS_AHEAD] += 1


@inlined
def _released(month: int, scale: float, yearly: Integers) -> int:
    """Plots put on sale this month: those of the year, one month like another."""
    year = month // 12
    if year >= yearly.size:
        return 0
    plots = int(scale * yearly[year] + 0.5)
    done = month % 12
    return plots * (done + 1) // 12 - plots * done // 12


@inlined
def _relative_price(month: int, price: Floats, price_index: float) -> float:
    """Price of land over that of 2003 when all prices are as in 2003."""
    path = price[min(month // 12, price.size - 1)]
    return path / price_index if path > 0.0 else 1.0


@inlined
def _refilled(vacant: int, hazard: float, u: float) -> int:
    """Vacant places of one kind that find a tenant this month; `hazard` is a year's."""
    return min(poisson_count(hazard / 12.0 * vacant, u), vacant)


@compiled
def build_rooms(p: Parameters, land: LandSupply, places: Places) -> None:
    """E2: rooms grow by a part of those still to come; new ones are vacant at first."""
    for c in range(places.unsold.size):
        to_come = p.rooms_per_plot * places.number[PLOT, c] - places.rooms[c]
        if to_come > 0.0:
            places.rooms[c] += p.room_building * land.room_growth[c] / 12.0 * to_come
        new = max(int(places.rooms[c]) - places.number[ROOM, c], 0)
        places.number[ROOM, c] += new
        places.vacant[ROOM, c] += new


@compiled
def vacate(key: Key, month: int, closures: Integers, places: Places) -> None:
    """E2: places of the firms that closed this month; rooms in proportion to the firms in them.

    Parameters
    ----------
    closures : (C,)
    """
    for c in range(closures.size):
        plots = places.number[PLOT, c] - places.vacant[PLOT, c] - places.due[PLOT, c].sum()
        rooms = places.number[ROOM, c] - places.vacant[ROOM, c] - places.due[ROOM, c].sum()
        if closures[c] == 0:
            continue
        _, _, _, u = uniforms(key, c, month, _LAND, 0)
        left = int(closures[c] * (rooms / (rooms + plots)) + u)
        left = min(max(left, closures[c] - plots), rooms)
        places.vacant[ROOM, c] += left
        places.vacant[PLOT, c] += closures[c] - left
