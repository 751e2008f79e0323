"""Bridges in the network: long-range pairs, gatekeepers, universities (P8, P9, P15)."""

from __future__ import annotations

import numpy as np

from innocluster.sim.coordination.policy import CoordinationView, Introductions
from innocluster.sim.phases.roles import has_research_partner

from .baselines import ThematicMiniClusters
from .planning.candidates import known_members
from .planning.introductions import at_events
from .planning.partners import distant_partners, gatekeepers_meet, gatekeepers_of

__all__ = ["Gatekeepers", "SmallWorld", "UniversityAnchored"]


class SmallWorld(ThematicMiniClusters):
    """P8: P5 with a share of the pairs replaced by random members anywhere.

    A few long-range links make the paths of a network of cliques short (Cowan and
    Jonard 2004).  Differs from P5 in those pairs only.
    """

    id = "P8"
    key = "small-world"
    name = "Small world"
    name_ko = "좁은 세상"
    summary = "Thematic mini-clusters with one pair in ten replaced by a random member anywhere."
    summary_ko = "주제별 미니클러스터에서 열 쌍 중 한 쌍을 전국의 임의 회원으로 바꾼다."
    knows = "Who is a member and of which mini-cluster; long-range partners are drawn blindly."
    knows_ko = "회원과 소속 미니클러스터만 알고 원거리 상대는 무작위로 뽑는다."
    source = "Cowan and Jonard 2004, doi 10.1016/j.jedc.2003.04.002"

    def introduce(self, view: CoordinationView) -> Introductions:
        """Replace the partners of some proposers of P5."""
        proposers = at_events(view)
        partner = distant_partners(
            view, view.parameters, view.state.firms, proposers, proposers.usual, view.position
        )  # fmt: skip
        return Introductions(proposers.row, partner)


class Gatekeepers(ThematicMiniClusters):
    """P9: mini-clusters send the member that can absorb most to meetings with the others.

    At a share of the events the gatekeeper of the mini-cluster meets gatekeepers
    of other mini-clusters, of any complex; what it learns spreads inside by the
    meetings of P5.  Differs from P5 in those events only.
    """

    id = "P9"
    key = "gatekeepers"
    name = "Gatekeepers"
    name_ko = "게이트키퍼"
    summary = "Each mini-cluster sends its most absorptive member to meet those of the others."
    summary_ko = "미니클러스터마다 흡수역량이 가장 높은 회원이 대표로 다른 대표들과 만난다."
    knows = "What the promotion group believes of the absorptive capacity of its members."
    knows_ko = "추진단이 짐작하는 자기 단지 회원의 흡수역량을 안다."
    source = "Vermeulen and Pyka 2018, doi 10.1007/s10614-017-9776-3"
    sees = ("local",)

    def introduce(self, view: CoordinationView) -> Introductions:
        """Hold some of P5's events between mini-clusters."""
        proposers = at_events(view)
        roster = known_members(view, "local")
        if roster is None:
            return Introductions(proposers.row, proposers.usual)
        return Introductions(
            *gatekeepers_meet(
                view, view.parameters, gatekeepers_of(roster), proposers, proposers.usual
            )
        )  # fmt: skip


class UniversityAnchored(ThematicMiniClusters):
    """P15: members without a living tie to a research body get one before anything else.

    At every event they come first and meet a university or institute of their
    complex; the other places are used as in P5.  A tie lives as long as a licence
    can come of it (U2): familiarity has not faded, or a joint project is under way.
    """

    id = "P15"
    key = "university-anchored"
    name = "University-anchored"
    name_ko = "대학 거점형"
    summary = "Members without a tie to a university or institute are given one first."
    summary_ko = "대학·연구소와 연계가 없는 회원에게 먼저 그 연계를 만들어 준다."
    knows = "Which members have a living tie to a research body; no distances."
    knows_ko = "회원이 대학·연구소와 살아 있는 연계를 가졌는지만 알고 거리는 모른다."
    source = "Nishimura and Okamuro 2011, doi 10.1016/j.respol.2011.01.011"

    def introduce(self, view: CoordinationView) -> Introductions:
        """Let members without a tie to a research body meet one, the others as in P5."""
        first = np.zeros(view.state.firms.identifier.size, np.int8)
        first[view.members] = ~has_research_partner(
            view.state, view.members, view.parameters.contact_familiarity
        )
        proposers = at_events(view, first)
        return Introductions(proposers.row, proposers.usual)
