"""Draws of parameters: the prior's distribution, prefixes, files of draws and their mistakes."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import qmc

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.statistics.drawn_under import draws_under
from innocluster.scenarios.statistics.draws import (
    SWEPT,
    UNCERTAIN,
    pert_quantile,
    prior_draws,
    read_draws,
    sobol_points,
)
from innocluster.sim.ground.parameters import PARAMETERS

LOW, HIGH = PARAMETERS["joint_gain"].low, PARAMETERS["joint_gain"].high


@given(st.floats(0.001, 0.999), st.floats(0.0, 1.0))
def test_pert_is_the_scaled_beta_with_its_mode(share: float, place: float) -> None:
    low, high = -2.0, 6.0
    mode = low + place * (high - low)
    above, below = 1.0 + 4.0 * place, 5.0 - 4.0 * place
    expected = stats.beta(above, below, low, high - low).ppf(share)
    given_ = [np.array([value]) for value in (share, low, mode, high)]
    assert pert_quantile(*given_)[0] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_pert_of_a_point_is_the_point() -> None:
    point = np.array([0.4])
    assert pert_quantile(np.array([0.3]), point, point, point).tolist() == [0.4]


def test_prior_means_are_those_of_the_pert_distribution() -> None:
    draws = prior_draws(1)
    table = pd.DataFrame([draws(r) for r in range(256)])
    for name in UNCERTAIN:
        p = PARAMETERS[name]
        mean = (p.low + 4.0 * p.default + p.high) / 6.0
        assert abs(table[name].mean() - mean) < 0.01 * (p.high - p.low), name
        assert table[name].between(p.low, p.high).all()


def test_choices_of_design_are_not_drawn() -> None:
    assert {p.group for p in PARAMETERS.values()} >= {"design", "convention"}
    drawn = {PARAMETERS[name].group for name in prior_draws(1)(0)}
    assert drawn.isdisjoint({"design", "convention"})


def test_a_longer_sample_begins_with_the_shorter_one() -> None:
    short, long = prior_draws(5), prior_draws(5)
    long(199)
    assert [short(r) for r in range(30)] == [long(r) for r in range(30)]
    assert prior_draws(6)(0) != short(0)
    assert (sobol_points(64, 3, "k")[:32] == sobol_points(32, 3, "k")).all()


@pytest.mark.parametrize("count", [1, 33, 1000])
def test_one_dimension_has_the_points_of_scipy(count: int) -> None:
    """Bit for bit, so that no draw depends on which of the two made it."""
    for seed in range(200):
        digest = hashlib.sha256(f"swept:{seed}".encode()).digest()
        generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))
        engine = qmc.Sobol(1, scramble=True, rng=generator)
        expected = engine.random_base2(max(5, (count - 1).bit_length()))
        points = sobol_points(count, 1, f"swept:{seed}")
        assert points.shape == expected.shape
        assert points.tobytes() == expected.tobytes()


def write(folder: Path, text: str, name: str = "draws.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_row_of_a_file_is_one_world(tmp_path: Path) -> None:
    values = np.linspace(LOW, HIGH, 20)
    table = pd.DataFrame({"joint_gain": values, "contact_scale": np.linspace(0.7, 1.2, 20)})
    table.to_csv(tmp_path / "draws.csv", index=False)
    table.to_parquet(tmp_path / "draws.parquet")
    draws = read_draws(tmp_path / "draws.csv", 3)
    assert (draws.available, draws.names) == (20, ("joint_gain", "contact_scale"))
    drawn = [draws(r) for r in range(20)]
    assert sorted(d["joint_gain"] for d in drawn) == pytest.approx(values)
    # Rows stay whole, in an order of their own that the seed fixes.
    assert sorted(d["contact_scale"] for d in drawn) == [
        d["contact_scale"] for d in sorted(drawn, key=lambda d: d["joint_gain"])
    ]
    assert [d["joint_gain"] for d in drawn] != sorted(d["joint_gain"] for d in drawn)
    parquet = read_draws(tmp_path / "draws.parquet", 3)
    assert drawn == [parquet(r) for r in range(20)]


def test_weights_decide_how_often_a_row_comes(tmp_path: Path) -> None:
    path = write(tmp_path, f"joint_gain, weight\n{LOW},1\n{HIGH},3\n0.04,0\n")
    draws = read_draws(path, 1)
    assert draws.available is None
    values = [draws(r)["joint_gain"] for r in range(64)]
    assert (values.count(LOW), values.count(HIGH)) == (16, 48)
    again = read_draws(path, 1)
    assert values[:10] == [again(r)["joint_gain"] for r in range(10)]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("joint_gian\n0.04\n", "column = joint_gian"),
        ("joint_gain\n9.0\n", "joint_gain, row 1 = 9.0: allowed: a number from"),
        ("joint_gain\n0.04\nabc\n", "joint_gain, row 2 = abc"),
        ("joint_gain\n0.04\n\n", ""),
        ("joint_gain,contact_scale\n0.04,\n", "contact_scale, row 1 = nan"),
        ("joint_gain\n", "0 rows"),
        ("weight\n1\n", "no parameter"),
        ("joint_gain,weight\n0.04,-1\n", "weight, row 1 = -1"),
        ("joint_gain,weight\n0.04,0\n", "weight, row 1 = 0"),
        ("joint_gain,weight\n0.04,inf\n", "weight, row 1 = inf"),
        ("", "draws ="),
    ],
)
def test_wrong_files_are_one_line(tmp_path: Path, text: str, part: str) -> None:
    path = write(tmp_path, text)
    if not part:
        assert read_draws(path, 1).available == 1
        return
    with pytest.raises(InputError) as error:
        read_draws(path, 1)
    assert part in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("kind", ["missing", "folder", "binary", "parquet"])
def test_files_that_cannot_be_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / ("draws.parquet" if kind == "parquet" else "draws.csv")
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes(b"\xff\xfe\x00joint_gain\x00\n1")
    with pytest.raises(InputError, match=r"a CSV or Parquet file|a parameter listed") as error:
        read_draws(path, 1)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("under", "file", "part"),
    [
        ("guess", None, "under = guess: allowed: point, prior, posterior"),
        ("prior", "a.csv", "only with --under posterior"),
        ("point", "a.csv", "only with --under posterior"),
    ],
)
def test_what_does_not_go_together(under: str, file: str | None, part: str) -> None:
    with pytest.raises(InputError) as error:
        draws_under(under, file, 1)
    assert part in str(error.value)


def test_under_the_point_only_what_is_swept_is_drawn_evenly_over_its_range() -> None:
    draws = draws_under("point", None, 1)
    assert draws is not None
    assert draws.names == SWEPT == ("repetition_penalty",)
    penalty = PARAMETERS["repetition_penalty"]
    values = [draws(world)["repetition_penalty"] for world in range(256)]
    quarters = np.histogram(values, bins=4, range=(penalty.low, penalty.high))[0]
    # A scrambled Sobol sequence puts as many points into each quarter.
    assert quarters.tolist() == [64] * 4


def test_columns_that_samplers_write_beside_the_parameters_are_ignored(tmp_path: Path) -> None:
    plain, sampled = tmp_path / "plain.csv", tmp_path / "sampled.csv"
    plain.write_text("joint_gain\n0.03\n0.04\n", encoding="utf-8")
    sampled.write_text(
        "# made by a sampler\n,chain,Draw,joint_gain,log_prob\n0,1,7,0.03,-2\n1,1,8,0.04,-3\n",
        encoding="utf-8",
    )
    expected, found = read_draws(plain, 1), read_draws(sampled, 1)
    assert found.names == expected.names == ("joint_gain",)
    assert [found(r) for r in range(2)] == [expected(r) for r in range(2)]
