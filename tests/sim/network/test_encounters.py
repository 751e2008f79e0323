"""Spontaneous encounters: strangers, partners, partners' partners, and who is never met."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from small_network import SmallNetwork
from small_region import full_population, simulation

from innocluster.sim.ground.forms import Forms
from innocluster.sim.ground.grouped_rows import GroupedRows
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import (
    Process,
    replication_key,
    uniform_rows,
    uniforms,
)
from innocluster.sim.measures.network_measures import measure_network
from innocluster.sim.network.activity import Activity, set_activity
from innocluster.sim.network.encounters import background_encounters, tied_partner
from innocluster.sim.network.pairs import BODY
from innocluster.sim.phases import meetings
from innocluster.sim.simulation import Simulation

KNOWN = int(Process.KNOWN_CONTACT)
KEY = replication_key(7)
P = ParameterSet().record()
LATEST = int(P.remembered_pairs)
Codes = np.ndarray


class Circle(SmallNetwork):
    """Firms that do R&D, but those named, and two bodies; pairs of given familiarity."""

    def __init__(self, firms: int, without_research: tuple[int, ...] = ()) -> None:
        super().__init__(firms)
        self.firms.research_intensity[list(without_research)] = 0.0

    def partner(self, month: int, centre: int, caller: int = 5, excluded: int = -1) -> int:
        """The partner of `centre` whom a caller of identifier `caller` would meet."""
        return tied_partner(
            KEY, month, KNOWN, caller, centre, excluded, P, self.firms, self.bodies, self.pairs
        )


def test_partners_are_met_in_proportion_to_the_square_of_familiarity() -> None:
    circle = Circle(5)
    strength = {1: 0.2, 2: 0.4, BODY + 1: 0.8}
    for other, familiarity in strength.items():
        circle.meet(0, other, familiarity=familiarity)
    draws = 4000
    met = [circle.partner(month, 0) for month in range(draws)]
    total = sum(f * f for f in strength.values())
    for other, familiarity in strength.items():
        share = familiarity**2 / total
        error = 4.0 * np.sqrt(share * (1.0 - share) / draws)
        assert met.count(other) / draws == pytest.approx(share, abs=error)


def test_one_more_partner_changes_only_the_choices_that_it_wins() -> None:
    small, large = Circle(5), Circle(5)
    for circle in (small, large):
        circle.meet(0, 1, familiarity=0.3)
        circle.meet(0, 2, familiarity=0.5)
    large.meet(0, 3, familiarity=0.4)
    before = [small.partner(month, 0) for month in range(500)]
    after = [large.partner(month, 0) for month in range(500)]
    assert 3 in after
    assert all(new in (old, 3) for old, new in zip(before, after, strict=True))


def test_nobody_is_called_on_who_is_closed_faded_without_research_or_excluded() -> None:
    circle = Circle(6, without_research=(3,))
    circle.meet(0, 1, familiarity=-1.0)
    circle.meet(0, 2, familiarity=0.99 * P.tie_familiarity)
    circle.meet(0, 3, familiarity=0.9)
    circle.meet(0, 4, familiarity=0.9)
    assert {circle.partner(month, 0) for month in range(200)} == {4}
    assert {circle.partner(month, 0, excluded=4) for month in range(200)} == {-1}
    assert circle.partner(0, 5) == -1


def test_an_institute_thinks_of_its_latest_pairs() -> None:
    circle = Circle(3 * LATEST)
    for firm in range(3 * LATEST):
        circle.meet(firm, BODY, familiarity=0.5 if firm % 2 else -1.0)
    met = {circle.partner(month, BODY) for month in range(4000)}
    odd = np.arange(1, 3 * LATEST, 2)
    assert met == set(odd[-LATEST:].tolist())


@pytest.fixture(scope="module")
def lively() -> Simulation:
    """A run of 560 firms that has come to 2008 with the programme."""
    run = simulation("P5")
    run.run_until(60)
    return run


def encounters(run: Simulation, month: int, repeat: float, closure: float) -> tuple[Codes, Codes]:
    """Who would meet whom in a month, as ties stand now."""
    state, scratch, firms = run.state, run.scratch, run.state.firms
    first, second = np.empty((2, 3 * firms.count), np.int32)
    occasion = uniform_rows(
        run.key, firms.identifier[: firms.count], month, int(Process.BACKGROUND), 0
    )[:, 0].copy()
    p = replace(
        run.parameters, background_rate=0.6, background_repeat=repeat,
        background_closure=closure, anchor_share=0.0,
    )  # fmt: skip
    activity = Activity.of(firms.complex[: firms.count], scratch.anchors.size)
    set_activity(0.0, p, firms, activity)
    number = background_encounters(
        run.key, month, p, scratch.anchors, occasion, activity, scratch.body_places, firms,
        state.bodies, state.pairs, first, second,
    )  # fmt: skip
    return first[:number], second[:number]


def partners(run: Simulation) -> dict[int, set[int]]:
    """Partners of every actor that can be met."""
    pairs, research = run.state.pairs, run.state.firms.research_intensity
    result: dict[int, set[int]] = {}
    for row in np.flatnonzero(pairs.familiarity[: pairs.count] >= P.tie_familiarity):
        ends = int(pairs.first[row]), int(pairs.second[row])
        for one, other in (ends, ends[::-1]):
            if other >= BODY or research[other] > 0.0:
                result.setdefault(one, set()).add(other)
    return result


def test_whom_a_firm_knows_does_not_change_how_often_it_meets_somebody(lively) -> None:
    for month in range(12):
        first, _ = encounters(lively, month, 0.0, 0.0)
        for shares in ((1.0, 0.0), (0.0, 1.0), (0.4, 0.2)):
            assert np.array_equal(encounters(lively, month, *shares)[0], first)


def test_the_share_of_meetings_with_partners_is_the_parameter(lively) -> None:
    known, repeat = partners(lively), 0.4
    redirected = []
    for month in range(240):
        first, stranger = encounters(lively, month, 0.0, 0.0)
        _, second = encounters(lively, month, repeat, 0.0)
        for i, new, met in zip(first.tolist(), stranger.tolist(), second.tolist(), strict=True):
            if known.get(i) and new not in known[i]:
                assert met == new or met in known[i]
                redirected.append(met != new)
    error = 4.0 * np.sqrt(repeat * (1.0 - repeat) / len(redirected))
    assert len(redirected) > 3000
    assert np.mean(redirected) == pytest.approx(repeat, abs=error)


def test_a_firm_that_returns_to_partners_alone_meets_nobody_else(lively) -> None:
    known = partners(lively)
    met = np.hstack([encounters(lively, month, 1.0, 0.0) for month in range(60)])
    with_partners = [(i, other) for i, other in met.T.tolist() if known.get(i)]
    assert len(with_partners) > 500
    assert all(other in known[i] for i, other in with_partners)


def test_partners_of_partners_are_met(lively) -> None:
    known = partners(lively)
    checked = 0
    for month in range(60):
        first, stranger = encounters(lively, month, 0.0, 0.0)
        _, second = encounters(lively, month, 0.0, 1.0)
        for i, new, met in zip(first.tolist(), stranger.tolist(), second.tolist(), strict=True):
            reached = {two for one in known.get(i, ()) for two in known[one]} - {i}
            assert met in reached or met == new
            checked += met != new
    assert checked > 500


def recorded(run: Simulation, patch: pytest.MonkeyPatch, months: int) -> Iterator[tuple[int, int]]:
    """Spontaneous meetings of a run to come, month after month."""
    found: list[tuple[Codes, Codes]] = []
    compiled = meetings.background_encounters

    def watch(*arguments: object) -> int:
        number: int = compiled(*arguments)
        found.append((arguments[-2][:number].copy(), arguments[-1][:number].copy()))
        return number

    patch.setattr(meetings, "background_encounters", watch)
    for _ in range(months):
        run.step()
        yield found[-1]


def test_nobody_meets_itself_a_closed_firm_or_one_without_research(monkeypatch) -> None:
    lively = {"exit_rate": 0.5, "entry_scale": 5.0, "background_rate": 0.8}
    run = simulation("P5", unchecked=lively)
    firms, reused = run.state.firms, 0
    # Firms close and stop R&D after the meetings of a month.
    alive, research = firms.alive.copy(), firms.research_intensity.copy()
    for first, second in recorded(run, monkeypatch, 72):
        firm = second[second < BODY]
        assert (first != second).all()
        assert (alive[first] == 1).all()
        assert (alive[firm] == 1).all()
        assert (research[first] > 0.0).all()
        assert (research[firm] > 0.0).all()
        reused += (run.state.firms.entered[firm] >= 0).sum()
        alive = run.state.firms.alive.copy()
        research = run.state.firms.research_intensity.copy()
    assert run.state.pairs.count > 200
    assert reused > 50


@pytest.mark.parametrize("seed", [1, 2])
def test_meeting_partners_of_partners_closes_triangles(seed: int) -> None:
    ratios = []
    for closure in (0.0, 0.9):
        shares = {"background_repeat": 0.0, "background_closure": closure}
        run = simulation(
            "P0",
            seed,
            full_population(seed),
            shares,
            last=(2006, 12),
            forms=Forms.of({"occasions": "uniform"}),
        )
        run.run()
        ratios.append(measure_network(run)["clustering_excess"][0])
    assert ratios[1] > 2.0 * ratios[0]


def test_pairs_that_the_programme_introduced_go_on_by_themselves() -> None:
    """Of six small worlds together, since each has but some hundred such pairs."""
    shares = []
    for repeat in (0.0, 0.6):
        released = persisted = 0.0
        for seed in range(1, 7):
            run = simulation(
                "P5",
                seed,
                unchecked={"background_repeat": repeat},
                last=(2010, 12),
                forms=Forms.of({"occasions": "uniform"}),
            )  # fmt: skip)
            run.run()
            found = measure_network(run)
            released += found["released_pairs"][0]
            persisted += found["released_pairs"][0] * found["persistence"][0]
        assert released > 250.0
        shares.append(persisted / released)
    assert shares[1] > shares[0]


def test_whoever_takes_an_anchors_row_is_no_anchor(monkeypatch: pytest.MonkeyPatch) -> None:
    run = simulation("P0", unchecked={"anchor_share": 1.0, "background_rate": 1.0})
    met: list[tuple[Codes, Codes]] = []

    def watched(*arguments: object) -> int:
        number = background_encounters(*arguments)
        met.append((arguments[-2][:number].copy(), arguments[-1][:number].copy()))
        return number

    monkeypatch.setattr(meetings, "background_encounters", watched)
    firms = run.state.firms
    anchor = run.scratch.anchors[0]
    # First it is met by everybody else, then it has closed and another stands in its row.
    for month in range(2):
        run.step()
        first, second = met[month]
        here = (firms.complex[first] == firms.complex[anchor]) & (first != anchor)
        assert (second[here] == anchor).all() == (month == 0)
        firms.entered[anchor] = 0


@pytest.mark.parametrize("kernel", [tied_partner, tied_partner.py_func])
def test_whom_an_actor_remembers_and_calls_a_partner_are_parameters(kernel) -> None:
    """Firm 0 met 1, 2 and 3 in this order, the last one too little for a tie of 0.3."""
    circle = Circle(4)
    for other, familiarity in ((1, 0.5), (2, 0.5), (3, 0.29)):
        circle.meet(0, other, familiarity=familiarity)
    tables = (circle.firms, circle.bodies, circle.pairs)
    for remembered, expected in ((1, {-1}), (2, {2}), (3, {1, 2})):
        p = replace(P, remembered_pairs=float(remembered), tie_familiarity=0.3)
        found = {int(kernel(KEY, m, KNOWN, 77, 0, -1, p, *tables)) for m in range(30)}
        assert found == expected


@pytest.mark.parametrize("kernel", [tied_partner, tied_partner.py_func])
def test_the_partner_whose_time_is_up_first(kernel) -> None:
    """-ln(u)/F² of each, drawn at the address of caller and candidate."""
    circle = Circle(4)
    strength = {1: 0.25, 3: 0.5, BODY + 1: 0.125}
    for other, familiarity in strength.items():
        circle.meet(0, other, familiarity=familiarity)
    names = {1: 1001, 3: 1003, BODY + 1: 10}
    chosen = set()
    for month in range(60):
        wait = {
            other: -np.log(uniforms(KEY, 77, month, KNOWN, names[other])[0]) / familiarity**2
            for other, familiarity in strength.items()
        }
        found = kernel(KEY, month, KNOWN, 77, 0, -1, P, circle.firms, circle.bodies, circle.pairs)
        assert found == min(wait, key=lambda other: wait[other])
        chosen.add(int(found))
    assert chosen == set(strength)


@pytest.mark.parametrize("kernel", [background_encounters, background_encounters.py_func])
def test_whom_an_occasion_leads_to(kernel) -> None:
    """Firm 0 of complex 1, which has firms 0, 2 and 3 and both bodies; its partner is 1.

    Firm 0 has 1.5 occasions a month, the second as if it came 65,536 months later.
    """
    circle = Circle(4, without_research=(3,))
    circle.firms.complex[:] = 1, 0, 1, 1
    circle.meet(0, 1, familiarity=0.5)
    circle.meet(1, BODY, familiarity=0.5)
    activity = Activity.of(circle.firms.complex, 2)
    body_places = GroupedRows.of(np.array([1, 1], np.int16), 2)
    p = replace(
        ParameterSet().record(), background_rate=1.5, background_repeat=0.25,
        background_closure=0.25, anchor_share=0.125,
    )  # fmt: skip
    set_activity(0.0, p, circle.firms, activity)
    # Only firm 0 is to have occasions: the others are met as often as before.
    activity.rate[1:] = 0.0
    found = set()
    for month in range(120):
        expected = []
        for moment in (month, month + 65_536)[: 1 + (month % 2)]:
            _, v, w, x = uniforms(KEY, 1000, moment, int(Process.BACKGROUND), 0)
            u = uniforms(KEY, 1000, moment, int(Process.BACKGROUND_PEER), 0)[0]
            trials = [
                uniforms(KEY, 1000, moment, int(Process.BACKGROUND_PEER), n)[3] for n in range(4)
            ]
            # Firms 0 and 2, below one node on every level, have half of all occasions each.
            stranger = BODY + int(2 * u) if v < 0.2 else 2 if max(trials) >= 0.5 else -1
            met = stranger
            if w < 0.125:
                met = 2
            elif stranger >= 0 and x < 0.5:
                met = 1 if x < 0.25 else BODY
            expected += [(0, met)] if met >= 0 else []
            found.add(met)
        first, second = np.empty((2, 8), np.int32)
        number = kernel(
            KEY, month, p, np.array([-1, 2], np.int32),
            np.array([0.4999 if month % 2 else 0.5, 0.0, 0.9, 0.0]), activity, body_places,
            circle.firms, circle.bodies, circle.pairs, first, second,
        )  # fmt: skip
        assert list(zip(first[:number].tolist(), second[:number].tolist(), strict=True)) == expected
    assert found == {-1, 1, 2, BODY, BODY + 1}
