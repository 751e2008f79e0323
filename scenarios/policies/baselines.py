"""No programme, the placebo and the programme as it was (P0, P2, P5)."""

from __future__ import annotations

from innocluster.sim.coordination import (
    CoordinationView,
    Introductions,
    Policy,
    introductions_at_random,
    introductions_within_events,
)

__all__ = ["NoProgramme", "RandomMatching", "ThematicMiniClusters"]


class NoProgramme(Policy):
    """P0: nothing is spent; firms meet only spontaneously. Every effect is measured against it."""

    id = "P0"
    key = "no-programme"
    name = "No programme"
    name_ko = "사업 없음"
    summary = "No money and no coordinator: firms meet only whom they meet anyway."
    summary_ko = "예산도 조정자도 없이 기업은 평소의 만남만 가진다."
    source = "counterfactual"
    programme = False

    def introduce(self, view: CoordinationView) -> Introductions:
        """Never asked: without a programme there are no contact events."""
        raise AssertionError("a policy without a programme holds no events")


class RandomMatching(Policy):
    """P2: as many introductions as P5, between random members of any complex.

    The placebo of matching: what P5 has beyond it is due to whom it brings
    together, what P2 has beyond P0 is due to bringing anybody together.
    """

    id = "P2"
    key = "random-matching"
    name = "Random matching"
    name_ko = "무작위 연결"
    summary = "As many introductions and the same money, but partners are drawn at random."
    summary_ko = "같은 예산과 같은 수의 소개를 하되 상대를 무작위로 정한다."
    source = "placebo for claims on matching"

    def introduce(self, view: CoordinationView) -> Introductions:
        """Draw both sides of every introduction from all members and research bodies."""
        return Introductions(
            *introductions_at_random(
                view.key,
                view.month,
                view.values.expert_share,
                view.event_introductions,
                view.members,
                view.body_rows,
            )
        )


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
    source = "article A3, B4; the programme as it was carried out from 2005"

    def introduce(self, view: CoordinationView) -> Introductions:
        """Let those who come to an event talk in pairs, some of them with an expert."""
        return Introductions(
            *introductions_within_events(
                view.key,
                view.month,
                view.values.expert_share,
                view.state.firms.identifier,
                view.event_cluster,
                view.event_size,
                view.event_introductions,
                view.members,
                view.member_start,
                view.body_rows,
                view.body_start,
                view.cluster_complex,
            )
        )
