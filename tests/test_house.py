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
FULLEST_FOLDER = 14
LONGEST_FUNCTION = 100
MOST_PARAMETERS = 12

# Rooms from below: a room imports from lower floors only, and not from its neighbours.
ORDER = {
    "sim": (
        ("ground",),
        ("accounting", "network"),
        ("innovation",),
        ("market",),
        ("state",),
        ("beginning",),
        ("coordination",),
        ("settings",),
        ("run",),
        ("phases", "measures"),
        ("month",),
        ("spin_up",),
        ("starts",),
        ("simulation",),
        ("mesa",),
        ("model",),
    ),
    "scenarios": (
        ("errors", "files"),
        ("policies", "region", "statistics", "switches"),
        ("form_plugins",),
        ("schema",),
        ("arms", "entries"),
        ("engines", "store"),
        ("runs",),
        ("attribution", "comparison", "model", "sweeps"),
        ("lessons", "reproduction"),
    ),
    "calibration": (
        ("inference", "published", "scores", "targets"),
        ("displacement", "frozen_world", "research_response", "trial_arms"),
        ("meetings_trial",),
        ("fit",),
        ("every_replication", "validation"),
    ),
    "viz": (("files", "results"), ("words",), ("figures",), ("report",), ("page",)),
}


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
        if parts[0] == "innocluster" and parts[1:] and own in PACKAGES:
            allowed = (*PACKAGES[: PACKAGES.index(own) + 1], "version")
            assert parts[1] in allowed, f"{label(path)} must not import {name}"


def dotted(path: Path) -> str:
    """Name under which a module is imported."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    parts = parts if parts[0] == "innocluster" else ["innocluster", *parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def for_types_only(tree: ast.AST) -> set[int]:
    """Nodes, by identity, below ``if TYPE_CHECKING``."""
    return {
        id(below)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for statement in node.body
        for below in ast.walk(statement)
    }


def module_graph(types: bool) -> dict[str, set[str]]:
    """Module -> modules of ours that it imports, wherever the import stands.

    With `types` imports for types count, but not those by which a package shows its names.
    """
    names = {dotted(path): path for path in modules()}
    graph: dict[str, set[str]] = {name: set() for name in names}
    for name, path in names.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        face = path.name == "__init__.py"
        skipped = set() if types and not face else for_types_only(tree)
        for node in ast.walk(tree):
            if id(node) in skipped:
                continue
            found: list[str] = []
            if isinstance(node, ast.Import):
                found = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                package = name.split(".") if face else name.split(".")[:-1]
                above = package[: len(package) + 1 - node.level] if node.level else []
                home = ".".join([*above, *([node.module] if node.module else [])])
                inner = [f"{home}.{alias.name}" for alias in node.names]
                found = [module if module in names else home for module in inner]
            graph[name].update(module for module in found if module in names and module != name)
    return graph


@pytest.mark.parametrize("types", [False, True], ids=["as run", "as typed"])
def test_no_circle_of_modules(types: bool) -> None:
    graph = {name: set(needs) for name, needs in module_graph(types).items()}
    while ready := {name for name, needs in graph.items() if not needs}:
        graph = {name: needs - ready for name, needs in graph.items() if name not in ready}
    assert not graph, f"modules that import one another: {', '.join(sorted(graph))}"


@pytest.mark.parametrize("package", list(ORDER))
def test_rooms_stand_on_one_another(package: str) -> None:
    floor = {room: height for height, rooms in enumerate(ORDER[package]) for room in rooms}
    names = [dotted(path).split(".")[1:] for path in modules()]
    found = {parts[1] for parts in names if parts[0:1] == [package] and parts[1:]}
    assert found == set(floor), f"{package}/: a room without a place in the order"
    for name, needs in module_graph(types=True).items():
        room = name.split(".")[2:3]
        if name.split(".")[1:2] != [package] or not room:
            continue
        for needed in needs:
            other = needed.split(".")
            if other[1] != package or other[2:3] == room:
                continue
            below = bool(other[2:3]) and floor[other[2]] < floor[room[0]]
            assert below, f"{name} must not import {needed}"


def test_no_folder_is_crowded() -> None:
    folders: dict[str, int] = {}
    for path in modules():
        if path.name != "__init__.py":
            folders[label(path.parent)] = folders.get(label(path.parent), 0) + 1
    crowded = {folder: files for folder, files in folders.items() if files > FULLEST_FOLDER}
    assert not crowded


def test_functions_are_short_and_take_few_parameters() -> None:
    """Options of commands are parameters too, as many as a command has."""
    offenders: dict[str, set[str]] = {}
    for path in modules():
        is_command = path.parent == ROOT / "innocluster" / "commands"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            own = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            parameters = [a for a in own if a.arg not in ("self", "cls")]
            lines = (node.end_lineno or node.lineno) + 1 - node.lineno
            if lines > LONGEST_FUNCTION or (len(parameters) > MOST_PARAMETERS and not is_command):
                offenders.setdefault(label(path), set()).add(node.name)
    assert not offenders


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
    if path.name == "__main__.py" or path.with_suffix(".pyi").exists():  # a stub says it
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
    found = {dotted(file.parent / "__init__.py") for file in modules()}
    assert all((ROOT / file.parent / "__init__.py").is_file() for file in modules())
    assert set(setup["packages"]) == found
    assert set(setup["package-dir"]) >= {"innocluster", *(f"innocluster.{n}" for n in PACKAGES)}


@pytest.mark.skipif(os.name == "nt", reason="links need a permission on Windows")
def test_type_checker_sees_the_tree_as_installed() -> None:
    folder = ROOT / ".ci" / "types" / "innocluster"
    for name in PACKAGES:
        assert (folder / name).resolve() == ROOT / name
    own = {path.name for path in (ROOT / "innocluster").iterdir() if path.name != "__pycache__"}
    for name in own:
        assert (folder / name).resolve() == ROOT / "innocluster" / name
    assert {path.name for path in folder.iterdir() if path.name != "__pycache__"} == {
        *PACKAGES, *own,
    }  # fmt: skip


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
        "import sys, innocluster, innocluster.agents, innocluster.scenarios, innocluster.sim\n"
        "heavy = {'mesa', 'pandas', 'matplotlib', 'pydantic', 'numba'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "for face in (innocluster, innocluster.agents, innocluster.scenarios, innocluster.sim):\n"
        "    names = dir(face)\n"
        "    assert sorted(face.__all__) == names\n"
        "    for name in names: getattr(face, name)\n"
        "try: innocluster.sim.nothing\n"
        "except AttributeError: pass\n"
        "else: raise AssertionError\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
