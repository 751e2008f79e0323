"""The best of a few partners, as a coordinator sees them: a sparse choice, never all pairs.

A coordinator knows members by its report only (`known_members`), draws a few
candidates for every proposer, sees the distance of each with noise, and takes the
one of the highest score.  It looks at a pair with the same eyes until its next
report: the noise of a signal is drawn once a pair and report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import normal_quantile
from innocluster.agents.knowledge import Knowledge, cosine, novelty_value
from innocluster.agents.records import Record
from innocluster.agents.research_bodies import ResearchBodyTable
from innocluster.sim.coordination.policy import CoordinationView, Report
from innocluster.sim.ground.parameter_record import Parameters
from innocluster.sim.ground.random_numbers import Process, uniforms
from innocluster.sim.network.pairs import BODY, PairTable, find_pair

from .introductions import Proposers

__all__ = [
    "ANYWHERE",
    "NOVELTY",
    "OTHER_CLUSTERS",
    "OWN_CLUSTER",
    "OWN_COMPLEX",
    "Roster",
    "best_candidates",
    "known_members",
    "pair_score",
    "signalled_distance",
    "signalled_pair",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Small = NDArray[np.int16]
Integers = NDArray[np.int64]

_CANDIDATE = int(Process.CANDIDATE)
_SIGNAL = int(Process.SIGNAL)
# A member proposes at fewer events a month than this, and has four candidates a draw.
_SLOT = 64

OWN_CLUSTER, OWN_COMPLEX, OTHER_CLUSTERS, ANYWHERE = range(4)
"""Scopes of candidates: members of the own mini-cluster, of the own complex, of all other
mini-clusters wherever they are, of all."""

NOVELTY = 0
"""Score: novelty value at the signalled distance, less the penalty on repetition."""


@dataclass(frozen=True)
class Roster(Record):
    """Members that a coordinator knows and that are still members, sorted by mini-cluster.

    Attributes
    ----------
    month : month of the report, the address of its signals
    noise, noise_research : standard deviations of its signals on distance
    position : (firms,) place of a firm row in the roster, -1 for firms it does not know
    start : (M + 1,) where each mini-cluster starts
    complex_start : (C + 1,) where each complex starts
    rows, identifier, complex, mini_cluster, sector, niche : (n,) of each
    knowledge : (n, D)
    absorption, employees, revenue, advantage : (n,) as in `Report`
    """

    month: int
    noise: float
    noise_research: float
    position: Codes
    start: Integers
    complex_start: Integers
    rows: Codes
    identifier: Integers
    complex: Small
    mini_cluster: Small
    sector: Small
    niche: Small
    knowledge: Knowledge
    absorption: Floats
    employees: Floats
    revenue: Floats
    advantage: Floats


def known_members(view: CoordinationView, level: str) -> Roster | None:
    """Members that the coordinators of a level know, ``None`` as long as they know nothing.

    Who left the programme or closed since the report is known to have done so.

    Parameters
    ----------
    level : as for `CoordinationView.report`
    """
    report: Report | None = view.report(level)
    if report is None:
        return None
    firms = view.state.firms
    rows = report.rows
    there = (firms.member[rows] == 1) & (firms.identifier[rows] == report.identifier)
    kept = np.flatnonzero(there)
    kept = kept[np.argsort(report.mini_cluster[kept], kind="stable")]
    mini_cluster = report.mini_cluster[kept]
    start = np.searchsorted(mini_cluster, np.arange(view.member_start.size)).astype(np.int64)
    places = view.body_start.size
    first_cluster = np.searchsorted(view.cluster_complex, np.arange(places))
    position = np.full(firms.identifier.size, -1, np.int32)
    position[rows[kept]] = np.arange(kept.size, dtype=np.int32)
    return Roster(
        month=report.month,
        noise=report.noise,
        noise_research=report.noise_research,
        position=position,
        start=start,
        complex_start=start[first_cluster],
        rows=rows[kept],
        identifier=report.identifier[kept],
        complex=report.complex[kept],
        mini_cluster=mini_cluster,
        sector=report.sector[kept],
        niche=report.niche[kept],
        knowledge=report.knowledge[kept],
        absorption=report.absorption[kept],
        employees=report.employees[kept],
        revenue=report.revenue[kept],
        advantage=report.advantage[kept],
    )


@compiled
def signalled_distance(
    key: NDArray[np.uint64], month: int, low: int, high: int, distance: float, noise: float
) -> float:
    """Section 8: d̂ = clip(d + noise·N(0, 1), 0, 1), one draw a pair and report.

    Parameters
    ----------
    month : month of the report
    low, high : identifiers of the pair, the lower first
    """
    if noise <= 0.0:
        return distance
    u, _, _, _ = uniforms(key, low, month, _SIGNAL, high)
    return min(1.0, max(0.0, distance + noise * normal_quantile(u)))


@compiled
def signalled_pair(
    key: NDArray[np.uint64], roster: Roster, bodies: ResearchBodyTable, a: int, partner: int
) -> tuple[float, float]:
    """Signalled distance of a pair and the absorptive capacity of the partner.

    What a research body works on is public and does not change, so that every
    coordinator may look at it; how far a firm is from it, only a report says.

    Parameters
    ----------
    a : place of a member in the roster
    partner : place of another, or `BODY` + row of a research body, which counts with
        the absorptive capacity of the member
    """
    own = roster.identifier[a]
    if partner >= BODY:
        other = bodies.identifier[partner - BODY]
        distance = 1.0 - cosine(roster.knowledge[a], bodies.knowledge[partner - BODY])
        noise = roster.noise_research
        absorption = roster.absorption[a]
    else:
        other = roster.identifier[partner]
        distance = 1.0 - cosine(roster.knowledge[a], roster.knowledge[partner])
        noise = roster.noise
        absorption = roster.absorption[partner]
    low = min(own, other)
    high = max(own, other)
    return signalled_distance(key, roster.month, low, high, distance, noise), absorption


@compiled
def pair_score(
    score: int,
    p: Any,
    roster: Roster,
    a: int,
    partner: int,
    distance: float,
    absorption: float,
    times: int,
) -> float:
    """What a coordinator thinks that an introduction is worth.

    `NOVELTY` is Ω(d̂) - π·n/(1 + n) for a pair that the programme has brought
    together n times: n/(1 + n) is the share of the news of a first meeting that
    the next one lacks (T3), so that π = 1 sets all of it against novelty.

    Parameters
    ----------
    score : `NOVELTY`
    a, partner : as in `signalled_pair`
    distance, absorption : what that returns
    times : how often the programme has brought the two together
    """
    novelty: float = novelty_value(
        distance,
        p.optimal_distance,
        p.distance_absorption,
        0.5 * (roster.absorption[a] + absorption),
    )
    worth: float = novelty - p.repetition_penalty * times / (1.0 + times)
    return worth


@compiled
def best_candidates(
    view: CoordinationView,
    p: Parameters,
    scope: int,
    score: int,
    proposers: Proposers,
    roster: Roster,
    bodies: ResearchBodyTable,
    pairs: PairTable,
) -> tuple[Codes, Floats]:
    """Best of `candidate_pairs` candidates of every proposer, and its score.

    A proposer to whom an expert would come has its candidates among the research
    bodies of its complex.  Scopes that hold no more candidates than that are looked at
    entirely.  A proposer that the coordinator does not know, or without anybody in its
    scope, gets -1.

    Parameters
    ----------
    scope, score : one of the constants of this module
    """
    wanted = int(p.candidate_pairs)
    partner = np.full(proposers.row.size, -1, np.int32)
    value = np.full(proposers.row.size, -np.inf)
    for n in range(proposers.row.size):
        a = roster.position[proposers.row[n]]
        if a < 0:
            continue
        c = roster.complex[a]
        m = roster.mini_cluster[a]
        # Candidates stand at low … high - 1, less those from `gap` on.
        low: Any = np.int64(0)
        high: Any = np.int64(roster.rows.size)
        gap: Any = np.int64(a)
        width: Any = np.int64(1)
        seeks_expert = proposers.expert[n] >= 0
        if seeks_expert:
            low = view.body_start[c]
            high = view.body_start[c + 1]
            gap = high
            width = np.int64(0)
        elif scope == OWN_CLUSTER:
            low = roster.start[m]
            high = roster.start[m + 1]
        elif scope == OWN_COMPLEX:
            low = roster.complex_start[c]
            high = roster.complex_start[c + 1]
        elif scope == OTHER_CLUSTERS:
            gap = roster.start[m]
            width = roster.start[m + 1] - gap
        pool = high - low - width
        if pool <= 0:
            continue
        draws = (0.0, 0.0, 0.0, 0.0)
        for k in range(min(wanted, pool)):
            chosen: Any = np.int64(k)
            if pool > wanted:
                if k % 4 == 0:
                    draws = uniforms(
                        view.key, roster.identifier[a], view.month, _CANDIDATE,
                        proposers.slot[n] * _SLOT + k // 4,
                    )  # fmt: skip
                chosen = np.int64(draws[k % 4] * pool)
            place = low + chosen
            if place >= gap:
                place += width
            other = BODY + view.body_rows[place] if seeks_expert else place
            code = other if seeks_expert else roster.rows[place]
            distance, absorption = signalled_pair(view.key, roster, bodies, a, other)
            one: Any = np.int64(proposers.row[n])
            two: Any = np.int64(code)
            pair = find_pair(one, two, pairs)
            times = pairs.brokered[pair] if pair >= 0 else 0
            worth = pair_score(score, p, roster, a, other, distance, absorption, times)
            if worth > value[n]:
                value[n] = worth
                partner[n] = code
    return partner, value
