"""What is said of a back-test first: that intervals are too narrow, where they are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from innocluster.viz.words.texts import Texts
from innocluster.viz.words.validation.forecasts import forecast_sentences


def backtest(share: float, low: float, high: float) -> Any:
    """A model that does better than national growth, with intervals that hold so much."""
    skill = {"part": ["all"], "forecast": ["national"], "figures": [157], "model": [18.0],
             "score": [23.0], "skill": [0.23], "low": [0.03], "high": [0.4]}  # fmt: skip
    coverage = {"part": ["all"], "level": [90.0], "figures": [157], "share": [share],
                "low": [low], "high": [high]}  # fmt: skip
    return SimpleNamespace(skill=pd.DataFrame(skill), coverage=pd.DataFrame(coverage))


@pytest.mark.parametrize(("language", "word"), [("en", "surer of itself"), ("ko", "지나치게 확신")])
def test_too_narrow_intervals_go_before_all_praise(language: str, word: str) -> None:
    first, second = forecast_sentences(backtest(66.0, 51.0, 81.0), Texts(language))
    assert word in first
    assert "66" in first
    assert "23" in second
    # Intervals that hold nine tenths go behind.
    first, second = forecast_sentences(backtest(88.0, 80.0, 95.0), Texts(language))
    assert "23" in first
    assert "88" in second
    assert word not in second
