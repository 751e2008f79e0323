"""Running a stored result again from what is stored with it, and comparing bit for bit."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .attribution.attribution import explore
from .comparison.comparison import Criteria, compare
from .errors import InputError
from .runs.execution import run
from .runs.inputs import INPUTS, Inputs
from .runs.provenance import model_fingerprint
from .runs.study import store_result
from .store.files import file_digest, read_manifest
from .store.folder import result_folder
from .store.verification import finished_manifest
from .sweeps.runner.kept_designs import kept_design
from .sweeps.runner.running import Shard, sweep

__all__ = ["Reproduction", "reproduce"]

_Progress = Callable[[int, int, float], None]


@dataclass(frozen=True)
class Reproduction:
    """How a result came out when it was made again.

    Attributes
    ----------
    same : tables that agree in every byte
    different : tables that do not
    same_runs : whether all runs agree in every bit; ``None`` where there is one run only
    same_model : whether the model is the one that made the stored result
    """

    same: tuple[str, ...]
    different: tuple[str, ...]
    same_runs: bool | None
    same_model: bool

    @property
    def succeeded(self) -> bool:
        """Whether everything agrees."""
        return not self.different and self.same_runs is not False


def reproduce(
    folder: str | Path,
    out: str | Path | None = None,
    workers: int | None = None,
    progress: _Progress | None = None,
) -> Reproduction:
    """Make a stored result again from its stored inputs, and compare the tables.

    Parameters
    ----------
    folder : folder of a finished result
    out : where to keep what is made; nothing is kept if omitted
    workers : processes, by default one a core
    progress : as in `compare`

    Raises
    ------
    InputError
        For a folder without a finished result, or with damaged inputs.
    """
    folder = Path(folder)
    manifest = finished_manifest(folder)
    request = manifest.get("request")
    if request is None or request["command"] not in ("run", "compare", "explore", "sweep"):
        raise InputError(
            file=folder, key="folder", value="no run of the model",
            allowed="a folder of run, compare, explore or sweep",
        )  # fmt: skip
    for name, digest in manifest["sha256"].items():
        path = folder / name
        if name.startswith(f"{INPUTS}/") and (not path.is_file() or file_digest(path) != digest):
            raise InputError(
                file=path, key="content", value="not what was stored", allowed="a whole result"
            )
    inputs = Inputs.restore(folder)
    draws = Inputs.stored_draws(folder)
    design = kept_design(folder) if request["command"] == "sweep" else None
    with tempfile.TemporaryDirectory(prefix="innocluster-") as aside:
        target = Path(aside) / "result" if out is None else Path(out)
        with result_folder(target, f"reproduce {folder}") as store:
            options: dict[str, Any] = {
                key: value
                for key, value in request.items()
                if key not in ("command", "runs", "policies", "criteria", "moments")
            }
            common: dict[str, Any] = {
                "folder": store,
                "workers": workers,
                "progress": progress,
                "draws": draws,
            }
            if design is not None:
                part = Shard(*request["shard"])
                sweep(design, store, workers=workers, shard=part, progress=progress)
            elif request["command"] == "compare":
                criteria = Criteria(**request["criteria"])
                compare((), inputs, **options, **common, criteria=criteria)
            elif request["command"] == "explore":
                explore((), inputs, **options, **common)
            else:
                result = run(inputs, moments=request["moments"])
                store_result(store, inputs, result.frames(), result.meta, request)
        return _compared(manifest, read_manifest(target))


def _compared(first: dict[str, Any], second: dict[str, Any]) -> Reproduction:
    """Tables by whether their digests agree."""
    tables = [name for name in first["sha256"] if name.endswith(".csv") and "/" not in name]
    same = tuple(name for name in tables if first["sha256"][name] == second["sha256"].get(name))
    runs = first["request"].get("runs")
    return Reproduction(
        same=same,
        different=tuple(name for name in tables if name not in same),
        same_runs=None if runs is None else runs == second["request"].get("runs"),
        same_model=first.get("fingerprint") == model_fingerprint(),
    )
