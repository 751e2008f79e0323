"""The ledger of finished runs: what a run is known by, and how its numbers are stored.

Only the parent process writes.  A run's key is a digest of all that determines
it, so that resuming, extending and reusing are one operation: skip what is there.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.ground.forms import Forms

from ..arms import Arm
from ..entries import canonical_at
from ..form_plugins import form_keys
from ..policies import plugins
from ..schema import Scenario
from ..store.conditions import Conditions
from ..store.files import LEDGER
from ..store.rows import Row
from ..store.run_table import OtherTable, RunTable
from .execution import Outcome
from .indicators import Yearly, indicator_list
from .inputs import Inputs, Points, World, as_inputs
from .provenance import canonical_scenario, model_fingerprint
from .readings import Reading

__all__ = ["Ledger"]

Floats = NDArray[np.float64]

_SHORT = 16
_MOST_RECENT = 2048
_MOST_TAKEN = 500
_Layout = list[tuple[str, list[int]]]
"""Name and shape of every array of a yearly table, in order."""


class Ledger:
    """Finished runs of one result folder.

    Parameters
    ----------
    folder : the result folder; ``None`` keeps the runs in memory
    inputs : inputs, or the scenario, whose runs are stored and looked up, or those of the points
        of a sweep
    draw : parameters drawn for a world, by its number; none are drawn if omitted
    reading : what is kept of a run; its yearly table if omitted
    others : ledgers of other folders from which runs are taken that are the same
    model : name of what executes the runs, where that is not the model

    Raises
    ------
    InputError
        For a `runs.sqlite` that is not ours, of a later layout, or not writable.
    """

    def __init__(
        self,
        folder: Path | None,
        inputs: Inputs | Scenario | Points,
        draw: Callable[[int], Mapping[str, float]] | None = None,
        reading: Reading | None = None,
        others: Sequence[Path] = (),
        model: str = "",
    ) -> None:
        self._points = inputs if isinstance(inputs, Points) else Points((as_inputs(inputs),))
        self._draw = draw
        self._reading = reading
        kept = "" if reading is None else reading.identity
        self._made_by = f"{model_fingerprint()}{model}\n{kept}"
        self._arms: dict[tuple[int, str], tuple[Arm, dict[str, Any]]] = {}
        self._bases: dict[tuple[int, str], Conditions] = {}
        self._recent: dict[tuple[int, int | None, str], Conditions] = {}
        self._others = [OtherTable(path) for path in others]
        self._table = RunTable(None if folder is None else folder / LEDGER)
        self._taken: list[tuple[Row, Conditions]] = []

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for other in self._others:
            other.close()
        try:
            self._keep_taken()
        finally:
            self._table.close()

    def key(self, policy: str, replication: int, point: int = 0) -> str:
        """Digest of all that determines a run."""
        return self._key(*self._conditions(policy, replication, point), replication)

    def _key(self, arm: Arm, conditions: Conditions, replication: int) -> str:
        plugin = plugins().get(arm.policy)
        rule = arm.treatment
        if plugin is not None:
            rule += f" {plugin.package} {plugin.digest}"
        text = f"{self._made_by}\n{rule}\n{replication}\n{conditions.digest}"
        return hashlib.sha256(text.encode()).hexdigest()

    def _conditions(self, policy: str, replication: int, point: int) -> tuple[Arm, Conditions]:
        """An arm, and its scenario with what was drawn for the world or differs at the point."""
        variant, entries = self._points.place(point)
        if (variant, policy) not in self._arms:
            inputs = self._points.variants[variant]
            arm = inputs.arm(policy)
            canonical = canonical_scenario(arm.scenario, inputs.digests)
            self._arms[variant, policy] = arm, canonical
            self._bases[variant, policy] = Conditions(json.dumps(canonical, sort_keys=True))
        arm, canonical = self._arms[variant, policy]
        here = (point, replication if self._draw else None, policy)
        # Runs of a point are wanted, stored and tabulated at nearly the same time.
        if here not in self._recent:
            base = self._bases[variant, policy]
            text = json.dumps(self._canonical(arm, canonical, replication, entries), sort_keys=True)
            while len(self._recent) >= _MOST_RECENT:
                self._recent.pop(next(iter(self._recent)))
            self._recent[here] = Conditions(text, base)
        return arm, self._recent[here]

    def _canonical(
        self, arm: Arm, canonical: Mapping[str, Any], replication: int, entries: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        if self._draw is None:
            return canonical_at(canonical, entries)
        drawn = self._draw(replication)
        fixed = arm.scenario.parameters
        parameters = {
            name: value if name in fixed else drawn.get(name, value)
            for name, value in canonical["parameters"].items()
        }
        forms = form_keys(Forms.drawn(drawn, arm.scenario.forms))
        return canonical_at({**canonical, "parameters": parameters, "forms": forms}, entries)

    def record(self, *outcomes: Outcome) -> None:
        """Commit finished or failed runs together; one that is done already stays as it is."""
        self._keep_taken()
        self._table.put([self._row(outcome) for outcome in outcomes])

    def _row(self, outcome: Outcome) -> tuple[Row, Conditions]:
        arm, conditions = self._conditions(outcome.policy, outcome.replication, outcome.point)
        scenario = arm.scenario
        headline = _headline_json(outcome.yearly, scenario.last_year)
        key = self._key(arm, conditions, outcome.replication)
        layout, series = self._packed(outcome, key)
        row = Row(
            key=key,
            scenario=scenario.name,
            policy=outcome.policy,
            replication=outcome.replication,
            seed=str(scenario.seed),
            version=model_fingerprint()[:_SHORT],
            status="failed" if outcome.failed else "done",
            error=outcome.error,
            seconds=outcome.seconds,
            finished=datetime.now(UTC).isoformat(timespec="seconds"),
            outcomes=headline,
            series=series,
            layout=layout,
            conditions=conditions.digest,
        )
        return row, conditions

    def _packed(self, outcome: Outcome, key: str) -> tuple[str | None, bytes | None]:
        """Layout and bytes of what was kept of a run, with what was kept of it before."""
        if outcome.yearly is not None:
            return _layout_of(outcome.yearly), _pack(outcome.yearly.values())
        if outcome.vector is None or self._reading is None:
            return None, None
        names, vector = self._reading.names, outcome.vector
        row = self._table.get(key)
        if row is None or row.series is None or row.layout is None:
            return self._reading.layout, _pack([vector])
        before = dict(zip(_names_in(row.layout) or (), _numbers(row.series).tolist(), strict=True))
        more = [name for name in before if name not in names]
        values = np.array([*vector, *(before[name] for name in more)])
        return json.dumps({"vector": (*names, *more)}), _pack([values])

    def known(
        self, policies: Iterable[str], replications: Iterable[int], point: int = 0
    ) -> set[tuple[str, int]]:
        """Runs that need not be run, as (policy, replication).

        Those that failed may have done so for a passing reason, and are run again.
        """
        worlds = list(replications)
        # Two arms with the same rules are one run.
        return {(p, r) for p in policies for r in worlds if self._is_done(p, r, point)}

    def _is_done(self, policy: str, replication: int, point: int) -> bool:
        arm, conditions = self._conditions(policy, replication, point)
        key = self._key(arm, conditions, replication)
        row = self._table.get(key)
        if row is not None and row.status == "done" and self._suffices(row):
            return True
        for other in self._others:
            found = other.get(key)
            if found is not None and (found.status == "failed" or self._suffices(found)):
                self._taken.append((replace(found, conditions=conditions.digest), conditions))
                if len(self._taken) >= _MOST_TAKEN:
                    self._keep_taken()
                if found.status == "done":
                    return True
        return False

    def _keep_taken(self) -> None:
        """Commit what was taken from other ledgers."""
        taken, self._taken = self._taken, []
        if taken:
            self._table.put(taken)

    def _suffices(self, row: Row) -> bool:
        """Whether a row holds all that is to be kept of a run."""
        if self._reading is None or row.layout == self._reading.layout:
            return True
        names = None if row.layout is None else _names_in(row.layout)
        return names is not None and set(self._reading.names) <= set(names)

    def load(self, policy: str, replication: int, point: int = 0) -> Outcome:
        """One stored run.

        Raises
        ------
        KeyError
            Where it is not there.
        """
        self._keep_taken()
        row = self._table.get(self.key(policy, replication, point))
        if row is None:
            raise KeyError((policy, replication))
        yearly, vector = None, None
        if row.series is not None and row.layout is not None:
            names = _names_in(row.layout)
            if names is None:
                yearly = _unpack(row.series, json.loads(row.layout))
            elif self._reading is not None:
                vector = self._chosen(_numbers(row.series), row.layout)
        return Outcome(policy, replication, row.seconds, yearly, row.error, vector, point)

    def _chosen(self, numbers: Floats, layout: str) -> Floats:
        """The numbers of the reading among those of a row."""
        assert self._reading is not None
        if layout == self._reading.layout:
            return numbers
        names = _names_in(layout)
        assert names is not None
        places = {name: place for place, name in enumerate(names)}
        return numbers[[places[name] for name in self._reading.names]]

    def digest(self, runs: Iterable[World]) -> str:
        """Digest of what stored runs say, the same for the same runs in whatever folder."""
        self._keep_taken()
        digest = hashlib.sha256()
        for replication, policies, point in runs:
            for policy in policies:
                row = self._table.get(self.key(policy, replication, point))
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


@lru_cache(maxsize=16)
def _names_in(layout: str) -> tuple[str, ...] | None:
    """Names of the numbers of a vector; ``None`` for the layout of a yearly table."""
    described = json.loads(layout)
    return tuple(described["vector"]) if isinstance(described, dict) else None


def _pack(arrays: Iterable[Floats]) -> bytes:
    """All arrays as one, the first bytes of all numbers first: neighbours there are alike."""
    numbers = np.concatenate([array.ravel() for array in arrays]).astype("<f8")
    return zlib.compress(numbers.view(np.uint8).reshape(-1, 8).T.tobytes())


def _numbers(series: bytes) -> Floats:
    """The numbers of packed arrays, bit for bit."""
    by_byte = np.frombuffer(zlib.decompress(series), np.uint8).reshape(8, -1)
    return np.ascontiguousarray(by_byte.T).view("<f8").ravel()


def _unpack(series: bytes, layout: _Layout) -> Yearly:
    """The arrays of a yearly table, bit for bit."""
    numbers = _numbers(series)
    yearly: Yearly = {}
    start = 0
    for name, shape in layout:
        end = start + math.prod(shape)
        yearly[name] = numbers[start:end].reshape(shape)
        start = end
    return yearly
