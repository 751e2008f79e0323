"""One run: promised indicators, the same bits again, exact pairs and honest failures."""

import json
from pathlib import Path

import numpy as np
import pytest

from innocluster import run
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.runs import execution
from innocluster.scenarios.runs.execution import execute_pair, load_inputs, replication_seed
from innocluster.scenarios.runs.indicators import MEASURES
from innocluster.scenarios.schema import Scenario


def test_a_run_has_the_promised_columns_and_keys(short: Scenario) -> None:
    result = run(short)
    assert list(result.indicators) == [
        "name", "complex", "value", "unit",
        "observed", "uncertainty", "goal", "goal_kind", "source",
    ]  # fmt: skip
    assert list(result.monthly) == ["month", "complex", "indicator", "value", "unit"]
    assert list(result.yearly) == ["year", "complex", "indicator", "value", "unit"]
    assert len(result.monthly) == 36 * 8 * result.monthly["indicator"].nunique()
    document = json.loads(result.to_json())
    for key in ("scenario", "policy", "seed", "version", "seconds", "indicators", "complexes"):
        assert key in document
    assert set(document["indicators"]["revenue_2003"]) >= {"value", "unit"}
    assert len(document["complexes"]) == 7


def test_a_run_is_one_tidy_table_that_knows_where_it_comes_from(short: Scenario) -> None:
    result = run(short)
    frame = result.to_frame()
    assert list(frame) == ["month", "complex", "indicator", "value", "unit"]
    assert frame["value"].tolist() == result.monthly["value"].tolist()
    assert frame.attrs == result.meta
    assert result.monthly.attrs == {}
    assert len(repr(result)) < 120


def test_the_region_is_the_sum_of_its_complexes(short: Scenario) -> None:
    rows = run(short).yearly
    # Yearly measures need not add up: a region's index is not the sum of its complexes'.
    rows = rows[rows["indicator"].isin([measure.name for measure in MEASURES])]
    table = rows.pivot_table(index=["indicator", "year"], columns="complex", values="value")
    assert table["all"].to_numpy() == pytest.approx(
        table.drop(columns="all").sum(axis=1).to_numpy()
    )


def test_same_seed_same_bits_and_another_seed_another_world(short: Scenario) -> None:
    first, again = run(short), run(short)
    assert (first.monthly["value"] == again.monthly["value"]).all()
    other = run(short.replaced(seed=1))
    assert (first.monthly["value"] != other.monthly["value"]).any()


def test_a_run_is_the_first_world_of_a_comparison(short: Scenario) -> None:
    (outcome,) = execute_pair(short, ["P5"], 0)
    assert outcome.yearly is not None
    revenue = run(short).yearly.query("indicator == 'revenue' and complex == 'all'")["value"]
    assert outcome.yearly["revenue"][:, 0].tolist() == revenue.tolist()


def test_policies_share_the_months_before_the_programme(short: Scenario) -> None:
    outcomes = {o.policy: o.yearly for o in execute_pair(short, ["P0", "P2", "P5"], 3)}
    without, with_programme = outcomes["P0"], outcomes["P5"]
    assert without is not None
    assert with_programme is not None
    assert (without["revenue"][:2] == with_programme["revenue"][:2]).all()
    assert without["contacts"].sum() == 0.0
    assert with_programme["contacts"][2, 0] > 0.0


def test_order_and_company_of_policies_do_not_matter(short: Scenario) -> None:
    together = {o.policy: o.yearly for o in execute_pair(short, ["P0", "P2", "P5"], 1)}
    (alone,) = execute_pair(short, ["P5"], 1)
    assert alone.yearly is not None
    assert together["P5"] is not None
    for name, values in alone.yearly.items():
        assert np.array_equal(values, together["P5"][name], equal_nan=True), name


def test_without_a_budget_every_policy_is_no_programme(short: Scenario) -> None:
    broke = short.replaced(programme={"budget_scale": 0.0})
    outcomes = [o.yearly for o in execute_pair(broke, ["P0", "P2", "P5"], 0)]
    assert outcomes[0] is not None
    for other in outcomes[1:]:
        assert other is not None
        for name, values in outcomes[0].items():
            assert np.array_equal(values, other[name], equal_nan=True), name


def test_population_seed_fixes_the_firms_of_all_worlds(short: Scenario) -> None:
    fixed = short.replaced(population_seed=5)
    populations = [execution.build_settings(fixed, r).population.firms for r in (0, 1)]
    assert np.array_equal(populations[0].revenue, populations[1].revenue)
    populations = [execution.build_settings(short, r).population.firms for r in (0, 1)]
    assert not np.array_equal(populations[0].revenue, populations[1].revenue)


def test_a_failure_is_an_outcome_with_its_traceback(
    short: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = execution.find_policy

    def find(text: str) -> object:
        if text == "P2":
            raise ZeroDivisionError("boom")
        return found(text)

    monkeypatch.setattr(execution, "find_policy", find)
    outcomes = {o.policy: o for o in execute_pair(short, ["P0", "P2", "P5"], 0)}
    assert outcomes["P2"].yearly is None
    assert "ZeroDivisionError: boom" in outcomes["P2"].error
    assert outcomes["P5"].yearly is not None


def test_numbers_that_are_not_finite_are_a_failure(
    short: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "yearly_table", lambda *_: {"revenue": np.array([np.inf])})
    (outcome,) = execute_pair(short, ["P0"], 0)
    assert "revenue is not a finite number" in outcome.error


def test_wrong_macro_file_is_the_users_mistake(short: Scenario, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "macro.csv"
    path.write_text("month,world_demand\n2003-01,abc\n", encoding="utf-8")
    with pytest.raises(InputError, match="column"):
        run(short.replaced(macro=str(path)))


def test_series_of_a_sector_that_the_region_lacks_is_the_users_mistake(
    short: Scenario, tmp_path: Path
) -> None:
    lines = ["year,domestic_demand,world_demand,exchange_rate,price_index,wage_index,{}"]
    lines += [f"{year},1,1,1200,1,1,1" for year in range(2003, 2021)]
    for column in ("price_index:ships", "world_demand:computers"):
        path = tmp_path / f"{column.partition(':')[2]}.csv"
        path.write_text("\n".join(lines).format(column), encoding="utf-8")
        _, macro = load_inputs(short.replaced(macro=str(path)))
        assert [f"{a}:{b}" for a, by_sector in macro.sectors.items() for b in by_sector] == [column]
    other = tmp_path / "other.csv"
    other.write_text("\n".join(lines).format("price_index:shps"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_inputs(short.replaced(macro=str(other)))
    error = caught.value
    assert (error.file, error.key, error.value) == (str(other), "column price_index:shps", "shps")
    assert "ships" in error.allowed
    assert "\n" not in str(error)


def test_replication_seeds_differ() -> None:
    seeds = {replication_seed(root, r) for root in range(20) for r in range(100)}
    assert len(seeds) == 2000
    assert all(0 <= seed < 2**63 for seed in seeds)
