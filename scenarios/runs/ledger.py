"""The ledger of finished runs: what a run is known by, and how its numbers are stored.

Only the parent process writes.  A run's key is a digest of all that determines
it, so that resuming, extending and reusing are one operation: skip what is there.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from innocluster.sim.ground.forms import Forms

from ..arms import Arm
from ..form_plugins import form_keys
from ..policies import plugins
from ..schema import Scenario
from ..store.files import LEDGER
from ..store.rows import Row, RunTable
from .execution import Outcome
from .indicators import Yearly, indicator_list
from .inputs import Inputs, as_inputs
from .provenance import canonical_scenario, model_fingerprint

__all__ = ["Ledger"]

_Layout = list[tuple[str, list[int]]]
"""Name and shape of every array of a yearly table, in order."""


class Ledger:
    """Finished runs of one result folder.

    Parameters
    ----------
    folder : the result folder; ``None`` keeps the runs in memory
    inputs : inputs, or the scenario, whose runs are stored and looked up
    draw : parameters drawn for a world, by its number; none are drawn if omitted

    Raises
    ------
    InputError
        For a `runs.sqlite` that is not ours, of a later layout, or not writable.
    """

    def __init__(
        self,
        folder: Path | None,
        inputs: Inputs | Scenario,
        draw: Callable[[int], Mapping[str, float]] | None = None,
    ) -> None:
        self._inputs = as_inputs(inputs)
        self._draw = draw
        self._arms: dict[str, tuple[Arm, dict[str, Any]]] = {}
        self._table = RunTable(None if folder is None else folder / LEDGER)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._table.close()

    def key(self, policy: str, replication: int) -> str:
        """Digest of all that determines a run."""
        arm, conditions = self._conditions(policy, replication)
        plugin = plugins().get(arm.policy)
        rule = arm.treatment
        if plugin is not None:
            rule += f" {plugin.package} {plugin.digest}"
        text = f"{model_fingerprint()}\n{rule}\n{replication}\n{conditions}"
        return hashlib.sha256(text.encode()).hexdigest()

    def _conditions(self, policy: str, replication: int) -> tuple[Arm, str]:
        """An arm, and in canonical JSON its scenario with what was drawn for the world."""
        if policy not in self._arms:
            arm = self._inputs.arm(policy)
            self._arms[policy] = arm, canonical_scenario(arm.scenario, self._inputs.digests)
        arm, canonical = self._arms[policy]
        drawn = {} if self._draw is None else self._draw(replication)
        fixed = arm.scenario.parameters
        parameters = {
            name: value if name in fixed else drawn.get(name, value)
            for name, value in canonical["parameters"].items()
        }
        forms = form_keys(Forms.drawn(drawn, arm.scenario.forms))
        conditions = {**canonical, "parameters": parameters, "forms": forms}
        return arm, json.dumps(conditions, sort_keys=True)

    def record(self, *outcomes: Outcome) -> None:
        """Commit finished or failed runs together; one that is done already stays as it is."""
        self._table.put([self._row(outcome) for outcome in outcomes])

    def _row(self, outcome: Outcome) -> Row:
        arm, conditions = self._conditions(outcome.policy, outcome.replication)
        yearly = outcome.yearly
        return Row(
            key=self.key(outcome.policy, outcome.replication),
            scenario=arm.scenario.name,
            parameters=conditions,
            policy=outcome.policy,
            replication=outcome.replication,
            seed=str(self._inputs.scenario.seed),
            version=model_fingerprint(),
            status="failed" if yearly is None else "done",
            error=outcome.error,
            seconds=outcome.seconds,
            finished=datetime.now(UTC).isoformat(timespec="seconds"),
            outcomes=_headline_json(yearly, self._inputs.scenario.last_year),
            series=None if yearly is None else _pack(yearly),
            layout=None if yearly is None else _layout_of(yearly),
        )

    def known(self, policies: Iterable[str], replications: Iterable[int]) -> set[tuple[str, int]]:
        """Runs that need not be run, as (policy, replication).

        Those that failed may have done so for a passing reason, and are run again.
        """
        worlds = list(replications)
        # Two arms with the same rules are one run.
        return {(p, r) for p in policies for r in worlds if self._is_done(p, r)}

    def _is_done(self, policy: str, replication: int) -> bool:
        row = self._table.get(self.key(policy, replication))
        return row is not None and row.status == "done"

    def load(self, policy: str, replication: int) -> Outcome:
        """One stored run.

        Raises
        ------
        KeyError
            Where it is not there.
        """
        row = self._table.get(self.key(policy, replication))
        if row is None:
            raise KeyError((policy, replication))
        yearly = None
        if row.series is not None and row.layout is not None:
            yearly = _unpack(row.series, json.loads(row.layout))
        return Outcome(policy, replication, row.seconds, yearly, row.error)

    def digest(self, runs: Iterable[tuple[int, Iterable[str]]]) -> str:
        """Digest of what stored runs say, the same for the same runs in whatever folder.

        Parameters
        ----------
        runs : numbers of worlds, each with its arms
        """
        digest = hashlib.sha256()
        for replication, policies in runs:
            for policy in policies:
                row = self._table.get(self.key(policy, replication))
                digest.update(b"-" if row is None else (row.series or b"failed"))
        return digest.hexdigest()


def _headline_json(yearly: Yearly | None, last_year: int) -> str:
    """The region's indicators of a run, for people who look into the file."""
    if yearly is None:
        return "{}"
    return json.dumps({i.name: float(i.values(yearly)[0]) for i in indicator_list(last_year)})


def _layout_of(yearly: Yearly) -> str:
    """Names and shapes of the arrays of a yearly table."""
    return json.dumps([(name, array.shape) for name, array in yearly.items()])


def _pack(yearly: Yearly) -> bytes:
    """All arrays as one, the first bytes of all numbers first: neighbours there are alike."""
    numbers = np.concatenate([array.ravel() for array in yearly.values()]).astype("<f8")
    return zlib.compress(numbers.view(np.uint8).reshape(-1, 8).T.tobytes())


def _unpack(series: bytes, layout: _Layout) -> Yearly:
    """The arrays of a yearly table, bit for bit."""
    by_byte = np.frombuffer(zlib.decompress(series), np.uint8).reshape(8, -1)
    numbers = np.ascontiguousarray(by_byte.T).view("<f8").ravel()
    yearly: Yearly = {}
    start = 0
    for name, shape in layout:
        end = start + math.prod(shape)
        yearly[name] = numbers[start:end].reshape(shape)
        start = end
    return yearly
