"""The preview of the page: runs that teach it, the fit that is shipped, and how well it does.

::

    python benchmarks/page_preview.py runs RUNS.csv --minutes 9
    python benchmarks/page_preview.py means MEANS.csv --worlds 30 --points 9 --minutes 9
    python benchmarks/page_preview.py fit RUNS.csv MEANS.csv ...
    python benchmarks/page_preview.py means OTHER.csv --worlds 6 --points 50 --draw 2 --minutes 9
    python benchmarks/page_preview.py check OTHER.csv

`runs` simulates the programme of 2005 beside none at settings spread over the levers, one world
a setting, and goes on where it stopped (20 minutes of one core).  `means` simulates random settings
in several worlds each: random parameters, and under each of these random programmes, which share
the worlds' months before the programme (half an hour of one core for nine points in 30 worlds).
`fit` writes ``viz/data/preview.json``: the runs teach the polynomials, the means say how wide a
band holds nine of ten.  `check` says of settings that taught nothing how often their mean lies in
the band of the preview for so many worlds.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from innocluster.calibration.inference.polynomials import CONSTANT, Term, columns_of, cubic_terms
from innocluster.calibration.inference.regression import log_noise_model
from innocluster.scenarios.policies import find_policy
from innocluster.scenarios.runs.execution import build_settings, execute_pair
from innocluster.scenarios.runs.indicators import Yearly, yearly_table
from innocluster.scenarios.schema import Scenario
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.simulation import Simulation
from innocluster.viz.files import DATA
from innocluster.viz.page.address import View
from innocluster.viz.page.levers import LEVERS, coordinates, settings_at
from innocluster.viz.page.preview import load_preview, places_of, predicted

Floats = NDArray[np.float64]

MEASURES = ("revenue", "exports", "value_added", "employees")
FIRST, LAST = 2005, 2013
WORLDS = 30
SPREAD = 480
PRIOR, STEP = 1.0, 8.0
WIDEST = 6.0
POLICY = "P5"
HELD = 0.9
"""Share of settings whose mean the band is made to hold."""
PROGRAMMES = 4
"""Random programmes under the parameters of one point: budget, start and members."""
SHOWN = (2009, LAST)
"""Years that are counted."""


def names() -> list[str]:
    """Columns of outcomes: what the programme adds to a measure in a year."""
    return [f"{measure}_{year}" for measure in MEASURES for year in range(FIRST, LAST + 1)]


def effects(settings: Scenario, world: int) -> list[float]:
    """What the programme adds in one world, in the order of `names`."""
    without, policy = execute_pair(settings, ["P0", POLICY], world)
    if without.yearly is None or policy.yearly is None:
        raise RuntimeError(without.error or policy.error)
    return _added(without.yearly, policy.yearly)


def _added(without: Yearly, policy: Yearly) -> list[float]:
    return [
        float(policy[measure][year - 2003, 0] - without[measure][year - 2003, 0])
        for measure in MEASURES
        for year in range(FIRST, LAST + 1)
    ]


def effects_of_programmes(unit: Floats, world: int) -> list[list[float]]:
    """What each programme adds in one world, (programmes, outcomes), as `effects` would say.

    Parameters
    ----------
    unit : (programmes, levers) places of the levers, those of parameters the same in every row
    """
    settings = build_settings(settings_at(list(unit[0])), world, "P0")
    before = Simulation(settings)
    before.run_until(month_number(*PROGRAMME_START))
    none = before.fork()
    without, found = yearly_table(none.run(), settings.population), []
    for row in unit:
        own = build_settings(settings_at(list(row)), world, POLICY)
        rest = before.fork()
        rest.settings = replace(
            before.settings, policy=find_policy(POLICY), budget=own.budget, start=own.start,
            members_scale=own.members_scale,
        )  # fmt: skip
        found.append(_added(without, yearly_table(rest.run(), settings.population)))
    return found


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


def point_at(point: int, draw: int) -> Floats:
    """Places of the levers at a random point, (programmes, levers)."""
    draws = np.random.default_rng([draw, point])
    parameters, programmes = draws.random(len(LEVERS) - 3), draws.random((PROGRAMMES, 3))
    return np.column_stack([programmes, np.tile(parameters, (PROGRAMMES, 1))])


def means(file: Path, points: Sequence[int], count: int, draw: int, minutes: float) -> None:
    """Simulate random points in some worlds, of which each takes others, as far as the time goes.

    A row is a programme in a world: point, programme, world, places of the levers, outcomes.
    """
    done = set()
    if file.exists():
        rows = np.loadtxt(file, delimiter=",", skiprows=1, ndmin=2)
        done = {(int(point), int(world)) for point, _, world, *_ in rows}
    until = time.monotonic() + 60.0 * minutes
    with file.open("a", newline="") as target:
        writer = csv.writer(target)
        if not done:
            writer.writerow(
                ["point", "programme", "world", *(lever.key for lever in LEVERS), *names()]
            )
        for point in points:
            unit = point_at(point, draw)
            for world in sorted((count * point + k) % WORLDS for k in range(count)):
                if (point, world) in done:
                    continue
                if time.monotonic() > until:
                    print(f"point {point} of {points[0]} to {points[-1]}")
                    return
                for n, found in enumerate(effects_of_programmes(unit, world)):
                    writer.writerow([point, n, world, *(f"{u:.8f}" for u in unit[n]), *found])
                target.flush()
    print(f"all {len(points)}")


def read_means(file: Path) -> tuple[NDArray[np.int64], int, Floats, Floats]:
    """Of every setting that is complete, what `means` found.

    Returns
    -------
    points : (N,)
    worlds : of a setting
    places : (N, levers)
    mean : (N, outcomes) over its worlds
    """
    rows = np.loadtxt(file, delimiter=",", skiprows=1, ndmin=2)
    settings, first, number = np.unique(rows[:, :2], axis=0, return_index=True, return_counts=True)
    worlds, behind = int(number.max()), 3 + len(LEVERS)
    keep = number == worlds
    mean = [
        rows[(rows[:, 0] == point) & (rows[:, 1] == programme), behind:].mean(axis=0)
        for point, programme in settings[keep]
    ]
    places = rows[first[keep], 3:behind]
    return settings[keep, 0].astype(np.int64), worlds, places, np.array(mean)


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
        self.scaled = 2.0 * coordinates(places) - 1.0
        self.terms: list[Term] = [CONSTANT, *cubic_terms(range(self.scaled.shape[1]))]
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


def without_worlds(smooth: Smooth, worlds: NDArray[np.int64], outcome: Floats) -> Floats:
    """Outcomes without what a world does to every setting, as a share.

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
    plain: Floats = outcome - shares[worlds] * expected
    return plain


def fit(file: Path, beside: Sequence[Path]) -> None:
    """Learn every outcome, and what is left of it, and write what the page needs.

    Parameters
    ----------
    beside : means of settings that are not among the runs
    """
    worlds, places, outcomes = read(file)
    smooth, found, told = Smooth(places), dict[str, dict[str, Any]](), list[str]()
    known = [read_means(path) for path in beside]
    tried = np.concatenate([settings for _, _, settings, _ in known])
    for column, name in enumerate(names()):
        plain = without_worlds(smooth, worlds, outcomes[:, column])
        weights = smooth.weights(plain)
        left_out = smooth.left_out(plain, weights)
        terms, logs = log_noise_model(smooth.scaled, left_out, smooth.leverage, seed=0)
        noise = columns_of(terms, smooth.scaled) @ logs
        middle = float(np.median(noise))
        noise = np.clip(noise, middle - WIDEST, middle + WIDEST)
        expected = np.exp(noise) + float(np.exp(noise).mean()) * smooth.leverage
        size = float(np.mean(left_out**2 * (1.0 - smooth.leverage) / expected))
        logs[0] += math.log(size)
        noise += math.log(size)
        limits = noise.min(), noise.max()
        found[name] = {
            "weights": _short(weights), "error": float(f"{np.exp(noise).mean():.7g}"),
            "noise_terms": terms, "noise_weights": _short(logs),
            "noise_limits": _short(np.array(limits)), "width": 1.0,
        }  # fmt: skip
        share = 1.0 - float(np.var(left_out) / np.var(outcomes[:, column]))
        told.append(f"{name}: {share:.0%} of a run left out explained")
    factor = np.linalg.cholesky(0.5 * (smooth.inverse + smooth.inverse.T))
    document = {
        "made": date.today().isoformat(), "runs": len(worlds), "settings": len(tried),
        "worlds": WORLDS, "seed": Scenario.default().seed, "policy": POLICY,
        "levers": [lever.key for lever in LEVERS], "terms": smooth.terms,
        # Row k of the factor, without the zeros behind its diagonal.
        "factor": [_short(row[: k + 1]) for k, row in enumerate(factor)], "outcomes": found,
    }  # fmt: skip
    _write(document)
    point = np.concatenate([points + 1e6 * n for n, (points, *_) in enumerate(known)])
    for name, text in zip(names(), told, strict=True):
        off = np.concatenate([_off(own, mean, name, count) for _, count, own, mean in known])
        found[name]["width"] = float(f"{_width(off):.4g}")
        # What the others say of the settings of a point, as if it had taught nothing.
        held = [off[point == one] <= _width(off[point != one]) for one in np.unique(point)]
        print(f"{text}; width {found[name]['width']}, holds {np.concatenate(held).mean():.1%}")
    _write(document)
    print(f"{len(worlds)} runs; {len(tried)} settings at {len(np.unique(point))} points")


def _width(off: Floats) -> float:
    """Width that holds as many as wanted."""
    return float(np.quantile(off, HELD, method="higher"))


def _write(document: dict[str, Any]) -> None:
    text = json.dumps(document, separators=(",", ":"))
    (DATA / "preview.json").write_text(text + "\n", encoding="utf-8")
    load_preview.cache_clear()


def _off(places: Floats, mean: Floats, name: str, worlds: int) -> Floats:
    """How far means lie from what was said of them, over half of the band's width."""
    seed, result = Scenario.default().seed, []
    for row, value in zip(places, mean[:, names().index(name)], strict=True):
        band = predicted(list(row), name, seed, worlds)
        result.append(abs(value - band.mean) / (band.high - band.mean))
    return np.array(result)


def _short(values: Floats) -> list[float]:
    return [float(f"{value:.6g}") for value in values]


def check(file: Path) -> None:
    """Count how many means lie in the band for so many worlds."""
    points, worlds, places, mean = read_means(file)
    print(f"{len(places)} settings at {len(set(points.tolist()))} points in {worlds} worlds each")
    for year in SHOWN:
        for measure in MEASURES:
            inside = _off(places, mean, f"{measure}_{year}", worlds) <= 1.0
            print(f"{measure} {year}: {inside.sum()} in the band, {inside.mean():.1%}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=("runs", "means", "fit", "check"))
    parser.add_argument("file", type=Path)
    parser.add_argument("beside", type=Path, nargs="*", help="means that a fit is calibrated by")
    parser.add_argument("--points", type=int, default=50, help="random parameters")
    parser.add_argument("--first", type=int, default=0, help="number of the first of these")
    parser.add_argument("--worlds", type=int, default=WORLDS, help="worlds of a setting")
    parser.add_argument("--draw", type=int, default=1, help="seed of random settings")
    parser.add_argument("--minutes", type=float, default=9.0)
    given = parser.parse_args(arguments)
    if given.task == "runs":
        run(given.file, given.minutes)
    elif given.task == "means":
        points = range(given.first, given.first + given.points)
        means(given.file, points, given.worlds, given.draw, given.minutes)
    elif given.task == "check":
        check(given.file)
    elif not given.beside:
        parser.error("a fit needs means beside the runs")
    else:
        fit(given.file, given.beside)


if __name__ == "__main__":
    main()
