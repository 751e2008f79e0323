"""Smoothest monthly series whose means over given months are exact.

The months of an index are the exponentials of the series s that minimises the
sum of squared second differences, subject to linear conditions on the levels:

    min sum_t (s[t+1] - 2 s[t] + s[t-1])**2   subject to   A exp(s) = b

This is the disaggregation of J. C. G. Boot, W. Feibes and J. H. C. Lisman
(1967), "Further methods of derivation of quarterly figures from annual data",
Applied Statistics 16(1), on logarithms: constant growth stays constant growth
and no month can become negative.

Everything is summed in a fixed order instead of by a linear algebra library, so
that the months have the same bits on every processor.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.elementary import exp_array, log_array

__all__ = ["mean_row", "smoothest_months", "year_rows"]

Floats = NDArray[np.float64]

_ITERATIONS = 200
# Rounding in the Green's function leaves about 1e-11; the last correction removes it.
_TOLERANCE = 1e-9
# A longer step in logarithms would leave the range in which the linearised conditions are useful.
_LONGEST_STEP = 1.0
# Where the steps stop shrinking they swing around the solution, and shorter ones settle.
_SHRINKING = 0.7
_SHORTENING = 0.5


def mean_row(months: int, first: int, last: int) -> Floats:
    """Weights, shape (months,), of the mean over the months `first` to `last`, both included."""
    row = np.zeros(months)
    row[first : last + 1] = 1.0 / (last + 1 - first)
    return row


def year_rows(years: int) -> Floats:
    """Weights of the year means, shape (years, 12 * years)."""
    return np.array([mean_row(12 * years, 12 * y, 12 * y + 11) for y in range(years)])


def _product(left: Floats, right: Floats) -> Floats:
    """Matrix product of (a, k) and (k, b), summed over k in order."""
    result = np.zeros((left.shape[0], right.shape[1]))
    for k in range(right.shape[0]):
        result += np.multiply.outer(left[:, k], right[k])
    return result


def _solve(matrix: Floats, right: Floats) -> Floats:
    """Solution of a small square system by elimination with partial pivoting."""
    table = np.column_stack([matrix, right])
    size = right.size
    for k in range(size):
        pivot = k + int(np.argmax(np.abs(table[k:, k])))
        if table[pivot, k] == 0.0:
            raise ArithmeticError("the conditions repeat or contradict each other")
        table[[k, pivot]] = table[[pivot, k]]
        table[k] = table[k] / table[k, k]
        for i in range(size):
            if i != k:
                table[i] -= table[i, k] * table[k]
    solution: Floats = table[:, size].copy()
    return solution


def _nearest(months: Floats, conditions: Floats, target: Floats) -> Floats:
    """The series closest to `months`, in least squares, that meets the conditions exactly."""
    gram = _product(conditions, conditions.T)
    for _ in range(2):
        missing = target - _product(conditions, months[:, None])[:, 0]
        months = months + _product(conditions.T, _solve(gram, missing)[:, None])[:, 0]
    return months


def smoothest_months(
    year_means: Sequence[float], rows: Floats, values: Floats, path: Floats | None = None
) -> Floats:
    """Positive months that meet the year means and further conditions, as smooth as possible.

    Parameters
    ----------
    year_means : Y values, positive, Y at least 2
        Mean of the twelve months of each year.
    rows : (M, 12 Y) array
        Weights of further linear conditions on the months; M may be 0.
    values : (M,) array
        What the weighted months of each row must add up to.
    path : (12 Y,) array, optional
        Positive months of a related series, whose course within the years the result shares: what
        is as smooth as possible is then the ratio to it (F. T. Denton, 1971, "Adjustment of
        monthly or quarterly series to annual totals", Journal of the American Statistical
        Association 66(333)).

    Returns
    -------
    (12 Y,) array
        Months in the unit of `year_means`.

    Raises
    ------
    ArithmeticError
        If the conditions contradict each other or no positive series comes near them.

    Notes
    -----
    The minimum has s = c0 + c1 t + G (A X)' l, with X = diag(exp(s)), the Green's function
    G[t, u] = |t - u| (|t - u|**2 - 1) / 12 of the fourth difference, and multipliers l that
    are orthogonal to constants and trends. The conditions are linearised around the last s.
    """
    years = len(year_means)
    months = 12 * years
    path = np.ones(months) if path is None else path
    conditions = np.vstack([year_rows(years), rows]) * path
    target = np.concatenate([np.asarray(year_means, dtype=np.float64), values])

    position = np.arange(months, dtype=np.float64)
    gap = np.abs(np.subtract.outer(position, position))
    # Scaled to order one, which leaves the minimum where it is and keeps the system well posed.
    green = gap * (gap * gap - 1.0) / (12.0 * float(months) ** 3)
    trend = np.column_stack([np.ones(months), 2.0 * position / (months - 1) - 1.0])

    logs = np.repeat(log_array(np.asarray(year_means, dtype=np.float64)), 12) - log_array(path)
    fraction, previous = 1.0, np.inf
    for _ in range(_ITERATIONS):
        levels = exp_array(logs)
        slopes = conditions * levels
        response = _product(green, slopes.T)
        constant = _product(slopes, trend)
        system = np.block([[_product(slopes, response), constant], [constant.T, np.zeros((2, 2))]])
        missing = target - _product(conditions, levels[:, None])[:, 0]
        right = missing + _product(slopes, logs[:, None])[:, 0]
        solution = _solve(system, np.concatenate([right, np.zeros(2)]))
        fitted = _product(np.hstack([response, trend]), solution[:, None])[:, 0]
        step = fitted - logs
        longest = float(np.max(np.abs(step)))
        if not np.isfinite(longest):
            break
        if _SHRINKING * previous < longest < _LONGEST_STEP:
            fraction = max(_SHORTENING * fraction, 0.25)
        previous = longest
        logs = logs + step * min(fraction, _LONGEST_STEP / longest if longest > 0.0 else 1.0)
        if longest < _TOLERANCE:
            return path * _nearest(exp_array(logs), conditions, target)
    raise ArithmeticError("no smooth positive series meets the conditions")
