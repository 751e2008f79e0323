"""Entry by released and vacated ground, on whole runs (E2)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_region import full_population, simulation

from innocluster.sim.beginning.population import Population
from innocluster.sim.ground.forms import Forms
from innocluster.sim.market.places import ROOM
from innocluster.sim.simulation import Simulation

GUNSAN, YEAR_2006 = 5, 3
# Firms of one complex know nothing of another's, and close by one hazard for all.
APART = {
    "spillover_elasticity": 0.0, "background_rate": 0.0, "invention_rate": 0.0,
    "spin_off_rate": 0.0, "exit_size": 0.0, "exit_age": 1e9, "first_cash": 1e9,
    "entry_profit": 0.0,
}  # fmt: skip

# No new ground and no new rooms.
CLOSED = {"land_scale": 0.0, "room_building": 0.0}


def with_land(population: Population, **columns: np.ndarray) -> Population:
    region = population.region
    return replace(population, region=replace(region, land=replace(region.land, **columns)))


def operating_by_places(run: Simulation) -> list[int]:
    """Places that are neither vacant nor booked, by complex."""
    places = run.state.places
    used = places.number - places.vacant - places.due.sum(axis=2)
    assert (used >= 0).all()
    assert (places.vacant >= 0).all()
    assert (places.unsold >= 0).all()
    return used.sum(axis=0).tolist()


def by_identifier(run: Simulation, name: str) -> np.ndarray:
    """A column of the firms outside Gunsan that operate, in the order of their identifiers."""
    firms = run.state.firms
    n = firms.count
    rows = np.flatnonzero((firms.alive[:n] == 1) & (firms.complex[:n] != GUNSAN))
    return np.asarray(getattr(firms, name)[rows][np.argsort(firms.identifier[rows])])


@pytest.mark.parametrize("policy", ["P0", "P5"])
def test_every_firm_has_a_place(policy: str) -> None:
    run = simulation(policy, unchecked={"spin_off_rate": 0.5, "exit_rate": 0.3})
    for month in range(0, 132, 6):
        run.run_until(month)
        firms = run.state.firms
        alive = firms.alive[: firms.count] == 1
        operating = np.bincount(firms.complex[: firms.count][alive], minlength=7)
        assert operating_by_places(run) == operating.tolist()


def test_where_all_is_full_as_many_enter_as_close() -> None:
    run = simulation(
        "P0", population=full_population(), unchecked={**APART, **CLOSED, "exit_rate": 0.08},
        match_2003=False,
    )  # fmt: skip
    values = run.run().values
    first, last = values["firms"][0], values["firms"][-1]
    # The balance of entrants and closures since is the change; both are counts at random.
    assert np.array_equal(last - first, (values["entrants"] - values["closures"])[:-1].sum(axis=0))
    spread = np.sqrt(first * 0.08 * (1.0 / 0.5 + 20.0 / 12.0))
    assert (np.abs(last - first) <= 3.5 * spread).all()
    assert abs(last.sum() - first.sum()) < 0.01 * first.sum()
    ratio = values["firms"] / values["tenants"]
    large = first > 500
    assert ratio[:, large].min() > 0.85
    assert ratio[:, large].max() < 0.95


def test_nobody_comes_where_there_is_no_ground() -> None:
    run = simulation(
        "P0", unchecked={**APART, **CLOSED, "exit_rate": 0.0, "entry_scale": 100.0}
    )  # fmt: skip
    values = run.run().values
    assert values["entrants"].sum() == 0.0
    assert np.array_equal(values["tenants"], values["firms"])


def test_ground_of_one_complex_fills_that_complex_alone() -> None:
    population = full_population()
    released = population.region.land.released.copy()
    released[GUNSAN] = 0
    runs = []
    for plots in (0, 60, 120):
        released[GUNSAN, YEAR_2006] = plots
        few = with_land(population, released=released.copy(), unsold=np.zeros(7, np.int64))
        run = simulation(
            "P0", population=few, last=(2008, 12), match_2003=False,
            # Firms of other complexes lose nothing of their markets to who comes.
            forms=Forms.of({"displacement": "none"}),
            unchecked={**APART, "entry_scale": 40.0, "exit_rate": 0.0, "room_building": 0.0},
        )  # fmt: skip
        run.run()
        runs.append(run)
    elsewhere = np.arange(7) != GUNSAN
    for name in ("revenue", "employees", "capital", "cash"):
        first, second, third = (by_identifier(run, name) for run in runs)
        assert np.array_equal(first, second), name
        assert np.array_equal(first, third), name
    none, once, twice = (run.series.values for run in runs)
    for name, values in none.items():
        for other in (once, twice):
            # Sums over firms may differ in their last bit: rows of other complexes break them up.
            exact = 0.0 if name in ("firms", "tenants", "entrants", "closures") else 1e-12
            np.testing.assert_allclose(
                other[name][:, elsewhere], values[:, elsewhere], rtol=exact, err_msg=name
            )
    # Everybody who finds ground is a tenant at once, and operates later.
    more = [(one["tenants"] - none["tenants"])[48:72, GUNSAN] for one in (once, twice)]
    assert (more[0] == 60.0).all()
    assert (more[1] == 120.0).all()
    operate = (twice["firms"] - none["firms"])[:, GUNSAN]
    assert operate[36] == 0.0
    assert 40.0 < operate[60] < 100.0


def test_on_new_ground_few_operate_yet() -> None:
    population = full_population()
    released = population.region.land.released.copy()
    released[GUNSAN] = 0
    released[GUNSAN, 0] = 600
    run = simulation(
        "P0", population=with_land(population, released=released),
        unchecked={**APART, "entry_scale": 40.0}, last=(2005, 12), match_2003=False,
    )  # fmt: skip
    values = run.run().values
    ratio = (values["firms"] / values["tenants"])[:, GUNSAN]
    assert 0.2 < ratio[12] < 0.5
    assert ratio[12] < ratio[18] < ratio[24]


def test_proportional_entry_leaves_the_ground_alone() -> None:
    run = simulation("P0", forms=Forms.of({"entry": "proportional"}), last=(2005, 12))
    before = run.state.places.copy()
    values = run.run().values
    assert np.array_equal(values["tenants"], values["firms"])
    assert np.array_equal(run.state.places.due, before.due)
    assert values["entrants"].sum() > 0.0


def test_land_is_the_usual_entry() -> None:
    assert Forms().names()["entry"] == "land"


def test_rooms_grow_where_firms_rent() -> None:
    run = simulation("P0", population=full_population(), last=(2007, 12))
    before = run.state.places.number[ROOM].copy()
    run.run()
    grown = run.state.places.number[ROOM] / before - 1.0
    # A tenth a year of the two rooms a plot still to come, against a hundredth elsewhere.
    assert 0.5 < grown[3] < 0.9
    assert run.state.places.rooms[3] == pytest.approx(run.state.places.number[ROOM][3], abs=1.0)
