"""Growth accounting of firms: a month's value added as the exact sum of its terms, and sums.

ln(revenue·ν) = ln P + ln b + ln u + α ln K + (1-α) ln L + ln A, with ln A the sum
of F2; b is the price of the brand stage, u utilisation.  What happens between
years stands in `growth`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import log, log_array
from innocluster.agents.firms import brand_price, elapsed_years, worked_labour

from ..ground.parameter_record import Parameters

__all__ = ["AGGREGATES", "SAME", "TECHNOLOGY", "TERMS", "firm_terms", "log_mean", "sum_aggregates"]

Floats = NDArray[np.float64]
Small = NDArray[np.int16]
Singles = NDArray[np.float32]
Flags = NDArray[np.int8]

AGGREGATES: dict[str, str] = {
    "capital": "KRW million of 2003",
    "worked_labour": "persons",
    "volume": "KRW million of 2003/month",
    "capacity": "KRW million of 2003/month",
}
"""Names and units of what `sum_aggregates` sums: K, L net of meetings, Q = V/(P·b), Q/u."""

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
    month: int,
    p: Parameters,
    price: float,
    count: int,
    level: Floats,
    shock: Floats,
    role: Floats,
    research_stock: Floats,
    research_reference: Floats,
    spillover: Floats,
    gain_own: Floats,
    gain_transfer: Floats,
    gain_joint: Floats,
    gain_meeting: Floats,
    gain_reference: Floats,
    capital: Floats,
    employees: Floats,
    lost_days: Floats,
    brand: Singles,
    brand_reference: Singles,
    utilisation: Floats,
) -> Floats:
    """F1, F2: terms whose sum is the log of a month's nominal value added, for every row.

    `progress` holds the firm's constant and common progress, `own` the gains of own
    R&D against those at the start; `labour` is net of working time given to
    meetings.  Rows of closed firms are computed along and never read.

    Parameters
    ----------
    price : price index of the month, year mean of 2003 = 1
    capital, employees, brand : (capacity,) those with which the month was produced

    Returns
    -------
    (14, count) log points, rows as in `TERMS`
    """
    alpha = p.capital_elasticity
    terms = np.empty((14, count))
    _ruled_terms(month, p, count, level, employees, lost_days, brand, brand_reference, terms)
    terms[2] = utilisation[:count]
    terms[3] = capital[:count]
    terms[1:5] = log_array(terms[1:5].ravel()).reshape(4, count)
    terms[0] = log(price)
    terms[3] *= alpha
    terms[4] *= 1.0 - alpha
    terms[6] = shock[:count]
    stock, reference = research_stock[:count], research_reference[:count]
    grown = np.divide(stock, reference, out=np.ones(count), where=reference > 0.0)
    np.multiply(p.rd_elasticity, log_array(grown), out=terms[7])
    np.multiply(p.spillover_elasticity, spillover[:count], out=terms[8])
    np.subtract(gain_own[:count], gain_reference[:count], out=terms[9])
    terms[10] = gain_transfer[:count]
    terms[11] = gain_joint[:count]
    terms[12] = gain_meeting[:count]
    terms[13] = role[:count]
    return terms


@compiled
def _ruled_terms(
    month: int,
    p: Parameters,
    count: int,
    level: Floats,
    employees: Floats,
    lost_days: Floats,
    brand: Singles,
    brand_reference: Singles,
    terms: Floats,
) -> None:
    """Fill price of the brand stage, labour worked and `progress`, the first two before logs."""
    drift = p.technical_progress * elapsed_years(month)
    brand_premium = p.brand_premium
    for i in range(count):
        terms[1, i] = brand_price(brand_premium, brand[i], brand_reference[i])
        terms[4, i] = worked_labour(employees[i], lost_days[i])
        terms[5, i] = level[i] + drift


@compiled
def sum_aggregates(
    p: Parameters,
    price: float,
    alive: Flags,
    complex_: Small,
    sector: Small,
    value_added_ratio: Floats,
    revenue: Floats,
    utilisation: Floats,
    capital: Floats,
    employees: Floats,
    lost_days: Floats,
    brand: Singles,
    brand_reference: Singles,
    totals: Floats,
) -> None:
    """Add firms by complex to `totals`, (4, C) in the order of `AGGREGATES`.

    Neighbouring rows mostly lie in one complex: sums are kept aside until the complex changes.
    """
    brand_premium = p.brand_premium
    count = alive.size
    work = np.empty((3, count))
    worked = work[0]
    volume = work[1]
    capacity = work[2]
    for i in range(count):
        worked[i] = worked_labour(employees[i], lost_days[i])
    for i in range(count):
        volume[i] = value_added_ratio[sector[i]] * revenue[i]
    for i in range(count):
        volume[i] /= price * brand_price(brand_premium, brand[i], brand_reference[i])
        capacity[i] = volume[i] / utilisation[i]
    c = 0
    sums = (0.0, 0.0, 0.0, 0.0)
    for i in range(count):
        if alive[i] == 0:
            continue
        if complex_[i] != c:
            for k in range(4):
                totals[k, c] += sums[k]
            c = complex_[i]
            sums = (0.0, 0.0, 0.0, 0.0)
        sums = (
            sums[0] + capital[i],
            sums[1] + worked[i],
            sums[2] + volume[i],
            sums[3] + capacity[i],
        )
    for k in range(4):
        totals[k, c] += sums[k]
