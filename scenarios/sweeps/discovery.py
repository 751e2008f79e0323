"""Where in the space of inputs a case happens: a box found by PRIM, and none where there is none.

A case is a condition on a run that is true or false, such as "P5 does worse than P2".  The box
with the clearest excess of cases is sought by peeling thin slices off the whole space.  It counts
only if so clear a box is not found as well after the cases are shuffled over the runs.

References
----------
J. H. Friedman and N. I. Fisher (1999), "Bump hunting in high-dimensional data", Statistics and
Computing 9(2).  B. P. Bryant and R. J. Lempert (2010), "Thinking inside the box", Technological
Forecasting and Social Change 77(1).  M. Kulldorff (1997), "A spatial scan statistic",
Communications in Statistics - Theory and Methods 26(6).  J. Besag and P. Clifford (1991),
"Sequential Monte Carlo p-values", Biometrika 78(2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .boxes import Box, Space, excess, limits_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Discovery", "discover", "reproducibility"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_PEEL = 0.05
_FINE = 0.01
_LEAST_SUPPORT = 0.05
_FEWEST = 20
_LEVEL = 0.05


@dataclass(frozen=True)
class Discovery:
    """What was found.

    Attributes
    ----------
    box : the box, or nothing
    p : chance of a box as clear as the clearest one among shuffled cases
    trajectory : a peel a row: ``support`` share of the runs, ``coverage`` share of the cases,
        ``density`` share of cases among the runs inside, ``limits`` number of limited inputs,
        ``excess`` by which boxes are chosen
    """

    box: Box | None
    p: float
    trajectory: pd.DataFrame


def discover(
    inputs: pd.DataFrame,
    cases: Flags,
    seed: int = 1,
    significance: float = 0.01,
    shuffles: int = 199,
) -> Discovery:
    """Find the box with the clearest excess of cases.

    Parameters
    ----------
    inputs : a run a row, an input a column; numbers or texts
    cases : (n,) which runs are cases
    seed : of the shuffles
    significance : the largest `Discovery.p` of a box that is stated
    shuffles : at most so many; they end as soon as the box cannot be stated any more

    Raises
    ------
    InputError
        For too few runs, or an input with missing values.
    """
    import pandas as pd

    space = _space(inputs, cases)
    whole = np.asarray(cases, dtype=bool)
    path = _peel(space, whole)
    trajectory = pd.DataFrame([
        {
            "support": float(inside.mean()),
            "coverage": float(whole[inside].sum() / max(whole.sum(), 1)),
            "density": float(whole[inside].mean()),
            "limits": len(limits_of(space, inside)),
            "excess": excess(whole, inside),
        }
        for inside in path
    ])  # fmt: skip
    best = int(trajectory["excess"].argmax())
    if best == 0:
        return Discovery(None, 1.0, trajectory)
    p = _shuffled(
        space, whole, float(trajectory["excess"].iloc[best]), seed, significance, shuffles
    )
    if p > significance:
        return Discovery(None, p, trajectory)
    inside = _refined(space, whole, path[best])
    return Discovery(_without_idle_limits(space, whole, inside), p, trajectory)


def reproducibility(
    inputs: pd.DataFrame, cases: Flags, seed: int = 1, resamples: int = 50
) -> pd.DataFrame:
    """How the limits of the clearest box fare in bootstrap samples of the runs.

    Returns
    -------
    frame
        For every input limited in any sample: ``share`` of the samples that limit it and
        the 5 % and 95 % points of its limits in those, ``low_5`` … ``high_95`` (numbers only);
        an open side counts as the end of the runs' range.
    """
    import pandas as pd

    space, whole = _space(inputs, cases), np.asarray(cases, dtype=bool)
    generator = np.random.default_rng(seed)
    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(resamples):
        rows = generator.integers(0, len(whole), len(whole))
        part, chosen = space.rows(rows), whole[rows]
        path = _peel(part, chosen)
        best = max(range(len(path)), key=lambda i: excess(chosen, path[i]))
        if best == 0:
            continue
        box = _without_idle_limits(part, chosen, _refined(part, chosen, path[best]))
        for limit in box.limits:
            ends = (float("nan"), float("nan"))
            if limit.levels is None:
                own = np.asarray(inputs[limit.name], dtype=np.float64)
                ends = (
                    float(own.min()) if limit.low is None else limit.low,
                    float(own.max()) if limit.high is None else limit.high,
                )
            found.setdefault(limit.name, []).append(ends)
    rows_of = []
    for name, ends_of in found.items():
        low, high = np.array(ends_of).T
        quantiles = [*np.quantile(low, [0.05, 0.95]), *np.quantile(high, [0.05, 0.95])]
        rows_of.append([name, len(ends_of) / resamples, *quantiles])
    columns = ["input", "share", "low_5", "low_95", "high_5", "high_95"]
    table = pd.DataFrame(rows_of, columns=columns)
    return table.sort_values(["share", "input"], ascending=[False, True], ignore_index=True)


def _space(inputs: pd.DataFrame, cases: Sequence[bool] | Flags) -> Space:
    """The inputs as codes and numbers, checked."""
    if len(cases) != len(inputs) or len(inputs) < _FEWEST:
        raise InputError(
            file="runs", key="cases", value=f"{len(cases)} of {len(inputs)} runs",
            allowed=f"one for every run, at least {_FEWEST} runs",
        )  # fmt: skip
    return Space.of(inputs)


def _peel(space: Space, cases: Flags) -> list[Flags]:
    """Runs inside after every peel, the whole space first.

    Of all slices of about 5 % of the runs at either end of an input, and of all levels of a
    text, the one goes whose loss raises the share of cases most for each run lost.
    """
    inside = np.ones(len(cases), dtype=bool)
    path = [inside]
    least = max(_LEAST_SUPPORT * len(cases), 2)
    while True:
        count, hits = int(inside.sum()), int(cases[inside].sum())
        best, chosen = 0.0, None
        for slice_ in space.slices(inside, _PEEL):
            lost = slice_.size
            if count - lost < least:
                continue
            gain = ((hits - int(cases[slice_].sum())) / (count - lost) - hits / count) / lost
            if gain > best:
                best, chosen = gain, slice_
        if chosen is None:
            return path
        inside = inside.copy()
        inside[chosen] = False
        path.append(inside)


def _refined(space: Space, cases: Flags, inside: Flags) -> Flags:
    """Move single limits out or in by about 1 % of the runs for as long as the excess grows."""
    known = excess(cases, inside)
    while True:
        moved = list(space.widened(inside, _FINE))
        for slice_ in space.slices(inside, _FINE):
            narrower = inside.copy()
            narrower[slice_] = False
            moved.append(narrower)
        values = [excess(cases, each) for each in moved]
        if max(values, default=known) <= known:
            return inside
        inside, known = moved[int(np.argmax(values))], max(values)


def _without_idle_limits(space: Space, cases: Flags, inside: Flags) -> Box:
    """The box without limits that chance explains, the weakest first.

    The quasi-p-value of a limit is the chance of as many cases inside, were their share that
    of the box without the limit.
    """
    from scipy.stats import binom

    limits = limits_of(space, inside)
    while True:
        within = space.inside(limits)
        count, hits = int(within.sum()), int(cases[within].sum())
        values = []
        for limit in limits:
            without = space.inside([other for other in limits if other is not limit])
            share = float(cases[without].mean())
            values.append(float(binom.sf(hits - 1, count, share)))
        if not limits or max(values) <= _LEVEL:
            break
        limits = [limit for i, limit in enumerate(limits) if i != int(np.argmax(values))]
    return Box(
        limits=tuple(limit.with_p(value) for limit, value in zip(limits, values, strict=True)),
        runs=count, cases=hits, coverage=hits / int(cases.sum()), density=hits / count,
        share=float(cases.mean()),
    )  # fmt: skip


def _shuffled(
    space: Space, cases: Flags, observed: float, seed: int, significance: float, shuffles: int
) -> float:
    """Chance of as large an excess among shuffled cases, by a test that ends early."""
    generator = np.random.default_rng(seed)
    enough = int(significance * (shuffles + 1))
    reached = 0
    for done in range(1, shuffles + 1):
        mixed = generator.permutation(cases)
        reached += max(excess(mixed, inside) for inside in _peel(space, mixed)) >= observed
        if reached >= enough:
            return reached / done
    return (reached + 1) / (shuffles + 1)
