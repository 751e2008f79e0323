"""The address of the page is its whole state, and nothing that is typed there breaks it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innocluster.scenarios.policies import registered_policies
from innocluster.scenarios.runs.provenance import canonical_scenario
from innocluster.scenarios.schema import Scenario
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS
from innocluster.viz.page.address import VIEWS, View

NUMBERS = [name for name, p in PARAMETERS.items() if p.low < p.high]


@st.composite
def views(draw: st.DrawFn) -> View:
    """Any view that levers can reach."""
    names = draw(st.lists(st.sampled_from(NUMBERS), max_size=3, unique=True))
    share = draw(st.floats(0.0, 1.0))
    values = {}
    for name in names:
        p = PARAMETERS[name]
        value = float(f"{p.low + share * (p.high - p.low):.6g}")
        if p.low <= value <= p.high:
            values[name] = value
    rule = draw(st.sampled_from(list(RULES.values())))
    return View(
        lang=draw(st.sampled_from(["en", "ko"])),
        view=draw(st.sampled_from(VIEWS)),
        policy=draw(st.sampled_from(list(registered_policies()))),
        measure=draw(st.sampled_from(["revenue", "exports"])),
        place=draw(st.sampled_from(["all", "ulsan"])),
        budget=draw(st.sampled_from([0.0, 0.25, 1.0, 4.0])),
        seed=draw(st.integers(0, 10**6)),
        values=values,
        forms={rule.key: draw(st.sampled_from(list(rule.forms)))},
    )


@given(views())
def test_a_link_brings_back_what_was_on_the_screen(view: View) -> None:
    assert View.of(view.query()) == (view, "")


@given(st.text(max_size=60))
def test_any_address_opens_the_page(query: str) -> None:
    view, _ = View.of(query)
    view.scenario()


def test_the_usual_view_is_the_default_scenario() -> None:
    view, complaint = View.of(None)
    assert complaint == ""
    assert view.query() == "?"
    assert canonical_scenario(view.scenario(), {}) == canonical_scenario(Scenario.default(), {})


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?policy=P99", "policy = P99"),
        ("?lang=fr", "lang = fr"),
        ("?budget=many", "budget = many"),
        ("?budget=11", "programme.budget_scale = 11"),
        ("?set.rd_elasticity=9", "parameters.rd_elasticity = 9"),
        ("?form.entry=sea", "forms.entry = sea"),
        ("?seed=-1", "seed = -1"),
        ("?colour=red", "colour = red"),
    ],
)
def test_what_cannot_be_used_is_told_and_left_out(query: str, told: str) -> None:
    view, complaint = View.of(query)
    assert told in complaint
    assert "allowed:" in complaint
    assert view == View()


def test_the_command_gives_the_same_setting() -> None:
    view, _ = View.of("?policy=P2&budget=2&set.rd_elasticity=0.1&form.entry=proportional&seed=7")
    assert view.command() == (
        "innocluster compare P2 --pairs 30 --max-pairs 30 --set rd_elasticity=0.1 "
        "--form entry=proportional --budget 2 --seed 7"
    )
