"""What the page says equals what the result holds, in both languages."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from page_views import against_none

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.region.loading import load_region
from innocluster.sim.ground.parameters import PARAMETERS
from innocluster.viz.page import content
from innocluster.viz.page.address import View
from innocluster.viz.page.answers import numbers
from innocluster.viz.words.texts import Texts

REGION = load_region()
LANGUAGES = ("en", "ko")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("policy", ["P2", "P5"])
@pytest.mark.parametrize("place", ["all", "gumi"])
def test_every_number_of_the_sentence_is_one_of_the_result(
    comparison: Comparison, language: str, policy: str, place: str
) -> None:
    view = View(lang=language, policy=policy, place=place)
    said = content.sentence(against_none(comparison, policy), view, Texts(language), REGION)
    table = comparison.yearly
    year = table["year"].max()
    rows = table[
        (table["indicator"] == "revenue") & (table["complex"] == place) & (table["year"] == year)
    ].set_index("policy")
    row = rows.loc[policy]
    factor = 1e3 if language == "en" else 1e4
    spent = comparison.policies.set_index("policy").loc[policy, "spent"]
    share = 100.0 / rows.loc["P0", "median"]
    candidates = [
        row.effect_mean * factor, row.effect_low * factor, row.effect_high * factor,
        row.effect_mean * share, row.effect_low * share, row.effect_high * share,
        spent * (1.0 if language == "en" else 10.0), year, comparison.meta["pairs"], 95.0,
    ]  # fmt: skip
    numbers = re.findall(r"−?\d[\d,]*\.?\d*", said.partition(":")[2])
    assert len(numbers) >= 8
    for text in numbers:
        number = float(text.replace(",", "").replace("−", "-"))
        half = 0.5000001 * 10.0 ** -len(text.partition(".")[2])
        assert min(abs(number - value) for value in candidates) <= half, (text, said)


def test_a_verdict_is_told_only_where_the_interval_leaves_zero(comparison: Comparison) -> None:
    yearly = comparison.yearly.copy()
    mask = (yearly["policy"] == "P5") & (yearly["indicator"] == "revenue")
    for low, high, verdict in (
        (0.1, 0.3, "higher"),
        (-0.3, -0.1, "lower"),
        (-0.1, 0.3, "cannot tell"),
    ):
        yearly.loc[mask, ["effect_low", "effect_mean", "effect_high"]] = low, (low + high) / 2, high
        changed = replace(comparison, yearly=yearly)
        view = View(policy="P5")
        assert content.difference(against_none(changed), view, Texts("en")).verdict == verdict
        said = content.sentence(against_none(changed), view, Texts("en"), REGION)
        assert ("told apart from luck" in said) == (verdict == "cannot tell")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_can_be_taken_away(comparison: Comparison, language: str) -> None:
    text = numbers(comparison).decode()
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert len(rows) == len(comparison.yearly)
    table = content.years_table(against_none(comparison), View(lang=language), Texts(language))
    assert table.count("<tr>") == 1 + comparison.yearly["year"].nunique()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_happened_stands_beside_the_model(comparison: Comparison, language: str) -> None:
    texts = Texts(language)
    picture = content.levels_picture(against_none(comparison), View(lang=language), texts)
    # 2008: observed 283 beside the goal of 291.
    assert texts.raw("page.point.observed").partition("{amount}")[0].format(year=2008) in picture
    assert "283" in picture
    assert "291" in picture


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_names_every_complex(comparison: Comparison, language: str) -> None:
    picture = content.map_picture(
        against_none(comparison), View(lang=language), Texts(language), REGION
    )
    names = REGION.complexes.names_ko if language == "ko" else REGION.complexes.names
    assert all(name in picture for name in names)
    assert picture.count("<circle") == len(names)


def test_only_what_differs_is_listed() -> None:
    texts = Texts("en")
    assert content.changes(View(), texts) == []
    view = View(budget=2.0, values={"rd_elasticity": 0.1}, forms={"entry": "proportional"})
    lines = content.changes(view, texts)
    assert lines[0] == "Budget: 2 times the programme’s"
    assert len(lines) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_parameter_can_be_listed_in_either_language(language: str) -> None:
    values = {name: p.high for name, p in PARAMETERS.items() if p.low < p.high}
    lines = content.changes(View(values=values), Texts(language))
    assert len(lines) == len(values)
    if language == "ko":
        # Names such as OEM stay; units are Korean, but for symbols.
        units = [line.rpartition("(")[2].rstrip(")").split(" ", 1)[1:] for line in lines]
        assert all(re.search(r"[가-힣]|%|km", unit[0]) for unit in units if unit)
