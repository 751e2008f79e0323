"""Inventions, licences and their commercialisation (U1-U4)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.firms import FirmTable, line_share
from innocluster.agents.knowledge import Knowledge, dot
from innocluster.agents.relations import erlang_months
from innocluster.agents.research_bodies import (
    ResearchBodyTable,
    applied_share_step,
    invention_quality,
    inventions_mean,
    licence_probability,
    poisson_count,
)

from ..ground.counts import Counts
from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms
from ..network.pairs import BODY, PairTable
from .projects import LicenceTable, Shelf
from .technology import monthly_rate

__all__ = ["commercialise", "invent", "sign_licences"]

_INVENTION = int(Process.INVENTION)
_LICENCE = int(Process.LICENCE)
_LICENCE_OUTCOME = int(Process.LICENCE_OUTCOME)
LICENCE_STAGES = 2
"""Erlang stages from a licence to its outcome, U3."""


@compiled
def invent(
    key: NDArray[np.uint64], month: int, p: Parameters, bodies: ResearchBodyTable, shelf: Shelf
) -> int:
    """U1, U4: new inventions go on the shelf; the applied share drifts; returns their number."""
    made = 0
    drift = monthly_rate(p.applied_drift)
    slots = shelf.born.shape[1]
    for b in range(bodies.count):
        if month % 12 == 0:
            bodies.licences_year[b] = 0.0
        mean = inventions_mean(
            p.invention_rate / 12.0, bodies.researchers[b], bodies.applied_share[b]
        )
        u, _, _, _ = uniforms(key, bodies.identifier[b], month, _INVENTION, 0)
        for n in range(poisson_count(mean, u)):
            v, w, _, _ = uniforms(key, bodies.identifier[b], month, _INVENTION, n + 1)
            slot = bodies.inventions[b] % slots
            shelf.born[b, slot] = month
            shelf.field[b, slot] = _field_of_invention(v, bodies.knowledge[b])
            shelf.quality[b, slot] = invention_quality(w, p.invention_spread)
            bodies.inventions[b] += 1
            made += 1
        contracts = bodies.projects[b] / max(1, bodies.project_capacity[b])
        bodies.applied_share[b] = applied_share_step(
            bodies.applied_share[b], bodies.applied_reference[b], contracts, drift
        )
    return made


@inlined
def _field_of_invention(v: float, knowledge: Knowledge) -> int:
    """U1: field drawn in proportion to what the body knows of each."""
    total = 0.0
    for f in range(knowledge.size):
        total += knowledge[f]
    chosen = 0
    level = np.float64(knowledge[0])
    while level < v * total and chosen < knowledge.size - 1:
        chosen += 1
        level += knowledge[chosen]
    return chosen


@compiled
def sign_licences(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    pairs: PairTable,
    shelf: Shelf,
    licences: LicenceTable,
    counts: Counts,
) -> int:
    """U2: firms in contact with a research body look at one of its inventions a month.

    A licence is exclusive and takes the invention off the shelf.  Which slot a
    firm looks at is drawn over the whole shelf, so that a slot emptied by one
    firm does not move the others' view.  Returns the licences in the table;
    `counts` is added to.
    """
    count = licences.count
    # Picked out first, without branches that nobody can foresee.
    contacts = np.empty(pairs.count, np.int32)
    found = 0
    for row in range(pairs.count):
        contacts[found] = row
        found += (pairs.second[row] >= BODY) & (pairs.familiarity[row] >= p.contact_familiarity)
    for n in range(found):
        row = contacts[n]
        i: Any = np.int64(pairs.first[row])
        b: Any = np.int64(pairs.second[row] - BODY)
        absorption = firms.absorption[i]
        if absorption <= 0.0 or bodies.licences_year[b] >= bodies.transfer_capacity[b]:
            continue
        filled = min(bodies.inventions[b], shelf.born.shape[1])
        if filled == 0 or count >= licences.firm.size:
            continue
        u, v, w, x = uniforms(key, firms.identifier[i], month, _LICENCE, bodies.identifier[b])
        # The overlap is at most 1 and the chance below the hazard: most pairs end here.
        familiarity = np.float64(pairs.familiarity[row])
        if v >= p.licence_hazard * absorption * (1.0 + p.licence_familiarity * familiarity):
            continue
        slot = int(u * filled)
        quality = shelf.quality[b, slot]
        if quality <= 0.0 or month - shelf.born[b, slot] > p.shelf_life:
            continue
        overlap = _overlap(firms.knowledge[i], shelf.field[b, slot])
        if v >= licence_probability(
            p.licence_hazard, absorption, overlap, p.licence_familiarity, familiarity
        ):
            continue
        t, _, _, _ = uniforms(
            key, firms.identifier[i], month, _LICENCE_OUTCOME, bodies.identifier[b]
        )
        licences.firm[count] = i
        licences.body[count] = b
        licences.due[count] = month + erlang_months(LICENCE_STAGES, p.licence_lag, (w, x, 1.0, 1.0))
        licences.quality[count] = quality
        licences.succeeds[count] = 1 if t < p.licence_success else 0
        count += 1
        shelf.quality[b, slot] = 0.0
        bodies.licences_year[b] += 1.0
        firms.cash[i] -= p.licence_fee
        bodies.income[b] += p.licence_fee
        counts.signed[firms.complex[i]] += 1
    return count


@inlined
def _overlap(knowledge: Knowledge, field: int) -> float:
    """U2: cosine between what a firm knows and one technology field."""
    overlap: float = np.float64(knowledge[field]) / np.sqrt(dot(knowledge, knowledge))
    return overlap


@compiled
def commercialise(
    month: int,
    p: Parameters,
    firms: FirmTable,
    bodies: ResearchBodyTable,
    licences: LicenceTable,
    counts: Counts,
) -> int:
    """U3: licences that are due raise productivity or lapse; returns the number that go on.

    Success adds z_T·q on the product line it touches, and a royalty on the sales
    that it brings.  `counts` is added to.
    """
    kept = 0
    for n in range(licences.count):
        i = licences.firm[n]
        if firms.alive[i] == 0:
            continue
        if licences.due[n] > month:
            licences.firm[kept] = i
            licences.body[kept] = licences.body[n]
            licences.due[kept] = licences.due[n]
            licences.quality[kept] = licences.quality[n]
            licences.succeeds[kept] = licences.succeeds[n]
            kept += 1
            continue
        if licences.succeeds[n] == 0:
            continue
        share = line_share(firms.revenue[i], p.product_line_revenue)
        gain = p.transfer_gain * licences.quality[n] * share
        firms.gain_transfer[i] += gain
        owed = p.royalty_rate * (p.substitution - 1.0) * gain
        firms.royalty[i] += owed
        bodies.income[licences.body[n]] += owed * firms.revenue[i]
        counts.succeeded[firms.complex[i]] += 1
    return kept
