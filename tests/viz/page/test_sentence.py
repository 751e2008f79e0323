"""Every number that is said is one of the file of numbers, and Korean particles fit their words."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from page_views import against_none

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.policies import registered_policies
from innocluster.scenarios.region.loading import load_region
from innocluster.viz.files import DATA
from innocluster.viz.page import content
from innocluster.viz.page.address import MEASURES, View
from innocluster.viz.page.answers import Answer, numbers
from innocluster.viz.words.texts import Texts

REGION = load_region()
DEPENDENT = "이었[가-힣]*|였[가-힣]*|이라|라|은|는|이|가|을|를|과|와|으로|로"
"""Particles that depend on the last sound of what stands before them; 이다 is right after all."""

GAP = re.compile(rf"\{{\w+\}}(?:[’']|\([^)]*\))*(%?)(?:\([^)]*\))?({DEPENDENT})(?![가-힣])")
AFTER_PERCENT = ("라", "는", "가", "를", "와", "로")


def random_answer(comparison: Comparison, rng: np.random.Generator, policy: str) -> Answer:
    """The comparison's last year with effects of any size and sign, money of any amount."""
    yearly = comparison.yearly
    kept = yearly["policy"].isin(["P0", "P5"]) & yearly["indicator"].isin(MEASURES)
    yearly = yearly[kept & (yearly["year"] == yearly["year"].max())].copy()
    policies = comparison.policies[comparison.policies["policy"].isin(["P0", "P5"])].copy()
    own = yearly["policy"] == "P5"
    size = 10.0 ** rng.uniform(-6.0, 1.5, own.sum()) * rng.choice([-1.0, 1.0], own.sum())
    half = np.abs(size) * 10.0 ** rng.uniform(-2.0, 1.0, own.sum())
    scale = np.where(yearly.loc[own, "unit"] == "persons", 1e4, 1.0)
    yearly.loc[own, ["effect_low", "effect_mean", "effect_high"]] = (
        np.column_stack([size - half, size, size + half]) * scale[:, None]
    )
    policies.loc[policies["policy"] == "P5", "spent"] = 10.0 ** rng.uniform(0.0, 4.5)
    for table in (yearly, policies):
        table["policy"] = table["policy"].replace({"P5": policy})
    meta = {**comparison.meta, "pairs": int(rng.choice([4, 12, 30]))}
    return against_none(replace(comparison, yearly=yearly, policies=policies, meta=meta), policy)


def from_file(answer: Answer, view: View, korean: bool) -> list[float]:
    """Numbers that a sentence may have, in its units, from the bytes of the file."""
    table = pd.read_csv(io.BytesIO(numbers(answer.comparison)), encoding="utf-8-sig")
    table = table[(table["indicator"] == view.measure) & (table["complex"] == view.place)]
    table = table[table["year"] == table["year"].max()].set_index("policy")
    row, without = table.loc[answer.b], table.loc["P0", "median"]
    factor = {"KRW tn": 1e4 if korean else 1e3, "USD bn": 1e3}.get(str(row.unit), 1.0)
    effect = [row.effect_mean, row.effect_low, row.effect_high]
    spent = answer.comparison.policies.set_index("policy").loc[answer.b, "spent"]
    return [
        *(value * factor for value in effect), *(100.0 * value / without for value in effect),
        spent * (10.0 if korean else 1.0), float(row.year), float(answer.worlds), 95.0,
    ]  # fmt: skip


def numerals(said: str) -> list[tuple[float, float]]:
    """Every number of a sentence, 2조 3,491억 as one, and half of its last digit."""
    found = []
    text = re.sub(
        r"([\d,]+)조(?: ([\d,]+)억)?",
        lambda m: str(10000 * int(m[1].replace(",", "")) + int((m[2] or "0").replace(",", ""))),
        said,
    )
    for numeral in re.findall(r"−?\d[\d,]*\.?\d*", text):
        value = float(numeral.replace(",", "").replace("−", "-"))
        digits = len(numeral.partition(".")[2])
        found.append((value, 0.5000001 * 10.0**-digits))
    return found


@pytest.mark.parametrize("states", [50, pytest.param(500, marks=pytest.mark.slow)])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_number_said_is_one_of_the_file(
    comparison: Comparison, language: str, states: int
) -> None:
    rng = np.random.default_rng(15)
    policies = [p.id for p in registered_policies().values() if p.programme]
    places = ["all", *REGION.complexes.keys]
    texts = Texts(language)
    for _ in range(states):
        policy = str(rng.choice(policies))
        answer = random_answer(comparison, rng, policy)
        view = View(
            lang=language, policy=policy, measure=str(rng.choice(MEASURES)),
            place=str(rng.choice(places)),
        )  # fmt: skip
        said = content.sentence(answer, view, texts, REGION)
        for name in (
            content.arm_name(policy, view, texts),
            content.place_name(view.place, REGION, texts),
        ):
            said = said.replace(name, "")
        known = from_file(answer, view, language == "ko")
        found = numerals(said)
        assert len(found) >= 9, said
        for value, half in found:
            slack = half + 1e-9 * abs(value)
            # 12.3조 has a digit of a thousand 억, for money of A and B alone.
            assert min(abs(value - other) for other in known) <= slack, (value, said, known)


def test_korean_particles_fit_whatever_fills_the_gaps() -> None:
    """No particle hangs on a gap, but for those behind %, which is read 퍼센트."""
    with (DATA / "texts.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["key"].startswith("page.")]
    assert len(rows) > 300
    wrong = [
        (row["key"], found[0])
        for row in rows
        for found in GAP.finditer(row["ko"])
        if not found[1] or found[2] not in AFTER_PERCENT
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("값은 {amount}({range})이었고", True),
        ("‘{against}’과 비교", True),
        ("예산의 {overhead}%를", False),
        ("예산의 {overhead}%을", True),
        ("{year}년 {measure} 효과는", False),
        ("지출은 {spent}이다", False),
    ],
)
def test_a_particle_that_hangs_on_a_gap_is_found(text: str, wrong: bool) -> None:
    found = GAP.search(text)
    assert (found is not None and (not found[1] or found[2] not in AFTER_PERCENT)) == wrong
