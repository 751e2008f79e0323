"""Who is introduced to whom: random pairs are random, mini-clusters keep to themselves."""

from __future__ import annotations

import numpy as np
import pytest
from small_region import simulation

from innocluster.scenarios.policies.planning.introductions import (
    introductions_at_random,
    proposers_of_events,
    seats_of_events,
)
from innocluster.sim.ground.random_numbers import replication_key
from innocluster.sim.network.pairs import BODY

KEY = replication_key(17)


def test_random_pairs_cover_the_closed_form():
    """M independent draws from Π pairs reach Π[1 - (1 - 1/Π)^M] of them: limit 4."""
    members = np.arange(30, dtype=np.int32)
    possible = 30 * 29 / 2
    distinct, expected = [], []
    for month in range(400):
        first, second = introductions_at_random(
            KEY, month, 0.0, np.array([400], np.int32), members, np.empty(0, np.int32)
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
    _, second = introductions_at_random(KEY, 5, 0.25, np.array([20_000], np.int32), members, bodies)
    assert (second >= BODY).mean() == pytest.approx(0.25, abs=0.015)
    experts = np.bincount(second[second >= BODY] - BODY, minlength=60)
    assert experts.min() > 0.5 * experts.mean()


def test_introductions_within_events_stay_in_the_mini_cluster_or_its_complex():
    members = np.arange(40, dtype=np.int32)
    start = np.array([0, 25, 40], np.int64)
    body_rows = np.array([2, 0, 1, 3], np.int32)
    body_start = np.array([0, 2, 4], np.int64)
    cluster = np.array([0, 1, 0, 1], np.int32)
    size = np.array([9, 12, 1, 1], np.int32)
    seats = np.array([4, 6, 1, 1], np.int32)
    seen = set()
    for month in range(300):
        seat, seat_start, slot = seats_of_events(
            KEY, month, np.arange(40), cluster, size, members, start
        )
        first, neighbour, expert, _, _ = proposers_of_events(
            KEY, month, 0.25, np.arange(40), cluster, seats, seat, seat_start, slot,
            np.zeros(40, np.int8), body_rows, body_start, np.array([0, 1]),
        )  # fmt: skip
        second = np.where(expert >= 0, expert, neighbour)
        assert first.size <= seats.sum()
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
