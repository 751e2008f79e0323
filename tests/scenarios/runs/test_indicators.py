"""Yearly sums, December stocks and indicator names on hand-made series."""

from types import SimpleNamespace

import numpy as np
import pytest

from innocluster.scenarios.runs.indicators import (
    MEASURES,
    indicator_list,
    load_targets,
    monthly_table,
    yearly_table,
)
from innocluster.sim.accounting.series import Series
from innocluster.sim.measures.year_end import ANNUAL


@pytest.fixture
def population() -> SimpleNamespace:
    firms = SimpleNamespace(complex=np.array([0, 1, 1]), employees=np.array([10, 20, 30]))
    complexes = SimpleNamespace(keys=("west", "east"))
    return SimpleNamespace(firms=firms, region=SimpleNamespace(complexes=complexes))


@pytest.fixture
def series() -> Series:
    """Month number t in the first complex, ten times as much in the second; 77 months."""
    months = np.arange(77)
    values = months[:, None] * np.array([1.0, 10.0])
    annual = {name: np.full((6, 3), 0.5) for name in ANNUAL}
    return Series(months, ("west", "east"), {measure.name: values for measure in MEASURES}, annual)


def test_flows_are_summed_and_stocks_taken_in_december(
    series: Series, population: SimpleNamespace
) -> None:
    yearly = yearly_table(series, population)  # type: ignore[arg-type]
    assert yearly["revenue"].shape == (6, 3)
    of_2004 = sum(range(12, 24))
    assert yearly["revenue"][1] == pytest.approx(np.array([11, 1, 10]) * of_2004 * 1e-6)
    assert yearly["exports"][1] == pytest.approx(np.array([11, 1, 10]) * of_2004 * 1e-3)
    assert yearly["members"][1].tolist() == [253, 23, 230]
    assert yearly["firms"][1].tolist() == [253, 23, 230]


def test_firms_and_employees_of_2003_are_the_initial_stock(
    series: Series, population: SimpleNamespace
) -> None:
    yearly = yearly_table(series, population)  # type: ignore[arg-type]
    assert yearly["firms"][0].tolist() == [3, 1, 2]
    assert yearly["employees"][0].tolist() == [60, 10, 50]


def test_contacts_of_the_first_half_and_meetings_of_four_years(
    series: Series, population: SimpleNamespace
) -> None:
    yearly = yearly_table(series, population)  # type: ignore[arg-type]
    named = {i.name: i.values(yearly)[1] for i in indicator_list(2008)}
    assert named["contacts_2005_h1"] == sum(range(24, 30))
    assert named["meetings_2005_2008"] == sum(range(24, 72))


def test_indicators_of_the_promised_names() -> None:
    names = {indicator.name for indicator in indicator_list(2013)}
    promised = {f"{n}_{y}" for n in ("revenue", "exports") for y in (2003, 2008, 2013)}
    promised |= {"firms_2003", "employees_2003", "members_2005", "contacts_2005_h1", "tasks_2005"}
    assert promised <= names
    assert "members_2004" not in names
    assert "meetings_2005_2008" not in {i.name for i in indicator_list(2007)}


def test_monthly_totals_are_the_sum_of_the_complexes(series: Series) -> None:
    for measure, table in monthly_table(series):
        assert table[:, 0] == pytest.approx(table[:, 1] + table[:, 2]), measure.name


def test_targets_have_sources_and_follow_the_reading_of_the_exports() -> None:
    corrected = load_targets("seven-complexes", "corrected")
    printed = load_targets("seven-complexes", "as_printed")
    assert all(target.source for target in corrected)
    goals = {t.indicator: t.value for t in corrected if t.kind == "goal"}
    assert goals == {
        "revenue_2008": 291.0,
        "exports_2013": 194.0,
        "world_class_clusters_2020": 2.0,
        "income_per_head_2008": 20_000.0,
    }
    assert {t.value for t in printed if t.indicator == "exports_2003"} == {6.7}
    assert load_targets("/my/region", "corrected") == ()
    names = {indicator.name for indicator in indicator_list(2020)}
    assert {target.indicator for target in corrected} <= names
