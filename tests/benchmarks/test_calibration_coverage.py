"""A small part of the coverage of the fit: ``python benchmarks/calibration_coverage.py 300``."""

from __future__ import annotations

import json
from pathlib import Path

import calibration_coverage as coverage
import pytest


@pytest.mark.slow
def test_twenty_truths_have_their_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "RESULT", tmp_path / "result.json")
    monkeypatch.setattr(coverage, "_STORE", tmp_path / "runs.npz")
    coverage.main(160, 20)
    found = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert found["truths"] == 20
    assert 0.75 < found["pooled"] < 0.98
