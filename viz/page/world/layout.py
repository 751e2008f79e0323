"""Where agents stand in the picture of the network: by complex and mini-cluster, once and for all.

Complexes lie roughly as on the map, moved apart; in each the mini-clusters are discs that do
not overlap, the research bodies in the middle.  A firm stands in its mini-cluster, the earlier
it joined the further inside, and one that enters takes the first place that is free.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from .record import FIRM, OPEN, World

__all__ = ["Disc", "Layout", "apart", "lay_out", "packed"]

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]

_GOLDEN = math.pi * (3.0 - math.sqrt(5.0))
_WIDER = 1.3
"""Screens are wider than high."""
_GAP = 1.5
"""Between discs, in distances of neighbouring agents."""


@dataclass(frozen=True)
class Disc:
    """A mini-cluster, or the research bodies or other firms of a complex.

    Attributes
    ----------
    complex : index
    mini_cluster : index, -1 for firms that suit none, -2 for research bodies
    x, y, radius : in the unit of the picture, whose longer side is 1
    """

    complex: int
    mini_cluster: int
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Layout:
    """Places of agents.

    Attributes
    ----------
    places : (N, 2) x to the right and y down, NaN for agents that are not shown
    discs : mini-clusters
    complexes : (C, 3) x, y and radius of the circle around each complex
    spacing : distance of neighbours
    """

    places: Singles
    discs: list[Disc]
    complexes: Floats
    spacing: float


def lay_out(world: World, longitude: Floats, latitude: Floats, members: bool) -> Layout:
    """Places of all agents that were ever there.

    Parameters
    ----------
    longitude, latitude : (C,) of the complexes, degrees
    members : only firms that were members at some time, and research bodies
    """
    joined = np.full(world.kind.size, OPEN)
    np.minimum.at(joined, world.memberships[:, 0], world.memberships[:, 1])
    shown = (world.kind != FIRM) | (joined < OPEN) if members else np.ones(world.kind.size, bool)
    group = np.where(world.kind == FIRM, world.mini_cluster, -2)
    discs: list[tuple[int, int, NDArray[np.int64], NDArray[np.int64]]] = []
    sizes: dict[int, list[float]] = {}
    for c in range(longitude.size):
        for g in np.unique(group[shown & (world.complex == c)]).tolist():
            rows = np.flatnonzero(shown & (world.complex == c) & (group == g))
            rows = rows[np.lexsort((rows, world.entered[rows], joined[rows]))]
            places = _places_in_line(world.entered[rows], world.closed[rows])
            discs.append((c, g, rows, places))
            sizes.setdefault(c, []).append(math.sqrt(float(places.max(initial=0)) + 1.0))
    # Research bodies have the lowest group and so come first.
    inner = {c: packed(radii, _GAP) for c, radii in sizes.items()}
    reach = [
        max((math.hypot(x, y) + r for (x, y), r in zip(inner[c], sizes[c], strict=True)))
        if c in inner else 1.0
        for c in range(longitude.size)
    ]  # fmt: skip
    scale = 0.9 * math.sqrt(sum(r * r for r in reach))
    east = (longitude - longitude.mean()) * math.cos(math.radians(float(latitude.mean())))
    south = latitude.mean() - latitude
    extent = max(np.ptp(east), np.ptp(south), 1e-9)
    spread = np.stack([_WIDER * east, south], axis=1)
    centres = apart(scale * spread / extent, np.array(reach), 2.0 * _GAP)
    return _drawn(discs, sizes, inner, centres, np.array(reach), world.kind.size)


def _drawn(
    discs: list[tuple[int, int, NDArray[np.int64], NDArray[np.int64]]],
    sizes: dict[int, list[float]],
    inner: dict[int, list[tuple[float, float]]],
    centres: Floats,
    reach: Floats,
    agents: int,
) -> Layout:
    """Places in the unit of the picture, its upper left corner at 0."""
    corner = (centres - reach[:, None]).min(axis=0)
    size = float(((centres + reach[:, None]).max(axis=0) - corner).max())
    places = np.full((agents, 2), np.nan, np.float32)
    drawn, taken = [], dict.fromkeys(sizes, 0)
    for c, g, rows, place in discs:
        n = taken[c]
        taken[c] += 1
        middle = (centres[c] + np.array(inner[c][n]) - corner) / size
        distance = np.sqrt(place + 0.5) / size
        angle = place * _GOLDEN
        places[rows, 0] = middle[0] + distance * np.cos(angle)
        places[rows, 1] = middle[1] + distance * np.sin(angle)
        drawn.append(Disc(c, g, float(middle[0]), float(middle[1]), sizes[c][n] / size))
    circles = np.concatenate([(centres - corner) / size, reach[:, None] / size], axis=1)
    return Layout(places, drawn, circles, 1.0 / size)


def _places_in_line(entered: NDArray[np.int16], closed: NDArray[np.int16]) -> NDArray[np.int64]:
    """Number of the place of each agent: the lowest that is free when it enters."""
    order = np.argsort(entered, kind="stable")
    result = np.empty(entered.size, np.int64)
    free: list[int] = []
    leaving: list[tuple[int, int]] = []
    for row in order.tolist():
        while leaving and leaving[0][0] < entered[row]:
            heappush(free, heappop(leaving)[1])
        place = heappop(free) if free else len(leaving)
        result[row] = place
        heappush(leaving, (int(closed[row]), place))
    return result


def packed(radii: list[float], gap: float) -> list[tuple[float, float]]:
    """Centres of discs that do not overlap, along a spiral outwards.

    The first disc lies in the middle, then come the others from the largest to the smallest.
    """
    centres: list[tuple[float, float]] = [(0.0, 0.0)] * len(radii)
    done: list[int] = []
    step = 0.3 * min(radii, default=1.0)
    for n in sorted(range(len(radii)), key=lambda n: (n > 0, -radii[n], n)):
        turn = 0.0
        while True:
            distance = step * turn / 3.0
            x, y = distance * math.cos(turn), distance * math.sin(turn)
            if all(
                math.hypot(x - centres[m][0], y - centres[m][1]) >= radii[n] + radii[m] + gap
                for m in done
            ):
                break
            turn += min(0.3, step / max(distance, step))
        centres[n] = (x, y)
        done.append(n)
    return centres


def apart(centres: Floats, radii: Floats, gap: float) -> Floats:
    """Centres moved as little as it takes until no two circles overlap."""
    moved = centres.astype(np.float64).copy()
    for _ in range(500):
        overlap = False
        for a in range(len(moved)):
            for b in range(a):
                way = moved[a] - moved[b]
                distance = math.hypot(*way)
                short = radii[a] + radii[b] + gap - distance
                if short > 1e-9:
                    overlap = True
                    push = way / distance if distance > 0.0 else np.array([1.0, 0.0])
                    moved[a] += 0.5 * short * push
                    moved[b] -= 0.5 * short * push
        if not overlap:
            break
    return moved
