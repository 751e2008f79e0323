"""Running a sweep: its points, ledger, engine and tables, from a design to a result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from innocluster.version import __version__

from ...engines.choice import chosen_engine
from ...engines.engine import Engine
from ...entries import WORLD_ENTRIES
from ...errors import COMMAND_LINE, InputError
from ...runs.indicators import FIRST_YEAR
from ...runs.inputs import Inputs, Points, World
from ...runs.readings import indicator_reading
from ...runs.study import Study, open_study, store_result
from ...runs.workers import Execute
from ...store.files import LEDGER
from ...store.folder import ResultFolder
from ..designs import Sweep
from .finished import SweepResult
from .kept_designs import keep_design
from .run_tables import RunTables

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Estimate", "Progress", "Shard", "estimate", "sweep"]

Progress = Callable[[int, int, float], None]
"""Called with runs done, runs of the sweep and seconds left; the latter are not a number when
everything is checked and the work begins."""

_ROW_BYTES = 520
_CONDITIONS_BYTES = 330
_BYTES_A_NUMBER = 7.5
_SECONDS_A_RUN = (0.5, 2.0)
_MONTHS = 132.0


@dataclass(frozen=True)
class Shard:
    """Which part of a sweep is run: the i-th of n, from 1.

    Attributes
    ----------
    number, of : i and n
    """

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """A shard as it is typed, ``2/7``.

        Raises
        ------
        InputError
            For anything else.
        """
        number, _, of = text.partition("/")
        whole = number.isdigit() and of.isdigit()
        if not whole or not 1 <= int(number) <= int(of) <= 100_000:
            raise InputError(
                file=COMMAND_LINE, key="--shard", value=text, allowed="i/n with i from 1 to n"
            )
        return cls(int(number), int(of))

    def folder(self, whole: Path) -> Path:
        """Where its result goes, beside that of the whole sweep."""
        if self.of == 1:
            return whole
        return whole.with_name(f"{whole.name}.shard-{self.number}-of-{self.of}")


_WHOLE = Shard()


@dataclass(frozen=True)
class Estimate:
    """What a sweep will take.

    Attributes
    ----------
    points, worlds, policies, runs : a world is a replication at a point
    seconds : on a fast and on a slow machine
    size : bytes of the ledger
    """

    points: int
    worlds: int
    policies: int
    runs: int
    seconds: tuple[float, float]
    size: int


def estimate(design: Sweep, workers: int = 1, shard: Shard = _WHOLE) -> Estimate:
    """What a sweep, or its shard, will take; nothing is run."""
    points = design.points_in_all
    worlds = _worlds_in(design, shard)
    runs = worlds * len(design.policies)
    fast, slow = (s * design.base.months / _MONTHS * runs / workers for s in _SECONDS_A_RUN)
    reading = indicator_reading(design.outcomes, design.base.last_year, ("",) * 7)
    row = _ROW_BYTES + _BYTES_A_NUMBER * len(reading.names)
    return Estimate(
        points, worlds, len(design.policies), runs, (fast, slow),
        int(runs * row + points * _CONDITIONS_BYTES),
    )  # fmt: skip


def sweep(
    design: Sweep | str | Path | Mapping[str, Any],
    folder: str | Path | ResultFolder | None = None,
    *,
    workers: int | None = None,
    engine: str | Executor | Callable[[], Executor] | Engine | None = None,
    scheduler: str | None = None,
    shard: Shard | str = _WHOLE,
    reuse: Sequence[str | Path] = (),
    run: bool = True,
    progress: Progress | None = None,
    command: str = "",
    execute: Execute | None = None,
) -> SweepResult:
    """Run what a sweep's folder lacks, and tabulate all of it.

    Parameters
    ----------
    design : a `Sweep`, the path of its TOML file, the name of a ready one, or a mapping
    folder : where to keep ledger, tables and manifest; the same call goes on where it stopped,
        and a larger design runs what is new.  Nothing is kept if omitted.
    workers : processes, by default one a core; results do not depend on it
    engine : ``"processes"``, ``"dask"``, an executor of `concurrent.futures`, or a function that
        makes one, so that a broken one can be replaced
    scheduler : address of a Dask scheduler, or its file
    shard : the part that is run, as ``"2/7"``; parts are merged by `reuse`
    reuse : folders of other sweeps, from whose ledgers runs are taken that are the same
    run : whether what is nowhere is run; otherwise it is left out
    progress : called with runs done, runs wanted and seconds left
    command : the command that asked for it, for the record
    execute : executes a world in place of the model, called as
        `innocluster.scenarios.runs.execution.execute_pair`

    Raises
    ------
    InputError
        For anything wrong with the design, the arguments or the files that they name.
    """
    start = time.perf_counter()
    design = _design_of(design)
    part = Shard.parse(shard) if isinstance(shard, str) else shard
    _check_workers(workers)
    chosen = engine
    if chosen is None or isinstance(chosen, str | Executor) or callable(chosen):
        apart = design.time_limit is not None
        chosen = chosen_engine(chosen, workers, scheduler, apart)
    table = design.table()
    points = _points(design, table)
    region, _ = points.variants[0].read()
    reading = indicator_reading(design.outcomes, design.base.last_year, region.complexes.keys)
    others = [Path(path) / LEDGER for path in reuse]
    command = command or f"sweep({design.name})"
    with open_study(
        points, None, folder, chosen, command,
        reading=reading, limit=design.time_limit, others=others, execute=execute,
    ) as study:  # fmt: skip
        if run:
            _complete(study, design, part, progress)
        else:
            for world in _wanted(design, part):
                study.ledger.known(world.arms, [world.replication], world.point)
        tables = RunTables(design, table, reading.names, region.complexes.keys)
        rows = tables.rows(study, _wanted(design, part))
        target = None if study.folder is None else study.folder.staging
        frame = tables.write(rows, target, {"scenario": design.base.name, "sweep": design.name})
        meta = _described(design, part, tables, command)
        meta["seconds"] = round(time.perf_counter() - start, 3)
        if study.folder is not None:
            keep_design(design, study.folder.staging)
            request = {"command": "sweep", "shard": [part.number, part.of], "runs": tables.digest}
            frames = {"points": table}
            # Points differ from the base, which none of them needs to be.
            base = Inputs(design.base, design.policies)
            store_result(study.folder, base, frames, meta, request)
    place = study.folder.path if study.folder is not None else None
    return SweepResult(meta, design, table, place, frame)


def _design_of(given: Sweep | str | Path | Mapping[str, Any]) -> Sweep:
    if isinstance(given, Sweep):
        return given
    if isinstance(given, Mapping):
        return Sweep.from_table(given)
    return Sweep.from_file(given)


def _check_workers(workers: int | None) -> None:
    if workers is not None and not 1 <= workers <= 1024:
        raise InputError(file=COMMAND_LINE, key="workers", value=workers, allowed="from 1 to 1024")


def _wanted(design: Sweep, shard: Shard) -> Iterator[World]:
    """The worlds of a shard with all policies, in order."""
    for point, replication in islice(design.worlds(), shard.number - 1, None, shard.of):
        yield World(replication, design.policies, point)


def _worlds_in(design: Sweep, shard: Shard) -> int:
    """Number of worlds of a shard."""
    worlds = design.points_in_all * design.replications
    return len(range(shard.number - 1, worlds, shard.of))


def _points(design: Sweep, table: pd.DataFrame) -> Points:
    """Inputs for each combination of what worlds are made of, and where each point belongs."""
    columns = {entry: table[entry].tolist() for entry in design.entries}
    of_worlds = [entry for entry in columns if entry in WORLD_ENTRIES]
    rest = {entry: values for entry, values in columns.items() if entry not in of_worlds}
    numbers: dict[tuple[Any, ...], int] = {}
    variants: list[Inputs] = []
    places: list[int] = []
    combinations: Iterable[tuple[Any, ...]] = (
        zip(*(columns[entry] for entry in of_worlds), strict=True)
        if of_worlds
        else (() for _ in range(len(table)))
    )
    for values in combinations:
        if values not in numbers:
            numbers[values] = len(variants)
            scenario = design.scenario(dict(zip(of_worlds, values, strict=True)))
            variants.append(Inputs(scenario, design.policies))
        places.append(numbers[values])

    def place(point: int) -> tuple[int, Mapping[str, Any]]:
        return places[point], {entry: values[point] for entry, values in rest.items()}

    return Points(tuple(variants), place)


def _complete(study: Study, design: Sweep, shard: Shard, progress: Progress | None) -> None:
    """Run what is missing, and tell how far it is."""
    total = _worlds_in(design, shard) * len(design.policies)
    if progress is not None:
        progress(0, total, float("nan"))
    for advance in study.complete(_wanted(design, shard), total=total):
        if progress is not None:
            done = total - advance.missing + advance.runs
            progress(done, total, advance.seconds)


def _described(design: Sweep, shard: Shard, tables: RunTables, command: str) -> dict[str, Any]:
    """What was swept and what came of it, for reports and the manifest."""
    scenario = design.base
    return {
        "scenario": scenario.name,
        "version": __version__,
        "sweep": design.name,
        "title": design.title,
        "method": design.design,
        "entries": list(design.entries),
        "policies": list(design.policies),
        "outcomes": list(design.outcomes),
        "points": design.points_in_all,
        "replications": design.replications,
        "shard": f"{shard.number}/{shard.of}",
        "runs": tables.done + tables.failures,
        "failures": tables.failures,
        "missing": tables.missing,
        "seed": scenario.seed,
        "region": scenario.region,
        "macro": scenario.macro,
        "exports": scenario.exports,
        "first": f"{FIRST_YEAR}-01",
        "last": scenario.last,
        "command": command,
    }
