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

__all__ = ["ALL", "FILES", "RunResult", "finite", "run_result"]

_TABLES = ("indicators", "monthly", "yearly", "accounts", "backtest", "moments")
FILES = {"monthly": "series"}
"""Tables whose files have another name."""

_KIND_ORDER = ("goal", "baseline", "observed", "plan")


@dataclass(frozen=True)
class RunResult:
    """One run.

    Attributes
    ----------
    meta : scenario, policy, seed, version, seconds, region, macro, first, last
    indicators : name, complex, value, unit, target, target_kind, source
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
            known = self.indicators["target"].notna() & (self.indicators["complex"] == ALL)
            marks = self.indicators[known & self.indicators["name"].str.startswith(f"{name}_")]
            for kind, group in marks.groupby("target_kind"):
                years = group["name"].str.rsplit("_", n=1).str[-1].astype(int)
                axes.plot(years, group["target"], "o", color="#D55E00", mfc="none", label=kind)
            axes.set(title=name, xlabel="year", ylabel=rows["unit"].iloc[0], ylim=(0, None))
            axes.legend(frameon=False)
        return figure

    def to_json(self) -> str:
        """One JSON document with stable keys; what is undefined is null."""
        by_complex: dict[str, dict[str, dict[str, Any]]] = {}
        for row in self.indicators.itertuples():
            entry = {"value": finite(row.value), "unit": row.unit}
            if row.target_kind:
                entry |= {"target": finite(row.target), "target_kind": row.target_kind}
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

    targets = _preferred(load_targets(scenario.region, scenario.exports))
    rows = []
    for indicator in indicator_list(scenario.last_year):
        for key, value in zip(keys, indicator.values(yearly), strict=True):
            target = targets.get((indicator.name, key))
            rows.append(
                (
                    indicator.name,
                    key,
                    float(value),
                    indicator.unit,
                    target.value if target else math.nan,
                    target.kind if target else "",
                    target.source if target else "",
                )
            )
    columns = ["name", "complex", "value", "unit", "target", "target_kind", "source"]
    return pd.DataFrame(rows, columns=columns)


def _preferred(targets: tuple[Target, ...]) -> dict[tuple[str, str], Target]:
    """One target an indicator: the article's goal before what was observed later."""
    ordered = sorted(targets, key=lambda target: _KIND_ORDER.index(target.kind), reverse=True)
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
