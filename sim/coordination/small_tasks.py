"""Small supported tasks of members (M3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import FirmTable

from ..ground.grouped_rows import GroupedRows
from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms
from ..network.pairs import BODY

__all__ = ["GUIDANCE", "LINK", "run_small_tasks"]

Floats = NDArray[np.float64]

Flags = NDArray[np.int8]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]

_TASK = int(Process.TASK)

GUIDANCE, LINK = 1, 2


@compiled
def run_small_tasks(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    balance: Floats,
    members: Codes,
    needed: Flags,
    firms: FirmTable,
    body_places: GroupedRows,
    first: Codes,
    second: Codes,
    tasks: Integers,
    spent: Floats,
) -> int:
    """M3: small supported tasks of members; returns the introductions that guidance brings about.

    Technology guidance brings a firm together with a research body of its
    complex; marketing and design tasks give it a design or marketing link (D4).
    `tasks` and `spent` (C,) are added to, `balance` (C,) is reduced.

    Parameters
    ----------
    needed : (n,) of each member: `GUIDANCE` or `LINK` where it must be that kind of task,
        0 where the kind is drawn
    body_places : universities and institutes by complex
    first, second : (n,) firm and code of the research body of each introduction, written
    """
    introductions = 0
    for n in range(members.size):
        row = members[n]
        c = firms.complex[row]
        u, v, w, _ = uniforms(key, firms.identifier[row], month, _TASK, 0)
        if u >= p.task_rate / 12.0 * p.task_selection or balance[c] < p.task_cost:
            continue
        balance[c] -= p.task_cost
        spent[c] += p.task_cost
        tasks[c] += 1
        bodies = body_places.start[c + 1] - body_places.start[c]
        guided = needed[n] == GUIDANCE or (needed[n] == 0 and v < p.task_guidance_share)
        if guided and bodies > 0:
            place = body_places.start[c] + int(w * bodies)
            first[introductions] = row
            second[introductions] = BODY + body_places.rows[place]
            introductions += 1
        else:
            firms.link_until[row] = month + int(p.task_link_months)
    return introductions
