"""Phase 6: joint R&D completes, succeeds or fails, and teaches (J1, K2, T1, F7)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.firms import FirmTable, line_share
from innocluster.agents.knowledge import learn
from innocluster.agents.relations import duplication_factor, joint_gain
from innocluster.agents.research_bodies import ResearchBodyTable

from ..ground.counts import Counts
from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms
from ..network.pairs import BODY, PairTable, find_pair
from .projects import ProjectTable
from .proposals import count_project

__all__ = ["complete_projects"]

Flags = NDArray[np.int8]
Integers = NDArray[np.int64]

_OUTCOME = int(Process.PROJECT_OUTCOME)
FAILURE_TEACHES = 0.5
"""What a failure teaches against a success, K2."""

# What becomes of a project; one of which a firm has closed is broken off without result.
_GOES_ON, _FAILED, _SUCCEEDED, _BROKEN_OFF = 0, 1, 2, 3


@compiled
def complete_projects(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    pairs: PairTable,
    projects: ProjectTable,
    counts: Counts,
) -> int:
    """J1, K2, T1, F7: projects that are due succeed or fail; returns the number that go on.

    What partners learn is applied at the end, so that everyone learns from what the others
    knew before the month.  `counts` is added to.
    """
    fields = firms.knowledge.shape[1]
    outcome = _outcomes(key, month, firms, projects)
    same_field = _successes_by_field(outcome, projects, fields)
    room = 3 * _ending(outcome)
    learned = np.empty((room, fields))
    learned[:] = 0.0
    learner = np.empty(room, np.int64)
    lessons = 0
    kept = 0
    for n in range(projects.count):
        if outcome[n] == _GOES_ON:
            _move_project(n, kept, projects)
            kept += 1
            continue
        _release_team(n, firms, bodies, projects)
        _note_outcome(n, outcome[n], p, pairs, projects)
        if outcome[n] == _BROKEN_OFF:
            continue
        won = outcome[n] == _SUCCEEDED
        rate = p.learning_project * (1.0 if won else FAILURE_TEACHES)
        factor = duplication_factor(same_field[projects.field[n]], p.duplication) if won else 0.0
        team = (projects.first[n], projects.second[n], projects.third[n])
        for actor in team:
            if actor < 0 or actor >= BODY:
                continue
            for other in team:
                if other >= 0 and other != actor:
                    known = (
                        bodies.knowledge[other - BODY] if other >= BODY else firms.knowledge[other]
                    )
                    pace = rate * firms.absorption[actor]
                    learn(firms.knowledge[actor], known, pace, learned[lessons])
            learner[lessons] = actor
            lessons += 1
            if won:
                share = line_share(firms.revenue[actor], p.product_line_revenue)
                firms.gain_joint[actor] += factor * joint_gain(
                    p.joint_gain,
                    p.joint_gain_base,
                    projects.novelty[n],
                    firms.absorption[actor],
                    share,
                )
        if won:
            counts.successes[firms.complex[team[0]]] += 1
            if projects.grant[n] > 0.0:
                counts.solved[firms.complex[team[0]]] += 1
    for n in range(lessons):
        for f in range(fields):
            firms.knowledge[learner[n], f] += learned[n, f]
    return kept


@inlined
def _outcomes(
    key: NDArray[np.uint64], month: int, firms: FirmTable, projects: ProjectTable
) -> Flags:
    """J1: what becomes of each project this month."""
    outcome = np.empty(projects.count, np.int8)
    for n in range(projects.count):
        outcome[n] = _GOES_ON
        for actor in (projects.first[n], projects.second[n], projects.third[n]):
            if 0 <= actor < BODY and firms.alive[actor] == 0:
                outcome[n] = _BROKEN_OFF
        if outcome[n] == _GOES_ON and projects.due[n] <= month:
            u, _, _, _ = uniforms(
                key, projects.draw[n], projects.started[n], _OUTCOME, projects.draw_partner[n]
            )
            outcome[n] = _SUCCEEDED if u < projects.success[n] else _FAILED
    return outcome


@inlined
def _successes_by_field(outcome: Flags, projects: ProjectTable, fields: int) -> Integers:
    """F7: how many projects of each technology field succeed in the same month."""
    number = np.zeros(fields, np.int64)
    for n in range(outcome.size):
        if outcome[n] == _SUCCEEDED:
            number[projects.field[n]] += 1
    return number


@inlined
def _ending(outcome: Flags) -> int:
    """How many projects end with a result."""
    number = 0
    for n in range(outcome.size):
        if outcome[n] == _FAILED or outcome[n] == _SUCCEEDED:
            number += 1
    return number


@inlined
def _move_project(source: int, target: int, projects: ProjectTable) -> None:
    """Give a project another row."""
    projects.first[target] = projects.first[source]
    projects.second[target] = projects.second[source]
    projects.third[target] = projects.third[source]
    projects.started[target] = projects.started[source]
    projects.due[target] = projects.due[source]
    projects.field[target] = projects.field[source]
    projects.success[target] = projects.success[source]
    projects.novelty[target] = projects.novelty[source]
    projects.grant[target] = projects.grant[source]
    projects.flow[target] = projects.flow[source]
    projects.draw[target] = projects.draw[source]
    projects.draw_partner[target] = projects.draw_partner[source]


@inlined
def _release_team(
    n: int, firms: FirmTable, bodies: ResearchBodyTable, projects: ProjectTable
) -> None:
    """J2, M3: those of a project that ends have room for another, and its grant ends."""
    for actor in (projects.first[n], projects.second[n], projects.third[n]):
        if actor >= BODY:
            count_project(actor, -1, firms, bodies)
        elif actor >= 0 and firms.alive[actor] == 1:
            count_project(actor, -1, firms, bodies)
            firms.grant_flow[actor] = max(0.0, firms.grant_flow[actor] - projects.flow[n])


@inlined
def _note_outcome(
    n: int, outcome: int, p: Parameters, pairs: PairTable, projects: ProjectTable
) -> None:
    """T1: the pair that proposed gains familiarity by a success and loses some by a failure."""
    one: Any = np.int64(projects.first[n])
    other: Any = np.int64(projects.second[n])
    row = find_pair(one, other, pairs)
    if row < 0:
        return
    pairs.projects[row] -= 1
    if outcome == _SUCCEEDED:
        pairs.gain[row] += p.familiarity_success
        pairs.successes[row] += 1
    elif outcome == _FAILED:
        pairs.gain[row] -= p.familiarity_failure
