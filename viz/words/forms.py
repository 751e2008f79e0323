"""What a comparison says about the forms of contested rules, and parameters beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.comparison.posterior_effect import LEAST_DRAWS
from innocluster.sim.ground.forms import RULES

from .findings import headline_effects, short_names, spoken_names
from .quantities import effect_unit, indicator_phrase, listed, plain, spread, two_digits
from .selection import headline_unit, records, select
from .texts import Texts

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "benefit_rows",
    "form_answers",
    "form_caption",
    "form_headline",
    "form_rows",
    "leader_intervals",
]

_TURNS = ("turns", "may turn")
_LONGEST_LIST = 3


def form_headline(comparison: Comparison, texts: Texts) -> str:
    """What survives the forms and what does not, in one sentence; empty without such worlds."""
    meta, table = comparison.meta, comparison.forms
    if not meta["form_worlds"]:
        return ""
    (own,) = records(select(table, policy=meta["leader"], rule="", form=""))
    seen = table.loc[table["rule"] != ""]
    found = {finding: select(seen, finding=finding) for finding in _TURNS}
    kind = next((finding for finding in _TURNS if len(found[finding])), "survives")
    if kind != _TURNS[0] and (comparison.tiers["tier"] == 1).sum() > 1:
        # Where nothing tells the first apart there is no lead that could survive or not.
        return texts("forms.headline_level", **_shares(comparison, texts))
    turning = [] if kind == "survives" else _forms_in(found[kind], texts)
    if len(turning) > _LONGEST_LIST:
        more = texts("forms.more", count=len(turning) - _LONGEST_LIST)
        turning = [*turning[:_LONGEST_LIST], more]
    return texts(
        f"forms.headline_{kind.replace(' ', '_')}",
        leader=spoken_names(comparison, texts)[meta["leader"]],
        design=texts(f"forms.design_{meta['form_design']}"),
        leads=own.leads,
        worlds=own.worlds,
        share=_percent(own.share, own.low, own.high),
        forms=seen.groupby(["rule", "form"]).ngroups,
        rules=seen["rule"].nunique(),
        turning=listed(turning, texts),
    )


def leader_intervals(comparison: Comparison, texts: Texts) -> str:
    """Effect of the leader with its interval, and what the shipped posterior makes of it.

    Empty where the leader is no policy, and where every world draws forms: what is drawn stands
    in the interval itself.
    """
    meta = comparison.meta
    found = records(select(headline_effects(comparison, meta["baseline"]), policy=meta["leader"]))
    if not found or meta["form_design"] == "drawn":
        return ""
    drawn = meta["posterior_effect"]
    if drawn is None:
        return texts("forms.intervals_few", least=LEAST_DRAWS)
    (own,) = found
    percent, low, high = two_digits(own.relative_mean, own.relative_low, own.relative_high)
    median, least, most = two_digits(drawn["median"], drawn["low"], drawn["high"])
    zero = "above" if drawn["low"] > 0.0 else "below" if drawn["high"] < 0.0 else "inside"
    draws = drawn["draws"]
    return texts(
        f"forms.intervals_{'point' if meta['under'] == 'point' else 'drawn'}",
        leader=spoken_names(comparison, texts)[meta["leader"]],
        percent=percent,
        luck=texts("glance.range", low=low, high=high),
        confidence=f"{100 * meta['confidence']:g}",
        worlds=meta["pairs"],
        median=median,
        range=texts("glance.range", low=least, high=most),
        draws=draws,
        zero=texts(f"forms.zero_{zero}", above=round(drawn["above"] * draws), draws=draws),
    )


def form_answers(comparison: Comparison, texts: Texts) -> list[str]:
    """Who leads in which share of the worlds, and what hangs on no form."""
    names, meta = spoken_names(comparison, texts), comparison.meta
    if not meta["form_worlds"]:
        return [texts("forms.none")]
    sentences = [texts("forms.shares", **_shares(comparison, texts))]
    groups = comparison.forms.groupby("policy", sort=False)
    fixed: dict[str, list[str]] = {"above": [], "below": [], "never": []}
    for policy, rows in groups:
        # Above or below no programme in every world, whatever the form.
        if policy != meta["baseline"] and (rows["above"] == 1.0).all():
            fixed["above"].append(names[str(policy)])
        if policy != meta["baseline"] and (rows["above"] == 0.0).all():
            fixed["below"].append(names[str(policy)])
        if (rows["leads"] == 0).all():
            fixed["never"].append(names[str(policy)])
    for key, policies in fixed.items():
        if policies:
            values = {"policies": listed(policies, texts), "baseline": names[meta["baseline"]]}
            sentences.append(texts(f"forms.{key}", **values))
    if not any(fixed.values()):
        sentences.append(texts("forms.nothing"))
    return sentences


def _shares(comparison: Comparison, texts: Texts) -> dict[str, object]:
    """Who leads in which share of how many worlds, as it is written."""
    names, meta = spoken_names(comparison, texts), comparison.meta
    over_all = records(select(comparison.forms, rule="", form=""))
    led = sorted((row for row in over_all if row.leads), key=lambda row: -row.leads)
    shares = [f"{names[row.policy]} {_percent(row.share, row.low, row.high)}" for row in led]
    return {
        "design": texts(f"forms.design_{meta['form_design']}"),
        "worlds": meta["form_worlds"],
        "shares": listed(shares, texts),
    }


def form_rows(comparison: Comparison, texts: Texts) -> list[list[str]]:
    """Form, worlds, who leads most, share and least lead of the leader, what the form does."""
    names, leader = short_names(comparison), comparison.meta["leader"]
    factor = effect_unit(headline_unit(comparison), texts).factor
    rows = []
    for (rule, form), found in comparison.forms.groupby(["rule", "form"], sort=False):
        policies = records(found)
        own = next(row for row in policies if row.policy == leader)
        first = max(policies, key=lambda row: row.leads)
        rival = min((r for r in policies if r.policy != leader), key=lambda row: row.lead)
        lead = (value * factor for value in (rival.lead, rival.lead_low, rival.lead_high))
        mean, low, high = spread(*lead)
        finding = next((f for f in _TURNS if (found["finding"] == f).any()), "")
        rows.append(
            [
                _form(str(rule), str(form), texts),
                str(own.worlds),
                _broken(f"{names[first.policy]} {_percent(first.share, first.low, first.high)}"),
                _broken(_percent(own.share, own.low, own.high)),
                _broken(f"{mean} ({names[rival.policy]}) [{low}, {high}]"),
                texts(f"forms.{finding.replace(' ', '_')}") if finding else "",
            ]
        )
    return rows


def form_caption(comparison: Comparison, texts: Texts) -> str:
    """What the numbers of `form_rows` are; empty without them."""
    if not comparison.meta["form_worlds"]:
        return ""
    return texts(
        "forms.caption",
        leader=spoken_names(comparison, texts)[comparison.meta["leader"]],
        design=texts(f"forms.design_{comparison.meta['form_design']}"),
        indicator=indicator_phrase(comparison.meta["indicator"], texts),
        unit=effect_unit(headline_unit(comparison), texts).label,
    )


def benefit_rows(comparison: Comparison, texts: Texts) -> list[list[str]]:
    """Policy, measure of benefit, won per won with the middle 80 %, chance of less than one."""
    names = spoken_names(comparison, texts)
    rows = []
    for row in records(comparison.benefits):
        median, low, high = (plain(v, 2) for v in (row.median, row.p10, row.p90))
        key = f"benefit.{row.measure}"
        share = _percent(row.below_one, row.low, row.high)
        label = texts(key) if key in texts else row.measure
        rows.append([names[row.policy], label, f"{median} [{low}, {high}]", share])
    return rows


def _forms_in(table: pd.DataFrame, texts: Texts) -> list[str]:
    """Forms of a part of the table in words, each once."""
    return list(dict.fromkeys(_form(row.rule, row.form, texts) for row in records(table)))


def _form(rule: str, form: str, texts: Texts) -> str:
    """A form in words with both names; what stands for many in the table, too."""
    if not rule:
        return texts("forms.same" if form else "forms.all")
    known = RULES[rule].forms.get(form)
    label = form if known is None else known.label_ko if texts.language == "ko" else known.label
    usual = f", {texts('forms.usual')}" if form == RULES[rule].default else ""
    return f"{label} ({rule} = {form}{usual})"


def _broken(cell: str) -> str:
    """A number over its interval, or alone where it has none."""
    number, _, interval = cell.partition(" [")
    return number if interval.startswith("–") else f"{number}\n[{interval}"


def _percent(share: float, low: float, high: float) -> str:
    """A share with Wilson's interval."""
    return f"{100 * share:.0f} % [{100 * low:.0f}–{100 * high:.0f}]"
