"""Real runs of what was only emulated: policies in the same worlds, kept in a ledger."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..runs.execution import Outcome
from ..runs.indicators import FIRST_YEAR, Yearly, indicator_list
from ..runs.inputs import Inputs, World
from ..runs.study import Study, open_study
from ..schema import Scenario
from ..store.folder import ResultFolder

__all__ = ["Executor", "Progress", "executed", "opened", "outcome_in", "paired"]

Floats = NDArray[np.float64]

Progress = Callable[[int, int, float], None]
"""Called with runs done, runs wanted and seconds left."""


@dataclass(frozen=True)
class Executor:
    """How real runs are made.

    Attributes
    ----------
    folder : whose ledger keeps them, so that a second call goes on where the first was killed;
        ``None`` keeps nothing
    workers : processes, by default one a core; results do not depend on it
    progress : hears how far it is
    command : what is done, for whoever has to wait for the folder
    """

    folder: ResultFolder | None = None
    workers: int | None = None
    progress: Progress | None = None
    command: str = ""


@contextmanager
def opened(executor: Executor, inputs: Inputs) -> Iterator[Study]:
    """A study of these inputs in the executor's folder."""
    with open_study(inputs, None, executor.folder, executor.workers, executor.command) as study:
        yield study


def executed(
    study: Study, planned: Sequence[World], executor: Executor
) -> dict[tuple[str, int], Outcome]:
    """Outcomes of arms in worlds; only what the ledger lacks is run.

    Parameters
    ----------
    planned : worlds, each with its arms

    Returns
    -------
    dict of arm and world
    """
    if executor.progress is not None and study.lacks(planned):
        executor.progress(0, 0, math.nan)
    for advance in study.complete(planned):
        if executor.progress is not None:
            executor.progress(advance.runs, advance.missing, advance.seconds)
    return {
        (arm, world.replication): study.load(arm, world.replication)
        for world in planned
        for arm in world.arms
    }


def paired(
    scenario: Scenario, first: str, second: str, outcome: str, worlds: int, executor: Executor
) -> Floats:
    """Outcome of a policy less that of another in worlds 0, 1, …; failed pairs are left out."""
    inputs = Inputs(scenario, (first, second))
    with opened(executor, inputs) as study:
        planned = [World(replication, (first, second)) for replication in range(worlds)]
        found = executed(study, planned, executor)
        places = ("all", *inputs.read()[0].complexes.keys)
    last_year = scenario.last_year
    differences = []
    for replication in range(worlds):
        pair = [found[policy, replication].yearly for policy in (first, second)]
        values = [outcome_in(own, outcome, places, last_year) for own in pair if own is not None]
        if len(values) == len(pair):
            differences.append(values[0] - values[1])
    return np.array(differences, dtype=np.float64)


def outcome_in(yearly: Yearly, name: str, places: Sequence[str], last_year: int) -> float:
    """An outcome such as ``revenue_2013`` or ``revenue_2013@ulsan`` of a run."""
    whole, _, place = name.partition("@")
    column = places.index(place) if place else 0
    known = {indicator.name: indicator for indicator in indicator_list(last_year)}
    if whole in known:
        return float(known[whole].values(yearly)[column])
    measure, _, year = whole.rpartition("_")
    return float(yearly[measure][int(year) - FIRST_YEAR, column])
