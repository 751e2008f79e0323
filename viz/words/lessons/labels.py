"""Names of inputs, their values, policies and what was asked, as sentences use them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from innocluster.scenarios.policies import find_policy
from innocluster.scenarios.region.loading import load_region
from innocluster.scenarios.schema import PRESET_REGION
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

from ..quantities import Unit, effect_unit, indicator_phrase, level_unit, plain
from ..texts import Texts

__all__ = [
    "amount",
    "asked_phrase",
    "asked_unit",
    "input_label",
    "interval",
    "outcome_phrase",
    "percent",
    "percents",
    "policies_line",
    "policy_label",
    "ready_reading",
    "value_label",
]


def input_label(entry: str, texts: Texts) -> str:
    """An entry of a scenario in words."""
    korean = texts.language == "ko"
    table, _, key = entry.rpartition(".")
    if table == "parameters" and key in PARAMETERS:
        return PARAMETERS[key].label_ko if korean else PARAMETERS[key].label
    if table == "forms" and key in RULES:
        return RULES[key].label_ko if korean else RULES[key].label
    known = f"sweep.entry.{key}"
    return texts(known) if known in texts else entry


def value_label(entry: str, value: Any, texts: Texts) -> str:
    """A value of an entry with its unit, or a level in words."""
    korean = texts.language == "ko"
    table, _, key = entry.rpartition(".")
    if table == "forms" and key in RULES and value in RULES[key].forms:
        form = RULES[key].forms[value]
        return form.label_ko if korean else form.label
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return policy_label(value, texts) if entry == "policy" else value
    shown = f"{value:.3g}"
    if table == "parameters" and key in PARAMETERS and PARAMETERS[key].unit != "1":
        return f"{shown} {PARAMETERS[key].unit}"
    if entry in ("programme.budget_scale", "programme.members_scale"):
        return texts("lesson.times", number=shown)
    return shown


def policy_label(policy: str, texts: Texts) -> str:
    """A policy's name and id."""
    known = find_policy(policy)
    return f"{known.name_ko if texts.language == 'ko' else known.name} ({policy})"


def outcome_phrase(outcome: str, meta: Mapping[str, Any], texts: Texts) -> str:
    """An outcome inside a sentence, with its complex where it is that of one."""
    name, _, place = outcome.partition("@")
    phrase = indicator_phrase(name, texts)
    if not place:
        return phrase
    return texts("lesson.of_complex", indicator=phrase, complex=_complex(place, meta, texts))


def _complex(key: str, meta: Mapping[str, Any], texts: Texts) -> str:
    if meta["region"] != PRESET_REGION:
        return key
    known = load_region(None).complexes
    names = known.names_ko if texts.language == "ko" else known.names
    return dict(zip(known.keys, names, strict=True)).get(key, key)


def asked_phrase(meta: Mapping[str, Any], texts: Texts) -> str:
    """What a sweep was asked: an outcome of a policy, or its difference to that of a rival."""
    indicator = outcome_phrase(meta["indicator"], meta, texts)
    policy = meta["policy"]
    if not meta.get("rival"):
        return texts("lesson.asked.level", indicator=indicator, policy=policy)
    rival = meta["rival"]
    return texts("lesson.asked.difference", indicator=indicator, policy=policy, rival=rival)


def asked_unit(meta: Mapping[str, Any], texts: Texts) -> Unit:
    """Unit of what was asked: differences have smaller ones than levels."""
    made = effect_unit if meta.get("rival") else level_unit
    return made(meta["unit"], texts)


def amount(value: float, unit: Unit, digits: int = 3) -> str:
    """A number of a result with its unit, as sentences have it."""
    return unit.amount.format(value=plain(value * unit.factor, digits))


def interval(mean: float, low: float, high: float, factor: float = 1.0) -> str:
    """Mean and bounds in a cell."""
    if not math.isfinite(mean):
        return "–"
    digits = 2 if abs(high - low) > 0.02 * abs(mean) else 3
    shown = (plain(value * factor, digits) for value in (mean, low, high))
    first, *bounds = shown
    if not math.isfinite(low):
        return first
    return f"{first}\n[{', '.join(bounds)}]"


def percent(share: float) -> str:
    """A share in whole percent, a small one in tenths."""
    if not math.isfinite(share):
        return "–"
    shown = 100.0 * max(share, 0.0)
    if 0.0 < shown < 0.05:
        return "<0.1"
    return f"{shown:.1f}" if 0.0 < shown < 1.0 else f"{shown:.0f}"


def percents(share: float, low: float, high: float) -> tuple[str, str, str]:
    """A share in percent with its bounds, in tenths where they stand close together."""
    if not math.isfinite(share):
        return "–", "–", "–"
    decimals = 0 if high - low >= 0.02 else 1
    ends = (100.0 * max(value, 0.0) for value in (share, low, high))
    first, second, third = (f"{value:.{decimals}f}" for value in ends)
    return first, second, third


def ready_reading(meta: Mapping[str, Any], texts: Texts) -> list[str]:
    """How a sweep that comes with the software is read; nothing for another one."""
    key = f"ready.{meta['sweep_name']}"
    return [texts(key)] if key in texts else []


def policies_line(policies: Sequence[str], texts: Texts) -> str:
    """What the ids of policies stand for."""
    return "; ".join(policy_label(policy, texts) for policy in policies)
