"""Which inputs move what is asked: Morris' screening, or Sobol's indices and curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import COMMAND_LINE, InputError
from ..sweeps.emulator import Emulator
from ..sweeps.sensitivity import screen, screening_points, sobol_indices
from .lesson import Lesson
from .questions import Condition, Question, answers, emulated, meta_of
from .reading import FinishedSweep

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["sensitivity"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_CURVES = 4
_STEPS = 21
_OTHERS = 256
_RESAMPLES = 40
_WIDTH = 1.96
_REGION = 8192
_BINS = 16
_FEWEST_IN_REGION = 256


def sensitivity(
    sweep: FinishedSweep, question: Question, given: Condition, command: str = ""
) -> Lesson:
    """Rank the inputs of a sweep by how much they move what is asked.

    A sweep of trajectories (``design = "morris"``) is screened; any other one is emulated.

    Parameters
    ----------
    given : inputs that are held, or a policy that wins; only with an emulator

    Returns
    -------
    Lesson
        Tables ``influences`` (an input a row), and for an emulated sweep ``curves`` of the
        strongest inputs and ``surface`` over the strongest two.

    Raises
    ------
    InputError
        For a run without a number, or a condition that cannot hold.
    """
    meta = {
        **meta_of(sweep, question.outcome, command),
        "policy": question.policy,
        "rival": question.rival,
        "held": {entry: _plain(value) for entry, value in given.held.items()},
        "winner": given.winner,
    }
    if sweep.sweep.design == "morris":
        if given.held or given.winner:
            raise InputError(
                file=COMMAND_LINE, key="--given", value="a sweep of trajectories",
                allowed="another design: trajectories change one input after the other",
            )  # fmt: skip
        table, dropped = _screened(sweep, question)
        meta |= {"method": "morris", "dropped": dropped}
        return Lesson("sensitivity", meta, {"influences": table})
    emulator, luck = emulated(sweep, question)
    held = {entry: float(sweep.coordinate(entry, [v])[0]) for entry, v in given.held.items()}
    names = [entry for entry in sweep.inputs if entry not in held]
    if given.winner:
        table, share = _within_region(sweep, emulator, question.outcome, given.winner, held)
        noise, chance = emulator.noise_share, np.nan
    else:
        found = sobol_indices(emulator, sweep.inputs, held)
        table, share = found.table, 1.0
        noise, chance = found.noise_share, found.chance_share
    # Of a run: what the emulator was spared of the luck of its world counts as noise as well.
    rest = emulator.noise**2 / noise if noise > 0.0 else emulator.scale**2
    meta |= {
        "method": "region" if given.winner else "sobol",
        "noise_share": (noise * rest + luck) / (rest + luck),
        "left_share": noise,
        "chance_share": chance,
        "explained": emulator.explained,
        "region_share": share,
        "mean": float(emulator.outcome.mean()),
        "sd": float(np.sqrt(emulator.outcome.var() + luck)),
    }
    strongest = [name for name in table["input"] if name in names]
    tables = {
        "influences": table,
        "curves": _curves(sweep, emulator, strongest[:_CURVES], held),
        "surface": _surface(sweep, emulator, strongest[:2], held),
    }
    return Lesson("sensitivity", meta, tables)


def _screened(sweep: FinishedSweep, question: Question) -> tuple[pd.DataFrame, int]:
    """Elementary effects from the trajectories of which every run finished."""
    design = sweep.sweep
    assert design.points is not None
    points, trajectory = screening_points(len(design.vary), design.points, design.seed)
    table, values = answers(sweep, question)
    # World k · trajectories + t is the k-th repetition of trajectory t.
    table = table.assign(value=values, repetition=table["replication"] // design.points)
    parts, kept, dropped = [], [], 0
    for _, own in table.groupby("repetition"):
        given = np.full(len(points), np.nan)
        given[own["point"].to_numpy()] = own["value"].to_numpy()
        for t in range(design.points):
            rows = np.flatnonzero(trajectory == t)
            if not np.isfinite(given[rows]).all():
                dropped += 1
                continue
            parts.append(points[rows])
            kept.append(given[rows])
    if len(kept) < 2:
        raise InputError(
            file="runs", key="trajectories", value=len(kept), allowed="at least 2 without a failure"
        )
    names = [axis.entry for axis in design.vary]
    levels = np.array([axis.kinds for axis in design.vary], dtype=np.int64)
    return screen(np.concatenate(parts), np.concatenate(kept), names, levels), dropped


def _sample(sweep: FinishedSweep, count: int, held: dict[str, float], seed: int = 7) -> Floats:
    """Points that fill the space of inputs, held ones where they are held."""
    from scipy.stats import qmc

    unit = qmc.Sobol(len(sweep.inputs), rng=np.random.default_rng(seed)).random(count)
    for i, (entry, kinds) in enumerate(zip(sweep.inputs, sweep.levels, strict=True)):
        if entry in held:
            unit[:, i] = held[entry]
        elif kinds:
            unit[:, i] = np.minimum(unit[:, i] * kinds // 1, kinds - 1)
    return unit


def _noisy(emulator: Emulator) -> Floats:
    """What the known runs might have given as well, (resamples, n)."""
    fitted = emulator.mean(emulator.inputs)
    drawn = np.random.default_rng(1).normal(size=(_RESAMPLES, len(fitted)))
    return fitted + emulator.noise * drawn


def _steps(sweep: FinishedSweep, entry: str) -> Floats:
    kinds = int(sweep.levels[sweep.inputs.index(entry)])
    return np.arange(kinds, dtype=np.float64) if kinds else np.linspace(0.0, 1.0, _STEPS)


def _curves(
    sweep: FinishedSweep, emulator: Emulator, entries: Sequence[str], held: dict[str, float]
) -> pd.DataFrame:
    """Expected outcome along each of some inputs, the others averaged over their ranges."""
    import pandas as pd

    others = _sample(sweep, _OTHERS, held)
    noisy = _noisy(emulator)
    rows: list[dict[str, Any]] = []
    for entry in entries:
        i, steps = sweep.inputs.index(entry), _steps(sweep, entry)
        points = np.tile(others, (len(steps), 1))
        points[:, i] = np.repeat(steps, _OTHERS)
        mean = emulator.mean(points).reshape(len(steps), _OTHERS).mean(axis=1)
        again = emulator.again(noisy, points).reshape(_RESAMPLES, len(steps), _OTHERS).mean(axis=2)
        half = _WIDTH * again.std(axis=0, ddof=1)
        shown = sweep.values(entry, steps)
        rows += [
            {
                "input": entry, "level": str(shown[k]),
                "value": np.nan if sweep.levels[i] else float(shown[k]),
                "mean": mean[k], "low": mean[k] - half[k], "high": mean[k] + half[k],
            }
            for k in range(len(steps))
        ]  # fmt: skip
    columns = ["input", "level", "value", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def _surface(
    sweep: FinishedSweep, emulator: Emulator, entries: Sequence[str], held: dict[str, float]
) -> pd.DataFrame:
    """Expected outcome over two inputs together, the others averaged."""
    import pandas as pd

    columns = ["first", "second", "first_level", "second_level", "mean"]
    if len(entries) < 2:
        return pd.DataFrame(columns=columns)
    others = _sample(sweep, _OTHERS // 4, held)
    (i, across), (j, up) = ((sweep.inputs.index(e), _steps(sweep, e)) for e in entries)
    rows = []
    names = [sweep.values(entry, steps) for entry, steps in zip(entries, (across, up), strict=True)]
    for a, first in enumerate(across):
        points = np.tile(others, (len(up), 1))
        points[:, i], points[:, j] = first, np.repeat(up, len(others))
        mean = emulator.mean(points).reshape(len(up), -1).mean(axis=1)
        rows += [
            (*entries, str(names[0][a]), str(names[1][b]), mean[b]) for b in range(len(up))
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _within_region(
    sweep: FinishedSweep, emulator: Emulator, outcome: str, winner: str, held: dict[str, float]
) -> tuple[pd.DataFrame, float]:
    """First-order shares of variance where a policy is expected to win, and how large that is.

    Inputs are no longer independent there, so that shares need not add up to 1 and there are no
    total indices: each is var E(y | x_i) / var y within the region, from many emulated points.
    """
    import pandas as pd

    points = _sample(sweep, _REGION, held)
    inside: Flags = np.ones(len(points), dtype=bool)
    for rival in sweep.policies:
        if rival != winner:
            lead, _ = emulated(sweep, Question(outcome, winner, rival))
            inside &= lead.mean(points) > 0.0
    if inside.sum() < _FEWEST_IN_REGION:
        raise InputError(
            file=COMMAND_LINE, key="--given", value=winner,
            allowed=f"a policy that wins in more than {_FEWEST_IN_REGION / _REGION:.0%}"
            " of the space of inputs",
        )  # fmt: skip
    kept = points[inside]
    signals = np.vstack([emulator.mean(kept)[None], emulator.again(_noisy(emulator), kept)])
    rows = []
    for i, entry in enumerate(sweep.inputs):
        if entry in held:
            continue
        group = _binned(kept[:, i], bool(sweep.levels[i]))
        share = np.array([_explained(signal, group) for signal in signals])
        half = _WIDTH * float(share[1:].std(ddof=1))
        rows.append((entry, share[0], max(share[0] - half, 0.0), min(share[0] + half, 1.0)))
    columns = ["input", "first", "first_low", "first_high"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.sort_values(["first", "input"], ascending=[False, True], ignore_index=True)
    return table, float(inside.mean())


def _binned(values: Floats, whole: bool) -> NDArray[np.int64]:
    if whole:
        return values.astype(np.int64)
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray(ranks * _BINS // len(values), dtype=np.int64)


def _explained(signal: Floats, group: NDArray[np.int64]) -> float:
    """Share of the variance between groups, corrected for what few points a group bring."""
    count = np.bincount(group)
    used = count > 0
    mean = np.bincount(group, weights=signal)[used] / count[used]
    whole = float(signal.var())
    if whole <= 0.0:
        return 0.0
    between = float((count[used] * (mean - signal.mean()) ** 2).sum()) / len(signal)
    groups = int(used.sum())
    within = max(whole - between, 0.0) / (len(signal) - groups)
    return max(between - (groups - 1) * within, 0.0) / whole


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
