"""The frozen world: nothing outside changes, nobody learns from outside, no programme runs.

Whatever drifts in it drifts because of the state that the model starts in, and would be
read as growth, turnover or an effect of policy in every other run.  A first state that
is right keeps the totals, the turnover and the shape of the population as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.help import available_cores
from innocluster.scenarios.arms import BASELINE
from innocluster.scenarios.runs.execution import build_settings
from innocluster.scenarios.runs.indicators import FIRST_YEAR
from innocluster.scenarios.runs.results import ALL, finite
from innocluster.scenarios.runs.workers import each_world, warm
from innocluster.scenarios.schema import Scenario
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation

from .published.replications import Document, Replication, ReplicationParameter

__all__ = [
    "FROZEN",
    "FROZEN_WORLD",
    "MEASURES",
    "Path",
    "drifts",
    "frozen_settings",
    "observe_world",
    "verdicts",
]

Floats = NDArray[np.float64]

MEASURES: dict[str, str] = {
    "revenue": "KRW tn",
    "employees": "persons",
    "firms": "firms",
    "closures": "firms",
    "exit_share": "%",
    "sales_dispersion": "log points",
    "young_firms": "%",
    "young_firm_share": "%",
    "mean_degree": "ties/actor",
    "gains": "log points",
    "research_firms": "%",
    "research_intensity": "%",
}
"""What must not drift, with its unit; all by calendar year, stocks in December."""

REGION_TOLERANCE = 0.02
COMPLEX_TOLERANCE = 0.05
CORRELATION_TOLERANCE = 0.1
"""How far a ratio to the first year may be from one, and how far a correlation may move."""

HOLDS, UNDECIDED, FAILS = "holds", "cannot tell", "fails"
NOT_STATED = "not stated"

_ANNUAL = ("young_firm_share", "mean_degree", "research_intensity")
_YOUNG_MONTHS = 60.0
_CONFIDENCE = 0.95
FROZEN = {
    "technical_progress": 0.0,
    "rivals_growth": 0.0,
    "start_lift": 1.0,
    "land_scale": 0.0,
    "room_building": 0.0,
}
"""Parameters that stand still with the world."""


@dataclass(frozen=True)
class Path:
    """What one world went through.

    Attributes
    ----------
    keys : ``"all"`` and the complexes
    years : measure -> (years, 1 + complexes), the first year being 2003
    correlation : (2, 1 + complexes) of the level and the shock of productivity over
        firms, in January 2003 and at the end
    """

    keys: tuple[str, ...]
    years: dict[str, Floats]
    correlation: Floats


def frozen_settings(years: int, world: int, parameters: dict[str, float] | None = None) -> Settings:
    """Settings of one world without programme, progress or change outside.

    Parameters
    ----------
    years : simulated after 2003
    world : number of the world under the default scenario's seed
    parameters : what differs from the default; unchanged progress is zero
    """
    scenario = Scenario.default().replaced(
        policy=BASELINE,
        last=f"{FIRST_YEAR + years}-12",
        parameters={**FROZEN, **(parameters or {})},
    )
    settings = build_settings(scenario, world)
    return replace(settings, macro=settings.macro.standing_still(settings.months))


def observe_world(settings: Settings) -> Path:
    """Run one world to its end and measure every year of it."""
    simulation = Simulation(settings)
    start = _by_place(simulation, _correlation)
    years = []
    for year in range(settings.months // 12):
        simulation.run_until(12 * (year + 1))
        years.append(_measure(simulation))
    tables = {name: np.stack([year[name] for year in years]) for name in MEASURES}
    keys = (ALL, *simulation.region.complexes.keys)
    return Path(keys, tables, np.stack([start, _by_place(simulation, _correlation)]))


def _measure(simulation: Simulation) -> dict[str, Floats]:
    """The year that has just ended, measure -> (1 + C,)."""
    end, series = simulation.month, simulation.series
    months = slice(end - 12, end)
    flows = {name: series.values[name][months].sum(axis=0) for name in ("revenue", "closures")}
    stocks = {name: series.values[name][end - 1] for name in ("employees", "firms")}
    operating = _with_region(series.values["firms"][months].mean(axis=0))
    closures = _with_region(flows["closures"])
    return {
        "revenue": _with_region(flows["revenue"]) * 1e-6,
        **{name: _with_region(stock) for name, stock in stocks.items()},
        "closures": closures,
        "exit_share": 100.0 * closures / operating,
        "sales_dispersion": _by_place(simulation, _sales_dispersion),
        "young_firms": _by_place(simulation, partial(_young_firms, month=end - 1)),
        "gains": _by_place(simulation, _gains),
        "research_firms": _by_place(simulation, _research_firms),
        **{name: series.annual[name][end // 12 - 1] for name in _ANNUAL},
    }


def _with_region(by_complex: Floats) -> Floats:
    return np.concatenate([[by_complex.sum()], by_complex])


def _by_place(simulation: Simulation, measure: Callable[[Any, NDArray[np.intp]], float]) -> Floats:
    """A measure of the operating firms in the region and in each complex, (1 + C,)."""
    firms = simulation.state.firms
    rows = np.flatnonzero(firms.alive[: firms.count] == 1)
    places = [rows[firms.complex[rows] == c] for c in range(len(simulation.region.complexes.keys))]
    return np.array([measure(firms, own) for own in (rows, *places)])


def _correlation(firms: Any, rows: NDArray[np.intp]) -> float:
    """Correlation of the level of productivity with its shock; nan where either is constant."""
    level, shock = (values - values.mean() for values in (firms.level[rows], firms.shock[rows]))
    scale = np.sqrt((level**2).sum() * (shock**2).sum())
    return float((level * shock).sum() / scale) if scale > 0.0 else np.nan


def _sales_dispersion(firms: Any, rows: NDArray[np.intp]) -> float:
    """Standard deviation of the log sales of December; entrants of the month have none yet."""
    sales = firms.revenue[rows]
    return float(np.log(sales[sales > 0.0]).std())


def _young_firms(firms: Any, rows: NDArray[np.intp], month: int) -> float:
    """Firms under five years, % of those that operate."""
    age = firms.age[rows] + month - firms.entered[rows]
    return float(100.0 * np.mean(age < _YOUNG_MONTHS))


def _gains(firms: Any, rows: NDArray[np.intp]) -> float:
    """Innovation gains Z of F5, weighted with sales."""
    gains = (
        firms.gain_own[rows] + firms.gain_transfer[rows]
        + firms.gain_joint[rows] + firms.gain_meeting[rows]
    )  # fmt: skip
    return float(np.average(gains, weights=firms.revenue[rows]))


def _research_firms(firms: Any, rows: NDArray[np.intp]) -> float:
    """Firms that do R&D, % of those that operate."""
    return float(100.0 * np.mean(firms.research_intensity[rows] > 0.0))


def drifts(paths: list[Path]) -> Document:
    """Ratios to the first year with standard errors over worlds, and what to think of them.

    Parameters
    ----------
    paths : of worlds of the same region and length

    Returns
    -------
    dict
        ``years``, ``measures`` (a row a measure and place) and ``correlations`` (a row a place)
    """
    keys = paths[0].keys
    measures = []
    for name, unit in MEASURES.items():
        values = np.stack([path.years[name] for path in paths])
        for k, key in enumerate(keys):
            ratios, errors = _ratios(values[:, :, k])
            tolerance = REGION_TOLERANCE if key == ALL else COMPLEX_TOLERANCE
            found = verdicts(ratios - 1.0, errors, tolerance, len(paths))
            measures.append(
                {
                    "measure": name,
                    "complex": key,
                    "unit": unit,
                    "first": finite(values[:, 0, k].mean()),
                    "ratios": [finite(ratio) for ratio in ratios],
                    "standard_errors": [finite(error) for error in errors],
                    "tolerance": tolerance,
                    "verdict": _worst(found),
                }
            )
    years = range(FIRST_YEAR, FIRST_YEAR + values.shape[1])
    return {
        "years": list(years),
        "measures": measures,
        "correlations": list(_correlation_rows(paths)),
    }


def _ratios(values: Floats) -> tuple[Floats, Floats]:
    """Ratios of the means over worlds to the first year's, and their standard errors.

    Parameters
    ----------
    values : (worlds, years)
    """
    means, worlds = values.mean(axis=0), values.shape[0]
    if means[0] == 0.0:
        unknown = np.full(means.size, np.nan)
        return unknown, unknown
    ratios = means / means[0]
    if worlds == 1:
        return ratios, np.full(means.size, np.nan)
    # Worlds differ in the first year too: what counts is what each adds to the ratio (Cochran).
    residuals = (values - ratios * values[:, :1]) / means[0]
    return ratios, np.sqrt((residuals**2).sum(axis=0) / (worlds - 1) / worlds)


def _correlation_rows(paths: list[Path]) -> Iterator[Document]:
    values = np.stack([path.correlation for path in paths])
    moves, worlds = values[:, 1] - values[:, 0], len(paths)
    means = moves.mean(axis=0)
    errors = (
        moves.std(axis=0, ddof=1) / np.sqrt(worlds) if worlds > 1 else np.full(means.size, np.nan)
    )
    found = verdicts(means, errors, CORRELATION_TOLERANCE, worlds)
    for k, key in enumerate(paths[0].keys):
        start, end = values[:, :, k].mean(axis=0)
        yield {
            "complex": key,
            "start": finite(start),
            "end": finite(end),
            "standard_error": finite(errors[k]),
            "tolerance": CORRELATION_TOLERANCE,
            "verdict": found[k],
        }


def verdicts(deviations: Floats, errors: Floats, tolerance: float, worlds: int) -> list[str]:
    """Whether deviations are within the tolerance.

    One beyond it by less than worlds differ is not decided: more worlds would tell.
    """
    from scipy.stats import t

    margin = errors * t.ppf(0.5 + _CONFIDENCE / 2.0, worlds - 1) if worlds > 1 else 0.0 * deviations
    return [
        NOT_STATED if not np.isfinite(far) else
        HOLDS if far <= tolerance else
        FAILS if far - near > tolerance else
        UNDECIDED
        for far, near in zip(np.abs(deviations), margin, strict=True)
    ]  # fmt: skip


def _worst(found: list[str]) -> str:
    """Verdict on a row: a year that fails fails it."""
    return next(word for word in (FAILS, UNDECIDED, NOT_STATED, HOLDS) if word in found)


def _observe_frozen(years: int, world: int) -> Path:
    return observe_world(frozen_settings(years, world))


def _solve(worlds: int, years: int) -> Document:
    """Paths of all worlds, in processes of their own where there are cores for it."""
    workers = min(worlds, available_cores())
    if workers > 1:
        warm(Scenario.default(), [BASELINE])
    return drifts(list(each_world(partial(_observe_frozen, years), range(worlds), workers)))


FROZEN_WORLD = Replication(
    "frozen-world",
    "Frozen world: what drifts by itself",
    "this model without programme, progress or change outside",
    (
        ReplicationParameter("worlds", 3, 1, 1000, "Worlds."),
        ReplicationParameter("years", 10, 2, 17, "Years after 2003."),
    ),
    "measures",
    _solve,
)
