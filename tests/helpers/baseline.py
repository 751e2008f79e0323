"""What small and full runs gave when the baseline was last renewed, and how it is renewed.

``python tests/helpers/baseline.py --renew`` writes both files anew.  Whoever does that says in
CHANGELOG.md which results moved, why, and what it did to the ranking of policies.

Engine and elementary functions give the same bits on every processor, so that a figure is
compared exactly.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from collections.abc import Iterator
from math import fsum
from pathlib import Path

import numpy as np
from small_region import simulation

from innocluster import Scenario, Simulation, build_settings
from innocluster.scenarios.policies import POLICIES
from innocluster.scenarios.schema import presets

FOLDER = Path(__file__).resolve().parents[1] / "sim" / "baseline"
FIGURES, DIGESTS = FOLDER / "figures.csv", FOLDER / "digests.csv"

MONTHLY = (
    "revenue", "exports", "value_added", "employees", "firms", "members", "member_revenue",
    "research_spending", "cohort_revenue", "introductions", "tasks", "joint_projects",
    "joint_successes", "licences", "licence_successes", "own_innovations", "closures",
    "spent_research", "carry_over", "capacity",
)  # fmt: skip
YEARLY = (
    "ties", "clustering", "tie_survival", "persistence", "revenue_gini", "own_brand_share",
    "cooperating_firms", "productivity_meetings", "arrived_joint", "cohort_revenue_gap",
)  # fmt: skip
YEARS = (2003, 2007, 2013)
SEVERAL_SEEDS = ("P0", "P2", "P5")

Figure = tuple[str, int, int, str]


def small_runs() -> list[tuple[str, int]]:
    """Policy and seed of every small run."""
    return [
        (policy, seed)
        for policy in POLICIES
        for seed in ((3, 4, 5) if policy in SEVERAL_SEEDS else (3,))
    ]


def figures_of(policy: str, seed: int) -> Iterator[tuple[Figure, float]]:
    """Sums of a year over all complexes, and yearly measures of the region."""
    series = simulation(policy, seed).run()
    for year in YEARS:
        row = year - YEARS[0]
        months = slice(12 * row, 12 * row + 12)
        for name in MONTHLY:
            yield (policy, seed, year, name), fsum(series.values[name][months].ravel())
        for name in YEARLY:
            yield (policy, seed, year, name), float(series.annual[name][row, 0])


def read_figures() -> dict[Figure, float]:
    """The frozen figures."""
    with FIGURES.open(encoding="utf-8", newline="") as file:
        return {
            (row["policy"], int(row["seed"]), int(row["year"]), row["figure"]): float(row["value"])
            for row in csv.DictReader(file)
        }


def full_runs() -> list[tuple[str, str]]:
    """Preset and policy of every run of the full population."""
    preset = "korean-pilot-2005"
    runs = [(preset, policy) for policy in POLICIES]
    return runs + [(other, "P5") for other in presets() if other != preset]


def digest_of(preset: str, policy: str) -> str:
    """SHA-256 of every monthly and yearly series of a full run to its end."""
    series = Simulation(build_settings(Scenario.from_file(preset), policy=policy)).run()
    digest = hashlib.sha256()
    for table in (series.values, series.annual):
        for name in sorted(table):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(table[name]).tobytes())
    return digest.hexdigest()


def read_digests() -> dict[tuple[str, str], str]:
    """The frozen digests."""
    with DIGESTS.open(encoding="utf-8", newline="") as file:
        return {(row["preset"], row["policy"]): row["sha256"] for row in csv.DictReader(file)}


def renew() -> None:
    """Write both files anew."""
    with FIGURES.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("policy", "seed", "year", "figure", "value"))
        for policy, seed in small_runs():
            table.writerows((*key, repr(value)) for key, value in figures_of(policy, seed))
    with DIGESTS.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("preset", "policy", "sha256"))
        table.writerows((*run, digest_of(*run)) for run in full_runs())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renew", action="store_true", help="write both files anew")
    if not parser.parse_args().renew:
        moved = [run for run in full_runs() if digest_of(*run) != read_digests()[run]]
        sys.exit(f"moved: {moved}" if moved else 0)
    renew()
