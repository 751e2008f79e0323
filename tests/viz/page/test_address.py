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
        against=draw(st.sampled_from(["P0", "P2", "P5@budget=2,start=2007-01", "P5@two-level"])),
        budget=draw(st.sampled_from([0.0, 0.25, 1.0, 4.0])),
        start=draw(st.sampled_from(["2005-04", "2007-01"])),
        members=draw(st.sampled_from([0.25, 1.0])),
        macro=draw(st.sampled_from(["history", "frozen"])),
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


@pytest.mark.parametrize(
    "query",
    [
        "?policy=P5@/etc/passwd",
        "?against=P5@../secret.toml",
        "?policy=P5@budget=/etc/passwd",
        "?macro=/etc/passwd",
        "?macro=../macro.csv",
        "?place=../../etc",
        "?agent=<script>",
        "?region=/etc",
    ],
)
def test_no_address_reaches_a_file(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("a file was looked for")

    monkeypatch.setattr("innocluster.scenarios.arms.exists", refused)
    monkeypatch.setattr("innocluster.scenarios.schema.exists", refused)
    view, told = View.of(query)
    assert view == View()
    assert "allowed:" in told
