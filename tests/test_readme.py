"""The Python examples of the README and on agents run as they are printed, only shorter."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = [
    (file, example)
    for file in ("README.md", "docs/agents.md")
    for example in re.findall(
        r"```python\n(.*?)```", (ROOT / file).read_text(encoding="utf-8"), re.DOTALL
    )
]


def test_there_are_examples() -> None:
    assert [file for file, _ in EXAMPLES] == ["README.md"] * 2 + ["docs/agents.md"] * 5


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_example_runs(number: int, tmp_path: Path) -> None:
    example = EXAMPLES[number][1]
    short = example.replace("Scenario.default()", 'Scenario.default().replaced(last="2005-12")')
    short = short.replace('"2008-12"', '"2005-12"')
    assert short != example
    script = tmp_path / "example.py"
    script.write_text(short, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    if "savefig" in short:
        assert (tmp_path / "effects.png").read_bytes().startswith(b"\x89PNG")
