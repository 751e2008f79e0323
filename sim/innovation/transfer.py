"""Inventions, licences and their commercialisation (U1-U4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import line_share
from innocluster.agents.knowledge import Knowledge, dot
from innocluster.agents.relations import erlang_months
from innocluster.agents.research_bodies import (
    applied_share_step,
    invention_quality,
    inventions_mean,
    licence_probability,
    poisson_count,
)

from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, uniforms
from ..network.pairs import BODY

__all__ = ["CONTACT_FAMILIARITY", "commercialise", "invent", "sign_licences"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Small = NDArray[np.int16]
Flags = NDArray[np.int8]
Codes = NDArray[np.int32]
Integers = NDArray[np.int64]

_INVENTION = int(Process.INVENTION)
_LICENCE = int(Process.LICENCE)
_LICENCE_OUTCOME = int(Process.LICENCE_OUTCOME)
# A firm and a body count as in contact until a single meeting has faded for five years.
CONTACT_FAMILIARITY = 0.03


@compiled
def invent(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    identifier: Integers,
    researchers: Floats,
    applied_share: Floats,
    applied_reference: Floats,
    project_room: Small,
    projects: Small,
    knowledge: Knowledge,
    inventions: Codes,
    licences_year: Floats,
    born: Small,
    field: Small,
    quality: Floats,
) -> int:
    """U1, U4: new inventions go on the shelf; the applied share drifts; returns their number."""
    made = 0
    slots = born.shape[1]
    for b in range(identifier.size):
        if month % 12 == 0:
            licences_year[b] = 0.0
        mean = inventions_mean(p.invention_rate / 12.0, researchers[b], applied_share[b])
        u, _, _, _ = uniforms(key, identifier[b], month, _INVENTION, 0)
        total = 0.0
        for f in range(knowledge.shape[1]):
            total += knowledge[b, f]
        for n in range(poisson_count(mean, u)):
            v, w, _, _ = uniforms(key, identifier[b], month, _INVENTION, n + 1)
            slot = inventions[b] % slots
            chosen = 0
            level = np.float64(knowledge[b, 0])
            while level < v * total and chosen < knowledge.shape[1] - 1:
                chosen += 1
                level += knowledge[b, chosen]
            born[b, slot] = month
            field[b, slot] = chosen
            quality[b, slot] = invention_quality(w, p.invention_spread)
            inventions[b] += 1
            made += 1
        contracts = projects[b] / max(1, project_room[b])
        applied_share[b] = applied_share_step(
            applied_share[b], applied_reference[b], contracts, p.applied_drift / 12.0
        )
    return made


@compiled
def sign_licences(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    pair_count: int,
    first: Codes,
    second: Codes,
    familiarity: Singles,
    identifier: Integers,
    complex_: Small,
    absorption: Floats,
    knowledge: Knowledge,
    cash: Floats,
    body_identifier: Integers,
    inventions: Codes,
    transfer_capacity: Floats,
    licences_year: Floats,
    income: Floats,
    born: Small,
    field: Small,
    quality: Floats,
    licence_count: int,
    licence_firm: Codes,
    licence_body: Codes,
    licence_due: Small,
    licence_quality: Floats,
    licence_succeeds: Flags,
    signed: Integers,
) -> int:
    """U2: firms in contact with a research body look at one of its inventions a month.

    A licence is exclusive and takes the invention off the shelf.  Which slot a
    firm looks at is drawn over the whole shelf, so that a slot emptied by one
    firm does not move the others' view.  Returns the licences in the table;
    `signed` (C,) is added to.
    """
    slots = born.shape[1]
    # Picked out first, without branches that nobody can foresee.
    contacts = np.empty(pair_count, np.int32)
    found = 0
    for row in range(pair_count):
        contacts[found] = row
        found += (second[row] >= BODY) & (familiarity[row] >= CONTACT_FAMILIARITY)
    for n in range(found):
        row = contacts[n]
        i = first[row]
        b = second[row] - BODY
        if absorption[i] <= 0.0 or licences_year[b] >= transfer_capacity[b]:
            continue
        filled = min(inventions[b], slots)
        if filled == 0 or licence_count >= licence_firm.size:
            continue
        u, v, w, x = uniforms(key, identifier[i], month, _LICENCE, body_identifier[b])
        # The overlap is at most 1 and the chance below the hazard: most pairs end here.
        if v >= p.licence_hazard * absorption[i] * (1.0 + p.licence_familiarity * familiarity[row]):
            continue
        slot = int(u * filled)
        if quality[b, slot] <= 0.0 or month - born[b, slot] > p.shelf_life:
            continue
        known = np.float64(knowledge[i, field[b, slot]])
        overlap = known / np.sqrt(dot(knowledge[i], knowledge[i]))
        chance = licence_probability(
            p.licence_hazard, absorption[i], overlap, p.licence_familiarity, familiarity[row]
        )
        if v >= chance:
            continue
        t, _, _, _ = uniforms(key, identifier[i], month, _LICENCE_OUTCOME, body_identifier[b])
        licence_firm[licence_count] = i
        licence_body[licence_count] = b
        licence_due[licence_count] = month + erlang_months(2, p.licence_lag, (w, x, 1.0, 1.0))
        licence_quality[licence_count] = quality[b, slot]
        licence_succeeds[licence_count] = 1 if t < p.licence_success else 0
        licence_count += 1
        quality[b, slot] = 0.0
        licences_year[b] += 1.0
        cash[i] -= p.licence_fee
        income[b] += p.licence_fee
        signed[complex_[i]] += 1
    return licence_count


@compiled
def commercialise(
    month: int,
    p: Parameters,
    count: int,
    licence_firm: Codes,
    licence_body: Codes,
    licence_due: Small,
    licence_quality: Floats,
    licence_succeeds: Flags,
    alive: Flags,
    complex_: Small,
    revenue: Floats,
    royalty: Floats,
    gain_transfer: Floats,
    income: Floats,
    succeeded: Integers,
) -> int:
    """U3: licences that are due raise productivity or lapse; returns the number that go on.

    Success adds z_T·q on the product line it touches, and a royalty on the sales
    that it brings.  `succeeded` (C,) is added to.
    """
    kept = 0
    for n in range(count):
        i = licence_firm[n]
        if alive[i] == 0:
            continue
        if licence_due[n] > month:
            licence_firm[kept] = i
            licence_body[kept] = licence_body[n]
            licence_due[kept] = licence_due[n]
            licence_quality[kept] = licence_quality[n]
            licence_succeeds[kept] = licence_succeeds[n]
            kept += 1
            continue
        if licence_succeeds[n] == 0:
            continue
        gain = p.transfer_gain * licence_quality[n] * line_share(revenue[i], p.product_line_revenue)
        gain_transfer[i] += gain
        owed = p.royalty_rate * (p.substitution - 1.0) * gain
        royalty[i] += owed
        income[licence_body[n]] += owed * revenue[i]
        succeeded[complex_[i]] += 1
    return kept
