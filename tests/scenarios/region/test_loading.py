"""The built-in region holds its facts, and every kind of wrong file is told in one line."""

from __future__ import annotations

import csv
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.files import PRESET_FOLDER
from innocluster.scenarios.region.cells import CellError, integer, key_of, mixture, number
from innocluster.scenarios.region.loading import load_region

FILES = sorted(path.name for path in PRESET_FOLDER.glob("*.csv"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the built-in region that a test may spoil."""
    return Path(shutil.copytree(PRESET_FOLDER, tmp_path / "region"))


def edit(path: Path, change: Callable[[list[dict[str, str]]], None]) -> None:
    """Rewrite a CSV file after `change` has worked on its rows."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    header = list(rows[0])
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header)
        writer.writeheader()
        writer.writerows(rows)


def spoil(path: Path, row: int, column: str, value: str) -> None:
    """Put one wrong cell into a file."""
    edit(path, lambda rows: rows[row].__setitem__(column, value))


def failure(folder: Path) -> InputError:
    """Return the error of loading, which must fill exactly one line."""
    with pytest.raises(InputError) as caught:
        load_region(folder)
    assert "\n" not in str(caught.value)
    return caught.value


def test_totals_are_those_of_the_article() -> None:
    complexes = load_region().complexes
    assert math.isclose(complexes.production.sum(), 157e6, rel_tol=1e-12)
    assert math.isclose(complexes.exports.sum(), 67e3, rel_tol=1e-12)
    printed = load_region(exports="as_printed").complexes
    assert math.isclose(printed.exports.sum(), 6.7e3, rel_tol=1e-12)
    np.testing.assert_allclose(printed.exports * 10.0, complexes.exports, rtol=1e-12)


def test_shares_are_those_of_the_table() -> None:
    complexes = load_region().complexes
    production = dict(zip(complexes.keys, complexes.production, strict=True))
    assert math.isclose(production["ulsan"] / production["gumi"], 69.59 / 35, rel_tol=1e-12)
    assert complexes.firms.tolist() == [780, 650, 1294, 6000, 170, 75, 45]
    assert complexes.employees.sum() == 386_100
    assert complexes.founding_members.sum() == 665
    assert complexes.established.tolist() == [True] * 4 + [False] * 3


def test_mini_clusters_and_bodies_are_as_many_as_known() -> None:
    region = load_region()
    count = np.bincount(region.mini_clusters.complex)
    expected = {"ulsan": 4, "gumi": 10, "changwon": 5, "banwol-sihwa": 10}
    expected |= {"gwangju": 6, "gunsan": 1, "wonju": 7}
    assert dict(zip(region.complexes.keys, count.tolist(), strict=True)) == expected
    assert (np.diff(region.mini_clusters.complex) >= 0).all()
    institute = region.research_bodies.institute
    assert ((~institute).sum(), institute.sum()) == (35, 25)
    assert set(region.research_bodies.complex) == set(range(7))
    assert len(region.fields) == region.sectors.profile.shape[1] == 16


def test_distances_are_great_circles() -> None:
    complexes = load_region().complexes
    place = {key: n for n, key in enumerate(complexes.keys)}
    distance = complexes.distance
    assert (distance == distance.T).all()
    assert not distance.diagonal().any()
    # Ulsan and Banwol-Sihwa lie at opposite ends of the country, some 310 km apart.
    assert 300 < distance[place["ulsan"], place["banwol-sihwa"]] < 320
    assert 65 < distance[place["ulsan"], place["changwon"]] < 80


def test_budget_and_governance() -> None:
    region = load_region()
    assert region.budget[2005] == 29_700
    # The seven pilots of twelve complexes.
    assert region.budget[2008] == pytest.approx(79_800 * 7 / 12, rel=2e-3)
    assert sorted(region.budget) == list(range(2005, 2021))
    assert region.governance.decision_period.tolist() == [12, 12, 6, 1]
    assert region.governance.lag.tolist() == [3, 2, 1, 0]
    assert region.governance.overhead.tolist() == [0.02, 0.02, 0.06, 0.10]


@pytest.mark.parametrize("name", FILES)
def test_every_fact_names_its_source(name: str) -> None:
    with (PRESET_FOLDER / name).open(encoding="utf-8", newline="") as stream:
        assert all(row["source"].strip() for row in csv.DictReader(stream))


def test_own_folder_gives_the_same_region(folder: Path) -> None:
    own, preset = load_region(str(folder)), load_region()
    assert own.complexes.keys == preset.complexes.keys
    np.testing.assert_array_equal(own.mini_clusters.theme, preset.mini_clusters.theme)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "missing"),
        (b"", "header"),
        (b"\xff\xfe\x00broken", "UTF-8"),
        ("이름\n".encode("cp949"), "header"),
        ("café\n".encode("latin-1"), "UTF-8"),
        (b"something\nelse\n", "header"),
        (b"x" * 4_000_001, "at most"),
        (b"a\0b", "zero byte"),
    ],
    ids=["missing", "empty", "utf-16", "cp949", "latin-1", "columns", "huge", "zero"],
)
def test_broken_files(folder: Path, name: str, content: bytes | None, told: str) -> None:
    path = folder / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    error = failure(folder)
    assert error.file == str(path)
    assert told in str(error)


@pytest.mark.parametrize("name", FILES)
def test_a_header_alone_is_an_error(folder: Path, name: str) -> None:
    path = folder / name
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    assert failure(folder).value == "none"


def test_folder_must_exist(tmp_path: Path) -> None:
    error = failure(tmp_path / "nowhere")
    assert (error.key, error.value) == ("region", "no such folder")


def test_a_file_is_no_folder(folder: Path) -> None:
    assert failure(folder / "region.csv").key == "region"


def test_a_short_line_is_named(folder: Path) -> None:
    path = folder / "budget.csv"
    path.write_text(path.read_text("utf-8") + "2021\n", "utf-8")
    error = failure(folder)
    assert (error.key, error.value) == ("line 18", "1 cells")


@pytest.mark.parametrize(
    ("name", "row", "column", "value", "allowed"),
    [
        ("complexes.csv", 0, "firms", "many", "whole number"),
        ("complexes.csv", 0, "firms", "-5", "whole number from 1"),
        ("complexes.csv", 0, "firms", "7.5", "whole number"),
        ("complexes.csv", 0, "firms", "9" * 400, "whole number"),
        ("complexes.csv", 2, "employees", "10", "at least one a firm, 1294"),
        ("complexes.csv", 0, "founding_members", "781", "at most the number of firms, 780"),
        ("complexes.csv", 0, "unsold_plots", "-1", "whole number"),
        ("complexes.csv", 0, "contracted_plots", "1.5", "whole number"),
        ("complexes.csv", 0, "rented_share", "1", "0 to 0.95"),
        ("complexes.csv", 0, "room_growth", "", "0 to 1"),
        ("complexes.csv", 0, "applicants", "many", "number from"),
        ("land.csv", 0, "complex", "seoul", "one of ulsan"),
        ("land.csv", 0, "year", "2002", "from 2003"),
        ("land.csv", 0, "plots", "-3", "whole number"),
        ("land.csv", 2, "price", "0", "number from 1"),
        ("land.csv", 1, "year", "2003", "no repetition of line 2"),
        ("land.csv", 1, "source", "", "printable"),
        ("complexes.csv", 0, "largest_employees", "100", "at least the mean size, 121"),
        ("complexes.csv", 1, "production_tn", "-1", "number from"),
        ("complexes.csv", 1, "production_tn", "nan", "number from"),
        ("complexes.csv", 1, "production_tn", "1e400", "number from"),
        ("complexes.csv", 1, "production_tn", "", "number from"),
        ("complexes.csv", 1, "latitude", "91", "-90 to 90"),
        ("complexes.csv", 1, "established", "maybe", "yes or no"),
        ("complexes.csv", 1, "key", "ulsan", "no repetition of line 2"),
        ("complexes.csv", 1, "key", "../etc", "small letters"),
        ("complexes.csv", 1, "name", "", "printable text"),
        ("sectors.csv", 0, "value_added_ratio", "2", "0.01 to 1"),
        ("sectors.csv", 1, "key", "electronics", "no repetition of line 2"),
        ("sectors.csv", 1, "technical_progress", "3", "from -0.1 to 0.1"),
        ("sectors.csv", 1, "rivals_growth", "x", "from -0.1 to 0.1"),
        ("sectors.csv", 1, "material_prices", "1.1", "from 0 to 1"),
        ("sectors.csv", 1, "export_markets", "", "small letters"),
        ("sectors.csv", 1, "export_markets", "machinery", "small letters"),
        ("sectors.csv", 1, "export_markets", "ships 1; ships 2", "each name once"),
        ("sectors.csv", 1, "export_markets", "ships 0", "number from"),
        ("sector_mix.csv", 0, "complex", "busan", "one of ulsan, gumi"),
        ("sector_mix.csv", 0, "sector", "shoes", "one of electronics, machinery"),
        ("sector_mix.csv", 0, "firm_share", "0.9", "shares that sum to 1"),
        ("sector_mix.csv", 0, "production_share", "0.1", "shares that sum to 1"),
        ("technology_profiles.csv", 0, "field", "magic", "one of semiconductors"),
        ("mini_clusters.csv", 0, "complex", "busan", "one of ulsan"),
        ("mini_clusters.csv", 0, "theme", "magic 3", "one of electronics"),
        ("mini_clusters.csv", 0, "theme", "optics x", "number from"),
        ("mini_clusters.csv", 0, "theme", "optics 1; optics 2", "each name once"),
        ("mini_clusters.csv", 0, "theme", "optics 0", "weight above 0"),
        ("research_bodies.csv", 0, "kind", "school", "one of university, institute"),
        ("research_bodies.csv", 0, "applied_share", "1.5", "from 0 to 1"),
        ("budget.csv", 0, "budget_bn", "-1", "from 0"),
        ("budget.csv", 0, "year", "2006", "no repetition"),
        ("contacts.csv", 0, "contacts", "-1", "from 0"),
        ("contacts.csv", 1, "formal_meetings", "5779", "at most all contacts, 5778"),
        ("contacts.csv", 1, "year", "2005", "no repetition"),
        ("governance.csv", 0, "level", "king", "one of committee"),
        ("governance.csv", 0, "overhead_share", "0.95", "from 0 to 0.9"),
        ("programme.csv", 0, "value", "1.5", "from 0 to 1"),
        ("programme.csv", 3, "value", "0", "from 1"),
        ("programme.csv", 6, "value", "-1", "from 0"),
        ("programme.csv", 7, "value", "1.1", "from 0 to 1"),
        ("programme.csv", 1, "quantity", "luck", "one of grant_share_small"),
        ("firm_facts.csv", 0, "name", "luck", "one of large_from_employees"),
        ("firm_facts.csv", 1, "value", "1.2", "from 0 to 1"),
        ("region.csv", 1, "value", "lots", "number from"),
    ],
)
def test_wrong_cells(
    folder: Path, name: str, row: int, column: str, value: str, allowed: str
) -> None:
    spoil(folder / name, row, column, value)
    error = failure(folder)
    assert Path(error.file).name == name
    assert column in error.key
    assert allowed in error.allowed
    if "sum" not in error.key and "repetition" not in allowed:
        assert f"line {row + 2}" in error.key


def test_totals_must_agree_with_the_table(folder: Path) -> None:
    spoil(folder / "region.csv", 1, "value", "300")
    error = failure(folder)
    assert error.key == "sum of production_tn"
    assert "10% of 300" in error.allowed


def test_exports_must_fit_into_production(folder: Path) -> None:
    def change(rows: list[dict[str, str]]) -> None:
        rows[1]["exports_usd_bn"], rows[0]["exports_usd_bn"] = "32", "19.53"

    edit(folder / "complexes.csv", change)
    error = failure(folder)
    assert (error.key, error.value) == ("exports_usd_bn (line 3)", 32.0)
    assert "less than" in error.allowed


def test_a_missing_fact_is_named(folder: Path) -> None:
    edit(folder / "firm_facts.csv", lambda rows: rows.pop())
    assert "knowledge_level_body" in str(failure(folder))


def test_a_sector_needs_a_profile(folder: Path) -> None:
    def change(rows: list[dict[str, str]]) -> None:
        rows[:] = [row for row in rows if row["sector"] != "ships"]

    edit(folder / "technology_profiles.csv", change)
    assert "nothing for ships" in str(failure(folder))


def test_a_byte_order_mark_is_fine(folder: Path) -> None:
    path = folder / "complexes.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_region(folder).complexes.keys == load_region().complexes.keys


@given(st.text(max_size=30))
def test_cells_are_read_or_refused(cell: str) -> None:
    for read in (number(-5, 5), integer(-5, 5), key_of, mixture(["optics", "medical"])):
        try:
            value = read(cell)
        except CellError:
            continue
        if isinstance(value, list):
            assert math.isclose(sum(value), 1.0)
        elif not isinstance(value, str):
            assert -5 <= value <= 5


@given(st.integers(-1_000_000, 1_000_000))
def test_integers_survive(value: int) -> None:
    assert integer(-1_000_000, 1_000_000)(str(value)) == value


def test_ground_is_released_by_year_and_priced_between_the_years_known() -> None:
    land = load_region().land
    gumi, gunsan, wonju = 1, 5, 6
    assert land.released[gunsan, :8].tolist() == [0, 34, 78, 49, 66, 44, 25, 0]
    assert land.released[wonju].sum() == 102
    # KRW 102850 a m2 in 2003 and 148000 in 2010; nothing is known of Wonju.
    assert land.price[gumi, 0] == 1.0
    assert land.price[gumi, 3] == pytest.approx((102850 + 3 * (148000 - 102850) / 7) / 102850)
    assert land.price[gumi, 7:] == pytest.approx(148000 / 102850)
    assert (land.price[wonju] == 0.0).all()
    assert land.rented_share[3] == 0.425
    complexes = load_region().complexes
    assert complexes.plots[gunsan] == 75 + 27 + 9 + 296
