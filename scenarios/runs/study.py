"""An experiment from its design to its stored tables: the path that all experiments share.

Whoever runs many worlds says which arms in which worlds, and tabulates what comes back.
Freezing the inputs, drawing, looking up and storing runs, workers, and the result folder
are the same for all of them and stand here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engines.choice import chosen_engine
from ..engines.engine import Engine
from ..errors import InputError
from ..statistics.draws import Draws
from ..store.files import LEDGER
from ..store.folder import ResultFolder, result_folder
from .completion import Advance, run_missing
from .execution import Outcome
from .inputs import Inputs, Points, World
from .ledger import Ledger
from .provenance import canonical_scenario, write_manifest, write_table
from .readings import Reading
from .workers import Crew, Execute

if TYPE_CHECKING:
    import pandas as pd

    from ..schema import Scenario

__all__ = ["Study", "design_digest", "open_study", "short_digest", "store_result"]


@dataclass(frozen=True)
class Study:
    """Runs of one scenario under arms, in worlds that all arms share.

    Attributes
    ----------
    inputs : scenario, arms and what their files said when the command began
    draws : parameters drawn for each world
    folder : the claimed result folder; ``None`` where nothing is kept
    ledger : runs that are there
    crew : workers for those that are not
    points : of a sweep, whose scenarios differ; otherwise one
    """

    inputs: Inputs
    draws: Draws | None
    folder: ResultFolder | None
    ledger: Ledger
    crew: Crew
    points: Points

    @property
    def drawn_names(self) -> list[str]:
        """Parameters and rules that are drawn: those that the scenario sets are not."""
        names = () if self.draws is None else self.draws.names
        scenario = self.inputs.scenario
        return [n for n in names if n not in {*scenario.parameters, *scenario.forms}]

    def drawn(self, replication: int) -> dict[str, float] | None:
        """Parameters and forms drawn for a world; those that the scenario sets are not drawn."""
        if self.draws is None:
            return None
        scenario = self.inputs.scenario
        fixed = {*scenario.parameters, *scenario.forms}
        return {n: v for n, v in self.draws(replication).items() if n not in fixed}

    def lacks(self, wanted: Iterable[World]) -> bool:
        """Whether any run of worlds under their arms is still to come."""
        return any(
            len(self.ledger.known(arms, [replication], point)) < len(set(arms))
            for replication, arms, point in wanted
        )

    def complete(
        self, wanted: Iterable[World], runs_a_job: int | None = None, total: int | None = None
    ) -> Iterator[Advance]:
        """Run and store what is not there of worlds and their arms, as `run_missing`."""
        return run_missing(
            wanted, self.drawn, self.ledger, self.crew, runs_a_job, self.points, total
        )

    def load(self, arm: str, replication: int, point: int = 0) -> Outcome:
        """One run that is there.

        Raises
        ------
        InputError
            Where it was damaged since it was stored or looked up.
        """
        try:
            return self.ledger.load(arm, replication, point)
        except KeyError:
            raise InputError(
                file=LEDGER, key="run", value=f"world {replication} under {arm}, damaged",
                allowed="a whole ledger; the same command runs what is damaged again",
            ) from None  # fmt: skip

    def store(
        self,
        frames: Mapping[str, pd.DataFrame],
        meta: Mapping[str, Any],
        request: Mapping[str, Any],
        runs: Iterable[World],
    ) -> None:
        """Stage the tables, the inputs and a manifest of the result.

        Parameters
        ----------
        frames : tables by name
        meta : what was asked and reached
        request : command and options, from which it can be repeated
        runs : numbers of the worlds that the tables rest on, each with its arms
        """
        if self.folder is None:
            return
        digest = self.ledger.digest(runs)
        store_result(self.folder, self.inputs, frames, meta, {**request, "runs": digest})


@contextmanager
def open_study(
    inputs: Inputs | Points,
    draws: Draws | None,
    folder: str | Path | ResultFolder | None,
    workers: int | Engine | None,
    command: str,
    *,
    reading: Reading | None = None,
    limit: float | None = None,
    others: Sequence[Path] = (),
    execute: Execute | None = None,
) -> Iterator[Study]:
    """Claim the folder, open its ledger and have workers ready.

    Parameters
    ----------
    inputs : checked inputs: a folder is claimed for nothing that is wrong; or those of a sweep
    draws : parameters drawn for each world
    folder : the result folder; ``None`` keeps nothing
    workers : what executes the worlds, or processes, by default one a core
    command : what is done, for whoever has to wait for the folder
    reading : what is kept of a run; its yearly table if omitted
    limit : seconds a run may take
    others : ledgers from which runs are taken that are the same
    execute : executes a world in place of the model

    Raises
    ------
    InputError
        As `result_folder` and `Ledger`.
    """
    points = inputs if isinstance(inputs, Points) else Points((inputs,))
    for each in points.variants:
        each.read()
    engine = workers
    if engine is None or isinstance(engine, int):
        engine = chosen_engine("processes", engine, apart=limit is not None)
    model = "" if execute is None else f"{execute.__module__}.{execute.__qualname__}"
    with (
        result_folder(folder, command) as claimed,
        Ledger(
            None if claimed is None else claimed.path, points, draws, reading, others, model
        ) as ledger,
        Crew(points, engine, reading, limit, execute) as crew,
    ):
        yield Study(points.variants[0], draws, claimed, ledger, crew, points)


def store_result(
    folder: ResultFolder,
    inputs: Inputs,
    frames: Mapping[str, pd.DataFrame],
    meta: Mapping[str, Any],
    request: Mapping[str, Any],
) -> None:
    """Stage tables, inputs and manifest; parameters as in `Study.store`."""
    staging = folder.staging
    for name, frame in frames.items():
        write_table(frame, staging, name, meta)
    inputs.save(staging)
    design = design_digest(inputs, str(request["command"]), meta)
    write_manifest(staging, inputs.scenario, meta, {"design": design, "request": dict(request)})


def short_digest(scenario: Scenario, *design: object) -> str:
    """Eight letters that tell the folder of one design from those of others."""
    parts = [scenario.model_dump(mode="json"), *map(str, design)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:8]


def design_digest(inputs: Inputs, command: str, meta: Mapping[str, Any]) -> str:
    """What makes two results the same design: more worlds of it are an extension."""
    parts = {
        "command": command,
        "arms": {
            arm.id: [arm.policy, canonical_scenario(arm.scenario, inputs.digests)]
            for arm in inputs.arms.values()
        },
        "scenario": canonical_scenario(inputs.scenario, inputs.digests),
        **{key: meta.get(key) for key in ("policy", "under", "method", "indicator")},
        "files": {
            name: hashlib.sha256(content).hexdigest() for name, content in inputs.files.items()
        },
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
