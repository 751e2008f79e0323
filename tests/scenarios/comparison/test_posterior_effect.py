"""The second interval of the headline: by hand, and in real runs of a small region."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from innocluster import compare
from innocluster.scenarios.comparison import posterior_effect
from innocluster.scenarios.comparison.comparison import Comparison, count_runs
from innocluster.scenarios.comparison.posterior_effect import (
    posterior_frame,
    posterior_summary,
    worlds_for_posterior,
)
from innocluster.scenarios.comparison.worlds import Worlds
from innocluster.scenarios.runs import execution
from innocluster.scenarios.runs.execution import execute_pair, replication_seed
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.statistics.drawn_under import BesidePosterior, draws_under
from innocluster.scenarios.statistics.draws import POSTERIOR_WORLDS
from innocluster.scenarios.statistics.posterior import load_posterior
from innocluster.scenarios.store.conditions import read_conditions
from innocluster.scenarios.store.rows import read_rows


def worlds(untreated: list[float], effects: list[float]) -> Worlds:
    """Worlds with the given revenue of 2013 under P0, KRW tn, and effects of P5 on it."""
    count = len(effects)
    revenue = {"P0": np.array(untreated), "P5": np.array(untreated) + effects}
    yearly = {
        arm: {"revenue": values[:, None, None] * np.ones((count, 11, 1))}
        for arm, values in revenue.items()
    }
    runs = dict.fromkeys(yearly, count)
    return Worlds(("all",), 2013, yearly, runs, 0, np.arange(count), {})


def test_effects_by_hand() -> None:
    frame = posterior_frame(worlds([200.0, 400.0], [1.0, -1.0]))
    assert frame.to_dict("list") == {
        "draw": [0, 1], "policy": ["P5", "P5"], "baseline": ["P0", "P0"],
        "indicator": ["revenue_2013", "revenue_2013"], "untreated": [200.0, 400.0],
        "effect": [1.0, -1.0], "unit": ["KRW tn", "KRW tn"], "percent": [0.5, -0.25],
    }  # fmt: skip
    assert posterior_frame(None).empty
    assert list(posterior_frame(None)) == list(frame)


def test_nine_in_ten_by_hand() -> None:
    """Of 39 effects −8, −7, … 30 % the second and the last but one, places 40·0.05 and 40·0.95."""
    percent = np.random.default_rng(1).permutation(np.arange(-8.0, 31.0))
    found = posterior_summary(posterior_frame(worlds([100.0] * 39, percent.tolist())))
    assert found is not None
    assert (found["policy"], found["draws"]) == ("P5", 39)
    assert found["digest"] == load_posterior().digest
    numbers = {key: found[key] for key in ("mean", "median", "low", "high", "above")}
    # 30 of 39 are above zero: zero itself is not.
    assert numbers == pytest.approx(
        {"mean": 11.0, "median": 11.0, "low": -7.0, "high": 29.0, "above": 30 / 39}
    )


def test_fewer_than_nineteen_draws_hold_no_nine_in_ten() -> None:
    assert posterior_summary(posterior_frame(worlds([100.0] * 18, [1.0] * 18))) is None
    assert posterior_summary(posterior_frame(None)) is None
    assert posterior_summary(posterior_frame(worlds([100.0] * 19, [1.0] * 19))) is not None


def test_the_interval_holds_nine_of_ten_further_draws() -> None:
    """Of 30 at a time; plain quantiles hold 84 %."""
    generator = np.random.default_rng(3)
    held = []
    for _ in range(400):
        drawn = generator.lognormal(size=30)
        found = posterior_summary(posterior_frame(worlds([100.0] * 30, drawn.tolist())))
        assert found is not None
        further = generator.lognormal(size=2000)
        held.append(((further > found["low"]) & (further < found["high"])).mean())
    assert np.mean(held) == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize(
    ("complete", "count"), [(2, 0), (18, 0), (19, 19), (30, 30), (60, 60), (100, 60)]
)
def test_as_many_draws_as_worlds(complete: int, count: int) -> None:
    assert worlds_for_posterior(complete) == count


def test_runs_are_counted_with_those_beside() -> None:
    scenario = Scenario.default()
    # Three arms in 30 worlds and 10 twins, two in 30 draws; in 100, 33 and 60 at most.
    assert count_runs(("P2", "P5"), scenario, 30, None) == (3 * 40 + 60, 3 * 133 + 120)
    assert count_runs(("P2", "P5"), scenario, 30, None, beside=False) == (90, 300)
    assert count_runs(("P5",), scenario, 4, 4) == (8, 8)


def test_worlds_beside_draw_what_worlds_under_the_posterior_do() -> None:
    usual, posterior = draws_under("point", None, 7), draws_under("posterior", None, 7)
    assert usual is not None
    assert posterior is not None
    draws = BesidePosterior(usual, 7)
    assert draws(3) == usual(3)
    assert draws(POSTERIOR_WORLDS + 3) == posterior(3)
    seeds = {replication_seed(7, POSTERIOR_WORLDS + r) for r in range(60)}
    assert not seeds & {replication_seed(7, r) for r in range(2000)}


@pytest.fixture(scope="module")
def few() -> pytest.MonkeyPatch:
    """Three worlds are enough to draw: the rule is the same, and runs take a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(posterior_effect, "LEAST_DRAWS", 3)
        yield patch


def beside(scenario: Scenario, folder: Path | None = None, **options: object) -> Comparison:
    """A comparison of three worlds, or fewer."""
    given = {"pairs": 3, "max_pairs": 3, "workers": 1, "folder": folder, **options}
    return compare(("P5",), scenario, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def stored(few: object, small: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of three worlds that were run at once."""
    folder = tmp_path_factory.mktemp("stored") / "three"
    beside(small, folder)
    return folder


def test_the_leader_is_run_at_draws_of_the_posterior(stored: Path, small: Scenario) -> None:
    three = Comparison.load(stored)
    assert three.meta["leader"] == "P5"
    assert three.posterior_effects["draw"].tolist() == [0, 1, 2]
    draws = draws_under("posterior", None, small.seed)
    assert draws is not None
    pair = execute_pair(small, ["P0", "P5"], POSTERIOR_WORLDS + 2, draws(2))
    plain, treated = (float(run.yearly["revenue"][2, 0]) for run in pair if run.yearly)
    row = three.posterior_effects.iloc[2]
    assert (row["untreated"], row["effect"]) == (plain, treated - plain)
    document = json.loads(three.to_json())
    assert document["posterior_effect"] == three.meta["posterior_effect"]
    assert document["posterior_effect"]["draws"] == 3
    assert len(document["posterior_effects"]) == 3


def test_a_resumed_folder_has_the_same_bytes(
    stored: Path, small: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside(small, tmp_path, pairs=2, max_pairs=2)
    assert Comparison.load(tmp_path).posterior_effects.empty
    beside(small, tmp_path, workers=2)
    table = "posterior_effects.csv"
    assert (tmp_path / table).read_bytes() == (stored / table).read_bytes()
    assert runs_digest(tmp_path) == runs_digest(stored)
    # The result says that it rests on these worlds.
    monkeypatch.setattr(posterior_effect, "LEAST_DRAWS", 4)
    beside(small, tmp_path)
    assert runs_digest(tmp_path) != runs_digest(stored)


def runs_digest(folder: Path) -> str:
    """Digest of the runs that the tables in a folder rest on."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return str(manifest["request"]["runs"])


def test_what_the_scenario_sets_is_not_drawn(few: object, small: Scenario, tmp_path: Path) -> None:
    set_ = small.replaced(parameters={"joint_gain": 0.02}, forms={"demand": "common"})
    beside(set_, tmp_path)
    path = tmp_path / "runs.sqlite"
    found = []
    with sqlite3.connect(path) as connection:
        for row, _ in read_rows(path):
            if row.replication >= POSTERIOR_WORLDS:
                under = read_conditions(connection, row.conditions or "")
                assert under is not None
                found.append((row.policy, json.loads(under.text)))
    assert sorted(policy for policy, _ in found) == ["P0"] * 3 + ["P5"] * 3
    assert {text["parameters"]["joint_gain"] for _, text in found} == {0.02}
    assert len({text["parameters"]["exit_rate"] for _, text in found}) == 3
    assert {text["forms"]["demand"] for _, text in found} == {"common"}


def test_failed_draws_are_counted_and_left_out(
    few: object, small: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = execution._execute

    def failing(before, population, arm, replication, *rest):  # type: ignore[no-untyped-def]
        if (arm.id, replication) == ("P5", POSTERIOR_WORLDS + 1):
            return execution.Outcome(arm.id, replication, 0.0, None, "Traceback: boom")
        return genuine(before, population, arm, replication, *rest)

    monkeypatch.setattr(execution, "_execute", failing)
    result = beside(small)
    assert (result.meta["failures"], result.meta["pairs"]) == (1, 3)
    assert result.posterior_effects["draw"].tolist() == [0, 2]
    # Two are too few for an interval.
    assert result.meta["posterior_effect"] is None


def test_nothing_is_drawn_twice_and_nothing_without_a_leader(few: object, small: Scenario) -> None:
    for options in ({"under": "posterior"}, {"under": "forms"}, {"pairs": 2, "max_pairs": 2}):
        result = beside(small, **options)
        assert result.posterior_effects.empty
        assert result.meta["posterior_effect"] is None
    # No programme is never ahead of no programme.
    idle = compare(("P0@budget=2",), small, pairs=3, max_pairs=3, workers=1)
    assert idle.meta["leader"] == "P0"
    assert idle.posterior_effects.empty
    assert not beside(small, under="prior").posterior_effects.empty
