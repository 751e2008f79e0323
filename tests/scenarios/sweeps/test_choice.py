"""Choice, value of information and turning points against known answers."""

from __future__ import annotations

import numpy as np
import pytest
import sweep_methods as known

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.sweeps.choice import information_value, recommend, turning_points
from innocluster.scenarios.sweeps.emulator import fit_emulator


def test_recommendation_by_hand() -> None:
    benefits = np.array([[0.0, 3.0, 1.0], [0.0, 1.0, 2.0], [3.0, 2.0, 3.0]])
    found = recommend(benefits, ["A", "B", "C"])
    # means 1, 2, 2: the first of the equal ones
    assert found.policy == "B"
    table = found.table.set_index("policy")
    assert table["mean"].tolist() == [2.0, 2.0, 1.0]
    # best outcomes 3, 2, 3
    assert table["regret"].to_dict() == pytest.approx({"B": 2 / 3, "C": 2 / 3, "A": 5 / 3})
    assert table["best"].to_dict() == pytest.approx({"B": 1 / 3, "C": 0.5, "A": 1 / 6})
    assert table.loc["B", ["behind", "behind_low", "behind_high"]].tolist() == [0.0, 0.0, 0.0]
    assert table.loc["A", "behind"] == -1.0
    assert found.regret_at_most == table["behind_high"].max() > 0.0


def test_weights_of_worlds_count() -> None:
    benefits = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 0.0], [0.0, 2.0]])
    assert recommend(benefits, ["A", "B"]).policy == "B"
    assert recommend(benefits, ["A", "B"], np.array([3.0, 0.5, 3.0, 0.5])).policy == "A"


def test_recommended_policy_is_good_on_simulated_truths() -> None:
    regret = np.array([known.regret_of_choice(seed) for seed in range(100)])
    assert (regret <= 0.1).sum() >= 90
    assert regret.max() > 0.0


def test_value_of_information_is_near_its_formula() -> None:
    pytest.importorskip("sklearn")
    error, idle, _ = known.value_error(seed=1, worlds=1024)
    assert abs(error) < 0.12
    assert idle < 0.02


def test_noise_is_worth_nothing_to_know() -> None:
    """Two equal policies in few worlds: a rule judged on the worlds it learned from would gain."""
    pytest.importorskip("sklearn")
    generator = np.random.default_rng(1)
    found = []
    for _ in range(6):
        benefits = generator.normal(size=(60, 2))
        table = information_value(benefits, generator.random((60, 3)), {"all": [0, 1, 2]})
        found.append(table[["value", "low"]].iloc[0].tolist())
    assert np.mean(found, axis=0)[0] < 0.1
    assert np.max(found, axis=0)[1] == 0.0


@pytest.mark.slow
def test_value_of_information_on_average() -> None:
    pytest.importorskip("sklearn")
    values = np.array([known.value_error(seed, worlds=1024) for seed in range(50)])
    assert abs(values[:, 0].mean()) < 0.03
    assert values[:, 1].mean() < 0.01
    assert values[:, 2].mean() >= 0.88


def test_a_level_is_worth_what_it_decides() -> None:
    """Under one form A gains 1, under the other B: knowing which is worth a half."""
    pytest.importorskip("sklearn")
    form = np.random.default_rng(1).permutation(np.repeat([0.0, 1.0], 100))
    unit = np.column_stack([form, np.random.default_rng(2).random(200)])
    benefits = np.column_stack([form == 0.0, form == 1.0]).astype(float)
    groups = {"form": [0], "both": [0, 1]}
    table = information_value(benefits, unit, groups, np.array([2, 0])).set_index("known")
    assert table.loc["form", "value"] == pytest.approx(0.5, abs=0.05)
    assert table.loc["both", "value"] == pytest.approx(0.5, abs=0.05)
    assert table.loc["form", "low"] < 0.5 < table.loc["form", "high"]
    with pytest.raises(InputError, match="worlds = 10"):
        information_value(benefits[:10], unit[:10], groups)


def test_nearest_turn_by_hand() -> None:
    unit = np.random.default_rng(1).random((150, 3))
    unit[:, 2] = np.random.default_rng(2).integers(0, 2, 150)
    levels = np.array([0, 0, 2])
    # From (.5, .5, 0) the lead is .2525: gone at b = .7525, which is no step of the search, or at
    # the other level, never along a.
    lead = 0.7525 - unit[:, 1] - 0.5 * unit[:, 2]
    emulator = fit_emulator(unit, lead, levels)
    table = turning_points({"P2": emulator}, ["a", "b", "form"], np.array([0.5, 0.5, 0.0]))
    assert table["input"].tolist() == ["b", "form"]
    assert table["turn"].tolist() == pytest.approx([0.7525, 1.0], abs=2e-3)
    assert table["change"].tolist() == pytest.approx([0.2525, 1.0], abs=2e-3)
    assert table["lead"].iloc[1] == pytest.approx(-0.2475, abs=2e-3)
    assert (table["high"] < 0.0).all()
    assert 0.7525 < table["verify"].iloc[0] < 0.78
    ahead = fit_emulator(unit, 2.0 + lead, levels)
    assert turning_points({"P2": ahead}, ["a", "b", "form"], np.array([0.5, 0.5, 0.0])).empty


def test_turn_from_noisy_runs() -> None:
    error, lead = known.turn_error(seed=1)
    assert error <= 0.1
    assert lead < 0.0
