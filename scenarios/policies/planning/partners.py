"""Partners that need no coordinator's judgement, and the pairs of a hub that judges them all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import FirmTable
from innocluster.agents.research_bodies import ResearchBodyTable
from innocluster.sim.coordination.policy import CoordinationView
from innocluster.sim.ground.parameter_record import Parameters
from innocluster.sim.ground.random_numbers import Process, uniforms
from innocluster.sim.network.pairs import BODY

from .candidates import NOVELTY, Roster, pair_score, signalled_pair
from .introductions import Proposers

__all__ = [
    "broker_pairs",
    "distant_partners",
    "gatekeepers_meet",
    "gatekeepers_of",
    "nearby_partners",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]

_LONG_RANGE = int(Process.LONG_RANGE)
_VOUCHER = int(Process.VOUCHER)
_GATEKEEPER = int(Process.GATEKEEPER)
_BROKER = int(Process.BROKER)
# An event makes fewer introductions than this.
_PLACES = 64


@compiled
def distant_partners(
    view: CoordinationView,
    p: Parameters,
    firms: FirmTable,
    proposers: Proposers,
    partner: Codes,
    position: Codes,
) -> Codes:
    """Partners of proposers with a share of them replaced by random members of any complex.

    Parameters
    ----------
    partner : (n,) whom they would meet otherwise
    position : (firms,) place of a firm row among the members of the view
    """
    result = partner.copy()
    others = view.members.size - 1
    for n in range(proposers.row.size):
        row = proposers.row[n]
        u, v, _, _ = uniforms(
            view.key, firms.identifier[row], view.month, _LONG_RANGE, proposers.slot[n]
        )
        if u < p.long_range_share and others > 0:
            drawn = int(v * others)
            result[n] = view.members[drawn + 1 if drawn >= position[row] else drawn]
    return result


@compiled
def nearby_partners(
    view: CoordinationView,
    firms: FirmTable,
    proposers: Proposers,
    complex_start: Integers,
    position: Codes,
) -> Codes:
    """Partners drawn from all complexes with chances in proportion to exp(-distance/ξ).

    A proposer to whom an expert would come draws a research body, the others a member.

    Parameters
    ----------
    complex_start : (C+1,) where each complex starts among the members of the view
    position : (firms,) place of a firm row among them

    Returns
    -------
    partner : (n,) -1 where there is nobody else
    """
    proximity = view.proximity
    complexes = proximity.shape[0]
    result = np.full(proposers.row.size, -1, np.int32)
    for n in range(proposers.row.size):
        row = proposers.row[n]
        home = firms.complex[row]
        seeks_expert = proposers.expert[n] >= 0
        start = view.body_start if seeks_expert else complex_start
        u, v, _, _ = uniforms(
            view.key, firms.identifier[row], view.month, _VOUCHER, proposers.slot[n]
        )
        total = 0.0
        for c in range(complexes):
            own = 1 if c == home and not seeks_expert else 0
            total += proximity[home, c] * (start[c + 1] - start[c] - own)
        chosen = -1
        below = u * total
        for c in range(complexes):
            own = 1 if c == home and not seeks_expert else 0
            weight = proximity[home, c] * (start[c + 1] - start[c] - own)
            if weight > 0.0 and (chosen < 0 or below >= 0.0):
                chosen = c
            below -= weight
        if chosen < 0:
            continue
        if seeks_expert:
            choice = int(v * (start[chosen + 1] - start[chosen]))
            result[n] = BODY + view.body_rows[start[chosen] + choice]
            continue
        own = 1 if chosen == home else 0
        place = start[chosen] + int(v * (start[chosen + 1] - start[chosen] - own))
        if own and place >= position[row]:
            place += 1
        result[n] = view.members[place]
    return result


def gatekeepers_of(roster: Roster) -> Codes:
    """Row of the member with the highest absorptive capacity in each mini-cluster, (M,).

    The lower identifier where two are equal, -1 where a mini-cluster has no member.
    """
    result = np.full(roster.start.size - 1, -1, np.int32)
    order = np.lexsort((roster.identifier, -roster.absorption, roster.mini_cluster))
    occupied = roster.start[:-1] < roster.start[1:]
    result[occupied] = roster.rows[order[roster.start[:-1][occupied]]]
    return result


@compiled
def gatekeepers_meet(
    view: CoordinationView,
    p: Parameters,
    gatekeeper: Codes,
    proposers: Proposers,
    partner: Codes,
) -> tuple[Codes, Codes]:
    """Pairs of the month with a share of the events between mini-clusters instead of within one.

    At such an event the gatekeeper of the mini-cluster meets gatekeepers of others,
    drawn without replacement, as many as the event has places.

    Parameters
    ----------
    gatekeeper : (M,) as from `gatekeepers_of`
    partner : (n,) whom the proposers would meet otherwise
    """
    cluster, slot = proposers.cluster, proposers.slot
    first = proposers.row.copy()
    second = partner.copy()
    others = np.empty(gatekeeper.size, np.int32)
    left = 0
    outward = False
    for n in range(first.size):
        m = cluster[n]
        if n == 0 or m != cluster[n - 1] or slot[n] != slot[n - 1]:
            u, _, _, _ = uniforms(view.key, m, view.month, _GATEKEEPER, slot[n] * _PLACES)
            outward = u < p.gatekeeper_share and gatekeeper[m] >= 0
            left = 0
            place = 0
            for other in range(gatekeeper.size):
                if other != m and gatekeeper[other] >= 0:
                    others[left] = gatekeeper[other]
                    left += 1
        place += 1
        if outward and left > 0:
            u, _, _, _ = uniforms(view.key, m, view.month, _GATEKEEPER, slot[n] * _PLACES + place)
            drawn = int(u * left)
            left -= 1
            first[n] = gatekeeper[m]
            second[n] = others[drawn]
            others[drawn] = others[left]
    return first, second


@compiled
def broker_pairs(
    view: CoordinationView,
    p: Parameters,
    places: Integers,
    roster: Roster,
    bodies: ResearchBodyTable,
) -> tuple[Codes, Codes]:
    """Best pairs of each complex among those that its promotion group can assess in a month.

    The group draws pairs of its members, some of a member and a research body, and
    makes those of the highest signalled novelty, each once, as many as there are places.

    Parameters
    ----------
    places : (C,) introductions that the events of the month can make in each complex
    """
    assessed = int(p.broker_bandwidth)
    first = np.empty(places.sum(), np.int32)
    second = np.empty(places.sum(), np.int32)
    one = np.empty(assessed, np.int32)
    other = np.empty(assessed, np.int32)
    value = np.empty(assessed)
    made = 0
    for c in range(places.size):
        start = roster.complex_start[c]
        known = roster.complex_start[c + 1] - start
        experts = view.body_start[c + 1] - view.body_start[c]
        looked = 0
        for k in range(assessed if places[c] > 0 and known > 0 else 0):
            u, v, w, x = uniforms(view.key, c, view.month, _BROKER, k)
            drawn = int(u * known)
            if experts > 0 and (v < p.expert_share or known == 1):
                code = BODY + view.body_rows[view.body_start[c] + int(w * experts)]
            elif known > 1:
                place = int(x * (known - 1))
                code = start + (place + 1 if place >= drawn else place)
            else:
                continue
            distance, absorption = signalled_pair(view.key, roster, bodies, start + drawn, code)
            value[looked] = -pair_score(
                NOVELTY, p, roster, start + drawn, code, distance, absorption, 0
            )
            one[looked] = start + drawn
            other[looked] = code
            looked += 1
        begin = made
        for n in np.argsort(value[:looked], kind="mergesort"):
            if made - begin == places[c]:
                break
            a = roster.rows[one[n]]
            b = other[n] if other[n] >= BODY else roster.rows[other[n]]
            repeated = False
            for done in range(begin, made):
                if (first[done] == a and second[done] == b) or (
                    first[done] == b and second[done] == a
                ):
                    repeated = True
            if not repeated:
                first[made] = a
                second[made] = b
                made += 1
    return first[:made], second[:made]
