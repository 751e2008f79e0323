"""The ledger: what is there stays, what is foreign is refused and left alone."""

import os
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.runs.execution import Outcome
from innocluster.scenarios.runs.indicators import MEASURES, UNITS
from innocluster.scenarios.runs.inputs import World
from innocluster.scenarios.runs.ledger import Ledger
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.store.lock import LOCK
from innocluster.scenarios.store.rows import read_rows
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
        assert ledger.known(["P0", "P5"], range(3)) == {("P5", 0)}
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
        (layouts,) = ledger._table.connection.execute("SELECT count(*) FROM layouts").fetchone()
        assert layouts == 2


def test_a_ledger_of_an_earlier_version_is_kept_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its rows are of another model: nothing of them is used, nothing of them is lost."""
    with Ledger(tmp_path, SCENARIO) as ledger:
        ledger.record(outcome())
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        connection.execute("PRAGMA user_version = 3")
    with Ledger(tmp_path, SCENARIO) as ledger:
        assert ledger.known(["P5"], [0]) == set()
        ledger.record(outcome())
    assert "is kept as runs.layout-3-1.sqlite: its runs are run again" in caplog.text
    for name in ("runs.layout-3-1.sqlite", "runs.sqlite"):
        with sqlite3.connect(tmp_path / name) as connection:
            assert connection.execute("SELECT count(*) FROM runs").fetchone() == (1,)
    with Ledger(tmp_path, SCENARIO) as ledger:
        assert ledger.known(["P5"], [0]) == {("P5", 0)}


def test_a_run_that_is_done_is_never_replaced(tmp_path: Path) -> None:
    with Ledger(tmp_path, SCENARIO) as ledger:
        ledger.record(outcome())
        ledger.record(Outcome("P5", 0, 0.1, None, "later"))
        assert ledger.load("P5", 0).error == ""


def test_a_run_that_failed_is_not_known_and_is_replaced(tmp_path: Path) -> None:
    with Ledger(tmp_path, SCENARIO) as ledger:
        ledger.record(Outcome("P5", 0, 0.1, None, "MemoryError"))
        assert ledger.known(["P5"], [0]) == set()
        assert ledger.load("P5", 0).error == "MemoryError"
        ledger.record(outcome())
        assert ledger.known(["P5"], [0]) == {("P5", 0)}
        assert ledger.load("P5", 0).error == ""


def test_runs_are_committed_together(tmp_path: Path) -> None:
    """A transaction for all that a worker hands back: the second of two broken rows undoes both."""
    with Ledger(tmp_path, SCENARIO) as ledger:
        ledger.record(outcome("P2"), outcome("P5"))
        with pytest.raises(KeyError):
            ledger.record(outcome("P0"), outcome("P5", 1), Outcome("P5", 2, 0.1, {}))
        assert ledger.known(["P0", "P2", "P5"], [0, 1]) == {("P2", 0), ("P5", 0)}


def test_the_digest_of_runs_is_of_what_they_say(tmp_path: Path) -> None:
    with Ledger(tmp_path, SCENARIO) as ledger, Ledger(None, SCENARIO) as other:
        ledger.record(outcome("P2"), outcome("P5"))
        slower = outcome("P2")
        other.record(Outcome("P2", 0, 9.0, slower.yearly), outcome("P5"))
        assert ledger.digest([World(0, ["P2", "P5"])]) == other.digest([World(0, ["P2", "P5"])])
        assert ledger.digest([World(0, ["P2"])]) != ledger.digest([World(1, ["P2"])])


def test_settings_of_the_connection(tmp_path: Path) -> None:
    with Ledger(tmp_path, SCENARIO) as ledger:
        pragma = ledger._table.connection.execute
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
    with Ledger(tmp_path, SCENARIO):
        pass
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(InputError, match="layout = 99"):
        Ledger(tmp_path, SCENARIO)


def row_bytes(path: Path) -> int:
    """Where in a ledger the numbers of its first run stand."""
    with sqlite3.connect(path) as connection:
        (series,) = connection.execute("SELECT series FROM runs").fetchone()
    return path.read_bytes().index(series[:64]) + 20


def test_a_run_with_a_flipped_byte_is_as_good_as_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Ledger(tmp_path, SCENARIO) as ledger:
        ledger.record(outcome("P5"))
    path = tmp_path / "runs.sqlite"
    place, content = row_bytes(path), bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with Ledger(tmp_path, SCENARIO) as ledger:
        assert ledger.known(["P5"], [0]) == set()
        with pytest.raises(KeyError):
            ledger.load("P5", 0)
        assert "world 0 under P5 is damaged" in caplog.text
        ledger.record(outcome("P5"))
        assert ledger.known(["P5"], [0]) == {("P5", 0)}


@pytest.mark.parametrize("column", ["policy", "outcomes", "error", "seed", "conditions"])
def test_every_column_is_in_the_digest_of_a_row(tmp_path: Path, column: str) -> None:
    with Ledger(tmp_path, SCENARIO) as ledger:
        ledger.record(outcome("P5"))
        ledger._table.connection.execute(f"UPDATE runs SET {column} = {column} || '1'")
        assert ledger.known(["P5"], [0]) == set()


def test_a_row_that_is_found_under_the_key_of_another_is_not_taken_for_it(tmp_path: Path) -> None:
    with Ledger(tmp_path, SCENARIO) as ledger:
        ledger.record(outcome("P5"))
        connection = ledger._table.connection
        connection.execute("UPDATE runs SET key = ?", (ledger.key("P2", 0),))
        assert ledger.known(["P2", "P5"], [0]) == set()


def test_a_truncated_ledger_is_kept_and_begun_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / LOCK).touch()
    with Ledger(tmp_path, SCENARIO) as ledger:
        ledger.record(outcome())
    path = tmp_path / "runs.sqlite"
    rest = path.read_bytes()[:2000]
    path.write_bytes(rest)
    with Ledger(tmp_path, SCENARIO) as ledger:
        assert ledger.known(["P5"], [0]) == set()
        ledger.record(outcome())
    assert (tmp_path / "runs.damaged-1.sqlite").read_bytes() == rest
    assert "0 of its runs are whole" in caplog.text
    with Ledger(tmp_path, SCENARIO) as ledger:
        assert ledger.known(["P5"], [0]) == {("P5", 0)}


def test_whole_rows_of_a_damaged_ledger_are_saved(tmp_path: Path) -> None:
    with Ledger(tmp_path, SCENARIO) as ledger:
        ledger.record(*(outcome("P5", replication) for replication in range(20)))
    path = tmp_path / "runs.sqlite"
    content = bytearray(path.read_bytes())
    # The index of the keys, of which every page but the first holds one.
    with sqlite3.connect(path) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_runs_1'"
        (page,) = connection.execute(query).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content[(page - 1) * size : page * size] = bytes(size)
    path.write_bytes(content)
    with Ledger(tmp_path, SCENARIO) as ledger:
        assert len(ledger.known(["P5"], range(20))) == 20
    assert (tmp_path / "runs.damaged-1.sqlite").exists()


def test_a_stored_ledger_is_one_file_that_can_be_read_alone(tmp_path: Path) -> None:
    with Ledger(tmp_path, SCENARIO) as ledger:
        ledger.record(outcome())
    assert os.listdir(tmp_path) == ["runs.sqlite"]
    rows = list(read_rows(tmp_path / "runs.sqlite"))
    assert [(row.policy, whole) for row, whole in rows] == [("P5", True)]
    assert os.listdir(tmp_path) == ["runs.sqlite"]
