"""What a comparison says about choosing, and about the parameters that this hangs on."""

from __future__ import annotations

from typing import Any

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.sim.ground.parameters import PARAMETERS

from .findings import policy_names, spoken_names
from .quantities import effect_unit, indicator_phrase, listed, plain, spread
from .selection import records, select
from .texts import Texts

__all__ = ["choices", "turning_caption", "turning_points", "turning_rows", "why_ranked"]

_TURNS = ("flips", "may flip")
_MOST_ROWS = 60
_EXPLAINED = 3


def choices(comparison: Comparison, texts: Texts) -> list[str]:
    """Which arms may be the best, and which are dominated; nothing beyond what is clear."""
    names, meta = spoken_names(comparison, texts), comparison.meta
    table = select(comparison.decisions, choice=True)
    unit = effect_unit(table["unit"].iloc[0], texts)
    # Arms of the first tier are level with what elimination leaves: it drops them for
    # differences that do not matter, and nothing tells them apart.
    level = table[table["possibly_best"] | (table["tier"] == 1)]
    possible = [names[policy] for policy in level["policy"]]
    sentences = [
        texts(
            "choice.possible" if len(possible) > 1 else "choice.single",
            policies=listed(possible, texts),
            confidence=f"{100 * meta['confidence']:g}",
            zone=unit.amount.format(value=plain(meta["indifference"] * unit.factor, 2)),
            percent=f"{meta['indifference_percent']:g}",
        )
    ]
    front = [names[p] for p in select(table, on_front=True)["policy"]]
    dominated = [names[p] for p in select(table, on_front=False)["policy"]]
    if dominated:
        values = {"policies": listed(front, texts), "dominated": listed(dominated, texts)}
        sentences.append(texts("choice.front", **values))
    else:
        sentences.append(texts("choice.no_front"))
    return sentences


def why_ranked(comparison: Comparison, texts: Texts) -> str:
    """Which command tells through which channels the first policies act."""
    ids = dict.fromkeys(policy.partition("@")[0] for policy in comparison.policies["policy"])
    chosen = [policy for policy in ids if policy != comparison.meta["baseline"]]
    return texts("choice.why", policies=" ".join(chosen[:_EXPLAINED]))


def turning_points(comparison: Comparison, texts: Texts) -> list[str]:
    """Which drawn parameter could turn the ranking round, and which merely matter."""
    sentences = [texts("flip.point")] if comparison.meta["under"] == "point" else []
    if comparison.flips.empty:
        return sentences
    names = spoken_names(comparison, texts)
    found = comparison.flips[comparison.flips["finding"] != ""]
    leader = policy_names(comparison, texts)[comparison.meta["leader"]]
    values = {
        "leader": leader,
        "count": comparison.flips["parameter"].nunique(),
        "pairs": comparison.meta["pairs"],
    }
    sentences.append(texts("flip.none" if found.empty else "flip.leader", **values))
    turning = found[found["finding"].isin(_TURNS)]
    for (finding, name), rows in turning.groupby(["finding", "parameter"], sort=False):
        sentences.append(
            texts(
                f"flip.{str(finding).replace(' ', '_')}",
                parameter=_parameter(str(name), texts),
                value=_end(rows.iloc[0]),
                leader=leader,
                rivals=listed([names[rival] for rival in rows["rival"]], texts),
            )
        )
    merely = [n for n in dict.fromkeys(found["parameter"]) if n not in set(turning["parameter"])]
    if merely:
        shown = listed([_parameter(name, texts) for name in merely], texts)
        sentences.append(texts("flip.matters", leader=leader, parameters=shown))
    return sentences


def turning_rows(comparison: Comparison, texts: Texts) -> list[list[str]]:
    """Parameter, rival, lead at the low and at the high end, finding; the gravest first."""
    names = policy_names(comparison, texts)
    found = comparison.flips[comparison.flips["finding"] != ""].head(_MOST_ROWS)
    rows = []
    for row in records(found):
        unit = effect_unit(row.unit, texts)
        ends = []
        for value, *bounds in (
            (row.low, row.at_low, row.at_low_low, row.at_low_high),
            (row.high, row.at_high, row.at_high_low, row.at_high_high),
        ):
            mean, low, high = spread(*(bound * unit.factor for bound in bounds))
            ends.append(f"{value:g}: {mean} [{low}, {high}]")
        finding = texts(f"finding.{row.finding.replace(' ', '_')}")
        rows.append([_parameter(row.parameter, texts), names[row.rival], *ends, finding])
    return rows


def turning_caption(comparison: Comparison, texts: Texts) -> str:
    """What the numbers of `turning_rows` are."""
    unit = effect_unit(comparison.decisions["unit"].iloc[0], texts)
    return texts(
        "flip.caption",
        leader=policy_names(comparison, texts)[comparison.meta["leader"]],
        indicator=indicator_phrase(comparison.meta["indicator"], texts),
        unit=unit.label,
        confidence=f"{100 * comparison.meta['confidence']:g}",
    )


def _parameter(name: str, texts: Texts) -> str:
    """A parameter in words with its name."""
    parameter = PARAMETERS[name]
    return f"{parameter.label_ko if texts.language == 'ko' else parameter.label} ({name})"


def _end(row: Any) -> str:
    """Value and unit of the end of the range at which the leader falls behind."""
    parameter = PARAMETERS[row["parameter"]]
    value = row["low"] if row["at_low"] < row["at_high"] else row["high"]
    return f"{value:g}{'' if parameter.unit == '1' else f' {parameter.unit}'}"
