"""A few hundred of the attacks on inputs; all ten thousand run by hand or with ``-m slow``."""

from __future__ import annotations

from pathlib import Path

import pytest
from attack_inputs import attack


def test_bad_inputs_are_refused_in_one_line(tmp_path: Path) -> None:
    outcomes, faults = attack(490, 2, tmp_path)
    assert faults == []
    for kind in ("scenario", "region", "macro", "draws", "sweep", "targets", "options"):
        assert outcomes[f"{kind} refused"] > 35
        assert outcomes[f"{kind} refused"] + outcomes[f"{kind} accepted"] == 70


def test_an_unguarded_reader_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What raises anything else is a fault, and so is a line that does not name the file."""
    monkeypatch.setattr("attack_inputs.load_region", lambda folder: {}[str(folder)])
    _, faults = attack(10, 2, tmp_path)
    assert [fault.kind for fault in faults] == ["region", "region"]
    assert "KeyError" in faults[0].what


@pytest.mark.slow
def test_ten_thousand_bad_inputs(tmp_path: Path) -> None:
    _, faults = attack(10_000, 1, tmp_path)
    assert faults == []
