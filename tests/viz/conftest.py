"""Invented results of realistic size: the texts and drawings need no simulation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from innocluster.scenarios.comparison import Comparison
from innocluster.scenarios.execution import RunResult

COMPLEXES = ("ulsan", "gumi", "changwon", "banwol-sihwa", "gwangju", "gunsan", "wonju")
SHARES = np.array([0.44, 0.22, 0.155, 0.165, 0.015, 0.01, 0.0003])
KEYS = ("all", *COMPLEXES)
YEARS = np.arange(2003, 2014)
NAMES = {
    "P0": ("No programme", "사업 없음"),
    "P2": ("Random matching", "무작위 연결"),
    "P5": ("Thematic mini-clusters", "주제별 미니클러스터"),
}
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


def verdict(low: float, high: float) -> str:
    return "higher" if low > 0 else "lower" if high < 0 else "cannot tell"


def effect_row(
    policy: str, baseline: str, indicator: str, key: str, mean: float, half: float, level: float
) -> dict[str, Any]:
    percent = 100.0 / level
    return {
        "policy": policy, "baseline": baseline, "indicator": indicator, "complex": key,
        "unit": "KRW tn", "mean": mean, "low": mean - half, "high": mean + half,
        "relative_mean": mean * percent, "relative_low": (mean - half) * percent,
        "relative_high": (mean + half) * percent, "pairs": 60, "pairing_gain": 14.0,
        "verdict": verdict(mean - half, mean + half),
    }  # fmt: skip


def make_comparison(
    effects: dict[str, float], tiers: dict[str, int], half: float = 0.06, **meta: Any
) -> Comparison:
    """A comparison with the given effects on revenue 2013, KRW tn, and tiers."""
    policies = ["P0", *effects]
    level = 157.0 * 1.10**10
    rows = []
    for policy, mean in effects.items():
        rows.append(effect_row(policy, "P0", "revenue_2013", "all", mean, half, level))
        rows += [
            effect_row(policy, "P0", "revenue_2013", k, mean * s, 2 * half * s, level * s)
            for k, s in zip(COMPLEXES, SHARES, strict=True)
        ]
    rows += [
        effect_row(p, "P2", "revenue_2013", "all", mean - effects["P2"], half, level)
        for p, mean in effects.items()
        if "P2" in effects and p != "P2"
    ]
    yearly, outcomes = [], []
    for policy in policies:
        for name, (unit, start, growth) in (LEVELS | PROGRAMME).items():
            for year in YEARS:
                for key, share in zip(KEYS, [1.0, *SHARES], strict=True):
                    value = start * growth ** (year - 2003) * share
                    if name in PROGRAMME and (policy == "P0" or year < 2005):
                        value = 0.0
                    path = effects.get(policy, 0.0) * share * max(year - 2005, 0) / 8
                    if name not in ("revenue", "exports", "value_added"):
                        path = 0.0
                    yearly.append(
                        (policy, year, name, key, unit, value + path, 0.96 * value, 1.05 * value,
                         path, path - half * share, path + half * share)
                    )  # fmt: skip
                    outcomes.append(
                        (policy, f"{name}_{year}", key, unit, value, 0.96 * value, 1.05 * value)
                    )
    stated = [p for p, mean in effects.items() if mean - half > 0]
    policy_rows = [
        (p, *NAMES[p], 60, np.nan if p == "P0" else 14.0, 0.0 if p == "P0" else 520.3,
         *((3.1, 2.2, 5.4, "") if p in stated else
           (np.nan, np.nan, np.nan, "no programme, no cost" if p == "P0" else
            "cannot be stated: the interval of the effect on value added covers zero")))
        for p in policies
    ]  # fmt: skip
    ranks = [(p, r + 1, 1.0 / len(policies)) for p in policies for r in range(len(policies))]
    targets = [
        (p, name, value, unit, share, share - 0.1, share + 0.1)
        for p in policies
        for name, value, unit, share in (
            ("revenue_2008", 291.0, "KRW tn", 0.3), ("exports_2013", 194.0, "USD bn", 0.1)
        )
    ]  # fmt: skip
    described = {
        "scenario": "korean-pilot-2005", "version": "0.1.0", "baseline": "P0", "pairs": 60,
        "failures": 0, "seed": 2005, "precision_asked": 0.05,
        "precision_reached": {p: 100 * half / level for p in effects}, "stopped_by": "precision",
        "confidence": 0.95, "command": "innocluster compare", "region": "seven-complexes",
        "macro": "history", "first": "2003-01", "last": "2013-12", "indicator": "revenue_2013",
        "seconds": 61.2,
    }  # fmt: skip
    return Comparison(
        described | meta,
        pd.DataFrame(
            policy_rows,
            columns=[
                "policy",
                "name",
                "name_ko",
                "runs",
                "pairing_gain",
                "spent",
                "cost_per_won",
                "cost_per_won_low",
                "cost_per_won_high",
                "cost_note",
            ],
        ),
        pd.DataFrame(rows),
        pd.DataFrame(
            outcomes, columns=["policy", "indicator", "complex", "unit", "median", "p10", "p90"]
        ),
        pd.DataFrame(
            yearly,
            columns=[
                "policy",
                "year",
                "indicator",
                "complex",
                "unit",
                "median",
                "p10",
                "p90",
                "effect_mean",
                "effect_low",
                "effect_high",
            ],
        ),
        pd.DataFrame(ranks, columns=["policy", "rank", "probability"]),
        pd.DataFrame({"policy": policies, "tier": [tiers[p] for p in policies]}),
        pd.DataFrame(
            targets, columns=["policy", "target", "value", "unit", "probability", "low", "high"]
        ),
    )


@pytest.fixture(scope="session")
def build() -> Callable[..., Comparison]:
    return make_comparison


@pytest.fixture(scope="session")
def comparison() -> Comparison:
    """P5 is told apart from no programme, random matching is not."""
    return make_comparison({"P2": 0.03, "P5": 0.31}, {"P0": 2, "P2": 2, "P5": 1})


@pytest.fixture(scope="session")
def run_result() -> RunResult:
    rows = [
        (year, key, name, start * growth ** (year - 2003) * share, unit)
        for name, (unit, start, growth) in (LEVELS | PROGRAMME).items()
        for year in YEARS
        for key, share in zip(KEYS, [1.0, *SHARES], strict=True)
    ]
    yearly = pd.DataFrame(rows, columns=["year", "complex", "indicator", "value", "unit"])
    indicators = yearly.assign(
        name=yearly["indicator"] + "_" + yearly["year"].astype(str),
        target=np.nan, target_kind="", source="",
    )  # fmt: skip
    goal = (indicators["name"] == "revenue_2008") & (indicators["complex"] == "all")
    indicators.loc[goal, ["target", "target_kind", "source"]] = [291.0, "goal", "Hankyung"]
    columns = ["name", "complex", "value", "unit", "target", "target_kind", "source"]
    meta = {
        "scenario": "korean-pilot-2005", "policy": "P5", "seed": 2005, "version": "0.1.0",
        "seconds": 0.6, "region": "seven-complexes", "macro": "history", "first": "2003-01",
        "last": "2013-12",
    }  # fmt: skip
    return RunResult(meta, indicators[columns], pd.DataFrame(), yearly)
