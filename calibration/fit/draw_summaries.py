"""All figures of one parameter draw: what its world did until 2007, and trials in it.

Three arms share one start: the programme of 2005, the same world without it, and the meetings
trial of 2003 and 2004 (before the programme). No year after 2007 is ever run.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.arms import BASELINE
from innocluster.scenarios.policies import find_policy
from innocluster.scenarios.runs.execution import build_settings
from innocluster.scenarios.runs.indicators import indicator_list, yearly_table
from innocluster.scenarios.runs.inputs import Inputs
from innocluster.scenarios.runs.moments import MomentRecorder
from innocluster.scenarios.runs.results import ALL
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.simulation import Simulation

from ..meetings_trial import trial_figures
from .participants import PARTICIPANT_FIGURES, Before, participant_figures

__all__ = ["LAST", "SUMMARIES", "draw_summaries", "summary_names"]

Floats = NDArray[np.float64]

LAST = "2007-12"
"""Last month that a calibration runs: three years of the programme, less a quarter."""

_STUDIED_YEARS = 2
_YEARLY = (
    *(f"revenue_2004:{place}" for place in (ALL, "ulsan", "gumi", "gwangju")),
    *(f"exports_2004:{place}" for place in (ALL, "ulsan", "gumi", "changwon")),
    "firms_2005:ulsan",
    *(f"employees_2005:{place}" for place in ("ulsan", "gwangju")),
    "members_2005:all",
    "contacts_2005_h1:all",
)
_MOMENTS = tuple(
    f"{moment}_{year}:{place}"
    for moment, year, place in (
        *((name, year, ALL) for name in ("research_smes",) for year in (2004, 2005)),
        ("research_smes_intensity", 2005, ALL),
        ("innovating_smes", 2004, ALL),
        ("innovating_large", 2004, ALL),
        *((f"growth_dispersion_{size}", 2004, ALL) for size in ("small", "medium", "large")),
        *((f"growth_shape_{size}", 2004, ALL) for size in ("small", "medium")),
        ("insolvent_closures", 2004, ALL),
        ("transfer_rate", 2005, ALL),
        ("sales_above_100bn", 2005, "banwol-sihwa"),
        ("sales_above_50bn", 2005, "banwol-sihwa"),
    )
)
_FLOWS = ("exit_share_2004:all", "entry_share_2004:all")
_FUNNEL = ("tasks_found_year_one", "tasks_selected_share", "joint_projects_three_years")
_TRIAL = (
    "revenue_year", "revenue_two_years_over_year", "slope_on_peers", "revenue_year_all_firms",
    "revenue_once_over_regular", "ties_over_once", "uptake_half_informed",
    "proposals_after_a_session",
)  # fmt: skip

SUMMARIES: tuple[str, ...] = (
    *_YEARLY, *_MOMENTS, *_FLOWS, *_FUNNEL, *PARTICIPANT_FIGURES,
    *(f"trial_{name}" for name in _TRIAL),
)  # fmt: skip
"""Figures of a draw, in their order; those without a target are candidates for one."""


def summary_names(inputs: Inputs) -> tuple[str, ...]:
    """Those of `SUMMARIES` that the region has the places for."""
    region, _ = inputs.read()
    keys = {ALL, *region.complexes.keys}
    return tuple(name for name in SUMMARIES if name.partition(":")[2] in keys or ":" not in name)


def draw_summaries(inputs: Inputs, world: int, names: tuple[str, ...]) -> Floats:
    """The figures of one world with its parameters and forms, (names,).

    Parameters
    ----------
    inputs : scenario until `LAST` with its parameters and forms, its policy that of 2005
    world : number of the world
    names : which of `SUMMARIES`
    """
    start = Simulation(build_settings(inputs.scenario, world, inputs=inputs))
    start.measures_years = False
    trial = trial_figures(start.fork())
    recorder = MomentRecorder(start)
    recorder.run_until(month_number(*PROGRAMME_START))
    without = start.with_policy(find_policy(BASELINE))
    last = month_number(*inputs.scenario.last_month) + 1
    recorder.run_until(last - 12 * _STUDIED_YEARS)
    without.run_until(last - 12 * _STUDIED_YEARS)
    before, before_without = Before.of(start), Before.of(without)
    recorder.run_until(last)
    without.run_until(last)
    found = {
        **_indicators(start),
        **_moments(recorder),
        **_flows(start),
        **_funnel(start),
        **participant_figures(start, without, before, before_without, _STUDIED_YEARS),
        **{f"trial_{name}": float(value) for name, value in trial.items()},
    }
    return np.array([found[name] for name in names])


def _indicators(simulation: Simulation) -> dict[str, float]:
    """Every indicator of the run by name and place."""
    keys = (ALL, *simulation.region.complexes.keys)
    yearly = yearly_table(simulation.series, simulation.settings.population)
    years = len(next(iter(yearly.values())))
    return {
        f"{indicator.name}:{key}": float(value)
        for indicator in indicator_list(simulation.settings.last[0])
        if indicator.measure in yearly and indicator.last - 2003 < years
        for key, value in zip(keys, indicator.values(yearly), strict=True)
    }


def _moments(recorder: MomentRecorder) -> dict[str, float]:
    """Every moment of firms by name, year and place."""
    frame = recorder.frame()
    names = frame["moment"] + "_" + frame["year"].astype(str) + ":" + frame["complex"]
    return dict(zip(names.tolist(), frame["value"].tolist(), strict=True))


def _flows(simulation: Simulation) -> dict[str, float]:
    """Closures and entrants of 2004, % of the firms that operate in the mean of its months."""
    values, year = simulation.series.values, slice(12, 24)
    operating = float(values["firms"][year].sum(axis=1).mean())
    return {
        f"{name}_share_2004:all": 100.0 * float(values[series][year].sum()) / operating
        for name, series in (("exit", "closures"), ("entry", "entrants"))
    }


def _funnel(simulation: Simulation) -> dict[str, float]:
    """Tasks of the first twelve months, and joint projects of all months of the programme."""
    first = month_number(*PROGRAMME_START)
    flow = partial(_total, simulation)
    found = flow("tasks_found", first, first + 12)
    return {
        "tasks_found_year_one": found,
        "tasks_selected_share": 100.0 * flow("tasks", first, first + 12) / max(found, 1.0),
        "joint_projects_three_years": flow("joint_projects", first, simulation.month),
    }


def _total(simulation: Simulation, series: str, first: int, end: int) -> float:
    return float(simulation.series.values[series][first:end].sum())
