"""What a run shows of itself: one line, and a tidy table of its months."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_region import simulation

from innocluster.sim import INDICATORS, ClusterModel, ParameterSet, Settings


@pytest.fixture(scope="module")
def model() -> ClusterModel:
    """The programme after 14 months."""
    model = ClusterModel(simulation("P5", last=(2005, 12)).settings)
    for _ in range(14):
        model.step()
    return model


def test_the_table_of_months_holds_every_number(model: ClusterModel) -> None:
    series = model.simulation.series
    frame = series.to_frame()
    assert list(frame) == ["month", "complex", "indicator", "value", "unit"]
    assert len(frame) == 14 * (1 + len(series.complexes)) * len(INDICATORS)
    assert frame["value"].notna().all()
    assert dict(zip(frame["indicator"], frame["unit"], strict=True)) == INDICATORS
    for name, values in series.values.items():
        table = frame[frame["indicator"] == name].pivot(
            index="month", columns="complex", values="value"
        )
        assert table.index[-1] == pd.Timestamp("2004-02-01")
        assert np.array_equal(table[list(series.complexes)], values[:14])
        assert table["all"].to_numpy() == pytest.approx(values[:14].sum(axis=1))


def test_before_the_first_month_the_table_is_empty(model: ClusterModel) -> None:
    series = ClusterModel(model.simulation.settings).simulation.series
    assert list(series.to_frame()) == ["month", "complex", "indicator", "value", "unit"]
    assert series.to_frame().empty
    assert repr(series) == "Series(41 indicators of 7 complexes, no month yet; 0 yearly measures)"


def test_everything_shows_in_one_line(model: ClusterModel) -> None:
    settings, series = model.simulation.settings, model.simulation.series
    firms = settings.population.firms.identifier.size
    assert repr(model) == "<ClusterModel of P5, seed 3: 14 of 36 months>"
    assert repr(model.simulation) == "<Simulation of P5, seed 3: 14 of 36 months>"
    assert repr(settings) == f"Settings(P5, seed 3, to 2005-12, {firms} firms)"
    changed = Settings(
        settings.population, ParameterSet({"attempt_rate": 2.5}), settings.macro,
        settings.policy, 1,
    )  # fmt: skip
    assert repr(changed) == f"Settings(P5, seed 1, to 2013-12, {firms} firms, attempt_rate=2.5)"
    yearly = len(series.annual)
    assert repr(series) == (
        f"Series(41 indicators of 7 complexes, 2003-01 to 2004-02; {yearly} yearly measures)"
    )
    assert yearly > 50
