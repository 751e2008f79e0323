"""The parts of the expected surplus of a pair, worked out by hand on members of round numbers."""

from __future__ import annotations

from dataclasses import replace
from math import exp
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from small_network import SmallNetwork
from three_clusters import bodies_of, compiled_or_not, roster_of, view_of

from innocluster.scenarios.policies.planning import pair_surplus
from innocluster.scenarios.policies.planning.pair_surplus import Prospects, surplus_of_pairs
from innocluster.scenarios.policies.planning.ties import ties
from innocluster.sim.ground.forms import Forms
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.innovation.projects import Shelf
from innocluster.sim.network.pairs import BODY, PairTable

# Lines of the members at places 0, 1, 3 and 4: all, 1/2, 1/8 and 1/16 of the firm.
P = replace(ParameterSet().record(), product_line_revenue=1200.0)


def outlook_of(**changes: Any) -> Prospects:
    known: dict[str, Any] = {
        "passes_good": 0.75, "passes_bad": 0.25, "wage": np.ones(6),
        "performs": np.ones(6, np.bool_), "free": np.ones(6, np.int64),
        "body_free": np.ones(4, np.int64), "offer": np.zeros((4, 2), np.float32),
    }  # fmt: skip
    return Prospects(**(known | changes))


@pytest.mark.parametrize(
    ("a", "b", "rivalry", "own", "other"),
    [
        # 0.08·0.5·0.5·(0.1 - 0)·0.5·(1 - 0.8), rivals, on the whole firm; the other is ahead.
        (0, 1, "niche", 0.0002, 0.0),
        (1, 0, "niche", 0.0, 0.0002),
        # 0.08·0.75·0.5·(0 + 0.1)·0.5 on an eighth of the firm: of the sector, but no rival.
        (0, 3, "niche", 0.0, 0.0001875),
        # 0.08·0.25·0.5·(0.2 - 0.1)·0.5 on half the firm; another sector is no rival.
        (1, 2, "niche", 0.00025, 0.0),
        # Of the sector and alike to 0.5: three quarters are told.
        (0, 1, "technology", 0.00075, 0.0),
        (1, 2, "technology", 0.00025, 0.0),
    ],
)
@compiled_or_not(pair_surplus._information)
def test_information(kernel: Any, a: int, b: int, rivalry: str, own: float, other: float) -> None:
    """Half of all news is told to who is no rival."""
    p = replace(P, information_gain=0.08, rival_secrecy=0.8)
    forms = Forms.of({"rivalry": rivalry})
    gains = kernel(p, forms, roster_of(), a, b, 0.5, 0.5)
    assert gains == pytest.approx((own, other), rel=1e-12)


def logistic(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))


@pytest.mark.parametrize(
    ("low", "is_body", "expected"),
    [
        # 0.2 + 0.6·½(0.5·0.5 + 0.5·0.25) + 0.1·1 = 0.4125, a bad project.
        (0.2, False, (logistic(0) + 0.25 * (logistic(1) - logistic(0))) * 0.4125),
        # 0.4 + 0.4·0.1875 + 0.1 = 0.575, a good one; a research body adds 1.
        (0.4, True, (logistic(1) + 0.75 * (logistic(2) - logistic(1))) * 0.575),
    ],
)
@compiled_or_not(pair_surplus._success)
def test_success(kernel: Any, low: float, is_body: bool, expected: float) -> None:
    """Terms: 2·0.5 of trust, 4·0.25 of third parties, -2·1 of novelty, 1 of a grant."""
    p = replace(
        P, proposal_base=0.0, proposal_familiarity=2.0, proposal_structure=4.0,
        proposal_distance=-2.0, proposal_research_body=1.0, proposal_subsidy=1.0, success_low=low,
        success_high=0.8, success_relational=0.5, success_distance=0.1,
    )  # fmt: skip
    chance = kernel(p, outlook_of(), 1.0, 0.5, 0.25, is_body)
    assert chance == pytest.approx(expected, rel=1e-12)


# A project starts with 0.5 and succeeds with 0.4, whoever takes part.
EVEN = replace(
    P, proposal_base=0.0, proposal_familiarity=0.0, proposal_structure=0.0, proposal_distance=0.0,
    proposal_research_body=0.0, proposal_subsidy=0.0, success_low=0.4, success_high=0.4,
    success_distance=0.0, joint_gain=0.01, optimal_distance=0.25, distance_absorption=1.0,
)  # fmt: skip


@compiled_or_not(pair_surplus._research)
def test_joint_research(kernel: Any) -> None:
    """0.2·0.01·(0.3 + Ω)·√AC of the line, AC 1/4 and 1, lines 1/2 and 1/16.

    Two firms: d* = 0.25·(1 + 5/8), Ω = r(2 - r) at r = 0.5/d* = 16/13.  With a research body,
    which takes part as the firm does: d* = 0.25·(1 + 1/4), r = 1.6, Ω = 0.64.
    """
    roster, outlook = roster_of(), outlook_of()
    omega = 16 / 13 * (2 - 16 / 13)
    gains = kernel(EVEN, roster, outlook, 1, 4, 0.5, 0.0, 0.0)
    expected = (0.002 * (0.3 + omega) / 4, 0.002 * (0.3 + omega) / 16)
    assert gains == pytest.approx(expected, rel=1e-12)
    gains = kernel(EVEN, roster, outlook, 1, BODY + 2, 0.5, 0.0, 0.0)
    assert gains == pytest.approx((0.00047, 0.00047), rel=1e-12)


@pytest.mark.parametrize("b", [4, BODY + 2])
@pytest.mark.parametrize("name", ["performs", "free", "partner"])
@compiled_or_not(pair_surplus._research)
def test_no_project_without_room(kernel: Any, name: str, b: int) -> None:
    """Neither where the firm does no R&D or is busy, nor where its partner is."""
    outlook = outlook_of()
    if name == "partner":
        outlook.free[4] = 0
        outlook.body_free[2] = 0
    else:
        getattr(outlook, name)[1] = 0
    assert kernel(EVEN, roster_of(), outlook, 1, b, 0.5, 0.0, 0.0) == (0.0, 0.0)


@compiled_or_not(pair_surplus._licences)
def test_licences(kernel: Any) -> None:
    """Exposure: 4 + 2·0.4·(1 - 1/16)/0.5 = 5.5 months after, 1 + 2·0.05·(1 - 1/2)/0.5 = 1.1 before.

    0.1·0.25·cos·4.4 with (4, 3)·(0.5, 0.25)/5 = 0.55, times 0.5·0.02 and the line of 1/2.
    """
    p = replace(
        P, familiarity_decay=0.5, licence_familiarity=2.0, licence_hazard=0.1, licence_success=0.5,
        transfer_gain=0.02,
    )  # fmt: skip
    knowledge = np.ones((6, 2), np.float32)
    knowledge[1] = 4.0, 3.0
    offer = np.zeros((4, 2), np.float32)
    offer[2] = 0.5, 0.25
    roster, outlook = roster_of(knowledge=knowledge), outlook_of(offer=offer)
    assert kernel(p, roster, outlook, 1, 2, 0.1, 0.4) == pytest.approx(0.0003025, rel=1e-12)
    # The member at place 2 has no absorptive capacity, body 0 nothing on offer.
    assert kernel(p, roster, outlook, 2, 2, 0.1, 0.4) == 0.0
    assert kernel(p, roster, outlook, 1, 0, 0.1, 0.4) == 0.0


@pytest.mark.parametrize(
    ("month", "offer"),
    [
        # February: 1 licence is a pace of 6 a year, half of the office is idle; 0.8·½ in one
        # of two slots.  The other invention is 24 months old and not shown any more.
        (26, [[0.0, 0.2], [0.0, 0.0], [0.0, 0.0], [0.25, 0.0]]),
        # December: a pace of 1, 11/12 are idle.
        (24, [[0.0, 0.8 * 11 / 12 / 2], [0.0, 0.0], [0.0, 0.0], [0.25, 0.0]]),
    ],
)
@compiled_or_not(pair_surplus._offers)
def test_offers(kernel: Any, month: int, offer: list[list[float]]) -> None:
    """Body 1 has no transfer office; body 2 signs more than it can handle; body 3 one invention."""
    bodies = bodies_of()
    bodies.inventions[:] = 3, 2, 2, 1
    bodies.licences_year[:] = 1.0, 0.0, 60.0, 0.0
    bodies.transfer_capacity[:] = 12.0, 0.0, 12.0, 4.0
    shelf = Shelf.allocate(4, born=2, field=2, quality=2)
    shelf.count = 4
    shelf.born[:] = 20, 2
    shelf.field[:] = 1, 0
    shelf.quality[:] = 0.8, 0.4
    shelf.field[3, 0] = 0
    shelf.quality[3] = 0.25, 9.0
    p = replace(P, shelf_life=12.0)
    assert kernel(month, p, bodies, shelf) == pytest.approx(np.array(offer), rel=1e-6)


@compiled_or_not(surplus_of_pairs)
def test_surplus_of_strangers(kernel: Any) -> None:
    """Information alone, 0.5·0.08·0.5·0.5·0.1·(1 - 0.25) = 0.00075 for the member at place 0.

    (5 - 1)·0.00075·100 a month for as long as it lasts, less a day of both at a wage of 21
    and 42 in a month of 21 days.  With a research body nothing but the firm's day is lost.
    """
    p = replace(
        P, information_gain=0.08, sharing_strangers=0.5, rival_secrecy=0.25, substitution=5.0,
        attendance_days=1.0, innovation_depreciation=0.5, meeting_depreciation=0.15,
    )  # fmt: skip
    knowledge = np.array([[1.0, 0.0], [0.5, 0.75**0.5]] + 4 * [[1.0, 0.0]], np.float32)
    wage = np.full(6, 21.0)
    wage[1] = 42.0
    outlook = outlook_of(wage=wage, performs=np.zeros(6, np.bool_))
    bodies = bodies_of()
    view = view_of(state=SimpleNamespace(pairs=PairTable.allocate(8), bodies=bodies))
    first, second = np.array([0, 1, 0], np.int32), np.array([1, 0, BODY + 1], np.int32)
    worth = kernel(
        view, p, view.forms, roster_of(knowledge=knowledge), bodies, ties(view, True), outlook,
        first, second, np.zeros(3),
    )  # fmt: skip
    monthly = 1.0 - 0.85 ** (1 / 12)
    pair = 4 * 0.00075 * 100 * (1 - monthly) / monthly - 1.0 - 2.0
    assert worth == pytest.approx(np.array([pair, pair, -1.0]), rel=1e-6)


@pytest.mark.parametrize(
    ("form", "everything", "told"),
    [
        # Strangers to who knows only the programme's own introductions.
        ("trust_novelty", False, 0.25),
        # 1 - ½·(1 - 0.75)³ of all news after three months, ½ of it told at F = ½.
        ("trust_novelty", True, 0.5 * (1.0 - 0.5 / 64.0)),
        ("trust", True, 0.375 * (1.0 - 0.5 / 64.0)),
        ("strangers", True, 0.6 / 3.0),
        ("strangers", False, 0.6),
    ],
)
@compiled_or_not(surplus_of_pairs)
def test_surplus_of_who_met_before(kernel: Any, form: str, everything: bool, told: float) -> None:
    """Members at places 0 and 1 met twice by themselves, last in month 47."""
    p = replace(
        P, information_gain=0.08, sharing_strangers=0.25, sharing_trusted=0.75, news_refresh=0.75,
        rival_secrecy=0.0, information_probability=0.6, substitution=5.0, attendance_days=0.0,
        meeting_depreciation=0.15,
    )  # fmt: skip
    network = SmallNetwork(7, bodies=4)
    network.meet(0, 3, familiarity=0.5, news=0.5, meetings=2, last_met=47)
    bodies = bodies_of()
    view = view_of(
        forms=Forms.of({"sharing": form}),
        state=SimpleNamespace(pairs=network.pairs, bodies=bodies),
    )
    knowledge = np.array([[1.0, 0.0], [0.5, 0.75**0.5]] + 4 * [[1.0, 0.0]], np.float32)
    worth = kernel(
        view, p, view.forms, roster_of(knowledge=knowledge), bodies, ties(view, everything),
        outlook_of(performs=np.zeros(6, np.bool_)), np.array([0], np.int32),
        np.array([1], np.int32), np.zeros(1),
    )  # fmt: skip
    monthly = 1.0 - 0.85 ** (1 / 12)
    expected = 4 * told * 0.08 * 0.5 * 0.5 * 0.1 * 100 * (1 - monthly) / monthly
    assert worth == pytest.approx(np.array([expected]), rel=1e-6)
