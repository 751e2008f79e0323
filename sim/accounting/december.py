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

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import exp_array

from .growth_terms import SAME, TECHNOLOGY, TERMS

__all__ = ["CHANGES", "December", "add_changes", "productivity_parts"]

Floats = NDArray[np.float64]
Small = NDArray[np.int16]

_TERMS = len(TERMS) - TECHNOLOGY
_OWN, _TRANSFER, _MEETINGS = (
    TERMS.index(name) - TECHNOLOGY for name in ("own", "transfer", "meetings")
)
_WITHIN = 16
_STANDING = _WITHIN + _TERMS
CHANGES = _STANDING + 4
"""Rows of the sums that `add_changes` adds to and `productivity_parts` reads.

0–3 input and capacity then, now; 4, 5 volume of entrants now, of the closed then; with
X and A a firm's input and productivity then (0) and now (1), sums 6–11 of X1·A0, X1,
X0·A0, X0, X1·A1, X0·A1 over firms that stay, 12, 13 of X1·A1, X1 over entrants, 14, 15 of
X0·A0, X0 over the closed; then changes of the terms of ln A and gains that stood, both
weighted with X0 times the logarithmic mean of A.
"""


@dataclass
class December:
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

    def rows(self, part: slice) -> Self:
        """Some rows, not copied."""
        return type(self)(*(getattr(self, f.name)[..., part] for f in fields(self)))

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
    stays: NDArray[np.bool_],
    complex_: Small,
    gain_reference: Floats,
    sums: Floats,
) -> None:
    """Add the changes of some firms to `sums` (`CHANGES`, C); rows keep their complex.

    Parameters
    ----------
    stays : (n,) whether the firm of a row is still the one of last December
    gain_reference : (n,) Z at the start, of own R&D alone
    """
    _add_changes(
        before.technology, _productivity(before.technology), before.inputs, before.volume,
        after.technology, _productivity(after.technology), after.inputs, after.volume,
        stays, complex_, gain_reference, sums,
    )  # fmt: skip


@compiled
def _add_changes(
    old_technology: Floats,
    old_productivity: Floats,
    old_inputs: Floats,
    old_volume: Floats,
    technology: Floats,
    productivity: Floats,
    inputs: Floats,
    volume: Floats,
    stays: NDArray[np.bool_],
    complex_: Small,
    gain_reference: Floats,
    sums: Floats,
) -> None:
    for i in range(inputs.size):
        c = complex_[i]
        a0 = old_productivity[i]
        x0 = old_inputs[i]
        a1 = productivity[i]
        x1 = inputs[i]
        operated = x0 > 0.0
        operates = x1 > 0.0
        if operated:
            sums[0, c] += x0
            sums[1, c] += x0 * a0
        if operates:
            sums[2, c] += x1
            sums[3, c] += x1 * a1
        if operated and operates and stays[i]:
            sums[6, c] += x1 * a0
            sums[7, c] += x1
            sums[8, c] += x0 * a0
            sums[9, c] += x0
            sums[10, c] += x1 * a1
            sums[11, c] += x0 * a1
            change = 0.0
            for k in range(_TERMS):
                change += technology[k, i] - old_technology[k, i]
            # The logarithmic mean; the quotient loses digits where A hardly changed.
            mean = 0.5 * (a0 + a1)
            if abs(change) >= SAME:
                mean = (a1 - a0) / change
            weight = x0 * mean
            for k in range(_TERMS):
                sums[_WITHIN + k, c] += weight * (technology[k, i] - old_technology[k, i])
            sums[_STANDING, c] += weight * (old_technology[_OWN, i] + gain_reference[i])
            for k in range(_TRANSFER, _MEETINGS + 1):
                sums[_STANDING + 1 + k - _TRANSFER, c] += weight * old_technology[k, i]
            continue
        if operates:
            sums[4, c] += volume[i]
            sums[12, c] += x1 * a1
            sums[13, c] += x1
        if operated:
            sums[5, c] += old_volume[i]
            sums[14, c] += x0 * a0
            sums[15, c] += x0


def productivity_parts(sums: Floats, kept: float) -> tuple[Floats, Floats, Floats]:
    """Parts of the change of each complex's productivity between two Decembers.

    Aggregate productivity Π = Σ θ_i A_i, with θ_i the firm's share in composite input,
    is the complex's capacity per unit of composite input.  Foster, Haltiwanger and Krizan
    (2001): ΔΠ = Σ θ_i ΔA_i + Σ Δθ_i (A_i - Π) + Σ Δθ_i ΔA_i over firms that stay, all but
    the changes of the year before, + Σ θ_i (A_i - Π) over entrants now - Σ θ_i (A_i - Π)
    over the closed then.  The first is split by the terms of ln A with the
    logarithmic mean of A as weight.

    Parameters
    ----------
    sums : (`CHANGES`, C) from `add_changes`
    kept : share of a gain that a year leaves, 1 - δ_Z

    Returns
    -------
    parts : (13, C) in units of Π, rows the terms, between, cross, entry, exit
    arrived : (4, C) in units of Π, gains that arrived in the year by channel, before forgetting
    totals : (6, C) then and now: input, capacity; volume of entrants now, of the closed then
    """
    # A complex that was empty then or is now has no account.
    stands = (sums[0] > 0.0) & (sums[2] > 0.0)
    then, now = (np.where(stands, row, np.inf) for row in (sums[0], sums[2]))
    usual = sums[1] / np.where(stands, sums[0], 1.0)
    between = (sums[6] - usual * sums[7]) / now - (sums[8] - usual * sums[9]) / then
    cross = (sums[10] - sums[6]) / now - (sums[11] - sums[8]) / then
    entry = (sums[12] - usual * sums[13]) / now
    exit_ = (sums[14] - usual * sums[15]) / then
    within = sums[_WITHIN:_STANDING] / then
    parts = np.concatenate([within, np.stack([between, cross, entry, -exit_])])
    arrived = within[_OWN : _MEETINGS + 1] + (1.0 - kept) * sums[_STANDING:] / then
    return parts, arrived, sums[:6].copy()
