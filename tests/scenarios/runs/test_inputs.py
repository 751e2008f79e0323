"""Inputs are what they were when a command began, whatever is edited afterwards."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from innocluster import compare
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.runs import inputs as inputs_module
from innocluster.scenarios.runs.execution import execute_pair
from innocluster.scenarios.runs.inputs import Inputs, load_inputs
from innocluster.scenarios.runs.ledger import Ledger
from innocluster.scenarios.schema import Scenario


@pytest.fixture
def own(small: Scenario, tmp_path: Path) -> Scenario:
    """A scenario with a region of its own that may be edited."""
    region = shutil.copytree(small.region, tmp_path / "region")
    return small.replaced(region=str(region))


def lower_revenue(scenario: Scenario) -> None:
    """Edit the totals of a region by three percent."""
    path = Path(scenario.region) / "region.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    rows = [line.split(",") for line in lines[1:]]
    for row in rows:
        if "KRW tn" in row:
            row[header.index("value")] = str(0.97 * float(row[header.index("value")]))
    text = "\n".join([",".join(header), *(",".join(row) for row in rows)])
    path.write_text(text + "\n", encoding="utf-8")


def revenue(inputs: Inputs | Scenario) -> float:
    (outcome,) = execute_pair(inputs, ["P0"], 0)
    assert outcome.yearly is not None, outcome.error
    return float(outcome.yearly["revenue"][0, 0])


def test_an_edit_reaches_nothing_that_has_begun(own: Scenario) -> None:
    frozen = Inputs(own, ["P0", "P5"])
    before, key = revenue(frozen), Ledger(None, frozen).key("P5", 0)
    lower_revenue(own)
    sent = pickle.loads(pickle.dumps(frozen))
    assert revenue(frozen) == revenue(sent) == before
    assert Ledger(None, frozen).key("P5", 0) == key
    assert sent.files == {}
    # The next one in the same session reads what is there now, and calls it something else.
    assert revenue(own) == pytest.approx(0.97 * before, rel=0.01)
    assert Ledger(None, own).key("P5", 0) != key


def test_years_without_a_budget_are_told(own: Scenario, caplog: pytest.LogCaptureFixture) -> None:
    Inputs(own).read()
    assert caplog.messages == []
    path = Path(own.region) / "budget.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:2], ""]), encoding="utf-8")
    longer = own.replaced(last="2007-12")
    Inputs(longer).read()
    (told,) = caplog.messages
    assert told.endswith("region/budget.csv has no line for 2006, 2007: nothing is spent then")
    Inputs(longer.replaced(programme={"budget": {2006: 1.0}})).read()
    assert len(caplog.messages) == 1


def test_a_table_of_a_region_is_in_the_key_of_a_run(own: Scenario) -> None:
    """Every one of them."""
    key = Ledger(None, own).key("P5", 0)
    for path in sorted(Path(own.region).glob("*.csv")):
        original = path.read_bytes()
        path.write_bytes(original + b"\n")
        assert Ledger(None, own).key("P5", 0) != key, path.name
        path.write_bytes(original)
    assert Ledger(None, own).key("P5", 0) == key


def test_the_scenario_of_an_arm_is_read_once(small: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "twice.toml"
    path.write_text('name = "twice"\nprogramme.budget_scale = 2.0\n', encoding="utf-8")
    frozen = Inputs(small, ["P0", f"P5@{path}"])
    key = Ledger(None, frozen).key(f"P5@{path}", 0)
    path.write_text("no scenario", encoding="utf-8")
    for text in (f"P5@{path}", f"P5@{path}|-ties"):
        assert frozen.arm(text).scenario.programme.budget_scale == 2.0
    assert Ledger(None, frozen).key(f"P5@{path}", 0) == key
    (outcome,) = execute_pair(pickle.loads(pickle.dumps(frozen)), [f"P5@{path}"], 0)
    assert outcome.error == ""
    with pytest.raises(InputError):
        Inputs(small, [f"P5@{path}"])


def test_an_edit_in_the_midst_of_reading_is_noticed(
    own: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = inputs_module.load_region

    def slow(*arguments: object) -> object:
        lower_revenue(own)
        return genuine(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(inputs_module, "load_region", slow)
    inputs_module._read_region.cache_clear()
    with pytest.raises(InputError, match="edited while it was read"):
        load_inputs(own)
    inputs_module._read_region.cache_clear()


def test_what_is_stored_is_what_was_run(own: Scenario, tmp_path: Path) -> None:
    frozen = Inputs(own, ["P0", "P2"])
    region, macro = frozen.read()
    frozen.save(tmp_path / "out")
    key = Ledger(None, frozen).key("P2", 3)
    lower_revenue(own)
    restored = Inputs.restore(tmp_path / "out")
    assert Ledger(None, restored).key("P2", 3) == key
    assert list(restored.arms) == ["P0", "P2"]
    again, series = restored.read()
    assert np.array_equal(region.complexes.production, again.complexes.production)
    assert np.array_equal(macro.price_index, series.price_index)


def test_a_comparison_goes_on_with_what_it_began_with(own: Scenario, tmp_path: Path) -> None:
    options = {"pairs": 2, "max_pairs": 2, "workers": 1}
    expected = compare(["P2"], own, **options)  # type: ignore[arg-type]

    calls = []

    def edit(*_: object) -> None:
        # Progress is told often: lowered each time, the totals would no longer fit the complexes.
        if not calls:
            lower_revenue(own)
        calls.append(1)

    edited = compare(["P2"], own, progress=edit, folder=tmp_path / "out", **options)  # type: ignore[arg-type]
    assert edited.effects.equals(expected.effects)
    anew = compare(["P2"], own, folder=tmp_path / "out", **options)  # type: ignore[arg-type]
    assert not anew.effects.equals(expected.effects)
    (earlier,) = (tmp_path / "out" / "earlier").iterdir()
    assert (earlier / "effects.csv").exists()
