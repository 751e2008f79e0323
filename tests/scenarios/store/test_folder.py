"""A result folder: who may work in it, and that a kill at any step of a swap loses nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.store import folder as folder_module
from innocluster.scenarios.store.files import MANIFEST, SOFTWARE, write_aside
from innocluster.scenarios.store.folder import EARLIER, READY, complete_swap, result_folder
from innocluster.scenarios.store.lock import LOCK, holder_of
from innocluster.scenarios.store.verification import inspect_folder


def store(folder: Path, design: str, **files: str) -> None:
    """Store a result of some files."""
    with result_folder(folder, "test") as claimed:
        for name, text in files.items():
            write_aside(claimed.staging / f"{name}.csv", text.encode())
        manifest = {"software": SOFTWARE, "design": design, "result": {}}
        write_aside(claimed.staging / MANIFEST, json.dumps(manifest).encode())


def content(folder: Path) -> dict[str, str]:
    """The tables of a result."""
    return {path.stem: path.read_text() for path in sorted(folder.glob("*.csv"))}


def test_a_result_takes_the_place_of_an_earlier_one_of_its_design(tmp_path: Path) -> None:
    store(tmp_path / "new", "one", a="1", b="2")
    assert content(tmp_path / "new") == {"a": "1", "b": "2"}
    store(tmp_path / "new", "one", a="3")
    # What the new one does not have would be taken for a part of it.
    assert content(tmp_path / "new") == {"a": "3"}
    state = inspect_folder(tmp_path / "new")
    assert (state.state, state.problems, state.earlier) == ("complete", (), ())


def test_a_result_of_another_design_is_kept(tmp_path: Path) -> None:
    store(tmp_path, "one", a="1", b="2")
    finished = json.loads((tmp_path / MANIFEST).read_text())["finished"]
    store(tmp_path, "two", a="3")
    assert content(tmp_path) == {"a": "3"}
    (earlier,) = inspect_folder(tmp_path).earlier
    kept = tmp_path / EARLIER / earlier
    assert content(kept) == {"a": "1", "b": "2"}
    document = json.loads((kept / MANIFEST).read_text())
    assert (document["status"], document["finished"]) == ("finished", finished)


class Killed(BaseException):
    """As if the process had been killed."""


def killing_at(number: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Let the process die before step `number` that changes the folder; count the steps."""
    steps = 0

    def dying(genuine: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object, **options: object) -> object:
            nonlocal steps
            steps += 1
            if steps == number:
                raise Killed
            return genuine(*arguments, **options)

        return step

    for name in ("replace", "rename", "unlink"):
        monkeypatch.setattr(Path, name, dying(getattr(Path, name)))
    monkeypatch.setattr(folder_module.shutil, "rmtree", dying(folder_module.shutil.rmtree))
    return lambda: steps


@pytest.mark.parametrize("design", ["one", "two"])
def test_a_swap_goes_on_wherever_it_was_killed(
    tmp_path: Path, design: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 40):
        folder = tmp_path / str(number)
        store(folder, "one", a="1", b="2", c="3")
        with result_folder(folder, "test") as claimed:
            # Made ready as `commit` does, but not swapped in.
            for name, text in {"a": "4", "b": "5"}.items():
                write_aside(claimed.staging / f"{name}.csv", text.encode())
            manifest = {"software": SOFTWARE, "design": design, "status": "finished", "sha256": {}}
            write_aside(claimed.staging / MANIFEST, json.dumps(manifest).encode())
            claimed.staging.rename(folder / READY)
            claimed._staging = None
        with monkeypatch.context() as patch:
            steps = killing_at(number, patch)
            try:
                complete_swap(folder)
            except Killed:
                died = True
            else:
                died = False
                assert steps() < number
        if died:
            state = inspect_folder(folder).state
            # Half old and half new never passes for a result.
            assert state == "interrupted"
        complete_swap(folder)
        assert content(folder) == {"a": "4", "b": "5"}
        assert not (folder / READY).exists()
        if design == "two":
            (kept,) = (folder / EARLIER).iterdir()
            assert content(kept) == {"a": "1", "b": "2", "c": "3"}
        if not died:
            assert number > 8
            return
    raise AssertionError("a swap of more than 40 steps")


def test_an_error_leaves_the_old_result_as_it_was(tmp_path: Path) -> None:
    store(tmp_path, "one", a="1")
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.name != LOCK}

    def fail() -> None:
        with result_folder(tmp_path, "test") as claimed:
            write_aside(claimed.staging / "a.csv", b"2")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    after = {path: path.read_bytes() for path in tmp_path.iterdir() if path.name != LOCK}
    assert after == before
    state = inspect_folder(tmp_path)
    assert state.state == "complete"
    assert state.holder is not None
    assert state.holder.command == "test"


def test_a_folder_that_was_claimed_for_nothing_is_gone(tmp_path: Path) -> None:
    with pytest.raises(InputError), result_folder(tmp_path / "new", "test"):
        raise InputError(file="a", key="b", value="c", allowed="d")
    assert not (tmp_path / "new").exists()


def test_foreign_folder_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "manifest.json").write_text('{"software": "other"}', encoding="utf-8")
    with pytest.raises(InputError, match="other files"), result_folder(tmp_path, "test"):
        pass
    assert sorted(os.listdir(tmp_path)) == ["manifest.json", "thesis.txt"]
    assert (tmp_path / "manifest.json").read_text(encoding="utf-8") == '{"software": "other"}'


def test_a_folder_with_somebody_elses_partial_file_is_foreign(tmp_path: Path) -> None:
    (tmp_path / "film.partial").touch()
    with pytest.raises(InputError, match="other files"), result_folder(tmp_path, "test"):
        pass
    assert os.listdir(tmp_path) == ["film.partial"]


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError), result_folder(folder, "test"):
            pass
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_no_link_is_followed(tmp_path: Path) -> None:
    foreign = tmp_path / "thesis.txt"
    foreign.write_text("mine", encoding="utf-8")
    store(tmp_path / "out", "one", a="1")
    for name in ("a.csv", MANIFEST, "manifest.json.partial", ".manifest.json.partial"):
        (tmp_path / "out" / name).unlink(missing_ok=True)
        (tmp_path / "out" / name).symlink_to(foreign)
    store(tmp_path / "out", "one", a="2")
    assert foreign.read_text(encoding="utf-8") == "mine"
    (tmp_path / "out" / LOCK).unlink()
    (tmp_path / "out" / LOCK).symlink_to(foreign)
    with pytest.raises(InputError):
        store(tmp_path / "out", "one", a="3")
    assert foreign.read_text(encoding="utf-8") == "mine"


_HOLD = (
    "import sys; from innocluster.scenarios.store.folder import result_folder\n"
    "with result_folder(sys.argv[1], 'holding') as claimed:\n"
    "    print('here', flush=True); sys.stdin.read()"
)


def test_the_second_waits_and_says_for_whom(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "here\n"
        state = inspect_folder(folder)
        assert state.state == "running"
        assert state.holder is not None
        assert (state.holder.process, state.holder.command) == (holder.pid, "holding")
        # The system gives the lock back when its holder is killed.
        timer = subprocess.Popen(
            [sys.executable, "-c", "import os, sys, time; time.sleep(1.5);"
             " os.kill(int(sys.argv[1]), 9)", str(holder.pid)]
        )  # fmt: skip
        start = time.monotonic()
        with result_folder(folder, "test") as claimed:
            assert claimed.path == folder
            assert time.monotonic() - start > 0.5
            assert holder_of(folder) is not None
        timer.wait()
    assert f"another innocluster (process {holder.pid} on " in caplog.text
    assert holder_of(folder) is None
