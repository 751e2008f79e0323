"""Plans of introductions: candidates, matching, and what a plan leaves to the usual rule."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.coordination.policy import CoordinationView, Introductions
from innocluster.sim.network.pairs import BODY

from .b_matching import greedy_b_matching, planned_b_matching
from .candidates import ANYWHERE, OWN_COMPLEX, Roster
from .pair_surplus import prospects, surplus_of_pairs
from .shortlists import best_of_each, candidates_of_members
from .ties import ties, trust_of_pairs

__all__ = [
    "Plan",
    "fill_places",
    "places_of_complexes",
    "plan_by_surplus",
    "plan_introductions",
]

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """Pairs to be introduced, in falling order of surplus; kept in the policy's memory.

    Attributes
    ----------
    known_month : month of the report that it rests on
    first, second : actors, as in `Introductions`
    first_identifier, second_identifier : firms that stood in those rows, -1 for research bodies
    surplus : KRW million that the planner expected of each
    candidates : pairs that it looked at
    """

    known_month: int
    first: Codes
    second: Codes
    first_identifier: Integers
    second_identifier: Integers
    surplus: Floats
    candidates: int

    def next(self, view: CoordinationView, places: int) -> tuple[Introductions, Plan]:
        """Best pairs that are left and fit into a month, and the plan that remains.

        Pairs of which a side is no member any more are struck off; what somebody has
        no time for this month waits.
        """
        firms = view.state.firms
        is_body = self.second >= BODY
        partner = np.where(is_body, 0, self.second)
        there = firms.identifier[self.first] == self.first_identifier
        there &= firms.member[self.first] == 1
        there &= is_body | (
            (firms.identifier[partner] == self.second_identifier) & (firms.member[partner] == 1)
        )
        rows = firms.identifier.size
        right = np.where(is_body, self.second - BODY + rows, self.second)
        due = greedy_b_matching(
            self.first, right, np.where(there, self.surplus, 0.0), _room(view, rows, 1), places
        )
        left = there & ~due
        rest = replace(
            self,
            first=self.first[left],
            second=self.second[left],
            first_identifier=self.first_identifier[left],
            second_identifier=self.second_identifier[left],
            surplus=self.surplus[left],
        )
        return Introductions(self.first[due], self.second[due]), rest


def _room(view: CoordinationView, firms: int, months: int) -> Integers:
    """Introductions that each of some firms, and then each research body, has time for."""
    return np.concatenate(
        (
            np.full(firms, int(view.parameters.matching_capacity) * months),
            view.state.bodies.project_capacity.astype(np.int64) * months,
        )
    )


def plan_introductions(
    view: CoordinationView,
    roster: Roster,
    first: Codes,
    second: Codes,
    gain: Floats,
    months: int,
    places: Integers,
) -> Plan:
    """Introductions that a plan makes: b-matching among the best candidates of every member.

    Parameters
    ----------
    first, second : (n,) candidates as `candidates_of_members` gives them
    gain : (n,) what each is worth
    months : time that the plan is for
    places : introductions at most, one number or (C,) of every complex, within which
        the candidates then lie
    """
    values, members = view.parameters, roster.rows.size
    first, second, worth = best_of_each(first, second, gain, int(values.shortlist_pairs) * months)
    right = np.where(second >= BODY, second - BODY + members, second)
    room = _room(view, members, months)
    taken = []
    for c, limit in enumerate(places.tolist()):
        part = np.flatnonzero(roster.complex[first] == c) if places.size > 1 else slice(None)
        chosen = planned_b_matching(first[part], right[part], worth[part], room, limit)
        taken.append(np.arange(first.size)[part][chosen])
    pairs = np.concatenate(taken)
    pairs = pairs[np.argsort(-worth[pairs], kind="stable")]
    first, second = first[pairs], second[pairs]
    is_body = second >= BODY
    partner = np.where(is_body, 0, second)
    return Plan(
        known_month=roster.month,
        first=roster.rows[first],
        second=np.where(is_body, second, roster.rows[partner]),
        first_identifier=roster.identifier[first],
        second_identifier=np.where(is_body, -1, roster.identifier[partner]),
        surplus=worth[pairs],
        candidates=gain.size,
    )


def plan_by_surplus(
    view: CoordinationView, roster: Roster, everything: bool, months: int, places: Integers
) -> Plan:
    """Plan of a coordinator for the coming months by what the model expects of each pair.

    Parameters
    ----------
    everything : whether it knows all ties, as in `Ties`
    months, places : as for `plan_introductions`
    """
    values, state = view.parameters, view.state
    scope = ANYWHERE if places.size == 1 else OWN_COMPLEX
    looks = _looks(view, roster)
    expert_looks = np.rint(values.expert_share * looks).astype(np.int64)
    first, second = candidates_of_members(view, scope, looks - expert_looks, expert_looks, roster)
    known = ties(view, everything)
    trust = trust_of_pairs(known, state.firms.identifier.size, roster.rows, first, second)
    gain = surplus_of_pairs(
        view, values, view.forms, roster, state.bodies, known, prospects(view, roster), first,
        second, trust,
    )  # fmt: skip
    return plan_introductions(view, roster, first, second, gain, months, places)


def _looks(view: CoordinationView, roster: Roster) -> Integers:
    """Candidates that a planner looks at for each member, (n,).

    On average as many as anybody looks at for an introduction, for each that a member
    has time for in a month, but in proportion to its absorptive capacity times the
    sales of the line that an introduction touches: what it gains scales with both,
    and so does the care for it.
    """
    mean = view.parameters.candidate_pairs * view.parameters.matching_capacity
    line = np.minimum(roster.revenue, view.parameters.product_line_revenue / 12.0)
    stake = roster.absorption * line
    total = float(stake.sum())
    share = stake * (stake.size / total) if total > 0.0 else np.zeros(stake.size)
    looks: Integers = np.rint(mean * share).astype(np.int64)
    return looks


def places_of_complexes(view: CoordinationView) -> Integers:
    """Introductions that the events of every complex can make this month, (C,)."""
    return np.bincount(
        view.cluster_complex[view.event_cluster],
        weights=view.event_introductions,
        minlength=view.body_start.size - 1,
    ).astype(np.int64)


def fill_places(
    view: CoordinationView, planned: Introductions, usual: Introductions
) -> Introductions:
    """Planned introductions, then usual ones for the places left, evenly over all events."""
    left = view.places - planned.first.size
    if left <= 0:
        return planned
    number = usual.first.size
    taken = np.arange(min(left, number)) * number // max(min(left, number), 1)
    return Introductions(
        np.concatenate((planned.first, usual.first[taken])),
        np.concatenate((planned.second, usual.second[taken])),
    )
