"""The decision table of a comparison, one row a policy, as it is written.

The terminal and the report show the same cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from innocluster.scenarios.comparison import Comparison

from .findings import PLACEBO, Effect, effect_of, policy_names
from .quantities import exact, indicator_label, level_unit, plain
from .selection import ALL, records, select
from .texts import Texts

__all__ = ["Decision", "TargetShare", "decisions", "target_shares"]


@dataclass(frozen=True)
class Decision:
    """One row; every field is text.

    Attributes
    ----------
    name : policy
    is_placebo : whether claims on matching are made against it
    outcome : median with the 10-90 % range of worlds
    effect, percent, verdict : against the baseline, with interval
    matching, matching_verdict : against the placebo
    first, tier : share of worlds in which it ranks first, and its tier
    spent, spent_unit : programme money of all years
    cost, short_cost : won spent per won of added value added, with and without the reason
        why it cannot be stated
    gain, worlds : pairing gain and runs
    """

    name: str
    is_placebo: bool
    outcome: str
    effect: str
    percent: str
    verdict: str
    matching: str
    matching_verdict: str
    first: str
    tier: str
    spent: str
    spent_unit: str
    cost: str
    short_cost: str
    gain: str
    worlds: str


@dataclass(frozen=True)
class TargetShare:
    """Share of worlds that reach a target, by policy in the order of the table."""

    label: str
    value: str
    by_policy: tuple[str, ...]


def decisions(comparison: Comparison, texts: Texts) -> list[Decision]:
    """Rows of the decision table, in the order of the comparison."""
    names = policy_names(comparison, texts)
    return [_row(comparison, row, names[row.policy], texts) for row in records(comparison.policies)]


def _row(comparison: Comparison, row: Any, name: str, texts: Texts) -> Decision:
    baseline = comparison.meta["baseline"]
    against = effect_of(comparison, row.policy, baseline, texts)
    matching = None if row.policy == baseline else effect_of(comparison, row.policy, PLACEBO, texts)
    first = records(select(comparison.ranks, policy=row.policy, rank=1))[0].probability
    money = level_unit("KRW bn", texts)
    reference = texts("table.reference") if row.policy == baseline else "–"
    return Decision(
        name=name,
        is_placebo=row.policy == PLACEBO,
        outcome=_outcome(comparison, row.policy, texts),
        effect=_interval(against) if against else reference,
        percent=_percent(against) if against else "",
        verdict=_verdict(against, texts),
        matching=_interval(matching) if matching else "",
        matching_verdict=_verdict(matching, texts),
        first=f"{100 * first:.0f}%",
        tier=str(records(select(comparison.tiers, policy=row.policy))[0].tier),
        spent=plain(row.spent * money.factor),
        spent_unit=money.label,
        cost=_cost(row, texts, texts.translate(row.cost_note)),
        short_cost=_cost(
            row,
            texts,
            texts("table.decision.none" if row.policy == baseline else "cost.not_stated"),
        ),
        gain="" if row.policy == baseline else f"×{plain(row.pairing_gain, 2)}",
        worlds=str(row.runs),
    )


def target_shares(comparison: Comparison, texts: Texts) -> list[TargetShare]:
    """Share of worlds that reach each target of the article, with Wilson's interval."""
    shares = []
    for target, rows in comparison.targets.groupby("target", sort=False):
        unit = level_unit(rows["unit"].iloc[0], texts)
        by_policy = {
            row.policy: f"{100 * row.probability:.0f}% [{100 * row.low:.0f}–{100 * row.high:.0f}]"
            for row in records(rows)
        }
        shares.append(
            TargetShare(
                indicator_label(str(target), texts),
                unit.amount.format(value=exact(rows["value"].iloc[0] * unit.factor)),
                tuple(by_policy[policy] for policy in comparison.policies["policy"]),
            )
        )
    return shares


def _outcome(comparison: Comparison, policy: str, texts: Texts) -> str:
    indicator = comparison.meta["indicator"]
    row = records(select(comparison.outcomes, policy=policy, indicator=indicator, complex=ALL))[0]
    factor = level_unit(row.unit, texts).factor
    median, low, high = (plain(value * factor) for value in (row.median, row.p10, row.p90))
    return f"{median} [{low}–{high}]"


def _interval(effect: Effect) -> str:
    return f"{effect.mean}\n[{effect.low}, {effect.high}]"


def _percent(effect: Effect) -> str:
    return f"{effect.percent}\n[{effect.percent_low}, {effect.percent_high}]"


def _verdict(effect: Effect | None, texts: Texts) -> str:
    return texts(f"verdict.{effect.verdict.replace(' ', '_')}") if effect else ""


def _cost(row: Any, texts: Texts, otherwise: str) -> str:
    """Cost per added won with its interval, or why there is none."""
    if row.cost_note:
        return otherwise
    mean, low, high = (
        plain(value, 2) for value in (row.cost_per_won, row.cost_per_won_low, row.cost_per_won_high)
    )
    return f"{mean} [{low}–{high}]"
