"""What a coordinator expects of bringing two actors together this month (section 10).

From the same rules that the phases use: information for both (T3), a joint project
that may start and succeed (M2, M3, J1), for a research body the licences of the
months of contact (U2, U3), less working time.  Left out, because nobody plans on
it: what a meeting teaches (K2), spillovers between acquainted firms (F4), sales
taken from others (D1), R&D that partners start (F3), third partners, same-field
duplication, closures, and that other meetings follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.expected_worth import (
    gain_worth,
    lasting_months,
    licence_exposure,
    start_probability,
    time_worth,
)
from innocluster.agents.firms import line_share
from innocluster.agents.knowledge import dot, novelty_value
from innocluster.agents.records import Record
from innocluster.agents.relations import (
    familiarity_step,
    information_gain,
    joint_gain,
    proposal_probability,
    success_probability,
)
from innocluster.agents.research_bodies import ResearchBodyTable
from innocluster.sim.coordination.policy import CoordinationView
from innocluster.sim.ground.forms import Forms
from innocluster.sim.ground.parameter_record import Parameters
from innocluster.sim.innovation.projects import Shelf
from innocluster.sim.innovation.proposals import project_room
from innocluster.sim.innovation.technology import meetings_kept, monthly_rate
from innocluster.sim.network.information import (
    kept_back,
    news_of_pair,
    told_part,
)
from innocluster.sim.network.pairs import BODY, find_pair

from .candidates import Roster, signalled_pair
from .ties import Ties

__all__ = [
    "Prospects",
    "prospects",
    "surplus_of_pairs",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Prospects(Record):
    """What the programme knows of the members of a roster from its own books.

    Attributes
    ----------
    passes_good, passes_bad : chances that a good and a bad project get a grant
    wage : (n,) KRW million a month of 2003
    performs : (n,) whether it does R&D
    free : (n,) joint projects that it still has room for
    body_free : (B,) the same for research bodies
    offer : (B, D) quality of licences on offer by field, at a look, as far as the
        transfer office gets round to them
    """

    passes_good: float
    passes_bad: float
    wage: Floats
    performs: NDArray[np.bool_]
    free: Integers
    body_free: Integers
    offer: NDArray[np.float32]


def prospects(view: CoordinationView, roster: Roster) -> Prospects:
    """The programme's books on the members of a roster, as last month left them."""
    firms, bodies, shelf = view.state.firms, view.state.bodies, view.state.shelf
    rows = roster.rows
    offer = _offers(view.month, view.parameters, bodies, shelf)
    return Prospects(
        *view.screening, firms.wage[rows], firms.research_intensity[rows] > 0.0,
        _room(roster.employees, view.parameters.large_firm) - firms.projects[rows],
        bodies.project_capacity.astype(np.int64) - bodies.projects, offer,
    )  # fmt: skip


@compiled
def _room(employees: Floats, large_firm: float) -> Integers:
    room = np.empty(employees.size, np.int64)
    for i in range(employees.size):
        room[i] = project_room(employees[i], large_firm)
    return room


@compiled
def _offers(
    month: int, p: Parameters, bodies: ResearchBodyTable, shelf: Shelf
) -> NDArray[np.float32]:
    """Quality on the shelf over the slots a firm may look at, less what the office cannot handle.

    An office that is on the way to its capacity signs a further licence only in
    place of another; January still shows the whole last year.
    """
    elapsed = month % 12 if month % 12 > 0 else 12
    offer = np.zeros(bodies.knowledge.shape)
    for b in range(bodies.inventions.size):
        filled = min(bodies.inventions[b], shelf.born.shape[1])
        pace = bodies.licences_year[b] * 12.0 / elapsed
        capacity = bodies.transfer_capacity[b]
        idle = max(0.0, 1.0 - pace / capacity) if capacity > 0.0 else 0.0
        for slot in range(filled):
            quality = shelf.quality[b, slot]
            if quality > 0.0 and month - shelf.born[b, slot] <= p.shelf_life:
                offer[b, shelf.field[b, slot]] += idle * quality / filled
    return offer.astype(np.float32)


@compiled
def _information(
    p: Parameters,
    forms: Forms,
    roster: Roster,
    a: int,
    b: int,
    similarity: float,
    told: float,
) -> tuple[float, float]:
    """T3: expected gain of both firms from what they tell each other.

    How much a firm has learned in other meetings nobody but the firm knows, so
    that it is left out here.

    Parameters
    ----------
    told : part of all their news that two who are no rivals tell
    """
    same_sector = roster.sector[a] == roster.sector[b]
    same_niche = roster.niche[a] == roster.niche[b]
    told *= 1.0 - kept_back(p, forms, same_sector, same_niche, similarity)
    own = information_gain(
        p.information_gain, roster.absorption[a], roster.advantage[a], roster.advantage[b],
        similarity, told, line_share(roster.revenue[a], p.product_line_revenue), 1.0,
    )  # fmt: skip
    other = information_gain(
        p.information_gain, roster.absorption[b], roster.advantage[b], roster.advantage[a],
        similarity, told, line_share(roster.revenue[b], p.product_line_revenue), 1.0,
    )  # fmt: skip
    return own, other


@compiled
def _success(
    p: Parameters,
    outlook: Prospects,
    omega: float,
    familiarity: float,
    structure: float,
    is_body: bool,
) -> float:
    """M2, M3, J1: chance that a joint project starts this month and will succeed."""
    trust_term = p.proposal_familiarity * familiarity
    structure_term = p.proposal_structure * structure
    novelty_term = p.proposal_distance * omega
    body_term = p.proposal_research_body if is_body else 0.0
    aided = proposal_probability(
        p.proposal_base, trust_term, structure_term, novelty_term, body_term, p.proposal_subsidy
    )
    unaided = proposal_probability(
        p.proposal_base, trust_term, structure_term, novelty_term, body_term, 0.0
    )
    chance = success_probability(
        p.success_low, p.success_high, p.success_relational, familiarity, structure, omega,
        p.success_distance, p.success_ceiling,
    )  # fmt: skip
    passes = outlook.passes_good if chance >= p.good_project else outlook.passes_bad
    return start_probability(aided, unaided, passes) * chance


@compiled
def _research(
    p: Parameters,
    roster: Roster,
    outlook: Prospects,
    a: int,
    b: int,
    similarity: float,
    familiarity: float,
    structure: float,
) -> tuple[float, float]:
    """J1: expected gain of both sides from a joint project, nothing where one has no room.

    Parameters
    ----------
    b : place in the roster, or `BODY` + row of a research body, which takes part with the
        absorptive capacity of the firm
    familiarity, structure : trust after the meeting, and that of third parties
    """
    is_body = b >= BODY
    peer = a if is_body else b
    has_room = (
        outlook.body_free[b - BODY] > 0 if is_body else outlook.performs[b] and outlook.free[b] > 0
    )
    if not (has_room and outlook.performs[a] and outlook.free[a] > 0):
        return 0.0, 0.0
    omega = novelty_value(
        1.0 - similarity,
        p.optimal_distance,
        p.distance_absorption,
        0.5 * (roster.absorption[a] + roster.absorption[peer]),
    )
    wins = _success(p, outlook, omega, familiarity, structure, is_body)
    line = line_share(roster.revenue[a], p.product_line_revenue)
    other_line = line_share(roster.revenue[peer], p.product_line_revenue)
    own = wins * joint_gain(p.joint_gain, p.joint_gain_base, omega, roster.absorption[a], line)
    other = wins * joint_gain(
        p.joint_gain, p.joint_gain_base, omega, roster.absorption[peer], other_line
    )
    return own, other


@compiled
def _licences(
    p: Parameters,
    roster: Roster,
    outlook: Prospects,
    a: int,
    body: int,
    before: float,
    after: float,
) -> float:
    """U2, U3: expected gain of a firm from the licences that a contact adds.

    Parameters
    ----------
    before, after : familiarity without this month's step and with it
    """
    absorption, knowledge = roster.absorption[a], roster.knowledge[a]
    if absorption <= 0.0:
        return 0.0
    # Quality on offer in the fields of the firm.
    overlap = dot(knowledge, outlook.offer[body]) / np.sqrt(dot(knowledge, knowledge))
    decay = p.familiarity_decay
    added = licence_exposure(after, decay, p.contact_familiarity, p.licence_familiarity)
    added -= licence_exposure(
        (1.0 - decay) * before, decay, p.contact_familiarity, p.licence_familiarity
    )
    licensed = p.licence_hazard * absorption * overlap * added
    gain: float = licensed * p.licence_success * p.transfer_gain
    return line_share(roster.revenue[a], p.product_line_revenue) * gain


@compiled
def surplus_of_pairs(
    view: CoordinationView,
    p: Parameters,
    forms: Forms,
    roster: Roster,
    bodies: ResearchBodyTable,
    known: Ties,
    outlook: Prospects,
    first: Codes,
    second: Codes,
    structure: Floats,
) -> Floats:
    """Expected gain of bringing each pair together this month, KRW million of sales.

    At the distance that the roster's coordinator is signalled and at today's
    sales; gains last as long as they take to become obsolete (δ_Z, δ_M).  A grant is on
    offer to members, whose money is spent in any case.

    Parameters
    ----------
    first, second : (n,) places in the roster; `second` may be `BODY` + row
    structure : (n,) trust of third parties in each pair, T2; zeros where nobody knows it

    Returns
    -------
    (n,) KRW million
    """
    pairs = known.pairs
    months = lasting_months(monthly_rate(p.innovation_depreciation))
    talk_months = lasting_months(1.0 - meetings_kept(p, forms))
    result = np.empty(first.size)
    for n in range(first.size):
        a: Any = np.int64(first[n])
        b: Any = np.int64(second[n])
        is_body = b >= BODY
        code: Any = b if is_body else np.int64(roster.rows[b])
        distance, _ = signalled_pair(view.key, roster, bodies, a, b)
        member: Any = np.int64(roster.rows[a])
        row = find_pair(member, code, pairs)
        before = 0.0
        meetings = 1
        news = 1.0
        if row >= 0 and (known.everything == 1 or pairs.brokered[row] > 0):
            before = pairs.familiarity[row]
            meetings += pairs.meetings[row] if known.everything == 1 else pairs.brokered[row]
            news = news_of_pair(row, view.month, p.news_refresh, pairs)
        after = familiarity_step(before, p.familiarity_decay, p.familiarity_meeting)
        gain, other_gain = _research(p, roster, outlook, a, b, 1.0 - distance, after, structure[n])
        worth = -time_worth(p.attendance_days, outlook.wage[a], p.working_days)
        if is_body:
            gain += _licences(p, roster, outlook, a, b - BODY, before, after)
        else:
            told = told_part(p, forms, before, news, meetings)
            heard, other_heard = _information(p, forms, roster, a, b, 1.0 - distance, told)
            worth += gain_worth(heard, roster.revenue[a], p.substitution, talk_months)
            worth += gain_worth(other_heard, roster.revenue[b], p.substitution, talk_months)
            worth += gain_worth(other_gain, roster.revenue[b], p.substitution, months)
            worth -= time_worth(p.attendance_days, outlook.wage[b], p.working_days)
        worth += gain_worth(gain, roster.revenue[a], p.substitution, months)
        result[n] = worth
    return result
