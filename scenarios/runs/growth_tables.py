"""Growth accounts as tidy tables: where growth came from, in a run and between policies.

The yearly accounts are made by `innocluster.sim.measures.growth`.  Their percentage points,
100 times log changes, add up over years, so that a span is the sum of its years:
``2003-2008`` is the total of 2008 against that of 2003.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.measures.growth import CHANNELS, COMPOSITION, SOURCES

from ..statistics.intervals import simultaneous_intervals, verdict
from .indicators import FIRST_YEAR

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ACCOUNTS",
    "COOPERATION",
    "SPANS",
    "compare_growth",
    "covered_spans",
    "growth_frame",
    "main_spans",
    "yearly_spans",
]

Floats = NDArray[np.float64]
Span = tuple[int, int]

SPANS: tuple[Span, ...] = ((2003, 2008), (2003, 2013))
"""Spans of the article: from its first figures to the targets for revenue and for exports."""

SHORTEST_SPAN = 3
LEAST_GROWTH = 1.0
"""Years, and points of real growth a year, below which a share of growth means nothing."""

COOPERATION = ("research", "spillovers", *CHANNELS, "roles")
"""Parts of productivity growth made in the region: all but common progress, luck and turnover."""

ACCOUNTS: dict[str, dict[str, str]] = {
    "growth": {
        "value_added": "growth_value_added",
        **{source: f"growth_{source}" for source in SOURCES},
    },
    "productivity": {part: f"productivity_{part}" for part in COMPOSITION},
    "technology": {channel: f"arrived_{channel}" for channel in CHANNELS},
    "turnover": {part: f"output_of_{part}" for part in ("entrants", "closed")},
}
"""Account -> part -> yearly measure, in percentage points."""

SHORT, SLOW = "span_too_short", "growth_too_slow"
UNKNOWN, NOTHING = "no_account", "nothing_arrived"
"""Why a share is not stated."""


def covered_spans(spans: Iterable[Span], last_year: int) -> list[Span]:
    """Those of the spans that a run covers whose last full calendar year is `last_year`."""
    return [(first, last) for first, last in spans if FIRST_YEAR <= first < last <= last_year]


def main_spans(last_year: int) -> list[Span]:
    """`SPANS` as far as a run covers them, or the whole run where it covers none."""
    return covered_spans(SPANS, last_year) or [(FIRST_YEAR, last_year)]


def yearly_spans(last_year: int) -> list[Span]:
    """Every year against the year before."""
    return [(year - 1, year) for year in range(FIRST_YEAR + 1, last_year + 1)]


def growth_frame(
    yearly: Mapping[str, Floats], keys: Sequence[str], spans: Iterable[Span] | None = None
) -> pd.DataFrame:
    """Tabulate the growth accounts of one run.

    Parameters
    ----------
    yearly : measure -> (years, 1 + complexes), with those of
        `innocluster.sim.measures.growth`
    keys : ``"all"`` and the complexes
    spans : first and last year of each; by default every year and `main_spans`

    Returns
    -------
    first, last, complex, account, part, value, unit, note
        Accounts ``growth``, ``productivity``, ``technology`` (what arrived by channel) and
        ``turnover`` in percentage points; ``share`` (of real growth) and ``channel`` (of the
        technology that arrived) in %, `nan` with a reason in `note` where it means nothing.
    """
    import pandas as pd

    last_year = FIRST_YEAR + yearly["growth_value_added"].shape[0] - 1
    wanted = [*yearly_spans(last_year), *main_spans(last_year)] if spans is None else spans
    rows = [
        (first, last, key, *row)
        for first, last in dict.fromkeys(covered_spans(wanted, last_year))
        for k, key in enumerate(keys)
        for row in _account_rows(_points(yearly, first, last, k), last - first)
    ]
    columns = ["first", "last", "complex", "account", "part", "value", "unit", "note"]
    return pd.DataFrame(rows, columns=columns)


def _points(
    yearly: Mapping[str, Floats], first: int, last: int, place: int
) -> dict[str, dict[str, float]]:
    """Account -> part -> points of a span in one place."""
    years = slice(first - FIRST_YEAR + 1, last - FIRST_YEAR + 1)
    return {
        account: {part: float(yearly[name][years, place].sum()) for part, name in parts.items()}
        for account, parts in ACCOUNTS.items()
    }


def _account_rows(
    points: dict[str, dict[str, float]], years: int
) -> Iterator[tuple[str, str, float, str, str]]:
    """Account, part, value, unit and note of one place and span."""
    for account, parts in points.items():
        for part, value in parts.items():
            yield account, part, value, "% points", ""
    growth, gains = points["growth"], points["technology"]
    real = growth["value_added"] - growth["price"] - growth["brand"]
    yield "growth", "real", real, "% points", ""
    note = ""
    if math.isnan(real):
        note = UNKNOWN
    elif years < SHORTEST_SPAN:
        note = SHORT
    elif real < LEAST_GROWTH * years:
        note = SLOW
    shares = {
        "innovation_driven": growth["productivity"],
        "input_driven": growth["capital"] + growth["labour"],
        "utilisation": growth["utilisation"],
        "cooperation": sum(points["productivity"][part] for part in COOPERATION),
    }
    for part, value in shares.items():
        yield "share", part, math.nan if note else 100.0 * value / real, "%", note
    arrived = sum(gains.values())
    note = UNKNOWN if math.isnan(arrived) else "" if arrived > 0.0 else NOTHING
    for channel, value in gains.items():
        yield "channel", channel, math.nan if note else 100.0 * value / arrived, "%", note


def compare_growth(
    yearly: Mapping[str, Mapping[str, Floats]],
    contrasts: Sequence[tuple[str, str]],
    keys: Sequence[str],
    spans: Iterable[Span] = SPANS,
) -> pd.DataFrame:
    """Tabulate the growth accounts of policies and what differs between them in the same worlds.

    Parameters
    ----------
    yearly : policy -> measure -> (worlds, years, 1 + complexes)
    contrasts : policies and what each is set against
    keys : ``"all"`` and the complexes
    spans : first and last year of each

    Returns
    -------
    policy, baseline, first, last, complex, account, part, unit, mean, effect_mean,
    effect_low, effect_high, verdict
        Means over worlds in percentage points. Intervals of a part hold together over
        the contrasts for the region, and over contrasts and complexes for the complexes.
    """
    import pandas as pd

    sample = next(iter(yearly.values()))["growth_value_added"]
    last_year = FIRST_YEAR + sample.shape[1] - 1
    rows: list[dict[str, Any]] = []
    for first, last in covered_spans(spans, last_year):
        for account, parts in ACCOUNTS.items():
            for part, name in parts.items():
                values = {p: _span_sum(table[name], first, last) for p, table in yearly.items()}
                what = {"first": first, "last": last, "account": account, "part": part}
                rows += [what | row for row in _contrast_rows(values, contrasts, keys)]
    columns = [
        "policy", "baseline", "first", "last", "complex", "account", "part", "unit", "mean",
        "effect_mean", "effect_low", "effect_high", "verdict",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _span_sum(values: Floats, first: int, last: int) -> Floats:
    """Sum over the years of a span, (worlds, 1 + complexes)."""
    total: Floats = values[:, first - FIRST_YEAR + 1 : last - FIRST_YEAR + 1].sum(axis=1)
    return total


def _contrast_rows(
    values: Mapping[str, Floats], contrasts: Sequence[tuple[str, str]], keys: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """One row a contrast and place; `values` are policy -> (worlds, 1 + complexes)."""
    differences = np.stack([values[p] - values[b] for p, b in contrasts], axis=1)
    worlds, count, places = differences.shape
    whole = simultaneous_intervals(differences[:, :, 0])
    parts = simultaneous_intervals(differences[:, :, 1:].reshape(worlds, count * (places - 1)))
    for c, (policy, baseline) in enumerate(contrasts):
        for k, key in enumerate(keys):
            intervals, at = (whole, c) if k == 0 else (parts, c * (places - 1) + k - 1)
            mean, low, high = intervals.at(at)
            yield {
                "policy": policy,
                "baseline": baseline,
                "complex": key,
                "unit": "% points",
                "mean": float(values[policy][:, k].mean()),
                "effect_mean": mean,
                "effect_low": low,
                "effect_high": high,
                "verdict": verdict(low, high),
            }
