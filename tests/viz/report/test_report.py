"""Reports: self-contained, well formed, in both languages, with the set-up that made them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.runs.execution import RunResult
from innocluster.scenarios.runs.provenance import write_manifest
from innocluster.scenarios.schema import Scenario
from innocluster.viz.report.report import write_report, write_run_report
from innocluster.viz.words.texts import LANGUAGES

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Collects tags, attributes and text, and checks that tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(re.sub(r'<span class="whole">(.*?)</span>', r"\1", text))
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).replace("\u00a0", " ").split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_page_without_network_or_scripts(
    comparison: Comparison, tmp_path: Path, language: str
) -> None:
    path = write_report(comparison, tmp_path, language)
    assert path == tmp_path / "report.html"
    page = Page(path.read_text(encoding="utf-8"))
    tags = [tag for tag, _ in page.tags]
    assert not {"script", "link", "img", "iframe"} & set(tags)
    assert tags.count("svg") == 8
    attributes = {tag: values for tag, values in reversed(page.tags)}
    assert attributes["html"]["lang"] == language
    references = [
        value
        for _, values in page.tags
        for name, value in values.items()
        if name in ("src", "href", "xlink:href") and value
    ]
    inside = [value for value in references if not value.startswith("data:")]
    assert all(value.startswith("#") for value in inside)
    identifiers = {values["id"] for _, values in page.tags if "id" in values}
    assert {value[1:] for value in inside} <= identifiers
    # Numbers and picture of each of the seven figures are in the page.
    assert len(references) - len(inside) == 2 * 7
    assert "@import" not in path.read_text(encoding="utf-8")
    assert not list(tmp_path.glob("*.partial"))


def test_identifiers_are_unique(comparison: Comparison, tmp_path: Path) -> None:
    page = Page(write_report(comparison, tmp_path, "en").read_text(encoding="utf-8"))
    identifiers = [values["id"] for _, values in page.tags if "id" in values]
    assert len(identifiers) == len(set(identifiers))


def test_it_begins_with_the_answer(comparison: Comparison, tmp_path: Path) -> None:
    text = Page(write_report(comparison, tmp_path, "en").read_text(encoding="utf-8")).text
    places = [
        text.rindex(part)
        for part in (
            "Thematic mini-clusters against Random matching: revenue",
            "The decision in numbers",
            "You may conclude",
            "How to read it",
            "How to reproduce it",
        )
    ]
    assert places == sorted(places)


def test_the_manifest_gives_set_up_and_changed_parameters(
    comparison: Comparison, tmp_path: Path
) -> None:
    text = Page(write_report(comparison, tmp_path, "en").read_text(encoding="utf-8")).text
    assert "Not recorded in this folder" in text
    scenario = Scenario.default().replaced(parameters={"rd_elasticity": 0.1})
    write_manifest(tmp_path, scenario, comparison.meta)
    text = Page(write_report(comparison, tmp_path, "en").read_text(encoding="utf-8")).text
    assert "(rd_elasticity) 0.1 0.07" in text
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["fingerprint"] in text
    assert "Hankyung, autumn 2005: target for 2008" in text


def test_what_users_write_is_escaped(build: Callable[..., Comparison], tmp_path: Path) -> None:
    hostile = build(
        {"P5": 0.3}, {"P0": 2, "P5": 1}, command="innocluster compare --out '<script>x</script>'"
    )
    raw = write_report(hostile, tmp_path, "en").read_text(encoding="utf-8")
    assert "<script" not in raw
    assert "&lt;script&gt;" in raw


def test_benefits_are_stated_or_say_why_not(comparison: Comparison, tmp_path: Path) -> None:
    text = Page(write_report(comparison, tmp_path, "ko").read_text(encoding="utf-8")).text
    assert "사업이 없어 비용 없음" in text
    assert re.search(r"1\.3 \[0\.9, 1\.8\]", text.replace("\n", " "))


@pytest.mark.parametrize("language", LANGUAGES)
def test_run_report(run_result: RunResult, tmp_path: Path, language: str) -> None:
    path = write_run_report(run_result, tmp_path, language)
    page = Page(path.read_text(encoding="utf-8"))
    # The picture of the first screen and the figures.
    assert [tag for tag, _ in page.tags].count("svg") == 1 + 8
    assert "17.5" in page.text
    # What happened and what was aimed at are two things: 283 ± 12 and 291.
    assert re.search(r"283 ± 12 \d\.\d\d.{0,4} 291 \d\.\d\d", page.text)
    assert "Network and structure" in page.text or "네트워크와 구조" in page.text
    assert "innocluster run korean-pilot-2005 --policy P5 --seed 2005" in page.text
