"""Contact events of the programme in a month and what they cost (M1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import exp, log
from innocluster.agents.records import Record
from innocluster.agents.research_bodies import poisson_count

from ..ground.grouped_rows import GroupedRows
from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms

__all__ = ["Events", "contact_events", "contact_rates"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]

_CONTACT_EVENT = int(Process.CONTACT_EVENT)


@dataclass(frozen=True)
class Events(Record):
    """Contact events of a month.

    Attributes
    ----------
    cluster : (n,) mini-cluster that meets
    formal : (n,) 1 for a formal meeting, 0 for a visit
    size : (n,) firms that attend
    introductions : (n,) pairs of firms that can be introduced to each other
    spent : (2, C) KRW million for formal meetings and for visits
    """

    cluster: Codes
    formal: Codes
    size: Codes
    introductions: Codes
    spent: Floats

    @classmethod
    def room_for(cls, rates: Floats, complexes: int) -> Events:
        """Room for the events of a month, of which nothing is spent yet.

        Parameters
        ----------
        rates : events that each mini-cluster is expected to hold; none holds one more than that
        """
        most = int(np.floor(rates).sum()) + rates.size
        cluster, formal, size, introductions = np.empty((4, most), np.int32)
        return cls(cluster, formal, size, introductions, np.zeros((2, complexes)))


@compiled
def contact_rates(total: float, exponent: float, members: GroupedRows) -> Floats:
    """M1: contact events of a month that each mini-cluster is to hold, (M,).

    The events of all are divided in proportion to (members)^exponent: a larger group holds
    more, each member of it fewer.  Without any member none is held.
    """
    clusters = members.start.size - 1
    rates = np.zeros(clusters)
    whole = 0.0
    for m in range(clusters):
        number = members.start[m + 1] - members.start[m]
        if number > 0:
            rates[m] = exp(exponent * log(float(number)))
            whole += rates[m]
    for m in range(clusters):
        if whole > 0.0:
            rates[m] *= total / whole
    return rates


@compiled
def contact_events(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    rates: Floats,
    formal_share: float,
    members: GroupedRows,
    cluster_complex: Integers,
    balance: Floats,
    events: Events,
) -> int:
    """M1: contact events of the month and their cost; returns how many.

    A formal meeting has 1 + Poisson(n_a - 1) firms, as far as there are members,
    and room for one introduction per two of them; the other contacts are visits
    that introduce one firm to one partner.  Complexes without money hold none.

    Parameters
    ----------
    rates : (M,) events that each mini-cluster is to hold, from `contact_rates`
    formal_share : share of formal meetings among them
    members : by mini-cluster
    balance : (C,) KRW million, reduced by the cost
    events : written to
    """
    held = 0
    for m in range(cluster_complex.size):
        number = members.start[m + 1] - members.start[m]
        if number < 1:
            continue
        c = cluster_complex[m]
        u, _, _, _ = uniforms(key, m, month, _CONTACT_EVENT, 0)
        wanted = int(rates[m] + u)
        for event in range(1, wanted + 1):
            a, b, _, _ = uniforms(key, m, month, _CONTACT_EVENT, event)
            is_formal = a < formal_share
            cost = p.meeting_cost if is_formal else p.introduction_cost
            if balance[c] < cost:
                continue
            balance[c] -= cost
            events.spent[0 if is_formal else 1, c] += cost
            attending = 1
            if is_formal:
                attending = min(number, 1 + poisson_count(p.attendance - 1.0, b))
            events.cluster[held] = m
            events.formal[held] = 1 if is_formal else 0
            events.size[held] = attending
            events.introductions[held] = max(1, attending // 2)
            held += 1
    return held
