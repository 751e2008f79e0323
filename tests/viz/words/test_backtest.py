"""Tables and sentences on what happened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.runs.execution import RunResult
from innocluster.viz.words.backtest import backtest_answers, backtest_misses, backtest_tables
from innocluster.viz.words.texts import LANGUAGES, Texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_has_no_interval_and_a_comparison_has(
    language: str, run_result: RunResult, comparison: Comparison
) -> None:
    texts = Texts(language)
    heading = "\n".join(texts("backtest.interval").rsplit(" ", 1))
    for made in backtest_tables(run_result, texts):
        assert heading not in made.columns
        assert {len(row) for row in made.rows} == {len(made.columns)}
    for made in backtest_tables(comparison, texts):
        assert heading in made.columns
        assert {len(row) for row in made.rows} == {len(made.columns)}


def test_a_row_as_written(run_result: RunResult) -> None:
    revenue = backtest_tables(run_result, Texts("en"))[0]
    assert revenue.title.startswith("Revenue, KRW tn")
    row = next(row for row in revenue.rows if row[0].endswith("2008"))
    # 157 growing by 10 % a year; 283 ± 12 was observed, 291 aimed at.
    assert row[1:4] == ["253", "283 ± 12", "2.5 !"]
    assert row[-1] == "291"
    first = next(row for row in revenue.rows if row[0].endswith("2004"))
    assert first[2].endswith(" *")


def test_short_tables_hold_the_region_and_the_last_of_each_complex(run_result: RunResult) -> None:
    texts = Texts("en")
    for whole, short in zip(
        backtest_tables(run_result, texts), backtest_tables(run_result, texts, short=True),
        strict=False,
    ):  # fmt: skip
        assert len(short.rows) <= len(whole.rows)
        places = [row[0].rpartition(" ")[0] for row in short.rows if "All" not in row[0]]
        assert len(set(places)) == len(places)


def test_every_miss_is_told(run_result: RunResult) -> None:
    table = run_result.backtest
    judged = table[(table["role"] == "hold-out") & table["errors"].notna()]
    missed = judged[judged["errors"] > 2.0]
    answers = backtest_answers(run_result, Texts("en"))
    assert f"Of {len(judged)} figures" in answers[0]
    assert f"of {len(judged) - len(missed)}." in answers[0]
    told = " ".join(backtest_misses(run_result, Texts("en")))
    assert told.count("observed") == len(missed) > 0
    assert "revenue 2008 (KRW 253 tn, observed 283 ± 12)" in told


def test_the_arm_of_the_scenario_stands_for_history(comparison: Comparison) -> None:
    own = replace(comparison, meta={**comparison.meta, "policy": "P5"})
    assert "policy P5" in backtest_answers(own, Texts("en"))[0]
    other = replace(comparison, meta={**comparison.meta, "policy": "P7"})
    assert "policy P0" in backtest_answers(other, Texts("en"))[0]


def test_a_region_without_figures_has_no_tables(run_result: RunResult) -> None:
    nothing = replace(run_result, backtest=run_result.backtest.iloc[:0])
    assert backtest_tables(nothing, Texts("en")) == []
    assert backtest_answers(nothing, Texts("en")) == []
    assert backtest_misses(nothing, Texts("en")) == []
