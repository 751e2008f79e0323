"""Draws of forms: by their weights, apart from each other, and twins of worlds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from innocluster.scenarios.statistics.drawn_under import draws_under
from innocluster.scenarios.statistics.draws import (
    SWEPT,
    TWIN_WORLDS,
    UNCERTAIN,
    Draws,
    joint_draws,
)
from innocluster.scenarios.statistics.other_forms import (
    OneOtherForm,
    other_forms,
    worlds_for_forms,
)
from innocluster.sim.ground.forms import RULES, Form
from innocluster.sim.ground.parameters import PARAMETERS

WORLDS = 512


@pytest.fixture(scope="module")
def drawn() -> dict[str, np.ndarray]:
    draws = joint_draws(7)
    rows = [draws(world) for world in range(WORLDS)]
    assert list(rows[0]) == [*SWEPT, *UNCERTAIN, *RULES]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def test_forms_come_by_their_weights(drawn: dict[str, np.ndarray]) -> None:
    """A Sobol sample misses a share by a few points in 512; chance would by ten."""
    for name, rule in RULES.items():
        weights = np.array([form.weight for form in rule.forms.values()])
        counts = np.bincount(drawn[name].astype(int), minlength=weights.size)
        assert counts / WORLDS == pytest.approx(weights / weights.sum(), abs=3.0 / WORLDS)


def test_forms_of_two_rules_are_drawn_apart(drawn: dict[str, np.ndarray]) -> None:
    for first, second in pairwise(RULES):
        one, other = drawn[first] == 0, drawn[second] == 0
        assert (one & other).mean() == pytest.approx(one.mean() * other.mean(), abs=0.02)


def test_parameters_stay_in_their_ranges(drawn: dict[str, np.ndarray]) -> None:
    for name in (*SWEPT, *UNCERTAIN):
        parameter = PARAMETERS[name]
        assert (drawn[name] >= parameter.low).all()
        assert (drawn[name] <= parameter.high).all()
    (name,) = SWEPT
    middle = (PARAMETERS[name].low + PARAMETERS[name].high) / 2.0
    assert drawn[name].mean() == pytest.approx(middle, abs=0.01)


def test_no_rule_has_the_name_of_a_parameter() -> None:
    assert not set(RULES) & set(PARAMETERS)


def test_what_is_drawn_under_forms() -> None:
    draws = draws_under("forms", None, 3)
    assert draws is not None
    assert draws(5) == joint_draws(3)(5)


def test_other_forms_are_those_of_open_rules_the_most_plausible_first() -> None:
    forms = other_forms({})
    assert {(form.rule, form.key) for form in forms} == {
        (rule.key, form) for rule in RULES.values() for form in rule.forms if form != rule.default
    }
    assert [form.weight for form in forms] == sorted((f.weight for f in forms), reverse=True)
    assert {form.rule for form in other_forms({"entry": "land"})} == set(RULES) - {"entry"}
    assert other_forms(dict.fromkeys(RULES, "")) == ()


@pytest.mark.parametrize(
    ("complete", "forms", "worlds"), [(30, 3, 10), (100, 9, 33), (9, 3, 0), (30, 0, 0), (10, 3, 3)]
)
def test_forms_take_a_third_of_the_worlds(complete: int, forms: int, worlds: int) -> None:
    assert worlds_for_forms(complete, forms) == worlds


def test_twins_have_the_parameters_of_their_world_and_forms_take_turns() -> None:
    forms = tuple(
        Form(rule, key, 0.1, "", "", "") for rule, key in
        (("occasions", "uniform"), ("entry", "proportional"))
    )  # fmt: skip
    usual = Draws(("x",), lambda count: np.arange(float(count))[:, None])
    draws = OneOtherForm(usual, forms)
    assert draws(3) == {"x": 3.0}
    assert draws(TWIN_WORLDS) == {"x": 0.0, "occasions": 1.0, "entry": 0.0}
    assert draws(TWIN_WORLDS + 1) == {"x": 1.0, "occasions": 0.0, "entry": 1.0}
    assert draws(TWIN_WORLDS + 2) == {"x": 2.0, "occasions": 1.0, "entry": 0.0}
    assert OneOtherForm(None, forms)(4) == {}
