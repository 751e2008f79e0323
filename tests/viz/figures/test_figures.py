"""Figures: files, both languages without a box, determinism, ties that look like ties."""

from __future__ import annotations

import csv
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from invented import figure_files

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.policies import POLICIES
from innocluster.scenarios.runs.execution import RunResult
from innocluster.viz.figures import fonts
from innocluster.viz.figures.panels import targets_of, wrap
from innocluster.viz.figures.saving import drawings, render_svg
from innocluster.viz.figures.style import policy_styles
from innocluster.viz.files import DATA
from innocluster.viz.words.texts import LANGUAGES, Texts

COMPARISON = ["effects", "front", "paths", "outcomes", "participants", "complexes", "spending"]
RUN = [
    "run-targets", "run-complexes", "run-network", "run-structure", "run-world-class",
    "run-growth", "run-growth-complexes", "run-channels",
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_comparison_figures_without_warnings(
    comparison: Comparison, tmp_path: Path, language: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        paths = figure_files(comparison, tmp_path, language)
    assert [p.name for p in paths] == [f"{n}.{s}" for n in COMPARISON for s in ("png", "svg")]
    for path in paths:
        start = b"\x89PNG" if path.suffix == ".png" else b"<svg"
        assert path.read_bytes().startswith(start)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_run_figures_without_warnings(
    run_result: RunResult, tmp_path: Path, language: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        paths = figure_files(run_result, tmp_path, language)
    assert [p.name for p in paths] == [f"{n}.{s}" for n in RUN for s in ("png", "svg")]
    assert capfd.readouterr() == ("", "")


def test_the_same_result_gives_the_same_bytes(comparison: Comparison, tmp_path: Path) -> None:
    first = figure_files(comparison, tmp_path / "a", "ko")
    second = figure_files(comparison, tmp_path / "b", "ko")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_svg_is_well_formed_with_title_and_text(comparison: Comparison) -> None:
    with drawings(comparison, Texts("en")) as made:
        pages = [render_svg(drawing) for drawing in made]
    identifiers: list[str] = []
    for page in pages:
        root = ET.fromstring(page)
        assert root.get("role") == "img"
        assert [child.tag.rpartition("}")[2] for child in root][:2] == ["title", "desc"]
        identifiers += [e.get("id") for e in root.iter() if e.get("id")]  # type: ignore[misc]
        assert "No programme" in page or "Programme money" in page or "participants" in page
        assert "url(http" not in page
    assert len(identifiers) == len(set(identifiers))


def test_a_tie_looks_like_a_tie(build: Callable[..., Comparison]) -> None:
    tied = build({"P2": 0.03, "P5": 0.04}, {"P0": 1, "P2": 1, "P5": 1})
    with drawings(tied, Texts("en")) as made:
        axes = made[0].figure.axes[0]
        means = [line for line in axes.lines if line.get_marker() == "o"]
        assert len(means) == 3
        assert {line.get_markerfacecolor() for line in means} == {"white"}
        assert {text.get_text() for text in axes.texts} == {"cannot tell"}
        title = made[0].figure.get_suptitle()
    assert "No policy can be told apart" in title.replace("\n", " ")


def test_a_settled_effect_is_filled_and_the_axis_is_in_billions(comparison: Comparison) -> None:
    with drawings(comparison, Texts("en")) as made:
        axes = made[0].figure.axes[0]
        means = [line for line in axes.lines if line.get_marker() == "o"]
        assert [float(line.get_xdata()[0]) for line in means] == pytest.approx([30, 310, 280])
        assert means[0].get_markerfacecolor() == "white"
        assert means[1].get_markerfacecolor() != "white"


def test_outcomes_show_goals_and_observations(comparison: Comparison) -> None:
    with drawings(comparison, Texts("ko")) as made:
        figure = next(d.figure for d in made if d.name == "outcomes")
        revenue, exports = figure.axes
        for axes, goal in ((revenue, 291.0), (exports, 1940.0)):
            drawn = [y for line in axes.lines for y in line.get_ydata()]
            assert goal in [pytest.approx(y) for y in drawn]


def test_printed_export_figures_have_their_own_targets() -> None:
    meta = {"region": "seven-complexes", "exports": "as_printed"}
    goals = {t.indicator: t.value for t in targets_of(meta) if t.kind == "goal"}
    assert goals["exports_2013"] == pytest.approx(19.4)


def test_figures_without_data_are_left_out(comparison: Comparison, tmp_path: Path) -> None:
    idle = comparison.yearly["indicator"].str.startswith(("spent_", "cohort"))
    bare = replace(comparison, yearly=comparison.yearly[~idle])
    names = {path.stem for path in figure_files(bare, tmp_path, "en")}
    assert names == set(COMPARISON) - {"participants", "spending"}


def test_policies_differ_in_more_than_colour() -> None:
    policies = [f"P{i}" for i in range(9)]
    styles = policy_styles(policies, "P0")
    assert len({(s.colour, str(s.dash)) for s in styles.values()}) == len(policies)


def test_every_glyph_of_the_interface_is_in_the_fonts() -> None:
    from fontTools.ttLib import TTFont
    from matplotlib import font_manager

    ours = TTFont(DATA / f"{fonts.HANGUL}.ttf")
    latin = TTFont(font_manager.findfont("DejaVu Sans"))
    covered = set(ours.getBestCmap()) | set(latin.getBestCmap())
    with (DATA / "texts.csv").open(encoding="utf-8", newline="") as file:
        used = {ord(c) for row in csv.DictReader(file) for c in row["en"] + row["ko"]}
    used |= {ord(c) for p in POLICIES.values() for c in p.name_ko + p.summary_ko + p.knows_ko}
    assert used - covered - {ord("\n")} == set()
    syllables = {c for c in covered if 0xAC00 <= c <= 0xD7A3}
    assert len(syllables) == 2350


def test_the_font_keeps_its_licence_and_not_its_reserved_name() -> None:
    from fontTools.ttLib import TTFont

    names = TTFont(DATA / f"{fonts.HANGUL}.ttf")["name"]
    assert names.getDebugName(1) == fonts.HANGUL
    assert "Nanum" not in names.getDebugName(4) + names.getDebugName(6)
    licence = (DATA / f"{fonts.HANGUL}-OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence
    assert "Reserved Font Name" in licence


def test_wrap_counts_hangul_twice() -> None:
    assert wrap("one two three", 7) == "one two\nthree"
    assert wrap("하나 둘", 6) == "하나\n둘"
    assert wrap("unbreakable", 3) == "unbreakable"
