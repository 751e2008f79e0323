"""The best of a few partners: who is looked at, what is seen of them, which one is taken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_region import simulation

from innocluster.agents.knowledge import cosine, novelty_value
from innocluster.scenarios.policies.baselines import ThematicMiniClusters
from innocluster.scenarios.policies.planning.candidates import (
    ANYWHERE,
    NOVELTY,
    OTHER_CLUSTERS,
    OWN_CLUSTER,
    OWN_COMPLEX,
    best_candidates,
    known_members,
    signalled_distance,
)
from innocluster.scenarios.policies.planning.introductions import at_events
from innocluster.sim.coordination.policy import CoordinationView, Introductions
from innocluster.sim.ground.random_numbers import replication_key
from innocluster.sim.network.pairs import BODY
from innocluster.sim.simulation import Simulation

KEY = replication_key(17)
MONTH = 50


class Watcher(ThematicMiniClusters):
    """The programme as it was, which keeps what it saw in one month."""

    sees = ("local", "central")
    view: CoordinationView | None = None

    def introduce(self, view: CoordinationView) -> Introductions:
        if view.month == MONTH:
            Watcher.view = replace(view, state=view.state.copy())
        return super().introduce(view)


@pytest.fixture(scope="module")
def view() -> CoordinationView:
    """What a policy sees in one month; the state is that of the month."""
    run = Simulation(replace(simulation("P5", last=(2008, 12)).settings, policy=Watcher()))
    run.run_until(MONTH + 1)
    assert Watcher.view is not None
    return Watcher.view


def best(view, scope, level="local", candidate_pairs=None, roster=None, penalty=None, **changes):
    """Best candidates of the proposers of the month, with parameters replaced."""
    wanted = {"candidate_pairs": candidate_pairs, "repetition_penalty": penalty}
    given = {name: float(value) for name, value in wanted.items() if value is not None}
    p = replace(view.parameters, **given)
    proposers = at_events(view)
    partner, value = best_candidates(
        replace(view, **changes), p, scope, NOVELTY, proposers,
        roster or known_members(view, level), view.state.bodies, view.state.pairs,
    )  # fmt: skip
    return proposers, partner, value


def test_looking_twice_at_a_pair_shows_the_same():
    once = [signalled_distance(KEY, 30, 4, n, 0.5, 0.1) for n in range(5, 2000)]
    assert once == [signalled_distance(KEY, 30, 4, n, 0.5, 0.1) for n in range(5, 2000)]
    assert once != [signalled_distance(KEY, 36, 4, n, 0.5, 0.1) for n in range(5, 2000)]
    assert np.mean(once) == pytest.approx(0.5, abs=4 * 0.1 / np.sqrt(len(once)))
    assert np.std(once) == pytest.approx(0.1, rel=0.06)


@given(st.floats(0, 1), st.floats(0, 3), st.integers(0, 10**6))
def test_a_signal_is_a_distance_and_exact_without_noise(distance, noise, other):
    assert 0.0 <= signalled_distance(KEY, 30, 7, 8 + other, distance, noise) <= 1.0
    assert signalled_distance(KEY, 30, 7, 8 + other, distance, 0.0) == distance


@pytest.mark.parametrize("level", ["local", "central"])
@pytest.mark.parametrize("scope", [OWN_CLUSTER, OWN_COMPLEX, OTHER_CLUSTERS, ANYWHERE])
def test_partners_come_from_the_scope_and_the_report(view, scope, level):
    proposers, partner, value = best(view, scope, level)
    firms, roster = view.state.firms, known_members(view, level)
    known = roster.position[proposers.row] >= 0
    assert known.any()
    assert (known.all()) == (level == "local")
    assert (partner[~known] == -1).all()
    assert ((partner >= 0) == np.isfinite(value)).all()
    expert = known & (proposers.expert >= 0)
    bodies = partner[expert] - BODY
    assert (view.state.bodies.complex[bodies] == firms.complex[proposers.row[expert]]).all()
    firm = (partner >= 0) & ~expert
    own, other = proposers.row[firm], partner[firm]
    assert firm.sum() > 20
    assert (own != other).all()
    assert (roster.position[other] >= 0).all()
    assert (firms.member[other] == 1).all()
    same_cluster = firms.mini_cluster[own] == firms.mini_cluster[other]
    same_complex = firms.complex[own] == firms.complex[other]
    if scope == OWN_CLUSTER:
        assert same_cluster.all()
    elif scope == OWN_COMPLEX:
        assert same_complex.all()
        assert not same_cluster.all()
    elif scope == OTHER_CLUSTERS:
        assert not same_cluster.any()
        assert same_complex.any()
    else:
        assert not same_complex.all()


def test_a_small_scope_is_looked_at_entirely_and_the_best_is_taken(view):
    """Against a search by hand, without noise and with the penalty on repetition."""
    roster = replace(known_members(view, "local"), noise=0.0, noise_research=0.0)
    proposers, partner, value = best(
        view, OWN_COMPLEX, roster=roster, candidate_pairs=64.0, penalty=0.7
    )
    p, pairs, firms = view.parameters, view.state.pairs, view.state.firms
    met = {
        (int(a), int(b)): int(times)
        for a, b, times, trust in zip(
            pairs.first, pairs.second, pairs.brokered, pairs.familiarity, strict=True
        )
        if trust >= 0.0
    }
    checked = 0
    for n in np.flatnonzero(proposers.expert < 0)[:60]:
        row = int(proposers.row[n])
        others = [int(r) for r in roster.rows if firms.complex[r] == firms.complex[row]]
        others.remove(row)
        if len(others) > 64:
            continue
        worth = []
        for other in others:
            a, b = roster.position[row], roster.position[other]
            distance = 1.0 - cosine(roster.knowledge[a], roster.knowledge[b])
            absorption = 0.5 * (roster.absorption[a] + roster.absorption[b])
            novelty = novelty_value(distance, p.optimal_distance, p.distance_absorption, absorption)
            times = met.get((min(row, other), max(row, other)), 0)
            worth.append(novelty - 0.7 * times / (1 + times))
        assert value[n] == pytest.approx(max(worth), abs=1e-12)
        assert worth[others.index(int(partner[n]))] == pytest.approx(max(worth), abs=1e-12)
        checked += 1
    assert checked > 20


def test_more_candidates_are_never_worse_off_on_average(view):
    values = [best(view, ANYWHERE, "central", candidate_pairs=n)[2] for n in (4.0, 12.0, 60.0)]
    means = [value[np.isfinite(value)].mean() for value in values]
    assert means[0] < means[1] < means[2]


def test_the_penalty_turns_to_partners_not_met_before(view):
    pairs = view.state.pairs
    met = {
        (int(a), int(b))
        for a, b, times in zip(pairs.first, pairs.second, pairs.brokered, strict=True)
        if times > 0
    }
    shares = []
    for penalty in (0.0, 1.0):
        proposers, partner, _ = best(view, OWN_CLUSTER, penalty=penalty)
        again = [
            (min(a, b), max(a, b)) in met
            for a, b in zip(proposers.row.tolist(), partner.tolist(), strict=True)
            if b >= 0
        ]
        shares.append(np.mean(again))
    assert shares[1] < shares[0]


def test_candidates_change_from_month_to_month_but_not_within_it(view):
    first = best(view, ANYWHERE)[1]
    assert np.array_equal(first, best(view, ANYWHERE)[1])
    assert not np.array_equal(first, best(view, ANYWHERE, month=view.month + 1)[1])


def test_who_left_since_the_report_is_not_known_any_more(view):
    roster = known_members(view, "central")
    report = view.report("central")
    assert report.month < view.month
    left = np.setdiff1d(report.rows, roster.rows)
    firms = view.state.firms
    assert left.size > 0
    replaced = firms.identifier[left] != report.identifier[np.searchsorted(report.rows, left)]
    assert ((firms.member[left] == 0) | replaced).all()
    assert (firms.member[roster.rows] == 1).all()
    assert (np.diff(roster.mini_cluster) >= 0).all()
