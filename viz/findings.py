"""What a comparison allows to say, in sentences.

Every sentence follows from the verdicts, intervals, tiers and counts of the
result; figures, tables and reports share them, so that none says more than another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from innocluster.scenarios.comparison import Comparison

from .quantities import effect_unit, indicator_phrase, plain, spread
from .selection import ALL, records, select
from .texts import Texts

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "PLACEBO",
    "Effect",
    "answers",
    "effect_of",
    "headline",
    "headline_effects",
    "may_conclude",
    "may_not_conclude",
    "policy_names",
    "unsettled",
]

PLACEBO = "P2"
"""Random matching, the reference of claims on matching."""

_FEW_PAIRS = 30
_SMALL_GAIN = 2.0


@dataclass(frozen=True)
class Effect:
    """One effect as it is written.

    Attributes
    ----------
    policy, baseline : ids
    verdict : ``"higher"``, ``"lower"`` or ``"cannot tell"``
    mean, low, high, unit : difference with its simultaneous interval
    amount : the mean with its unit
    percent, percent_low, percent_high : the same in % of the baseline's outcome
    """

    policy: str
    baseline: str
    verdict: str
    mean: str
    low: str
    high: str
    unit: str
    amount: str
    percent: str
    percent_low: str
    percent_high: str


def policy_names(comparison: Comparison, texts: Texts) -> dict[str, str]:
    """Policy id -> display name."""
    column = "name_ko" if texts.language == "ko" else "name"
    table = comparison.policies
    return dict(zip(table["policy"], table[column], strict=True))


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
    percent = spread(row.relative_mean, row.relative_low, row.relative_high)
    amount = unit.amount.format(value=mean)
    return Effect(policy, baseline, row.verdict, mean, low, high, unit.label, amount, *percent)


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
        "policies": _listed([names[policy] for policy in best if policy != baseline], texts),
    }
    if best == [baseline]:
        return texts("headline.baseline_best", **values)
    if baseline in best:
        higher = [names[policy] for policy, verdict in against.items() if verdict == "higher"]
        if higher:
            return texts("headline.weak", **{**values, "policies": _listed(higher, texts)})
        return texts("headline.none", **values)
    if not all(against[policy] == "higher" for policy in best):
        return texts("headline.no_best", **values)
    if len(best) > 1:
        return texts("headline.tie", **values)
    effect = effect_of(comparison, best[0], baseline, texts)
    assert effect is not None
    key = "headline.best" if len(against) > 1 else "headline.only"
    return texts(key, **values, amount=effect.amount, percent=effect.percent)


def answers(comparison: Comparison, texts: Texts) -> list[str]:
    """One sentence a contrast: each policy against no programme, then against the placebo."""
    baseline = comparison.meta["baseline"]
    policies = list(comparison.policies["policy"])
    contrasts = [(policy, baseline) for policy in policies]
    contrasts += [(policy, PLACEBO) for policy in policies if policy != baseline]
    names = policy_names(comparison, texts)
    confidence = f"{100 * comparison.meta['confidence']:g}"
    sentences = []
    for policy, reference in contrasts:
        effect = effect_of(comparison, policy, reference, texts)
        if effect is None:
            continue
        key = "unknown" if effect.low == "–" else effect.verdict.replace(" ", "_")
        sentences.append(
            texts(
                f"answer.{key}",
                policy=names[policy],
                baseline=names[reference],
                indicator=indicator_phrase(comparison.meta["indicator"], texts),
                confidence=confidence,
                amount=effect.amount,
                low=effect.low,
                high=effect.high,
                unit=effect.unit,
                percent=effect.percent,
            )
        )
    return sentences


def may_conclude(comparison: Comparison, texts: Texts) -> list[str]:
    """What a reader may take away."""
    baseline = comparison.meta["baseline"]
    names = policy_names(comparison, texts)
    indicator = indicator_phrase(comparison.meta["indicator"], texts)
    sentences = []
    for policy in headline_effects(comparison, baseline)["policy"]:
        effect = effect_of(comparison, policy, baseline, texts)
        if effect is not None and effect.verdict != "cannot tell":
            key = f"may.{effect.verdict}"
            values = {"low": effect.low, "high": effect.high, "unit": effect.unit}
            sentences.append(texts(key, policy=names[policy], indicator=indicator, **values))
    for policy in headline_effects(comparison, PLACEBO)["policy"]:
        effect = effect_of(comparison, policy, PLACEBO, texts)
        if effect is not None and effect.verdict != "cannot tell":
            key = f"may.matching_{effect.verdict}"
            sentences.append(texts(key, policy=names[policy], placebo=names[PLACEBO]))
    if not sentences:
        sentences.append(texts("may.nothing"))
    widest = _widest(comparison, texts)
    if widest:
        sentences.append(texts("may.excluded", **widest))
    return sentences


def may_not_conclude(comparison: Comparison, texts: Texts) -> list[str]:
    """What a reader may not take away, and why."""
    meta = comparison.meta
    names = policy_names(comparison, texts)
    sentences = []
    for reference, key in ((meta["baseline"], "not.effect"), (PLACEBO, "not.matching")):
        rows = headline_effects(comparison, reference)
        for policy in select(rows, verdict="cannot tell")["policy"]:
            sentences.append(texts(key, policy=names[policy], baseline=names[reference]))
    for tier, rows in comparison.tiers.groupby("tier", sort=True):
        if len(rows) > 1:
            listed = _listed([names[policy] for policy in rows["policy"]], texts)
            sentences.append(texts("not.tier", policies=listed, tier=tier))
    share = _programme_share(comparison)
    if share:
        sentences.append(texts("not.aggregates", **share))
    sentences.append(texts("not.parameters"))
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
    gains = comparison.policies["pairing_gain"].dropna()
    if not gains.empty and float(gains.min()) < _SMALL_GAIN:
        sentences.append(texts("warn.gain", gain=plain(float(gains.min()), 2)))
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
    largest = headline_effects(comparison, comparison.meta["baseline"])["relative_mean"].abs().max()
    return {
        "members": plain(members, 2),
        "money": plain(money, 2),
        "effect": plain(float(largest), 2),
    }


def _listed(names: list[str], texts: Texts) -> str:
    """Names as an enumeration."""
    if len(names) < 2:
        return "".join(names)
    return texts("list.last", first=", ".join(names[:-1]), last=names[-1])
