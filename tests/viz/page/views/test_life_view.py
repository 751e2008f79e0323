"""What the views of one world say is what the world holds, in both languages."""

from __future__ import annotations

import numpy as np
import pytest
from invented_world import invented_world
from page_html import check

from innocluster.scenarios.region.loading import load_region
from innocluster.viz.page.views.content.coordinator import coordinator_page, coordinators
from innocluster.viz.page.views.content.life_content import firm_page, suggestions
from innocluster.viz.page.views.content.names import Names, agent_code, find_agent
from innocluster.viz.page.views.content.network_feed import feed
from innocluster.viz.page.world.life import life_of
from innocluster.viz.words.texts import Texts

REGION = load_region()
WORLD = invented_world()
LANGUAGES = ("en", "ko")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("agent", range(6))
def test_every_life_can_be_read(language: str, agent: int) -> None:
    names = Names(REGION, Texts(language))
    html = firm_page(WORLD, life_of(WORLD, agent), names)
    check(html)
    assert names.agent(WORLD, agent) in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_life_says_what_was_refused_and_why(language: str) -> None:
    texts = Texts(language)
    html = firm_page(WORLD, life_of(WORLD, 2), Names(REGION, texts))
    for why in ("no room", "no money"):
        assert html.count(texts(f"page.life.why.{why}")) >= 1
    assert texts("page.life.unaided.screened out") in html
    # 100 × 0.25 log points of joint R&D, and the total of 12.5.
    assert ">25.0<" in html
    assert ">12.5<" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_coordinator_can_be_read(language: str) -> None:
    world = invented_world()
    texts = Texts(language)
    names = coordinators(REGION, texts)
    assert len(names) == REGION.governance.lag.size - 1 + len(REGION.complexes.keys)
    wide = np.zeros((2, 3, len(names)))
    wide[:, 0, 1] = [10.0, 25.0]
    object.__setattr__(world, "accounts", wide)
    for n, name in enumerate(names):
        html = coordinator_page(world, n, REGION, texts)
        check(html)
        assert name in html
    # Received by the end of each year: 10, and 15 more.
    told = coordinator_page(world, 1, REGION, texts)
    assert ">10.0<" in told
    assert ">15.0<" in told
    assert texts("page.figure.members") in told


@pytest.mark.parametrize("agent", range(6))
def test_a_link_names_an_agent(agent: int) -> None:
    assert find_agent(WORLD, agent_code(WORLD, agent)) == agent


@pytest.mark.parametrize("code", ["", "firm-", "firm-99", "firm-<b>", "body-12", "x-1", "firm-E"])
def test_other_links_name_nobody(code: str) -> None:
    assert find_agent(WORLD, code) is None


def test_who_stands_out() -> None:
    found = suggestions(WORLD)
    # In the last month firm 2 sells 100, firm 3 50 and firm 5 20; 4 has closed.
    assert found["largest"] == [2, 3, 5]
    assert found["winners"] == [2]
    assert found["refused"] == [2, 4]
    assert found["bodies"] == [0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_is_fed_with_all_ties(language: str) -> None:
    fed = feed(WORLD, REGION, Texts(language))
    # Two acquaintances; the pairs of a project of two and of one of three; two licences.
    assert fed["frame"]["counts"] == [2, 4, 2]
    ties = np.frombuffer(fed["ties"], np.int32)
    assert ties.size == 4 * 8
    project = ties[8:24].reshape(4, 4)
    assert project[:, 0].tolist() == [2, 0, 5, 12]
    assert sorted(zip(project[0].tolist(), project[1].tolist(), strict=True)) == [
        (2, 0), (2, 0), (2, 4), (4, 0),
    ]  # fmt: skip
    assert np.frombuffer(fed["members"], np.float32).size == 12
    assert fed["words"]["play"] == Texts(language)("page.network.play")
