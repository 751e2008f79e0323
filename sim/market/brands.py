"""Phase 10: from maker for others to owner of a brand (D4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import brand_hazard, elapsed_years

from ..ground.parameter_record import Parameters

__all__ = ["upgrade_brands"]

Floats = NDArray[np.float64]
Small = NDArray[np.int16]
Singles = NDArray[np.float32]
Flags = NDArray[np.int8]


@compiled
def upgrade_brands(
    month: int,
    p: Parameters,
    count: int,
    draw: Floats,
    alive: Flags,
    absorption: Floats,
    export_logit: Floats,
    link_until: Small,
    log_a: Floats,
    demand_reference: Floats,
    brand: Singles,
) -> int:
    """D4: OEM to ODM to own brand, a stage at a time; returns the number of upgradings.

    Only exporters (reference export share above 5 %) have a foreign buyer's brand to leave.
    `draw` (capacity,) holds uniforms of the month.
    """
    log_rivals = p.rivals_growth * elapsed_years(month)
    highest = 2.0 * p.brand_hazard * max(1.0, p.brand_background_link) / 12.0
    upgraded = 0
    for i in range(count):
        # Few draws come below what any firm would need: the one branch that is easy to foresee.
        if draw[i] >= highest:
            continue
        if alive[i] == 0 or brand[i] >= 1.0 or absorption[i] <= 0.0 or export_logit[i] < -2.944:
            continue
        link = 1.0 if link_until[i] >= month else p.brand_background_link
        hazard = brand_hazard(
            p.brand_hazard, absorption[i], link, log_a[i] - log_rivals - demand_reference[i]
        )
        # Two stages in the mean time that the yearly hazard gives for the whole way.
        if draw[i] < 2.0 * hazard / 12.0:
            brand[i] += 0.5
            upgraded += 1
    return upgraded
