"""Contact events of the programme in a month and what they cost (M1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.research_bodies import poisson_count

from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms

__all__ = ["contact_events"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]

_CONTACT_EVENT = int(Process.CONTACT_EVENT)


@compiled
def contact_events(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    member_start: Integers,
    cluster_complex: Integers,
    balance: Floats,
    cluster: Codes,
    size: Codes,
    introductions: Codes,
    spent: Floats,
) -> int:
    """M1: contact events of the month and their cost; returns how many.

    A formal meeting has 1 + Poisson(n_a - 1) firms, as far as there are members,
    and room for one introduction per two of them; the other contacts are visits
    that introduce one firm to one partner.  Complexes without money hold none.

    Parameters
    ----------
    balance : (C,) KRW million, reduced by the cost
    spent : (2, C) KRW million for formal meetings and for visits, added to
    """
    events = 0
    for m in range(cluster_complex.size):
        members = member_start[m + 1] - member_start[m]
        if members < 1:
            continue
        c = cluster_complex[m]
        u, _, _, _ = uniforms(key, m, month, _CONTACT_EVENT, 0)
        wanted = int(p.contact_rate + u)
        for event in range(1, wanted + 1):
            a, b, _, _ = uniforms(key, m, month, _CONTACT_EVENT, event)
            is_formal = a < p.formal_share
            cost = p.meeting_cost if is_formal else p.introduction_cost
            if balance[c] < cost or events >= cluster.size:
                continue
            balance[c] -= cost
            spent[0 if is_formal else 1, c] += cost
            attending = 1
            if is_formal:
                attending = min(members, 1 + poisson_count(p.attendance - 1.0, b))
            cluster[events] = m
            size[events] = attending
            introductions[events] = max(1, attending // 2)
            events += 1
    return events
