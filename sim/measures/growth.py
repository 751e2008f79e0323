"""Phase 12, every December: where the growth of value added came from.

Two exact accounts.  Growth of the calendar year's total over the year before is
split into prices, factors, use of capacity and productivity.  Growth of
productivity from December to December is split into what firms changed, by term
of F2, and reallocation, entry and exit after Foster, Haltiwanger and Krizan
(2001).  All in percentage points, 100 times log changes, which add up over years.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.elementary import log_array

from ..accounting.december import Changes, December, add_changes, productivity_parts
from ..accounting.growth_terms import AGGREGATES, TECHNOLOGY, TERMS, firm_terms, log_mean
from ..ground.sums import row_blocks
from ..innovation.technology import meetings_kept
from ..run import Run

__all__ = [
    "CHANNELS",
    "COMPOSITION",
    "GROWTH_UNITS",
    "SOURCES",
    "composition_points",
    "measure_growth",
    "year_sources",
]

Floats = NDArray[np.float64]

POINTS = 100.0

SOURCES = ("price", "brand", "utilisation", "capital", "labour", "productivity")
"""What the growth of a calendar year's value added consists of."""

_WITHIN = TERMS[TECHNOLOGY:]
_SHIFTS = ("between", "cross", "entry", "exit")
COMPOSITION = (*_WITHIN, *_SHIFTS, "mix", "complexes", "timing")
"""What the growth of productivity consists of.

`mix` is the effect of firms' differing proportions of capital and labour, `complexes`
reallocation between complexes (of the region alone), `timing` the difference between
calendar years and Decembers.
"""

CHANNELS = ("own", "transfer", "joint", "meetings")
"""Channels by which new technology arrives, F5."""

_OUTPUT = ("output_of_entrants", "output_of_closed")

GROWTH_UNITS: dict[str, str] = {
    name: "% points"
    for name in (
        "growth_value_added",
        *(f"growth_{source}" for source in SOURCES),
        *(f"productivity_{part}" for part in COMPOSITION),
        *(f"arrived_{channel}" for channel in CHANNELS),
        *_OUTPUT,
    )
}
"""Names and units of the measures; NaN in the first year."""


def measure_growth(run: Run) -> dict[str, Floats]:
    """Account for the growth of the year that ends.

    Returns
    -------
    measure -> (1 + C,), the region first, in percentage points
    """
    complexes = len(run.region.complexes.keys)
    month = run.state.month
    changes = _changes_since_last_december(run)
    if month < 23:
        return {name: np.full(1 + complexes, np.nan) for name in GROWTH_UNITS}
    values = run.series.values
    months = slice(month - 23, month + 1)
    recorded = np.stack([values[name][months] for name in ("value_added", *AGGREGATES)])
    alpha = run.parameters.capital_elasticity
    whole = np.concatenate([recorded.sum(axis=2, keepdims=True), recorded], axis=2)
    growth = year_sources(whole, alpha)
    kept = np.full(len(CHANNELS), 1.0 - run.parameters.innovation_depreciation)
    kept[CHANNELS.index("meetings")] = meetings_kept(run.parameters, run.forms) ** 12
    parts, arrived, totals = productivity_parts(changes, kept)
    composition, gains, output = composition_points(
        parts, arrived, totals, whole[1:4, 11::12], alpha
    )
    timing = growth[-1] - composition.sum(axis=0)
    measured = np.concatenate(
        [growth.sum(axis=0, keepdims=True), growth, composition, timing[None], gains, output]
    )
    return dict(zip(GROWTH_UNITS, measured, strict=True))


def _changes_since_last_december(run: Run) -> Changes:
    """Sums of what firms changed, see `Changes`; this December takes the place of the last."""
    firms, month = run.state.firms, run.state.month
    before = run.state.december = run.state.december.extended(firms.capacity)
    sums = Changes.none(len(run.region.complexes.keys))
    for rows in row_blocks(firms.count):
        terms = firm_terms(month, run.conditions, run.parameters, firms, rows)
        after = December.of(firms.alive[rows] == 1, terms)
        add_changes(before, after, firms, rows.start, month - 12, sums)
        before.put(rows, after)
    return sums


def year_sources(recorded: Floats, capital_elasticity: float) -> Floats:
    """Sources of the growth of value added from one calendar year to the next.

    Every month is compared with the same month a year before, in which
    V = P·b·u·T·K^α·L^(1-α) holds exactly, P being the implicit deflator: value added at today's
    prices over the same at those of 2003.  Months count with the logarithmic mean of
    their shares in the two years, so that the sources add up to the growth of the
    years' totals; means of shares, as in Törnqvist's index, leave a remainder.

    Parameters
    ----------
    recorded : (6, 24, places) nominal value added and what `AGGREGATES` names
    capital_elasticity : α

    Returns
    -------
    (6, places) percentage points in the order of `SOURCES`; NaN for a place that stood
    still for a month
    """
    stands = (recorded > 0.0).all(axis=(0, 1))
    known = np.where(stands, recorded, 1.0)
    value, capital, labour, volume, capacity, real = _logs(known)
    capital *= capital_elasticity
    labour *= 1.0 - capital_elasticity
    terms = np.stack(
        [
            value - real,
            real - volume,
            volume - capacity,
            capital,
            labour,
            capacity - capital - labour,
        ]
    )
    before, now = known[0, :12], known[0, 12:]
    # Sums month by month, so that places are added up alike however many there are.
    weight = log_mean(now / np.cumsum(now, axis=0)[-1], before / np.cumsum(before, axis=0)[-1])
    change = np.cumsum(weight * (terms[:, 12:] - terms[:, :12]), axis=1)[:, -1]
    return np.where(stands, change * (POINTS / np.cumsum(weight, axis=0)[-1]), np.nan)


def _logs(values: Floats) -> Floats:
    """Logarithms of an array of any shape."""
    return log_array(values.ravel()).reshape(values.shape)


def composition_points(
    parts: Floats, arrived: Floats, totals: Floats, recorded: Floats, capital_elasticity: float
) -> tuple[Floats, Floats, Floats]:
    """Parts of productivity growth in points, by complex and, put together, for the region.

    The region's change is that of its complexes, weighted with their shares in input, and
    what moved between complexes.

    Parameters
    ----------
    parts, arrived, totals : from `productivity_parts`
    recorded : (3, 2, 1 + C) capital, labour and volume of the two Decembers, the region first
    capital_elasticity : α

    Returns
    -------
    composition : (15, 1 + C) in the order of `COMPOSITION` without `timing`
    arrived : (4, 1 + C) in the order of `CHANNELS`
    output : (2, 1 + C) growth of volume that entrants brought and that the closed took along
    """
    input_then, capacity_then, input_now, capacity_now, entered, closed = totals
    stands = (input_then > 0.0) & (input_now > 0.0)
    then = _ratio(capacity_then, input_then)
    # A complex that closes leaves with the productivity that it had.
    now = np.where(input_now > 0.0, _ratio(capacity_now, input_now), then)
    scale = np.where(stands, POINTS / log_mean(now, then), np.nan)
    shares_then, shares_now = (row / row.sum() for row in (input_then, input_now))
    usual = capacity_then.sum() / input_then.sum()
    level = np.array([capacity_now.sum() / input_now.sum()])
    whole = POINTS / log_mean(level, np.array([usual]))[0]
    moved = whole * ((shares_now - shares_then) * (now - usual)).sum()

    def put_together(by_complex: Floats) -> Floats:
        region = whole * (by_complex * shares_then).sum(axis=1)
        return np.concatenate([region[:, None], by_complex * scale], axis=1)

    known = np.concatenate([[True], stands])
    inputs = [_with_total(row) for row in (input_then, input_now)]
    composite, capital, labour, volume = (
        [log_array(np.where(known, row, 1.0)) for row in rows] for rows in (inputs, *recorded)
    )
    mix = composite[1] - composite[0] - capital_elasticity * (capital[1] - capital[0])
    mix -= (1.0 - capital_elasticity) * (labour[1] - labour[0])
    between = np.concatenate([[moved], np.zeros(stands.size)])
    alone = POINTS * np.where(known, np.stack([mix, between / POINTS]), np.nan)
    # What those add that were not there, or take along that are no more.
    old, kept = recorded[2, 1] - _with_total(entered), recorded[2, 0] - _with_total(closed)
    stay = known & (old > 0.0) & (kept > 0.0)
    output = POINTS * np.stack(
        [
            volume[1] - log_array(np.where(stay, old, 1.0)),
            log_array(np.where(stay, kept, 1.0)) - volume[0],
        ]
    )
    composition = np.concatenate([put_together(parts), alone])
    return composition, put_together(arrived), np.where(stay, output, np.nan)


def _with_total(row: Floats) -> Floats:
    return np.concatenate([[row.sum()], row])


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Quotients, 1 where nothing is divided by nothing."""
    return np.divide(numerator, denominator, out=np.ones(numerator.size), where=denominator > 0.0)
