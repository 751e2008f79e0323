"""The decision table of a comparison, one row an arm, as it is written.

The terminal and the report show the same cells.  Rows come by tier, and within
a tier in the order in which they were asked for: no tier is ordered inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from innocluster.scenarios.comparison.comparison import Comparison

from .findings import (
    PLACEBO,
    Effect,
    by_tier,
    effect_of,
    policy_names,
    short_names,
)
from .quantities import (
    Unit,
    effect_unit,
    exact,
    indicator_label,
    level_unit,
    plain,
    spread,
    two_digits,
)
from .selection import headline_unit, records, select
from .texts import Texts

__all__ = ["Decision", "TargetShare", "decisions", "target_shares"]

_LARGE_GAIN = 999


@dataclass(frozen=True)
class Decision:
    """One row; every field but `is_placebo` and `order` is text.

    Attributes
    ----------
    id, name, label : short identifier, display name, and both
    order : tier as a number, yardsticks last
    is_placebo : whether claims on matching are made against it
    tier : its tier, a dash for a yardstick
    outcome : median with the 10-90 % range of worlds
    effect, percent, verdict : against the baseline, with interval
    matching, matching_verdict : against the placebo
    first : share of worlds in which it is the best
    regret, short_regret, oracle : shortfall against the best of the world and the oracle
    worst : mean effect in the worst tenth of its worlds
    good, short_good : share of worlds in which it is good enough
    possible, short_possible : whether it may be the best or level with it
    front, short_front : whether it is on the front of cost and effect, or who dominates it
    spent, spent_unit : programme money of all years
    net_cost : the same less what returns, with interval
    gross, net, hulten : benefits as present values, net with its interval
    gross_ratio : value added per won spent
    ratio, short_ratio : net benefit-cost ratio per won spent, with interval or the reason why
        there is none, and on two lines
    budgeted_ratio : the same per won of the budget
    participants : effect on the sales of participants, %
    gain, worlds : pairing gain and runs
    """

    id: str
    name: str
    label: str
    order: int
    is_placebo: bool
    tier: str
    outcome: str
    effect: str
    percent: str
    verdict: str
    matching: str
    matching_verdict: str
    first: str
    regret: str
    short_regret: str
    oracle: str
    worst: str
    good: str
    short_good: str
    possible: str
    short_possible: str
    front: str
    short_front: str
    spent: str
    spent_unit: str
    net_cost: str
    gross: str
    net: str
    hulten: str
    gross_ratio: str
    ratio: str
    short_ratio: str
    budgeted_ratio: str
    participants: str
    gain: str
    worlds: str


@dataclass(frozen=True)
class TargetShare:
    """Share of worlds that reach a target, by policy in the order of the table."""

    label: str
    value: str
    by_policy: tuple[str, ...]


def decisions(comparison: Comparison, texts: Texts) -> list[Decision]:
    """Rows of the decision table, by tier."""
    names, short = policy_names(comparison, texts), short_names(comparison)
    rows = {row.policy: row for row in records(comparison.decisions)}
    return [_row(comparison, rows[p], names, short, texts) for p in by_tier(comparison)]


def _row(
    comparison: Comparison, row: Any, names: dict[str, str], short: dict[str, str], texts: Texts
) -> Decision:
    baseline = comparison.meta["baseline"]
    is_baseline = row.policy == baseline
    against = effect_of(comparison, row.policy, baseline, texts)
    matching = None if is_baseline else effect_of(comparison, row.policy, PLACEBO, texts)
    money, unit = level_unit("KRW bn", texts), effect_unit(row.unit, texts)
    name = names[row.policy]
    own = name.partition(" @ ")[0]
    return Decision(
        id=short[row.policy],
        name=name,
        label=f"{short[row.policy]} {own}",
        order=int(row.tier) or len(names) + 1,
        is_placebo=row.policy == PLACEBO,
        tier=str(row.tier) if row.choice else "–",
        outcome=_outcome(comparison, row.policy, texts),
        effect=_interval(against) if against else texts("table.reference") if is_baseline else "–",
        percent=_percent(against) if against else "",
        verdict=_verdict(against, texts),
        matching=_interval(matching) if matching else "",
        matching_verdict=_verdict(matching, texts),
        first=_share(row.best_probability),
        regret=_bounded(row.regret, row.regret_low, row.regret_high, unit) if row.choice else "–",
        short_regret=plain(row.regret * unit.factor, 2) if row.choice else "–",
        oracle=_bounded(row.oracle_regret, row.oracle_regret_low, row.oracle_regret_high, unit),
        worst=plain(row.worst_decile * unit.factor, 2),
        good=_share(row.satisficing, row.satisficing_low, row.satisficing_high),
        short_good=_share(row.satisficing),
        possible=_possible(row, texts, short=False),
        short_possible=_possible(row, texts, short=True),
        front=_front(row, short, texts),
        short_front=_yes(row.on_front, row.choice, texts),
        spent=plain(row.spent * money.factor),
        spent_unit=money.label,
        net_cost=_money(row.net_cost, row.net_cost_low, row.net_cost_high, money),
        gross=_or_dash(row.gross_benefit * money.factor),
        net=_bounded(row.net_benefit, row.net_benefit_low, row.net_benefit_high, money),
        hulten=_or_dash(row.hulten_benefit * money.factor),
        gross_ratio=_or_dash(row.gross_ratio),
        ratio=_ratio(row, texts.translate(row.benefit_note)),
        short_ratio=_ratio(row, "–").replace(" [", "\n["),
        budgeted_ratio=_or_dash(row.benefit_cost_budgeted),
        participants=_or_dash(row.participant_effect),
        gain="" if is_baseline else _gain(row.pairing_gain),
        worlds=str(row.runs),
    )


def target_shares(comparison: Comparison, texts: Texts) -> list[TargetShare]:
    """Share of worlds that reach each target of the article, with Wilson's interval."""
    shares = []
    for target, rows in comparison.targets.groupby("target", sort=False):
        unit = level_unit(rows["unit"].iloc[0], texts)
        by_policy = {
            row.policy: _share(row.probability, row.low, row.high) for row in records(rows)
        }
        shares.append(
            TargetShare(
                indicator_label(str(target), texts),
                unit.amount.format(value=exact(rows["value"].iloc[0] * unit.factor)),
                tuple(by_policy[policy] for policy in by_tier(comparison)),
            )
        )
    return shares


def _outcome(comparison: Comparison, policy: str, texts: Texts) -> str:
    row = records(select(comparison.decisions, policy=policy))[0]
    factor = level_unit(headline_unit(comparison), texts).factor
    median, low, high = (plain(value * factor) for value in (row.median, row.p10, row.p90))
    return f"{median} [{low}–{high}]"


def _interval(effect: Effect) -> str:
    return f"{effect.mean} [{effect.low}, {effect.high}]"


def _percent(effect: Effect) -> str:
    return f"{effect.percent} [{effect.percent_low}, {effect.percent_high}]"


def _money(mean: float, low: float, high: float, unit: Unit) -> str:
    """An amount with its interval, or alone where three digits do not tell the bounds apart."""
    ends = {plain(value * unit.factor) for value in (mean, low, high)}
    return ends.pop() if len(ends) == 1 else _bounded(mean, low, high, unit)


def _bounded(mean: float, low: float, high: float, unit: Unit) -> str:
    """A mean with its interval in a unit of display, a dash where there is none."""
    if mean != mean:
        return "–"
    words = spread(*(value * unit.factor for value in (mean, low, high)))
    return f"{words[0]} [{words[1]}, {words[2]}]"


def _share(share: float, low: float | None = None, high: float | None = None) -> str:
    """A probability in percent, with its interval where one is given."""
    if share != share:
        return "–"
    bounds = "" if low is None or high is None else f" [{100 * low:.0f}–{100 * high:.0f}]"
    return f"{100 * share:.0f}%{bounds}"


def _yes(holds: bool, applies: bool, texts: Texts) -> str:
    if not applies:
        return "–"
    return texts("word.yes") if holds else texts("word.no")


def _possible(row: Any, texts: Texts, short: bool) -> str:
    """Whether an arm may be the best; in the first tier one that dropped out is level with it."""
    if row.possibly_best or not row.choice:
        return _yes(row.possibly_best, row.choice, texts)
    if row.tier == 1:
        return texts("table.level")
    return texts("word.no") if short else texts("table.dropped", worlds=row.dropped_after)


def _front(row: Any, short: dict[str, str], texts: Texts) -> str:
    if row.on_front or not row.choice:
        return _yes(row.on_front, row.choice, texts)
    rivals = ", ".join(short[policy] for policy in row.dominated_by.split("; "))
    return texts("table.dominated", policies=rivals)


def _verdict(effect: Effect | None, texts: Texts) -> str:
    return texts(f"verdict.{effect.verdict.replace(' ', '_')}") if effect else ""


def _gain(gain: float) -> str:
    """A pairing gain; beyond some size more of it says nothing."""
    return f">×{_LARGE_GAIN}" if gain > _LARGE_GAIN else f"×{plain(gain, 2)}"


def _or_dash(value: float) -> str:
    return plain(value, 2) if value == value else "–"


def _ratio(row: Any, otherwise: str) -> str:
    """Net benefit-cost ratio with its interval where it has one, or why there is none."""
    if row.benefit_note:
        return otherwise
    if row.benefit_cost_low != row.benefit_cost_low:
        return _or_dash(row.benefit_cost)
    words = two_digits(row.benefit_cost, row.benefit_cost_low, row.benefit_cost_high)
    return f"{words[0]} [{words[1]}, {words[2]}]"
