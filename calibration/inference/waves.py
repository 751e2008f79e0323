"""History matching: waves of runs, each where the last could not rule the parameters out.

I. Vernon, M. Goldstein and R. G. Bower (2010), "Galaxy formation: a Bayesian uncertainty
analysis", Bayesian Analysis 5(4), 619-669. Implausibility of parameters is the distance of the
emulated from the observed targets in standard deviations of all that is not known, the largest
over the targets. What is further away than one run in 370 would be is ruled out. Within what is
left the runs of the next wave are spread by the prior times the fourth root of the likelihood,
about twice as wide as the posterior, so that they are where it will be.

A run of the model is any function from parameters (n, parameters) to summaries (n, summaries).
What it returned is stored block by block, and what is stored is not run again.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.statistics.draws import sobol_points
from innocluster.scenarios.store.files import write_aside

from .emulator import Emulator, fit_emulator
from .likelihood import Posterior, implausibility
from .priors import HIGHEST_SCORE, Priors

__all__ = ["History", "Wave", "run_waves", "wave_posterior"]

Floats = NDArray[np.float64]
Simulate = Callable[[Floats], Floats]

_CANDIDATES = 4096
_FEWEST_KEPT = 256
_SWEEPS = 24
_BLOCK = 64
_FEWEST_SHARE_OF_RUNS = 0.8


@dataclass(frozen=True)
class Wave:
    """One wave.

    Attributes
    ----------
    scores : of its runs (runs, parameters)
    summaries : what they gave (runs, summaries); nan in a run that failed
    """

    scores: Floats
    summaries: Floats

    @property
    def done(self) -> NDArray[np.bool_]:
        """Runs that gave finite summaries."""
        return np.asarray(np.isfinite(self.summaries).all(axis=1))


@dataclass
class History:
    """All waves so far.

    Attributes
    ----------
    priors : of the parameters that are fitted
    waves : the runs
    posteriors : after each wave, on the emulator of its runs and of earlier ones still plausible
    shares : of the prior that each wave left, in that which the one before had left
    region : scores not ruled out after the last wave, as spread by the prior
    """

    priors: Priors
    waves: list[Wave] = field(default_factory=list)
    posteriors: list[Posterior] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    region: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def runs(self) -> int:
        """Runs of all waves, failed ones too."""
        return sum(wave.summaries.shape[0] for wave in self.waves)

    @property
    def share_left(self) -> float:
        """Part of the prior that no wave has ruled out."""
        return float(np.prod(self.shares))


def run_waves(
    priors: Priors,
    simulate: Simulate,
    columns: Sequence[int],
    observed: Floats,
    known: Floats,
    sizes: Sequence[int],
    seed: int = 0,
    store: Path | None = None,
) -> History:
    """Run the waves that are not stored yet, and fit after each.

    Parameters
    ----------
    priors : of the parameters that are fitted; other parameters are the simulation's affair
    simulate : parameters (n, parameters) to summaries (n, summaries), nan in a run that failed
    columns : which summaries are targets
    observed, known : figures and their variances with that of the discrepancy (targets,)
    sizes : runs of each wave
    seed : of the designs
    store : file of the runs, ``.npz``; with it an interrupted call goes on where it was

    Raises
    ------
    ValueError
        Where a fifth of a wave's runs failed, or the stored runs are of another design.
    """
    history = History(priors)
    stored = _Store(store)
    history.region = _normal_design(_CANDIDATES, len(priors.names), seed)
    for number, size in enumerate(sizes):
        scores = _design(history, size, seed)
        wave = Wave(scores, stored.summaries(number, priors.values(scores), simulate))
        if wave.done.mean() < _FEWEST_SHARE_OF_RUNS:
            failed = int((~wave.done).sum())
            raise ValueError(f"{failed} of {size} runs of wave {number + 1} failed")
        history.waves.append(wave)
        posterior = wave_posterior(history, columns, observed, known, seed)
        history.posteriors.append(posterior)
        _narrow(history, np.random.default_rng([seed, number, 1]))
    return history


def wave_posterior(
    history: History, columns: Sequence[int], observed: Floats, known: Floats, seed: int
) -> Posterior:
    """Posterior on an emulator of the last wave and of earlier runs that are still plausible."""
    scores = np.concatenate([wave.scores[wave.done] for wave in history.waves])
    summaries = np.concatenate([wave.summaries[wave.done] for wave in history.waves])
    latest = int(history.waves[-1].done.sum())
    kept = np.ones(scores.shape[0], dtype=np.bool_)
    if history.posteriors:
        before = history.posteriors[-1]
        kept = before.plausible(scores)
        kept[kept] = implausibility(before, scores[kept]) < before.cutoff
        kept[-latest:] = True
    emulator: Emulator = fit_emulator(history.priors.values(scores[kept]), summaries[kept], seed)
    return Posterior(
        history.priors, emulator, np.asarray(columns, dtype=np.intp), observed, known,
        support=tuple(history.posteriors),
    )  # fmt: skip


def _narrow(history: History, generator: np.random.Generator) -> None:
    """Cut the region by the last wave, and fill it again where little is left.

    Where everything is ruled out, the least implausible remain: targets that cannot be met
    are named by `identifiability.py`, not hidden in an error here.
    """
    latest = history.posteriors[-1]
    distance = implausibility(latest, history.region)
    inside = distance < latest.cutoff
    history.shares.append(float(inside.mean()))
    fewest = 2 * history.region.shape[1] + 2
    if inside.sum() < fewest:
        history.region = history.region[np.argsort(distance)[: max(fewest, _FEWEST_KEPT)]]
        return

    def spread(scores: Floats) -> Floats:
        result = latest.log_prior(scores)
        finite = np.isfinite(result)
        result[finite] = np.where(
            implausibility(latest, scores[finite]) < latest.cutoff, result[finite], -np.inf
        )
        return result

    history.region = _moved(history.region[inside], spread, generator)


def _design(history: History, size: int, seed: int) -> Floats:
    """Runs of the next wave: the first of a Sobol sample, later drawn by `design_density`."""
    if not history.posteriors:
        return history.region[:size]
    generator = np.random.default_rng([seed, len(history.waves)])
    density = history.posteriors[-1].design_density
    # The region is spread by the prior already.
    logs = density(history.region) + 0.5 * (history.region**2).sum(axis=1)
    if not np.isfinite(logs).any():
        return history.region[generator.integers(history.region.shape[0], size=size)]
    weights = np.exp(logs - logs.max())
    rows = generator.choice(history.region.shape[0], _CANDIDATES, p=weights / weights.sum())
    return _moved(history.region[rows], density, generator)[:size]


def _moved(
    start: Floats, log_density: Callable[[Floats], Floats], generator: np.random.Generator
) -> Floats:
    """As many candidates as at first, moved about by differential evolution (ter Braak 2006)."""
    current = start[generator.integers(start.shape[0], size=_CANDIDATES)]
    logs = log_density(current)
    count, dimensions = current.shape
    usual = 1.68 / np.sqrt(dimensions)
    for sweep in range(_SWEEPS):
        one, other = current[generator.integers(count, size=(2, count))]
        length = usual * (1.0 if sweep % 5 else 0.3) * generator.uniform(0.5, 1.2, (count, 1))
        proposed = current + length * (one - other)
        proposed += 0.02 * generator.standard_normal(current.shape)
        tried = log_density(proposed)
        # Whoever starts where nothing is plausible stays until something is.
        gained = tried - np.where(np.isfinite(logs), logs, np.finfo(float).min)
        chosen = np.log(generator.random(count)) < gained
        current = np.where(chosen[:, None], proposed, current)
        logs = np.where(chosen, tried, logs)
    return current


def _normal_design(count: int, dimensions: int, seed: int) -> Floats:
    """Sobol points as normal scores, so that they are spread as the prior is."""
    from scipy.special import ndtri

    points = sobol_points(count, dimensions, f"calibration:{seed}")
    return np.clip(ndtri(np.clip(points, 1e-9, 1.0 - 1e-9)), -HIGHEST_SCORE, HIGHEST_SCORE)


class _Store:
    """Finished runs of every wave in one file, replaced as a whole after each block."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.arrays: dict[str, Floats] = {}
        if path is not None and path.exists():
            with np.load(path) as stored:
                self.arrays = {name: stored[name] for name in stored.files}

    def summaries(self, number: int, points: Floats, simulate: Simulate) -> Floats:
        """Summaries of a wave; what the file lacks is run."""
        done, design = f"summaries_{number}", f"points_{number}"
        if design in self.arrays and not np.array_equal(self.arrays[design], points):
            raise ValueError(f"{self.path}: wave {number + 1} has other parameters")
        self.arrays[design] = points
        blocks = [self.arrays[done]] if done in self.arrays else []
        start = sum(block.shape[0] for block in blocks)
        # Without a file the runs are kept by whoever makes them, and all come at once.
        size = points.shape[0] if self.path is None else _BLOCK
        while start < points.shape[0]:
            rows = points[start : start + size]
            block = np.asarray(simulate(rows), dtype=np.float64)
            if block.ndim != 2 or block.shape[0] != rows.shape[0]:
                raise ValueError(f"{rows.shape[0]} runs asked for, {block.shape} summaries given")
            blocks.append(block)
            start += rows.shape[0]
            self.arrays[done] = np.concatenate(blocks)
            self._save()
        return self.arrays[done]

    def _save(self) -> None:
        if self.path is None:
            return
        content = io.BytesIO()
        np.savez(content, **self.arrays)  # type: ignore[arg-type]
        write_aside(self.path, content.getvalue())
