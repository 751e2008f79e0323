"""Tables of the frozen world in both languages."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from innocluster.calibration.frozen_world import FAILS, HOLDS, MEASURES, UNDECIDED
from innocluster.viz.report.frozen_world_tables import print_frozen_world
from innocluster.viz.words.selection import complex_names
from innocluster.viz.words.texts import LANGUAGES, Texts


def document(verdict: str) -> dict:
    places = list(complex_names({"region": "seven-complexes"}, Texts("en")))
    measures = [
        {
            "measure": name, "complex": key, "unit": unit, "first": 100.0,
            "ratios": [1.0, 1.234], "standard_errors": [0.0, 0.011],
            "tolerance": 0.02 if key == "all" else 0.05, "verdict": verdict,
        }
        for name, unit in MEASURES.items()
        for key in places
    ]  # fmt: skip
    correlations = [
        {
            "complex": key, "start": -0.75, "end": None, "standard_error": None,
            "tolerance": 0.1, "verdict": HOLDS,
        }
        for key in places
    ]  # fmt: skip
    return {
        "parameters": {"worlds": 3, "years": 1},
        "results": {"years": [2003, 2004], "measures": measures, "correlations": correlations},
    }


def printed(verdict: str, language: str) -> str:
    console = Console(file=io.StringIO(), width=110)
    print_frozen_world(document(verdict), language, console)
    return console.file.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_verdicts_stand_in_the_tables(language: str) -> None:
    text = printed(FAILS, language)
    texts = Texts(language)
    assert "1.23" in text
    assert "0.011" in text
    assert "−0.75" in text
    assert texts("frozen.fails") in text
    assert texts("frozen.holds") in text
    assert "1.23 !" in text
    # 12 measures and the correlation at 8 places; the correlation holds.
    assert texts("frozen.sum", failing=96, rows=104) in text


def test_what_is_not_decided_is_marked() -> None:
    text = printed(UNDECIDED, "en")
    assert "1.23 ?" in text
    assert "1.23 !" not in text
    assert "0 of 104 rows fail" in text
