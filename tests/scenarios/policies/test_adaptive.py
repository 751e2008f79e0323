"""Learning by doing: the keyed sampler, what counts as experience, and whether it learns (P16)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_views import START, again, seen_in
from scipy import stats
from small_region import simulation

from innocluster.scenarios.policies import POLICIES
from innocluster.scenarios.policies.adaptive import Adaptive
from innocluster.scenarios.policies.planning.bandit import (
    PAIR_TYPES,
    beta_draw,
    finished_share,
    sampled_partners,
    types_of_pairs,
)
from innocluster.scenarios.policies.planning.introductions import Proposers, at_events
from innocluster.sim.coordination.policy import CoordinationView
from innocluster.sim.ground.random_numbers import replication_key
from innocluster.sim.network.pairs import BODY
from innocluster.sim.simulation import Simulation

KEY = replication_key(23)


@pytest.mark.parametrize(("wins", "losses"), [(1.0, 1.0), (1.0, 40.0), (3.5, 250.0), (120.0, 7.0)])
def test_draws_follow_the_beta_distribution(wins, losses):
    draws = [beta_draw(KEY, entity, 40, 3, wins, losses) for entity in range(4000)]
    assert stats.kstest(draws, stats.beta(wins, losses).cdf).pvalue > 1e-3


def test_draws_have_an_address_of_their_own():
    draws = [
        beta_draw(KEY, entity, month, block, 2.0, 5.0)
        for entity in range(10)
        for month in range(10)
        for block in range(40)
    ]
    assert len(set(draws)) == len(draws)
    assert draws[17] == beta_draw(KEY, 0, 0, 17, 2.0, 5.0)


def test_a_known_draw_stays_what_it_is():
    """Only additions, multiplications, divisions and roots: the same bits on every platform."""
    assert beta_draw(KEY, 5, 50, 2, 3.0, 200.0).hex() == "0x1.f4e3553ff434ep-8"


@given(st.integers(1, 5), st.floats(1.0, 60.0))
def test_the_finished_share_is_the_erlang_distribution(stages, mean):
    share = finished_share(100, stages, mean)
    known = stats.erlang(stages, scale=mean / stages).cdf(np.arange(100))
    assert share == pytest.approx(known, abs=1e-12)


@pytest.fixture(scope="module")
def view() -> CoordinationView:
    return seen_in(START + 33)


@pytest.mark.parametrize("kind", range(5))
def test_partners_are_of_the_type_that_looks_best(view, kind):
    """A type with nothing but successes is chosen wherever the proposer has one."""
    firms, bodies = view.state.firms, view.state.bodies
    usual = at_events(view)
    wins, losses = np.ones(5), np.full(5, 1e6)
    wins[kind], losses[kind] = 1e6, 1.0
    partner = sampled_partners(view, firms, bodies, usual, view.complex_start, wins, losses)
    assert (partner >= 0).all()
    assert (partner != usual.row).all()
    is_body = partner >= BODY
    row = np.where(is_body, partner - BODY, 0)
    assert (bodies.complex[row[is_body]] == firms.complex[usual.row[is_body]]).all()
    assert (firms.member[partner[~is_body]] == 1).all()
    got = types_of_pairs(firms, bodies, usual.row, partner)
    own = np.diff(view.member_start)[usual.cluster]
    here = np.diff(view.complex_start)[firms.complex[usual.row]]
    institutes = np.bincount(bodies.complex, weights=bodies.institute, minlength=7)
    universities = np.bincount(bodies.complex, minlength=7) - institutes
    within_reach = (
        usual.neighbour >= 0,
        here > own,
        view.members.size > here,
        universities[firms.complex[usual.row]] > 0,
        institutes[firms.complex[usual.row]] > 0,
    )[kind]
    assert (got[within_reach] == kind).all()
    assert (got[~within_reach] != kind).all()
    assert within_reach.sum() > 0


def test_partners_of_a_type_are_drawn_evenly(view):
    """All members of other complexes come up, each about as often."""
    firms = view.state.firms
    row = view.members[:1]
    times = 4000
    wins, losses = np.ones(5), np.full(5, 1e6)
    wins[2], losses[2] = 1e6, 1.0
    nobody = np.full(1, -1, np.int32)
    cluster = firms.mini_cluster[row].astype(np.int32)
    proposer = Proposers(row, nobody, nobody, np.zeros(1, np.int32), cluster)
    partner = np.concatenate(
        [
            sampled_partners(
                replace(view, month=month), firms, view.state.bodies, proposer,
                view.complex_start, wins, losses,
            )
            for month in range(times)
        ]
    )  # fmt: skip
    others = view.members[firms.complex[view.members] != firms.complex[row[0]]]
    counts = np.array([(partner == other).sum() for other in others])
    assert counts.sum() == times
    assert stats.chisquare(counts).pvalue > 1e-3


def test_every_type_is_tried_and_the_record_says_what_was_learned():
    run = simulation("P16")
    run.run()
    made = [one for one in run.state.decisions if one.subject == "plan"]
    assert [one.month for one in made] == list(range(36, 132, 12))
    tried = run.state.memory["introductions"]
    assert tried.shape[1] == len(PAIR_TYPES)
    assert (tried[START : START + 12].sum(axis=0) > 20).all()
    assert tried.sum() == run.series.values["introductions"].sum()
    for one in made:
        for kind in PAIR_TYPES:
            trials = one.knew[f"{kind}: matured introductions"]
            wins = one.knew[f"{kind}: successful joint projects"]
            mean = (1.0 + wins) / (2.0 + max(trials, wins))
            assert one.chose[f"{kind}: expected successes of an introduction"] == pytest.approx(
                mean
            )
    first, last = made[0].knew, made[-1].knew
    for kind in PAIR_TYPES:
        assert last[f"{kind}: matured introductions"] > first[f"{kind}: matured introductions"]


def test_it_returns_to_the_type_that_succeeds():
    """Where universities are far better partners, nearly all introductions end up there."""
    run = simulation(
        "P16",
        unchecked={
            "proposal_base": -3.0, "proposal_research_body": 3.0, "project_duration": 6.0,
            "success_low": 0.8, "success_high": 0.9,
        },
    )  # fmt: skip
    run.run()
    made = run.state.memory["introductions"]
    early, late = made[START : START + 12].sum(axis=0), made[-24:].sum(axis=0)
    before, after = (made[3:].sum() / made[:3].sum() for made in (early, late))
    assert after > 3.0 * before
    assert after > 9.0


def test_young_introductions_do_not_count_as_failures(view):
    """Nothing of this month's introductions has matured yet, so the prior stays."""
    seen = again(view)
    history = np.zeros((view.month + 1, len(PAIR_TYPES)))
    history[view.month] = 50.0
    seen.state.memory["introductions"] = history
    assert view.month % 12 == 0
    Adaptive().introduce(seen)
    note = next(one for one in seen.state.decisions if one.subject == "plan")
    assert all(note.knew[f"{kind}: matured introductions"] < 1.0 for kind in PAIR_TYPES)


def test_it_gives_every_proposer_a_partner(view):
    made = POLICIES["P16"].introduce(again(view))
    usual = at_events(view)
    assert np.array_equal(made.first, usual.row)
    assert isinstance(made, type(POLICIES["P5"].introduce(view)))


def test_forks_learn_on_their_own():
    run = Simulation(simulation("P16", last=(2007, 12)).settings)
    run.run_until(START + 14)
    twin = run.fork()
    before = run.state.memory["introductions"].copy()
    twin.run()
    assert np.array_equal(run.state.memory["introductions"], before)
    assert twin.state.memory["introductions"].shape[0] == 60
