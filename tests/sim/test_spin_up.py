"""The world before 2003: what a spin-up leaves, and that nothing is lost when it is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_region import same, simulation, small_population

from innocluster.scenarios.policies import POLICIES
from innocluster.sim import starts
from innocluster.sim.network.pairs import BODY
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation
from innocluster.sim.spin_up import spin_up
from innocluster.sim.starts import start_of
from innocluster.sim.state import State

YEARS = 3


def settings(**changes: object) -> Settings:
    return simulation("P0", spin_up_years=0, last=(2005, 12), match_2003=False, **changes).settings


@pytest.fixture(scope="module")
def state() -> State:
    return spin_up(replace(settings(), spin_up_years=YEARS))[0]


def test_every_firm_of_2003_has_one_successor_under_its_name(state: State) -> None:
    firms, sample = state.firms, small_population().ordered().firms
    n = firms.count
    assert n == sample.identifier.size
    assert firms.alive[:n].all()
    assert firms.modelled_on[:n].tolist() == list(range(n))
    assert np.array_equal(firms.identifier[:n], sample.identifier)
    for name in ("complex", "sector", "mini_cluster"):
        assert np.array_equal(getattr(firms, name)[:n], getattr(sample, name)), name
    assert set(firms.entered[:n]) == {-1}
    # Who took the place of a closed firm brought a niche of its own.
    assert set(firms.niche[:n]) == {0, 1, 2, 3, 4}
    # Some were founded within the three years and all others are older than these.
    young = firms.age[:n] < 12.0 * YEARS
    assert 0.1 < young.mean() < 0.5
    assert firms.age[:n].min() >= 0.0


def test_pairs_projects_and_licences_refer_to_living_firms_and_to_the_past(state: State) -> None:
    pairs, projects, licences = state.pairs, state.projects, state.licences
    part, n = slice(0, pairs.count), state.firms.count
    assert pairs.count > 50
    assert (pairs.first[part] < pairs.second[part]).all()
    codes = np.concatenate((pairs.first[part], pairs.second[part]))
    assert ((codes >= 0) & ((codes < n) | (codes >= BODY))).all()
    assert (pairs.last_met[part] < 0).all()
    assert (pairs.last_met[part] >= -12 * YEARS).all()
    assert projects.count > 0
    assert (projects.started[: projects.count] < 0).all()
    assert (projects.due[: projects.count] >= 0).all()
    assert (licences.firm[: licences.count] < n).all()
    assert (state.shelf.born[:].max(axis=1) < 0).all()
    assert state.month == 0


def test_sales_and_employees_of_2003_are_met(state: State) -> None:
    firms, sample = state.firms, small_population().ordered().firms
    n, place = firms.count, state.firms.complex[: state.firms.count]
    for found, wanted in (
        (12.0 * firms.revenue[:n], sample.revenue),
        (firms.employees[:n], sample.employees),
    ):
        met = np.bincount(place, found) / np.bincount(sample.complex, wanted)
        assert met == pytest.approx(np.ones(7), rel=1e-12)


def test_luck_has_nothing_to_do_with_what_lasts(state: State) -> None:
    n = state.firms.count
    found = np.corrcoef(state.firms.level[:n], state.firms.shock[:n])[0, 1]
    assert abs(found) < 0.15


def test_no_policy_and_no_later_month_changes_the_start(tmp_path: Path) -> None:
    once = replace(settings(), spin_up_years=YEARS)
    start_of(once, tmp_path)
    start_of(replace(once, policy=POLICIES["P7"], last=(2012, 12), budget={}), tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    start_of(replace(once, seed=4), tmp_path)
    start_of(replace(once, spin_up_years=1), tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_start_that_was_kept_gives_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starts.start_of, "__defaults__", (tmp_path,))
    chosen = replace(settings(), spin_up_years=YEARS, match_2003=True)
    runs = [Simulation(chosen).run().values for _ in range(2)]
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    runs.append(Simulation(chosen).run().values)
    assert kept.stat().st_size > 1000
    months = chosen.months
    assert same(runs[0], runs[1], months)
    assert same(runs[0], runs[2], months)
    for row in runs[0]["revenue"][:12].sum(axis=0) / small_population().region.complexes.production:
        assert row == pytest.approx(1.0, rel=5e-3)


def test_the_oldest_starts_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starts, "KEPT", 2)
    for seed in (1, 2, 3):
        start_of(replace(settings(), spin_up_years=1, seed=seed), tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
