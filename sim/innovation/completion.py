"""Phase 6: joint R&D completes, succeeds or fails, and teaches (J1, K2, T1, F7)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import line_share
from innocluster.agents.knowledge import Knowledge, learn
from innocluster.agents.relations import duplication_factor, joint_gain

from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms
from ..network.pairs import BODY, find_pair
from .proposals import count_project

__all__ = ["complete_projects"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Small = NDArray[np.int16]
Flags = NDArray[np.int8]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]

_OUTCOME = int(Process.PROJECT_OUTCOME)


@compiled
def complete_projects(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    count: int,
    project_first: Codes,
    project_second: Codes,
    project_third: Codes,
    started: Small,
    due: Small,
    project_field: Small,
    success: Floats,
    novelty: Floats,
    grant: Floats,
    flow: Floats,
    draw: Integers,
    draw_partner: Integers,
    alive: Flags,
    complex_: Small,
    revenue: Floats,
    absorption: Floats,
    grant_flow: Floats,
    projects: Small,
    gain_joint: Floats,
    firm_knowledge: Knowledge,
    body_projects: Small,
    body_knowledge: Knowledge,
    first: Codes,
    second: Codes,
    familiarity: Singles,
    gain: Floats,
    pair_projects: Small,
    pair_successes: Small,
    slots: Codes,
    successes: Integers,
) -> int:
    """J1, K2, T1, F7: projects that are due succeed or fail; returns the number that go on.

    A project whose firm closed ends without result.  `successes` (C,) is added to.
    """
    fields = firm_knowledge.shape[1]
    same_field = np.empty(fields, np.int64)
    same_field[:] = 0
    outcome = np.empty(count, np.int8)  # 0 goes on, 1 failed, 2 succeeded, 3 broken off
    for n in range(count):
        outcome[n] = 0
        for actor in (project_first[n], project_second[n], project_third[n]):
            if 0 <= actor < BODY and alive[actor] == 0:
                outcome[n] = 3
        if outcome[n] == 0 and due[n] <= month:
            u, _, _, _ = uniforms(key, draw[n], started[n], _OUTCOME, draw_partner[n])
            outcome[n] = 2 if u < success[n] else 1
            if outcome[n] == 2:
                same_field[project_field[n]] += 1
    ending = 0
    for n in range(count):
        if outcome[n] == 1 or outcome[n] == 2:
            ending += 1
    learned = np.empty((3 * ending, fields))
    learned[:] = 0.0
    learner = np.empty(3 * ending, np.int64)
    lesson = 0
    kept = 0
    for n in range(count):
        if outcome[n] == 0:
            project_first[kept] = project_first[n]
            project_second[kept] = project_second[n]
            project_third[kept] = project_third[n]
            started[kept] = started[n]
            due[kept] = due[n]
            project_field[kept] = project_field[n]
            success[kept] = success[n]
            novelty[kept] = novelty[n]
            grant[kept] = grant[n]
            flow[kept] = flow[n]
            draw[kept] = draw[n]
            draw_partner[kept] = draw_partner[n]
            kept += 1
            continue
        team = (project_first[n], project_second[n], project_third[n])
        for actor in team:
            if actor >= BODY or (actor >= 0 and alive[actor] == 1):
                count_project(actor, -1, projects, body_projects)
            if 0 <= actor < BODY and alive[actor] == 1:
                grant_flow[actor] = max(0.0, grant_flow[actor] - flow[n])
        row = find_pair(team[0], team[1], first, second, familiarity, slots)
        if row >= 0:
            pair_projects[row] -= 1
        if outcome[n] == 3:
            continue
        won = outcome[n] == 2
        if row >= 0:
            gain[row] += p.familiarity_success if won else -p.familiarity_failure
            pair_successes[row] += 1 if won else 0
        rate = p.learning_project * (1.0 if won else 0.5)
        factor = duplication_factor(same_field[project_field[n]], p.duplication) if won else 0.0
        for actor in team:
            if actor < 0 or actor >= BODY:
                continue
            for other in team:
                if other >= 0 and other != actor:
                    known = body_knowledge[other - BODY] if other >= BODY else firm_knowledge[other]
                    learn(firm_knowledge[actor], known, rate * absorption[actor], learned[lesson])
            learner[lesson] = actor
            lesson += 1
            if won:
                share = line_share(revenue[actor], p.product_line_revenue)
                gain_joint[actor] += factor * joint_gain(
                    p.joint_gain, novelty[n], absorption[actor], share
                )
        if won:
            successes[complex_[team[0]]] += 1
    for n in range(lesson):
        for f in range(fields):
            firm_knowledge[learner[n], f] += learned[n, f]
    return kept
