"""Phase 12, every December: what firms have learned, for Hulten's measure of a benefit (B2).

To a first order, a policy is worth Σ V_i·Δln A_i: productivity gained, weighted with value
added, whatever becomes of prices, factors and rivals (Hulten 1978).  Luck, common progress and
what a firm began with are the same under every policy; what is left of ln A is R&D, spillovers,
gains and roles, and starts at zero for every firm.  Weights are the value added that a firm would
have without it, so that they too are the same under every policy, and only learning tells two
policies apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.elementary import exp_array

from ..ground.sums import row_blocks
from ..run import Run

__all__ = ["TECHNOLOGY_UNITS", "measure_technology"]

Floats = NDArray[np.float64]

TECHNOLOGY_UNITS: dict[str, str] = {"learned_productivity": "%"}
"""100 times log productivity beyond luck, common progress and the firm's beginning."""


def measure_technology(run: Run) -> dict[str, Floats]:
    """Measure the mean over operating firms.

    Returns
    -------
    measure -> (1 + C,), the region first; NaN for a complex without firms
    """
    complexes = len(run.region.complexes.keys)
    firms, month = run.state.firms, run.state.month
    sums = np.zeros((2, complexes))
    for rows in row_blocks(firms.count):
        learned, weight = _learned(run, month, rows)
        place = firms.complex[rows]
        sums[0] += np.bincount(place, weight * learned, complexes)
        sums[1] += np.bincount(place, weight, complexes)
    whole = np.concatenate([sums.sum(axis=1, keepdims=True), sums], axis=1)
    mean = np.full(1 + complexes, np.nan)
    np.divide(100.0 * whole[0], whole[1], out=mean, where=whole[1] > 0.0)
    return {"learned_productivity": mean}


def _learned(run: Run, month: int, rows: slice) -> tuple[Floats, Floats]:
    """Log productivity that firms have learned, and value added a month without it."""
    firms, conditions = run.state.firms, run.conditions
    sector = firms.sector[rows]
    plain = firms.level[rows] + conditions.progress[month, sector] + firms.shock[rows]
    quality = plain - conditions.rivals[month, sector] - firms.demand_reference[rows]
    abroad = 1.0 / (1.0 + exp_array(-firms.export_logit[rows]))
    market = (1.0 - abroad) * conditions.domestic[month, sector]
    market += abroad * conditions.foreign[month, sector]
    sales = firms.demand_scale[rows] * market
    sales *= exp_array((run.parameters.substitution - 1.0) * quality)
    added = conditions.value_added_ratio[month, sector] * sales * (firms.alive[rows] == 1)
    return firms.log_productivity[rows] - plain, added
