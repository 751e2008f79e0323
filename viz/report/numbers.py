"""The numbers behind each figure of a report, as rows that any program reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from innocluster.calibration.validation.origins import MODEL
from innocluster.calibration.validation.validation import Validation
from innocluster.scenarios.attribution.attribution_tables import Attribution
from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.lessons.lesson import Lesson
from innocluster.scenarios.runs.execution import RunResult
from innocluster.scenarios.runs.growth_tables import main_spans, yearly_spans

from ..results import Result
from ..words.findings import PLACEBO
from ..words.selection import ALL, select

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["figure_csv"]

_YEARS = ["policy", "year", "indicator", "unit"]
_OUTCOME = ["median", "p10", "p90"]
_CHANGE = ["effect_mean", "effect_low", "effect_high"]
_COMPARISON = {
    "paths": (("revenue", "exports"), _CHANGE),
    "outcomes": (("revenue", "exports"), _OUTCOME),
    "participants": (("cohort_revenue",), [*_CHANGE, "median"]),
    "spending": ((), ["median"]),
}
_RUN = {
    "run-targets": ("revenue", "exports"),
    "run-complexes": ("revenue",),
    "run-network": ("members", "contacts", "tasks"),
    "run-world-class": ("world_class_index",),
}

_ACCOUNTS = {
    "run-growth": ("growth",),
    "run-growth-complexes": ("growth",),
    "run-channels": ("technology", "channel"),
}

_LESSONS = {
    "tornado": "influences", "response": "curves", "heat": "surface", "box": "limits",
    "parallel": "cases", "peeling": "trajectory", "curves": "responses", "lead": "choice",
    "worth": "information", "pareto": "front", "levers": "front",
}  # fmt: skip


def figure_csv(result: Result, name: str) -> bytes:
    """Numbers of a figure as CSV, with the mark by which Excel knows the encoding.

    Parameters
    ----------
    name : of the figure
    """
    if isinstance(result, Comparison):
        table = _of_comparison(result, name)
    elif isinstance(result, Attribution):
        table = result.shares if name == "ends" else _whole(result)
    elif isinstance(result, Validation):
        table = _of_validation(result, name)
    elif isinstance(result, Lesson):
        table = result.tables[_LESSONS[name]]
    else:
        table = _of_run(result, name)
    return str(table.to_csv(index=False)).encode("utf-8-sig")


def _of_comparison(result: Comparison, name: str) -> pd.DataFrame:
    baseline, indicator = result.meta["baseline"], result.meta["indicator"]
    if name == "front":
        return result.decisions
    if name in ("effects", "complexes"):
        rows = select(result.effects, indicator=indicator)
        whole = rows["complex"] == ALL
        if name == "effects":
            chosen = whole & rows["baseline"].isin([baseline, PLACEBO])
        else:
            chosen = ~whole & (rows["baseline"] == baseline)
        return rows.loc[chosen]
    measures, columns = _COMPARISON[name]
    rows = select(result.yearly, complex=ALL)
    own = rows["indicator"].isin(measures) if measures else rows["indicator"].str[:6] == "spent_"
    return rows.loc[own, [*_YEARS, *columns]]


def _of_validation(result: Validation, name: str) -> pd.DataFrame:
    """Fans of the region or of its parts, places of what happened, or what the fit moved."""
    if name == "places":
        return select(result.forecasts, forecast=MODEL)
    if name == "marginals":
        return result.marginals
    whole = result.fan["complex"] == ALL
    return result.fan[whole if name == "fan" else ~whole]


def _of_run(result: RunResult, name: str) -> pd.DataFrame:
    """Years of the measures that a figure shows; beside them what happened and was aimed at."""
    if name in _ACCOUNTS:
        return _accounts(result, name)
    if name == "run-structure":
        from ..figures.structure_figures import PANELS

        return result.yearly[result.yearly["indicator"].isin(PANELS)]
    rows = result.yearly[result.yearly["indicator"].isin(_RUN[name])]
    if name == "run-targets":
        known = result.indicators.drop(columns=["value", "unit", "source"])
        parts = known["name"].str.rpartition("_")
        known = known[parts[2].str.fullmatch(r"\d{4}")]
        known = known.assign(indicator=parts[0], year=parts.loc[known.index, 2].astype(int))
        rows = rows.merge(
            known.drop(columns="name"), how="left", on=["year", "complex", "indicator"]
        )
    return rows[rows["complex"] == ALL] if name in ("run-targets", "run-network") else rows


def _accounts(result: RunResult, name: str) -> pd.DataFrame:
    """Points by year for the region, or over the longest span by complex, or both."""
    last = int(result.accounts["last"].max())
    spans = result.accounts[["first", "last"]].apply(tuple, axis=1)
    yearly = spans.isin(yearly_spans(last)) & (result.accounts["complex"] == ALL)
    whole = spans == main_spans(last)[-1]
    chosen = {"run-growth": yearly, "run-growth-complexes": whole, "run-channels": yearly | whole}
    rows = result.accounts[chosen[name]]
    return rows[rows["account"].isin(_ACCOUNTS[name])]


def _whole(result: Attribution) -> pd.DataFrame:
    """Parts of the channels, and the whole effect below them."""
    import pandas as pd

    return pd.concat([result.shares, result.effects], ignore_index=True)
