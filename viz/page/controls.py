"""What a visitor can change, as the browser gets it, and what a change means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from innocluster.scenarios.arms import BASELINE
from innocluster.scenarios.policies import registered_policies
from innocluster.scenarios.runs.indicators import UNITS
from innocluster.scenarios.schema import PRESET_MACROS, Scenario, presets
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

from ..files import DATA
from ..words.messages import Messages
from ..words.quantities import effect_unit, lowered
from ..words.texts import Texts
from . import content
from .address import MEASURES, WORLDS, View
from .levers import LEVERS, Lever, months_of
from .preview import reason_for_none

__all__ = ["ENGINE", "MODEL", "changes", "first_spec", "other_spec", "preview_spec", "state"]

ENGINE = (DATA / "preview.js").read_text(encoding="utf-8")
"""Arithmetic and levers of the preview, as the browser runs them."""

MODEL = (DATA / "preview.json").read_text(encoding="utf-8")
"""The polynomials of the preview, sent once: they are large and do not change."""

_PROGRAMME = ("budget", "start", "members")
_NONE = ""


def first_spec(view: View, texts: Texts, answered: bool) -> dict[str, Any]:
    """The two policies and the budget, with what the preview needs."""
    korean = texts.language == "ko"
    named = {p.id: f"{p.id}  {p.name_ko if korean else p.name}" for p in _policies()}
    for arm in (view.against, view.policy):
        named.setdefault(arm, content.arm_name(arm, view, texts))
    return {
        "choices": [
            _choice("against", texts("page.lever.against"), named, view.against),
            _choice("policy", texts("page.lever.policy"), named, view.policy),
        ],
        "groups": [], "shown": ["budget"], "preview": preview_spec(view, texts),
        "state": state(view, texts, answered),
    }  # fmt: skip


def other_spec(view: View, texts: Texts, answered: bool) -> dict[str, Any]:
    """All other choices and levers."""
    korean = texts.language == "ko"
    region = content.region_of(view)
    places = {"all": texts("page.everywhere")} | {
        key: content.place_name(key, region, texts) for key in region.complexes.keys
    }
    measures = {measure: texts(f"indicator.{measure}") for measure in MEASURES}
    forms = [
        _choice(
            f"form.{rule.key}", rule.label_ko if korean else rule.label,
            {k: f.label_ko if korean else f.label for k, f in rule.forms.items()},
            view.forms.get(rule.key, rule.default),
        )
        for rule in RULES.values()
    ]  # fmt: skip
    macros = {name: texts(f"page.macro.{name}") for name in PRESET_MACROS}
    return {
        "choices": [
            _choice("preset", texts("page.lever.preset"), _presets(view, texts), _preset(view)),
            _choice("place", texts("page.lever.place"), places, view.place),
            _choice("measure", texts("page.lever.measure"), measures, view.measure),
            _choice("macro", texts("page.lever.macro"), macros, view.macro),
        ],
        "groups": [{"key": "forms", "label": texts("page.lever.forms"), "choices": forms}],
        "shown": [lever.key for lever in LEVERS[1:]], "preview": preview_spec(view, texts),
        "state": state(view, texts, answered),
    }  # fmt: skip


def state(view: View, texts: Texts, answered: bool) -> dict[str, Any]:
    """Where the levers stand, and why there is no preview where there is none.

    Parameters
    ----------
    answered : whether the simulated answer is there
    """
    values = {
        "budget": view.budget, "start": float(months_of(view.start)), "members": view.members,
    }  # fmt: skip
    for lever in LEVERS:
        if lever.key not in values:
            values[lever.key] = view.values.get(lever.key, lever.default)
    reason = reason_for_none(view)
    return {
        "values": values, "reason": texts(reason) if reason else "", "measure": view.measure,
        "seed": view.seed, "answered": answered,
    }  # fmt: skip


def preview_spec(view: View, texts: Texts) -> dict[str, Any]:
    """What the browser needs to preview beside the polynomials: levers, words and units."""
    year = int(view.last[:4]) if view.last.endswith("12") else int(view.last[:4]) - 1
    units = {}
    for measure in MEASURES:
        unit = effect_unit(UNITS[measure], texts)
        name = lowered(texts(f"indicator.{measure}"))
        units[measure] = {
            "name": name, "factor": unit.factor, "amount": unit.amount, "label": unit.label,
        }  # fmt: skip
    return {
        "levers": [_lever(lever, texts) for lever in LEVERS],
        "units": units, "year": year, "worlds": WORLDS, "lang": texts.language,
        "words": {
            "preview": texts.raw("page.preview.sentence"),
            "answered": texts.raw("page.preview.answered"), "range": texts.raw("amount.range"),
            "curve": texts("page.preview.curve"), "number": texts("page.lever.number"),
            "source": texts("page.lever.about"),
        },
    }  # fmt: skip


def changes(view: View, key: str, value: Any) -> dict[str, Any]:
    """Entries of the view that a visitor's change gives; none for what cannot be.

    What comes from a browser is checked as an address is.
    """
    if key == "preset":
        return {"values": _values(str(value))} if value in presets() else {}
    table, _, rule = key.partition(".")
    if table == "form" and rule in RULES and value in RULES[rule].forms:
        return {"forms": {**view.forms, rule: str(value)}}
    parameters = {lever.key for lever in LEVERS} - set(_PROGRAMME)
    if key in parameters | {"budget", "members"}:
        number = _number(value)
        if number is None:
            return {}
        return {"values": {**view.values, key: number}} if key in parameters else {key: number}
    if key in ("against", "policy", "place", "measure", "macro", "start"):
        return {key: str(value)}
    return {}


def _lever(lever: Lever, texts: Texts) -> dict[str, Any]:
    """A lever with its label, unit, range and source."""
    if lever.key in _PROGRAMME:
        label, about = texts(f"page.lever.{lever.key}"), texts(f"page.lever.{lever.key}.about")
    else:
        p = PARAMETERS[lever.key]
        unit = "" if p.unit == "1" else f", {texts(f'unit.{p.unit}')}"
        label = f"{p.label_ko if texts.language == 'ko' else p.label}{unit}"
        about = texts(
            "page.lever.source", symbol=p.symbol, usual=f"{p.default:g}", low=f"{p.low:g}",
            high=f"{p.high:g}", source=Messages(texts.language)("source", p.source),
        )  # fmt: skip
    return {
        "key": lever.key, "label": label, "help": about, "low": lever.low, "high": lever.high,
        "step": lever.step,
    }  # fmt: skip


def _choice(key: str, label: str, options: Mapping[str, str], chosen: str) -> dict[str, Any]:
    return {"key": key, "label": label, "options": list(options.items()), "value": chosen}


def _policies() -> list[Any]:
    """Policies that a visitor can choose, no programme first."""
    return [p for p in registered_policies().values() if p.programme or p.id == BASELINE]


def _presets(view: View, texts: Texts) -> dict[str, str]:
    """Archetypes of the article, and the visitor's own setting where it is none of them."""
    named = {name: texts(f"page.preset.{name}") for name in _archetypes()}
    return named if _preset(view) else {_NONE: texts("page.preset.own"), **named}


def _preset(view: View) -> str:
    """The archetype whose parameters the view has, nothing where there is none."""
    return next((n for n in _archetypes() if _values(n) == dict(view.values)), _NONE)


def _archetypes() -> tuple[str, ...]:
    return ("korean-pilot-2005", "silicon-valley", "kista", "toyota-city")


@cache
def _values(preset: str) -> dict[str, float]:
    return dict(Scenario.from_file(preset).parameters)


def _number(value: Any) -> float | None:
    try:
        number = float(f"{float(value):.7g}")
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
