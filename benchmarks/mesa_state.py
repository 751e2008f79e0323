"""Objects from the tables of a run: the state that both implementations start from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa_actors import (
    Body,
    ClosedFirm,
    Firm,
    Institute,
    Invention,
    Licence,
    Pair,
    Project,
    University,
)
from mesa_land import Estate
from mesa_programme import PromotionGroup

from innocluster.sim.network.pairs import BODY
from innocluster.sim.simulation import Simulation

if TYPE_CHECKING:
    from mesa_objects import ObjectModel

__all__ = ["adopt"]

REFERENCES = ("first", "second", "third", "first_pair", "next_first", "next_second", "alive")


def adopt(model: ObjectModel, simulation: Simulation) -> None:
    """Make an object of every row of the tables of `simulation`."""
    state = simulation.state
    model.sites = [None] * state.firms.count
    for row in np.flatnonzero(state.firms.alive[: state.firms.count] == 1).tolist():
        model.sites[row] = Firm(model, site=row, **_attributes(state.firms, row))
    model.free_sites = [list(rows) for rows in state.free_rows]
    model.estates = [_estate(simulation, c) for c in range(model.complexes)]
    model.profit_ratio = state.profit_ratio.tolist()
    model.shares = state.allocation.tolist()
    _adopt_bodies(model, simulation)
    _adopt_groups(model, simulation)
    model.pairs = {}
    for row in range(state.pairs.count):
        if state.pairs.familiarity[row] >= 0.0:
            codes = (state.pairs.first[row], state.pairs.second[row])
            first, second = (_actor(model, int(code)) for code in codes)
            model.tie(Pair(first, second, **_attributes(state.pairs, row)))
    model.projects = []
    for row in range(state.projects.count):
        codes = tuple(getattr(state.projects, name)[row] for name in ("first", "second", "third"))
        team = tuple(_actor(model, int(code)) for code in codes if code >= 0)
        model.projects.append(Project(team, **_attributes(state.projects, row)))
    model.licences = []
    for row in range(state.licences.count):
        values = _attributes(state.licences, row)
        firm = _actor(model, values.pop("firm"))
        model.licences.append(Licence(firm, model.bodies[values.pop("body")], **values))
    model.largest = _largest(model, simulation)


def _largest(model: ObjectModel, simulation: Simulation) -> list[Firm]:
    """Those of the largest firms that operate; in the row of one that closed another may stand."""
    largest = simulation.state.largest
    standing = [model.sites[row] for row in largest.row[largest.operate(simulation.state.firms)]]
    return [firm for firm in standing if firm is not None]


def _estate(simulation: Simulation, c: int) -> Estate:
    """The places of complex `c`."""
    places, month = simulation.state.places, simulation.month
    ahead = places.due.shape[2]
    openings = [
        (later, kind)
        for later in range(month, month + ahead)
        for kind in (0, 1)
        for _ in range(int(places.due[kind, c, later % ahead]))
    ]
    return Estate(
        c, int(places.unsold[c]), places.number[:, c].tolist(), places.vacant[:, c].tolist(),
        float(places.rooms[c]), openings,
    )  # fmt: skip


def _adopt_bodies(model: ObjectModel, simulation: Simulation) -> None:
    bodies, shelf = simulation.state.bodies, simulation.state.shelf
    model.bodies = []
    model.bodies_at = [[] for _ in range(model.complexes)]
    for row in range(bodies.count):
        kind = Institute if bodies.institute[row] else University
        filled = min(int(bodies.inventions[row]), shelf.born.shape[1])
        columns = [column[row, :filled].tolist() for column in _shelf_columns(shelf)]
        inventions = [Invention(*slot) for slot in zip(*columns, strict=True)]
        body: Body = kind(model, inventions, **_attributes(bodies, row))
        model.bodies.append(body)
        model.bodies_at[body.complex].append(body)


def _shelf_columns(shelf: Any) -> tuple[Any, ...]:
    return shelf.born, shelf.field, shelf.quality


def _adopt_groups(model: ObjectModel, simulation: Simulation) -> None:
    """A promotion group a complex, with its accounts and the books of the last two years."""
    state, recorded, complexes = simulation.state, simulation.series.values, model.region.complexes
    months = slice(max(0, model.month - 24), model.month)
    support = recorded["spent_tasks"][months] + recorded["spent_research"][months]
    done = recorded["tasks"][months] + recorded["joint_successes"][months]
    clusters = model.region.mini_clusters.complex
    model.groups = []
    january = 12 * (model.month // 12)
    # Of what comes in, all levels keep the same share.
    kept = 1.0 - math.prod(1.0 - share for share in model.region.governance.overhead.tolist())
    overhead = recorded["spent_overhead"][january : model.month].sum(axis=0)
    research = recorded["spent_research"][january : model.month].sum(axis=0)
    for c in range(model.complexes):
        group = PromotionGroup(
            model, c, np.flatnonzero(clusters == c).tolist(), int(complexes.founding_members[c]),
            balance=float(state.balance[c]), joining_constant=float(state.joining_constant[c]),
            reported_benefit=float(state.reported_benefit[c]),
            income=float(overhead[c]) * (1.0 - kept) / kept, research_paid=float(research[c]),
        )  # fmt: skip
        group.books.extend(
            zip(recorded["members"][months, c], support[:, c], done[:, c], strict=True)
        )
        model.groups.append(group)


def _actor(model: ObjectModel, code: int) -> Any:
    """Whom a code of the tables stands for."""
    if code >= BODY:
        return model.bodies[code - BODY]
    return model.sites[code] or ClosedFirm()


def _attributes(table: Any, row: int) -> dict[str, Any]:
    """Values of a row under the names of its columns; objects take the place of row numbers."""
    result: dict[str, Any] = {}
    for name in table.column_names():
        if name not in REFERENCES:
            value = getattr(table, name)[row]
            result[name] = value.copy() if value.ndim else value.item()
    return result
