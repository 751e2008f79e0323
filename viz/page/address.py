"""What a visitor looks at, as one immutable object and as the address of the page.

All that a page shows follows from its address: a link is the state, and the browser's Back
is undo.  Nothing in an address names a file: arms, series and forms are taken from what the
software knows, never from a path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from innocluster.scenarios.arms import BASELINE, resolve_arm
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.policies import find_policy
from innocluster.scenarios.schema import DEFAULT_PRESET, PRESET_MACROS, Scenario, presets
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

from ..words.messages import Messages, error_line

__all__ = ["FORMAT", "MEASURES", "VIEWS", "WORLDS", "View"]

VIEWS = (
    "overview", "map", "limits", "place", "network", "life", "why", "policies", "stored",
)  # fmt: skip
"""Views that an address can name; what each shows stands in `app`."""

WORLDS = 30
"""Worlds of a full answer."""

MEASURES = ("revenue", "exports", "value_added", "employees")
"""Outcomes that a visitor can look at."""

FORMAT = ".10g"
"""How numbers stand in addresses, commands and files: short, and the same number when read."""

_ADDRESS = "address"
_LANGUAGES = ("en", "ko")
_CHOICES: dict[str, tuple[str, ...]] = {
    "lang": _LANGUAGES, "view": VIEWS, "measure": MEASURES, "macro": PRESET_MACROS,
}  # fmt: skip
_KEYS = (
    "lang, view, against, policy, measure, place, budget, start, members, macro, last, seed,"
    " agent, set.…, form.…"
)
_ENTRY = re.compile(r"[a-z_]{2,64}=[A-Za-z0-9_.+-]{1,64}")
_PLAIN = re.compile(r"[\w.:-]{0,64}")


@dataclass(frozen=True)
class View:
    """What a visitor looks at.

    Attributes
    ----------
    lang : ``"en"`` or ``"ko"``
    view : one of `VIEWS`
    against, policy : arms A and B; B is told by what it changes against A
    measure : outcome of the charts
    place : ``"all"`` or the key of a complex
    budget, members : multiples of the programme's budget and of the firms that join first
    start, last : first month of the programme and last month that is simulated
    macro : the economy outside, one of the series that come with the software
    seed : root seed of the worlds
    agent : what a view has picked out, such as a firm
    values : parameter -> value, where it is not the default
    forms : rule -> form, where it is not the first
    """

    lang: str = "en"
    view: str = "overview"
    against: str = BASELINE
    policy: str = "P5"
    measure: str = "revenue"
    place: str = "all"
    budget: float = 1.0
    start: str = "2005-04"
    members: float = 1.0
    macro: str = "history"
    last: str = "2013-12"
    seed: int = 2005
    agent: str = ""
    values: Mapping[str, float] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, query: str | None) -> tuple[View, str]:
        """The view of an address, and one line on what in it could not be used.

        Whatever cannot be used is left at its default.
        """
        view, wrong = cls(), None
        try:
            pairs = parse_qsl((query or "").lstrip("?"), max_num_fields=200)
        except ValueError:
            pairs, wrong = [], _wrong("address", (query or ""), "at most 200 entries")
        for key, text in pairs:
            try:
                view = view._with(key, text)
            except InputError as error:
                wrong = wrong or error
        try:
            view.arms()
        except InputError as error:
            view, wrong = replace(cls(), lang=view.lang, view=view.view), error
        return view, error_line(wrong, Messages(view.lang)) if wrong is not None else ""

    def _with(self, key: str, text: str) -> View:
        """The view with one entry of its address replaced."""
        if key in _CHOICES:
            if text not in _CHOICES[key]:
                raise _wrong(key, text, ", ".join(_CHOICES[key]))
            return replace(self, **{key: text})  # type: ignore[arg-type]
        if key in ("policy", "against"):
            return replace(self, **{key: _arm_text(key, text)})  # type: ignore[arg-type]
        if key in ("place", "agent"):
            if not _PLAIN.fullmatch(text):
                raise _wrong(key, text, "letters, digits and hyphens")
            return replace(self, **{key: text})  # type: ignore[arg-type]
        if key in ("start", "last"):
            return replace(self, **{key: text[:7]})  # type: ignore[arg-type]
        if key == "seed":
            if not text.isascii() or not text.isdigit() or len(text) > 18:
                raise _wrong(key, text, "a whole number")
            return replace(self, seed=int(text))
        if key in ("budget", "members"):
            return replace(self, **{key: _number(key, text)})  # type: ignore[arg-type]
        table, _, name = key.partition(".")
        if table == "set" and name in PARAMETERS:
            return replace(self, values={**self.values, name: _number(key, text)})
        if table == "form" and name in RULES:
            return replace(self, forms={**self.forms, name: text})
        raise _wrong(key, text, _KEYS)

    def at(self, place: str) -> View:
        """The same view of another place."""
        return replace(self, place=place)

    def changed(self, **entries: Any) -> View:
        """The view with some entries changed; parameters and forms at their usual are left out."""
        view = replace(self, **entries)
        values = {k: v for k, v in view.values.items() if v != PARAMETERS[k].default}
        forms = {k: v for k, v in view.forms.items() if v != RULES[k].default}
        return replace(view, values=values, forms=forms)

    def query(self) -> str:
        """The address, only with what differs from the defaults."""
        usual, pairs = View(), []
        for f in fields(self):
            value = getattr(self, f.name)
            if f.name not in ("values", "forms") and value != getattr(usual, f.name):
                pairs.append((f.name, format(value, FORMAT) if f.type == "float" else f"{value}"))
        pairs += [(f"set.{n}", format(value, FORMAT)) for n, value in sorted(self.values.items())]
        pairs += [(f"form.{rule}", form) for rule, form in sorted(self.forms.items())]
        return "?" + urlencode(pairs)

    def settings(self) -> dict[str, Any]:
        """What differs from the default scenario, as its file and `Scenario.replaced` have it."""
        usual = View()
        programme = {
            key: value
            for key, value, other in (
                ("budget_scale", self.budget, usual.budget),
                ("start", self.start, usual.start),
                ("members_scale", self.members, usual.members),
            )
            if value != other
        }
        given = {
            "macro": self.macro if self.macro != usual.macro else None,
            "last": self.last if self.last != usual.last else None,
            "seed": self.seed if self.seed != usual.seed else None,
            "programme": programme, "parameters": dict(sorted(self.values.items())),
            "forms": dict(sorted(self.forms.items())),
        }  # fmt: skip
        return {key: value for key, value in given.items() if value is not None and value != {}}

    def scenario(self) -> Scenario:
        """The scenario of both sides.

        Raises
        ------
        InputError
            For a value that a scenario does not allow.
        """
        return Scenario.from_file(DEFAULT_PRESET).replaced(file=_ADDRESS, **self.settings())

    def arms(self) -> tuple[str, str]:
        """Ids of A and B as results name them.

        Raises
        ------
        InputError
            As `scenario`, and for an arm with a value that is not allowed.
        """
        scenario = self.scenario()
        return resolve_arm(self.against, scenario).id, resolve_arm(self.policy, scenario).id


def _arm_text(key: str, text: str) -> str:
    """An arm as its address may have it: a policy, alone or with entries of its own.

    A path would be read as the file of a scenario; no address reaches one.
    """
    policy, sign, source = text.partition("@")
    found = find_policy(policy, _ADDRESS).id
    if not sign:
        return found
    for part in source.split(","):
        if part not in presets() and not _ENTRY.fullmatch(part):
            raise _wrong(key, text, "a policy, or POLICY@ENTRY=VALUE such as P5@budget=2")
    return f"{found}@{source}"


def _number(key: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _wrong(key, text, "a number") from None


def _wrong(key: str, value: str, allowed: str) -> InputError:
    return InputError(file=_ADDRESS, key=key, value=value[:80], allowed=allowed)
