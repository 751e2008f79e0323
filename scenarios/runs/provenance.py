"""Where results come from: model version, canonical scenario, manifest, tidy exports."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from innocluster.agents.compilation import MODEL, PACKAGE, digest_of
from innocluster.sim.ground.forms import Forms
from innocluster.version import __version__

from ..form_plugins import form_keys
from ..policies import plugins
from ..schema import Scenario
from ..store.files import LEDGER, MANIFEST, SOFTWARE, file_digest, write_aside

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "canonical_scenario",
    "model_files",
    "model_fingerprint",
    "write_manifest",
    "write_table",
]


def model_files(package: Path = PACKAGE) -> list[Path]:
    """Every source and data file that results depend on, in whatever folder it stands.

    The shipped posterior is none: what a run draws from it stands among its parameters, and a
    calibration that is resumed must find its runs although others have been shipped since.
    """
    files = (file for name in MODEL for file in (package / name).rglob("*") if file.is_file())
    return sorted(
        file
        for file in files
        if "__pycache__" not in file.parts
        and not file.name.startswith(".")
        and file.stem != "posterior"
    )


@cache
def model_fingerprint() -> str:
    """Digest of the version and of every file that results depend on."""
    return digest_of(PACKAGE, model_files(), __version__)


def canonical_scenario(scenario: Scenario, digests: Mapping[str, str]) -> dict[str, Any]:
    """Everything of a scenario that its runs depend on, apart from policy and replication.

    Parameters
    ----------
    digests : digests of the user's ``"macro"`` and ``"region"``, which enter by their content
    """
    macro = digests.get("macro", scenario.macro)
    region = digests.get("region", scenario.region)
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
        "without": list(scenario.without),
        "programme": scenario.programme.model_dump(),
        "forms": form_keys(Forms.of(scenario.forms)),
        "parameters": scenario.parameter_set().as_dict(),
    }


def write_table(frame: pd.DataFrame, folder: Path, name: str, meta: Mapping[str, Any]) -> None:
    """Write a tidy table as Parquet, with `meta` inside, and as CSV.

    The CSV begins with the mark by which Excel knows UTF-8.
    """
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    described = {b"innocluster": json.dumps(meta, ensure_ascii=False, default=str).encode()}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **described})
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(table, sink)
    write_aside(folder / f"{name}.parquet", sink.getvalue().to_pybytes())
    # Spreadsheets take a text for UTF-8 where it begins with this mark.
    write_aside(folder / f"{name}.csv", frame.to_csv(index=False).encode("utf-8-sig"))


def write_manifest(
    folder: Path,
    scenario: Scenario,
    meta: Mapping[str, Any],
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write `manifest.json`: all that is needed to tell, and to repeat, what was done.

    Parameters
    ----------
    folder : where
    scenario : what was run
    meta : what was asked and reached
    more : further entries

    Notes
    -----
    Hashes cover every file of the folder except the ledger, whose bytes differ
    between machines while its rows do not.
    """
    document = {
        "software": SOFTWARE,
        "status": "finished",
        "version": __version__,
        "fingerprint": model_fingerprint(),
        "commit": _commit(),
        "scenario": scenario.model_dump(mode="json")
        | {"parameters": scenario.parameter_set().as_dict()},
        "plugins": {policy: plugin.package for policy, plugin in plugins().items()},
        "result": dict(meta),
        **(more or {}),
        "platform": {
            "python": platform.python_version(),
            "system": platform.platform(),
            "machine": platform.machine(),
        },
        "sha256": {
            path.relative_to(folder).as_posix(): file_digest(path)
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
