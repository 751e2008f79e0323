"""Rules whose form is open to question, and the forms that evidence cannot reject.

No range of a parameter shows how far a result hangs on the form of a rule.  Such a rule
keeps two or more forms: `data/rules.csv` lists the rules, `data/forms.csv` the forms of each
with what speaks for it and with its weight where forms are drawn.  The first form of a rule is
the one that a run takes.  From these tables come validation, help, draws and documentation.

Phases and compiled functions compare the code of a rule with that of a form:

    _UNIFORM = form_code("occasions", "uniform")
    ...
    if forms.occasions == _UNIFORM:
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.records import Record

from .files import DATA

__all__ = [
    "RULES",
    "STEPS",
    "Form",
    "FormError",
    "Forms",
    "Rule",
    "Step",
    "add_form",
    "form_code",
    "own_step",
]

Step = Callable[..., NDArray[np.float64]]
"""A pure function of arrays and parameters that a form of another package brings with it."""

STEPS = {"occasions": "weight (n,) of R&D firms of their R&D (n,), KRW million a month, and p"}
"""Rules to which other packages may add forms, and what the function of such a form does."""


class FormError(ValueError):
    """A rule or a form that does not exist.

    Attributes
    ----------
    key, value, allowed : what was given and what would be accepted
    """

    def __init__(self, key: str, value: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"form '{key}' is {value!r}; allowed: {', '.join(allowed)}")
        self.key = key
        self.value = value
        self.allowed = allowed


@dataclass(frozen=True)
class Form:
    """One form of a rule.

    Attributes
    ----------
    rule, key : names of the rule and of the form
    weight : chance of the form where forms are drawn; those of a rule sum to 1
    label, label_ko : what it says, for people
    evidence : what speaks for it
    step : what the phase calls, of a form that another package adds; see `STEPS`
    """

    rule: str
    key: str
    weight: float
    label: str
    label_ko: str
    evidence: str
    step: Step | None = None


@dataclass(frozen=True)
class Rule:
    """One rule whose form is open to question.

    Attributes
    ----------
    key : name
    equation : number of its equation
    start : whether the first state of a run hangs on its form
    label, label_ko : the question that its forms answer, for people
    forms : by name, the one that runs take first
    """

    key: str
    equation: str
    start: bool
    label: str
    label_ko: str
    forms: dict[str, Form]

    @property
    def default(self) -> str:
        """Name of the form that a run takes."""
        return next(iter(self.forms))


def _read() -> dict[str, Rule]:
    forms: dict[str, dict[str, Form]] = {}
    for row in _rows("forms"):
        form = Form(
            rule=row["rule"], key=row["form"], weight=float(row["weight"]), label=row["label"],
            label_ko=row["label_ko"], evidence=row["evidence"],
        )  # fmt: skip
        forms.setdefault(form.rule, {})[form.key] = form
    return {
        row["rule"]: Rule(
            key=row["rule"], equation=row["equation"], start=row["start"] == "yes",
            label=row["label"], label_ko=row["label_ko"], forms=forms[row["rule"]],
        )
        for row in _rows("rules")
    }  # fmt: skip


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


RULES: dict[str, Rule] = _read()
"""Every rule by name, in the order of tables."""


def form_code(rule: str, form: str) -> int:
    """Number by which phases know a form, its place among those of the rule.

    Raises
    ------
    FormError
        For a rule or form that does not exist.
    """
    if rule not in RULES:
        raise FormError(rule, form, tuple(RULES))
    names = tuple(RULES[rule].forms)
    if form not in names:
        raise FormError(rule, form, names)
    return names.index(form)


def add_form(form: Form) -> None:
    """Add a form with a step of its own to those of a rule, as the last one.

    Raises
    ------
    FormError
        For a rule that takes none, and for a form that is there already.
    """
    if form.rule not in STEPS:
        raise FormError("rule", form.rule, tuple(STEPS))
    forms = RULES[form.rule].forms
    if form.key in forms:
        raise FormError(form.rule, form.key, (f"a name other than {', '.join(forms)}",))
    forms[form.key] = form


def own_step(rule: str, number: int) -> Step | None:
    """The step of a form of another package, by the form's number; ``None`` of all others."""
    return tuple(RULES[rule].forms.values())[number].step


@dataclass(frozen=True)
class Forms(Record):
    """The form of every rule in a run, as phases and compiled functions read it.

    A list of the names of `data/rules.csv`, so that a type checker finds a misspelt one before
    a run; a test holds the two together.  0 is the first form of a rule.
    """

    demand: int = 0
    entry: int = 0
    occasions: int = 0
    sharing: int = 0
    rivalry: int = 0
    planner_knowledge: int = 0
    displacement: int = 0
    research: int = 0
    spillovers: int = 0
    spillover_ties: int = 0

    @classmethod
    def of(cls, chosen: Mapping[str, str]) -> Forms:
        """The forms of a mapping from rule to form; other rules take their first form.

        Raises
        ------
        FormError
            For a rule or form that does not exist.
        """
        return cls(**{rule: form_code(rule, form) for rule, form in chosen.items()})

    @classmethod
    def drawn(cls, drawn: Mapping[str, float], chosen: Mapping[str, str]) -> Forms:
        """The forms of `chosen`; of other rules those whose numbers are among what was drawn.

        Parameters
        ----------
        drawn : rule -> number of its form; other names, such as of parameters, do not matter
        chosen : rule -> form
        """
        numbers = {rule: int(drawn[rule]) for rule in RULES if rule in drawn}
        return cls(**{**numbers, **{r: form_code(r, form) for r, form in chosen.items()}})

    def names(self) -> dict[str, str]:
        """Name of the form of every rule."""
        return {rule: tuple(RULES[rule].forms)[code] for rule, code in asdict(self).items()}

    def changed(self) -> dict[str, str]:
        """Only the forms that are not the first of their rule."""
        return {rule: form for rule, form in self.names().items() if form != RULES[rule].default}
