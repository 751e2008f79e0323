"""The table of the meetings trial in both languages."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from innocluster.calibration.meetings_trial import BANDS, trial_document
from innocluster.viz.report.meetings_trial_table import print_meetings_trial
from innocluster.viz.words.texts import LANGUAGES, Texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_stands_beside_its_band(language: str) -> None:
    console = Console(file=io.StringIO(), width=140)
    results = trial_document([dict.fromkeys(BANDS, 2.25), dict.fromkeys(BANDS, 2.35)])
    document = {"parameters": {"worlds": 2}, "results": results}
    print_meetings_trial(document, language, console)
    text, texts = console.file.getvalue(), Texts(language)
    for name in BANDS:
        assert texts(f"trial.{name}") in text
    assert text.count("2.30") == len(BANDS)
    assert text.count("2–8.1") == 2
    assert texts("trial.at_most", value="0.25") in text
    assert texts("trial.at_least", value="2") in text
    assert text.count("0.05") == len(BANDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_unknown_is_not_judged(language: str) -> None:
    console = Console(file=io.StringIO(), width=140)
    document = {
        "parameters": {"worlds": 1},
        "results": trial_document([dict.fromkeys(BANDS, float("nan"))]),
    }
    print_meetings_trial(document, language, console)
    assert console.file.getvalue().count("–") >= 2 * len(BANDS)
