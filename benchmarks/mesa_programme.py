"""The programme with ordinary objects: promotion groups, who meets whom, which projects start."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from mesa_actors import TIE_FAMILIARITY, Actor, Body, Firm, Pair, Project
from plain_equations import (
    erlang_months,
    line_share,
    logistic,
    monthly,
    normal,
    novelty,
    poisson,
)

from innocluster.sim.ground.calendar import year_of
from innocluster.sim.ground.random_numbers import Process

if TYPE_CHECKING:
    from mesa_objects import ObjectModel

__all__ = [
    "Event",
    "Meeting",
    "PromotionGroup",
    "asking_pairs",
    "introduce_anybody",
    "introduce_at_random",
    "introduce_within_groups",
    "support_tasks",
]

FIELD_CAP = 200.0
PROJECT_CAP = 400.0
MANY_ROUNDS = 200


@dataclass
class Meeting:
    """Two actors brought together this month; the first may propose."""

    first: Firm
    second: Actor
    brokered: bool
    pair: Pair | None = None


@dataclass
class Event:
    """A contact event; `number` counts those of the month in its mini-cluster from 0."""

    number: int
    members: list[Firm]
    complex: int
    attending: int
    introductions: int


class PromotionGroup(mesa.Agent):
    """The programme in one complex: it has the money, holds events and pays for tasks, projects."""

    model: ObjectModel

    def __init__(
        self,
        model: ObjectModel,
        complex_: int,
        mini_clusters: list[int],
        founding_members: int,
        **accounts: Any,
    ) -> None:
        super().__init__(model)
        self.complex = complex_
        self.mini_clusters = mini_clusters
        self.founding_members = founding_members
        self.balance = 0.0
        # Since January: net of what all levels keep, and what joint R&D got of it.
        self.income = 0.0
        self.research_paid = 0.0
        self.joining_constant = -math.inf
        self.reported_benefit = 0.0
        # Members, support and what was done in each of the last two years' months.
        self.books: deque[tuple[float, float, float]] = deque(maxlen=24)
        self.__dict__.update(accounts)
        self.members: dict[int, list[Firm]] = {}

    def start(self) -> None:
        """M0: constant with which the founding members are expected by the end of the year."""
        firms = [
            firm
            for firm in self.model.firms()
            if firm.complex == self.complex and firm.mini_cluster >= 0
        ]
        scores = [(firm.joining_score(), firm.research_intensity > 0.0) for firm in firms]
        constant = -15.0
        for _ in range(MANY_ROUNDS):
            missing = self.founding_members / max(self._expected_members(constant, scores), 1e-9)
            constant = min(max(constant + math.log(max(missing, 1e-18)), -15.0), 3.0)
            if abs(missing - 1.0) < 1e-12:
                break
        self.joining_constant = constant

    def mark_cohort(self) -> None:
        """M0: the founding members' number of firms that are first in line to join."""
        month = self.model.month
        line = []
        for firm in self.model.firms():
            if firm.complex == self.complex and firm.mini_cluster >= 0:
                lowest = min(
                    self.model.draw(firm.identifier, Process.JOINING, month=month + m)[0]
                    for m in range(9)
                )
                line.append((math.log(lowest / (1.0 - lowest)) - firm.joining_score(), firm))
        line.sort(key=lambda place: place[0])
        for _, firm in line[: self.founding_members]:
            firm.cohort = True

    def _expected_members(self, constant: float, scores: list[tuple[float, bool]]) -> float:
        """Members expected after the nine months of 2005; only firms with R&D know one another."""
        p = self.model.p
        joined = [0.0] * len(scores)
        performers = max(1, sum(research for _, research in scores))
        peers = 0.0
        for _ in range(9):
            known = 0.0
            for i, (score, research) in enumerate(scores):
                hazard = logistic(constant + score + (p.joining_peers * peers if research else 0.0))
                joined[i] += (1.0 - joined[i]) * hazard - joined[i] * monthly(p.leaving_rate)
                if research:
                    known += joined[i]
            peers = known / performers
        return math.fsum(joined)

    def gather_members(self) -> None:
        """List the members of every mini-cluster in the order of sites."""
        self.members = {cluster: [] for cluster in self.mini_clusters}
        for firm in self.model.firms():
            if firm.member and firm.complex == self.complex:
                self.members[firm.mini_cluster].append(firm)

    def hold_events(self) -> list[Event]:
        """M1: contact events of the month as far as the money goes."""
        model = self.model
        p = model.p
        events: list[Event] = []
        plan = model.region.contacts[year_of(model.month)]
        planned = p.contact_scale * plan.contacts / (9 if model.month < 36 else 12)
        everywhere = math.fsum(
            len(members) ** p.contact_members_exponent
            for group in model.groups
            for members in group.members.values()
            if members
        )
        for cluster in self.mini_clusters:
            members = self.members[cluster]
            if not members:
                continue
            held = 0
            expected = planned * len(members) ** p.contact_members_exponent / everywhere
            wanted = int(expected + model.draw(cluster, Process.CONTACT_EVENT, 0)[0])
            for number in range(wanted):
                a, b, _, _ = model.draw(cluster, Process.CONTACT_EVENT, number + 1)
                formal = a < plan.formal_meetings / plan.contacts
                if not self.pay(
                    p.meeting_cost if formal else p.introduction_cost,
                    "spent_meetings" if formal else "spent_introductions",
                ):
                    continue
                attending = 1
                if formal:
                    attending = min(len(members), 1 + poisson(p.attendance - 1.0, b))
                pairs = max(1, attending // 2)
                events.append(Event(held, members, self.complex, attending, pairs))
                held += 1
                model.count("contacts", self.complex)
                if formal:
                    model.count("formal_meetings", self.complex)
        return events

    def pay(self, amount: float, account: str) -> bool:
        """Spend if there is enough."""
        if self.balance < amount:
            return False
        self.balance -= amount
        self.model.count(account, self.complex, amount)
        return True

    def has_offer(self, meeting: Meeting) -> bool:
        """M3: whether the programme may pay a project of a pair, as far as its members go."""
        b = meeting.second
        return meeting.first.member and (isinstance(b, Body) or b.member) and self.balance > 0.0

    def consider(self, meeting: Meeting, eligible: bool) -> None:
        """M2, M3, J1: let a pair that met propose, screen it, start the project."""
        model = self.model
        p, month = model.p, model.month
        a, b, pair = meeting.first, meeting.second, meeting.pair
        assert pair is not None
        if a.projects >= a.room() or b.projects >= b.room():
            return
        low, high = sorted((a.identifier, b.identifier))
        structure = 0.5 * (_credit(a, b) + _credit(b, a))
        other = a.absorption if isinstance(b, Body) else b.absorption
        value = novelty(
            1.0 - pair.similarity, p.optimal_distance, p.distance_absorption,
            0.5 * (a.absorption + other),
        )  # fmt: skip
        odds = (
            p.proposal_base
            + p.proposal_familiarity * pair.familiarity
            + p.proposal_structure * structure
            + p.proposal_distance * value
            + (p.proposal_research_body if isinstance(b, Body) else 0.0)
        )
        u, v, _, _ = model.draw(low, Process.PROPOSAL, high)
        if u >= logistic(odds + (p.proposal_subsidy if eligible else 0.0)):
            return
        if eligible:
            model.count("tasks_found", self.complex)
        trust = p.success_relational * pair.familiarity + (1.0 - p.success_relational) * structure
        success = min(
            0.95,
            p.success_low
            + (p.success_high - p.success_low) * 0.5 * trust
            + p.success_distance * value,
        )
        t, w, x, y = model.draw(low, Process.PROJECT_TERMS, high)
        third = _third_partner(a, b) if t < p.consortium_share else None
        team: tuple[Actor, ...] = (a, b) if third is None else (a, b, third)
        grant = 0.0
        if eligible:
            passes = p.screening_good if success >= 0.5 else p.screening_bad
            if model.draw(low, Process.SCREENING, high)[0] < passes:
                cost = p.project_cost * math.exp(0.6 * normal(v)) * (1.8 if third else 1.0)
                grant = min(_grant_rate(a) * cost, PROJECT_CAP if third else FIELD_CAP)
                if not self.pay(grant, "spent_research"):
                    grant = 0.0
                self.research_paid += grant
        if grant <= 0.0 and u >= logistic(odds):
            return
        duration = erlang_months(p.project_duration, (w, x, y))
        flow = grant / duration / sum(isinstance(actor, Firm) for actor in team)
        for actor in team:
            actor.projects += 1
            if isinstance(actor, Firm):
                actor.grant_flow += flow
        pair.projects += 1
        project = Project(
            team, started=month, due=month + duration,
            field=int(np.argmax(a.knowledge * b.knowledge)), success=success, novelty=value,
            grant=grant, flow=flow, draw=low, draw_partner=high,
        )  # fmt: skip
        model.projects.append(project)
        model.count("joint_projects", self.complex)
        if grant > 0.0:
            model.count("tasks", self.complex)

    def report_benefit(self) -> None:
        """M0: support of the last twelve months a member, in units of KRW 10 million."""
        year = list(self.books)[-12:]
        members = math.fsum(number for number, _, _ in year) / 12.0
        support = math.fsum(spent for _, spent, _ in year)
        self.reported_benefit = support / max(members, 1.0) / 10.0 if members > 0.0 else 0.0

    def evaluated(self, lag: int) -> tuple[float, float]:
        """Members, at least one, in the year that ended `lag` months ago; what each got done."""
        year = list(self.books)[-12 - lag : -lag or None]
        members = max(1.0, math.fsum(number for number, _, _ in year) / 12.0)
        return members, math.fsum(done for _, _, done in year) / members


def support_tasks(model: ObjectModel) -> list[Meeting]:
    """M3: small tasks of members; technology guidance brings them together with a body."""
    p = model.p
    meetings: list[Meeting] = []
    chance = p.task_rate / 12.0 * p.task_selection
    members = [firm for group in model.groups for one in group.members.values() for firm in one]
    for firm in members:
        if firm.draw(Process.TASK)[0] < p.task_rate / 12.0:
            model.count("tasks_found", firm.complex)
    asking = [firm for firm in members if firm.draw(Process.TASK)[0] < chance]
    for firm in sorted(asking, key=lambda firm: firm.draw(Process.TASK)[3]):
        _, v, w, _ = firm.draw(Process.TASK)
        bodies = model.bodies_at[firm.complex]
        group = model.groups[firm.complex]
        reserved = model.region.grants.reserved_share * group.income - group.research_paid
        if group.balance - max(reserved, 0.0) < p.task_cost:
            continue
        group.pay(p.task_cost, "spent_tasks")
        model.count("tasks", firm.complex)
        outcome = firm.draw(Process.TASK_OUTCOME)[0]
        share = line_share(firm.revenue, p.product_line_revenue)
        if outcome < p.task_solution:
            model.count("tasks_solved", firm.complex)
        if v < p.task_guidance_share and bodies:
            meetings.append(Meeting(firm, bodies[int(w * len(bodies))], brokered=True))
            if outcome < p.task_solution * p.commercial_success:
                firm.gain_transfer += p.task_gain * share
        else:
            if outcome < p.task_solution:
                firm.export_logit += p.task_export * share
            firm.link_until = model.month + int(p.task_link_months)
    return meetings


def asking_pairs(model: ObjectModel, meetings: list[Meeting]) -> list[Meeting]:
    """M2, M3: the first meeting of each pair that does R&D, in the order of a draw of its own."""
    asking = []
    for meeting in meetings:
        a, b, pair = meeting.first, meeting.second, meeting.pair
        assert pair is not None
        if pair.asked == model.month or a.research_intensity <= 0.0:
            continue
        pair.asked = model.month
        if isinstance(b, Body) or b.research_intensity > 0.0:
            low, high = sorted((a.identifier, b.identifier))
            asking.append((model.draw(low, Process.SCREENING, high)[1], meeting))
    return [meeting for _, meeting in sorted(asking, key=lambda one: one[0])]


def _credit(centre: Actor, other: Actor) -> float:
    """T2: structural credit of `other` with `centre`, Σ_h F_ih F_hj / max(1, Σ_h F_ih)."""
    paths = math.fsum(
        pair.familiarity * partner.ties[other].familiarity
        for partner, pair in centre.ties.items()
        if other in partner.ties
    )
    return paths / max(1.0, math.fsum(pair.familiarity for pair in centre.ties.values()))


def _third_partner(a: Firm, b: Actor) -> Actor | None:
    """The most familiar other partner with R&D and room, the latest acquaintance among equals."""
    best: Actor | None = None
    highest = TIE_FAMILIARITY
    for partner, pair in reversed(a.ties.items()):
        if isinstance(partner, Firm) and partner.research_intensity <= 0.0:
            continue
        if partner is b or pair.familiarity <= highest or partner.projects >= partner.room():
            continue
        best, highest = partner, pair.familiarity
    return best


def _grant_rate(firm: Firm) -> float:
    """M3: highest grant over cost, by size."""
    if firm.employees < 300.0:
        return 0.75
    return 0.60 if firm.employees < 1000.0 else 0.33


def introduce_within_groups(model: ObjectModel, events: list[Event]) -> list[Meeting]:
    """P5: those who come to an event talk in pairs, some of them with an expert nearby."""
    return [meeting for meeting, _ in _proposals(model, events)]


def _proposals(model: ObjectModel, events: list[Event]) -> list[tuple[Meeting, int]]:
    """Meetings of P5, each with the number of its event."""
    meetings: list[tuple[Meeting, int]] = []
    for event in events:
        bodies = model.bodies_at[event.complex]
        block, place = divmod(event.number, 4)
        eagerness = {firm: firm.draw(Process.ATTENDANCE, block)[place] for firm in event.members}
        coming = sorted(event.members, key=eagerness.__getitem__)[: max(2, event.attending)]
        for n in range(event.introductions):
            if 2 * n >= len(coming):
                break
            firm = coming[2 * n]
            neighbour = coming[2 * n + 1] if 2 * n + 1 < len(coming) else None
            u, v, _, _ = firm.draw(Process.EXPERT, event.number)
            partner: Actor | None = neighbour
            if bodies and (u < model.p.expert_share or neighbour is None):
                partner = bodies[int(v * len(bodies))]
            if partner is not None:
                meetings.append((Meeting(firm, partner, brokered=True), event.number))
    return meetings


def introduce_at_random(
    model: ObjectModel, events: list[Event], anywhere: bool = False
) -> list[Meeting]:
    """P2: those who propose under P5 meet anybody of their complex, experts as under P5.

    `anywhere`, P2A: members and research bodies of any complex.
    """
    members = [firm for group in model.groups for one in group.members.values() for firm in one]
    bodies = [body for one in model.bodies_at for body in one]
    meetings = []
    for meeting, number in _proposals(model, events):
        firm, partner = meeting.first, meeting.second
        u, v, _, _ = firm.draw(Process.RANDOM_PARTNER, number)
        if isinstance(partner, Body):
            partner = bodies[int(v * len(bodies))] if anywhere else partner
        else:
            others = [
                one
                for one in members
                if one is not firm and (anywhere or one.complex == firm.complex)
            ]
            partner = others[int(u * len(others))]
        meetings.append(Meeting(firm, partner, brokered=True))
    return meetings


def introduce_anybody(model: ObjectModel, events: list[Event]) -> list[Meeting]:
    """P2E: as many pairs, drawn from all members and research bodies."""
    meetings: list[Meeting] = []
    members = [firm for group in model.groups for one in group.members.values() for firm in one]
    bodies = [body for one in model.bodies_at for body in one]
    for n in range(sum(event.introductions for event in events)):
        a, b, d, e = model.draw(n, Process.POLICY)
        drawn = int(a * len(members))
        others = members[:drawn] + members[drawn + 1 :]
        if b < model.p.expert_share and bodies:
            meetings.append(Meeting(members[drawn], bodies[int(d * len(bodies))], brokered=True))
        elif others:
            meetings.append(Meeting(members[drawn], others[int(e * len(others))], brokered=True))
    return meetings


INTRODUCTIONS: dict[str, Any] = {
    "P2": introduce_at_random,
    "P2A": partial(introduce_at_random, anywhere=True),
    "P2E": introduce_anybody,
    "P5": introduce_within_groups,
}
