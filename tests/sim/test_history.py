"""The calibrated model against the facts of 2003-2008 that its programme must not contradict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from small_region import full_population, simulation

from innocluster.scenarios.policies import POLICIES
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number

SEEDS = (1, 2, 3, 4)
LAST = (2008, 12)


@dataclass
class World:
    """One population and seed, without and with the programme."""

    without: dict[str, np.ndarray]
    programme: dict[str, np.ndarray]
    participant_effect: float


def year(values: np.ndarray, which: int) -> np.ndarray:
    """The twelve months of a calendar year."""
    start = month_number(which, 1)
    return values[start : start + 12]


def world(seed: int) -> World:
    trunk = simulation("P0", seed=seed, population=full_population(seed), last=LAST)
    trunk.run_until(month_number(*PROGRAMME_START))
    treated = trunk.with_policy(POLICIES["P5"])
    treated.run_until(month_number(2006, 1))
    joined = treated.state.firms.identifier[: treated.state.firms.count][
        treated.state.firms.member[: treated.state.firms.count] == 1
    ]
    treated.run()
    trunk.run()
    first, second = trunk.state.firms, treated.state.firms
    ids, a, b = np.intersect1d(
        first.identifier[: first.count][first.alive[: first.count] == 1],
        second.identifier[: second.count][second.alive[: second.count] == 1],
        return_indices=True,
    )
    of_first = np.flatnonzero(first.alive[: first.count] == 1)[a]
    of_second = np.flatnonzero(second.alive[: second.count] == 1)[b]
    stayed = np.isin(ids, joined)
    effect = second.revenue[of_second][stayed].sum() / first.revenue[of_first][stayed].sum() - 1.0
    return World(trunk.series.values, treated.series.values, float(effect))


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    return [world(seed) for seed in SEEDS]


def test_the_twelve_months_of_2003_sum_to_the_data(worlds):
    for each in worlds:
        assert year(each.without["revenue"], 2003).sum() == pytest.approx(157e6, rel=0.005)
        assert year(each.without["exports"], 2003).sum() == pytest.approx(67e3, rel=0.01)


def test_revenue_of_2008_without_a_programme(worlds):
    # Held out: 283 ± 12 trillion.  The model is above it, as refining is with national demand.
    mean = np.mean([year(each.without["revenue"], 2008).sum() for each in worlds])
    assert 230e6 <= mean <= 350e6


def test_the_programme_hardly_moves_the_total(worlds):
    for each in worlds:
        total = year(each.without["revenue"], 2008).sum()
        assert abs(year(each.programme["revenue"], 2008).sum() / total - 1.0) <= 0.015


def test_participants_gain_what_evaluations_find(worlds):
    mean = np.mean([each.participant_effect for each in worlds])
    assert -0.01 <= mean <= 0.10


def test_contacts_of_the_first_half_year(worlds):
    """B4: a thousand in the first half of 2005, from the start in April to June."""
    start = month_number(*PROGRAMME_START)
    contacts = [each.programme["contacts"][start : start + 3].sum() for each in worlds]
    assert 900 <= np.mean(contacts) <= 1100


def test_members_of_2005_and_after(worlds):
    december = [
        np.mean([year(each.programme["members"], y)[-1].sum() for each in worlds])
        for y in range(2005, 2009)
    ]
    assert 630 <= december[0] <= 700
    assert (np.diff(december) > 0).all()
