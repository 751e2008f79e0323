"""Screening and indices against exact values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("SALib")

import sweep_methods as known

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.sweeps.emulator import fit_emulator
from innocluster.scenarios.sweeps.sensitivity import (
    differences,
    screen,
    screening_points,
    sobol_indices,
)

NAMES = ["a", "b", "c", "d"]


def test_elementary_effects_by_hand() -> None:
    points, trajectory = screening_points(3, 4, seed=2)
    assert points.shape == (12 + 4, 3)
    assert np.bincount(trajectory).tolist() == [4, 4, 4, 4]
    # A level changes by two thirds of the cube: 0 or 1/3 is the first, 2/3 or 1 the second.
    level = (points[:, 1] > 0.5).astype(float)
    table = screen(points, 3.0 * points[:, 0] - 5.0 * level, ["x", "level", "idle"], [0, 2, 0])
    assert table["input"].tolist() == ["level", "x", "idle"]
    assert table["effect"].tolist() == pytest.approx([-5.0, 3.0, 0.0], abs=1e-12)
    assert table["size"].tolist() == pytest.approx([5.0, 3.0, 0.0], abs=1e-12)
    assert table["spread"].tolist() == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)
    assert table["share"].tolist() == pytest.approx([25 / 34, 9 / 34, 0.0])
    assert table["kept"].tolist() == [True, True, False]


def test_one_world_a_trajectory_cancels_chance() -> None:
    """The same weak input is found among noise of a hundred times its effect, if paired."""
    points, trajectory = screening_points(10, 6, seed=1)
    names = [f"x{i}" for i in range(10)]
    signal = 0.1 * points[:, 3] + 0.05 * points[:, 7]
    generator = np.random.default_rng(1)
    paired = screen(points, signal + generator.normal(0, 10.0, 6)[trajectory], names)
    assert paired["input"].tolist()[:2] == ["x3", "x7"]
    assert paired["kept"].tolist() == [True, True] + [False] * 8
    apart = screen(points, signal + generator.normal(0, 10.0, len(points)), names)
    assert apart["kept"].sum() > 2


@pytest.mark.parametrize("problem", [known.ishigami(), known.g_function()], ids=lambda p: p.name)
def test_indices_of_a_noisy_function_within_three_hundredths(problem: known.Problem) -> None:
    errors = known.index_errors(problem, share=0.02, seed=1)
    assert errors[["first", "total"]].to_numpy().max() <= 0.03
    assert errors["noise"].iloc[0] == pytest.approx(0.02, abs=0.015)


@pytest.mark.slow
@pytest.mark.parametrize("problem", [known.ishigami(), known.g_function()], ids=lambda p: p.name)
def test_indices_over_many_samples(problem: known.Problem) -> None:
    errors = [known.index_errors(problem, share=0.02, seed=seed) for seed in range(25)]
    largest = [e[["first", "total"]].to_numpy().max() for e in errors]
    assert np.mean(np.array(largest) <= 0.03) >= 0.9


def test_noise_stands_apart_and_replications_show_chance() -> None:
    generator = np.random.default_rng(4)
    unit = np.repeat(generator.random((64, 4)), 2, axis=0)
    # Variance of 2 a is 1/3, that of the noise 1/3.
    outcome = 2.0 * unit[:, 0] + generator.normal(0.0, 3.0**-0.5, 128)
    found = sobol_indices(fit_emulator(unit, outcome), NAMES, base=512)
    assert found.noise_share == pytest.approx(0.5, abs=0.1)
    assert found.chance_share == pytest.approx(0.5, abs=0.1)
    assert found.table["input"].iloc[0] == "a"
    assert found.table["first"].iloc[0] == pytest.approx(1.0, abs=0.05)
    single = sobol_indices(fit_emulator(unit[::2], outcome[::2]), NAMES, base=512)
    assert np.isnan(single.chance_share)


def test_indices_on_a_condition() -> None:
    """What acts only under one level of a text has no share under the other."""
    generator = np.random.default_rng(6)
    unit = generator.random((200, 3))
    unit[:, 2] = generator.integers(0, 2, 200)
    outcome = np.where(unit[:, 2] == 1, 3.0 * unit[:, 0], 0.0) + unit[:, 1]
    emulator = fit_emulator(unit, outcome, np.array([0, 0, 2]))
    off, on = (
        sobol_indices(emulator, ["a", "b", "level"], given={"level": level}, base=512)
        .table.set_index("input")["first"]
        for level in (0.0, 1.0)
    )  # fmt: skip
    assert list(off.index) == ["b", "a"]
    assert off["a"] < 0.01
    assert on["a"] == pytest.approx(0.9, abs=0.02)  # 9 / (9 + 1)
    with pytest.raises(InputError, match="did you mean 'level'"):
        sobol_indices(emulator, ["a", "b", "level"], given={"leve": 0.0})


def test_nothing_moves_an_outcome_that_is_the_same_everywhere() -> None:
    unit = np.random.default_rng(1).random((16, 4))
    found = sobol_indices(fit_emulator(unit, np.ones(16)), NAMES, base=64)
    assert found.table["total"].tolist() == [0.0] * 4


def test_no_index_is_stated_of_noise() -> None:
    generator = np.random.default_rng(2)
    found = sobol_indices(
        fit_emulator(generator.random((64, 4)), generator.normal(size=64)), NAMES, base=64
    )
    assert found.explained <= 0.0
    assert found.table["first"].isna().all()
    assert found.noise_share > 0.9


def runs() -> pd.DataFrame:
    rows = [(p, r, policy) for p in range(3) for r in range(2) for policy in ("P0", "P5")]
    table = pd.DataFrame(rows, columns=["point", "replication", "policy"])
    table["revenue"] = 10.0 * table["point"] + 100.0 * table["replication"]
    table.loc[table["policy"] == "P5", "revenue"] += 1.0 + table["point"]
    return table.sample(frac=1.0, random_state=1)


def test_difference_in_the_same_world() -> None:
    pairs, difference = differences(runs(), "revenue", "P5", "P0")
    assert pairs.to_numpy().tolist() == [[0, 0], [0, 1], [1, 0], [1, 1], [2, 0], [2, 1]]
    assert difference.tolist() == [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]


def test_a_missing_pair_is_named() -> None:
    table = runs()
    lost = (table["point"] == 1) & (table["replication"] == 1) & (table["policy"] == "P0")
    with pytest.raises(InputError, match="revenue, point 1, replication 1 = nan"):
        differences(table[~lost], "revenue", "P5", "P0")
    with pytest.raises(InputError, match="policy = P9"):
        differences(table, "revenue", "P9", "P0")


def test_screening_refuses_a_missing_outcome() -> None:
    points, _ = screening_points(4, 2, seed=1)
    outcome = np.ones(10)
    outcome[7] = np.nan
    with pytest.raises(InputError, match="outcome, run 7 = nan"):
        screen(points, outcome, NAMES)
