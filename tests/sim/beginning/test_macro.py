"""The macro series: year means, the crisis, the plan's totals, users' files and their errors."""

from __future__ import annotations

import math
import pickle
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innocluster.sim.beginning.interpolation import mean_row, smoothest_months
from innocluster.sim.beginning.macro import (
    MACRO_NAMES,
    SECTOR_SERIES,
    SERIES,
    STORED,
    MacroError,
    MacroSeries,
    load_macro,
    save_macro,
)
from innocluster.sim.beginning.macro_presets import build_macro

INDEXES = tuple(key for key in SERIES if key != "exchange_rate")
KOREAN_EXPORTS = {2003: 193.8, 2005: 284.4, 2008: 422.0, 2009: 363.5, 2010: 466.4, 2013: 559.6}
HEADER = "year,domestic_demand,world_demand,exchange_rate,price_index,wage_index"


def year_mean(values: np.ndarray, year: int) -> float:
    return math.fsum(values[12 * (year - 2003) :][:12]) / 12


def window_mean(values: np.ndarray, first: tuple[int, int], months: int) -> float:
    start = 12 * (first[0] - 2003) + first[1] - 1
    return math.fsum(values[start : start + months]) / months


def revenue_index(macro: MacroSeries, export_share: float) -> np.ndarray:
    """Demand of equation D1 at constant quality."""
    rate = macro.exchange_rate / year_mean(macro.exchange_rate, 2003)
    return (1 - export_share) * macro.domestic_demand + export_share * macro.world_demand * rate


def write(folder: Path, lines: list[str]) -> Path:
    path = folder / "macro.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def annual_lines(years: int) -> list[str]:
    return [HEADER] + [
        f"{2003 + y},{100 * 1.05**y},{200 * 1.1**y},{1200 + 10 * y},{50 + y},{3 + 0.1 * y}"
        for y in range(years)
    ]


@pytest.mark.parametrize("name", STORED)
def test_stored_series_are_what_the_annual_facts_give(name: str) -> None:
    stored, built = load_macro(name), build_macro(name)
    for key in SERIES:
        np.testing.assert_allclose(getattr(stored, key), getattr(built, key), rtol=1e-9)
    for key in SECTOR_SERIES:
        assert list(stored.sectors.get(key, {})) == list(built.sectors.get(key, {}))
        for sector, months in built.sectors.get(key, {}).items():
            np.testing.assert_allclose(stored.sectors[key][sector], months, rtol=1e-9)


@pytest.mark.parametrize("name", MACRO_NAMES)
def test_indexes_start_at_one_and_everything_is_positive(name: str) -> None:
    macro = load_macro(name)
    assert macro.name == name
    for key in SERIES:
        values = getattr(macro, key)
        assert values.shape == (216,)
        assert values.dtype == np.float64
        assert values.min() > 0
    for key in INDEXES:
        assert year_mean(getattr(macro, key), 2003) == pytest.approx(1, abs=1e-12)
    assert year_mean(macro.exchange_rate, 2003) == pytest.approx(1192.1, abs=0.05)


def test_history_meets_the_published_years() -> None:
    macro = load_macro("history")
    for year, exports in KOREAN_EXPORTS.items():
        assert year_mean(macro.world_demand, year) == pytest.approx(exports / 193.8, rel=1e-12)
    assert year_mean(macro.exchange_rate, 2009) == pytest.approx(1274.6252, rel=1e-12)
    prices = [year_mean(macro.price_index, year) for year in range(2003, 2009)]
    assert prices[1] / prices[0] == pytest.approx(1.075, abs=2e-4)
    assert prices[5] / prices[2] == pytest.approx(1.13, rel=1e-12)
    # Real manufacturing growth of 2004, 10 %, at the prices of 2004.
    assert year_mean(macro.domestic_demand, 2004) == pytest.approx(1.10 * prices[1], rel=1e-12)


def test_history_has_the_shape_of_the_crisis() -> None:
    macro = load_macro("history")
    quarters = [(2008, 7), (2008, 10), (2009, 1), (2009, 4), (2009, 7)]
    volume = [
        window_mean(macro.domestic_demand, first, 3) / window_mean(macro.price_index, first, 3)
        for first in quarters
    ]
    growth = [100 * (now / before - 1) for before, now in pairwise(volume)]
    assert growth == pytest.approx([-11.9, -3.4, 8.2, 8.7], abs=1e-9)
    price_2005 = year_mean(macro.price_index, 2005)
    # The second half of 2008 follows from the year and the first half: published as 116.4.
    assert window_mean(macro.price_index, (2008, 7), 6) / price_2005 == pytest.approx(1.164)
    assert window_mean(macro.price_index, (2009, 1), 5) / price_2005 == pytest.approx(1.104)
    exports = [193.8 / 4 * window_mean(macro.world_demand, first, 3) for first in quarters]
    assert exports[1] == pytest.approx(93.1)
    assert exports[2] == pytest.approx(74.7)
    assert exports[4] == pytest.approx(94.8)
    assert np.argmax(macro.exchange_rate) in range(70, 75)


def test_history_alone_explains_most_of_the_growth_of_revenue() -> None:
    index = revenue_index(load_macro("history"), export_share=0.51)
    assert 1.80 < year_mean(index, 2008) / year_mean(index, 2003) < 1.95


def test_plan_reaches_the_targets_of_the_article() -> None:
    macro = load_macro("plan-2005")
    share = 67 * 1192.1 / 157_000
    revenue = revenue_index(macro, share)
    assert 157 * year_mean(revenue, 2008) == pytest.approx(291, rel=1e-9)
    assert 157 * year_mean(revenue_index(macro, 0.51), 2008) == pytest.approx(291, rel=1e-3)
    assert 67 * year_mean(macro.world_demand, 2013) == pytest.approx(194, rel=1e-9)
    np.testing.assert_allclose(macro.exchange_rate, 1192.1, rtol=1e-12)
    domestic = [year_mean(macro.domestic_demand, year) for year in range(2003, 2014)]
    growth = [now / before - 1 for before, now in pairwise(domestic)]
    assert growth == pytest.approx([0.1499341] * 5 + [0.07] * 5, abs=1e-6)


def test_a_shorter_horizon_is_the_beginning_of_the_longer_one() -> None:
    long, short = load_macro("history"), load_macro("history", months=132)
    for key in SERIES:
        np.testing.assert_array_equal(getattr(short, key), getattr(long, key)[:132])


def test_annual_file_is_rescaled_and_keeps_its_year_means(tmp_path: Path) -> None:
    path = write(tmp_path, ["# my scenario", *annual_lines(11), ""])
    macro = load_macro(path, months=132)
    assert macro.name == str(path)
    for y in range(11):
        assert year_mean(macro.world_demand, 2003 + y) == pytest.approx(1.1**y, rel=1e-12)
        assert year_mean(macro.exchange_rate, 2003 + y) == pytest.approx(1200 + 10 * y, rel=1e-12)
        assert year_mean(macro.price_index, 2003 + y) == pytest.approx(1 + y / 50, rel=1e-12)
    growth = macro.domestic_demand[1:] / macro.domestic_demand[:-1]
    np.testing.assert_allclose(growth, 1.05 ** (1 / 12), rtol=1e-8)


def test_monthly_file_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "월별.csv"
    save_macro(load_macro("history"), path)
    again = load_macro(path, months=120)
    for key in SERIES:
        expected = getattr(load_macro("history", 120), key)
        np.testing.assert_allclose(getattr(again, key), expected, rtol=1e-14)


def test_file_of_a_spreadsheet_program_is_read(tmp_path: Path) -> None:
    path = tmp_path / "macro.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(annual_lines(3)).encode())
    assert load_macro(path, months=36).wage_index.shape == (36,)


def test_sectors_meet_their_years_and_share_the_course_of_the_common_series() -> None:
    macro = load_macro("history")
    assert {key: len(by_sector) for key, by_sector in macro.sectors.items()} == {
        "domestic_demand": 9, "world_demand": 11, "price_index": 9,
    }  # fmt: skip
    # Petrochemicals, sector_series.csv: USD 18.65 bn in 2003 and 69.8 bn in 2008; the price of
    # 2008 is 2.186 and the volume bought at home 0.981.
    exports, price, home = (
        macro.of_sector(key, "petrochemicals")
        for key in ("world_demand", "price_index", "domestic_demand")
    )
    assert year_mean(exports, 2008) == pytest.approx(69.8 / 18.65, rel=1e-12)
    assert year_mean(price, 2008) == pytest.approx(2.186, rel=1e-12)
    assert year_mean(home, 2008) == pytest.approx(2.186 * 0.981, rel=1e-12)
    # After 2013 it goes on with the common series.
    later = year_mean(macro.world_demand, 2016) / year_mean(macro.world_demand, 2013)
    assert year_mean(exports, 2016) == pytest.approx(101.19 / 18.65 * later, rel=1e-12)
    ratio = np.log(exports / macro.world_demand)
    assert np.abs(np.diff(ratio, 2)).max() < 0.2 * np.abs(np.diff(np.log(exports), 2)).max()
    # Ships were ordered before the crisis: exports of every quarter of 2009 exceed those of 2007.
    ships = macro.of_sector("world_demand", "ships").reshape(-1, 3).mean(axis=1)
    assert ships[24:28].min() > ships[16:20].max()
    assert macro.of_sector("world_demand", "shoes") is macro.world_demand


def test_all_sectors_may_share_the_common_series() -> None:
    common, whole = load_macro("history").common(), load_macro("history")
    assert common.sectors == {}
    assert load_macro("plan-2005").sectors == {}
    for key in SERIES:
        np.testing.assert_array_equal(getattr(common, key), getattr(whole, key))


def test_frozen_is_2003_for_ever() -> None:
    macro = load_macro("frozen", months=40)
    assert macro.name == "frozen"
    assert macro.sectors == {}
    for key in INDEXES:
        assert getattr(macro, key).tolist() == [1.0] * 40
    assert macro.exchange_rate == pytest.approx(np.full(40, 1192.0817), rel=1e-9)
    assert np.unique(macro.exchange_rate).size == 1


def test_sectors_of_a_file_of_ones_own(tmp_path: Path) -> None:
    lines = annual_lines(3)
    lines[0] += ",price_index:ships,world_demand:ships"
    for y in range(3):
        lines[y + 1] += f",{10 + y},{8 - y}"
    macro = load_macro(write(tmp_path, lines), months=36)
    assert {key: list(by_sector) for key, by_sector in macro.sectors.items()} == {
        "price_index": ["ships"], "world_demand": ["ships"],
    }  # fmt: skip
    assert year_mean(macro.of_sector("price_index", "ships"), 2005) == pytest.approx(1.2, rel=1e-12)
    assert year_mean(macro.of_sector("world_demand", "ships"), 2004) == pytest.approx(0.875)
    assert macro.of_sector("domestic_demand", "ships") is macro.domestic_demand


def with_column(name: str, value: str = "1") -> list[str]:
    head, *rows = annual_lines(4)
    return [f"{head},{name}", *(f"{row},{value}" for row in rows)]


def changed(line: int, column: int, text: str) -> list[str]:
    lines = annual_lines(4)
    cells = lines[line].split(",")
    cells[column] = text
    lines[line] = ",".join(cells)
    return lines


@pytest.mark.parametrize(
    ("lines", "key", "value"),
    [
        (changed(0, 2, "world"), "column world_demand", "missing"),
        (changed(0, 2, "price_index"), "column world_demand", "missing"),
        (changed(0, 0, "price_index"), "column month", "missing"),
        ([], "column month", "missing"),
        ([HEADER], "rows", "none"),
        (changed(2, 3, "abc"), "line 3, exchange_rate", "abc"),
        (changed(2, 3, ""), "line 3, exchange_rate", ""),
        (changed(2, 3, "nan"), "line 3, exchange_rate", "nan"),
        (changed(2, 3, "inf"), "line 3, exchange_rate", "inf"),
        (changed(2, 3, "0"), "line 3, exchange_rate", "0"),
        (changed(2, 3, "-5"), "line 3, exchange_rate", "-5"),
        (changed(2, 3, "1e300"), "line 3, exchange_rate", "1e300"),
        (changed(2, 3, "120"), "exchange_rate in 2004", "120.0"),
        (changed(3, 0, "2006"), "line 4, year", "2006"),
        (changed(1, 0, "2002"), "line 2, year", "2002"),
        (changed(1, 0, "x"), "line 2, year", "x"),
        (annual_lines(3), "last year", "2005"),
        ([*annual_lines(3), "2006,1,2"], "line 5", "3 values"),
        (annual_lines(60), "line 50, year", "2051"),
        (with_column("price:ships"), "column price:ships", "price:ships"),
        (with_column("wage_index:ships"), "column wage_index:ships", "wage_index:ships"),
        (with_column("price_index:Ships"), "column price_index:Ships", "price_index:Ships"),
        (with_column("price_index:"), "column price_index:", "price_index:"),
        (with_column("price_index:ships", "-1"), "line 2, price_index:ships", "-1"),
        (
            with_column("price_index:ships,price_index:ships", "1,1"),
            "column price_index:ships",
            "twice",
        ),
    ],
)
def test_errors_name_file_place_and_what_is_allowed(
    tmp_path: Path, lines: list[str], key: str, value: str
) -> None:
    path = write(tmp_path, lines)
    with pytest.raises(MacroError) as caught:
        load_macro(path, months=48)
    error = caught.value
    assert (error.file, error.key, error.value) == (str(path), key, value)
    assert error.allowed
    message = str(error)
    assert "\n" not in message
    assert all(part in message for part in (error.file, key, error.allowed))


def test_errors_of_files_that_cannot_be_read(tmp_path: Path) -> None:
    for missing in (tmp_path / "none.csv", tmp_path, "histroy", "a\0b"):
        with pytest.raises(MacroError, match="history, plan-2005, frozen or the path"):
            load_macro(missing)
    western = tmp_path / "latin-1.csv"
    western.write_bytes("# été\n".encode("latin-1") + "\n".join(annual_lines(4)).encode())
    with pytest.raises(MacroError, match="UTF-8"):
        load_macro(western, months=48)
    huge = tmp_path / "huge.csv"
    huge.write_text("1," * 600_000, encoding="utf-8")
    with pytest.raises(MacroError, match="1 MB"):
        load_macro(huge)


@pytest.mark.parametrize("encoding", ["euc-kr", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_of_spreadsheets_are_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = [line.replace(",", delimiter) for line in annual_lines(4)]
    plain, path = write(tmp_path, annual_lines(4)), tmp_path / "korean.csv"
    path.write_bytes("\n".join(["# 수출", *lines]).encode(encoding))
    same, expected = load_macro(path, months=48), load_macro(plain, months=48)
    np.testing.assert_array_equal(same.world_demand, expected.world_demand)


def test_monthly_file_with_a_gap_or_a_slip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "macro.csv"
    save_macro(load_macro("history"), path)
    lines = path.read_text(encoding="utf-8").splitlines()
    write(tmp_path, lines[:20] + lines[21:])
    with pytest.raises(MacroError, match=r"line 21, month.*2004-08"):
        load_macro(path)
    lines[30] = lines[30].replace(",1", ",100000", 1)
    write(tmp_path, lines)
    with pytest.raises(MacroError, match=r"in 2005-06.*1000 times"):
        load_macro(path)


def test_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(MacroError("f.csv", "line 2", "x", "a number")))
    assert (error.file, error.key, error.value, error.allowed) == (
        "f.csv",
        "line 2",
        "x",
        "a number",
    )


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.4, 2.5), min_size=1, max_size=20))
def test_any_path_of_years_gives_positive_months_with_exact_means(steps: list[float]) -> None:
    means = np.cumprod([1.0, *steps])
    months = smoothest_months(means.tolist(), np.empty((0, 12 * means.size)), np.empty(0))
    assert months.min() > 0
    np.testing.assert_allclose(months.reshape(-1, 12).mean(axis=1), means, rtol=1e-12)


def test_months_are_the_smoothest_that_meet_the_conditions() -> None:
    means = [1.0, 1.3, 1.1]
    row = mean_row(36, 15, 17)
    months = smoothest_months(means, row[None, :], np.array([1.4]))
    assert months[15:18].mean() == pytest.approx(1.4, rel=1e-12)
    roughness = np.sum(np.diff(np.log(months), 2) ** 2)
    conditions = np.vstack([np.kron(np.eye(3), np.full(12, 1 / 12)), row])
    projection = np.eye(36) - np.linalg.pinv(conditions) @ conditions
    random = np.random.default_rng(1)
    for _ in range(50):
        other = months + 1e-3 * projection @ random.normal(size=36)
        assert np.sum(np.diff(np.log(other), 2) ** 2) > roughness


def test_contradicting_conditions_are_refused() -> None:
    row = mean_row(24, 0, 11)
    with pytest.raises(ArithmeticError):
        smoothest_months([1.0, 1.1], row[None, :], np.array([2.0]))
