"""What a comparison says with and without the largest firms."""

from __future__ import annotations

from innocluster.scenarios.comparison.comparison import Comparison

from .findings import policy_names, spoken_names
from .quantities import effect_unit, indicator_phrase, listed, plain, spread
from .selection import headline_unit, records, select
from .texts import Texts

__all__ = ["largest_answers", "largest_caption", "largest_rows"]

_ESTIMATES = ("all", "smaller")


def largest_answers(comparison: Comparison, texts: Texts) -> list[str]:
    """Which verdicts against no programme hang on the largest firms; one sentence a change."""
    table = select(comparison.largest, baseline=comparison.meta["baseline"])
    names = spoken_names(comparison, texts)
    whole, smaller = (
        {row.policy: row.verdict for row in records(select(table, estimate=estimate))}
        for estimate in ("all", "smaller")
    )
    changes: dict[tuple[str, str], list[str]] = {}
    for policy, verdict in whole.items():
        if verdict != smaller[policy]:
            changes.setdefault((verdict, smaller[policy]), []).append(names[policy])
    return [
        texts(
            "largest.changes",
            policies=listed(policies, texts),
            all=texts(f"verdict.{before.replace(' ', '_')}"),
            smaller=texts(f"verdict.{after.replace(' ', '_')}"),
        )
        for (before, after), policies in changes.items()
    ] or [texts("largest.same")]


def largest_rows(comparison: Comparison, texts: Texts) -> list[list[str]]:
    """Policy, reference, effect on all firms and on the others, worlds that the others save."""
    names = policy_names(comparison, texts)
    factor = effect_unit(headline_unit(comparison), texts).factor
    rows = []
    for (policy, baseline), found in comparison.largest.groupby(["policy", "baseline"], sort=False):
        by_estimate = {row.estimate: row for row in records(found)}
        cells = []
        for estimate in _ESTIMATES:
            row = by_estimate[estimate]
            mean, low, high = spread(*(v * factor for v in (row.mean, row.low, row.high)))
            cells.append(f"{mean}\n[{low}, {high}]")
        saved = f"×{plain(by_estimate['smaller'].variance_ratio, 2)}"
        rows.append([names[str(policy)], names[str(baseline)], *cells, saved])
    return rows


def largest_caption(comparison: Comparison, texts: Texts) -> str:
    """What the numbers of `largest_rows` are."""
    return texts(
        "largest.caption",
        indicator=indicator_phrase(comparison.meta["indicator"], texts),
        unit=effect_unit(headline_unit(comparison), texts).label,
        confidence=f"{100 * comparison.meta['confidence']:g}",
    )
