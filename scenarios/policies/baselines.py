"""No programme, the placebos and the programme as it was (P0, P2, P2A, P2E, P5)."""

from __future__ import annotations

from innocluster.sim.coordination.policy import CoordinationView, Introductions, Policy

from .planning.introductions import at_events, introductions_at_random, random_partners

__all__ = [
    "EvenSpread",
    "NoProgramme",
    "RandomAnywhere",
    "RandomMatching",
    "ThematicMiniClusters",
]


class NoProgramme(Policy):
    """P0: nothing is spent; firms meet only spontaneously. Every effect is measured against it."""

    id = "P0"
    key = "no-programme"
    name = "No programme"
    name_ko = "사업 없음"
    summary = "No money and no coordinator: firms meet only whom they meet anyway."
    summary_ko = "예산도 코디네이터도 없이 기업은 평소의 만남만 가진다."
    knows = "Nothing: there is no coordinator."
    knows_ko = "코디네이터가 없으므로 아는 것도 없다."
    source = "counterfactual"
    programme = False

    def introduce(self, view: CoordinationView) -> Introductions:
        """Never asked: without a programme there are no contact events."""
        raise AssertionError("a policy without a programme holds no events")


class RandomMatching(Policy):
    """P2: P5's proposers and experts, but the partner is a random member of the own complex.

    The placebo of matching: what P5 has beyond it is due to whom it brings together, what
    P2 has beyond P0 is due to bringing anybody together.  Who proposes, where, and whether
    an expert of the complex comes are as in P5.
    """

    id = "P2"
    key = "random-matching"
    name = "Random matching"
    name_ko = "무작위 연결"
    summary = "The thematic programme, but firms meet random members of their own complex."
    summary_ko = "주제별 사업과 같되 기업은 소속 단지의 임의 회원과 만난다."
    knows = "Who is a member of the complex, nothing about them: partners are drawn blindly."
    knows_ko = "단지의 회원 명단만 알 뿐 기업에 대해서는 아무것도 모른 채 상대를 뽑는다."
    source = "placebo for claims on matching"
    anywhere = False

    def introduce(self, view: CoordinationView) -> Introductions:
        """Draw the partner of every proposer of P5 blindly."""
        proposers = at_events(view)
        partner = random_partners(
            view, view.state.firms, proposers, view.complex_start, view.position, self.anywhere
        )
        return Introductions(proposers.row, partner)


class RandomAnywhere(RandomMatching):
    """P2A: P2 with partners of any complex, experts as well: the placebo without distance."""

    id = "P2A"
    key = "random-matching-anywhere"
    name = "Random matching anywhere"
    name_ko = "전국 무작위 연결"
    summary = "The thematic programme, but firms meet random members and experts of any complex."
    summary_ko = "주제별 사업과 같되 기업은 모든 단지의 임의 회원·전문가와 만난다."
    knows = "Who is a member of any complex, nothing about them: partners are drawn blindly."
    knows_ko = "모든 단지의 회원 명단만 알 뿐 기업에 대해서는 아무것도 모른 채 상대를 뽑는다."
    anywhere = True


class EvenSpread(Policy):
    """P2E: as many introductions as P5, both sides drawn from all members of all complexes.

    It differs from P2A in that every member proposes equally often, wherever it is: in P5
    members of small mini-clusters do so more.
    """

    id = "P2E"
    key = "random-matching-even"
    name = "Random matching, even spread"
    name_ko = "균등 무작위 연결"
    summary = "As many introductions and the same money, both partners drawn from all members."
    summary_ko = "같은 예산과 같은 수의 소개를 하되 양쪽을 모두 전체 회원에서 무작위로 정한다."
    knows = "Who is a member, nothing about them: both sides are drawn blindly."
    knows_ko = "회원 명단만 알 뿐 기업에 대해서는 아무것도 모른 채 양쪽을 뽑는다."
    source = "placebo for claims on matching"

    def introduce(self, view: CoordinationView) -> Introductions:
        """Draw both sides of every introduction from all members and research bodies."""
        return Introductions(*introductions_at_random(view, view.parameters))


class ThematicMiniClusters(Policy):
    """P5: groups by field, pairs within a group, experts of the complex: the programme as it was.

    Differs from P2 only in whom an introduction brings together.
    """

    id = "P5"
    key = "thematic-mini-clusters"
    name = "Thematic mini-clusters"
    name_ko = "주제별 미니클러스터"
    summary = "Members meet within the mini-cluster of their field and with experts nearby."
    summary_ko = "회원은 같은 분야 미니클러스터 안에서, 그리고 인근 전문가와 만난다."
    knows = "Which mini-cluster every member belongs to and which experts are nearby; no distances."
    knows_ko = "회원의 소속 미니클러스터와 인근 전문가만 알고 기업 간 거리는 모른다."
    source = "article A3, B4; the programme as it was carried out from 2005"

    def introduce(self, view: CoordinationView) -> Introductions:
        """Let those who come to an event talk in pairs, some of them with an expert."""
        proposers = at_events(view)
        return Introductions(proposers.row, proposers.usual)
