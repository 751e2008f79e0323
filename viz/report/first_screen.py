"""The first screen of a comparison: what was simulated, what came out, whether to believe it."""

from __future__ import annotations

from typing import Any

from innocluster.scenarios.comparison.comparison import Comparison

from ..figures.style import policy_styles
from ..figures.vector import EffectBar, effect_bars
from ..words.backtest import backtest_in_short
from ..words.findings import (
    by_tier,
    headline,
    headline_effects,
    policy_names,
    short_names,
    spoken_names,
)
from ..words.forms import form_answers, form_headline, leader_intervals
from ..words.quantities import (
    effect_unit,
    indicator_phrase,
    level_unit,
    listed,
    rounded,
    two_digits,
)
from ..words.selection import ALL, crowded, headline_unit, records, select
from ..words.texts import Texts
from .glances import about, place_phrase, policy_summary, small_number

__all__ = ["first_screen"]

_SAME_MONEY = 0.01
_MOST_LINES = 3
_LONGEST_LIST = 4


def first_screen(comparison: Comparison, texts: Texts) -> dict[str, Any]:
    """What the page says before anything else.

    Returns
    -------
    dict
        ``subject`` and ``result``, a sentence each; ``assumptions``, how far the result hangs
        on them; ``picture``, SVG text;
        ``cost``, ``match`` and ``limits``, sentences of the three boxes; ``described``, name
        and summary of every policy.
    """
    return {
        "subject": _subject(comparison, texts),
        "result": _result(comparison, texts),
        "assumptions": _assumptions(comparison, texts),
        "picture": _picture(comparison, texts),
        "cost": _cost(comparison, texts),
        "match": backtest_in_short(comparison, texts),
        "limits": _limits(comparison, texts),
        "described": _described(comparison, texts),
    }


def _subject(comparison: Comparison, texts: Texts) -> str:
    """How many firms, where and when; how many ways to spend how much, in how many worlds."""
    meta = comparison.meta
    first, last = meta["first"][:4], meta["last"][:4]
    own = select(comparison.yearly, policy=meta["baseline"], indicator="firms", complex=ALL)
    firms = float(own["median"].iloc[0])
    spent = [row.spent for row in records(comparison.policies) if row.policy != meta["baseline"]]
    money = level_unit("KRW bn", texts)
    low, high = min(spent), max(spent)
    if high - low <= _SAME_MONEY * high:
        key, amount = "glance.ways_same", about(high, money)
    else:
        ends = {"low": rounded(low * money.factor), "high": rounded(high * money.factor)}
        key, amount = "glance.ways_other", money.range(ends["low"], ends["high"], texts)
    key = "glance.ways_one" if len(spent) == 1 else key
    return texts(
        "glance.subject",
        firms=rounded(firms),
        place=place_phrase(meta, texts),
        first=first,
        last=last,
        ways=texts(key, count=small_number(len(spent), texts), amount=amount),
        worlds=meta["pairs"],
    )


def _result(comparison: Comparison, texts: Texts) -> str:
    """The headline; where policies raise the outcome, by how much to two digits."""
    baseline = comparison.meta["baseline"]
    best = [row.policy for row in records(comparison.tiers) if row.tier == 1]
    rows = [row for row in records(headline_effects(comparison, baseline)) if row.policy in best]
    clear = len(rows) == len(best) and all(row.verdict == "higher" for row in rows)
    if not best or not clear or len(best) > _LONGEST_LIST:
        return headline(comparison, texts)
    names, unit = policy_names(comparison, texts), effect_unit(rows[0].unit, texts)
    ends = [two_digits(v, v, v)[0] for v in (
        min(row.relative_mean for row in rows), max(row.relative_mean for row in rows)
    )]  # fmt: skip
    percent = ends[0] if ends[0] == ends[1] else texts("glance.range", low=ends[0], high=ends[1])
    if len(best) == 1 and len(comparison.policies) == 2:
        return headline(comparison, texts)
    return texts(
        "glance.tie" if len(best) > 1 else "glance.best",
        policies=listed([names[policy] for policy in best], texts),
        indicator=indicator_phrase(comparison.meta["indicator"], texts),
        baseline=names[baseline],
        percent=percent,
        amount=about(rows[0].mean, unit),
    )


def _assumptions(comparison: Comparison, texts: Texts) -> str:
    """Both intervals of the leader, and what of the ranking survives other forms."""
    said = [leader_intervals(comparison, texts), form_headline(comparison, texts)]
    return " ".join(filter(None, said)) or form_answers(comparison, texts)[0]


def _picture(comparison: Comparison, texts: Texts) -> str:
    """A bar a policy, by tier; with many policies without what they do."""
    meta, many = comparison.meta, crowded(comparison)
    baseline = meta["baseline"]
    names = short_names(comparison) if many else policy_names(comparison, texts)
    effects = {row.policy: row for row in records(headline_effects(comparison, baseline))}
    styles = policy_styles(list(comparison.policies["policy"]), baseline)
    unit = effect_unit(headline_unit(comparison), texts)
    bars = []
    for policy in by_tier(comparison):
        if policy not in effects:
            continue
        row = effects[policy]
        sign = "+" if row.relative_mean > 0.0 else ""
        percent, _, _ = two_digits(row.relative_mean, row.relative_low, row.relative_high)
        bars.append(
            EffectBar(
                name=names[policy],
                does="" if many else policy_summary(policy, texts),
                mean=row.mean * unit.factor,
                low=row.low * unit.factor,
                high=row.high * unit.factor,
                size=texts("glance.size", percent=sign + percent),
                verdict=texts(f"verdict.{row.verdict.replace(' ', '_')}"),
                settled=row.verdict != "cannot tell",
                colour=styles[policy].colour,
            )
        )
    axis = texts(
        f"glance.axis_{_kind(comparison)}",
        unit=unit.label,
        indicator=indicator_phrase(meta["indicator"], texts),
        baseline=policy_names(comparison, texts)[baseline],
        confidence=f"{100 * meta['confidence']:g}",
    )
    return effect_bars(texts("glance.figure"), axis, bars)


def _cost(comparison: Comparison, texts: Texts) -> list[str]:
    """Spent, net benefit and ratio of the first policies by tier."""
    names, money = spoken_names(comparison, texts), level_unit("KRW bn", texts)
    rows = {row.policy: row for row in records(comparison.policies)}
    policies = [policy for policy in by_tier(comparison) if policy != comparison.meta["baseline"]]
    sentences = []
    for policy in policies[:_MOST_LINES]:
        row = rows[policy]
        values = {"policy": names[policy], "spent": about(row.spent, money)}
        if row.benefit_note or row.net_benefit != row.net_benefit:
            sentences.append(texts("glance.cost_none", **values))
            continue
        net, ratio = about(row.net_benefit, money), two_digits(*(row.benefit_cost,) * 3)[0]
        sentences.append(texts("glance.cost_line", **values, net=net, ratio=ratio))
    if len(policies) > _MOST_LINES:
        sentences.append(texts("glance.cost_more"))
    return [*sentences, texts(f"glance.cost_caution_{_kind(comparison)}")]


def _limits(comparison: Comparison, texts: Texts) -> list[str]:
    """What a reader might take away and must not, shortly."""
    names, tiers = spoken_names(comparison, texts), records(comparison.tiers)
    best = [names[row.policy] for row in tiers if row.tier == 1]
    sentences = []
    if 1 < len(best) <= _LONGEST_LIST:
        sentences.append(texts("glance.not_best", policies=listed(best, texts)))
    against = headline_effects(comparison, comparison.meta["baseline"])
    if (against["verdict"] == "cannot tell").any():
        sentences.append(texts("glance.not_none"))
    point = "point" if comparison.meta["posterior_effect"] is None else "leader"
    kind = point if _kind(comparison) == "point" else "drawn"
    return [*sentences, texts("glance.not_reality"), texts(f"glance.not_{kind}")]


def _described(comparison: Comparison, texts: Texts) -> list[tuple[str, str]]:
    """Identifier with name, and summary, of every policy as asked for."""
    names, short = policy_names(comparison, texts), short_names(comparison)
    return [
        (f"{short[policy]} {names[policy]}", policy_summary(policy, texts))
        for policy in comparison.policies["policy"]
    ]


def _kind(comparison: Comparison) -> str:
    """Whether intervals hold luck alone or drawn parameters, too."""
    return "point" if comparison.meta["under"] == "point" else "drawn"
