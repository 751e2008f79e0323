"""Rules of knowledge, relations, membership and transfer: bounds and directions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from innocluster.agents.decisions import joining_hazard, joining_score
from innocluster.agents.knowledge import absorptive_capacity, cosine, learn, novelty_value
from innocluster.agents.relations import (
    duplication_factor,
    erlang_months,
    familiarity_step,
    information_gain,
    information_room,
    joint_gain,
    proposal_probability,
    refreshed_news,
    shared_part,
    success_probability,
)
from innocluster.agents.research_bodies import (
    applied_share_step,
    invention_quality,
    inventions_mean,
    licence_probability,
    poisson_count,
)

SHARE = st.floats(0.0, 1.0)
INSIDE = st.floats(1e-6, 1.0 - 1e-6)
LOGIT = st.floats(-6.0, 6.0)
VECTOR = arrays(np.float32, 16, elements=st.just(0.0) | st.floats(2**-20, 10.0, width=32))


@given(VECTOR, VECTOR, st.integers(-6, 6))
def test_cosine_is_symmetric_bounded_and_free_of_scale(first, second, doublings):
    value = cosine(first, second)
    assert 0.0 <= value <= 1.0 + 1e-12
    assert value == cosine(second, first)
    if min(np.linalg.norm(first), np.linalg.norm(second)) > 0.0:
        assert cosine(np.float32(2.0**doublings) * first, second) == pytest.approx(value, abs=1e-12)
        assert cosine(first, first) == pytest.approx(1.0, abs=1e-12)


@given(VECTOR, VECTOR, SHARE)
def test_learning_never_loses_and_never_overtakes(own, other, rate):
    gained = np.zeros(16)
    learn(own, other, rate, gained)
    assert (gained >= 0.0).all()
    assert (own + gained <= np.maximum(own, other) * (1 + 1e-12)).all()
    assert (gained[other <= own] == 0.0).all()


@given(st.floats(0.0, 1e7), st.floats(1.0, 1e6), SHARE, st.floats(0.005, 0.03), st.floats(1, 10))
def test_absorption_is_a_share_that_rises_with_research(stock, usual, intensity, threshold, more):
    value = absorptive_capacity(stock, usual, intensity, threshold)
    assert 0.0 <= value < 1.0
    assert absorptive_capacity(more * stock, usual, intensity, threshold) >= value
    assert absorptive_capacity(stock, usual, more * intensity, threshold) >= value


@given(st.floats(0.35, 0.5), st.floats(0.0, 0.5), SHARE, SHARE)
def test_novelty_is_an_inverted_u_with_its_maximum_at_the_optimal_distance(
    optimum, stretch, absorption, distance
):
    best = optimum * (1.0 + stretch * absorption)
    value = novelty_value(distance, optimum, stretch, absorption)
    assert 0.0 <= value <= 1.0
    assert novelty_value(best, optimum, stretch, absorption) == pytest.approx(1.0, abs=1e-12)
    assert novelty_value(0.0, optimum, stretch, absorption) == 0.0
    assert novelty_value(2.0 * best, optimum, stretch, absorption) == pytest.approx(0.0, abs=1e-12)
    closer = best + 0.5 * (distance - best)
    assert novelty_value(closer, optimum, stretch, absorption) >= value - 1e-12


@given(SHARE, st.floats(0.02, 0.05), st.floats(-2.0, 2.0), st.floats(0.0, 1.0))
def test_familiarity_stays_between_none_and_full(familiarity, decay, gain, more):
    after = familiarity_step(familiarity, decay, gain)
    assert 0.0 <= after <= 1.0
    assert familiarity_step(familiarity, decay, gain + more) >= after
    assert familiarity_step(familiarity, decay, 0.0) <= familiarity


@given(SHARE, st.floats(-5, 5), st.floats(-5, 5), SHARE, SHARE, SHARE)
def test_information_flows_only_from_the_better(absorption, own, other, similarity, told, line):
    gain = information_gain(0.045, absorption, own, other, similarity, told, line, 1.0)
    assert 0.0 <= gain <= 0.045 * told * line
    if other <= own:
        assert gain == 0.0
    more = information_gain(0.045, absorption, own, other, similarity, 2.0 * told, line, 1.0)
    assert more == pytest.approx(2.0 * gain, rel=1e-12)


def test_what_a_firm_hears_by_hand():
    # 0.5·0.25·0.8·(1.5 - 1.25)·0.5·0.25·0.75; beyond e-fold a gap counts as one.
    heard = information_gain(0.5, 0.25, 1.25, 1.5, 0.8, 0.5, 0.25, 0.75)
    assert heard == pytest.approx(0.00234375, rel=1e-12)
    assert information_gain(0.5, 0.25, 1.25, 3.0, 0.8, 0.5, 0.25, 0.75) == pytest.approx(
        0.009375, rel=1e-12
    )


@given(SHARE, SHARE, SHARE)
def test_trust_makes_firms_tell_between_the_least_and_the_most(one, other, familiarity):
    stranger, trusted = sorted((one, other))
    assert shared_part(stranger, trusted, 0.0) == stranger
    assert shared_part(stranger, trusted, 1.0) == pytest.approx(trusted, abs=1e-15)
    part = shared_part(stranger, trusted, familiarity)
    assert stranger - 1e-15 <= part <= trusted + 1e-15
    assert shared_part(0.1, 0.5, 0.25) == pytest.approx(0.2, rel=1e-12)


@given(SHARE, st.floats(0.001, 0.5), st.integers(0, 60), st.integers(0, 60))
def test_news_come_back_month_by_month(news, refresh, months, more):
    before = refreshed_news(news, refresh, months)
    assert news - 1e-12 <= before <= 1.0
    whole = refreshed_news(news, refresh, months + more)
    assert refreshed_news(before, refresh, more) == pytest.approx(whole, abs=1e-12)
    assert refreshed_news(news, refresh, 1) == pytest.approx(
        news + refresh * (1.0 - news), abs=1e-12
    )
    assert refreshed_news(news, refresh, 0) == news
    assert refreshed_news(news, 1.0, 1) == 1.0
    assert refreshed_news(1.0, refresh, months) == 1.0


@given(st.floats(0.0, 0.5), st.floats(0.04, 0.16))
def test_there_is_less_to_learn_the_more_is_learned(learned, ceiling):
    assert information_room(0.0, ceiling) == 1.0
    assert information_room(ceiling, ceiling) == 0.0
    assert 0.0 <= information_room(learned, ceiling) <= 1.0


@given(LOGIT, st.lists(st.floats(0.0, 3.0), min_size=5, max_size=5), st.integers(0, 4))
def test_every_term_raises_the_chance_of_a_proposal(constant, terms, raised):
    chance = proposal_probability(constant, *terms)
    assert 0.0 < chance < 1.0
    terms[raised] += 0.5
    assert proposal_probability(constant, *terms) > chance


@given(SHARE, SHARE, SHARE, SHARE, SHARE)
def test_success_rises_with_trust_and_novelty(relational, familiarity, structure, novelty, step):
    def chance(f: float, s: float, n: float) -> float:
        return success_probability(0.25, 0.7, relational, f, s, n, 0.2, 0.95)

    value = chance(familiarity, structure, novelty)
    assert 0.25 <= value <= 0.95
    assert chance(min(1.0, familiarity + step), structure, novelty) >= value
    assert chance(familiarity, min(1.0, structure + step), novelty) >= value
    assert chance(familiarity, structure, min(1.0, novelty + step)) >= value


@given(SHARE, SHARE, SHARE, st.integers(1, 20), st.floats(0.5, 1.0))
def test_gain_of_a_success_is_bounded_and_duplication_dilutes_it(
    novelty, absorption, share, same_field, exponent
):
    assert 0.0 <= joint_gain(0.015, 0.3, novelty, absorption, share) <= 1.3 * 0.015
    factor = duplication_factor(same_field, exponent)
    assert same_field * factor == pytest.approx(same_field**exponent, rel=1e-12)
    assert duplication_factor(1, exponent) == 1.0


@given(st.integers(1, 4), st.floats(1.0, 60.0), st.tuples(INSIDE, INSIDE, INSIDE, INSIDE))
def test_durations_are_whole_months(stages, mean, draws):
    duration = erlang_months(stages, mean, draws)
    assert isinstance(duration, int)
    assert duration >= 1


@given(st.floats(1.0, 5000.0), st.floats(1.0, 1e7), LOGIT, SHARE, st.floats(0.0, 2.0))
def test_joining_is_a_probability_that_rises_with_research_and_known_members(
    employees, revenue, constant, peers, benefit
):
    terms = (0.6, 1.5, -2.0, 300.0, 150_000.0)
    score = joining_score(employees, revenue, False, *terms, 0.0, 0.5)
    hazard = joining_hazard(constant, score, peers, 1.0, benefit)
    assert 0.0 < hazard < 1.0
    assert joining_hazard(constant, score, min(1.0, peers + 0.1), 1.0, benefit) >= hazard
    assert joining_hazard(constant, score, peers, 1.0, benefit + 0.1) > hazard
    with_research = joining_score(employees, revenue, True, *terms, 0.0, 0.5)
    assert with_research == pytest.approx(score + 1.5, abs=1e-12)
    assert joining_score(employees, 2.0 * revenue, False, *terms, 0.0, 0.5) <= score
    growing = joining_score(employees, revenue, False, *terms, 0.2, 0.5)
    assert growing == pytest.approx(score + 0.1, abs=1e-12)


@given(st.floats(0.0, 0.2), SHARE, SHARE, SHARE, SHARE)
def test_licences_need_absorption_and_overlap(hazard, absorption, overlap, familiarity, step):
    chance = licence_probability(hazard, absorption, overlap, 1.0, familiarity)
    assert 0.0 <= chance < 1.0
    assert licence_probability(hazard, 0.0, overlap, 1.0, familiarity) == 0.0
    assert licence_probability(hazard, absorption, 0.0, 1.0, familiarity) == 0.0
    closer = min(1.0, familiarity + step)
    assert licence_probability(hazard, absorption, overlap, 1.0, closer) >= chance


@given(INSIDE, st.floats(1.0, 2000.0), SHARE)
def test_applied_research_makes_fewer_inventions(rate, researchers, applied):
    assert inventions_mean(rate, researchers, 0.0) == rate * researchers
    assert inventions_mean(rate, researchers, 1.0) == pytest.approx(0.5 * rate * researchers)
    assert inventions_mean(rate, researchers, applied) <= rate * researchers


@given(SHARE, SHARE, SHARE, st.floats(0.0, 0.03))
def test_the_applied_share_stays_a_share(share, reference, contracts, drift):
    after = applied_share_step(share, reference, contracts, drift)
    assert -1e-12 <= after <= 1.0
    assert applied_share_step(reference, reference, 0.0, drift) == reference


@given(INSIDE, INSIDE)
def test_invention_quality_rises_with_its_draw(first, second):
    assume(first < second)
    assert 0.0 < invention_quality(first, 1.0) <= invention_quality(second, 1.0)
    assert invention_quality(0.5, 1.0) == 1.0


@pytest.mark.parametrize("mean", [0.05, 1.3, 12.0, 150.0, 400.0])
def test_poisson_counts_have_the_mean_and_variance_of_poisson(mean):
    draws = (np.arange(20_000) + 0.5) / 20_000
    counts = np.array([poisson_count(mean, u) for u in draws])
    assert (np.diff(counts) >= 0).all()
    assert counts.mean() == pytest.approx(mean, rel=2e-3, abs=1e-3)
    assert counts.var() == pytest.approx(mean, rel=1e-2, abs=2e-3)
