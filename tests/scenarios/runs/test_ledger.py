"""The ledger: what is there stays, what is foreign is refused and left alone."""

import os
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.runs.execution import Outcome
from innocluster.scenarios.runs.indicators import MEASURES, UNITS
from innocluster.scenarios.runs.ledger import Ledger
from innocluster.scenarios.runs.provenance import claim_folder
from innocluster.scenarios.schema import Scenario
from innocluster.sim.ground.parameters import PARAMETERS

SCENARIO = Scenario.default().replaced(last="2005-12")


def outcome(policy: str = "P5", replication: int = 0) -> Outcome:
    table = np.full((3, 8), 1.0 / 3.0)
    yearly = {name: table for name in UNITS} | {"contacts_first_half": table}
    return Outcome(policy, replication, 0.5, yearly)


def test_what_is_stored_comes_back_bit_for_bit(tmp_path: Path) -> None:
    with Ledger(tmp_path, SCENARIO) as ledger:
        ledger.record(outcome())
        ledger.record(Outcome("P5", 1, 0.1, None, "Traceback: boom"))
    with Ledger(tmp_path, SCENARIO) as ledger:
        assert ledger.known(["P0", "P5"], range(3)) == {("P5", 0), ("P5", 1)}
        yearly = ledger.load("P5", 0).yearly
        assert yearly is not None
        assert all((yearly[m.name] == 1.0 / 3.0).all() for m in MEASURES)
        assert ledger.load("P5", 1).error == "Traceback: boom"
        with pytest.raises(KeyError):
            ledger.load("P5", 2)


def test_every_bit_of_every_shape_comes_back(tmp_path: Path) -> None:
    """Also the sign of a zero, the bits of a `nan`, and arrays of several shapes."""
    odd = np.array([0.0, -0.0, np.inf, np.nan, 5e-324, 1.0 / 3.0])
    odd.view(np.uint64)[3] |= np.uint64(0x7B)
    yearly = outcome().yearly
    assert yearly is not None
    yearly |= {"odd": odd, "none": np.empty((3, 0)), "cube": np.arange(24.0).reshape(2, 3, 4)}
    with Ledger(tmp_path, SCENARIO) as ledger:
        ledger.record(Outcome("P5", 0, 0.5, yearly))
        ledger.record(outcome("P2"))
    with Ledger(tmp_path, SCENARIO) as ledger:
        for policy, stored in (("P5", yearly), ("P2", outcome().yearly)):
            loaded = ledger.load(policy, 0).yearly
            assert loaded is not None
            assert stored is not None
            assert list(loaded) == list(stored)
            for name, array in stored.items():
                assert loaded[name].shape == array.shape
                assert loaded[name].tobytes() == array.tobytes()
        # One description for the runs that share it.
        ledger.record(outcome("P0"))
        (layouts,) = ledger._connection.execute("SELECT count(*) FROM layouts").fetchone()
        assert layouts == 2


def test_a_ledger_of_the_first_version_goes_on(tmp_path: Path) -> None:
    """Its rows are of another model: nothing of them is used, nothing of them is lost."""
    Ledger(tmp_path, SCENARIO)
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        connection.execute("ALTER TABLE runs DROP COLUMN layout")
        connection.execute("DROP TABLE layouts")
        connection.execute(
            "INSERT INTO runs VALUES"
            " ('old', '', '', 'P5', 0, '1', '', 'done', '', 0, '', '{}', x'')"
        )
        connection.execute("PRAGMA user_version = 1")
    for _ in range(2):
        with Ledger(tmp_path, SCENARIO) as ledger:
            ledger.record(outcome())
            assert ledger.known(["P5"], [0, 1]) == {("P5", 0)}
            assert ledger.load("P5", 0).yearly is not None
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (2,)


def test_a_stored_run_is_never_replaced(tmp_path: Path) -> None:
    with Ledger(tmp_path, SCENARIO) as ledger:
        ledger.record(outcome())
        ledger.record(Outcome("P5", 0, 0.1, None, "later"))
        assert ledger.load("P5", 0).error == ""


def test_settings_of_the_connection(tmp_path: Path) -> None:
    with Ledger(tmp_path, SCENARIO) as ledger:
        pragma = ledger._connection.execute
        assert pragma("PRAGMA journal_mode").fetchone() == ("wal",)
        assert pragma("PRAGMA synchronous").fetchone() == (2,)


def test_everything_that_determines_a_run_is_in_its_key(tmp_path: Path) -> None:
    parameter = next(iter(PARAMETERS.values()))
    (tmp_path / "macro.csv").write_text("a", encoding="utf-8")
    with_file = SCENARIO.replaced(macro=str(tmp_path / "macro.csv"))
    others = [
        SCENARIO.replaced(seed=1),
        SCENARIO.replaced(last="2006-12"),
        SCENARIO.replaced(exports="as_printed"),
        SCENARIO.replaced(governance="local"),
        SCENARIO.replaced(screening="hierarchy"),
        SCENARIO.replaced(macro="plan-2005"),
        SCENARIO.replaced(population_seed=1),
        SCENARIO.replaced(programme={"budget_scale": 2.0}),
        SCENARIO.replaced(programme={"budget": {"2005": 1.0}}),
        SCENARIO.replaced(parameters={parameter.name: parameter.low}),
        with_file,
    ]
    keys = {Ledger(None, s).key("P5", 0) for s in [SCENARIO, *others]}
    (tmp_path / "macro.csv").write_text("b", encoding="utf-8")
    keys |= {Ledger(None, with_file).key("P5", 0)}
    ledger = Ledger(None, SCENARIO)
    keys |= {ledger.key("P2", 0), ledger.key("P5", 1)}
    assert len(keys) == len(others) + 4


def test_what_does_not_determine_a_run_is_not_in_its_key() -> None:
    same = SCENARIO.replaced(name="other", title="Other", policy="P0")
    assert Ledger(None, same).key("P5", 0) == Ledger(None, SCENARIO).key("P5", 0)


def test_a_foreign_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    path.write_bytes(b"not a database, but a novel")
    with pytest.raises(InputError, match="a ledger of innocluster"):
        Ledger(tmp_path, SCENARIO)
    assert path.read_bytes() == b"not a database, but a novel"


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        connection.execute("CREATE TABLE runs (novel TEXT)")
    before = (tmp_path / "runs.sqlite").read_bytes()
    with pytest.raises(InputError, match="a ledger of innocluster"):
        Ledger(tmp_path, SCENARIO)
    assert (tmp_path / "runs.sqlite").read_bytes() == before


def test_another_layout_is_refused(tmp_path: Path) -> None:
    Ledger(tmp_path, SCENARIO)
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(InputError, match="layout = 99"):
        Ledger(tmp_path, SCENARIO)


def test_damaged_ledger_is_one_line(tmp_path: Path) -> None:
    Ledger(tmp_path, SCENARIO)
    path = tmp_path / "runs.sqlite"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError, match="out"):
        Ledger(tmp_path, SCENARIO)


def test_foreign_folder_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "manifest.json").write_text('{"software": "other"}', encoding="utf-8")
    with pytest.raises(InputError, match="other files"):
        claim_folder(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["manifest.json", "thesis.txt"]
    assert (tmp_path / "manifest.json").read_text(encoding="utf-8") == '{"software": "other"}'


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError):
            claim_folder(folder)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_a_claimed_folder_can_be_claimed_again(tmp_path: Path) -> None:
    claim_folder(tmp_path / "new" / "folder")
    (tmp_path / "new" / "folder" / "series.csv.partial").touch()
    claim_folder(tmp_path / "new" / "folder")
