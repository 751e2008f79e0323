"""Inequality, participants, income a head and the world-class index."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_region import simulation, small_population

from innocluster.sim import month
from innocluster.sim.measures.income import income_per_head, national_accounts
from innocluster.sim.measures.participants import growth_gap
from innocluster.sim.measures.structure import between_complexes, gini, mark_cooperation
from innocluster.sim.measures.world_class import (
    LEAST_SCALE,
    WORLD_CLASS,
    Criterion,
    criteria,
    measure_world_class,
)
from innocluster.sim.measures.year_end import ANNUAL
from innocluster.sim.simulation import Simulation

POSITIVE = st.lists(st.just(0.0) | st.floats(1e-6, 1e6), min_size=1, max_size=60)
BODY = 1 << 29


@pytest.fixture(scope="module")
def finished() -> dict[str, Simulation]:
    """The same world without a programme and under two, to the end of 2008."""
    runs = {policy: simulation(policy, last=(2008, 12)) for policy in ("P0", "P5")}
    for run in runs.values():
        run.run()
    return runs


@given(POSITIVE)
def test_gini_is_half_the_relative_mean_difference(values: list[float]) -> None:
    x = np.sort(values)
    if x.sum() == 0.0:
        assert np.isnan(gini(x))
        return
    expected = np.abs(x[:, None] - x[None, :]).mean() / (2.0 * x.mean())
    assert gini(x) == pytest.approx(expected, abs=1e-12)
    assert gini(1000.0 * x) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([3.0] * 7, 0.0), ([0.0, 0.0, 0.0, 5.0], 0.75), ([1.0, 2.0, 3.0, 4.0], 0.25), ([8.0], 0.0)],
)
def test_gini_of_known_values(values: list[float], expected: float) -> None:
    assert gini(np.array(values)) == pytest.approx(expected, abs=1e-15)


def test_theil_index_of_known_complexes() -> None:
    same = between_complexes(np.array([4.0, 8.0, 2.0]), np.array([2.0, 4.0, 1.0]))
    assert same == pytest.approx(np.zeros(4), abs=1e-15)
    # Half of the workers sell everything: ln 2.
    assert between_complexes(np.array([1.0, 0.0]), np.array([5.0, 5.0]))[0] == pytest.approx(
        np.log(2.0), abs=1e-15
    )
    shares = np.array([0.7, 0.2, 0.1]), np.array([0.4, 0.3, 0.3])
    found = between_complexes(50.0 * shares[0], 9.0 * shares[1])
    assert found[0] == pytest.approx(np.sum(shares[0] * np.log(shares[0] / shares[1])), abs=1e-15)
    assert found[0] == pytest.approx(found[1:].sum(), abs=1e-15)


@given(st.lists(st.tuples(st.floats(0.1, 1e4), st.floats(0.1, 1e4)), min_size=1, max_size=9))
def test_theil_index_is_never_negative(pairs: list[tuple[float, float]]) -> None:
    revenue, employees = np.array(pairs).T
    assert between_complexes(revenue, employees)[0] >= -1e-12


def test_cooperation_is_noted_for_firms_and_for_work_with_bodies() -> None:
    last, with_body = np.full(5, -1, np.int16), np.full(5, -1, np.int16)
    first, second = np.array([0, 2], np.int32), np.array([1, BODY], np.int32)
    mark_cooperation(47, 2, first, second, np.array([-1, 3], np.int32), last, with_body)
    assert last.tolist() == [47, 47, 47, 47, -1]
    assert with_body.tolist() == [-1, -1, 47, 47, -1]


def test_shares_of_a_run_equal_its_firms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read from the table one firm at a time in a December, before that month's exits."""
    run = simulation("P5", last=(2008, 12))
    run.run_until(71)
    seen = []
    observe = month.observe_year

    def look(observed: Simulation) -> None:
        observe(observed)
        seen.append(observed.state.firms.copy())

    monkeypatch.setattr(month, "observe_year", look)
    run.step()
    firms = seen[0]
    annual = {name: rows[5, 0] for name, rows in run.series.annual.items()}
    rows = [row for row in range(firms.count) if firms.alive[row]]
    sales, jobs = (sum(column[rows]) for column in (firms.revenue_year, firms.employees))

    def share(whole: float, column: np.ndarray, chosen: object) -> float:
        return 100.0 * sum(column[row] for row in rows if chosen(row)) / whole  # type: ignore[operator]

    asked = [row for row in rows if firms.employees[row] >= 10.0]
    since = 71 - 36
    expected = {
        "small_firm_share": share(sales, firms.revenue_year, lambda r: firms.employees[r] < 50.0),
        "young_firm_share": share(
            jobs, firms.employees, lambda r: firms.age[r] + 71 - firms.entered[r] < 60
        ),
        "research_intensity": share(sales, firms.research_year, lambda r: True),
        "own_brand_share": share(sales, firms.revenue_year, lambda r: firms.brand[r] == 1.0),
        "cooperating_firms": 100.0 * sum(firms.last_joint[asked] > since) / len(asked),
        "cooperating_with_bodies": 100.0 * sum(firms.last_joint_body[asked] > since) / len(asked),
        "revenue_gini": gini(np.sort(firms.revenue_year[rows])),
    }
    for name, value in expected.items():
        assert annual[name] == pytest.approx(value, rel=1e-9), name
        assert value > 0.0
    by_complex = run.series.annual["revenue_gini"][5, 1:]
    for c in range(by_complex.size):
        own = [row for row in rows if firms.complex[row] == c]
        assert by_complex[c] == pytest.approx(gini(np.sort(firms.revenue_year[own])), abs=1e-14)
    assert np.isnan(gini(np.zeros(0)))
    year = slice(60, 72)
    exports = run.series.values["exports"][year].sum() / 1e3
    demand = run.settings.macro.world_demand[year].mean()
    assert annual["relative_exports"] == pytest.approx(exports / demand, rel=1e-12)


def test_cooperation_is_not_known_before_three_years(finished: dict[str, Simulation]) -> None:
    annual = finished["P5"].series.annual
    known = np.isfinite(annual["cooperating_firms"][:, 0])
    assert known.tolist() == [False, False, True, True, True, True]
    assert np.array_equal(known, np.isfinite(annual["world_class_index"][:, 0]))


def test_every_measure_is_recorded_for_every_year(finished: dict[str, Simulation]) -> None:
    for run in finished.values():
        assert set(run.series.annual) == set(ANNUAL)
        for name, rows in run.series.annual.items():
            assert rows.shape == (6, 1 + len(run.region.complexes.keys)), name
            assert not np.isinf(rows).any(), name


def test_growth_gap_of_known_groups() -> None:
    """Others grow from 200 to 220, the group from 50 to 80: 60 - 10 percentage points."""
    sums = np.array([[[200.0, 1.0], [220.0, 2.0]], [[50.0, 0.0], [80.0, 0.0]]])
    found = growth_gap(sums)
    assert found[0] == pytest.approx(50.0, abs=1e-12)
    assert np.isnan(found[1])


def test_gaps_follow_the_same_firms_under_every_policy(finished: dict[str, Simulation]) -> None:
    before, after = (finished[policy].series.annual for policy in ("P0", "P5"))
    assert np.isnan(before["member_research_gap"]).all()
    assert np.isfinite(after["member_research_gap"][2:, 0]).all()
    for name in ("cohort_revenue_gap", "cohort_research_gap"):
        assert np.isnan(before[name][:2]).all()
        difference = after[name][2:, 0] - before[name][2:, 0]
        assert np.isfinite(difference).all()
        # Common draws: what the programme does is far smaller than what sets the groups apart.
        assert 0.0 < np.abs(difference).max() < 50.0
    firms = finished["P5"].state.firms
    there = (firms.alive == 1) & (firms.cohort == 1) & (firms.entered < 0)
    assert (firms.revenue_before[there] > 0.0).all()
    assert (firms.revenue_before[firms.entered >= 24] == 0.0).all()


def test_income_a_head_of_2003_is_the_nations(finished: dict[str, Simulation]) -> None:
    run = finished["P5"]
    nation = national_accounts()
    annual = run.series.annual
    assert annual["income_per_head"][0, 0] == pytest.approx(nation[2003].product_per_head)
    added = run.series.values["value_added"][60:72].sum() * 1e6
    rate = run.settings.macro.exchange_rate[60:72].mean()
    expected = added / rate / nation[2008].population
    assert annual["income_contribution"][5, 0] == pytest.approx(expected, rel=1e-12)
    assert np.isnan(annual["income_per_head"][:, 1:]).all()


def test_a_policy_moves_income_by_what_the_complexes_add(finished: dict[str, Simulation]) -> None:
    before, after = (finished[policy].series.annual for policy in ("P0", "P5"))
    moved = after["income_per_head"][:, 0] - before["income_per_head"][:, 0]
    added = after["income_contribution"][:, 0] - before["income_contribution"][:, 0]
    assert moved == pytest.approx(added, abs=1e-9)
    assert income_per_head(5.0, 4.0, 30.0, 20.0) == pytest.approx(5.0 + 16.0 * 1.5)


def test_national_accounts_are_complete_and_plausible() -> None:
    nation = national_accounts()
    assert sorted(nation) == list(range(2003, 2021))
    heads = [nation[year].product_per_head for year in sorted(nation)]
    assert 14_000 < heads[0] < 15_500
    assert 30_000 < heads[-1] < 33_500
    people = np.array([nation[year].population for year in sorted(nation)])
    assert (np.diff(people) > 0).all()
    assert (np.diff(people) / people[:-1] < 0.01).all()


def values_of(parts: tuple[Criterion, ...], *columns: float) -> dict[str, np.ndarray]:
    """Measures that lie a given part of the way from `low` to `high` in each complex."""
    return {
        part.measure: np.array(
            [1.0]
            + [
                part.low * (part.high / part.low) ** way
                if part.logarithm
                else part.low + way * (part.high - part.low)
                for way in columns
            ]
        )
        for part in parts
    }


def test_weights_and_benchmarks_are_in_order() -> None:
    parts = criteria()
    assert sum(part.weight for part in parts) == pytest.approx(1.0, abs=1e-12)
    pillars = {part.pillar for part in parts}
    assert pillars == {"scale", "innovation", "entrepreneurship", "network"}
    for pillar in pillars:
        assert sum(p.weight for p in parts if p.pillar == pillar) == pytest.approx(0.25)
    assert all(0.0 < part.low < part.high for part in parts)
    assert {part.measure for part in parts} <= set(ANNUAL)


@pytest.mark.parametrize("way", [0.0, 0.3, 0.7, 1.0])
def test_index_of_even_scores_is_that_score(way: float) -> None:
    found = measure_world_class(values_of(criteria(), way, way))
    assert found["world_class_index"] == pytest.approx(np.full(3, way), abs=1e-12)
    reached = 1.0 if way >= WORLD_CLASS else 0.0
    assert found["world_class_clusters"].tolist() == [2 * reached, reached, reached]


@given(
    st.lists(st.floats(0.0, 1e4), min_size=6, max_size=6),
    st.integers(0, 5),
    st.floats(0.0, 1e4),
)
def test_index_is_bounded_and_rises_in_every_part(
    values: list[float], part: int, more: float
) -> None:
    parts = criteria()
    measures = {
        p.measure: np.array([0.0, value, value]) for p, value in zip(parts, values, strict=True)
    }
    measures[parts[part].measure][2] += more
    index = measure_world_class(measures)["world_class_index"]
    assert 0.0 <= index[1] <= index[2] <= 1.0 + 1e-12
    assert index[0] == pytest.approx((index[1] + index[2]) / 2.0)


def test_a_small_place_is_no_world_class_cluster() -> None:
    measures = values_of(criteria(), 1.0, 1.0)
    scale = next(part for part in criteria() if part.pillar == "scale")
    measures[scale.measure][2] = scale.low * (scale.high / scale.low) ** (LEAST_SCALE - 0.01)
    found = measure_world_class(measures)
    assert found["world_class_index"][2] > WORLD_CLASS
    assert found["world_class_clusters"].tolist() == [1.0, 1.0, 0.0]


def test_a_zero_budget_leaves_every_yearly_measure_as_it_is() -> None:
    """Limit 12 holds for what is measured once a year as well."""
    without = simulation("P0", last=(2007, 12))
    unfunded = simulation("P5", last=(2007, 12), budget={})
    for run in (without, unfunded):
        run.run()
    for name, rows in without.series.annual.items():
        assert np.array_equal(rows, unfunded.series.annual[name], equal_nan=True), name


def test_the_order_of_firms_changes_no_measure() -> None:
    population = small_population()
    firms = population.firms
    order = np.random.default_rng(8).permutation(firms.identifier.size)
    shuffled = replace(
        population,
        firms=replace(
            firms,
            **{name: getattr(firms, name)[order] for name in type(firms).__dataclass_fields__},
        ),
    )
    first, second = (
        simulation("P5", population=p, last=(2006, 12)) for p in (population, shuffled)
    )
    second.run()
    for name, rows in first.run().annual.items():
        assert np.array_equal(rows, second.series.annual[name], equal_nan=True), name
