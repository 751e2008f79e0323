"""What evaluations of cluster programmes would find of the firms of one simulated world.

Each study is made as its authors made it: Falck and others compare firms with what they would
have been, Nishimura and Okamuro and Eom and Lee regress outcomes of one survey on participation,
without knowing who would have done well anyway.  Linear probabilities and least squares stand
for their estimators.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.elementary import log_array
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.simulation import Simulation

from ..research_response import member_pairs

__all__ = ["least_squares", "observe_participants"]

Floats = NDArray[np.float64]

_YEARS_ASKED = 2
"""An innovator had an innovation within two years, the question of innovation surveys."""
_FEWEST = 30


def observe_participants(
    drawn: Mapping[int, Mapping[str, float] | None], world: int
) -> dict[str, float]:
    """Estimates of the three studies in one world; nan where there are too few firms for one.

    Parameters
    ----------
    drawn : parameters drawn for each world
    world : its number
    """
    snapshots: dict[int, list[Floats]] = {}

    def look(run: Simulation) -> None:
        snapshots.setdefault(id(run), []).append(_gains(run))

    pairs = member_pairs(world, drawn[world], look)
    runs = (pairs.with_it, pairs.without)
    with_it, without = (_innovated(run, snapshots[id(run)]) for run in runs)
    member, other = (run.state.firms for run in runs)
    spent = [
        float(firms.research_year[rows].sum())
        for firms, rows in ((member, pairs.here), (other, pairs.there))
    ]
    return {
        "innovators": 100.0 * float(with_it[pairs.here].mean() - without[pairs.there].mean()),
        "own_research": 100.0 * (spent[0] / spent[1] - 1.0) if spent[1] > 0.0 else np.nan,
        **_surveyed(pairs.with_it, with_it),
    }


def _gains(run: Simulation) -> Floats:
    """Innovation gains of all rows, whatever they came from, with who stands in them."""
    firms, n = run.state.firms, run.state.firms.count
    gains = firms.gain_own[:n] + firms.gain_transfer[:n] + firms.gain_joint[:n]
    return np.stack([firms.identifier[:n].astype(np.float64), gains])


def _innovated(run: Simulation, years: list[Floats]) -> NDArray[np.bool_]:
    """Whether each firm had an innovation within two years: gains fade at one rate only."""
    (then, before), (now, gains) = years[-1 - _YEARS_ASKED], years[-1]
    left = np.zeros(now.size)
    known = min(then.size, now.size)
    same = then[:known] == now[:known]
    keep = (1.0 - run.parameters.innovation_depreciation) ** _YEARS_ASKED
    left[:known][same] = keep * before[:known][same]
    return np.asarray(gains > left * (1.0 + 1e-9) + 1e-12)


def _surveyed(run: Simulation, innovated: NDArray[np.bool_]) -> dict[str, float]:
    """Regressions over the firms with R&D that a survey at the end of 2008 would reach."""
    firms, n = run.state.firms, run.state.firms.count
    rows = np.flatnonzero(
        (firms.alive[:n] == 1) & (firms.research_year[:n] > 0.0) & (firms.revenue_before[:n] > 0.0)
        & (firms.revenue_year[:n] > 0.0)
    )  # fmt: skip
    start = month_number(*PROGRAMME_START)
    member = (firms.member[rows] == 1).astype(float)
    partner = (firms.last_joint_body[rows] >= start).astype(float)
    cooperates = (firms.last_joint[rows] >= start).astype(float)
    size, research = log_array(firms.employees[rows]), log_array(firms.research_year[rows])
    sectors = _dummies(firms.sector[rows])
    ones = np.ones(rows.size)
    patents = least_squares(
        np.column_stack([member, member * partner, ones, size, research, *sectors]),
        100.0 * innovated[rows].astype(np.float64),
    )
    sales, before = (
        log_array(column[rows].astype(np.float64))
        for column in (firms.revenue_year, firms.revenue_before)
    )
    naive = least_squares(np.column_stack([cooperates, ones]), 100.0 * sales)
    controlled = least_squares(
        np.column_stack([cooperates, ones, before, size, research, *sectors]), 100.0 * sales
    )
    both = 0.0 < cooperates.mean() < 1.0 and 0.0 < member.mean() < 1.0 and partner.any()
    if rows.size < _FEWEST or not both:
        nothing = ("participation", "universities", "naive_less_controlled", "controlled")
        return dict.fromkeys(nothing, np.nan)
    return {
        "participation": patents[0],
        "universities": patents[1],
        "naive_less_controlled": naive[0] - controlled[0],
        "controlled": controlled[0],
    }


def _dummies(codes: NDArray[Any]) -> list[Floats]:
    """A column for every code but the first."""
    return [(codes == code).astype(float) for code in np.unique(codes)[1:]]


def least_squares(columns: Floats, outcome: Floats) -> list[float]:
    """Coefficients of a regression, in the order of the columns."""
    found: list[float] = np.linalg.lstsq(columns, outcome, rcond=None)[0].tolist()
    return found
