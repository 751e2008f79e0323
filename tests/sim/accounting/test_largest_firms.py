"""The largest firms: who they are, and what others sell."""

from __future__ import annotations

import pytest
from hand_tables import firms
from small_region import small_population

from innocluster.scenarios.policies import POLICIES
from innocluster.sim.accounting.largest_firms import LargestFirms
from innocluster.sim.beginning.macro import load_macro
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation

MANY = 20_000


def test_who_they_are_and_what_they_sell() -> None:
    """Rows 2 and 0 of four; row 1 is closed."""
    table = firms(
        4, alive=[1, 0, 1, 1], revenue=[50.0, 900.0, 80.0, 20.0], complex=[1, 0, 0, 1],
        identifier=[10, 11, 12, 13],
    )  # fmt: skip
    largest = LargestFirms.of(table, 2)
    assert largest.row.tolist() == [2, 0]
    table.revenue[[2, 0]] = [81.0, 52.0]
    assert largest.revenue(table, 2).tolist() == [81.0, 52.0]


def test_whoever_takes_the_row_of_a_closed_firm_does_not_count() -> None:
    table = firms(2, revenue=[9.0, 8.0], identifier=[1, 2])
    largest = LargestFirms.of(table, 2)
    table.identifier[0], table.revenue[0] = 7, 500.0
    assert largest.revenue(table, 1).tolist() == [8.0]


@pytest.fixture(scope="module")
def finished() -> dict[str, Simulation]:
    runs = {}
    for policy in ("P0", "P5"):
        settings = Settings(
            small_population(), ParameterSet(), load_macro("history"), POLICIES[policy], 3,
            last=(2007, 12),
        )  # fmt: skip
        runs[policy] = Simulation(settings)
        runs[policy].run()
    return runs


def test_they_are_the_same_under_every_policy(finished: dict[str, Simulation]) -> None:
    before, after = (run.state.largest for run in finished.values())
    assert before.identifier.tolist() == after.identifier.tolist()
    assert before.row.size == 10


def test_series_hold_what_the_others_sell(finished: dict[str, Simulation]) -> None:
    for run in finished.values():
        values = run.series.values
        sold = values["revenue"] - values["smaller_revenue"]
        # The programme starts in April 2005, month 27.
        assert (sold[:27] == 0.0).all()
        assert (sold[27:].sum(axis=1) > 0.0).all()
        largest, firms_ = run.state.largest, run.state.firms
        there = largest.operate(firms_)
        assert sold[-1].sum() == pytest.approx(firms_.revenue[largest.row[there]].sum(), rel=1e-9)
