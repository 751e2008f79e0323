"""Designs of sweeps: the points that follow, their number, and one line for every mistake."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.sweeps import designs
from innocluster.scenarios.sweeps.axes import Axis
from innocluster.scenarios.sweeps.designs import DESIGNS, Sweep
from innocluster.sim.ground.parameters import PARAMETERS

EXAMPLES = sorted((Path(designs.__file__).parent / "examples").glob("*.toml"))
GAIN = PARAMETERS["joint_gain"]
PLAIN = {
    "name": "plain",
    "policies": ["P0", "P5"],
    "outcomes": ["revenue_2008"],
    "vary": [
        {"entry": "parameters.joint_gain", "steps": 3},
        {"entry": "macro", "values": ["history", "plan-2005"]},
    ],
}
SAMPLED = [{"entry": "parameters.joint_gain"}, {"entry": "forms.demand"}]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_count_what_they_say(path: Path) -> None:
    if "morris" in path.read_text(encoding="utf-8"):
        pytest.importorskip("SALib")
    sweep = Sweep.from_file(path)
    assert sweep.name == path.stem
    assert f"{sweep.count} runs" in path.read_text(encoding="utf-8")
    assert len(sweep.runs()) == sweep.count


def test_a_grid_is_every_combination() -> None:
    sweep = Sweep.from_table({**PLAIN, "replications": 2})
    table = sweep.table()
    assert list(table.columns) == ["point", "parameters.joint_gain", "macro"]
    middle = (GAIN.low + GAIN.high) / 2
    assert table["parameters.joint_gain"].tolist() == pytest.approx(
        [GAIN.low, GAIN.low, middle, middle, GAIN.high, GAIN.high]
    )
    assert table["macro"].tolist() == ["history", "plan-2005"] * 3
    runs = sweep.runs()
    assert sweep.count == len(runs) == 6 * 2 * 2
    assert runs.iloc[:5].to_numpy().tolist() == [
        [0, 0, "P0"], [0, 0, "P5"], [0, 1, "P0"], [0, 1, "P5"], [1, 0, "P0"],
    ]  # fmt: skip


def test_a_list_goes_row_by_row() -> None:
    vary = [
        {"entry": "parameters.joint_gain", "values": [GAIN.low, GAIN.high]},
        {"entry": "macro", "values": ["history", "frozen"]},
    ]
    sweep = Sweep.from_table({**PLAIN, "design": "list", "vary": vary})
    assert sweep.table().to_numpy().tolist() == [
        [0, GAIN.low, "history"],
        [1, GAIN.high, "frozen"],
    ]
    assert sweep.count == 4


@pytest.mark.parametrize("design", ["sobol", "latin"])
def test_samples_are_balanced_and_repeatable(design: str) -> None:
    given = {**PLAIN, "design": design, "points": 32, "vary": SAMPLED}
    table = Sweep.from_table(given).table()
    assert table.equals(Sweep.from_table(given).table())
    assert not table.equals(Sweep.from_table({**given, "seed": 2}).table())
    share = (table["parameters.joint_gain"] - GAIN.low) / (GAIN.high - GAIN.low)
    assert sorted((share * 8).astype(int)) == [i for i in range(8) for _ in range(4)]
    assert table["forms.demand"].value_counts().tolist() == [16, 16]


def test_a_longer_sobol_sample_begins_with_the_shorter() -> None:
    short, long = (
        Sweep.from_table({**PLAIN, "design": "sobol", "points": n, "vary": SAMPLED}).table()
        for n in (20, 200)
    )
    assert long.iloc[:20].equals(short)


def test_a_trajectory_stays_in_its_world_and_changes_one_input_at_a_time() -> None:
    pytest.importorskip("SALib")
    sweep = Sweep.from_table(
        {**PLAIN, "design": "morris", "points": 4, "vary": SAMPLED, "replications": 2}
    )
    table, runs = sweep.table(), sweep.runs()
    assert sweep.count == len(runs) == 4 * 3 * 2 * 2
    assert table["trajectory"].tolist() == [t for t in range(4) for _ in range(3)]
    unit, levels = sweep.unit(table)
    assert levels.tolist() == [0, 2]
    changed = (np.diff(unit, axis=0) != 0.0).sum(axis=1)
    assert (changed[[i for i in range(11) if i % 3 != 2]] == 1).all()
    worlds = runs.groupby("point")["replication"].unique()
    assert worlds[0].tolist() == worlds[2].tolist() == [0, 4]
    assert worlds[11].tolist() == [3, 7]


def test_draws_are_crossed_with_what_is_varied(tmp_path: Path) -> None:
    (tmp_path / "draws.csv").write_text(
        f"joint_gain\n{GAIN.low}\n{GAIN.default}\n{GAIN.high}\n", encoding="utf-8"
    )
    given = {**PLAIN, "design": "draws", "draws": "draws.csv", "vary": PLAIN["vary"][1:]}
    sweep = Sweep.from_table(given, folder=tmp_path)
    table = sweep.table()
    assert sweep.count == 3 * 2 * 2
    assert table["draw"].tolist() == [0, 0, 1, 1, 2, 2]
    assert set(table["parameters.joint_gain"]) == {GAIN.low, GAIN.default, GAIN.high}
    assert table.groupby("draw")["parameters.joint_gain"].nunique().tolist() == [1, 1, 1]


def test_a_point_becomes_a_scenario() -> None:
    vary = [
        {"entry": "parameters.joint_gain", "values": [GAIN.high]},
        {"entry": "programme.budget_scale", "values": [2.0]},
        {"entry": "forms.demand", "values": ["common"]},
        {"entry": "spin_up_years", "values": [0]},
    ]
    base = {"parameters": {"learning_meeting": 0.004}, "last": "2008-12"}
    sweep = Sweep.from_table({**PLAIN, "base": base, "vary": vary})
    scenario = sweep.scenario(sweep.table().iloc[0].to_dict())
    assert scenario.parameters == {"learning_meeting": 0.004, "joint_gain": GAIN.high}
    assert scenario.forms == {"demand": "common"}
    assert (scenario.programme.budget_scale, scenario.spin_up_years) == (2.0, 0)
    assert scenario.last == "2008-12"


def test_a_prior_has_its_mode_at_the_default_and_coordinates_are_probabilities() -> None:
    axis = Axis(entry="parameters.joint_gain", spread="prior")
    shares = np.linspace(0.01, 0.99, 99)
    values = axis.at(shares)
    mean = (GAIN.low + 4.0 * GAIN.default + GAIN.high) / 6.0
    assert values.mean() == pytest.approx(mean, rel=0.01)
    assert axis.coordinates(values.tolist()) == pytest.approx(shares, abs=1e-3)


def test_texts_have_levels_and_listed_numbers_lie_between_their_ends() -> None:
    numbers = Axis(entry="programme.budget_scale", values=(0.5, 1.0, 2.5))
    assert (numbers.kinds, numbers.coordinates([0.5, 1.0, 2.5]).tolist()) == (0, [0.0, 0.25, 1.0])
    texts = Axis(entry="macro", values=("history", "frozen"))
    assert (texts.kinds, texts.coordinates(["frozen", "history"]).tolist()) == (2, [1.0, 0.0])
    assert texts.at(np.array([0.0, 0.49, 0.5, 1.0])).tolist() == [
        "history", "history", "frozen", "frozen",
    ]  # fmt: skip


def test_whole_numbers_stay_whole() -> None:
    axis = Axis(entry="spin_up_years", low=0, high=10)
    assert axis.at(np.array([0.0, 0.44, 1.0])).tolist() == [0, 4, 10]


MISTAKES = [
    ({"desing": "grid"}, "desing", "did you mean 'design'?"),
    ({"design": "random"}, "design = random", DESIGNS[-1]),
    ({"name": "A b"}, "name = A b", "lower-case"),
    ({"policies": ["P99"]}, "policy = P99", "P5"),
    ({"policies": []}, "policies", "a list of policies"),
    ({"policies": ["P5", "thematic-mini-clusters"]}, "policies", "each once"),
    ({"outcomes": ["revenu_2008"]}, "outcomes = revenu_2008", "'revenue'"),
    ({"outcomes": ["revenue_1999"]}, "outcomes = revenue_1999", "a year from 2003 to 2013"),
    ({"replications": 0}, "replications = 0", "an integer from 1"),
    ({"time_limit": -1.0}, "time_limit = -1.0", "above 0"),
    ({"points": 8}, "points = 8", "no number with design = grid"),
    ({"design": "sobol", "vary": SAMPLED}, "points = none", "a number of points"),
    ({"vary": []}, "vary = none", "[[vary]]"),
    ({"vary": [{"entri": "macro"}]}, "vary.0.entri", "did you mean 'entry'?"),
    ({"vary": [{"low": 1.0}]}, "vary.0.entry = missing", "parameters.NAME"),
    ({"vary": [{"entry": "seed", "values": [1]}]}, "vary.entry = seed", "parameters.NAME"),
    ({"vary": [{"entry": "macro"}]}, "macro: values = none", "values, or low and high"),
    ({"vary": [{"entry": "parameters.joint_gian", "values": [1.0]}]}, "joint_gian", "joint_gain"),
    ({"vary": [{"entry": "parameters.joint_gain", "values": [99.0]}]}, "= 99.0", GAIN.allowed),
    ({"vary": [{"entry": "parameters.joint_gain"}]}, "joint_gain: steps", "in a grid"),
    ({"vary": [{"entry": "forms.demand", "values": ["none"]}]}, "forms.demand", "sectors"),
    ({"vary": [{"entry": "macro", "values": ["history"] * 2}]}, "macro: values", "each once"),
    ({"vary": [{"entry": "spin_up_years", "values": [1], "low": 0}]}, "values", "not both"),
    ({"vary": [{"entry": "macro", "spread": "prior"}]}, "macro: spread", "for a parameter"),
    (
        {"vary": [{"entry": "programme.budget_scale", "low": 2.0, "high": 1.0, "steps": 2}]},
        "budget_scale: low = 2.0",
        "below high = 1",
    ),
    ({"base": 3}, "base = 3", "a table"),
    ({"base": {"sed": 1}}, "sed = 1", "did you mean 'seed'?"),
    ({"base": {"scenario": "nowhere"}}, "scenario = nowhere", "korean-pilot-2005"),
    ({"design": "draws"}, "draws = none", "a file"),
    ({"replications": 1_000_000}, "runs = 12000000", "at most 10000000"),
    (
        {"design": "list", "vary": [PLAIN["vary"][1], {"entry": "last", "values": ["2008-12"]}]},
        "lists of 1, 2 values",
        "equal lengths",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "found", "allowed"), MISTAKES, ids=[m[1] for m in MISTAKES])
def test_a_mistake_is_one_line(change: dict[str, object], found: str, allowed: str) -> None:
    with pytest.raises(InputError) as error:
        Sweep.from_table({**PLAIN, **change}, "mine.toml")
    text = str(error.value)
    assert text.startswith("mine.toml") or "command line" in text
    assert found in text
    assert allowed in text
    assert "\n" not in text


def test_a_broken_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("name = ", encoding="utf-8")
    with pytest.raises(InputError, match="valid TOML"):
        Sweep.from_file(path)
