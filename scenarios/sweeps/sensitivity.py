"""Which inputs move an outcome: Morris' screening on paired runs, Sobol's indices on an emulator.

An outcome is any array with one number a run: a level, the difference of two policies in the same
world (`differences`), or either among the runs that meet a condition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, choices
from .emulator import Emulator, finite

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SobolIndices", "differences", "screen", "screening_points", "sobol_indices"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_STEPS = 4
_CARRIED = 0.95
_WIDTH = 1.96


def differences(
    runs: pd.DataFrame, outcome: str, policy: str, baseline: str
) -> tuple[pd.DataFrame, Floats]:
    """Outcome of a policy less that of another in the same world.

    Parameters
    ----------
    runs : columns ``point``, ``replication``, ``policy`` and the outcome

    Returns
    -------
    frame, array
        Point and replication of every pair, and the difference.

    Raises
    ------
    InputError
        For a policy without runs, or a world where one of the two is missing.
    """
    found = tuple(sorted(set(runs["policy"])))
    for name in (policy, baseline):
        if name not in found:
            raise InputError(file="runs", key="policy", value=name, allowed=choices(name, found))
    table = runs[runs["policy"].isin([policy, baseline])].pivot(
        index=["point", "replication"], columns="policy", values=outcome
    )
    values = (table[policy] - table[baseline]).to_numpy(dtype=np.float64)
    missing = ~np.isfinite(values)
    if missing.any():
        point, replication = table.index[int(np.argmax(missing))]
        raise InputError(
            file="runs", key=f"{outcome}, point {point}, replication {replication}", value="nan",
            allowed=f"a number under {policy} and under {baseline}",
        )  # fmt: skip
    return table.index.to_frame(index=False), values


def screening_points(dimensions: int, trajectories: int, seed: int) -> tuple[Floats, Integers]:
    """Points of Morris' design in the unit cube, and the trajectory of each.

    A trajectory changes one input after the other.  Its runs share one world (replication =
    trajectory), so that chance cancels from the change.
    """
    from SALib.sample import morris

    points: Floats = morris.sample(
        _problem([str(i) for i in range(dimensions)]), trajectories, num_levels=_STEPS, seed=seed
    )
    return points, np.repeat(np.arange(trajectories), dimensions + 1)


def screen(
    points: Floats, outcome: Floats, names: Sequence[str], levels: Integers | None = None
) -> pd.DataFrame:
    """Elementary effects of every input, the strongest first.

    Parameters
    ----------
    points : (t (d + 1), d) of `screening_points`, in their order
    outcome : what these runs gave
    levels : (d,) number of levels of an input, 0 for a number, the default for all

    Returns
    -------
    frame
        ``input``; ``effect`` mean change of the outcome over the whole range of a number, or to
        another level; ``size`` mean of its absolute value with ``size_low`` and ``size_high``;
        ``spread`` sd of the effect, large where it hangs on other inputs; ``share`` of the sum
        of squared sizes; ``kept`` whether it belongs to the fewest inputs that carry 95 % of it.

    Notes
    -----
    M. D. Morris (1991), "Factorial sampling plans for preliminary computational experiments",
    Technometrics 33(2); F. Campolongo, J. Cariboni and A. Saltelli (2007), "An effective screening
    design for sensitivity analysis of large models", Environmental Modelling & Software 22(10).
    """
    import pandas as pd
    from SALib.analyze import morris

    values = finite(outcome, "outcome")
    found: Mapping[str, Any] = morris.analyze(
        _problem(names), points, values, num_levels=_STEPS, num_resamples=200, seed=1
    )
    # A step is two thirds of the range of a number, but the whole way to another level.
    step = _STEPS / (2.0 * (_STEPS - 1.0))
    per = np.where(np.zeros(len(names)) if levels is None else levels, step, 1.0)
    size, half, effect, spread = (
        per * np.asarray(found[key], dtype=np.float64)
        for key in ("mu_star", "mu_star_conf", "mu", "sigma")
    )
    total = float((size**2).sum())
    table = pd.DataFrame({
        "input": list(names),
        "effect": effect,
        "size": size,
        "size_low": np.maximum(size - half, 0.0),
        "size_high": size + half,
        "spread": spread,
        "share": size**2 / total if total > 0.0 else np.zeros_like(size),
    }).sort_values(["size", "input"], ascending=[False, True], ignore_index=True)  # fmt: skip
    before = table["share"].cumsum() - table["share"]
    table["kept"] = (before < _CARRIED) & (table["size"] > 0.0)
    return table


@dataclass(frozen=True)
class SobolIndices:
    """Where the variance of an outcome comes from.

    Attributes
    ----------
    table : ``input``, ``first`` and ``total`` index, each with ``_low`` and ``_high``: shares of
        the variance that inputs explain; `nan` where they explain nothing that could be told
    noise_share : share of an outcome's whole variance that inputs do not explain, per run
    chance_share : the part of it that replications of a point show, `nan` without replications;
        the rest the emulator misses
    explained : share of the variance that the emulator predicts for runs left out
    """

    table: pd.DataFrame
    noise_share: float
    chance_share: float
    explained: float


def sobol_indices(
    emulator: Emulator,
    names: Sequence[str],
    given: Mapping[str, float] | None = None,
    base: int = 2048,
    resamples: int = 40,
) -> SobolIndices:
    """Sobol's first-order and total indices of an emulated outcome.

    Inputs are even and independent over the unit cube, which for parameters drawn from a
    prior is the cube of their probabilities; levels are equally likely.

    Parameters
    ----------
    emulator : of the outcome
    names : of its inputs
    given : inputs that are held, in unit coordinates or as the number of a level; the
        indices are those of the others on that condition
    base : rows of the two samples, a power of two
    resamples : of the runs' noise, from which the intervals come

    Notes
    -----
    A. Saltelli et al. (2010), "Variance based sensitivity analysis of model output",
    Computer Physics Communications 181(2).  Intervals: the emulated runs are given new noise
    so many times and the indices computed again (95 %, normal); they hold what noise does to
    the indices, not what the emulator cannot bend to, which `explained` shows.
    """
    import pandas as pd
    from SALib.analyze import sobol
    from SALib.sample import sobol as sample

    held = dict(given or {})
    for name in held:
        if name not in names:
            raise InputError(
                file="sensitivity", key="given", value=name, allowed=choices(name, tuple(names))
            )
    free = [i for i, name in enumerate(names) if name not in held]
    problem = _problem([names[i] for i in free])
    drawn = sample.sample(problem, base, calc_second_order=False, seed=1)
    points = np.empty((len(drawn), len(names)))
    for i, name in enumerate(names):
        points[:, i] = held.get(name, 0.0)
    points[:, free] = drawn
    for i in free:
        if emulator.levels[i]:
            points[:, i] = np.minimum(
                points[:, i] * emulator.levels[i] // 1, emulator.levels[i] - 1
            )
    generator = np.random.default_rng(1)
    fitted = emulator.mean(emulator.inputs)
    noisy = fitted + emulator.noise * generator.normal(size=(resamples, len(fitted)))
    signals = np.vstack([emulator.mean(points)[None], emulator.again(noisy, points)])
    if emulator.explained <= 0.0:
        first = total = np.full((len(signals), len(free)), np.nan)
    elif float(signals[0].std()) <= 1e-9 * emulator.scale:
        first = total = np.zeros((len(signals), len(free)))
    else:
        found = [
            sobol.analyze(problem, signal, calc_second_order=False, num_resamples=2, seed=1)
            for signal in signals
        ]
        first, total = (np.array([each[key] for each in found]) for key in ("S1", "ST"))
    table = pd.DataFrame({"input": [names[i] for i in free]})
    for key, values in (("first", first), ("total", total)):
        half = _WIDTH * values[1:].std(axis=0, ddof=1)
        table[key], table[f"{key}_low"] = values[0], np.maximum(values[0] - half, 0.0)
        table[f"{key}_high"] = np.minimum(values[0] + half, 1.0)
    signal = float(signals[0].var())
    whole = signal + emulator.noise**2
    return SobolIndices(
        table.sort_values(["total", "input"], ascending=[False, True], ignore_index=True),
        noise_share=emulator.noise**2 / whole,
        chance_share=_chance(emulator) / whole,
        explained=emulator.explained,
    )


def _chance(emulator: Emulator) -> float:
    """Variance of runs at the same point, `nan` where no point has two."""
    _, point = np.unique(emulator.inputs, axis=0, return_inverse=True)
    point = point.ravel()
    count = np.bincount(point)
    freedom = int((count - 1).sum())
    if freedom == 0:
        return float("nan")
    mean = np.bincount(point, weights=emulator.outcome) / count
    return float(((emulator.outcome - mean[point]) ** 2).sum()) / freedom


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
