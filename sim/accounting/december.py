"""Growth of productivity from one December to the next, firm by firm.

Split into what firms changed, by term of F2, and reallocation, entry and exit after
Foster, Haltiwanger and Krizan (2001).  Firms are compared block by block and what is
remembered of them replaced, so that a million of them need no second table.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import exp_array
from innocluster.agents.firms import FirmTable
from innocluster.agents.records import Record

from .growth_terms import SAME, TECHNOLOGY, TERMS

__all__ = ["Changes", "December", "add_changes", "productivity_parts"]

Floats = NDArray[np.float64]

_TERMS = len(TERMS) - TECHNOLOGY
_OWN, _TRANSFER, _MEETINGS = (
    TERMS.index(name) - TECHNOLOGY for name in ("own", "transfer", "meetings")
)
_CHANNELS = _MEETINGS + 1 - _OWN


@dataclass
class Changes(Record):
    """Sums over firms that `add_changes` adds to and `productivity_parts` reads, by complex.

    X and A are a firm's input and productivity, then (0) and now (1).

    Attributes
    ----------
    input_then, capacity_then : (C,) X0 and X0·A0 of all firms
    input_now, capacity_now : (C,) X1 and X1·A1 of all firms
    stay_input_then, stay_input_now : (C,) X0 and X1 of firms that stay
    stay_capacity_then, stay_capacity_now : (C,) X0·A0 and X1·A1 of firms that stay
    stay_now_at_old, stay_then_at_new : (C,) X1·A0 and X0·A1 of firms that stay
    entered_input, entered_capacity, entered_volume : (C,) X1, X1·A1 and volume of entrants
    closed_input, closed_capacity, closed_volume : (C,) X0, X0·A0 and volume of the closed
    terms : (9, C) changes of the terms of ln A, weighted with X0 times the logarithmic mean of A
    standing : (4, C) gains that stood by channel, with the same weight
    """

    input_then: Floats
    capacity_then: Floats
    input_now: Floats
    capacity_now: Floats
    stay_input_then: Floats
    stay_input_now: Floats
    stay_capacity_then: Floats
    stay_capacity_now: Floats
    stay_now_at_old: Floats
    stay_then_at_new: Floats
    entered_input: Floats
    entered_capacity: Floats
    entered_volume: Floats
    closed_input: Floats
    closed_capacity: Floats
    closed_volume: Floats
    terms: Floats
    standing: Floats

    @classmethod
    def none(cls, complexes: int) -> Self:
        """Sums over no firms."""
        wide = {"terms": (_TERMS, complexes), "standing": (_CHANNELS, complexes)}
        return cls(**{f.name: np.zeros(wide.get(f.name, complexes)) for f in fields(cls)})


@dataclass
class December(Record):
    """The firms of a December.

    Attributes
    ----------
    technology : (9, n) terms of log productivity
    inputs : (n,) composite input K^α L^(1-α), 0 where no firm operates
    volume : (n,) KRW million of 2003/month
    """

    technology: Floats
    inputs: Floats
    volume: Floats

    @classmethod
    def empty(cls, rows: int) -> Self:
        """Rows in which no firm operates."""
        return cls(np.zeros((_TERMS, rows)), np.zeros(rows), np.zeros(rows))

    @classmethod
    def of(cls, operates: NDArray[np.bool_], terms: Floats) -> Self:
        """Firms of a month under way from their `firm_terms`."""
        technology = terms[TECHNOLOGY:]
        inputs = np.where(operates, exp_array(terms[3] + terms[4]), 0.0)
        return cls(technology, inputs, _productivity(technology) * inputs * exp_array(terms[2]))

    def put(self, part: slice, firms: December) -> None:
        """Replace some rows."""
        for f in fields(self):
            getattr(self, f.name)[..., part] = getattr(firms, f.name)

    def extended(self, rows: int) -> Self:
        """Itself, or the same with empty rows added so that there are `rows`."""
        known = self.inputs.size
        if rows <= known:
            return self
        longer = type(self).empty(rows)
        longer.put(slice(known), self)
        return longer

    def copy(self) -> Self:
        """Return an independent copy."""
        return type(self)(*(getattr(self, f.name).copy() for f in fields(self)))


def _productivity(technology: Floats) -> Floats:
    """A of F1: value added at full capacity per composite input, (n,)."""
    return exp_array(np.add.reduce(technology))


def add_changes(
    before: December,
    after: December,
    firms: FirmTable,
    start: int,
    last_december: int,
    sums: Changes,
) -> None:
    """Add the changes of some firms to `sums`; rows keep their complex.

    Parameters
    ----------
    before : all firms of last December
    after : firms of this December in the rows from `start` on
    last_december : its month: who entered then did so after that account was made
    """
    rows = slice(start, start + after.inputs.size)
    usual, productivity = (
        _productivity(technology) for technology in (before.technology[:, rows], after.technology)
    )
    _add_changes(before, usual, after, productivity, firms, start, last_december, sums)


@compiled
def _add_changes(
    before: December,
    usual: Floats,
    after: December,
    productivity: Floats,
    firms: FirmTable,
    start: int,
    last_december: int,
    sums: Changes,
) -> None:
    for k in range(productivity.size):
        row = start + k
        c = firms.complex[row]
        a0 = usual[k]
        x0 = before.inputs[row]
        a1 = productivity[k]
        x1 = after.inputs[k]
        operated = x0 > 0.0
        operates = x1 > 0.0
        if operated:
            sums.input_then[c] += x0
            sums.capacity_then[c] += x0 * a0
        if operates:
            sums.input_now[c] += x1
            sums.capacity_now[c] += x1 * a1
        if operated and operates and firms.entered[row] < last_december:
            sums.stay_now_at_old[c] += x1 * a0
            sums.stay_input_now[c] += x1
            sums.stay_capacity_then[c] += x0 * a0
            sums.stay_input_then[c] += x0
            sums.stay_capacity_now[c] += x1 * a1
            sums.stay_then_at_new[c] += x0 * a1
            _add_terms(before, after, firms, row, k, x0, a0, a1, sums)
            continue
        if operates:
            sums.entered_volume[c] += after.volume[k]
            sums.entered_capacity[c] += x1 * a1
            sums.entered_input[c] += x1
        if operated:
            sums.closed_volume[c] += before.volume[row]
            sums.closed_capacity[c] += x0 * a0
            sums.closed_input[c] += x0


@inlined
def _add_terms(
    before: December,
    after: December,
    firms: FirmTable,
    row: int,
    k: int,
    x0: float,
    a0: float,
    a1: float,
    sums: Changes,
) -> None:
    """Add the changes of one firm's terms, and the gains that stood before."""
    c = firms.complex[row]
    change = 0.0
    for term in range(_TERMS):
        change += after.technology[term, k] - before.technology[term, row]
    # The logarithmic mean; the quotient loses digits where A hardly changed.
    mean = 0.5 * (a0 + a1)
    if abs(change) >= SAME:
        mean = (a1 - a0) / change
    weight = x0 * mean
    for term in range(_TERMS):
        sums.terms[term, c] += weight * (after.technology[term, k] - before.technology[term, row])
    # The terms hold gains of own R&D against those at the start.
    sums.standing[0, c] += weight * (before.technology[_OWN, row] + firms.gain_reference[row])
    for term in range(_TRANSFER, _MEETINGS + 1):
        sums.standing[term - _OWN, c] += weight * before.technology[term, row]


def productivity_parts(sums: Changes, kept: Floats) -> tuple[Floats, Floats, Floats]:
    """Parts of the change of each complex's productivity between two Decembers.

    Aggregate productivity Π = Σ θ_i A_i, with θ_i the firm's share in composite input,
    is the complex's capacity per unit of composite input.  Foster, Haltiwanger and Krizan
    (2001): ΔΠ = Σ θ_i ΔA_i + Σ Δθ_i (A_i - Π) + Σ Δθ_i ΔA_i over firms that stay, all but
    the changes of the year before, + Σ θ_i (A_i - Π) over entrants now - Σ θ_i (A_i - Π)
    over the closed then.  The first is split by the terms of ln A with the
    logarithmic mean of A as weight.

    Parameters
    ----------
    sums : from `add_changes`
    kept : (4,) share of a gain of each channel that a year leaves, 1 - δ_Z

    Returns
    -------
    parts : (13, C) in units of Π, rows the terms, between, cross, entry, exit
    arrived : (4, C) in units of Π, gains that arrived in the year by channel, before forgetting
    totals : (6, C) then and now: input, capacity; volume of entrants now, of the closed then
    """
    # A complex that was empty then or is now has no account.
    stands = (sums.input_then > 0.0) & (sums.input_now > 0.0)
    then, now = (np.where(stands, row, np.inf) for row in (sums.input_then, sums.input_now))
    usual = sums.capacity_then / np.where(stands, sums.input_then, 1.0)
    between = (sums.stay_now_at_old - usual * sums.stay_input_now) / now
    between -= (sums.stay_capacity_then - usual * sums.stay_input_then) / then
    cross = (sums.stay_capacity_now - sums.stay_now_at_old) / now
    cross -= (sums.stay_then_at_new - sums.stay_capacity_then) / then
    entry = (sums.entered_capacity - usual * sums.entered_input) / now
    exit_ = (sums.closed_capacity - usual * sums.closed_input) / then
    within = sums.terms / then
    parts = np.concatenate([within, np.stack([between, cross, entry, -exit_])])
    arrived = within[_OWN : _MEETINGS + 1] + (1.0 - kept[:, None]) * sums.standing / then
    totals = np.stack(
        [
            sums.input_then,
            sums.capacity_then,
            sums.input_now,
            sums.capacity_now,
            sums.entered_volume,
            sums.closed_volume,
        ]
    )
    return parts, arrived, totals
