"""Complexes, the difference of two arms, stored results: numbers computed by hand."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented_world import invented_world
from page_html import check

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.region.loading import load_region
from innocluster.scenarios.statistics.posterior import Posterior
from innocluster.scenarios.sweeps.designs import Sweep
from innocluster.viz.page.views.content.lesson_content import latest_decision
from innocluster.viz.page.views.content.names import Names
from innocluster.viz.page.views.content.pictures import Step, bars, curve, waterfall
from innocluster.viz.page.views.content.place_content import firms_of, place_facts, place_world
from innocluster.viz.page.views.content.posterior_content import posterior_page, weighted_quantiles
from innocluster.viz.page.views.content.stored_content import (
    comparison_page,
    stored_page,
    sweep_page,
)
from innocluster.viz.page.views.content.sweep_file import Axis, sweep_file
from innocluster.viz.page.views.content.why_content import (
    NETWORK,
    growth_page,
    growth_parts,
    network_page,
    spending_page,
)
from innocluster.viz.page.world.jobs import Jobs, State, finished_folders
from innocluster.viz.page.world.record import World
from innocluster.viz.words.forms import leader_intervals
from innocluster.viz.words.texts import Texts

REGION = load_region()
LANGUAGES = ("en", "ko")
GROWTH = (
    *(f"growth_{n}" for n in ("price", "brand", "capital", "labour", "utilisation")),
    *(f"productivity_{n}" for n in ("progress", "research", "spillovers", "own", "transfer",
                                    "joint", "meetings", "roles", "shocks", "between", "cross",
                                    "mix", "complexes", "entry", "exit", "timing")),
)  # fmt: skip
SPENT = ("meetings", "introductions", "tasks", "research", "support", "transfers", "overhead")


def measured(joint: float) -> World:
    """The invented world with three years of measures, in the last of which joint R&D adds."""
    world = invented_world()
    names = [*GROWTH, *NETWORK]
    annual = np.zeros((len(names), 3, 3))
    annual[names.index("growth_price"), 1:, 0] = [9.0, 1.0]
    annual[names.index("growth_brand"), 2, 0] = 0.5
    annual[names.index("productivity_joint"), 2, 0] = joint
    annual[names.index("productivity_between"), 2, 0] = 0.125
    series = np.zeros((len(SPENT), 36, 2))
    series[SPENT.index("tasks"), 24:, 0] = 2.0
    series[SPENT.index("tasks"), 24:, 1] = 1.0
    facts = world.facts | {"annual": names, "series": [f"spent_{n}" for n in SPENT]}
    changes: dict[str, Any] = {
        "about": np.array([json.dumps(facts)]), "annual": annual, "series": series,
        "yearly": np.zeros((3, 9, 6), np.float32),
    }  # fmt: skip
    for name, value in changes.items():
        object.__setattr__(world, name, value)
    return world


def test_growth_since_2004_by_what_made_it() -> None:
    parts = growth_parts(measured(0.25), place=0, first=1)
    # The growth of 2004 itself is left out: 1.0 + 0.5 of prices are those of 2005.
    assert parts["prices"] == 1.5
    assert parts["joint"] == 0.25
    assert parts["reallocation"] == 0.125
    assert sum(parts.values()) == 1.875


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_b_changes_is_b_less_a(language: str) -> None:
    texts = Texts(language)
    a, b = measured(0.25), measured(0.75)
    page = growth_page(a, b, 0, ("A", "B"), texts)
    check(page)
    assert ">0.500<" in page
    assert escape(texts("growth.part.joint")) in page
    check(network_page(a, b, 0, ("A", "B"), texts))


@pytest.mark.parametrize("language", LANGUAGES)
def test_spending_by_year_and_purpose(language: str) -> None:
    page = spending_page(measured(0.0), [0, 1], Texts(language))
    check(page)
    # 12 months of 2 and 1 KRW million in 2005, nothing before.
    assert page.count(">36.0<") == 4
    assert page.count('<th scope="col">') == 3
    assert "<table" not in spending_page(invented_world_without_money(), [0, 1], Texts(language))


def invented_world_without_money() -> World:
    world = measured(0.0)
    object.__setattr__(world, "series", np.zeros_like(world.series))
    return world


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_complex_by_its_firms(language: str) -> None:
    world, names = invented_world(), Names(REGION, Texts(language))
    assert firms_of(world, 0).tolist() == [2, 3]
    assert firms_of(world, 1).tolist() == [5]
    page = place_world(world, 0, names)
    check(page)
    # Two firms, of which one is a member still; both in one sector.
    assert names.mini_clusters[0] in page
    assert ">100.0<" in page
    for place in range(len(REGION.complexes.keys)):
        facts = place_facts(place, REGION, names)
        check(facts)
        bodies = np.flatnonzero(REGION.research_bodies.complex == place)
        assert facts.count("<tr>") == 1 + bodies.size


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stored_comparison(language: str, comparison: Comparison) -> None:
    page = comparison_page(comparison, Texts(language))
    check(page)
    assert leader_intervals(comparison, Texts(language)) in page
    for policy in comparison.policies["policy"]:
        assert policy in page


def test_a_sweep_by_point_and_policy() -> None:
    runs = pd.DataFrame(
        {
            "scenario": "s", "policy": ["P0", "P0", "P5", "P5"], "point": [0, 0, 0, 0],
            "replication": [0, 1, 0, 1], "parameters.joint_gain": 0.25, "status": "done",
            "error": ["", "", "", "broke"], "revenue_2013": [1.0, 2.0, 4.0, 8.0],
        }
    )  # fmt: skip
    page = sweep_page(runs, Texts("en"))
    check(page)
    assert "4 runs at 1 points in 2 worlds; 1 failed" in page
    assert ">1.50<" in page
    assert ">6.00<" in page
    assert "Productivity gain of a joint success" in page


def test_a_decision_between_two_policies_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = {
        "newest": {"kind": "sensitivity", "policies": ["P0", "P5"]},
        "other": {"kind": "decide", "policies": ["P0", "P2"]},
        "wanted": {"kind": "decide", "policies": ["P5", "P0", "P2"]},
        "older": {"kind": "decide", "policies": ["P0", "P5"]},
    }
    module = "innocluster.viz.page.views.content.lesson_content"
    monkeypatch.setattr(f"{module}.finished_manifest", lambda f: {"result": kinds[f.name]})
    monkeypatch.setattr(f"{module}.load_lesson", lambda f: f.name)
    folders = [tmp_path / name for name in kinds]
    assert latest_decision(folders, ("P0", "P5")) == (tmp_path / "wanted", "wanted")
    assert latest_decision(folders, ("P0", "P9")) is None


def test_the_form_writes_a_sweep_that_is_read(tmp_path: Path) -> None:
    axes = [
        Axis("programme.budget_scale", 0.25, 4.0), Axis("parameters.joint_gain", 0.01, 0.2),
        Axis("forms.entry", values=("land", "proportional")),
    ]  # fmt: skip
    base = {"seed": 7, "parameters": {"rd_elasticity": 0.08}}
    text = sweep_file(axes, ["P0", "P5"], ["revenue"], 16, 2, 2013, base)
    path = tmp_path / "sweep.toml"
    path.write_text(text, encoding="utf-8")
    sweep = Sweep.from_file(path)
    assert len(sweep.runs()) == 16 * 2 * 2


def test_only_finished_folders_are_listed_and_nothing_above(tmp_path: Path) -> None:
    assert finished_folders(tmp_path / "none") == []
    (tmp_path / "unfinished").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "way-out").symlink_to(tmp_path.parent)
    assert finished_folders(tmp_path) == []
    with pytest.raises(InputError):
        stored_page(tmp_path / "unfinished", Texts("en"))


def test_work_that_nobody_started() -> None:
    jobs = Jobs()
    assert not jobs.busy
    folder = Path("nowhere")
    jobs.cancel(folder)
    assert jobs.state(folder) == State(0, 0, -1.0, "none")


def test_a_waterfall_ends_at_its_total() -> None:
    drawn = waterfall("t", "d", [Step("a", 3.0), Step("b", -1.0), Step("all", 2.0, True)], "u")
    # From 0 to 3 the plot is 358 wide: a from 6 to 364, b back to 6 + 358·2/3, the total as far.
    assert 'x="6.0" y="38.0" width="358.0"' in drawn
    assert 'x="244.7" y="72.0" width="119.3"' in drawn
    assert 'x="6.0" y="106.0" width="238.7"' in drawn


def test_pictures_escape_words() -> None:
    for drawn in (
        bars("<b>", "d", [("<i>", 1.0, 0.5, 1.5)], "<u>"),
        curve("<b>", "d", [(0.0, 0.0), (1.0, 2.0)], [(0.5, 1.0, "<i>")], ("<x>", "<y>")),
    ):
        assert "<b>" not in drawn
        assert "<i>" not in drawn
        assert "&lt;i&gt;" in drawn


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_posterior_says_what_it_is(language: str) -> None:
    texts = Texts(language)
    frame = pd.DataFrame({"joint_gain": [0.1, 0.2, 0.3], "demand": "fixed", "weight": [1, 1, 2]})
    for stand_in, key in ((True, "stand_in"), (False, "fit")):
        manifest = {"stand_in": stand_in, "date": "2026-01-01", "runs": 5}
        page = posterior_page(Posterior(frame, manifest, "ab" * 32), texts)
        check(page)
        assert texts.raw(f"page.posterior.{key}").partition("{")[0] in page
        assert "joint_gain" in page
        assert "demand" not in page


def test_weights_move_quantiles() -> None:
    values, weight = np.array([3.0, 1.0, 2.0]), np.array([2.0, 1.0, 1.0])
    # A quarter of the weight lies at 1, half up to 2.
    assert weighted_quantiles(values, weight, (0.25, 0.5, 0.75)) == [1.0, 2.0, 3.0]
