"""Where results come from: model version, canonical scenario, manifest, tidy exports.

Every file is written aside and renamed, so that no reader ever sees half of it.
A folder with other people's files is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from innocluster.agents.compilation import MODEL, PACKAGE, digest_of
from innocluster.sim.ground.forms import Forms
from innocluster.version import __version__

from ..errors import InputError
from ..policies import plugins
from ..schema import PRESET_MACROS, PRESET_REGION, Scenario

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "LEDGER",
    "MANIFEST",
    "canonical_scenario",
    "claim_folder",
    "is_ledger",
    "model_files",
    "model_fingerprint",
    "storage_errors",
    "write_aside",
    "write_manifest",
    "write_table",
]

MANIFEST = "manifest.json"
LEDGER = "runs.sqlite"
APPLICATION_ID = 0x494E4E4F
_SOFTWARE = "innocluster"
_PARTIAL = ".partial"
_NEW_FOLDER = "a new or empty folder, or a result folder of this software"


def model_files(package: Path = PACKAGE) -> list[Path]:
    """Every source and data file that results depend on, in whatever folder it stands."""
    files = (file for name in MODEL for file in (package / name).rglob("*") if file.is_file())
    return sorted(
        file for file in files if "__pycache__" not in file.parts and not file.name.startswith(".")
    )


@cache
def model_fingerprint() -> str:
    """Digest of the version and of every file that results depend on."""
    return digest_of(PACKAGE, model_files(), __version__)


def canonical_scenario(scenario: Scenario) -> dict[str, Any]:
    """Everything of a scenario that its runs depend on, apart from policy and replication.

    Files of the user enter by the digest of their content.
    """
    macro = scenario.macro
    if macro not in PRESET_MACROS:
        macro = hashlib.sha256(Path(macro).read_bytes()).hexdigest()
    region = scenario.region
    if region != PRESET_REGION:
        digest = hashlib.sha256()
        for path in sorted(Path(region).glob("*.csv")):
            digest.update(path.name.encode() + path.read_bytes())
        region = digest.hexdigest()
    return {
        "macro": macro,
        "region": region,
        "exports": scenario.exports,
        "governance": scenario.governance,
        "screening": scenario.screening,
        "last": scenario.last,
        "seed": scenario.seed,
        "spin_up_years": scenario.spin_up_years,
        "population_seed": scenario.population_seed,
        "programme": scenario.programme.model_dump(),
        "forms": Forms.of(scenario.forms).names(),
        "parameters": scenario.parameter_set().as_dict(),
    }


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what the file system refuses (permissions, disk full) into an `InputError`."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError(
            file=path, key="out", value=reason, allowed="a writable folder with free space"
        ) from None


def claim_folder(folder: Path) -> None:
    """Make a result folder, or make sure that an existing one is ours.

    Raises
    ------
    InputError
        For a file in its place, a non-empty folder of something else, or a
        folder that cannot be written. Nothing in it is touched then.
    """
    with storage_errors(folder):
        if folder.exists() and not folder.is_dir():
            raise InputError(file=folder, key="out", value="a file", allowed=_NEW_FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        names = [path.name for path in folder.iterdir() if not path.name.endswith(_PARTIAL)]
        if names and not (_our_manifest(folder / MANIFEST) or is_ledger(folder / LEDGER)):
            value = f"a folder with other files ({min(names)})"
            raise InputError(file=folder, key="out", value=value, allowed=_NEW_FOLDER)
        if not (folder / MANIFEST).exists():
            started = {"software": _SOFTWARE, "version": __version__, "status": "started"}
            write_aside(folder / MANIFEST, json.dumps(started).encode())


def is_ledger(path: Path) -> bool:
    """Whether a file is a ledger of this software, by SQLite's application identifier."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        header = file.read(72)
    ours = header[68:72] == APPLICATION_ID.to_bytes(4, "big")
    return ours and header[:16] == b"SQLite format 3\0"


def _our_manifest(path: Path) -> bool:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and document.get("software") == _SOFTWARE


def write_aside(path: Path, content: bytes) -> None:
    """Write a file beside its place, flush it to disk and rename it into place."""
    with storage_errors(path):
        aside = path.with_name(path.name + _PARTIAL)
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)


def write_table(frame: pd.DataFrame, folder: Path, name: str, meta: Mapping[str, Any]) -> None:
    """Write a tidy table as Parquet, with `meta` inside, and as CSV."""
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    described = {b"innocluster": json.dumps(meta, ensure_ascii=False, default=str).encode()}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **described})
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(table, sink)
    write_aside(folder / f"{name}.parquet", sink.getvalue().to_pybytes())
    write_aside(folder / f"{name}.csv", frame.to_csv(index=False).encode())


def write_manifest(folder: Path, scenario: Scenario, meta: Mapping[str, Any]) -> None:
    """Write `manifest.json`: all that is needed to tell, and to repeat, what was done.

    Hashes cover every file of the folder except the ledger, whose bytes differ
    between machines while its rows do not.
    """
    document = {
        "software": _SOFTWARE,
        "status": "finished",
        "version": __version__,
        "fingerprint": model_fingerprint(),
        "commit": _commit(),
        "scenario": scenario.model_dump(mode="json")
        | {"parameters": scenario.parameter_set().as_dict()},
        "plugins": {policy: plugin.package for policy, plugin in plugins().items()},
        "result": dict(meta),
        "platform": {
            "python": platform.python_version(),
            "system": platform.platform(),
            "machine": platform.machine(),
        },
        "sha256": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith((LEDGER, MANIFEST))
        },
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, default=str)
    write_aside(folder / MANIFEST, text.encode())


def _commit() -> str | None:
    """Commit of the checkout that the package runs from, if it runs from one."""
    if not (PACKAGE / ".git").exists():
        return None
    try:
        answer = subprocess.run(
            ["git", "-C", str(PACKAGE), "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
