"""Phase 7: shocks, R&D stocks and own innovation (F2, F3, F5, F6, K3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import exp, log
from innocluster.agents.firms import FirmTable, growth_dispersion, shock_step
from innocluster.agents.knowledge import absorptive_capacity

from ..ground.conditions import Anchors
from ..ground.forms import Forms, form_code
from ..ground.parameter_record import Parameters
from ..ground.scratch import Scratch
from ..ground.sums import CACHED_ROWS

__all__ = [
    "advance_research",
    "advance_shocks",
    "meetings_kept",
    "monthly_rate",
    "shock_unit",
]

Floats = NDArray[np.float64]

_FLOW = form_code("sharing", "flow")


@inlined
def monthly_rate(annual: float) -> float:
    """Monthly rate that compounds to the annual one, 1 - (1 - r)^(1/12)."""
    return 1.0 - exp(log(1.0 - annual) / 12.0)


@compiled
def meetings_kept(p: Parameters, forms: Forms) -> float:
    """F5: part of what meetings taught that a month leaves, by the form of `sharing`.

    Where it is a flow it fades with the ties through which it came, as familiarity does.
    """
    if forms.sharing == _FLOW:
        return 1.0 - p.familiarity_decay
    return 1.0 - monthly_rate(p.meeting_depreciation)


@inlined
def shock_unit(persistence: float, arrival: float, substitution: float) -> float:
    """Laplace scale of a step per unit of dispersion of annual log sales growth.

    The annual mean of an autoregressive shock changes from year to year by
    2[γ̄(0) - γ̄(12)], γ̄ being averages of its autocovariance; sales respond to
    productivity with the power σ - 1; a Laplace step of scale b has variance 2b².
    """
    same = 0.0
    next_year = 0.0
    for i in range(12):
        for j in range(12):
            same += exp(log(persistence) * abs(i - j)) / 144.0
            next_year += exp(log(persistence) * (12 + i - j)) / 144.0
    variance = 2.0 * (same - next_year) / (1.0 - persistence * persistence)
    unit: float = 1.0 / ((substitution - 1.0) * np.sqrt(variance * 2.0 * arrival))
    return unit


@compiled
def advance_shocks(p: Parameters, firms: FirmTable, arrives: Floats, size: Floats) -> None:
    """F2: next month's shock of every firm.

    Parameters
    ----------
    arrives, size : (capacity,) uniforms that decide whether a step comes, and which
    """
    persistence = exp(-log(2.0) / p.shock_half_life)
    unit = shock_unit(persistence, p.shock_arrival, p.substitution)
    arrived = np.empty(CACHED_ROWS, np.int64)
    stepped = np.empty(CACHED_ROWS)
    for start in range(0, firms.count, CACHED_ROWS):
        rows = min(CACHED_ROWS, firms.count - start)
        # Steps are rare and dear: first the rows that one comes to, without a branch.
        found = 0
        for k in range(rows):
            arrived[found] = start + k
            found += arrives[np.uint64(start + k)] < p.shock_arrival
        for n in range(found):
            row = np.uint64(arrived[n])
            scale = unit * growth_dispersion(
                firms.employees[row], p.growth_dispersion, p.growth_dispersion_exponent
            )
            stepped[n] = shock_step(
                firms.shock[row], persistence, p.shock_arrival, scale, arrives[row], size[row]
            )
        for k in range(rows):
            firms.shock[np.uint64(start + k)] *= persistence
        for n in range(found):
            firms.shock[np.uint64(arrived[n])] = stepped[n]


@compiled
def advance_research(
    month: int,
    price: float,
    meetings_kept: float,
    p: Parameters,
    anchors: Anchors,
    firms: FirmTable,
    scratch: Scratch,
    innovations: NDArray[np.int64],
) -> None:
    """F3, F5, F6, K3: stocks, gains and own innovations.

    Parameters
    ----------
    price : price index of manufactured goods at large, year mean of 2003 = 1
    meetings_kept : part of what meetings taught that a month leaves
    scratch : with own R&D and grants of this month; its uniforms decide whether an innovation
        comes, and how large
    innovations : (C,) own innovations, added to
    """
    keep_gain = 1.0 - monthly_rate(p.innovation_depreciation)
    performers = np.empty(CACHED_ROWS, np.int64)
    for start in range(0, firms.count, CACHED_ROWS):
        size = min(CACHED_ROWS, firms.count - start)
        # Closed firms are computed along, and keep what they had: no branch.
        for k in range(size):
            row = np.uint64(start + k)
            alive = firms.alive[row] != 0
            keep = keep_gain if alive else 1.0
            firms.gain_own[row] *= keep
            firms.gain_transfer[row] *= keep
            firms.gain_joint[row] *= keep
            firms.gain_meeting[row] *= meetings_kept if alive else 1.0
        found = 0
        for k in range(size):
            row = np.uint64(start + k)
            performers[found] = start + k
            found += (firms.alive[row] != 0) & (
                (firms.research_intensity[row] > 0.0)
                | (firms.research_stock[row] > 0.0)
                | (scratch.own_spending[row] > 0.0)
            )
        for n in range(found):
            _do_research(
                np.uint64(performers[n]), month, price, p, anchors, firms, scratch, innovations
            )


@inlined
def _do_research(
    i: np.uint64,
    month: int,
    price: float,
    p: Parameters,
    anchors: Anchors,
    firms: FirmTable,
    scratch: Scratch,
    innovations: NDArray[np.int64],
) -> None:
    """F3, F6, K3: R&D stock, absorptive capacity and own innovation of a firm with R&D."""
    keep_stock = 1.0 - monthly_rate(p.rd_depreciation)
    spending = scratch.own_spending[i] + (1.0 + p.subsidy_additionality) * scratch.grants[i]
    firms.research_stock[i] = keep_stock * firms.research_stock[i] + spending / price
    intensity = spending / max(firms.revenue[i], 1e-9)
    firms.research_lagged[i] += (intensity - firms.research_lagged[i]) / p.planning_lag
    sector = firms.sector[i]
    firms.absorption[i] = absorptive_capacity(
        firms.research_stock[i],
        anchors.sector_stock[sector],
        firms.research_lagged[i],
        p.absorption_threshold,
    )
    hazard = _innovation_hazard(p, firms.research_lagged[i], anchors.sector_intensity[sector])
    # The chance is below the hazard, so that most draws need no exponential.
    if scratch.draw[i] < hazard and scratch.draw[i] < 1.0 - exp(-hazard):
        firms.gain_own[i] += -p.own_innovation_step * log(scratch.second_draw[i])
        firms.last_success[i] = month
        innovations[firms.complex[i]] += 1


@inlined
def _innovation_hazard(p: Parameters, intensity: float, sector_intensity: float) -> float:
    """F6: monthly hazard of an own innovation, ζ·p_c/12 at the R&D intensity of the sector."""
    return p.attempt_rate / 12.0 * p.commercial_success * intensity / sector_intensity
