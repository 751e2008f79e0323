"""What cannot be had together: the Pareto front of emulated outcomes.

A front of an emulator is a proposal.  Its points carry the band in which a real run
should fall; those that cannot be told apart stand as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .emulator import Emulator

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["pareto_front", "within_band"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_WIDTH = 1.96


def pareto_front(
    objectives: Mapping[str, tuple[Emulator, Literal["least", "most"]]],
    names: Sequence[str],
    held: Mapping[str, float] | None = None,
    seed: int = 1,
    population: int = 64,
    generations: int = 60,
) -> pd.DataFrame:
    """Points of the unit cube at which no objective can be had better without another worse.

    Parameters
    ----------
    objectives : name -> emulator and what is wanted of it, such as cost the least, net effect the
        most, regional balance the most; all emulators of the same inputs
    names : of the inputs
    held : inputs that stay at a coordinate or level, what nobody chooses
    seed : of the search; the same seed gives the same front
    population, generations : of the search

    Returns
    -------
    frame
        A point a row, ordered by the first objective: the coordinates of all inputs; of every
        objective its expected value, and ``_low`` and ``_high`` between which one run falls with
        95 %; ``merged`` how many points of the search it stands for.

    Raises
    ------
    InputError
        Where pymoo is not installed, or nothing is left to choose.

    Notes
    -----
    K. Deb, A. Pratap, S. Agarwal and T. Meyarivan (2002), "A fast and elitist multiobjective
    genetic algorithm: NSGA-II", IEEE Transactions on Evolutionary Computation 6(2), as in pymoo.
    Two points are the same if no objective's expected difference is more than 1.96 sd of what
    the emulator does not know of that difference.
    """
    import pandas as pd

    fixed = dict(held or {})
    free = [i for i, name in enumerate(names) if name not in fixed]
    if not free or not objectives:
        raise InputError(file="optimisation", key="held", value=", ".join(fixed), allowed="fewer")
    emulators = [emulator for emulator, _ in objectives.values()]
    signs = np.array([-1.0 if wanted == "most" else 1.0 for _, wanted in objectives.values()])
    levels = emulators[0].levels

    def complete(chosen: Floats) -> Floats:
        points = np.empty((len(chosen), len(names)))
        for i, name in enumerate(names):
            points[:, i] = fixed.get(name, 0.0)
        points[:, free] = chosen
        for i in free:
            if levels[i]:
                points[:, i] = np.minimum(points[:, i] * levels[i] // 1, levels[i] - 1)
        return points

    def evaluate(chosen: Floats) -> Floats:
        points = complete(chosen)
        return signs * np.column_stack([emulator.mean(points) for emulator in emulators])

    found = complete(_search(evaluate, len(free), len(emulators), seed, population, generations))
    found = found[np.lexsort(found.T[::-1])]
    means = np.column_stack([emulator.mean(found) for emulator in emulators])
    order = np.lexsort((signs * means).T[::-1])
    kept, merged = _merged(emulators, found[order])
    points = found[order][kept]
    table = pd.DataFrame(points, columns=list(names))
    for name, emulator in zip(objectives, emulators, strict=True):
        mean, spread = emulator.predict(points)
        half = _WIDTH * np.sqrt(spread**2 + emulator.noise**2)
        table[name], table[f"{name}_low"], table[f"{name}_high"] = mean, mean - half, mean + half
    table["merged"] = merged
    return table


def within_band(front: pd.DataFrame, runs: Mapping[str, Floats]) -> dict[str, float]:
    """Share of a front's points whose real run falls into the stated band, by objective.

    Parameters
    ----------
    front : of `pareto_front`
    runs : objective -> (points,) what a run at each point gave
    """
    return {
        name: float(np.mean((front[f"{name}_low"] <= values) & (values <= front[f"{name}_high"])))
        for name, values in runs.items()
    }


def _search(
    evaluate: Any, dimensions: int, objectives: int, seed: int, population: int, generations: int
) -> Floats:
    """Coordinates of the points that no other one dominates."""
    try:
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.core.problem import Problem
        from pymoo.optimize import minimize
    except ImportError:
        raise InputError(
            file="optimisation", key="pymoo", value="not installed",
            allowed="pip install 'innocluster[optimise]'",
        ) from None  # fmt: skip

    class Emulated(Problem):  # type: ignore[misc]
        def _evaluate(self, x: Floats, out: dict[str, Floats], *_: Any, **__: Any) -> None:
            out["F"] = evaluate(x)

    problem = Emulated(n_var=dimensions, n_obj=objectives, xl=0.0, xu=1.0)
    result = minimize(problem, NSGA2(pop_size=population), ("n_gen", generations), seed=seed)
    points: Floats = np.atleast_2d(np.asarray(result.X, dtype=np.float64))
    return points


def _merged(emulators: Sequence[Emulator], points: Floats) -> tuple[list[int], list[int]]:
    """Rows that stand for the others, and how many each stands for, itself included."""
    count = len(points)
    alike = np.ones((count, count), dtype=bool)
    for emulator in emulators:
        mean, unknown = emulator.mean(points), emulator.covariance(points)
        own = np.diag(unknown)
        spread = np.sqrt(np.maximum(own[:, None] + own[None, :] - 2.0 * unknown, 0.0))
        alike &= np.abs(mean[:, None] - mean[None, :]) <= _WIDTH * spread + 1e-9 * emulator.scale
    kept: list[int] = []
    merged: list[int] = []
    left = np.ones(count, dtype=bool)
    while left.any():
        # The end of the front first, so that its extremes stay.
        row = int(np.argmax(left))
        group = left & alike[row]
        kept.append(row)
        merged.append(int(group.sum()))
        left &= ~group
    return kept, merged
