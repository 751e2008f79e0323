"""An edited rule never runs as its old self, and no stored result passes for that of new rules."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from innocluster.agents.compilation import COMPILED, MODEL, compiled_sources, digest_of
from innocluster.scenarios.runs.provenance import model_files

ROOT = Path(__file__).parents[1]
COMPILERS = {"compiled", "compiled_for", "inlined", "njit", "jit", "vectorize", "guvectorize"}
NESTED = "scenarios/policies/deeply/nested"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the packages with a module and a data file deep in one of them."""
    for name in MODEL:
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / NESTED).mkdir(parents=True)
    (tmp_path / NESTED / "rule.py").write_text("SHARE = 0.5\n", encoding="utf-8")
    (tmp_path / NESTED / "facts.csv").write_text("share\n0.5\n", encoding="utf-8")
    return tmp_path


def changes(package: Path, edit: Callable[[], object]) -> tuple[bool, bool]:
    """Whether an edit changes the fingerprint of compiled code, and that of results."""

    def both() -> tuple[str, str]:
        return (
            digest_of(package, compiled_sources(package), "1"),
            digest_of(package, model_files(package), "1"),
        )

    before = both()
    edit()
    return before[0] != both()[0], before[1] != both()[1]


@pytest.mark.parametrize("name", COMPILED)
def test_an_edit_in_any_folder_is_noticed(copy: Path, name: str) -> None:
    noticed = (True, name in MODEL)
    folder = copy / name / "room" / "inner"
    folder.mkdir(parents=True)
    rule = folder / "rule.py"
    assert changes(copy, lambda: rule.write_text("A = 1\n", encoding="utf-8")) == noticed
    assert changes(copy, lambda: rule.write_text("A = 2\n", encoding="utf-8")) == noticed
    assert changes(copy, lambda: rule.rename(folder / "other.py")) == noticed


def test_an_edit_of_data_is_noticed(copy: Path) -> None:
    facts = copy / NESTED / "facts.csv"
    assert changes(copy, lambda: facts.write_text("share\n0.6\n", encoding="utf-8")) == (
        False,
        True,
    )
    assert changes(copy, lambda: facts.with_name("more.toml").touch()) == (False, True)


def test_what_python_and_editors_leave_behind_changes_nothing(copy: Path) -> None:
    left = copy / NESTED / "__pycache__"
    left.mkdir()
    assert changes(copy, lambda: (left / "rule.cpython-311.pyc").touch()) == (False, False)
    assert changes(copy, lambda: (copy / NESTED / ".facts.csv.swp").touch()) == (False, False)


def compiles(path: Path) -> bool:
    """Whether a module makes compiled functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            if COMPILERS & {alias.name for alias in node.names}:
                return True
        elif isinstance(node, ast.Attribute) and node.attr in COMPILERS:
            return True
    return False


def test_all_compiled_code_and_all_data_are_covered() -> None:
    packages = [ROOT / name for name in (*COMPILED, "viz", "innocluster")]
    modules = [path for package in packages for path in package.rglob("*.py")]
    with_rules = {path for path in modules if compiles(path)}
    assert len(with_rules) > 30
    assert with_rules <= set(compiled_sources(ROOT))
    # Texts, fonts and pages of `viz` change no result, nor does what the model is held against:
    # a file of `calibration` is read after the runs.
    data = {
        path
        for package in packages
        if package.name not in ("viz", "calibration")
        for path in package.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc", ".pyi", ".typed")
        # What a run draws from the posterior stands among its parameters.
        if path.stem != "posterior"
    }
    assert len(data) > 20
    rules = {path for path in with_rules if path.relative_to(ROOT).parts[0] in MODEL}
    assert data | rules <= set(model_files(ROOT))
