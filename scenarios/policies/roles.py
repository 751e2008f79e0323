"""The football picture (article B1): everybody attacks, or each in its own role (P1, P14)."""

from __future__ import annotations

from .baselines import ThematicMiniClusters
from .bridges import UniversityAnchored

__all__ = ["EveryoneAttacks", "RoleSpecialisation"]


class EveryoneAttacks(ThematicMiniClusters):
    """P1: all members do production, R&D and marketing alike, without pooling.

    The programme of P5 with role adherence 0: members give up what specialisation
    they had in 2003 and need no partner for it.  Projects take no third partner.
    Projects of one field in one month take returns from one another (F7); here,
    as under every policy, nobody refuses them for that.
    """

    id = "P1"
    key = "everyone-attacks"
    name = "Everyone attacks"
    name_ko = "전원 공격"
    summary = "Mini-clusters in which every firm takes on all roles and nobody pools projects."
    summary_ko = "모든 기업이 모든 역할을 떠맡고 과제를 함께 묶지 않는 미니클러스터."
    source = "article B1, the team in which all eleven attack"
    adherence = 0.0
    pools = False


class RoleSpecialisation(UniversityAnchored):
    """P14: members keep to their own role and leave the others to partners.

    A member leaves R&D to a research body and marketing to a design or marketing
    partner once it has them; events and small tasks bring first the partner that
    it lacks.  Every link takes working time, projects may take a third partner.
    Differs from P15 in the roles and the small tasks, from P1 in everything that
    B1 is about.  Without a budget no role changes.
    """

    id = "P14"
    key = "role-specialisation"
    name = "Role specialisation"
    name_ko = "역할 분담"
    summary = "Members keep to their own role and are brought together with partners for the rest."
    summary_ko = "회원은 자기 역할에 충실하고 나머지 역할을 맡을 상대와 먼저 연결된다."
    knows = "Which members have a living tie to a research body and a design or marketing link."
    knows_ko = "회원이 대학·연구소 연계와 디자인·마케팅 연계를 가졌는지 안다."
    source = "article B1, each in its own role"
    adherence = 1.0
    tasks_by_need = True
