"""Inventions and licences on tables of a few rows, with values worked out by hand (U1-U4)."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from small_network import SmallNetwork

from innocluster.sim.ground.counts import Counts
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import Process, replication_key, uniforms
from innocluster.sim.innovation.projects import LicenceTable, Shelf
from innocluster.sim.innovation.transfer import commercialise, invent, sign_licences
from innocluster.sim.network.pairs import BODY

KEY = replication_key(7)
MONTH = 30


class Office:
    """Three firms in complexes 0 to 2, two research bodies with a shelf of four slots each."""

    def __init__(self) -> None:
        net = SmallNetwork(firms=3, bodies=2, fields=2)
        self.net, self.firms, self.bodies, self.pairs = net, net.firms, net.bodies, net.pairs
        self.firms.complex[:] = [0, 1, 2]
        self.firms.absorption[:] = [0.5, 0.25, 0.8]
        self.firms.knowledge[:] = [[3.0, 4.0], [1.0, 0.0], [0.0, 1.0]]
        self.firms.cash[:] = 100.0
        self.bodies.transfer_capacity[:] = 2.0
        self.bodies.income[:] = [7.0, 9.0]
        self.bodies.knowledge[:] = [[1.0, 3.0], [1.0, 0.0]]
        self.bodies.project_capacity[:] = [4, 0]
        self.shelf = Shelf.allocate(2, born=4, field=4, quality=4)
        self.licences = LicenceTable.allocate(4)
        self.counts = Counts.nothing(3)

    def fill(self, month: int = MONTH, field: int = 1, quality: float = 1.5) -> None:
        """Put the same invention in every slot of body 0."""
        self.bodies.inventions[0] = 4
        self.shelf.born[0] = month
        self.shelf.field[0] = field
        self.shelf.quality[0] = quality

    def sign(self, kernel=sign_licences, **parameters: float) -> int:
        """Let firms look at the shelves; returns the number of licences."""
        return kernel(
            KEY, MONTH, ParameterSet(unchecked=parameters).record(), self.firms, self.bodies,
            self.pairs, self.shelf, self.licences, self.counts,
        )  # fmt: skip


@pytest.mark.parametrize("kernel", [invent, invent.py_func])
def test_inventions_fill_the_ring_of_a_shelf(kernel) -> None:
    office = Office()
    bodies, shelf = office.bodies, office.shelf
    bodies.researchers[:] = [600.0, 10.0]
    bodies.applied_share[:] = [0.5, 0.0]
    bodies.applied_reference[:] = [0.3, 0.0]
    bodies.projects[:] = [3, 1]
    bodies.inventions[:] = [3, 0]
    bodies.licences_year[:] = 2.0
    p = ParameterSet(unchecked={"invention_rate": 0.12, "applied_drift": 0.24}).record()
    # Means 0.01·600·(1 - ½·0.5) = 4.5 and 0.01·10 = 0.1 a month, by inversion of the Poisson.
    number = []
    for identifier, mean in ((9, 4.5), (10, 0.1)):
        u = uniforms(KEY, identifier, MONTH, int(Process.INVENTION), 0)[0]
        k, term = 0, math.exp(-mean)
        total = term
        while u > total:
            k += 1
            term *= mean / k
            total += term
        number.append(k)
    assert 1 < number[0] <= 5
    assert kernel(KEY, MONTH, p, bodies, shelf) == sum(number)
    assert bodies.inventions.tolist() == [3 + number[0], number[1]]
    for n in range(max(0, number[0] - 4), number[0]):
        v, w, _, _ = uniforms(KEY, 9, MONTH, int(Process.INVENTION), n + 1)
        slot = (3 + n) % 4
        assert shelf.born[0, slot] == MONTH
        assert shelf.field[0, slot] == (0 if v <= 0.25 else 1)  # knowledge 1 and 3
        assert shelf.quality[0, slot] == pytest.approx(math.exp(NormalDist().inv_cdf(w)), rel=1e-7)
    # Contracts 3/4: 0.5 + d·(0.75·0.5 - 0.2), and 0 + d·1 with a capacity of none.
    d = 1.0 - 0.76 ** (1.0 / 12.0)
    assert bodies.applied_share == pytest.approx([0.5 + 0.175 * d, d], rel=1e-14)
    assert bodies.licences_year.tolist() == [2.0, 2.0]


def test_licences_of_a_year_are_counted_from_january() -> None:
    office = Office()
    office.bodies.licences_year[:] = 2.0
    for month, expected in ((35, 2.0), (36, 0.0)):
        invent(KEY, month, ParameterSet().record(), office.bodies, office.shelf)
        assert office.bodies.licences_year.tolist() == [expected] * 2


@pytest.mark.parametrize("kernel", [sign_licences, sign_licences.py_func])
def test_a_licence_is_signed_at_its_chance(kernel) -> None:
    u, v, w, x = uniforms(KEY, 1000, MONTH, int(Process.LICENCE), 9)
    t = uniforms(KEY, 1000, MONTH, int(Process.LICENCE_OUTCOME), 9)[0]
    # AC 0.5, cosine 4/5, 1 + 2·0.25: the chance is 1 - exp(-0.6·hazard).
    hazard = -math.log(1.0 - v) / 0.6
    for factor, expected in ((1.0 - 1e-9, 0), (1.0 + 1e-9, 1)):
        office = Office()
        office.fill()
        office.net.meet(0, BODY, familiarity=0.25)
        parameters = {
            "licence_hazard": factor * hazard, "licence_familiarity": 2.0, "licence_fee": 30.0,
            "licence_lag": 24.0, "licence_success": np.nextafter(t, 1.0),
        }  # fmt: skip
        assert office.sign(kernel, **parameters) == expected
    licences = office.licences
    assert [licences.firm[0], licences.body[0], licences.quality[0]] == [0, 0, 1.5]
    assert licences.due[0] == MONTH + int(-24.0 / 2.0 * math.log(w * x) + 0.5)
    assert licences.succeeds[0] == 1
    assert office.firms.cash.tolist() == [70.0, 100.0, 100.0]
    assert office.bodies.income.tolist() == [37.0, 9.0]
    assert office.bodies.licences_year.tolist() == [1.0, 0.0]
    assert office.counts.signed.tolist() == [1, 0, 0]
    taken = int(u * 4)
    assert office.shelf.quality[0].tolist() == [0.0 if n == taken else 1.5 for n in range(4)]


def test_the_outcome_is_drawn_when_a_licence_is_signed() -> None:
    t = uniforms(KEY, 1000, MONTH, int(Process.LICENCE_OUTCOME), 9)[0]
    office = Office()
    office.fill()
    office.net.meet(0, BODY, familiarity=0.25)
    assert office.sign(licence_hazard=1e9, licence_success=t) == 1
    assert office.licences.succeeds[0] == 0


SURE = {"licence_hazard": 1e9, "shelf_life": 10.0}


def signs(**changes: object) -> int:
    """Licences of a firm in contact that takes whatever it may, after changes of one thing."""
    office = Office()
    office.fill(month=int(changes.pop("born", MONTH)), quality=float(changes.pop("quality", 1.0)))
    office.net.meet(0, BODY, familiarity=changes.pop("familiarity", 0.25))
    office.firms.absorption[0] = changes.pop("absorption", 0.5)
    office.bodies.licences_year[0] = changes.pop("licences_year", 1.0)
    office.bodies.inventions[0] = changes.pop("inventions", 4)
    office.licences.count = changes.pop("licences", 0)
    assert not changes
    return office.sign(**SURE) - office.licences.count


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, 1),
        ({"familiarity": 0.0299}, 0),
        ({"familiarity": 0.0301}, 1),
        ({"absorption": 0.0}, 0),
        ({"licences_year": 2.0}, 0),  # the capacity of the office
        ({"inventions": 0}, 0),
        ({"quality": 0.0}, 0),
        ({"born": MONTH - 10}, 1),
        ({"born": MONTH - 11}, 0),
        ({"licences": 4}, 0),  # no row is left
    ],
)
def test_who_may_take_a_licence(change: dict[str, float], expected: int) -> None:
    assert signs(**change) == expected


def test_slots_that_were_never_filled_are_not_looked_at() -> None:
    office = Office()
    u = uniforms(KEY, 1000, MONTH, int(Process.LICENCE), 9)[0]
    office.fill(quality=0.0)
    office.bodies.inventions[0] = 2
    office.shelf.quality[0, int(u * 2)] = 1.0
    office.net.meet(0, BODY, familiarity=0.25)
    assert office.sign(**SURE) == 1


@pytest.mark.parametrize("kernel", [commercialise, commercialise.py_func])
def test_licences_that_are_due_pay_or_lapse(kernel) -> None:
    office = Office()
    firms, licences = office.firms, office.licences
    rows = [
        # firm, body, due, quality, succeeds
        (0, 1, MONTH, 2.0, 1),
        (1, 0, MONTH + 1, 3.0, 1),
        (1, 0, MONTH, 9.0, 0),
        (2, 0, MONTH + 5, 9.0, 1),
    ]
    for n, row in enumerate(rows):
        for name, value in zip(LicenceTable.column_names(), row, strict=True):
            getattr(licences, name)[n] = value
    licences.count = 4
    firms.alive[2] = 0
    firms.revenue[:] = [6_000.0 / 12.0, 50.0, 50.0]
    firms.gain_transfer[:] = 0.5
    firms.royalty[:] = 0.01
    p = ParameterSet(unchecked={"substitution": 5.0}).record()
    assert kernel(MONTH, p, firms, office.bodies, licences, office.counts) == 1
    # 0.02·2 on half of the firm; a royalty of 3 % of the fourfold of that in sales.
    assert firms.gain_transfer == pytest.approx([0.52, 0.5, 0.5], rel=1e-14)
    assert firms.royalty == pytest.approx([0.0124, 0.01, 0.01], rel=1e-14)
    assert office.bodies.income == pytest.approx([7.0, 9.0 + 0.0024 * 6_000.0 / 12.0], rel=1e-14)
    assert office.counts.succeeded.tolist() == [1, 0, 0]
    kept = [getattr(licences, name)[0] for name in LicenceTable.column_names()]
    assert kept == list(rows[1])
