"""Arms of a comparison: policies in the shared scenario or in one of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from innocluster.scenarios.arms import resolve_arm
from innocluster.scenarios.comparison.comparison import compare
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.runs.execution import execute_pair
from innocluster.scenarios.runs.ledger import Ledger
from innocluster.scenarios.schema import Scenario

SHORT = Scenario.default().replaced(last="2006-12")


def test_an_arm_takes_its_own_rules_and_the_shared_world():
    shared = SHORT.replaced(seed=7, parameters={"contact_scale": 0.9, "lag_scale": 2.0})
    arm = resolve_arm("p5@silicon-valley", shared)
    assert arm.id == "P5@silicon-valley"
    assert arm.baseline == "P0@silicon-valley"
    assert arm.name.endswith("@ silicon-valley")
    assert (arm.scenario.seed, arm.scenario.last) == (7, "2006-12")
    assert arm.scenario.parameters["contact_scale"] == 0.9
    assert arm.scenario.parameters["entry_scale"] == 1.5


def test_an_arm_without_a_scenario_is_the_policy():
    arm = resolve_arm("thematic-mini-clusters", SHORT)
    assert (arm.id, arm.baseline, arm.scenario) == ("P5", "P0", SHORT)


def test_channels_close_in_any_scenario():
    arm = resolve_arm("P5@silicon-valley", SHORT).closing(
        ["learning", "information", "ties", "roles"]
    )
    assert arm.closed == ("information", "learning")
    assert arm.id == "P5@silicon-valley|-information|-learning"
    assert arm.baseline == "P0@silicon-valley"
    assert arm.treatment == "P5|-information|-learning"
    assert resolve_arm(arm.id, SHORT) == arm
    assert arm.closing(["brand"]).closed == ("information", "learning", "brand")
    # Without a programme nothing acts through the channels of one.
    assert resolve_arm("P0", SHORT).closing(["brand", "time", "grants"]).id == "P0"


def test_a_closed_channel_is_another_run():
    ledger = Ledger(None, SHORT)
    ids = ("P5", "P5|-ties", "P5|-joint", "P0", "P0|-ties", "P5@local|-ties")
    assert len({ledger.key(text, 0) for text in ids}) == len(ids)


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ("P5|-tie", "channel", "information, learning"),
        ("P99@local", "policy", "P5"),
        ("P5@locale", "scenario", "did you mean 'local'?"),
    ],
)
def test_unknown_parts_are_named(text, key, allowed):
    with pytest.raises(InputError, match=key) as error:
        resolve_arm(text, SHORT)
    assert allowed in str(error.value)


@pytest.mark.parametrize(
    "entry", ['macro = "plan-2005"', 'last = "2010-12"', "seed = 3", 'exports = "as_printed"']
)
def test_an_arm_of_another_world_is_refused(tmp_path: Path, entry: str):
    path = tmp_path / "other.toml"
    path.write_text(f'name = "other"\n{entry}\n', encoding="utf-8")
    with pytest.raises(InputError, match="as in the scenario of the comparison"):
        resolve_arm(f"P5@{path}", SHORT)


def test_the_same_rules_in_another_file_give_the_same_run(tmp_path: Path):
    path = tmp_path / "twin.toml"
    path.write_text('name = "twin"\n', encoding="utf-8")
    arms = ["P0", "P5", f"P5@{path}", "P5@local"]
    outcomes = [outcome.yearly for outcome in execute_pair(SHORT, arms, 2)]
    assert all(yearly is not None for yearly in outcomes)
    for name, values in outcomes[1].items():
        assert np.array_equal(values, outcomes[2][name], equal_nan=True), name
    assert not np.array_equal(outcomes[1]["spent_overhead"], outcomes[3]["spent_overhead"])
    with Ledger(None, SHORT) as ledger:
        assert ledger.key("P5", 0) == ledger.key(f"P5@{path}", 0) != ledger.key("P5@local", 0)


def test_arms_of_two_scenarios_are_compared():
    result = compare(
        ["P5", "P5@local", "P0@local"], SHORT, pairs=2, max_pairs=2, workers=1, precision=100.0
    )
    assert list(result.policies["policy"]) == ["P0", "P5", "P5@local", "P0@local"]
    contrasts = set(zip(result.effects["policy"], result.effects["baseline"], strict=True))
    assert contrasts == {
        ("P5", "P0"), ("P5@local", "P0"), ("P0@local", "P0"), ("P5@local", "P0@local"),
    }  # fmt: skip
    # Without a programme the chain does not matter.
    idle = result.effects.query("policy == 'P0@local' and baseline == 'P0'")
    # What is not defined in every world has no effect either.
    assert (idle["mean"].dropna() == 0.0).all()
    assert idle["mean"].notna().sum() > 200


def test_an_arm_with_entries_of_its_own() -> None:
    scenario = Scenario.default().replaced(parameters={"joint_gain": 0.05})
    arm = resolve_arm("P5@two-level,budget=2,start=2007-01,members=3,joint_gain=0", scenario)
    assert arm.id == "P5@two-level,budget=2,start=2007-01,members=3,joint_gain=0"
    assert arm.baseline == "P0@two-level,budget=2,start=2007-01,members=3,joint_gain=0"
    assert arm.name == "Thematic mini-clusters @ two-level, budget=2, start=2007-01, members=3," \
        " joint_gain=0"  # fmt: skip
    programme = arm.scenario.programme
    assert (programme.budget_scale, programme.members_scale) == (2.0, 3.0)
    assert programme.start_month == (2007, 1)
    assert arm.scenario.governance == "two-level"
    assert arm.scenario.parameters == {"joint_gain": 0.0}
    assert resolve_arm(arm.id, scenario) == arm


def test_an_arm_with_mechanisms_switched_off_plays_without_them() -> None:
    arm = resolve_arm("P5@without=ties+joint", Scenario.default())
    assert arm.scenario.without == ("joint", "ties")
    assert "joint" not in arm.closing(["joint", "brand"]).closed
    assert arm.closing(["joint", "brand"]).id == "P5@without=ties+joint|-brand"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("P5@seed=3", "seed"),
        ("P5@last=2008-12", "last"),
        ("P5@budget=much", "budget"),
        ("P5@budget=11", "programme.budget_scale"),
        ("P5@start=2005-03", "programme.start"),
        ("P5@start=2014-01", "programme.start"),
        ("P5@members=0", "programme.members_scale"),
        ("P5@without=nothing", "without"),
        ("P5@nothing=1", "parameters.nothing"),
        ("P5@rd_elasticity=9", "parameters.rd_elasticity"),
        ("P5@governance=none", "governance"),
    ],
)
def test_wrong_entries_of_an_arm(text: str, key: str) -> None:
    with pytest.raises(InputError) as caught:
        resolve_arm(text, Scenario.default())
    assert caught.value.key == key
