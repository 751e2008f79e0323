"""Small supported tasks of members (M3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import FirmTable, line_share

from ..ground.counts import Counts
from ..ground.grouped_rows import GroupedRows
from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms
from ..network.pairs import BODY

__all__ = ["GUIDANCE", "LINK", "run_small_tasks"]

Floats = NDArray[np.float64]

Flags = NDArray[np.int8]
Codes = NDArray[np.int32]

_TASK = int(Process.TASK)
_TASK_OUTCOME = int(Process.TASK_OUTCOME)

GUIDANCE, LINK = 1, 2


@compiled
def run_small_tasks(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    spendable: Floats,
    members: Codes,
    needed: Flags,
    preferred: Flags,
    firms: FirmTable,
    body_places: GroupedRows,
    first: Codes,
    second: Codes,
    counts: Counts,
) -> int:
    """M3: small supported tasks of members; returns the introductions that guidance brings about.

    Members that ask for one come up in the order of a draw of their own, the preferred
    before the others: rows do not decide who gets the last money.
    Technology tasks (guidance, prototypes) bring a firm together with a research body of
    its complex; one that is solved and a commercial success adds `task_gain` to the
    technology of a product line.  Marketing and design tasks give it a design or marketing
    link (D4), and where they are solved they move the log odds of its export share by
    `task_export` on a product line.  Both take effect at once.
    `spendable` (C,), what they may cost together in KRW million, is reduced.

    Parameters
    ----------
    needed : (n,) of each member: `GUIDANCE` or `LINK` where it must be that kind of task,
        0 where the kind is drawn
    preferred : (n,) 1 for members whose turn comes first, 0 for the others
    body_places : universities and institutes by complex
    first, second : (n,) firm and code of the research body of each introduction, written
    counts : tasks found, paid and solved and what they cost are added
    """
    place = np.empty(members.size, np.int64)
    turn = np.empty(members.size)
    asking = 0
    for n in range(members.size):
        row = members[n]
        u, _, _, x = uniforms(key, firms.identifier[row], month, _TASK, 0)
        if u < p.task_rate / 12.0:
            counts.found[firms.complex[row]] += 1
        if u < p.task_rate / 12.0 * p.task_selection:
            place[asking] = n
            turn[asking] = x - preferred[n]
            asking += 1
    introductions = 0
    for n in place[np.argsort(turn[:asking], kind="mergesort")]:
        row = members[n]
        c = firms.complex[row]
        if spendable[c] < p.task_cost:
            continue
        _, v, w, _ = uniforms(key, firms.identifier[row], month, _TASK, 0)
        spendable[c] -= p.task_cost
        counts.tasks_spent[c] += p.task_cost
        counts.tasks[c] += 1
        s, _, _, _ = uniforms(key, firms.identifier[row], month, _TASK_OUTCOME, 0)
        if s < p.task_solution:
            counts.solved[c] += 1
        share = line_share(firms.revenue[row], p.product_line_revenue)
        bodies = body_places.start[c + 1] - body_places.start[c]
        guided = needed[n] == GUIDANCE or (needed[n] == 0 and v < p.task_guidance_share)
        if guided and bodies > 0:
            place = body_places.start[c] + int(w * bodies)
            first[introductions] = row
            second[introductions] = BODY + body_places.rows[place]
            introductions += 1
            if s < p.task_solution * p.commercial_success:
                firms.gain_transfer[row] += p.task_gain * share
        else:
            firms.link_until[row] = month + int(p.task_link_months)
            if s < p.task_solution:
                firms.export_logit[row] += p.task_export * share
    return introductions
