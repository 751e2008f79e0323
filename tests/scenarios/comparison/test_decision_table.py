"""The decision table on invented worlds whose answer is known."""

from __future__ import annotations

import json

import numpy as np
import pytest

from innocluster.scenarios.comparison.decision_table import Choice, Criteria
from innocluster.scenarios.comparison.tabulation import Comparison, tabulate
from innocluster.scenarios.comparison.worlds import Worlds
from innocluster.scenarios.policies import POLICIES
from innocluster.scenarios.runs.indicators import UNITS
from innocluster.scenarios.schema import Scenario
from innocluster.sim.coordination.policy import Policy

COMPLEXES = ("west", "east")
YEARS, WORLDS = 11, 40
EFFECTS = {"P0": 0.0, "P2": 0.0, "P5": 2.0, "T1": 2.0, "T2": 4.0, "T*": 9.0}
MONEY = {"P0": 0.0, "P2": 500.0, "P5": 500.0, "T1": 900.0, "T2": 500.0, "T*": 500.0}


def policy(name: str, **attributes: object) -> Policy:
    own = {"id": name, "key": name.lower(), "name": f"Test {name}", "name_ko": f"시험 {name}"}
    return type(name, (Policy,), {**own, **attributes})()


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("T1", "T2"):
        monkeypatch.setitem(POLICIES, name, policy(name))
    monkeypatch.setitem(POLICIES, "T*", policy("T*", sees=("oracle",)))


def worlds(drawn: dict[str, np.ndarray] | None = None, **shifts: np.ndarray) -> Worlds:
    """Revenue of 2013 is a world's level plus the arm's effect plus a little noise."""
    generator = np.random.default_rng(1)
    level = generator.normal(300.0, 30.0, WORLDS)
    yearly = {}
    for arm, effect in EFFECTS.items():
        tables = {name: np.zeros((WORLDS, YEARS, 3)) for name in UNITS}
        tables["contacts_first_half"] = np.zeros((WORLDS, YEARS, 3))
        noise = 0.0 if arm == "P0" else generator.normal(0.0, 0.1, WORLDS)
        whole = level + effect + noise + shifts.get(arm, 0.0)
        tables["revenue"][:] = whole[:, None, None] * np.array([1.0, 0.5, 0.5])
        tables["value_added"][:] = 0.3 * tables["revenue"]
        tables["spent_tasks"][:, -1] = MONEY[arm] * np.array([1.0, 0.5, 0.5])
        if arm == "T1":
            tables["spent_transfers"][:, -1] = tables["spent_tasks"][:, -1] / 9.0 * 4.0
            tables["spent_tasks"][:, -1] *= 5.0 / 9.0
        yearly[arm] = tables
    runs = dict.fromkeys(EFFECTS, WORLDS)
    numbers = np.arange(WORLDS)
    return Worlds(("all", *COMPLEXES), 2013, yearly, runs, 0, numbers, drawn or {})


def tables(found: Worlds, **meta: object) -> Comparison:
    known = {"indicator": "revenue_2013", "precision_reached": {}, **meta}
    return tabulate(Scenario.default(), found, Criteria(0.05, 0.8, 20), known)


@pytest.fixture
def result(registered: None) -> Comparison:
    return tables(worlds())


def test_effects_agree_with_the_table_of_effects(result: Comparison) -> None:
    rows = result.decisions.set_index("policy")
    for baseline, name in (("P0", "effect"), ("P2", "placebo")):
        effects = result.effects.query("indicator == 'revenue_2013' and complex == 'all'")
        effects = effects[effects["baseline"] == baseline].set_index("policy")
        for bound, column in (("mean", name), ("low", f"{name}_low"), ("high", f"{name}_high")):
            expected = effects[bound].reindex(rows.index)
            assert rows[column].equals(expected.rename(column))
    assert np.isnan(rows.loc["P0", "effect"])


def test_the_oracle_is_a_yardstick_and_no_choice(result: Comparison) -> None:
    rows = result.decisions.set_index("policy")
    assert rows["tier"].to_dict() == {"P0": 3, "P2": 3, "P5": 2, "T1": 2, "T2": 1, "T*": 0}
    assert not rows.loc["T*", ["choice", "possibly_best", "on_front"]].any()
    assert np.isnan(rows.loc["T*", "best_probability"])
    assert rows.loc["T2", "best_probability"] == 1.0
    assert rows.loc["T2", "regret"] == 0.0
    assert rows.loc["P5", "regret"] == pytest.approx(2.0, abs=0.1)
    assert rows.loc["T2", "oracle_regret"] == pytest.approx(5.0, abs=0.1)
    assert rows.loc["T*", "oracle_regret"] == 0.0


def test_ratios_of_what_is_spent_and_of_what_is_budgeted() -> None:
    """A sixth of P5's budget is left over, so that a won of it returns a sixth less."""
    found = worlds()
    found.yearly["P5"]["carry_over"][:, -1] = np.array([100.0, 50.0, 50.0])
    rows = tables(found).decisions.set_index("policy")
    assert rows.loc["P5", "spent"] == pytest.approx(500.0)
    assert rows.loc["P5", "budgeted"] == pytest.approx(600.0)
    assert rows.loc["P5", "benefit_cost_budgeted"] == pytest.approx(
        rows.loc["P5", "benefit_cost"] / 1.2, rel=1e-12
    )
    assert rows.loc["T2", "benefit_cost_budgeted"] == rows.loc["T2", "benefit_cost"]


def test_ranks_of_the_choices_sum_to_one(result: Comparison) -> None:
    matrix = result.ranks.pivot(index="policy", columns="rank", values="probability")
    assert matrix.loc["T*"].isna().all()
    choices = matrix.drop(index="T*")
    assert choices.sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert choices.sum(axis=0).to_numpy() == pytest.approx([1.0] * 5 + [0.0])


def test_good_enough_elimination_and_worst_decile(result: Comparison) -> None:
    rows = result.decisions.set_index("policy")
    assert rows["possibly_best"].to_dict() == {
        "P0": False, "P2": False, "P5": False, "T1": False, "T2": True, "T*": False,
    }  # fmt: skip
    assert (rows.loc[["P5", "T1"], "dropped_after"] == 20).all()
    assert rows.loc["T2", "satisficing"] == 1.0
    assert rows.loc["P5", "satisficing"] == 0.0
    assert rows.loc["T2", "satisficing_low"] < 1.0
    assert 3.7 < rows.loc["T2", "worst_decile"] < 4.0


def test_costs_are_net_of_what_returns(result: Comparison) -> None:
    rows = result.decisions.set_index("policy")
    assert rows.loc["T1", "spent"] == pytest.approx(900.0)
    assert rows.loc["T1", "net_cost"] == pytest.approx(500.0)
    assert rows["on_front"].to_dict() == {
        "P0": True, "P2": False, "P5": False, "T1": False, "T2": True, "T*": False,
    }  # fmt: skip
    assert rows.loc["P5", "dominated_by"] == "T2"
    # Random matching is below P5, T1 and T2 at the same cost; doing nothing is cheaper.
    assert set(rows.loc["P2", "dominated_by"].split("; ")) >= {"P5", "T1", "T2"}


def test_targets_stand_beside_the_choice(result: Comparison) -> None:
    rows = result.decisions.set_index("policy")
    shares = result.targets.query("target == 'revenue_2008'").set_index("policy")
    assert rows["target_revenue_2008"].equals(shares["probability"].rename("target_revenue_2008"))
    assert 0.0 < rows.loc["P0", "target_revenue_2008"] < rows.loc["T*", "target_revenue_2008"]


def test_without_draws_no_parameter_is_judged(result: Comparison) -> None:
    assert result.flips.empty
    assert list(result.draws) == ["world"]


def test_a_parameter_that_turns_the_ranking_is_found() -> None:
    gain = np.linspace(0.02, 0.07, WORLDS)
    drawn = {"joint_gain": gain, "contact_scale": np.resize([0.7, 1.2], WORLDS)}
    # T2 leads by 4 - 150 (gain - 0.045) on average, and trails where the gain is large.
    result = tables(worlds(drawn, T2=-150.0 * (gain - gain.mean())))
    found = result.flips[result.flips["finding"] != ""]
    assert set(found["leader"]) == {"T2"}
    assert set(found["parameter"]) == {"joint_gain"}
    by_rival = found.set_index("rival")["finding"].to_dict()
    assert by_rival["P5"] == by_rival["T1"] == "flips"
    # Against no programme it stays ahead: 4 - 3.75 at the end.
    assert by_rival["P0"] == "matters"
    assert (result.flips["finding"] == "").sum() == len(result.flips) - len(found)
    row = found.set_index("rival").loc["P5"]
    assert row["at_high"] == pytest.approx(2.0 - 3.75, abs=0.15)
    assert (row["low"], row["high"]) == (0.02, 0.07)


def test_one_world_says_nothing_but_does_not_fail() -> None:
    found = worlds()
    short = {a: {m: v[:1] for m, v in t.items()} for a, t in found.yearly.items()}
    one = Worlds(found.keys, 2013, short, found.runs, 0, np.array([3]), {})
    result = tables(one)
    rows = result.decisions
    assert rows.loc[rows["choice"], "possibly_best"].all()
    assert rows.loc[rows["choice"], "on_front"].all()
    json.loads(result.to_json())


def test_json_holds_the_choice(result: Comparison) -> None:
    document = json.loads(result.to_json())
    by_id = {entry["id"]: entry for entry in document["policies"]}
    assert by_id["T2"]["decision"]["possibly_best"] is True
    assert by_id["T*"]["rank_probability"] == [None] * 6
    assert by_id["P5"]["decision"]["dominated_by"] == "T2"
    assert document["leader"] == "T2"
    assert document["flips"] == []


def test_choice_of_equal_arms_names_nobody() -> None:
    found = worlds()
    same = {arm: found.yearly["P5"] for arm in found.policies if arm != "T*"}
    choice = Choice(
        Worlds(found.keys, 2013, same, found.runs, 0, found.numbers, {}), Criteria(0.05, 0.8, 10)
    )
    table = choice.columns()
    assert table["possibly_best"].all()
    assert all(table["on_front"])
    assert set(table["tier"]) == {1}
    assert table["best_probability"] == pytest.approx([0.2] * 5)
