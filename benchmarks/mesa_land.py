"""The ground of one complex in plain Python (E2): plots and rooms that firms take and leave."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from plain_equations import erlang_months, poisson

from innocluster.sim.ground.random_numbers import Process

if TYPE_CHECKING:
    from mesa_objects import ObjectModel

__all__ = ["Estate"]


class Estate:
    """Plots and rooms of a complex; a place is vacant, booked for an opening or a firm's.

    Parameters
    ----------
    complex_ : row of the complex
    unsold : plots on sale
    number, vacant : by kind, 0 for plots and 1 for rooms
    rooms : rooms with the one under construction
    openings : (month, kind) of every firm that is to open
    """

    def __init__(
        self, complex_: int, unsold: int, number: list[int], vacant: list[int], rooms: float,
        openings: list[tuple[int, int]],
    ) -> None:  # fmt: skip
        self.complex, self.unsold, self.rooms = complex_, unsold, rooms
        self.number, self.vacant, self.openings = number, vacant, openings

    def open(self, month: int) -> int:
        """Firms that open this month."""
        opened = [one for one in self.openings if one[0] == month]
        self.openings = [one for one in self.openings if one[0] != month]
        return len(opened)

    def seat(self) -> bool:
        """Give a spin-off a vacant room, else a vacant plot, if there is one."""
        for kind in (1, 0):
            if self.vacant[kind]:
                self.vacant[kind] -= 1
                return True
        return False

    def let(self, model: ObjectModel) -> None:
        """Sell new plots to applicants, let again what stands vacant, build rooms."""
        p, land, month, c = model.p, model.region.land, model.month, self.complex
        year, part = divmod(month, 12)
        if year < land.released.shape[1]:
            plots = math.floor(p.land_scale * int(land.released[c, year]) + 0.5)
            self.unsold += plots * (part + 1) // 12 - plots * part // 12
        path = float(land.price[c, min(year, land.price.shape[1] - 1)])
        dearer = path / model.general_price if path > 0.0 else 1.0
        wanted = p.entry_scale * float(land.applicants[c]) / 12.0
        wanted *= math.exp(p.entry_profit * (model.profit_ratio[c] - model.usual_profit[c]))
        wanted *= dearer**-p.land_price_elasticity
        draws = model.draw(c, Process.LAND)
        sold = min(poisson(wanted, draws[0]), self.unsold)
        self.unsold -= sold
        self.number[0] += sold
        refilled = [
            min(poisson(p.refill_hazard / 12.0 * self.vacant[kind], draws[1 + kind]), vacant)
            for kind, vacant in enumerate(self.vacant)
        ]
        for kind in (0, 1):
            self.vacant[kind] -= refilled[kind]
        for n in range(sold + refilled[0]):
            wait = erlang_months(p.building_time, model.draw(c, Process.BUILDING, n)[:2])
            self.openings.append((month + min(wait, 239), 0))
        for n in range(refilled[1]):
            late = model.draw(c, Process.MOVING_IN, n)[0] < p.moving_time - 1.0
            self.openings.append((month + 1 + late, 1))
        to_come = max(p.rooms_per_plot * self.number[0] - self.rooms, 0.0)
        self.rooms += p.room_building * float(land.room_growth[c]) / 12.0 * to_come
        new = max(int(self.rooms) - self.number[1], 0)
        self.number[1] += new
        self.vacant[1] += new

    def leave(self, model: ObjectModel, closures: int) -> None:
        """Take back the places of the firms that closed, rooms in proportion to those in use."""
        booked = [sum(kind == which for _, which in self.openings) for kind in (0, 1)]
        plots, rooms = (self.number[k] - self.vacant[k] - booked[k] for k in (0, 1))
        if not closures:
            return
        left = int(closures * (rooms / (rooms + plots)) + model.draw(self.complex, Process.LAND)[3])
        left = min(max(left, closures - plots), rooms)
        self.vacant[1] += left
        self.vacant[0] += closures - left
