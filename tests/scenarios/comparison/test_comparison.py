"""Comparisons: the tables, worker-count independence, failures, dead workers, stopping."""

import json
import multiprocessing
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from innocluster import compare
from innocluster.scenarios.comparison.benefits import BENEFITS
from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.engines.processes import Processes
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.runs import completion, execution, workers
from innocluster.scenarios.runs.indicators import indicator_list
from innocluster.scenarios.runs.workers import Crew, Job
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.statistics.intervals import simultaneous_intervals


def assert_same(first: Comparison, second: Comparison) -> None:
    for name, frame in first.frames().items():
        pd.testing.assert_frame_equal(frame, second.frames()[name], check_exact=True)


@pytest.fixture(scope="module")
def reference() -> Comparison:
    scenario = Scenario.default().replaced(last="2005-12")
    return compare(("P2", "P5"), scenario, pairs=3, max_pairs=3, workers=1)


def test_tables_have_the_promised_columns(reference: Comparison) -> None:
    columns = {
        "policies": f"policy name name_ko runs pairing_gain spent budgeted {' '.join(BENEFITS)}",
        "effects": "policy baseline indicator complex unit mean low high relative_mean relative_low"
        " relative_high pairs pairing_gain verdict",
        "outcomes": "policy indicator complex unit median p10 p90",
        "yearly": "policy year indicator complex unit median p10 p90 effect_mean effect_low"
        " effect_high",
        "ranks": "policy rank probability",
        "tiers": "policy tier",
        "targets": "policy target value unit probability low high",
        "decisions": "policy choice tier unit median p10 p90 effect effect_low effect_high"
        " placebo placebo_low placebo_high best_probability regret regret_low regret_high"
        " oracle_regret oracle_regret_low oracle_regret_high worst_decile satisficing"
        " satisficing_low satisficing_high possibly_best dropped_after on_front dominated_by"
        " net_cost net_cost_low net_cost_high name name_ko runs pairing_gain spent budgeted"
        f" {' '.join(BENEFITS)}",
        "backtest": "policy indicator complex unit mean low high observed uncertainty errors role"
        " national constant line shares goal goal_kind source",
        "largest": "policy baseline estimate mean low high unit verdict variance_ratio",
        "flips": "leader rival parameter low high unit mean at_low at_low_low at_low_high at_high"
        " at_high_low at_high_high finding",
        "forms": "rule form usual policy worlds leads share low high above above_low above_high"
        " lead lead_low lead_high unit finding",
        "benefits": "policy measure median p10 p90 below_one low high",
        "posterior_effects": "draw policy baseline indicator untreated effect unit percent",
        "draws": "world repetition_penalty",
    }
    frames = reference.frames()
    worlds = frames.pop("worlds")
    assert {name: " ".join(frame) for name, frame in frames.items()} == columns
    names = [indicator.name for indicator in indicator_list(2005)]
    assert list(worlds) == ["world", "policy", *names]
    assert len(worlds) == 9
    assert list(reference.policies["policy"]) == ["P0", "P2", "P5"]
    contrasts = reference.effects[["policy", "baseline"]].drop_duplicates().to_numpy().tolist()
    assert contrasts == [["P2", "P0"], ["P5", "P0"], ["P5", "P2"]]


def test_a_comparison_is_one_tidy_table(reference: Comparison) -> None:
    frame = reference.to_frame()
    assert list(frame) == ["policy", "year", "complex", "indicator", "value", "unit"]
    assert frame["value"].tolist() == reference.yearly["median"].tolist()
    assert frame.attrs == reference.meta
    assert len(repr(reference)) < 120


def test_json_has_the_stable_keys(reference: Comparison) -> None:
    document = json.loads(reference.to_json())
    for policy in document["policies"]:
        assert set(policy) >= {
            "id", "name", "runs", "pairing_gain", "spent", "effects", "rank_probability",
            "budgeted", "benefits",
        }  # fmt: skip
    assert document["policies"][0]["benefits"] == {"warnings": [], "note": "no programme, no cost"}
    assert set(document["policies"][2]["benefits"]) == {*BENEFITS, "note"} - {"benefit_note"}
    effect = document["policies"][2]["effects"]["revenue_2005"]
    assert set(effect) >= {"mean", "low", "high", "unit"}


def test_effects_are_the_paired_differences_of_the_worlds(
    reference: Comparison, short: Scenario
) -> None:
    values = {"P0": [], "P2": [], "P5": []}  # type: dict[str, list[float]]
    for replication in range(3):
        for outcome in execution.execute_pair(short, list(values), replication):
            assert outcome.yearly is not None
            values[outcome.policy].append(float(outcome.yearly["revenue"][2, 0]))
    p0, p2, p5 = (np.array(values[policy]) for policy in ("P0", "P2", "P5"))
    expected = simultaneous_intervals(np.column_stack([p2 - p0, p5 - p0, p5 - p2]))
    rows = reference.effects.query("indicator == 'revenue_2005' and complex == 'all'")
    assert rows["mean"].to_numpy() == pytest.approx(expected.mean, rel=1e-12)
    assert rows["low"].to_numpy() == pytest.approx(expected.low, rel=1e-12)


def test_a_run_is_a_row_of_the_worlds(reference: Comparison, short: Scenario) -> None:
    (run,) = execution.execute_pair(short, ["P5"], 1)
    assert run.yearly is not None
    row = reference.worlds.query("world == 1 and policy == 'P5'").iloc[0]
    assert row["revenue_2005"] == run.yearly["revenue"][2, 0]
    assert row["firms_2003"] == run.yearly["firms"][0, 0]


def test_what_was_stored_is_loaded_bit_for_bit(
    reference: Comparison, short: Scenario, tmp_path: Path
) -> None:
    stored = compare(("P2", "P5"), short, pairs=3, max_pairs=3, workers=1, folder=tmp_path)
    assert_same(reference, stored)
    loaded = Comparison.load(tmp_path)
    assert_same(stored, loaded)
    assert {**loaded.meta, "seconds": 0} == {**stored.meta, "seconds": 0}
    table = tmp_path / "effects.parquet"
    table.write_bytes(table.read_bytes()[:-1] + b"?")
    with pytest.raises(InputError, match="not what was stored"):
        Comparison.load(tmp_path)


def test_a_failed_run_is_run_again_by_the_same_call(
    reference: Comparison, short: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    genuine = execution._execute

    def failing(before, population, arm, replication, *rest):  # type: ignore[no-untyped-def]
        if (arm.id, replication) == ("P2", 1):
            return execution.Outcome(arm.id, replication, 0.0, None, "Traceback\nMemoryError: 3")
        return genuine(before, population, arm, replication, *rest)

    monkeypatch.setattr(execution, "_execute", failing)
    options = {"pairs": 3, "max_pairs": 3, "workers": 1, "folder": tmp_path}
    assert compare(("P2", "P5"), short, **options).meta["failures"] == 1  # type: ignore[arg-type]
    assert "world 1 under P2 failed: MemoryError: 3" in caplog.text
    monkeypatch.setattr(execution, "_execute", genuine)
    again = compare(("P2", "P5"), short, **options)  # type: ignore[arg-type]
    assert_same(reference, again)


def test_worker_count_does_not_matter(reference: Comparison, short: Scenario) -> None:
    assert_same(reference, compare(("P2", "P5"), short, pairs=3, max_pairs=3, workers=2))


def test_other_policies_in_the_comparison_do_not_matter(
    reference: Comparison, short: Scenario
) -> None:
    alone = compare("P5", short, pairs=3, max_pairs=3, workers=1)
    rows = reference.outcomes.query("policy == 'P5'").reset_index(drop=True)
    pd.testing.assert_frame_equal(
        alone.outcomes.query("policy == 'P5'").reset_index(drop=True), rows
    )


def test_extending_reuses_what_is_there(
    short: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "_LONGEST", 0.0)  # Progress after every world.
    done: list[int] = []
    options = {"scenario": short, "workers": 1, "folder": tmp_path}
    compare(("P5",), pairs=2, max_pairs=2, **options)  # type: ignore[arg-type]
    extended = compare(  # type: ignore[call-overload]
        ("P2", "P5"), pairs=3, max_pairs=3, progress=lambda n, *_: n and done.append(n), **options
    )
    assert len(done) == 3
    done.clear()
    again = compare(  # type: ignore[call-overload]
        ("P2", "P5"), pairs=3, max_pairs=3, progress=lambda n, *_: n and done.append(n), **options
    )
    assert done == []
    assert_same(extended, again)


def test_precision_stops_and_the_cap_stops(short: Scenario) -> None:
    precise = compare("P5", short, pairs=2, max_pairs=4, precision=100.0, workers=1)
    assert (precise.meta["stopped_by"], precise.meta["pairs"]) == ("precision", 2)
    capped = compare("P5", short, pairs=2, max_pairs=3, precision=0.0, workers=1)
    assert capped.meta["pairs"] in (2, 3)
    assert capped.meta["precision_reached"]["P5"] >= 0.0


def test_failed_runs_are_counted_and_left_out_in_pairs(
    short: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = execution._execute

    def failing(before, population, arm, replication, *rest):  # type: ignore[no-untyped-def]
        if (arm.id, replication) == ("P2", 1):
            return execution.Outcome(arm.id, replication, 0.0, None, "Traceback: boom")
        return genuine(before, population, arm, replication, *rest)

    monkeypatch.setattr(execution, "_execute", failing)
    result = compare(("P2", "P5"), short, pairs=3, max_pairs=3, workers=1, folder=tmp_path)
    assert (result.meta["failures"], result.meta["pairs"]) == (1, 2)
    assert result.policies.set_index("policy")["runs"].to_dict() == {"P0": 3, "P2": 2, "P5": 3}


def test_a_killed_worker_changes_nothing(reference: Comparison, short: Scenario) -> None:
    killed: list[int] = []

    def kill_one(done: int, *_: object) -> None:
        # Before anything is done there is no worker yet.
        if done and not killed:
            victim = multiprocessing.active_children()[0]
            killed.append(victim.pid or 0)
            victim.kill()

    result = compare(("P2", "P5"), short, pairs=3, max_pairs=3, workers=2, progress=kill_one)
    assert killed
    assert_same(reference, result)


class _Deadly(Processes):
    """Processes that die of world 1."""

    def submit(self, work: Any, *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        (jobs,) = arguments
        if any(job.replication == 1 for job in jobs):
            future.set_exception(BrokenProcessPool("died"))
        else:
            done = [[execution.Outcome("P0", job.replication, 0.0, {})] for job in jobs]
            future.set_result((done, 1.0))
        return future

    def alone(self) -> Processes:
        return self


def test_a_world_that_kills_its_worker_is_found_out(
    short: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "warm", lambda *_: None)
    jobs = [Job(replication, ("P0",)) for replication in range(5)]
    with Crew(short, _Deadly(2)) as crew:
        outcomes = [o for group in crew.execute(jobs) for o in group]
    assert sorted(o.replication for o in outcomes) == [0, 1, 2, 3, 4]
    assert [o.replication for o in outcomes if o.error] == [1]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"policies": ("P99",)}, "policy = P99"),
        ({"policies": ("P0",)}, "at least one policy"),
        ({"policies": ()}, "at least one policy"),
        ({"pairs": 1}, "pairs = 1"),
        ({"pairs": 40, "max_pairs": 30}, "max-pairs = 30"),
        ({"precision": -1.0}, "precision = -1.0"),
        ({"precision": float("nan")}, "precision = nan"),
        ({"workers": 0}, "workers = 0"),
        ({"scenario": "none"}, "scenario = none"),
    ],
)
def test_wrong_arguments(arguments: dict[str, object], part: str) -> None:
    with pytest.raises(InputError, match=part):
        compare(**arguments)  # type: ignore[arg-type]


def test_figure_shows_every_policy(reference: Comparison) -> None:
    (axes,) = reference.plot().axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "Random matching",
        "Thematic mini-clusters",
    ]
