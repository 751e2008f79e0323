"""How well the methods of sweeps do on problems with a known answer.

Run it with ``python benchmarks/sweep_methods.py``; it prints Markdown (a quarter of an hour of one
core at the numbers of `FULL`).  The tests take the same functions with smaller numbers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, qmc

from innocluster.scenarios.sweeps.boxes import Box, Space
from innocluster.scenarios.sweeps.choice import information_value, recommend, turning_points
from innocluster.scenarios.sweeps.discovery import discover
from innocluster.scenarios.sweeps.emulator import fit_emulator
from innocluster.scenarios.sweeps.optimisation import pareto_front, within_band
from innocluster.scenarios.sweeps.sensitivity import sobol_indices

Floats = NDArray[np.float64]

FULL = 100
RUNS = 256


@dataclass(frozen=True)
class Problem:
    """A function on the unit cube with its exact indices."""

    name: str
    function: Callable[[Floats], Floats]
    first: Floats
    total: Floats


def _ishigami(unit: Floats) -> Floats:
    x = np.pi * (2.0 * unit - 1.0)
    value: Floats = np.sin(x[:, 0]) * (1.0 + 0.1 * x[:, 2] ** 4) + 7.0 * np.sin(x[:, 1]) ** 2
    return value


def ishigami() -> Problem:
    """T. Ishigami and T. Homma (1990), a = 7, b = 0.1."""
    alone, other = 0.5 * (1.0 + 0.1 * np.pi**4 / 5.0) ** 2, 7.0**2 / 8.0
    pair = 0.1**2 * np.pi**8 * 8.0 / 225.0
    whole = alone + other + pair
    first = np.array([alone, other, 0.0]) / whole
    total = np.array([alone + pair, other, pair]) / whole
    return Problem("Ishigami", _ishigami, first, total)


def g_function() -> Problem:
    """I. M. Sobol', a = 0, 1, 4.5, 9, 99, 99, 99, 99."""
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
    part = 1.0 / 3.0 / (1.0 + a) ** 2
    whole = np.prod(1.0 + part) - 1.0
    total = np.array([part[i] * np.prod(np.delete(1.0 + part, i)) for i in range(8)]) / whole

    def value(unit: Floats) -> Floats:
        result: Floats = np.prod((np.abs(4.0 * unit - 2.0) + a) / (1.0 + a), axis=1)
        return result

    return Problem("g-function", value, part / whole, total)


def noisy(values: Floats, share: float, seed: int) -> Floats:
    """Values with noise that is such a share of their variance."""
    spread = values.std() * np.sqrt(share / (1.0 - share))
    return values + np.random.default_rng(seed).normal(0.0, spread, values.shape)


def index_errors(problem: Problem, share: float, seed: int, runs: int = RUNS) -> pd.DataFrame:
    """Errors of the indices from one noisy sample, an input a row."""
    names = [f"x{i}" for i in range(len(problem.first))]
    unit = qmc.Sobol(len(names), rng=np.random.default_rng(seed)).random(runs)
    emulator = fit_emulator(unit, noisy(problem.function(unit), share, seed))
    indices = sobol_indices(emulator, names)
    table = indices.table.set_index("input").loc[names]
    low, high = table["first_low"].to_numpy(), table["first_high"].to_numpy()
    return pd.DataFrame({
        "input": names,
        "first": np.abs(table["first"].to_numpy() - problem.first),
        "total": np.abs(table["total"].to_numpy() - problem.total),
        "held": (low <= problem.first) & (problem.first <= high),
        "noise": indices.noise_share,
    })  # fmt: skip


def oracle_error(share: float, seed: int, runs: int) -> float:
    """Largest error of Ishigami's indices by least squares on the terms that make the function.

    Nobody knows these beforehand: no method of so many noisy runs can be expected to do better.
    """
    problem = ishigami()
    unit = qmc.Sobol(3, rng=np.random.default_rng(seed)).random(runs)
    x = np.pi * (2.0 * unit - 1.0)
    terms = np.column_stack([
        np.ones(runs), np.sin(x[:, 0]), np.sin(x[:, 1]) ** 2 - 0.5,
        (x[:, 2] ** 4 - np.pi**4 / 5.0) * np.sin(x[:, 0]),
    ])  # fmt: skip
    values = noisy(problem.function(unit), share, seed)
    found = np.linalg.lstsq(terms, values, rcond=None)[0][1:] ** 2
    parts = found * np.array([0.5, 0.125, 0.5 * np.pi**8 * (1.0 / 9.0 - 1.0 / 25.0)])
    first = np.array([parts[0], parts[1], 0.0]) / parts.sum()
    total = np.array([parts[0] + parts[2], parts[1], parts[2]]) / parts.sum()
    return float(max(np.abs(first - problem.first).max(), np.abs(total - problem.total).max()))


def planted(
    seed: int, runs: int = 500
) -> tuple[pd.DataFrame, NDArray[np.bool_], Callable[[pd.DataFrame], Floats]]:
    """Inputs, cases, and the chance of a case: 95 % in a box of two or three inputs, else 2 %."""
    generator = np.random.default_rng(seed)
    inputs = pd.DataFrame(generator.random((runs, 8)), columns=[f"x{i}" for i in range(8)])
    inputs["form"] = generator.choice(["a", "b", "c"], runs)
    width = generator.uniform(0.4, 0.6, 2)
    low = generator.uniform(0.0, 1.0 - width)
    by_form = bool(generator.integers(2))

    def chance(table: pd.DataFrame) -> Floats:
        x = table[["x0", "x1"]].to_numpy()
        inside = ((x > low) & (x < low + width)).all(axis=1)
        if by_form:
            inside &= (table["form"] != "b").to_numpy()
        return np.where(inside, 0.95, 0.02)

    return inputs, generator.random(runs) < chance(inputs), chance


def planted_box(seed: int, fresh: int = 20_000) -> tuple[float, float]:
    """Coverage and density, among fresh runs, of the box found for a planted one; 0 for none."""
    inputs, cases, chance = planted(seed)
    box = discover(inputs, cases, seed=seed).box
    if box is None:
        return 0.0, 0.0
    generator = np.random.default_rng((seed, 1))
    table = pd.DataFrame(generator.random((fresh, 8)), columns=[f"x{i}" for i in range(8)])
    table["form"] = generator.choice(["a", "b", "c"], fresh)
    # Coverage of the planted region; cases elsewhere are noise that no box should hold.
    likely = chance(table)
    inside = Space.of(table).inside(box.limits)
    region = likely > 0.5
    return float(inside[region].mean()), float((likely[inside] / 0.95).mean())


def null_box(seed: int, runs: int = 500) -> Box | None:
    """The box found where cases fall by chance alone, at a share between 5 and 60 %."""
    generator = np.random.default_rng(seed)
    inputs = pd.DataFrame(generator.random((runs, 8)), columns=[f"x{i}" for i in range(8)])
    inputs["form"] = generator.choice(["a", "b", "c"], runs)
    cases = generator.random(runs) < generator.uniform(0.05, 0.6)
    return discover(inputs, cases, seed=seed).box


def regret_of_choice(seed: int, worlds: int = RUNS, policies: int = 6) -> float:
    """True regret of the recommended policy over the sd of an outcome between worlds.

    A truth: policies whose effects depend on four inputs, unequally and with their own noise,
    about a world that they share.
    """
    generator = np.random.default_rng(seed)
    slopes = generator.normal(0.0, 0.3, (4, policies))
    bends = generator.normal(0.0, 0.3, (4, policies))
    level = generator.normal(0.0, 0.15, policies)

    def outcome(count: int, draw: np.random.Generator, noise: float) -> Floats:
        unit = draw.random((count, 4))
        world = draw.normal(0.0, 1.0, (count, 1))
        own = noise * draw.normal(0.0, 0.5, (count, policies))
        value: Floats = level + (unit - 0.5) @ slopes + ((unit - 0.5) ** 2) @ bends + world + own
        return value

    runs = outcome(worlds, generator, 1.0)
    truth = level + bends.sum(axis=0) / 12.0
    chosen = int(recommend(runs, [str(p) for p in range(policies)]).policy)
    return float((truth.max() - truth[chosen]) / runs[:, 0].std())


def value_error(seed: int, worlds: int) -> tuple[float, float, float]:
    """Error of the value of knowing the one input that matters, and value of knowing an idle one.

    The third number says whether the interval of the first holds the exact value.
    """
    generator = np.random.default_rng(seed)
    unit = generator.random((worlds, 2))
    gain = 2.0 * norm.ppf(np.clip(unit[:, 0], 1e-9, 1.0)) + 0.5
    benefits = np.column_stack([np.zeros(worlds), gain + generator.normal(0.0, 2.0, worlds)])
    exact = 0.5 * norm.cdf(0.25) + 2.0 * norm.pdf(0.25) - 0.5
    found = information_value(benefits, unit, {"matters": [0], "idle": [1]}, seed=seed)
    table = found.set_index("known")
    row = table.loc["matters"]
    held = float(row["low"] <= exact <= row["high"])
    return float(row["value"] - exact), float(table.loc["idle", "value"]), held


def turn_error(seed: int, runs: int = RUNS) -> tuple[float, float]:
    """Error of the coordinate of the nearest turn, and the true lead where it is to be verified."""
    generator = np.random.default_rng(seed)
    unit = qmc.Sobol(4, rng=generator).random(runs)

    def lead(u: Floats) -> Floats:
        value: Floats = 1.0 - 2.5 * u[:, 0] ** 2 + 0.4 * np.sin(3.0 * u[:, 1]) - 0.3 * u[:, 2]
        return value

    emulator = fit_emulator(unit, noisy(lead(unit), 0.3, seed))
    table = turning_points({"rival": emulator}, list("abcd"), np.full(4, 0.5))
    exact = float(np.sqrt((1.0 + 0.4 * np.sin(1.5) - 0.15) / 2.5))
    if table.empty or table["input"].iloc[0] != "a":
        return np.inf, np.inf
    point = np.full((1, 4), 0.5)
    point[0, 0] = table["verify"].iloc[0]
    return abs(float(table["turn"].iloc[0]) - exact), float(lead(point)[0])


def front_shares(seed: int, runs: int = 128) -> dict[str, float]:
    """Share of the points of a front whose fresh noisy run falls into the stated band."""

    def cost(u: Floats) -> Floats:
        value: Floats = 10.0 * u[:, 0] + 4.0 * u[:, 1] ** 2 + 2.0 * u[:, 0] * u[:, 2]
        return value

    def effect(u: Floats) -> Floats:
        value: Floats = 8.0 * np.sqrt(u[:, 0] + 0.05) + 5.0 * np.sin(2.5 * u[:, 1])
        return value + 3.0 * u[:, 0] * u[:, 2] - 2.0 * u[:, 3] ** 2

    def balance(u: Floats) -> Floats:
        value: Floats = -4.0 * (u[:, 2] - 0.6) ** 2 - 2.0 * u[:, 0] * u[:, 1]
        return value + 0.5 * np.cos(5.0 * u[:, 3])

    wanted = {"cost": (cost, "least"), "effect": (effect, "most"), "balance": (balance, "most")}
    generator = np.random.default_rng(seed)
    unit = qmc.Sobol(4, rng=generator).random(runs)
    emulators, spreads = {}, {}
    for name, (function, direction) in wanted.items():
        values = function(unit)
        spreads[name] = 0.3 * values.std()
        observed = values + generator.normal(0.0, spreads[name], runs)
        emulators[name] = (fit_emulator(unit, observed), direction)
    names = ["a", "b", "c", "d"]
    front = pareto_front(emulators, names, seed=seed)  # type: ignore[arg-type]
    points = front[names].to_numpy()
    again = {
        name: function(points) + generator.normal(0.0, spreads[name], len(points))
        for name, (function, _) in wanted.items()
    }
    return within_band(front, again)


def say_indices(problem: Problem, share: float) -> str:
    """A line on the indices of a function with a share of noise."""
    errors = [index_errors(problem, share, seed) for seed in range(FULL // 4)]
    largest = np.array([each[["first", "total"]].to_numpy().max() for each in errors])
    mean = np.mean([each[["first", "total"]].to_numpy().mean() for each in errors])
    held = np.mean([each["held"].iloc[:2].mean() for each in errors])
    noise = np.mean([each["noise"].iloc[0] for each in errors])
    return (
        f"{problem.name}, noise {share:.0%}: mean error {mean:.3f}; largest of all indices: median"
        f" {np.median(largest):.3f}, at most .03 in {(largest <= 0.03).mean():.0%};"
        f" intervals hold {held:.0%}; noise found {noise:.3f}"
    )


def say_oracle(runs: int) -> str:
    """A line on what could be reached at all with 10 % of noise."""
    errors = np.array([oracle_error(0.1, seed, runs) for seed in range(4 * FULL)])
    return (
        f"Ishigami, noise 10%, least squares on its own terms, {runs} runs: largest error at most"
        f" .03 in {(errors <= 0.03).mean():.0%}"
    )


def say_boxes() -> str:
    """A line on planted boxes."""
    found = np.array([planted_box(seed) for seed in range(FULL)])
    good = int((found.min(axis=1) >= 0.8).sum())
    coverage, density = found.mean(axis=0)
    return (
        f"planted box: coverage and density at least .8 in {good} of {FULL};"
        f" means {coverage:.3f} and {density:.3f}"
    )


def say_no_boxes() -> str:
    """A line on cases that fall by chance."""
    none = sum(null_box(seed) is None for seed in range(3 * FULL))
    return f"chance alone: no box in {none} of {3 * FULL}"


def say_choice() -> str:
    """A line on the recommended policy."""
    regret = np.array([regret_of_choice(seed) for seed in range(FULL)])
    return (
        f"choice: regret at most .1 sd in {(regret <= 0.1).sum()} of {FULL}, mean"
        f" {regret.mean():.4f}, largest {regret.max():.3f}"
    )


def say_value(worlds: int) -> str:
    """A line on the value of information."""
    values = np.array([value_error(seed, worlds) for seed in range(FULL // 2)])
    error, idle, held = values.mean(axis=0)
    return (
        f"information from {worlds} worlds: exact .566, error {error:.3f} ±"
        f" {values[:, 0].std():.3f}, idle input {idle:.4f}, intervals hold {held:.0%}"
    )


def say_turns() -> str:
    """A line on turning points."""
    found = np.array([turn_error(seed) for seed in range(FULL // 2)])
    return (
        f"turn: median error {np.median(found[:, 0]):.3f}, at most .05 in"
        f" {(found[:, 0] <= 0.05).mean():.0%}; lead gone where it is to be verified in"
        f" {(found[:, 1] < 0).mean():.0%}"
    )


def say_fronts() -> str:
    """A line on fronts that are run again."""
    shares = pd.DataFrame([front_shares(seed) for seed in range(FULL // 2)])
    parts = ", ".join(f"{name} {share:.1%}" for name, share in shares.mean().items())
    return f"front: in the band {parts}; together {shares.to_numpy().mean():.1%}"


def main() -> None:
    """Print the lines of docs/sweeps.md."""
    lines: list[Callable[[], str]] = [
        say_no_boxes,
        say_choice,
        say_fronts,
        say_turns,
        partial(say_value, 256),
        partial(say_value, 1024),
        say_boxes,
        *(partial(say_oracle, runs) for runs in (256, 512, 1024)),
    ]
    for problem in (ishigami(), g_function()):
        lines += [partial(say_indices, problem, share) for share in (0.02, 0.05, 0.10)]
    for line in lines:
        print(f"- {line()} ({time.process_time():.0f} s of CPU so far)", flush=True)


if __name__ == "__main__":
    main()
