"""The real command line: exit codes, one-line errors, kills, interruptions, full disks."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "innocluster"]
SHORT = ["--last", "2005-12", "--pairs", "6", "--max-pairs", "6", "--quiet"]
TABLES = (
    "policies", "effects", "outcomes", "yearly", "ranks", "tiers", "targets", "decisions",
    "backtest", "largest", "flips", "forms", "benefits", "draws",
)  # fmt: skip


def call(*arguments: object, folder: Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        **options,  # type: ignore[call-overload]
    )


def start(*arguments: object, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def stored(folder: Path) -> int:
    """Runs committed to a ledger so far."""
    path = folder / "runs.sqlite"
    if not path.exists():
        return 0
    with sqlite3.connect(path, timeout=30.0) as connection:
        return int(connection.execute("SELECT count(*) FROM runs").fetchone()[0])


def wait_for_runs(process: subprocess.Popen[str], folder: Path, wanted: int) -> None:
    limit = time.monotonic() + 240
    while stored(folder) < wanted:
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        assert time.monotonic() < limit
        time.sleep(0.01)


def members_of(group: int) -> list[int]:
    """Processes of a process group that are still running."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def assert_all_end(group: int) -> None:
    limit = time.monotonic() + 20
    while members_of(group) and time.monotonic() < limit:
        time.sleep(0.05)
    assert members_of(group) == []


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison that ran through, on two workers."""
    folder = tmp_path_factory.mktemp("finished")
    answer = call("compare", *SHORT, "--workers", 2, "--out", "out", folder=folder)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == ""
    return folder / "out"


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_load_nothing_heavy(option: str) -> None:
    code = (
        "import sys; from innocluster.__main__ import main; code = main(); "
        "print(sorted({'mesa', 'numba', 'pandas', 'scipy', 'matplotlib'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, option], capture_output=True, text=True, timeout=300
    )
    assert answer.stdout.splitlines()[-1] == "[]", answer.stderr


def test_nothing_typed_shows_what_there_is(tmp_path: Path) -> None:
    answer = call(folder=tmp_path)
    assert (answer.returncode, answer.stderr) == (2, "")
    assert "compare" in answer.stdout


def test_help_does_not_load_the_engine(tmp_path: Path) -> None:
    code = (
        "import sys; import innocluster.commands.command_line;"
        "print([m for m in ('numpy', 'numba', 'pandas', 'pydantic') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_result_folder_of_a_comparison(finished: Path) -> None:
    names = {path.name for path in finished.iterdir()}
    assert {"manifest.json", "runs.sqlite", "report.html"} <= names
    assert {f"{table}.{kind}" for table in TABLES for kind in ("csv", "parquet")} <= names
    assert not [name for name in names if name.endswith(".partial")]
    manifest = json.loads((finished / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "finished"
    assert manifest["scenario"]["seed"] == 2005
    assert len(manifest["scenario"]["parameters"]) > 20
    assert "effects.csv" in manifest["sha256"]


def test_kill_9_loses_only_what_was_in_flight(finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = start("compare", *SHORT, "--workers", 2, "--out", out, folder=tmp_path)
    wait_for_runs(process, out, 3)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    kept = stored(out)
    assert kept >= 3
    assert_all_end(process.pid)
    answer = call("compare", *SHORT, "--workers", 1, "--out", out, folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert stored(out) == stored(finished) == 18
    for table in TABLES:
        assert (out / f"{table}.csv").read_bytes() == (finished / f"{table}.csv").read_bytes()


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_keeps_finished_runs(tmp_path: Path, workers: int) -> None:
    out = tmp_path / "out"
    many = ["--last", "2005-12", "--pairs", "200", "--max-pairs", "200", "--quiet"]
    process = start("compare", *many, "--workers", workers, "--out", out, folder=tmp_path)
    wait_for_runs(process, out, 3)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stdout == ""
    assert stderr.count("\n") == 1
    assert "interrupted" in stderr
    assert 3 <= stored(out) < 600
    assert_all_end(process.pid)


def test_json_is_one_document_and_nothing_else(tmp_path: Path) -> None:
    answer = call("run", "--last", "2005-12", "--seed", 7, "--json", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    document = json.loads(answer.stdout)
    assert answer.stderr == ""
    assert (document["seed"], document["policy"]) == (7, "P5")
    (folder,) = (tmp_path / "results").glob("run-korean-pilot-2005-*")
    assert not (folder / "figures").exists()
    assert (folder / "series.parquet").exists()


@pytest.mark.parametrize("name", ["policies", "scenarios", "parameters"])
def test_lists(tmp_path: Path, name: str) -> None:
    document = json.loads(call(name, "--json", folder=tmp_path).stdout)
    assert document[name]
    answer = call(name, folder=tmp_path)
    assert answer.returncode == 0
    first = document[name][0]
    assert {str(first[key]) for key in ("name", "key", "id") if key in first} <= set(
        answer.stdout.split()
    ) | {"No programme"}


def test_a_stored_result_is_drawn_anew_in_either_language(finished: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    page = (copy / "report.html").read_bytes()
    korean = call("report", copy, "--lang", "ko", folder=tmp_path)
    assert (korean.returncode, korean.stderr) == (0, "")
    assert korean.stdout.strip() == str(copy / "report.html")
    assert '<html lang="ko">' in (copy / "report.html").read_text(encoding="utf-8")
    told = call("report", copy, "--json", "--tables", folder=tmp_path)
    assert json.loads(told.stdout)["seed"] == 2005
    assert call("report", copy, "--quiet", folder=tmp_path).returncode == 0
    assert (copy / "report.html").read_bytes() == page
    assert call("results", "verify", copy, folder=tmp_path).returncode == 0
    for table in TABLES:
        assert (copy / f"{table}.csv").read_bytes() == (finished / f"{table}.csv").read_bytes()
        assert (copy / f"{table}.csv").read_bytes().startswith(b"\xef\xbb\xbf")


WRONG = [
    (["run", "--budget", "much"], "--budget = much"),
    (["run", "--budget", "11"], "programme.budget_scale = 11"),
    (["run", "--budget", "2004=3"], "programme.budget = 2004 = 3.0"),
    (["run", "--start", "2005-03"], "programme.start = 2005-03"),
    (["run", "--members", "0"], "programme.members_scale = 0"),
    (["run", "--without", "spilovers"], "without = spilovers"),
    (["run", "kista", "--scenario", "local"], "--scenario = local"),
    (["report", "thesis"], "no result"),
    (["scenarios", "kist"], "did you mean 'kista'"),
    (["parameters", "rd_elasticty"], "did you mean 'rd_elasticity'"),
    (["parameters", "--search", "xyzzy"], "--search = xyzzy"),
    (["compare", "P5@budget=x"], "budget = x"),
    (["run", "none"], "scenario = none"),
    (["run", "."], "a folder"),
    (["run", "none.toml"], "no such file"),
    (["run", "broken.toml"], "line 1"),
    (["run", "latin.toml"], "0xe9"),
    (["run", "unknown.toml"], "did you mean 'seed'"),
    (["run", "--policy", "P99"], "policy = P99"),
    (["run", "--seed", "abc"], "--seed"),
    (["run", "--seed", "-1"], "seed = -1"),
    (["run", "--seed", "9" * 40], "seed"),
    (["run", "--last", "1999-01"], "last = 1999-01"),
    (["run", "--macro", "none.csv"], "macro = none.csv"),
    (["run", "--macro", "latin.toml"], "latin.toml"),
    (["run", "--region", "none"], "region = none"),
    (["run", "--region", "."], "csv"),
    (["run", "--exports", "both"], "exports = both"),
    (["run", "--set", "nonsense"], "--set = nonsense"),
    (["run", "--form", "nonsense"], "--form = nonsense"),
    (["run", "--form", "entry=lnad"], "forms.entry = lnad: allowed: did you mean 'land'?"),
    (["run", "--set", "rd_elasticity=nan"], "parameters.rd_elasticity = nan"),
    (["run", "--set", "rd_elasticity=1e308"], "parameters.rd_elasticity = 1e+308"),
    (["run", "--set", "rd_elasticty=0.1"], "did you mean 'rd_elasticity'"),
    (["run", "--lang", "fr"], "--lang"),
    (["run", "--nonsense"], "--nonsense"),
    (["nonsense"], "nonsense"),
    (["run", "--out", "thesis"], "other files"),
    (["run", "--out", "broken.toml"], "a file"),
    (["run", "--out", "broken.toml/below"], "broken.toml"),
    (["run", "--out", "/dev/full"], "a file"),
    (["run", "--out", "/proc/nothing"], "/proc/nothing"),
    (["compare", "P99"], "policy = P99"),
    (["compare", "P0"], "at least one policy"),
    (["policies", "P99"], "policy = P99"),
    (["compare", "--pairs", "1"], "pairs = 1"),
    (["compare", "--workers", "0"], "workers = 0"),
    (["compare", "--precision", "nan"], "precision = nan"),
    (["compare", "--max-pairs", "2"], "max-pairs = 2"),
    (["compare", "--under", "maybe"], "allowed: point, prior, posterior"),
    (["compare", "--under", "posterior", "--draws", "latin.toml"], "latin.toml: draws ="),
    (["compare", "--indifference", "0"], "indifference = 0"),
    (["compare", "P5@nowhere"], "scenario = nowhere"),
    (["compare", "P5@plan-2005"], "plan-2005: macro = plan-2005"),
    (["compare", "--out", "thesis"], "other files"),
    (["compare", "--out", "foreign"], "ledger"),
    (["report", "n" * 3000], "allowed: a path of usual length"),
    (["sweep", "n" * 3000], "allowed: a path of usual length"),
]


@pytest.fixture(scope="module")
def mistakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mistakes")
    (folder / "broken.toml").write_text("seed = \n", encoding="utf-8")
    (folder / "latin.toml").write_bytes('title = "é"'.encode("latin-1"))
    (folder / "unknown.toml").write_text("sed = 1\n", encoding="utf-8")
    (folder / "thesis").mkdir()
    (folder / "thesis" / "chapter.txt").write_text("mine", encoding="utf-8")
    (folder / "foreign").mkdir()
    (folder / "foreign" / "manifest.json").write_text('{"software": "innocluster"}')
    (folder / "foreign" / "runs.sqlite").write_bytes(b"a novel")
    return folder


@pytest.mark.parametrize(("arguments", "part"), WRONG, ids=lambda x: " ".join(x)[:40])
def test_wrong_input_is_one_line_and_exit_2(
    mistakes: Path, arguments: list[str], part: str
) -> None:
    before = {path: path.read_bytes() for path in mistakes.rglob("*") if path.is_file()}
    answer = call(*arguments, folder=mistakes)
    assert answer.returncode == 2, answer.stderr
    assert answer.stdout == ""
    assert answer.stderr.count("\n") == 1
    assert "Traceback" not in answer.stderr
    assert part in answer.stderr
    kept = {path: path.read_bytes() for path in before}
    assert kept == before


def test_a_full_disk_is_one_line_and_the_runs_before_it_are_kept(
    finished: Path, tmp_path: Path
) -> None:
    """A limit on file sizes stands for the full disk."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    command = ["compare", *SHORT, "--workers", 1, "--out", "out"]
    answer = call(*command, folder=tmp_path, preexec_fn=limit)
    assert answer.returncode == 2, answer.stderr
    assert answer.stderr.count("\n") == 1
    assert "free space" in answer.stderr
    again = call(*command, folder=tmp_path)
    assert again.returncode == 0, again.stderr
    effects = (tmp_path / "out" / "effects.csv").read_bytes()
    assert effects == (finished / "effects.csv").read_bytes()


@pytest.mark.parametrize("encoding", ["ascii", "cp949", "cp1252", "latin-1", "utf-16"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_console_takes_every_list(tmp_path: Path, encoding: str, language: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    for command in (["policies"], ["parameters", "rd_elasticity", "--json"], ["run", "--help"]):
        answer = subprocess.run(
            [*COMMAND, *command, "--lang", language],
            cwd=tmp_path, capture_output=True, timeout=300, env=environment,
        )  # fmt: skip
        assert answer.returncode == 0, answer.stderr
        assert answer.stderr == b""
        text = answer.stdout.decode(encoding)
        if "--json" in command:
            (row,) = json.loads(text)["parameters"]
            assert ("자체" in row["label"]) == (language == "ko")


def test_no_home_and_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": "/proc/nothing", "TMPDIR": str(tmp_path)}
    for name in ("INNOCLUSTER_CACHE", "XDG_CACHE_HOME"):
        environment.pop(name, None)
    answer = call("policies", "P5", folder=tmp_path, env=environment)
    assert answer.returncode == 0
    assert answer.stderr.count("\n") == 1
    assert f"compiled code goes to {tmp_path}" in answer.stderr
    again = call("policies", "P5", folder=tmp_path, env=environment)
    assert again.stderr == answer.stderr


def test_nobody_reads_on(tmp_path: Path) -> None:
    process = start("parameters", folder=tmp_path)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=300) in (0, 141)
    assert process.stderr.read() == ""


def test_our_own_fault_is_one_line_and_exit_1(tmp_path: Path) -> None:
    code = (
        "import sys; import innocluster.scenarios.runs.execution as e;"
        "e.build_settings = lambda *_, **__: 1 / 0;"
        "sys.argv = ['innocluster', 'run'];"
        "from innocluster.__main__ import main; sys.exit(main())"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    environment.pop("INNOCLUSTER_DEBUG", None)
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=environment
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("internal error: ZeroDivisionError")
    assert answer.stderr.count("\n") == 1
    (report,) = tmp_path.glob("innocluster-*.txt")
    assert "Traceback" in report.read_text(encoding="utf-8")
