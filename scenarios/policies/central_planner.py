"""Planners that match pairs by what they expect of them (P7, the oracle P7*)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from innocluster.sim.coordination.policy import CoordinationView, Introductions, Policy

from .planning.candidates import known_members
from .planning.introductions import at_events
from .planning.plan import Plan, fill_places, places_of_complexes, plan_by_surplus

__all__ = ["CentralPlanner", "Oracle"]


class CentralPlanner(Policy):
    """P7: a b-matching that maximises the expected surplus on the central, lagged signal.

    Each half-year the secretariat gets its report, a month old and with noise of
    0.25 on distances, values the pairs of a shortlist by what the model itself
    expects of an introduction, and plans as many introductions as the events of
    half a year have places, nobody in more than it has time for.  The events of each month
    carry out the best of the pairs that are left; what the plan cannot fill goes as
    in P5.  Without a central level every promotion group plans its own complex
    each month, with its own signal.
    """

    id = "P7"
    key = "central-planner"
    name = "Central planner"
    name_ko = "중앙 계획자"
    summary = "The secretariat plans half a year of introductions by their expected surplus."
    summary_ko = "사무국이 기대잉여가 큰 쌍을 골라 반년치 소개를 계획한다."
    knows = (
        "All members as reported a month earlier, distances with the central noise (sd 0.25), what"
        " accounts a year old make it believe of productivity and absorptive capacity, and the"
        " programme's own introductions and projects."
    )
    knows_ko = (
        "한 달 전에 보고된 전체 회원, 중앙 수준의 잡음(표준편차 0.25)이 섞인 거리, 1년 전"
        " 회계자료로 짐작한 생산성과 흡수역량, 그리고 사업에서 이루어진 소개와 과제를 안다."
    )
    source = "b-matching of expected surplus; article fact A4 for the level that plans"
    sees = ("central", "local")

    def introduce(self, view: CoordinationView) -> Introductions:
        """Carry out the next pairs of the plan, made anew with each report."""
        central = view.central_row >= 0
        report = view.report("central" if central else "local")
        if report is None:
            return _as_usual(view)
        plan: Plan | None = view.state.memory.get("plan")
        if plan is None or plan.known_month != report.month:
            plan = self._plan_all(view) if central else self._plan_each(view)
        pairs, rest = plan.next(view, view.places)
        view.state.memory["plan"] = rest
        return fill_places(view, pairs, _as_usual(view))

    def _plan_all(self, view: CoordinationView) -> Plan:
        roster = known_members(view, "central")
        assert roster is not None
        months = int(view.state.coordinators.decision_period[view.central_row])
        places = np.array([view.places * months])
        plan = plan_by_surplus(view, roster, False, months, places)
        _note(view, plan, roster.rows.size)
        return plan

    def _plan_each(self, view: CoordinationView) -> Plan:
        roster = known_members(view, "local")
        assert roster is not None
        places = places_of_complexes(view)
        plan = plan_by_surplus(view, roster, False, 1, places)
        complex_ = view.state.firms.complex
        for c in range(places.size):
            here = complex_[plan.first] == c
            part = replace(plan, first=plan.first[here], surplus=plan.surplus[here])
            _note(view, part, int((roster.complex == c).sum()), c)
        return plan


class Oracle(Policy):
    """P7*: the planner without noise, lag or period, and with all ties before its eyes.

    What matching could reach at most, for the regret of the others; no policy to
    be had.  It plans each month anew from the true state, including familiarity and trust
    among third parties, under the same limits on everybody's time as P7.  It
    maximises the surplus of the month's introductions, not that of the whole path.
    """

    id = "P7*"
    key = "oracle"
    name = "Oracle"
    name_ko = "전지적 계획자"
    summary = "The planner with perfect and immediate knowledge: an upper bound for matching."
    summary_ko = "완전한 정보를 즉시 아는 계획자로, 연결 정책의 상한을 보여 준다."
    knows = "Everything of this month, without noise or lag; not what later months will bring."
    knows_ko = "이번 달의 모든 것을 잡음과 시차 없이 알지만 앞으로의 일은 모른다."
    source = "upper bound for matching"
    sees = ("oracle",)

    def introduce(self, view: CoordinationView) -> Introductions:
        """Introduce the best pairs of the month."""
        roster = known_members(view, "oracle")
        assert roster is not None
        plan = plan_by_surplus(view, roster, True, 1, np.array([view.places]))
        _note(view, plan, roster.rows.size)
        return fill_places(view, Introductions(plan.first, plan.second), _as_usual(view))


def _as_usual(view: CoordinationView) -> Introductions:
    """Introductions of the programme as it was (P5)."""
    proposers = at_events(view)
    return Introductions(proposers.row, proposers.usual)


def _note(view: CoordinationView, plan: Plan, members: int, complex_: int | None = None) -> None:
    """Enter a plan in the record of decisions."""
    view.note_plan(
        plan.known_month - 1,
        {"members": float(members), "candidate pairs of all complexes": float(plan.candidates)},
        {
            "introductions planned": float(plan.first.size),
            "expected surplus, KRW million": float(plan.surplus.sum()),
        },
        complex_,
    )
