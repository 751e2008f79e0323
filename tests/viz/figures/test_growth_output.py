"""Growth accounts in words, tables and bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from innocluster.scenarios.runs.execution import RunResult
from innocluster.viz.figures.growth_figures import growth_drawings
from innocluster.viz.figures.style import figure_style
from innocluster.viz.words.growth_sources import composition_table, growth_answers, source_tables
from innocluster.viz.words.texts import LANGUAGES, Texts


def number(cell: str) -> float:
    return float(cell.replace("−", "-"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_of_every_row_add_up(run_result: RunResult, language: str) -> None:
    tables = source_tables(run_result, Texts(language))
    assert len(tables) == 2
    for table, years in zip(tables, (5, 10), strict=True):
        assert table.notes == []
        assert len(table.rows) == 8
        for _, total, *sources, share in table.rows:
            assert number(total) == pytest.approx(8.0 * years)
            assert sum(map(number, sources)) == pytest.approx(8.0 * years)
            # 3.5 of 8.0 points less 2.6 of prices.
            assert share == "65"


def test_composition_ends_with_the_sum_of_its_rows(run_result: RunResult) -> None:
    *rows, total = composition_table(run_result, Texts("en")).rows
    for column, years in ((1, 5), (2, 10)):
        assert sum(number(row[column]) for row in rows) == pytest.approx(number(total[column]))
        assert number(total[column]) == pytest.approx(3.5 * years)


def test_the_answer_tells_assumed_progress_from_the_rest(run_result: RunResult) -> None:
    first, second = growth_answers(run_result, Texts("en"))
    assert "of 27.0 points of real growth 17.5 came from productivity; 12.5 of them" in first
    assert second.startswith("2003–2013: of 54.0 points")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_share_that_is_not_stated_has_its_reason(
    run_result: RunResult, accounts: Callable[..., pd.DataFrame], language: str
) -> None:
    texts = Texts(language)
    idle = replace(run_result, accounts=accounts(still="wonju"))
    table = source_tables(idle, texts)[0]
    assert table.rows[-1][1:] == ["–"] * 7
    assert table.notes == [texts("growth.unstated.no_account")]
    short = replace(run_result, accounts=accounts(last=2005))
    (table,) = source_tables(short, texts)
    assert "2005" in table.title
    assert {row[-1] for row in table.rows} == {"–"}
    assert table.notes == [texts("growth.unstated.span_too_short")]


def test_bars_reach_from_what_takes_away_to_what_adds(run_result: RunResult) -> None:
    with figure_style("en"):
        years, places, channels = (d.figure for d in growth_drawings(run_result, Texts("en")))
    (axes,) = years.axes
    tops = np.array([[b.get_y(), b.get_y() + b.get_height()] for b in axes.patches])
    assert tops.min() == pytest.approx(-0.5)
    assert tops.max() == pytest.approx(8.5)
    (diamonds,) = (line for line in axes.lines if line.get_marker() == "D")
    assert np.asarray(diamonds.get_ydata()) == pytest.approx(8.0)
    assert list(diamonds.get_xdata()) == list(range(2004, 2014))
    (axes,) = places.axes
    ends = [b.get_x() + b.get_width() for b in axes.patches]
    assert max(ends) == pytest.approx(85.0)
    assert len(axes.get_yticklabels()) == 8
    below = channels.axes[1]
    ends = [b.get_x() + b.get_width() for b in below.patches]
    assert max(ends) == pytest.approx(100.0)
    assert {round(b.get_width()) for b in below.patches} == {75, 25, 0}
