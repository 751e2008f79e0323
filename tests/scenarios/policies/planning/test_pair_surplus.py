"""The expected surplus of an introduction against what the engine makes of it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from policy_views import seen_in, true_surplus
from small_region import simulation

from innocluster.agents.expected_worth import time_worth
from innocluster.scenarios.policies.baselines import ThematicMiniClusters
from innocluster.scenarios.policies.planning.candidates import Roster, known_members
from innocluster.scenarios.policies.planning.pair_surplus import prospects, surplus_of_pairs
from innocluster.scenarios.policies.planning.ties import ties, trust_of_pairs
from innocluster.sim.beginning.macro import MacroSeries, load_macro
from innocluster.sim.coordination.policy import CoordinationView, Introductions
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.ground.forms import Forms
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.network.pairs import BODY, common_trust
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation

START = month_number(*PROGRAMME_START)
MEETING = START + 9
# Nothing but introductions moves anything, and what they move is over within four years.
STILL = {
    "spillover_elasticity": 0.0, "rd_elasticity": 0.0, "technical_progress": 0.0,
    "rivals_growth": 0.0, "growth_dispersion": 0.0, "commercial_success": 0.0,
    "learning_meeting": 0.0, "learning_project": 0.0, "consortium_share": 0.0,
    "background_rate": 0.0, "exit_rate": 0.0, "established_exit_rate": 0.0,
    "entry_scale": 0.0, "spin_off_rate": 0.0,
    "task_rate": 0.0, "brand_hazard": 0.0, "subsidy_additionality": -1.0, "duplication": 1.0,
    "innovation_depreciation": 0.9, "meeting_depreciation": 0.9, "rd_depreciation": 1e-9,
    "familiarity_decay": 0.2, "leaving_rate": 0.0, "contact_scale": 4.0,
}  # fmt: skip


class Watched(ThematicMiniClusters):
    """Introduces nobody, or chosen pairs in one month; keeps what it saw then."""

    sees = ("oracle",)

    def __init__(self, acts: bool, with_bodies: bool) -> None:
        self.acts = acts
        self.with_bodies = with_bodies
        self.expected = np.empty(0)
        self.pairs = Introductions(np.empty(0, np.int32), np.empty(0, np.int32))

    def introduce(self, view: CoordinationView) -> Introductions:
        if view.month != MEETING:
            return Introductions(np.empty(0, np.int32), np.empty(0, np.int32))
        roster = known_members(view, "oracle")
        performers = np.flatnonzero(roster.absorption > 0.0)
        if self.with_bodies:
            first = performers
            second = BODY + np.arange(first.size) % view.state.bodies.count
        else:
            half = performers.size // 2
            first, second = performers[:half], performers[half : 2 * half]
        first, second = first.astype(np.int32), second.astype(np.int32)
        self.expected = true_surplus(view, roster, first, second)
        second = np.where(second >= BODY, second, roster.rows[np.where(second >= BODY, 0, second)])
        self.pairs = Introductions(roster.rows[first], second)
        assert first.size <= view.places
        return self.pairs if self.acts else Introductions(first[:0], first[:0])


def still_macro() -> MacroSeries:
    macro = load_macro("history")
    return macro.standing_still(macro.price_index.size)


class Outcome(NamedTuple):
    expected: np.ndarray
    realised: np.ndarray
    days: np.ndarray


@cache
def settings() -> Settings:
    """A small region with more money than it can spend, in a world that stands still."""
    # Neither starts and stops of R&D nor sales that the pairs take from each other, which
    # nobody plans on, move anything.
    still = Forms.of({"entry": "proportional", "displacement": "none", "research": "frozen"})
    started = simulation("P5", budget=dict.fromkeys(range(2005, 2014), 60_000.0)).settings
    return replace(started, macro=still_macro(), match_2003=False, forms=still)


def outcome(seed: int, with_bodies: bool, changes: dict[str, float], months: int) -> Outcome:
    """Expected and realised surplus of each pair, and working days lost, in one world."""
    parameters = ParameterSet(unchecked={**STILL, **changes})
    trunk = Simulation(
        replace(settings(), seed=seed, parameters=parameters, policy=Watched(False, with_bodies))
    )
    trunk.run_until(MEETING)
    # No office is too busy to sign.
    trunk.state.bodies.transfer_capacity[:] = 1e9
    paths, days = [], []
    for acts in (False, True):
        policy = Watched(acts, with_bodies)
        run = trunk.with_policy(policy)
        sales = []
        while run.month < MEETING + months:
            run.step()
            sales.append(run.state.firms.revenue[: run.state.firms.count].copy())
            if run.month == MEETING + 1:
                days.append(run.state.firms.lost_days[: run.state.firms.count].copy())
        paths.append(np.sum(sales, axis=0))
    gain = paths[1] - paths[0]
    lost = days[1] - days[0]
    wage = run.state.firms.wage[: lost.size]
    first, second = policy.pairs.first, policy.pairs.second
    is_firm = second < BODY
    other = np.where(is_firm, second, 0)
    time = np.array([time_worth(float(d), float(w), 21.0) for d, w in zip(lost, wage, strict=True)])
    net = gain - time
    realised = net[first] + np.where(is_firm, net[other], 0.0)
    return Outcome(policy.expected, realised, lost[first])


RESEARCH = {
    "proposal_base": 0.0, "success_low": 0.5, "success_high": 0.9, "joint_gain": 0.003,
    "project_duration": 3.0, "information_gain": 0.0, "licence_hazard": 0.0,
}  # fmt: skip
LICENCES = {
    "licence_hazard": 0.4, "licence_lag": 2.0, "licence_success": 0.9, "transfer_gain": 0.002,
    "royalty_rate": 0.0, "invention_spread": 0.3,
}  # fmt: skip
NO_PROJECTS = {"proposal_base": -50.0}
CHANNELS = {
    "information": (
        False,
        # On a line that is all of most firms: else the days that it takes outweigh it.
        {
            **NO_PROJECTS, "sharing_strangers": 0.5, "information_gain": 0.01,
            "product_line_revenue": 22_600.0,
        },
        40,
    ),
    "joint research": (False, RESEARCH, 52),
    "joint research with a research body": (True, RESEARCH, 52),
    "licences": (True, {**NO_PROJECTS, **LICENCES}, 60),
}  # fmt: skip


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_expected_surplus_is_what_the_engine_makes_of_an_introduction(channel):
    """Realised over expected surplus of all pairs of a world is 1 on average over keyed draws."""
    with_bodies, changes, months = CHANNELS[channel]
    ratios = []
    for seed in range(25):
        expected, realised, days = outcome(seed, with_bodies, changes, months)
        assert expected.size > 5
        assert (days == 1.0).all()
        ratios.append(realised.sum() / expected.sum())
    error = np.std(ratios, ddof=1) / np.sqrt(len(ratios))
    assert error < 0.13
    # Nothing of what firms tell each other is left to chance: there the first order shows.
    assert np.mean(ratios) == pytest.approx(1.0, abs=max(4.0 * error, 1e-3))


def test_trust_of_many_pairs_is_that_of_one():
    view = seen_in(START + 20)
    pairs, firms, bodies = view.state.pairs, view.state.firms, view.state.bodies
    members = view.members
    generator = np.random.default_rng(2)
    first = np.sort(generator.integers(0, members.size, 400)).astype(np.int32)
    second = generator.integers(0, members.size, 400).astype(np.int32)
    second[::4] = BODY + generator.integers(0, bodies.count, 100)
    kept = first != second
    first, second = first[kept], second[kept]
    trust = trust_of_pairs(ties(view, True), firms.identifier.size, members, first, second)
    assert (trust > 0.0).sum() > 30
    for n in range(first.size):
        other = int(second[n]) if second[n] >= BODY else int(members[second[n]])
        alone = common_trust(int(members[first[n]]), other, pairs, firms, bodies)
        assert trust[n] == pytest.approx(alone, abs=1e-12)
    unknown = trust_of_pairs(ties(view, False), firms.identifier.size, members, first, second)
    assert not unknown.any()


def all_pairs(roster: Roster) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.triu_indices(roster.rows.size, 1)
    return first.astype(np.int32), second.astype(np.int32)


def test_a_pair_is_worth_the_same_from_either_side():
    view = seen_in(START + 20)
    roster = known_members(view, "oracle")
    first, second = all_pairs(roster)
    one, other = (
        true_surplus(view, roster, first, second),
        true_surplus(view, roster, second, first),
    )
    assert one == pytest.approx(other, rel=1e-12)
    assert (one > 0.0).mean() > 0.3
    # Two who cannot learn or start anything only lose their time.
    idle = (roster.absorption[first] == 0.0) & (roster.absorption[second] == 0.0)
    assert idle.any()
    assert (one[idle] < 0.0).all()


def test_who_knows_less_values_pairs_otherwise():
    """The signal moves the value, ties that the programme did not make are not seen."""
    view = seen_in(START + 20)
    oracle, local = known_members(view, "oracle"), known_members(view, "local")
    assert np.array_equal(oracle.rows, local.rows)
    first, second = all_pairs(oracle)
    bodies, books = view.state.bodies, prospects(view, oracle)
    blind = np.zeros(first.size)
    values = [
        surplus_of_pairs(
            view, view.parameters, view.forms, roster, bodies, ties(view, everything), books, first,
            second, blind,
        )
        for roster, everything in ((oracle, True), (oracle, False), (local, False))
    ]  # fmt: skip
    pairs = view.state.pairs
    met = {
        (int(pairs.first[row]), int(pairs.second[row])): int(pairs.brokered[row])
        for row in range(pairs.count)
        if pairs.familiarity[row] > 0.0
    }
    rows = np.sort(np.column_stack((oracle.rows[first], oracle.rows[second])), axis=1)
    brokered = np.array([met.get((int(a), int(b)), -1) for a, b in rows])
    strangers = brokered < 0
    # Strangers may have a partner in common whom only the oracle sees.
    assert (values[0][strangers] == values[1][strangers]).mean() > 0.9
    on_their_own = brokered == 0
    assert on_their_own.any()
    assert (values[0][on_their_own] != values[1][on_their_own]).mean() > 0.5
    assert (values[1] != values[2]).mean() > 0.5
    assert np.corrcoef(values[1], values[2])[0, 1] > 0.5
