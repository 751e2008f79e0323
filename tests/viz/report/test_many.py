"""Eighteen arms: tables, sentences, figures and reports stay readable and rank no tier."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from invented import COMPLEXES, LEVELS, PROGRAMME, SHARES, YEARS
from rich.cells import cell_len
from rich.console import Console

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.comparison.decision_table import Criteria
from innocluster.scenarios.comparison.tabulation import tabulate
from innocluster.scenarios.comparison.worlds import Worlds
from innocluster.scenarios.policies import POLICIES
from innocluster.scenarios.runs.indicators import UNITS
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.statistics.draws import prior_draws
from innocluster.sim.coordination.policy import Policy
from innocluster.viz.figures.saving import drawings
from innocluster.viz.figures.style import apart, tier_shades
from innocluster.viz.report.report import write_report
from innocluster.viz.report.terminal import print_comparison
from innocluster.viz.words.choices import choices, turning_points, turning_rows
from innocluster.viz.words.decision import decisions
from innocluster.viz.words.findings import answers, by_tier, may_not_conclude
from innocluster.viz.words.texts import LANGUAGES, Texts

WORLDS = 30
EFFECTS = {
    "P0": 0.0, "P2": 0.05, "P5": 0.3, "A1": 0.1, "A2": 0.1, "A3": 0.1, "A4": 0.15, "A5": 0.2,
    "A6": 0.2, "A7": 0.3, "A8": 0.3, "A9": 0.41, "B1": 0.42, "B2": 0.42, "B3": -0.1, "B4": -0.3,
    "B5": 0.0, "ORACLE": 0.6,
}  # fmt: skip


def invented_worlds() -> Worlds:
    """Every arm adds its effect on revenue, more where joint research gains more."""
    generator = np.random.default_rng(1)
    shares, years = np.array([1.0, *SHARES]), np.arange(YEARS.size)
    draws = prior_draws(1)
    drawn = {name: np.array([draws(r)[name] for r in range(WORLDS)]) for name in draws(0)}
    gain = 1.5 * (drawn["joint_gain"] / drawn["joint_gain"].mean() - 1.0)
    levels = {
        name: LEVELS.get(name, ("", 0.0, 1.0))[1]
        * generator.normal(1.0, 0.06, (WORLDS, YEARS.size, 1))
        * LEVELS.get(name, ("", 0.0, 1.0))[2] ** years[None, :, None]
        * shares
        for name in UNITS
    }
    yearly = {}
    for arm, effect in EFFECTS.items():
        noise = generator.normal(0.0, 0.03, (WORLDS, 1, 1))
        path = np.clip(years - 2, 0, None)[None, :, None] / 8.0 * shares
        table = {name: values.copy() for name, values in levels.items()}
        if arm != "P0":
            for name, (_, amount, _) in PROGRAMME.items():
                table[name][:, 2:] += amount * shares * generator.normal(1.0, 0.02, (WORLDS, 1, 1))
            added = (noise + effect * (1.0 + 2.0 * gain[:, None, None])) * path
            for name, weight in (("revenue", 1.0), ("value_added", 0.3), ("cohort_revenue", 0.3)):
                table[name] += weight * added
        yearly[arm] = table | {"contacts_first_half": table["contacts"] / 2.0}
    runs = dict.fromkeys(EFFECTS, WORLDS)
    return Worlds(("all", *COMPLEXES), 2013, yearly, runs, 0, np.arange(WORLDS), drawn)


@pytest.fixture(scope="module")
def many() -> Iterator[Comparison]:
    with pytest.MonkeyPatch.context() as patch:
        for arm in EFFECTS:
            if arm not in POLICIES:
                names = {"name": f"Invented arm {arm}", "name_ko": f"지어낸 정책 {arm}"}
                names |= {"summary": "Nothing at all.", "summary_ko": "아무것도 하지 않는다."}
                sees = ("oracle",) if arm == "ORACLE" else ()
                own = {"id": arm, "key": arm.lower(), "sees": sees, **names}
                patch.setitem(POLICIES, arm, type(arm, (Policy,), own)())
        meta = {
            "scenario": "korean-pilot-2005", "version": "0.1.0", "baseline": "P0",
            "pairs": WORLDS, "failures": 0, "seed": 2005, "under": "prior", "draws": None,
            "precision_asked": 0.05, "precision_reached": dict.fromkeys(EFFECTS, 0.01),
            "stopped_by": "precision", "confidence": 0.95, "command": "innocluster compare",
            "region": "seven-complexes", "macro": "history", "exports": "corrected",
            "first": "2003-01", "last": "2013-12", "indicator": "revenue_2013", "seconds": 1.0,
        }  # fmt: skip
        result = tabulate(Scenario.default(), invented_worlds(), Criteria(0.01, 0.8, 20), meta)
        yield result


def printed(result: Comparison, language: str, width: int) -> str:
    stream = io.StringIO()
    print_comparison(result, language, Console(file=stream, width=width))
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terminal_holds_every_arm(many: Comparison, language: str, width: int) -> None:
    text = printed(many, language, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert "…" not in text
    for arm in EFFECTS:
        assert len(re.findall(rf"(?m)^{arm}\b", text)) >= 2
    assert len(text.splitlines()) < 9 * len(EFFECTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_names_of_arms_fold(build: Callable[..., Comparison], language: str) -> None:
    arm = "P5@silicon-valley-of-the-nineties"
    few = build({"P2": 0.1, "P5": 0.2}, {"P0": 2, "P2": 1, "P5": 1})
    frames = {name: frame.replace({"policy": {"P5": arm}}) for name, frame in few.frames().items()}
    text = printed(Comparison({**few.meta, "leader": arm}, **frames), language, 80)
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    assert "…" not in text


def test_rows_come_by_tier_and_then_as_they_were_asked_for(many: Comparison) -> None:
    tiers = dict(zip(many.tiers["policy"], many.tiers["tier"], strict=True))
    order = by_tier(many)
    assert order[-1] == "ORACLE"
    ranks = [tiers[policy] for policy in order[:-1]]
    assert ranks == sorted(ranks)
    asked = list(EFFECTS)
    for tier in set(ranks):
        members = [policy for policy in order if tiers[policy] == tier]
        assert members == sorted(members, key=asked.index)
    assert [row.id for row in decisions(many, Texts("en"))] == order


def test_the_first_tier_is_named_together(many: Comparison) -> None:
    tiers = dict(zip(many.tiers["policy"], many.tiers["tier"], strict=True))
    first = [policy for policy, tier in tiers.items() if tier == 1]
    assert {"B1", "B2"} <= set(first)
    sentence = choices(many, Texts("en"))[0]
    for policy in first:
        assert policy in sentence
    refused = " ".join(may_not_conclude(many, Texts("en")))
    assert "they share tier 1" in refused
    cells = {row.id: row.short_possible for row in decisions(many, Texts("en"))}
    assert {cells[policy] for policy in first} <= {"yes", "level"}
    assert cells["ORACLE"] == "–"


def test_answers_are_grouped(many: Comparison) -> None:
    sentences = answers(many, Texts("en"))
    assert len(sentences) <= 6
    assert "B4" in next(s for s in sentences if "is lower under" in s)
    assert len(answers(many, Texts("ko"))) == len(sentences)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_turning_parameter_is_named(many: Comparison, language: str) -> None:
    texts = Texts(language)
    sentences = turning_points(many, texts)
    assert any("joint_gain" in sentence for sentence in sentences)
    rows = turning_rows(many, texts)
    assert rows
    assert all("joint_gain" in row[0] for row in rows[:3])
    assert all("0.02: " in row[2] and "0.07: " in row[3] for row in rows[:3])


def test_the_point_says_what_it_needs(many: Comparison) -> None:
    point = replace(many, meta={**many.meta, "under": "point"}, flips=many.flips.iloc[:0])
    assert "--under posterior" in " ".join(turning_points(point, Texts("en")))
    assert "--under posterior" in printed(point, "ko", 80)


def test_nothing_found_is_no_proof(many: Comparison) -> None:
    silent = replace(many, flips=many.flips.assign(finding=""))
    (sentence,) = turning_points(silent, Texts("en"))
    assert "no proof" in sentence
    assert turning_rows(silent, Texts("en")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_and_report_are_written_without_warnings(
    many: Comparison, tmp_path: Path, language: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = write_report(many, tmp_path, language)
    assert capfd.readouterr() == ("", "")
    drawn = {path.stem for path in (tmp_path / "figures").iterdir()}
    assert drawn >= {"effects", "front", "paths", "complexes"}
    assert report.stat().st_size < 3_000_000
    page = report.read_text(encoding="utf-8")
    assert all(f"{arm} " in page for arm in EFFECTS)


def test_every_arm_has_its_row_and_label(many: Comparison) -> None:
    with drawings(many, Texts("en")) as made:
        figures = {drawing.name: drawing.figure for drawing in made}
        rows = [t.get_text() for t in figures["effects"].axes[0].get_yticklabels()]
        assert [row.partition(" ")[0] for row in rows] == by_tier(many)
        for name in ("front", "paths"):
            written = {text.get_text() for text in figures[name].axes[0].texts}
            assert written >= set(EFFECTS) - {"P0"}
        # One hue: no arm has a colour of its own.
        lines = {line.get_color() for line in figures["paths"].axes[0].lines}
        assert len(lines) <= many.tiers["tier"].nunique() + 1


def test_hollow_marks_are_not_on_the_front(many: Comparison) -> None:
    on_front = many.decisions["on_front"].sum()
    assert 0 < on_front < len(EFFECTS)
    with drawings(many, Texts("en")) as made:
        axes = next(drawing.figure for drawing in made if drawing.name == "front").axes[0]
        marks = [line for line in axes.lines if line.get_marker() in ("o", "*")]
        assert len(marks) == len(EFFECTS)
        hollow = [line for line in marks if line.get_markerfacecolor() == "white"]
        assert len(marks) - len(hollow) == on_front


def test_shades_fall_with_the_tier_and_things_move_apart() -> None:
    shades = tier_shades({"a": 1, "b": 2, "c": 3, "d": 1, "o": 0})
    assert shades["a"] == shades["d"]
    light = [int(shades[p][1:3], 16) for p in ("a", "b", "c")]
    assert light == sorted(light)
    assert len(set(light)) == 3
    assert shades["o"] not in (shades["a"], shades["b"], shades["c"])
    moved = apart([0.0, 0.1, 5.0], [1.0, 1.0, 1.0])
    assert np.diff(moved).min() >= 1.0 - 1e-12
    assert np.mean(moved) == pytest.approx(np.mean([0.0, 0.1, 5.0]))
