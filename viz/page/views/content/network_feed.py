"""What the picture of the network is fed with: places, ties and names of a world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from innocluster.sim.ground.calendar import PROGRAMME_START, month_number

from ...world.layout import Layout, lay_out
from ...world.record import FIRM, World
from .names import Names

if TYPE_CHECKING:
    from innocluster.sim.beginning.population import Region

    from ....words.texts import Texts

__all__ = ["feed"]

_WORDS = (
    "time", "first", "back", "forth", "last", "play", "pause", "speed", "year", "month", "shown",
    "met", "project", "licence", "complex", "everyone", "nearer", "farther", "whole", "hint",
    "member", "other", "university", "institute", "find", "open", "missing", "table", "told",
    "firm", "is_member",
)  # fmt: skip
_COLUMNS = (
    "place", "firms", "members", "met", "met_between", "project", "project_between", "licence",
    "licence_between",
)  # fmt: skip


def feed(world: World, region: Region, texts: Texts) -> dict[str, Any]:
    """All that the picture needs of a world, numbers as bytes."""
    names = Names(region, texts)
    complexes = region.complexes
    layouts = [
        lay_out(world, complexes.longitude, complexes.latitude, members)
        for members in (True, False)
    ]  # fmt: skip
    ties = _ties(world)
    words: dict[str, Any] = {name: texts.raw(f"page.network.{name}") for name in _WORDS}
    words["everywhere"] = texts("page.everywhere")
    words["head"] = [texts(f"page.network.column.{name}") for name in _COLUMNS]
    agents = np.stack(
        [world.complex, world.mini_cluster, world.kind, world.entered, world.closed]
    ).astype(np.int32)  # fmt: skip
    frame = {
        "months": world.months,
        "start": min(month_number(*PROGRAMME_START), world.months - 1),
        "counts": [len(x) for x in ties],
        "complexes": [
            {"name": name, "circle": [[float(v) for v in x.complexes[c]] for x in layouts]}
            for c, name in enumerate(names.complexes)
        ],
        "clusters": _clusters(layouts, names),
        "bodies": [names.agent(world, n) for n in np.flatnonzero(world.kind != FIRM).tolist()],
        "spacing": [x.spacing for x in layouts],
        "extent": [_extent(x) for x in layouts],
    }
    return {
        "words": words,
        "frame": frame,
        "agents": agents.tobytes(),
        "numbers": world.identifier.astype(np.float64).tobytes(),
        "members": layouts[0].places.tobytes(),
        "firms": layouts[1].places.tobytes(),
        "spans": np.ascontiguousarray(world.memberships.T).tobytes(),
        "ties": b"".join(np.ascontiguousarray(x.T).astype(np.int32).tobytes() for x in ties),
    }


def _ties(world: World) -> list[np.ndarray[Any, Any]]:
    """(n, 4) both agents, first month and first month without, of each kind."""
    projects, licences = world.projects, world.licences
    parts = []
    for one, other in ((0, 1), (0, 2), (1, 2)):
        rows = (projects[:, one] >= 0) & (projects[:, other] >= 0)
        parts.append(projects[rows][:, [one, other, 3, 4]])
    signed = licences[:, [1, 2, 0, 3]].copy()
    signed[:, 3] = np.minimum(signed[:, 3], world.closed[signed[:, 0]].astype(np.int32) + 1)
    return [world.ties, np.concatenate(parts), signed]


def _clusters(layouts: list[Layout], names: Names) -> list[dict[str, Any]]:
    """Mini-clusters with their circles in both pictures."""
    found: dict[int, dict[str, Any]] = {}
    for n, layout in enumerate(layouts):
        for disc in layout.discs:
            if disc.mini_cluster < 0:
                continue
            entry = found.setdefault(
                disc.mini_cluster,
                {"index": disc.mini_cluster, "complex": disc.complex,
                 "name": names.mini_clusters[disc.mini_cluster], "circle": [[-9.0, -9.0, 0.0]] * 2},
            )  # fmt: skip
            circles = list(entry["circle"])
            circles[n] = [disc.x, disc.y, disc.radius]
            entry["circle"] = circles
    return list(found.values())


def _extent(layout: Layout) -> list[float]:
    """Middle, width and height of all that is drawn."""
    x, y, r = layout.complexes.T
    sides = [(float((v - r).min()), float((v + r).max())) for v in (x, y)]
    return [*((a + b) / 2.0 for a, b in sides), *(b - a for a, b in sides)]
