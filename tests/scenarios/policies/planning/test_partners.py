"""Partners that nobody judges, and a broker's pairs, against draws worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from three_clusters import (
    bodies_of,
    compiled_or_not,
    firms_of,
    position,
    proposers_of,
    roster_of,
    view_of,
)

from innocluster.scenarios.policies.planning.partners import (
    broker_pairs,
    distant_partners,
    gatekeepers_meet,
    gatekeepers_of,
    nearby_partners,
)
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.network.pairs import BODY

P = ParameterSet().record()


@compiled_or_not(distant_partners)
def test_some_partners_are_replaced_by_members_of_any_complex(kernel: Any) -> None:
    """Draws of firms 0, 1, 2, 5: (0.161, 0.345), (0.839, ·), (0.169, 0.874), (0.274, ·).

    Firm 0: u < 0.2, ⌊0.345·5⌋ = 1, not before its own place 1, hence place 2, firm 5.
    Firm 2: u < 0.2, ⌊0.874·5⌋ = 4, before its own place 5, firm 1.  Firm 5: u = 0.274.
    """
    proposers = proposers_of((0, 3, -1, 0, 0), (1, 2, -1, 0, 2), (2, 1, -1, 0, 2), (5, 4, -1, 0, 0))
    usual = np.array([3, 2, BODY, 4], np.int32)
    p = replace(P, long_range_share=0.2)
    partner = kernel(view_of(), p, firms_of(), proposers, usual, position())
    assert partner.tolist() == [5, 2, 1, 4]
    assert usual.tolist() == [3, 2, BODY, 4]


@compiled_or_not(nearby_partners)
def test_near_partners_are_likelier(kernel: Any) -> None:
    """Chances in proportion to members, or bodies, times 1 at home and ½ in the other complex.

    Firm 3 (0.802, 0.212): 3 others and ½·2, 0.802·4 > 3, complex 1; ⌊0.212·2⌋ = 0, firm 1.
    Firm 3 in slot 1 (0.657, 0.111): 2.63 < 3, at home; place 0 is its own, so 1, firm 0.
    Firm 4 (0.423, 0.368): 1.69 < 3, at home; ⌊0.368·3⌋ = 1, firm 0.
    Firm 2 in slot 1 (0.680, 0.282): ½·4 and 1 other, 0.680·3 > 2, at home, firm 1.
    Firm 1 seeks a body (0.328, 0.392): ½·3 and 1, 0.328·2.5 < 1.5, complex 0;
    ⌊0.392·3⌋ = 1, body 1.
    """
    proposers = proposers_of(
        (3, 0, -1, 0, 0), (3, 0, -1, 1, 0), (4, -1, -1, 0, 1), (2, 1, -1, 1, 2), (1, 2, 0, 0, 2)
    )
    view = view_of()
    partner = kernel(view, firms_of(), proposers, view.complex_start, position())
    assert partner.tolist() == [1, 0, 0, 1, BODY + 1]


@compiled_or_not(nearby_partners)
def test_nobody_is_near_the_only_member(kernel: Any) -> None:
    view = view_of(members=[3], member_start=[0, 1, 1, 1], body_rows=[], body_start=[0, 0, 0])
    proposers = proposers_of((3, -1, -1, 0, 0), (3, -1, 1, 0, 0))
    place = np.full(7, -1, np.int32)
    place[3] = 0
    assert kernel(view, firms_of(), proposers, view.complex_start, place).tolist() == [-1, -1]


def test_the_gatekeeper_absorbs_most() -> None:
    """The lower identifier of equals; -1 without a member."""
    absorption = np.array([0.25, 0.5, 0.5, 0.75, 0.125, 1.0])
    assert gatekeepers_of(roster_of(absorption=absorption)).tolist() == [0, 4, 2]
    start = np.array([0, 3, 4, 4, 6])
    mini_cluster = np.array([0, 0, 0, 1, 3, 3], np.int16)
    roster = roster_of(absorption=absorption, start=start, mini_cluster=mini_cluster)
    assert gatekeepers_of(roster).tolist() == [0, 4, -1, 2]


@compiled_or_not(gatekeepers_meet)
def test_gatekeepers_meet_at_a_share_of_the_events(kernel: Any) -> None:
    """Gatekeepers 3, 4 and 2; an event is outward where its first draw is below 0.3.

    Mini-cluster 0, event 0: 0.044; of 4 and 2 it meets the second (0.888), then the other.
    Event 1: 0.114; the first (0.495), then the other.
    Mini-cluster 1: 0.253; of 3 and 2 the second (0.972).  Mini-cluster 2: 0.814, as usual.
    """
    proposers = proposers_of(
        (5, 3, -1, 0, 0), (0, 3, 1, 0, 0), (0, 5, -1, 1, 0), (3, 0, -1, 1, 0), (4, -1, 2, 0, 1),
        (1, 2, -1, 0, 2),
    )  # fmt: skip
    gatekeeper = np.array([3, 4, 2], np.int32)
    p = replace(P, gatekeeper_share=0.3)
    first, second = kernel(view_of(), p, gatekeeper, proposers, proposers.usual)
    assert first.tolist() == [3, 3, 3, 3, 4, 1]
    assert second.tolist() == [2, 4, 4, 2, 2, 2]


@compiled_or_not(broker_pairs)
def test_a_broker_makes_the_best_of_what_it_assesses(kernel: Any) -> None:
    """Three pairs of each complex are drawn, the two and the one nearest to distance 0.4 made.

    Complex 0: places 2 and 1 (firms 5 and 0, cosine 0.6, distance 0.4); place 0 and
    body 2 (firm 3, distance 0.4); places 1 and 0 (firms 0 and 3, distance 0.2).
    Both at 0.4 tie: the first drawn comes first.
    Complex 1, where it looks: place 4 and body 0 (firm 1, distance 0.4); places 5 and 4
    (distance 0.2); place 5 and body 0 (firm 2, distance 1).
    """
    p = replace(
        P, broker_bandwidth=3.0, expert_share=0.4, optimal_distance=0.4, distance_absorption=0.0
    )
    first, second = kernel(view_of(), p, np.array([2, 1]), roster_of(), bodies_of())
    assert first.tolist() == [5, 3, 1]
    assert second.tolist() == [0, BODY + 2, BODY]
    none, _ = kernel(view_of(), p, np.array([0, 0]), roster_of(), bodies_of())
    assert none.size == 0


@compiled_or_not(broker_pairs)
def test_a_broker_makes_no_pair_twice(kernel: Any) -> None:
    """Of six draws in complex 1 four are firms 2 and 1, from either side, at distance 0.2."""
    p = replace(
        P, broker_bandwidth=6.0, expert_share=0.4, optimal_distance=0.4, distance_absorption=0.0
    )
    first, second = kernel(view_of(), p, np.array([0, 9]), roster_of(), bodies_of())
    assert first.tolist() == [1, 2, 2]
    assert second.tolist() == [BODY, 1, BODY]
