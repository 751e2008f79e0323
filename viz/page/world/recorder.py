"""Writes down one run while it goes on: reads the state in the month, and changes nothing.

A run asks the holder of agents with rules of their own for their decisions.  The recorder
takes that place and decides nothing: so it sees the state in the middle of a month, after
proposals and before firms close, without a line in the engine for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.accounting.growth_terms import TERMS, firm_terms
from innocluster.sim.ground.random_numbers import Process, uniforms
from innocluster.sim.network.pairs import BODY
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation

from .record import FIRM, INSTITUTE, OPEN, UNIVERSITY, World
from .refusals import Before, refusals
from .spans import Spans

__all__ = ["YEARLY", "Recorder", "record_world"]

Floats = NDArray[np.float64]

YEARLY = (
    "revenue", "exports", "research", "grants", "lost_days", "brand", "cash", "ties", "employees",
)  # fmt: skip
"""What is kept of every December: sums over the year, but for the last four."""

_OUTCOME = int(Process.PROJECT_OUTCOME)
_FAILED, _SUCCEEDED, _BROKEN_OFF = 1, 2, 3


def record_world(
    settings: Settings, advance: Callable[[int, int], None] = lambda month, of: None
) -> World:
    """Simulate one run from its start to its end and write it down.

    Parameters
    ----------
    advance : told the months done and those in all
    """
    run = Simulation(settings)
    recorder = Recorder(run)
    while run.month < settings.months:
        run.step()
        recorder.end_month()
        advance(run.month, settings.months)
    return recorder.world()


class Recorder:
    """Reads a run month by month; stands where agents with rules of their own would.

    Parameters
    ----------
    run : before its first month; its `overrules` become this
    """

    def __init__(self, run: Simulation) -> None:
        self._run = run
        run.overrules = self
        firms, bodies = run.state.firms, run.state.bodies
        self._bodies = bodies.count
        self._node = np.full(firms.capacity, -1, np.int64)
        self._closed_rows: list[int] = []
        self._agents: dict[str, list[Any]] = {
            "identifier": [*range(self._bodies)],
            "kind": [INSTITUTE if i == 1 else UNIVERSITY for i in bodies.institute[: bodies.count]],
            "complex": bodies.complex[: bodies.count].tolist(),
            "sector": bodies.sector[: bodies.count].tolist(),
            "mini_cluster": [-1] * self._bodies,
            "entered": [-1] * self._bodies,
            "closed": [OPEN] * self._bodies,
        }
        self._rows: dict[str, list[Any]] = {
            name: []
            for name in (
                "meetings",
                "met_by",
                "projects",
                "project_terms",
                "draws",
                "unaided",
                "refused",
                "licences",
                "licence_quality",
                "innovations",
                "steps",
                "links",
            )
        }
        self._ties, self._members, self._research = Spans(), Spans(), Spans()
        self._revenue: list[NDArray[np.float32]] = []
        self._yearly: list[Floats] = []
        self._sums = np.zeros((4, 0))
        self._terms: list[NDArray[np.float32]] = []
        self._known: list[NDArray[np.float16]] = []
        self._accounts: list[Floats] = []
        self._enter(np.flatnonzero(firms.alive[: firms.count] == 1), -1)
        self._fields = firms.knowledge.shape[1]
        self._look_back()
        self._enter_projects(0)
        self._rows["unaided"].append(np.zeros(run.state.projects.count, np.int8))
        self._enter_licences(0, -1)

    # What a run asks of agents with rules of their own.

    def membership(self, decision: NDArray[np.int8]) -> None:
        """Leave every decision as it is."""

    def research(self, spending: Floats) -> None:
        """Leave spending as it is; meetings, proposals and licences of the month stand now."""
        self._note_pairs()
        self._note_projects()
        self._note_licences()
        run = self._run
        rows = np.flatnonzero(run.state.firms.alive[: run.state.firms.count] == 1)
        self._sums[2, self._node[rows]] += run.scratch.grants[rows]

    def factors(self, capital: Floats, workers: Floats) -> None:
        """Leave factors as they are; firms stand as the month was produced."""
        run, firms, month = self._run, self._run.state.firms, self._run.state.month
        n = firms.count
        rows = np.flatnonzero(firms.alive[:n] == 1)
        node = self._node[rows]
        new = rows[firms.last_success[rows] == month]
        self._rows["innovations"] += [(month, node) for node in self._node[new].tolist()]
        revenue = np.zeros(len(self._agents["kind"]), np.float32)
        revenue[node] = firms.revenue[rows]
        self._revenue.append(revenue)
        self._sums[1, node] += firms.exports[rows]
        self._sums[3, node] += firms.lost_days[rows]
        self._members.see(month, node[firms.member[rows] == 1])
        self._research.see(month, node[firms.research_intensity[rows] > 0.0])
        if month % 12 == 11:
            terms = np.full((len(TERMS), len(self._agents["kind"])), np.nan, np.float32)
            terms[:, node] = firm_terms(
                month, run.conditions, run.parameters, firms, slice(0, n)
            )[:, rows]  # fmt: skip
            self._terms.append(terms)

    def forget(self, rows: NDArray[np.int32]) -> None:
        """Take down who closes."""
        month = self._run.state.month
        self._closed_rows = rows.tolist()
        for row in self._closed_rows:
            self._agents["closed"][self._node[row]] = month

    def end_month(self) -> None:
        """Take down what the rest of the month changed; called after each step."""
        firms, month = self._run.state.firms, self._run.month - 1
        n = firms.count
        # A firm that closed this month still stands in its row.
        there = np.flatnonzero(firms.entered[:n] < month)
        there = there[(firms.alive[there] == 1) | np.isin(there, self._closed_rows)]
        node = self._node[there]
        steps = there[firms.brand[there] > self._brand[there]]
        self._rows["steps"] += [
            (month, self._node[row], round(2.0 * float(firms.brand[row]))) for row in steps
        ]
        links = there[firms.link_until[there] != self._links[there]]
        self._rows["links"] += [(month, self._node[row]) for row in links]
        if month % 12 == 11:
            self._end_year(there, node)
        entered = np.flatnonzero((firms.entered[:n] == month) & (firms.alive[:n] == 1))
        self._enter(entered, month)
        self._closed_rows = []
        self._look_back()

    def _end_year(self, rows: NDArray[np.int64], node: NDArray[np.int64]) -> None:
        run, firms, bodies = self._run, self._run.state.firms, self._run.state.bodies
        agents = len(self._agents["kind"])
        year = np.zeros((len(YEARLY), agents))
        self._sums[0, node] = firms.revenue_year[rows]
        year[:2] = self._sums[:2]
        year[2, node] = firms.research_year[rows]
        year[3:5] = self._sums[2:]
        year[5, node], year[6, node] = firms.brand[rows], firms.cash[rows]
        year[7] = np.bincount(self._ties.open_ends(), minlength=agents)
        year[8, node] = firms.employees[rows]
        self._yearly.append(year)
        self._sums[:] = 0.0
        known = np.zeros((agents, self._fields), np.float16)
        known[: self._bodies] = bodies.knowledge[: bodies.count]
        known[node] = firms.knowledge[rows]
        self._known.append(known)
        table = run.state.coordinators
        self._accounts.append(
            np.stack([x[: table.count] for x in (table.received, table.spent, table.balance)])
        )

    def _enter(self, rows: NDArray[np.int64], month: int) -> None:
        """Number firms that appear."""
        firms = self._run.state.firms
        if firms.capacity > self._node.size:
            self._node = np.append(self._node, np.full(firms.capacity - self._node.size, -1))
        first = len(self._agents["kind"])
        self._node[rows] = np.arange(first, first + rows.size)
        for name in ("identifier", "complex", "sector", "mini_cluster"):
            self._agents[name] += getattr(firms, name)[rows].tolist()
        for name, value in (("kind", FIRM), ("entered", month), ("closed", OPEN)):
            self._agents[name] += [value] * rows.size
        more = len(self._agents["kind"]) - self._sums.shape[1]
        self._sums = np.append(self._sums, np.zeros((4, more)), axis=1)

    def _look_back(self) -> None:
        """Keep what next month is compared with."""
        firms = self._run.state.firms
        self._before = Before.of(self._run)
        self._brand, self._links = firms.brand.copy(), firms.link_until.copy()

    def _number(self, codes: NDArray[Any]) -> NDArray[np.int64]:
        """Numbers of agents by their codes in the table of pairs, -1 stays."""
        firm = np.where((codes < BODY) & (codes >= 0), codes, 0)
        node: NDArray[np.int64] = np.where(codes >= BODY, codes - BODY, self._node[firm])
        return np.where(codes < 0, -1, node)

    def _note_pairs(self) -> None:
        """Ties and meetings of the month."""
        run, pairs, month = self._run, self._run.state.pairs, self._run.state.month
        n = pairs.count
        alive = pairs.familiarity[:n] >= 0.0
        near = pairs.familiarity[:n].astype(np.float64) >= run.parameters.tie_familiarity
        one, other = self._number(pairs.first[:n]), self._number(pairs.second[:n])
        self._ties.see(month, one[near], other[near])
        met = np.flatnonzero(alive & (pairs.last_met[:n] == month))
        self._rows["meetings"].append(
            np.stack([np.full(met.size, month), one[met], other[met]], axis=1)
        )
        by = (pairs.last_own[met] == month) + 2 * (pairs.last_brokered[met] == month)
        self._rows["met_by"].append(by.astype(np.int8))

    def _note_projects(self) -> None:
        """Projects that start, and those that were wanted and do not."""
        run, projects, pairs = self._run, self._run.state.projects, self._run.state.pairs
        month, n = run.state.month, projects.count
        first = n - int((projects.started[:n] == month).sum())
        self._enter_projects(first)
        found = refusals(run, self._before, first)
        self._rows["unaided"].append(found.unaided)
        one, other = (self._number(x[found.rows]) for x in (pairs.first, pairs.second))
        self._rows["refused"] += [
            (month, a, b, why) for a, b, why in zip(one, other, found.whys, strict=True)
        ]

    def _enter_projects(self, first: int) -> None:
        """Take down the projects from row `first` on."""
        projects = self._run.state.projects
        new = slice(first, projects.count)
        team = [self._number(x[new]) for x in (projects.first, projects.second, projects.third)]
        self._rows["projects"].append(
            np.stack([*team, projects.started[new], projects.due[new], projects.field[new]], axis=1)
        )
        for name, columns in (
            ("project_terms", (projects.success, projects.novelty, projects.grant)),
            ("draws", (projects.draw, projects.draw_partner)),
        ):
            self._rows[name].append(np.stack([x[new] for x in columns], axis=1))

    def _note_licences(self) -> None:
        """Licences that are signed."""
        run = self._run
        first = run.state.licences.count - int(run.counts.signed.sum())
        self._enter_licences(first, run.state.month)

    def _enter_licences(self, first: int, month: int) -> None:
        """Take down the licences from row `first` on, signed in a month."""
        licences = self._run.state.licences
        new = slice(first, licences.count)
        columns = (
            np.full(new.stop - first, month), self._node[licences.firm[new]], licences.body[new],
            licences.due[new], licences.succeeds[new],
        )  # fmt: skip
        self._rows["licences"].append(np.stack(columns, axis=1))
        self._rows["licence_quality"].append(licences.quality[new].copy())

    def world(self) -> World:
        """What was written down so far, as if the run ended here."""
        run, agents = self._run, len(self._agents["kind"])
        series = run.series
        columns = {name: np.array(values) for name, values in self._agents.items()}
        projects = _stacked(self._rows["projects"], 6)
        outcome, projects = self._outcomes(projects, columns["closed"])
        about = {
            "policy": run.settings.policy.id, "seed": run.settings.seed, "months": run.month,
            "complexes": list(series.complexes), "terms": list(TERMS), "yearly": list(YEARLY),
            "series": list(series.values), "annual": list(series.annual),
            "capital_elasticity": run.parameters.capital_elasticity,
            "tie_familiarity": run.parameters.tie_familiarity,
        }  # fmt: skip
        decisions = [asdict(x) for x in run.state.decisions]
        return World(
            about=np.array([json.dumps(about)]),
            **{n: columns[n].astype(t) for n, t in _TYPES.items()},
            ties=self._ties.table(run.month, 2).astype(np.int32),
            meetings=_stacked(self._rows["meetings"], 3),
            met_by=np.concatenate([np.zeros(0, np.int8), *self._rows["met_by"]]),
            projects=projects,
            project_terms=_stacked(self._rows["project_terms"], 3, np.float32),
            outcome=outcome,
            unaided=np.concatenate([*self._rows["unaided"]]),
            refused=_rows(self._rows["refused"], 4),
            licences=_stacked(self._rows["licences"], 5),
            licence_quality=np.concatenate([np.zeros(0), *self._rows["licence_quality"]]).astype(
                np.float32
            ),
            innovations=_rows(self._rows["innovations"], 2),
            steps=_rows(self._rows["steps"], 3),
            links=_rows(self._rows["links"], 2),
            memberships=self._members.table(run.month, 1).astype(np.int32),
            research=self._research.table(run.month, 1).astype(np.int32),
            revenue=_padded(self._revenue, agents, ()),
            yearly=_padded(self._yearly, agents, (len(YEARLY),)),
            terms=_padded(self._terms, agents, (len(TERMS),), np.nan),
            knowledge=np.array(
                [np.pad(x, ((0, agents - len(x)), (0, 0))) for x in self._known], np.float16
            ).reshape(len(self._known), agents, self._fields),
            decisions=np.array([json.dumps(decisions)]),
            accounts=np.array(self._accounts),
            series=np.stack([rows[: run.month] for rows in series.values.values()]),
            annual=np.stack([*series.annual.values()]) if series.annual else np.zeros((0, 0, 0)),
        )

    def _outcomes(
        self, projects: NDArray[np.int32], closed: NDArray[np.int64]
    ) -> tuple[NDArray[np.int8], NDArray[np.int32]]:
        """J1: what became of each project, drawn again, and projects with the month of their end.

        A firm that closes breaks a project off in the month after, results of that month included.
        """
        projects = projects.copy()
        team = np.where(projects[:, :3] >= 0, closed[projects[:, :3]], OPEN)
        broken = team.min(axis=1, initial=OPEN) + 1
        result = np.zeros(len(projects), np.int8)
        draws = _stacked(self._rows["draws"], 2, np.int64)
        chances = _stacked(self._rows["project_terms"], 3, np.float64)[:, 0]
        for n, (draw, partner) in enumerate(draws):
            end = min(int(projects[n, 4]), int(broken[n]))
            if end > self._run.month - 1:
                continue
            projects[n, 4] = end
            if broken[n] <= end:
                result[n] = _BROKEN_OFF
                continue
            u, _, _, _ = uniforms(
                self._run.key, int(draw), int(projects[n, 3]), _OUTCOME, int(partner)
            )
            result[n] = _SUCCEEDED if u < chances[n] else _FAILED
        return result, projects


_TYPES: dict[str, Any] = {
    "identifier": np.int64, "kind": np.int8, "complex": np.int16, "sector": np.int16,
    "mini_cluster": np.int16, "entered": np.int16, "closed": np.int16,
}  # fmt: skip


def _stacked(parts: list[Any], width: int, dtype: Any = np.int32) -> NDArray[Any]:
    """Tables of several months below one another."""
    return np.concatenate([np.zeros((0, width)), *parts]).astype(dtype)


def _rows(rows: list[Any], width: int) -> NDArray[np.int32]:
    return np.array(rows, np.int32).reshape(-1, width)


def _padded(
    years: list[Any], agents: int, shape: tuple[int, ...], value: float = 0.0
) -> NDArray[np.float32]:
    """Years as one array; who was not there yet has `value`."""
    result = np.full((len(years), *shape, agents), value, np.float32)
    for n, year in enumerate(years):
        result[n, ..., : year.shape[-1]] = year
    return result
