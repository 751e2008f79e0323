"""Invented results of realistic size: the texts and drawings need no simulation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented import COMPLEXES, KEYS, LEVELS, PROGRAMME, SHARES, YEARS

from innocluster.scenarios.comparison.benefits import BENEFITS
from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.runs.backtest import backtest_frame
from innocluster.scenarios.runs.execution import RunResult
from innocluster.scenarios.runs.growth_tables import ACCOUNTS, growth_frame
from innocluster.scenarios.runs.indicators import indicator_list, load_targets
from innocluster.scenarios.runs.results import INDICATOR_COLUMNS

NAMES = {
    "P0": ("No programme", "사업 없음"),
    "P2": ("Random matching", "무작위 연결"),
    "P5": ("Thematic mini-clusters", "주제별 미니클러스터"),
}

STRUCTURE = {
    "mean_degree": ("ties/actor", 11.4),
    "clustering_ratio": ("times", 2.43),
    "clustering_excess": ("times", 1.6),
    "modularity": ("index", 0.517),
    "path_length": ("steps", 3.11),
    "research_body_ties": ("%", 34.5),
    "broker_dependence": ("%", 49.6),
    "tie_survival": ("%", 71.8),
    "persistence": ("%", 4.07),
    "revenue_gini": ("index", 0.905),
    "small_firm_share": ("%", 12.0),
    "productivity_theil": ("index", 0.13),
    "income_contribution": ("USD/head", 2098.4),
    "world_class_index": ("index", 0.651),
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
        "relative_high": (mean + half) * percent, "pairs": 60, "pairing_gain": 40.0,
        "verdict": verdict(mean - half, mean + half),
    }  # fmt: skip


def invented_backtest(policies: list[str], worlds: int) -> pd.DataFrame:
    """The paths of `LEVELS` in some worlds, 2 % apart at most, beside what happened."""
    factors = np.linspace(0.99, 1.01, worlds) if worlds > 1 else np.ones(1)
    tables = {
        name: factors[:, None, None] * start * (growth ** (YEARS - 2003))[:, None] * np.array(
            [1.0, *SHARES]
        )
        for name, (_, start, growth) in LEVELS.items()
    }  # fmt: skip
    shape = (worlds, YEARS.size, len(KEYS))
    others = {i.measure: np.ones(shape) for i in indicator_list(2013)}
    targets = load_targets("seven-complexes", "corrected")
    return backtest_frame({p: {**others, **tables} for p in policies}, KEYS, 2013, targets)


def invented_largest(effects: dict[str, float], half: float) -> pd.DataFrame:
    """Without the largest firms 0.1 KRW tn more, half the width."""
    contrasts = [(policy, "P0", mean) for policy, mean in effects.items()]
    contrasts += [(p, "P2", m - effects["P2"]) for p, m in effects.items() if "P2" in effects]
    return pd.DataFrame(
        {
            "policy": policy, "baseline": baseline, "estimate": estimate, "mean": mean + more,
            "low": mean + more - width * half, "high": mean + more + width * half,
            "unit": "KRW tn", "verdict": verdict(mean + more - width * half, mean + more + half),
            "variance_ratio": width**-2.0,
        }
        for policy, baseline, mean in contrasts if policy != baseline
        for estimate, more, width in (("all", 0.0, 1.0), ("smaller", 0.1, 0.5))
    )  # fmt: skip


def invented_forms(effects: dict[str, float], leader: str) -> pd.DataFrame:
    """The leader leads in nine worlds of ten; the form `uniform` turns two of three round."""
    rows = []
    for rule, form, usual, worlds, led, turned in (
        ("", "", False, 10, 9, 1), ("", "usual", True, 10, 10, 0),
        ("entry", "proportional", False, 3, 3, 0), ("occasions", "uniform", False, 3, 1, 2),
    ):  # fmt: skip
        other = next(policy for policy in ("P0", *effects) if policy != leader)
        for policy in ("P0", *effects):
            leads = led if policy == leader else turned if policy == other else 0
            finding = "may turn" if form == "uniform" and policy == other else ""
            lead = 0.0 if policy == leader else -0.1 if finding else 0.2
            above = 0.0 if policy == "P0" else 1.0
            rows.append(
                (rule, form, usual, policy, worlds, leads, leads / worlds, 0.1, 0.9, above, 0.5,
                 1.0, lead, lead - 0.3, lead + 0.3, "KRW tn", finding)
            )  # fmt: skip
    columns = [
        "rule", "form", "usual", "policy", "worlds", "leads", "share", "low", "high", "above",
        "above_low", "above_high", "lead", "lead_low", "lead_high", "unit", "finding",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


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
    nothing = (*(np.nan,) * 11, "", "no programme, no cost")
    returns = (2900.0, 210.0, -90.0, 510.0, 640.0, 5.6, 1.34, 0.86, 1.82, 1.3, 3.1, "", "")
    policy_rows = [
        (p, *NAMES[p], 60, np.nan if p == "P0" else 40.0, 0.0 if p == "P0" else 520.3,
         0.0 if p == "P0" else 536.0, *(nothing if p == "P0" else returns))
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
        "failures": 0, "seed": 2005, "under": "point", "draws": None, "precision_asked": 0.05,
        "precision_reached": {p: 100 * half / level for p in effects}, "stopped_by": "precision",
        "confidence": 0.95, "command": "innocluster compare", "region": "seven-complexes",
        "macro": "history", "first": "2003-01", "last": "2013-12", "indicator": "revenue_2013",
        "seconds": 61.2, "indifference_percent": 0.05, "indifference": 0.2, "satisficing": 0.8,
        "first_stage": 30, "cost_margin": 5.2, "form_design": "one",
        "posterior_effect": {
            "policy": max(effects, key=lambda p: effects[p]), "draws": 40, "digest": "cc07fa99",
            "mean": 0.07, "median": 0.064, "low": -0.021, "high": 0.194, "above": 0.875,
        },
        "form_worlds": 10, "leader": max(effects, key=lambda p: effects[p]),
    }  # fmt: skip
    columns = [
        "policy", "name", "name_ko", "runs", "pairing_gain", "spent", "budgeted", *BENEFITS,
    ]  # fmt: skip
    table = pd.DataFrame(policy_rows, columns=columns)
    best = min(tiers.values())
    decided = [
        {
            "policy": p, "choice": True, "tier": tiers[p], "unit": "KRW tn", "median": level,
            "p10": 0.96 * level, "p90": 1.05 * level,
            "effect": effects.get(p, np.nan), "effect_low": effects.get(p, np.nan) - half,
            "effect_high": effects.get(p, np.nan) + half,
            "best_probability": 1.0 / len(policies), "regret": 0.1, "regret_low": 0.05,
            "regret_high": 0.15, "oracle_regret": np.nan, "oracle_regret_low": np.nan,
            "oracle_regret_high": np.nan, "worst_decile": effects.get(p, 0.0) - half,
            "satisficing": 0.5, "satisficing_low": 0.4, "satisficing_high": 0.6,
            "possibly_best": tiers[p] == best, "dropped_after": 0 if tiers[p] == best else 30,
            "on_front": True, "dominated_by": "", "net_cost": 0.0 if p == "P0" else 520.3,
            "net_cost_low": 0.0 if p == "P0" else 519.0,
            "net_cost_high": 0.0 if p == "P0" else 521.6,
        }
        for p in policies
    ]  # fmt: skip
    return Comparison(
        meta=described | meta,
        policies=table,
        effects=pd.DataFrame(rows),
        outcomes=pd.DataFrame(
            outcomes, columns=["policy", "indicator", "complex", "unit", "median", "p10", "p90"]
        ),
        yearly=pd.DataFrame(
            yearly,
            columns=[
                "policy", "year", "indicator", "complex", "unit", "median", "p10", "p90",
                "effect_mean", "effect_low", "effect_high",
            ],
        ),
        ranks=pd.DataFrame(ranks, columns=["policy", "rank", "probability"]),
        tiers=pd.DataFrame({"policy": policies, "tier": [tiers[p] for p in policies]}),
        targets=pd.DataFrame(
            targets, columns=["policy", "target", "value", "unit", "probability", "low", "high"]
        ),
        decisions=pd.DataFrame(decided).merge(table, on="policy"),
        backtest=invented_backtest(policies, 60),
        largest=invented_largest(effects, half),
        flips=pd.DataFrame(columns=["parameter", "finding"]),
        forms=invented_forms(effects, described["leader"]),
        benefits=pd.DataFrame(
            [(p, "gross", 2.1, 0.4, 4.0, 0.2, 0.1, 0.3) for p in effects],
            columns=["policy", "measure", "median", "p10", "p90", "below_one", "low", "high"],
        ),
        posterior_effects=pd.DataFrame(),
        draws=pd.DataFrame({"world": range(60)}),
        worlds=pd.DataFrame({"world": range(60), "policy": "P0"}),
    )  # fmt: skip


@pytest.fixture(scope="session")
def build() -> Callable[..., Comparison]:
    return make_comparison


@pytest.fixture(scope="session")
def comparison() -> Comparison:
    """P5 is told apart from no programme, random matching is not."""
    return make_comparison({"P2": 0.03, "P5": 0.31}, {"P0": 2, "P2": 2, "P5": 1})


# Points a year of the sources of growth, of the parts of productivity and of what arrived.
POINTS = {
    "growth_price": 2.5, "growth_brand": 0.1, "growth_capital": 2.0, "growth_labour": -0.5,
    "growth_utilisation": 0.4, "growth_productivity": 3.5, "productivity_progress": 2.5,
    "productivity_shocks": -0.7, "productivity_between": 0.8, "productivity_exit": 0.9,
    "arrived_own": 0.3, "arrived_meetings": 0.1,
}  # fmt: skip


def invented_accounts(still: str = "", last: int = 2013) -> pd.DataFrame:
    """The same growth every year to `last` and everywhere; no account of the complex `still`."""
    annual = {
        name: np.full((YEARS.size, len(KEYS)), POINTS.get(name, 0.0))
        for parts in ACCOUNTS.values()
        for name in parts.values()
    }
    annual["growth_value_added"][:] = sum(
        value for name, value in POINTS.items() if name.startswith("growth")
    )
    for rows in annual.values():
        rows[0] = np.nan
        if still:
            rows[3, KEYS.index(still)] = np.nan
    return growth_frame({name: rows[: last - 2002] for name, rows in annual.items()}, KEYS)


@pytest.fixture(scope="session")
def accounts() -> Callable[..., pd.DataFrame]:
    return invented_accounts


@pytest.fixture(scope="session")
def run_result() -> RunResult:
    rows = [
        (year, key, name, start * growth ** (year - 2003) * share, unit)
        for name, (unit, start, growth) in (LEVELS | PROGRAMME).items()
        for year in YEARS
        for key, share in zip(KEYS, [1.0, *SHARES], strict=True)
    ]
    rows += [
        (year, key, name, value, unit)
        for name, (unit, value) in STRUCTURE.items()
        for year in YEARS
        for key in KEYS
        if year > 2004 or name not in ("persistence", "world_class_index")
    ]
    yearly = pd.DataFrame(rows, columns=["year", "complex", "indicator", "value", "unit"])
    indicators = yearly.assign(
        name=yearly["indicator"] + "_" + yearly["year"].astype(str),
        observed=np.nan, uncertainty=np.nan, goal=np.nan, goal_kind="", source="",
    )  # fmt: skip
    row = (indicators["name"] == "revenue_2008") & (indicators["complex"] == "all")
    columns = ["observed", "uncertainty", "goal", "goal_kind", "source"]
    indicators.loc[row, columns] = [283.0, 12.0, 291.0, "goal", "parts; Hankyung"]
    meta = {
        "scenario": "korean-pilot-2005", "policy": "P5", "seed": 2005, "version": "0.1.0",
        "seconds": 0.6, "region": "seven-complexes", "macro": "history", "first": "2003-01",
        "last": "2013-12",
    }  # fmt: skip
    accounts, backtest = invented_accounts(), invented_backtest(["P5"], 1)
    nothing = pd.DataFrame()
    return RunResult(
        meta, indicators[list(INDICATOR_COLUMNS)], nothing, yearly, accounts, backtest, nothing
    )
