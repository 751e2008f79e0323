"""Policies of other packages: built, installed and run as the documentation says, or refused."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def example() -> dict[str, str]:
    """The two files of the example in the documentation, by name."""
    text = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^`([a-z_]+\.[a-z]+)`\n\n```\w+\n(.*?)^```$", text, re.S | re.M)
    files = dict(blocks)
    assert set(files) == {"pyproject.toml", "cluster_mentors.py"}
    return files


def install(files: dict[str, str], source: Path, target: Path) -> None:
    """Write a package to `source` and install it into `target` without a network."""
    source.mkdir()
    for name, text in files.items():
        (source / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps",
               "--no-build-isolation", "--target", str(target), str(source)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def call(target: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line where the packages in `target` are installed."""
    return subprocess.run(
        [sys.executable, "-m", "innocluster", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(target), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with the documentation's example in it."""
    folder = tmp_path_factory.mktemp("example")
    install(example(), folder / "source", folder / "packages")
    return folder / "packages"


def test_the_example_of_the_documentation_is_listed(installed: Path, tmp_path: Path) -> None:
    answer = call(installed, tmp_path, "policies", "mentors", "--json")
    assert answer.returncode == 0, answer.stderr
    (policy,) = json.loads(answer.stdout)["policies"]
    assert (policy["id"], policy["package"]) == ("M1", "cluster-mentors 0.1.0")
    assert "joining" in policy["instruments"]
    everything = call(installed, tmp_path, "policies").stdout
    assert "cluster-mentors 0.1.0" in everything
    assert "thematic-mini-clusters" in everything


def test_the_example_runs_in_worker_processes_too(installed: Path, tmp_path: Path) -> None:
    short = ("--last", "2005-12", "--pairs", "2", "--max-pairs", "2", "--quiet", "--json")
    documents = []
    for workers in ("1", "2"):
        answer = call(
            installed, tmp_path, "compare", "mentors", "P5", *short, "--workers", workers,
            "--out", f"results-{workers}",
        )  # fmt: skip
        assert answer.returncode == 0, answer.stderr
        documents.append(json.loads(answer.stdout))
    one, two = ({p["id"]: p for p in document["policies"]} for document in documents)
    assert set(one) == {"P0", "M1", "P5"}
    effect = [found["M1"]["effects"]["revenue_2005"]["mean"] for found in (one, two)]
    assert effect[0] == effect[1] != one["P5"]["effects"]["revenue_2005"]["mean"]
    manifest = json.loads((tmp_path / "results-1" / "manifest.json").read_text("utf-8"))
    assert manifest["plugins"] == {"M1": "cluster-mentors 0.1.0"}


def test_without_the_package_there_is_no_such_policy(tmp_path: Path) -> None:
    answer = call(tmp_path, tmp_path, "policies", "mentors")
    assert answer.returncode == 2
    assert "mentors" in answer.stderr


FAULTS = {
    "import": ("import numpy as np", "import no_such_module", "ModuleNotFoundError"),
    "syntax": ("class Mentors(Policy):", "class Mentors(Policy:", "SyntaxError"),
    "name": ("class Mentors(Policy):", "class Mentor(Policy):", "AttributeError"),
    "kind": ("class Mentors(Policy):", "class Mentors:", "a subclass of innocluster.sim.Policy"),
    "text": ('name_ko = "멘토"', 'name_ko = ""', "Mentors.name_ko = ''"),
    "source": ('source = "better', 'sources = "better', "Mentors.source = 'missing'"),
    "id": ('id = "M1"', 'id = "M 1"', "Mentors.id = 'M 1'"),
    "key": ('key = "mentors"', 'key = "Mentors"', "lower-case letters"),
    "level": ('sees = ("local",)', 'sees = ("county",)', "local, central, oracle"),
    "flag": ('sees = ("local",)', "tasks = 1", "Mentors.tasks = 1"),
    "adherence": ('sees = ("local",)', "adherence = 2.0", "a number from 0 to 1"),
    "no rule": ("def introduce(", "def introduces(", "a method of its own"),
    "id of another": ('id = "M1"', 'id = "P5"', "P5: allowed: an id and a key"),
    "id in other letters": ('id = "M1"', 'id = "p0l"', "that innocluster does not use"),
    "key of another": ('key = "mentors"', 'key = "random-matching"', "random-matching: allowed"),
}


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_package_that_cannot_be_used_is_named_in_one_line(
    installed: Path, tmp_path: Path, fault: str
) -> None:
    right, wrong, words = FAULTS[fault]
    folder = tmp_path / "packages"
    folder.mkdir()
    for path in installed.glob("*.dist-info"):
        shutil.copytree(path, folder / path.name)
    text = (installed / "cluster_mentors.py").read_text(encoding="utf-8")
    assert right in text
    (folder / "cluster_mentors.py").write_text(text.replace(right, wrong), encoding="utf-8")
    answer = call(folder, tmp_path, "policies", "P5")
    assert answer.returncode == 2, answer.stdout + answer.stderr
    assert answer.stdout == ""
    assert answer.stderr.count("\n") == 1
    assert answer.stderr.startswith(
        "cluster-mentors 0.1.0: entry point mentors of innocluster.policies = "
    )
    assert words in answer.stderr


def test_two_packages_with_the_same_policy_are_refused(installed: Path, tmp_path: Path) -> None:
    files = example()
    files["pyproject.toml"] = (
        files["pyproject.toml"]
        .replace("cluster-mentors", "other-mentors")
        .replace("cluster_mentors", "other_mentors")
    )
    files["other_mentors.py"] = files.pop("cluster_mentors.py")
    install(files, tmp_path / "source", tmp_path / "packages")
    both = os.pathsep.join([str(installed), str(tmp_path / "packages")])
    answer = call(Path(both), tmp_path, "compare", "P5")
    assert answer.returncode == 2
    assert answer.stderr.startswith("other-mentors 0.1.0: entry point mentors")
    assert "cluster-mentors 0.1.0 does not use" in answer.stderr


def test_stored_runs_of_an_edited_policy_are_not_reused(installed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "packages"
    folder.mkdir()
    for path in installed.glob("*.dist-info"):
        shutil.copytree(path, folder / path.name)
    source = folder / "cluster_mentors.py"
    text = (installed / "cluster_mentors.py").read_text(encoding="utf-8")
    code = (
        "from innocluster.scenarios.runs.ledger import Ledger\n"
        "from innocluster.scenarios.schema import Scenario\n"
        "with Ledger(None, Scenario.default()) as ledger:\n"
        "    print(ledger.key('M1', 0), ledger.key('P5', 0))\n"
    )
    keys = []
    for version in (text, text, text.replace("np.argmax", "np.argmin")):
        source.write_text(version, encoding="utf-8")
        answer = subprocess.run(
            [sys.executable, "-B", "-c", code],
            env={**os.environ, "PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            check=True,
        )
        keys.append(answer.stdout.split())
    assert keys[0] == keys[1]
    assert keys[0][0] != keys[2][0]
    assert keys[0][1] == keys[2][1]
