"""The address of the page is its whole state, and nothing that is typed there breaks it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_views import views

from innocluster.scenarios.runs.provenance import canonical_scenario
from innocluster.scenarios.schema import Scenario
from innocluster.viz.page.address import View


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


@pytest.mark.parametrize(
    "query",
    [
        "?budget=11",
        "?seed=-1",
        "?place=../../etc",
        "?policy=P5@x=1",
        "?budget=many",
        "?start=2001-13",
        "?form.entry=sea",
        "?set.rd_elasticity=9",
    ],
)
def test_who_reads_korean_is_told_in_korean(query: str) -> None:
    _, told = View.of(f"{query}&lang=ko")
    assert told.startswith("주소: ")
    assert re.search("[가-힣]", told.partition("허용: ")[2])
    # Names of entries and policies stay; no English word is left.
    assert not re.search(r"\b(allowed|one of|number|from|letters|plausible)\b", told)
