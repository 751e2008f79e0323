"""The default scenario to the end of 2005 in a region of a sixteenth of the firms."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from innocluster.scenarios.files import PRESET_FOLDER
from innocluster.scenarios.schema import Scenario

SHRINKAGE = 16


def small_scenario(folder: Path) -> Scenario:
    """Write the region into a new folder; the scenario that names it."""
    shutil.copytree(PRESET_FOLDER, folder)
    for table in ("complexes", "region"):
        path = folder / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            shrink(row)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    return Scenario.default().replaced(region=str(folder), last="2005-12")


def shrink(row: dict[str, str]) -> None:
    """Divide the counts and amounts of a row of `complexes.csv` or `region.csv`."""
    for name in ("firms", "employees", "founding_members", "plots"):
        if name in row:
            row[name] = str(max(2, int(row[name]) // SHRINKAGE))
    for name in ("production_tn", "exports_usd_bn"):
        if name in row:
            row[name] = str(float(row[name]) / SHRINKAGE)
    if row.get("unit") in ("KRW tn", "USD bn"):
        row["value"] = str(float(row["value"]) / SHRINKAGE)
