"""The order of the house: who imports whom, what a wheel holds, what every module must have."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("agents", "sim", "scenarios", "calibration", "viz")
LONGEST_MODULE = 400


def modules() -> list[Path]:
    """Every module of the five packages and of the root package."""
    folders = [ROOT / name for name in (*PACKAGES, "innocluster")]
    return sorted(file for folder in folders for file in folder.rglob("*.py"))


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Relative level and module of every import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""
            if node.level == 0 and node.module == "innocluster":
                yield from ((0, f"innocluster.{alias.name}") for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=label)
def test_imports_run_one_way(path: Path) -> None:
    own = path.relative_to(ROOT).parts[0]
    for level, name in imports(ast.parse(path.read_text(encoding="utf-8"))):
        parts = name.split(".")
        if level:
            depth = len(path.relative_to(ROOT).parts) - 1
            assert level <= depth, f"{label(path)} climbs out of its package"
            continue
        assert parts[0] not in PACKAGES, f"{label(path)} imports {name} as a top-level package"
        inside = parts[0] == "innocluster" and parts[1:2] and parts[1] in PACKAGES
        if inside and own in PACKAGES:
            allowed = PACKAGES[: PACKAGES.index(own) + 1]
            assert parts[1] in allowed, f"{label(path)} must not import {name}"


@pytest.mark.parametrize("path", modules(), ids=label)
def test_module_is_short_and_documented(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    tree = ast.parse(text)
    if not text.strip():
        return
    assert ast.get_docstring(tree), "module without a docstring"
    missing = [name for name, node in public_definitions(tree) if not ast.get_docstring(node)]
    assert not missing, f"no docstring: {', '.join(missing)}"


def public_definitions(
    tree: ast.Module | ast.ClassDef, prefix: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    """Public functions, classes and methods; overloads and setters repeat another's text."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if isinstance(node, ast.FunctionDef) and any(
            ast.unparse(mark).endswith((".setter", "overload")) for mark in node.decorator_list
        ):
            continue
        yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from public_definitions(node, f"{node.name}.")


@pytest.mark.parametrize("path", modules(), ids=label)
def test_module_says_what_is_public(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.name == "__main__.py":
        return
    defined = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    assert "__all__" in defined, "module without __all__"
    names = ast.literal_eval(defined["__all__"])
    assert len(names) == len(set(names)), "a name stands twice in __all__"


def configuration() -> dict[str, object]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def test_every_package_is_listed() -> None:
    tool = configuration()["tool"]
    assert isinstance(tool, dict)
    setup = tool["setuptools"]
    found = {"innocluster"}
    for name in PACKAGES:
        for file in (ROOT / name).rglob("*.py"):
            found.add("innocluster." + ".".join(file.parent.relative_to(ROOT).parts))
    assert set(setup["packages"]) == found
    assert set(setup["package-dir"]) >= {"innocluster", *(f"innocluster.{n}" for n in PACKAGES)}


@pytest.mark.skipif(os.name == "nt", reason="links need a permission on Windows")
def test_type_checker_sees_the_tree_as_installed() -> None:
    folder = ROOT / ".ci" / "types" / "innocluster"
    for name in PACKAGES:
        assert (folder / name).resolve() == ROOT / name
    for name in ("__init__.py", "__main__.py", "py.typed"):
        assert (folder / name).resolve() == ROOT / "innocluster" / name


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in a wheel built from a copy of the tree."""
    pytest.importorskip("build")
    pytest.importorskip("setuptools", minversion="77")
    folder = tmp_path_factory.mktemp("wheel")
    tree = folder / "tree"
    tree.mkdir()
    for name in (*PACKAGES, "innocluster"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tree / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run([*command, str(tree)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_wheel_holds_every_file(wheel: set[str]) -> None:
    expected = set()
    for name in (*PACKAGES, "innocluster"):
        inside = "" if name == "innocluster" else "innocluster/"
        for file in (ROOT / name).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                expected.add(inside + label(file))
    assert expected - wheel == set()


def test_wheel_holds_nothing_else(wheel: set[str]) -> None:
    strangers = [n for n in wheel if not n.startswith(("innocluster/", "innocluster-"))]
    assert strangers == []


def test_faces_are_light_and_complete() -> None:
    """Importing a package's face loads nothing heavy; each of its names can be had."""
    code = (
        "import sys, innocluster, innocluster.agents, innocluster.sim\n"
        "heavy = {'mesa', 'pandas', 'matplotlib', 'pydantic', 'numba'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "for face in (innocluster.agents, innocluster.sim):\n"
        "    names = dir(face)\n"
        "    assert sorted(face.__all__) == names\n"
        "    for name in names: getattr(face, name)\n"
        "try: innocluster.sim.nothing\n"
        "except AttributeError: pass\n"
        "else: raise AssertionError\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
