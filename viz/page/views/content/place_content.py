"""What is said of one complex: its mini-clusters, sectors, firms and who promotes it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.ground.calendar import FIRST_YEAR

from ....words.quantities import plain, precise
from ...world.record import FIRM, World
from .names import Names
from .tables import paragraph, table

if TYPE_CHECKING:
    from innocluster.sim.beginning.population import Region

__all__ = ["firms_of", "place_facts", "place_world"]

_LARGEST = 10


def place_facts(place: int, region: Region, names: Names) -> str:
    """What the data say of a complex: size in 2003, research bodies."""
    texts, complexes, bodies = names.texts, region.complexes, region.research_bodies
    kind = "established" if complexes.established[place] else "developing"
    told = texts(
        "page.place.facts", kind=texts(f"page.place.{kind}"),
        firms=f"{int(complexes.firms[place]):,}", employees=f"{int(complexes.employees[place]):,}",
        production=plain(complexes.production[place] / 1e6), exports=plain(
            complexes.exports[place] / 1e3
        ),
    )  # fmt: skip
    rows = [
        [
            names.bodies[n],
            texts("page.network.institute" if bodies.institute[n] else "page.network.university"),
            f"{bodies.researchers[n]:,.0f}",
            precise(100.0 * float(bodies.applied_share[n]), 0),
        ]
        for n in np.flatnonzero(bodies.complex == place)
    ]
    head = [texts(f"page.place.body.{key}") for key in ("name", "kind", "researchers", "applied")]
    return paragraph(told) + table(texts("page.place.bodies", number=len(rows)), head, rows)


def place_world(world: World, place: int, names: Names) -> str:
    """What a world says of it: mini-clusters, sectors, the largest firms."""
    texts, last = names.texts, world.months - 1
    note = paragraph(texts("page.place.world", year=FIRST_YEAR + last // 12), "subject")
    return note + _mini_clusters(world, place, names) + _sectors(world, place, names) + _largest(
        world, place, names
    )  # fmt: skip


def firms_of(world: World, place: int) -> NDArray[np.int64]:
    """Firms of a complex that stand in the last month, the largest first."""
    revenue = world.revenue[-1]
    rows = np.flatnonzero((world.kind == FIRM) & (world.complex == place) & (revenue > 0.0))
    return rows[np.argsort(-revenue[rows], kind="stable")]


def _members(world: World) -> NDArray[np.bool_]:
    """Who is a member in the last month."""
    held = world.memberships[:, 2] == world.months
    member = np.zeros(world.kind.size, np.bool_)
    member[world.memberships[held, 0]] = True
    return member


def _mini_clusters(world: World, place: int, names: Names) -> str:
    texts, member = names.texts, _members(world)
    firms = firms_of(world, place)
    open_ties = world.ties[world.ties[:, 3] == world.months][:, :2]
    rows = []
    for group in np.unique(world.mini_cluster[firms]).tolist():
        own = firms[world.mini_cluster[firms] == group]
        inside = np.isin(open_ties, own).all(axis=1).sum()
        rows.append(
            [
                names.mini_clusters[group] if group >= 0 else texts("page.life.no_group"),
                f"{own.size:,}", f"{int(member[own].sum()):,}", f"{int(inside):,}",
                plain(12.0 * float(world.revenue[-1, own].sum()) / 1e6),
            ]
        )  # fmt: skip
    head = [texts(f"page.place.group.{key}") for key in
            ("name", "firms", "members", "ties", "revenue")]  # fmt: skip
    return table(texts("page.place.groups", number=len(rows)), head, rows)


def _sectors(world: World, place: int, names: Names) -> str:
    texts, firms = names.texts, firms_of(world, place)
    revenue = world.revenue[-1]
    total = float(revenue[firms].sum())
    rows = []
    for sector in np.unique(world.sector[firms]).tolist():
        own = firms[world.sector[firms] == sector]
        part = float(revenue[own].sum())
        rows.append(
            (part, [names.sectors[sector], f"{own.size:,}", precise(100.0 * part / total, 1)])
        )
    rows.sort(key=lambda row: -row[0])
    head = [texts(f"page.place.sector.{key}") for key in ("name", "firms", "share")]
    return table(texts("page.place.sectors"), head, [row for _, row in rows])


def _largest(world: World, place: int, names: Names) -> str:
    texts, member = names.texts, _members(world)
    staff = world.year("employees")[-1] if len(world.yearly) else np.zeros(world.kind.size)
    rows = [
        [
            names.agent(world, n), names.sectors[world.sector[n]],
            plain(12.0 * float(world.revenue[-1, n]) / 1e3), plain(float(staff[n])),
            texts("page.place.yes" if member[n] else "page.place.no"),
        ]
        for n in firms_of(world, place)[:_LARGEST].tolist()
    ]  # fmt: skip
    head = [texts(f"page.place.firm.{key}") for key in
            ("name", "sector", "revenue", "employees", "member")]  # fmt: skip
    title = texts("page.place.largest")
    return f"<h3>{escape(title)}</h3>" + table(texts("page.life.synthetic"), head, rows)
