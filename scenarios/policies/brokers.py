"""Who meets whom: by distance on the map, through a hub, by cognitive distance (P3, P4, P6)."""

from __future__ import annotations

import numpy as np

from innocluster.sim.coordination.policy import CoordinationView, Introductions, Policy

from .planning.candidates import (
    NOVELTY,
    OWN_COMPLEX,
    best_candidates,
    known_members,
)
from .planning.introductions import at_events
from .planning.partners import broker_pairs, nearby_partners
from .planning.plan import places_of_complexes

__all__ = ["HubBroker", "OptimalDistance", "Vouchers"]


class Vouchers(Policy):
    """P3: firms choose by themselves, and what decides is how near the partner is.

    Every place at an event is a voucher that its holder spends on a member or, as
    often as in P5, on a research body of any complex, with a chance in proportion
    to exp(-distance/ξ).  Projects get a grant without screening as long as there
    is money.  Differs from P5 in that themes do not matter and nobody judges.
    """

    id = "P3"
    key = "vouchers"
    name = "Vouchers"
    name_ko = "바우처"
    summary = "Firms spend vouchers on partners of their choice, mostly near ones; no screening."
    summary_ko = "기업이 바우처로 주로 가까운 상대를 스스로 고르며 과제 심사는 없다."
    knows = "Nothing but where members and research bodies are; there is no coordinator's signal."
    knows_ko = "회원과 대학·연구소의 위치만 알 뿐 코디네이터의 신호는 없다."
    source = "laissez-faire benchmark; decay nber.org/papers/w16188"
    screened = False

    def introduce(self, view: CoordinationView) -> Introductions:
        """Draw the partner of every proposer by distance between complexes."""
        proposers = at_events(view)
        partner = nearby_partners(
            view, view.state.firms, proposers, view.complex_start, view.position
        )
        found = partner >= 0
        return Introductions(proposers.row[found], partner[found])


class HubBroker(Policy):
    """P4: every contact goes through the promotion group, which can assess few pairs a month.

    Each month a group draws `broker_bandwidth` pairs of its complex, experts
    among them as often as in P5, sees their distance with noise and introduces
    those of the highest novelty value, as many as its events have places.  What
    its bandwidth does not cover, stays undone.  Differs from P6 in that the group
    chooses both sides at once and keeps no book of earlier introductions.
    """

    id = "P4"
    key = "hub-broker"
    name = "Hub broker"
    name_ko = "허브 중개"
    summary = "The promotion group makes every contact itself: the best of the pairs it can assess."
    summary_ko = "추진단이 모든 만남을 주선하며 검토 가능한 쌍 가운데 가장 나은 쌍을 잇는다."
    knows = "Members of the own complex, their distances with the local noise (sd 0.10)."
    knows_ko = "자기 단지 회원과 그 거리를 지역 수준의 잡음(표준편차 0.10)과 함께 안다."
    source = "costs of brokers who become hubs, PMC3648408; bandwidth is an assumption"
    sees = ("local",)

    def introduce(self, view: CoordinationView) -> Introductions:
        """Introduce the best assessed pairs of every complex."""
        roster = known_members(view, "local")
        if roster is None:
            return Introductions(np.empty(0, np.int32), np.empty(0, np.int32))
        places, bodies = places_of_complexes(view), view.state.bodies
        return Introductions(*broker_pairs(view, view.parameters, places, roster, bodies))


class OptimalDistance(Policy):
    """P6: partners at the cognitive distance of the highest value, seldom the same one again.

    The promotion group goes through a few members of its complex for every
    proposer, or its research bodies as often as in P5, and takes the one of the
    highest Ω(d̂) less the penalty on repetition.  The penalty weighs novelty against
    trust and decides much; every comparison draws it over its whole range.
    Differs from P5 only in the partner that a proposer gets.
    """

    id = "P6"
    key = "optimal-distance"
    name = "Optimal cognitive distance"
    name_ko = "최적 인지거리"
    summary = "Members meet partners of their complex who know enough that is new, not too much."
    summary_ko = "단지 안에서 너무 같지도 너무 다르지도 않은 지식을 가진 상대와 만난다."
    knows = (
        "Members of the own complex, their distances with the local noise (sd 0.10), and whom"
        " it introduced before."
    )
    knows_ko = "자기 단지 회원과 잡음(표준편차 0.10)이 섞인 거리, 그리고 과거에 소개한 쌍을 안다."
    source = "Nooteboom et al. 2007, doi 10.1016/j.respol.2007.04.003 (inverted U)"
    sees = ("local",)

    def introduce(self, view: CoordinationView) -> Introductions:
        """Give every proposer the best of its candidates, else whom it would meet in P5."""
        proposers = at_events(view)
        partner = proposers.usual
        roster = known_members(view, "local")
        if roster is not None:
            best, _ = best_candidates(
                view, view.parameters, OWN_COMPLEX, NOVELTY, proposers, roster,
                view.state.bodies, view.state.pairs,
            )  # fmt: skip
            partner = np.where(best >= 0, best, partner)
        return Introductions(proposers.row, partner)
