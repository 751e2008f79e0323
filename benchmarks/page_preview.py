"""The preview of the page: runs that teach it, the fit that is shipped, and how well it does.

::

    python benchmarks/page_preview.py runs FILE.csv --minutes 9
    python benchmarks/page_preview.py fit FILE.csv
    python benchmarks/page_preview.py check OTHER.csv --points 200 --minutes 9

`runs` simulates the programme of 2005 beside none at settings spread over the levers, one world
a setting, and goes on where it stopped (20 minutes of one core).  `fit` writes
``viz/data/preview.json``.  `check` simulates random settings, by default in 30 worlds, and says how
often their mean lies in the band of the preview; with fewer worlds the band is that of so many,
which is the wider for the luck of fewer.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from innocluster.agents.help import available_cores
from innocluster.calibration.inference.polynomials import CONSTANT, Term, columns_of, cubic_terms
from innocluster.calibration.inference.regression import log_noise_model
from innocluster.scenarios.runs.execution import execute_pair
from innocluster.scenarios.schema import Scenario
from innocluster.viz.files import DATA
from innocluster.viz.page.address import View
from innocluster.viz.page.levers import LEVERS, settings_at
from innocluster.viz.page.preview import places_of, predicted

Floats = NDArray[np.float64]

MEASURES = ("revenue", "exports", "value_added", "employees")
FIRST, LAST = 2005, 2013
WORLDS = 30
SPREAD = 480
PRIOR, STEP = 3.0, 8.0
WIDEST = 6.0
POLICY = "P5"
WIDTH = 1.6449

_TOGETHER = 24


def names() -> list[str]:
    """Columns of outcomes: what the programme adds to a measure in a year."""
    return [f"{measure}_{year}" for measure in MEASURES for year in range(FIRST, LAST + 1)]


def effects(settings: Scenario, world: int) -> list[float]:
    """What the programme adds in one world, in the order of `names`."""
    without, policy = execute_pair(settings, ["P0", POLICY], world)
    if without.yearly is None or policy.yearly is None:
        raise RuntimeError(without.error or policy.error)
    return [
        float(policy.yearly[measure][year - 2003, 0] - without.yearly[measure][year - 2003, 0])
        for measure in MEASURES
        for year in range(FIRST, LAST + 1)
    ]


def design() -> tuple[Floats, NDArray[np.int64]]:
    """Settings on the unit cube of the levers, and the world of each, all worlds equally often.

    Most are spread evenly; in the last ones all levers stand where they stand by themselves,
    since visitors begin there.
    """
    unit = qmc.Sobol(len(LEVERS), seed=1).random(1 << (SPREAD - 1).bit_length())[:SPREAD]
    worlds = np.random.default_rng(1).permutation(np.arange(SPREAD) % WORLDS)
    usual = np.tile(places_of(View()), (WORLDS, 1))
    return np.concatenate([unit, usual]), np.concatenate([worlds, np.arange(WORLDS)])


def run(file: Path, minutes: float) -> None:
    """Simulate what the file does not hold yet, as far as the time goes."""
    done = len(file.read_text().splitlines()) - 1 if file.exists() else 0
    unit, worlds = design()
    points = len(unit)
    until = time.monotonic() + 60.0 * minutes
    with file.open("a", newline="") as target:
        writer = csv.writer(target)
        if done <= 0:
            writer.writerow(["world", *(lever.key for lever in LEVERS), *names()])
        for n in range(max(done, 0), points):
            if time.monotonic() > until:
                print(f"{n} of {points}")
                return
            found = effects(settings_at(unit[n]), int(worlds[n]))
            writer.writerow([int(worlds[n]), *(f"{u:.8f}" for u in unit[n]), *found])
            target.flush()
    print(f"all {points}")


def read(file: Path) -> tuple[NDArray[np.int64], Floats, Floats]:
    """World, place on the levers and outcomes of every run of a file."""
    table = np.loadtxt(file, delimiter=",", skiprows=1, ndmin=2)
    count = len(LEVERS)
    return table[:, 0].astype(np.int64), table[:, 1 : 1 + count], table[:, 1 + count :]


class Smooth:
    """Ridge regression on all terms up to a cubic; the higher a term, the stronger the prior.

    Prior precisions are the same for all outcomes, so that they share one matrix: what is not
    known of an outcome is its noise times the same polynomial.
    """

    def __init__(self, places: Floats) -> None:
        self.scaled = 2.0 * places - 1.0
        self.terms: list[Term] = [CONSTANT, *cubic_terms(range(places.shape[1]))]
        self.columns = columns_of(self.terms, self.scaled)
        orders = np.array([sum(degree for _, degree in term) for term in self.terms])
        prior = np.where(orders == 0, 1e-6, PRIOR * STEP ** (orders - 1.0))
        self.inverse = np.linalg.inv(self.columns.T @ self.columns + np.diag(prior))
        self.leverage = np.einsum("ij,jk,ik->i", self.columns, self.inverse, self.columns)

    def weights(self, outcome: Floats) -> Floats:
        """Of the terms."""
        result: Floats = self.inverse @ (self.columns.T @ outcome)
        return result

    def left_out(self, outcome: Floats, weights: Floats) -> Floats:
        """Error of every run predicted from the others."""
        result: Floats = (outcome - self.columns @ weights) / (1.0 - self.leverage)
        return result


def without_worlds(
    smooth: Smooth, worlds: NDArray[np.int64], outcome: Floats
) -> tuple[Floats, float]:
    """Outcomes without what a world does to every setting, as a share; and the sd of that share.

    All worlds are equally often among the runs, so that their mean is that of a full answer.
    """
    shares, expected = np.zeros(WORLDS), smooth.columns @ smooth.weights(outcome)
    for _ in range(3):
        expected = smooth.columns @ smooth.weights(outcome - shares[worlds] * expected)
        for world in range(WORLDS):
            own = worlds == world
            square = float(expected[own] @ expected[own])
            left = outcome[own] - expected[own]
            shares[world] = float(left @ expected[own]) / square if square else 0.0
        shares -= shares.mean()
    return outcome - shares[worlds] * expected, float(shares.std(ddof=1))


def fit(file: Path) -> None:
    """Learn every outcome and write what the page needs of it."""
    worlds, places, outcomes = read(file)
    smooth, found = Smooth(places), {}
    for column, name in enumerate(names()):
        outcome = outcomes[:, column]
        plain, spread = without_worlds(smooth, worlds, outcome)
        weights = smooth.weights(plain)
        left_out = smooth.left_out(plain, weights)
        terms, logs = log_noise_model(smooth.scaled, left_out, smooth.leverage, seed=0)
        noise = columns_of(terms, smooth.scaled) @ logs
        middle = float(np.median(noise))
        noise = np.clip(noise, middle - WIDEST, middle + WIDEST)
        # A share was taken from as many runs as a world has, which makes noise look smaller.
        runs = len(outcome) / WORLDS
        expected = np.exp(noise) + float(np.exp(noise).mean()) * smooth.leverage
        size = float(np.mean(left_out**2 * (1.0 - smooth.leverage) / expected)) * runs / (runs - 1)
        logs[0] += math.log(size)
        noise += math.log(size)
        found[name] = {
            "weights": _short(weights), "error": float(f"{np.exp(noise).mean():.7g}"),
            "noise_terms": terms, "noise_weights": _short(logs),
            "noise_limits": _short(np.array([noise.min(), noise.max()])),
            "world_spread": float(f"{min(spread, 1.0):.4g}"),
        }  # fmt: skip
        # Each run beside what the others say of it, in its own world.
        inverse = smooth.leverage / (1.0 - smooth.leverage)
        mean = plain - left_out
        luck = (spread * mean) ** 2 * (1.0 - 1.0 / WORLDS)
        half = WIDTH * np.sqrt(np.exp(noise) + float(np.exp(noise).mean()) * inverse + luck)
        inside = np.mean(np.abs(outcome - mean)[:SPREAD] <= half[:SPREAD])
        share = 1.0 - float(np.var(left_out) / np.var(outcome))
        print(f"{name}: explains {share:.0%} of a run left out, {inside:.1%} of them in the band")
    factor = np.linalg.cholesky(0.5 * (smooth.inverse + smooth.inverse.T))
    document = {
        "made": date.today().isoformat(), "runs": len(worlds), "worlds": WORLDS,
        "seed": Scenario.default().seed, "policy": POLICY, "width": WIDTH,
        "levers": [lever.key for lever in LEVERS], "terms": smooth.terms,
        # Row k of the factor, without the zeros behind its diagonal.
        "factor": [_short(row[: k + 1]) for k, row in enumerate(factor)], "outcomes": found,
    }  # fmt: skip
    text = json.dumps(document, separators=(",", ":"))
    (DATA / "preview.json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(text) / 1e3:.0f} kB from {len(worlds)} runs")


def _short(values: Floats) -> list[float]:
    return [float(f"{value:.6g}") for value in values]


def check(file: Path, points: int, minutes: float, count: int, draw: int, workers: int) -> None:
    """Simulate random settings in some worlds, as far as the time goes, and count.

    Each setting takes other worlds than the one before, in turn, so that no world's luck is in all.
    """
    unit = np.random.default_rng(draw).random((points, len(LEVERS)))
    rows = [line.split(",") for line in file.read_text().splitlines()] if file.exists() else []
    until = time.monotonic() + 60.0 * minutes
    with file.open("a") as target, ProcessPoolExecutor(workers) as pool:
        for first in range(len(rows), points * count, _TOGETHER):
            if time.monotonic() > until:
                break
            due = range(first, min(first + _TOGETHER, points * count))
            settings = [settings_at(unit[n // count]) for n in due]
            for found in pool.map(effects, settings, [n % WORLDS for n in due]):
                rows.append([f"{value!r}" for value in found])
                target.write(",".join(rows[-1]) + "\n")
            target.flush()
    done = len(rows) // count
    table = np.array(rows[: done * count], dtype=float).reshape(done, count, -1)
    seed = Scenario.default().seed
    for year in (2009, LAST):
        for measure in MEASURES:
            column = names().index(f"{measure}_{year}")
            inside = 0
            for n in range(done):
                band = predicted(list(unit[n]), f"{measure}_{year}", seed, count)
                inside += band.low <= table[n, :, column].mean() <= band.high
            print(f"{measure} {year}: {inside} of {done} in the band, {inside / done:.1%}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=("runs", "fit", "check"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--points", type=int, default=200, help="settings of a check")
    parser.add_argument("--minutes", type=float, default=9.0)
    parser.add_argument("--worlds", type=int, default=WORLDS, help="worlds of a check")
    parser.add_argument("--workers", type=int, default=available_cores())
    parser.add_argument("--draw", type=int, default=7, help="seed of the settings of a check")
    given = parser.parse_args(arguments)
    if given.task == "runs":
        run(given.file, given.minutes)
    elif given.task == "fit":
        fit(given.file)
    else:
        check(given.file, given.points, given.minutes, given.worlds, given.draw, given.workers)


if __name__ == "__main__":
    main()
