"""What a comparison allows to say, in sentences.

Every sentence follows from the verdicts, intervals, tiers and counts of the
result; figures, tables and reports share them, so that none says more than another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from innocluster.scenarios.comparison.comparison import Comparison

from .quantities import effect_unit, indicator_phrase, listed, plain, spread, two_digits
from .selection import ALL, crowded, records, select
from .texts import Texts

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "PLACEBO",
    "Effect",
    "answers",
    "by_tier",
    "effect_of",
    "headline",
    "headline_effects",
    "may_conclude",
    "may_not_conclude",
    "policy_names",
    "short_names",
    "spoken_names",
    "unsettled",
]

PLACEBO = "P2"
"""Random matching, the reference of claims on matching."""

_FEW_PAIRS = 30
_SMALL_GAIN = 20.0
_LONGEST_LIST = 4


@dataclass(frozen=True)
class Effect:
    """One effect as it is written.

    Attributes
    ----------
    policy, baseline : ids
    verdict : ``"higher"``, ``"lower"`` or ``"cannot tell"``
    mean, low, high : difference with its simultaneous interval
    amount, range : the mean and the interval with their unit
    percent, percent_low, percent_high : the same in % of the baseline's outcome
    """

    policy: str
    baseline: str
    verdict: str
    mean: str
    low: str
    high: str
    amount: str
    range: str
    percent: str
    percent_low: str
    percent_high: str


def policy_names(comparison: Comparison, texts: Texts) -> dict[str, str]:
    """Policy id -> display name."""
    column = "name_ko" if texts.language == "ko" else "name"
    table = comparison.policies
    return dict(zip(table["policy"], table[column], strict=True))


def spoken_names(comparison: Comparison, texts: Texts) -> dict[str, str]:
    """Policy id -> what sentences call it: where there are many, the short identifier."""
    return short_names(comparison) if crowded(comparison) else policy_names(comparison, texts)


def short_names(comparison: Comparison) -> dict[str, str]:
    """Policy id -> what figures and narrow columns call it: a file's path becomes its name."""
    return {
        row.policy: row.policy
        if "@" not in row.policy
        else f"{row.policy.partition('@')[0]}@{row.name.rpartition(' @ ')[2]}"
        for row in records(comparison.policies)
    }


def by_tier(comparison: Comparison) -> list[str]:
    """Policy ids by tier, yardsticks last; within a tier as they were asked for."""
    tiers = dict(zip(comparison.tiers["policy"], comparison.tiers["tier"], strict=True))
    return sorted(tiers, key=lambda policy: tiers[policy] or len(tiers) + 1)


def headline_effects(comparison: Comparison, baseline: str) -> pd.DataFrame:
    """Rows of the headline indicator for the whole region against one baseline."""
    indicator = comparison.meta["indicator"]
    return select(comparison.effects, indicator=indicator, complex=ALL, baseline=baseline)


def effect_of(comparison: Comparison, policy: str, baseline: str, texts: Texts) -> Effect | None:
    """Headline effect of one policy, ``None`` where that contrast was not made."""
    rows = records(select(headline_effects(comparison, baseline), policy=policy))
    if not rows:
        return None
    row = rows[0]
    unit = effect_unit(row.unit, texts)
    mean, low, high = spread(*(value * unit.factor for value in (row.mean, row.low, row.high)))
    percent = two_digits(row.relative_mean, row.relative_low, row.relative_high)
    amount = unit.amount.format(value=mean)
    bounds = unit.range(low, high, texts)
    return Effect(policy, baseline, row.verdict, mean, low, high, amount, bounds, *percent)


def headline(comparison: Comparison, texts: Texts) -> str:
    """The answer in one sentence."""
    names = policy_names(comparison, texts)
    baseline = comparison.meta["baseline"]
    indicator = indicator_phrase(comparison.meta["indicator"], texts)
    best = [row.policy for row in records(comparison.tiers) if row.tier == 1]
    against = {row.policy: row.verdict for row in records(headline_effects(comparison, baseline))}
    values = {
        "indicator": indicator,
        "baseline": names[baseline],
        "policies": listed([names[policy] for policy in best if policy != baseline], texts),
    }
    if best == [baseline]:
        return texts("headline.baseline_best", **values)
    if baseline in best:
        higher = [names[policy] for policy, verdict in against.items() if verdict == "higher"]
        if higher:
            return texts("headline.weak", **{**values, "policies": listed(higher, texts)})
        return texts("headline.none", **values)
    if not all(against[policy] == "higher" for policy in best):
        return texts("headline.no_best", **values)
    if len(best) > _LONGEST_LIST:
        return texts("headline.many", **values, count=len(best))
    if len(best) > 1:
        return texts("headline.tie", **values)
    effect = effect_of(comparison, best[0], baseline, texts)
    assert effect is not None
    key = "headline.best" if len(against) > 1 else "headline.only"
    return texts(key, **values, amount=effect.amount, percent=effect.percent)


def answers(comparison: Comparison, texts: Texts) -> list[str]:
    """What each policy does against no programme, then against the placebo.

    One sentence a contrast, or one a verdict where there are many policies.
    """
    baseline = comparison.meta["baseline"]
    if crowded(comparison):
        return [
            sentence
            for reference in (baseline, PLACEBO)
            for sentence in _grouped_answers(comparison, reference, texts)
        ]
    policies = list(comparison.policies["policy"])
    contrasts = [(policy, baseline) for policy in policies]
    contrasts += [(policy, PLACEBO) for policy in policies if policy != baseline]
    names = policy_names(comparison, texts)
    sentences = []
    for policy, reference in contrasts:
        effect = effect_of(comparison, policy, reference, texts)
        if effect is None:
            continue
        key = "unknown" if effect.low == "–" else effect.verdict.replace(" ", "_")
        row = records(select(headline_effects(comparison, reference), policy=policy))[0]
        if row.mean == row.low == row.high == 0.0:
            key = "none"
        sentences.append(
            texts(
                f"answer.{key}",
                policy=names[policy],
                baseline=names[reference],
                indicator=indicator_phrase(comparison.meta["indicator"], texts),
                confidence=f"{100 * comparison.meta['confidence']:g}",
                amount=effect.amount,
                range=effect.range,
                percent=effect.percent,
            )
        )
    return sentences


def _grouped_answers(comparison: Comparison, reference: str, texts: Texts) -> list[str]:
    """One sentence a verdict, with the policies in the order in which they were asked for."""
    names = short_names(comparison)
    rows = headline_effects(comparison, reference)
    values = {
        "indicator": indicator_phrase(comparison.meta["indicator"], texts),
        "baseline": policy_names(comparison, texts).get(reference, reference),
    }
    return [
        texts(
            f"answers.{verdict.replace(' ', '_')}",
            policies=listed([names[policy] for policy in own["policy"]], texts),
            **values,
        )
        for verdict in ("higher", "lower", "cannot tell")
        if not (own := select(rows, verdict=verdict)).empty
    ]


def may_conclude(comparison: Comparison, texts: Texts) -> list[str]:
    """What a reader may take away."""
    baseline, under = comparison.meta["baseline"], comparison.meta["under"]
    names = spoken_names(comparison, texts)
    indicator = indicator_phrase(comparison.meta["indicator"], texts)
    sentences = []
    if crowded(comparison):
        against = headline_effects(comparison, baseline)
        for verdict in ("higher", "lower"):
            policies = [names[p] for p in select(against, verdict=verdict)["policy"]]
            if policies:
                sentences.append(
                    texts(
                        f"may.all_{verdict}",
                        conditions=texts(f"under.{under}"),
                        indicator=indicator,
                        baseline=names[baseline],
                        policies=listed(policies, texts),
                    )
                )
    else:
        for policy in headline_effects(comparison, baseline)["policy"]:
            effect = effect_of(comparison, policy, baseline, texts)
            if effect is not None and effect.verdict != "cannot tell":
                sentences.append(
                    texts(
                        f"may.{effect.verdict}",
                        conditions=texts(f"under.{under}"),
                        policy=names[policy],
                        indicator=indicator,
                        range=effect.range,
                    )
                )
    matching = headline_effects(comparison, PLACEBO)
    for verdict in ("higher", "lower"):
        policies = [names[p] for p in select(matching, verdict=verdict)["policy"]]
        if policies:
            values = {"policy": listed(policies, texts), "placebo": names[PLACEBO]}
            sentences.append(texts(f"may.matching_{verdict}", **values))
    if not sentences:
        sentences.append(texts("may.nothing"))
    widest = _widest(comparison, texts)
    if widest:
        sentences.append(texts("may.excluded", **widest))
    return sentences


def may_not_conclude(comparison: Comparison, texts: Texts) -> list[str]:
    """What a reader may not take away, and why."""
    meta = comparison.meta
    names = spoken_names(comparison, texts)
    sentences = []
    for reference, key in ((meta["baseline"], "not.effect"), (PLACEBO, "not.matching")):
        rows = headline_effects(comparison, reference)
        open_ = [names[policy] for policy in select(rows, verdict="cannot tell")["policy"]]
        if crowded(comparison):
            open_ = [listed(open_, texts)] if open_ else []
        sentences += [texts(key, policy=name, baseline=names[reference]) for name in open_]
    for tier, rows in comparison.tiers.groupby("tier", sort=True):
        if len(rows) > 1 and tier:
            members = listed([names[policy] for policy in rows["policy"]], texts)
            sentences.append(texts("not.tier", policies=members, tier=tier))
    share = _programme_share(comparison)
    if share:
        sentences.append(texts("not.aggregates", **share))
    sentences.append(texts(f"not.parameters_{meta['under']}"))
    sentences.append(texts("not.reality"))
    sentences.append(texts("not.hold_out"))
    return sentences


def unsettled(comparison: Comparison, texts: Texts) -> list[str]:
    """Warnings on the comparison itself: cap reached, few worlds, failures, little pairing gain."""
    meta = comparison.meta
    sentences = []
    if meta["stopped_by"] == "cap":
        reached = max((w for w in meta["precision_reached"].values() if w == w), default=math.nan)
        sentences.append(
            texts(
                "warn.cap",
                pairs=meta["pairs"],
                asked=f"{meta['precision_asked']:g}",
                reached=plain(reached, 2),
            )
        )
    if meta["pairs"] < _FEW_PAIRS:
        sentences.append(texts("warn.few", pairs=meta["pairs"], enough=_FEW_PAIRS))
    if meta["failures"]:
        sentences.append(texts("warn.failures", failures=meta["failures"]))
    names = spoken_names(comparison, texts)
    for row in records(comparison.policies):
        for warning in filter(None, row.warnings.split("; ")):
            sentences.append(
                texts("warn.benefit", policy=names[row.policy], what=texts.translate(warning))
            )
    small = comparison.policies[comparison.policies["pairing_gain"] < _SMALL_GAIN]
    if not small.empty:
        sentences.append(
            texts(
                "warn.gain",
                policies=listed([names[policy] for policy in small["policy"]], texts),
                gain=plain(float(small["pairing_gain"].min()), 2),
                enough=f"{_SMALL_GAIN:g}",
            )
        )
    return sentences


def _widest(comparison: Comparison, texts: Texts) -> dict[str, object]:
    """The widest half-width of the headline effects, as it is written."""
    rows = headline_effects(comparison, comparison.meta["baseline"])
    known = [row for row in records(rows) if math.isfinite(row.high - row.low)]
    if not known:
        return {}
    row = max(known, key=lambda row: row.high - row.low)
    unit = effect_unit(row.unit, texts)
    half = (row.high - row.low) / 2.0
    percent = (row.relative_high - row.relative_low) / 2.0
    return {
        "width": unit.amount.format(value="±" + plain(half * unit.factor, 2)),
        "percent": plain(percent, 2),
        "pairs": comparison.meta["pairs"],
    }


def _programme_share(comparison: Comparison) -> dict[str, object]:
    """How much of the region's revenue the members and the programme's money make, in %."""
    yearly = select(comparison.yearly, complex=ALL)
    median = yearly.pivot_table(index=["policy", "year"], columns="indicator", values="median")
    spending = [name for name in median.columns if str(name).startswith("spent_")]
    if not spending or "member_revenue" not in median.columns:
        return {}
    active = median[median["members"] > 0] if "members" in median.columns else median
    if active.empty:
        return {}
    last = active.xs(active.index.get_level_values("year").max(), level="year")
    members = 100.0 * float((last["member_revenue"] / last["revenue"]).max())
    # Spending is KRW bn, revenue KRW tn.
    money = 0.1 * float((active[spending].sum(axis=1) / active["revenue"]).max())
    effects = headline_effects(comparison, comparison.meta["baseline"])
    # What another scenario brings with it is no effect of a programme.
    own = effects.loc[~effects["policy"].str.contains("@"), "relative_mean"]
    return {
        "members": plain(members, 2),
        "money": plain(money, 2),
        "effect": plain(float(own.abs().max()), 2),
    }
