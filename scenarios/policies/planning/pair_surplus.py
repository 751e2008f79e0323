"""What a coordinator expects of bringing two actors together this month (section 10).

From the same rules that the phases use: information for both (T3), a joint project
that may start and succeed (M2, M3, J1), for a research body the licences of the
months of contact (U2, U3), less working time.  Left out, because nobody plans on
it: what a meeting teaches (K2), spillovers between acquainted firms (F4), third
partners, same-field duplication, closures, and that other meetings follow.
"""

from __future__ import annotations

from typing import Any, NamedTuple

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
from innocluster.agents.knowledge import cosine, dot, novelty_value
from innocluster.agents.relations import (
    familiarity_step,
    information_gain,
    joint_gain,
    proposal_probability,
    success_probability,
)
from innocluster.sim.coordination.policy import CoordinationView
from innocluster.sim.ground.parameter_record import Parameters
from innocluster.sim.innovation.proposals import GOOD_PROJECT, project_room
from innocluster.sim.innovation.technology import monthly_rate
from innocluster.sim.innovation.transfer import CONTACT_FAMILIARITY
from innocluster.sim.network.pairs import BODY, find_pair

from .candidates import Experts, Roster, signalled_distance
from .ties import Ties

__all__ = [
    "Prospects",
    "prospects",
    "surplus_of_pairs",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Small = NDArray[np.int16]
Integers = NDArray[np.int64]


class Prospects(NamedTuple):
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
    offer = _offers(
        view.month, view.parameters, bodies.inventions, bodies.licences_year,
        bodies.transfer_capacity, shelf.born, shelf.field, shelf.quality,
        bodies.knowledge.shape[1],
    )  # fmt: skip
    return Prospects(
        *view.screening, firms.wage[rows], firms.research_intensity[rows] > 0.0,
        _room(roster.employees) - firms.projects[rows],
        bodies.project_capacity.astype(np.int64) - bodies.projects, offer,
    )  # fmt: skip


@compiled
def _room(employees: Floats) -> Integers:
    room = np.empty(employees.size, np.int64)
    for i in range(employees.size):
        room[i] = project_room(employees[i])
    return room


@compiled
def _offers(
    month: int,
    p: Parameters,
    inventions: Codes,
    licences_year: Floats,
    capacity: Floats,
    born: Small,
    field: Small,
    quality: Floats,
    fields: int,
) -> NDArray[np.float32]:
    """Quality on the shelf over the slots a firm may look at, less what the office cannot handle.

    An office that is on the way to its capacity signs a further licence only in
    place of another; January still shows the whole last year.
    """
    elapsed = month % 12 if month % 12 > 0 else 12
    offer = np.zeros((inventions.size, fields))
    for b in range(inventions.size):
        filled = min(inventions[b], born.shape[1])
        pace = licences_year[b] * 12.0 / elapsed
        idle = max(0.0, 1.0 - pace / capacity[b]) if capacity[b] > 0.0 else 0.0
        for slot in range(filled):
            if quality[b, slot] > 0.0 and month - born[b, slot] <= p.shelf_life:
                offer[b, field[b, slot]] += idle * quality[b, slot] / filled
    return offer.astype(np.float32)


@compiled
def _information(
    p: Any,
    absorption: float,
    other_absorption: float,
    advantage: float,
    other_advantage: float,
    similarity: float,
    same_sector: bool,
    meetings: int,
    line: float,
    other_line: float,
) -> tuple[float, float]:
    """T3: expected gain of both firms from what they tell each other.

    How much a firm has learned in other meetings nobody but the firm knows, so
    that it is left out here.
    """
    rivalry = similarity * similarity if same_sector else 0.0
    own = information_gain(
        p.information_gain, absorption, advantage, other_advantage, similarity, rivalry,
        meetings, line, 1.0,
    )  # fmt: skip
    other = information_gain(
        p.information_gain, other_absorption, other_advantage, advantage, similarity, rivalry,
        meetings, other_line, 1.0,
    )  # fmt: skip
    return p.information_probability * own, p.information_probability * other


@compiled
def _success(
    p: Any,
    omega: float,
    familiarity: float,
    structure: float,
    is_body: bool,
    passes_good: float,
    passes_bad: float,
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
        p.success_distance,
    )  # fmt: skip
    passes = passes_good if chance >= GOOD_PROJECT else passes_bad
    return start_probability(aided, unaided, passes) * chance


@compiled
def _licensed(p: Any, absorption: float, overlap: float, before: float, after: float) -> float:
    """U2, U3: expected gain of a firm from the licences that a contact adds, per line.

    Parameters
    ----------
    overlap : quality on offer in the fields of the firm
    before, after : familiarity without this month's step and with it
    """
    decay = p.familiarity_decay
    added = licence_exposure(after, decay, CONTACT_FAMILIARITY, p.licence_familiarity)
    added -= licence_exposure(
        (1.0 - decay) * before, decay, CONTACT_FAMILIARITY, p.licence_familiarity
    )
    licensed = p.licence_hazard * absorption * overlap * added
    gain: float = licensed * p.licence_success * p.transfer_gain
    return gain


@compiled
def surplus_of_pairs(
    key: NDArray[np.uint64],
    p: Parameters,
    roster: Roster,
    bodies: Experts,
    known: Ties,
    outlook: Prospects,
    first: Codes,
    second: Codes,
    structure: Floats,
) -> Floats:
    """Expected gain of bringing each pair together this month, KRW million of sales.

    At the distance that the roster's coordinator is signalled and at today's
    sales; gains last as long as they take to become obsolete (δ_Z).  A grant is on
    offer to members, whose money is spent in any case.

    Parameters
    ----------
    first, second : (n,) places in the roster; `second` may be `BODY` + row
    structure : (n,) trust of third parties in each pair, T2; zeros where nobody knows it

    Returns
    -------
    (n,) KRW million
    """
    # Arrays are taken out of their tuples once: doing so in the loop costs more than the rest.
    rows, absorption, advantage = roster.rows, roster.absorption, roster.advantage
    revenue, sector, knowledge = roster.revenue, roster.sector, roster.knowledge
    identifier, body_identifier = roster.identifier, bodies.identifier
    body_knowledge, offer, wage = bodies.knowledge, outlook.offer, outlook.wage
    performs, free, body_free = outlook.performs, outlook.free, outlook.body_free
    pair_first, pair_second, familiarity = known.first, known.second, known.familiarity
    slots, met, brokered = known.slots, known.meetings, known.brokered
    months = lasting_months(monthly_rate(p.innovation_depreciation))
    result = np.empty(first.size)
    for n in range(first.size):
        a: Any = np.int64(first[n])
        b: Any = np.int64(second[n])
        is_body = b >= BODY
        body = b - BODY
        # A research body takes part with the absorptive capacity of the firm.
        peer = a if is_body else b
        other = body_knowledge[body] if is_body else knowledge[b]
        other_identifier = body_identifier[body] if is_body else identifier[b]
        code: Any = b if is_body else np.int64(rows[b])
        similarity = 1.0 - signalled_distance(
            key,
            roster.month,
            min(identifier[a], other_identifier),
            max(identifier[a], other_identifier),
            1.0 - cosine(knowledge[a], other),
            roster.noise_research if is_body else roster.noise,
        )
        row = find_pair(rows[a], code, pair_first, pair_second, familiarity, slots)
        before = 0.0
        meetings = 1
        if row >= 0 and (known.everything == 1 or brokered[row] > 0):
            before = familiarity[row]
            meetings += met[row] if known.everything == 1 else brokered[row]
        after = familiarity_step(before, p.familiarity_decay, p.familiarity_meeting)
        line = line_share(revenue[a], p.product_line_revenue)
        other_line = line_share(revenue[peer], p.product_line_revenue)
        gain = 0.0
        other_gain = 0.0
        has_room = body_free[body] > 0 if is_body else performs[b] and free[b] > 0
        if has_room and performs[a] and free[a] > 0:
            omega = novelty_value(
                1.0 - similarity,
                p.optimal_distance,
                p.distance_absorption,
                0.5 * (absorption[a] + absorption[peer]),
            )
            wins = _success(
                p,
                omega,
                after,
                structure[n],
                is_body,
                outlook.passes_good,
                outlook.passes_bad,
            )
            gain += wins * joint_gain(p.joint_gain, omega, absorption[a], line)
            other_gain += wins * joint_gain(p.joint_gain, omega, absorption[peer], other_line)
        if is_body:
            if absorption[a] > 0.0:
                overlap = dot(knowledge[a], offer[body]) / np.sqrt(dot(knowledge[a], knowledge[a]))
                gain += line * _licensed(p, absorption[a], overlap, before, after)
        else:
            told, other_told = _information(
                p,
                absorption[a],
                absorption[b],
                advantage[a],
                advantage[b],
                similarity,
                sector[a] == sector[b],
                meetings,
                line,
                other_line,
            )
            gain += told
            other_gain += other_told
        worth = gain_worth(gain, revenue[a], p.substitution, months)
        worth -= time_worth(p.attendance_days, wage[a])
        if not is_body:
            worth += gain_worth(other_gain, revenue[b], p.substitution, months)
            worth -= time_worth(p.attendance_days, wage[b])
        result[n] = worth
    return result
