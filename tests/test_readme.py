"""The Python examples of the documentation run as they are printed, and what it names exists."""

from __future__ import annotations

import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "README.ko.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = (
    "agents", "benchmarks", "calibration", "docs", "innocluster", "scenarios", "sim", "tests", "viz"
)  # fmt: skip
ENTRY_POINTS = {"innocluster.policies", "innocluster.forms"}
EXAMPLES = [
    (file, example)
    for file in ("README.md", "docs/agents.md", "docs/architecture.md", "docs/calibration.md")
    for example in re.findall(
        r"```python\n(.*?)```", (ROOT / file).read_text(encoding="utf-8"), re.DOTALL
    )
]


def test_there_are_examples() -> None:
    expected = {
        "README.md": 2,
        "docs/agents.md": 5,
        "docs/architecture.md": 8,
        "docs/calibration.md": 1,
    }
    files = [file for file, _ in EXAMPLES]
    assert {file: files.count(file) for file in files} == expected


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_example_runs(number: int, tmp_path: Path) -> None:
    """Those on architecture and calibration as they stand, the others only shorter."""
    file, example = EXAMPLES[number]
    short = example
    if file not in ("docs/architecture.md", "docs/calibration.md"):
        short = short.replace("Scenario.default()", 'Scenario.default().replaced(last="2005-12")')
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


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_exists(document: Path) -> None:
    """Files and folders of the tree, and what links lead to."""
    text = document.read_text(encoding="utf-8")
    named = re.findall(rf"(?<![\w./-])(?:{'|'.join(FOLDERS)})/[\w./-]*", text)
    missing = {path for path in named if not (ROOT / path.rstrip(".-")).exists()}
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text)]
    missing |= {
        link
        for link in links
        if link and "://" not in link and not (document.parent / link).exists()
    }
    assert not missing


SOURCES = [
    path
    for folder in (*FOLDERS[:3], *FOLDERS[4:7], "viz")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


@pytest.mark.parametrize("place", ["documents", "sources"])
def test_every_dotted_name_exists(place: str) -> None:
    """Modules and names that documents and docstrings name in full."""
    files = DOCUMENTS if place == "documents" else SOURCES
    texts = "\n".join(path.read_text(encoding="utf-8") for path in files)
    names = set(re.findall(r"(?<!`)`(innocluster(?:\.\w+)+)`(?!`)", texts)) - ENTRY_POINTS
    assert names
    missing = set()
    for name in names:
        try:
            pkgutil.resolve_name(name)
        except (ImportError, AttributeError):
            missing.add(name)
    assert not missing
