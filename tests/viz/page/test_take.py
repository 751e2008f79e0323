"""What is taken away gives the numbers of the page, by whatever way it is run again."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typer
from hypothesis import given, settings
from page_views import against_none, views

from innocluster.commands.command_line import application, main
from innocluster.scenarios.arms import resolve_arm
from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.engines.dask_cluster import DaskCluster
from innocluster.scenarios.runs.provenance import canonical_scenario
from innocluster.scenarios.schema import Scenario
from innocluster.viz.page.address import MEASURES, View
from innocluster.viz.page.answers import Question, answer, numbers, simulate
from innocluster.viz.page.take.frozen import frozen_page
from innocluster.viz.page.take.lines import command_line, python_lines, scenario_file
from innocluster.viz.page.take.workbook import workbook
from innocluster.viz.words.quantities import level_unit
from innocluster.viz.words.texts import Texts

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def same(first: Scenario, second: Scenario) -> bool:
    return canonical_scenario(first, {}) == canonical_scenario(second, {})


@settings(max_examples=40)
@given(views())
def test_command_and_python_mean_the_settings_of_the_page(view: View) -> None:
    words = shlex.split(command_line(view))
    command = typer.main.get_command(application).commands["compare"]  # type: ignore[attr-defined]
    parsed = command.make_context("compare", words[2:]).params
    asked = view.settings()
    assert set(parsed["policies"]) == {arm for arm in view.arms() if arm != "P0"}
    assert dict(p.split("=") for p in parsed["forms"] or ()) == asked.get("forms", {})
    found = {n: float(v) for n, v in (p.split("=") for p in parsed["settings"] or ())}
    assert found == asked.get("parameters", {})
    caught: list[Scenario] = []
    text = python_lines(view).replace("import innocluster as ic", "")
    fake = type(
        "ic", (), {"Scenario": Scenario, "compare": lambda *given, **_: caught.append(given[1])}
    )
    # Nothing is compared, so there is no result to write.
    with suppress(AttributeError):
        exec(text, {"__name__": "__main__", "ic": fake})
    assert same(caught[0], view.scenario())


@settings(max_examples=40)
@given(views())
def test_a_scenario_file_is_its_side(view: View) -> None:
    for arm in view.arms():
        table = tomllib.loads(scenario_file(view, arm))
        assert same(Scenario.from_table(table), resolve_arm(arm, view.scenario()).scenario)


def test_command_python_and_page_have_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = View(policy="P2", against="P5", budget=2.0, last="2005-12", values={"joint_gain": 0.05})
    question = Question.of(view, tmp_path / "page")
    found = answer(question, 2, [o for world in range(2) for o in simulate(question, world)])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("innocluster.scenarios.engines.choice.available_cores", lambda: 1)
    words = [*shlex.split(command_line(view, 2))[1:], "--no-report", "--quiet", "--out", "command"]
    monkeypatch.setattr(sys, "argv", ["innocluster", *words])
    assert main() == 0
    assert (
        hashlib.sha256((tmp_path / "command/yearly.csv").read_bytes()).hexdigest() == found.digest
    )
    exec(python_lines(view, 2), {"__name__": "__main__"})
    assert hashlib.sha256((tmp_path / "yearly.csv").read_bytes()).hexdigest() == found.digest
    # B against A is the paired difference of the same worlds.
    yearly = found.comparison.yearly.set_index(["policy", "indicator", "complex", "year"])
    own = found.yearly.set_index(["policy", "indicator", "complex", "year"])
    place = ("revenue", "all", 2005)
    expected = yearly.loc[("P2", *place)].effect_mean - yearly.loc[("P5", *place)].effect_mean
    assert own.loc[("P2", *place)].effect_mean == pytest.approx(expected, rel=1e-9)


@pytest.mark.slow
def test_dask_has_the_numbers_of_the_page(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    view = View(policy="P2", budget=2.0, last="2005-12", values={"joint_gain": 0.05})
    digests = []
    for name in ("here", "dask"):
        question = Question.of(view, tmp_path / name)
        if name == "here":
            outcomes = [o for world in range(3) for o in simulate(question, world)]
        else:
            cluster = DaskCluster(1)
            futures = [cluster.submit(simulate, question, world) for world in range(3)]
            outcomes = [o for future in futures for o in future.result()]
            cluster.stop()
        digests.append(answer(question, 3, outcomes).digest)
    assert digests[0] == digests[1]


OFFICE = shutil.which("soffice")
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
VALUE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value"


@pytest.mark.skipif(OFFICE is None, reason="needs LibreOffice (soffice) to compute formulas")
@pytest.mark.parametrize("language", ["en", "ko"])
def test_another_program_computes_the_same_effects(
    comparison: Comparison, language: str, tmp_path: Path
) -> None:
    found, view = against_none(comparison), View(lang=language)
    # Values that were written beside the formulas are taken out: nothing is left but to compute.
    with (
        zipfile.ZipFile(BytesIO(workbook(view, found))) as book,
        zipfile.ZipFile(tmp_path / "book.xlsx", "w") as bare,
    ):
        for name in book.namelist():
            text = book.read(name)
            bare.writestr(name, re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", text))
    subprocess.run(
        [str(OFFICE), "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
         "--convert-to", "fods", "--outdir", str(tmp_path), str(tmp_path / "book.xlsx")],
        check=True, capture_output=True, timeout=600,
    )  # fmt: skip
    sheet = next(ElementTree.parse(tmp_path / "book.fods").iter(f"{TABLE}table"))
    # Neighbours with the same value are written once.
    rows = [
        [
            float(value) if (value := cell.get(VALUE)) else None
            for cell in row
            for _ in range(min(int(cell.get(f"{TABLE}number-columns-repeated", 1)), 9))
        ]
        for row in sheet.iter(f"{TABLE}table-row")
    ]
    factor = level_unit("KRW bn", Texts(language)).factor
    own = found.yearly.set_index(["policy", "indicator", "complex", "year"]).sort_index()
    for row in (row for row in rows if row and row[0] and 2003.0 <= row[0] <= 2013.0):
        year = int(row[0])
        effect = own.loc[("P5", "revenue", "all", year)].effect_mean
        base = own.loc[("P0", "revenue", "all", year)]["median"]
        assert row[3] == pytest.approx(effect, rel=1e-9, abs=1e-9 * base)
        assert row[4] == pytest.approx(100.0 * effect / base, rel=1e-9, abs=1e-9)
    spent = comparison.policies.set_index("policy")["spent"]
    cost = factor * (spent["P5"] - spent["P0"])
    added = 1e3 * factor * own.loc[("P5", "value_added", "all")].effect_mean.sum()
    tail = [row for row in rows if len(row) > 3 and row[0] is None and row[3] is not None]
    assert [row[3] for row in tail[-3:]] == pytest.approx([cost, added, cost / added], rel=1e-9)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_workbook_computes_effects_by_formulas(comparison: Comparison, language: str) -> None:
    found = against_none(comparison)
    view = View(lang=language)
    with zipfile.ZipFile(BytesIO(workbook(view, found))) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    cells = {c.get("r"): c for c in sheet.iter(f"{SHEET}c")}

    def value(name: str) -> float:
        return float(str(cells[name].findtext(f"{SHEET}v")))

    assert cells["D14"].findtext(f"{SHEET}f") == "C14-B14"
    assert value("A14") == 2013.0
    rows = comparison.yearly.set_index(["policy", "indicator", "complex", "year"])
    effect = rows.loc[("P5", "revenue", "all", 2013)].effect_mean
    factor = 1.0
    assert value("C14") - value("B14") == pytest.approx(effect * factor, rel=1e-9)
    assert value("D14") == pytest.approx(effect * factor, rel=1e-9)
    formulas = {n: f for n, c in cells.items() if (f := c.findtext(f"{SHEET}f"))}
    ratio = next(name for name, text in formulas.items() if text.startswith("IF(D"))
    added = rows.loc[("P5", "value_added", "all")].effect_mean.sum() * 1e3
    spent = comparison.policies.set_index("policy").loc["P5", "spent"]
    assert value(ratio) == pytest.approx(spent / added, rel=1e-9)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_frozen_page_asks_for_nothing(comparison: Comparison, language: str) -> None:
    evil = "</script><script>alert(1)</script>"
    named = comparison.policies.assign(name=evil)
    found = against_none(replace(comparison, policies=named))
    text = frozen_page(View(lang=language), found)
    assert len(text.encode()) < 2_000_000
    assert evil not in text
    assert re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?!data:)\w""", text) == []
    assert f'<html lang="{language}">' in text
    numbers_ = re.search(r'<script type="application/json" id="numbers">(.*?)</script>', text)
    assert numbers_ is not None
    document = json.loads(numbers_[1])
    rows = [dict(zip(document["columns"], row, strict=True)) for row in document["rows"]]
    assert {row["indicator"] for row in rows} == set(MEASURES)
    shown = comparison.yearly.set_index(["policy", "indicator", "complex", "year"])
    for row in rows:
        kept = shown.loc[(row["policy"], row["indicator"], row["complex"], row["year"])]
        assert row["effect_mean"] == pytest.approx(kept.effect_mean, rel=1e-6)
    assert numbers(comparison).startswith(b"\xef\xbb\xbf")
