"""Lessons of an invented sweep as pages and in the terminal, in both languages."""

from __future__ import annotations

import io
import re
from html import escape
from pathlib import Path

import pandas as pd
import pytest
from invented_sweep import write_sweep
from page_html import check
from rich.console import Console

from innocluster.scenarios.lessons.choosing import Proofs, decide
from innocluster.scenarios.lessons.conditions import Case, conditions
from innocluster.scenarios.lessons.influence import sensitivity
from innocluster.scenarios.lessons.lesson import Lesson
from innocluster.scenarios.lessons.questions import asked, condition
from innocluster.scenarios.lessons.reading import FinishedSweep, read_sweep
from innocluster.scenarios.lessons.responses import responses
from innocluster.scenarios.sweeps import designs
from innocluster.scenarios.sweeps.designs import Sweep
from innocluster.viz.page.views.content.lesson_content import lesson_page
from innocluster.viz.report import lesson_report
from innocluster.viz.report.embedding import unbroken
from innocluster.viz.report.lesson_report import print_lesson, write_lesson_report
from innocluster.viz.words.lessons.fronts import point_label
from innocluster.viz.words.lessons.lesson_views import view_of
from innocluster.viz.words.messages import Messages
from innocluster.viz.words.texts import LANGUAGES, Texts

pytest.importorskip("SALib")
pytest.importorskip("sklearn")

FIGURES = {
    "sensitivity": ["tornado", "response", "heat"],
    "discover": ["box", "parallel", "peeling"],
    "curves": ["curves"],
    "decide": ["lead", "worth"],
    "optimise": ["pareto", "levers"],
}


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> FinishedSweep:
    return read_sweep(write_sweep(tmp_path_factory.mktemp("sweep") / "made"))


@pytest.fixture(scope="module")
def lessons(sweep: FinishedSweep) -> dict[str, Lesson]:
    question = asked(sweep, "value_added_2008", ("P5", "P0"), None)
    return {
        "sensitivity": sensitivity(sweep, question, condition(sweep, ())),
        "discover": conditions(sweep, Case(question, "P5")),
        "curves": responses(sweep, "value_added_2008", "parameters.joint_gain"),
        "decide": decide(sweep, "value_added_2008", Proofs(0)),
        "optimise": invented_front(),
    }


def invented_front() -> Lesson:
    """Three points whose net benefit is 50, 80 and 60 KRW bn, bands and intervals of ± 10."""
    rows: dict[str, list[object]] = {
        "programme.budget_scale": [0.5, 1.0, 2.0],
        "programme.members_scale": [1.0, 1.5, 2.0],
        "policy": ["P5", "P5", "P3"],
        "merged": [4, 9, 2],
    }
    for name, means in {"cost": [90, 180, 360], "net": [50, 80, 60], "rest": [20, 40, 70]}.items():
        for kind in (name, f"{name}_ran"):
            rows |= {kind: list(means), f"{kind}_low": [v - 10 for v in means]}
            rows[f"{kind}_high"] = [v + 10 for v in means]
    meta = {
        "scenario": "korean-pilot-2005", "sweep_name": "split", "design": "sobol", "points": 48,
        "runs": 200, "failures": 0, "policies": ["P5", "P3"], "levers": ["budget", "members"],
        "inputs": [], "indicator": "net_benefit", "unit": "KRW bn", "policy": "", "seed": 1,
        "region": "seven-complexes", "macro": "history", "exports": "corrected",
        "last": "2008-12", "confidence": 0.95, "version": "0", "command": "test",
        "method": "front", "worlds": 3, "again": 10, "found": 15, "within": 0.95,
        "explained": {"cost": 0.99, "net": 0.4, "rest": 0.8},
    }  # fmt: skip
    return Lesson("optimise", meta, {"front": pd.DataFrame(rows), "design": pd.DataFrame()})


@pytest.mark.parametrize("kind", FIGURES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_has_findings_numbers_and_figures(
    lessons: dict[str, Lesson], kind: str, language: str, tmp_path: Path
) -> None:
    lesson = lessons[kind]
    page = write_lesson_report(lesson, tmp_path, language).read_text(encoding="utf-8")
    for name in FIGURES[kind]:
        assert f'id="{name}-title"' in page
        assert (tmp_path / "figures" / f"{name}.png").stat().st_size > 5_000
    for sentence in view_of(lesson, Texts(language)).headlines:
        assert unbroken(sentence.replace("'", "&#39;").replace("<", "&lt;")) in page
    assert not re.search(r"\bnan\b", re.sub("<svg.*?</svg>", "", page, flags=re.DOTALL))


def test_the_findings_say_what_moves_and_where(lessons: dict[str, Lesson]) -> None:
    found = view_of(lessons["sensitivity"], Texts("en")).headlines
    assert found[0].startswith(
        "What moves value added in 2008, P5 less P0: Productivity gain of a joint success 97.5 %"
    )
    assert "KRW" in found[1]
    assert "bn" in found[1]
    found = view_of(lessons["sensitivity"], Texts("ko")).headlines
    assert "억 원" in found[1]
    found = view_of(lessons["discover"], Texts("en")).headlines
    assert found[0].startswith("Case: P5 has the largest value added in 2008.")
    assert "Productivity gain of a joint success is at least 0.043" in found[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_in_the_browser_shows_every_lesson(
    lessons: dict[str, Lesson], language: str
) -> None:
    for lesson in lessons.values():
        said = lesson_page(lesson, Texts(language))
        check(said)
        for line in view_of(lesson, Texts(language)).headlines:
            assert escape(line) in said


@pytest.mark.parametrize("kind", FIGURES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terminal_says_it_in_a_few_lines(
    lessons: dict[str, Lesson], kind: str, language: str
) -> None:
    out = io.StringIO()
    print_lesson(lessons[kind], language, Console(file=out, width=80, markup=False))
    lines = out.getvalue().splitlines()
    assert 2 <= len(lines) <= 45
    assert all(len(line) <= 80 for line in lines)


def test_rows_that_the_terminal_leaves_out_are_counted(
    lessons: dict[str, Lesson], monkeypatch: pytest.MonkeyPatch
) -> None:
    for most, left in ((3, ""), (2, "Rows that are left out here: 1.")):
        monkeypatch.setattr(lesson_report, "_MOST_ROWS", most)
        out = io.StringIO()
        print_lesson(lessons["optimise"], "en", Console(file=out, width=80, markup=False))
        assert (left in out.getvalue()) if left else ("left out here" not in out.getvalue())


def test_where_no_box_is_found_nothing_is_concluded_of_one(lessons: dict[str, Lesson]) -> None:
    found = lessons["discover"]
    none = {name: found.tables[name].iloc[:0] for name in ("boxes", "limits", "again")}
    nothing = Lesson(found.kind, found.meta, {**found.tables, **none})
    for lesson, inside in ((found, True), (nothing, False)):
        view = view_of(lesson, Texts("en"))
        assert ("inside the box" in view.may[0]) == inside
        assert ("its limits" in view.may_not[0]) == inside


def test_points_have_letters_of_their_own() -> None:
    assert [point_label(n) for n in (0, 25, 26, 27, 52)] == ["A", "Z", "AA", "AB", "BA"]


def test_the_best_split_is_named_with_its_levers_and_doubts(lessons: dict[str, Lesson]) -> None:
    view = view_of(lessons["optimise"], Texts("en"))
    assert view.headlines[0] == (
        "3 ways to split the budget stand for 15 that cannot be told apart: from KRW 90.0 bn to"
        " KRW 360 bn of cost, net benefit from KRW 50.0 bn to KRW 80.0 bn."
    )
    assert view.headlines[1].startswith("Most net benefit at B: KRW 80.0 bn [KRW 70.0 bn to")
    assert "Multiple of the programme’s budget 1 times" in view.headlines[1]
    assert view.warnings == [
        "From the levers only 40 % of the variance of Net benefit can be predicted: the front is"
        " vague in it."
    ]


READY = sorted((Path(designs.__file__).parent / "examples").glob("*.toml"))


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_a_ready_sweep_says_how_it_is_read(path: Path) -> None:
    sweep = Sweep.from_file(path)
    assert sweep.name == path.stem
    for language in LANGUAGES:
        assert len(Texts(language)(f"ready.{sweep.name}")) > 60
    assert Messages("ko")("title", sweep.title) != sweep.title
