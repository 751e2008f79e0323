"""Levels of the invented results, of realistic size, and what tests of figures share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from innocluster.viz.figures.saving import save_figures

COMPLEXES = ("ulsan", "gumi", "changwon", "banwol-sihwa", "gwangju", "gunsan", "wonju")
SHARES = np.array([0.44, 0.22, 0.155, 0.165, 0.015, 0.01, 0.0003])
KEYS = ("all", *COMPLEXES)
YEARS = np.arange(2003, 2014)
LEVELS = {
    "revenue": ("KRW tn", 157.0, 1.10),
    "exports": ("USD bn", 67.0, 1.09),
    "value_added": ("KRW tn", 50.0, 1.10),
    "employees": ("persons", 386_000.0, 1.03),
    "firms": ("firms", 9_000.0, 1.04),
    "cohort_revenue": ("KRW tn", 15.0, 1.10),
}
PROGRAMME = {
    "members": ("firms", 700.0, 1.2),
    "contacts": ("events", 2_400.0, 1.15),
    "tasks": ("tasks", 570.0, 1.2),
    "joint_projects": ("projects", 40.0, 1.1),
    "licences": ("licences", 30.0, 1.1),
    "member_revenue": ("KRW tn", 15.0, 1.15),
    "spent_meetings": ("KRW bn", 4.0, 1.05),
    "spent_introductions": ("KRW bn", 2.0, 1.05),
    "spent_tasks": ("KRW bn", 10.0, 1.05),
    "spent_research": ("KRW bn", 12.0, 1.05),
    "spent_overhead": ("KRW bn", 2.0, 1.05),
}


def figure_files(result: Any, folder: Path, language: str) -> list[Path]:
    """Files of all figures of a result, in the order of a report."""
    return [path for one in save_figures(result, folder, language) for path in one.paths]
