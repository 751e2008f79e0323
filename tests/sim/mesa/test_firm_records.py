"""The history of single firms: which months it holds, and that they add up to the series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_region import simulation

from innocluster.agents import Firm, FirmTable
from innocluster.sim import ClusterModel
from innocluster.sim.mesa.firm_records import RECORDED


@pytest.fixture
def model() -> ClusterModel:
    return ClusterModel(simulation("P5", last=(2005, 12)).settings)


def test_a_history_holds_what_the_agent_showed(model: ClusterModel) -> None:
    model.step()
    firm = model.firm(9)
    shown = []
    for _ in range(30):
        model.step()
        shown.append([getattr(firm, name) for name in RECORDED])
    history = firm.history()
    assert list(history.columns) == list(RECORDED)
    assert history.index.name == "month"
    assert history.index.tolist() == pd.date_range("2003-02-01", periods=30, freq="MS").tolist()
    assert history.to_numpy().tolist() == shown
    assert history.attrs["units"]["revenue"] == "KRW million/month"
    assert set(history.attrs["units"]) == set(RECORDED) <= set(FirmTable.column_names())
    assert history["employees"].nunique() > 1


def test_a_firm_without_an_agent_has_no_past(model: ClusterModel) -> None:
    model.run()
    row = int(np.argmax(model.simulation.state.firms.alive))
    history = model.firm(row).history()
    assert history.shape == (0, len(RECORDED))
    assert history.dtypes.tolist() == [
        getattr(model.simulation.state.firms, name).dtype for name in RECORDED
    ]


def test_histories_add_up_to_the_series(model: ClusterModel) -> None:
    """Also over firms that close, whose last month counts, and those that enter."""
    everybody = {firm: None for firm in model.agents_by_type[Firm]}
    for _ in range(20):
        model.step()
        everybody |= {firm: None for firm in model.agents_by_type[Firm]}
    series = model.simulation.series.values
    histories = pd.concat([firm.history() for firm in everybody])
    monthly = histories.groupby(level="month")
    for name in ("revenue", "exports"):
        totals = series[name][:20].sum(axis=1)
        assert monthly[name].sum().to_numpy() == pytest.approx(totals, rel=1e-12)
    assert monthly.size().tolist() == series["firms"][:20].sum(axis=1).tolist()
    assert series["closures"][:20].sum() > 0
    assert len(everybody) > len(model.agents_by_type[Firm])


def test_a_closed_firm_keeps_its_history_and_its_row_starts_anew(model: ClusterModel) -> None:
    at_start = {firm.row: firm for firm in model.agents_by_type[Firm]}
    model.run()
    alive = model.simulation.state.firms.alive
    row = next(row for row, firm in at_start.items() if "gone" in repr(firm) and alive[row])
    before, after = at_start[row].history(), model.firm(row).history()
    assert before.index[0] == pd.Timestamp("2003-01-01")
    assert before.index[-1] < after.index[0]
    entered = model.firm(row).entered
    assert len(after) == 35 - entered
    assert np.isfinite(before["revenue"]).all()


def test_another_agent_of_the_same_firm_goes_on(model: ClusterModel) -> None:
    class Still(Firm):
        def decide_factors(self) -> tuple[float, float]:
            return self.capital, self.employees

    first = model.firm(7)
    model.step()
    (second,) = model.use(Still, [7])
    model.step()
    assert len(second.history()) == 2
    second.remove()
    model.step()
    assert len(first.history()) == len(second.history()) == 2
    assert len(model.firm(7).history()) == 2
