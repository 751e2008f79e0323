"""The Mesa model made from keywords, in Mesa's own batch runs too."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from mesa import batch_run

from innocluster import ClusterModel, build_settings, run
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.schema import Programme, Scenario
from innocluster.sim.ground.parameters import PARAMETERS
from innocluster.sim.mesa.reporters import REPORTED


def test_keywords_make_the_run_of_the_same_scenario(small: Scenario) -> None:
    changes = {"policy": "P2", "seed": 3, "governance": "two-level"}
    model = ClusterModel(scenario=small, attempt_rate=2.5, budget_scale=2.0, **changes)
    series = model.run()
    tables = {"parameters": {"attempt_rate": 2.5}, "programme": {"budget_scale": 2.0}}
    scenario = small.replaced(**changes, **tables)
    again = ClusterModel(build_settings(scenario)).run()
    for name, values in series.values.items():
        assert values.tobytes() == again.values[name].tobytes(), name
    revenue = run(scenario).yearly.query("indicator == 'revenue' and complex == 'all'")["value"]
    totals = series.values["revenue"].sum(axis=1).reshape(3, 12).sum(axis=1)
    assert (totals / 1e6).tolist() == pytest.approx(revenue.tolist())


def test_keywords_add_to_what_a_preset_sets(small: Scenario) -> None:
    preset = Scenario.from_file("kista")
    model = ClusterModel(scenario="kista", region=small.region, last="2005-12", attempt_rate=2.5)
    values = model.simulation.settings.parameters.as_dict()
    assert len(preset.parameters) > 3
    assert values.items() >= {**preset.parameters, "attempt_rate": 2.5}.items()
    whole = ClusterModel(scenario=small, parameters={"attempt_rate": 3.5}, information_gain=0.01)
    assert whole.parameters.attempt_rate == 3.5
    assert whole.parameters.information_gain == 0.01


def test_numbers_of_numpy_are_numbers(small: Scenario) -> None:
    (seed,), (rate,) = np.arange(5, 6), np.linspace(2.5, 2.5, 1)
    model = ClusterModel(scenario=small, seed=seed, attempt_rate=rate)
    assert model.simulation.settings.seed == build_settings(small.replaced(seed=5)).seed
    assert model.parameters.attempt_rate == 2.5
    assert ClusterModel(scenario=small, rng=5).simulation.settings.seed == (
        model.simulation.settings.seed
    )


def test_no_name_means_two_things() -> None:
    names = [*Scenario.model_fields, *Programme.model_fields, *PARAMETERS]
    names += inspect.signature(ClusterModel).parameters
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"atempt_rate": 3}, "atempt_rate = 3: allowed: did you mean 'attempt_rate'?"),
        ({"qqq": 3}, "qqq = 3: allowed: one of name, title, policy"),
        ({"policy": "P99"}, r"policy = P99: allowed: P0 \(no-programme\)"),
        ({"seed": -1}, "seed = -1: allowed: an integer from 0"),
        ({"seed": 1, "rng": 2}, "rng = 2: allowed: either seed or rng"),
        (
            {"attempt_rate": 99.0},
            "attempt_rate = 99.0: allowed: a number from 0 to 8 1/year; plausible from 2 to 4",
        ),
        ({"budget_scale": "much"}, "budget_scale = much: allowed: a number from 0 to 10"),
        ({"parameters": 3, "attempt_rate": 3.0}, "parameters = 3: allowed: a table"),
        ({"settings": "P5"}, "settings = P5: allowed: a Settings and nothing else"),
        ({"scenario": "kist"}, "scenario = kist: allowed: did you mean 'kista'"),
    ],
)
def test_mistakes_are_one_line(keywords: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        ClusterModel(**keywords)
    assert "\n" not in str(caught.value)


def test_settings_and_keywords_do_not_mix(small: Scenario) -> None:
    settings = build_settings(small)
    with pytest.raises(InputError, match="settings = with keywords: allowed"):
        ClusterModel(settings, policy="P2")


@pytest.mark.parametrize("processes", [1, 2])
def test_batch_run(small: Scenario, processes: int) -> None:
    rows = batch_run(
        ClusterModel,
        parameters={"scenario": [small], "policy": ["P0", "P5"], "seed": [1, 2]},
        number_processes=processes,
        max_steps=200,
        display_progress=False,
    )
    assert sorted((row["policy"], row["seed"]) for row in rows) == [
        ("P0", 1), ("P0", 2), ("P5", 1), ("P5", 2),
    ]  # fmt: skip
    for row in rows:
        series = ClusterModel(scenario=small, policy=row["policy"], seed=row["seed"]).run()
        assert row["month"] == "2005-12"
        for name in REPORTED:
            assert row[name] == series.values[name][-1].sum(), name
    assert len({row["revenue"] for row in rows}) == 4
    assert all((row["members"] > 0) == (row["policy"] == "P5") for row in rows)


def test_batch_run_in_between(small: Scenario) -> None:
    rows = batch_run(
        ClusterModel,
        parameters={"scenario": [small], "attempt_rate": [2.0, 4.0]},
        data_collection_period=1,
        max_steps=5,
        display_progress=False,
    )
    months = [row["month"] for row in rows if row["attempt_rate"] == 2.0]
    assert months[:5] == ["2003-01", "2003-02", "2003-03", "2003-04", "2003-05"]
