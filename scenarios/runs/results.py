"""The result of one run: tidy tables, a figure and a JSON document."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from innocluster.sim.accounting.series import ALL, tidy_frame
from innocluster.sim.ground.calendar import month_starts
from innocluster.version import __version__

from ..policies import find_policy
from .backtest import backtest_frame
from .growth_tables import growth_frame
from .indicators import (
    FIRST_YEAR,
    UNITS,
    Target,
    Yearly,
    indicator_list,
    load_targets,
    monthly_table,
    yearly_table,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from innocluster.sim.accounting.series import Series
    from innocluster.sim.beginning.population import Population

    from ..schema import Scenario

__all__ = ["ALL", "FILES", "INDICATOR_COLUMNS", "RunResult", "finite", "run_result"]

_TABLES = ("indicators", "monthly", "yearly", "accounts", "backtest", "moments")
FILES = {"monthly": "series"}
"""Tables whose files have another name."""

INDICATOR_COLUMNS = (
    "name", "complex", "value", "unit", "observed", "uncertainty", "goal", "goal_kind", "source",
)  # fmt: skip
_GOAL_ORDER = ("goal", "baseline", "plan")


@dataclass(frozen=True)
class RunResult:
    """One run.

    Attributes
    ----------
    meta : scenario, policy, seed, version, seconds, region, macro, first, last
    indicators : name, complex, value, unit; what happened (observed, with its uncertainty) and
        apart from it what was aimed at or begun with (goal, goal_kind); source
    monthly : month, complex, indicator, value, unit
    yearly : year, complex, indicator, value, unit; firms and employees of 2003
        are the initial stock
    accounts : where growth came from: first, last, complex, account, part, value, unit, note;
        see `innocluster.scenarios.runs.growth_tables.growth_frame`
    backtest : beside what happened, was aimed at and could be forecast without a model; see
        `innocluster.scenarios.runs.backtest.backtest_frame`
    moments : what surveys report of firms, if asked for: year, complex, moment, value, unit; see
        `innocluster.scenarios.runs.moments.MomentRecorder`
    """

    meta: dict[str, Any]
    indicators: pd.DataFrame
    monthly: pd.DataFrame
    yearly: pd.DataFrame
    accounts: pd.DataFrame
    backtest: pd.DataFrame
    moments: pd.DataFrame

    def __repr__(self) -> str:
        meta = self.meta
        return (
            f"RunResult({meta['scenario']}, {meta['policy']}, seed {meta['seed']}, "
            f"{meta['first']} to {meta['last']}, {len(self.indicators)} indicators)"
        )

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table that has rows, by the name of its file."""
        tables = {name: getattr(self, name) for name in _TABLES}
        return {FILES.get(name, name): table for name, table in tables.items() if len(table)}

    def to_frame(self) -> pd.DataFrame:
        """Every month: month, complex, indicator, value, unit; `meta` in ``attrs``."""
        frame = self.monthly.copy()
        frame.attrs.update(self.meta)
        return frame

    def plot(self) -> Figure:
        """Revenue and exports by year beside their targets."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9, 3.6), layout="constrained")
        for axes, name in zip(figure.subplots(1, 2), ("revenue", "exports"), strict=True):
            rows = self.yearly.query("indicator == @name and complex == @ALL")
            axes.plot(rows["year"], rows["value"], color="#0072B2")
            own = self.indicators["name"].str.startswith(f"{name}_")
            marks = self.indicators[own & (self.indicators["complex"] == ALL)]
            years = marks["name"].str.rsplit("_", n=1).str[-1].astype(int)
            axes.errorbar(
                years, marks["observed"], marks["uncertainty"].fillna(0.0), fmt="o",
                color="#222222", mfc="none", capsize=2.5, label="observed",
            )  # fmt: skip
            for kind, group in marks[marks["goal"].notna()].groupby("goal_kind"):
                axes.plot(years[group.index], group["goal"], "*", color="#D55E00", label=kind)
            axes.set(title=name, xlabel="year", ylabel=rows["unit"].iloc[0], ylim=(0, None))
            axes.legend(frameon=False)
        return figure

    def to_json(self) -> str:
        """One JSON document with stable keys; what is undefined is null."""
        by_complex: dict[str, dict[str, dict[str, Any]]] = {}
        for row in self.indicators.itertuples():
            entry = {"value": finite(row.value), "unit": row.unit}
            happened = finite(row.observed)
            if happened is not None:
                entry |= {"observed": happened, "uncertainty": finite(row.uncertainty)}
            if row.goal_kind:
                entry |= {"goal": finite(row.goal), "goal_kind": row.goal_kind}
            by_complex.setdefault(str(row.complex), {})[str(row.name)] = entry
        whole = by_complex.pop(ALL)
        document = {**self.meta, "indicators": whole, "complexes": by_complex}
        return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)


def finite(value: Any) -> float | None:
    """A number for JSON: ``None`` for `nan` and infinity."""
    return float(value) if math.isfinite(value) else None


def run_result(
    scenario: Scenario,
    series: Series,
    population: Population,
    seconds: float,
    moments: pd.DataFrame,
) -> RunResult:
    """Tabulate the series of one finished run."""
    keys = (ALL, *population.region.complexes.keys)
    policy, yearly = find_policy(scenario.policy), yearly_table(series, population)
    meta = {
        "scenario": scenario.name,
        "policy": policy.id,
        "seed": scenario.seed,
        "version": __version__,
        "seconds": round(seconds, 3),
        "region": scenario.region,
        "macro": scenario.macro,
        "exports": scenario.exports,
        "first": f"{FIRST_YEAR}-01",
        "last": scenario.last,
    }
    return RunResult(
        meta,
        _indicator_frame(scenario, yearly, keys),
        _monthly_frame(series),
        _yearly_frame(series, yearly),
        growth_frame(series.annual, keys),
        backtest_frame(
            {policy.id: {name: rows[None] for name, rows in yearly.items()}},
            keys,
            scenario.last_year,
            load_targets(scenario.region, scenario.exports),
        ),
        moments,
    )


def _indicator_frame(scenario: Scenario, yearly: Yearly, keys: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    targets = load_targets(scenario.region, scenario.exports)
    observed = {(t.indicator, t.complex): t for t in targets if t.kind == "observed"}
    goals = _preferred(targets)
    rows = []
    for indicator in indicator_list(scenario.last_year):
        for key, value in zip(keys, indicator.values(yearly), strict=True):
            happened = observed.get((indicator.name, key))
            goal = goals.get((indicator.name, key))
            rows.append(
                (
                    indicator.name,
                    key,
                    float(value),
                    indicator.unit,
                    happened.value if happened else math.nan,
                    happened.uncertainty if happened else math.nan,
                    goal.value if goal else math.nan,
                    goal.kind if goal else "",
                    "; ".join(target.source for target in (happened, goal) if target),
                )
            )
    return pd.DataFrame(rows, columns=list(INDICATOR_COLUMNS))


def _preferred(targets: tuple[Target, ...]) -> dict[tuple[str, str], Target]:
    """One aim or beginning an indicator: the article's goal before the plans of others."""
    aims = [target for target in targets if target.kind in _GOAL_ORDER]
    ordered = sorted(aims, key=lambda target: _GOAL_ORDER.index(target.kind), reverse=True)
    return {(target.indicator, target.complex): target for target in ordered}


def _monthly_frame(series: Series) -> pd.DataFrame:
    tables = list(monthly_table(series))
    values = np.stack([table for _, table in tables])
    units = {measure.name: measure.unit for measure, _ in tables}
    months = month_starts(range(series.months.size))
    return tidy_frame("month", months, series.complexes, units, values)


def _yearly_frame(series: Series, yearly: Yearly) -> pd.DataFrame:
    units = {name: unit for name, unit in UNITS.items() if name in yearly}
    values = np.stack([yearly[name] for name in units])
    years = np.arange(FIRST_YEAR, FIRST_YEAR + values.shape[1])
    table = tidy_frame("year", years, series.complexes, units, values)
    return table[table["value"].notna()].reset_index(drop=True)
