"""Growth accounting of firms: a month's value added as the exact sum of its terms, and sums.

ln(revenue·ν) = ln P_V + ln b + ln u + α ln K + (1-α) ln L + ln A, with ln A the sum
of F2; P_V is the price of the sector's value added, b that of the brand stage, u
utilisation.  What happens between years stands in `growth`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import log_array
from innocluster.agents.firms import FirmTable, brand_price, worked_labour

from ..ground.conditions import Conditions
from ..ground.parameter_record import Parameters
from ..ground.sums import CACHED_ROWS

__all__ = ["AGGREGATES", "SAME", "TECHNOLOGY", "TERMS", "firm_terms", "log_mean", "sum_aggregates"]

Floats = NDArray[np.float64]

AGGREGATES: dict[str, str] = {
    "capital": "KRW million of 2003",
    "worked_labour": "persons",
    "volume": "KRW million of 2003/month",
    "capacity": "KRW million of 2003/month",
    "real_value_added": "KRW million of 2003/month",
}
"""Names and units of what `sum_aggregates` sums.

K, L net of meetings, Q = V/(P_V·b), Q/u and, at prices of 2003, V/P_V.
"""

TERMS = (
    "price",
    "brand",
    "utilisation",
    "capital",
    "labour",
    "progress",
    "shocks",
    "research",
    "spillovers",
    "own",
    "transfer",
    "joint",
    "meetings",
    "roles",
)
"""Terms of a firm's log value added, in the order of the rows of `firm_terms`."""

(
    _PRICE, _BRAND, _UTILISATION, _CAPITAL, _LABOUR, _PROGRESS, _SHOCKS, _RESEARCH, _SPILLOVERS,
    _OWN, _TRANSFER, _JOINT, _MEETINGS, _ROLES,
) = range(len(TERMS))  # fmt: skip

TECHNOLOGY = TERMS.index("progress")
"""First row of the terms that make log productivity; they go to the last."""

SAME = 1e-6
"""Change in logs below which the logarithmic mean of two numbers is taken as their mean."""


def log_mean(a: Floats, b: Floats) -> Floats:
    """Logarithmic mean (a - b)/ln(a/b) of positive numbers, a itself where they agree.

    With it as weight, shares of a change in logs are shares of the change itself:
    the weights of Sato (1976) and Vartia (1976).

    Parameters
    ----------
    a, b : arrays of one shape
    """
    d = log_array((a / b).ravel()).reshape(a.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (a - b) / d
    # Where they agree the quotient loses digits; the mean is (a + b)/2 up to d²/12 of it.
    return np.where(np.abs(d) < SAME, 0.5 * (a + b), mean)


def firm_terms(
    month: int, conditions: Conditions, p: Parameters, firms: FirmTable, rows: slice
) -> Floats:
    """F1, F2: terms whose sum is the log of a month's nominal value added, for some rows.

    `progress` holds the firm's constant and common progress, `own` the gains of own
    R&D against those at the start; `labour` is net of working time given to
    meetings.  Rows of closed firms are computed along and never read.

    Parameters
    ----------
    firms : with the capital, the employees and the brand with which the month was produced

    Returns
    -------
    (14, rows) log points, rows as in `TERMS`
    """
    terms = np.empty((len(TERMS), rows.stop - rows.start))
    _ruled_terms(month, conditions, p, firms, rows.start, terms)
    terms[_UTILISATION] = firms.utilisation[rows]
    terms[_CAPITAL] = firms.capital[rows]
    logs = terms[_BRAND : _LABOUR + 1]
    logs[:] = log_array(logs.ravel()).reshape(logs.shape)
    terms[_PRICE] = log_array(conditions.value_added_price[month])[firms.sector[rows]]
    terms[_CAPITAL] *= p.capital_elasticity
    terms[_LABOUR] *= 1.0 - p.capital_elasticity
    terms[_SHOCKS] = firms.shock[rows]
    stock = firms.research_stock[rows] + firms.research_offset[rows]
    reference = firms.research_reference[rows] + firms.research_offset[rows]
    grown = np.divide(stock, reference, out=np.ones(stock.size), where=reference > 0.0)
    np.multiply(p.rd_elasticity, log_array(grown), out=terms[_RESEARCH])
    np.multiply(p.spillover_elasticity, firms.spillover[rows], out=terms[_SPILLOVERS])
    np.subtract(firms.gain_own[rows], firms.gain_reference[rows], out=terms[_OWN])
    terms[_TRANSFER] = firms.gain_transfer[rows]
    terms[_JOINT] = firms.gain_joint[rows]
    terms[_MEETINGS] = firms.gain_meeting[rows]
    terms[_ROLES] = firms.role[rows]
    return terms


@compiled
def _ruled_terms(
    month: int,
    conditions: Conditions,
    p: Parameters,
    firms: FirmTable,
    start: int,
    terms: Floats,
) -> None:
    """Fill price of the brand stage, labour worked and `progress`, the first two before logs."""
    for k in range(terms.shape[1]):
        row = np.uint64(start + k)
        terms[_BRAND, k] = brand_price(
            p.brand_premium, firms.brand[row], firms.brand_reference[row]
        )
        terms[_LABOUR, k] = worked_labour(
            firms.employees[row], firms.lost_days[row], p.working_days, p.least_presence
        )
        terms[_PROGRESS, k] = firms.level[row] + conditions.progress[month, firms.sector[row]]


@compiled
def sum_aggregates(
    month: int, conditions: Conditions, p: Parameters, firms: FirmTable, totals: Floats
) -> None:
    """Add firms by complex to `totals`, (5, C) in the order of `AGGREGATES`.

    Neighbouring rows mostly lie in one complex: sums are kept aside until the complex changes.
    """
    work = np.empty((4, CACHED_ROWS))
    worked = work[0]
    volume = work[1]
    capacity = work[2]
    real = work[3]
    c = 0
    sums = (0.0, 0.0, 0.0, 0.0, 0.0)
    for start in range(0, firms.count, CACHED_ROWS):
        size = min(CACHED_ROWS, firms.count - start)
        for k in range(size):
            row = np.uint64(start + k)
            worked[k] = worked_labour(
                firms.employees[row], firms.lost_days[row], p.working_days, p.least_presence
            )
        for k in range(size):
            row = np.uint64(start + k)
            sector = np.uint64(firms.sector[row])
            added = conditions.value_added_ratio[month, sector] * firms.revenue[row]
            real[k] = added / conditions.value_added_price[month, sector]
        for k in range(size):
            row = np.uint64(start + k)
            dearness = brand_price(p.brand_premium, firms.brand[row], firms.brand_reference[row])
            volume[k] = real[k] / dearness
            capacity[k] = volume[k] / firms.utilisation[row]
        for k in range(size):
            row = np.uint64(start + k)
            if firms.alive[row] == 0:
                continue
            if firms.complex[row] != c:
                for a in range(5):
                    totals[a, c] += sums[a]
                c = firms.complex[row]
                sums = (0.0, 0.0, 0.0, 0.0, 0.0)
            sums = (
                sums[0] + firms.capital[row],
                sums[1] + worked[k],
                sums[2] + volume[k],
                sums[3] + capacity[k],
                sums[4] + real[k],
            )
    for a in range(5):
        totals[a, c] += sums[a]
