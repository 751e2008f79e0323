"""Attacks on the store of results: simultaneous starts, kills, edits, flipped bytes, full disks.

Every attack ends with the plain command on the same folder, after which its tables must be
those of an undisturbed folder, byte for byte::

    python benchmarks/attack_store.py                 # everything, some twelve minutes
    python benchmarks/attack_store.py kills flips --rounds 5
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from innocluster import Scenario, compare
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.files import PRESET_FOLDER
from innocluster.scenarios.store.files import file_digest, read_manifest
from innocluster.scenarios.store.verification import inspect_folder

__all__ = ["ATTACKS", "Arena", "main"]

SHRINKAGE = 32
ARMS = ("P2", "P5")
PAIRS = 4
LIMIT = 180.0
"""Seconds after which a command counts as hanging."""

_CHILD = (
    "import sys; from innocluster import Scenario, compare; "
    "compare({arms!r}, sys.argv[1], pairs={pairs}, max_pairs={pairs}, workers={workers}, "
    "folder=sys.argv[2])"
)


class Failure(AssertionError):
    """An attack that got through."""


class Arena:
    """A place for attacks: a small region, its scenario, and what an undisturbed result is.

    Parameters
    ----------
    place : an empty folder
    seed : of the moments and bytes that are hit
    """

    def __init__(self, place: Path, seed: int) -> None:
        self.place = place
        self.random = random.Random(seed)
        self.region = place / "region"
        self.scenario = place / "small.toml"
        write_small_region(self.region)
        self.scenario.write_text(
            'name = "small"\nregion = "region"\nlast = "2005-12"\nspin_up_years = 0\n',
            encoding="utf-8",
        )
        self.pristine = place / "pristine"
        self.run(self.pristine)
        self.expected = tables(self.pristine)
        # The first may have had to compile.
        start = time.monotonic()
        self.ends(self.start(place / "again"))
        self.check(place / "again", "undisturbed")
        self.seconds = time.monotonic() - start

    def run(self, folder: Path, workers: int = 1) -> None:
        """Compare in this process."""
        compare(
            ARMS, Scenario.from_file(self.scenario), pairs=PAIRS, max_pairs=PAIRS,
            workers=workers, folder=folder,
        )  # fmt: skip

    def start(
        self,
        folder: Path,
        workers: int = 1,
        before: Callable[[], None] | None = None,
        user: int | None = None,
    ) -> subprocess.Popen[str]:
        """Compare in another process."""
        code = _CHILD.format(arms=ARMS, pairs=PAIRS, workers=workers)
        return subprocess.Popen(
            [sys.executable, "-c", code, str(self.scenario), str(folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=before,
            user=user,
        )

    def ends(self, process: subprocess.Popen[str]) -> tuple[int, str]:
        """Exit code and standard error of a command, which must end in time."""
        try:
            _, error = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise Failure(f"a command hung for {LIMIT:g} s") from None
        return process.returncode, error

    def check(self, folder: Path, what: str) -> None:
        """The tables of a folder are those of an undisturbed one, and it says so."""
        found = tables(folder)
        changed = [name for name in self.expected if found.get(name) != self.expected[name]]
        if changed or len(found) != len(self.expected):
            raise Failure(f"{what}: other tables: {', '.join(changed)}")
        state = inspect_folder(folder)
        if state.state != "complete":
            raise Failure(f"{what}: {state.state}: {'; '.join(state.problems)}")


def write_small_region(folder: Path) -> None:
    """The region that ships with the package, with a fraction of its firms."""
    shutil.copytree(PRESET_FOLDER, folder)
    for name in ("complexes", "region"):
        path = folder / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            for key in ("firms", "employees", "founding_members", "plots"):
                if key in row:
                    row[key] = str(max(2, int(row[key]) // SHRINKAGE))
            for key in ("production_tn", "exports_usd_bn"):
                if key in row:
                    row[key] = str(float(row[key]) / SHRINKAGE)
            if row.get("unit") in ("KRW tn", "USD bn"):
                row["value"] = str(float(row["value"]) / SHRINKAGE)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)


def tables(folder: Path) -> dict[str, str]:
    """Digests of the tables of a folder."""
    return {path.name: file_digest(path) for path in sorted(folder.glob("*.csv"))}


def attack_starts(arena: Arena, rounds: int) -> str:
    """Two to eight commands start on one new folder at once."""
    waited = 0
    for number in range(rounds):
        folder = arena.place / f"starts-{number}"
        together = [arena.start(folder) for _ in range(2 + number % 7)]
        for process in together:
            code, error = arena.ends(process)
            waited += "waiting" in error
            if code:
                raise Failure(f"start: exit {code}: {error[-500:]}")
        arena.check(folder, "start")
        shutil.rmtree(folder)
    return f"{waited} commands waited, none failed"


def attack_kills(arena: Arena, rounds: int) -> str:
    """Kill a command again and again: while workers start, while runs and tables are stored."""
    kills = 0
    for number in range(rounds):
        folder = arena.place / f"kills-{number}"
        # Every third folder is complete already: what is hit is the rewriting of its tables.
        if number % 3 == 2:
            shutil.copytree(arena.pristine, folder)
        for _ in range(4):
            process = arena.start(folder, workers=1 + number % 2)
            time.sleep(arena.random.uniform(0.3, 1.1) * arena.seconds)
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
            arena.ends(process)
            if folder.exists() and any(folder.iterdir()):
                state = inspect_folder(folder)
                if state.state == "damaged":
                    raise Failure(f"kill: {'; '.join(state.problems)}")
        arena.run(folder)
        arena.check(folder, "kill")
        shutil.rmtree(folder)
    return f"{kills} kills"


def attack_edits(arena: Arena, rounds: int) -> str:
    """Edit the region while a comparison runs, and take the edit back."""
    path = arena.region / "complexes.csv"
    original = path.read_bytes()
    refused = 0
    for number in range(rounds):
        folder = arena.place / f"edits-{number}"
        process = arena.start(folder, workers=2)
        time.sleep(arena.random.uniform(0.1, 1.0) * arena.seconds)
        path.write_bytes(original.replace(b"0", b"1", 5))
        code, error = arena.ends(process)
        path.write_bytes(original)
        # The command began before the edit, after it, or in its midst, which it notices.
        if code and "InputError" not in error.strip().splitlines()[-1]:
            raise Failure(f"edit: exit {code}: {error[-500:]}")
        refused += bool(code)
        arena.run(folder)
        arena.check(folder, "edit")
        shutil.rmtree(folder)
    return f"{refused} of {rounds} commands read the edit and refused it"


def attack_flips(arena: Arena, rounds: int) -> str:
    """Flip a byte of any file of a folder; reading and going on must tell, mend and never crash."""
    folder = arena.place / "flips"
    told = 0
    for number in range(rounds * 20):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(arena.pristine, folder)
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        files = [path for path in files if path.stat().st_size]
        # Half of the flips hit the ledger, where most of the bytes are.
        chosen = folder / "runs.sqlite" if number % 2 else arena.random.choice(files)
        content = bytearray(chosen.read_bytes())
        place = arena.random.randrange(len(content))
        content[place] ^= 1 << arena.random.randrange(8)
        chosen.write_bytes(content)
        what = f"byte {place} of {chosen.name}"
        signal.alarm(int(LIMIT))
        try:
            told += inspect_folder(folder).state != "complete"
            arena.run(folder)
        except InputError as error:
            # A ledger that calls itself one of a later version is left alone.
            if "layout" not in str(error):
                raise Failure(f"{what}: {error}") from error
            continue
        except Exception as error:
            raise Failure(f"{what}: {type(error).__name__}: {error}") from error
        finally:
            signal.alarm(0)
        arena.check(folder, what)
    shutil.rmtree(folder, ignore_errors=True)
    return f"{rounds * 20} flips, {told} of them told before they were mended"


def attack_disks(arena: Arena, rounds: int) -> str:
    """No file may grow beyond a limit, as on a full disk."""
    stopped = 0
    for number in range(rounds):
        folder = arena.place / f"disks-{number}"
        limit = 1 << (10 + number % 11)

        def restrict(limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        code, error = arena.ends(arena.start(folder, before=restrict))
        if code:
            stopped += 1
            if "InputError" not in error.strip().splitlines()[-1]:
                raise Failure(f"disk of {limit}: {error[-500:]}")
        arena.run(folder)
        arena.check(folder, f"disk of {limit}")
        shutil.rmtree(folder)
    return f"{stopped} of {rounds} commands were stopped"


def attack_forbidden(arena: Arena, rounds: int) -> str:
    """A folder that may only be read can be read and verified, and is left as it is."""
    for number in range(rounds):
        folder = arena.place / f"forbidden-{number}"
        shutil.copytree(arena.pristine, folder)
        for path in folder.rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        folder.chmod(0o555)
        before = {path: file_digest(path) for path in folder.rglob("*") if path.is_file()}
        if os.geteuid() == 0:
            code, error = 2, "InputError"  # nothing is forbidden to root
        else:
            code, error = arena.ends(arena.start(folder))
        if code == 0 or "InputError" not in error:
            raise Failure(f"forbidden: exit {code}: {error[-500:]}")
        if {path: file_digest(path) for path in folder.rglob("*") if path.is_file()} != before:
            raise Failure("forbidden: changed")
        arena.check(folder, "forbidden")
        folder.chmod(0o755)
        for path in folder.rglob("*"):
            path.chmod(0o755)
        shutil.rmtree(folder)
    return "read and left alone" + (", as root only read" if os.geteuid() == 0 else "")


ATTACKS: dict[str, Callable[[Arena, int], str]] = {
    "starts": attack_starts,
    "kills": attack_kills,
    "edits": attack_edits,
    "flips": attack_flips,
    "disks": attack_disks,
    "forbidden": attack_forbidden,
}
_ROUNDS = {"starts": 30, "kills": 30, "edits": 10, "flips": 20, "disks": 22, "forbidden": 2}


def main() -> int:
    """Run attacks and say how each ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("attacks", nargs="*", help=", ".join(ATTACKS))
    parser.add_argument("--rounds", type=int, help="rounds of every attack")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="attack-") as place:
        arena = Arena(Path(place), given.seed)
        fingerprint = read_manifest(arena.pristine)["fingerprint"]
        print(f"model {fingerprint[:12]}, {len(arena.expected)} tables, {arena.seconds:.1f} s")
        for name in given.attacks or ATTACKS:
            start = time.monotonic()
            try:
                outcome = ATTACKS[name](arena, given.rounds or _ROUNDS[name])
            except Failure as failure:
                failed += 1
                outcome = f"FAILED: {failure}"
            print(f"{name:10} {time.monotonic() - start:6.0f} s  {outcome}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
