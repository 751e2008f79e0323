"""Terminal tables at 80 and 120 columns in both languages."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.runs.execution import RunResult
from innocluster.viz.report.terminal import print_comparison, print_run
from innocluster.viz.words.texts import LANGUAGES


def printed(show: Callable[..., None], result: object, language: str, width: int) -> str:
    stream = io.StringIO()
    show(result, language, Console(file=stream, width=width))
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("language", LANGUAGES)
def test_comparison_fits_and_cuts_nothing(
    comparison: Comparison, language: str, width: int
) -> None:
    text = printed(print_comparison, comparison, language, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert "…" not in text
    numbers = ("[250, 370]", "[0.9, 1.8]") if language == "en" else ("[2,500, 3,700]",)
    for number in numbers:
        assert number in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_large_effects_fit_80_columns(build: Callable[..., Comparison], language: str) -> None:
    large = build({"P2": 4.335, "P5": 2.886}, {"P0": 3, "P2": 1, "P5": 2}, half=0.948)
    text = printed(print_comparison, large, language, 80)
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    assert "…" not in text
    interval = "[3,387, 5,283]" if language == "en" else "[33,870, 52,830]"
    assert interval in text


def test_verdicts_and_missing_costs_are_in_words(comparison: Comparison) -> None:
    text = printed(print_comparison, comparison, "en", 120)
    for part in ("cannot tell", "higher", "cannot be", "Tier", "Random matching"):
        assert part in text
    assert "1,940억" in printed(print_comparison, comparison, "ko", 120)


def test_without_the_placebo_there_is_no_column_for_it(
    build: Callable[..., Comparison],
) -> None:
    text = printed(print_comparison, build({"P5": 0.31}, {"P0": 2, "P5": 1}), "en", 80)
    assert "Random" not in text


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("language", LANGUAGES)
def test_run_shows_figures_to_compare(run_result: RunResult, language: str, width: int) -> None:
    text = printed(print_run, run_result, language, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert "…" not in text
    assert "291" in text
    assert f"{157 * 1.1**5 / 291:.2f}" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_run_shows_network_and_structure(run_result: RunResult, language: str) -> None:
    text = printed(print_run, run_result, language, 80)
    title = "Network and structure" if language == "en" else "네트워크와 구조"
    lines = text[text.index(title) :].splitlines()
    heading = next(line for line in lines if "2004" in line)
    assert [word for word in heading.split() if word.isdigit()] == ["2004", "2008", "2013"]
    persistence = next(line for line in lines if "4.07" in line)
    assert persistence.split()[-3:] == ["–", "4.07", "4.07"]
    assert sum(any(character.isdigit() for character in line) for line in lines[3:]) >= 13


def test_a_run_without_yearly_measures_shows_none(run_result: RunResult) -> None:
    yearly = run_result.yearly
    kept = yearly[yearly["indicator"].isin(["revenue", "exports", "members"])]
    text = printed(print_run, replace(run_result, yearly=kept), "en", 80)
    assert "Network and structure" not in text
