"""Policies ranked over the forms of contested rules: who leads in which share of the worlds.

Either every world has drawn a form of each rule (`--under forms`), or some worlds beside the
comparison have one rule in another form.  What a form changes is read from the shares of the
worlds that have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from innocluster.sim.ground.forms import RULES

from ..arms import BASELINE
from ..statistics.intervals import wilson
from .worlds import Worlds, headline

if TYPE_CHECKING:
    import pandas as pd

    from .decision_table import Choice

__all__ = ["FORM_FINDINGS", "NO_FORMS", "Designed", "drawn_frame", "form_frame"]

FORM_FINDINGS = ("turns", "may turn", "")
"""What a form does to the lead, the gravest first."""

_COLUMNS = (
    "rule", "form", "usual", "policy", "worlds", "leads", "share", "low", "high",
    "above", "above_low", "above_high", "lead", "lead_low", "lead_high", "unit", "finding",
)  # fmt: skip
_CONFIDENCE = 0.95

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Designed:
    """Worlds from which the forms are judged.

    Attributes
    ----------
    kind : ``"drawn"``, every world has drawn its forms; ``"one"``, one rule has another form;
        ``"none"``, there are none
    worlds : what was run
    """

    kind: str
    worlds: Worlds | None

    @property
    def complete(self) -> int:
        """Worlds that every policy finished."""
        return 0 if self.worlds is None else self.worlds.complete

    @property
    def failures(self) -> int:
        """Failed runs beside those of the comparison itself."""
        return self.worlds.failures if self.worlds is not None and self.kind == "one" else 0


NO_FORMS = Designed("none", None)
"""Where forms are not judged."""


@dataclass(frozen=True)
class _Group:
    """Worlds with one form of a rule; all of them where `rule` is empty.

    Attributes
    ----------
    usual : whether it is the form that a run takes
    values : (n, p) outcomes of the choices
    lead : (3, p) lead of the leader over every choice: mean and interval
    """

    rule: str
    form: str
    usual: bool
    values: Floats
    lead: Floats


def form_frame(designed: Designed, choice: Choice) -> pd.DataFrame:
    """Share of the worlds in which each choice leads, and in which it is above no programme.

    Rows without a rule are about all worlds (`form` ``""``) and, where one rule had another
    form, about the same worlds with the usual ones (``"usual"``); then come those about every
    form that was seen.  Intervals of shares are Wilson's.  `lead` is by how much the choice
    with the largest mean is ahead of this one, with intervals that hold together over forms and
    choices.  Where forms are not drawn it is the lead of the whole comparison and what the
    form changes in the same worlds: far better known than the few worlds alone.
    `finding` is ``"turns"`` where this interval lies below zero, ``"may turn"`` where
    the lead does.

    Parameters
    ----------
    choice : the comparison itself
    """
    import pandas as pd

    if designed.worlds is None:
        return pd.DataFrame(columns=list(_COLUMNS))
    places = np.flatnonzero(choice.eligible)
    arms = [choice.arms[place] for place in places]
    leader = arms.index(choice.leading)
    values = _outcomes(designed.worlds, arms)
    if designed.kind == "drawn":
        groups = _drawn_groups(designed.worlds, values, leader)
    else:
        usual = _outcomes(choice.worlds, arms)
        groups = _other_groups(designed.worlds, choice.worlds, values, usual, leader)
    baseline = arms.index(BASELINE)
    rows = [row for group in groups for row in _rows(group, arms, baseline, choice.indicator.unit)]
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _outcomes(worlds: Worlds, arms: list[str]) -> Floats:
    """Headline outcome in the region, (worlds, arms)."""
    indicator = headline(worlds)
    return np.stack([worlds.values(arm, indicator)[:, 0] for arm in arms], axis=1)


def _drawn_groups(worlds: Worlds, values: Floats, leader: int) -> list[_Group]:
    """Worlds by the form that each rule has drawn."""
    leads = values[:, [leader]] - values
    chosen = [
        (name, form, form == rule.default, worlds.drawn[name] == number)
        for name, rule in RULES.items()
        if name in worlds.drawn
        for number, form in enumerate(rule.forms)
    ]
    seen = [entry for entry in chosen if entry[3].any()]
    level = _level(len(seen), values.shape[1])
    groups = [_Group("", "", False, values, _interval(leads, leads[:0], level))]
    return groups + [
        _Group(rule, form, usual, values[rows], _interval(leads[rows], leads[:0], level))
        for rule, form, usual, rows in seen
    ]


def _other_groups(
    worlds: Worlds, compared: Worlds, values: Floats, usual: Floats, leader: int
) -> list[_Group]:
    """Worlds in which one rule has another form, beside the same ones of the comparison."""
    place = {number: row for row, number in enumerate(compared.numbers.tolist())}
    shared = np.array([number in place for number in worlds.numbers.tolist()])
    same = usual[[place[number] for number in worlds.numbers[shared].tolist()]]
    leads = usual[:, [leader]] - usual
    other = values[shared]
    change = (other[:, [leader]] - other) - (same[:, [leader]] - same)
    chosen = [
        (name, form, worlds.drawn[name][shared] == number)
        for name, rule in RULES.items()
        if name in worlds.drawn
        for number, form in enumerate(rule.forms)
        if form != rule.default
    ]
    seen = [entry for entry in chosen if entry[2].any()]
    level = _level(len(seen), values.shape[1])
    groups = [
        _Group("", "", False, other, _interval(leads, change, level)),
        _Group("", "usual", True, same, _interval(leads, change[:0], level)),
    ]
    return groups + [
        _Group(rule, form, False, other[rows], _interval(leads, change[rows], level))
        for rule, form, rows in seen
    ]


def _level(forms: int, arms: int) -> float:
    """Level of each bound so that all hold together (Bonferroni)."""
    return 1.0 - (1.0 - _CONFIDENCE) / (2.0 * max(1, forms * (arms - 1)))


def _interval(leads: Floats, change: Floats, level: float) -> Floats:
    """Mean of leads, and of a change to them where there is one, with its interval, (3, p)."""
    mean = leads.mean(axis=0) if len(leads) else np.full(leads.shape[1], np.nan)
    few = len(change) if len(change) else len(leads)
    if len(change):
        mean = mean + change.mean(axis=0)
    if few < 2 or len(leads) < 2:
        nothing = np.full(mean.size, np.nan)
        return np.stack([mean, nothing, nothing])
    variance = leads.var(axis=0, ddof=1) / len(leads)
    if len(change):
        variance = variance + change.var(axis=0, ddof=1) / few
    half = float(stdtrit(few - 1, level)) * np.sqrt(variance)
    return np.stack([mean, mean - half, mean + half])


def _rows(group: _Group, arms: list[str], baseline: int, unit: str) -> Iterator[tuple[Any, ...]]:
    """One row a choice, in the order of `_COLUMNS`."""
    count = len(group.values)
    # The first of equals leads, so that shares sum to one.
    leads = np.bincount(group.values.argmax(axis=1), minlength=len(arms))
    above = (group.values > group.values[:, [baseline]]).sum(axis=0)
    turns, may_turn, nothing = FORM_FINDINGS
    for i, arm in enumerate(arms):
        lead, low, high = group.lead[:, i].tolist()
        finding = nothing
        if group.rule and lead < 0.0:
            finding = turns if high < 0.0 else may_turn
        yield (
            group.rule, group.form, group.usual, arm, count,
            int(leads[i]), leads[i] / count, *wilson(int(leads[i]), count),
            above[i] / count, *wilson(int(above[i]), count), lead, low, high, unit, finding,
        )  # fmt: skip


def drawn_frame(worlds: Worlds) -> pd.DataFrame:
    """What was drawn for each world; forms by their names."""
    import pandas as pd

    columns: dict[str, Any] = {"world": worlds.numbers}
    for name, values in worlds.drawn.items():
        if name in RULES:
            forms = list(RULES[name].forms)
            columns[name] = [forms[int(number)] for number in values]
        else:
            columns[name] = values
    return pd.DataFrame(columns)
