"""Who is introduced to whom: random pairs are random, mini-clusters keep to themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from policy_views import bare_view
from small_region import simulation
from three_clusters import compiled_or_not, firms_of, position, proposers_of, view_of

from innocluster.agents.firms import FirmTable
from innocluster.scenarios.policies.planning.introductions import (
    Seats,
    introductions_at_random,
    proposers_of_events,
    random_partners,
    seats_of_events,
)
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import Process, replication_key, uniforms
from innocluster.sim.network.pairs import BODY


def test_random_pairs_cover_the_closed_form():
    """M independent draws from Π pairs reach Π[1 - (1 - 1/Π)^M] of them: limit 4."""
    members = np.arange(30, dtype=np.int32)
    possible = 30 * 29 / 2
    p = replace(ParameterSet().record(), expert_share=0.0)
    distinct, expected = [], []
    for month in range(400):
        first, second = introductions_at_random(
            bare_view(month=month, event_introductions=[400], members=members), p
        )
        assert (first != second).all()
        pairs = {(min(a, b), max(a, b)) for a, b in zip(first, second, strict=True)}
        distinct.append(len(pairs))
        expected.append(possible * (1.0 - (1.0 - 1.0 / possible) ** first.size))
    gap = np.array(distinct) - np.array(expected)
    assert gap.mean() == pytest.approx(0.0, abs=4.0 * gap.std() / np.sqrt(gap.size))


def test_random_pairs_bring_in_experts_at_their_share():
    members = np.arange(500, dtype=np.int32)
    bodies = np.arange(60, dtype=np.int32)
    p = replace(ParameterSet().record(), expert_share=0.25)
    view = bare_view(month=5, event_introductions=[20_000], members=members, body_rows=bodies)
    _, second = introductions_at_random(view, p)
    assert (second >= BODY).mean() == pytest.approx(0.25, abs=0.015)
    experts = np.bincount(second[second >= BODY] - BODY, minlength=60)
    assert experts.min() > 0.5 * experts.mean()


def test_introductions_within_events_stay_in_the_mini_cluster_or_its_complex():
    members = np.arange(40, dtype=np.int32)
    firms = FirmTable.allocate(40, knowledge=2)
    firms.identifier[:] = members
    p = replace(ParameterSet().record(), expert_share=0.25)
    seen = set()
    for month in range(300):
        view = bare_view(
            month=month, members=members, member_start=[0, 25, 40], cluster_complex=[0, 1],
            body_rows=[2, 0, 1, 3], body_start=[0, 2, 4], event_cluster=[0, 1, 0, 1],
            event_size=[9, 12, 1, 1], event_introductions=[4, 6, 1, 1],
        )  # fmt: skip
        seats = Seats(*seats_of_events(view, firms))
        first, neighbour, expert, _, _ = proposers_of_events(
            view, p, firms, seats, np.zeros(40, np.int8)
        )
        second = np.where(expert >= 0, expert, neighbour)
        assert first.size <= view.places
        for a, b in zip(first.tolist(), second.tolist(), strict=True):
            assert a != b
            group = 0 if a < 25 else 1
            if b >= BODY:
                assert b - BODY in ((2, 0), (1, 3))[group]
            else:
                assert (b < 25) == (a < 25)
        seen |= set(first.tolist())
    assert seen == set(range(40))


def test_both_policies_spend_as_much_on_as_many_events():
    """They differ in whom they introduce to whom, not in money: the first month."""
    arms = {}
    for policy in ("P2", "P5"):
        run = simulation(policy, last=(2005, 4))
        arms[policy] = run.run().values
    for name in ("members", "contacts", "spent_meetings", "spent_introductions", "spent_overhead"):
        assert np.array_equal(arms["P2"][name], arms["P5"][name]), name
    assert arms["P2"]["introductions"].sum() == arms["P5"]["introductions"].sum() > 10


@pytest.mark.parametrize("policy", ["P2", "P5"])
def test_only_members_are_introduced_by_the_programme(policy):
    run = simulation(policy, last=(2006, 6))
    run.run_until(27)
    while run.month < run.settings.months:
        before = run.state.pairs.brokered[: run.state.pairs.count].copy()
        members = run.state.firms.member.copy()
        run.step()
        pairs, firms = run.state.pairs, run.state.firms
        # Rows move in December.
        if run.month % 12 == 0:
            continue
        brokered = pairs.brokered[: pairs.count].copy()
        brokered[: before.size] -= before
        for row in np.flatnonzero(brokered > 0):
            for actor in (pairs.first[row], pairs.second[row]):
                if actor < BODY and firms.alive[actor] == 1:
                    assert firms.member[actor] == 1 or members[actor] == 1


@compiled_or_not(seats_of_events)
def test_the_smallest_draws_come(kernel: Any) -> None:
    """Firms 3, 0, 5 draw 0.944, 0.012, 0.779 for the first event, 0.943, 0.479, 0.333 for the next.

    At least two come where there are two; firm 1 draws 0.382 and firm 2 draws 0.824.
    """
    view = view_of(event_cluster=[0, 0, 1, 2], event_size=[1, 3, 4, 2])
    row, start, slot = kernel(view, firms_of())
    assert row.tolist() == [0, 5, 5, 0, 3, 4, 1, 2]
    assert start.tolist() == [0, 2, 5, 6, 8]
    assert slot.tolist() == [0, 1, 0, 0]


@compiled_or_not(proposers_of_events)
def test_every_second_seat_proposes(kernel: Any) -> None:
    """Firm 5 comes first and takes up no neighbour; an expert comes below a draw of 0.1.

    Firm 5: ⌊0.858·3⌋ = 2, body 3.  Firm 0: 0.244, nobody.  Firm 4 sits alone: ⌊0.173·3⌋ = 0,
    body 2.  Firm 1: 0.002, body 0.  Firm 3 at the second event: 0.367, nobody.
    """
    view = view_of(event_cluster=[0, 1, 2, 0], event_introductions=[2, 1, 2, 1])
    seats = Seats(
        row=np.array([0, 5, 3, 4, 1, 2, 3, 0], np.int32),
        start=np.array([0, 3, 4, 6, 8]),
        slot=np.array([0, 0, 0, 1], np.int32),
    )
    first = np.zeros(7, np.int8)
    first[5] = 1
    p = replace(ParameterSet().record(), expert_share=0.1)
    made = kernel(view, p, firms_of(), seats, first)
    assert [column.tolist() for column in made] == [
        [5, 0, 4, 1, 3],
        [0, 3, -1, 2, 0],
        [BODY + 3, -1, BODY + 2, BODY, -1],
        [0, 0, 0, 0, 1],
        [0, 0, 1, 2, 0],
    ]


@compiled_or_not(proposers_of_events)
def test_without_research_bodies_who_sits_alone_meets_nobody(kernel: Any) -> None:
    view = view_of(
        event_cluster=[0, 1], event_introductions=[1, 1], body_rows=[], body_start=[0, 0, 0]
    )
    seats = Seats(np.array([0, 5, 4], np.int32), np.array([0, 2, 3]), np.zeros(2, np.int32))
    p = replace(ParameterSet().record(), expert_share=1.0)
    made = kernel(view, p, firms_of(), seats, np.ones(7, np.int8))
    assert [column.tolist() for column in made] == [[0], [5], [-1], [0], [0]]


@pytest.mark.parametrize(("share", "partner"), [(0.75, BODY + 2), (0.7, 8)])
@compiled_or_not(introductions_at_random)
def test_random_pairs(kernel: Any, share: float, partner: int) -> None:
    """Draws (0.103, 0.727, 0.391, 0.475), (0.887, 0.763, ·, 0.081) and (0.995, 0.960, ·, 0.157).

    ⌊0.103·3⌋ = 0; below the share ⌊0.391·2⌋ = 0, the first body, else ⌊0.475·2⌋ = 0, past
    itself the second member.  Then twice the last member and the first.
    """
    view = view_of(event_introductions=[2, 1], members=[7, 8, 9], body_rows=[2, 5])
    first, second = kernel(view, replace(ParameterSet().record(), expert_share=share))
    assert first.tolist() == [7, 9, 9]
    assert second.tolist() == [partner, 7, 7]


def partners_of(kernel: Any, anywhere: bool) -> list[int]:
    """Partners of firms 0 and 1, with neighbours, of 4 with expert 3, and of 0 at a later event."""
    view, firms = view_of(), firms_of()
    made = proposers_of((0, 3, -1, 0, 0), (1, 2, -1, 0, 2), (4, -1, 3, 0, 1), (0, 5, -1, 4, 0))
    start = np.array([0, 4, 6])
    result: list[int] = kernel(view, firms, made, start, position(), anywhere).tolist()
    return result


@compiled_or_not(random_partners)
def test_partners_at_random_of_the_complex_or_of_all(kernel: Any) -> None:
    """Every other member in the order of the list, the proposer left out; experts as they are."""

    def draw(row: int, slot: int) -> tuple[float, float, float, float]:
        return uniforms(replication_key(17), 10 + row, 50, int(Process.RANDOM_PARTNER), slot)

    def one_of(others: list[int], u: float) -> int:
        return others[int(u * len(others))]

    assert partners_of(kernel, False) == [
        one_of([3, 5, 4], draw(0, 0)[0]), 2, BODY + 3, one_of([3, 5, 4], draw(0, 4)[0]),
    ]  # fmt: skip
    assert partners_of(kernel, True) == [
        one_of([3, 5, 4, 1, 2], draw(0, 0)[0]),
        one_of([3, 0, 5, 4, 2], draw(1, 0)[0]),
        BODY + one_of([2, 1, 3, 0], draw(4, 0)[1]),
        one_of([3, 5, 4, 1, 2], draw(0, 4)[0]),
    ]


def test_random_partners_cover_the_complex_evenly() -> None:
    """Over many months every other member comes equally often."""
    firms, made = firms_of(), proposers_of((0, 3, -1, 0, 0))
    start, number = np.array([0, 4, 6]), 3000
    met = np.zeros(7)
    for month in range(number):
        view = view_of(month=month)
        met[random_partners(view, firms, made, start, position(), False)[0]] += 1
    assert met[[0, 1, 2, 6]].sum() == 0
    assert np.abs(met[[3, 4, 5]] / number - 1 / 3).max() < 4.0 * np.sqrt(2 / 9 / number)
