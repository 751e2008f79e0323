"""What a visitor looks at, as one immutable object and as the address of the page.

All that a page shows follows from its address: a link is the state, and the browser's Back
is undo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from urllib.parse import parse_qsl, urlencode

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.policies import find_policy
from innocluster.scenarios.schema import DEFAULT_PRESET, Scenario
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

__all__ = ["VIEWS", "WORLDS", "View"]

VIEWS = ("overview", "map", "policies", "limits")
WORLDS = 30
"""Worlds of a full answer."""

_ADDRESS = "address"
_LANGUAGES = ("en", "ko")
_MEASURES = ("revenue", "exports", "employees", "value_added")


@dataclass(frozen=True)
class View:
    """What a visitor looks at.

    Attributes
    ----------
    lang : ``"en"`` or ``"ko"``
    view : one of `VIEWS`
    policy : id of the policy that is set beside no programme
    measure : outcome of the charts
    place : ``"all"`` or the key of a complex
    budget : multiple of the programme's budget
    seed : root seed of the worlds
    values : parameter -> value, where it is not the default
    forms : rule -> form, where it is not the first
    """

    lang: str = "en"
    view: str = "overview"
    policy: str = "P5"
    measure: str = "revenue"
    place: str = "all"
    budget: float = 1.0
    seed: int = 2005
    values: Mapping[str, float] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, query: str | None) -> tuple[View, str]:
        """The view of an address, and one line on what in it could not be used.

        Whatever cannot be used is left at its default.
        """
        view, complaint = cls(), ""
        for key, text in parse_qsl((query or "").lstrip("?"), max_num_fields=200):
            try:
                view = view._with(key, text)
            except InputError as error:
                complaint = complaint or str(error)
        try:
            view.scenario()
        except InputError as error:
            return replace(cls(), lang=view.lang, view=view.view), str(error)
        return view, complaint

    def _with(self, key: str, text: str) -> View:
        """The view with one entry of its address replaced."""
        allowed = {"lang": _LANGUAGES, "view": VIEWS, "measure": _MEASURES}
        if key in allowed:
            if text not in allowed[key]:
                raise _wrong(key, text, ", ".join(allowed[key]))
            return replace(self, **{key: text})  # type: ignore[arg-type]
        if key == "policy":
            return replace(self, policy=find_policy(text, _ADDRESS).id)
        if key == "place":
            return replace(self, place=text[:64])
        if key == "seed":
            if not text.isascii() or not text.isdigit() or len(text) > 18:
                raise _wrong(key, text, "a whole number")
            return replace(self, seed=int(text))
        if key == "budget":
            return replace(self, budget=_number(key, text))
        table, _, name = key.partition(".")
        if table == "set" and name in PARAMETERS:
            return replace(self, values={**self.values, name: _number(key, text)})
        if table == "form" and name in RULES:
            return replace(self, forms={**self.forms, name: text})
        raise _wrong(key, text, "lang, view, policy, measure, place, budget, seed, set.…, form.…")

    def at(self, place: str) -> View:
        """The same view of another place."""
        return replace(self, place=place)

    def query(self) -> str:
        """The address, only with what differs from the defaults."""
        usual = View()
        pairs = [
            (f.name, f"{getattr(self, f.name)}")
            for f in fields(self)
            if f.name not in ("values", "forms", "budget")
            and getattr(self, f.name) != getattr(usual, f.name)
        ]
        if self.budget != 1.0:
            pairs.append(("budget", f"{self.budget:g}"))
        pairs += [(f"set.{name}", f"{value:g}") for name, value in sorted(self.values.items())]
        pairs += [(f"form.{rule}", form) for rule, form in sorted(self.forms.items())]
        return "?" + urlencode(pairs)

    def scenario(self) -> Scenario:
        """The scenario of both sides.

        Raises
        ------
        InputError
            For a value that a scenario does not allow.
        """
        return Scenario.from_file(DEFAULT_PRESET).replaced(
            file=_ADDRESS, seed=self.seed, programme={"budget_scale": self.budget},
            parameters=dict(self.values), forms=dict(self.forms),
        )  # fmt: skip

    def command(self) -> str:
        """The command that gives the same numbers."""
        given = [f"--set {name}={value:g}" for name, value in sorted(self.values.items())]
        given += [f"--form {rule}={form}" for rule, form in sorted(self.forms.items())]
        if self.budget != 1.0:
            given.append(f"--budget {self.budget:g}")
        if self.seed != View().seed:
            given.append(f"--seed {self.seed}")
        pairs = f"--pairs {WORLDS} --max-pairs {WORLDS}"
        return " ".join(["innocluster compare", self.policy, pairs, *given])


def _number(key: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _wrong(key, text, "a number") from None


def _wrong(key: str, value: str, allowed: str) -> InputError:
    return InputError(file=_ADDRESS, key=key, value=value[:80], allowed=allowed)
