"""Sweeps with a stand-in for the model: only what is missing runs, tables are always the same."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from stub_worlds import DIES, HANGS, RAISES, design, stub, troubled

from innocluster import Sweep, sweep
from innocluster.scenarios.entries import canonical_at, varied
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.runs import workers
from innocluster.scenarios.runs.provenance import canonical_scenario
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.store.rows import read_rows
from innocluster.scenarios.sweeps.runner.finished import SweepResult, rows_where
from innocluster.scenarios.sweeps.runner.merging import merge
from innocluster.scenarios.sweeps.runner.running import Shard, estimate
from innocluster.sim.ground.forms import RULES

TABLES = ("runs.csv", "runs.parquet", "points.csv")


def run(folder: Path | None, given: dict[str, Any] | None = None, **options: Any) -> SweepResult:
    options = {"workers": 1, "execute": stub, **options}
    return sweep(design() if given is None else given, folder, **options)


def same(one: Path, other: Path) -> bool:
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in TABLES)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finished") / "whole"
    run(folder)
    return folder


def test_a_run_a_row_in_the_order_of_the_design(finished: Path) -> None:
    result = SweepResult.load(finished)
    runs = result.runs
    head = ["scenario", "policy", "point", "replication", "parameters.joint_gain",
            "programme.budget_scale", "macro", "status", "error", "revenue_2005",
            "revenue_2005@ulsan"]  # fmt: skip
    assert list(runs.columns[:11]) == head
    assert list(runs.columns).count("exports_2005@wonju") == 1
    expected = result.design.runs()
    for name in ("point", "replication", "policy"):
        assert runs[name].tolist() == expected[name].tolist()
    assert (runs["status"] == "done").all()
    assert runs["revenue_2005"].nunique() == len(runs) == 64
    points = result.design.table().set_index("point")
    assert runs["macro"].tolist() == points.loc[runs["point"], "macro"].tolist()
    text = pd.read_csv(finished / "runs.csv", keep_default_na=False)
    assert text["exports_2005@gumi"].tolist() == runs["exports_2005@gumi"].tolist()


def test_the_model_gets_the_scenario_of_its_point(finished: Path) -> None:
    """The stub's numbers follow from it: a run made by hand gives the same."""
    result = SweepResult.load(finished)
    row = result.runs.iloc[37]
    point = result.points.set_index("point").loc[row["point"]]
    from innocluster.scenarios.runs.inputs import Inputs
    from innocluster.scenarios.runs.readings import indicator_reading

    inputs = Inputs(result.design.scenario(dict(point)), ("P0", "P5"))
    keys = inputs.read()[0].complexes.keys
    reading = indicator_reading(result.design.outcomes, 2005, keys)
    (outcome,) = stub(inputs, [row["policy"]], int(row["replication"]), None, reading)
    assert outcome.vector is not None
    values = dict(zip(reading.names, outcome.vector.tolist(), strict=True))
    assert row["revenue_2005@ulsan"] == values["revenue_2005@ulsan"]


def test_only_what_is_missing_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[int, tuple[str, ...]]] = []
    genuine = workers._Task.run

    def noted(task: workers._Task, job: workers.Job) -> object:
        done.append((job.point, job.policies))
        return genuine(task, job)

    monkeypatch.setattr(workers._Task, "run", noted)
    run(tmp_path, design(points=4))
    assert len(done) == 8
    done.clear()
    run(tmp_path, design(points=4))
    assert done == []
    larger = run(tmp_path, design(points=8, policies=["P0", "P5", "P2"]))
    fresh = [(p, names) for p, names in done if p < 4]
    assert fresh == [(p, ("P2",)) for p in (0, 0, 1, 1, 2, 2, 3, 3)]
    assert [names for p, names in done if p >= 4] == [("P0", "P5", "P2")] * 8
    assert larger.meta["runs"] == 48
    done.clear()
    other = design(points=4, outcomes=["value_added_2004", "revenue_2005"])
    assert "value_added_2004@ulsan" in run(tmp_path, other).runs
    assert len(done) == 8
    done.clear()
    run(tmp_path / "another", design(points=8), reuse=[tmp_path])
    assert done == []


def test_a_run_that_failed_is_a_row_and_is_tried_again(tmp_path: Path) -> None:
    given = design(points=2, replications=5)
    first = run(tmp_path, given, execute=raising)
    failed = first.runs[first.runs["status"] == "failed"]
    assert (first.meta["failures"], first.meta["runs"]) == (4, 20)
    assert set(failed["replication"]) == {RAISES}
    assert set(failed["error"]) == {"ValueError: a run that goes wrong"}
    assert failed["revenue_2005"].isna().all()
    assert first.runs.drop(failed.index)["revenue_2005"].notna().all()


def raising(inputs: Any, policies: Any, replication: int, *rest: Any) -> Any:
    assert replication not in (HANGS, DIES)
    return troubled(inputs, policies, replication, *rest)


def test_a_point_that_cannot_be_is_a_row(tmp_path: Path) -> None:
    """Each value can be taken alone, but a programme cannot start after the last month."""
    vary = [
        {"entry": "last", "values": ["2005-12", "2006-12"]},
        {"entry": "programme.start", "values": ["2005-04", "2006-06"]},
    ]
    given = design(design="grid", vary=vary, replications=1, base={"last": "2006-12"})
    del given["points"]
    result = run(tmp_path, given)
    assert result.runs["status"].tolist() == ["done", "done", "failed", "failed", *["done"] * 4]
    assert "programme.start = 2006-06" in result.runs["error"][2]


def test_parts_in_any_order_are_the_whole(finished: Path, tmp_path: Path) -> None:
    parts = [Shard(number, 7) for number in range(1, 8)]
    whole = tmp_path / "sweep"
    order = random.Random(3).sample(parts, 7)
    for part in order[:-1]:
        run(part.folder(whole), shard=part)
    folders = [part.folder(whole) for part in order]
    run(folders[-1], shard=f"{order[-1].number}/7")
    merged = merged_with_stub(whole, folders)
    assert (merged.meta["missing"], merged.meta["failures"]) == (0, 0)
    assert same(whole, finished)
    early = merged_with_stub(tmp_path / "early", folders[:3])
    assert early.meta["missing"] > 0
    assert len(early.runs) == early.meta["runs"] == 64 - early.meta["missing"]


def merged_with_stub(whole: Path, folders: list[Path]) -> SweepResult:
    """As `merge`, of runs of the stub, which are not those of the model."""
    random.Random(5).shuffle(folders)
    return run(whole, reuse=folders, run=False)


def test_parts_of_another_sweep_are_refused(finished: Path, tmp_path: Path) -> None:
    run(tmp_path / "other", design(points=2))
    with pytest.raises(InputError, match="allowed: parts of one sweep"):
        merge(tmp_path / "whole", [finished, tmp_path / "other"])
    with pytest.raises(InputError, match="a result folder of a sweep"):
        merge(tmp_path / "whole", [tmp_path])
    # Runs of the stub are not taken for those of the model.
    assert merge(tmp_path / "whole", [finished]).meta["missing"] == 64


def test_any_executor_gives_the_same(finished: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as executor:
        run(tmp_path / "threads", engine=executor)
    assert same(tmp_path / "threads", finished)
    run(tmp_path / "made", engine=threads)
    assert same(tmp_path / "made", finished)


def threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2)


def test_nothing_is_kept_without_a_folder(finished: Path) -> None:
    result = run(None)
    pd.testing.assert_frame_equal(result.runs, SweepResult.load(finished).runs)
    assert result.folder is None


def test_a_narrow_row_is_small(tmp_path: Path) -> None:
    run(tmp_path, design(points=256, base={"last": "2013-12"}, outcomes=["revenue_2013"]))
    size = (tmp_path / "runs.sqlite").stat().st_size
    assert size / 1024 < 3 * 1024


def test_a_dataset_with_named_dimensions(finished: Path, tmp_path: Path) -> None:
    pytest.importorskip("xarray")
    result = SweepResult.load(finished)
    data = result.to_xarray()
    assert dict(data.sizes) == {"complex": 8, "policy": 2, "point": 16, "replication": 2}
    runs = result.runs.set_index(["point", "policy", "replication"])
    chosen = data["revenue_2005"].sel(point=5, policy="P5", replication=1, complex="gumi")
    assert float(chosen) == runs.loc[(5, "P5", 1), "revenue_2005@gumi"]
    assert data["macro"].values.tolist() == result.points["macro"].tolist()
    assert data["exports_2005"].attrs["units"] == "USD bn"
    vary = [
        {"entry": "programme.budget_scale", "values": [0.5, 2.0]},
        {"entry": "macro", "values": ["history", "frozen"]},
    ]
    given = design(design="grid", vary=vary)
    del given["points"]
    grid = run(None, given).to_xarray()
    assert set(grid.sizes) == {
        "complex", "policy", "programme.budget_scale", "macro", "replication"
    }  # fmt: skip
    assert grid["revenue_2005"].notnull().all()


def test_rows_for_which_something_holds(finished: Path) -> None:
    runs = SweepResult.load(finished).runs
    chosen = rows_where(runs, ["policy=P5", "programme.budget_scale >= 2", "macro != 'frozen'"])
    mask = (
        (runs["policy"] == "P5")
        & (runs["programme.budget_scale"] >= 2.0)
        & (runs["macro"] == "history")
    )
    assert chosen.index.tolist() == runs.index[mask].tolist()
    assert len(chosen) > 0
    for wrong, said in (
        ("policy", "COLUMN OPERATOR"),
        ("polcy=P5", "'policy'"),
        ("point<x", "a number"),
    ):
        with pytest.raises(InputError, match=said):
            rows_where(runs, [wrong])


def test_the_design_comes_back_from_its_folder(finished: Path) -> None:
    assert SweepResult.load(finished).design.model_dump() == Sweep.from_table(design()).model_dump()


def test_what_a_sweep_takes() -> None:
    found = estimate(
        Sweep.from_table(design(points=7, replications=3)), workers=2, shard=Shard(3, 4)
    )
    assert (found.points, found.worlds, found.policies, found.runs) == (7, 5, 2, 10)
    # 10 runs of 36 of 132 months on two workers
    assert found.seconds == pytest.approx((0.5 * 36 / 132 * 10 / 2, 2.0 * 36 / 132 * 10 / 2))


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "1/0", "-1/2"])
def test_a_shard_is_one_of_so_many(text: str) -> None:
    with pytest.raises(InputError, match="i/n with i from 1 to n"):
        Shard.parse(text)


@pytest.mark.parametrize(
    "entries",
    [
        {"parameters.joint_gain": 0.03, "programme.budget_scale": 2},
        {"forms.demand": tuple(RULES["demand"].forms)[1]},
        {"governance": "local", "programme.start": "2005-07", "screening": "committee"},
        {"parameters.role_adherence": np.float64(0.5), "programme.members_scale": np.float64(1.5)},
    ],
)  # fmt: skip
def test_what_a_run_is_known_by_is_its_scenario(entries: dict[str, Any]) -> None:
    base = Scenario.default()
    whole = canonical_scenario(varied(base, entries, "test"), {})
    quick = canonical_at(canonical_scenario(base, {}), entries)
    assert json.dumps(quick, sort_keys=True) == json.dumps(whole, sort_keys=True)


def test_another_scenario_at_a_point_keeps_what_the_sweep_sets() -> None:
    vary = [{"entry": "scenario", "values": ["korean-pilot-2005", "local", "plan-2005"]}]
    given = design(design="grid", vary=vary)
    del given["points"]
    scenarios = [Sweep.from_table(given).scenario({"scenario": v}) for v in vary[0]["values"]]
    assert [s.name for s in scenarios] == ["korean-pilot-2005", "local", "plan-2005"]
    assert [s.governance for s in scenarios] == ["four-level", "local", "four-level"]
    assert {s.last for s in scenarios} == {"2005-12"}
    runs = run(None, given).runs
    assert runs["scenario"].tolist() == [n for n in vary[0]["values"] for _ in range(4)]
    assert "parameters" not in runs.columns


def test_stored_rows_say_under_what_they_were_made(finished: Path) -> None:
    rows = list(read_rows(finished / "runs.sqlite"))
    assert all(whole for _, whole in rows)
    assert len({row.conditions for row, _ in rows}) == 16
