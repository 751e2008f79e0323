"""Displacement: who gains and who loses when some firms of a market become better (D1).

Firms of all sizes sell in one market.  A part of them gains quality; what they and the others
then sell follows from the model's month of sales and from the closed form of demand with a
constant elasticity of substitution σ: with θ the part of sales that gains, g its gain and s
the share of these firms in the market,

    I = 1 + θ·(e^((σ-1)g) - 1),   better firms e^((σ-1)g)·I^(-s),   others I^(-s),   all I^(1-s).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.elementary import normal_quantile
from innocluster.agents.firms import FirmTable
from innocluster.sim.ground.conditions import Anchors, Conditions
from innocluster.sim.ground.parameter_record import Parameters
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.scratch import Scratch
from innocluster.sim.market.sales import offered_at_start, produce_and_sell

from .published.replications import Document, Replication, ReplicationParameter

__all__ = ["DISPLACEMENT"]

Floats = NDArray[np.float64]

_SPREAD = 1.5
"""Standard deviation of log sales over firms, as in the region."""
_PLENTY = 1e15
"""Capital and employees at which no firm's capacity limits what it sells."""


def _solve(
    firms: int, treated: float, gain: float, substitution: float, market_share: float
) -> Document:
    """Sales of better firms, of the others and of all, against those before, in %."""
    p = ParameterSet(unchecked={"substitution": substitution}).record()
    table = _market(firms)
    # Every so-many-th firm by size, the first in the middle of its step.
    steps = np.floor(treated * np.arange(firms + 1) + 0.5)
    better = steps[1:] > steps[:-1]
    before = _sales(p, table, offered_at_start(p, table, 1), 0.0)
    part = float(before[better].sum() / before.sum())
    offered = offered_at_start(p, table, 1)
    table.level[:firms][better] += gain
    shares = [0.0, market_share, 1.0]
    found = []
    for share in shares:
        after = _sales(p, table, offered, share)
        groups = (better, ~better, np.ones(firms, bool))
        found.append([_percent(after[group], before[group]) for group in groups])
    lift = float(np.exp((substitution - 1.0) * gain))
    index = 1.0 + part * (lift - 1.0)
    columns = list(zip(*found, strict=True))
    return {
        "part_of_sales": part,
        "market_share": shares,
        "better": list(columns[0]),
        "others": list(columns[1]),
        "all": list(columns[2]),
        "better_closed_form": [100.0 * (lift * index**-share - 1.0) for share in shares],
        "others_closed_form": [100.0 * (index**-share - 1.0) for share in shares],
        "all_closed_form": [100.0 * (index ** (1.0 - share) - 1.0) for share in shares],
    }


def _percent(after: Floats, before: Floats) -> float | None:
    """Growth of a group's sales; None of a group without firms."""
    return 100.0 * float((after - before).sum() / before.sum()) if before.size else None


def _market(firms: int) -> FirmTable:
    """Firms of lognormal sizes that sell at home."""
    table = FirmTable.allocate(firms, knowledge=1)
    table.count = firms
    places = (np.arange(firms) + 0.5) / firms
    table.alive[:firms] = 1
    table.demand_scale[:firms] = np.exp(_SPREAD * np.array([normal_quantile(u) for u in places]))
    table.capital[:firms] = table.employees[:firms] = _PLENTY
    table.export_logit[:firms] = -np.inf
    return table


def _sales(p: Parameters, table: FirmTable, offered: Floats, market_share: float) -> Floats:
    """What every firm sells in a month like 2003, (firms,)."""
    one = np.ones((1, 1))
    conditions = Conditions(
        domestic=one, foreign=one, price=one, value_added_price=one, value_added_ratio=one,
        progress=0.0 * one, rivals=0.0 * one, exchange_rate=one[0], general_price=one[0],
        wage_index=one[0],
    )  # fmt: skip
    nothing = np.zeros(1)
    anchors = Anchors(
        sector_stock=nothing, sector_intensity=nothing, log_intensity=nothing,
        intensity_spread=nothing, sector_log_a=nothing, usual_profit=nothing, offered=offered,
        largest_stock=0.0,
    )  # fmt: skip
    shares = np.full(2, market_share)
    produce_and_sell(0, conditions, p, one[0], shares, anchors, table, _buffers(table))
    return table.revenue[: table.count].copy()


def _buffers(table: FirmTable) -> Scratch:
    unused: Any = np.zeros(0)
    names = (
        "places", "body_places", "anchors", "own_spending", "grants", "membership", "draw",
        "second_draw", "spillover_pool", "desired_capital", "desired_workers", "closed",
    )  # fmt: skip
    buffers = Scratch(**dict.fromkeys(names, unused), demand_left=np.zeros((2, 1)))
    buffers.fit(table.capacity)
    return buffers


DISPLACEMENT = Replication(
    "displacement",
    "Displacement: who loses what better firms gain",
    "demand with a constant elasticity of substitution, Dixit and Stiglitz (1977), American"
    " Economic Review 67(3), 297-308",
    (
        ReplicationParameter("firms", 1000, 2, 100_000, "Firms of the market."),
        ReplicationParameter("treated", 0.1, 0.0, 1.0, "Part of the firms that gains quality."),
        ReplicationParameter("gain", 0.02, -1.0, 1.0, "Gain of quality, log points."),
        ReplicationParameter("substitution", 3.0, 1.0, 10.0, "σ, elasticity of substitution."),
        ReplicationParameter("market_share", 0.23, 0.0, 1.0, "s, share of the firms in it."),
    ),
    "market_share",
    _solve,
)
