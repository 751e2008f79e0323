"""Forms of other packages: the documentation's example, equal steps, and what is refused."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_region import small_population

from innocluster.scenarios import form_plugins
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.policies import POLICIES
from innocluster.sim.beginning.macro import load_macro
from innocluster.sim.ground.forms import RULES, Form, FormError, Forms, add_form, own_step
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation

ROOT = Path(__file__).parents[2]


def form(step: Any, **changes: Any) -> Form:
    values = {
        "rule": "occasions", "key": "own", "weight": 0.1, "label": "a", "label_ko": "b",
        "evidence": "assumption", "step": step,
    }  # fmt: skip
    return Form(**{**values, **changes})


@pytest.fixture
def added() -> Iterator[None]:
    """Whatever a test adds is gone after it."""
    known = dict(RULES["occasions"].forms)
    yield
    RULES["occasions"].forms.clear()
    RULES["occasions"].forms.update(known)


def revenue(forms: dict[str, str]) -> Any:
    settings = Settings(
        small_population(), ParameterSet(), load_macro("history"), POLICIES["P5"], 3,
        last=(2005, 12), forms=Forms.of(forms),
    )  # fmt: skip
    return Simulation(settings).run().values["revenue"]


@pytest.mark.usefixtures("added")
def test_a_step_takes_the_place_of_the_compiled_rule() -> None:
    """Equal weights are the form `uniform` to the last bit, whatever their level."""
    add_form(form(lambda research, p: np.full(research.size, 7.0), key="equal"))
    add_form(form(lambda research, p: research**2, key="steep"))
    uniform = revenue({"occasions": "uniform"}).tobytes()
    assert revenue({"occasions": "equal"}).tobytes() == uniform
    assert revenue({"occasions": "steep"}).tobytes() != uniform


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize("weight", [np.ones(3), None, "nan", "negative"])
def test_weights_that_are_none_end_the_run(weight: Any) -> None:
    def step(research: Any, p: Any) -> Any:
        if isinstance(weight, np.ndarray):
            return weight
        bad = {None: np.inf, "nan": np.nan, "negative": -1.0}[weight]
        return np.full(research.size, bad)

    add_form(form(step))
    with pytest.raises(ValueError, match="gives no weight from 0"):
        revenue({"occasions": "own"})


@pytest.mark.usefixtures("added")
def test_a_form_is_known_by_its_place() -> None:
    step = form(np.sqrt)
    add_form(step)
    assert own_step("occasions", 2) is np.sqrt
    assert own_step("occasions", 0) is None
    assert Forms.of({"occasions": "own"}).names()["occasions"] == "own"
    with pytest.raises(FormError):
        add_form(step)
    with pytest.raises(FormError):
        add_form(form(np.sqrt, rule="entry"))


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(
    ("loaded", "complaint"),
    [
        (3, "an innocluster.sim.Form"),
        (form(None), "a function"),
        (form(np.sqrt, rule="entry"), "occasions"),
        (form(np.sqrt, key="Own form"), "lower-case"),
        (form(np.sqrt, weight=-0.1), "a number from 0"),
        (form(np.sqrt, label=" "), "texts"),
        (form(np.sqrt, key="staff"), "a name other than"),
        (ImportError("no module"), "a form to import"),
    ],
)
def test_a_wrong_form_is_named_in_one_line(
    loaded: Any, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Point(EntryPoint):
        def load(self) -> Any:
            if isinstance(loaded, Exception):
                raise loaded
            return loaded

    point = Point("mine", "os:path", form_plugins.GROUP)
    monkeypatch.setattr(form_plugins, "entry_points", lambda group: [point])
    with pytest.raises(InputError) as error:
        form_plugins.load_forms.__wrapped__()
    assert complaint in error.value.allowed
    assert "\n" not in str(error.value)
    assert "entry point mine of innocluster.forms" in str(error.value)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the documentation's example, as an installer leaves it."""
    folder = tmp_path_factory.mktemp("forms")
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    files = dict(re.findall(r"^`([a-z_]+\.[a-z]+)`\n\n```\w+\n(.*?)^```$", text, re.S | re.M))
    project = tomllib.loads(files["pyproject.toml"])["project"]
    (folder / "root_occasions.py").write_text(files["root_occasions.py"], encoding="utf-8")
    about = folder / f"root_occasions-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = [f"[{group}]\n{name} = {value}\n" for group, points in project["entry-points"].items()
             for name, value in points.items()]  # fmt: skip
    (about / "entry_points.txt").write_text("".join(lines))
    return folder


def test_the_example_of_the_documentation_is_listed_and_runs(
    installed: Path, tmp_path: Path
) -> None:
    path = os.pathsep.join([str(installed), *filter(None, [os.environ.get("PYTHONPATH")])])
    # Where the tests find the package, a fresh process does, too.
    code = (
        f"import sys; sys.path[:0] = {[p for p in sys.path if p]!r}\n"
        "from innocluster.commands.command_line import main; sys.exit(main())"
    )

    def call(*arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=tmp_path, capture_output=True,
            env={**os.environ, "PYTHONPATH": path}, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    (rule,) = call("forms", "occasions", "--json")["rules"]
    own = {entry["form"]: entry for entry in rule["forms"]}["root"]
    assert own["package"].startswith("root-occasions 0.1.0 ")
    assert own["weight"] == 0.1
    scenario = tmp_path / "early.toml"
    scenario.write_text('last = "2005-12"\nspin_up_years = 0\n', encoding="utf-8")
    run = ("run", str(scenario), "--json", "--out")
    usual = call(*run, str(tmp_path / "usual"))
    other = call(*run, str(tmp_path / "other"), "--form", "occasions=root")
    one, two = (r["indicators"]["revenue_2005"]["value"] for r in (usual, other))
    assert one != two
    assert two == pytest.approx(one, rel=0.05)
