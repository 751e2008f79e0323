"""The largest firms: who they are, what others sell, and luck that is zero in the mean."""

from __future__ import annotations

from typing import Any

import hand_tables
import numpy as np
import pytest
from hand_tables import firms, parameters, scratch
from small_region import small_population

from innocluster.scenarios.policies import POLICIES
from innocluster.sim.accounting.largest_firms import LargestFirms
from innocluster.sim.beginning.macro import load_macro
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import Process, draw_columns, replication_key
from innocluster.sim.innovation.technology import advance_shocks, surprises
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation

MANY = 20_000


def test_who_they_are_and_what_luck_is_worth() -> None:
    """Rows 2 and 0 of four; row 1 is closed. At σ 3 luck of 0.01 is worth 2 % of sales."""
    table = firms(
        4, alive=[1, 0, 1, 1], revenue=[50.0, 900.0, 80.0, 20.0], complex=[1, 0, 0, 1],
        identifier=[10, 11, 12, 13], shock=[0.1, 0.0, -0.2, 0.0],
    )  # fmt: skip
    largest = LargestFirms.of(table, 2)
    assert largest.row.tolist() == [2, 0]
    assert largest.luck(3.0, 2).tolist() == [0.0, 0.0]
    # Shocks of half a month's memory: -0.2·0.5 = -0.1 would be no luck, 0.1·0.5 = 0.05 neither.
    table.shock[[2, 0]] = [-0.07, 0.05]
    largest.draw_shocks(table, 0.5)
    assert largest.luck_shocks == pytest.approx([0.03, 0.0], abs=1e-15)
    largest.draw_innovations(table, np.array([0.02, -0.01]), 0.9)
    largest.draw_innovations(table, np.array([0.0, -0.01]), 0.9)
    assert largest.luck_innovation == pytest.approx([0.018, -0.019], abs=1e-15)
    # 2·80·(0.03 + 0.018) and 2·50·(-0.019), by complex
    assert largest.luck(3.0, 2) == pytest.approx([7.68, -1.9], rel=1e-12)
    table.revenue[[2, 0]] = [81.0, 52.0]
    assert largest.revenue(table, 2).tolist() == [81.0, 52.0]


def test_a_closed_firm_keeps_its_luck_and_draws_no_more() -> None:
    table = firms(2, revenue=[9.0, 8.0], identifier=[1, 2], shock=[0.1, 0.2])
    largest = LargestFirms.of(table, 2)
    table.shock[:2] = [0.2, 0.2]
    largest.draw_shocks(table, 0.5)
    assert largest.luck_shocks == pytest.approx([0.15, 0.1], abs=1e-15)
    # The first closes, and another firm takes its row.
    table.identifier[0], table.shock[0], table.revenue[0] = 7, 0.9, 500.0
    largest.draw_shocks(table, 0.5)
    largest.draw_innovations(table, np.array([0.3, 0.0]), 0.9)
    assert largest.luck_shocks == pytest.approx([0.075, 0.15], abs=1e-15)
    assert largest.luck_innovation.tolist() == [0.0, 0.0]
    assert largest.revenue(table, 1).tolist() == [8.0]


def test_copies_go_different_ways() -> None:
    table = firms(1, revenue=[1.0], shock=[0.0])
    largest = LargestFirms.of(table)
    twin = largest.copy()
    table.shock[0] = 0.4
    twin.draw_shocks(table, 0.5)
    assert largest.luck_shocks.tolist() == [0.0]
    assert twin.luck_shocks.tolist() == [0.4]


@pytest.mark.parametrize("kernel", [surprises, surprises.py_func], ids=["compiled", "uncompiled"])
def test_surprises_by_hand(kernel: Any) -> None:
    """Hazard 6·0.5/12·0.02/0.05 = 0.1; -ln 0.5 times the step where one comes."""
    p = parameters(attempt_rate=6.0, commercial_success=0.5, own_innovation_step=0.01)
    anchors = hand_tables.anchors(sector_stock=[50.0], sector_intensity=[0.05])
    table = firms(3, research_lagged=[0.02, 0.02, 0.0])
    buffers = scratch(4, draw=[0.09, 0.096, 0.5, 0.0], second_draw=[0.5, 0.1, 0.1, 0.1])
    found = kernel(p, anchors, table, buffers, np.array([2, 0, 1]))
    chance = 1.0 - np.exp(-0.1)
    expected = [0.0, 0.01 * (np.log(2.0) - chance), -0.01 * chance]
    assert found == pytest.approx(expected, rel=1e-12)


def luck_of_many(by_hazard: bool = False) -> tuple[float, float]:
    """Z scores of the mean luck of 20,000 firms after two years, shocks and innovations.

    Parameters
    ----------
    by_hazard : whether the mean is taken by the hazard, a little above the chance
    """
    values = {
        "attempt_rate": 6.0, "commercial_success": 0.5, "own_innovation_step": 0.01,
        "shock_half_life": 24.0, "shock_arrival": 0.1, "substitution": 3.0,
        "growth_dispersion": 0.3, "growth_dispersion_exponent": 0.2,
    }  # fmt: skip
    p = parameters(**values)
    hazard = 0.25 * np.linspace(0.0, 0.2, MANY) / 0.05
    anchors = hand_tables.anchors(sector_stock=[50.0], sector_intensity=[0.05])
    table = firms(
        MANY, spare=0, identifier=np.arange(MANY), employees=np.linspace(20.0, 2000.0, MANY),
        revenue=1.0, research_lagged=np.linspace(0.0, 0.2, MANY), shock=0.3,
    )  # fmt: skip
    buffers = scratch(MANY)
    largest = LargestFirms.of(table, MANY)
    key = replication_key(5)
    for month in range(24):
        for process in (Process.SHOCK, Process.OWN_INNOVATION):
            draw_columns(
                key, month, int(process), MANY, table.identifier, buffers.draw, buffers.second_draw
            )
            if process is Process.SHOCK:
                advance_shocks(p, table, buffers.draw, buffers.second_draw)
                largest.draw_shocks(table, 0.5 ** (1.0 / 24.0))
        news = surprises(p, anchors, table, buffers, largest.row)
        if by_hazard:
            news -= 0.01 * (hazard - (1.0 - np.exp(-hazard)))[largest.row]
        largest.draw_innovations(table, news, 0.99)
    shocks, own = (
        luck.mean() / luck.std() * np.sqrt(MANY)
        for luck in (largest.luck_shocks, largest.luck_innovation)
    )
    return float(shocks), float(own)


def test_luck_is_zero_in_the_mean() -> None:
    shocks, own = luck_of_many()
    assert abs(shocks) < 3.5
    assert abs(own) < 3.5


def test_a_wrong_chance_is_found_out() -> None:
    """A mean by the hazard instead of the chance is off by many standard errors."""
    assert luck_of_many(by_hazard=True)[1] < -10.0


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


def test_luck_counts_the_draws_that_the_run_made() -> None:
    """Every month gains of own R&D are what is kept, luck, and the mean before the draws."""
    p = ParameterSet({"own_innovation_step": 0.01})
    settings = Settings(small_population(), p, load_macro("history"), POLICIES["P0"], 3)
    run = Simulation(settings)
    run.run_until(28)
    kept = (1.0 - run.parameters.innovation_depreciation) ** (1.0 / 12.0)
    won = 0
    for _ in range(24):
        largest = run.state.largest
        row, luck = largest.row, largest.luck_innovation
        before = run.state.firms.gain_own[row].copy()
        run.step()
        gained = run.state.firms.gain_own[row] - kept * before
        surprise = run.state.largest.luck_innovation - kept * luck
        usual = run.anchors.sector_intensity[run.state.firms.sector[row]]
        hazard = run.parameters.attempt_rate / 12.0 * run.parameters.commercial_success
        chance = 1.0 - np.exp(-hazard * run.state.firms.research_lagged[row] / usual)
        there = largest.operate(run.state.firms)
        expected = (gained - 0.01 * chance)[there]
        assert surprise[there] == pytest.approx(expected, abs=1e-12)
        won += int((gained[there] > 1e-12).sum())
    assert won > 0
    assert there.sum() > 5


def test_they_are_the_same_under_every_policy(finished: dict[str, Simulation]) -> None:
    before, after = (run.state.largest for run in finished.values())
    assert before.identifier.tolist() == after.identifier.tolist()
    assert before.sales.tolist() == after.sales.tolist()
    assert before.row.size == 10


def test_series_hold_what_the_others_sell(finished: dict[str, Simulation]) -> None:
    for run in finished.values():
        values = run.series.values
        sold = values["revenue"] - values["smaller_revenue"]
        # The programme starts in April 2005, month 27.
        assert (sold[:27] == 0.0).all()
        assert (values["largest_luck"][:27] == 0.0).all()
        assert (sold[27:].sum(axis=1) > 0.0).all()
        assert np.abs(values["largest_luck"][-1]).sum() > 0.0
        largest, firms_ = run.state.largest, run.state.firms
        there = largest.operate(firms_)
        assert sold[-1].sum() == pytest.approx(firms_.revenue[largest.row[there]].sum(), rel=1e-9)
