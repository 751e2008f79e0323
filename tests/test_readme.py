"""The Python examples of the README run as they are printed, only shorter."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 2


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_example_runs(number: int, tmp_path: Path) -> None:
    short = EXAMPLES[number].replace(
        "Scenario.default()", 'Scenario.default().replaced(last="2005-12")'
    )
    assert short != EXAMPLES[number]
    script = tmp_path / "example.py"
    script.write_text(short, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    if "savefig" in short:
        assert (tmp_path / "effects.png").read_bytes().startswith(b"\x89PNG")
