"""Lists of contents: no column without a meaning, and provenance that other software reads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from innocluster.scenarios.attribution.attribution import explore
from innocluster.scenarios.comparison.comparison import compare
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.reproduction import reproduce
from innocluster.scenarios.runs.execution import run
from innocluster.scenarios.runs.inputs import Inputs
from innocluster.scenarios.runs.study import store_result
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.store.contents import columns_in, purpose_of
from innocluster.scenarios.store.files import signed
from innocluster.scenarios.store.folder import result_folder
from innocluster.scenarios.store.verification import inspect_folder


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, small: Scenario) -> dict[str, Path]:
    """A stored result of each kind."""
    place = tmp_path_factory.mktemp("stored")
    compare(["P2"], small, pairs=2, max_pairs=2, workers=1, folder=place / "compare")
    explore(["P2"], small, worlds=2, workers=1, folder=place / "explore")
    inputs = Inputs(small)
    with result_folder(place / "run", "run") as store:
        result = run(inputs, moments=True)
        request = {"command": "run", "moments": True}
        store_result(store, inputs, result.frames(), result.meta, request)
    return {name: place / name for name in ("compare", "explore", "run")}


@pytest.mark.parametrize("kind", ["compare", "explore", "run"])
def test_every_file_and_every_column_has_a_meaning(stored: dict[str, Path], kind: str) -> None:
    folder = stored[kind]
    state = inspect_folder(folder)
    assert (state.state, state.problems) == ("complete", ())
    assert [name for name in state.files if not purpose_of(name)] == []
    for path in folder.glob("*.csv"):
        columns = columns_in(path)
        unknown = [column.name for column in columns if not column.meaning]
        if path.stem == "worlds":
            assert [column.name for column in columns[:2]] == ["world", "policy"]
            assert "revenue_2005" in unknown
        elif path.stem == "draws":
            assert unknown == ["repetition_penalty"]
        else:
            assert unknown == [], path.name
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in state.files if name != "README.md")


@pytest.mark.parametrize("kind", ["compare", "explore", "run"])
def test_a_stored_result_is_made_again_from_what_is_stored(
    stored: dict[str, Path], kind: str, small: Scenario
) -> None:
    """Also when the user's files are no longer what they were."""
    table = Path(small.region) / "region.csv"
    original = table.read_bytes()
    table.write_bytes(b"edited since")
    try:
        found = reproduce(stored[kind], workers=1)
    finally:
        table.write_bytes(original)
    assert found.succeeded
    assert found.same_model
    assert len(found.same) > 2
    assert found.same_runs is (None if kind == "run" else True)


def test_a_result_that_differs_is_told(stored: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(stored["compare"], tmp_path / "copy")
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["sha256"]["effects.csv"] = "0" * 64
    manifest["request"]["runs"] = "0" * 64
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(InputError, match="not what was stored"):
        reproduce(folder, workers=1)
    path.write_bytes(signed(manifest))
    found = reproduce(folder, workers=1)
    assert (found.different, found.same_runs, found.succeeded) == (("effects.csv",), False, False)


@pytest.mark.parametrize("kind", ["compare", "explore", "run"])
def test_the_crate_is_read_by_its_own_library(stored: dict[str, Path], kind: str) -> None:
    rocrate = pytest.importorskip("rocrate.rocrate")
    crate = rocrate.ROCrate(stored[kind])
    assert crate.version == "1.3"
    names = {entity.id for entity in crate.data_entities}
    assert names == {*inspect_folder(stored[kind]).files, "manifest.json"} - {
        "ro-crate-metadata.json"
    }
    (action,) = crate.get_by_type("CreateAction")
    assert action["instrument"]["name"] == "innocluster"
    assert {entity.id for entity in action["object"]} >= {"inputs/scenario.json"}


@pytest.mark.parametrize("kind", ["compare", "explore", "run"])
def test_the_crate_refers_to_nothing_that_it_does_not_describe(
    stored: dict[str, Path], kind: str
) -> None:
    text = (stored[kind] / "ro-crate-metadata.json").read_text(encoding="utf-8")
    document = json.loads(text)
    described = [entity["@id"] for entity in document["@graph"]]
    assert len(described) == len(set(described))
    assert document["@context"] == "https://w3id.org/ro/crate/1.3/context"

    def references(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [value["@id"]] if set(value) == {"@id"} else []
            return own + [name for item in value.values() for name in references(item)]
        if isinstance(value, list):
            return [name for item in value for name in references(item)]
        return []

    outside = {name for name in references(document["@graph"]) if name not in described}
    assert outside == {"https://w3id.org/ro/crate/1.3"}
    assert all((stored[kind] / name).exists() for name in described if name[0] not in "#h")


@pytest.mark.parametrize("kind", ["compare", "explore", "run"])
def test_what_has_changed_is_named(stored: dict[str, Path], kind: str, tmp_path: Path) -> None:
    folder = shutil.copytree(stored[kind], tmp_path / "copy")
    name = next(name for name in inspect_folder(folder).files if name.endswith(".csv"))
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    (folder / "inputs" / "scenario.json").unlink()
    state = inspect_folder(folder)
    assert state.state == "damaged"
    assert set(state.problems) == {
        f"{name}: not what was stored",
        "inputs/scenario.json: missing",
    }
    with pytest.raises(InputError, match=r"scenario\.json"):
        reproduce(folder, workers=1)


def test_a_flipped_byte_of_a_manifest_is_noticed(stored: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(stored["run"], tmp_path / "copy")
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"seed": 2005', b'"seed": 2004'))
    state = inspect_folder(folder)
    assert (state.state, state.problems) == ("damaged", ("manifest.json: not what was stored",))
