"""Places of firms on tables of one or two complexes, with values worked out by hand (E2, U4)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from small_network import SmallNetwork

from innocluster.sim.beginning.first_places import first_places
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import Process, replication_key, uniforms
from innocluster.sim.market.places import (
    MONTHS_AHEAD,
    LandSupply,
    Places,
    build_rooms,
    let_places,
    open_places,
    seat_spin_offs,
    vacate,
)

KEY = replication_key(7)
LET = pytest.mark.parametrize("kernel", [let_places, let_places.py_func])
NOBODY = {"entry_scale": 0.0, "refill_hazard": 0.0}


def drawn(process: Process, c: int, month: int, partner: int = 0) -> tuple[float, ...]:
    return uniforms(KEY, c, month, int(process), partner)


def supply(complexes: int = 2, **columns: object) -> LandSupply:
    """Ground of which nothing is released, nothing rented and for which nobody applies."""
    values: dict[str, np.ndarray] = {
        "released": np.zeros((complexes, 3), np.int64), "price": np.zeros((complexes, 3)),
        "unsold": np.zeros(complexes, np.int64), "contracted": np.zeros(complexes, np.int64),
        "rented_share": np.zeros(complexes), "room_growth": np.zeros(complexes),
        "applicants": np.zeros(complexes),
    }  # fmt: skip
    for name, value in columns.items():
        values[name][:] = value
    return LandSupply(**values)


def estates(complexes: int = 2, **columns: object) -> Places:
    """No place at all."""
    places = Places(
        np.zeros(complexes, np.int64), np.zeros((2, complexes), np.int64),
        np.zeros((2, complexes), np.int64), np.zeros((2, complexes, MONTHS_AHEAD), np.int64),
        np.zeros(complexes),
    )  # fmt: skip
    for name, value in columns.items():
        getattr(places, name)[:] = value
    return places


def let(
    kernel, places: Places, land: LandSupply, month: int = 13, profit: float = 0.05,
    price_index: float = 1.0, **changed: float,
) -> None:  # fmt: skip
    p = ParameterSet(unchecked=changed).record()
    complexes = places.unsold.size
    kernel(
        KEY, month, p, land, np.full(complexes, profit), np.full(complexes, 0.05), price_index,
        places,
    )  # fmt: skip


@pytest.mark.parametrize("kernel", [open_places, open_places.py_func])
def test_firms_open_in_the_month_that_was_booked(kernel) -> None:
    places = estates()
    places.due[0, :, 3] = [2, 0]
    places.due[1, :, 3] = [1, 5]
    places.due[0, :, 4] = [7, 7]
    assert places.under_way.tolist() == [10, 12]
    assert kernel(MONTHS_AHEAD + 3, places).tolist() == [3, 5]
    assert kernel(MONTHS_AHEAD + 3, places).tolist() == [0, 0]
    assert places.due[:, :, 4].tolist() == [[7, 7], [0, 0]]


@LET
def test_the_ground_of_a_year_is_released_month_by_month(kernel) -> None:
    land = supply(released=[[0, 7, 0], [0, 24, 5]])
    places = estates(unsold=[1, 0])
    path = []
    for month in range(11, 25):
        let(kernel, places, land, month, **NOBODY)
        path.append(places.unsold.tolist())
    # Seven in a year: the floor of 7/12, 14/12, 21/12 … more each month.
    assert [unsold for unsold, _ in path] == [1, *(1 + 7 * k // 12 for k in range(1, 13)), 8]
    assert [unsold for _, unsold in path] == [0, *range(2, 25, 2), 24]
    let(kernel, places, land, 36, **NOBODY)
    assert places.unsold.tolist() == [8, 24]
    doubled = estates()
    let(kernel, doubled, land, 12, land_scale=2.0, **NOBODY)
    assert doubled.unsold.tolist() == [14 // 12, 4]


@LET
def test_no_more_is_let_than_there_is_and_than_is_wanted(kernel) -> None:
    u = drawn(Process.LAND, 0, 13)[0]
    # Applicants are Poisson by inversion of one uniform; all factors but the mean are given.
    mean = 3.0
    terms = [math.exp(-mean) * mean**k / math.factorial(k) for k in range(40)]
    wanted = sum(total < u for total in np.cumsum(terms))
    assert wanted > 0
    # 12·3/(1.5·exp(2·0.1)·(1.3/1.04)^-0.5) a year give a mean of 3 a month.
    applicants = 12.0 * mean / (1.5 * math.exp(0.2) * 1.25**-0.5)
    land = supply(1, applicants=applicants, price=[1.0, 1.3, 1.0])
    changed = {
        "entry_scale": 1.5, "entry_profit": 2.0, "land_price_elasticity": 0.5,
        "refill_hazard": 0.0,
    }  # fmt: skip
    for unsold, sold in ((0, 0), (1, 1), (100, wanted)):
        places = estates(1, unsold=unsold, number=[[10], [4]])
        let(kernel, places, land, profit=0.15, price_index=1.04, **changed)
        assert places.unsold.tolist() == [unsold - sold]
        assert places.number.tolist() == [[10 + sold], [4]]
        assert places.due.sum(axis=2).tolist() == [[sold], [0]]


@LET
@pytest.mark.parametrize("missing", ["profit", "price", "index", "elasticity", "scale"])
def test_every_factor_moves_the_applicants(kernel, missing: str) -> None:
    """At a mean that just reaches the first term of the Poisson nobody applies, else one."""
    u = drawn(Process.LAND, 0, 13)[0]
    mean = -math.log(u)
    exact = 12.0 * mean / (1.5 * math.exp(0.2) * 1.25**-0.5)
    for factor, expected in ((1.0 - 1e-9, 0), (1.0 + 1e-9, 1)):
        land = supply(1, applicants=factor * exact, price=[1.0, 1.3, 1.0])
        places = estates(1, unsold=9)
        changed = {
            "entry_scale": 1.5, "entry_profit": 2.0, "land_price_elasticity": 0.5,
            "refill_hazard": 0.0,
        }  # fmt: skip
        let(kernel, places, land, profit=0.15, price_index=1.04, **changed)
        assert places.unsold.tolist() == [9 - expected]
    # With one factor left out, or a price that follows the index, another mean results.
    values = {"profit": 0.15, "price_index": 1.04, **changed}
    if missing == "profit":
        values["profit"], larger = 0.05, math.exp(0.2)
    elif missing == "price":
        land.price[:], larger = 0.0, 1.25**-0.5
    elif missing == "index":
        values["price_index"], larger = 1.0, (1.3 / 1.25) ** 0.5
    elif missing == "elasticity":
        values["land_price_elasticity"], larger = 1.0, 1.25**0.5
    else:
        values["entry_scale"], larger = 1.0, 1.5
    for factor, expected in ((1.0 - 1e-9, 0), (1.0 + 1e-9, 1)):
        land.applicants[:] = factor * exact * larger
        places = estates(1, unsold=9)
        let(kernel, places, land, **values)
        assert places.unsold.tolist() == [9 - expected]


@LET
def test_what_is_left_is_let_again_at_the_hazard(kernel) -> None:
    _, plots, rooms, _ = drawn(Process.LAND, 1, 13)
    # Of 40 vacant plots as many as the Poisson with mean 40·h/12 gives at its uniform.
    for hazard in (-12.0 * math.log(plots) / 40.0, -12.0 * math.log(rooms) / 16.0):
        for factor in (1.0 - 1e-9, 1.0 + 1e-9):
            h = factor * hazard
            places = estates(vacant=[[0, 40], [0, 16]], number=[[50, 50], [20, 20]])
            let(kernel, places, supply(), refill_hazard=h)
            expected = []
            for vacant, u in ((40, plots), (16, rooms)):
                mean = h / 12.0 * vacant
                terms = [math.exp(-mean) * mean**k / math.factorial(k) for k in range(60)]
                expected.append(min(vacant, sum(total < u for total in np.cumsum(terms))))
            assert places.vacant.tolist() == [[0, 40 - expected[0]], [0, 16 - expected[1]]]
            assert places.due.sum(axis=2).tolist() == [[0, expected[0]], [0, expected[1]]]
            assert places.number.tolist() == [[50, 50], [20, 20]]


@LET
def test_a_factory_takes_months_and_a_room_one_or_two(kernel) -> None:
    month = 250
    places = estates(1, vacant=[[60], [60]], number=[[60], [60]])
    # A hazard so high that all of it is let; every contract has draws of its own.
    let(kernel, places, supply(1), month, refill_hazard=1e4, building_time=30.0, moving_time=1.25)
    expected = np.zeros((2, MONTHS_AHEAD), np.int64)
    for n in range(60):
        u, v, _, _ = drawn(Process.BUILDING, 0, month, n)
        wait = max(1, int(-15.0 * math.log(u * v) + 0.5))
        expected[0, (month + wait) % MONTHS_AHEAD] += 1
        late = drawn(Process.MOVING_IN, 0, month, n)[0] < 0.25
        expected[1, (month + 1 + late) % MONTHS_AHEAD] += 1
    assert places.due[:, 0].tolist() == expected.tolist()
    assert places.vacant.tolist() == [[0], [0]]


@pytest.mark.parametrize("kernel", [build_rooms, build_rooms.py_func])
def test_rooms_grow_towards_what_plots_can_hold(kernel) -> None:
    places = estates(number=[[100, 100], [80, 260]], rooms=[80.0, 260.0], vacant=[[3, 3], [5, 5]])
    p = ParameterSet(unchecked={"rooms_per_plot": 2.5, "room_building": 2.0}).record()
    kernel(p, supply(room_growth=[0.12, 0.12]), places)
    # 250 less 80 are to come, of which 2·0.12/12 are built; where there are more none is.
    assert places.rooms.tolist() == pytest.approx([83.4, 260.0], rel=1e-14)
    assert places.number.tolist() == [[100, 100], [83, 260]]
    assert places.vacant.tolist() == [[3, 3], [8, 5]]


@pytest.mark.parametrize("kernel", [vacate, vacate.py_func])
def test_closed_firms_leave_rooms_in_proportion_to_their_use(kernel) -> None:
    places = estates(number=[[50, 3], [30, 9]], vacant=[[6, 0], [2, 0]])
    places.due[0, :, 5] = [4, 1]
    places.due[1, :, 7] = [8, 2]
    # Forty firms on plots and twenty in rooms; two on plots and seven in rooms.
    kernel(KEY, 24, np.array([7, 8]), places)
    u = [drawn(Process.LAND, c, 24)[3] for c in (0, 1)]
    rooms = [int(7 / 3 + u[0]), min(max(int(8 * 7 / 9 + u[1]), 6), 7)]
    assert places.vacant.tolist() == [[6 + 7 - rooms[0], 8 - rooms[1]], [2 + rooms[0], rooms[1]]]
    kernel(KEY, 25, np.array([0, 0]), places)
    assert places.vacant.sum(axis=0).tolist() == [15, 8]


@pytest.mark.parametrize("kernel", [seat_spin_offs, seat_spin_offs.py_func])
def test_spin_offs_take_a_vacant_room_or_else_plot(kernel) -> None:
    bodies = SmallNetwork(firms=1, bodies=5).bodies
    bodies.complex[:] = [0, 1, 0, 0, 1]
    places = estates(vacant=[[1, 0], [1, 0]], number=[[9, 9], [9, 9]])
    assert kernel(np.array([0, 1, 2, 3, 4]), bodies, places).tolist() == [0, 2]
    assert places.vacant.tolist() == [[0, 0], [0, 0]]
    places.vacant[:] = [[2, 0], [1, 1]]
    assert kernel(np.array([1, 0]), bodies, places).tolist() == [1, 0]
    assert places.vacant.tolist() == [[2, 0], [0, 0]]


def test_the_first_places_let_as_many_in_as_leave() -> None:
    land = supply(rented_share=[0.25, 0.0], contracted=[0, 12], unsold=[3, 4])
    p = ParameterSet({"refill_hazard": 0.4, "building_time": 24.0, "moving_time": 1.5}).record()
    places = first_places(KEY, p, land, np.array([2000, 100]), np.array([240.0, 0.0]))
    # 240 close a year, a quarter of them in rooms; 2.5 years of that stand vacant.
    assert places.vacant.tolist() == [[450, 0], [150, 0]]
    assert places.unsold.tolist() == [3, 4]
    # Fifteen open a month after a factory that takes two years, rounded and at least a month.
    waits = [math.exp(-t) * (1.0 + t) for t in ((n + 0.5) / 12.0 for n in range(1, 240))]
    under_way = 15.0 * (1.0 + sum(waits))
    assert places.due[0, 0].sum() == pytest.approx(under_way, abs=1.0)
    assert places.due[0, 0, 0] in (15, 16)
    # Five a month move into rooms, half of them a month later than the others.
    assert places.due[1, 0].sum() in (7, 8)
    assert places.due[1, 0, 2:].sum() == 0
    # Twelve factories on new ground are under way in the other complex.
    assert places.due[0, 1].sum() == pytest.approx(12, abs=1)
    used = places.number - places.vacant - places.due.sum(axis=2)
    assert used.tolist() == [[1500, 100], [500, 0]]
    assert places.rooms.tolist() == places.number[1].tolist()


def test_ground_on_sale_and_sold_is_scaled_as_what_is_released() -> None:
    land = supply(unsold=[3, 8], contracted=[40, 0])
    p = ParameterSet({"land_scale": 0.5}).record()
    places = first_places(KEY, p, land, np.array([20, 10]), np.zeros(2))
    assert places.unsold.tolist() == [2, 4]
    assert places.due.sum() == pytest.approx(20, abs=1)


def test_without_refill_nothing_is_under_way() -> None:
    p = ParameterSet(unchecked={"refill_hazard": 0.0}).record()
    places = first_places(KEY, p, supply(), np.array([20, 10]), np.array([5.0, 2.0]))
    assert places.vacant.sum() == places.due.sum() == 0
    assert places.number.tolist() == [[20, 10], [0, 0]]
