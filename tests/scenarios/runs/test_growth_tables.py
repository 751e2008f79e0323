"""Growth accounts as tables: sums over spans, shares that mean something, paired differences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from innocluster import run
from innocluster.scenarios.runs.growth_tables import (
    ACCOUNTS,
    NOTHING,
    SHORT,
    SLOW,
    SPANS,
    UNKNOWN,
    compare_growth,
    covered_spans,
    growth_frame,
    main_spans,
    yearly_spans,
)
from innocluster.scenarios.runs.results import RunResult
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.statistics.intervals import simultaneous_intervals
from innocluster.sim.measures.growth import COMPOSITION, SOURCES

KEYS = ("all", "west", "east")
MEASURES = [name for parts in ACCOUNTS.values() for name in parts.values()]


def hand_made(years: int = 11, **points: float) -> dict[str, np.ndarray]:
    """The same points in every year and place, none of what is not named; 2003 has no account."""
    yearly = {}
    for name in MEASURES:
        yearly[name] = np.full((years, len(KEYS)), points.get(name, 0.0))
        yearly[name][0] = np.nan
    total = sum(points.get(f"growth_{source}", 0.0) for source in SOURCES)
    yearly["growth_value_added"][1:] = total
    return yearly


def entry(
    table: pd.DataFrame, account: str, part: str, span: tuple[int, int], key: str = "all"
) -> pd.Series:
    rows = table[(table["account"] == account) & (table["part"] == part)]
    rows = rows[(rows["first"] == span[0]) & (rows["last"] == span[1])]
    (row,) = (rows.iloc[i] for i in np.flatnonzero(rows["complex"] == key))
    return row


def test_spans_are_those_that_the_run_covers() -> None:
    assert covered_spans(SPANS, 2013) == [(2003, 2008), (2003, 2013)]
    assert covered_spans(SPANS, 2010) == [(2003, 2008)]
    assert covered_spans([(2002, 2005), (2005, 2005), (2004, 2006)], 2008) == [(2004, 2006)]
    assert main_spans(2013) == list(SPANS)
    assert main_spans(2006) == [(2003, 2006)]
    assert yearly_spans(2005) == [(2003, 2004), (2004, 2005)]


def test_where_only_capital_grows_growth_is_driven_by_inputs_alone() -> None:
    table = growth_frame(hand_made(growth_capital=3.0, growth_price=2.0), KEYS)
    for span in SPANS:
        assert entry(table, "share", "input_driven", span)["value"] == pytest.approx(100.0)
        assert entry(table, "share", "innovation_driven", span)["value"] == 0.0
        assert entry(table, "share", "innovation_driven", span)["note"] == ""
    assert entry(table, "growth", "real", (2003, 2008))["value"] == pytest.approx(15.0)


def test_growth_from_prices_alone_has_no_share() -> None:
    table = growth_frame(hand_made(growth_price=5.0, growth_brand=1.0), KEYS)
    for span in SPANS:
        assert entry(table, "growth", "value_added", span)["value"] == pytest.approx(
            6.0 * (span[1] - span[0])
        )
        for part in ("innovation_driven", "input_driven", "utilisation", "cooperation"):
            row = entry(table, "share", part, span)
            assert np.isnan(row["value"])
            assert row["note"] == SLOW


@pytest.mark.parametrize(("growth", "stated"), [(1.01, True), (0.99, False), (-4.0, False)])
def test_shares_need_clear_growth_over_some_years(growth: float, stated: bool) -> None:
    yearly = hand_made(growth_productivity=growth)
    table = growth_frame(yearly, KEYS, [(2003, 2005), (2003, 2006)])
    short = entry(table, "share", "innovation_driven", (2003, 2005))
    assert np.isnan(short["value"])
    assert short["note"] == SHORT
    long = entry(table, "share", "innovation_driven", (2003, 2006))
    assert np.isfinite(long["value"]) == stated
    assert long["note"] == ("" if stated else SLOW)


def test_an_unknown_account_has_no_share() -> None:
    yearly = hand_made(growth_productivity=3.0, arrived_own=1.0)
    for rows in yearly.values():
        rows[3, 2] = np.nan
    table = growth_frame(yearly, KEYS)
    assert np.isnan(entry(table, "share", "innovation_driven", (2003, 2008), "east")["value"])
    assert entry(table, "share", "innovation_driven", (2003, 2008), "east")["note"] == UNKNOWN
    assert entry(table, "channel", "own", (2003, 2008), "east")["note"] == UNKNOWN
    assert entry(table, "share", "innovation_driven", (2003, 2008), "west")["value"] == 100.0


def test_channels_share_what_arrived() -> None:
    table = growth_frame(
        hand_made(arrived_own=3.0, arrived_joint=1.0, productivity_own=-2.0), KEYS, [(2003, 2004)]
    )
    shares = {p: entry(table, "channel", p, (2003, 2004))["value"] for p in ACCOUNTS["technology"]}
    assert shares == pytest.approx({"own": 75.0, "transfer": 0.0, "joint": 25.0, "meetings": 0.0})
    nothing = growth_frame(hand_made(), KEYS, [(2003, 2004)])
    assert entry(nothing, "channel", "own", (2003, 2004))["note"] == NOTHING


@pytest.fixture(scope="module")
def result() -> RunResult:
    return run(Scenario.default().replaced(last="2008-12"))


def test_accounts_of_a_run_explain_the_value_added_that_it_shows(result: RunResult) -> None:
    table = result.accounts
    levels = result.yearly[result.yearly["indicator"] == "value_added"]
    levels = levels.set_index(["complex", "year"])["value"]
    for (first, last, key), rows in table.groupby(["first", "last", "complex"]):
        growth = 100.0 * np.log(levels[key, last] / levels[key, first])
        parts = rows[rows["account"] == "growth"].set_index("part")["value"]
        assert parts["value_added"] == pytest.approx(growth, abs=1e-8)
        assert parts[list(SOURCES)].sum() == pytest.approx(growth, abs=1e-8)
        composition = rows[rows["account"] == "productivity"].set_index("part")["value"]
        assert list(composition.index) == list(COMPOSITION)
        assert composition.sum() == pytest.approx(parts["productivity"], abs=1e-8)
    shares = table[(table["account"] == "share") & (table["last"] - table["first"] == 5)]
    shares = shares.pivot_table(index="complex", columns="part", values="value")
    parts = ["innovation_driven", "input_driven", "utilisation"]
    assert len(shares) == 8
    assert shares[parts].sum(axis=1).to_numpy() == pytest.approx(100.0)
    gains = table[(table["account"] == "channel") & (table["complex"] == "all")]
    assert gains.groupby(["first", "last"])["value"].sum().to_numpy() == pytest.approx(100.0)


def test_accounts_have_the_promised_columns_and_units(result: RunResult) -> None:
    table = result.accounts
    assert list(table) == ["first", "last", "complex", "account", "part", "value", "unit", "note"]
    assert set(table["unit"]) == {"% points", "%"}
    assert not table.duplicated(["first", "last", "complex", "account", "part"]).any()
    spans = set(map(tuple, table[["first", "last"]].to_numpy().tolist()))
    assert spans == {*yearly_spans(2008), (2003, 2008)}


@given(st.integers(2, 12), st.integers(0, 2**32 - 1))
def test_differences_are_paired_and_their_intervals_simultaneous(worlds: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    common = generator.normal(0.0, 5.0, (worlds, 11, len(KEYS)))
    policies = ("P0", "P2", "P5")
    yearly = {
        policy: {name: common + generator.normal(p, 0.1, common.shape) for name in MEASURES}
        for p, policy in enumerate(policies)
    }
    contrasts = [("P2", "P0"), ("P5", "P0"), ("P5", "P2")]
    table = compare_growth(yearly, contrasts, KEYS, [(2004, 2008)])
    assert len(table) == len(contrasts) * len(KEYS) * len(MEASURES)
    name = "productivity_joint"
    sums = {p: yearly[p][name][:, 2:6].sum(axis=1) for p in policies}
    differences = np.stack([sums[p] - sums[b] for p, b in contrasts], axis=1)
    region = simultaneous_intervals(differences[:, :, 0])
    rows = table[(table["account"] == "productivity") & (table["part"] == "joint")]
    whole = rows[rows["complex"] == "all"]
    assert whole[["policy", "baseline"]].to_numpy().tolist() == [list(c) for c in contrasts]
    np.testing.assert_allclose(whole["effect_mean"], region.mean)
    np.testing.assert_allclose(whole["effect_low"], region.low)
    np.testing.assert_allclose(whole["effect_high"], region.high)
    np.testing.assert_allclose(
        whole["mean"], [sums[p][:, 0].mean() for p, _ in contrasts], rtol=1e-12, atol=1e-12
    )
    # Complexes are more: their intervals are wider for the same spread.
    complexes = simultaneous_intervals(differences[:, :, 1:].reshape(worlds, -1))
    east = rows[rows["complex"] == "east"]
    np.testing.assert_allclose(east["effect_low"], complexes.low[1::2])
    np.testing.assert_allclose(east["effect_high"], complexes.high[1::2])
