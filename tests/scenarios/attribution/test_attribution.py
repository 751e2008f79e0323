"""Attributions: sums, the ledger, worker-count independence, failures, wrong arguments."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from innocluster import compare, explore
from innocluster.scenarios.attribution.attribution_tables import Attribution, outcomes_of
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.runs import execution
from innocluster.scenarios.runs.execution import execute_pair
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.statistics.intervals import simultaneous_intervals
from innocluster.scenarios.switches import CHANNELS


def assert_same(first: Attribution, second: Attribution) -> None:
    for name, frame in first.frames().items():
        pd.testing.assert_frame_equal(frame, second.frames()[name], check_exact=True)


def rows_in(folder: Path) -> int:
    with sqlite3.connect(folder / "runs.sqlite") as connection:
        return int(connection.execute("SELECT count(*) FROM runs").fetchone()[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("explored")


@pytest.fixture(scope="module")
def reference(folder: Path, small: Scenario) -> Attribution:
    return explore(["P5", "P2"], small, worlds=3, workers=1, folder=folder)


def test_tables_have_the_promised_columns(reference: Attribution) -> None:
    columns = {
        "attributed_effects": "policy name name_ko outcome unit mean low high percent verdict"
        " untreated unattributed",
        "channels": "policy outcome channel unit mean low high percent verdict alone alone_low"
        " alone_high last last_low last_high interplay interplay_low interplay_high together",
        "channels_by_world": "policy outcome unit replication channel share alone last",
    }
    assert {name: " ".join(frame) for name, frame in reference.frames().items()} == columns
    assert list(reference.effects["policy"].unique()) == ["P5", "P2"]
    outcomes = ["revenue_2005", "value_added_total", "cohort_revenue_2005"]
    assert list(reference.shares["outcome"].unique()) == outcomes
    own = reference.shares.query("policy == 'P5' and outcome == 'revenue_2005'")
    # Nobody asks for other roles, and place alone decides what spills over.
    assert list(own["channel"]) == [key for key in CHANNELS if key not in ("roles", "ties")]


def test_shares_add_up_to_the_effect(reference: Attribution) -> None:
    assert reference.meta["residual"] < 1e-9
    sums = reference.shares.groupby(["policy", "outcome"])["mean"].sum()
    effects = reference.effects.set_index(["policy", "outcome"])
    for key, effect in effects["mean"].items():
        assert sums[key] == pytest.approx(effect, abs=1e-9)
    assert (effects["unattributed"] == 0.0).all()
    worlds = reference.worlds.pivot_table(
        index=["policy", "outcome", "replication"], columns="channel", values="share"
    )
    parts = worlds.drop(columns="all").sum(axis=1)
    assert parts.to_numpy() == pytest.approx(worlds["all"].to_numpy(), abs=1e-9)


def test_the_effect_is_that_of_a_comparison(
    small: Scenario, reference: Attribution, folder: Path
) -> None:
    """To the last bit, and from the same runs: a comparison in the folder runs nothing anew."""
    before = rows_in(folder)
    compared = compare(["P5", "P2"], small, pairs=3, max_pairs=3, workers=1, folder=folder)
    assert rows_in(folder) == before
    rows = compared.effects.query("complex == 'all' and baseline == 'P0'")
    for policy in ("P5", "P2"):
        mean = rows.query(f"policy == '{policy}' and indicator == 'revenue_2005'")["mean"].item()
        own = reference.effects.query(f"policy == '{policy}' and outcome == 'revenue_2005'")
        assert own["mean"].item() == mean


def test_intervals_hold_together_over_channels_and_policies(reference: Attribution) -> None:
    worlds = reference.worlds.query("outcome == 'revenue_2005'").pivot_table(
        index="replication", columns=["policy", "channel"], values="share", sort=False
    )
    # Channels that do nothing in any world claim no part of the error.
    worlds = worlds.loc[:, (worlds != 0.0).any()]
    expected = simultaneous_intervals(worlds.to_numpy())
    assert 12 < worlds.shape[1] <= 20
    placed = dict(zip(worlds.columns, range(worlds.shape[1]), strict=True))
    for row in reference.shares.query("outcome == 'revenue_2005'").itertuples():
        place = placed.get((row.policy, row.channel))
        known = (0.0, 0.0, 0.0) if place is None else expected.at(place)
        assert (row.mean, row.low, row.high) == pytest.approx(known, abs=1e-12)


def test_alone_and_last_are_runs_of_their_own(small: Scenario, reference: Attribution) -> None:
    def revenue(name: str) -> float:
        (outcome,) = execute_pair(small, [name], 1)
        assert outcome.yearly is not None
        return float(outcome.yearly["revenue"][2, 0])

    row = reference.worlds.query(
        "policy == 'P5' and outcome == 'revenue_2005' and channel == 'information'"
        " and replication == 1"
    ).iloc[0]
    others = "|-".join(key for key in CHANNELS if key not in ("information", "ties", "roles"))
    outside = "|-".join(
        key for key, c in CHANNELS.items() if c.acts == "everywhere" and key != "information"
    )
    assert row["alone"] == revenue(f"P5|-{others}") - revenue(f"P0|-{outside}")
    effect = revenue("P5") - revenue("P0")
    assert row["last"] == effect - (revenue("P5|-information") - revenue("P0|-information"))


def test_worker_count_does_not_matter(small: Scenario, reference: Attribution) -> None:
    assert_same(reference, explore(["P5", "P2"], small, worlds=3, workers=2))


def test_the_same_call_goes_on_where_it_stopped(
    small: Scenario, reference: Attribution, folder: Path, tmp_path: Path
) -> None:
    done: list[int] = []
    options = {"worlds": 3, "workers": 1, "progress": lambda n, *_: n and done.append(n)}
    assert_same(reference, explore(["P5", "P2"], small, folder=folder, **options))  # type: ignore[arg-type]
    assert done == []
    whole = explore(["P5"], small, folder=tmp_path, **options)  # type: ignore[arg-type]
    kept = rows_in(tmp_path)
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        connection.execute("DELETE FROM runs WHERE rowid % 3 = 0")
    lost = kept - rows_in(tmp_path)
    done.clear()
    assert_same(whole, explore(["P5"], small, folder=tmp_path, **options))  # type: ignore[arg-type]
    assert done[-1] == lost > 10
    assert rows_in(tmp_path) == kept


def test_other_policies_do_not_matter(small: Scenario, reference: Attribution) -> None:
    alone = explore("P2", small, worlds=3, workers=1).worlds
    rows = reference.worlds.query("policy == 'P2'").reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, rows, check_exact=True)


def test_runs_that_are_the_same_are_made_once(folder: Path, reference: Attribution) -> None:
    """Runs without programme close no channel of a programme, and nothing closes idle roles."""
    with sqlite3.connect(folder / "runs.sqlite") as connection:
        names = [name for (name,) in connection.execute("SELECT policy FROM runs")]
    everywhere = {key for key, channel in CHANNELS.items() if channel.acts == "everywhere"}
    assert {name.partition("|")[0] for name in names} == {"P0", "P2", "P5"}
    for name in names:
        policy, *closed = name.split("|-")
        assert "roles" not in closed
        assert policy != "P0" or set(closed) <= everywhere
    # One order and its reverse, each channel alone and last, all and none.
    assert names.count("P5") == names.count("P0") == 3
    assert max(sum(n.startswith("P5") for n in names), 3 * 32) == 3 * 32


def test_without_money_every_share_is_exactly_zero(small: Scenario) -> None:
    broke = small.replaced(programme={"budget_scale": 0.0})
    result = explore("P5", broke, worlds=2, workers=1)
    assert (result.shares[["mean", "low", "high", "alone", "last"]] == 0.0).all(axis=None)
    assert (result.effects["mean"] == 0.0).all()
    assert result.shares["percent"].isna().all()


def test_exact_and_orders_agree_on_what_both_know(small: Scenario) -> None:
    # A firm that starts R&D takes several channels at once: where none does, and nine months
    # after the start, channels hardly meet, so that an order and its reverse come close.
    frozen = small.replaced(forms={"research": "frozen"})
    orders = explore("P5", frozen, worlds=2, workers=1)
    exact = explore("P5", frozen, worlds=2, workers=1, exact=True)
    assert (exact.meta["method"], exact.meta["orders"]) == ("exact", None)
    assert (orders.meta["method"], orders.meta["orders"]) == ("orders", 2)
    keys = ["policy", "outcome", "channel"]
    merged = orders.shares.merge(exact.shares, on=keys, suffixes=("", "_exact"))
    for column in ("alone", "last"):
        assert (merged[column] == merged[f"{column}_exact"]).all()
    assert exact.meta["residual"] < 1e-9
    scale = exact.effects.set_index("outcome")["mean"].abs()
    gap = (merged["mean"] - merged["mean_exact"]).abs() / merged["outcome"].map(scale)
    assert 0.0 < gap.max() < 0.05


def test_worlds_may_draw_their_parameters(small: Scenario, tmp_path: Path) -> None:
    """As comparisons do, and from the same runs; shares add up all the same."""
    fixed = small.replaced(parameters={"joint_gain": 0.02})
    result = explore("P5", fixed, worlds=2, workers=1, folder=tmp_path, under="prior")
    assert "information_gain" in result.meta["drawn"]
    assert "joint_gain" not in result.meta["drawn"]
    assert result.meta["residual"] < 1e-9
    assert (result.effects["unattributed"] == 0.0).all()
    before = rows_in(tmp_path)
    compare("P5", fixed, pairs=2, max_pairs=2, workers=1, folder=tmp_path, under="prior")
    assert rows_in(tmp_path) == before
    draws = tmp_path / "draws.csv"
    draws.write_text("information_gain\n0.01\n", encoding="utf-8")
    with pytest.raises(InputError, match="rows = 1: allowed: at least 2"):
        explore("P5", small, worlds=2, under="posterior", draws=draws)


def test_a_failed_run_leaves_its_world_out(
    small: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = execution._execute

    def failing(before, population, arm, replication, *rest):  # type: ignore[no-untyped-def]
        if (arm.id, replication) == ("P5|-time", 1):
            return execution.Outcome(arm.id, replication, 0.0, None, "Traceback\nboom")
        return genuine(before, population, arm, replication, *rest)

    monkeypatch.setattr(execution, "_execute", failing)
    result = explore("P5", small, worlds=3, workers=1)
    assert (result.meta["failures"], result.meta["worlds"]) == (1, 2)
    assert set(result.worlds["replication"]) == {0, 2}
    monkeypatch.setattr(
        execution, "_execute", lambda *a: execution.Outcome(a[2].id, a[3], 0.0, None, "x\nboom")
    )
    with pytest.raises(RuntimeError, match="no world finished every run: boom"):
        explore("P5", small, worlds=2, workers=1)


def test_json_has_stable_keys_and_no_nan(reference: Attribution) -> None:
    document = json.loads(reference.to_json())
    assert [policy["id"] for policy in document["policies"]] == ["P5", "P2"]
    found = document["policies"][0]["outcomes"]["revenue_2005"]
    assert set(found) == {"unit", "effect", "verdict", "unattributed", "channels"}
    assert set(found["channels"][0]) == {
        "key", "share", "verdict", "alone", "last", "interplay", "together",
    }  # fmt: skip
    assert set(found["effect"]) == {"mean", "low", "high", "percent"}
    assert document["indicator"] == "revenue_2005"


def test_result_folder(folder: Path, reference: Attribution) -> None:
    for name, frame in reference.frames().items():
        stored = pd.read_parquet(folder / f"{name}.parquet")
        pd.testing.assert_frame_equal(stored, frame, check_exact=True)
        assert (folder / f"{name}.csv").is_file()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "finished"


def test_outcomes_end_with_the_article_s_horizon() -> None:
    names = [indicator.name for indicator in outcomes_of(2020).values()]
    assert names == ["revenue_2013", "value_added_total", "cohort_revenue_2013"]
    assert outcomes_of(2020)["value-added"].last == 2020
    assert outcomes_of(2008)["revenue"].name == "revenue_2008"


def test_seed_and_world_decide_the_orders(small: Scenario, reference: Attribution) -> None:
    other = explore("P5", small.replaced(seed=1), worlds=2, workers=1)
    ours = reference.worlds.query("policy == 'P5'")["share"].to_numpy()
    assert not np.array_equal(other.worlds["share"].to_numpy(), ours)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"policies": ("P99",)}, "policy = P99"),
        ({"policies": ("P0",)}, "policy = P0: allowed: at least one policy beside P0"),
        ({"policies": ()}, "policy = none"),
        ({"policies": ("P5|-ties",)}, r"policy = P5\|-ties"),
        ({"policies": ("P5|-tie",)}, "channel = tie: allowed: information, learning"),
        ({"worlds": 1}, "worlds = 1: allowed: from 2"),
        ({"orders": 0}, "orders = 0"),
        ({"under": "guess"}, "under = guess"),
        ({"outcome": "exports"}, "outcome = exports: allowed: revenue, value-added, participants"),
        ({"workers": 0}, "workers = 0"),
        ({"scenario": "none"}, "scenario = none"),
    ],
)
def test_wrong_arguments(arguments: dict[str, object], part: str) -> None:
    with pytest.raises(InputError, match=part):
        explore(**{"policies": ("P5",), **arguments})  # type: ignore[arg-type]
