"""Simulation-based calibration of the model on a reduced population.

python benchmarks/calibration_coverage.py RUNS [TRUTHS] [WORKERS]

One wave of runs all over the prior is shared by all truths; a truth is one further run whose
figures are fitted as if they had been observed. Ten fitted parameters, the other uncertain ones
drawn anew in every run, a region of a sixteenth of the firms until the end of 2005. The truth's
place in its posterior must be uniform (Cook, Gelman and Rubin 2006), and so must the probability
of what is nearer to a random point than the truth is (P. Lemos, A. Coogan, Y. Hezaveh and L.
Perreault-Levasseur 2023, "Sampling-based accuracy testing of posterior estimators for general
inference", ICML), and that of what is less likely than the truth (M. Modrák et al. 2023,
"Simulation-based calibration checking for Bayesian computation: the choice of test quantities
shapes sensitivity", Bayesian Analysis), which sees too sharp a likelihood best.

Killed, the same command goes on. Results and date go to `calibration_coverage.json` beside this
file, the runs to `calibration_coverage.npz`, with what was drawn for the first of them: a test
runs these again, so that runs of another model do not pass for those of this one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.calibration.inference.emulator import fit_emulator
from innocluster.calibration.inference.likelihood import Posterior
from innocluster.calibration.inference.priors import HIGHEST_SCORE, Priors, model_priors
from innocluster.calibration.inference.self_check import Replay, replays_of
from innocluster.scenarios.runs.execution import build_settings
from innocluster.scenarios.runs.inputs import Inputs
from innocluster.scenarios.runs.moments import MomentRecorder
from innocluster.scenarios.runs.workers import each_world
from innocluster.scenarios.schema import Scenario
from innocluster.sim.beginning.population import Population
from innocluster.sim.simulation import Simulation

sys.path.append(str(Path(__file__).resolve().parents[1]))

Floats = NDArray[np.float64]

FITTED = (
    "technical_progress", "growth_dispersion", "research_success", "start_size", "stop_rate",
    "own_innovation_step", "exit_rate", "entry_scale", "substitution", "labour_adjustment",
)  # fmt: skip
MOMENTS = (
    "research_smes", "research_smes_intensity", "innovating_smes", "growth_dispersion_small",
    "growth_dispersion_medium", "growth_shape_small", "insolvent_closures",
    "sales_above_50bn",
)  # fmt: skip
YEAR = 2005
RESULT = Path(__file__).resolve().parent / "calibration_coverage.json"
RUNS = RESULT.with_suffix(".npz")
_STORE = Path("results") / "calibration-coverage.npz"
_BLOCK = 32
_PIECE = 250
_RUN_AGAIN = 4
_SEED = 2003


@dataclass(frozen=True)
class Draw:
    """What determines a run: scores of all priors, the values there and a world."""

    scores: Floats
    values: Floats
    world: int

    @classmethod
    def of(cls, row: int) -> Draw:
        """That of a run by its number."""
        priors = model_priors()
        generator = np.random.default_rng([_SEED, row])
        scores = generator.standard_normal((1, len(priors.names)))
        return cls(scores[0], priors.values(scores)[0], int(generator.integers(1_000_000)))


def small_settings(world: int, drawn: Mapping[str, float]) -> Simulation:
    """One world of the reduced region at these parameters."""
    from tests.helpers.small_region import small_population

    inputs = Inputs(Scenario.default().replaced(last=f"{YEAR}-12", spin_up_years=6))
    settings = build_settings(inputs.scenario, world, None, drawn, inputs)
    population: Population = small_population()
    return Simulation(replace(settings, population=population, budget=population.region.budget))


def summaries_of(draw: Draw) -> Floats:
    """Moments, totals of 2005 and turnover of one run."""
    drawn = dict(zip(model_priors().names, draw.values.tolist(), strict=True))
    simulation = small_settings(draw.world, drawn)
    simulation.measures_years = False
    recorder = MomentRecorder(simulation)
    recorder.run()
    frame = recorder.frame()
    known = frame[(frame["year"] == YEAR) & (frame["complex"] == "all")]
    moments = dict(zip(known["moment"], known["value"], strict=True))
    values = simulation.series.values
    stocks = [
        float(np.log(values[name][24:36].sum())) for name in ("revenue", "employees", "exports")
    ]
    turnover = [float(values[name][12:36].sum()) for name in ("closures", "entrants")]
    return np.array([*(float(moments.get(name, np.nan)) for name in MOMENTS), *stocks, *turnover])


def figures(row: int) -> Floats:
    """Scores of the fitted parameters of one draw of all priors, then its summaries."""
    draw = Draw.of(row)
    names = model_priors().names
    return np.array([*draw.scores[[names.index(name) for name in FITTED]], *summaries_of(draw)])


def stored_runs(count: int, workers: int) -> Floats:
    """The first `count` draws; what the file lacks is run."""
    rows = np.load(_STORE)["rows"] if _STORE.exists() else np.zeros((0, 0))
    while rows.shape[0] < count:
        wanted = range(rows.shape[0], min(count, rows.shape[0] + _BLOCK))
        made = np.stack(list(each_world(figures, wanted, workers)))
        rows = np.concatenate([rows.reshape(-1, made.shape[1]), made])
        _STORE.parent.mkdir(exist_ok=True)
        np.savez(_STORE, rows=rows)
        print(f"{rows.shape[0]} of {count} runs", flush=True)
    return rows[:count]


def measured(rows: Floats, runs: int, power: float = 1.0) -> dict[str, Any]:
    """Coverage by parameter and pooled, deviations of places and their bands.

    Parameters
    ----------
    rows : `figures` of the shared wave, then of the truths
    runs : how many are of the wave
    power : of the likelihood; above 1 it is too sharp
    """
    whole = np.isfinite(rows).all(axis=1)
    rows, runs = rows[whole], int(whole[:runs].sum())
    wave, fresh = slice(0, runs), slice(runs, None)
    scores = np.clip(rows[:, : len(FITTED)], -HIGHEST_SCORE, HIGHEST_SCORE)
    summaries = rows[:, len(FITTED) :]
    priors: Priors = model_priors(FITTED)
    emulator = fit_emulator(priors.values(scores[wave]), summaries[wave])
    # Figures are known to a tenth of what they vary over the prior.
    known = (0.1 * summaries[wave].std(axis=0)) ** 2
    columns = np.arange(summaries.shape[1])
    posterior = Posterior(priors, emulator, columns, summaries[wave].mean(axis=0), known, power)
    count = max(1, (rows.shape[0] - runs) // _PIECE)
    pieces = zip(
        np.array_split(scores[fresh], count), np.array_split(summaries[fresh], count), strict=True
    )
    replays = [
        replay
        for number, piece in enumerate(pieces)
        for replay in replays_of(posterior, *piece, number)[0]
    ]
    places = np.array([replay.places(1.0) for replay in replays])
    held = np.abs(2.0 * places - 1.0) <= 0.9
    return {
        "runs_of_the_wave": runs,
        "truths": len(replays),
        "coverage_90": dict(zip(FITTED, held.mean(axis=0).round(3).tolist(), strict=True)),
        "pooled": round(float(held.mean()), 4),
        "contraction": round(float(np.mean([replay.contraction.sum() for replay in replays])), 2),
        "largest_rank_deviation": round(max(map(_deviation, places.T)), 4),
        "band_of_rank_deviation": round(_band(len(replays), len(FITTED)), 4),
        "tarp_deviation": round(_deviation(_nearer(replays)), 4),
        "likelihood_deviation": round(_deviation(_less_likely(replays)), 4),
        "band_of_likelihood_deviation": round(_band(len(replays), 1), 4),
    }


def main(runs: int, truths: int = 500, workers: int = 1) -> None:
    """Make what is missing of the runs, measure, and write both."""
    rows = stored_runs(runs + truths, workers)
    drawn = np.stack([Draw.of(row).values for row in range(_RUN_AGAIN)])
    np.savez_compressed(RUNS, rows=rows, runs=runs, names=model_priors().names, drawn=drawn)
    document = {"date": datetime.now(UTC).date().isoformat(), **measured(rows, runs)}
    RESULT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(document, indent=1))


def _nearer(replays: list[Replay]) -> Floats:
    """Of each truth, the posterior probability of what is nearer to a random point of the prior."""
    generator = np.random.default_rng(7)
    found = []
    for replay in replays:
        point = generator.standard_normal(replay.scores.shape[1])
        distance = ((replay.scores - point) ** 2).sum(axis=1)
        weights = replay.weights(1.0)
        found.append(weights @ (distance < distance[0]) + generator.random() * weights[0])
    return np.array(found)


def _less_likely(replays: list[Replay]) -> Floats:
    """Of each truth, the posterior probability of what is less likely than it."""
    generator = np.random.default_rng(8)
    found = []
    for replay in replays:
        weights = replay.weights(1.0)
        less = replay.likelihood < replay.likelihood[0]
        found.append(weights @ less + generator.random() * weights[0])
    return np.array(found)


def _deviation(places: Floats) -> float:
    """Largest distance of places from uniform, as of Kolmogorov and Smirnov."""
    ordered = np.sort(places)
    steps = np.arange(ordered.size) / ordered.size
    return float(np.maximum(ordered - steps, steps + 1.0 / ordered.size - ordered).max())


def _band(count: int, parameters: int) -> float:
    """Deviation that the largest of all parameters exceeds in 5 % of cases."""
    return float(np.sqrt(-0.5 * np.log(0.025 / parameters) / count))


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:4]))
