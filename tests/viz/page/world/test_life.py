"""A life holds what happened to an agent and nothing of others."""

from __future__ import annotations

import pytest
from invented_world import invented_world

from innocluster.viz.page.world.life import decisions_of, growth_terms, life_of
from innocluster.viz.page.world.record import OPEN

WORLD = invented_world()


def test_partners_with_what_they_did_together() -> None:
    life = life_of(WORLD, 2)
    body, firm = life.partners
    assert (body.agent, body.first, body.last) == (0, 1, 5)
    # Alone in month 1, by the programme in month 5; with firm 4 once by it and once both ways.
    assert (body.alone, body.brokered) == (1, 1)
    assert (firm.agent, firm.alone, firm.brokered) == (4, 1, 2)
    # Acquainted since before 2003 for all 24 months, and from month 3 to 9.
    assert (body.tied, firm.tied) == (24, 7)
    # Firm 4 and the university take part in the second project, too.
    assert (body.projects, body.successes, body.licences) == (2, 1, 1)
    assert (firm.projects, firm.successes, firm.licences) == (1, 0, 0)
    # cos((1, 1), (1, 0)) = 1/√2; firm 4 stands in the first December only: cos((1, 1), (0, 2)).
    assert body.similarity == pytest.approx(0.5**0.5, rel=1e-6)
    assert firm.similarity == pytest.approx(0.5**0.5, rel=1e-6)


def test_proposals_accepted_and_refused_and_why() -> None:
    found = [
        (p.month, p.partners, p.outcome, p.end, p.grant, p.why) for p in life_of(WORLD, 2).proposals
    ]
    assert found == [
        (5, [0], "succeeded", 12, 80.0, ""),
        (6, [4, 0], "broken off", 10, 0.0, "screened out"),
        (7, [4], "refused", 7, 0.0, "no money"),
        (8, [0], "refused", 8, 0.0, "no room"),
    ]


def test_single_months() -> None:
    life = life_of(WORLD, 2)
    assert life.member == [(3, 24)]
    assert life.research == [(-1, 24)]
    assert life.innovations == [11]
    assert life.links == [6]
    assert life.steps.tolist() == [[15, 1]]
    assert life.licences.tolist() == [[2, 2, 0, 8, 1]]
    assert life.meetings.tolist() == [[1, 0, 1], [3, 4, 2], [4, 4, 3], [5, 0, 2]]


def test_who_met_nobody_has_no_partners() -> None:
    life = life_of(WORLD, 5)
    assert (life.partners, life.proposals, life.member) == ([], [], [])


def test_growth_by_term() -> None:
    found = growth_terms(WORLD, 2)
    assert found is not None
    first, last, terms = found
    assert (first, last) == (0, 1)
    assert terms["joint"] == 0.25
    assert terms["price"] == -0.125
    assert sum(terms.values()) == 0.125
    # A research body does not sell; firm 5 has no December with all its terms.
    assert growth_terms(WORLD, 0) is None
    assert growth_terms(WORLD, 5) is None


def test_decisions_of_one_coordinator() -> None:
    assert [d["month"] for d in decisions_of(WORLD, 1)] == [4]
    assert decisions_of(WORLD, 0) == []
    assert WORLD.months < OPEN
