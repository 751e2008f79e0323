"""Worlds in which one contested rule has another form: a small design beside a comparison."""

from __future__ import annotations

from collections.abc import Mapping

from innocluster.sim.ground.forms import RULES, Form, form_code

from .draws import TWIN_WORLDS, Draws

__all__ = ["OneOtherForm", "other_forms", "worlds_for_forms"]


_LEAST_WORLDS = 10
_SHARE = 3


def other_forms(chosen: Mapping[str, str]) -> tuple[Form, ...]:
    """Forms that a comparison does not have, of rules that a scenario leaves open.

    The most plausible first, so that a small design misses the least plausible.

    Parameters
    ----------
    chosen : rule -> form, where a scenario chooses one
    """
    others = [
        form
        for rule in RULES.values()
        if rule.key not in chosen
        for form in rule.forms.values()
        if form.key != rule.default and form.weight > 0.0
    ]
    return tuple(sorted(others, key=lambda form: -form.weight))


def worlds_for_forms(complete: int, forms: int) -> int:
    """Worlds that other forms get: a third of those of the comparison, so a third of its time.

    None where the comparison has fewer than ten.
    """
    return complete // _SHARE if forms and complete >= _LEAST_WORLDS else 0


class OneOtherForm(Draws):
    """Draws of a comparison, and of twins of its worlds with one rule in another form.

    The forms take turns.  World `TWIN_WORLDS` + r has the luck and the parameters of world r.

    Parameters
    ----------
    usual : draws of the comparison
    forms : to take turns
    """

    def __init__(self, usual: Draws | None, forms: tuple[Form, ...]) -> None:
        self.names = () if usual is None else usual.names
        self.available = None if usual is None else usual.available
        self._usual = usual
        self._forms = forms

    def __call__(self, replication: int) -> dict[str, float]:
        """Parameters of one world by name, and numbers of forms, of which one is another one."""
        place = replication - TWIN_WORLDS
        drawn = {} if self._usual is None else self._usual(replication if place < 0 else place)
        if place < 0 or not self._forms:
            return drawn
        form = self._forms[place % len(self._forms)]
        usual = dict.fromkeys((other.rule for other in self._forms), 0.0)
        return {**drawn, **usual, form.rule: float(form_code(form.rule, form.key))}
