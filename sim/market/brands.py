"""Phase 10: from maker for others to owner of a brand (D4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import FirmTable, brand_hazard

from ..ground.conditions import Conditions
from ..ground.parameter_record import Parameters

__all__ = ["upgrade_brands"]


@compiled
def upgrade_brands(
    month: int,
    conditions: Conditions,
    p: Parameters,
    firms: FirmTable,
    draw: NDArray[np.float64],
) -> int:
    """D4: OEM to ODM to own brand, a stage at a time; returns the number of upgradings.

    `draw` (capacity,) holds uniforms of the month.
    """
    highest = 2.0 * p.brand_hazard * max(1.0, p.brand_background_link) / 12.0
    upgraded = 0
    for i in range(firms.count):
        # Few draws come below what any firm would need: the one branch that is easy to foresee.
        if draw[i] >= highest:
            continue
        if (
            firms.alive[i] == 0
            or firms.brand[i] >= 1.0
            or firms.absorption[i] <= 0.0
            or firms.export_logit[i] < p.exporter_log_odds
        ):
            continue
        link = 1.0 if firms.link_until[i] >= month else p.brand_background_link
        log_rivals = conditions.rivals[month, firms.sector[i]]
        log_quality = firms.log_productivity[i] - log_rivals - firms.demand_reference[i]
        hazard = brand_hazard(p.brand_hazard, firms.absorption[i], link, log_quality)
        # Two stages in the mean time that the yearly hazard gives for the whole way.
        if draw[i] < 2.0 * hazard / 12.0:
            firms.brand[i] += 0.5
            upgraded += 1
    return upgraded
