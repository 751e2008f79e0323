"""Comparisons under the prior and under a posterior: real runs, shared draws, resume, mistakes."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from innocluster import compare
from innocluster.scenarios.comparison.comparison import Comparison, Criteria
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.runs import completion
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.statistics.draws import SWEPT, UNCERTAIN, prior_draws, swept_draws
from innocluster.scenarios.store.conditions import read_conditions
from innocluster.scenarios.store.rows import read_rows


def under_prior(scenario: Scenario, pairs: int, **options: object) -> Comparison:
    return compare(
        ("P5",), scenario, pairs=pairs, max_pairs=pairs, under="prior",
        **{"workers": 1, **options},  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture(scope="module")
def three(short: Scenario) -> Comparison:
    return under_prior(short, 3)


def assert_same(first: Comparison, second: Comparison) -> None:
    for name, frame in first.frames().items():
        pd.testing.assert_frame_equal(frame, second.frames()[name], check_exact=True)


def test_every_world_has_its_row_of_the_sample(three: Comparison, short: Scenario) -> None:
    draws, swept = prior_draws(short.seed), swept_draws(short.seed)
    assert list(three.draws) == ["world", *UNCERTAIN, *SWEPT]
    for row in three.draws.to_dict("records"):
        world = row.pop("world")
        assert row == {**draws(int(world)), **swept(int(world))}
    assert three.meta["under"] == "prior"


def test_workers_and_resume_do_not_matter(
    three: Comparison, short: Scenario, tmp_path: Path
) -> None:
    assert_same(three, under_prior(short, 3, workers=2))
    under_prior(short, 2, folder=tmp_path)
    done: list[int] = []
    resumed = under_prior(short, 3, folder=tmp_path, progress=lambda n, *_: n and done.append(n))
    assert done == [3]
    assert_same(three, resumed)


def test_the_ledger_keeps_what_was_drawn(short: Scenario, tmp_path: Path) -> None:
    under_prior(short, 2, folder=tmp_path)
    path = tmp_path / "runs.sqlite"
    stored = {}
    with sqlite3.connect(path) as connection:
        for row, _ in read_rows(path):
            under = read_conditions(connection, row.conditions or "")
            assert under is not None
            stored[row.policy, row.replication] = json.loads(under.text)["parameters"]
    draws = prior_draws(short.seed)
    for world in (0, 1):
        # All arms share the draw of their world.
        assert stored["P0", world] == stored["P5", world]
        for name, value in draws(world).items():
            assert stored["P0", world][name] == value


def test_the_point_and_the_prior_share_a_ledger_but_no_run(
    short: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "_LONGEST", 0.0)  # Progress after every world.
    under_prior(short, 2, folder=tmp_path)
    done: list[int] = []
    compare(
        "P5", short, pairs=2, max_pairs=2, workers=1, folder=tmp_path,
        progress=lambda n, *_: n and done.append(n),
    )  # fmt: skip
    assert done == [1, 2]


def test_what_the_scenario_sets_stays(three: Comparison, short: Scenario) -> None:
    fixed = short.replaced(parameters={"joint_gain": 0.02})
    result = under_prior(fixed, 3)
    assert "joint_gain" not in result.draws
    others = three.draws.drop(columns="joint_gain")
    pd.testing.assert_frame_equal(result.draws, others, check_exact=True)


def test_draws_change_the_worlds_and_keep_the_pairs(three: Comparison, short: Scenario) -> None:
    point = compare("P5", short, pairs=3, max_pairs=3, workers=1)
    of = "policy == 'P0' and indicator == 'firms_2005' and complex == 'all'"
    drawn, usual = (r.outcomes.query(of)["median"].item() for r in (three, point))
    assert drawn != usual
    # Until the programme starts both arms of a world are the same, whatever it drew.
    early = three.yearly.query("policy == 'P5' and year < 2005")
    assert (early["effect_mean"] == 0.0).all()


def test_an_arm_of_another_scenario_keeps_its_own_values(short: Scenario) -> None:
    result = compare(
        ["P5", "P5@silicon-valley", "P0@silicon-valley"], short, pairs=2, max_pairs=2,
        workers=1, under="prior",
    )  # fmt: skip
    contrasts = set(zip(result.effects["policy"], result.effects["baseline"], strict=True))
    assert ("P5@silicon-valley", "P0@silicon-valley") in contrasts
    alone = under_prior(short, 2)
    own = "policy == 'P5' and indicator == 'revenue_2005' and complex == 'all'"
    assert result.outcomes.query(own)["median"].item() == alone.outcomes.query(own)["median"].item()


@pytest.fixture
def draws_file(tmp_path: Path) -> Path:
    path = tmp_path / "draws.csv"
    pd.DataFrame({"joint_gain": np.linspace(0.02, 0.07, 5), "exit_rate": 0.1}).to_csv(
        path, index=False
    )
    return path


def test_a_posterior_takes_each_row_once(short: Scenario, draws_file: Path) -> None:
    result = compare("P5", short, pairs=5, workers=1, under="posterior", draws=draws_file)
    assert result.meta["pairs"] == 5
    assert sorted(result.draws["joint_gain"]) == pytest.approx(np.linspace(0.02, 0.07, 5))
    assert set(result.draws["exit_rate"]) == {0.1}
    assert result.meta["draws"] == str(draws_file)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"pairs": 6}, "rows = 5: allowed: at least 6"),
        ({"pairs": 5, "max_pairs": 10}, "rows = 5: allowed: at least 10"),
    ],
)
def test_too_few_draws_are_named(draws_file: Path, options: dict[str, int], part: str) -> None:
    with pytest.raises(InputError) as error:
        compare("P5", under="posterior", draws=draws_file, **options)  # type: ignore[arg-type]
    assert part in str(error.value)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"under": "guess"}, "under = guess"),
        ({"draws": "x.csv"}, "only with --under posterior"),
        ({"under": "posterior", "draws": "none.csv"}, "none.csv: draws = no such file"),
        ({"criteria": Criteria(indifference=0.0)}, "indifference = 0.0"),
        ({"criteria": Criteria(satisficing=1.5)}, "satisficing = 1.5"),
        ({"criteria": Criteria(satisficing=float("nan"))}, "satisficing = nan"),
    ],
)
def test_wrong_arguments(options: dict[str, object], part: str) -> None:
    with pytest.raises(InputError) as error:
        compare("P5", **options)  # type: ignore[arg-type]
    assert part in str(error.value)
