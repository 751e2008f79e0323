"""Phase 7: who does R&D, and how much (F3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.decisions import (
    adjusted_research,
    log_wanted_research,
    starting_weight,
    stopping_hazard,
)
from innocluster.agents.elementary import exp, log, normal_quantile
from innocluster.agents.firms import FirmTable

from ..ground.conditions import Anchors
from ..ground.forms import form_code
from ..ground.parameter_record import Parameters
from ..ground.scratch import Scratch
from ..network.pairs import BODY, PairTable, following_pair, partner_in

__all__ = ["balancing_starts", "set_spending", "start_and_stop"]

Floats = NDArray[np.float64]

_ELASTIC = form_code("research", "elastic")
_LASTING = form_code("research", "lasting")
LEAST_GRANT = 1e-6
"""KRW million a month that count as a grant: what sums of flows leave behind does not."""


@compiled
def balancing_starts(
    month: int,
    wanted: NDArray[np.int64],
    p: Parameters,
    firms: FirmTable,
    pairs: PairTable,
) -> Floats:
    """F3: hazard of starting at which those who do R&D stay as many as are wanted, (C,) a year.

    Starts make up for expected stops, and within a year for what is missing.

    Parameters
    ----------
    wanted : (C,) firms with R&D
    """
    starts = wanted.astype(np.float64)
    weight = np.zeros(wanted.size)
    for i in range(firms.count):
        if firms.alive[i] == 0:
            continue
        c = firms.complex[i]
        if firms.research_intensity[i] > 0.0:
            starts[c] += _stopping(i, month, firms.projects[i] > 0, p, firms) - 1.0
        else:
            tie = _knows_research(i, p, firms, pairs)
            weight[c] += _starting(i, tie, firms.member[i] == 1, False, p, firms)
    for c in range(weight.size):
        starts[c] = max(starts[c], 0.0) / weight[c] if weight[c] > 0.0 else 0.0
    return starts


@inlined
def _stopping(i: int, month: int, bound: bool, p: Parameters, firms: FirmTable) -> float:
    """F3: yearly hazard that a firm with R&D stops it; none `bound` by a joint project does."""
    if bound:
        return 0.0
    years = (month - firms.research_began[i]) / 12.0
    return stopping_hazard(
        firms.employees[i], years, firms.cash[i] < 0.0, p.stop_rate, p.stop_duration,
        p.stop_size, p.stop_debt, p.takeover_size,
    )  # fmt: skip


@inlined
def _starting(
    i: int, tie: bool, member: bool, granted: bool, p: Parameters, firms: FirmTable
) -> float:
    """F3: hazard that a firm without R&D starts it, against the base of its complex."""
    return starting_weight(
        firms.employees[i], tie, member, granted, p.start_size, p.start_tie,
        p.start_member, p.start_grant,
    )  # fmt: skip


@inlined
def _knows_research(firm: int, p: Parameters, firms: FirmTable, pairs: PairTable) -> bool:
    """F3: whether a firm has a tie with a research body or with a firm that spent on R&D."""
    row = firms.first_pair[firm]
    while row >= 0:
        if pairs.familiarity[row] >= p.tie_familiarity:
            other = partner_in(row, firm, pairs)
            if other >= BODY or firms.research_spending[other] > 0.0:
                return True
        row = following_pair(row, firm, pairs)
    return False


@compiled
def start_and_stop(
    month: int,
    wage_index: float,
    base: Floats,
    p: Parameters,
    anchors: Anchors,
    firms: FirmTable,
    pairs: PairTable,
    scratch: Scratch,
    alone: bool,
) -> None:
    """F3: let firms start R&D, with an intensity of their sector, and stop it.

    Those who do it are among the employees already.  Their pay is booked as R&D from then on,
    as it is for firms that did R&D in 2003, and as wages again when they stop.

    Parameters
    ----------
    base : (C,) yearly hazard of starting of a firm of twenty employees on its own
    scratch : with this month's grants and a pair of uniforms for every firm
    alone : whether ties, membership and joint projects count for nothing
    """
    most = max(p.start_tie, 1.0) * max(p.start_member, 1.0) * max(p.start_grant, 1.0)
    most_stopping = p.stop_rate * max(p.stop_debt, 1.0)
    for i in range(firms.count):
        if firms.alive[i] == 0:
            continue
        u = scratch.draw[i]
        employees = max(firms.employees[i], 1.0)
        if firms.research_intensity[i] > 0.0:
            # Few draws come below what a power below one can reach: most firms end here.
            if u >= most_stopping * max(1.0, 20.0 / employees) / 12.0:
                continue
            bound = firms.projects[i] > 0 and not alone
            if u < 1.0 - exp(-_stopping(i, month, bound, p, firms) / 12.0):
                _stop(i, month, firms)
            continue
        hazard = p.start_lift * base[firms.complex[i]]
        if u >= hazard * most * max(1.0, employees / 20.0) / 12.0:
            continue
        tie = not alone and _knows_research(i, p, firms, pairs)
        member = not alone and firms.member[i] == 1
        hazard *= _starting(i, tie, member, scratch.grants[i] > LEAST_GRANT, p, firms)
        if u < 1.0 - exp(-hazard / 12.0):
            _start(i, month, wage_index, p, anchors, firms, scratch.second_draw[i])


@inlined
def _stop(i: int, month: int, firms: FirmTable) -> None:
    """F3: end the R&D of a firm; its stock stays, and fades."""
    firms.research_intensity[i] = 0.0
    firms.research_began[i] = month
    firms.wage[i] += firms.research_pay[i]
    firms.research_pay[i] = 0.0


@inlined
def _start(
    i: int,
    month: int,
    wage_index: float,
    p: Parameters,
    anchors: Anchors,
    firms: FirmTable,
    draw: float,
) -> None:
    """F3: let a firm tend to an intensity from the distribution of its sector."""
    sector = firms.sector[i]
    scatter = anchors.intensity_spread[sector] * normal_quantile(draw)
    intensity = exp(anchors.log_intensity[sector] + scatter)
    firms.research_intensity[i] = intensity
    firms.research_began[i] = month
    pay = intensity * firms.smoothed_sales[i] / (wage_index * firms.employees[i])
    pay = min(pay, firms.wage[i] * max(1.0 - p.least_labour_share / p.labour_share, 0.0))
    firms.research_pay[i] = pay
    firms.wage[i] -= pay


@compiled
def set_spending(form: int, month: int, p: Parameters, firms: FirmTable, steps: Floats) -> None:
    """F3: own R&D of this month, a part of the way from last month's to what firms tend to.

    Parameters
    ----------
    steps : (capacity,) uniforms of what nothing explains
    """
    yearly = 0.0 if form == _ELASTIC else p.research_persistence
    monthly = exp(log(yearly) / 12.0) if yearly > 0.0 else 0.0
    # Twelve steps of a month scatter as one of a year does.
    scale = p.research_noise * np.sqrt((1.0 - monthly * monthly) / (1.0 - yearly * yearly))
    elasticity = p.lasting_elasticity if form == _LASTING else 1.0
    for i in range(firms.count):
        if firms.alive[i] == 0:
            continue
        if firms.research_intensity[i] <= 0.0:
            firms.research_spending[i] = 0.0
            continue
        won = month - firms.last_success[i] < p.research_success_memory
        wanted = log_wanted_research(
            firms.research_intensity[i], firms.smoothed_sales[i], firms.demand_scale[i],
            elasticity, p.research_success if won else 0.0,
            p.research_debt if firms.cash[i] < 0.0 else 0.0,
        )  # fmt: skip
        before = firms.research_spending[i]
        if before <= 0.0:
            firms.research_spending[i] = exp(wanted)
            continue
        step = scale * normal_quantile(steps[i])
        firms.research_spending[i] = adjusted_research(before, wanted, monthly, step)
