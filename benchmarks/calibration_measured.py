"""Measure the method of calibration on problems with known answers.

python benchmarks/calibration_measured.py growth [truths]
python benchmarks/calibration_measured.py brock-hommes [truths]
python benchmarks/calibration_measured.py overconfidence [replications]
python benchmarks/calibration_measured.py hundred [truths]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace

import calibration_problems as problems
import numpy as np
from numpy.typing import NDArray

from innocluster.calibration.inference.emulator import fit_emulator
from innocluster.calibration.inference.likelihood import Posterior
from innocluster.calibration.inference.priors import Priors
from innocluster.calibration.inference.sampling import Draws, draw_directly, draw_posterior
from innocluster.calibration.inference.screening import screen, screening_points
from innocluster.calibration.inference.self_check import last_wave_check, self_check
from innocluster.calibration.inference.waves import History, run_waves

Floats = NDArray[np.float64]
Runs = Callable[[Floats, int], Floats]


def counted(runs: Runs, seed: int) -> Callable[[Floats], Floats]:
    """The same model with a seed of its own for each call."""
    calls = [0]

    def simulate(points: Floats) -> Floats:
        calls[0] += 1
        return runs(points, 1000 * seed + calls[0])

    return simulate


def drawn(posterior: Posterior, history: History, seed: int) -> Draws:
    """Importance draws, or a chain's where they cannot be trusted."""
    starts = history.region[:1000]
    return draw_directly(posterior, starts, seed) or draw_posterior(posterior, starts, seed)


def growth_truth(seed: int) -> tuple[Floats, Floats]:
    """Parameters from the prior and what would be observed."""
    generator = np.random.default_rng(100 + seed)
    truth = problems.GROWTH.values(generator.standard_normal((1, 5)))
    noise = np.sqrt(problems.GROWTH_KNOWN) * generator.standard_normal(9)
    return truth[0], problems.growth_runs(truth, 500 + seed)[0] + noise


def growth(truths: int = 10) -> None:
    """Distance from the exact posterior after 150, 600 and 1,200 runs."""
    for sizes in ((75, 75), (150, 150, 300), (300, 300, 600)):
        distances = []
        for seed in range(truths):
            _, observed = growth_truth(seed)
            history = run_waves(
                problems.GROWTH, counted(problems.growth_runs, seed), range(9), observed,
                problems.GROWTH_KNOWN, sizes, seed,
            )  # fmt: skip
            draws = drawn(history.posteriors[-1], history, seed)
            reference = problems.growth_reference(observed, problems.GROWTH_KNOWN)
            distances.append(problems.wasserstein(draws.values, reference))
        table = np.array(distances)
        print(
            f"growth: {sum(sizes)} runs: distance {table.mean():.3f}, by parameter"
            f" {table.mean(axis=0).round(2)}, by truth {table.mean(axis=1).round(2)}",
            flush=True,
        )


def brock_hommes(truths: int = 50) -> None:
    """Coverage of 90 % intervals, before and after tempering, and what the self-check foretells."""
    priors = problems.BROCK_HOMMES
    known = problems.BROCK_HOMMES_KNOWN
    places: dict[str, list[Floats]] = {"raw": [], "tempered": []}
    foretold = []
    for seed in range(truths):
        generator = np.random.default_rng(900 + seed)
        truth = generator.standard_normal((1, 4))
        observed = problems.brock_hommes_runs(priors.values(truth), 77_000 + seed)[0]
        observed = observed + np.sqrt(known) * generator.standard_normal(8)
        history = run_waves(
            priors, counted(problems.brock_hommes_runs, seed), range(8), observed, known,
            (200, 200), seed,
        )  # fmt: skip
        posterior = history.posteriors[-1]
        check = last_wave_check(history, posterior, seed)
        for name, power in (("raw", 1.0), ("tempered", check.tempering)):
            draws = drawn(replace(posterior, tempering=power), history, seed)
            places[name].append((draws.scores < truth).mean(axis=0))
        foretold.append((check.coverage()[0.9], check.coverage(True)[0.9], check.tempering))
        held = {k: float((np.abs(2 * np.array(v) - 1) <= 0.9).mean()) for k, v in places.items()}
        print(
            f"brock-hommes: {seed + 1} truths: coverage {held['raw']:.3f}, tempered"
            f" {held['tempered']:.3f}; foretold {np.mean(foretold, axis=0).round(3)}",
            flush=True,
        )


def overconfidence(replications: int = 100) -> None:
    """How often a likelihood that is 30 % too sharp is caught, and a right one accused."""
    accused = {1.0: 0, 1.3: 0}
    for seed in range(replications):
        posterior, scores, summaries = exact_problem(seed)
        for power in accused:
            sharp = replace(posterior, tempering=power)
            accused[power] += self_check(sharp, scores, summaries, seed).overconfident
        print(f"overconfidence: of {seed + 1}: accused {accused}", flush=True)


def exact_problem(seed: int, runs: int = 300) -> tuple[Posterior, Floats, Floats]:
    """A linear model of five parameters and eight summaries, its emulator, and fresh runs."""
    priors = Priors(tuple("abcde"), np.zeros(5), np.full(5, 0.5), np.ones(5))
    generator = np.random.default_rng(seed)
    slopes = generator.standard_normal((5, 8))
    known = np.full(8, 0.1**2)

    def simulate(points: Floats) -> Floats:
        return np.asarray(points @ slopes + 0.2 * generator.standard_normal((len(points), 8)))

    fitted = priors.values(generator.standard_normal((400, 5)))
    emulator = fit_emulator(fitted, simulate(fitted), seed)
    scores = generator.standard_normal((runs, 5))
    posterior = Posterior(priors, emulator, np.arange(8), np.zeros(8), known)
    return posterior, scores, simulate(priors.values(scores))


def hundred(truths: int = 3) -> None:
    """A hundred parameters: which are found, and the distance from the exact posterior."""
    for seed in range(truths):
        started = time.process_time()
        outcome = hundred_calibrated(seed)
        print(
            f"hundred: found {sorted(outcome[0])}, missed"
            f" {sorted(set(problems.HUNDRED_ACTIVE) - set(outcome[0]))}, {outcome[1]} runs,"
            f" distance {outcome[2].round(2)}, {time.process_time() - started:.0f} s CPU",
            flush=True,
        )


def hundred_calibrated(
    seed: int, sizes: tuple[int, ...] = (300, 300)
) -> tuple[list[int], int, Floats]:
    """Parameters found, runs, and distances of those that matter from the exact posterior."""
    priors = problems.HUNDRED
    generator = np.random.default_rng(seed)
    truth = priors.values(generator.standard_normal((1, 100)))
    noise = np.sqrt(problems.HUNDRED_KNOWN) * generator.standard_normal(9)
    observed = problems.hundred_runs(truth, 50 + seed)[0] + noise
    points = screening_points(priors)
    # Keyed random numbers: the same noise at every point of a world.
    worlds = [problems.hundred_runs(points, 0, world) for world in range(4)]
    runs = np.stack(worlds, axis=1)
    scale = np.sqrt(problems.HUNDRED_KNOWN + runs[0].var(axis=0, ddof=1))
    fitted = screen(priors.names, runs, scale).fitted
    calls = [0]

    def simulate(own: Floats) -> Floats:
        calls[0] += 1
        others = np.random.default_rng([seed, calls[0]]).standard_normal((len(own), 100))
        every = priors.values(others)
        every[:, fitted] = own
        return problems.hundred_runs(every, 1000 * seed + calls[0])

    history = run_waves(
        priors.only(fitted), simulate, range(9), observed, problems.HUNDRED_KNOWN, sizes, seed
    )
    draws = drawn(history.posteriors[-1], history, seed)
    active = list(problems.HUNDRED_ACTIVE)
    means, covariance = np.zeros(len(active)), np.eye(len(active))
    found = [i for i, j in enumerate(active) if j in fitted]
    columns = [fitted.index(active[i]) for i in found]
    means[found] = draws.mean[columns]
    covariance[np.ix_(found, found)] = draws.covariance[np.ix_(columns, columns)]
    reference = problems.exact_posterior(
        priors.only(active), problems.hundred_moments, observed, problems.HUNDRED_KNOWN, 6000,
        start=(means, covariance),
    )  # fmt: skip
    distance = problems.wasserstein(draws.values[:, columns], reference[:, found])
    return fitted, points.shape[0] * 4 + sum(sizes), distance


if __name__ == "__main__":
    tasks = {
        "growth": growth,
        "brock-hommes": brock_hommes,
        "overconfidence": overconfidence,
        "hundred": hundred,
    }
    tasks[sys.argv[1]](*(int(number) for number in sys.argv[2:3]))
