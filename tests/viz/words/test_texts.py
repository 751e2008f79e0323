"""The catalogue: complete in both languages, and in step with what results contain."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest

import innocluster
from innocluster.scenarios.comparison.benefits import BENEFIT_NOTES, BENEFIT_WARNINGS
from innocluster.scenarios.runs.indicators import MEASURES, indicator_list, load_targets
from innocluster.viz.files import DATA, TEMPLATES
from innocluster.viz.words.quantities import (
    effect_unit,
    indicator_label,
    indicator_phrase,
    level_unit,
)
from innocluster.viz.words.texts import LANGUAGES, Texts


def rows() -> list[dict[str, str]]:
    with (DATA / "texts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_keys_are_unique() -> None:
    keys = [row["key"] for row in rows()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["key"])
def test_both_languages_say_the_same_with_the_same_values(row: dict[str, str]) -> None:
    assert row["en"].strip()
    assert row["ko"].strip()
    if row["key"] not in ("amount.money", "amount.count"):
        assert placeholders(row["en"]) == placeholders(row["ko"])


def test_korean_texts_are_korean() -> None:
    """All but patterns made of placeholders only and signs such as %."""
    for row in rows():
        if "{" not in row["ko"] and re.search("[a-zA-Z]", row["en"]):
            assert re.search("[가-힣]", row["ko"]), row["key"]


def test_the_code_names_only_keys_that_exist_and_no_text_is_idle() -> None:
    rooms = (TEMPLATES.parent, Path(innocluster.__file__).resolve().parent / "commands")
    files = [*(file for room in rooms for file in room.rglob("*.py")), *TEMPLATES.glob("*")]
    sources = [file.read_text(encoding="utf-8") for file in files]
    code = "\n".join(sources)
    keys = {row["key"] for row in rows()}
    named = set(re.findall(r"""\b(?:texts|raw|t)\(\s*["']([a-z][^"'{}]*)["']""", code))
    assert named <= keys
    quoted = set(re.findall(r"""["']([a-z_]+\.[a-z_.]+)["']""", code))
    # Keys put together from a fixed start, and reasons that results carry in English.
    starts = {*re.findall(r"""f["']([a-z_]+\.(?:[a-z_]+[._])?)\{""", code), "cost."}
    idle = {k for k in keys - named - quoted if not k.startswith(tuple(starts))}
    assert idle == set()


def test_a_missing_key_and_an_unknown_language_raise() -> None:
    with pytest.raises(KeyError):
        Texts("en")("no.such.key")
    with pytest.raises(KeyError):
        Texts("en")("report.made")
    with pytest.raises(ValueError, match="'fr'"):
        Texts("fr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_measure_indicator_unit_and_target_of_results_has_its_text(language: str) -> None:
    texts = Texts(language)
    units = {measure.unit for measure in MEASURES}
    for measure in MEASURES:
        assert texts(f"indicator.{measure.name}")
    for indicator in indicator_list(2020):
        assert indicator_label(indicator.name, texts)
        assert indicator_phrase(indicator.name, texts)
    for exports in ("corrected", "as_printed"):
        for target in load_targets("seven-complexes", exports):
            units.add(target.unit)
            assert indicator_label(target.indicator, texts)
            assert texts(f"word.target_{target.kind}")
    for unit in units:
        assert level_unit(unit, texts).amount.format(value="1")
        assert effect_unit(unit, texts).label


def test_reasons_why_a_benefit_is_not_stated_and_warnings_are_translated() -> None:
    for note in (*BENEFIT_NOTES.values(), *BENEFIT_WARNINGS.values()):
        assert Texts("ko").translate(note) != note
        assert Texts("en").translate(note) == note


def test_the_texts_load_no_heavy_library() -> None:
    code = (
        "import sys; import innocluster.viz.words.texts; innocluster.viz.words.texts.Texts('ko');"
        "print([m for m in ('numpy', 'pandas', 'matplotlib', 'jinja2') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
