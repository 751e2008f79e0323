"""Why pairs that met did not start a project, worked out again from the month's draws (M2, M3).

The engine keeps projects that start.  What a pair wanted, and what stood in its way, follows
from the same keyed draws and the same rules, asked once more after the proposals of a month.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.knowledge import novelty_value
from innocluster.agents.relations import proposal_probability, success_probability
from innocluster.sim.ground.random_numbers import Process, draw_partners, uniforms
from innocluster.sim.innovation.proposals import project_room
from innocluster.sim.network.pairs import BODY, common_trust
from innocluster.sim.run import Run

from .record import WHYS

__all__ = ["Before", "Refusals", "refusals"]

_PROPOSAL, _SCREENING = int(Process.PROPOSAL), int(Process.SCREENING)
_NO_ROOM, _SCREENED, _NO_MONEY = (
    WHYS.index(why) for why in ("no room", "screened out", "no money")
)


@dataclass(frozen=True)
class Before:
    """What proposals of a month read and the month changes before anybody can look.

    Attributes
    ----------
    researches : (rows,) whether a firm did R&D
    firm_projects, body_projects : joint projects under way
    """

    researches: NDArray[np.bool_]
    firm_projects: NDArray[np.int16]
    body_projects: NDArray[np.int16]

    @classmethod
    def of(cls, run: Run) -> Before:
        """As a month leaves it to the next."""
        firms, bodies = run.state.firms, run.state.bodies
        return cls(
            firms.research_intensity > 0.0, firms.projects.copy(), bodies.projects.copy()
        )  # fmt: skip


@dataclass(frozen=True)
class Refusals:
    """What became of projects that pairs wanted.

    Attributes
    ----------
    rows, whys : rows of pairs whose project did not start, and the index in `WHYS`
    unaided : (projects that started,) why one got no grant though it could, else 0
    wanted : pairs by identifiers that wanted a project and had room for it, grant or not
    anyway : those of them that would go ahead without one
    """

    rows: list[int]
    whys: list[int]
    unaided: NDArray[np.int8]
    wanted: set[tuple[int, int]]
    anyway: set[tuple[int, int]]


def refusals(run: Run, before: Before, first_new: int) -> Refusals:
    """Who wanted a project this month and did not get it, or no grant for it.

    Parameters
    ----------
    run : after the proposals and completions of the month, before firms close
    before : as last month left it
    first_new : row of the first project that started this month
    """
    projects = run.state.projects
    started = {
        (int(projects.draw[n]), int(projects.draw_partner[n])): n
        for n in range(first_new, projects.count)
    }
    found = Refusals([], [], np.zeros(projects.count - first_new, np.int8), set(), set())
    under_way: dict[int, int] = {}
    for _, row, low, high, u in _waiting(run, before):
        pair = _Pair(run, before, row, under_way)
        n = started.get((low, high))
        room = pair.has_room(run)
        if u < pair.with_grant and room:
            found.wanted.add((low, high))
            if u < pair.without:
                found.anyway.add((low, high))
        if n is not None:
            for actor in (projects.first[n], projects.second[n], projects.third[n]):
                if actor >= 0:
                    under_way[int(actor)] = under_way.get(int(actor), 0) + 1
            if projects.grant[n] <= 0.0:
                found.unaided[n - first_new] = pair.refused(run, low, high)
        elif u < pair.with_grant:
            found.rows.append(row)
            found.whys.append(pair.refused(run, low, high) if room else _NO_ROOM)
    return found


def _waiting(run: Run, before: Before) -> list[tuple[float, int, int, int, float]]:
    """Pairs that may propose, in the order of their turn: turn, row, both identifiers, draw."""
    state, p, month = run.state, run.parameters, run.state.month
    pairs = state.pairs
    n = pairs.count
    firm = np.where(pairs.second[:n] < BODY, pairs.second[:n], pairs.first[:n])
    research = before.researches[pairs.first[:n]] & before.researches[firm]
    rows = np.flatnonzero(research & (pairs.asked[:n] == month) & (pairs.familiarity[:n] >= 0.0))
    low, high = _identifiers(run, rows)
    order = np.argsort(low, kind="stable")
    rows, low, high = rows[order], low[order], high[order]
    u = np.empty(rows.size)
    starts = np.flatnonzero(np.diff(low, prepend=-1))
    for start, end in zip(starts, [*starts[1:], rows.size], strict=True):
        draws = np.empty(end - start)
        draw_partners(run.key, int(low[start]), month, _PROPOSAL, high[start:end], draws)
        u[start:end] = draws
    best = p.proposal_base + max(0.0, p.proposal_structure) + max(0.0, p.proposal_distance)
    best += p.proposal_subsidy + max(0.0, p.proposal_research_body)
    odds = best + p.proposal_familiarity * pairs.familiarity[rows].astype(np.float64)
    near = np.flatnonzero(np.log(u) < odds)
    waiting = []
    for k in near:
        _, turn, _, _ = uniforms(run.key, int(low[k]), month, _SCREENING, int(high[k]))
        waiting.append((turn, int(rows[k]), int(low[k]), int(high[k]), float(u[k])))
    return sorted(waiting)


def _identifiers(run: Run, rows: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Entities of the draws of pairs, the lower one first."""
    pairs, firms, bodies = run.state.pairs, run.state.firms, run.state.bodies
    one = firms.identifier[pairs.first[rows]]
    code = pairs.second[rows]
    is_firm = code < BODY
    other = np.where(
        is_firm,
        firms.identifier[np.where(is_firm, code, 0)],
        bodies.identifier[np.where(is_firm, 0, code - BODY)],
    )
    return np.minimum(one, other), np.maximum(one, other)


class _Pair:
    """A pair in its turn.

    Parameters
    ----------
    under_way : projects that actors have begun this month before this turn

    Attributes
    ----------
    eligible : whether the programme may pay
    with_grant, without : M2: chance that the pair proposes with and without the hope of a grant
    success : J1: chance of success of what it would do
    """

    def __init__(self, run: Run, before: Before, row: int, under_way: dict[int, int]) -> None:
        p, pairs, firms = run.parameters, run.state.pairs, run.state.firms
        self.actors = a, b = int(pairs.first[row]), int(pairs.second[row])
        self._before, self._under_way = before, under_way
        members = bool(firms.member[a]) and (b >= BODY or bool(firms.member[b]))
        self.eligible = members and bool(_offered(run)[firms.complex[a]])
        absorption = float(firms.absorption[a])
        other = absorption if b >= BODY else float(firms.absorption[b])
        omega = novelty_value(
            1.0 - float(pairs.similarity[row]), p.optimal_distance, p.distance_absorption,
            0.5 * (absorption + other),
        )  # fmt: skip
        familiarity = float(pairs.familiarity[row])
        trust = common_trust(a, b, pairs, firms, run.state.bodies)
        terms = (
            p.proposal_base, p.proposal_familiarity * familiarity, p.proposal_structure * trust,
            p.proposal_distance * omega, p.proposal_research_body if b >= BODY else 0.0,
        )  # fmt: skip
        subsidy = p.proposal_subsidy if self.eligible else 0.0
        self.with_grant = proposal_probability(*terms, subsidy)
        self.without = proposal_probability(*terms, 0.0)
        self.success = success_probability(
            p.success_low, p.success_high, p.success_relational, familiarity, trust, omega,
            p.success_distance, p.success_ceiling,
        )  # fmt: skip

    def has_room(self, run: Run) -> bool:
        """J2: whether both can take part in one more project."""
        firms, bodies, before = run.state.firms, run.state.bodies, self._before
        for actor in self.actors:
            begun = self._under_way.get(actor, 0)
            if actor >= BODY:
                body = actor - BODY
                if before.body_projects[body] + begun >= bodies.project_capacity[body]:
                    return False
                continue
            room = project_room(float(firms.employees[actor]), run.parameters.large_firm)
            if before.firm_projects[actor] + begun >= room:
                return False
        return True

    def refused(self, run: Run, low: int, high: int) -> int:
        """M3: index in `WHYS` of why the pair got no grant."""
        if not self.eligible:
            return 0
        good, bad = run.passes
        drawn, _, _, _ = uniforms(run.key, low, run.state.month, _SCREENING, high)
        passes = drawn < (good if self.success >= run.parameters.good_project else bad)
        return _NO_MONEY if passes else _SCREENED


def _offered(run: Run) -> NDArray[np.bool_]:
    """M3: complexes in which the programme had money before this month's grants."""
    if not run.settings.policy.grants:
        return np.zeros(run.state.balance.size, np.bool_)
    offered: NDArray[np.bool_] = run.state.balance + run.counts.research_spent > 0.0
    return offered
